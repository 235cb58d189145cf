import ColumnFormat

/// A sketch that tells how alike two sets are: the smallest hashes of its values, how often each
/// came, and a count of all.
///
/// MinHash with a single hash function (Broder, 1997). The bytes are as Trino keeps them:
///
/// ```
///   1 · Int32 byte count · HyperLogLog · Int32 most hashes · Int32 count
///   · count hashes Int64, ascending · count Int16
/// ```
struct SetDigest: Sketch {
  static let typeName = "SetDigest"
  private static let hashCountMax = 8_192

  private var sketch = HyperLogLog(bits: 11)
  /// The smallest hashes and how often each came.
  private(set) var counts: [Int64: Int16] = [:]
  /// The largest hash that is kept once there are as many as may be.
  private var largest = Int64.max

  init() {}

  // MARK: Adding

  mutating func add(_ hash: UInt64) {
    sketch.add(hash)
    add(Int64(bitPattern: hash), times: 1)
  }

  private mutating func add(_ hash: Int64, times: Int16) {
    if let count = counts[hash] {
      counts[hash] = count.addingReportingOverflow(times).overflow ? .max : count + times
    } else if counts.count < SetDigest.hashCountMax * 2 {
      if hash <= largest { counts[hash] = times }
    } else {
      shrink()
      if hash <= largest { counts[hash] = times }
    }
  }

  /// Drops all but the smallest hashes.
  private mutating func shrink() {
    guard counts.count > SetDigest.hashCountMax else { return }
    let kept = counts.keys.sorted().prefix(SetDigest.hashCountMax)
    largest = kept.last ?? .max
    counts = counts.filter { $0.key <= largest }
  }

  mutating func merge(_ other: SetDigest) throws {
    try sketch.merge(other.sketch)
    for (hash, count) in other.counts { add(hash, times: count) }
  }

  // MARK: Reading

  /// Whether all hashes are kept.
  private var isExact: Bool { counts.count < SetDigest.hashCountMax && largest == .max }

  /// How many different values there were.
  var cardinality: Int64 { isExact ? Int64(counts.count) : sketch.cardinality }

  /// The share of the values of both that are in both.
  static func similarity(_ a: SetDigest, _ b: SetDigest) -> Double {
    let size = min(a.counts.count, b.counts.count)
    guard size > 0 else { return 0 }
    let union = Set(a.counts.keys).union(b.counts.keys).sorted().prefix(size)
    let shared = union.count { a.counts[$0] != nil && b.counts[$0] != nil }
    return Double(shared) / Double(size)
  }

  /// How many values are in both.
  static func sharedCount(_ a: SetDigest, _ b: SetDigest) throws -> Int64 {
    if a.isExact && b.isExact {
      return Int64(a.counts.keys.count { b.counts[$0] != nil })
    }
    var union = a
    try union.merge(b)
    union.shrink()
    let shared = Int64((similarity(a, b) * Double(union.cardinality)).rounded())
    return min(shared, a.cardinality, b.cardinality)
  }

  // MARK: Bytes

  mutating func serialized() -> [UInt8] {
    shrink()
    let own = sketch.serialized()
    let hashes = counts.keys.sorted()
    var bytes: [UInt8] = [1]
    bytes.append(littleEndian: Int32(own.count))
    bytes += own
    bytes.append(littleEndian: Int32(SetDigest.hashCountMax))
    bytes.append(littleEndian: Int32(hashes.count))
    for hash in hashes { bytes.append(littleEndian: hash) }
    for hash in hashes { bytes.append(littleEndian: counts[hash] ?? 0) }
    return bytes
  }

  init?(serialized bytes: [UInt8]) {
    var reader = SketchReader(bytes)
    guard reader.number(UInt8.self) == 1, let size = reader.number(Int32.self),
      let own = reader.bytes(Int(size)), let sketch = HyperLogLog(serialized: own),
      reader.number(Int32.self) != nil, let count = reader.number(Int32.self), count >= 0,
      reader.remainingCount == Int(count) * 10
    else { return nil }
    self.sketch = sketch
    let hashes = (0..<count).compactMap { _ in reader.number(Int64.self) }
    for hash in hashes { counts[hash] = reader.number(Int16.self) }
    if counts.count >= SetDigest.hashCountMax { largest = hashes.max() ?? .max }
  }

  var byteCount: Int { counts.capacity * 12 + sketch.byteCount }
}
