/// What the records of one file have in common: a piece of time, and the keys that a query or a
/// transform gave them.
struct PartitionKey: Hashable, Comparable, Sendable {
  var time: PartitionTime
  /// The values of the prefix's keys, in the order of ``PathTemplate/keys``.
  var values: [String] = []
  /// The shard of the records' hash keys; 0 where there is one for all.
  var shard = 0

  /// The partition, whatever the shard.
  var partition: PartitionKey { PartitionKey(time: time, values: values) }

  static func < (left: PartitionKey, right: PartitionKey) -> Bool {
    if left.time != right.time { return left.time < right.time }
    if left.values != right.values { return left.values.lexicographicallyPrecedes(right.values) }
    return left.shard < right.shard
  }
}
