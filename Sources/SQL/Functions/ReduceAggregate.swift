/// `reduce_agg`, which is bound as a `reduce` of all values of the group.
enum ReduceAggregate {
  static let name = "reduce_agg"

  static func register(_ functions: inout FunctionRegistry) {
    functions.aggregate(
      "reduce_agg(T, S, function(S, T, S), function(S, S, S)) -> S",
      "Folds all values but nulls into a state that begins as the second argument.",
      examples: [
        "reduce_agg(x, 0, (s, v) -> s + v, (a, b) -> a + b) FROM (VALUES 1, 2, NULL) AS t(x)": "3",
        "reduce_agg(x, '', (s, v) -> s || v, (a, b) -> a || b) FROM (VALUES 'a') AS t(x)": "a",
      ]
    ) { _ in nil }
  }
}
