import ColumnFormat
import Synchronization

/// Rows that wait for their partition's next file, shared by all workers.
///
/// Memory is bounded: when the rows that wait take too much, the partitions with the most become
/// files until half of it is free, and what is left of the others is copied together, because a
/// partition's rows are views of blocks that many partitions share.
final class PartitionedRows: @unchecked Sendable {
  struct Waiting {
    var batches: [Batch] = []
    var rowCount = 0
    var byteCount = 0
  }

  private struct State {
    var waiting: [String: Waiting] = [:]
    var byteCount = 0
  }

  private let state = Monitor()
  private var rows = State()
  private let byteCountMax: Int

  private let types: [SQLType]

  init(_ types: [SQLType], byteCountMax: Int) {
    self.types = types
    self.byteCountMax = byteCountMax
  }

  /// Adds rows of some folders.
  ///
  /// - Returns: What has to become files now; to be written by the caller.
  func add(_ parts: [(folder: String, batch: Batch)], byteCount: Int, rowCount: Int)
    -> [(folder: String, rows: Waiting)]
  {
    state.locked {
      for part in parts {
        let share = byteCount * part.batch.rowCount / max(rowCount, 1)
        rows.waiting[part.folder, default: Waiting()].batches.append(part.batch)
        rows.waiting[part.folder, default: Waiting()].rowCount += part.batch.rowCount
        rows.waiting[part.folder, default: Waiting()].byteCount += share
      }
      rows.byteCount += byteCount
      return rows.byteCount > byteCountMax ? takeLargest() : []
    }
  }

  private func takeLargest() -> [(folder: String, rows: Waiting)] {
    var taken: [(folder: String, rows: Waiting)] = []
    let largest = rows.waiting.sorted {
      $0.value.byteCount != $1.value.byteCount
        ? $0.value.byteCount > $1.value.byteCount : $0.key < $1.key
    }
    var left = rows.waiting.values.reduce(0) { $0 + $1.byteCount }
    let wanted = left / 2
    for (folder, waiting) in largest {
      if left > wanted {
        left -= waiting.byteCount
        taken.append((folder, waiting))
        rows.waiting[folder] = nil
      } else {
        let copy = RowCollection(types)
        for batch in waiting.batches { copy.append(batch) }
        rows.waiting[folder]?.batches = [copy.finish()]
      }
    }
    rows.byteCount = left
    return taken
  }

  /// Everything that still waits, the folders in order.
  func takeAll() -> [(folder: String, rows: Waiting)] {
    state.locked {
      let all = rows.waiting.sorted { $0.key < $1.key }.map { (folder: $0.key, rows: $0.value) }
      rows = State()
      return all
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
