import ColumnFormat
import RowFormat
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Everything that the workers of a delivery share: buffers, decisions, rejects and counts, behind one
/// lock that is taken a few times a block.
final class DeliveryBuffers: @unchecked Sendable {
  /// A buffer that is due.
  struct Job: @unchecked Sendable {
    var key: PartitionTime
    var buffer: PartitionBuffer
    var openedMillis: Int64
  }

  private let settings: DeliverySettings
  private let name: ObjectName
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let turnChanged: UnsafeMutablePointer<pthread_cond_t>

  // All of these under the lock.
  private var turn = 0
  private var current: DeliveryStream.KnownSchema
  private var state: BufferState<PartitionTime>
  private var buffers: [PartitionTime: (buffer: PartitionBuffer, openedMillis: Int64)] = [:]
  private var rejects: FailedRecords
  private var summary = DeliverySummary()

  init(_ settings: DeliverySettings, known: DeliveryStream.KnownSchema) {
    self.settings = settings
    name = ObjectName(stream: settings.streamName, version: 1)
    current = known
    state = BufferState(hints: settings.hints, memoryByteCountMax: settings.bufferByteCountMax)
    rejects = FailedRecords(folder: settings.rejectsFolder, name: name)
    lock = .allocate(capacity: 1)
    turnChanged = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(turnChanged, nil)
  }

  deinit {
    pthread_cond_destroy(turnChanged)
    pthread_mutex_destroy(lock)
    turnChanged.deallocate()
    lock.deallocate()
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }

  /// What is known of the fields by now.
  var schema: Schema { locked { current.schema } }

  /// Whether the destination has failed and reading on makes no sense.
  var isStopped: Bool { locked { summary.failure != nil } }

  /// Waits until all blocks before `number` were handed on, then does `body` and passes the turn.
  private func inTurn<Result>(_ number: Int, _ body: () -> Result) -> Result {
    locked {
      while turn != number { pthread_cond_wait(turnChanged, lock) }
      defer {
        turn += 1
        pthread_cond_broadcast(turnChanged)
      }
      return body()
    }
  }

  /// Takes a block's rows in; the buffers that became due are the caller's to write.
  func append(_ rows: SortedRows, number: Int) -> [Job] {
    inTurn(number) {
      let now = settings.nowMillis()
      summary.recordCount += rows.decoded.batch.rowCount + rows.decoded.rejected.count
      summary.inputByteCount += rows.inputByteCount
      summary.untimedCount += rows.untimedCount
      summary.rejectedCount += rows.decoded.rejected.count
      do throws(LakeWriterError) {
        if !settings.isDryRun {
          try rejects.append(rows.decoded.rejected, table: settings.table, nowMillis: now)
        }
        return try buffer(rows, now: now)
      } catch {
        stop(error, rowCount: rows.decoded.batch.rowCount)
        return []
      }
    }
  }

  /// Passes the turn of a block that could not be decoded at all.
  func skip(_ number: Int, _ error: RowFormatError) {
    inTurn(number) { summary.inputFailures.append(error) }
  }

  private func buffer(_ rows: SortedRows, now: Int64) throws(LakeWriterError) -> [Job] {
    let merged = current.schema.merged(with: rows.decoded.schema)
    var batch = rows.decoded.batch
    do {
      if merged != rows.decoded.schema {
        batch = try BatchCasting.cast(batch, from: rows.decoded.schema, to: merged)
      }
      if merged != current.schema { current.schema = merged }
      var due: [BufferState<PartitionTime>.Flush] = []
      for (key, indices) in rows.parts {
        let entry =
          buffers[key] ?? (buffer: PartitionBuffer(schema: merged), openedMillis: now)
        buffers[key] = entry
        try entry.buffer.append(batch, rows: indices, schema: merged)
        due += state.buffered(
          key,
          inputByteCount: rows.inputByteCount * indices.count / max(batch.rowCount, 1),
          memoryByteCount: entry.buffer.byteCount,
          nowMillis: now
        )
      }
      due += state.tick(nowMillis: now)
      due += state.relieve()
      return due.compactMap { take($0.key) }
    } catch {
      throw LakeWriterError(
        .source("rows cannot be brought to one type: \(error)"),
        path: settings.folder
      )
    }
  }

  private func take(_ key: PartitionTime) -> Job? {
    buffers.removeValue(forKey: key).map {
      Job(key: key, buffer: $0.buffer, openedMillis: $0.openedMillis)
    }
  }

  private func stop(_ error: LakeWriterError, rowCount: Int) {
    summary.undeliveredRowCount += rowCount
    if summary.failure == nil { summary.failure = error }
  }

  /// Writes one buffer as a file and counts it.
  func write(_ job: Job) {
    let path = job.key.path(settings.granularity)
    let batch = job.buffer.finish()
    if isStopped {
      locked { summary.undeliveredRowCount += batch.rowCount }
      return
    }
    let numbered = locked { current.numbering.number(job.buffer.schema) }
    let file = name.next(openedMillis: job.openedMillis, extension: ".parquet")
    let folder = path.isEmpty ? settings.folder : "\(settings.folder)/\(path.dropLast())"
    do throws(LakeWriterError) {
      let byteCount =
        settings.isDryRun
        ? 0
        : try FileCommit.parquet(
          batch,
          schema: numbered,
          folder: folder,
          name: file,
          options: settings.writer
        )
      locked {
        summary.fileCount += 1
        summary.fileByteCount += byteCount
        summary.deliveredRowCount += batch.rowCount
        summary.partitions[path, default: 0] += 1
      }
    } catch {
      locked { stop(error, rowCount: batch.rowCount) }
    }
  }

  /// All buffers that are left, to be written by any thread.
  func end() -> JobQueue { locked { JobQueue(state.end().compactMap { take($0.key) }) } }

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

  /// Writes the rejects and closes the books.
  func finish(
    inputFailures: [RowFormatError],
    isInterrupted: Bool
  ) -> (summary: DeliverySummary, known: DeliveryStream.KnownSchema) {
    locked {
      if !settings.isDryRun {
        do throws(LakeWriterError) { try rejects.flush() } catch { stop(error, rowCount: 0) }
      }
      summary.rejectFiles = rejects.files
      summary.inputFailures += inputFailures
      summary.isInterrupted = isInterrupted
      summary.schema = current.numbering.number(current.schema)
      return (summary, current)
    }
  }
}

/// Jobs that threads take one by one.
final class JobQueue: Sendable {
  private let jobs: Mutex<ArraySlice<DeliveryBuffers.Job>>

  init(_ jobs: [DeliveryBuffers.Job]) { self.jobs = Mutex(jobs[...]) }

  func next() -> DeliveryBuffers.Job? { jobs.withLock { $0.popFirst() } }
}
