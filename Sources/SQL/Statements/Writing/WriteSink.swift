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
/// Without partitions and buckets every worker writes a file of its own. Otherwise a worker gathers
/// some ten thousand rows, sorts them by their folder and bucket at once, and adds them to what waits
/// for each of these. Each gets one file, with a row group whenever its rows have to leave memory.
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
  /// The open files of the workers, with what their rows take until they are written.
  private var open: [Int: (file: TableFile, account: MemoryAccount)] = [:]
  /// The open files of the folders and buckets.
  private var placeFiles: [FilePlace: PlaceFile] = [:]
  private var rows: PartitionedRows?
  /// The most bytes of rows that wait in memory, all workers and folders together.
  private(set) var byteCountMax = WriteSink.byteCountStandard

  /// Less makes row groups small where there are hundreds of folders, which costs time and space.
  private static let byteCountStandard = 448 << 20

  /// The file of a folder or bucket, which one worker at a time writes to.
  private final class PlaceFile: @unchecked Sendable {
    let name: String
    private let monitor = Monitor()
    private var file: TableFile?

    init(name: String) { self.name = name }

    func locked(_ make: () throws -> TableFile, _ body: (TableFile) throws -> Void) throws -> Int {
      try monitor.locked {
        let file = try self.file ?? make()
        self.file = file
        try body(file)
        return file.rowCount
      }
    }
  }

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
    byteCountMax = min(WriteSink.byteCountStandard, control.settings.memoryByteCount / 3)
    if (!plan.keys.isEmpty || plan.buckets != nil) && rows == nil {
      rows = PartitionedRows(
        plan.fields.map { SQLType($0.type) },
        byteCountMax: byteCountMax,
        account: MemoryAccount(control.budget, for: WriteSink.title)
      )
    }
  }

  /// What errors call this operator.
  private static let title = "WRITE"

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    guard let rows else { return WholeConsumer(self, worker) }
    return PartitionConsumer(self, rows, worker)
  }

  // MARK: Files

  fileprivate func file(of worker: WorkerContext) throws -> (TableFile, MemoryAccount) {
    if let known = monitor.locked({ open[worker.index] }) { return known }
    let file = try makeFile(nextName())
    let account = MemoryAccount(worker.control.budget, for: WriteSink.title)
    monitor.locked { open[worker.index] = (file, account) }
    return (file, account)
  }

  private func makeFile(_ name: String) throws -> TableFile {
    try TableFile.make(path: "\(staging)/\(name)", fields: plan.fields, format: plan.format)
  }

  private func nextName() -> String {
    let digits = String(fileNumber.take())
    let number = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    return "\(statementID)-\(number)\(plan.format.suffix)"
  }

  /// A bucket's number is at the beginning of its file's name; the rest tells files of one bucket in
  /// several folders apart, which lie beside each other until they are shown.
  private func name(of place: FilePlace) -> String {
    (place.bucket.map(WriteBuckets.prefix) ?? "") + nextName()
  }

  func note(folder: String, _ values: [String?]) {
    monitor.locked { folderValues[folder] = values }
  }

  /// Writes rows of a folder or bucket, whose file may get more.
  private func write(_ waiting: PartitionedRows.Waiting, isLast: Bool) throws {
    let target = monitor.locked {
      let known = placeFiles[waiting.place] ?? PlaceFile(name: name(of: waiting.place))
      placeFiles[waiting.place] = known
      return known
    }
    let rowCount = try target.locked({ try self.makeFile(target.name) }) { file in
      try waiting.forEachBatch { try file.write($0) }
      if isLast { try file.finish() } else { try file.rest() }
    }
    guard isLast else { return }
    monitor.locked {
      written.append(
        StagedFile(folder: waiting.place.folder, name: target.name, rowCount: rowCount)
      )
    }
  }

  /// Writes what has to leave memory, together with the other workers.
  func writeDue(_ rows: PartitionedRows, _ control: RunControl) throws {
    while !control.isStopped {
      // The rows are given back before the next ones are taken.
      let byteCount: Int
      do {
        guard let waiting = rows.next() else { return }
        byteCount = waiting.byteCount
        try write(waiting, isLast: false)
      }
      try rows.finish(byteCount)
    }
  }

  override func combine(_ control: RunControl) throws {
    let files = monitor.locked { open.keys.sorted().compactMap { open[$0]?.file } }
    let held = SharedValue(files)
    try control.parallel(files.count) { index in
      let file = held.value[index]
      try file.finish()
      let name = WrittenFolders.name(of: file.path)
      self.monitor.locked {
        self.written.append(StagedFile(folder: "", name: name, rowCount: file.rowCount))
      }
    }
    monitor.locked { open = [:] }
    guard let rows else { return }
    try writeDue(rows, control)
    var left = rows.takeAll()
    // Files that no more rows come for need their ends.
    let taken = Set(left.map(\.place))
    for place in monitor.locked({ placeFiles.keys.sorted() }) where !taken.contains(place) {
      left.append(PartitionedRows.Waiting(place: place))
    }
    let parts = SharedValue(left)
    try control.parallel(left.count) { try self.write(parts.value[$0], isLast: true) }
  }
}

/// A worker that writes one file.
private final class WholeConsumer: BatchConsumer {
  private let sink: WriteSink
  private let worker: WorkerContext
  private let byteCountMax: Int
  private var target: (file: TableFile, account: MemoryAccount)?

  init(_ sink: WriteSink, _ worker: WorkerContext) {
    self.sink = sink
    self.worker = worker
    byteCountMax = sink.byteCountMax / worker.count
    super.init(statistics: sink.statistics)
  }

  override func consume(_ batch: Batch) throws {
    let (file, account) = try target ?? sink.file(of: worker)
    target = (file, account)
    try file.write(batch)
    count(rowsOut: batch.rowCount)
    let byteCount = file.bufferedByteCount
    if try account.isCrowded(byteCount, share: 2 * worker.count) || byteCount > byteCountMax {
      try file.rest()
      account.release()
    }
  }
}
