/// What holds of a value holds of an equal one only where equal values are the same: 0.0 and -0.0
/// are equal, and maps whose entries were put in another order.
extension SQLType {
  /// Whether two equal values of the type may differ in what an expression makes of them.
  var hasUnlikeEquals: Bool {
    switch self {
    case .real, .double, .map, .timestampWithTimeZone: true
    case .array(let element): element.hasUnlikeEquals
    case .row(let fields): fields.contains { $0.type.hasUnlikeEquals }
    default: false
    }
  }
}

extension BoundExpression {
  /// Whether the value is the same for equal values of the columns: nothing but comparisons looks at
  /// those of which equal ones may differ.
  var isSameForEqualValues: Bool {
    switch self {
    case .column(let column): return !column.type.hasUnlikeEquals
    case .constant: return true
    case .and(let parts), .or(let parts): return parts.allSatisfy(\.isSameForEqualValues)
    case .not(let inner): return inner.isSameForEqualValues
    case .isNull(let inner), .inConstants(let inner, _):
      return inner.asColumn != nil || inner.isSameForEqualValues
    case .call(let function, let arguments):
      return arguments.allSatisfy { argument in
        argument.asColumn != nil && BoundExpression.comparisons.contains(function.name)
          || argument.isSameForEqualValues
      }
    default:
      var isSame = true
      collectColumns { if $0.type.hasUnlikeEquals { isSame = false } }
      return isSame
    }
  }

  private static let comparisons: Set<String> = [
    "$equal", "$notEqual", "$less", "$lessOrEqual", "$greater", "$greaterOrEqual", "$isDistinct",
  ]
}
