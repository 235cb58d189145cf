public import ColumnFormat

/// The order in which types widen when files or records disagree.
///
/// ```
///   unknown < everything
///   tinyint < smallint < int < bigint < decimal, float < double
///   decimal + decimal, integer + decimal   the digits of both before and after the point
///   date < timestamp; timestamps and times take the finer unit
///   row + row      the union of the fields, each unified
///   list + list, map + map   elements, keys and values unified
///   anything else  string
/// ```
/// Every value keeps its meaning on the way up. Where two exact types together need more than 38
/// digits the result is text, because a double would change values.
public enum TypeLattice {
  /// The smallest type that holds the values of both.
  public static func unify(_ left: LogicalType, _ right: LogicalType) -> LogicalType {
    if left == right { return left }
    switch (left, right) {
    case (.unknown, let other), (let other, .unknown): return other
    case (.list(let leftElement), .list(let rightElement)):
      return .list(unify(leftElement, rightElement))
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      return .map(key: unify(leftKey, rightKey), value: unify(leftValue, rightValue))
    case (.row(let leftFields), .row(let rightFields)):
      return .row(union(leftFields, rightFields))
    case (.time(let leftUnit), .time(let rightUnit)): return .time(finer(leftUnit, rightUnit))
    case (.timestamp(let leftUnit, let leftIsUTC), .timestamp(let rightUnit, let rightIsUTC)):
      // An instant beside a wall clock reading: lake reads both as the clock in UTC.
      return .timestamp(finer(leftUnit, rightUnit), isAdjustedToUTC: leftIsUTC && rightIsUTC)
    case (.date, .timestamp): return right
    case (.timestamp, .date): return left
    default: return numbers(left, right) ?? .string
    }
  }

  /// The fields of both, those of `left` first, compared by name without case.
  public static func union(_ left: [Field], _ right: [Field]) -> [Field] {
    var fields = left
    var positions: [String: Int] = [:]
    for (index, field) in left.enumerated() {
      let key = field.name.lowercased()
      if positions[key] == nil { positions[key] = index }
    }
    var isSeen = [Bool](repeating: false, count: left.count)
    for field in right {
      let key = field.name.lowercased()
      if let index = positions[key] {
        fields[index] = unify(fields[index], field)
        if index < isSeen.count { isSeen[index] = true }
      } else {
        positions[key] = fields.count
        var added = field
        added.isNullable = true
        fields.append(added)
      }
    }
    for index in isSeen.indices where !isSeen[index] { fields[index].isNullable = true }
    return fields
  }

  private static func unify(_ left: Field, _ right: Field) -> Field {
    Field(
      left.name,
      unify(left.type, right.type),
      isNullable: left.isNullable || right.isNullable,
      id: left.id ?? right.id
    )
  }

  private static func finer(_ left: TimeUnit, _ right: TimeUnit) -> TimeUnit {
    left.digits >= right.digits ? left : right
  }

  private static func numbers(_ left: LogicalType, _ right: LogicalType) -> LogicalType? {
    guard let leftRank = rank(left), let rightRank = rank(right) else { return nil }
    let isExact = leftRank.isExact && rightRank.isExact
    guard isExact else {
      return .float64
    }
    if leftRank.scale == nil, rightRank.scale == nil {
      return leftRank.integerDigits >= rightRank.integerDigits ? left : right
    }
    return decimal(
      integerDigits: max(leftRank.integerDigits, rightRank.integerDigits),
      scale: max(leftRank.scale ?? 0, rightRank.scale ?? 0)
    )
  }

  /// The decimal with this many digits before and after the point; nil over 38.
  static func decimal(integerDigits: Int, scale: Int) -> LogicalType? {
    let precision = max(integerDigits + scale, 1)
    return precision <= 38 ? .decimal(precision: precision, scale: scale) : nil
  }

  private struct Rank {
    var integerDigits: Int
    var scale: Int?
    var isExact: Bool
  }

  private static func rank(_ type: LogicalType) -> Rank? {
    switch type {
    case .int8: Rank(integerDigits: 3, scale: nil, isExact: true)
    case .int16: Rank(integerDigits: 5, scale: nil, isExact: true)
    case .int32: Rank(integerDigits: 10, scale: nil, isExact: true)
    case .int64: Rank(integerDigits: 19, scale: nil, isExact: true)
    case .decimal(let precision, let scale):
      Rank(integerDigits: precision - scale, scale: scale, isExact: true)
    case .float32, .float64: Rank(integerDigits: 0, scale: nil, isExact: false)
    default: nil
    }
  }
}

extension Schema {
  /// The columns of both schemas, this one's first, compared by name without case.
  ///
  /// Types are unified by ``TypeLattice``; a column that one side lacks is nullable.
  public func merged(with other: Schema) -> Schema {
    Schema(TypeLattice.union(fields, other.fields))
  }
}
