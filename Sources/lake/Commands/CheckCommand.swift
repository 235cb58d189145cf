import ArgumentParser
import Catalog
import RowFormat

/// `lake check`: whether the catalog and the files agree.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compares tables with their files: missing, orphaned, damaged, untrue statistics.",
    discussion: """
      Reads the footer of every file of the tables, or with --deep every value, and changes \
      nothing. Ends with code 1 when something is wrong. Examples:
        lake check
        lake check shop.orders --deep
      """
  )

  @Argument(help: "The tables: DATABASE.TABLE, or TABLE in the database 'default'; default: all.")
  var tables: [String] = []
  @Flag(help: "Read every page and record, and hold statistics against the values.")
  var deep = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    Interruption.install()
    let watch = Stopwatch()
    let catalog = try TableCatalog(lake: global.lakeFolder, s3Root: global.s3Root)
    let names = try tables.map { try TableArgument(named: $0).name(in: catalog) }
    let tableCount =
      try names.isEmpty
      ? catalog.databases().reduce(0) { try $0 + catalog.tables(in: $1).count } : names.count
    let line = CrawlProgressLine(isShown: global.showsProgress, tableCount: tableCount)
    let check = TableCheck(
      catalog,
      isDeep: deep,
      threadCount: global.threadCount,
      progress: line.progress
    )
    let report: CheckReport
    do {
      report = try check.run(names)
      line.finish()
    } catch {
      line.finish()
      throw error
    }
    if Interruption.isRequested { throw Failure.interrupted }
    let text = CheckText(report: report, isDeep: deep, seconds: watch.seconds)
    try StandardOutput.write(global.json ? text.json.prettyText : text.findings)
    if !global.quiet, !global.json { StandardError.write(text.summary) }
    if !report.findings.isEmpty { throw Failure(message: "") }
  }
}
