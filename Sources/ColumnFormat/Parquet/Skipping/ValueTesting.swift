/// Tests the values of columns, one byte a row: one where the test is true.
enum ValueTesting {
  /// The outcome for every row of a column; zero for nulls unless nulls are asked for.
  static func flags(_ column: Column, _ test: BoundPredicate.ValueTest) -> Buffer<UInt8> {
    switch test {
    case .isNull, .isNotNull:
      var wantsNull = false
      if case .isNull = test { wantsNull = true }
      return nullFlags(column, wantsNull: wantsNull)
    case .compare, .among: break
    }
    switch column.form {
    case .constant(let values, let isNull):
      let single: UInt8 = isNull ? 0 : flags(values, count: 1, test)[0]
      return Buffer(repeating: single, count: column.count)
    case .dictionary(let codes, let dictionary):
      return map(codes, flags(dictionary.values, count: dictionary.count, test), column)
    case .runs: return flags(column.flattened(), test)
    case .flat(let values):
      return clearNulls(flags(values, count: column.count, test), column)
    }
  }

  /// The outcome for the entries of a dictionary, for ``map(_:_:_:)``.
  static func entryFlags(_ dictionary: ColumnDictionary, _ test: BoundPredicate.ValueTest)
    -> Buffer<UInt8>
  { flags(dictionary.values, count: dictionary.count, test) }

  /// The outcome for rows from that of their dictionary's entries.
  static func map(_ codes: Buffer<UInt32>, _ entries: Buffer<UInt8>, _ column: Column)
    -> Buffer<UInt8>
  {
    let result = Buffer<UInt8>(count: column.count)
    let (target, source, flags) = (result.base, codes.base, entries.base)
    for row in 0..<column.count { target[row] = flags[Int(source[row])] }
    return clearNulls(result, column)
  }

  /// Sets the rows to zero that have no value.
  static func clearNulls(_ flags: Buffer<UInt8>, _ column: Column) -> Buffer<UInt8> {
    if let validity = column.validity {
      for row in 0..<column.count where !validity.isValid(row) { flags.base[row] = 0 }
    }
    return flags
  }

  private static func nullFlags(_ column: Column, wantsNull: Bool) -> Buffer<UInt8> {
    guard let validity = column.rowValidity else {
      return Buffer(repeating: wantsNull ? 0 : 1, count: column.count)
    }
    let result = Buffer<UInt8>(count: column.count)
    for row in 0..<column.count { result.base[row] = byte(validity.isValid(row) != wantsNull) }
    return result
  }

  private static func flags(_ values: Values, count: Int, _ test: BoundPredicate.ValueTest)
    -> Buffer<UInt8>
  {
    var constants: [Scalar] = []
    var comparison: RowPredicate.Comparison?
    switch test {
    case .compare(let how, let value):
      constants = [value]
      comparison = how
    case .among(let listed): constants = listed
    case .isNull, .isNotNull: break
    }
    // Values of another form than the constants were refused when the predicate was bound; integers
    // that are out of a column's range equal none of its values.
    let numbers = constants.compactMap { if case .int(let number) = $0 { number } else { nil } }
    switch values {
    case .boolean(let buffer):
      let wanted = constants.compactMap {
        if case .boolean(let flag) = $0 { byte(flag) } else { nil }
      }
      return self.test(buffer, count, comparison, wanted)
    case .int8(let buffer): return widened(buffer, count, comparison, numbers)
    case .int16(let buffer): return widened(buffer, count, comparison, numbers)
    case .int32(let buffer): return widened(buffer, count, comparison, numbers)
    case .int64(let buffer): return self.test(buffer, count, comparison, numbers)
    case .int128(let buffer):
      let wanted = constants.compactMap { if case .int128(let number) = $0 { number } else { nil } }
      return self.test(buffer, count, comparison, wanted)
    case .float32(let buffer):
      let wanted = constants.compactMap { if case .float(let number) = $0 { number } else { nil } }
      return self.test(buffer, count, comparison, wanted)
    case .float64(let buffer):
      let wanted = constants.compactMap { if case .double(let number) = $0 { number } else { nil } }
      return self.test(buffer, count, comparison, wanted)
    case .bytes(let buffer, _):
      return testBytes(buffer, count, comparison, constants)
    case .list, .row: return Buffer(repeating: 0, count: count)
    }
  }

