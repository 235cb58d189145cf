import ColumnFormat
import Synchronization

/// What a top-n says about the first sort key's column in the scan below: later than the worst row that
/// is still wanted, a row is of no use.
///
/// The worst row gets better while the scan runs, so row groups and pages that looked useful at the
/// start may be left out later.
final class TopNFilter: DynamicFilter, @unchecked Sendable {
  private let key: RowOrder.Key
  private let type: SQLType
  /// Set when the sink is made, before any row is read.
  var sink: TopNSink?

  /// A filter by the first key of an order; `type` is the key's.
  init(_ key: LogicalPlan.SortKey) {
    self.key = RowOrder.Key(
      column: 0,
      isDescending: key.isDescending,
      nullsFirst: key.nullsFirst
    )
    type = key.column.type
  }

  override var changes: Bool { true }

  override func select(_ column: Column) -> Buffer<UInt32>? {
    guard let threshold = sink?.threshold.load(ordering: .relaxed), threshold < .max else {
      return nil
    }
    // Further keys would only add to the word, so what is above the threshold without them is so.
    let words = SortWords(
      Batch(columns: [column], rowCount: column.count),
      RowOrder(keys: [key]),
      wordCountMax: 1
    )
    let rows = Buffer<UInt32>(count: column.count)
    var count = 0
    let base = words.words.base
    for row in 0..<column.count {
      rows.base[count] = UInt32(truncatingIfNeeded: row)
      count &+= Int(truncatingIfNeeded: UInt8(base[row] <= threshold ? 1 : 0))
    }
    return rows.slice(0..<count)
  }

  override func conditions(_ id: ColumnID) -> [PruningPredicate] {
    guard let worst = sink?.worstKey, !worst.isNull, isInBoundsOrder else { return [] }
    let comparison: PruningPredicate.Comparison = key.isDescending ? .greaterOrEqual : .lessOrEqual
    let condition = PruningPredicate.compare(id, comparison, worst)
    return [key.nullsFirst ? .or([.isNull(id), condition]) : condition]
  }

  /// Whether bounds of column chunks are in the order of the sort: not where NaN may hide.
  private var isInBoundsOrder: Bool {
    switch type {
    case .tinyint, .smallint, .integer, .bigint, .date, .timestamp, .decimal, .varchar: true
    default: false
    }
  }
}
