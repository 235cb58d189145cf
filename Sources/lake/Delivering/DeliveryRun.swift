import Catalog
import ColumnFormat
import LakeWriter
import RowFormat

/// A delivery as a command runs it: interruptible, with progress, registered in the catalog, reported.
struct DeliveryRun {
  let target: DeliveryTarget
  let settings: DeliverySettings
  let global: GlobalOptions

  /// The least size of a buffer that Firehose takes with record format conversion.
  private static let conversionByteCountMin = 64 << 20

  /// - Throws: When the lake's catalog cannot be opened.
  init(
    target: DeliveryTarget,
    settings: DeliverySettings,
    schemaVersion: String? = nil,
    global: GlobalOptions
  ) throws {
    self.target = target
    self.global = global
    var settings = settings
    settings.isInterrupted = { Interruption.isRequested }
    if let table = target.table, let lake = target.lake {
      let catalog = try TableCatalog(lake: lake)
      // A lake that is read for the first time has no catalog yet.
      if let version = try catalog.snapshot(of: table)?.version {
        settings.catalogVersion = version.number
        settings.catalogNumbering = FieldNumbering(
          columns: version.columns,
          last: version.fieldIDMax
        )
      }
      if let schemaVersion {
        settings.declare = { () throws(LakeWriterError) in
          try DeliveryRun.declared(schemaVersion, of: table, in: catalog)
        }
      }
      settings.register = { (folders) throws(LakeWriterError) in
        do throws(CatalogError) {
          _ = try PartitionRegistration.register(folders, of: table, in: catalog)
        } catch {
          throw LakeWriterError(.destination(error.message), path: lake, help: error.help)
        }
      }
    }
    if schemaVersion != nil && settings.declare == nil {
      throw Failure.usage(
        "--schema-version needs --table DB.TABLE",
        help: "a folder that is no table of a lake has no schema versions"
      )
    }
    self.settings = settings
  }

  /// The columns of a version of a table's schema: `latest`, or its number.
  private static func declared(
    _ version: String,
    of table: TableName,
    in catalog: TableCatalog
  ) throws(LakeWriterError) -> DeclaredSchema {
    let versions: [SchemaVersion]
    do throws(CatalogError) { versions = try catalog.versions(of: table) } catch {
      throw LakeWriterError(.source(error.message), path: "", help: error.help)
    }
    let found =
      version == "latest"
      ? versions.max { $0.number < $1.number } : versions.first { "\($0.number)" == version }
    guard let found else {
      throw LakeWriterError(
        .invalidSettings(
          versions.isEmpty
            ? "--schema-version: the catalog has no table \(table)"
            : "--schema-version: the table \(table) has no version \(version), only "
              + versions.map { "\($0.number)" }.joined(separator: ", ")
        ),
        path: "",
        help: versions.isEmpty ? "deliver without it first, then: lake crawl" : nil
      )
    }
    return DeclaredSchema(
      schema: Schema(found.columns.filter { $0.type != .unknown }),
      version: found.number
    )
  }

  /// Delivers, prints the report and throws what the command is to end with.
  ///
  /// - Parameters:
  ///   - strictRejects: Whether rejected records are a failure.
  ///   - totalByteCount: The size of the inputs, for the progress; nil if it is not known.
  ///   - resumption: What delivers the rest after an interrupt; nil for `--resume`.
  ///   - deliver: Does the work.
  /// - Throws: What went wrong, as a failure with its exit code.
  func report(
    strictRejects: Bool,
    totalByteCount: Int?,
    resumption: String? = nil,
    _ deliver: (@escaping @Sendable (DeliveryProgress) -> Void) -> DeliverySummary
  ) throws {
    if settings.hints.byteCount < DeliveryRun.conversionByteCountMin && !global.quiet {
      StandardError.note(
        "--buffer-size \(settings.hints.byteCount >> 20): Firehose takes 64 MiB or more where it "
          + "writes Parquet, as many small files are slow to query"
      )
    }
    if settings.windowMillis != nil && settings.timeField == nil && !global.quiet {
      StandardError.note(
        "--from and --to go by when records arrive, or changes of DynamoDB were made: --time-field "
          + "names a time that they have"
      )
    }
    let started = Stopwatch()
    let line = ProgressLine(
      isShown: global.showsProgress,
      counting: "records",
      of: totalByteCount
    )
    let summary = deliver { progress in
      line.update { state in
        state.done = progress.byteCountRead
        state.count = progress.recordCount
      }
    }
    line.finish()
    var report = IngestReport(
      summary: summary,
      target: target,
      seconds: started.seconds,
      isDryRun: settings.isDryRun
    )
    if let resumption { report.resumption = resumption }
    if global.json {
      try StandardOutput.write(report.json.compactText + "\n")
    } else if !global.quiet && (summary.failure == nil || summary.recordCount > 0) {
      StandardError.write(report.text)
    }
    try report.throwFailures(isStrict: strictRejects)
  }
}
