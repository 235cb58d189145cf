import Catalog
import LakeWriter
import RowFormat

/// A delivery as a command runs it: interruptible, with progress, registered in the catalog, reported.
struct DeliveryRun {
  let target: DeliveryTarget
  let settings: DeliverySettings
  let global: GlobalOptions

  /// - Throws: When the lake's catalog cannot be opened.
  init(target: DeliveryTarget, settings: DeliverySettings, global: GlobalOptions) throws {
    self.target = target
    self.global = global
    var settings = settings
    settings.isInterrupted = { Interruption.isRequested }
    if let table = target.table, let lake = target.lake {
      let catalog = try TableCatalog(lake: lake)
      // A lake that is read for the first time has no catalog yet.
      if let version = try catalog.snapshot(of: table)?.version {
        settings.catalogNumbering = FieldNumbering(
          columns: version.columns,
          last: version.fieldIDMax
        )
      }
      settings.register = { (folders) throws(LakeWriterError) in
        do throws(CatalogError) {
          _ = try PartitionRegistration.register(folders, of: table, in: catalog)
        } catch {
          throw LakeWriterError(.destination(error.message), path: lake, help: error.help)
        }
      }
    }
    self.settings = settings
  }

  /// Delivers, prints the report and throws what the command is to end with.
  ///
  /// - Parameters:
  ///   - strictRejects: Whether rejected records are a failure.
  ///   - totalByteCount: The size of the inputs, for the progress; nil if it is not known.
  ///   - deliver: Does the work.
  /// - Throws: What went wrong, as a failure with its exit code.
  func report(
    strictRejects: Bool,
    totalByteCount: Int?,
    _ deliver: (@escaping @Sendable (DeliveryProgress) -> Void) -> DeliverySummary
  ) throws {
    let started = Stopwatch()
    let line = ProgressLine(isShown: global.showsProgress)
    let summary = deliver { progress in
      line.show(
        done: progress.byteCountRead,
        of: totalByteCount,
        count: progress.recordCount,
        "records"
      )
    }
    line.clear()
    let report = IngestReport(
      summary: summary,
      target: target,
      seconds: started.seconds,
      isDryRun: settings.isDryRun
    )
    if global.json {
      print(report.json.compactText)
    } else if !global.quiet && (summary.failure == nil || summary.recordCount > 0) {
      StandardError.write(report.text)
    }
    try report.throwFailures(isStrict: strictRejects)
  }
}
