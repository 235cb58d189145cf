import ColumnFormat
import Synchronization

/// What the groups that a LIMIT without an order lets through say about a key's column in the scan below:
/// rows with other values are of no use.
///
/// Nothing is said until there are enough groups (``ChosenGroups``), which is while the scan runs.
final class ChosenKeyFilter: DynamicFilter, @unchecked Sendable {
  /// Not touched any more once ``isKnown`` says that it is there.
  private var known: DynamicFilter?
  private let isKnown = Atomic<Bool>(false)

  /// A filter for a key of `type`; nil where values that are the same key may differ in their bits.
  init?(_ type: SQLType) {
    switch type {
    case .tinyint, .smallint, .integer, .bigint, .date, .timestamp, .decimal, .varchar: break
    default: return nil
    }
  }

  override var changes: Bool { true }

  /// Takes the values of the chosen groups, once.
  func set(_ keys: Column) {
    // A filter leaves nulls out.
    if keys.nullCount > 0 { return }
    let filter = DynamicFilter()
    filter.set(keys, table: nil)
    known = filter
    isKnown.store(true, ordering: .releasing)
  }

  override func select(_ column: Column) -> Buffer<UInt32>? {
    isKnown.load(ordering: .acquiring) ? known?.select(column) : nil
  }

  override func conditions(_ id: ColumnID) -> [PruningPredicate] {
    isKnown.load(ordering: .acquiring) ? known?.conditions(id) ?? [] : []
  }
}
