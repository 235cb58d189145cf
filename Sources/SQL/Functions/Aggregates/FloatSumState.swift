import ColumnFormat

/// `sum`, `avg` and `geometric_mean` of real and double.
final class FloatSumState<Value: PhysicalValue & BinaryFloatingPoint>: AggregateState {
  enum Result: Sendable { case sum, average, geometricMean }

  private let sums = GroupArray<Double>(0)
  private let counts = GroupArray<Int64>(0)
  private let result: Result

  init(_ result: Result) { self.result = result }

  func resize(groupCount: Int) {
    sums.resize(groupCount)
    counts.resize(groupCount)
  }

  func reserve(groupCount: Int) {
    sums.reserve(groupCount)
    counts.reserve(groupCount)
  }

  var mayFinishLate: Bool { true }

  @specialized(where Value == Double)
  @specialized(where Value == Float)
  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    let values = Operand<Value>(arguments[0])
    let base = sums.base
    let numbers = counts.base
    if result == .geometricMean {
      forEachValid(groups, values.validity, rowCount) { row, group in
        base[group] += MathFunctions.naturalLogarithm(Double(values[row]))
        numbers[group] &+= 1
      }
      return
    }
    forEachValid(groups, values.validity, rowCount) { row, group in
      base[group] += Double(values[row])
      numbers[group] &+= 1
    }
  }

  @specialized(where Value == Double)
  @specialized(where Value == Float)
  func update(group: UInt32, arguments: [Column], rowCount: Int) {
    let values = Operand<Value>(arguments[0])
    if result == .geometricMean || values.isConstant || values.validity != nil {
      let groups = Buffer<UInt32>(repeating: group, count: rowCount)
      return update(groups: groups.base, arguments: arguments, rowCount: rowCount)
    }
    // Four sums hide the latency of addition; Swift does not reorder floating point itself.
    let source = values.buffer.base
    var partial = SIMD4<Double>(repeating: 0)
    var row = 0
    while row &+ 4 <= rowCount {
      partial += SIMD4(
        Double(source[row]),
        Double(source[row &+ 1]),
        Double(source[row &+ 2]),
        Double(source[row &+ 3])
      )
      row &+= 4
    }
    var total = (partial[0] + partial[1]) + (partial[2] + partial[3])
    while row < rowCount {
      total += Double(source[row])
      row &+= 1
    }
    sums.base[Int(group)] += total
    counts.base[Int(group)] &+= Int64(rowCount)
  }

  @specialized(where Value == Double)
  @specialized(where Value == Float)
  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? FloatSumState<Value> else { return }
    for index in 0..<count {
      sums.base[Int(groups[index])] += other.sums[Int(sources[index])]
      counts.base[Int(groups[index])] += other.counts[Int(sources[index])]
    }
  }

  func finish() -> Column {
    let count = sums.count
    let values = Buffer<Value>(count: count)
    let seen = Buffer<UInt8>(count: count)
    for group in 0..<count {
      seen.base[group] = bit(counts[group] > 0)
      let sum = sums[group]
      let average = counts[group] == 0 ? 0 : sum / Double(counts[group])
      switch result {
      case .sum: values.base[group] = Value(sum)
      case .average: values.base[group] = Value(average)
      case .geometricMean: values.base[group] = Value(MathFunctions.exponential(average))
      }
    }
    return Column(values, validity: Validity.fromBytes(seen.base, count: count))
  }

  var byteCount: Int { sums.byteCount + counts.byteCount }
}
