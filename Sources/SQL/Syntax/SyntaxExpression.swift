/// An identifier as typed; unquoted names compare without case, as quoted ones do in Trino.
struct Identifier: Sendable, Hashable {
  var text: String
  var isQuoted: Bool
  var range: SourceRange
}

/// An expression of the syntax tree: what was typed, and where.
struct SyntaxExpression: Sendable {
  var node: Node
  var range: SourceRange

  indirect enum Node: Sendable {
    case null
    case boolean(Bool)
    /// Digits without point or exponent.
    case integer(String)
    /// Digits with a point: a decimal literal.
    case decimal(String)
    /// With an exponent: a double literal.
    case double(String)
    case string(String)
    /// `X'4142'`
    case bytes([UInt8])
    /// `DATE '…'`, `TIMESTAMP '…'`, `TIME '…'`, `JSON '…'`, `VARCHAR '…'`, `DECIMAL '…'`
    case typed(SyntaxType, String)
    /// `INTERVAL '3' DAY`; the sign is part of the text when given outside the quotes.
    case interval(text: String, from: IntervalField, to: IntervalField?)
    /// `a`, `t.a`, `db.t.a`, and member access until the binder knows better.
    case name([Identifier])
    /// `expression.member`
    case member(SyntaxExpression, Identifier)
    /// `array[1]`, `map['k']`
    case subscripted(SyntaxExpression, SyntaxExpression)
    /// `?`, numbered from zero.
    case parameter(Int)
    case unary(UnaryOperator, SyntaxExpression)
    case binary(BinaryOperator, SyntaxExpression, SyntaxExpression)
    case not(SyntaxExpression)
    /// Flattened: `a AND b AND c` has three operands.
    case and([SyntaxExpression])
    case or([SyntaxExpression])
    case isNull(SyntaxExpression, negated: Bool)
    case isDistinct(SyntaxExpression, SyntaxExpression, negated: Bool)
    case between(SyntaxExpression, SyntaxExpression, SyntaxExpression, negated: Bool)
    case inList(SyntaxExpression, [SyntaxExpression], negated: Bool)
    case inQuery(SyntaxExpression, SyntaxQuery, negated: Bool)
    case like(SyntaxExpression, pattern: SyntaxExpression, escape: SyntaxExpression?, negated: Bool)
    case exists(SyntaxQuery)
    case scalarQuery(SyntaxQuery)
    /// `x > ALL (…)`
    case quantified(BinaryOperator, SyntaxExpression, Quantifier, SyntaxQuery)
    case caseWhen(
      operand: SyntaxExpression?,
      branches: [CaseBranch],
      otherwise: SyntaxExpression?
    )
    case cast(SyntaxExpression, SyntaxType, isTry: Bool)
    case extract(Identifier, SyntaxExpression)
    case atTimeZone(SyntaxExpression, SyntaxExpression)
    case array([SyntaxExpression])
    case row([SyntaxExpression])
    case lambda(parameters: [Identifier], body: SyntaxExpression)
    /// `name(…)`, also `IF`, `COALESCE`, `NULLIF`, `TRY`, `POSITION`, `TRIM`, `CURRENT_DATE`, …
    case call(FunctionCall)
  }
}

struct CaseBranch: Sendable {
  var when: SyntaxExpression
  var then: SyntaxExpression
}

/// A function call with everything an aggregate or window function may carry.
struct FunctionCall: Sendable {
  var name: Identifier
  var arguments: [SyntaxExpression]
  /// Whether the argument is the star of `count(*)`.
  var isStar = false
  var isDistinct = false
  /// `ORDER BY` within the parentheses, or `WITHIN GROUP`.
  var orderBy: [SortItem] = []
  var filter: SyntaxExpression?
  var window: WindowReference?
  /// `IGNORE NULLS` is true, `RESPECT NULLS` false, nothing said nil.
  var ignoresNulls: Bool?
}

enum UnaryOperator: String, Sendable {
  case minus = "-"
  case plus = "+"
}

enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulus = "%"
  case concatenate = "||"
  case equal = "="
  case notEqual = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
}

enum Quantifier: String, Sendable {
  case all = "ALL"
  case any = "ANY"
}

enum IntervalField: String, Sendable {
  case year = "YEAR"
  case month = "MONTH"
  case week = "WEEK"
  case day = "DAY"
  case hour = "HOUR"
  case minute = "MINUTE"
  case second = "SECOND"
}

/// A type as typed: `decimal(10,2)`, `array(varchar)`, `row(a bigint)`, `timestamp with time zone`.
struct SyntaxType: Sendable {
  /// Lower case, spaces single: `timestamp with time zone`, `interval day to second`.
  var name: String
  /// Numbers and element types in order: `decimal(10,2)`, `map(varchar, bigint)`.
  var arguments: [Argument]
  /// Of a row type.
  var fields: [Member]
  var range: SourceRange

  enum Argument: Sendable {
    case number(Int)
    case type(SyntaxType)
  }

  struct Member: Sendable {
    var name: Identifier?
    var type: SyntaxType
  }
}

enum WindowReference: Sendable {
  case name(Identifier)
  case specification(WindowSpecification)
}

struct WindowSpecification: Sendable {
  var base: Identifier?
  var partitionBy: [SyntaxExpression]
  var orderBy: [SortItem]
  var frame: WindowFrame?
}

struct WindowFrame: Sendable {
  enum Unit: String, Sendable {
    case rows = "ROWS"
    case range = "RANGE"
    case groups = "GROUPS"
  }
  enum Bound: Sendable {
    case unboundedPreceding
    case preceding(SyntaxExpression)
    case currentRow
    case following(SyntaxExpression)
    case unboundedFollowing
  }
  var unit: Unit
  var start: Bound
  var end: Bound
}

struct SortItem: Sendable {
  var expression: SyntaxExpression
  var isDescending: Bool
  /// As written; nil means last, in both directions.
  var nullsFirst: Bool?
}
