/// A statement that writes the rows of a query to files: CREATE TABLE AS, INSERT INTO, UNLOAD.
struct SyntaxWrite: Sendable {
  enum Target: Sendable {
    case create(table: [Identifier], ifNotExists: Bool, withData: Bool)
    case insert(table: [Identifier], columns: [Identifier]?)
    case unload(place: String)
  }

  var target: Target
  /// The names of the table or the place, for errors.
  var targetRange: SourceRange
  var properties: [WriteProperty]
  var query: SyntaxQuery
}

/// `name = value` of a WITH.
struct WriteProperty: Sendable {
  enum Value: Sendable, Hashable {
    case text(String)
    case number(Int)
    case boolean(Bool)
    case list([String])
  }

  var name: Identifier
  var value: Value
  var range: SourceRange
}
