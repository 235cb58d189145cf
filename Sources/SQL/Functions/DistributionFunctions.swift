import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Probability distributions and confidence intervals.
enum DistributionFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    normal(&functions)
    beta(&functions)
    student(&functions)
    wilson(&functions)
  }

  private static func require(_ condition: Bool, _ message: String) throws {
    if !condition { throw SQLError(.invalidArgument, message) }
  }

  // MARK: Normal

  private static func normal(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "normal_cdf(double, double, double) -> double",
      "The share of a normal distribution of a mean and a standard deviation below a value.",
      examples: ["normal_cdf(0, 1, 0)": "0.5"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (mean: Double, deviation: Double, value: Double) -> Double? in
        try require(deviation > 0, "standardDeviation must be > 0")
        return 0.5 * erfc((mean - value) / (deviation * 2.0.squareRoot()))
      }
    }
    functions.scalar(
      "inverse_normal_cdf(double, double, double) -> double",
      "The value below which a share of a normal distribution lies.",
      examples: ["inverse_normal_cdf(0, 1, 0.5)": "0.0"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (mean: Double, deviation: Double, share: Double) -> Double? in
        try require(share > 0 && share < 1, "p must be in the interval (0, 1)")
        try require(deviation > 0, "standardDeviation must be > 0")
        return mean + deviation * standardNormalQuantile(share)
      }
    }
  }

  /// Acklam's rational approximation, made exact by two steps of Halley's method.
  private static func standardNormalQuantile(_ share: Double) -> Double {
    if share == 0.5 { return 0 }
    let tail = min(share, 1 - share)
    var x: Double
    if tail < 0.02425 {
      let q = (-2 * log(tail)).squareRoot()
      let top =
        ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
          - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783
      let bottom =
        (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
          + 3.754408661907416) * q + 1
      x = top / bottom
    } else {
      let q = tail - 0.5
      let r = q * q
      let top =
        (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r
          + 1.383577518672690e+02) * r - 3.066479806614716e+01) * r + 2.506628277459239) * q
      let bottom =
        ((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r
          + 6.680131188771972e+01) * r - 1.328068155288572e+01) * r + 1
      x = top / bottom
    }
    for _ in 0..<2 {
      let error = 0.5 * erfc(-x / 2.0.squareRoot()) - tail
      let step = error * (2 * Double.pi).squareRoot() * exp(x * x / 2)
      x -= step / (1 + x * step / 2)
    }
    return share < 0.5 ? x : -x
  }

  // MARK: Beta

  private static func beta(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "beta_cdf(double, double, double) -> double",
      "The share of a beta distribution of two parameters below a value.",
      examples: ["round(beta_cdf(3, 3.6, 0.8), 6)": "0.972042"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (alpha: Double, beta: Double, value: Double) -> Double? in
        try require(value >= 0 && value <= 1, "value must be in the interval [0, 1]")
        try require(alpha > 0 && beta > 0, "a, b must be > 0")
        return incompleteBeta(alpha, beta, value)
      }
    }
    functions.scalar(
      "inverse_beta_cdf(double, double, double) -> double",
      "The value below which a share of a beta distribution lies.",
      examples: ["round(inverse_beta_cdf(3, 3.6, 0.5), 5)": "0.44969"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (alpha: Double, beta: Double, share: Double) -> Double? in
        try require(share >= 0 && share <= 1, "p must be in the interval [0, 1]")
        try require(alpha > 0 && beta > 0, "a, b must be > 0")
        var low = 0.0
        var high = 1.0
        // Halving ends where two doubles are neighbours.
        for _ in 0..<1_100 {
          let middle = (low + high) / 2
          if middle <= low || middle >= high { break }
          if incompleteBeta(alpha, beta, middle) < share { low = middle } else { high = middle }
        }
        return share == 0 ? 0 : high
      }
    }
  }

  /// The regularized incomplete beta function by its continued fraction (Lentz's method).
  static func incompleteBeta(_ a: Double, _ b: Double, _ x: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges fast on this side of the mean only.
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(b, a, 1 - x) }
    let front =
      exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)) / a
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    d = 1 / (abs(d) < tiny ? tiny : d)
    var fraction = d
    for index in 1..<10_000 {
      let m = Double(index)
      for isEven in [true, false] {
        let term =
          isEven
          ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
          : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 + term * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + term / c
        if abs(c) < tiny { c = tiny }
        fraction *= d * c
      }
      if abs(d * c - 1) < 1e-16 { break }
    }
    return front * fraction
  }

  /// Lanczos' approximation with g = 7.
  private static func logGamma(_ x: Double) -> Double {
    if x < 0.5 { return log(Double.pi / abs(sin(Double.pi * x))) - logGamma(1 - x) }
    let coefficients = [
      676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
      12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ]
    let z = x - 1
    var sum = 0.99999999999980993
    for (index, coefficient) in coefficients.enumerated() {
      sum += coefficient / (z + Double(index) + 1)
    }
    let t = z + 7.5
    return 0.5 * log(2 * Double.pi) + (z + 0.5) * log(t) - t + log(sum)
  }

  // MARK: Student's t

  private static func student(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "t_cdf(double, double) -> double",
      "The share of Student's t distribution of so many degrees of freedom below a value.",
      examples: ["t_cdf(0, 5)": "0.5"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (x: Double, freedom: Double) -> Double? in
        try require(freedom > 0, "df must be greater than 0")
        if x == 0 { return 0.5 }
        let tail = incompleteBeta(freedom / 2, 0.5, freedom / (freedom + x * x)) / 2
        return x > 0 ? 1 - tail : tail
      }
    }
    functions.scalar(
      "t_pdf(double, double) -> double",
      "The density of Student's t distribution at a value.",
      examples: ["round(t_pdf(0, 1), 6)": "0.31831"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (x: Double, freedom: Double) -> Double? in
        try require(freedom > 0, "df must be greater than 0")
        let front = logGamma((freedom + 1) / 2) - logGamma(freedom / 2)
        return exp(front - (freedom + 1) / 2 * log1p(x * x / freedom))
          / (freedom * Double.pi).squareRoot()
      }
    }
  }

  // MARK: Wilson's interval

  private static func wilson(_ functions: inout FunctionRegistry) {
    for isUpper in [false, true] {
      let name = isUpper ? "upper" : "lower"
      functions.scalar(
        "wilson_interval_\(name)(bigint, bigint, double) -> double",
        "The \(name) bound of Wilson's score interval of successes among trials at a z-score.",
        examples: [
          "round(wilson_interval_\(name)(1250, 1310, 1.96e0), 3)": isUpper ? "0.964" : "0.941"
        ]
      ) { a, n, _ in
        try Rowwise.map(a, n) { (successes: Int64, trials: Int64, z: Double) -> Double? in
          try require(successes >= 0, "number of successes must not be negative")
          try require(trials > 0, "number of trials must be positive")
          try require(successes <= trials, "number of successes must not be larger than trials")
          try require(z >= 0, "z-score must not be negative")
          let count = Double(trials)
          let share = Double(successes) / count
          let square = z * z
          let middle = share + square / (2 * count)
          let reach =
            z * (share * (1 - share) / count + square / (4 * count * count)).squareRoot()
          return (isUpper ? middle + reach : middle - reach) / (1 + square / count)
        }
      }
    }
  }
}
