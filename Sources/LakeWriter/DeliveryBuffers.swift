import ColumnFormat
import RowFormat

/// Everything that the workers of a delivery share: buffers, decisions, rejects and counts, behind one
/// lock that is taken a few times a block.
final class DeliveryBuffers: @unchecked Sendable {
  private let settings: DeliverySettings
  private let staging: FileStaging
  private let commits: CommitSequence
  private let lock: TurnLock

  // All of these under the lock.
  private var current: DeliveryStream.KnownSchema
  private var state: BufferState<PartitionKey>
  private var buffers: [PartitionKey: (buffer: PartitionBuffer, openedMillis: Int64)] = [:]
  private var rejects = FailedRecords()
  private var backup = SourceBackup()
  /// The fields of the records before a projection.
  private var knownInput = Schema([])
  /// The keys of the window, where repetitions are left out.
  private let seen: SeenKeys?
  private var jobs: ArraySlice<DeliveryJob> = []
  private var jobCount = 0
  /// The key attributes of the items, where changes are applied.
  private var itemKeys: [String]?
  /// The names of the data files that this process has written, where changes are applied.
  private var writtenNames: Set<String> = []
  /// What belongs to the commits to come; the last one is still taking records.
  private var epochs: [Epoch] = [Epoch(number: 0)]
  /// The commit that is under way.
  private var committing: Epoch?
  /// When ``progress()`` was told last.
  private var told: ContinuousClock.Instant?
  private var hasCommittedLast = false
  private var readerCount: Int
  private var summary = DeliverySummary()

  init(
    _ settings: DeliverySettings,
    known: DeliveryStream.KnownSchema,
    seen: SeenKeys?,
    version: Int,
    commits: CommitSequence
  ) {
    self.settings = settings
    self.commits = commits
    // With one block for each of the other workers none has to wait for a single slow one.
    lock = TurnLock(waitingCountMax: max(settings.workerCount - 1, 1))
    self.seen = seen
    staging = FileStaging(
      settings: settings,
      name: ObjectName(stream: settings.streamName, version: version),
      commits: commits
    )
    current = known
    // The columns of a declaration do not depend on what came before.
    if let declared = settings.declared { current.schema = declared.schema }
    readerCount = settings.workerCount
    state = BufferState(
      hints: settings.hints,
      memoryByteCountMax: settings.bufferByteCountMax,
      openCountMax: settings.openPartitionCountMax
    )
  }

  private func locked<Result>(_ body: () -> Result) -> Result { lock.locked(body) }

  /// What is known of the fields by now.
  var schema: Schema { locked { current.schema } }

  /// What is known of the fields as records have them.
  var inputSchema: Schema {
    locked { settings.projection == nil ? current.schema : knownInput }
  }

  /// Asks whether other streams into the destination call something in `schema` otherwise.
  ///
  /// - Parameters:
  ///   - schema: The columns of a block.
  ///   - known: What it was decoded with.
  /// - Returns: What it is to be decoded with; nil where nothing is called otherwise.
  /// - Throws: When it cannot be settled with them.
  func agreed(_ schema: Schema, evolving known: Schema) throws(LakeWriterError) -> Schema? {
    let claims = DynamoDBColumns.claims(schema)
    let names = Set(known.fields.map { $0.name.lowercased() })
    if claims.fields.allSatisfy({ names.contains($0.name.lowercased()) }) { return nil }
    let agreed = try commits.agree(on: claims)
    if DynamoDBColumns.aligned(claims, to: agreed) == claims { return nil }
    // A stream that has files under such a name goes on as it began.
    if agreed.fields.contains(where: { names.contains($0.name.lowercased()) }) { return nil }
    return Schema(known.fields + agreed.fields)
  }

  /// Whether the key attributes of the items are wanted and not known yet.
  var lacksItemKeys: Bool { settings.appliesRemovals && locked { itemKeys == nil } }

  /// Takes the key attributes from a record of theirs.
  func keep(itemKeys keys: [String]) { locked { itemKeys = itemKeys ?? keys } }

  /// Whether the destination has failed and reading on makes no sense.
  var isStopped: Bool { locked { summary.failure != nil } }

  /// Whether a worker may still hand on records.
  var isReading: Bool { locked { readerCount > 0 } }

  /// A worker has read its last block.
  func endReading() { locked { readerCount -= 1 } }

