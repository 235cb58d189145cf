import ArgumentParser
import Catalog
import SQL
import ColumnFormat
import RowFormat

/// `lake catalog`: what the lake knows about its tables.
struct CatalogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalog",
    abstract: "Shows databases, tables, schema versions and partitions.",
    subcommands: [
      CatalogDatabasesCommand.self, CatalogTablesCommand.self, CatalogShowCommand.self,
      CatalogVersionsCommand.self, CatalogDiffCommand.self, CatalogPartitionsCommand.self,
      CatalogWhyCommand.self, CatalogDropCommand.self, CatalogExportCommand.self,
      CatalogImportCommand.self, CatalogRollbackCommand.self,
    ]
  )
}

/// A table as an argument names it.
struct TableArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The table: DATABASE.TABLE, or TABLE in the database 'default'.")
  )
  var table: String

  init() {}

  init(named table: String) { self.table = table }

  /// The table's full name; one without a database may also be the only one of its name.
  func name(in catalog: TableCatalog) throws -> TableName {
    let parts = table.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 {
      return TableName(database: String(parts[0]), table: String(parts[1]))
    }
    let name = TableName(database: "default", table: table)
    if try catalog.tables(in: "default").contains(name) { return name }
    var others: [TableName] = []
    for database in try catalog.databases() {
      others += try catalog.tables(in: database).filter { $0.table == name.table }
    }
    return others.count == 1 ? others[0] : name
  }

  func snapshot(in catalog: TableCatalog) throws -> TableSnapshot {
    let name = try name(in: catalog)
    guard let snapshot = try catalog.snapshot(of: name) else {
      throw try TableArgument.notFound(name, in: catalog)
    }
    return snapshot
  }

  /// The error about a table that is not there, with the name that was meant.
  static func notFound(_ name: TableName, in catalog: TableCatalog) throws -> Failure {
    var failure = Failure(CatalogError(.tableNotFound(name))) ?? Failure(message: "")
    var names: [String] = []
    for database in try catalog.databases() {
      names += try catalog.tables(in: database).map(\.description)
    }
    if let near = NearestName.suggestion(for: name.description, among: names) {
      failure.help = "did you mean '\(near)'?"
    }
    return failure
  }
}

struct CatalogDatabasesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "databases",
    abstract: "Lists the databases."
  )
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder)
    let names = try catalog.databases()
    if global.json {
      try StandardOutput.write(JSONValue.array(names.map { .string($0) }).prettyText)
    } else {
      try StandardOutput.write(names.map { $0 + "\n" }.joined())
    }
  }
}

struct CatalogTablesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tables",
    abstract: "Lists the tables, of one database or of all."
  )
  @Argument(help: "The database; default: all.")
  var database: String?
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder)
    let databases = try catalog.databases()
    if let database, !databases.contains(database.lowercased()) {
      throw CatalogError(.databaseNotFound(database.lowercased()))
    }
    var columns = TextColumns(
      ["table", "format", "version", "columns", "partitions", "rows", "bytes", "location"],
      rightAligned: [2, 3, 4, 5, 6]
    )
    var objects: [JSONValue] = []
    for database in database.map({ [$0] }) ?? databases {
      for name in try catalog.tables(in: database) {
        do throws(CatalogError) {
          guard let table = try catalog.snapshot(of: name) else { continue }
          objects.append(CatalogText.json(table))
          columns.append(row(table))
        } catch {
          StandardError.note("warning: \(error)")
        }
      }
    }
    try StandardOutput.write(
      global.json ? JSONValue.array(objects).prettyText : columns.text()
    )
  }

  private func row(_ table: TableSnapshot) -> [String] {
    let description = table.description
    func number(_ name: String) -> String? { description.parameters[name] }
    return [
      "\(description.name)", description.format.name, "\(description.version)",
      "\(description.columns.count + description.partitionKeys.count)",
      "\(table.partitionCount)",
      number("recordCount").flatMap { Int($0) }.map { Quantity.grouped($0) } ?? "-",
      number("sizeKey").flatMap { Int($0) }.map { Quantity.bytes($0) } ?? "-",
      description.location,
    ]
  }
}

struct CatalogPartitionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partitions",
    abstract: "Lists the partitions of a table.",
    discussion: """
      Example:
        lake catalog partitions web.hits --where "year = 2026 AND month IN (10, 11)"
      """
  )
  @OptionGroup var table: TableArgument
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Only those whose keys meet this: =, <>, <, >, IN, BETWEEN, LIKE, IS NULL, AND, OR, NOT.",
      valueName: "condition"
    )
  )
  var condition: String?
  @Option(help: ArgumentHelp("At most this many.", valueName: "n"))
  var limit: Int?
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder)
    let snapshot = try table.snapshot(in: catalog)
    let filter = try condition.map { text throws(CatalogError) in
      try PartitionExpression(text, keys: snapshot.description.partitionKeys)
    }
    let all = try catalog.partitions(of: snapshot, where: filter)
    let partitions = all.prefix(limit ?? all.count)
    let keys = snapshot.description.partitionKeys.map(\.name)
    if global.json {
      let values = partitions.map { CatalogText.json($0, keys: keys) }
      try StandardOutput.write(JSONValue.array(values).prettyText)
      return
    }
    var columns = TextColumns(keys + ["location"])
    for partition in partitions {
      columns.append(partition.values.map { $0 ?? "NULL" } + [partition.location])
    }
    try StandardOutput.write(columns.text())
    if !global.quiet { StandardError.note(Quantity.count(all.count, "partition")) }
  }
}

struct CatalogDropCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop",
    abstract: "Forgets a table or a database; the data stay.",
    discussion: "Example: lake catalog drop shop.orders"
  )
  @Argument(help: "The table: DATABASE.TABLE, or TABLE in the database 'default'.")
  var table: String?
  @Option(help: "Forget this database with all its tables.")
  var database: String?
  @Flag(help: "Say what would be forgotten, and change nothing.")
  var dryRun = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if (table == nil) == (database == nil) {
      throw ValidationError("name either a table or a --database")
    }
  }

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder)
    var dropped: [TableName] = []
    if let database {
      guard try catalog.databases().contains(database.lowercased()) else {
        throw CatalogError(.databaseNotFound(database.lowercased()))
      }
      dropped =
        dryRun ? try catalog.tables(in: database) : try catalog.drop(database: database)
    } else if let table {
      var argument = TableArgument()
      argument.table = table
      let snapshot = try argument.snapshot(in: catalog)
      dropped = [snapshot.description.name]
      if !dryRun { try catalog.drop(snapshot.description.name) }
    }
    if global.json {
      try StandardOutput.write(
        JSONValue.object([
          "dryRun": .boolean(dryRun),
          "dropped": .array(dropped.map { .string($0.description) }),
        ]).prettyText
      )
    } else if !global.quiet {
      let verb = dryRun ? "would forget" : "forgot"
      let names = dropped.map(\.description).joined(separator: ", ")
      StandardError.note("\(verb) \(names.isEmpty ? "no table" : names); the data stay")
    }
  }
}
