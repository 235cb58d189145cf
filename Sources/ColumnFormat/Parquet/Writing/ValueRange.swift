/// Refuses values that the type of their column does not have.
///
/// A decimal(5,2) of 1000.00 in memory would be read differently by every engine.
enum ValueRange {
  static func check(_ bounds: ValueBounds, _ leaf: LeafColumn) throws(DecodingFailure) {
    switch (leaf.type, bounds) {
    case (.decimal(let precision, _), .int(let low, let high)):
      let limit = Int64(truncatingIfNeeded: DecimalWidth.power(precision))
      if low <= -limit || high >= limit { throw tooManyDigits(precision) }
    case (.decimal(let precision, _), .int128(let low, let high)):
      let limit = Int128(truncatingIfNeeded: DecimalWidth.power(precision))
      if low <= -limit || high >= limit { throw tooManyDigits(precision) }
    case (.time(let unit), .int(let low, let high)):
      if low < 0 || high >= 86_400 * unit.perSecond {
        throw DecodingFailure("a time of day is outside of 00:00 to 24:00")
      }
    default: break
    }
  }

  private static func tooManyDigits(_ precision: Int) -> DecodingFailure {
    DecodingFailure("a value has more than the type's \(precision) digits")
  }
}
