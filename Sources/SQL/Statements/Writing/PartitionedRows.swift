import ColumnFormat

/// What has a file of its own: a partition's folder, or a bucket in it.
struct FilePlace: Hashable, Comparable, Sendable {
  /// The partition's folder within the table's; empty without partitions.
  var folder: String
  /// Counted from zero; nil without buckets.
  var bucket: Int?

  static func < (left: FilePlace, right: FilePlace) -> Bool {
    (left.folder, left.bucket ?? 0) < (right.folder, right.bucket ?? 0)
  }
}

/// Rows that wait for their partition's next row group, shared by all workers.
///
/// Memory is bounded and counted in the query's budget: when the rows that wait take too much, the
/// partitions with the most are due until a quarter of it is left. All workers write what is due
/// before they bring more. What is left of the others is copied together, because a partition's rows
/// are views of blocks that many partitions share.
final class PartitionedRows: @unchecked Sendable {
  struct Waiting {
    var place: FilePlace
    var batches: [Batch] = []
    var rowCount = 0
    var byteCount = 0
  }

  private let monitor = Monitor()
  private var waiting: [FilePlace: Waiting] = [:]
  private var waitingByteCount = 0
  private var due: [Waiting] = []
  /// What is due or being written.
  private var dueByteCount = 0
  private let byteCountMax: Int
  private let account: MemoryAccount
  private let types: [SQLType]

  /// - Parameters:
  ///   - types: Of the columns.
  ///   - byteCountMax: About the most that the rows may take.
  ///   - account: The query's, which may leave less.
  init(_ types: [SQLType], byteCountMax: Int, account: MemoryAccount) {
    self.types = types
    self.byteCountMax = byteCountMax
    self.account = account
  }

  /// Adds rows of some places, which take `byteCount` together.
  func add(_ parts: [(place: FilePlace, batch: Batch)], byteCount: Int, rowCount: Int) throws {
    try monitor.locked {
      for part in parts {
        let share = byteCount * part.batch.rowCount / max(rowCount, 1)
        waiting[part.place, default: Waiting(place: part.place)].add(part.batch, share)
      }
      waitingByteCount += byteCount
      let all = waitingByteCount + dueByteCount
      // A query that has little memory left makes smaller row groups.
      let isCrowded = try account.isCrowded(all, share: 2)
      if isCrowded || waitingByteCount > byteCountMax { makeDue() }
    }
  }

  private func makeDue() {
    let largest = waiting.values.sorted {
      $0.byteCount != $1.byteCount ? $0.byteCount > $1.byteCount : $0.place < $1.place
    }
    let wanted = waitingByteCount / 4
    for part in largest {
      if waitingByteCount > wanted {
        waitingByteCount -= part.byteCount
        dueByteCount += part.byteCount
        due.append(part)
        waiting[part.place] = nil
      } else if part.batches.count > 1 {
        waiting[part.place]?.batches = [Batch.concatenate(part.batches)]
      }
    }
  }

  /// Takes something that has to be written now; ``finish(_:)`` follows.
  func next() -> Waiting? { monitor.locked { due.popLast() } }

  /// What was due is written, and its memory free.
  func finish(_ byteCount: Int) throws {
    try monitor.locked {
      dueByteCount -= byteCount
      try account.set(waitingByteCount + dueByteCount)
    }
  }

  /// Everything that still waits, the places in order.
  func takeAll() -> [Waiting] {
    monitor.locked {
      let all = waiting.values.sorted { $0.place < $1.place }
      waiting = [:]
      dueByteCount += waitingByteCount
      waitingByteCount = 0
      return all
    }
  }
}

extension PartitionedRows.Waiting {
  fileprivate mutating func add(_ batch: Batch, _ byteCount: Int) {
    batches.append(batch)
    rowCount += batch.rowCount
    self.byteCount += byteCount
  }

  /// The rows in batches that are worth their handling: thousands of slices of few rows would cost
  /// more than their values, and all rows at once would be in memory twice.
  func forEachBatch(_ body: (Batch) throws -> Void) throws {
    var start = 0
    while start < batches.count {
      var end = start
      var gathered = 0
      repeat {
        gathered += batches[end].rowCount
        end += 1
      } while end < batches.count && gathered + batches[end].rowCount <= 1 << 15
      try body(Batch.concatenate(Array(batches[start..<end])))
      start = end
    }
  }
}

extension Column {
  /// About how much memory the rows take.
  var byteCountEstimate: Int {
    switch form {
    case .constant: 0
    case .dictionary: count * 4
    case .runs(_, let values): values.byteCountEstimate(count: count)
    case .flat(let values): values.byteCountEstimate(count: count)
    }
  }
}

extension Values {
  fileprivate func byteCountEstimate(count: Int) -> Int {
    switch self {
    case .boolean, .int8: count
    case .int16: count * 2
    case .int32, .float32: count * 4
    case .int64, .float64: count * 8
    case .int128: count * 16
    case .bytes(let views, _):
      // Long texts lie elsewhere; a few of them tell the rest.
      count * 16 + Values.heapByteCount(views, count: count)
    case .list(_, let elements): count * 4 + elements.byteCountEstimate
    case .row(let parts): parts.reduce(0) { $0 + $1.byteCountEstimate }
    }
  }

  private static func heapByteCount(_ views: Buffer<ByteView>, count: Int) -> Int {
    let step = max(1, count / 64)
    var byteCount = 0
    var seen = 0
    var row = 0
    while row < count {
      byteCount += (views.base + row).bytes.count
      seen += 1
      row += step
    }
    return seen == 0 ? 0 : byteCount / seen * count
  }
}
