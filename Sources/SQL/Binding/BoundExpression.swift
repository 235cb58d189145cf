import ColumnFormat

/// The number of a column within one statement's plan; unique, so that moving an expression between
/// plan nodes never renumbers it.
struct ColumnID: Hashable, Sendable, Comparable {
  var number: Int

  static func < (left: ColumnID, right: ColumnID) -> Bool { left.number < right.number }
}

/// A column that a plan node puts out.
struct PlanColumn: Sendable, Hashable {
  var id: ColumnID
  /// For EXPLAIN and messages.
  var name: String
  var type: SQLType
}

/// An expression whose names and types are settled; every coercion is a visible cast.
indirect enum BoundExpression: Sendable {
  case column(PlanColumn)
  case constant(Scalar, SQLType)
  /// A scalar function or operator. Arguments have exactly the types the function wants.
  case call(ScalarFunction, [BoundExpression])
  case cast(BoundExpression, to: SQLType, isTry: Bool)
  /// Evaluated in order; a row that is settled is not evaluated further.
  case and([BoundExpression])
  case or([BoundExpression])
  case not(BoundExpression)
  case isNull(BoundExpression)
  /// The searched form; branches and the rest have the result type already.
  case caseWhen(
    [(when: BoundExpression, then: BoundExpression)],
    otherwise: BoundExpression,
    SQLType
  )
  case coalesce([BoundExpression], SQLType)
  /// `value IN (constants)`; all of the value's type. NULLs among them are kept.
  case inConstants(BoundExpression, [Scalar])
  /// Errors of the data within become NULL.
  case tryCatch(BoundExpression)
  /// A field of a row value.
  case field(BoundExpression, index: Int, SQLType)
  /// A lambda as an argument of a higher-order function.
  case lambda(parameters: [PlanColumn], body: BoundExpression)

  var type: SQLType {
    switch self {
    case .column(let column): column.type
    case .constant(_, let type): type
    case .call(let function, _): function.resultType
    case .cast(_, let type, _): type
    case .and, .or, .not, .isNull, .inConstants: .boolean
    case .caseWhen(_, _, let type): type
    case .coalesce(_, let type): type
    case .tryCatch(let inner): inner.type
    case .field(_, _, let type): type
    case .lambda(_, let body): body.type
    }
  }
}
