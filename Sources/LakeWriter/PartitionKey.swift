/// What the records of one file have in common: a piece of time, and the keys that a query or a
/// transform gave them.
struct PartitionKey: Hashable, Comparable, Sendable {
  var time: PartitionTime
  /// The values of the prefix's keys, in the order of ``PathTemplate/keys``.
  var values: [String] = []

  static func < (left: PartitionKey, right: PartitionKey) -> Bool {
    if left.time != right.time { return left.time < right.time }
    return left.values.lexicographicallyPrecedes(right.values)
  }
}
