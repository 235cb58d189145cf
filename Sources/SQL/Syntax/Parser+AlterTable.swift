/// ALTER TABLE and MSCK REPAIR TABLE, by Hive's grammar.
extension Parser {
  mutating func parseAlterTable() throws(SQLError) -> SyntaxStatement {
    let start = current.range
    try expect(.alter)
    if at(.view) || at(.database) || at(.schema) {
      return .unsupported("ALTER \(current.text.uppercased())", range(from: start))
    }
    try expect(.table)
    let name = try parseHiveTable()
    if at(.partition) {
      let partition = try parsePartition()
      if acceptWords("RENAME", "TO") {
        return altered(name, .renamePartition(partition, to: try parsePartition()), start)
      }
      try expect(.set)
      try expectWord("LOCATION")
      return altered(name, .setLocation(try parseString(), partition: partition), start)
    }
    if acceptWord("ADD") { return altered(name, try parseAdd(), start) }
    if accept(.drop) { return altered(name, try parseAlterDrop(), start) }
    if accept(.replace) {
      try expect(.columns)
      return altered(name, .replaceColumns(try parseColumnDefinitions()), start)
    }
    if acceptWord("CHANGE") {
      _ = acceptWord("COLUMN")
      return altered(name, try parseChangeColumn(), start)
    }
    if accept(.set) {
      if accept(.tblproperties) {
        return altered(name, .setProperties(try parseProperties()), start)
      }
      try expectWord("LOCATION")
      return altered(name, .setLocation(try parseString(), partition: nil), start)
    }
    if acceptWord("RENAME") {
      return .unsupported("ALTER TABLE RENAME TO", range(from: start))
    }
    for word in [
      "CLUSTERED", "SKEWED", "NOT", "EXCHANGE", "ARCHIVE", "TOUCH", "COMPACT", "CONCATENATE",
    ]
    where atWord(word) {
      return .unsupported("ALTER TABLE \(word)", range(from: start))
    }
    throw mismatch()
  }

  private func altered(
    _ name: [Identifier],
    _ action: AlterTable.Action,
    _ start: SourceRange
  ) -> SyntaxStatement {
    .alterTable(AlterTable(name: name, action: action, range: range(from: start)))
  }

  private mutating func parseAdd() throws(SQLError) -> AlterTable.Action {
    if accept(.columns) { return .addColumns(try parseColumnDefinitions()) }
    let ifNotExists = try acceptIfNotExists()
    var partitions: [(partition: PartitionSpecification, location: String?)] = []
    repeat {
      let partition = try parsePartition()
      partitions.append((partition, acceptWord("LOCATION") ? try parseString() : nil))
    } while at(.partition)
    return .addPartitions(partitions, ifNotExists: ifNotExists)
  }

  private mutating func parseAlterDrop() throws(SQLError) -> AlterTable.Action {
    if acceptWord("COLUMN") { return .dropColumn(try parseHiveName()) }
    let ifExists = try acceptIfExists()
    var partitions = [try parsePartition()]
    while accept(.comma) { partitions.append(try parsePartition()) }
    _ = acceptWord("PURGE")
    return .dropPartitions(partitions, ifExists: ifExists)
  }

  private mutating func parseChangeColumn() throws(SQLError) -> AlterTable.Action {
    let old = try parseHiveName()
    let column = try parseColumnType(of: try parseHiveName())
    if at(.first) || atWord("AFTER") {
      throw SQLError(
        .notSupported,
        "ALTER TABLE CHANGE COLUMN \(current.text.uppercased()) is not supported",
        at: current.range,
        help: "columns keep their order; ALTER TABLE REPLACE COLUMNS lists them anew"
      )
    }
    return .changeColumn(old, column)
  }

  /// MSCK REPAIR TABLE and a table.
  mutating func parseRepair() throws(SQLError) -> SyntaxStatement {
    let start = current.range
    try expect(.msck)
    try expect(.repair)
    try expect(.table)
    return .repairTable(try parseHiveTable(), range(from: start))
  }
}
