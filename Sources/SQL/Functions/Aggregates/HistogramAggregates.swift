import ColumnFormat

/// Histograms with a bounded number of buckets.
enum HistogramAggregates {
  static func register(_ functions: inout FunctionRegistry) {
    for type in [SQLType.double, .real] {
      for hasWeight in [false, true] {
        let weight = hasWeight ? ", double" : ""
        functions.aggregate(
          "numeric_histogram(bigint, \(type)\(weight)) -> map(\(type), \(type))",
          "An approximate histogram of a number of buckets: their means and weights.",
          examples: type == .double && !hasWeight
            ? [
              "numeric_histogram(2, x) FROM (VALUES 1e0, 2e0, 9e0, 10e0) AS t(x)":
                "{1.5=2.0, 9.5=2.0}",
              "numeric_histogram(5, x) FROM (VALUES 1e0, 1e0, 3e0) AS t(x)": "{1.0=2.0, 3.0=1.0}",
            ] : [:]
        ) { _ in { HistogramState(type) } }
      }
    }
  }
}

/// The state of numeric_histogram.
final class HistogramState: AggregateState {
  private var histograms: [NumericHistogram?] = []
  private let type: SQLType

  /// - Parameter type: Of the values: double or real.
  init(_ type: SQLType) { self.type = type }

  func resize(groupCount: Int) {
    while histograms.count < groupCount { histograms.append(nil) }
  }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) throws {
    let sizes = Operand<Int64>(arguments[0])
    let values = Operand<Double>(NumberCasting.wide(arguments[1]))
    let weights = arguments.count > 2 ? Operand<Double>(arguments[2]) : nil
    let validity = Validity.intersection(
      Validity.intersection(sizes.validity, values.validity),
      weights?.validity
    )
    try histograms.withUnsafeMutableBufferPointer { histograms in
      try forEachValid(groups, validity, rowCount) { row, group in
        if histograms[group] == nil {
          histograms[group] = try NumericHistogram(bucketCountMax: sizes[row])
        }
        histograms[group]?.add(values[row], weight: weights.map { $0[row] } ?? 1)
      }
    }
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? HistogramState else { return }
    for index in 0..<count {
      guard let theirs = other.histograms[Int(sources[index])] else { continue }
      let group = Int(groups[index])
      if histograms[group] == nil {
        histograms[group] = theirs
      } else {
        histograms[group]?.merge(theirs)
      }
    }
  }

  func finish() -> Column {
    let maps = histograms.map { histogram -> Scalar in
      guard var histogram else { return .null }
      return .list(histogram.finished().map { .row([scalar($0.mean), scalar($0.weight)]) })
    }
    return Column(scalars: maps, type: .map(key: type, value: type))
  }

  private func scalar(_ value: Double) -> Scalar {
    type == .real ? .float(Float(value)) : .double(value)
  }

  var byteCount: Int { histograms.reduce(0) { $0 + ($1?.byteCount ?? 32) } }
}

/// A histogram whose nearest buckets are united while there are too many.
///
/// Ben-Haim & Tom-Tov, *A Streaming Parallel Decision Tree Algorithm*, JMLR 2010; of two
/// neighbours those are united whose union adds least to the sum of squared distances.
struct NumericHistogram {
  struct Bucket {
    var mean: Double
    var weight: Double
  }

  private static let bucketCountLimit: Int64 = 100_000

  private let bucketCountMax: Int
  private var buckets: [Bucket] = []

  init(bucketCountMax: Int64) throws {
    guard bucketCountMax >= 2, bucketCountMax <= NumericHistogram.bucketCountLimit else {
      throw SQLError(
        .invalidArgument,
        "numeric_histogram bucket count must be greater than one, and at most \(NumericHistogram.bucketCountLimit)"
      )
    }
    self.bucketCountMax = Int(bucketCountMax)
  }

  mutating func add(_ value: Double, weight: Double) {
    buckets.append(Bucket(mean: value, weight: weight))
    if buckets.count > bucketCountMax + max(bucketCountMax / 5, 1) { shrink() }
  }

  mutating func merge(_ other: NumericHistogram) {
    buckets += other.buckets
    shrink()
  }

  /// The buckets in order of their means.
  mutating func finished() -> [Bucket] {
    shrink()
    return buckets
  }

  private mutating func shrink() {
    buckets.sort { Double.order($0.mean, $1.mean) < 0 }
    var different: [Bucket] = []
    for bucket in buckets {
      if let last = different.last, last.mean == bucket.mean {
        different[different.count - 1].weight += bucket.weight
      } else {
        different.append(bucket)
      }
    }
    while different.count > bucketCountMax {
      let pairs = different.indices.dropLast()
      let nearest = pairs.min {
        loss(different[$0], different[$0 + 1]) < loss(different[$1], different[$1 + 1])
      }
      guard let nearest else { break }
      let left = different[nearest]
      let right = different.remove(at: nearest + 1)
      let weight = left.weight + right.weight
      different[nearest] = Bucket(
        mean: (left.mean * left.weight + right.mean * right.weight) / weight,
        weight: weight
      )
    }
    buckets = different
  }

  private func loss(_ left: Bucket, _ right: Bucket) -> Double {
    let distance = left.mean - right.mean
    return distance * distance * left.weight * right.weight / (left.weight + right.weight)
  }

  var byteCount: Int { buckets.capacity * 16 + 48 }
}
