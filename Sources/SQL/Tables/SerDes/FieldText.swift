import ColumnFormat
import RowFormat

/// Values of Hive's primitive types as its text formats write them.
enum FieldText {
  /// The value of a field; nil where the text is none of the type.
  ///
  /// Integers lose a fraction, decimals are rounded, `T` or a space may stand in a timestamp, as
  /// Hive's LazySimpleSerDe has it.
  static func scalar(_ bytes: UnsafeRawBufferPointer, _ type: LogicalType) -> Scalar? {
    switch type {
    case .string, .json, .unknown: return .bytes(Array(bytes))
    case .binary: return .bytes(Base64.decode(bytes) ?? Array(bytes))
    case .int8: return integer(bytes).flatMap { Int8(exactly: $0) == nil ? nil : .int($0) }
    case .int16: return integer(bytes).flatMap { Int16(exactly: $0) == nil ? nil : .int($0) }
    case .int32: return integer(bytes).flatMap { Int32(exactly: $0) == nil ? nil : .int($0) }
    case .int64: return integer(bytes).map { .int($0) }
    case .boolean:
      switch text(bytes).lowercased() {
      case "true": return .boolean(true)
      case "false": return .boolean(false)
      default: return nil
      }
    case .float32: return double(bytes).map { .float(Float($0)) }
    case .float64: return double(bytes).map { .double($0) }
    case .decimal(let precision, let scale): return decimal(text(bytes), precision, scale)
    case .date: return PartitionValue.scalar(String(text(bytes).prefix(10)), .date)
    case .timestamp: return timestamp(text(bytes), type)
    default: return nil
    }
  }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  private static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard let first = bytes.first else { return nil }
    let isNegative = first == UInt8(ascii: "-")
    var index = isNegative || first == UInt8(ascii: "+") ? 1 : 0
    if index == bytes.count { return nil }
    var value: Int64 = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: ".") {
        return bytes[(index + 1)...].allSatisfy { $0 &- 48 < 10 } ? value : nil
      }
      guard byte &- 48 < 10 else { return nil }
      let (scaled, isOver) = value.multipliedReportingOverflow(by: 10)
      // Negative all along, so that the smallest value has a place.
      let digit = Int64(byte &- 48)
      let (next, isOverToo) =
        isNegative
        ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
      if isOver || isOverToo { return nil }
      value = next
      index += 1
    }
    return value
  }

  private static func double(_ bytes: UnsafeRawBufferPointer) -> Double? {
    let words = text(bytes)
    switch words {
    case "NaN": return .nan
    case "Infinity", "+Infinity": return .infinity
    case "-Infinity": return -.infinity
    default:
      // Swift knows hexadecimal numbers and other spellings of infinity, Java does not.
      let isPlain = words.utf8.allSatisfy {
        $0 &- 48 < 10 || "+-.eE".utf8.contains($0)
      }
      return isPlain ? Double(words) : nil
    }
  }

  /// The integer that a number of JSON with an exponent is; nil where it has a fraction or over 64 bits.
  static func integer(withExponent text: String) -> Int64? {
    let parts = text.lowercased().split(separator: "e")
    guard parts.count == 2, let power = Int(parts[1]), (-999_999...999_999).contains(power)
    else { return nil }
    let sign = parts[0].hasPrefix("-") ? "-" : ""
    let halves = parts[0].dropFirst(sign.utf8.count)
      .split(separator: ".", omittingEmptySubsequences: false)
    let digits = halves.joined()
    if digits.allSatisfy({ $0 == "0" }) { return 0 }
    let wholeCount = halves[0].utf8.count + power
    guard wholeCount > 0, wholeCount - digits.utf8.count <= 19 else { return nil }
    guard digits.dropFirst(wholeCount).allSatisfy({ $0 == "0" }) else { return nil }
    let zeros = String(repeating: "0", count: max(0, wholeCount - digits.utf8.count))
    return Int64(sign + digits.prefix(wholeCount) + zeros)
  }

  /// Rounded half up to the scale; nil where too many digits stand before the point.
  static func decimal(_ text: String, _ precision: Int, _ scale: Int) -> Scalar? {
    var digits = text[...]
    var exponent = 0
    if let mark = digits.firstIndex(where: { $0 == "e" || $0 == "E" }) {
      guard let power = Int(digits[digits.index(after: mark)...]),
        (-99...99).contains(power)
      else {
        return nil
      }
      exponent = power
      digits = digits[..<mark]
    }
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, !digits.isEmpty, digits != "." else { return nil }
    var all = Array(parts.joined().utf8)
    guard all.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
    // How many digits stand before the point, then before the last one kept.
    let kept = parts[0].utf8.count + exponent + scale
    if kept < 0 { return precision <= 18 ? .int(0) : .int128(0) }
    if all.count < kept { all += [UInt8](repeating: 48, count: kept - all.count) }
    let roundsUp = kept < all.count && all[kept] >= 53
    let significant = all[..<kept].drop { $0 == 48 }
    guard significant.count <= precision else { return nil }
    var value = significant.reduce(Int128(0)) { $0 * 10 + Int128($1 - 48) } + (roundsUp ? 1 : 0)
    if "\(value)".utf8.count > precision && value != 0 { return nil }
    if isNegative { value = -value }
    return precision <= 18 ? .int(Int64(value)) : .int128(value)
  }

  /// `YYYY-MM-DD HH:MM:SS.f`, with `T` and `Z` as ISO 8601 has them.
  static func timestamp(_ text: String, _ type: LogicalType) -> Scalar? {
    PartitionValue.scalar(text.hasSuffix("Z") ? String(text.dropLast()) : text, type)
  }
}
