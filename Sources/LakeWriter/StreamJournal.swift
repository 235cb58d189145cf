import ColumnFormat
import ObjectStore
import RowFormat

/// The folder in which a stream keeps what a crash must not take: which inputs it delivers, how far
/// it came, which files are on their way, the bytes of inputs that cannot be read again.
///
/// ```
/// streams/STREAM/lock                held by the process that delivers
///                inputs-000003.json  the inputs of run 3
///                checkpoint.json     how far run 3 is delivered; replaced with each commit
///                schema.json         the fields; see ``StreamMemory``
///                spool/3-0/…         what standard input gave
///                progress.json       what waits right now; see ``StreamProgress``
/// ```
final class StreamJournal: Sendable {
  /// What a run begins with.
  struct Start: Sendable {
    var ledger: InputLedger
    var checkpoint: Checkpoint
    var known: DeliveryStream.KnownSchema
    /// The keys of the window, where repetitions are left out.
    var seen: SeenKeys?
    var version: StreamVersion
  }

  let stream: String
  let folder: String
  let files: StagedFiles
  let keys: KeyFiles
  private let store: LocalFolder
  private let lock: StreamLock
  private let memory: StreamMemory
  private let settings: DeliverySettings

  /// Opens the journal of the settings' stream and keeps others away from it.
  ///
  /// - Throws: When another process delivers with this stream.
  init(_ settings: DeliverySettings) throws(LakeWriterError) {
    self.settings = settings
    stream = settings.streamName
    folder = "\(settings.streamsFolder)/\(stream)"
    store = LocalFolder(folder)
    lock = try StreamLock(folder: folder, stream: stream)
    memory = StreamMemory(streamsFolder: settings.streamsFolder, stream: stream)
    files = StagedFiles(
      stream: stream,
      dataFolder: settings.folder,
      rejectsFolder: settings.rejectsFolder,
      backupFolder: settings.backupFolder,
      retry: RetryBudget(settings),
      threadCount: settings.workerCount
    )
    keys = KeyFiles(streamFolder: folder)
  }

  /// Refuses while the last run has left records undelivered.
  func requireFinished() throws(LakeWriterError) {
    let (last, before) = try StreamState.load(store, destination: settings.destinationName)
    try requireFinished(last, before)
  }

  private func requireFinished(_ last: Checkpoint, _ ledger: InputLedger) throws(LakeWriterError) {
    let left = ledger.remaining(after: last).filter { !isSpent($0) }
    if !last.isComplete && hasProgress(last, left) { throw interrupted(last, left) }
  }

  /// Finishes what a crash interrupted and starts a run.
  ///
  /// - Parameters:
  ///   - named: The inputs that were asked for.
  ///   - resumes: Whether to go on where the last run stopped.
  /// - Returns: What the run begins with.
  /// - Throws: When the last run was interrupted and `resumes` is false.
  func begin(
    _ named: [DeliveryInput],
    resumes: Bool
  ) throws(LakeWriterError) -> Start {
    let (last, before) = try StreamState.load(store, destination: settings.destinationName)
    guard before.destination == settings.destinationName else {
      throw LakeWriterError(
        .invalidSettings(
          "the stream '\(stream)' delivers into \(before.destination), not into "
            + settings.destinationName
        ),
        path: folder,
        help: "choose another name with --stream"
      )
    }
    try publish(last)
    try register(last.renames)
    try files(of: last).removeAll(except: Set(last.held.map(\.name)))
    try files.removeAll(except: Set(last.held.map(\.name)))
    try keys.removeAll(except: last.keyFiles)
    if !resumes { try requireFinished(last, before) }
    let ledger = try before.next(after: last, named: named, resumes: resumes)
    var checkpoint = Checkpoint(run: ledger.run, isComplete: false, totals: last.totals)
    checkpoint.committedMillis = settings.nowMillis()
    checkpoint.keyFiles = last.keyFiles
    // Files of an interrupted replacement belong to the run that goes on with it.
    if resumes {
      checkpoint.held = last.held
      checkpoint.heldTotals = last.heldTotals
      checkpoint.itemKeys = last.itemKeys
    }
    // What a run that replaces has rejected counts until the next one is at its end.
    let isGoingOn = resumes || !settings.replacesPartitions
    checkpoint.ownRejects = isGoingOn ? last.ownRejects : []
    checkpoint.oldRejects = last.oldRejects + (isGoingOn ? [] : last.ownRejects)
    try put(ledger.json, at: StreamState.inputsPath(run: ledger.run))
    try put(checkpoint.json, at: StreamState.checkpointPath)
    try tidy(keeping: ledger)
    try files.prepare()
    var known = try StreamMemory.load(settings)
    if !known.schema.fields.isEmpty {
      known.numbering.adopt(settings.catalogNumbering)
      known.numbering = try FieldRegistry(
        streamsFolder: settings.streamsFolder,
        destination: settings.destinationName
      )
      .number(known.schema.fields, known.numbering)
    }
    return Start(
      ledger: ledger,
      checkpoint: checkpoint,
      known: known,
      seen: try StreamJournal.seen(settings, checkpoint, keys),
      version: try StreamVersion.next(settings, store, keeps: true)
    )
  }

