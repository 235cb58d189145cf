import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Quantiles of weighted numbers: exact while there are few, then a merging t-digest.
///
/// Dunning & Ertl, *Computing Extremely Accurate Quantiles Using t-Digests*, 2019; scale function k₁.
struct QuantileDigest {
  private static let bufferCountMax = 4_096
  private static let compression = 500.0

  private struct Centroid {
    var mean: Double
    var weight: Double
  }

  private var centroids: [Centroid] = []
  private var buffer: [Centroid] = []
  private var total = 0.0

  var isEmpty: Bool { centroids.isEmpty && buffer.isEmpty }

  mutating func add(_ value: Double, weight: Double = 1) {
    buffer.append(Centroid(mean: value, weight: weight))
    total += weight
    if buffer.count >= QuantileDigest.bufferCountMax { compress() }
  }

  mutating func merge(_ other: QuantileDigest) {
    buffer += other.centroids
    buffer += other.buffer
    total += other.total
    if buffer.count >= QuantileDigest.bufferCountMax { compress() }
  }

  private mutating func compress() {
    var all = centroids + buffer
    all.sort { $0.mean < $1.mean }
    buffer.removeAll(keepingCapacity: true)
    centroids.removeAll(keepingCapacity: true)
    guard var current = all.first else { return }
    var before = 0.0
    var limit = QuantileDigest.limit(before / total) * total
    for next in all.dropFirst() {
      if before + current.weight + next.weight <= limit {
        current.mean += (next.mean - current.mean) * next.weight / (current.weight + next.weight)
        current.weight += next.weight
      } else {
        before += current.weight
        centroids.append(current)
        limit = QuantileDigest.limit(before / total) * total
        current = next
      }
    }
    centroids.append(current)
  }

  /// How far a centroid that begins at quantile `q` may reach.
  private static func limit(_ q: Double) -> Double {
    let k = compression / (2 * Double.pi) * asin(2 * min(max(q, 0), 1) - 1) + 1
    let angle = min(2 * Double.pi * k / compression, Double.pi / 2)
    return (sin(angle) + 1) / 2
  }

  /// The value at a quantile; the digest is not empty.
  mutating func value(at quantile: Double) -> Double {
    if centroids.isEmpty {
      // All values are still here: the nearest rank, as Trino's digest gives it.
      buffer.sort { $0.mean < $1.mean }
      let wanted = quantile * total
      var seen = 0.0
      for value in buffer {
        seen += value.weight
        if seen > wanted { return value.mean }
      }
      return buffer[buffer.count - 1].mean
    }
    if !buffer.isEmpty { compress() }
    let wanted = quantile * total
    var before = 0.0
    for (index, centroid) in centroids.enumerated() {
      let middle = before + centroid.weight / 2
      if wanted <= middle {
        guard index > 0 else { return centroid.mean }
        let previous = centroids[index - 1]
        let start = before - previous.weight / 2
        let share = (wanted - start) / (middle - start)
        return previous.mean + (centroid.mean - previous.mean) * share
      }
      before += centroid.weight
    }
    return centroids[centroids.count - 1].mean
  }

  var byteCount: Int { (centroids.capacity + buffer.capacity) * 16 + 64 }
}

/// `approx_percentile(x[, weight], percentage or array of them)`.
final class PercentileState: AggregateState {
  private var digests: [QuantileDigest] = []
  private var percentages: [Double] = []
  private let type: SQLType
  private let hasWeight: Bool
  private let isArray: Bool

  /// - Parameters:
  ///   - type: Of the values: bigint, real or double.
  ///   - hasWeight: Whether the second of three arguments is a weight.
  ///   - isArray: Whether the last argument is an array of percentages.
  init(_ type: SQLType, hasWeight: Bool, isArray: Bool) {
    self.type = type
    self.hasWeight = hasWeight
    self.isArray = isArray
  }

  func resize(groupCount: Int) {
    while digests.count < groupCount { digests.append(QuantileDigest()) }
  }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) throws {
    guard rowCount > 0 else { return }
    if percentages.isEmpty { try setPercentages(arguments[arguments.count - 1]) }
    let numbers =
      type == .bigint
      ? try Rowwise.map([arguments[0]], rowCount) { (x: Int64) -> Double? in Double(x) }
      : NumberCasting.wide(arguments[0])
    let values = Operand<Double>(numbers)
    let weights = hasWeight ? Operand<Double>(arguments[1]) : nil
    let validity = Validity.intersection(values.validity, weights?.validity)
    try digests.withUnsafeMutableBufferPointer { digests in
      try forEachValid(groups, validity, rowCount) { row, group in
        let weight = weights.map { $0[row] } ?? 1
        guard weight >= 1 else {
          throw SQLError(.invalidArgument, "percentile weight must be >= 1")
        }
        digests[group].add(values[row], weight: weight)
      }
    }
  }

  private func setPercentages(_ column: Column) throws {
    let found: [Scalar]
    switch column.scalar(at: 0) {
    case .list(let several): found = several
    case let single: found = [single]
    }
    percentages = try found.map { scalar in
      guard case .double(let value) = scalar, value >= 0, value <= 1 else {
        throw SQLError(.invalidArgument, "Percentile must be between 0 and 1")
      }
      return value
    }
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? PercentileState else { return }
    if percentages.isEmpty { percentages = other.percentages }
    for index in 0..<count {
      digests[Int(groups[index])].merge(other.digests[Int(sources[index])])
    }
  }

  func finish() throws -> Column {
    var scalars: [Scalar] = []
    for index in digests.indices {
      if digests[index].isEmpty || percentages.isEmpty {
        scalars.append(.null)
        continue
      }
      let values = percentages.map { scalar(digests[index].value(at: $0)) }
      scalars.append(isArray ? .list(values) : values[0])
    }
    return Column(scalars: scalars, type: isArray ? .array(type) : type)
  }

  private func scalar(_ value: Double) -> Scalar {
    switch type {
    case .bigint: .int(Int64(exactly: value.rounded(.toNearestOrAwayFromZero)) ?? 0)
    case .real: .float(Float(value))
    default: .double(value)
    }
  }

  var byteCount: Int {
    let sample = digests.prefix(64)
    if sample.isEmpty { return 0 }
    return sample.reduce(0) { $0 + $1.byteCount } / sample.count * digests.count
  }
}
