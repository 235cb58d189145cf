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

  /// Functions that Athena has and lake does not.
  static let missing: Set<String> = [
    // Aggregates
    "numeric_histogram", "reduce_agg", "approx_set", "empty_approx_set", "merge", "tdigest_agg",
    "qdigest_agg", "value_at_quantile", "values_at_quantiles", "quantile_at_value",
    "make_set_digest", "merge_set_digest", "intersection_cardinality", "jaccard_index",
    "hash_counts",
    // JSON
    "json_table",
    // Text
    "normalize", "word_stem", "title_case",
    // Dates and binary
    "from_iso8601_timestamp_nanos",
    "spooky_hash_v2_32", "spooky_hash_v2_64",
    // Others
    "contains_ip", "ip_prefix", "char2hexint", "index", "to_char", "to_date", "to_timestamp",
    "bar", "color", "render", "rgb", "current_catalog", "current_groups", "current_schema",
    "current_user", "version", "classify", "features", "learn_classifier",
    "learn_libsvm_classifier", "learn_libsvm_regressor", "learn_regressor", "regress",
    "st_point", "st_contains", "st_distance", "st_area", "st_intersects", "st_within",
    "st_geometryfromtext", "st_astext", "st_x", "st_y", "to_spherical_geography",
    "great_circle_distance", "bing_tile", "bing_tile_at",
  ]
}
