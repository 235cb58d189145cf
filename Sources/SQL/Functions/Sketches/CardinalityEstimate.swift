#if canImport(Glibc)
  import Glibc
#endif

/// How many different hashes the registers of a HyperLogLog have seen.
///
/// Ertl, *New cardinality estimation algorithms for HyperLogLog sketches*, 2017, algorithm 6: it
/// needs no tables against bias and no switch between small and large counts.
enum CardinalityEstimate {
  /// - Parameters:
  ///   - registers: 2ⁿ registers, each the position of the first set bit seen; 0 for none.
  ///   - bits: n.
  /// - Returns: The count, not rounded.
  static func of(_ registers: [UInt8], bits: Int) -> Double {
    let count = Double(registers.count)
    let rest = 64 - bits
    var histogram = [Int](repeating: 0, count: rest + 2)
    for value in registers { histogram[min(Int(value), rest + 1)] += 1 }
    var sum = count * tau(1 - Double(histogram[rest + 1]) / count)
    for value in stride(from: rest, through: 1, by: -1) {
      sum = 0.5 * (sum + Double(histogram[value]))
    }
    sum += count * sigma(Double(histogram[0]) / count)
    // Registers that are all full, as damaged bytes may have them, tell of infinitely many.
    return min(count * count / (2 * log(2.0)) / sum, 1e18)
  }

  private static func sigma(_ share: Double) -> Double {
    if share == 1 { return .infinity }
    var power = share
    var factor = 1.0
    var sum = share
    while true {
      power *= power
      let before = sum
      sum += power * factor
      factor += factor
      if sum == before { return sum }
    }
  }

  private static func tau(_ share: Double) -> Double {
    if share == 0 || share == 1 { return 0 }
    var root = share
    var factor = 1.0
    var sum = 1 - share
    while true {
      root = root.squareRoot()
      let before = sum
      factor *= 0.5
      sum -= (1 - root) * (1 - root) * factor
      if sum == before { return sum / 3 }
    }
  }
}
