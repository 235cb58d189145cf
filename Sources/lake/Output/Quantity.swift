#if canImport(Glibc)
  import Glibc
#endif

/// Numbers as people read them.
enum Quantity {
  /// A whole number with commas: `1,234,567`.
  static func grouped(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return value < 0 ? "-" + text : text
  }

  /// A number of things: `1 file`, `1,234 files`.
  static func count(_ value: Int, _ thing: String) -> String {
    "\(grouped(value)) \(thing)\(value == 1 ? "" : "s")"
  }

  /// `512 B`, `1.5 kB`, `765.9 MB`: powers of ten, as disks and networks are measured.
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 1000 { return unit == "B" ? "\(count) B" : "\(tenths(value)) \(unit)" }
      value /= 1000
    }
    return "\(tenths(value)) TB"
  }

  /// `8 ms`, `1.25 s`, `3 min 20 s`.
  static func seconds(_ value: Double) -> String {
    if value < 0.9995 { return "\(Int((value * 1000).rounded())) ms" }
    if value < 99.5 { return "\(hundredths(value)) s" }
    let whole = Int(value.rounded())
    return "\(whole / 60) min \(whole % 60) s"
  }

  private static func tenths(_ value: Double) -> String {
    let rounded = Int((value * 10).rounded())
    return "\(rounded / 10).\(rounded % 10)"
  }

  private static func hundredths(_ value: Double) -> String {
    let rounded = Int((value * 100).rounded())
    let fraction = rounded % 100
    return "\(rounded / 100)." + (fraction < 10 ? "0" : "") + "\(fraction)"
  }
}

/// Time that has passed since it was made, by a clock that never jumps.
struct Stopwatch: Sendable {
  private let start = Stopwatch.now()

  /// Seconds since the start.
  var seconds: Double { Stopwatch.now() - start }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
