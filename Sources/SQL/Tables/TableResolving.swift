/// Where a table's name leads.
protocol TableResolving: Sendable {
  /// The table of one to three name parts.
  func table(_ parts: [String], at range: SourceRange) throws(SQLError) -> TableHandle
  /// The files behind `FROM 'pattern'` as one table.
  func file(_ pattern: String, at range: SourceRange) throws(SQLError) -> TableHandle
}
