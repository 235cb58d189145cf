public import ArgumentParser
public import Catalog
import RowFormat

extension CrawlOptions.OnChange: ExpressibleByArgument {}
extension CrawlOptions.OnDelete: ExpressibleByArgument {}
extension CrawlOptions.Grouping: ExpressibleByArgument {}
extension CrawlOptions.Recrawl: ExpressibleByArgument {}
extension CrawlOptions.PartitionTypes: ExpressibleByArgument {}

extension SchemaCompatibility: ExpressibleByArgument {
  /// The mode by its name, in any case.
  public init?(argument: String) { self.init(rawValue: argument.uppercased()) }
}

/// `lake crawl`: from files to tables.
struct CrawlCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crawl",
    abstract: "Infers, merges and versions schemas, and finds partitions.",
    discussion: """
      Looks at every Parquet footer or every record of NDJSON and CSV files, plain, gzip or zstd; \
      formats are told by content. What a crawl learnt is kept, so that --recrawl new opens only \
      files that are new or changed. Without a path, every folder data/DATABASE/TABLE of the lake is \
      a table. A second crawl without a change writes nothing. Examples:
        lake crawl
        lake crawl ~/downloads/flights --database travel --dry-run
      """
  )

  @Argument(help: "Folders or files; default: the lake's own data/DATABASE/TABLE.")
  var paths: [String] = []
  @Option(help: "The database; default: 'default', or the one that the folder stands in.")
  var database: String?
  @Option(
    help: """
      The name of the one table that a path makes; default: the folder's name. Without a path, a \
      table of the catalog, where it lies.
      """
  )
  var table: String?
  @Option(
    help: ArgumentHelp(
      "Leave files out: * within a part, ** across parts, ?, [a-z], {a,b}; relative to the path.",
      valueName: "glob"
    )
  )
  var exclude: [String] = []
  @Option(
    help: ArgumentHelp(
      "Look at this many files of each folder, and their first 1,000 records, instead of all.",
      valueName: "n"
    )
  )
  var sample: Int?
  @Flag(help: "Say what would change, and change nothing.")
  var dryRun = false
  @Option(help: "When files have another schema: update, log or merge-new.")
  var onChange = CrawlOptions.OnChange.update
  @Option(help: "When files are gone: deprecate, delete or log.")
  var onDelete = CrawlOptions.OnDelete.deprecate
  @Option(help: "One table of folders with similar columns, or combine all below a path.")
  var grouping = CrawlOptions.Grouping.similar
  @Option(help: ArgumentHelp("The level of the tables' folders; the path is 1.", valueName: "n"))
  var tableLevel: Int?
  @Option(help: "Open all files, or only those that are new or changed since the last crawl.")
  var recrawl = CrawlOptions.Recrawl.all
  @Option(
    help: ArgumentHelp(
      "Refuse a new version that would break readers: NONE, BACKWARD, FORWARD, FULL, …_ALL.",
      valueName: "mode"
    )
  )
  var compat = SchemaCompatibility.none
  @Option(help: "Types of partition keys: infer int and date, or always string as Glue does.")
  var partitionTypes = CrawlOptions.PartitionTypes.infer
  @Flag(help: "End with code 2 when files had to be left out.")
  var strictRejects = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    Interruption.install()
    let watch = Stopwatch()
    let line = CrawlProgressLine(isShown: global.showsProgress)
    let crawler = try Crawler(
      try TableCatalog(lake: global.lakeFolder, s3Root: global.s3Root),
      options: options,
      progress: line.progress
    )
    let report: CrawlReport
    do {
      report = try crawler.crawl(paths)
      line.finish()
    } catch {
      line.finish()
      throw error
    }
    if Interruption.isRequested { throw Failure.interrupted }
    var text = CrawlText(report: report, isDryRun: dryRun, seconds: watch.seconds)
    text.lakeOption = global.lake.map { " --lake \($0)" } ?? ""
    try StandardOutput.write(global.json ? text.json.prettyText : text.tables)
    if !global.quiet { StandardError.write(text.warnings + (global.json ? "" : text.summary)) }
    if strictRejects, !report.skipped.isEmpty {
      throw Failure(message: "", exit: .someRejected)
    }
  }

  private var options: CrawlOptions {
    var options = CrawlOptions()
    options.database = database
    options.table = table
    options.excludes = exclude
    options.sampleCount = sample
    options.onChange = onChange
    options.onDelete = onDelete
    options.grouping = grouping
    options.tableLevel = tableLevel
    options.recrawl = recrawl
    options.compatibility = compat
    options.partitionTypes = partitionTypes
    options.isDryRun = dryRun
    options.threadCount = global.threadCount
    return options
  }
}
