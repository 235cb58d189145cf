import ColumnFormat

/// Variance and its relatives, correlation and regression.
enum StatisticalAggregates {
  static func register(_ functions: inout FunctionRegistry) {
    let single: [(String, MomentState.Result, String, String)] = [
      ("variance", .varianceSample, "The variance of a sample.", "1.0"),
      ("var_samp", .varianceSample, "The variance of a sample.", "1.0"),
      ("var_pop", .variancePopulation, "The variance of all values.", "0.6666666666666666"),
      ("stddev", .deviationSample, "The standard deviation of a sample.", "1.0"),
      ("stddev_samp", .deviationSample, "The standard deviation of a sample.", "1.0"),
      (
        "stddev_pop", .deviationPopulation, "The standard deviation of all values.",
        "0.816496580927726"
      ),
      ("skewness", .skewness, "How lopsided the values lie about their mean.", "0.0"),
      ("kurtosis", .kurtosis, "How heavy the ends are, beyond a normal distribution's.", "NULL"),
    ]
    for (name, result, summary, example) in single {
      functions.aggregate(
        "\(name)(double) -> double",
        summary,
        examples: ["\(name)(x) FROM (VALUES 1, 2, 3) AS t(x)": example]
      ) { _ in { MomentState(result) } }
    }
    let pairs: [(String, PairMomentState.Result, String, String)] = [
      ("corr", .correlation, "The correlation of pairs.", "1.0"),
      ("covar_samp", .covarianceSample, "The covariance of a sample of pairs.", "1.0"),
      ("covar_pop", .covariancePopulation, "The covariance of all pairs.", "0.5"),
      ("regr_slope", .slope, "The slope of the line through pairs (y, x).", "2.0"),
      ("regr_intercept", .intercept, "Where that line meets the y axis.", "0.0"),
      ("regr_avgx", .averageX, "The mean of x over pairs (y, x).", "1.5"),
      ("regr_avgy", .averageY, "The mean of y over pairs (y, x).", "3.0"),
      ("regr_count", .count, "The number of pairs.", "2.0"),
      ("regr_sxx", .squaresX, "The squared deviations of x over pairs (y, x).", "0.5"),
      ("regr_syy", .squaresY, "The squared deviations of y over pairs (y, x).", "2.0"),
      ("regr_sxy", .products, "The products of deviations over pairs (y, x).", "1.0"),
      ("regr_r2", .determination, "The share of variance that the line explains.", "1.0"),
    ]
    for (name, result, summary, example) in pairs {
      functions.aggregate(
        "\(name)(double, double) -> double",
        summary,
        examples: ["\(name)(y, x) FROM (VALUES (2, 1), (4, 2)) AS t(y, x)": example]
      ) { _ in { PairMomentState(result) } }
    }
  }
}
