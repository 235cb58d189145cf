import ColumnFormat

// The states are called through `any AggregateState`, which reaches the generic code: without its
// specialised twins an update takes 25 times as long.

/// `sum` of integers and day-time intervals in 64 bits; leaving them is an error.
final class IntegerSumState<Value: PhysicalValue & FixedWidthInteger & SignedInteger>:
  AggregateState
{
  private let sums = GroupArray<Int64>(0)
  private let seen = GroupArray<UInt8>(0)
  /// What comes out: 64 bits, or 32 for year-month intervals.
  private let isNarrow: Bool

  init(isNarrow: Bool = false) { self.isNarrow = isNarrow }

  func resize(groupCount: Int) {
    sums.resize(groupCount)
    seen.resize(groupCount)
  }

  func reserve(groupCount: Int) {
    sums.reserve(groupCount)
    seen.reserve(groupCount)
  }

  var mayFinishLate: Bool { !isNarrow }

  @specialized(where Value == Int64)
  @specialized(where Value == Int32)
  @specialized(where Value == Int16)
  @specialized(where Value == Int8)
  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) throws {
    let values = Operand<Value>(arguments[0])
    let base = sums.base
    let marks = seen.base
    var flags: Int64 = 0
    var failed = 0
    forEachValid(groups, values.validity, rowCount) { row, group in
      let value = Int64(truncatingIfNeeded: values[row])
      let old = base[group]
      let sum = old &+ value
      let overflow = (old ^ sum) & (value ^ sum)
      if overflow < 0 { failed = group }
      flags |= overflow
      base[group] = sum
      marks[group] = 1
    }
    if flags < 0 { throw IntegerSumState.overflow(base[failed]) }
  }

  @specialized(where Value == Int64)
  @specialized(where Value == Int32)
  @specialized(where Value == Int16)
  @specialized(where Value == Int8)
  func update(group: UInt32, arguments: [Column], rowCount: Int) throws {
    let values = Operand<Value>(arguments[0])
    if rowCount == 0 || values.isConstant || values.validity != nil {
      let groups = Buffer<UInt32>(repeating: group, count: rowCount)
      return try update(groups: groups.base, arguments: arguments, rowCount: rowCount)
    }
    try add(Self.total(values.buffer.base, rowCount), Int(group))
    seen.base[Int(group)] = 1
  }

  /// The sum of values of at most 64 bits.
  ///
  /// Halves of long values are summed apart: neither can overflow within a batch, and both vectorise.
  @inline(__always)
  fileprivate static func total(_ values: UnsafePointer<Value>, _ count: Int) -> Int128 {
    if Value.bitWidth < 64 {
      var sum: Int64 = 0
      for row in 0..<count { sum &+= Int64(truncatingIfNeeded: values[row]) }
      return Int128(sum)
    }
    var low: Int64 = 0
    var high: Int64 = 0
    for row in 0..<count {
      let value = Int64(truncatingIfNeeded: values[row])
      low &+= value & 0xFFFF_FFFF
      high &+= value &>> 32
    }
    return Int128(high) << 32 &+ Int128(low)
  }

  private func add(_ value: Int128, _ group: Int) throws {
    let sum = Int128(sums[group]) &+ value
    guard let fitting = Int64(exactly: sum) else { throw IntegerSumState.overflow(sums[group]) }
    sums[group] = fitting
  }

  private static func overflow(_ value: Int64) -> SQLError {
    SQLError(.numericOutOfRange, "bigint addition overflow in sum")
  }

  @specialized(where Value == Int64)
  @specialized(where Value == Int32)
  @specialized(where Value == Int16)
  @specialized(where Value == Int8)
  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) throws {
    guard let other = other as? IntegerSumState<Value> else { return }
    for index in 0..<count {
      let source = Int(sources[index])
      guard other.seen[source] != 0 else { continue }
      let target = Int(groups[index])
      try add(Int128(other.sums[source]), target)
      seen[target] = 1
    }
  }

  func finish() throws -> Column {
    let validity = Validity.fromBytes(seen.base, count: seen.count)
    guard isNarrow else { return Column(sums.buffer(), validity: validity) }
    let narrow = Buffer<Int32>(count: sums.count)
    for group in 0..<sums.count {
      guard let value = Int32(exactly: sums[group]) else {
        throw SQLError(.numericOutOfRange, "interval out of range in sum")
      }
      narrow.base[group] = value
    }
    return Column(narrow, validity: validity)
  }

  var byteCount: Int { sums.byteCount + seen.byteCount }
}

/// `sum` and `avg` of decimals, and `avg` of integers: exact in 128 bits.
final class WideSumState<Value: PhysicalValue & FixedWidthInteger & SignedInteger>: AggregateState {
  /// What becomes of a group's sum and count.
  enum Result: Sendable {
    case sum
    /// Rounded half up to the argument's own type.
    case decimalAverage(precision: Int)
    case doubleAverage
    /// Rounded to whole months.
    case monthAverage
  }

  private let sums = GroupArray<Int128>(0)
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

  var mayFinishLate: Bool {
    // A sum may have more digits than a decimal can.
    if case .sum = result { return false }
    return true
  }

