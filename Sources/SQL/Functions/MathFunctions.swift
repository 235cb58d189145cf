import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Mathematics.
enum MathFunctions {
  static func naturalLogarithm(_ value: Double) -> Double { log(value) }
  static func exponential(_ value: Double) -> Double { exp(value) }

  static func register(_ functions: inout FunctionRegistry) {
    elementary(&functions)
    sizes(&functions)
    RoundingFunctions.register(&functions)
    special(&functions)
    bases(&functions)
  }

  private static func unary(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    examples: KeyValuePairs<String, String> = [:],
    _ body: @escaping @Sendable (Double) -> Double
  ) {
    functions.scalar(
      "\(name)(double) -> double",
      summary,
      examples: examples,
      canFail: false
    ) { a, n, _ in try Rowwise.map(a, n) { (x: Double) -> Double? in body(x) } }
  }

  private static func elementary(_ functions: inout FunctionRegistry) {
    unary(&functions, "sqrt", "The square root.", examples: ["sqrt(9)": "3.0"]) { $0.squareRoot() }
    unary(&functions, "cbrt", "The cube root.", examples: ["cbrt(27)": "3.0"]) { cubeRoot($0) }
    unary(&functions, "exp", "e to the power.", examples: ["exp(0)": "1.0"]) { exp($0) }
    unary(&functions, "ln", "The natural logarithm.", examples: ["ln(1)": "0.0"]) { log($0) }
    unary(&functions, "log2", "The logarithm to base 2.", examples: ["log2(8)": "3.0"]) { log2($0) }
    unary(&functions, "log10", "The logarithm to base 10.", examples: ["log10(100)": "2.0"]) {
      log10($0)
    }
    unary(&functions, "sin", "The sine of radians.", examples: ["sin(0)": "0.0"]) { sin($0) }
    unary(&functions, "cos", "The cosine of radians.", examples: ["cos(0)": "1.0"]) { cos($0) }
    unary(&functions, "tan", "The tangent of radians.", examples: ["tan(0)": "0.0"]) { tan($0) }
    unary(&functions, "asin", "The arc sine.", examples: ["asin(0)": "0.0"]) { asin($0) }
    unary(&functions, "acos", "The arc cosine.", examples: ["acos(1)": "0.0"]) { acos($0) }
    unary(&functions, "atan", "The arc tangent.", examples: ["atan(0)": "0.0"]) { atan($0) }
    unary(&functions, "sinh", "The hyperbolic sine.", examples: ["sinh(0)": "0.0"]) { sinh($0) }
    unary(&functions, "cosh", "The hyperbolic cosine.", examples: ["cosh(0)": "1.0"]) { cosh($0) }
    unary(&functions, "tanh", "The hyperbolic tangent.", examples: ["tanh(0)": "0.0"]) { tanh($0) }
    unary(&functions, "degrees", "Radians as degrees.", examples: ["degrees(0)": "0.0"]) {
      $0 * 180 / .pi
    }
    unary(&functions, "radians", "Degrees as radians.", examples: ["radians(0)": "0.0"]) {
      $0 / 180 * .pi
    }
    binary(&functions, "atan2", "The angle of y and x.", examples: ["atan2(0, 1)": "0.0"]) {
      atan2($0, $1)
    }
    binary(
      &functions,
      "power",
      "The first to the power of the second.",
      examples: ["power(2, 10)": "1024.0"]
    ) {
      pow($0, $1)
    }
    functions.alias("pow", of: "power")
    binary(
      &functions,
      "log",
      "The logarithm of the second to the base of the first.",
      examples: ["log(2, 8)": "3.0"]
    ) {
      log($1) / log($0)
    }
  }

