#if canImport(Glibc)
  import Glibc
#endif

/// Numbers as Trino (that is, Java) writes and reads them.
enum NumberText {
  static func append(_ value: Int64, to text: inout [UInt8]) {
    if value < 0 { text.append(45) }
    var rest = value.magnitude
    if rest < 10 {
      text.append(48 &+ UInt8(truncatingIfNeeded: rest))
      return
    }
    var count = 0
    var probe = rest
    while probe > 0 {
      probe /= 10
      count &+= 1
    }
    let start = text.count
    for _ in 0..<count { text.append(48) }
    var place = start + count - 1
    while rest > 0 {
      text[place] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      place &-= 1
    }
  }

  /// `value` with at least `width` digits.
  static func append(_ value: Int, width: Int, to text: inout [UInt8]) {
    if value >= 0 && value < 1_000_000_000 && width > 0 && width <= 9 {
      // Most are numbers of times, of as many digits as there are to be.
      var rest = UInt32(truncatingIfNeeded: value)
      let start = text.count
      for _ in 0..<width { text.append(48) }
      var place = start + width - 1
      while rest > 0 && place >= start {
        text[place] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
        place &-= 1
      }
      if rest == 0 { return }
      text.removeLast(width)
    }
    var digits = 1
    var limit = 10
    while digits < 18 && value >= limit {
      digits += 1
      limit *= 10
    }
    for _ in 0..<max(0, width - digits) { text.append(48) }
    append(Int64(value), to: &text)
  }

  /// The shortest digits that give a number back, as `0.d₁d₂… × 10^exponent`.
  struct ShortestDigits {
    var isNegative: Bool
    var digits: [UInt8]
    /// Where the point stands: after this many digits.
    var exponent: Int

    /// Takes apart what Swift prints, which is the shortest form; the number is finite.
    init(_ printed: String) {
      isNegative = false
      digits = []
      exponent = 0
      var sawPoint = false
      var rest = Substring(printed).utf8
      while let byte = rest.popFirst() {
        switch byte {
        case 0x2D: isNegative = true
        case 0x2E: sawPoint = true
        case 0x30...0x39:
          if digits.isEmpty && byte == 0x30 {
            if sawPoint { exponent -= 1 }
          } else {
            digits.append(byte)
            if !sawPoint { exponent += 1 }
          }
        default:
          exponent += Int(String(decoding: rest.drop { $0 == 0x2B }, as: UTF8.self)) ?? 0
          rest = rest.suffix(0)
        }
      }
      while digits.last == 0x30 { digits.removeLast() }
      if digits.isEmpty { exponent = 0 }
    }
  }

  /// As Java's `Double.toString`: `1.5`, `1.0E10`; how results show doubles.
  static func appendPlain(_ value: Double, to text: inout [UInt8]) {
    if appendSpecial(value, to: &text) { return }
    appendPlain(ShortestDigits(value.description), isZero: value == 0, to: &text)
  }

  static func appendPlain(_ value: Float, to text: inout [UInt8]) {
    if appendSpecial(Double(value), to: &text) { return }
    appendPlain(ShortestDigits(value.description), isZero: value == 0, to: &text)
  }

  private static func appendPlain(_ number: ShortestDigits, isZero: Bool, to text: inout [UInt8]) {
    if number.isNegative { text.append(45) }
    if isZero {
      text += Array("0.0".utf8)
      return
    }
    // Java writes plainly from 10⁻³ up to, but without, 10⁷.
    guard number.exponent > -3 && number.exponent <= 7 else {
      appendMantissa(number, to: &text)
      return
    }
    let digits = number.digits
    if number.exponent <= 0 {
      text += Array("0.".utf8)
      for _ in 0..<(-number.exponent) { text.append(48) }
      text += digits
      return
    }
    for index in 0..<number.exponent { text.append(index < digits.count ? digits[index] : 48) }
    text.append(46)
    if digits.count > number.exponent {
      text += digits[number.exponent...]
    } else {
      text.append(48)
    }
  }

  /// As `CAST(x AS varchar)` writes: `1.5E0`.
  static func appendScientific(_ value: Double, to text: inout [UInt8]) {
    if appendSpecial(value, to: &text) { return }
    if value == 0 { return appendZero(isNegative: value.sign == .minus, to: &text) }
    let number = ShortestDigits(value.description)
    if number.isNegative { text.append(45) }
    appendMantissa(number, to: &text)
  }

  static func appendScientific(_ value: Float, to text: inout [UInt8]) {
    if appendSpecial(Double(value), to: &text) { return }
    if value == 0 { return appendZero(isNegative: value.sign == .minus, to: &text) }
    let number = ShortestDigits(value.description)
    if number.isNegative { text.append(45) }
    appendMantissa(number, to: &text)
  }

  /// The one number that has no digit behind the point.
  private static func appendZero(isNegative: Bool, to text: inout [UInt8]) {
    text += Array((isNegative ? "-0E0" : "0E0").utf8)
  }

  private static func appendSpecial(_ value: Double, to text: inout [UInt8]) -> Bool {
    if value.isNaN {
      text += Array("NaN".utf8)
    } else if value.isInfinite {
      text += Array((value < 0 ? "-Infinity" : "Infinity").utf8)
    } else {
      return false
    }
    return true
  }

  /// `d.dddE±e` without the sign in front.
  private static func appendMantissa(_ number: ShortestDigits, to text: inout [UInt8]) {
    text.append(number.digits.first ?? 48)
    text.append(46)
    if number.digits.count > 1 { text += number.digits[1...] } else { text.append(48) }
    text.append(0x45)
    append(Int64(number.digits.isEmpty ? 0 : number.exponent - 1), to: &text)
  }

