import ColumnFormat

/// A quantile digest: counts of values in ever wider ranges of a binary tree.
///
/// A node of level `l` counts values that agree in all but their lowest `l` bits. Small counts move
/// to the parent until no more than a share of all values can be misplaced; what is exact stays
/// exact. Shrivastava et al., *Medians and Beyond*, SenSys 2004.
///
/// ```
///   0 · error Double · min Int64 · max Int64 · weight Double · count Int32
///   · count × (level UInt8 · bits UInt64 · weight Double)
/// ```
struct QuantileTree: Sketch {
  static let typeName = "qdigest"
  static let standardError = 0.01

  private struct Node: Hashable {
    var level: UInt8
    /// The value's bits, the lowest `level` of them zero.
    var bits: UInt64
  }

  /// The share of all values by which a rank may be wrong.
  private let error: Double
  private var counts: [Node: Double] = [:]
  private var total = 0.0
  private var minimum = Int64.max
  private var maximum = Int64.min
  private var compressAt: Int

  /// - Throws: For an error out of range.
  init(error: Double = QuantileTree.standardError) throws {
    guard error > 0, error < 1 else {
      throw SQLError(.invalidArgument, "Percentile accuracy must be exclusively between 0 and 1")
    }
    self.error = error
    compressAt = Int(min(192 / error, 1e6))
  }

  /// A number as an integer of the same order, which the tree sorts by.
  static func ordered(_ value: Double) -> Int64 {
    // Of -0 and 0 one is kept.
    let bits = Int64(bitPattern: (value == 0 ? 0 : value).bitPattern)
    return bits < 0 ? bits ^ Int64.max : bits
  }

  /// The number of an integer made by `ordered`.
  static func double(_ ordered: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: ordered < 0 ? ordered ^ Int64.max : ordered))
  }

  // MARK: Adding

  mutating func add(_ value: Int64, weight: Double = 1) {
    minimum = min(minimum, value)
    maximum = max(maximum, value)
    total += weight
    counts[Node(level: 0, bits: QuantileTree.flipped(value)), default: 0] += weight
    if counts.count > compressAt { compress() }
  }

  mutating func merge(_ other: QuantileTree) throws {
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    total += other.total
    for (node, weight) in other.counts { counts[node, default: 0] += weight }
    if counts.count > compressAt { compress() }
  }

  /// Unsigned, in the same order.
  private static func flipped(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) ^ 1 << 63 }

  private mutating func compress() {
    // A path of 64 nodes may each hold this much that lies elsewhere in its range.
    let limit = total * error / 64
    for level in UInt8(0)..<63 {
      let own = counts.keys.filter { $0.level == level }
      for node in own {
        guard let weight = counts[node] else { continue }
        let sibling = Node(level: level, bits: node.bits ^ 1 << UInt64(level))
        let parent = Node(level: level + 1, bits: node.bits & ~(1 << UInt64(level)))
        let sum = weight + (counts[sibling] ?? 0) + (counts[parent] ?? 0)
        guard sum <= limit else { continue }
        counts[node] = nil
        counts[sibling] = nil
        counts[parent] = sum
      }
    }
    // Where values are too different to be united, the next attempt waits for twice as many.
    compressAt = max(compressAt, counts.count * 2)
  }

  // MARK: Reading

  private static func upper(_ node: Node) -> UInt64 {
    node.bits | ((1 << UInt64(node.level)) &- 1)
  }

  /// Nodes in the order in which their values end, narrow ranges first.
  private func nodes() -> [(node: Node, weight: Double)] {
    counts.map { ($0.key, $0.value) }.sorted {
      let left = QuantileTree.upper($0.0)
      let right = QuantileTree.upper($1.0)
      return left < right || (left == right && $0.0.level < $1.0.level)
    }
  }

  /// The values at quantiles of 0...1; nil where nothing was added.
  func values(at quantiles: [Double]) -> [Int64]? {
    guard total > 0 else { return nil }
    let nodes = nodes()
    return quantiles.map { quantile in
      if quantile <= 0 { return minimum }
      let wanted = quantile * total
      var seen = 0.0
      for (node, weight) in nodes {
        seen += weight
        if seen > wanted {
          let value = Int64(bitPattern: QuantileTree.upper(node) ^ 1 << 63)
          return min(max(value, minimum), maximum)
        }
      }
      return maximum
    }
  }

  /// The share of values up to one; nil where nothing was added.
  func quantile(of value: Int64) -> Double? {
    guard total > 0 else { return nil }
    let bits = QuantileTree.flipped(value)
    let below = nodes().reduce(0) { QuantileTree.upper($1.node) < bits ? $0 + $1.weight : $0 }
    return below / total
  }

  // MARK: Bytes

  func serialized() -> [UInt8] {
    var bytes: [UInt8] = [0]
    bytes.append(littleEndian: error)
    bytes.append(littleEndian: minimum)
    bytes.append(littleEndian: maximum)
    bytes.append(littleEndian: total)
    bytes.append(littleEndian: Int32(counts.count))
    for (node, weight) in nodes() {
      bytes.append(node.level)
      bytes.append(littleEndian: node.bits)
      bytes.append(littleEndian: weight)
    }
    return bytes
  }

  init?(serialized bytes: [UInt8]) {
    var reader = SketchReader(bytes)
    guard reader.number(UInt8.self) == 0, let error = reader.double(),
      let minimum = reader.number(Int64.self), let maximum = reader.number(Int64.self),
      let total = reader.double(), total >= 0, total.isFinite,
      let count = reader.number(Int32.self), count >= 0, reader.remainingCount == Int(count) * 17,
      let empty = try? QuantileTree(error: error)
    else { return nil }
    self = empty
    self.minimum = minimum
    self.maximum = maximum
    self.total = total
    for _ in 0..<count {
      guard let level = reader.number(UInt8.self), level < 64,
        let bits = reader.number(UInt64.self), let weight = reader.double(), weight > 0
      else { return nil }
      counts[Node(level: level, bits: bits)] = weight
    }
  }

  var byteCount: Int { counts.capacity * 32 + 64 }
}
