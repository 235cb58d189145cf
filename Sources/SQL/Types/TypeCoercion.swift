/// Which types turn into which without a cast, as Trino's `TypeCoercion` has it.
enum TypeCoercion {
  /// The type that both can be brought to, or nil.
  static func commonType(_ a: SQLType, _ b: SQLType) -> SQLType? {
    if a == b { return a }
    switch (a, b) {
    case (.unknown, let other), (let other, .unknown): return other
    case (.varchar(let left), .varchar(let right)): return .varchar(length: longer(left, right))
    case (.char(let left), .char(let right)): return .char(length: max(left, right))
    case (.char(let left), .varchar(let right)), (.varchar(let right), .char(let left)):
      guard let right else { return .text }
      return .char(length: max(left, right))
    case (.array(let left), .array(let right)):
      return commonType(left, right).map { .array($0) }
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      guard let key = commonType(leftKey, rightKey),
        let value = commonType(leftValue, rightValue)
      else { return nil }
      return .map(key: key, value: value)
    case (.row(let left), .row(let right)): return commonRow(left, right)
    default: return commonTime(a, b) ?? commonNumber(a, b)
    }
  }

  /// Whether a value of `from` may stand where `to` is wanted.
  static func canCoerce(_ from: SQLType, to: SQLType) -> Bool {
    if from == to { return true }
    switch (from, to) {
    case (.unknown, _): return true
    case (.varchar(let left), .varchar(let right)):
      guard let right else { return true }
      guard let left else { return false }
      return left <= right
    case (.char, .varchar(nil)): return true
    case (.char(let left), .varchar(let right?)): return left <= right
    case (.array(let left), .array(let right)): return canCoerce(left, to: right)
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      return canCoerce(leftKey, to: rightKey) && canCoerce(leftValue, to: rightValue)
    case (.row(let left), .row(let right)):
      return left.count == right.count
        && zip(left, right).allSatisfy { canCoerce($0.type, to: $1.type) }
    case (.decimal(let precision, let scale), .decimal(let targetPrecision, let targetScale)):
      return targetScale >= scale && targetPrecision - targetScale >= precision - scale
    default:
      guard let common = commonType(from, to) else { return false }
      if case .decimal(let targetPrecision, let targetScale) = to,
        let own = decimal(for: from), case .decimal(let precision, let scale) = own
      {
        return targetScale >= scale && targetPrecision - targetScale >= precision - scale
      }
      return common == to
    }
  }

  /// The decimal that holds every value of an integer type; a decimal itself.
  static func decimal(for type: SQLType) -> SQLType? {
    switch type {
    case .tinyint: .decimal(precision: 3, scale: 0)
    case .smallint: .decimal(precision: 5, scale: 0)
    case .integer: .decimal(precision: 10, scale: 0)
    case .bigint: .decimal(precision: 19, scale: 0)
    case .decimal: type
    default: nil
    }
  }

  private static func longer(_ left: Int?, _ right: Int?) -> Int? {
    guard let left, let right else { return nil }
    return max(left, right)
  }

  private static func commonRow(_ left: [SQLType.RowField], _ right: [SQLType.RowField])
    -> SQLType?
  {
    guard left.count == right.count else { return nil }
    var fields: [SQLType.RowField] = []
    for (one, other) in zip(left, right) {
      guard let type = commonType(one.type, other.type) else { return nil }
      fields.append(SQLType.RowField(name: one.name == other.name ? one.name : nil, type: type))
    }
    return .row(fields)
  }

  private static func commonTime(_ a: SQLType, _ b: SQLType) -> SQLType? {
    switch (a, b) {
    case (.timestamp(let left), .timestamp(let right)):
      return .timestamp(precision: max(left, right))
    case (.timestampWithTimeZone(let left), .timestampWithTimeZone(let right)),
      (.timestampWithTimeZone(let left), .timestamp(let right)),
      (.timestamp(let left), .timestampWithTimeZone(let right)):
      return .timestampWithTimeZone(precision: max(left, right))
    case (.date, .timestamp), (.date, .timestampWithTimeZone): return b
    case (.timestamp, .date), (.timestampWithTimeZone, .date): return a
    case (.time(let left), .time(let right)): return .time(precision: max(left, right))
    default: return nil
    }
  }

  /// tinyint < smallint < integer < bigint < decimal < real < double.
  private static func commonNumber(_ a: SQLType, _ b: SQLType) -> SQLType? {
    guard let left = numberRank(a), let right = numberRank(b) else { return nil }
    if left < 4 && right < 4 { return left > right ? a : b }
    if left == 6 || right == 6 { return .double }
    if left == 5 || right == 5 { return .real }
    guard let one = decimal(for: a), let other = decimal(for: b),
      case .decimal(let leftPrecision, let leftScale) = one,
      case .decimal(let rightPrecision, let rightScale) = other
    else { return nil }
    let scale = max(leftScale, rightScale)
    let whole = max(leftPrecision - leftScale, rightPrecision - rightScale)
    return .decimal(precision: min(38, whole + scale), scale: scale)
  }

  private static func numberRank(_ type: SQLType) -> Int? {
    switch type {
    case .tinyint: 0
    case .smallint: 1
    case .integer: 2
    case .bigint: 3
    case .decimal: 4
    case .real: 5
    case .double: 6
    default: nil
    }
  }
}

extension SQLType {
  /// Whether this is tinyint, smallint, integer or bigint.
  var isInteger: Bool {
    switch self {
    case .tinyint, .smallint, .integer, .bigint: true
    default: false
    }
  }

  /// Whether this is a number of any kind.
  var isNumeric: Bool {
    switch self {
    case .real, .double, .decimal: true
    default: isInteger
    }
  }

  /// Whether this is varchar or char.
  var isText: Bool {
    switch self {
    case .varchar, .char: true
    default: false
    }
  }

  /// The digits after a decimal's point; zero for other types.
  var scale: Int {
    if case .decimal(_, let scale) = self { return scale }
    return 0
  }

  /// Whether this is a summary of many values, which only its own functions read.
  var isSketch: Bool {
    switch self {
    case .hyperLogLog, .setDigest, .tdigest, .qdigest: true
    default: false
    }
  }

  /// Whether values have an order: `<`, ORDER BY, min and max.
  var isOrderable: Bool {
    switch self {
    case .json, .map: false
    case .array(let element): element.isOrderable
    case .row(let fields): fields.allSatisfy(\.type.isOrderable)
    default: !isSketch
    }
  }
}
