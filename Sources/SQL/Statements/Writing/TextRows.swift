import ColumnFormat
import RowFormat

/// Rows as lines of JSON, of delimited text or of CSV.
struct TextRows {
  private let fields: [Field]
  private let types: [SQLType]
  private let layout: WriteFormat.Layout

  init(_ fields: [Field], _ layout: WriteFormat.Layout) {
    self.fields = fields
    types = fields.map { SQLType($0.type) }
    self.layout = layout
  }

  func appendHeader(to text: inout [UInt8]) {
    guard case .csv(let delimiter, let quote, true) = layout else { return }
    for (index, field) in fields.enumerated() {
      if index > 0 { text.append(delimiter) }
      TextRows.appendQuoted(Array(field.name.utf8), delimiter, quote, to: &text)
    }
    text.append(0x0A)
  }

  /// Appends a row of flat columns, with its line end.
  func append(_ columns: [Column], _ row: Int, to text: inout [UInt8]) throws(SQLError) {
    switch layout {
    case .parquet: preconditionFailure("Parquet is no text")
    case .json: appendObject(columns, row, to: &text)
    case .text(let delimiter): try appendDelimited(columns, row, delimiter, to: &text)
    case .csv(let delimiter, let quote, _):
      for (index, column) in columns.enumerated() {
        if index > 0 { text.append(delimiter) }
        guard column.isValid(row) else { continue }
        var value: [UInt8] = []
        TextRows.appendPlain(column, row, types[index], to: &value)
        TextRows.appendQuoted(value, delimiter, quote, to: &text)
      }
    }
    text.append(0x0A)
  }

  // MARK: Delimited text

  /// Hive has no escapes unless a table asks for them, so a value that would break the line is refused.
  private func appendDelimited(
    _ columns: [Column],
    _ row: Int,
    _ delimiter: UInt8,
    to text: inout [UInt8]
  ) throws(SQLError) {
    for (index, column) in columns.enumerated() {
      if index > 0 { text.append(delimiter) }
      guard column.isValid(row) else {
        text += [0x5C, 0x4E]
        continue
      }
      let start = text.count
      TextRows.appendPlain(column, row, types[index], to: &text)
      let value = text[start...]
      if value.contains(where: { $0 == delimiter || $0 == 0x0A || $0 == 0x0D })
        || value.elementsEqual([0x5C, 0x4E])
      {
        throw SQLError(
          .hiveWriter,
          "a value of column '\(fields[index].name)' cannot be written as TEXTFILE: it has the field"
            + " delimiter or a line end, or is the sign for null",
          help: "write JSON or PARQUET, or choose another field_delimiter"
        )
      }
    }
  }

  private static func appendPlain(
    _ column: Column,
    _ row: Int,
    _ type: SQLType,
    to text: inout [UInt8]
  ) {
    switch type {
    case .array, .map, .row: appendJSON(column, row, type, to: &text)
    case .varbinary:
      if case .bytes(let bytes) = column.scalar(at: row) { text += bytes }
    default: ValueText.append(column, row: row, type: type, to: &text)
    }
  }

  // MARK: CSV

  /// Quotes what a reader would take apart, and what it would take for null.
  private static func appendQuoted(
    _ value: [UInt8],
    _ delimiter: UInt8,
    _ quote: UInt8,
    to text: inout [UInt8]
  ) {
    let needsQuotes =
      value.isEmpty || value.first == 0x20 || value.last == 0x20
      || value.contains { $0 == delimiter || $0 == quote || $0 == 0x0A || $0 == 0x0D }
    guard needsQuotes else {
      text += value
      return
    }
    text.append(quote)
    for byte in value {
      if byte == quote { text.append(quote) }
      text.append(byte)
    }
    text.append(quote)
  }

  // MARK: JSON

  /// Members that are null are left out, as Hive's JSON SerDe does.
  private func appendObject(_ columns: [Column], _ row: Int, to text: inout [UInt8]) {
    text.append(0x7B)
    var isFirst = true
    for (index, column) in columns.enumerated() where column.isValid(row) {
      if !isFirst { text.append(0x2C) }
      isFirst = false
      JSONValue.append(quoted: fields[index].name, to: &text)
      text.append(0x3A)
      TextRows.appendJSON(column, row, types[index], to: &text)
    }
    text.append(0x7D)
  }

  private static func appendJSON(
    _ column: Column,
    _ row: Int,
    _ type: SQLType,
    to text: inout [UInt8]
  ) {
    guard column.isValid(row) else {
      text += Array("null".utf8)
      return
    }
    switch type {
    case .boolean, .tinyint, .smallint, .integer, .bigint, .decimal:
      ValueText.append(column, row: row, type: type, to: &text)
    case .real, .double:
      let start = text.count
      ValueText.append(column, row: row, type: type, to: &text)
      // JSON has no word for infinity and NaN; as text they are read back.
      if let first = text[start...].first(where: { $0 != 0x2D }), first &- 48 > 9 {
        text.insert(0x22, at: start)
        text.append(0x22)
      }
    case .array(let element):
      appendList(column, row, to: &text) { column, row, text in
        appendJSON(column, row, element, to: &text)
      }
    case .map(let key, let value): appendMap(column, row, key, value, to: &text)
    case .row(let members):
      let (values, index) = column.place(of: row)
      guard case .row(let parts) = values else { return }
      text.append(0x7B)
      for (position, part) in parts.enumerated() {
        if position > 0 { text.append(0x2C) }
        JSONValue.append(quoted: members[position].name ?? "field\(position)", to: &text)
        text.append(0x3A)
        appendJSON(part, index, members[position].type, to: &text)
      }
      text.append(0x7D)
    case .varbinary:
      if case .bytes(let bytes) = column.scalar(at: row) {
        text.append(UInt8(ascii: "\""))
        Base64.append(bytes, to: &text)
        text.append(UInt8(ascii: "\""))
      }
    default:
      var value: [UInt8] = []
      ValueText.append(column, row: row, type: type, to: &value)
      JSONValue.append(quoted: String(decoding: value, as: UTF8.self), to: &text)
    }
  }

  private static func appendList(
    _ column: Column,
    _ row: Int,
    to text: inout [UInt8],
    _ append: (Column, Int, inout [UInt8]) -> Void
  ) {
    let (values, index) = column.place(of: row)
    guard case .list(let offsets, let elements) = values else { return }
    text.append(0x5B)
    let range = Int(offsets.base[index])..<Int(offsets.base[index + 1])
    for element in range {
      if element > range.lowerBound { text.append(0x2C) }
      append(elements, element, &text)
    }
    text.append(0x5D)
  }

  private static func appendMap(
    _ column: Column,
    _ row: Int,
    _ key: SQLType,
    _ value: SQLType,
    to text: inout [UInt8]
  ) {
    let (values, index) = column.place(of: row)
    guard case .list(let offsets, let elements) = values else { return }
    text.append(0x7B)
    let range = Int(offsets.base[index])..<Int(offsets.base[index + 1])
    for element in range {
      if element > range.lowerBound { text.append(0x2C) }
      let (pair, place) = elements.place(of: element)
      guard case .row(let parts) = pair else { continue }
      var name: [UInt8] = []
      ValueText.append(parts[0], row: place, type: key, to: &name)
      JSONValue.append(quoted: String(decoding: name, as: UTF8.self), to: &text)
      text.append(0x3A)
      appendJSON(parts[1], place, value, to: &text)
    }
    text.append(0x7D)
  }
}
