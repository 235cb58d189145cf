import ArgumentParser
import ColumnFormat
import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// Runs Athena's SQL and prints what comes out.
struct SQLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sql",
    abstract: "Runs Athena SQL over the catalog's tables and over files.",
    discussion: """
      Without a query it is a shell on a terminal; otherwise it reads statements from standard input. \
      Semicolons divide them, and \\? lists the commands that may stand between them. \
      Files are tables too: SELECT * FROM 'data/*.parquet', also .csv, .tsv, .json and .ndjson, \
      plain or compressed, and folders with key=value parts.
      """
  )

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The statements to run.")
  var query: String?

  @Option(name: .shortAndLong, help: "Read the statements from a file; - is standard input.")
  var file: String?

  @Option(help: "How to print results; default: table on a terminal, csv elsewhere.")
  var format: ResultFormat?

  @Option(help: "What --format chart draws; default: what suits the columns.")
  var chart: ChartKind?

  @Option(name: .shortAndLong, help: "Write results to a file.")
  var output: String?

  @Flag(help: "Say what was read and how long it took.")
  var stats = false

  @Option(help: "Where names without a database are looked up.")
  var database = "default"

  @Option(help: "A folder whose files and folders are tables.")
  var data: String?

  @Option(
    name: .customLong("param"),
    help: ArgumentHelp(
      "The value of the next ? in the query; what is no literal is text.",
      valueName: "value"
    )
  )
  var parameters: [String] = []

  @Option(help: ArgumentHelp("Refuse to read more than this.", valueName: "bytes"))
  var maxScan: ByteSize?

  @Option(
    help: ArgumentHelp(
      "Where rows go that do not fit into --memory.",
      discussion: "Default: $TMPDIR, or /var/tmp. Files there have no names.",
      valueName: "folder"
    )
  )
  var tempDir: String?

  @Option(help: ArgumentHelp("The text that stands for null.", valueName: "text"))
  var null: String?

  @Flag(help: "Print no line of column names.")
  var noHeader = false

  @Option(help: ArgumentHelp("Measure: run this many times.", valueName: "n"))
  var runs: Int?

  @Flag(help: "Measure: print {\"seconds\": […]} as the last line.")
  var timeJson = false

  @Option(help: ArgumentHelp("Measure: write the last run's rows here.", valueName: "file"))
  var out: String?

  mutating func validate() throws {
    if query != nil && file != nil {
      throw ValidationError("give a query or --file, not both")
    }
    if let query, let whole = UsageMessage.query(ofFile: query) {
      throw ValidationError("'\(query)' is a file, and no query; see its rows with: \(whole)")
    }
    if let runs, runs < 1 { throw ValidationError("--runs must be at least 1") }
    if isMeasuring && query == nil && file == nil {
      throw ValidationError("measuring needs a query or --file")
    }
  }

  private var isMeasuring: Bool { runs != nil || timeJson || out != nil }

  func queryOptions(progress: QueryProgress? = nil) -> QueryOptions {
    var options = QueryOptions()
    options.progress = progress
    options.lakeFolder = global.lakeFolder
    options.s3Root = global.s3Root
    options.database = database
    options.dataFolder = data
    options.threads = global.threadCount
    options.memoryByteCount = global.memoryByteCount
    options.temporaryFolder =
      tempDir ?? GlobalOptions.environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 }
      ?? options.temporaryFolder
    options.scanByteCountMax = maxScan?.byteCount
    options.cancellation = Interruption.cancellation
    return options
  }

  func run() throws {
    Interruption.install()
    if isMeasuring {
      let text = try query ?? TextFile.read(file ?? "-")
      try Measurement(
        engine: QueryEngine(queryOptions()),
        parameters: parameters,
        runs: runs ?? 1,
        rowsPath: out
      )
      .run(Script(text), text)
      return
    }
    let session = try QuerySession(self)
    if let query, query != "-" {
      try session.run(script: query)
    } else if let file, file != "-" {
      _ = try CommandRunner(session).run(lines: TextFile.read(file))
    } else {
      try Shell(session).run()
      return
    }
    try session.finish()
  }
}
