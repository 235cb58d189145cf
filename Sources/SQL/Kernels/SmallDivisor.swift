/// Division of 63-bit numbers by one that stays the same: a multiplication and a shift.
///
/// Granlund & Montgomery, *Division by Invariant Integers using Multiplication*, PLDI 1994: with
/// `2^l >= d` and `m = ceil(2^(63 + l) / d)`, `floor(n * m / 2^(63 + l))` is `floor(n / d)` for all
/// `n < 2^63`.
struct SmallDivisor: Sendable {
  let divisor: UInt64
  private let multiplier: UInt64
  private let shift: UInt64

  /// `divisor` is in `2 ..< 2^63`.
  init(_ divisor: UInt64) {
    precondition(divisor >= 2 && divisor < 1 << 63, "a divisor out of range")
    self.divisor = divisor
    let log = UInt64(64 - (divisor - 1).leadingZeroBitCount)
    // 2^(63 + log) / divisor, rounded up; below 2^64, as the divisor is more than 2^(log - 1).
    let (high, low): (UInt64, UInt64) = log == 0 ? (0, 1 << 63) : (1 << (log - 1), 0)
    let (quotient, rest) = divisor.dividingFullWidth((high, low))
    multiplier = rest == 0 ? quotient : quotient + 1
    shift = log - 1
  }

  /// `number / divisor`, rounded down; `number` is below 2^63.
  @inline(__always)
  func quotient(of number: UInt64) -> UInt64 {
    number.multipliedFullWidth(by: multiplier).high &>> shift
  }
}
