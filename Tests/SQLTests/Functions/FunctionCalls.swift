import ColumnFormat

@testable import SQL

/// A constant with its type, for calls without a parser.
struct TypedValue {
  var scalar: Scalar
  var type: SQLType

  static func bigint(_ value: Int64) -> TypedValue {
    TypedValue(scalar: .int(value), type: .bigint)
  }
  static func integer(_ value: Int64) -> TypedValue {
    TypedValue(scalar: .int(value), type: .integer)
  }
  static func double(_ value: Double) -> TypedValue {
    TypedValue(scalar: .double(value), type: .double)
  }
  static func text(_ value: String) -> TypedValue {
    TypedValue(scalar: .text(value), type: .varchar(length: value.unicodeScalars.count))
  }
  static func decimal(_ value: Int64, _ precision: Int, _ scale: Int) -> TypedValue {
    TypedValue(
      scalar: precision > 18 ? .int128(Int128(value)) : .int(value),
      type: .decimal(precision: precision, scale: scale)
    )
  }
  static func boolean(_ value: Bool) -> TypedValue {
    TypedValue(scalar: .boolean(value), type: .boolean)
  }
  static let null = TypedValue(scalar: .null, type: .unknown)
  static func null(_ type: SQLType) -> TypedValue { TypedValue(scalar: .null, type: type) }

  var expression: BoundExpression { .constant(scalar, type) }

  /// A text brought to another type by a cast.
  static func cast(_ text: String, _ type: SQLType) throws -> TypedValue {
    let expression = BoundExpression.cast(TypedValue.text(text).expression, to: type, isTry: false)
    return TypedValue(
      scalar: try ExpressionEvaluator.value(of: expression, context: EvaluationContext()),
      type: type
    )
  }
}

/// Binds and runs one call, as the binder would.
enum FunctionCalls {
  static func expression(_ name: String, _ arguments: [BoundExpression]) throws -> BoundExpression {
    let function = try FunctionCatalog.standard.scalar(name, arguments.map(\.type))
    let cast = zip(arguments, function.argumentTypes).map { argument, type in
      argument.type == type ? argument : .cast(argument, to: type, isTry: false)
    }
    return .call(function, cast)
  }

  /// The result's text, or `NULL`.
  static func text(_ name: String, _ arguments: TypedValue...) throws -> String {
    let expression = try expression(name, arguments.map(\.expression))
    return try text(expression)
  }

  static func text(_ expression: BoundExpression) throws -> String {
    let evaluator = try ExpressionEvaluator(
      expression,
      input: [],
      context: EvaluationContext(queryStartMicros: 1_700_000_000_000_000)
    )
    let column = try evaluator.evaluate(Batch(columns: [], rowCount: 1))
    return ValueText.string(column, row: 0, type: expression.type)
  }

  /// The error's message, or the result where there is none.
  static func failure(_ name: String, _ arguments: TypedValue...) -> String {
    do {
      return try text(expression(name, arguments.map(\.expression)))
    } catch let error as SQLError {
      return "\(error.code.rawValue): \(error.message)"
    } catch {
      return "\(error)"
    }
  }

  static func cast(_ value: TypedValue, _ type: SQLType, isTry: Bool = false) -> String {
    do {
      return try text(.cast(value.expression, to: type, isTry: isTry))
    } catch let error as SQLError {
      return "\(error.code.rawValue): \(error.message)"
    } catch {
      return "\(error)"
    }
  }
}
