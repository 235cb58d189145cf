extension FunctionCatalog {
  /// Who adds functions, in the order in which SHOW FUNCTIONS lists the families.
  static let families: [@Sendable (inout FunctionRegistry) -> Void] = [
    OperatorFunctions.register,
    BasicAggregates.register,
  ]

  /// Functions that Athena has and lake does not.
  static let missing: Set<String> = []
}