  private static func binary(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    examples: KeyValuePairs<String, String>,
    _ body: @escaping @Sendable (Double, Double) -> Double
  ) {
    functions.scalar(
      "\(name)(double, double) -> double",
      summary,
      examples: examples,
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (x: Double, y: Double) -> Double? in body(x, y) }
    }
  }

  // MARK: Size and sign

  private static func sizes(_ functions: inout FunctionRegistry) {
    functions.make(
      "abs(bigint) -> bigint",
      "The value without its sign.",
      examples: ["abs(-7)": "7", "abs(-1.5)": "1.5"]
    ) { _ in absolute(Int64.self, "bigint") }
    functions.make("abs(integer) -> integer") { _ in absolute(Int32.self, "integer") }
    functions.make("abs(smallint) -> smallint") { _ in absolute(Int16.self, "smallint") }
    functions.make("abs(tinyint) -> tinyint") { _ in absolute(Int8.self, "tinyint") }
    functions.make("abs(decimal) -> decimal", result: { $0.argumentTypes[0] }) { match in
      match.argumentTypes[0].physicalType == .int64
        ? absolute(Int64.self, "decimal") : absolute(Int128.self, "decimal")
    }
    functions.scalar("abs(real) -> real", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Float) -> Float? in abs(x) }
    }
    functions.scalar("abs(double) -> double", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Double) -> Double? in abs(x) }
    }
    functions.scalar(
      "sign(bigint) -> bigint",
      "One, zero or minus one.",
      examples: ["sign(-7)": "-1", "sign(2.5e0)": "1.0"],
      canFail: false
    ) { a, n, _ in try Rowwise.map(a, n) { (x: Int64) -> Int64? in x.signum() } }
    functions.scalar("sign(integer) -> integer", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Int32) -> Int32? in x.signum() }
    }
    functions.scalar("sign(smallint) -> smallint", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Int16) -> Int16? in x.signum() }
    }
    functions.scalar("sign(tinyint) -> tinyint", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Int8) -> Int8? in x.signum() }
    }
    functions.scalar("sign(real) -> real", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Float) -> Float? in
        x.isNaN || x == 0 ? x : x < 0 ? -1 : 1
      }
    }
    functions.scalar("sign(double) -> double", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (x: Double) -> Double? in
        x.isNaN || x == 0 ? x : x < 0 ? -1 : 1
      }
    }
    functions.make(
      "sign(decimal) -> decimal",
      canFail: false,
      result: { _ in .decimal(precision: 1, scale: 0) }
    ) { _ in
      { a, n, _ in
        try Rowwise.map([DecimalArithmetic.widened(a[0])], n) { (x: Int128) -> Int64? in
          Int64(x.signum())
        }
      }
    }
    functions.custom(
      "mod",
      "The remainder, with the sign of the dividend.",
      signatures: ["mod(T, T) -> T"],
      examples: ["mod(-7, 3)": "-1", "mod(7.5, 2)": "1.5"]
    ) { types in
      guard types.count == 2, types.allSatisfy({ $0.isNumeric || $0 == .unknown }) else {
        return nil
      }
      return try? FunctionCatalog.standard.scalar("$modulus", types)
    }
  }

  private static func absolute<
    T: PhysicalValue & FixedWidthInteger & SignedInteger & KernelArgument & SendableMetatype
  >(
    _: T.Type,
    _ name: String
  ) -> ScalarFunction.Kernel where T.Stored == T {
    { a, n, _ in
      try Rowwise.map(a, n) { (x: T) -> T? in
        if x == .min {
          throw SQLError(.numericOutOfRange, "Value \(x) is out of range for abs(\(name))")
        }
        return x < 0 ? 0 - x : x
      }
    }
  }

  // MARK: Constants and special values

  private static func constant(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    _ value: Double,
    _ text: String
  ) {
    functions.scalar(
      "\(name)() -> double",
      summary,
      examples: ["\(name)()": text],
      canFail: false
    ) { _, n, _ in .constant(.double(value), of: .double, count: n) }
  }

  private static func special(_ functions: inout FunctionRegistry) {
    constant(&functions, "pi", "The ratio of a circle's circumference.", .pi, "3.141592653589793")
    constant(&functions, "e", "The base of natural logarithms.", M_E, "2.718281828459045")
    constant(&functions, "nan", "Not a number.", .nan, "NaN")
    constant(&functions, "infinity", "Positive infinity.", .infinity, "Infinity")
    functions.scalar(
      "is_nan(double) -> boolean",
      "Whether the value is not a number.",
      examples: ["is_nan(nan())": "true"],
      canFail: false
    ) { a, n, _ in try Rowwise.map(a, n) { (x: Double) -> UInt8? in bit(x.isNaN) } }
    functions.scalar(
      "is_finite(double) -> boolean",
      "Whether the value is neither infinite nor NaN.",
      examples: ["is_finite(1)": "true"],
      canFail: false
    ) { a, n, _ in try Rowwise.map(a, n) { (x: Double) -> UInt8? in bit(x.isFinite) } }
    functions.scalar(
      "is_infinite(double) -> boolean",
      "Whether the value is infinite.",
      examples: ["is_infinite(infinity())": "true"],
      canFail: false
    ) { a, n, _ in try Rowwise.map(a, n) { (x: Double) -> UInt8? in bit(x.isInfinite) } }
    functions.scalar(
      "random() -> double",
      "A random number from zero up to one, or below or between bounds.",
      examples: ["random() < 1": "true", "random(5, 6)": "5"],
      canFail: false,
      isDeterministic: false
    ) { _, n, _ in
      let result = Buffer<Double>(count: n)
      var random = RandomNumbers()
      for row in 0..<n { result.base[row] = Double.random(in: 0..<1, using: &random) }
      return Column(result)
    }
    functions.scalar("random(bigint) -> bigint", isDeterministic: false) { a, n, _ in
      var random = RandomNumbers()
      return try Rowwise.map(a, n) { (bound: Int64) -> Int64? in
        if bound <= 0 { throw SQLError(.invalidArgument, "bound must be positive") }
        return Int64.random(in: 0..<bound, using: &random)
      }
    }
    functions.scalar("random(bigint, bigint) -> bigint", isDeterministic: false) { a, n, _ in
      var random = RandomNumbers()
      return try Rowwise.map(a, n) { (start: Int64, stop: Int64) -> Int64? in
        if start >= stop {
          throw SQLError(.invalidArgument, "start value must be less than stop value")
        }
        return Int64.random(in: start..<stop, using: &random)
      }
    }
    functions.alias("rand", of: "random")
    functions.scalar(
      "width_bucket(double, double, double, bigint) -> bigint",
      "The number of the equal bucket that a value falls into.",
      examples: ["width_bucket(3.5, 0, 10, 5)": "2"]
    ) { a, n, _ in try widthBucket(a, n) }
    functions.scalar("width_bucket(double, array(double)) -> bigint") { a, n, _ in
      try widthBucketOfBounds(a, n)
    }
  }

  /// How many of the rising bounds are not above the value.
  private static func widthBucketOfBounds(_ arguments: [Column], _ rowCount: Int) throws -> Column {
    let operand = Operand<Double>(arguments[0])
    let lists = ListOperand(arguments[1])
    let bounds = Operand<Double>(lists.elements)
    let validity = Column.unitedValidity(arguments)
    let result = Buffer<Int64>(repeating: 0, count: rowCount)
    for row in 0..<rowCount where validity?.isValid(row) ?? true {
      let range = lists[row]
      guard !range.isEmpty else {
        throw SQLError(.invalidArgument, "Bins cannot be an empty array")
      }
      guard !operand[row].isNaN else { throw SQLError(.invalidArgument, "Operand cannot be NaN") }
      var (low, high) = (range.lowerBound, range.upperBound)
      while low < high {
        let middle = (low + high) / 2
        guard bounds.validity?.isValid(middle) ?? true, bounds[middle].isFinite else {
          throw SQLError(.invalidArgument, "Bin values must be finite")
        }
        if operand[row] < bounds[middle] { high = middle } else { low = middle + 1 }
      }
      result.base[row] = Int64(low - range.lowerBound)
    }
    return Column(result, validity: validity)
  }

  private static func widthBucket(_ arguments: [Column], _ rowCount: Int) throws -> Column {
    let operand = Operand<Double>(arguments[0])
    let low = Operand<Double>(arguments[1])
    let high = Operand<Double>(arguments[2])
    let counts = Operand<Int64>(arguments[3])
    let validity = Column.unitedValidity(arguments)
    let result = Buffer<Int64>(repeating: 0, count: rowCount)
    for row in 0..<rowCount where validity?.isValid(row) ?? true {
      let (x, bound1, bound2, count) = (operand[row], low[row], high[row], counts[row])
      guard count > 0 else {
        throw SQLError(.invalidArgument, "bucketCount must be greater than 0")
      }
      guard !x.isNaN, bound1.isFinite, bound2.isFinite, bound1 != bound2 else {
        throw SQLError(.invalidArgument, "bounds must be finite and cannot equal each other")
      }
      let lower = min(bound1, bound2)
      let upper = max(bound1, bound2)
      var bucket: Int64
      if x < lower {
        bucket = 0
      } else if x >= upper {
        let (next, isOverflow) = count.addingReportingOverflow(1)
        guard !isOverflow else {
          throw SQLError(.numericOutOfRange, "Bucket for value \(x) is out of range")
        }
        bucket = next
      } else {
        // Java's cast to long keeps within its bounds.
        let place = Double(count) * (x - lower) / (upper - lower) + 1
        bucket = Int64(exactly: place.rounded(.towardZero)) ?? .max
      }
      if bound1 > bound2 { bucket = count &- bucket &+ 1 }
      result.base[row] = bucket
    }
    return Column(result, validity: validity)
  }

  // MARK: Bases

  private static func bases(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "to_base(bigint, bigint) -> varchar",
      "The number written in a base of 2 to 36.",
      examples: ["to_base(255, 16)": "ff"]
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (value: Int64, base: Int64) -> ByteView? in
        try checkBase(base)
        return arena.copy(String(value, radix: Int(base)))
      }
    }
    functions.scalar(
      "from_base(varchar, bigint) -> bigint",
      "The number that is written in a base of 2 to 36.",
      examples: ["from_base('ff', 16)": "255"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: UnsafeRawBufferPointer, base: Int64) -> Int64? in
        try checkBase(base)
        guard let value = Int64(text.text, radix: Int(base)) else {
          throw SQLError(.invalidArgument, "Not a valid base-\(base) number: \(text.text)")
        }
        return value
      }
    }
  }

  private static func checkBase(_ base: Int64) throws {
    guard (2...36).contains(base) else {
      throw SQLError(.invalidArgument, "Radix must be between 2 and 36")
    }
  }
}

/// The cube root, with one Newton step after the C library's, which misses 27 by its last bit.
private func cubeRoot(_ value: Double) -> Double {
  let root = cbrt(value)
  if root == 0 || !root.isFinite { return root }
  return root - (root * root * root - value) / (3 * root * root)
}
