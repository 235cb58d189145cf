/// A word, number, string or sign of a query's text.
struct Token: Sendable {
  enum Kind: Sendable, Hashable {
    /// A name without quotes; also a keyword, which ``Token/keyword`` says.
    case word
    /// `"name"` or `` `name` ``
    case quotedName
    case string
    /// `X'4142'`
    case binary
    case integer
    case decimal
    case double
    case symbol(Symbol)
    /// What no token starts with, or a string without its end; ``Token/text`` says what is wrong.
    case invalid
    case end
  }

  var kind: Kind
  /// The keyword that a word is, reserved or not.
  var keyword: Keyword?
  /// Without quotes and escapes; numbers without underscores; for `invalid` the complaint.
  var text: String
  var range: SourceRange
  /// The quote around a name or string; zero where there is none.
  var quote: UInt8 = 0
}

/// Signs and operators.
enum Symbol: String, Sendable, Hashable {
  case leftParenthesis = "("
  case rightParenthesis = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case comma = ","
  case dot = "."
  case semicolon = ";"
  case question = "?"
  case plus = "+"
  case minus = "-"
  case asterisk = "*"
  case slash = "/"
  case percent = "%"
  case concatenate = "||"
  case equal = "="
  case notEqual = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case arrow = "->"
  case doubleArrow = "=>"
  case colon = ":"
}
