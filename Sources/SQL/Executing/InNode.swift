import ColumnFormat

/// `value IN (constants)`; a miss among constants with a NULL is unknown.
final class InNode: ExpressionNode {
  private let operand: ExpressionNode
  private let hasNull: Bool
  private let numbers: Set<Int128>
  /// Where they are few.
  private let small: [Int64]
  private let integers: NumberSet
  /// The bits of floating-point numbers.
  private let doubles: NumberSet
  private let views: ViewTable
  private let heap: ByteArena
  private let constants: Column
  private let isZoned: Bool
  /// Arrays, maps and rows, which hold nulls that leave open whether two are equal.
  private let isNested: Bool
  private let dictionary = DictionaryCache()

  init(_ operand: ExpressionNode, _ scalars: [Scalar]) {
    self.operand = operand
    hasNull = scalars.contains(where: \.isNull)
    let values = scalars.filter { !$0.isNull }
    if case .timestampWithTimeZone = operand.type { isZoned = true } else { isZoned = false }
    isNested = operand.type.physicalType == .list || operand.type.physicalType == .row
    let shift = isZoned ? 16 : 0
    numbers = Set(values.map { $0.wide >> shift })
    let distinct = Set(numbers.compactMap { Int64(exactly: $0) })
    small = distinct.count == numbers.count && distinct.count <= 8 ? distinct.sorted() : []
    integers = NumberSet(distinct)
    // What is not a number equals nothing.
    doubles = NumberSet(Set(values.map(\.floating).filter { !$0.isNaN }.map(InNode.bits)))
    let arena = ByteArena()
    var table = ViewTable(capacity: values.count)
    for case .bytes(let bytes) in values { _ = table.insert(arena.copy(bytes)) }
    views = table
    heap = arena
    constants = Column(scalars: values, type: operand.type)
    super.init(type: .boolean, canFail: operand.canFail)
  }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    let column = try operand.evaluate(frame)
    if isNested { return compareNested(column.flattened(), frame.rowCount) }
    if case .constant(let values, let isNull) = column.form {
      let single = decide(Column(flat: values, count: 1), 1)
      let misses = single.base[0] == 0 && hasNull
      return Column(
        .constant(.boolean(single), isNull: isNull || misses),
        count: frame.rowCount
      )
    }
    let found: Buffer<UInt8>
    if case .dictionary(let codes, let entries) = column.form,
      let truths = truths(of: entries, rowCount: frame.rowCount)
    {
      found = Buffer(count: frame.rowCount)
      for row in 0..<frame.rowCount { found.base[row] = truths.base[Int(codes.base[row])] }
    } else {
      found = decide(column.flattened(), frame.rowCount)
    }
    var validity = column.validity
    if hasNull {
      validity = Validity.intersection(
        validity,
        Validity.fromBytes(found.base, count: frame.rowCount)
      )
    }
    return Column(booleans: found, validity: validity)
  }

  override func select(_ frame: RowFrame, among alive: Buffer<UInt32>?) throws -> Buffer<UInt32> {
    if operand is ColumnNode && !isNested {
      let column = try operand.evaluate(frame)
      if case .dictionary(let codes, let entries) = column.form,
        let truths = truths(of: entries, rowCount: alive?.count ?? frame.rowCount)
      {
        return SelectionKernels.whereEntryTrue(
          truths.base,
          codes: codes,
          column.validity,
          among: alive
        )
      }
    }
    return try super.select(frame, among: alive)
  }

  private func truths(of entries: ColumnDictionary, rowCount: Int) -> Buffer<UInt8>? {
    dictionary.entries(of: entries, rowCount: rowCount) {
      Column(booleans: decide(Column(flat: entries.values, count: entries.count), entries.count))
    }?.truths
  }

  /// One where the value is among the constants.
  private func decide(_ column: Column, _ count: Int) -> Buffer<UInt8> {
    let result = Buffer<UInt8>(count: count)
    let target = result.base
    switch column.flatValues {
    case .boolean(let values): decideIntegers(values, count, target)
    case .int8(let values): decideIntegers(values, count, target)
    case .int16(let values): decideIntegers(values, count, target)
    case .int32(let values): decideIntegers(values, count, target)
    case .int64(let values): decideIntegers(values, count, target)
    case .int128(let values):
      let shift: Int128 = isZoned ? 16 : 0
      for row in 0..<count { target[row] = bit(numbers.contains(values.base[row] >> shift)) }
    case .float32(let values):
      doubles.find(count, target) { InNode.bits(Double(values.base[$0])) }
    case .float64(let values):
      doubles.find(count, target) { InNode.bits(values.base[$0]) }
    case .bytes(let values, _):
      for row in 0..<count { target[row] = bit(views.find(values.base[row]) != nil) }
    case .list, .row:
      preconditionFailure("arrays, maps and rows are compared one by one")
    }
    return result
  }

  /// True where the value equals a constant; unknown where it may equal one.
  private func compareNested(_ column: Column, _ count: Int) -> Column {
    let result = Buffer<UInt8>(repeating: 0, count: count)
    let known = Buffer<UInt8>(repeating: 0, count: count)
    for row in 0..<count where column.validity?.isValid(row) ?? true {
      var isUnknown = hasNull
      for index in 0..<constants.count where result.base[row] == 0 {
        switch ColumnComparison.isEqual(column, row, constants, index, operand.type) {
        case true?: result.base[row] = 1
        case nil: isUnknown = true
        case false?: break
        }
      }
      known.base[row] = bit(result.base[row] == 1 || !isUnknown)
    }
    return Column(booleans: result, validity: Validity.fromBytes(known.base, count: count))
  }

  /// The same for both zeros.
  @inline(__always)
  private static func bits(_ number: Double) -> Int64 {
    number == 0 ? 0 : Int64(bitPattern: number.bitPattern)
  }

  @inline(__always)
  private func decideIntegers<Value: PhysicalValue & FixedWidthInteger>(
    _ values: Buffer<Value>,
    _ count: Int,
    _ target: UnsafeMutablePointer<UInt8>
  ) {
    let source = values.base
    if small.isEmpty {
      integers.find(count, target) { Int64(truncatingIfNeeded: source[$0]) }
      return
    }
    target.update(repeating: 0, count: count)
    for constant in small {
      guard let own = Value(exactly: constant) else { continue }
      for row in 0..<count { target[row] |= bit(source[row] == own) }
    }
  }
}
