import TestSupport
import Testing

@testable import SQL

@Suite struct SketchTests {
  @Test(arguments: [10, 100, 1_000, 20_000, 300_000])
  func `a HyperLogLog counts within three standard errors, and reads back what it wrote`(
    count: Int
  ) throws {
    var sketch = HyperLogLog.standard
    for value in 0..<UInt64(count) { sketch.add(hash(value)) }
    let error = abs(Double(sketch.cardinality) - Double(count)) / Double(count)
    #expect(error < 3 * 0.01625)
    let read = try #require(HyperLogLog(serialized: sketch.serialized()))
    #expect(read.cardinality == sketch.cardinality)
    #expect(read.serialized() == sketch.serialized())
  }

  @Test func `merged HyperLogLogs are the sketch of all, sparse or dense`() throws {
    var whole = HyperLogLog.standard
    var parts = [HyperLogLog.standard, .standard, .standard]
    for value in 0..<UInt64(3_000) {
      whole.add(hash(value))
      // The first part stays sparse.
      parts[value < 100 ? 0 : value < 1_500 ? 1 : 2].add(hash(value))
    }
    var forward = parts[0]
    try forward.merge(parts[1])
    try forward.merge(parts[2])
    var backward = parts[2]
    try backward.merge(parts[1])
    try backward.merge(parts[0])
    #expect(forward.serialized() == whole.serialized())
    #expect(backward.serialized() == whole.serialized())
  }

  @Test func `a t-digest is within a hundredth of the ranks, and at the ends exact`() throws {
    var digest = try TDigest()
    for value in 0..<100_000 { try digest.add(Double(value * 7_919 % 100_000)) }
    for quantile in stride(from: 0.01, to: 1, by: 0.07) {
      #expect(abs(digest.value(at: quantile) / 100_000 - quantile) < 0.01)
      #expect(abs(digest.quantile(of: quantile * 100_000) - quantile) < 0.01)
    }
    #expect(digest.value(at: 0) == 0)
    #expect(digest.value(at: 1) == 99_999)
    var read = try #require(TDigest(serialized: digest.serialized()))
    #expect(read.value(at: 0.3) == digest.value(at: 0.3))
  }

  @Test(arguments: [[1.0], [2, 1], [1, 2], [3, 1, 2], [1.5, 1.5], [2, 2]])
  func `a t-digest of a few weighted values gives numbers at every quantile`(
    weights: [Double]
  ) throws {
    var digest = try TDigest()
    for (index, weight) in weights.enumerated() { try digest.add(Double(index), weight: weight) }
    for step in 0...100 {
      let value = digest.value(at: Double(step) / 100)
      #expect(value >= 0 && value <= Double(weights.count - 1))
    }
  }

  @Test func `a quantile tree is within its error, whatever the order and the merges`() throws {
    var parts: [QuantileTree] = []
    for part in 0..<4 {
      var tree = try QuantileTree()
      for value in 0..<25_000 { tree.add(Int64((value * 4 + part) * 7_919 % 100_000) - 50_000) }
      parts.append(tree)
    }
    var tree = parts[0]
    for part in parts.dropFirst() { try tree.merge(part) }
    let quantiles = [0, 0.1, 0.5, 0.9, 1]
    let values = try #require(tree.values(at: quantiles))
    for (quantile, value) in zip(quantiles, values) {
      #expect(abs(Double(value + 50_000) / 100_000 - quantile) <= 0.02)
    }
    let read = try #require(QuantileTree(serialized: tree.serialized()))
    #expect(read.values(at: quantiles) == values)
  }

  @Test func `bytes that were cut or changed are no sketch, or another one`() throws {
    var sketch = HyperLogLog.standard
    for value in 0..<UInt64(2_000) { sketch.add(hash(value)) }
    var digest = try TDigest()
    var tree = try QuantileTree()
    var set = SetDigest()
    for value in 0..<50 {
      try digest.add(Double(value))
      tree.add(Int64(value))
      set.add(hash(UInt64(value)))
    }
    var random = SeededGenerator(seed: 4)
    for bytes in [
      sketch.serialized(), digest.serialized(), tree.serialized(), set.serialized(), [], [0],
      [3, 16],
    ] {
      for _ in 0..<200 {
        var damaged = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
        if !damaged.isEmpty && Bool.random(using: &random) {
          damaged = bytes
          damaged[Int.random(in: 0..<bytes.count, using: &random)] = .random(
            in: 0...255,
            using: &random
          )
        }
        _ = HyperLogLog(serialized: damaged)?.cardinality
        var read = TDigest(serialized: damaged)
        _ = read?.value(at: 0.5)
        _ = QuantileTree(serialized: damaged)?.values(at: [0.5])
        _ = SetDigest(serialized: damaged)?.cardinality
      }
    }
  }

  @Test func `SpookyHash of long messages depends on every byte`() {
    // The published vectors of Trino's tests are short; blocks of 96 bytes begin at 192.
    let message = (0..<500).map { UInt8(truncatingIfNeeded: $0 * 31) }
    var hashes: Set<UInt64> = [message.withUnsafeBytes { SpookyHash.hash($0) }]
    for index in message.indices {
      var other = message
      other[index] ^= 1
      hashes.insert(other.withUnsafeBytes { SpookyHash.hash($0) })
    }
    #expect(hashes.count == 501)
  }

  private func hash(_ value: UInt64) -> UInt64 {
    withUnsafeBytes(of: value) { Murmur3.hash64($0) }
  }
}
