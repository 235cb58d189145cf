import ColumnFormat
import TestSupport

/// A predicate's meaning, row by row and with nothing left out.
enum PredicateReference {
  static func passes(_ predicate: RowPredicate, _ row: [Scalar], _ schema: Schema) -> Bool {
    switch predicate {
    case .and(let parts): return parts.allSatisfy { passes($0, row, schema) }
    case .or(let parts): return parts.contains { passes($0, row, schema) }
    case .isNull(let path): return value(path, row, schema).isNull
    case .isNotNull(let path): return !value(path, row, schema).isNull
    case .among(let path, let values):
      return values.contains { holds(value(path, row, schema), .equal, $0) }
    case .compare(let path, let comparison, let constant):
      return holds(value(path, row, schema), comparison, constant)
    }
  }

  private static func value(_ path: ColumnPath, _ row: [Scalar], _ schema: Schema) -> Scalar {
    var fields = schema.fields
    var values = row
    var result = Scalar.null
    for name in path.names {
      guard let index = Schema(fields).index(of: name) else { return .null }
      result = values[index]
      if case .row(let inner) = fields[index].type { fields = inner }
      if case .row(let inner) = result { values = inner } else if result.isNull { return .null }
    }
    return result
  }

  private static func holds(
    _ value: Scalar,
    _ comparison: RowPredicate.Comparison,
    _ constant: Scalar
  ) -> Bool {
    switch (value, constant) {
    case (.int(let left), .int(let right)): compare(left, comparison, right)
    case (.int128(let left), .int(let right)): compare(left, comparison, Int128(right))
    case (.int128(let left), .int128(let right)): compare(left, comparison, right)
    case (.double(let left), .double(let right)): compare(left, comparison, right)
    case (.boolean(let left), .boolean(let right)):
      compare(left ? 1 : 0, comparison, right ? 1 : 0)
    case (.bytes(let left), .bytes(let right)):
      compare(
        left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1,
        comparison,
        0
      )
    default: false
    }
  }

  private static func compare<Value: Comparable>(
    _ left: Value,
    _ comparison: RowPredicate.Comparison,
    _ right: Value
  ) -> Bool {
    switch comparison {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }

  /// Some predicate over the columns, whose constants are values of the rows or near to them.
  static func random(
    _ schema: Schema,
    _ rows: [[Scalar]],
    depth: Int = 2,
    _ random: inout SeededGenerator
  ) -> RowPredicate {
    if depth > 0 && Int.random(in: 0..<3, using: &random) > 0 {
      let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        PredicateReference.random(schema, rows, depth: depth - 1, &random)
      }
      return Bool.random(using: &random) ? .and(parts) : .or(parts)
    }
    let index = Int.random(in: 0..<schema.fields.count, using: &random)
    var field = schema.fields[index]
    var path = ColumnPath([field.name])
    if case .row(let members) = field.type {
      field = members[Int.random(in: 0..<members.count, using: &random)]
      path.names.append(field.name)
    }
    if case .list = field.type {
      return Bool.random(using: &random) ? .isNull(path) : .isNotNull(path)
    }
    func constant() -> Scalar {
      let row = rows[Int.random(in: 0..<rows.count, using: &random)]
      switch value(path, row, schema) {
      case .int(let number): return .int(number + Int64.random(in: -1...1, using: &random))
      case .int128(let number): return .int128(number + Int128.random(in: -1...1, using: &random))
      case let other: return other
      }
    }
    let comparisons: [RowPredicate.Comparison] = [
      .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
    ]
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return .isNull(path)
    case 1: return .isNotNull(path)
    case 2: return .among(path, (0..<3).map { _ in constant() })
    default:
      let comparison = comparisons[Int.random(in: 0..<6, using: &random)]
      return .compare(path, comparison, constant())
    }
  }
}
