/// Batches that wait until there are enough rows for several threads to be worth waking.
struct PendingBatches {
  /// A column takes a fraction of a millisecond for so many rows, a thread's start some 30 µs.
  private static let rowCountMax = 16 * Batch.rowCountTarget
  /// The most bytes that wait, for rows that are long.
  private static let byteCountMax = 16 << 20

  private(set) var batches: [Batch] = []
  private var rowCount = 0
  /// The memory that the values take, if it is measured.
  private(set) var byteCount = 0

  /// Whether to go on with what is there.
  var isEnough: Bool {
    rowCount >= PendingBatches.rowCountMax || byteCount >= PendingBatches.byteCountMax
  }

  /// Adds a batch.
  mutating func append(_ batch: Batch, isMeasured: Bool) {
    batches.append(batch)
    rowCount += batch.rowCount
    if isMeasured { byteCount += batch.columns.reduce(0) { $0 + $1.valueByteCount } }
  }

  /// Forgets all batches.
  mutating func removeAll() { self = PendingBatches() }
}

extension Column {
  /// About how many bytes the values take once they are copied out.
  fileprivate var valueByteCount: Int {
    switch form {
    case .flat(let values): values.byteCount(count)
    case .constant: 16
    // Codes are kept as codes.
    case .dictionary: count * 4
    case .runs(let ends, let values): values.byteCount(ends.count)
    }
  }
}

extension Values {
  fileprivate func byteCount(_ count: Int) -> Int {
    switch self {
    case .boolean, .int8: return count
    case .int16: return count * 2
    case .int32, .float32: return count * 4
    case .int64, .float64: return count * 8
    case .int128: return count * 16
    case .bytes(let views, _):
      var total = count * 8
      for index in 0..<count { total &+= views.base[index].count }
      return total
    case .list(let offsets, let elements):
      let members = Int(offsets[count] - offsets[0])
      return count * 4
        + (elements.count == 0 ? 0 : elements.valueByteCount * members / elements.count)
    case .row(let columns): return columns.reduce(0) { $0 + $1.valueByteCount }
    }
  }
}
