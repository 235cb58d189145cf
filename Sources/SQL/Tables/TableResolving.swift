/// Where a table's name leads.
protocol TableResolving: Sendable {
  /// The table of one to three name parts.
  func table(_ parts: [String], at range: SourceRange) throws(SQLError) -> TableHandle
  /// The files behind `FROM 'pattern'` as one table.
  func file(_ pattern: String, at range: SourceRange) throws(SQLError) -> TableHandle
  /// The same for names within a view, which belong to the database that it was made in.
  func inDatabase(_ database: String) -> any TableResolving
}

extension TableResolving {
  func inDatabase(_ database: String) -> any TableResolving { self }
}