  /// The keys that earlier commits kept; nil where repetitions are not left out.
  private static func seen(
    _ settings: DeliverySettings,
    _ checkpoint: Checkpoint,
    _ files: KeyFiles
  ) throws(LakeWriterError) -> SeenKeys? {
    guard let rule = settings.deduplication else { return nil }
    let seen = SeenKeys(
      windowMillis: Int64(rule.windowSeconds) * 1000,
      byteCountMax: rule.byteCountMax
    )
    for name in checkpoint.keyFiles {
      try seen.load(files.read(name), nowMillis: settings.nowMillis())
    }
    return seen
  }

  /// The unfinished files of a checkpoint, whose backup may have gone to another folder.
  private func files(of checkpoint: Checkpoint) -> StagedFiles {
    StagedFiles(
      stream: stream,
      dataFolder: settings.folder,
      rejectsFolder: settings.rejectsFolder,
      backupFolder: checkpoint.backupFolder,
      retry: RetryBudget(settings),
      threadCount: settings.workerCount
    )
  }

  /// What a run would begin with, without a trace on the disk.
  static func preview(_ settings: DeliverySettings, _ named: [DeliveryInput])
    throws(LakeWriterError) -> Start
  {
    let store = LocalFolder("\(settings.streamsFolder)/\(settings.streamName)")
    let (last, before) = try StreamState.load(store, destination: settings.destinationName)
    return Start(
      ledger: try before.next(after: last, named: named, resumes: settings.resumes),
      checkpoint: last,
      known: try StreamMemory.load(settings),
      seen: try seen(settings, last, KeyFiles(streamFolder: store.systemPath(""))),
      version: try StreamVersion.next(settings, store, keeps: false)
    )
  }

  /// Whether an input is a spool whose records are all delivered.
  private func isSpent(_ input: DeliveryInput) -> Bool {
    guard let spool = input.spool else { return false }
    return input.start.byteOffset >= InputSpool.byteCount(of: "\(folder)/\(spool)")
  }

  /// An interrupted run that delivered nothing and took nothing from a pipe can as well begin anew.
  private func hasProgress(_ checkpoint: Checkpoint, _ left: [DeliveryInput]) -> Bool {
    !left.isEmpty
      && (checkpoint.sequence > 0
        || left.contains { $0.start != InputPosition() || $0.spool != nil })
  }

  private func interrupted(_ checkpoint: Checkpoint, _ left: [DeliveryInput]) -> LakeWriterError {
    let first = left.first
    return LakeWriterError(
      .interrupted(
        stream: stream,
        input: first?.path ?? "",
        byteOffset: first?.start.byteOffset ?? 0,
        inputCount: left.count
      ),
      path: folder,
      help: "add --resume to deliver the rest, each record once; to give up the rest instead, "
        + "remove '\(store.systemPath(StreamState.checkpointPath))'"
    )
  }

  /// Commits files: they are delivered when this returns, and also when it fails after the new
  /// checkpoint is written.
  ///
  /// - Parameters:
  ///   - checkpoint: The new state, with the files' renames.
  ///   - known: What is known of the fields; nil if nothing changed.
  /// - Throws: When the disk refuses.
  func commit(
    _ checkpoint: Checkpoint,
    known: DeliveryStream.KnownSchema?
  ) throws(LakeWriterError) {
    try files.sync()
    if let known { try memory.save(known) }
    try settings.reach(.checkpoint)
    try put(checkpoint.json, at: StreamState.checkpointPath)
    try settings.reach(.publishing)
    try publish(checkpoint)
    try register(checkpoint.renames)
    try settings.reach(.committed)
  }

  /// Removes what only an unfinished run needs.
  func end(_ checkpoint: Checkpoint, ledger: InputLedger) throws(LakeWriterError) {
    var kept = ledger
    kept.inputs = ledger.remaining(after: checkpoint)
    try tidy(keeping: kept)
    files.removeFolders()
    StreamProgress.remove(streamFolder: folder)
  }