  /// Integers of fewer bits than the constants may have.
  @inline(__always)
  private static func widened<Value: FixedWidthInteger & BitwiseCopyable>(
    _ values: Buffer<Value>,
    _ count: Int,
    _ comparison: RowPredicate.Comparison?,
    _ constants: [Int64]
  ) -> Buffer<UInt8> {
    let exact = constants.compactMap { Value(exactly: $0) }
    guard let comparison, exact.isEmpty, let constant = constants.first else {
      return test(values, count, comparison, exact)
    }
    // The constant lies beyond all values of the type.
    let isBelow = constant < 0
    let outcome: Bool
    switch comparison {
    case .equal: outcome = false
    case .notEqual: outcome = true
    case .less, .lessOrEqual: outcome = !isBelow
    case .greater, .greaterOrEqual: outcome = isBelow
    }
    return Buffer(repeating: byte(outcome), count: count)
  }

  @inline(__always)
  private static func test<Value: Comparable & BitwiseCopyable>(
    _ values: Buffer<Value>,
    _ count: Int,
    _ comparison: RowPredicate.Comparison?,
    _ constants: [Value]
  ) -> Buffer<UInt8> {
    let result = Buffer<UInt8>(count: count)
    let (source, target) = (values.base, result.base)
    guard let comparison, let constant = constants.first else {
      let sorted = constants.filter { $0 == $0 }.sorted()
      for row in 0..<count { target[row] = byte(contains(sorted, source[row])) }
      return result
    }
    switch comparison {
    case .equal: for row in 0..<count { target[row] = byte(source[row] == constant) }
    case .notEqual: for row in 0..<count { target[row] = byte(source[row] != constant) }
    case .less: for row in 0..<count { target[row] = byte(source[row] < constant) }
    case .lessOrEqual: for row in 0..<count { target[row] = byte(source[row] <= constant) }
    case .greater: for row in 0..<count { target[row] = byte(source[row] > constant) }
    case .greaterOrEqual: for row in 0..<count { target[row] = byte(source[row] >= constant) }
    }
    return result
  }

  @inline(__always)
  private static func contains<Value: Comparable>(_ sorted: [Value], _ value: Value) -> Bool {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low &+ high) / 2
      if sorted[middle] < value { low = middle &+ 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low] == value
  }

  private static func testBytes(
    _ values: Buffer<ByteView>,
    _ count: Int,
    _ comparison: RowPredicate.Comparison?,
    _ constants: [Scalar]
  ) -> Buffer<UInt8> {
    let arena = ByteArena(blockByteCount: 1 << 10)
    var views: [ByteView] = []
    for case .bytes(let bytes) in constants {
      views.append(bytes.withUnsafeBytes { arena.copy($0) })
    }
    return withExtendedLifetime(arena) {
      let result = Buffer<UInt8>(count: count)
      let (source, target) = (values.base, result.base)
      guard let comparison, let constant = views.first else {
        let sorted = views.sorted { ByteView.compare($0, $1) < 0 }
        for row in 0..<count { target[row] = byte(contains(sorted, source[row])) }
        return result
      }
      switch comparison {
      case .equal:
        for row in 0..<count { target[row] = byte(ByteView.isEqual(source[row], constant)) }
      case .notEqual:
        for row in 0..<count { target[row] = byte(!ByteView.isEqual(source[row], constant)) }
      case .less:
        for row in 0..<count { target[row] = byte(ByteView.compare(source[row], constant) < 0) }
      case .lessOrEqual:
        for row in 0..<count { target[row] = byte(ByteView.compare(source[row], constant) <= 0) }
      case .greater:
        for row in 0..<count { target[row] = byte(ByteView.compare(source[row], constant) > 0) }
      case .greaterOrEqual:
        for row in 0..<count { target[row] = byte(ByteView.compare(source[row], constant) >= 0) }
      }
      return result
    }
  }

  private static func contains(_ sorted: [ByteView], _ value: ByteView) -> Bool {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low &+ high) / 2
      if ByteView.compare(sorted[middle], value) < 0 { low = middle &+ 1 } else { high = middle }
    }
    return low < sorted.count && ByteView.isEqual(sorted[low], value)
  }

  /// One for true, without a branch.
  @inline(__always)
  private static func byte(_ flag: Bool) -> UInt8 { unsafeBitCast(flag, to: UInt8.self) }
}
