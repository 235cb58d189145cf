import ArgumentParser

/// A number of bytes as people write it: `512MB`, `2GiB`, `1.5G`, `65536`.
struct ByteSize: ExpressibleByArgument, Equatable, Sendable {
  var byteCount: Int

  init(byteCount: Int) { self.byteCount = byteCount }

  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
    let unit = argument.dropFirst(digits.count).drop { $0 == " " }.lowercased()
    guard let number = Double(digits.filter { $0 != "_" }), let factor = ByteSize.factors[unit]
    else { return nil }
    let bytes = number * factor
    guard bytes >= 0, bytes < 9e18 else { return nil }
    byteCount = Int(bytes)
  }

  /// As in `dd` and DuckDB: letters alone and `iB` are powers of 1024, `B` forms powers of 1000.
  private static let factors: [String: Double] = [
    "": 1, "b": 1,
    "k": 1024, "kib": 1024, "kb": 1000,
    "m": 1_048_576, "mib": 1_048_576, "mb": 1_000_000,
    "g": 1_073_741_824, "gib": 1_073_741_824, "gb": 1_000_000_000,
    "t": 1_099_511_627_776, "tib": 1_099_511_627_776, "tb": 1_000_000_000_000,
  ]

  static var defaultCompletionKind: CompletionKind { .default }
}

extension ByteSize {
  /// A size for people: `1.2 MB`, `640 B`.
  static func text(_ byteCount: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    var value = Double(byteCount)
    var unit = 0
    // 999.95 would be printed as 1000.0.
    while value >= 999.95 && unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    if unit == 0 { return "\(byteCount) B" }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
