import ColumnFormat

extension BoundExpression {
  /// Whether a filter by this expression drops every row in which all of the columns are null.
  func rejectsNulls(of columns: Set<ColumnID>) -> Bool {
    switch self {
    case .and(let parts): parts.contains { $0.rejectsNulls(of: columns) }
    case .or(let parts): parts.allSatisfy { $0.rejectsNulls(of: columns) }
    case .not(.isNull(let inner)): inner.isNull(withNulls: columns)
    case .constant(let value, _): value != .boolean(true)
    default: isNull(withNulls: columns)
    }
  }

  /// Whether the value is null for certain where all of the columns are.
  func isNull(withNulls columns: Set<ColumnID>) -> Bool {
    switch self {
    case .column(let column): columns.contains(column.id)
    case .constant(let value, _): value.isNull
    case .call(let function, let arguments):
      function.nulls == .propagates && arguments.contains { $0.isNull(withNulls: columns) }
    case .cast(let inner, _, _), .not(let inner), .inConstants(let inner, _),
      .field(let inner, _, _), .tryCatch(let inner):
      inner.isNull(withNulls: columns)
    case .and(let parts), .or(let parts), .coalesce(let parts, _):
      parts.allSatisfy { $0.isNull(withNulls: columns) }
    case .isNull, .lambda, .caseWhen: false
    }
  }
}
