import ArgumentParser
import Catalog
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// `lake health`: whether tables are laid out so that they are read fast and stay fresh.
struct HealthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Shows file sizes, partitions, schema changes, rejects and freshness, with advice.",
    discussion: """
      Looks at names and sizes only and changes nothing; `lake check` looks into the files.
      """
  )

  @Argument(help: "The tables: DATABASE.TABLE, or TABLE in the database 'default'; default: all.")
  var tables: [String] = []
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let catalog = try TableCatalog(lake: global.lakeFolder, s3Root: global.s3Root)
    var names = try tables.map { try TableArgument(named: $0).name(in: catalog) }
    if tables.isEmpty {
      for database in try catalog.databases() { names += try catalog.tables(in: database) }
    }
    let now = time(nil)
    let found = try names.map { name in
      guard let snapshot = try catalog.snapshot(of: name) else {
        throw try TableArgument.notFound(name, in: catalog)
      }
      return try TableHealth(
        snapshot,
        catalog,
        rejectsFolder: DeliveryTarget(table: name, lake: global.lakeFolder).rejectsFolder,
        now: now
      )
    }
    let text = HealthText(tables: found)
    try StandardOutput.write(global.json ? text.json.prettyText : text.text)
    if found.isEmpty && !global.quiet {
      StandardError.note("there are no tables in \(catalog.folder); `lake crawl` finds them")
    }
  }
}
