import ColumnFormat

/// An aggregation with columns as positions in the input batch.
struct AggregateShape: Sendable {
  /// One aggregate function.
  struct Call: Sendable {
    var function: AggregateFunction
    var arguments: [Int]
    var filter: Int?
    /// For `array_agg(x ORDER BY y)`.
    var order: [RowOrder.Key]
    /// Types of `arguments` and then of the columns in `order`, whose rows are kept to be sorted.
    var keptTypes: [SQLType] = []

    var isOrdered: Bool { !order.isEmpty }
  }

  /// A way in which every input row is grouped; GROUPING SETS have several.
  struct Pass: Sendable {
    /// For each key: its position in the input, or nil where the pass groups by null.
    var keys: [Int?]
    /// Which calls are updated by the pass.
    var calls: [Int]
    /// Whether this is the empty set, which has a group even when there are no rows.
    var isGrandTotal: Bool
  }

  /// Types of the keys; with several passes the pass's number is the last key.
  var keyTypes: [SQLType]
  var calls: [Call]
  var passes: [Pass]

  var hasPassKey: Bool { passes.count > 1 }
  /// Whether there is exactly one group.
  var isSingleGroup: Bool { keyTypes.isEmpty }

  /// The key columns of a pass.
  func keyColumns(_ pass: Int, of batch: Batch) -> [Column] {
    var columns: [Column] = []
    for (index, position) in passes[pass].keys.enumerated() {
      columns.append(
        position.map { batch.columns[$0] } ?? keyTypes[index].nulls(count: batch.rowCount)
      )
    }
    if hasPassKey {
      columns.append(.constant(.int(Int64(pass)), .int32, count: batch.rowCount))
    }
    return columns
  }
}