  @specialized(where Value == Int64)
  @specialized(where Value == Int32)
  @specialized(where Value == Int16)
  @specialized(where Value == Int8)
  @specialized(where Value == Int128)
  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) throws {
    let values = Operand<Value>(arguments[0])
    let base = sums.base
    let numbers = counts.base
    if Value.bitWidth <= 64 {
      if values.validity == nil && !values.isConstant
        && addToFew(groups, values.buffer.base, rowCount)
      {
        return
      }
      forEachValid(groups, values.validity, rowCount) { row, group in
        base[group] &+= Int128(truncatingIfNeeded: values[row])
        numbers[group] &+= 1
      }
      return
    }
    try forEachValid(groups, values.validity, rowCount) { row, group in
      let (sum, overflow) =
        base[group].addingReportingOverflow(Int128(truncatingIfNeeded: values[row]))
      if overflow { throw DecimalMath.overflow }
      base[group] = sum
      numbers[group] &+= 1
    }
  }

  /// So many groups get four sums each while a batch is added.
  private static var fewGroupCount: Int { 16 }

  /// Adds a batch's values to few groups, or to none where there are more of them, or where 64 bits might
  /// not hold a sum; then false.
  ///
  /// With few groups one row after the other would wait for the same sum to be stored: neighbouring
  /// rows have sums of their own.
  @inline(__always)
  private func addToFew(
    _ groups: UnsafePointer<UInt32>,
    _ values: UnsafePointer<Value>,
    _ rowCount: Int
  ) -> Bool {
    let groupCount = sums.count
    guard groupCount <= Self.fewGroupCount, rowCount >= 256, rowCount <= 1 << 14 else {
      return false
    }
    let lanes = 4
    return withUnsafeTemporaryAllocation(of: Int64.self, capacity: lanes * Self.fewGroupCount * 2) {
      partial in
      guard let partials = partial.baseAddress else { return false }
      partials.initialize(repeating: 0, count: partial.count)
      var reach: Int64 = 0
      for row in 0..<rowCount {
        let value = Int64(truncatingIfNeeded: values[row])
        reach |= value ^ (value &>> 63)
        let place = ((row & (lanes &- 1)) &* Self.fewGroupCount &+ Int(groups[row])) &* 2
        partials[place] &+= value
        partials[place &+ 1] &+= 1
      }
      // 2^14 values of less than 2^48 stay below 2^62.
      guard reach < 1 << 48 else { return false }
      for lane in 0..<lanes {
        for group in 0..<groupCount {
          let place = (lane &* Self.fewGroupCount &+ group) &* 2
          sums.base[group] &+= Int128(partials[place])
          counts.base[group] &+= partials[place &+ 1]
        }
      }
      return true
    }
  }

  @specialized(where Value == Int64)
  @specialized(where Value == Int32)
  @specialized(where Value == Int16)
  @specialized(where Value == Int8)
  @specialized(where Value == Int128)
  func update(group: UInt32, arguments: [Column], rowCount: Int) throws {
    let values = Operand<Value>(arguments[0])
    if Value.bitWidth > 64 || values.isConstant || values.validity != nil {
      let groups = Buffer<UInt32>(repeating: group, count: rowCount)
      return try update(groups: groups.base, arguments: arguments, rowCount: rowCount)
    }
    sums.base[Int(group)] &+= IntegerSumState<Value>.total(values.buffer.base, rowCount)
    counts.base[Int(group)] &+= Int64(rowCount)
  }

  @specialized(where Value == Int64)
  @specialized(where Value == Int32)
  @specialized(where Value == Int16)
  @specialized(where Value == Int8)
  @specialized(where Value == Int128)
  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) throws {
    guard let other = other as? WideSumState<Value> else { return }
    let (base, tally) = (sums.base, counts.base)
    let (theirs, theirTally) = (other.sums.base, other.counts.base)
    for index in 0..<count {
      let source = Int(sources[index])
      let target = Int(groups[index])
      let (sum, overflow) = base[target].addingReportingOverflow(theirs[source])
      if overflow { throw DecimalMath.overflow }
      base[target] = sum
      tally[target] &+= theirTally[source]
    }
  }

  func finish() throws -> Column {
    let count = sums.count
    let seen = Buffer<UInt8>(count: count)
    for group in 0..<count { seen.base[group] = bit(counts[group] > 0) }
    let validity = Validity.fromBytes(seen.base, count: count)
    switch result {
    case .sum:
      for group in 0..<count where !DecimalMath.fits(sums[group], precision: 38) {
        throw DecimalMath.overflow
      }
      return Column(sums.buffer(), validity: validity)
    case .decimalAverage(let precision):
      let averages = Buffer<Int128>(count: count)
      for group in 0..<count {
        averages.base[group] =
          counts[group] == 0
          ? 0 : DecimalMath.divideRounding(sums[group], Int128(counts[group]))
      }
      return NumberCasting.sized(Column(averages, validity: validity), precision)
    case .doubleAverage:
      let averages = Buffer<Double>(count: count)
      for group in 0..<count {
        averages.base[group] =
          counts[group] == 0 ? 0 : DecimalMath.double(sums[group]) / Double(counts[group])
      }
      return Column(averages, validity: validity)
    case .monthAverage:
      let averages = Buffer<Int32>(count: count)
      for group in 0..<count where counts[group] > 0 {
        let months = DecimalMath.divideRounding(sums[group], Int128(counts[group]))
        averages.base[group] = Int32(truncatingIfNeeded: months)
      }
      return Column(averages, validity: validity)
    }
  }

  var byteCount: Int { sums.byteCount + counts.byteCount }
}
