import ColumnFormat

/// An expression over a ``SmallDomain``, computed once for each of its numbers where these lie close together.
///
/// Numbers are looked up by their distance from the smallest. Those that are new are computed as they come;
/// once as many rows have been seen as there are numbers between the smallest and the largest, all of these
/// are computed, so that texts make a dictionary that stays the same.
final class SmallDomainNode: ExpressionNode {
  private static let sizeMax = 1 << 16
  /// A range that grows does so by as much again as it had, but no more than this.
  private static let slackMax = 1 << 12
  /// Fewer rows are computed as they are.
  private static let rowCountMin = 256
  private static let unknown = UInt32.max

  private let inner: ExpressionNode
  private let index: Int
  private let physicalType: PhysicalType
  /// How many neighbouring values of the column have the same number.
  private let step: Int64
  /// Nil for a step of one.
  private let divisor: SmallDivisor?
  private var isOff = false
  /// The smallest number, and the first value of the column that has it.
  private var low: Int64 = 0
  private var lowest: Int64 = 0
  /// How many numbers there are from `low` on; the place after the last is that of null.
  private var size = 0
  /// For each number the row of `results`.
  private var places = Buffer<UInt32>(count: 0)
  private var results: Column?
  private var mapped: MappedDictionary?
  private var isComplete = false
  private var rowsSeen = 0

