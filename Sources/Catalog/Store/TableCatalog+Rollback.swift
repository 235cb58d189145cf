import ColumnFormat

extension TableCatalog {
  /// Gives a table the columns of an older version again, as its next version.
  ///
  /// Fields come back with their ids. Files and partitions stay as they are: values that the older
  /// types do not hold are told when they are read, and the next crawl widens them again, unless it
  /// only logs.
  ///
  /// - Parameters:
  ///   - name: The table.
  ///   - number: The older version.
  ///   - isDryRun: Whether only to work out what the table would be afterwards.
  /// - Returns: The table afterwards; unchanged where the columns are the same.
  /// - Throws: When there is no such table or version, or its partition keys are others.
  @discardableResult
  public func rollBack(_ name: TableName, to number: Int, isDryRun: Bool = false)
    throws(CatalogError) -> TableSnapshot
  {
    let after = try commit(name, isDryRun: isDryRun) { current throws(CatalogError) in
      guard let current else { throw CatalogError(.tableNotFound(name)) }
      guard let old = try versions(of: name).first(where: { $0.number == number }) else {
        throw CatalogError(
          .versionNotFound(name, version: number, newest: current.version.number)
        )
      }
      let keys = current.version.partitionKeys.map { $0.name.lowercased() }
      guard old.partitionKeys.map({ $0.name.lowercased() }) == keys else {
        throw CatalogError(
          .invalidRequest(
            "version \(number) of '\(name)' has other partition keys, which its folders do not have"
          )
        )
      }
      var update = TableUpdate(current)
      update.columns = old.columns
      update.restored = old
      update.causes = { _ in ChangeCause(source: "rollback to version \(number)") }
      return update
    }
    guard let after else { throw CatalogError(.tableNotFound(name)) }
    return after
  }
}
