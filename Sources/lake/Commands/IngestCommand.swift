import ArgumentParser
import LakeWriter

/// `lake ingest`: records in, partitioned Parquet out.
struct IngestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Delivers records into a table or a folder as partitioned Parquet.",
    discussion: """
      Inputs are files, folders or - for standard input; NDJSON, CSV with a header and DynamoDB \
      stream records, plain or compressed, are told by content. Example:
        lake ingest --table shop.orders --time-field updated_at orders.ndjson.gz
      """
  )

  @Argument(help: "Files, folders, or - for standard input, which is read where nothing is named.")
  var inputs: [String] = []
  @Flag(help: "Go on with what is added to the inputs, until interrupted; implies --resume.")
  var follow = false
  @OptionGroup var destination: DestinationOptions
  @OptionGroup var delivery: DeliveryOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    Interruption.install()
    let target = try destination.resolve(lake: global.lakeFolder)
    if delivery.resume {
      try KnownStreams(target).expect(
        delivery.stream ?? target.defaultStreamName,
        isNewAllowed: !inputs.isEmpty,
        isNamed: delivery.stream != nil && !global.quiet
      )
    }
    // With --resume and no inputs only what the last run left is delivered.
    let paths = try InputPaths.expand(inputs.isEmpty && !delivery.resume ? ["-"] : inputs)
    if !global.quiet { paths.noteRepeated() }
    let run = try DeliveryRun(
      target: target,
      settings: try delivery.settings(target, global: global),
      schemaVersion: delivery.conversion.schemaVersion,
      global: global
    )
    if follow {
      if paths.files.isEmpty || paths.files.contains("-") || delivery.dryRun {
        throw Failure.usage(
          "--follow needs files or folders",
          help: "standard input is followed anyway until it ends"
        )
      }
      let arguments = inputs
      try run.report(strictRejects: delivery.strictRejects, totalByteCount: nil) { progress in
        // A folder may be empty for a while.
        FollowedDelivery(run.settings) {
          arguments.flatMap { (try? InputPaths.expand([$0]).files) ?? [] }
        }
        .run(progress: progress)
      }
      return
    }
    try run.report(
      strictRejects: delivery.strictRejects,
      totalByteCount: paths.totalByteCount
    ) { progress in DeliveryStream(run.settings).deliver(paths.files, progress: progress) }
  }
}
