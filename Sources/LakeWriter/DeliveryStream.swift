package import ColumnFormat

/// Turns records into partitioned Parquet files, each record exactly once.
///
/// Workers take blocks of records in turn, decode them side by side, and hand the rows on in the order
/// they were read; ``BufferState`` says when a buffer is due and when to commit. Due buffers are
/// written before more is read, so that what waits stays bounded.
public final class DeliveryStream: Sendable {
  private let settings: DeliverySettings

  /// What is known of the stream's fields.
  package struct KnownSchema: Sendable, Equatable {
    package var schema: Schema
    package var numbering: FieldNumbering

    package init(schema: Schema = Schema([]), numbering: FieldNumbering = FieldNumbering()) {
      self.schema = schema
      self.numbering = numbering
    }
  }

  /// A stream with a destination.
  public init(_ settings: DeliverySettings) { self.settings = settings }

  /// Delivers all records of the inputs, in their order.
  ///
  /// What goes wrong is told in the summary, together with what was delivered all the same.
  ///
  /// - Parameters:
  ///   - inputs: Paths of files; `-` is standard input.
  ///   - progress: Called now and then, from any thread, one call at a time.
  /// - Returns: What was delivered, rejected and left.
  public func deliver(
    _ inputs: [String],
    progress: @escaping @Sendable (DeliveryProgress) -> Void = { _ in }
  ) -> DeliverySummary {
    deliver(
      progress,
      prepare: { (_) throws(LakeWriterError) in
        try DeliveryInput.named(
          inputs,
          envelope: settings.envelope,
          growing: settings.growingFiles
        )
      },
      finish: { () throws(LakeWriterError) in }
    )
  }

  /// Delivers inputs that are made up when nobody else has the stream.
  ///
  /// - Parameters:
  ///   - progress: See ``deliver(_:progress:)``.
  ///   - prepare: Gives the inputs; called with the journal, before it begins a run; nil in a dry run.
  ///   - finish: Called when all inputs are delivered to their end, still with the stream's lock.
  /// - Returns: What was delivered.
  func deliver(
    _ progress: @escaping @Sendable (DeliveryProgress) -> Void,
    prepare: (StreamJournal?) throws(LakeWriterError) -> [DeliveryInput],
    finish: () throws(LakeWriterError) -> Void
  ) -> DeliverySummary {
    do throws(LakeWriterError) {
      if let contradiction = settings.contradiction { throw contradiction }
      var settings = settings
      settings.writer.encodingMemory = EncodingMemory()
      settings.declared = try settings.declare?()
      if let declared = settings.declared { try declared.validate(settings) }
      if settings.isDryRun {
        let start = try StreamJournal.preview(settings, try checked(prepare(nil)))
        return run(settings, start, journal: nil, progress)
      }
      let retry = RetryBudget(settings)
      let journal = try retry.attempt { () throws(LakeWriterError) in try StreamJournal(settings) }
      let inputs = try checked(prepare(journal))
      let start = try retry.attempt { () throws(LakeWriterError) in
        try journal.begin(inputs, resumes: settings.resumes)
      }
      var summary = run(settings, start, journal: journal, progress)
      if summary.isComplete {
        do throws(LakeWriterError) { try finish() } catch { summary.failure = error }
      }
      return withExtendedLifetime(journal) { summary }
    } catch {
      var summary = DeliverySummary()
      summary.failure = error
      return summary
    }
  }

  /// Refuses inputs that the settings cannot be applied to.
  private func checked(_ inputs: [DeliveryInput]) throws(LakeWriterError) -> [DeliveryInput] {
    for input in inputs {
      let isParquet = input.identity.map { settings.takesParquet($0.path) } ?? false
      if isParquet, let option = settings.textOption {
        throw LakeWriterError(
          .invalidSettings("\(option) does not go with Parquet files: '\(input.path)' is one"),
          path: input.path,
          help: "--select chooses, renames and computes their columns"
        )
      }
      if settings.requiresParquet && !(isParquet && ParquetRows.isParquet(input.path)) {
        throw LakeWriterError(
          .invalidSettings("--format parquet: '\(input.path)' is no Parquet file"),
          path: input.path
        )
      }
    }
    return inputs
  }

  private func run(
    _ settings: DeliverySettings,
    _ start: StreamJournal.Start,
    journal: StreamJournal?,
    _ progress: @escaping @Sendable (DeliveryProgress) -> Void
  ) -> DeliverySummary {
    let source = BlockSource(
      start.ledger.inputs,
      streamFolder: journal?.folder,
      settings: settings
    )
    let commits = CommitSequence(settings, journal: journal, start: start, source: source)
    let buffers = DeliveryBuffers(
      settings,
      known: start.known,
      seen: start.seen,
      version: start.version.number,
      commits: commits
    )
    let workerCount = settings.workerCount
    WorkerThreads.run(count: workerCount + (source.isLive ? 1 : 0)) { number in
      let worker = DeliveryWorker(
        settings: settings,
        source: source,
        buffers: buffers,
        streamFolder: journal?.folder
      )
      if number < workerCount { worker.run(progress) } else { worker.watchClock() }
    }
    buffers.end(source.isExhausted ? source.end : nil)
    WorkerThreads.run(count: workerCount) { _ in
      while let job = buffers.nextJob() { buffers.write(job) }
    }
    buffers.commitReady()
    var summary = buffers.finish(
      inputFailures: source.failures.map(\.error),
      isInterrupted: settings.isInterrupted()
    )
    if summary.failure == nil {
      do throws(LakeWriterError) { try commits.end() } catch { summary.failure = error }
    }
    return summary
  }
}