  /// As Java's `Long.parseLong`: a sign and digits, nothing else.
  @inline(__always)
  static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    var position = 0
    var isNegative = false
    if let first = bytes.first, first == 0x2D || first == 0x2B {
      isNegative = first == 0x2D
      position = 1
    }
    guard position < bytes.count else { return nil }
    var value: Int64 = 0
    while position < bytes.count {
      let digit = bytes[position] &- 48
      guard digit < 10 else { return nil }
      let (scaled, first) = value.multipliedReportingOverflow(by: 10)
      let (sum, second) =
        isNegative
        ? scaled.subtractingReportingOverflow(Int64(digit))
        : scaled.addingReportingOverflow(Int64(digit))
      if first || second { return nil }
      value = sum
      position &+= 1
    }
    return value
  }

  /// As Java's `Double.parseDouble`: also `NaN`, `Infinity`, a trailing `d` or `f`, outer spaces.
  static func double(_ bytes: UnsafeRawBufferPointer) -> Double? {
    var start = 0
    var end = bytes.count
    while start < end, bytes[start] <= 32 { start += 1 }
    while end > start, bytes[end - 1] <= 32 { end -= 1 }
    guard end > start, end - start < 1_000 else { return nil }
    if let fast = plainDouble(bytes, start, end) { return fast }
    var text = Array(bytes[start..<end])
    let unsigned = text.first == 0x2D || text.first == 0x2B ? Array(text.dropFirst()) : text
    if unsigned == Array("NaN".utf8) { return .nan }
    if unsigned == Array("Infinity".utf8) {
      return text.first == 0x2D ? -Double.infinity : .infinity
    }
    guard let lead = unsigned.first, lead == 0x2E || (0x30...0x39).contains(lead) else {
      return nil
    }
    let isHex = unsigned.count > 1 && (unsigned[1] | 0x20) == 0x78
    if !isHex, let last = text.last, (last | 0x20) == 0x64 || (last | 0x20) == 0x66 {
      text.removeLast()
    }
    text.append(0)
    let length = text.count - 1
    return text.withUnsafeBufferPointer { buffer -> Double? in
      guard let base = buffer.baseAddress else { return nil }
      return base.withMemoryRebound(to: CChar.self, capacity: length + 1) { chars in
        var stop: UnsafeMutablePointer<CChar>?
        let value = strtod(chars, &stop)
        return stop.map { UnsafePointer($0) } == chars + length ? value : nil
      }
    }
  }

  /// Digits with a point: exact by one division while there are at most 15 of them.
  private static func plainDouble(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int)
    -> Double?
  {
    var position = start
    var isNegative = false
    if bytes[position] == 0x2D || bytes[position] == 0x2B {
      isNegative = bytes[position] == 0x2D
      position += 1
    }
    var value: Int64 = 0
    var digits = 0
    var scale = 0
    var sawPoint = false
    while position < end {
      let byte = bytes[position]
      if byte == 0x2E && !sawPoint {
        sawPoint = true
      } else {
        let digit = byte &- 48
        guard digit < 10, digits < 15 else { return nil }
        value = value &* 10 &+ Int64(digit)
        digits += 1
        if sawPoint { scale += 1 }
      }
      position += 1
    }
    guard digits > 0 else { return nil }
    let magnitude = Double(value) / Double(DecimalMath.smallPowers[scale])
    return isNegative ? -magnitude : magnitude
  }

  enum DecimalParse: Equatable {
    case value(Int128)
    case notANumber
    case tooLarge
  }

  /// As Java's `BigDecimal(String)`, rounded half up to `scale`.
  static func decimal(_ bytes: UnsafeRawBufferPointer, precision: Int, scale: Int) -> DecimalParse {
    var position = 0
    var isNegative = false
    if let first = bytes.first, first == 0x2D || first == 0x2B {
      isNegative = first == 0x2D
      position = 1
    }
    var digits: [UInt8] = []
    var pointAfter = 0
    var sawPoint = false
    var sawDigit = false
    var exponent = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x2E && !sawPoint {
        sawPoint = true
      } else if (0x30...0x39).contains(byte) {
        sawDigit = true
        if !(digits.isEmpty && byte == 0x30) {
          digits.append(byte)
          if !sawPoint { pointAfter += 1 }
        } else if sawPoint {
          pointAfter -= 1
        }
      } else if byte | 0x20 == 0x65, sawDigit {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[(position + 1)...])
        guard let power = integer(rest), (-99_999...99_999).contains(power) else {
          return .notANumber
        }
        exponent = Int(power)
        break
      } else {
        return .notANumber
      }
      position += 1
    }
    guard sawDigit else { return .notANumber }
    return rounded(digits, pointAfter: pointAfter + exponent, precision, scale, isNegative)
  }

  /// Digits with their point, as an unscaled decimal rounded half up.
  static func rounded(
    _ digits: [UInt8],
    pointAfter: Int,
    _ precision: Int,
    _ scale: Int,
    _ isNegative: Bool
  ) -> DecimalParse {
    // How many of the digits stay; one more decides the rounding.
    let kept = pointAfter + scale
    if kept > 39 && !digits.isEmpty { return .tooLarge }
    var value: Int128 = 0
    for index in 0..<max(0, kept) {
      let digit = index < digits.count ? digits[index] &- 48 : 0
      value = value &* 10 &+ Int128(digit)
      if index >= 38 && value >= DecimalMath.powers[38] { return .tooLarge }
    }
    if kept >= 0 && kept < digits.count && digits[kept] >= 0x35 { value += 1 }
    guard DecimalMath.fits(value, precision: precision) else { return .tooLarge }
    return .value(isNegative ? 0 &- value : value)
  }
}
