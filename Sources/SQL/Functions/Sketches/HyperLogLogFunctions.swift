import ColumnFormat

/// Counts of different values as sketches that can be kept and merged.
///
/// Source: Trino documentation, "HyperLogLog functions".
enum HyperLogLogFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    for type in [SQLType.bigint, .double, .text, .varbinary] {
      functions.aggregate(
        "approx_set(\(type)) -> hyperloglog",
        "A sketch of the different values, for cardinality and merge.",
        examples: type == .bigint
          ? ["cardinality(approx_set(x)) FROM (VALUES 1, 2, 2, NULL) AS t(x)": "2"] : [:]
      ) { _ in
        {
          SketchState<HyperLogLog> { arguments in
            let hash = HyperLogLog.hashes(arguments[0], type)
            return { row, sketch in
              if sketch == nil { sketch = .standard }
              sketch?.add(hash(row))
            }
          }
        }
      }
      functions.aggregate("approx_set(\(type), double) -> hyperloglog") { _ in
        {
          SketchState<HyperLogLog> { arguments in
            let hash = HyperLogLog.hashes(arguments[0], type)
            let errors = Operand<Double>(arguments[1])
            return { row, sketch in
              if sketch == nil { sketch = try HyperLogLog(standardError: errors[row]) }
              sketch?.add(hash(row))
            }
          }
        }
      }
    }
    functions.merging(
      HyperLogLog.self,
      "hyperloglog",
      examples: [
        """
        cardinality(merge(s)) FROM (SELECT approx_set(x) FROM (VALUES 1, 2) AS a(x) \
        UNION ALL SELECT approx_set(x) FROM (VALUES 2, 3) AS b(x)) AS t(s)
        """: "3"
      ]
    )
    functions.scalar(
      "empty_approx_set() -> hyperloglog",
      "A sketch that has seen nothing.",
      examples: [
        "cardinality(empty_approx_set())": "0",
        "to_hex(CAST(empty_approx_set() AS varbinary))": "020C0000",
      ],
      canFail: false
    ) { _, n, _ in
      .constant(.bytes(HyperLogLog.standard.serialized()), of: .hyperLogLog, count: n)
    }
    functions.scalar("cardinality(hyperloglog) -> bigint") { a, n, _ in
      try Rowwise.map(a, n) { (bytes: UnsafeRawBufferPointer) throws -> Int64? in
        try HyperLogLog.read(bytes).cardinality
      }
    }
  }
}
