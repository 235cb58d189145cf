import Catalog
public import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// What a query may use.
public struct QueryOptions: Sendable {
  /// The lake whose catalog names the tables; nil for none.
  public var lakeFolder: String?
  /// Where names without a database are looked up.
  public var database = "default"
  /// The folder that holds the buckets of `s3://` locations; nil for none.
  public var s3Root: String?
  /// A folder whose files and folders are tables.
  public var dataFolder: String?
  /// How many threads work.
  public var threads = 1
  /// How much memory all operators together may hold.
  public var memoryByteCount = 1 << 30
  /// Where operators put what they may not hold, in files without a name.
  public var temporaryFolder = "/var/tmp"
  /// Whether operators put rows there whether they must or not; for tests.
  var spillsAtOnce = false
  /// Queries that would read more than this are stopped; nil for no limit.
  public var scanByteCountMax: Int?
  /// The zone of `current_date` and casts.
  public var timeZone = "UTC"
  /// Stops running queries.
  public var cancellation = Cancellation()
  /// Says how far a query is while it runs; nil for nobody who looks.
  public var progress: QueryProgress?

  /// The defaults: no tables but files, one thread, 1 GiB.
  public init() {}
}

/// Runs statements of Athena's SQL.
public final class QueryEngine: Sendable {
  /// What queries may use.
  public let options: QueryOptions
  private let prepared = PreparedStatements()

  /// An engine over the tables that the options name.
  public init(_ options: QueryOptions) { self.options = options }

  /// Runs one statement.
  ///
  /// - Parameters:
  ///   - sql: The statement, with or without a semicolon.
  ///   - parameters: The values of `?`, each a literal as it would stand in the query; what is no
  ///     literal is taken as text.
  ///   - begin: Gets the columns, before any rows.
  ///   - receive: Gets the rows as they come, from one thread at a time.
  /// - Returns: What was read and how long it took.
  /// - Throws: ``SQLError``, or what `begin` or `receive` throws.
  public func run(
    _ sql: String,
    parameters: [String] = [],
    begin: ([ResultColumn]) throws -> Void,
    receive: (Batch) throws -> Void
  ) throws -> QueryStatistics {
    let start = QueryEngine.now()
    // Planning walks trees as deep as the parser lets them be.
    let context = EvaluationContext(
      queryStartMicros: QueryEngine.currentMicros(),
      timeZone: options.timeZone,
      database: options.database.lowercased(),
      user: QueryEngine.user
    )
    let planned = DeepStack.run { Result { try self.plan(sql, parameters, context) } }
    let statement = try planned.get()
    var statistics = QueryStatistics()
    statistics.planningSeconds = QueryEngine.now() - start
    try begin(statement.columns)
    switch statement.work {
    case .rows(let batch):
      statistics.rowCount = batch.rowCount
      try receive(batch)
    case .change(let change):
      let lines = try change()
      statistics.rowCount = lines.count
      if !statement.columns.isEmpty {
        try receive(StatementRows(["result"], lines.map { [$0] }).batch)
      }
    case .plan(let plan, let output):
      try execute(plan, output, settings(context), &statistics, receive)
    case .write(let write):
      let execution = WriteExecution(
        plan: write,
        settings: settings(context),
        lake: options.lakeFolder,
        catalog: try catalog()
      )
      let (rowCount, written) = try execution.run()
      statistics.add(written)
      statistics.rowCount = 1
      let count = Column.fromScalars([.int(Int64(rowCount))], .int64)
      try receive(Batch(columns: [count], rowCount: 1))
    case .analysis(let plan, let output, let isJSON):
      let text = try analyze(plan, output, settings(context), isJSON: isJSON, &statistics)
      try receive(StatementRows(["Query Plan"], text.map { [$0] }).batch)
    }
    statistics.executionSeconds = QueryEngine.now() - start - statistics.planningSeconds
    return statistics
  }

  // MARK: Planning

  private func plan(
    _ sql: String,
    _ parameters: [String],
    _ context: EvaluationContext
  ) throws(SQLError) -> PlannedStatement {
    let statement = try Parser.parse(sql)
    let planner = StatementPlanner(
      resolver: try resolver(),
      context: context,
      parameters: parameters.map(QueryEngine.parameter),
      prepared: prepared,
      text: sql
    )
    return try planner.plan(statement)
  }

  private func resolver() throws(SQLError) -> TableResolver {
    let catalog = try self.catalog()
    // A killed statement's files are undone or shown before anyone looks.
    if let catalog, let folder = options.lakeFolder {
      try WriteJournal.recover(lake: folder, catalog: catalog)
    }
    return TableResolver(
      dataFolder: try options.dataFolder.map { path throws(SQLError) in try DataFolder(path) },
      catalog: catalog.map { CatalogTables(catalog: $0) },
      database: options.database.lowercased(),
      files: FileTables(threads: options.threads)
    )
  }

  private func catalog() throws(SQLError) -> TableCatalog? {
    guard let folder = options.lakeFolder else { return nil }
    do throws(CatalogError) { return try TableCatalog(lake: folder, s3Root: options.s3Root) } catch
    {
      throw SQLError(error)
    }
  }

  /// A literal as it stands in queries; anything else is text.
  static func parameter(_ text: String) -> SyntaxExpression {
    if let literal = Parser.literal(text) { return literal }
    return SyntaxExpression(node: .string(text), range: SourceRange(0, 0))
  }

  // MARK: Running

  private func settings(_ context: EvaluationContext) -> ExecutionSettings {
    var settings = ExecutionSettings(
      threads: options.threads,
      memoryByteCount: options.memoryByteCount,
      temporaryFolder: options.temporaryFolder,
      scanByteCountMax: options.scanByteCountMax,
      context: context,
      cancellation: options.cancellation,
      progress: options.progress
    )
    settings.spillsAtOnce = options.spillsAtOnce
    return settings
  }

  private func execute(
    _ plan: LogicalPlan,
    _ output: [PlanColumn],
    _ settings: ExecutionSettings,
    _ statistics: inout QueryStatistics,
    _ receive: (Batch) throws -> Void
  ) throws {
    // The engine's own errors are typed; what the receiver throws waits beside.
    var refusal: (any Error)?
    do throws(SQLError) {
      let execution = Execution(plan: plan, output: output, settings: settings)
      statistics.add(
        try execution.run { batch in
          do { try receive(batch) } catch {
            refusal = error
            throw error
          }
        }
      )
    } catch {
      throw refusal ?? error
    }
  }

  private func analyze(
    _ plan: LogicalPlan,
    _ output: [PlanColumn],
    _ settings: ExecutionSettings,
    isJSON: Bool,
    _ statistics: inout QueryStatistics
  ) throws -> [String] {
    let execution = Execution(plan: plan, output: output, settings: settings)
    let report = try execution.run { _ in }
    statistics.add(report)
    return isJSON ? [AnalysisJSON.text(report)] : AnalysisText.lines(report)
  }

  /// The login name; empty where the environment does not say.
  private static var user: String { getenv("USER").map { String(cString: $0) } ?? "" }

  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static func currentMicros() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}