  /// Takes a block's rows in; what became due waits as jobs.
  func append(_ rows: SortedRows, of block: BlockSource.Numbered) {
    lock.inTurn(block.number) { [self] in
      // After a failure the position must not move on over rows that are nowhere.
      if summary.failure != nil { return }
      let now = settings.nowMillis()
      // A record that is kept in several parts is one.
      let unreadCount = rows.decoded.rejected.count { $0.part == 0 }
      let failedCount = rows.staged?.failed.count ?? 0
      let leftOutCount = rows.staged?.leftOutCount ?? 0
      let recordCount =
        rows.decoded.batch.rowCount + rows.projectedAwayCount + unreadCount + failedCount
        + leftOutCount
      if recordCount > 0 || !rows.decoded.rejected.isEmpty { state.arrived(nowMillis: now) }
      if settings.backupFolder != nil,
        let part = backup.append(block.block, block.origin, nowMillis: now)
      {
        add(.backup(part))
      }
      if let fields = rows.inputSchema { knownInput = knownInput.merged(with: fields) }
      var refused: [RejectedRecord] = []
      do throws(LakeWriterError) { refused = try buffer(rows, of: block, now: now) } catch {
        return stop(error)
      }
      let rejectedCount = unreadCount + refused.count
      epochs[epochs.count - 1].take(
        Checkpoint.Totals(
          records: recordCount,
          inputBytes: rows.inputByteCount,
          rejected: rejectedCount
        ),
        through: block.end,
        nowMillis: now
      )
      summary.recordCount += recordCount
      summary.inputByteCount += rows.inputByteCount
      summary.untimedCount += rows.untimedCount
      summary.outsideCount += rows.outsideCount
      summary.filteredCount += rows.filteredCount
      summary.rejectedCount += rejectedCount
      rejects.append(
        (rows.decoded.rejected + refused).map { record in
          var record = record
          record.sequenceNumber = block.block.sequenceNumber(at: record.byteOffset)
          return record
        },
        origin: block.origin,
        table: settings.table,
        nowMillis: now
      )
      if rejects.byteCount >= FailedRecords.byteCountMax { flushRejects() }
      if let reason = state.commitReason(nowMillis: now) { cut(reason) }
    }
  }

  /// Passes the turn of a block that could not be decoded at all.
  func skip(_ number: Int, _ error: LakeWriterError) {
    lock.inTurn(number) { self.stop(error) }
  }

  /// Takes rows into their partitions and returns those that are rejected.
  private func buffer(
    _ rows: SortedRows,
    of block: BlockSource.Numbered,
    now: Int64
  ) throws(LakeWriterError) -> [RejectedRecord] {
    var refused = rows.failed
    var parts = rows.parts
    if let limit = settings.activePartitionCountMax {
      var active = ActivePartitions(countMax: limit, keys: activeKeys)
      parts = active.admit(rows, of: block.block, refused: &refused)
    }
    if let seen, let keys = rows.keys {
      let first = try seen.firstOnly(parts, keys: keys, nowMillis: now)
      parts = first.parts
      summary.repeatedCount += first.repeatedCount
      summary.unkeyedCount += first.unkeyedCount
    }
    var schema = rows.decoded.schema
    if block.format == .dynamodb && settings.declared == nil && settings.projection == nil {
      schema = DynamoDBColumns.aligned(schema, to: current.schema)
      for index in parts.indices { parts[index].piece?.schema = schema }
    }
    let merged = settings.declared?.schema ?? current.schema.merged(with: schema)
    var batch = rows.decoded.batch
    do {
      if merged != schema, parts.contains(where: { $0.piece == nil }) {
        batch = try BatchCasting.cast(batch, from: schema, to: merged)
      }
      if merged != current.schema { current.schema = merged }
      for part in parts {
        let entry =
          buffers[part.key] ?? (buffer: PartitionBuffer(schema: merged), openedMillis: now)
        buffers[part.key] = entry
        if let piece = part.piece {
          entry.buffer.append(piece, schema: merged)
        } else {
          entry.buffer.append(batch, rows: part.rows, schema: merged)
        }
        let due = state.buffered(
          part.key,
          inputByteCount: rows.inputByteCount * part.rows.count / max(batch.rowCount, 1),
          memoryByteCount: entry.buffer.byteCount
        )
        if let due { flush(due.key) }
      }
      for due in state.relieve() { flush(due.key) }
      return refused
    } catch {
      throw LakeWriterError(
        .source("rows cannot be brought to one type: \(error)"),
        path: settings.folder
      )
    }
  }

  /// The partitions that have records which are not delivered yet.
  private var activeKeys: Set<PartitionKey> {
    epochs.reduce(into: Set(buffers.keys.map(\.partition))) { $0.formUnion($1.keys) }
  }

  /// The clock goes on although no records come.
  func tick() {
    locked {
      let reason = state.commitReason(nowMillis: settings.nowMillis())
      if let reason, summary.failure == nil { cut(reason) }
    }
  }

  private func flush(_ key: PartitionKey) {
    guard let entry = buffers.removeValue(forKey: key) else { return }
    epochs[epochs.count - 1].keys.insert(key.partition)
    add(.partition(key, entry.buffer, openedMillis: entry.openedMillis))
  }

  private func flushRejects() {
    for batch in rejects.take() { add(.rejects(batch)) }
  }

  private func add(_ content: DeliveryJob.Content) {
    let epoch = epochs.count - 1
    epochs[epoch].unwrittenCount += 1
    jobs.append(DeliveryJob(epoch: epochs[epoch].number, number: jobCount, content: content))
    jobCount += 1
  }

