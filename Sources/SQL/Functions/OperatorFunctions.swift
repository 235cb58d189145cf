import ColumnFormat

/// The operators, which the binder reaches by `$add`, `$equal`, `$like` and so on.
enum OperatorFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    let arithmetic: [(String, IntegerArithmetic.Operation, String)] = [
      ("$add", .add, "The sum; also of a date or time and an interval."),
      ("$subtract", .subtract, "The difference; of two dates or timestamps an interval."),
      ("$multiply", .multiply, "The product."),
      ("$divide", .divide, "The quotient; of integers without its fraction."),
      ("$modulus", .modulus, "The remainder, with the sign of the dividend."),
    ]
    for (name, operation, summary) in arithmetic {
      functions.custom(
        name,
        summary,
        kind: .operator,
        signatures: ["\(name)(T, T) -> T"]
      ) { types in
        guard types.count == 2 else { return nil }
        return numeric(name, operation, types[0], types[1])
          ?? DateTimeArithmetic.resolve(name, operation, types[0], types[1])
      }
    }
    functions.custom(
      "$negate",
      "The value with the other sign.",
      kind: .operator,
      signatures: ["$negate(T) -> T"]
    ) { types in types.count == 1 ? negation(types[0]) : nil }
    let comparisons: [ComparisonOperator] = [
      .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
    ]
    for comparison in comparisons {
      functions.custom(
        comparison.rawValue,
        "Compares two values.",
        kind: .operator,
        signatures: ["\(comparison.rawValue)(T, T) -> boolean"]
      ) { types in types.count == 2 ? compare(comparison, types[0], types[1]) : nil }
    }
    functions.custom(
      "$isDistinct",
      "Whether two values differ, where null is a value like any other.",
      kind: .operator,
      signatures: ["$isDistinct(T, T) -> boolean"]
    ) { types in
      guard types.count == 2, let common = TypeCoercion.commonType(types[0], types[1]) else {
        return nil
      }
      return ScalarFunction(
        name: "$isDistinct",
        argumentTypes: [common, common],
        resultType: .boolean,
        nulls: .custom,
        isDeterministic: true,
        canFail: false,
        kernel: Comparison.distinctKernel(common)
      )
    }
    functions.custom(
      "$like",
      "Whether text matches a pattern of % and _.",
      kind: .operator,
      signatures: [
        "$like(varchar, varchar) -> boolean", "$like(varchar, varchar, varchar) -> boolean",
      ]
    ) { types in like(types) }
  }

  private static func numeric(
    _ name: String,
    _ operation: IntegerArithmetic.Operation,
    _ left: SQLType,
    _ right: SQLType
  ) -> ScalarFunction? {
    let left = left == .unknown ? right : left
    let right = right == .unknown ? left : right
    let unknown = left == .unknown && right == .unknown
    guard let common = unknown ? .bigint : TypeCoercion.commonType(left, right),
      common.isNumeric
    else { return nil }
    let kernel: ScalarFunction.Kernel
    var argumentTypes = [common, common]
    var resultType = common
    var canFail = true
    switch common {
    case .real, .double:
      kernel = FloatArithmetic.kernel(operation, common)
      canFail = false
    case .decimal:
      guard let one = decimal(left), let other = decimal(right),
        let result = DecimalArithmetic.resultType(operation, one, other)
      else { return nil }
      kernel = DecimalArithmetic.kernel(operation, one, other, result)
      argumentTypes = [
        .decimal(precision: one.precision, scale: one.scale),
        .decimal(precision: other.precision, scale: other.scale),
      ]
      resultType = .decimal(precision: result.precision, scale: result.scale)
      let divides = operation == .divide || operation == .modulus
      canFail = divides || result.precision == 38
    default: kernel = IntegerArithmetic.kernel(operation, common)
    }
    return ScalarFunction(
      name: name,
      argumentTypes: argumentTypes,
      resultType: resultType,
      nulls: .propagates,
      isDeterministic: true,
      canFail: canFail,
      kernel: kernel
    )
  }

  private static func decimal(_ type: SQLType) -> (precision: Int, scale: Int)? {
    guard case .decimal(let precision, let scale)? = TypeCoercion.decimal(for: type) else {
      return nil
    }
    return (precision, scale)
  }

  private static func negation(_ type: SQLType) -> ScalarFunction? {
    let kernel: ScalarFunction.Kernel
    var type = type
    switch type {
    case .unknown:
      type = .bigint
      kernel = IntegerArithmetic.negation(.bigint)
    case .tinyint, .smallint, .integer, .bigint: kernel = IntegerArithmetic.negation(type)
    case .real, .double: kernel = FloatArithmetic.negation(type)
    case .decimal(let precision, _): kernel = DecimalArithmetic.negation(precision)
    case .intervalDayToSecond: kernel = IntegerArithmetic.negation(.bigint)
    case .intervalYearToMonth: kernel = IntegerArithmetic.negation(.integer)
    default: return nil
    }
    return ScalarFunction(
      name: "$negate",
      argumentTypes: [type],
      resultType: type,
      nulls: .propagates,
      isDeterministic: true,
      canFail: type.isInteger,
      kernel: kernel
    )
  }

  private static func compare(
    _ comparison: ComparisonOperator,
    _ left: SQLType,
    _ right: SQLType
  ) -> ScalarFunction? {
    guard let common = TypeCoercion.commonType(left, right), common.isComparable else { return nil }
    let needsOrder = comparison != .equal && comparison != .notEqual
    if needsOrder && !common.isOrderable { return nil }
    let isNested = common.physicalType == .list || common.physicalType == .row
    return ScalarFunction(
      name: comparison.rawValue,
      argumentTypes: [common, common],
      resultType: .boolean,
      nulls: isNested ? .custom : .propagates,
      isDeterministic: true,
      // Nulls within cannot be put in order.
      canFail: isNested && needsOrder,
      kernel: Comparison.kernel(comparison, common)
    )
  }

  private static func like(_ types: [SQLType]) -> ScalarFunction? {
    guard types.count == 2 || types.count == 3,
      types.allSatisfy({ $0.isText || $0 == .unknown })
    else { return nil }
    return ScalarFunction(
      name: "$like",
      argumentTypes: types.map { $0.isText ? $0 : .text },
      resultType: .boolean,
      nulls: .propagates,
      isDeterministic: true,
      canFail: true,
      kernel: LikeMatcher.kernel
    )
  }
}
