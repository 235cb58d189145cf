extension SQLType {
  /// The type that a name in a query means.
  init(_ syntax: SyntaxType) throws(SQLError) {
    let numbers = syntax.arguments.compactMap {
      if case .number(let number) = $0 { return number }
      return nil
    }
    var elements: [SQLType] = []
    for case .type(let element) in syntax.arguments { elements.append(try SQLType(element)) }

    func bounded(_ range: ClosedRange<Int>, _ number: Int) throws(SQLError) -> Int {
      guard range.contains(number) else {
        throw SQLError(
          .typeNotFound,
          "\(syntax.name) takes \(range.lowerBound) to \(range.upperBound), not \(number)",
          at: syntax.range
        )
      }
      return number
    }
    switch syntax.name {
    case "boolean": self = .boolean
    case "tinyint": self = .tinyint
    case "smallint": self = .smallint
    case "int", "integer": self = .integer
    case "bigint": self = .bigint
    case "real", "float": self = .real
    case "double", "double precision": self = .double
    case "decimal", "numeric", "dec":
      let precision = try bounded(1...38, numbers.first ?? 38)
      self = .decimal(
        precision: precision,
        scale: try bounded(0...precision, numbers.count > 1 ? numbers[1] : 0)
      )
    case "varchar": self = .varchar(length: numbers.first)
    case "char": self = .char(length: try bounded(1...65_536, numbers.first ?? 1))
    case "varbinary": self = .varbinary
    case "json": self = .json
    case "uuid": self = .uuid
    case "ipaddress": self = .ipAddress
    case "ipprefix": self = .ipPrefix
    case "hyperloglog": self = .hyperLogLog
    case "setdigest": self = .setDigest
    case "tdigest": self = .tdigest
    case "qdigest" where elements.count == 1: self = .qdigest(elements[0])
    case "date": self = .date
    case "time", "time without time zone":
      self = .time(precision: try bounded(0...9, numbers.first ?? 3))
    case "time with time zone": throw .notSupported("the type \(syntax.name)", at: syntax.range)
    case "timestamp", "timestamp without time zone":
      self = .timestamp(precision: try bounded(0...9, numbers.first ?? 3))
    case "timestamp with time zone":
      self = .timestampWithTimeZone(precision: try bounded(0...9, numbers.first ?? 3))
    case "interval day to second": self = .intervalDayToSecond
    case "interval year to month": self = .intervalYearToMonth
    case "array" where elements.count == 1: self = .array(elements[0])
    case "map" where elements.count == 2: self = .map(key: elements[0], value: elements[1])
    case "row" where !syntax.fields.isEmpty:
      var fields: [RowField] = []
      for member in syntax.fields {
        fields.append(RowField(name: member.name?.text, type: try SQLType(member.type)))
      }
      self = .row(fields)
    case "array", "map", "row", "qdigest":
      let examples = [
        "array": "array(bigint)", "map": "map(varchar, bigint)", "qdigest": "qdigest(bigint)",
      ]
      throw SQLError(
        .typeNotFound,
        "\(syntax.name) needs the types of what it holds",
        at: syntax.range,
        help: "write \(examples[syntax.name] ?? "row(a bigint, b varchar)")"
      )
    default:
      let hints = ["string": "varchar", "text": "varchar", "binary": "varbinary", "struct": "row"]
      let near =
        hints[syntax.name]
        ?? NearestName.suggestion(for: syntax.name, among: SQLType.typeNames)
      throw SQLError(
        .typeNotFound,
        "unknown type: \(syntax.name)",
        at: syntax.range,
        help: near.map { "did you mean '\($0)'?" }
      )
    }
  }

  private static let typeNames = [
    "boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal", "varchar",
    "char", "varbinary", "json", "uuid", "ipaddress", "ipprefix", "date", "time",
    "timestamp", "array", "map", "row", "hyperloglog", "setdigest", "tdigest", "qdigest",
  ]

  /// Whether CAST may be asked for; a value may still fail it.
  func canCast(to type: SQLType) -> Bool {
    if self == type || self == .unknown { return true }
    switch (self, type) {
    case (.array(let from), .array(let to)): return from.canCast(to: to)
    case (.map(let fromKey, let fromValue), .map(let toKey, let toValue)):
      return fromKey.canCast(to: toKey) && fromValue.canCast(to: toValue)
    case (.row(let from), .row(let to)):
      return from.count == to.count && zip(from, to).allSatisfy { $0.type.canCast(to: $1.type) }
    case (.json, _), (_, .json): return true
    case (.array, _), (.map, _), (.row, _), (_, .array), (_, .map), (_, .row): return false
    case (.ipAddress, .varchar(nil)), (.varchar, .ipAddress), (.ipPrefix, .varchar(nil)),
      (.varchar, .ipPrefix), (.ipAddress, .ipPrefix), (.ipPrefix, .ipAddress),
      (.ipAddress, .varbinary), (.varbinary, .ipAddress):
      return true
    case (.ipAddress, _), (_, .ipAddress), (.ipPrefix, _), (_, .ipPrefix): return false
    case (_, .varbinary) where isSketch, (.varbinary, _) where type.isSketch: return true
    case _ where isSketch || type.isSketch: return false
    case (.varbinary, _), (_, .varbinary):
      return isText && self != .varbinary ? type == .varbinary : false
    case (.varchar, _), (.char, _), (_, .varchar), (_, .char): return true
    case (.boolean, _): return type.isNumeric
    case (_, .boolean): return isNumeric
    case (.uuid, _), (_, .uuid): return false
    default: break
    }
    if isNumeric { return type.isNumeric }
    if isInterval { return false }
    switch (self, type) {
    case (.date, .timestamp), (.date, .timestampWithTimeZone): return true
    case (.time, .time), (.time, .timestamp), (.time, .timestampWithTimeZone): return true
    case (.timestamp, _), (.timestampWithTimeZone, _): return type.isDateTime
    default: return false
    }
  }
}
