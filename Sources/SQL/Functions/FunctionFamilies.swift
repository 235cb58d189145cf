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
    DateTimeFunctions.register,
    ConditionalFunctions.register,
    JSONFunctions.register,
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
    "json_exists", "json_query", "json_value", "json_array", "json_object", "json_table",
    // Text
    "normalize", "word_stem", "split_to_multimap", "title_case",
    // Dates
    "from_iso8601_timestamp_nanos", "parse_duration",
    // Numbers
    "beta_cdf", "inverse_beta_cdf", "normal_cdf", "inverse_normal_cdf", "wilson_interval_lower",
    "wilson_interval_upper", "cosine_similarity", "cosine_distance", "t_cdf", "t_pdf",
    "dot_product", "euclidean_distance", "format_number", "parse_data_size",
    // Arrays and maps
    "contains_sequence", "array_histogram", "map_zip_with",
    // Binary
    "murmur3", "spooky_hash_v2_32", "spooky_hash_v2_64",
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
