import ColumnFormat

/// Single records as JSON trees, for what looks into them one by one.
package enum RecordValue {
  /// A record's value.
  ///
  /// - Parameters:
  ///   - record: The bytes of the record, without its line end.
  ///   - format: How it is written; a CSV record becomes an object of texts.
  ///   - columnNames: The columns of a CSV input.
  /// - Returns: The value; nil where the record is not what its format says.
  package static func parse(
    _ record: UnsafeBufferPointer<UInt8>,
    format: RecordFormat,
    columnNames: [String]?
  ) -> JSONValue? {
    guard case .csv(let layout) = format else { return try? JSONValue.parse(record) }
    let names = columnNames ?? []
    let block = RecordBlock(path: "", records: record)
    let start = UnsafePointer(block.bytes.base)
    var tokenizer = CSVTokenizer(
      start: start,
      end: start + block.bytes.count,
      layout: layout,
      fieldCapacity: names.count
    )
    defer { tokenizer.free() }
    return withExtendedLifetime(block) {
      guard case .fields(names.count) = tokenizer.next() else { return nil }
      var object = JSONObject()
      for (index, name) in names.enumerated() {
        let field = tokenizer.fields[index]
        var bytes = Array(UnsafeBufferPointer(start: field.start, count: field.count))
        if field.hasDoubledQuotes {
          let count = bytes.withUnsafeMutableBufferPointer { room in
            room.baseAddress.map { tokenizer.unquote(field, into: $0) - $0 } ?? 0
          }
          bytes = Array(bytes.prefix(count))
        }
        object[name] =
          bytes.isEmpty && !field.isQuoted ? .null : .string(String(decoding: bytes, as: UTF8.self))
      }
      return .object(object)
    }
  }
}