  private func publish(_ checkpoint: Checkpoint) throws(LakeWriterError) {
    try files(of: checkpoint).publish(
      checkpoint.addedFiles,
      replaced: checkpoint.replacedPartitions
    ) {
      () throws(LakeWriterError) in try settings.reach(.published)
    }
    try files.removeRejects(checkpoint.removedRejects)
  }

  /// Forgets the run: what is delivered stays, the rest is not delivered any more.
  func cancel() throws(LakeWriterError) {
    let (last, _) = try StreamState.load(store, destination: settings.destinationName)
    try publish(last)
    try register(last.renames)
    var checkpoint = Checkpoint(run: last.run + 1, totals: last.totals)
    checkpoint.committedMillis = last.committedMillis
    // The old rejects belong to rows that are still there.
    checkpoint.ownRejects = last.oldRejects.isEmpty ? last.ownRejects : last.oldRejects
    checkpoint.keyFiles = last.keyFiles
    let ledger = InputLedger(run: checkpoint.run, destination: settings.destinationName)
    try put(ledger.json, at: StreamState.inputsPath(run: ledger.run))
    try put(checkpoint.json, at: StreamState.checkpointPath)
    try files.removeAll(except: [])
    try end(checkpoint, ledger: ledger)
  }

  private func register(_ renames: [Checkpoint.Rename]) throws(LakeWriterError) {
    let folders = Set(renames.filter { $0.area == .data }.map(\.folder)).sorted()
    if !folders.isEmpty { try settings.register(folders) }
  }

  /// Removes the spools and the lists of inputs that are not needed any more.
  private func tidy(keeping ledger: InputLedger) throws(LakeWriterError) {
    do throws(ObjectStoreError) {
      // Of writers that were killed: this one has the stream's lock.
      store.removeUnfinished(in: "", olderThan: .max)
      let current = StreamState.inputsPath(run: ledger.run)
      for entry in try store.entries(of: "")
      where entry.name.hasPrefix(StreamState.inputsPrefix) && entry.name != current {
        try store.delete(entry.name)
      }
      let spools = Set(ledger.inputs.compactMap(\.spool))
      guard try store.entries(of: "").contains(where: { $0.name == "spool" }) else { return }
      for entry in try store.entries(of: "spool") where !spools.contains("spool/\(entry.name)") {
        for segment in try store.entries(of: "spool/\(entry.name)") {
          try store.delete("spool/\(entry.name)/\(segment.name)")
        }
        try store.delete("spool/\(entry.name)")
      }
    } catch {
      throw LakeWriterError(destination: error, path: folder)
    }
  }

  private func put(_ json: JSONValue, at path: String) throws(LakeWriterError) {
    do throws(ObjectStoreError) {
      try store.put(Array((json.prettyText + "\n").utf8), at: path)
    } catch {
      throw LakeWriterError(destination: error, path: store.systemPath(path))
    }
  }
}

/// Reading the files of a stream's folder.
enum StreamState {
  static let checkpointPath = "checkpoint.json"
  static let inputsPrefix = "inputs-"

  static func inputsPath(run: Int) -> String { "\(inputsPrefix)\(padded(Int64(run), 6)).json" }

  /// How far a stream came, and with which inputs; a new stream has done nothing.
  static func load(_ store: LocalFolder, destination: String) throws(LakeWriterError) -> (
    Checkpoint, InputLedger
  ) {
    guard let json = try read(checkpointPath, store) else {
      return (Checkpoint(), InputLedger(destination: destination))
    }
    guard let checkpoint = Checkpoint(json) else { throw damaged(checkpointPath, store) }
    let path = inputsPath(run: checkpoint.run)
    guard let ledger = try read(path, store).flatMap(InputLedger.init) else {
      throw damaged(path, store)
    }
    return (checkpoint, ledger)
  }

  private static func read(_ path: String, _ store: LocalFolder) throws(LakeWriterError)
    -> JSONValue?
  {
    let bytes: [UInt8]
    do throws(ObjectStoreError) { bytes = try store.read(path) } catch {
      if error.kind == .notFound { return nil }
      throw LakeWriterError(.source("\(error)"), path: store.systemPath(path))
    }
    guard let json = try? JSONValue.parse(bytes) else { throw damaged(path, store) }
    return json
  }

  private static func damaged(_ path: String, _ store: LocalFolder) -> LakeWriterError {
    LakeWriterError(
      .source("it is missing, damaged or of a newer version of lake"),
      path: store.systemPath(path),
      help: "without it nobody knows which records are delivered; bring it back from a backup"
    )
  }
}
