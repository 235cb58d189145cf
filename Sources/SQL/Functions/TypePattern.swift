/// A type in a function's signature: a type, a family of types, or a variable.
indirect enum TypePattern: Sendable, Equatable {
  /// Exactly this type.
  case exact(SQLType)
  /// Any `varchar`, `char`, `decimal`, `timestamp`, … whatever its length or precision.
  case family(Family)
  /// `T`, `K`, `V`: the same type wherever it stands.
  case variable(String)
  /// `varchar(x)`: any varchar, whose length goes by a name.
  case text(String)
  /// `char(x)`, likewise.
  case paddedText(String)
  case array(TypePattern)
  case map(TypePattern, TypePattern)
  case function([TypePattern], TypePattern)

  enum Family: String, Sendable {
    case varchar, char, decimal, timestamp, time
    case zoned = "timestamp with time zone"
    case row
  }

  /// The type to bring an argument to, once variables are known; nil where it cannot be.
  func target(for actual: SQLType, _ variables: [String: SQLType]) -> SQLType? {
    switch self {
    case .exact(let type): return type
    case .variable(let name): return variables[name]
    case .array(let element):
      if case .array(let own) = actual {
        return element.target(for: own, variables).map { .array($0) }
      }
      return actual == .unknown ? substituted(variables) : nil
    case .map(let key, let value):
      if case .map(let ownKey, let ownValue) = actual {
        guard let keyType = key.target(for: ownKey, variables),
          let valueType = value.target(for: ownValue, variables)
        else { return nil }
        return .map(key: keyType, value: valueType)
      }
      return actual == .unknown ? substituted(variables) : nil
    case .function(_, let body): return body.target(for: actual, variables)
    case .text: return TypePattern.member(of: .varchar, for: actual)
    case .paddedText: return TypePattern.member(of: .char, for: actual)
    case .family(let family): return TypePattern.member(of: family, for: actual)
    }
  }

  private static func member(of family: Family, for actual: SQLType) -> SQLType? {
    switch (family, actual) {
    case (.varchar, .varchar): return actual
    case (.varchar, .char), (.varchar, .unknown): return .text
    case (.char, .char): return actual
    case (.char, .unknown): return .char(length: 1)
    case (.decimal, .unknown): return .decimal(precision: 1, scale: 0)
    case (.decimal, _): return TypeCoercion.decimal(for: actual)
    case (.timestamp, .timestamp): return actual
    case (.timestamp, .date), (.timestamp, .unknown): return .timestamp(precision: 3)
    case (.zoned, .timestampWithTimeZone): return actual
    case (.zoned, .timestamp(let precision)): return .timestampWithTimeZone(precision: precision)
    case (.zoned, .date), (.zoned, .unknown): return .timestampWithTimeZone(precision: 3)
    case (.time, .time): return actual
    case (.time, .unknown): return .time(precision: 3)
    case (.row, .row): return actual
    default: return nil
    }
  }

  /// The type with its variables filled in; families stand for their widest member.
  func substituted(_ variables: [String: SQLType]) -> SQLType? {
    switch self {
    case .exact(let type): return type
    case .variable(let name): return variables[name]
    case .text(let length): return variables[length] ?? .text
    case .paddedText(let length): return variables[length] ?? .char(length: 1)
    case .array(let element): return element.substituted(variables).map { .array($0) }
    case .map(let key, let value):
      guard let keyType = key.substituted(variables), let valueType = value.substituted(variables)
      else { return nil }
      return .map(key: keyType, value: valueType)
    case .function(_, let body): return body.substituted(variables)
    case .family(let family):
      switch family {
      case .varchar: return .text
      case .char: return .char(length: 1)
      case .decimal: return .decimal(precision: 38, scale: 0)
      case .timestamp: return .timestamp(precision: 3)
      case .zoned: return .timestampWithTimeZone(precision: 3)
      case .time: return .time(precision: 3)
      case .row: return nil
      }
    }
  }

  /// Learns what the variables are from an argument; false where it contradicts.
  func unify(_ actual: SQLType, _ variables: inout [String: SQLType]) -> Bool {
    switch (self, actual) {
    case (.variable(let name), _):
      if let known = variables[name] {
        guard let common = TypeCoercion.commonType(known, actual) else { return false }
        variables[name] = common
      } else {
        variables[name] = actual
      }
      return true
    case (.text(let length), .varchar), (.paddedText(let length), .char):
      variables[length] = actual
      return true
    case (.text(let length), .char(let count)):
      variables[length] = .varchar(length: count)
      return true
    case (.array(let element), .array(let own)): return element.unify(own, &variables)
    case (.map(let key, let value), .map(let ownKey, let ownValue)):
      return key.unify(ownKey, &variables) && value.unify(ownValue, &variables)
    case (.array(let element), .unknown): return element.unify(.unknown, &variables)
    case (.map(let key, let value), .unknown):
      return key.unify(.unknown, &variables) && value.unify(.unknown, &variables)
    case (.array, _), (.map, _): return false
    case (.function(_, let body), _): return body.unify(actual, &variables)
    default: return true
    }
  }
}

/// A signature as text and taken apart: `substr(varchar, bigint) -> varchar`.
///
/// One capital letter is a variable, `x` in `varchar(x)` the length of a text; `...` after the last type lets it repeat.
struct FunctionSignature: Sendable {
  let name: String
  let parameters: [TypePattern]
  let isVariadic: Bool
  let result: TypePattern

