#if canImport(Glibc)
  import Glibc
#endif

/// Numbers beside a chart.
enum ChartNumber {
  /// A number with at most four digits that count, and commas: `1,234,567`, `12.35`, `0.00123`.
  static func text(_ value: Double) -> String {
    if value == 0 { return "0" }
    let magnitude = abs(value)
    if magnitude >= 1e15 || magnitude < 1e-4 { return exponential(value) }
    if magnitude >= 1000 || value == value.rounded() {
      return Quantity.grouped(Int(value.rounded()))
    }
    let digits = max(0, 3 - Int(log10(magnitude).rounded(.down)))
    return fixed(value, digits)
  }

  private static func exponential(_ value: Double) -> String {
    let exponent = Int(log10(abs(value)).rounded(.down))
    return fixed(value / pow(10, Double(exponent)), 2) + "e\(exponent)"
  }

  /// Without zeros at the end.
  private static func fixed(_ value: Double, _ digits: Int) -> String {
    let factor = pow(10, Double(digits))
    let scaled = Int((abs(value) * factor).rounded())
    var fraction = String(scaled % Int(factor))
    fraction = String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let whole = sign + Quantity.grouped(scaled / Int(factor))
    return fraction.isEmpty || digits == 0 ? whole : whole + "." + fraction
  }
}

/// Bounds of an axis that are round numbers.
struct ChartScale: Equatable {
  let low: Double
  let high: Double

  /// Bounds around values, zero among them when they reach near it.
  init(_ values: some Sequence<Double>) {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values {
      low = min(low, value)
      high = max(high, value)
    }
    if low > high { (low, high) = (0, 1) }
    if low > 0 && low < high / 2 { low = 0 }
    if high < 0 && high > low / 2 { high = 0 }
    if low == high { (low, high) = low > 0 ? (0, high) : (low, low < 0 ? 0 : 1) }
    let step = ChartScale.step((high - low) / 4)
    self.low = (low / step).rounded(.down) * step
    self.high = (high / step).rounded(.up) * step
  }

  /// 1, 2 or 5 times a power of ten, at least as large.
  private static func step(_ size: Double) -> Double {
    let power = pow(10, log10(size).rounded(.down))
    for factor in [1.0, 2, 5] where factor * power >= size * 0.999_999 { return factor * power }
    return 10 * power
  }

  /// Where a value lies between the bounds, from 0 to 1.
  func position(_ value: Double) -> Double { (value - low) / (high - low) }
}
