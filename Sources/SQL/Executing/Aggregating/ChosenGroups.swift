import ColumnFormat
import Synchronization

/// The groups that a LIMIT without an order lets through: the first ones that any worker meets.
///
/// Once there are enough of them, rows of other groups are of no use and need not be aggregated. Groups
/// are told apart by their hashes; where two share one, both are kept, and the limit above cuts off
/// what is too much.
final class ChosenGroups: @unchecked Sendable {
  /// More groups than this are aggregated as if there were no limit.
  static let countMax = 4096

  private let limit: Int
  private let monitor = Monitor()
  private let isComplete = Atomic<Bool>(false)
  /// Never changed once complete.
  private var hashes: Set<UInt64> = []
  /// A bit for each hash by its lowest bits, which turns away most rows.
  private var bits = [UInt64](repeating: 0, count: ChosenGroups.countMax * 16 / 64)
  /// For each key what is told to the scan.
  private let filters: [ChosenKeyFilter?]
  /// The keys of the chosen groups.
  private let chosenKeys: RowCollection

  /// - Parameters:
  ///   - limit: How many groups are wanted.
  ///   - keyTypes: Types of the keys.
  ///   - filters: For each key the filter to set.
  init(limit: Int, keyTypes: [SQLType] = [], filters: [ChosenKeyFilter?] = []) {
    self.limit = limit
    self.filters = filters
    chosenKeys = RowCollection(keyTypes)
  }

  /// Writes the rows that belong to chosen groups to `rows`, in order; how many there are.
  func select(
    _ rowHashes: UnsafePointer<UInt64>,
    keys: [Column] = [],
    rowCount: Int,
    into rows: UnsafeMutablePointer<UInt32>
  ) -> Int {
    if !isComplete.load(ordering: .acquiring) {
      return monitor.locked { choose(rowHashes, keys, rowCount, rows) }
    }
    return bits.withUnsafeBufferPointer { bits in
      var count = 0
      for row in 0..<rowCount {
        let hash = rowHashes[row]
        let place = Int(truncatingIfNeeded: hash) & (ChosenGroups.countMax * 16 - 1)
        if bits[place &>> 6] &>> UInt64(place & 63) & 1 == 0 || !hashes.contains(hash) { continue }
        rows[count] = UInt32(truncatingIfNeeded: row)
        count &+= 1
      }
      return count
    }
  }

  /// Adds groups as long as there is room.
  private func choose(
    _ rowHashes: UnsafePointer<UInt64>,
    _ keys: [Column],
    _ rowCount: Int,
    _ rows: UnsafeMutablePointer<UInt32>
  ) -> Int {
    var count = 0
    var firstRows = BufferBuilder<UInt32>()
    for row in 0..<rowCount {
      let hash = rowHashes[row]
      if !hashes.contains(hash) {
        if hashes.count >= limit { continue }
        hashes.insert(hash)
        let place = Int(truncatingIfNeeded: hash) & (ChosenGroups.countMax * 16 - 1)
        bits[place >> 6] |= 1 << UInt64(place & 63)
        firstRows.append(UInt32(truncatingIfNeeded: row))
      }
      rows[count] = UInt32(truncatingIfNeeded: row)
      count += 1
    }
    if !keys.isEmpty && firstRows.count > 0 { chosenKeys.append(keys, rows: firstRows.finish()) }
    // Another worker may have come here first.
    if hashes.count >= limit && !isComplete.load(ordering: .relaxed) {
      for (filter, column) in zip(filters, chosenKeys.finish().columns) { filter?.set(column) }
      // Others read without the lock from here on.
      isComplete.store(true, ordering: .releasing)
    }
    return count
  }
}
