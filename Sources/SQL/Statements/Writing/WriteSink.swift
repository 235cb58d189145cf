import Catalog
import ColumnFormat
import Synchronization

/// A file that is written whole, and where it belongs.
struct StagedFile: Sendable, Hashable {
  /// The partition's folder within the table's; empty without partitions.
  var folder: String
  var name: String
  var rowCount: Int
}

/// The end of a pipeline whose rows go to files.
///
/// Without partitions every worker writes a file of its own. With partitions a worker gathers some
/// ten thousand rows, sorts them by their folder at once, and adds them to what waits for each folder.
final class WriteSink: Sink, @unchecked Sendable {
  let plan: WritePlan
  /// Where the files lie until they are shown.
  let staging: String
  private let statementID: String
  private let fileNumber = SharedCounter()
  private let monitor = Monitor()
  private var written: [StagedFile] = []
  /// The values of every folder seen.
  private var folderValues: [String: [String?]] = [:]
  /// The open files of the workers.
  private var open: [Int: TableFile] = [:]
  private var rows: PartitionedRows?

  init(plan: WritePlan, staging: String, statementID: String, statistics: OperatorStatistics?) {
    self.plan = plan
    self.staging = staging
    self.statementID = statementID
    super.init(statistics: statistics)
  }

  /// The files that were written, by folder and name.
  var files: [StagedFile] {
    monitor.locked { written.sorted { ($0.folder, $0.name) < ($1.folder, $1.name) } }
  }

  /// The partition values of each folder.
  var values: [String: [String?]] { monitor.locked { folderValues } }

  override func prepare(workerCount: Int, _ control: RunControl) throws {
    if !plan.keys.isEmpty && rows == nil {
      rows = PartitionedRows(
        plan.fields.map { SQLType($0.type) },
        byteCountMax: max(32 << 20, control.settings.memoryByteCount / 2)
      )
    }
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    guard let rows else { return WholeConsumer(self, worker.index) }
    return PartitionConsumer(self, rows)
  }

  // MARK: Files

  fileprivate func file(of worker: Int) throws -> TableFile {
    if let file = monitor.locked({ open[worker] }) { return file }
    let file = try TableFile.make(
      path: "\(staging)/\(nextName())",
      fields: plan.fields,
      format: plan.format
    )
    monitor.locked { open[worker] = file }
    return file
  }

  private func nextName() -> String {
    let digits = String(fileNumber.take())
    let number = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    return "\(statementID)-\(number)\(plan.format.suffix)"
  }

  fileprivate func note(folder: String, _ values: [String?]) {
    monitor.locked { folderValues[folder] = values }
  }

  /// Writes a file of a partition.
  fileprivate func write(_ folder: String, _ waiting: PartitionedRows.Waiting) throws {
    let name = nextName()
    let file = try TableFile.make(
      path: "\(staging)/\(name)",
      fields: plan.fields,
      format: plan.format
    )
    // Thousands of slices of few rows would cost more than their values.
    try file.write(Batch.concatenate(waiting.batches))
    try file.finish()
    monitor.locked {
      written.append(StagedFile(folder: folder, name: name, rowCount: waiting.rowCount))
    }
  }

  override func combine(_ control: RunControl) throws {
    let files = monitor.locked { open.values.map { $0 } }
    let held = Held(files)
    try control.parallel(files.count) { index in
      let file = held.files[index]
      try file.finish()
      let name = String(file.path.dropFirst(self.staging.utf8.count + 1))
      self.monitor.locked {
        self.written.append(StagedFile(folder: "", name: name, rowCount: file.rowCount))
      }
    }
    let left = WaitingRows(rows?.takeAll() ?? [])
    try control.parallel(left.parts.count) { index in
      try self.write(left.parts[index].folder, left.parts[index].rows)
    }
  }

  /// Files that one thread each finishes.
  private struct Held: @unchecked Sendable {
    let files: [TableFile]
    init(_ files: [TableFile]) { self.files = files }
  }

  private struct WaitingRows: @unchecked Sendable {
    let parts: [(folder: String, rows: PartitionedRows.Waiting)]
    init(_ parts: [(folder: String, rows: PartitionedRows.Waiting)]) { self.parts = parts }
  }
}

/// A worker that writes one file.
private final class WholeConsumer: BatchConsumer {
  private let sink: WriteSink
  private let worker: Int
  private var file: TableFile?

  init(_ sink: WriteSink, _ worker: Int) {
    self.sink = sink
    self.worker = worker
    super.init(statistics: sink.statistics)
  }

  override func consume(_ batch: Batch) throws {
    let file = try self.file ?? sink.file(of: worker)
    self.file = file
    try file.write(batch)
    count(rowsOut: batch.rowCount)
  }
}

/// A worker that sorts rows by their partition.
private final class PartitionConsumer: BatchConsumer {
  /// Rows that are sorted at once: enough that a partition in a few hundred gets a run of them.
  private static let rowCountGathered = 1 << 16

  private let sink: WriteSink
  private let rows: PartitionedRows
  private let keys: [Field]
  private let fieldCount: Int
  private let encoder: KeyEncoder
  private let table: GroupTable
  /// The folder of each group.
  private var folders: [String] = []
  private var gathered: [Batch] = []
  private var gatheredCount = 0

  init(_ sink: WriteSink, _ rows: PartitionedRows) {
    self.sink = sink
    self.rows = rows
    keys = sink.plan.keys
    fieldCount = sink.plan.fields.count
    let layout = KeyLayout(sink.plan.keys.map { SQLType($0.type) })
    encoder = KeyEncoder(layout)
    table = GroupTable(layout)
    super.init(statistics: sink.statistics)
  }

  override func consume(_ batch: Batch) throws {
    gathered.append(batch)
    gatheredCount += batch.rowCount
    count(rowsOut: batch.rowCount)
    if gatheredCount >= PartitionConsumer.rowCountGathered { try scatter() }
  }

  override func close() throws { try scatter() }

  private func scatter() throws {
    if gatheredCount == 0 { return }
    let batch = Batch.concatenate(gathered)
    gathered.removeAll(keepingCapacity: true)
    gatheredCount = 0
    let rowCount = batch.rowCount
    let keyColumns = Array(batch.columns[fieldCount...])
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
      if group == folders.count { folders.append(folder(keyColumns, row)) }
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
    var parts: [(folder: String, batch: Batch)] = []
    for group in 0..<table.count where ends[group] < ends[group + 1] {
      parts.append((folders[group], sorted.slice(ends[group]..<ends[group + 1])))
    }
    let byteCount = sorted.columns.reduce(0) { $0 + $1.byteCountEstimate }
    let due = rows.add(parts, byteCount: byteCount, rowCount: rowCount)
    for (folder, waiting) in due { try sink.write(folder, waiting) }
  }

  private func folder(_ columns: [Column], _ row: Int) -> String {
    let values = zip(columns, keys).map { column, key -> String? in
      let text = PartitionValue.text(column.scalar(at: row), key.type)
      // A folder's name cannot be empty after the sign, so Hive takes an empty text for null.
      return text?.isEmpty == true ? nil : text
    }
    let folder = PartitionPath.folder(keys: keys.map(\.name), values: values)
    sink.note(folder: folder, values)
    return folder
  }
}
