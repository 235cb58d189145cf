import ColumnFormat
import RowFormat

/// Firehose's limit of active partitions: one is active from its first record until its file is
/// delivered, and records of further ones are refused.
struct ActivePartitions {
  /// How many may be active.
  var countMax: Int
  /// Those that are.
  var keys: Set<PartitionKey>

  /// The rows whose partitions may be open; those of partitions that come first are taken.
  ///
  /// - Parameters:
  ///   - rows: The rows of a block, by partition.
  ///   - block: Where they come from.
  ///   - refused: Gets the records of partitions over the limit.
  /// - Returns: The parts that are left.
  mutating func admit(
    _ rows: SortedRows,
    of block: RecordBlock,
    refused: inout [RejectedRecord]
  ) -> [PartitionRows] {
    let parts = rows.parts.sorted { $0.rows[0] < $1.rows[0] }
    let words = "there are \(countMax) active partitions, and this would be another one"
    var admitted: [PartitionRows] = []
    for part in parts {
      if keys.contains(part.key.partition) || keys.count < countMax {
        keys.insert(part.key.partition)
        admitted.append(part)
      } else {
        refused += part.rows.values.map {
          rows.record(Int($0), of: block, .activePartitionExceeded, words)
        }
      }
    }
    return admitted
  }
}
