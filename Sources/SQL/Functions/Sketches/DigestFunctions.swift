import ColumnFormat

/// Quantiles as sketches that can be kept and merged.
///
/// Sources: Trino documentation, "T-Digest functions" and "Quantile digest functions".
enum DigestFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    tdigest(&functions)
    for type in [SQLType.bigint, .double, .real] { qdigest(&functions, type) }
  }

  // MARK: T-Digest

  private static func tdigest(_ functions: inout FunctionRegistry) {
    let signatures = ["double", "double, double", "double, double, double"]
    for (index, parameters) in signatures.enumerated() {
      functions.aggregate(
        "tdigest_agg(\(parameters)) -> tdigest",
        "A sketch of the values' quantiles; with weights and a compression.",
        examples: index == 0
          ? ["value_at_quantile(tdigest_agg(x), 0.5) FROM (VALUES 1, 2, 9) AS t(x)": "2.0"] : [:]
      ) { _ in
        {
          SketchState<TDigest> { arguments in
            let values = Operand<Double>(arguments[0])
            let weights = arguments.count > 1 ? Operand<Double>(arguments[1]) : nil
            let compressions = arguments.count > 2 ? Operand<Double>(arguments[2]) : nil
            return { row, sketch in
              if sketch == nil {
                sketch = try TDigest(
                  compression: compressions.map { $0[row] } ?? TDigest.standardCompression
                )
              }
              try sketch?.add(values[row], weight: weights.map { $0[row] } ?? 1)
            }
          }
        }
      }
    }
    functions.merging(TDigest.self, "tdigest")
    functions.scalar(
      "value_at_quantile(tdigest, double) -> double",
      "The value at a quantile of 0 to 1.",
      examples: ["value_at_quantile(tdigest_agg(x), 1) FROM (VALUES 1, 2, 9) AS t(x)": "9.0"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (bytes: Bytes, quantile: Double) throws -> Double? in
        var digest = try TDigest.read(bytes)
        return digest.value(at: try checked(quantile))
      }
    }
    functions.scalar(
      "quantile_at_value(tdigest, double) -> double",
      "The share of the values that lie below one.",
      examples: [
        "quantile_at_value(tdigest_agg(x), 2) FROM (VALUES 1, 2, 3) AS t(x)": "0.5"
      ]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (bytes: Bytes, value: Double) throws -> Double? in
        var digest = try TDigest.read(bytes)
        let share = digest.quantile(of: value)
        return share.isNaN ? nil : share
      }
    }
    lists(
      &functions,
      "values_at_quantiles",
      "The values at several quantiles.",
      ["values_at_quantiles(tdigest_agg(x), ARRAY[0, 1]) FROM (VALUES 1, 9) AS t(x)": "[1.0, 9.0]"]
    ) { digest, quantile in digest.value(at: try checked(quantile)) }
    lists(
      &functions,
      "quantiles_at_values",
      "The shares of the values that lie below several ones.",
      ["quantiles_at_values(tdigest_agg(x), ARRAY[0, 2]) FROM (VALUES 1, 3) AS t(x)": "[0.0, 0.5]"]
    ) { digest, value in digest.quantile(of: value) }
  }

  /// Adds a function that asks a t-digest for each number of an array.
  private static func lists(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    _ examples: KeyValuePairs<String, String>,
    _ ask: @escaping @Sendable (inout TDigest, Double) throws -> Double
  ) {
    functions.scalar(
      "\(name)(tdigest, array(double)) -> array(double)",
      summary,
      examples: examples
    ) { a, n, _ in
      let validity = Validity.intersection(a[0].rowValidity, a[1].rowValidity)
      let digests = Operand<ByteView>(a[0])
      let lists = ListOperand(a[1])
      let numbers = Operand<Double>(lists.elements)
      var builder = ListBuilder<Double>()
      for row in 0..<n {
        if validity?.isValid(row) ?? true {
          var digest = try TDigest.read((digests.buffer.base + (row & digests.mask)).bytes)
          for place in lists[row] { builder.append(try ask(&digest, numbers[place])) }
        }
        builder.endRow()
      }
      return builder.finish(validity: validity)
    }
  }

  private static func checked(_ quantile: Double) throws -> Double {
    guard quantile >= 0, quantile <= 1 else {
      throw SQLError(.invalidArgument, "Quantile should be within bounds [0, 1], was: \(quantile)")
    }
    return quantile
  }

  // MARK: Quantile digest

  private static func qdigest(_ functions: inout FunctionRegistry, _ type: SQLType) {
    let signatures = ["\(type)", "\(type), bigint", "\(type), bigint, double"]
    for (index, parameters) in signatures.enumerated() {
      functions.aggregate(
        "qdigest_agg(\(parameters)) -> qdigest(\(type))",
        "A sketch of the values' quantiles; with weights and an accuracy.",
        examples: index == 0 && type == .bigint
          ? ["value_at_quantile(qdigest_agg(x), 0.5) FROM (VALUES 1, 2, 9) AS t(x)": "2"] : [:]
      ) { _ in
        {
          SketchState<QuantileTree> { arguments in
            let value = reading(arguments[0], type)
            let weights = arguments.count > 1 ? Operand<Int64>(arguments[1]) : nil
            let errors = arguments.count > 2 ? Operand<Double>(arguments[2]) : nil
            return { row, sketch in
              if sketch == nil {
                sketch = try QuantileTree(
                  error: errors.map { $0[row] } ?? QuantileTree.standardError
                )
              }
              let weight = weights.map { $0[row] } ?? 1
              guard weight >= 1 else {
                throw SQLError(.invalidArgument, "percentile weight must be > 0, was \(weight)")
              }
              sketch?.add(try value(row), weight: Double(weight))
            }
          }
        }
      }
    }
    functions.merging(QuantileTree.self, "qdigest(\(type))")
    functions.scalar("value_at_quantile(qdigest(\(type)), double) -> \(type)") { a, n, _ in
      let found = try values(a[0], a[1], n, isList: false)
      return converted(found, type)
    }
    functions.scalar(
      "values_at_quantiles(qdigest(\(type)), array(double)) -> array(\(type))",
      examples: type == .bigint
        ? ["values_at_quantiles(qdigest_agg(x), ARRAY[0, 1]) FROM (VALUES 1, 9) AS t(x)": "[1, 9]"]
        : [:]
    ) { a, n, _ in
      let found = try values(a[0], a[1], n, isList: true)
      guard case .list(let offsets, let elements) = found.flatValues else { return found }
      return Column(
        flat: .list(offsets: offsets, elements: converted(elements, type)),
        count: n,
        validity: found.validity
      )
    }
    functions.scalar(
      "quantile_at_value(qdigest(\(type)), \(type)) -> double",
      examples: type == .bigint
        ? ["quantile_at_value(qdigest_agg(x), 9) FROM (VALUES 1, 9) AS t(x)": "0.5"] : [:]
    ) { a, n, _ in
      let digests = Operand<ByteView>(a[0])
      let value = reading(a[1], type)
      let shares = try (0..<n).map { row -> Scalar in
        guard a[0].isValid(row), a[1].isValid(row) else { return .null }
        let digest = try QuantileTree.read((digests.buffer.base + (row & digests.mask)).bytes)
        return digest.quantile(of: try value(row)).map { .double($0) } ?? .null
      }
      return Column(scalars: shares, type: .double)
    }
  }

  /// Each row's value as an integer of the same order.
  private static func reading(_ column: Column, _ type: SQLType) -> (Int) throws -> Int64 {
    if type == .bigint {
      let values = Operand<Int64>(column)
      return { values[$0] }
    }
    func ordered(_ value: Double) throws -> Int64 {
      guard !value.isNaN else {
        throw SQLError(.invalidArgument, "Cannot add NaN to quantile digest")
      }
      return QuantileTree.ordered(value)
    }
    if type == .real {
      let values = Operand<Float>(column)
      return { try ordered(Double(values[$0])) }
    }
    let values = Operand<Double>(column)
    return { try ordered(values[$0]) }
  }

  /// The values at quantiles as the tree keeps them, or lists of them.
  private static func values(_ digests: Column, _ quantiles: Column, _ rowCount: Int, isList: Bool)
    throws -> Column
  {
    var scalars: [Scalar] = []
    for row in 0..<rowCount {
      guard digests.isValid(row), quantiles.isValid(row),
        case .bytes(let bytes) = digests.scalar(at: row),
        let digest = QuantileTree(serialized: bytes)
      else {
        scalars.append(.null)
        continue
      }
      var wanted = [quantiles.scalar(at: row)]
      if case .list(let several) = wanted[0] { wanted = several }
      let numbers = try wanted.map { try checked($0.floating) }
      let found = digest.values(at: numbers)?.map { Scalar.int($0) } ?? numbers.map { _ in .null }
      scalars.append(isList ? .list(found) : found[0])
    }
    return Column(scalars: scalars, type: isList ? .array(.bigint) : .bigint)
  }

  private static func converted(_ column: Column, _ type: SQLType) -> Column {
    if type == .bigint { return column }
    let numbers = (0..<column.count).map { row -> Scalar in
      guard case .int(let value) = column.scalar(at: row) else { return .null }
      let number = QuantileTree.double(value)
      return type == .real ? .float(Float(number)) : .double(number)
    }
    return Column(scalars: numbers, type: type)
  }
}
