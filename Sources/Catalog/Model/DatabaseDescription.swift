/// What the catalog knows of a database.
public struct DatabaseDescription: Sendable, Hashable {
  /// The name, in lower case.
  public var name: String
  /// COMMENT.
  public var comment: String?
  /// Where its tables' folders go unless they say otherwise.
  public var location: String?
  /// DBPROPERTIES.
  public var parameters: [String: String]

  /// A database as described.
  public init(
    name: String,
    comment: String? = nil,
    location: String? = nil,
    parameters: [String: String] = [:]
  ) {
    self.name = name.lowercased()
    self.comment = comment
    self.location = location
    self.parameters = parameters
  }
}
