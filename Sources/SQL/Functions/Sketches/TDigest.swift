import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// A merging t-digest in the layout that Trino and Athena keep in tables.
///
/// ```
///   0 · min · max · compression · weight (doubles) · count Int32 · count means · count weights
/// ```
///
/// Dunning & Ertl, *Computing Extremely Accurate Quantiles Using t-Digests*, 2019; scale function k₁.
struct TDigest: Sketch {
  static let typeName = "tdigest"
  /// What `tdigest_agg` takes unless told.
  static let standardCompression = 100.0
  private static let compressionMax = 1000.0
  private static let centroidCountMax = 65_536

  private struct Centroid {
    var mean: Double
    var weight: Double
  }

  private let compression: Double
  private var minimum = Double.infinity
  private var maximum = -Double.infinity
  private var total = 0.0
  /// In order of their means, as far as `sortedCount` says.
  private var centroids: [Centroid] = []
  private var sortedCount = 0

  /// - Throws: For a compression out of range.
  init(compression: Double = TDigest.standardCompression) throws {
    guard compression >= 10, compression <= TDigest.compressionMax else {
      throw SQLError(
        .invalidArgument,
        "compression factor must be between 10 and 1000: \(compression)"
      )
    }
    self.compression = compression
  }

  // MARK: Adding

  /// Adds a value as often as its weight says.
  mutating func add(_ value: Double, weight: Double = 1) throws {
    guard value.isFinite else {
      throw SQLError(.invalidArgument, "Cannot add NaN or infinity to t-digest")
    }
    guard weight > 0, weight.isFinite else {
      throw SQLError(.invalidArgument, "weight must be > 0")
    }
    minimum = min(minimum, value)
    maximum = max(maximum, value)
    total += weight
    centroids.append(Centroid(mean: value, weight: weight))
    if centroids.count - sortedCount >= Int(compression) * 5 { compress() }
  }

  mutating func merge(_ other: TDigest) throws {
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    total += other.total
    centroids += other.centroids
    compress()
  }

  /// Sorts the centroids, and unites neighbours while there are more than the compression allows.
  private mutating func compress() {
    defer { sortedCount = centroids.count }
    centroids.sort { $0.mean < $1.mean }
    guard Double(centroids.count) > compression * 2, var current = centroids.first else { return }
    var united: [Centroid] = []
    var before = 0.0
    var limit = total * reach(from: 0)
    for next in centroids.dropFirst() {
      if before + current.weight + next.weight <= limit {
        current.weight += next.weight
        current.mean += (next.mean - current.mean) * next.weight / current.weight
      } else {
        before += current.weight
        united.append(current)
        limit = total * reach(from: before / total)
        current = next
      }
    }
    united.append(current)
    centroids = united
  }

  /// How far a centroid that begins at a quantile may reach.
  private func reach(from quantile: Double) -> Double {
    let k = compression / (2 * Double.pi) * asin(2 * min(max(quantile, 0), 1) - 1) + 1
    return (sin(min(2 * Double.pi * k / compression, Double.pi / 2)) + 1) / 2
  }

  private mutating func sort() {
    if sortedCount < centroids.count { compress() }
  }

  // MARK: Reading

  /// The value at a quantile of 0...1; NaN where nothing was added.
  mutating func value(at quantile: Double) -> Double {
    sort()
    guard let first = centroids.first, let last = centroids.last else { return .nan }
    if centroids.count == 1 { return first.mean }
    let wanted = quantile * total
    if wanted < 1 { return minimum }
    if wanted > total - 1 { return maximum }
    // Half of the outermost centroids lies beyond their means, towards minimum and maximum.
    if first.weight > 1, wanted < first.weight / 2 {
      return minimum + (wanted - 1) / (first.weight / 2 - 1) * (first.mean - minimum)
    }
    if last.weight > 1, total - wanted <= last.weight / 2 {
      if last.weight <= 2 { return last.mean }
      return maximum - (total - wanted - 1) / (last.weight / 2 - 1) * (maximum - last.mean)
    }
    var middle = first.weight / 2
    for (left, right) in zip(centroids, centroids.dropFirst()) {
      let step = (left.weight + right.weight) / 2
      defer { middle += step }
      guard middle + step > wanted else { continue }
      // A single value is exact: it takes half a place on both sides and is not blended.
      var leftEdge = 0.0
      var rightEdge = 0.0
      if left.weight == 1 {
        if wanted - middle < 0.5 { return left.mean }
        leftEdge = 0.5
      }
      if right.weight == 1 {
        if middle + step - wanted <= 0.5 { return right.mean }
        rightEdge = 0.5
      }
      let toLeft = wanted - middle - leftEdge
      let toRight = middle + step - wanted - rightEdge
      return (left.mean * toRight + right.mean * toLeft) / (toLeft + toRight)
    }
    return maximum
  }

  /// The share of the weight that lies below a value, equal ones by half; NaN where nothing was
  /// added.
  mutating func quantile(of value: Double) -> Double {
    sort()
    guard total > 0 else { return .nan }
    if value < minimum { return 0 }
    if value > maximum { return 1 }
    var before = 0.0
    var equal = 0.0
    var previous: (mean: Double, rank: Double) = (minimum, 0)
    for centroid in centroids {
      if centroid.mean == value {
        equal += centroid.weight
      } else if centroid.mean > value {
        if equal > 0 { break }
        let rank = before + centroid.weight / 2
        let width = centroid.mean - previous.mean
        let share = width > 0 ? (value - previous.mean) / width : 1
        return (previous.rank + (rank - previous.rank) * share) / total
      } else {
        previous = (centroid.mean, before + centroid.weight / 2)
        before += centroid.weight
      }
    }
    if equal > 0 { return (before + equal / 2) / total }
    let width = maximum - previous.mean
    let share = width > 0 ? (value - previous.mean) / width : 1
    return (previous.rank + (total - previous.rank) * share) / total
  }

  // MARK: Bytes

  mutating func serialized() -> [UInt8] {
    sort()
    var bytes: [UInt8] = [0]
    for number in [minimum, maximum, compression, total] { bytes.append(littleEndian: number) }
    bytes.append(littleEndian: Int32(centroids.count))
    for centroid in centroids { bytes.append(littleEndian: centroid.mean) }
    for centroid in centroids { bytes.append(littleEndian: centroid.weight) }
    return bytes
  }

  init?(serialized bytes: [UInt8]) {
    var reader = SketchReader(bytes)
    guard reader.number(UInt8.self) == 0, let minimum = reader.double(),
      let maximum = reader.double(), let compression = reader.double(), let total = reader.double(),
      let count = reader.number(Int32.self), count >= 0, count <= TDigest.centroidCountMax,
      reader.remainingCount == Int(count) * 16, total >= 0, total.isFinite,
      let empty = try? TDigest(compression: compression)
    else { return nil }
    self = empty
    self.minimum = minimum
    self.maximum = maximum
    self.total = total
    let means = (0..<count).compactMap { _ in reader.double() }
    for mean in means {
      guard mean.isFinite, let weight = reader.double(), weight > 0, weight.isFinite else {
        return nil
      }
      centroids.append(Centroid(mean: mean, weight: weight))
    }
  }

  var byteCount: Int { centroids.capacity * 16 + 64 }
}
