package import ColumnFormat

/// Types as Hive, Glue and Athena's DDL write them: `array<struct<a:int,b:decimal(10,2)>>`.
///
/// ```
/// type      := primitive | array<type> | map<primitive,type> | struct<field,…>
/// field     := name ':' type                      name may stand in backquotes
/// primitive := boolean tinyint smallint int bigint float double string binary date timestamp
///              decimal decimal(p) decimal(p,s) char(n) varchar(n)
/// ```
///
/// The exact form adds what Hive's cannot say: `json`, `uuid`, `unknown`, `time(p)`,
/// `timestamp(p)` and `timestamp(p) with time zone` with p of 3, 6 or 9.
package enum HiveType {
  /// The type's text as Hive, Glue and Athena accept it.
  package static func text(_ type: LogicalType) -> String { print(type, isExact: false) }

  /// The type's text from which ``parse(_:)`` gives the very same type, but for field ids.
  package static func exactText(_ type: LogicalType) -> String { print(type, isExact: true) }

  private static func print(_ type: LogicalType, isExact: Bool) -> String {
    switch type {
    case .boolean: return "boolean"
    case .int8: return "tinyint"
    case .int16: return "smallint"
    case .int32: return "int"
    case .int64: return "bigint"
    case .float32: return "float"
    case .float64: return "double"
    case .decimal(let precision, let scale): return "decimal(\(precision),\(scale))"
    case .string: return "string"
    case .binary: return "binary"
    case .date: return "date"
    case .timestamp(.millis, isAdjustedToUTC: false): return "timestamp"
    case .list(let element): return "array<\(print(element.type, isExact: isExact))>"
    case .map(let key, let value):
      return "map<\(print(key.type, isExact: isExact)),\(print(value.type, isExact: isExact))>"
    case .row(let fields):
      let parts = fields.map { "\(quoted($0.name)):\(print($0.type, isExact: isExact))" }
      return "struct<\(parts.joined(separator: ","))>"
    case .unknown: return isExact ? "unknown" : "string"
    case .json: return isExact ? "json" : "string"
    case .uuid: return isExact ? "uuid" : "binary"
    case .time(let unit): return isExact ? "time(\(unit.digits))" : "bigint"
    case .timestamp(let unit, let isAdjustedToUTC):
      if !isExact { return "timestamp" }
      return "timestamp(\(unit.digits))" + (isAdjustedToUTC ? " with time zone" : "")
    }
  }

  private static func quoted(_ name: String) -> String {
    let isPlain =
      !name.isEmpty
      && name.utf8.allSatisfy { byte in
        byte > 0x20 && byte != 0x7F && !",:<>()`".utf8.contains(byte)
      }
    if isPlain { return name }
    return "`"
      + name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``")
      + "`"
  }
}

/// Why a text is not a type.
package struct HiveTypeError: Error, Sendable, Equatable, CustomStringConvertible {
  package var text: String
  package var byteOffset: Int
  package var reason: String

  package var description: String { "'\(text)' at byte \(byteOffset): \(reason)" }
}

extension HiveType {
  /// Reads a type in any case, with spaces, and with the names that other tools write.
  package static func parse(_ text: String) throws(HiveTypeError) -> LogicalType {
    var parser = HiveTypeParser(text)
    let type = try parser.type(depth: 0)
    parser.skipSpace()
    if parser.position < parser.bytes.count { throw parser.error("unexpected text after the type") }
    return type
  }
}

private struct HiveTypeParser {
  static let depthMax = 64

