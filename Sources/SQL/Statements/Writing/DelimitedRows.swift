import ColumnFormat
import RowFormat

/// Lines as Hive's LazySimpleSerDe reads them: fields between single characters, the parts of nested
/// values between others, a text of its own for null, binary as Base64.
///
/// What could not be read back as it was is refused: Hive writes it all the same.
struct DelimitedRows: RowText {
  private let fields: [Field]
  private let types: [SQLType]
  private let options: DelimitedLines.Options
  private let hasHeader: Bool

  init(_ fields: [Field], _ options: DelimitedLines.Options, _ hasHeader: Bool) {
    self.fields = fields
    types = fields.map { SQLType($0.type) }
    self.options = options
    self.hasHeader = hasHeader
  }

  func appendHeader(to text: inout [UInt8]) {
    guard hasHeader else { return }
    for (index, field) in fields.enumerated() {
      if index > 0 { text.append(options.separators[0]) }
      text += Array(field.name.utf8)
    }
    text.append(0x0A)
  }

  func append(_ columns: [Column], _ row: Int, to text: inout [UInt8]) throws(SQLError) {
    for (index, column) in columns.enumerated() {
      if index > 0 { text.append(options.separators[0]) }
      do throws(Refusal) {
        try append(column, row, types[index], depth: 1, to: &text)
      } catch {
        throw SQLError(
          .hiveWriter,
          "a value of column '\(fields[index].name)' cannot be written as text: \(error.reason)",
          help: "write JSON or PARQUET, or choose another delimiter"
        )
      }
    }
    text.append(0x0A)
  }

  /// Why a value has no text.
  private struct Refusal: Error {
    let reason: String
  }

  private func append(
    _ column: Column,
    _ row: Int,
    _ type: SQLType,
    depth: Int,
    to text: inout [UInt8]
  ) throws(Refusal) {
    guard column.isValid(row) else {
      text += options.nullText
      return
    }
    let start = text.count
    let (values, index) = column.place(of: row)
    switch (type, values) {
    case (.array(let element), .list(let offsets, let elements)):
      let separator = try separator(depth)
      let range = Int(offsets.base[index])..<Int(offsets.base[index + 1])
      for place in range {
        if place > range.lowerBound { text.append(separator) }
        try append(elements, place, element, depth: depth + 1, to: &text)
      }
      if !range.isEmpty && text.count == start {
        throw Refusal(reason: "an array of one empty text reads as an empty array")
      }
    case (.map(let key, let item), .list(let offsets, let elements)):
      let separator = try separator(depth)
      let sign = try self.separator(depth + 1)
      let range = Int(offsets.base[index])..<Int(offsets.base[index + 1])
      for place in range {
        if place > range.lowerBound { text.append(separator) }
        let (pair, entry) = elements.place(of: place)
        guard case .row(let parts) = pair else { continue }
        try append(parts[0], entry, key, depth: depth + 2, to: &text)
        text.append(sign)
        try append(parts[1], entry, item, depth: depth + 2, to: &text)
      }
    case (.row(let members), .row(let parts)):
      let separator = try separator(depth)
      for (position, part) in parts.enumerated() {
        if position > 0 { text.append(separator) }
        try append(part, index, members[position].type, depth: depth + 1, to: &text)
      }
    case (.varbinary, _):
      if case .bytes(let bytes) = column.scalar(at: row) { Base64.append(bytes, to: &text) }
    default:
      ValueText.append(column, row: row, type: type, to: &text)
      try escape(from: start, depth: depth, &text)
    }
    if text[start...].elementsEqual(options.nullText) {
      throw Refusal(reason: "it is the sign for null")
    }
  }

  private func separator(_ depth: Int) throws(Refusal) -> UInt8 {
    guard depth < options.separators.count else {
      throw Refusal(reason: "it is nested deeper than Hive has separators for")
    }
    return options.separators[depth]
  }

  /// Escapes what would divide the value, or the line, that begins at `start`.
  private func escape(from start: Int, depth: Int, _ text: inout [UInt8]) throws(Refusal) {
    let separators = options.separators.prefix(depth)
    let needsCare = text[start...].contains {
      $0 == 0x0A || $0 == 0x0D || $0 == options.escape || separators.contains($0)
    }
    guard needsCare else { return }
    guard let escape = options.escape else {
      throw Refusal(reason: "it has a delimiter or a line end")
    }
    let value = Array(text[start...])
    text.removeSubrange(start...)
    for byte in value {
      switch byte {
      case 0x0A, 0x0D:
        guard escape == UInt8(ascii: "\\") else { throw Refusal(reason: "it has a line end") }
        text += [escape, byte == 0x0A ? UInt8(ascii: "n") : UInt8(ascii: "r")]
      case escape: text += [escape, escape]
      default:
        if separators.contains(byte) { text.append(escape) }
        text.append(byte)
      }
    }
  }
}
