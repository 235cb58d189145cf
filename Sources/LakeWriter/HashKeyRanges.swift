import RowFormat

/// Even ranges of Kinesis's hash keys: which shard records of a key belong to.
///
/// A record's hash key is the MD5 of its partition key as a 128-bit number; shard `i` of `n` takes those
/// from `i·2¹²⁸/n` to `(i+1)·2¹²⁸/n - 1` (Kinesis Data Streams, `HashKeyRange`, both ends included).
public struct HashKeyRanges: Sendable, Equatable {
  /// The number of shards.
  public let count: Int

  /// As many ranges as shards, one at least.
  public init(count: Int) {
    precondition(count > 0, "there must be a shard")
    self.count = count
  }

  /// The hash key of a partition key.
  package static func hashKey(_ partitionKey: String) -> UInt128 {
    MD5.digest(Array(partitionKey.utf8)).reduce(0) { $0 << 8 | UInt128($1) }
  }

  /// The first and the last hash key of a shard.
  package func range(of shard: Int) -> ClosedRange<UInt128> {
    let first = HashKeyRanges.start(shard, count)
    return first...(shard + 1 == count ? .max : HashKeyRanges.start(shard + 1, count) - 1)
  }

  /// The shard that a hash key falls in.
  package func shard(of hashKey: UInt128) -> Int {
    // ⌊key·n / 2¹²⁸⌋ is the shard or, where the division of the ranges rounds, the one after it.
    let guess = Int(hashKey.multipliedFullWidth(by: UInt128(count)).high)
    return range(of: guess).contains(hashKey)
      ? guess : hashKey < range(of: guess).lowerBound ? guess - 1 : guess + 1
  }

  /// The shard of a partition key.
  package func shard(of partitionKey: String) -> Int {
    shard(of: HashKeyRanges.hashKey(partitionKey))
  }

  /// The shard's id as Kinesis writes it.
  package static func id(_ shard: Int) -> String { "shardId-" + padded(Int64(shard), 12) }

  /// ⌊shard·2¹²⁸ / count⌋.
  private static func start(_ shard: Int, _ count: Int) -> UInt128 {
    if shard == 0 { return 0 }
    return UInt128(count).dividingFullWidth((high: UInt128(shard), low: 0)).quotient
  }
}
