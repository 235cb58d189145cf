/// One record of delimited text as fields; for headers and samples, not for bulk reading.
struct CSVRecord {
  /// One field.
  struct FieldText {
    /// The bytes without the quotes around them, doubled quotes made single.
    var bytes: [UInt8]
    /// Whether the field stood in quotes.
    var isQuoted: Bool
    /// The field as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// The fields in order.
  var fields: [FieldText] = []

  /// Splits the bytes of one record, with or without its line end.
  init(_ bytes: some Collection<UInt8>, layout: CSVLayout) {
    var record = Array(bytes)
    if record.last == UInt8(ascii: "\n") { record.removeLast() }
    if record.last == UInt8(ascii: "\r") { record.removeLast() }
    var position = 0
    while true {
      var field = FieldText(bytes: [], isQuoted: false)
      if position < record.count && record[position] == layout.quote {
        field.isQuoted = true
        position += 1
        while position < record.count {
          if record[position] == layout.quote {
            if position + 1 < record.count && record[position + 1] == layout.quote {
              position += 1
            } else {
              position += 1
              break
            }
          }
          field.bytes.append(record[position])
          position += 1
        }
      }
      while position < record.count && record[position] != layout.delimiter {
        field.bytes.append(record[position])
        position += 1
      }
      fields.append(field)
      if position >= record.count { return }
      position += 1
    }
  }
}
