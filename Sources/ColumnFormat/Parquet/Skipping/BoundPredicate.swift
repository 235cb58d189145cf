/// A predicate whose columns were found in a file, and whose constants have the columns' form.
indirect enum BoundPredicate: Sendable {
  /// A test of one column.
  case condition(Condition)
  case and([BoundPredicate])
  case or([BoundPredicate])

  struct Condition: Sendable {
    /// The number of the condition within its predicate.
    var number: Int
    var column: BoundColumn
    var test: ValueTest
  }

  /// What a condition asks of a value.
  enum ValueTest: Sendable {
    case compare(RowPredicate.Comparison, Scalar)
    case among([Scalar])
    case isNull
    case isNotNull
  }
}

/// A column that a predicate looks at.
struct BoundColumn: Sendable {
  var path: FieldPath
  /// The column of values, where the path ends in one.
  var leaf: Int?
  var type: LogicalType
}

extension BoundPredicate {
  /// The top-level fields that the predicate looks at, each once, in order of appearance.
  var fields: [Int] {
    var fields: [Int] = []
    collectFields(&fields)
    return fields
  }

  private func collectFields(_ fields: inout [Int]) {
    switch self {
    case .condition(let condition):
      let field = condition.column.path.field
      if !fields.contains(field) { fields.append(field) }
    case .and(let parts), .or(let parts): for part in parts { part.collectFields(&fields) }
    }
  }
}

/// Finds a predicate's columns in a file.
struct PredicateBinding {
  private let file: ParquetFile
  private var conditionCount = 0

  /// The predicate as it applies to a file.
  static func bind(_ predicate: RowPredicate, in file: ParquetFile) throws(ColumnFormatError)
    -> BoundPredicate
  {
    var binding = PredicateBinding(file: file)
    return try binding.bind(predicate)
  }

  private init(file: ParquetFile) { self.file = file }

  private mutating func bind(_ predicate: RowPredicate) throws(ColumnFormatError)
    -> BoundPredicate
  {
    switch predicate {
    case .and(let parts): return .and(try bind(parts))
    case .or(let parts): return .or(try bind(parts))
    case .isNull(let path): return condition(try column(path), .isNull)
    case .isNotNull(let path): return condition(try column(path), .isNotNull)
    case .compare(let path, let comparison, let value):
      let column = try column(path)
      guard !value.isNull else { return .or([]) }
      return condition(column, .compare(comparison, try fitted(value, column, path)))
    case .among(let path, let values):
      let column = try column(path)
      var fitting: [Scalar] = []
      for value in values where !value.isNull { fitting.append(try fitted(value, column, path)) }
      return condition(column, .among(fitting))
    }
  }

  private mutating func bind(_ parts: [RowPredicate]) throws(ColumnFormatError)
    -> [BoundPredicate]
  {
    var bound: [BoundPredicate] = []
    for part in parts { bound.append(try bind(part)) }
    return bound
  }

  private mutating func condition(_ column: BoundColumn, _ test: BoundPredicate.ValueTest)
    -> BoundPredicate
  {
    conditionCount += 1
    return .condition(.init(number: conditionCount - 1, column: column, test: test))
  }

  private func column(_ path: ColumnPath) throws(ColumnFormatError) -> BoundColumn {
    guard let (found, type) = file.fieldPath(path) else {
      throw refusal("the file has no such column", path)
    }
    var column = BoundColumn(path: found, leaf: nil, type: type)
    if case .leaf(let number) = file.fileSchema.node(found) { column.leaf = number }
    return column
  }

  /// The constant in the form of the column's values.
  private func fitted(_ value: Scalar, _ column: BoundColumn, _ path: ColumnPath)
    throws(ColumnFormatError) -> Scalar
  {
    switch (column.type.physicalType, value) {
    case (.boolean, .boolean), (.float32, .float), (.float64, .double), (.bytes, .bytes),
      (.int8, .int), (.int16, .int), (.int32, .int), (.int64, .int), (.int128, .int128):
      return value
    case (.int128, .int(let number)): return .int128(Int128(number))
    case (.float64, .float(let number)): return .double(Double(number))
    case (.float32, .double(let number)) where Double(Float(number)) == number || number.isNaN:
      return .float(Float(number))
    default:
      throw refusal("its values are of type \(column.type) and do not compare with \(value)", path)
    }
  }

  private func refusal(_ fact: String, _ path: ColumnPath) -> ColumnFormatError {
    ColumnFormatError(
      .unsupported("the predicate does not fit: \(fact)"),
      .init(path: file.path, column: path.names.joined(separator: "."))
    )
  }
}
