import ColumnFormat

/// count, sum, avg, min, max and their nearest relatives.
enum BasicAggregates {
  static func register(_ functions: inout FunctionRegistry) {
    functions.aggregate("count() -> bigint", "The number of rows.") { _ in { CountState() } }
    functions.aggregate(
      "count(T) -> bigint",
      examples: ["count(x) FROM (VALUES 1, NULL, 3) AS t(x)": "2"]
    ) { _ in { CountState() } }
    functions.aggregate(
      "count_if(boolean) -> bigint",
      "The number of rows on which the condition is true.",
      examples: ["count_if(x > 1) FROM (VALUES 1, 2, 3) AS t(x)": "2"]
    ) { _ in { CountIfState() } }
    sums(&functions)
    averages(&functions)
    for isMax in [false, true] { extremes(&functions, isMax: isMax) }
    functions.aggregate(
      "arbitrary(T) -> T",
      "Any value that is not null, if there is one.",
      examples: ["arbitrary(x) FROM (VALUES NULL, 7) AS t(x)": "7"]
    ) { match in { ChosenRowState(.any, type: match.resultType, keyType: match.resultType) } }
    functions.alias("any_value", of: "arbitrary")
    functions.aggregate(
      "bool_and(boolean) -> boolean",
      "Whether every value is true.",
      examples: ["bool_and(x) FROM (VALUES true, false) AS t(x)": "false"]
    ) { _ in { MinMaxState<UInt8>(isMax: false) } }
    functions.alias("every", of: "bool_and")
    functions.aggregate(
      "bool_or(boolean) -> boolean",
      "Whether any value is true.",
      examples: ["bool_or(x) FROM (VALUES true, false) AS t(x)": "true"]
    ) { _ in { MinMaxState<UInt8>(isMax: true) } }
  }

  private static func sums(_ functions: inout FunctionRegistry) {
    functions.aggregate(
      "sum(bigint) -> bigint",
      "The sum; null of no values, an error past 64 bits or 38 digits.",
      examples: [
        "sum(x) FROM (VALUES 1, 2, NULL) AS t(x)": "3",
        "sum(x) FROM (VALUES 1.5, 2.25) AS t(x)": "3.75",
      ]
    ) { _ in { IntegerSumState<Int64>() } }
    functions.aggregate("sum(integer) -> bigint") { _ in { IntegerSumState<Int32>() } }
    functions.aggregate("sum(smallint) -> bigint") { _ in { IntegerSumState<Int16>() } }
    functions.aggregate("sum(tinyint) -> bigint") { _ in { IntegerSumState<Int8>() } }
    functions.aggregate(
      "sum(decimal) -> decimal",
      result: { .decimal(precision: 38, scale: $0.argumentTypes[0].scale) }
    ) { match in
      if match.argumentTypes[0].physicalType == .int64 { return { WideSumState<Int64>(.sum) } }
      return { WideSumState<Int128>(.sum) }
    }
    functions.aggregate("sum(real) -> real") { _ in { FloatSumState<Float>(.sum) } }
    functions.aggregate("sum(double) -> double") { _ in { FloatSumState<Double>(.sum) } }
    functions.aggregate("sum(interval day to second) -> interval day to second") { _ in
      { IntegerSumState<Int64>() }
    }
    functions.aggregate("sum(interval year to month) -> interval year to month") { _ in
      { IntegerSumState<Int32>(isNarrow: true) }
    }
  }

  private static func averages(_ functions: inout FunctionRegistry) {
    functions.aggregate(
      "avg(bigint) -> double",
      "The mean; of decimals a decimal of the same type, rounded half up.",
      examples: [
        "avg(x) FROM (VALUES 1, 2) AS t(x)": "1.5",
        "avg(x) FROM (VALUES 1.0, 2.1) AS t(x)": "1.6",
      ]
    ) { _ in { WideSumState<Int64>(.doubleAverage) } }
    functions.aggregate("avg(integer) -> double") { _ in { WideSumState<Int32>(.doubleAverage) } }
    functions.aggregate("avg(smallint) -> double") { _ in { WideSumState<Int16>(.doubleAverage) } }
    functions.aggregate("avg(tinyint) -> double") { _ in { WideSumState<Int8>(.doubleAverage) } }
    functions.aggregate("avg(decimal) -> decimal", result: { $0.argumentTypes[0] }) { match in
      guard case .decimal(let precision, _) = match.argumentTypes[0] else { return nil }
      if precision <= 18 {
        return { WideSumState<Int64>(.decimalAverage(precision: precision)) }
      }
      return { WideSumState<Int128>(.decimalAverage(precision: precision)) }
    }
    functions.aggregate("avg(real) -> real") { _ in { FloatSumState<Float>(.average) } }
    functions.aggregate("avg(double) -> double") { _ in { FloatSumState<Double>(.average) } }
    functions.aggregate("avg(interval day to second) -> interval day to second") { _ in
      { WideSumState<Int64>(.decimalAverage(precision: 18)) }
    }
    functions.aggregate("avg(interval year to month) -> interval year to month") { _ in
      { WideSumState<Int32>(.monthAverage) }
    }
    functions.aggregate(
      "geometric_mean(double) -> double",
      "The n-th root of the product of n values.",
      examples: ["round(geometric_mean(x), 6) FROM (VALUES 2, 8) AS t(x)": "4.0"]
    ) { _ in { FloatSumState<Double>(.geometricMean) } }
  }

  private static func extremes(_ functions: inout FunctionRegistry, isMax: Bool) {
    let name = isMax ? "max" : "min"
    functions.aggregate(
      "\(name)(T) -> T",
      isMax ? "The greatest value." : "The least value.",
      examples: isMax
        ? ["max(x) FROM (VALUES 1, 3, NULL) AS t(x)": "3"]
        : ["min(x) FROM (VALUES 'b', 'a') AS t(x)": "a"]
    ) { match in extreme(match.resultType, isMax: isMax) }
    functions.aggregate(
      "\(name)_by(T, K) -> T",
      isMax
        ? "The first argument where the second is greatest."
        : "The first argument where the second is least.",
      examples: isMax
        ? ["max_by(a, b) FROM (VALUES ('x', 1), ('y', 2)) AS t(a, b)": "y"]
        : ["min_by(a, b) FROM (VALUES ('x', 1), ('y', 2)) AS t(a, b)": "x"]
    ) { match in
      guard match.argumentTypes[1].isOrderable else { return nil }
      let keyType = match.argumentTypes[1]
      return { ChosenRowState(.byKey(isMax: isMax), type: match.resultType, keyType: keyType) }
    }
  }

  private static func extreme(_ type: SQLType, isMax: Bool) -> (
    @Sendable () -> any AggregateState
  )? {
    guard type.isOrderable else { return nil }
    switch type.physicalType {
    case .boolean: return { MinMaxState<UInt8>(isMax: isMax) }
    case .int8: return { MinMaxState<Int8>(isMax: isMax) }
    case .int16: return { MinMaxState<Int16>(isMax: isMax) }
    case .int32: return { MinMaxState<Int32>(isMax: isMax) }
    case .int64: return { MinMaxState<Int64>(isMax: isMax) }
    case .int128: return { MinMaxState<Int128>(isMax: isMax) }
    case .float32: return { MinMaxState<Float>(isMax: isMax) }
    case .float64: return { MinMaxState<Double>(isMax: isMax) }
    case .bytes: return { MinMaxState<ByteView>(isMax: isMax) }
    case .list, .row: return { ChosenRowState(.byKey(isMax: isMax), type: type, keyType: type) }
    }
  }
}
