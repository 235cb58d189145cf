import ArgumentParser

/// A length of time as an option takes it: `90s`, `15m`, `1h`, `7d`; a bare number is seconds.
struct TimeSpan: ExpressibleByArgument, Equatable {
  var seconds: Int

  /// The longest that makes sense: ten years.
  private static let secondsMax = 3660 * 86_400

  init?(argument: String) {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    var digits = argument[...]
    var unit = 1
    if let last = argument.last, let known = units[last] {
      unit = known
      digits = digits.dropLast()
    }
    guard let count = Int(digits), (1...TimeSpan.secondsMax / unit).contains(count) else {
      return nil
    }
    seconds = count * unit
  }
}
