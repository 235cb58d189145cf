import ColumnFormat
import RowFormat

/// Rows of flat columns as lines of text.
protocol RowText {
  /// The line before the first row, with its end, where the layout has one.
  func appendHeader(to text: inout [UInt8])

  /// Appends a row, with its line end.
  func append(_ columns: [Column], _ row: Int, to text: inout [UInt8]) throws(SQLError)
}

extension RowText {
  func appendHeader(to text: inout [UInt8]) {}

  /// Appends a value that stands for itself: bytes as they are, everything else as Trino's text.
  static func appendPlain(
    _ column: Column,
    _ row: Int,
    _ type: SQLType,
    to text: inout [UInt8]
  ) {
    switch type {
    case .array, .map, .row: JSONRows.append(column, row, type, to: &text)
    case .varbinary:
      if case .bytes(let bytes) = column.scalar(at: row) { text += bytes }
    default: ValueText.append(column, row: row, type: type, to: &text)
    }
  }
}

extension WriteFormat.Layout {
  /// What writes rows of the fields.
  func rows(_ fields: [Field]) -> any RowText {
    switch self {
    case .parquet: preconditionFailure("Parquet is no text")
    case .json(let keys): JSONRows(fields, keys)
    case .delimited(let options, let hasHeader): DelimitedRows(fields, options, hasHeader)
    case .quoted(let options, let hasHeader): QuotedRows(fields, options, hasHeader)
    case .csv(let delimiter, let quote, let hasHeader):
      CSVRows(fields, delimiter: delimiter, quote: quote, hasHeader: hasHeader)
    }
  }
}

/// CSV with quotes where they are needed, and nothing for null.
struct CSVRows: RowText {
  private let fields: [Field]
  private let types: [SQLType]
  private let delimiter: UInt8
  private let quote: UInt8
  private let hasHeader: Bool

  init(_ fields: [Field], delimiter: UInt8, quote: UInt8, hasHeader: Bool) {
    self.fields = fields
    types = fields.map { SQLType($0.type) }
    self.delimiter = delimiter
    self.quote = quote
    self.hasHeader = hasHeader
  }

  func appendHeader(to text: inout [UInt8]) {
    guard hasHeader else { return }
    for (index, field) in fields.enumerated() {
      if index > 0 { text.append(delimiter) }
      appendQuoted(Array(field.name.utf8), to: &text)
    }
    text.append(0x0A)
  }

  func append(_ columns: [Column], _ row: Int, to text: inout [UInt8]) {
    for (index, column) in columns.enumerated() {
      if index > 0 { text.append(delimiter) }
      guard column.isValid(row) else { continue }
      var value: [UInt8] = []
      CSVRows.appendPlain(column, row, types[index], to: &value)
      appendQuoted(value, to: &text)
    }
    text.append(0x0A)
  }

  /// Quotes what a reader would take apart, and what it would take for null.
  private func appendQuoted(_ value: [UInt8], to text: inout [UInt8]) {
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
}

/// Objects of JSON, as Hive's and OpenX' SerDes read them.
struct JSONRows: RowText {
  private let types: [SQLType]
  /// Each column's name as JSON, with quotes.
  private let names: [[UInt8]]

  /// - Parameters:
  ///   - fields: The columns.
  ///   - keys: What columns are called in the objects, where not as in the table.
  init(_ fields: [Field], _ keys: [String: String]) {
    types = fields.map { SQLType($0.type) }
    names = fields.map { field in
      var name: [UInt8] = []
      JSONValue.append(quoted: keys[field.name] ?? field.name, to: &name)
      return name
    }
  }

  /// Members that are null are left out, as Hive's JSON SerDe does.
  func append(_ columns: [Column], _ row: Int, to text: inout [UInt8]) {
    text.append(0x7B)
    var isFirst = true
    for (index, column) in columns.enumerated() where column.isValid(row) {
      if !isFirst { text.append(0x2C) }
      isFirst = false
      text += names[index]
      text.append(0x3A)
      JSONRows.append(column, row, types[index], to: &text)
    }
    text += [0x7D, 0x0A]
  }

  /// Appends a value; null is a word.
  static func append(
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
        append(column, row, element, to: &text)
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
        append(part, index, members[position].type, to: &text)
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
      append(parts[1], place, value, to: &text)
    }
    text.append(0x7D)
  }
}
