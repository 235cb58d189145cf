import ArgumentParser
import Catalog
import ObjectStore
import RowFormat

struct CatalogExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Prints a table as Glue's GetTable does, or its partitions as GetPartitions does.",
    discussion: "Example: lake catalog export shop.orders > orders.json"
  )
  @OptionGroup var table: TableArgument
  @Flag(help: "The partitions instead of the table.")
  var partitions = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder)
    let snapshot = try table.snapshot(in: catalog)
    let location = catalog.absolutePath(of: snapshot.description.location)
    let answer =
      partitions
      ? GlueTable.json(try catalog.partitions(of: snapshot), of: snapshot, location: location)
      : GlueTable.json(snapshot, location: location)
    try StandardOutput.write(answer.prettyText)
  }
}

struct CatalogImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Takes tables and partitions over from answers of Glue's GetTable and GetPartitions.",
    discussion: """
      Tables first, then their partitions, in one or more files. A table that is there already \
      becomes what the answer says; its versions go on. Example:
        aws glue get-table --database-name raw --name events > t.json
        aws glue get-partitions --database-name raw --table-name events > p.json
        lake catalog import t.json p.json --location /data/events
      """
  )
  @Argument(help: "Files of answers as JSON.")
  var files: [String]
  @Option(
    help: ArgumentHelp(
      "Where the one table's data lie here; its partitions' places follow.",
      valueName: "dir"
    )
  )
  var location: String?
  @Flag(help: "Say what would be taken over, and change nothing.")
  var dryRun = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder)
    var tables: [GlueTable.Imported] = []
    var partitions: [TableName: [Partition]] = [:]
    for file in files {
      let answer: JSONValue
      do {
        answer = try JSONValue.parse(try LocalFolder(".").read(file))
      } catch let error as ObjectStoreError {
        throw error
      } catch {
        throw Failure(message: "cannot read '\(file)'", place: ["\(error)"])
      }
      let found = try GlueTable.tables(answer, path: file)
      let parts = try GlueTable.partitions(answer, path: file)
      if found.isEmpty, parts.isEmpty, answer["Partitions"] == nil {
        throw Failure(message: "'\(file)' holds no table and no partitions")
      }
      tables += found
      partitions.merge(parts) { $0 + $1 }
    }
    if location != nil, tables.count != 1 {
      throw Failure.usage("--location is for one table, not \(tables.count)")
    }
    for table in tables {
      var update = table.update
      let origin = update.location
      if let location { update.location = location }
      let own = partitions.removeValue(forKey: table.name) ?? []
      update.addedPartitions = own.map { GlueTable.within($0, origin) }
      let final = update
      let after = try catalog.commit(table.name, isDryRun: dryRun) { _ in final }
      try note(table.name, own.count, version: after?.version.number)
    }
    for (name, own) in partitions.sorted(by: { $0.key.description < $1.key.description }) {
      let after = try catalog.commit(name, isDryRun: dryRun) { current throws(CatalogError) in
        guard let current else { throw CatalogError(.tableNotFound(name)) }
        var update = TableUpdate(current)
        update.addedPartitions = own.map { GlueTable.within($0, current.description.location) }
        return update
      }
      try note(name, own.count, version: after?.version.number)
    }
  }

  private func note(_ name: TableName, _ count: Int, version: Int?) throws {
    if global.json {
      let object: JSONValue = [
        "dryRun": .boolean(dryRun), "table": .string("\(name)"),
        "version": version.map { .integer($0) } ?? .null, "partitions": .integer(count),
      ]
      try StandardOutput.write(object.compactText + "\n")
    } else if !global.quiet {
      let verb = dryRun ? "would take over" : "took over"
      StandardError.note("\(verb) \(name) with \(Quantity.count(count, "partition"))")
    }
  }
}
