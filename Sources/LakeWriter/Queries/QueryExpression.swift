import RowFormat

/// An expression of jq, as far as partition keys need it: each gives any number of values for an input.
indirect enum QueryExpression: Sendable, Equatable {
  case identity
  case literal(JSONValue)
  /// `.name`, `.["name"]`, `.[0]`: a member or element of what `of` gives.
  case member(of: QueryExpression, QueryExpression)
  /// `.[2:4]`.
  case slice(of: QueryExpression, QueryExpression?, QueryExpression?)
  /// `.[]`.
  case each(QueryExpression)
  /// `f?`: nothing instead of an error.
  case attempt(QueryExpression)
  case pipe(QueryExpression, QueryExpression)
  case comma(QueryExpression, QueryExpression)
  case binary(Operator, QueryExpression, QueryExpression)
  case negation(QueryExpression)
  /// `a // b`: what `a` gives that is neither false nor null, else `b`.
  case alternative(QueryExpression, QueryExpression)
  case and(QueryExpression, QueryExpression)
  case or(QueryExpression, QueryExpression)
  case condition(QueryExpression, then: QueryExpression, otherwise: QueryExpression)
  case array(QueryExpression?)
  case object([Entry])
  /// `"a\(f)b"`.
  case interpolation([QueryExpression])
  case call(String, [QueryExpression])

  /// One member of an object that is constructed.
  struct Entry: Sendable, Equatable {
    var key: QueryExpression
    var value: QueryExpression
  }

  enum Operator: String, Sendable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case remainder = "%"
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }
}

/// Why a query cannot be read or gives nothing for an input, as a sentence.
struct QueryFault: Error, Equatable {
  var sentence: String
}
