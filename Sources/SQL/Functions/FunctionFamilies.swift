extension FunctionCatalog {
  /// Who adds functions, in the order in which SHOW FUNCTIONS lists the families.
  static let families: [@Sendable (inout FunctionRegistry) -> Void] = [
    OperatorFunctions.register,
    BasicAggregates.register,
    CollectAggregates.register,
    StatisticalAggregates.register,
    ApproximateAggregates.register,
    WindowFunctionEntries.register,
    StringFunctions.register,
    MathFunctions.register,
    DistributionFunctions.register,
    VectorFunctions.register,
    NumberFormatFunctions.register,
    DateTimeFunctions.register,
    ConditionalFunctions.register,
    JSONFunctions.register,
    JSONQueryFunctions.register,
    RegularExpressionFunctions.register,
    ArrayFunctions.register,
    MapFunctions.register,
    LambdaFunctions.register,
    URLFunctions.register,
    BinaryFunctions.register,
    BitwiseFunctions.register,
    FormatFunction.register,
    MiscellaneousFunctions.register,
  ]
}
