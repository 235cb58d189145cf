import ColumnFormat

/// Approximate aggregates, checksums, and the bits of all values.
enum ApproximateAggregates {
  static func register(_ functions: inout FunctionRegistry) {
    functions.aggregate(
      "approx_distinct(T) -> bigint",
      "How many different values there are, within 2.3 %.",
      examples: ["approx_distinct(x) FROM (VALUES 1, 2, 2, NULL) AS t(x)": "2"]
    ) { match in
      let type = match.argumentTypes[0]
      return { DistinctSketchState(type) }
    }
    functions.aggregate("approx_distinct(T, double) -> bigint") { match in
      let type = match.argumentTypes[0]
      return { DistinctSketchState(type) }
    }
    for type in [SQLType.bigint, .real, .double] {
      let name = type.description
      functions.aggregate(
        "approx_percentile(\(name), double) -> \(name)",
        "The value below which a share of all values lies; exact for few values.",
        examples: type == .bigint
          ? ["approx_percentile(x, 0.5) FROM (VALUES 1, 2, 3) AS t(x)": "2"] : [:]
      ) { _ in { PercentileState(type, hasWeight: false, isArray: false) } }
      functions.aggregate("approx_percentile(\(name), array(double)) -> array(\(name))") { _ in
        { PercentileState(type, hasWeight: false, isArray: true) }
      }
      functions.aggregate("approx_percentile(\(name), double, double) -> \(name)") { _ in
        { PercentileState(type, hasWeight: true, isArray: false) }
      }
      functions.aggregate("approx_percentile(\(name), double, array(double)) -> array(\(name))") {
        _ in { PercentileState(type, hasWeight: true, isArray: true) }
      }
    }
    functions.aggregate(
      "checksum(T) -> varbinary",
      "A checksum that does not depend on the order of the values.",
      examples: ["checksum(x) IS NULL FROM (SELECT 1 WHERE false) AS t(x)": "true"]
    ) { match in
      let type = match.argumentTypes[0]
      return { ChecksumState(type) }
    }
    let bits: [(String, BitState.Operation, String, String)] = [
      ("bitwise_and_agg", .and, "The bits that all values have.", "2"),
      ("bitwise_or_agg", .or, "The bits that any value has.", "7"),
      ("bitwise_xor_agg", .xor, "The bits that an odd number of values have.", "5"),
    ]
    for (name, operation, summary, example) in bits {
      functions.aggregate(
        "\(name)(bigint) -> bigint",
        summary,
        examples: ["\(name)(x) FROM (VALUES 3, 6) AS t(x)": example]
      ) { _ in { BitState(operation) } }
    }
  }
}

/// bitwise_and_agg and its relatives.
final class BitState: AggregateState {
  enum Operation: Sendable { case and, or, xor }

  private let values: GroupArray<Int64>
  private let seen = GroupArray<UInt8>(0)
  private let operation: Operation

  init(_ operation: Operation) {
    self.operation = operation
    values = GroupArray(operation == .and ? -1 : 0)
  }

  func resize(groupCount: Int) {
    values.resize(groupCount)
    seen.resize(groupCount)
  }

  @inline(__always)
  private func add(_ value: Int64, _ group: Int) {
    switch operation {
    case .and: values.base[group] &= value
    case .or: values.base[group] |= value
    case .xor: values.base[group] ^= value
    }
    seen.base[group] = 1
  }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    let source = Operand<Int64>(arguments[0])
    forEachValid(groups, source.validity, rowCount) { row, group in add(source[row], group) }
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? BitState else { return }
    for index in 0..<count where other.seen[Int(sources[index])] != 0 {
      add(other.values[Int(sources[index])], Int(groups[index]))
    }
  }

  func finish() -> Column {
    Column(values.buffer(), validity: Validity.fromBytes(seen.base, count: seen.count))
  }

  var byteCount: Int { values.byteCount + seen.byteCount }
}

/// The sum of all values' hashes.
final class ChecksumState: AggregateState {
  private let type: SQLType
  private let sums = GroupArray<UInt64>(0)
  private let seen = GroupArray<UInt8>(0)

  /// - Parameter type: What is summed up.
  init(_ type: SQLType) { self.type = type }

  func resize(groupCount: Int) {
    sums.resize(groupCount)
    seen.resize(groupCount)
  }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    let hashes = Buffer<UInt64>(count: rowCount)
    ColumnHashing.hash(arguments[0], type, rowCount: rowCount, into: hashes.base)
    for row in 0..<rowCount {
      sums.base[Int(groups[row])] &+= hashes.base[row]
      seen.base[Int(groups[row])] = 1
    }
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? ChecksumState else { return }
    for index in 0..<count {
      sums.base[Int(groups[index])] &+= other.sums[Int(sources[index])]
      seen.base[Int(groups[index])] |= other.seen[Int(sources[index])]
    }
  }

  func finish() -> Column {
    let arena = ByteArena()
    let views = Buffer<ByteView>(count: sums.count)
    for group in 0..<sums.count {
      views.base[group] = withUnsafeBytes(of: sums[group].littleEndian) { arena.copy($0) }
    }
    return Column(
      views,
      validity: Validity.fromBytes(seen.base, count: seen.count),
      heap: ByteHeap([arena])
    )
  }

  var byteCount: Int { sums.byteCount + seen.byteCount }
}
