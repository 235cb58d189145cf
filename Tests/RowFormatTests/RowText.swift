import ColumnFormat
import RowFormat

/// Rows as text, for comparisons that a reader of a test understands.
enum RowText {
  /// All rows, one line each: `{a: 1, b: "x", c: null}`.
  static func lines(_ block: DecodedBlock) -> [String] {
    (0..<block.batch.rowCount).map { row in
      let fields = zip(block.schema.fields, block.batch.columns).map { field, column in
        "\(field.name): \(value(column, row, field.type))"
      }
      return "{" + fields.joined(separator: ", ") + "}"
    }
  }

  /// One column's values.
  static func values(_ block: DecodedBlock, _ name: String) -> [String] {
    guard let index = block.schema.index(of: name) else { return ["no column \(name)"] }
    let column = block.batch.columns[index]
    return (0..<column.count).map { value(column, $0, block.schema.fields[index].type) }
  }

  /// The schema: `a bigint, b varchar`.
  static func schema(_ schema: Schema) -> String {
    schema.fields.map { "\($0.name) \(type($0.type))" }.joined(separator: ", ")
  }

  /// A type in a few letters.
  static func type(_ type: LogicalType) -> String {
    switch type {
    case .unknown: "unknown"
    case .boolean: "boolean"
    case .int8: "tinyint"
    case .int16: "smallint"
    case .int32: "int"
    case .int64: "bigint"
    case .float32: "float"
    case .float64: "double"
    case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
    case .string: "string"
    case .json: "json"
    case .binary: "binary"
    case .uuid: "uuid"
    case .date: "date"
    case .time(let unit): "time(\(unit.digits))"
    case .timestamp(let unit, let isUTC): "timestamp(\(unit.digits))\(isUTC ? "z" : "")"
    case .list(let element): "array<\(self.type(element.type))>"
    case .map(let key, let value): "map<\(self.type(key.type)),\(self.type(value.type))>"
    case .row(let fields):
      "struct<" + fields.map { "\($0.name):\(self.type($0.type))" }.joined(separator: ",") + ">"
    }
  }

  /// One value.
  static func value(_ column: Column, _ row: Int, _ type: LogicalType) -> String {
    guard column.isValid(row) else { return "null" }
    switch (column.flatValues, type) {
    case (.list(let offsets, let elements), .list(let element)):
      return "["
        + (offsets[row]..<offsets[row + 1]).map { value(elements, Int($0), element.type) }
        .joined(separator: ", ") + "]"
    case (.list(let offsets, let entries), .map(let key, let value)):
      return "<"
        + (offsets[row]..<offsets[row + 1])
        .map { self.value(entries, Int($0), .row([key, value])) }
        .joined(separator: ", ") + ">"
    case (.row(let columns), .row(let fields)):
      return "("
        + zip(columns, fields).map { value($0, row, $1.type) }.joined(separator: ", ") + ")"
    default: break
    }
    switch column.scalar(at: row) {
    case .null: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .int(let value): return number(Int128(value), type)
    case .int128(let value): return number(value, type)
    case .float(let value): return "\(value)"
    case .double(let value): return "\(value)"
    case .bytes(let bytes):
      if type == .binary {
        return "0x" + bytes.map { String($0, radix: 16) }.joined(separator: " ")
      }
      return "\"" + String(decoding: bytes, as: UTF8.self) + "\""
    case .list, .row: return "nested"
    }
  }

  private static func number(_ value: Int128, _ type: LogicalType) -> String {
    guard case .decimal(_, let scale) = type, scale > 0 else { return "\(value)" }
    var digits = String(value.magnitude)
    while digits.count <= scale { digits = "0" + digits }
    let point = digits.index(digits.endIndex, offsetBy: -scale)
    return (value < 0 ? "-" : "") + digits[..<point] + "." + digits[point...]
  }
}

/// Decodes text in tests.
enum Decoding {
  /// The rows of some records, from nothing known.
  static func evolve(
    _ text: String,
    _ format: RecordFormat = .ndjson,
    known: Schema = Schema([]),
    options: DecodingOptions = DecodingOptions()
  ) throws -> DecodedBlock {
    try RecordDecoder(format: format, options: options)
      .decode(RecordBlock(path: "input", records: text.utf8), evolving: known)
  }

  /// The rows of some records, in declared columns.
  static func fixed(
    _ text: String,
    _ schema: Schema,
    _ format: RecordFormat = .ndjson,
    options: DecodingOptions = DecodingOptions()
  ) throws -> DecodedBlock {
    try RecordDecoder(format: format, options: options)
      .decode(RecordBlock(path: "input", records: text.utf8), fixed: schema)
  }
}