  /// Reads a signature of the catalog; a malformed one is a mistake of the programmer.
  init(_ text: String) {
    var reader = SignatureReader(text)
    name = reader.name()
    var parameters: [TypePattern] = []
    var isVariadic = false
    reader.expect("(")
    while !reader.skip(")") {
      parameters.append(reader.type())
      if reader.skip("...") { isVariadic = true }
      _ = reader.skip(",")
    }
    reader.expect("->")
    self.parameters = parameters
    self.isVariadic = isVariadic
    result = reader.type()
  }

  /// The patterns for a number of arguments, or nil if it does not take so many.
  func patterns(for count: Int) -> [TypePattern]? {
    if count == parameters.count { return parameters }
    guard isVariadic, let last = parameters.last, count >= parameters.count - 1 else { return nil }
    return Array(parameters.dropLast())
      + Array(repeating: last, count: count - parameters.count + 1)
  }

  /// How the signature fits argument types; nil where it does not.
  func match(_ types: [SQLType]) -> SignatureMatch? {
    guard let patterns = patterns(for: types.count) else { return nil }
    var variables: [String: SQLType] = [:]
    for (pattern, type) in zip(patterns, types) where !pattern.unify(type, &variables) {
      return nil
    }
    var targets: [SQLType] = []
    var cost = 0
    for (pattern, type) in zip(patterns, types) {
      guard let target = pattern.target(for: type, variables),
        TypeCoercion.canCoerce(type, to: target)
      else { return nil }
      targets.append(target)
      cost += FunctionSignature.distance(type, target)
      if case .variable = pattern { cost += 1 }
    }
    let resultType = result.substituted(variables) ?? .unknown
    return SignatureMatch(
      argumentTypes: targets,
      variables: variables,
      resultType: resultType,
      cost: cost
    )
  }

  /// How far a coercion goes; the nearest signature wins.
  private static func distance(_ from: SQLType, _ to: SQLType) -> Int {
    if from == to || from == .unknown { return 0 }
    switch (from, to) {
    case (_, .bigint), (_, .integer), (_, .smallint): return 2
    case (_, .decimal): return from.isInteger ? 10 : 2
    case (_, .real): return 20
    case (_, .double): return 22
    case (.date, .timestamp): return 5
    case (_, .timestampWithTimeZone): return 8
    case (.varchar, .varchar): return 0
    default: return 3
    }
  }
}

/// A signature that fits: what to cast the arguments to, and what comes out.
struct SignatureMatch: Sendable {
  var argumentTypes: [SQLType]
  var variables: [String: SQLType]
  var resultType: SQLType
  var cost: Int

  /// The length of the text that goes by a name: nil where it has no bound.
  func length(_ name: String) -> Int? {
    if case .varchar(let length) = variables[name] { return length }
    return nil
  }
}

/// Reads signatures of the catalog.
private struct SignatureReader {
  private var rest: Substring

  init(_ text: String) { rest = Substring(text) }

  private mutating func skipSpaces() {
    while rest.first == " " { rest.removeFirst() }
  }

  mutating func skip(_ token: String) -> Bool {
    skipSpaces()
    guard rest.hasPrefix(token) else { return false }
    rest.removeFirst(token.count)
    return true
  }

  mutating func expect(_ token: String) {
    let found = skip(token)
    precondition(found, "a signature of the catalog lacks '\(token)' before '\(rest)'")
  }

  mutating func name() -> String {
    skipSpaces()
    let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }
    rest.removeFirst(word.count)
    return String(word)
  }

  mutating func type() -> TypePattern {
    let word = name()
    if word.count == 1, word == word.uppercased() { return .variable(word) }
    switch word {
    case "array":
      expect("(")
      let element = type()
      expect(")")
      return .array(element)
    case "map":
      expect("(")
      let key = type()
      expect(",")
      let value = type()
      expect(")")
      return .map(key, value)
    case "function":
      expect("(")
      var parameters: [TypePattern] = []
      repeat { parameters.append(type()) } while skip(",")
      expect(")")
      let body = parameters.removeLast()
      return .function(parameters, body)
    case "varchar" where skip("("):
      let length = name()
      expect(")")
      return Int(length).map { .exact(.varchar(length: $0)) } ?? .text(length)
    case "char" where skip("("):
      let length = name()
      expect(")")
      return .paddedText(length)
    case "qdigest":
      expect("(")
      let values = name()
      expect(")")
      return .exact(.qdigest(SignatureReader.simple[values] ?? .unknown))
    case "timestamp": return .family(skip("with time zone") ? .zoned : .timestamp)
    case "interval":
      return .exact(
        skip("day to second")
          ? .intervalDayToSecond : skip("year to month") ? .intervalYearToMonth : .unknown
      )
    default: break
    }
    if let family = TypePattern.Family(rawValue: word) { return .family(family) }
    guard let type = SignatureReader.simple[word] else {
      preconditionFailure("a signature of the catalog names the unknown type '\(word)'")
    }
    return .exact(type)
  }

  private static let simple: [String: SQLType] = [
    "unknown": .unknown, "boolean": .boolean, "tinyint": .tinyint, "smallint": .smallint,
    "integer": .integer, "bigint": .bigint, "real": .real, "double": .double,
    "varbinary": .varbinary, "json": .json, "uuid": .uuid, "date": .date, "ipaddress": .ipAddress,
    "ipprefix": .ipPrefix, "hyperloglog": .hyperLogLog, "setdigest": .setDigest,
    "tdigest": .tdigest,
  ]
}