  let text: String
  let bytes: [UInt8]
  var position = 0

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
  }

  func error(_ reason: String, at offset: Int? = nil) -> HiveTypeError {
    HiveTypeError(text: text, byteOffset: offset ?? position, reason: reason)
  }

  mutating func skipSpace() {
    while position < bytes.count, bytes[position] == 0x20 || (9...13).contains(bytes[position]) {
      position += 1
    }
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(HiveTypeError) {
    if !take(character) { throw error("expected '\(character)'") }
  }

  mutating func word() -> String {
    skipSpace()
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      let isLetter = (0x61...0x7A).contains(byte | 0x20)
      guard isLetter || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_") else { break }
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
  }

  mutating func number(_ what: String, _ range: ClosedRange<Int>) throws(HiveTypeError) -> Int {
    skipSpace()
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    guard let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw error("expected a \(what)", at: start)
    }
    guard range.contains(value) else {
      throw error(
        "the \(what) is \(value), possible are \(range.lowerBound)...\(range.upperBound)",
        at: start
      )
    }
    return value
  }

  mutating func type(depth: Int) throws(HiveTypeError) -> LogicalType {
    if depth > HiveTypeParser.depthMax {
      throw error("nested deeper than \(HiveTypeParser.depthMax) levels")
    }
    skipSpace()
    let start = position
    let name = word()
    switch name {
    case "boolean", "bool": return .boolean
    case "tinyint", "byte": return .int8
    case "smallint", "short": return .int16
    case "int", "integer": return .int32
    case "bigint", "long": return .int64
    case "float", "real": return .float32
    case "double":
      let mark = position
      if word() != "precision" { position = mark }
      return .float64
    case "decimal", "numeric", "dec": return try decimal()
    case "string": return .string
    case "char": return try text(lengthMax: 255, isRequired: true)
    case "varchar": return try text(lengthMax: 65_535, isRequired: false)
    case "binary", "varbinary": return .binary
    case "date": return .date
    case "timestamp": return try timestamp()
    case "time":
      try expect("(")
      let unit = try unit()
      try expect(")")
      return .time(unit)
    case "json": return .json
    case "uuid": return .uuid
    case "unknown", "void": return .unknown
    case "array": return try array(depth: depth)
    case "map": return try map(depth: depth)
    case "struct", "row": return try row(depth: depth)
    case "": throw error("expected a type")
    case "uniontype", "set", "interval_year_month", "interval_day_time":
      throw error("\(name) is not supported", at: start)
    default: throw error("unknown type '\(name)'", at: start)
    }
  }

  private mutating func decimal() throws(HiveTypeError) -> LogicalType {
    guard take("(") else { return .decimal(precision: 10, scale: 0) }
    let precision = try number("precision", 1...38)
    let scale = take(",") ? try number("scale", 0...precision) : 0
    try expect(")")
    return .decimal(precision: precision, scale: scale)
  }

  private mutating func text(lengthMax: Int, isRequired: Bool) throws(HiveTypeError) -> LogicalType
  {
    guard isRequired || (position < bytes.count && bytes[position] == UInt8(ascii: "(")) else {
      return .string
    }
    try expect("(")
    _ = try number("length", 1...lengthMax)
    try expect(")")
    return .string
  }

  private mutating func unit() throws(HiveTypeError) -> TimeUnit {
    let start = position
    switch try number("precision", 0...9) {
    case 0...3: return .millis
    case 4...6: return .micros
    case 7...9: return .nanos
    default: throw error("expected a precision of 3, 6 or 9", at: start)
    }
  }

  private mutating func timestamp() throws(HiveTypeError) -> LogicalType {
    var unit = TimeUnit.millis
    if take("(") {
      unit = try self.unit()
      try expect(")")
    }
    let mark = position
    guard word() == "with" else {
      position = mark
      return .timestamp(unit, isAdjustedToUTC: false)
    }
    guard word() == "time", word() == "zone" else { throw error("expected 'with time zone'") }
    return .timestamp(unit, isAdjustedToUTC: true)
  }

  private mutating func array(depth: Int) throws(HiveTypeError) -> LogicalType {
    try expect("<")
    let element = try type(depth: depth + 1)
    try expect(">")
    return .list(Field("element", element))
  }

  private mutating func map(depth: Int) throws(HiveTypeError) -> LogicalType {
    try expect("<")
    let start = position
    let key = try type(depth: depth + 1)
    switch key {
    case .list, .map, .row: throw error("a map's key must be of a primitive type", at: start)
    default: break
    }
    try expect(",")
    let value = try type(depth: depth + 1)
    try expect(">")
    return .map(key: Field("key", key, isNullable: false), value: Field("value", value))
  }

  private mutating func row(depth: Int) throws(HiveTypeError) -> LogicalType {
    try expect("<")
    var fields: [Field] = []
    if take(">") { return .row([]) }
    repeat {
      let name = try fieldName()
      try expect(":")
      fields.append(Field(name, try type(depth: depth + 1)))
    } while take(",")
    try expect(">")
    return .row(fields)
  }

  private mutating func fieldName() throws(HiveTypeError) -> String {
    skipSpace()
    let start = position
    var name: [UInt8] = []
    if take("`") {
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        if byte != UInt8(ascii: "`") {
          name.append(byte)
        } else if position < bytes.count, bytes[position] == byte {
          name.append(byte)
          position += 1
        } else {
          return String(decoding: name, as: UTF8.self)
        }
      }
      throw error("the name that begins here has no closing backquote", at: start)
    }
    while position < bytes.count, !":,<>".utf8.contains(bytes[position]) {
      name.append(bytes[position])
      position += 1
    }
    while name.last == 0x20 { name.removeLast() }
    if name.isEmpty { throw error("expected a field's name", at: start) }
    return String(decoding: name, as: UTF8.self)
  }
}