  /// - Parameters:
  ///   - inner: The expression.
  ///   - index: The frame's column that it depends on, and on no other.
  ///   - domain: What it depends on of that column.
  init(_ inner: ExpressionNode, over index: Int, _ domain: SmallDomain) {
    self.inner = inner
    self.index = index
    physicalType = domain.column.type.physicalType
    step = domain.step
    divisor = domain.step > 1 ? SmallDivisor(UInt64(domain.step)) : nil
    super.init(type: inner.type, canFail: inner.canFail)
  }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    if isOff || frame.rowCount < SmallDomainNode.rowCountMin { return try inner.evaluate(frame) }
    let column = frame.column(index)
    guard case .flat(let values) = column.form else { return try inner.evaluate(frame) }
    switch values {
    case .int8(let buffer): return try look(buffer, column.validity, frame)
    case .int16(let buffer): return try look(buffer, column.validity, frame)
    case .int32(let buffer): return try look(buffer, column.validity, frame)
    case .int64(let buffer): return try look(buffer, column.validity, frame)
    default: return try inner.evaluate(frame)
    }
  }

  private func look<Number: FixedWidthInteger & SignedInteger>(
    _ buffer: Buffer<Number>,
    _ validity: Validity?,
    _ frame: RowFrame
  ) throws -> Column {
    let count = frame.rowCount
    guard cover(buffer, validity, count) else {
      isOff = true
      forget()
      return try inner.evaluate(frame)
    }
    rowsSeen += count
    if !isComplete && rowsSeen >= size { computeAll() }
    let rows = Buffer<UInt32>(count: count)
    let missing = find(buffer, validity, count, rows.base)
    if missing.count > 0 {
      do {
        add(try inner.evaluate(frame.taking(missing)))
      } catch {
        // TRY may ask for some of the rows again.
        let known = UInt32(truncatingIfNeeded: results?.count ?? 0)
        for place in 0...size where places.base[place] >= known {
          places.base[place] = SmallDomainNode.unknown
        }
        throw error
      }
      _ = find(buffer, validity, count, rows.base)
    }
    guard let results else { return try inner.evaluate(frame) }
    let known = mapped ?? MappedDictionary(results)
    mapped = known
    return known.rows(codes: rows, validity: nil, count: count)
  }

  /// Sees to it that all numbers have a place; false where they lie too far apart.
  private func cover<Number: FixedWidthInteger & SignedInteger>(
    _ buffer: Buffer<Number>,
    _ validity: Validity?,
    _ count: Int
  ) -> Bool {
    let source = buffer.base
    var least = Number.max
    var most = Number.min
    if let validity {
      for row in 0..<count where validity.isValid(row) {
        least = min(least, source[row])
        most = max(most, source[row])
      }
    } else {
      for row in 0..<count {
        least = min(least, source[row])
        most = max(most, source[row])
      }
    }
    var (first, last) = (Int64(least), Int64(most))
    if first > last {
      // Only nulls.
      if size > 0 { return true }
      (first, last) = (0, 0)
    }
    if step > 1 {
      first = Int64(CivilDate.floorDiv(Int(first), Int(step)))
      last = Int64(CivilDate.floorDiv(Int(last), Int(step)))
    }
    let end = low + Int64(size) - 1
    let grows = (down: size > 0 && first < low, up: size > 0 && last > end)
    if size > 0 {
      if !grows.down && !grows.up { return true }
      first = min(first, low)
      last = max(last, end)
    }
    var (distance, isTooFar) = last.subtractingReportingOverflow(first)
    if isTooFar || distance >= Int64(SmallDomainNode.sizeMax) { return false }
    let room = Int64(SmallDomainNode.sizeMax) - 1 - distance
    // Where later rows have larger numbers there will be larger ones yet: the dictionary that is to stay the
    // same would be made anew again and again.
    let slack = min(Int64(min(size, SmallDomainNode.slackMax)), room)
    if grows.up {
      last = last.addingReportingOverflow(slack).overflow ? last : last + slack
    } else if grows.down {
      first = first.subtractingReportingOverflow(slack).overflow ? first : first - slack
    }
    distance = last - first
    let (value, isBelowAll) = first.multipliedReportingOverflow(by: step)
    if isBelowAll || last.multipliedReportingOverflow(by: step).overflow { return false }
    // Numbers are looked for again, and none is computed twice that is in the results.
    let wider = Buffer<UInt32>(repeating: SmallDomainNode.unknown, count: Int(distance) + 2)
    if size > 0 {
      (wider.base + Int(low - first)).update(from: places.base, count: size)
      wider.base[Int(distance) + 1] = places.base[size]
    }
    places = wider
    low = first
    lowest = value
    size = Int(distance) + 1
    isComplete = false
    return true
  }

  /// Writes each row's place among the results; new numbers get the next ones.
  ///
  /// - Returns: The first row of each new number.
  private func find<Number: FixedWidthInteger & SignedInteger>(
    _ buffer: Buffer<Number>,
    _ validity: Validity?,
    _ count: Int,
    _ rows: UnsafeMutablePointer<UInt32>
  ) -> Buffer<UInt32> {
    let source = buffer.base
    let (lowest, size) = (lowest, size)
    @inline(__always)
    func distance(_ row: Int) -> Int64 { Int64(source[row]) &- lowest }
    if let divisor {
      @inline(__always)
      func number(_ row: Int) -> Int {
        Int(truncatingIfNeeded: divisor.quotient(of: UInt64(bitPattern: distance(row))))
      }
      guard let validity else { return find(count, rows, number) }
      return find(count, rows) { validity.isValid($0) ? number($0) : size }
    }
    guard let validity else {
      return find(count, rows) { Int(truncatingIfNeeded: distance($0)) }
    }
    return find(count, rows) {
      validity.isValid($0) ? Int(truncatingIfNeeded: distance($0)) : size
    }
  }

  /// The same by a row's place among the numbers.
  @inline(__always)
  private func find(
    _ count: Int,
    _ rows: UnsafeMutablePointer<UInt32>,
    _ place: (_ row: Int) -> Int
  ) -> Buffer<UInt32> {
    let places = places.base
    var missingCount = 0
    for row in 0..<count {
      let found = places[place(row)]
      rows[row] = found
      missingCount &+= Int(bit(found == SmallDomainNode.unknown))
    }
    if missingCount == 0 { return Buffer(count: 0) }
    let missing = Buffer<UInt32>(count: missingCount)
    var next = UInt32(truncatingIfNeeded: results?.count ?? 0)
    var newCount = 0
    for row in 0..<count where rows[row] == SmallDomainNode.unknown {
      let place = place(row)
      if places[place] != SmallDomainNode.unknown { continue }
      places[place] = next
      next &+= 1
      missing.base[newCount] = UInt32(truncatingIfNeeded: row)
      newCount += 1
    }
    return missing.slice(0..<newCount)
  }

  private func add(_ column: Column) {
    let flat = column.flattened()
    results = results.map { Column.concatenate([$0, flat]) } ?? flat
    mapped = nil
  }

  /// Computes all numbers that have a place and no result; of one that fails, nothing may be said until a row
  /// has it.
  private func computeAll() {
    isComplete = true
    var missing: [Int64] = []
    for place in 0..<size where places.base[place] == SmallDomainNode.unknown {
      missing.append(low + Int64(place))
    }
    if missing.isEmpty { return }
    var columns = (0..<index).map { _ in Column.nulls(of: .boolean, count: missing.count) }
    columns.append(SmallDomainNode.column(missing.map { $0 * step }, physicalType))
    let batch = Batch(columns: columns, rowCount: missing.count)
    guard let computed = try? inner.evaluate(RowFrame(batch)) else { return }
    var next = UInt32(truncatingIfNeeded: results?.count ?? 0)
    for number in missing {
      places.base[Int(number - low)] = next
      next += 1
    }
    add(computed)
  }

  private static func column(_ numbers: [Int64], _ type: PhysicalType) -> Column {
    let values: Values =
      switch type {
      case .int8: .int8(Buffer(numbers.map { Int8(truncatingIfNeeded: $0) }))
      case .int16: .int16(Buffer(numbers.map { Int16(truncatingIfNeeded: $0) }))
      case .int32: .int32(Buffer(numbers.map { Int32(truncatingIfNeeded: $0) }))
      default: .int64(Buffer(numbers))
      }
    return Column(flat: values, count: numbers.count)
  }

  private func forget() {
    places = Buffer(count: 0)
    results = nil
    mapped = nil
  }
}
