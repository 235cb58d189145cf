import ArgumentParser
import Catalog
import ColumnFormat
import LakeWriter
import ObjectStore
import RowFormat

/// `lake ingest`: records in, partitioned Parquet out.
struct IngestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Delivers records into a table or a folder as partitioned Parquet.",
    discussion: """
      Inputs are files, folders or - for standard input; NDJSON, CSV with a header and DynamoDB
      stream records, plain, gzip or zstd, are told by content. Example:
        lake ingest --table shop.orders --time-field updated_at orders.ndjson.gz
      """
  )

  @Argument(help: "Files, folders, or - for standard input, which is read where nothing is named.")
  var inputs: [String] = []
  @OptionGroup var destination: DestinationOptions
  @OptionGroup var delivery: DeliveryOptions
  @OptionGroup var later: LaterDeliveryOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    Interruption.install()
    let started = Stopwatch()
    let target = try destination.resolve(lake: global.lakeFolder)
    // With --resume and no inputs only what the last run left is delivered.
    let paths = try InputPaths.expand(inputs.isEmpty && !delivery.resume ? ["-"] : inputs)
    var settings = try delivery.settings(target, global: global)
    settings.isInterrupted = { Interruption.isRequested }
    if let table = target.table, let lake = target.lake {
      let catalog = TableCatalog(lake: lake)
      settings.register = { (folders) throws(LakeWriterError) in
        do throws(CatalogError) {
          _ = try PartitionRegistration.register(folders, of: table, in: catalog)
        } catch {
          throw LakeWriterError(.destination(error.message), path: lake, help: error.help)
        }
      }
    }
    let stream = DeliveryStream(settings)
    let total = paths.totalByteCount
    let line = ProgressLine(isShown: global.showsProgress)
    let summary = stream.deliver(paths.files) { progress in
      line.show(done: progress.byteCountRead, of: total, count: progress.recordCount, "records")
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
    } else if !global.quiet {
      StandardError.write(report.text)
    }
    try report.throwFailures(isStrict: delivery.strictRejects)
  }
}
