import ArgumentParser
import LakeWriter
import RowFormat

/// `lake backfill`: the history of a table, in a job that can be stopped and gone on with.
struct BackfillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backfill",
    abstract: "Delivers history into a table, as a job that can be resumed.",
    discussion: """
      A job passes over inputs that it has delivered, so the same command again goes on where the last \
      one stopped, or does nothing. With --replace partitions that get records lose what they held. \
      Example:
        lake backfill --table shop.orders --time-field at --from 2026-01-01 --to 2026-02-01 old/
      """,
    subcommands: [Run.self, Status.self, Resume.self, Cancel.self],
    defaultSubcommand: Run.self
  )

  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "run",
      abstract: "Starts a job, or goes on with it."
    )

    @Argument(help: "Files, folders, or - for standard input.")
    var inputs: [String]
    @Option(help: "The table to deliver into: DB.TABLE.")
    var table: String
    @Option(help: ArgumentHelp("Only records from this time on.", valueName: "time"))
    var from: String?
    @Option(help: ArgumentHelp("Only records before this time.", valueName: "time"))
    var to: String?
    @Option(help: ArgumentHelp("How many threads decode and write.", valueName: "n"))
    var workers: Int?
    @Option(help: ArgumentHelp("The job's name; the table's unless given.", valueName: "name"))
    var job: String?
    @Flag(help: "Replace the partitions that get records, each as a whole.")
    var replace = false
    @OptionGroup var delivery: DeliveryOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      _ = try DestinationOptions.tableName(table)
      for (name, text) in [("--from", from), ("--to", to)] {
        if let text, StartTime(text) == nil {
          throw ValidationError("\(name) '\(text)' is not a time; write 2026-11-23T17:05:00Z")
        }
      }
      if let workers, !(1...1024).contains(workers) {
        throw ValidationError("--workers must be 1 to 1024, not \(workers)")
      }
      if let start = from.flatMap({ StartTime($0) }), let end = to.flatMap({ StartTime($0) }),
        start.millis >= end.millis
      {
        throw ValidationError("--from must be before --to")
      }
      if let job { try BackfillCommand.validate(job: job) }
      if delivery.stream != nil { throw ValidationError("a backfill has a --job, not a --stream") }
      if replace && delivery.partitionBy == .none {
        throw ValidationError("--replace needs partitions: --partition-by none has none")
      }
    }

    func run() throws {
      try deliver(arguments: BackfillCommand.argumentsOfProcess)
    }

    /// Does the work; `arguments` are kept for `resume`.
    func deliver(arguments: [String], isResumed: Bool = false) throws {
      Interruption.install()
      let target = try self.target()
      let job = self.backfill(target)
      var settings = try self.settings(target, job)
      let start = try self.start(job, isResumed: isResumed)
      settings.resumes = start != .anew
      let paths = try InputPaths.expand(inputs)
      if !global.quiet { paths.noteRepeated() }
      let files = start == .finish ? [] : paths.files
      let isKept = !settings.isDryRun
      if isKept { try job.keep(arguments: arguments) }
      let run = try DeliveryRun(
        target: target,
        settings: settings,
        schemaVersion: delivery.conversion.schemaVersion,
        global: global
      )
      try run.report(
        strictRejects: delivery.strictRejects,
        totalByteCount: paths.totalByteCount,
        resumption: "the same command"
      ) { progress in
        let summary = DeliveryStream(run.settings).deliver(files, progress: progress)
        // Where this cannot be kept, the next start finds nothing left to do.
        if isKept, summary.isComplete { try? job.keepEnd() }
        return summary
      }
    }

    private enum Start {
      /// With what was not delivered yet.
      case goOn
      /// With nothing but the last steps of a run that has delivered everything.
      case finish
      /// With all inputs, also those that were delivered before.
      case anew
    }

    /// A finished job that replaces begins anew, unless it was killed in its last moments or is only to
    /// be resumed; all others go on.
    private func start(_ job: BackfillJob, isResumed: Bool) throws -> Start {
      guard replace, let report = try job.report(), report.isComplete else { return .goOn }
      if isResumed { return .finish }
      guard try !job.hasEnded(), let arguments = try job.arguments(),
        let last = try? Run.parse(arguments)
      else { return .anew }
      return last.inputs == inputs && last.from == from && last.to == to ? .finish : .anew
    }

    func target() throws -> DeliveryTarget {
      DeliveryTarget(table: try DestinationOptions.tableName(table), lake: global.lakeFolder)
    }

    func backfill(_ target: DeliveryTarget) -> BackfillJob {
      BackfillJob(job ?? target.defaultStreamName, streamsFolder: target.streamsFolder)
    }

    func settings(_ target: DeliveryTarget, _ job: BackfillJob) throws -> DeliverySettings {
      var settings = try delivery.settings(target, global: global)
      settings.streamName = job.stream
      settings.schemaStream = target.defaultStreamName
      settings.replacesPartitions = replace
      if let workers { settings.workerCount = workers }
      if from != nil || to != nil {
        let start = from.flatMap { StartTime($0) }?.millis ?? .min
        let end = to.flatMap { StartTime($0) }?.millis ?? .max
        settings.windowMillis = start..<end
      }
      return settings
    }
  }

  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status",
      abstract: "Shows how jobs stand."
    )

    @Argument(help: "The job; all jobs unless given.")
    var job: String?
    @OptionGroup var global: GlobalOptions

    func run() throws {
      let streams = "\(global.lakeFolder)/streams"
      let names = try job.map { [$0] } ?? BackfillJob.names(streamsFolder: streams)
      let texts = try names.map { name in
        guard let report = try BackfillJob(name, streamsFolder: streams).report() else {
          throw BackfillCommand.unknown(name, streams)
        }
        return StreamText(report: report)
      }
      if global.json {
        return try StandardOutput.write(JSONValue.array(texts.map(\.json)).compactText + "\n")
      }
      for text in texts { try StandardOutput.write(text.text + "\n") }
      if texts.isEmpty && !global.quiet { StandardError.note("there are no jobs in \(streams)") }
    }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "resume",
      abstract: "Goes on with a job, with the options it was started with."
    )

    @Argument(help: "The job.")
    var job: String
    @OptionGroup var global: GlobalOptions

    func run() throws {
      let (run, arguments) = try BackfillCommand.started(job, global)
      try run.deliver(arguments: arguments, isResumed: true)
    }
  }

  struct Cancel: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cancel",
      abstract: "Gives up what a job has not delivered; what it has delivered stays."
    )

    @Argument(help: "The job.")
    var job: String
    @OptionGroup var global: GlobalOptions

    func run() throws {
      let (run, _) = try BackfillCommand.started(job, global)
      let target = try run.target()
      let backfill = run.backfill(target)
      let settings = try run.settings(target, backfill)
      let delivery = try DeliveryRun(target: target, settings: settings, global: global)
      try backfill.cancel(delivery.settings)
      if !global.quiet { StandardError.note("the job '\(job)' is cancelled") }
    }
  }

  /// The arguments behind `lake backfill`.
  fileprivate static var argumentsOfProcess: [String] {
    let all = Lake.globalOptionsLast(Array(CommandLine.arguments.dropFirst()))
    let own = all.drop { $0 == configuration.commandName }
    return Array(own.first == "run" ? own.dropFirst() : own)
  }

  /// A job as it was started, in this lake.
  fileprivate static func started(_ name: String, _ global: GlobalOptions) throws -> (
    Run, [String]
  ) {
    try validate(job: name)
    let streams = "\(global.lakeFolder)/streams"
    guard let arguments = try BackfillJob(name, streamsFolder: streams).arguments(),
      var run = try? Run.parse(arguments)
    else { throw unknown(name, streams) }
    run.global = global
    run.job = name
    return (run, arguments)
  }

  private static func unknown(_ name: String, _ streams: String) -> Failure {
    Failure(
      message: "there is no job '\(name)' in \(streams)",
      help: "see them with: lake backfill status"
    )
  }

  fileprivate static func validate(job: String) throws {
    let isPlain = job.utf8.allSatisfy {
      (97...122).contains($0 | 0x20) || (48...57).contains($0) || [45, 46, 95].contains($0)
    }
    if job.isEmpty || job.utf8.count > 50 || !isPlain {
      throw ValidationError("a job's name has up to 50 letters, digits, '.', '-' and '_'")
    }
  }
}
