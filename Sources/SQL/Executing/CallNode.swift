import ColumnFormat

/// A scalar function over its arguments.
final class CallNode: ExpressionNode {
  private let function: ScalarFunction
  private let arguments: [ExpressionNode]
  private let context: EvaluationContext
  private let dictionary = DictionaryCache()
  private let comparison: (ComparisonOperator, column: Int, constant: Values)?

  init(_ function: ScalarFunction, _ arguments: [ExpressionNode], _ context: EvaluationContext) {
    self.function = function
    self.arguments = arguments
    self.context = context
    comparison = CallNode.comparison(function, arguments)
    super.init(
      type: function.resultType,
      canFail: function.canFail || !function.isDeterministic || arguments.contains(where: \.canFail)
    )
  }

  /// `column < constant` or the other way round, over values that compare as they lie in memory.
  private static func comparison(_ function: ScalarFunction, _ arguments: [ExpressionNode])
    -> (ComparisonOperator, column: Int, constant: Values)?
  {
    guard let comparison = ComparisonOperator(rawValue: function.name), arguments.count == 2 else {
      return nil
    }
    if case .timestampWithTimeZone = function.argumentTypes[0] { return nil }
    for index in 0..<2 {
      if let constant = arguments[index].constant,
        case .constant(let values, false) = constant.form
      {
        return (index == 1 ? comparison : comparison.flipped, 1 - index, values)
      }
    }
    return nil
  }

  /// Whether all arguments are known before any row is seen.
  var isConstant: Bool { arguments.allSatisfy { $0.constant != nil } }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    try apply(try arguments.map { try $0.evaluate(frame) }, frame.rowCount)
  }

  override func select(_ frame: RowFrame, among alive: Buffer<UInt32>?) throws -> Buffer<UInt32> {
    if let comparison, arguments[comparison.column] is ColumnNode {
      let column = try arguments[comparison.column].evaluate(frame)
      if let rows = SelectionKernels.compare(
        comparison.0,
        column,
        with: comparison.constant,
        among: alive
      ) {
        return rows
      }
    }
    // A dictionary's entries are decided once; rows then only look up their code.
    if function.isDeterministic, let only = onlyVariable, arguments[only] is ColumnNode {
      let column = try arguments[only].evaluate(frame)
      if case .dictionary(let codes, let values) = column.form,
        function.nulls == .propagates || column.validity == nil,
        let entries = try? mapped(values, only, rowCount: alive?.count ?? frame.rowCount)
      {
        return SelectionKernels.whereEntryTrue(
          entries.truths.base,
          codes: codes,
          column.validity,
          among: alive
        )
      }
    }
    return try super.select(frame, among: alive)
  }

  /// The only argument that is not a constant.
  private lazy var onlyVariable: Int? = {
    let variables = arguments.indices.filter { arguments[$0].constant == nil }
    return variables.count == 1 ? variables[0] : nil
  }()

  private func apply(_ columns: [Column], _ rowCount: Int) throws -> Column {
    if function.nulls == .propagates,
      columns.contains(where: { if case .constant(_, true) = $0.form { true } else { false } })
    {
      return .nulls(of: type, count: rowCount)
    }
    if function.isDeterministic {
      let variables = columns.indices.filter {
        if case .constant = columns[$0].form { false } else { true }
      }
      if variables.isEmpty {
        let single = columns.map { Column($0.form, count: 1) }
        let result = try call(single, 1)
        return Column(
          .constant(result.flatValues, isNull: !result.isValid(0)),
          count: rowCount
        )
      }
      if variables.count == 1, let mapped = try applyToEntries(columns, variables[0], rowCount) {
        return mapped
      }
    }
    return try call(columns, rowCount)
  }

  /// Calls the kernel and unites nulls.
  private func call(_ columns: [Column], _ rowCount: Int) throws -> Column {
    let result = try function.kernel(columns, rowCount, context)
    guard function.nulls == .propagates, let united = Column.unitedValidity(columns) else {
      return result
    }
    return result.withValidity(Validity.intersection(result.rowValidity, united))
  }

  /// Computes a dictionary's entries, or the values of runs, instead of the rows.
  private func applyToEntries(_ columns: [Column], _ variable: Int, _ rowCount: Int) throws
    -> Column?
  {
    let column = columns[variable]
    // A function that sees nulls itself may turn them into values.
    if function.nulls == .custom && column.validity != nil { return nil }
    switch column.form {
    case .dictionary(let codes, let values):
      guard let entries = try? mapped(values, variable, columns, rowCount: rowCount) else {
        return nil
      }
      return entries.rows(codes: codes, validity: column.validity, count: rowCount)
    case .runs(let ends, let values):
      guard column.validity == nil, ends.count * 2 < rowCount else { return nil }
      var single = columns.map { Column($0.form, count: ends.count) }
      single[variable] = Column(flat: values, count: ends.count)
      guard let result = try? call(single, ends.count), result.validity == nil else { return nil }
      return Column(.runs(ends: ends, result.flatValues), count: rowCount)
    default: return nil
    }
  }

  private func mapped(_ values: ColumnDictionary, _ variable: Int, rowCount: Int) throws
    -> MappedDictionary?
  {
    let columns = arguments.indices.map { index in
      arguments[index].constant ?? Column.nulls(of: .boolean, count: 1)
    }
    return try mapped(values, variable, columns, rowCount: rowCount)
  }

  private func mapped(
    _ values: ColumnDictionary,
    _ variable: Int,
    _ columns: [Column],
    rowCount: Int
  ) throws -> MappedDictionary? {
    dictionary.entries(of: values, rowCount: rowCount) {
      var entries = columns.map { Column($0.form, count: values.count) }
      entries[variable] = Column(flat: values.values, count: values.count)
      return try call(entries, values.count)
    }
  }
}
