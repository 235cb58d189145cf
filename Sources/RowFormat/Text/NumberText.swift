#if canImport(Glibc)
  import Glibc
#endif

/// A number as it is written: exact, and not yet of any type.
///
/// ```
///   number   = [ "-" ] integer [ "." digits ] [ ("e" / "E") [ "+" / "-" ] digits ]
///   integer  = "0" / ( %x31-39 *digit )                                       (RFC 8259, section 6)
/// ```
struct NumberText {
  /// The first byte of the text.
  var start: UnsafePointer<UInt8>
  /// The byte after the text.
  var end: UnsafePointer<UInt8>
  /// All digits without the point; right while ``digitCount`` is at most 19.
  var magnitude: UInt64 = 0
  /// The digits from the first that is not zero on.
  var digitCount = 0
  /// The digits after the point.
  var fractionDigitCount = 0
  /// The written power of ten, cut to ±100,000.
  var exponent = 0
  var isNegative = false
  /// Whether there is neither a point nor an exponent.
  var isInteger = true
  var hasExponent = false

  /// Whether the value is zero.
  var isZero: Bool { digitCount == 0 }
  /// The digits after the point once the exponent is worked in; negative for trailing zeros.
  ///
  /// The power of ten does not matter to a zero.
  var scale: Int { isZero ? min(fractionDigitCount, 38) : fractionDigitCount - exponent }
  /// The digits before the point once the exponent is worked in.
  var integerDigitCount: Int { max(digitCount - scale, 0) }

  /// How a number may be written.
  enum Grammar {
    /// As in JSON: no plus, no leading zeros, digits on both sides of the point.
    case json
    /// Also a plus and leading zeros, for columns that are declared to be numbers.
    case lenient
  }

  /// The number at `start`, or nil where none is; bytes after it are not looked at.
  @inline(__always)
  static func scan(_ start: UnsafePointer<UInt8>, _ grammar: Grammar = .json) -> NumberText? {
    var number = NumberText(start: start, end: start)
    var at = start
    if at.pointee == UInt8(ascii: "-") {
      number.isNegative = true
      at += 1
    } else if grammar == .lenient && at.pointee == UInt8(ascii: "+") {
      at += 1
    }
    let first = at
    if at.pointee == UInt8(ascii: "0") {
      at += 1
      if grammar == .lenient {
        while at.pointee == UInt8(ascii: "0") { at += 1 }
      } else if at.pointee &- 48 <= 9 {
        return nil
      }
    }
    var magnitude: UInt64 = 0
    let digits = at
    while true {
      let digit = at.pointee &- 48
      if digit > 9 { break }
      magnitude = magnitude &* 10 &+ UInt64(digit)
      at += 1
    }
    if at == first { return nil }
    number.digitCount = at - digits
    if at.pointee == UInt8(ascii: ".") {
      at += 1
      let point = at
      var significant = number.digitCount == 0 ? nil : digits
      while true {
        let digit = at.pointee &- 48
        if digit > 9 { break }
        if digit != 0 && significant == nil { significant = at }
        magnitude = magnitude &* 10 &+ UInt64(digit)
        at += 1
      }
      if at == point { return nil }
      number.fractionDigitCount = at - point
      number.isInteger = false
      if number.digitCount > 0 {
        number.digitCount += number.fractionDigitCount
      } else if let significant {
        number.digitCount = at - significant
      }
    }
    number.magnitude = magnitude
    if at.pointee | 0x20 == UInt8(ascii: "e") {
      guard let after = number.scanExponent(at) else { return nil }
      at = after
    }
    number.end = at
    return number
  }

  private mutating func scanExponent(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
    var at = start + 1
    let isNegative = at.pointee == UInt8(ascii: "-")
    if isNegative || at.pointee == UInt8(ascii: "+") { at += 1 }
    let first = at
    while at.pointee &- 48 <= 9 {
      exponent = min(exponent * 10 + Int(at.pointee &- 48), 100_000)
      at += 1
    }
    if at == first { return nil }
    if isNegative { exponent = -exponent }
    isInteger = false
    hasExponent = true
    return at
  }

  /// The value as a 64-bit integer, where it is one.
  ///
  /// A fraction of zeros and an exponent do no harm: `1.0` and `1e2` are integers by value.
  var int64: Int64? {
    if isInteger && digitCount <= 18 {
      let value = Int64(truncatingIfNeeded: magnitude)
      return isNegative ? 0 &- value : value
    }
    guard let wide = int128(scale: 0) else { return nil }
    return Int64(exactly: wide)
  }

  /// The value times 10^`scale` where that is an integer of at most 38 digits.
  func int128(scale wanted: Int) -> Int128? {
    if isZero { return 0 }
    var shift = wanted - scale
    var value: UInt128
    if digitCount <= 19 {
      value = UInt128(magnitude)
    } else {
      guard let (digits, dropped) = wideMagnitude() else { return nil }
      value = digits
      shift += dropped
    }
    while shift < 0 {
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
      if remainder != 0 { return nil }
      value = quotient
      shift += 1
    }
    if shift > 38 { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: PowersOfTen.wide(shift))
    if overflow || product >= PowersOfTen.wide(38) { return nil }
    return isNegative ? -Int128(product) : Int128(product)
  }

  /// The digits as one integer without their trailing zeros, and how many zeros those were; nil
  /// over 38 digits.
  private func wideMagnitude() -> (UInt128, Int)? {
    var value: UInt128 = 0
    var zeros = 0
    var at = start
    var length = 0
    while at < end && at.pointee | 0x20 != UInt8(ascii: "e") {
      let digit = at.pointee &- 48
      at += 1
      if digit > 9 { continue }
      if digit == 0 {
        if value != 0 { zeros += 1 }
        continue
      }
      length += zeros + 1
      if length > 38 { return nil }
      value = value * PowersOfTen.wide(zeros + 1) + UInt128(digit)
      zeros = 0
    }
    return (value, zeros)
  }

  /// The significant digits without trailing zeros, for numbers that need more than 38 digits.
  var significantDigitCount: Int {
    var count = 0
    var zeros = 0
    var at = start
    while at < end && at.pointee | 0x20 != UInt8(ascii: "e") {
      let digit = at.pointee &- 48
      at += 1
      if digit > 9 { continue }
      if digit == 0 {
        if count > 0 { zeros += 1 }
      } else {
        count += zeros + 1
        zeros = 0
      }
    }
    return count
  }

  /// The nearest double, or nil where that would be infinite, or zero for a value that is not.
  var double: Double? {
    if digitCount <= 15 && scale >= -22 && scale <= 22 {
      // Both the digits and the power of ten are exact doubles, so one operation rounds once.
      let digits = Double(magnitude)
      let value =
        scale >= 0 ? digits / PowersOfTen.double(scale) : digits * PowersOfTen.double(-scale)
      return isNegative ? -value : value
    }
    // The text ends at a byte that is no part of a number, so that strtod stops there too.
    let value = start.withMemoryRebound(to: CChar.self, capacity: end - start) { strtod($0, nil) }
    if !value.isFinite || (value == 0 && !isZero) { return nil }
    return value
  }

  /// Whether a double keeps the number: an integer of at most 53 bits, or any other number of at
  /// most 17 digits, which is how doubles are printed.
  var isKeptByDouble: Bool {
    if digitCount <= 15 { return true }
    if isInteger { return digitCount <= 16 && magnitude <= 1 << 53 }
    return significantDigitCount <= 17
  }
}
