import Catalog
import ColumnFormat

/// A worker that sorts rows by their partition and bucket.
final class PartitionConsumer: BatchConsumer {
  /// Rows that are sorted at once: enough that a partition in a few hundred gets a run of them.
  private static let rowCountGathered = 1 << 16

  private let sink: WriteSink
  private let rows: PartitionedRows
  private let control: RunControl
  /// The most bytes that are sorted at once, where rows are long or memory is short.
  private let byteCountGathered: Int
  private let keys: [Field]
  private let buckets: WriteBuckets?
  private let fieldCount: Int
  private let encoder: KeyEncoder
  private let table: GroupTable
  /// Where the rows of each group belong.
  private var places: [FilePlace] = []
  private var gathered: [Batch] = []
  private var gatheredCount = 0
  private var gatheredByteCount = 0

  init(_ sink: WriteSink, _ rows: PartitionedRows, _ worker: WorkerContext) {
    self.sink = sink
    self.rows = rows
    control = worker.control
    byteCountGathered = sink.byteCountMax / (8 * worker.count)
    keys = sink.plan.keys
    fieldCount = sink.plan.fields.count
    buckets = sink.plan.buckets
    let types = sink.plan.keys.map { SQLType($0.type) }
    let layout = KeyLayout(buckets == nil ? types : types + [.integer])
    encoder = KeyEncoder(layout)
    table = GroupTable(layout)
    super.init(statistics: sink.statistics)
  }

  override func consume(_ batch: Batch) throws {
    gathered.append(batch)
    gatheredCount += batch.rowCount
    gatheredByteCount += batch.columns.reduce(0) { $0 + $1.byteCountEstimate }
    count(rowsOut: batch.rowCount)
    if gatheredCount >= PartitionConsumer.rowCountGathered || gatheredByteCount >= byteCountGathered
    {
      try scatter()
    }
  }

  override func close() throws { try scatter() }

  private func scatter() throws {
    if gatheredCount == 0 { return }
    let batch = Batch.concatenate(gathered)
    gathered.removeAll(keepingCapacity: true)
    gatheredCount = 0
    gatheredByteCount = 0
    let rowCount = batch.rowCount
    let bucketNumbers = buckets?.numbers(batch)
    let keyColumns = Array(batch.columns[fieldCount...]) + [bucketNumbers].compactMap { $0 }
    encoder.encode(keyColumns, rowCount: rowCount)
    let groups = Buffer<UInt32>(count: rowCount)
    table.resolve(
      words: encoder.words,
      hashes: encoder.hashes,
      rowCount: rowCount,
      groups: groups.base
    )
    var ends = [Int](repeating: 0, count: table.count + 1)
    for row in 0..<rowCount {
      let group = Int(groups.base[row])
      // A new group's first row has its values.
      if group == places.count { places.append(place(keyColumns, row)) }
      ends[group + 1] += 1
    }
    for group in 0..<table.count { ends[group + 1] += ends[group] }
    let order = Buffer<UInt32>(count: rowCount)
    var next = ends
    for row in 0..<rowCount {
      let group = Int(groups.base[row])
      order.base[next[group]] = UInt32(truncatingIfNeeded: row)
      next[group] += 1
    }
    let sorted = Batch(
      columns: batch.columns[..<fieldCount].map { $0.taking(order) },
      rowCount: rowCount
    )
    var parts: [(place: FilePlace, batch: Batch)] = []
    for group in 0..<table.count where ends[group] < ends[group + 1] {
      parts.append((places[group], sorted.slice(ends[group]..<ends[group + 1])))
    }
    let byteCount = sorted.columns.reduce(0) { $0 + $1.byteCountEstimate }
    try rows.add(parts, byteCount: byteCount, rowCount: rowCount)
    // Nothing else of these rows may be held while others are written.
    parts = []
    try sink.writeDue(rows, control)
  }

  private func place(_ columns: [Column], _ row: Int) -> FilePlace {
    var bucket: Int?
    if buckets != nil, case .int(let number)? = columns.last?.scalar(at: row) {
      bucket = Int(number)
    }
    return FilePlace(folder: folder(columns, row), bucket: bucket)
  }

  private func folder(_ columns: [Column], _ row: Int) -> String {
    if keys.isEmpty { return "" }
    let values = zip(columns, keys).map { column, key -> String? in
      let text = PartitionValue.text(column.scalar(at: row), key.type)
      // A folder's name cannot be empty after the sign, so Hive takes an empty text for null; so is
      // the name that stands for it.
      return text?.isEmpty == true || text == PartitionPath.nullName ? nil : text
    }
    let folder = PartitionPath.folder(keys: keys.map(\.name), values: values)
    sink.note(folder: folder, values)
    return folder
  }
}
