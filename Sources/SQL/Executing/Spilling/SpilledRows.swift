import ColumnFormat

/// Rows in a query's temporary file, in the order in which they were added.
///
/// Any worker may add to them.
final class SpilledRows: @unchecked Sendable {
  let types: [SQLType]
  private let store: SpillStore
  private let statistics: OperatorStatistics?
  private let monitor = Monitor()
  private(set) var blocks: [SpillBlock] = []
  private(set) var rowCount = 0
  /// Bytes in the file.
  private(set) var byteCount = 0

  /// - Parameters:
  ///   - types: Of the columns.
  ///   - store: The query's temporary file.
  ///   - statistics: The operator that is short of memory.
  init(_ types: [SQLType], _ store: SpillStore, statistics: OperatorStatistics?) {
    self.types = types
    self.store = store
    self.statistics = statistics
  }

  /// Adds a batch, as several blocks where it is large; `byteCount` is about what it takes.
  func append(_ batch: Batch, byteCount: Int) throws(SQLError) {
    if batch.rowCount == 0 { return }
    let parts = max(byteCount / store.blockByteCount, 1)
    let step = min(max(batch.rowCount / parts, 16), 1 << 16)
    var bytes = BufferBuilder<UInt8>(capacity: min(byteCount, store.blockByteCount) * 2)
    var start = 0
    while start < batch.rowCount {
      let end = min(start + step, batch.rowCount)
      bytes.removeAll()
      SpillFormat.append(batch.slice(start..<end).columns, to: &bytes)
      let block = try store.write(
        UnsafeRawBufferPointer(bytes.finish().values),
        rowCount: end - start
      )
      statistics?.add(spilledByteCount: block.byteCount)
      monitor.locked {
        blocks.append(block)
        rowCount += block.rowCount
        self.byteCount += block.byteCount
      }
      start = end
    }
  }

  /// Adds rows in an order, of which they have none yet.
  func append(sorted rows: RowCollection, by order: RowOrder) throws(SQLError) {
    let batch = rows.finish()
    let permutation = RowSorter.permutation(batch, order)
    let step = 1 << 14
    var start = 0
    while start < batch.rowCount {
      let end = min(start + step, batch.rowCount)
      let part = batch.taking(permutation.slice(start..<end))
      try append(part, byteCount: rows.byteCount / batch.rowCount * part.rowCount)
      start = end
    }
  }

  /// The rows of one block.
  func read(_ block: SpillBlock) throws(SQLError) -> Batch {
    SpillFormat.batch(try store.read(block), types, rowCount: block.rowCount)
  }

  /// Hands over all rows, until `body` returns false.
  func forEach(_ body: (Batch) throws -> Bool) throws {
    for block in blocks where try !body(try read(block)) { return }
  }

  /// Nobody reads the rows any more.
  func discard() {
    for block in blocks { store.discard(block) }
    blocks = []
    rowCount = 0
    byteCount = 0
  }
}
