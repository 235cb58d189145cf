import ColumnFormat

/// Turns what was seen of a field into the smallest type that holds it.
enum TypeResolution {
  /// The type of values that are no object and no array, or that are several kinds.
  static func scalar(_ shape: Shape) -> LogicalType {
    let kinds = shape.kinds
    if kinds.isEmpty { return .unknown }
    if kinds == .boolean { return .boolean }
    if kinds == .binary { return .binary }
    if kinds.isSubset(of: .numbers) { return number(shape) }
    if kinds.isSubset(of: .times) { return time(shape) }
    return .string
  }

  /// Whether the kinds have no type in common but text.
  static func isMixed(_ kinds: Shape.Kinds) -> Bool {
    let groups: [Shape.Kinds] = [
      .boolean, .numbers, .text.union(.times), .binary, .object, .array,
    ]
    return groups.filter { !kinds.isDisjoint(with: $0) }.count > 1
  }

  private static func number(_ shape: Shape) -> LogicalType {
    if shape.kinds.contains(.double) { return shape.isKeptByDouble ? .float64 : .string }
    if shape.kinds.contains(.decimal) {
      return TypeLattice.decimal(integerDigits: shape.allIntegerDigitCount, scale: shape.scale)
        ?? (shape.isKeptByDouble ? .float64 : .string)
    }
    // Identifiers of this size differ in length; the widest type saves widening again and again.
    if shape.kinds.contains(.wideInteger) { return .decimal(precision: 38, scale: 0) }
    return .int64
  }

  private static func time(_ shape: Shape) -> LogicalType {
    if shape.kinds == .date { return .date }
    // A date is midnight on the clock, but it is no instant.
    let isUTC = shape.kinds == .instant
    if !isUTC && shape.kinds.contains(.instant) { return .string }
    let unit = TimeUnit(fractionDigitCount: shape.timeDigitCount)
    if unit == .nanos && shape.isFarFromEpoch { return .string }
    return .timestamp(unit, isAdjustedToUTC: isUTC)
  }

  /// The type that also holds the values of a known type.
  static func scalar(_ shape: Shape, known: LogicalType) -> LogicalType {
    let seen = scalar(shape)
    switch (known, seen) {
    case (.unknown, _), (_, .unknown): return TypeLattice.unify(known, seen)
    case (.int8, .int64): return integer(shape, atLeast: known)
    case (.int16, .int64): return integer(shape, atLeast: known)
    case (.int32, .int64): return integer(shape, atLeast: known)
    case (.decimal(let precision, let scale), .int64),
      (.decimal(let precision, let scale), .decimal):
      return decimal(shape, precision: precision, scale: scale)
    case (.float32, .int64), (.float64, .int64), (.float32, .decimal), (.float64, .decimal):
      return shape.isKeptByDouble ? .float64 : .string
    case (.date, .timestamp(_, isAdjustedToUTC: true)),
      (.timestamp(_, isAdjustedToUTC: true), .date):
      return .string
    case (.timestamp(let knownUnit, let knownIsUTC), .timestamp(let unit, let isUTC)):
      if knownIsUTC != isUTC { return .string }
      let finer = knownUnit.digits >= unit.digits ? knownUnit : unit
      if finer == .nanos && shape.isFarFromEpoch { return .string }
      return .timestamp(finer, isAdjustedToUTC: isUTC)
    case (.timestamp(.nanos, _), .date), (.date, .timestamp(.nanos, _)):
      return shape.isFarFromEpoch ? .string : TypeLattice.unify(known, seen)
    default: return TypeLattice.unify(known, seen)
    }
  }

  private static func integer(_ shape: Shape, atLeast known: LogicalType) -> LogicalType {
    func holds(_ range: ClosedRange<Int64>) -> Bool {
      range.contains(shape.integerMin) && range.contains(shape.integerMax)
    }
    if known == .int8 && holds(-128...127) { return .int8 }
    if known != .int32 && holds(-32_768...32_767) { return .int16 }
    return holds(-2_147_483_648...2_147_483_647) ? .int32 : .int64
  }

  private static func decimal(_ shape: Shape, precision: Int, scale: Int) -> LogicalType {
    let digits = max(shape.allIntegerDigitCount, precision - scale)
    let fraction = max(shape.kinds.contains(.decimal) ? shape.scale : 0, scale)
    if let type = TypeLattice.decimal(integerDigits: digits, scale: fraction) { return type }
    return shape.isKeptByDouble && precision <= 15 ? .float64 : .string
  }
}

extension TimeUnit {
  /// The coarsest unit that keeps so many digits of a second's fraction.
  init(fractionDigitCount: Int) {
    self = fractionDigitCount <= 3 ? .millis : fractionDigitCount <= 6 ? .micros : .nanos
  }
}
