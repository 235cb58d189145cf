import ArgumentParser
import Catalog
import ColumnFormat
import RowFormat

struct CatalogShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows a table: place, columns, partition keys, parameters."
  )
  @OptionGroup var table: TableArgument
  @Option(name: .customLong("at-version"), help: "The columns at this schema version.")
  var atVersion: Int?
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder)
    let snapshot = try table.snapshot(in: catalog)
    if let atVersion {
      let name = snapshot.description.name
      guard let version = try catalog.versions(of: name).first(where: { $0.number == atVersion })
      else {
        throw CatalogError(
          .versionNotFound(name, version: atVersion, newest: snapshot.version.number)
        )
      }
      try StandardOutput.write(
        global.json ? CatalogText.json(version).prettyText : columns(version)
      )
      return
    }
    try StandardOutput.write(
      global.json ? CatalogText.json(snapshot).prettyText : text(snapshot)
    )
  }

  private func text(_ table: TableSnapshot) -> String {
    let description = table.description
    var facts = TextColumns()
    facts.append(["location", description.location])
    facts.append(["format", description.format.name])
    facts.append(["version", "\(description.version) of \(table.version.created)"])
    if !description.partitionKeys.isEmpty {
      facts.append(["partitions", Quantity.grouped(table.partitionCount)])
    }
    for (name, value) in description.parameters.sorted(by: { $0.key < $1.key }) {
      facts.append([name, value])
    }
    return "\(description.name)\n" + facts.text(indent: 2) + columns(table.version)
  }

  private func columns(_ version: SchemaVersion) -> String {
    var columns = TextColumns(["id", "column", "type", ""], rightAligned: [0])
    for field in version.columns.map(\.settled) {
      columns.append([
        field.id.map { "\($0)" } ?? "", field.name, HiveType.text(field.type), "",
      ])
    }
    for key in version.partitionKeys {
      columns.append(["", key.name, HiveType.text(key.type), "partition key"])
    }
    return columns.text(indent: 2)
  }
}

struct CatalogVersionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "versions",
    abstract: "Lists the schema versions of a table, with what changed and why."
  )
  @OptionGroup var table: TableArgument
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder)
    let versions = try catalog.versions(of: table.snapshot(in: catalog).description.name)
    if global.json {
      try StandardOutput.write(JSONValue.array(versions.map(CatalogText.json)).prettyText)
      return
    }
    var text = ""
    for version in versions {
      let count = Quantity.count(version.columns.count, "column")
      text += "version \(version.number)  \(version.created)  \(count)\n"
      if version.number > 1 {
        text += version.changes.map { "  \(CatalogText.line($0))\n" }.joined()
      }
    }
    try StandardOutput.write(text)
  }
}

struct CatalogDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compares two schema versions of a table."
  )
  @OptionGroup var table: TableArgument
  @Argument(help: "The older version; default: the one before the newest.")
  var from: Int?
  @Argument(help: "The newer version; default: the newest.")
  var to: Int?
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder)
    let name = try table.snapshot(in: catalog).description.name
    let versions = try catalog.versions(of: name)
    let newest = versions.last?.number ?? 1
    func version(_ number: Int) throws -> SchemaVersion {
      guard let found = versions.first(where: { $0.number == number }) else {
        throw CatalogError(.versionNotFound(name, version: number, newest: newest))
      }
      return found
    }
    let new = try version(to ?? newest)
    let old = try version(from ?? max(1, new.number - 1))
    let changes = SchemaEvolution(
      after: old,
      columns: new.columns,
      partitionKeys: new.partitionKeys,
      causes: SchemaHistory(versions).cause(between: old.number, and: new.number)
    ).changes
    if global.json {
      let object: JSONValue = [
        "from": .integer(old.number), "to": .integer(new.number),
        "changes": .array(changes.map(CatalogText.json)),
      ]
      try StandardOutput.write(object.prettyText)
      return
    }
    try StandardOutput.write(changes.map { CatalogText.line($0) + "\n" }.joined())
    if changes.isEmpty, !global.quiet {
      StandardError.note("versions \(old.number) and \(new.number) have the same columns")
    }
  }
}

struct CatalogWhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Tells how a column came to be what it is."
  )
  @OptionGroup var table: TableArgument
  @Argument(help: "The column; a nested field's name follows its parents' with dots.")
  var column: String
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder)
    let name = try table.snapshot(in: catalog).description.name
    let versions = try catalog.versions(of: name)
    let steps = SchemaHistory(versions).steps(of: column)
    if steps.isEmpty {
      throw Failure(
        code: "COLUMN_NOT_FOUND",
        message: "table '\(name)' never had a column '\(column)'",
        help: "`lake catalog show \(name)` lists the columns"
      )
    }
    if global.json {
      let values = steps.map { step in
        var object = CatalogText.json(step.change).objectValue ?? [:]
        object["version"] = .integer(step.version.number)
        object["created"] = .string(step.version.created)
        return JSONValue.object(object)
      }
      try StandardOutput.write(JSONValue.array(values).prettyText)
      return
    }
    let lines = steps.map { step in
      "version \(step.version.number)  \(step.version.created)  \(CatalogText.line(step.change))\n"
    }
    try StandardOutput.write(lines.joined())
  }
}

struct CatalogRollbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Gives a table the columns of an older schema version again, as its next version.",
    discussion: "Example: lake catalog rollback shop.orders 3 --dry-run"
  )
  @OptionGroup var table: TableArgument
  @Argument(help: "The older version.")
  var version: Int
  @Flag(help: "Say what would change, and change nothing.")
  var dryRun = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder)
    let before = try table.snapshot(in: catalog)
    let name = before.description.name
    let after = try catalog.rollBack(name, to: version, isDryRun: dryRun)
    let isChanged = after.version.number != before.version.number
    let changes = isChanged ? after.version.changes : []
    if global.json {
      let object: JSONValue = [
        "dryRun": .boolean(dryRun), "versionBefore": .integer(before.version.number),
        "version": .integer(after.version.number),
        "changes": .array(changes.map(CatalogText.json)),
      ]
      try StandardOutput.write(object.prettyText)
      return
    }
    try StandardOutput.write(changes.map { CatalogText.line($0) + "\n" }.joined())
    if global.quiet { return }
    let would = dryRun ? "would be " : "is "
    StandardError.note(
      isChanged
        ? "\(name) \(would)version \(after.version.number), with the columns of \(version)"
        : "\(name) has the columns of version \(version) already"
    )
  }
}
