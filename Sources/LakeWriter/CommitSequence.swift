import ColumnFormat
import RowFormat

/// The commits of a run, one after the other; in a dry run nothing is written.
///
/// `commit` is called by one thread at a time.
final class CommitSequence: @unchecked Sendable {
  private let settings: DeliverySettings
  private let retry: RetryBudget
  private let journal: StreamJournal?
  private let ledger: InputLedger
  private let source: BlockSource
  private var checkpoint: Checkpoint
  private var known: DeliveryStream.KnownSchema
  /// What the last commit has made of files of changes, by their names.
  private(set) var applied: [String: AppliedChanges.FileChange] = [:]

  /// The commits after a checkpoint.
  ///
  /// - Parameters:
  ///   - settings: How files are written.
  ///   - journal: Where checkpoints go; nil in a dry run.
  ///   - start: What the journal gave at the beginning.
  ///   - source: Knows the inputs that could not be read.
  init(
    _ settings: DeliverySettings,
    journal: StreamJournal?,
    start: StreamJournal.Start,
    source: BlockSource
  ) {
    self.settings = settings
    retry = RetryBudget(settings)
    self.journal = journal
    ledger = start.ledger
    checkpoint = start.checkpoint
    known = start.known
    self.source = source
  }

  /// Numbers fields, together with all other streams into the destination.
  func number(
    _ schema: Schema,
    _ numbering: FieldNumbering
  ) throws(LakeWriterError) -> FieldNumbering {
    var known = numbering
    known.adopt(settings.catalogNumbering)
    guard journal != nil else {
      _ = known.number(schema)
      return known
    }
    return try retry.attempt { () throws(LakeWriterError) in
      try FieldRegistry(
        streamsFolder: settings.streamsFolder,
        destination: settings.destinationName
      )
      .number(schema.fields, known)
    }
  }

  /// Settles with all other streams into the destination what columns of DynamoDB's records mean.
  func agree(on claims: Schema) throws(LakeWriterError) -> Schema {
    try retry.attempt { () throws(LakeWriterError) in
      try FieldRegistry(
        streamsFolder: settings.streamsFolder,
        destination: settings.destinationName
      )
      .agree(on: claims, isDryRun: journal == nil)
    }
  }

  /// Writes a Parquet file under its hidden name and returns its size.
  func write(_ rows: PartitionBuffer, schema: Schema, name: String) throws(LakeWriterError) -> Int {
    guard let journal else { return 0 }
    return try journal.files.write(rows, schema: schema, name: name, options: settings.writer)
  }

  /// Writes a file of bytes under its hidden name.
  func write(_ bytes: [UInt8], _ area: StagedFiles.Area, name: String) throws(LakeWriterError) {
    try journal?.files.write(bytes, area, name: name)
  }

  /// Makes an epoch's files visible and the position after it the stream's.
  func commit(_ epoch: Epoch, known: DeliveryStream.KnownSchema) throws(LakeWriterError) {
    guard let journal else { return }
    checkpoint.sequence += 1
    checkpoint.position = epoch.position
    checkpoint.isComplete = epoch.isLast
    checkpoint.damaged = source.failures.map(\.position).filter {
      $0.input < epoch.position.input
    }
    checkpoint.itemKeys = epoch.itemKeys ?? checkpoint.itemKeys
    checkpoint.renames = epoch.staged.sorted { $0.number < $1.number }.map(\.rename)
    checkpoint.replaces = settings.replacesPartitions && epoch.isLast
    checkpoint.totals.add(epoch.taken)
    if settings.replacesPartitions {
      checkpoint.heldTotals.add(epoch.written)
      try hold(isLast: epoch.isLast)
    } else {
      checkpoint.totals.add(epoch.written)
    }
    checkpoint.committedMillis = settings.nowMillis()
    checkpoint.backupFolder = settings.backupFolder
    if let seen = epoch.seen {
      let name = "\(checkpoint.run)-\(checkpoint.sequence).keys"
      try retry.attempt { () throws(LakeWriterError) in
        try journal.keys.write(seen.entries, name: name)
      }
      checkpoint.keyFiles = (seen.isWhole ? [] : checkpoint.keyFiles) + [name]
    }
    try journal.files.sync(epoch.staged.map(\.rename))
    // All of it may be done again: what has happened already is passed over.
    try retry.attempt { () throws(LakeWriterError) in
      try journal.commit(checkpoint, known: known == self.known ? nil : known)
    }
    self.known = known
    try journal.files.removeUnfinished(applied.keys.sorted())
    if epoch.seen?.isWhole ?? false { try journal.keys.removeAll(except: checkpoint.keyFiles) }
    if ledger.inputs.indices.contains(epoch.position.input),
      let spool = ledger.inputs[epoch.position.input].spool,
      ledger.inputs[epoch.position.input].envelope == nil
    {
      InputSpool.drop("\(journal.folder)/\(spool)", before: epoch.position.place.byteOffset)
    }
  }

  /// Keeps data files and rejects back until the last commit brings all of them, and takes away the
  /// rejects of the run before.
  private func hold(isLast: Bool) throws(LakeWriterError) {
    checkpoint.held += checkpoint.renames.filter { $0.area != .backup }
    checkpoint.renames.removeAll { $0.area != .backup }
    checkpoint.removedRejects = []
    guard isLast else { return }
    try applyChanges()
    let data = checkpoint.held.filter { $0.area == .data }
    try journal?.files.validateReplacement(of: Set(data.map(\.folder)))
    checkpoint.renames += checkpoint.held
    checkpoint.ownRejects +=
      checkpoint.held.filter { $0.area == .rejects }.map { $0.folder + $0.name }
    checkpoint.removedRejects = checkpoint.oldRejects
    checkpoint.oldRejects = []
    checkpoint.held = []
    checkpoint.totals.add(checkpoint.heldTotals)
    checkpoint.heldTotals = Checkpoint.Totals()
  }

  /// Leaves only the newest row of each item in the files that are held back, where that is asked for.
  private func applyChanges() throws(LakeWriterError) {
    guard settings.appliesRemovals, let keys = checkpoint.itemKeys, let journal else { return }
    let changes = try AppliedChanges(
      checkpoint.held.filter { $0.area == .data },
      keys: keys,
      files: journal.files,
      settings: settings
    )
    checkpoint.held = checkpoint.held.filter { $0.area != .data } + changes.renames
    checkpoint.heldTotals.apply(changes.changes.values)
    applied = changes.changes
  }

  /// Tidies up after the last commit.
  func end() throws(LakeWriterError) { try journal?.end(checkpoint, ledger: ledger) }
}
