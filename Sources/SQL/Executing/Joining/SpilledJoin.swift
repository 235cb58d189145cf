import ColumnFormat

/// One worker's left rows on their way to the partitions of a join whose right side was spilled.
final class ProbePartitioner: BatchConsumer {
  private let stage: JoinProbeStage
  private let encoder: KeyEncoder
  private let writer: PartitionWriter
  private let account: MemoryAccount

  init(_ stage: JoinProbeStage, _ target: SpilledPartitions, _ control: RunControl) {
    self.stage = stage
    encoder = KeyEncoder(stage.build.layout)
    writer = PartitionWriter(target, control)
    account = MemoryAccount(control.budget, for: "join", statistics: stage.statistics)
    // Rows are counted when they are joined.
    super.init(statistics: nil)
  }

  override func consume(_ batch: Batch) throws {
    encoder.encode(stage.keys.map { batch.columns[$0] }, rowCount: batch.rowCount)
    try writer.append(batch.columns, hashes: encoder.hashes, rowCount: batch.rowCount)
    try account.set(writer.byteCount)
  }

  override func close() throws {
    try writer.flush()
    account.release()
  }
}

/// Joins the partitions of both sides, each a morsel.
///
/// A partition's right rows are made findable as many at a time as there is memory for, and the left
/// rows are read once for each such table. So it makes no difference how the rows are spread over the
/// keys: one key with all rows only takes longer.
final class SpilledJoinSource: Source, @unchecked Sendable {
  private let stage: JoinProbeStage

  init(_ stage: JoinProbeStage) {
    self.stage = stage
    super.init(statistics: nil)
  }

  override var morselCount: Int { stage.build.spilled == nil ? 0 : SpilledPartitions.count }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader {
    Reader(stage, worker.control)
  }

  private final class Reader: SourceReader {
    private let stage: JoinProbeStage
    private let control: RunControl
    private let encoder: KeyEncoder
    private let account: MemoryAccount

    init(_ stage: JoinProbeStage, _ control: RunControl) {
      self.stage = stage
      self.control = control
      encoder = KeyEncoder(stage.build.layout)
      account = MemoryAccount(control.budget, for: "join", statistics: stage.statistics)
    }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      guard let rights = stage.build.spilled?.partitions[morsel] else { return }
      let lefts = stage.spilledLeft?.partitions[morsel]
      defer {
        rights.discard()
        lefts?.discard()
        account.release()
      }
      let leftCount = lefts?.rowCount ?? 0
      let needsRights = stage.buildRowsPutOut == .unmatched
      if rights.rowCount == 0 && stage.needsRightRows { return }
      if leftCount == 0 && (!needsRights || rights.rowCount == 0) { return }
      var next = 0
      // A match is remembered for each left row where it may come from any of several tables.
      var hits: Buffer<UInt8>?
      repeat {
        let rows = JoinRows(stage.rightTypes, stage.build.layout)
        try fill(rows, from: rights, &next)
        let isLast = next >= rights.blocks.count
        if hits == nil && !isLast { hits = Buffer<UInt8>(repeating: 0, count: max(leftCount, 1)) }
        let rowByteCount = rows.rowByteCount
        let table = try JoinRows.table([rows], stage.rightTypes, stage.build.layout, nil)
        try account.set(table.byteCount + rowByteCount + (hits?.count ?? 0))
        if try !join(lefts, table, hits, isLast: isLast, push) { return }
      } while next < rights.blocks.count
    }

    /// Takes right rows as long as there is memory, but one block at least.
    private func fill(_ rows: JoinRows, from rights: SpilledRows, _ next: inout Int) throws {
      var flags = Buffer<UInt8>(count: Batch.rowCountTarget)
      while next < rights.blocks.count {
        let batch = try rights.read(rights.blocks[next])
        next += 1
        let keys = stage.build.keys.map { batch.columns[$0] }
        encoder.encode(keys, rowCount: batch.rowCount)
        if flags.count < batch.rowCount { flags = Buffer<UInt8>(count: batch.rowCount) }
        UnequalKeys.mark(keys, rowCount: batch.rowCount, flags: flags.base)
        rows.append(batch, encoder, flags)
        if try account.isCrowded(rows.byteCount, share: 4) { return }
      }
    }

    /// Joins all left rows with a table; false where no more rows are wanted.
    private func join(
      _ lefts: SpilledRows?,
      _ table: JoinTable,
      _ hits: Buffer<UInt8>?,
      isLast: Bool,
      _ push: (Batch) throws -> Bool
    ) throws -> Bool {
      var matched: Buffer<UInt8>?
      if stage.buildRowsPutOut != nil {
        matched = Buffer<UInt8>(repeating: 0, count: max(table.rowCount, 1))
      }
      return try withoutActuallyEscaping(push) { push in
        let probe = try JoinProbe(stage, table, matched: matched, facts: stage.build.facts, control)
        let end = PushingConsumer(push)
        probe.next = end
        var start = 0
        try lefts?.forEach { batch in
          if let hits { probe.carried = (hits.base + start, isLast) }
          start += batch.rowCount
          try probe.push(batch)
          return end.wantsMore && !control.isStopped
        }
        try probe.closeAll()
        if !end.wantsMore || control.isStopped { return false }
        return try matched.map { try stage.putOutBuildRows(table, matched: [$0], push) } ?? true
      }
    }
  }
}

/// Hands batches to a source's reader.
private final class PushingConsumer: BatchConsumer {
  private let take: (Batch) throws -> Bool
  private(set) var wantsMore = true

  init(_ take: @escaping (Batch) throws -> Bool) {
    self.take = take
    super.init(statistics: nil)
  }

  override func consume(_ batch: Batch) throws {
    if wantsMore { wantsMore = try take(batch) }
  }
}