  /// Flushes everything and closes the epoch: what comes from now on belongs to the next commit.
  private func cut(_ reason: BufferState<PartitionKey>.Reason) {
    for due in state.commit(reason) { flush(due.key) }
    flushRejects()
    if let part = backup.take() { add(.backup(part)) }
    epochs[epochs.count - 1].seen = seen?.take(nowMillis: settings.nowMillis())
    epochs[epochs.count - 1].itemKeys = itemKeys
    epochs[epochs.count - 1].isCut = true
    epochs.append(Epoch(number: epochs[epochs.count - 1].number + 1))
    epochs[epochs.count - 1].position = epochs[epochs.count - 2].position
  }

  private func stop(_ error: LakeWriterError) {
    if summary.failure == nil { summary.failure = error }
  }

  /// The input has ended, or reading it was given up: what is left is to be written.
  ///
  /// - Parameter end: The stream's position when all inputs were read to their end.
  func end(_ end: StreamPosition?) {
    locked {
      if summary.failure != nil { return }
      if let end {
        epochs[epochs.count - 1].position = end
        epochs[epochs.count - 1].isLast = true
      }
      cut(.end)
    }
  }

  /// A buffer that is due; nil if there is none.
  func nextJob() -> DeliveryJob? { locked { summary.failure == nil ? jobs.popFirst() : nil } }

  /// Writes a file under its hidden name, and commits what is complete with it.
  func write(_ job: DeliveryJob) {
    do throws(LakeWriterError) {
      var staged = try staging.stage(job.content) { (schema) throws(LakeWriterError) in
        try number(schema)
      }
      staged.number = job.number
      if !settings.isDryRun { try settings.reach(.staged) }
      locked { epochs[job.epoch - epochs[0].number].add(staged) }
    } catch {
      locked { stop(error) }
    }
    commitReady()
  }

  /// The fields with the numbers that they have in all files of the destination.
  private func number(_ schema: Schema) throws(LakeWriterError) -> Schema {
    let numbering = locked { current.numbering }
    if let known = numbering.known(schema) { return known }
    var shared = try commits.number(schema, numbering)
    let numbered = shared.number(schema)
    locked { current.numbering = shared.adopting(current.numbering) }
    return numbered
  }

  /// Commits the epochs that are written, in their order, one thread at a time.
  func commitReady() {
    while let (epoch, known) = takeReady() {
      do throws(LakeWriterError) {
        try commits.commit(epoch, known: known)
        locked {
          hasCommittedLast = hasCommittedLast || epoch.isLast
          summary.add(epoch, settings)
          if settings.appliesRemovals { count(epoch) }
        }
      } catch {
        locked { stop(error) }
      }
      locked { committing = nil }
    }
  }

  /// Remembers which files are this process's, and counts what was applied to them in the end.
  private func count(_ epoch: Epoch) {
    for file in epoch.staged where file.rename.area == .data {
      writtenNames.insert(file.rename.name)
    }
    if epoch.isLast {
      summary.apply(commits.applied.filter { writtenNames.contains($0.key) }.values)
    }
  }

  private func takeReady() -> (Epoch, DeliveryStream.KnownSchema)? {
    locked {
      guard committing == nil, summary.failure == nil, epochs[0].isCut,
        epochs[0].unwrittenCount == 0
      else { return nil }
      let epoch = epochs.removeFirst()
      committing = epoch
      return (epoch, current)
    }
  }

  /// What waits to be committed; nil where that was told within the last second.
  func progress() -> StreamProgress? {
    locked {
      let now = ContinuousClock.now
      if let told, now - told < .seconds(1) { return nil }
      told = now
      let waiting = (committing.map { [$0] } ?? []) + epochs
      return StreamProgress(
        oldestMillis: waiting.compactMap(\.openedMillis).min(),
        activePartitionCount: waiting.reduce(into: Set(buffers.keys.map(\.partition))) {
          $0.formUnion($1.keys)
        }.count,
        waitingRecordCount: waiting.reduce(0) { $0 + $1.taken.records }
      )
    }
  }

  /// Tells how far it came, one call at a time.
  func report(byteCountRead: Int, _ progress: (DeliveryProgress) -> Void) {
    locked {
      progress(
        DeliveryProgress(
          byteCountRead: byteCountRead,
          byteCount: nil,
          recordCount: summary.recordCount
        )
      )
    }
  }

  /// Closes the books.
  func finish(inputFailures: [RowFormatError], isInterrupted: Bool) -> DeliverySummary {
    locked {
      summary.inputFailures = inputFailures
      summary.isInterrupted = isInterrupted
      summary.schema = current.numbering.number(current.schema)
      if settings.replacesPartitions && !hasCommittedLast { summary.forgetFiles() }
      summary.undeliveredRowCount =
        summary.recordCount - summary.rejectedCount - summary.outsideCount - summary.filteredCount
        - summary.repeatedCount - summary.deliveredRowCount - summary.supersededCount
      return summary
    }
  }
}
