import ColumnFormat

/// Looks at the values of a column where they lie, so that a view or an offset that points nowhere is
/// met, and a text of a gigabyte is not copied.
enum ColumnTouching {
  /// Reads something of every value; the sum keeps the compiler from leaving it out.
  @discardableResult
  static func touch(_ column: Column) -> UInt64 {
    var sum = UInt64(column.nullCount)
    if let validity = column.validity {
      for row in 0..<column.count { sum &+= validity.isValid(row) ? 1 : 0 }
    }
    switch column.form {
    case .flat(let values): sum &+= touch(values, count: column.count)
    case .constant(let values, _): sum &+= touch(values, count: 1)
    case .dictionary(let codes, let dictionary):
      sum &+= touch(dictionary.values, count: dictionary.count)
      for row in 0..<column.count {
        precondition(codes[row] < dictionary.count, "a code points behind its dictionary")
      }
    case .runs(let ends, let values):
      sum &+= UInt64(ends[ends.count - 1])
      sum &+= touch(values, count: ends.count)
    }
    return sum
  }

  private static func touch(_ values: Values, count: Int) -> UInt64 {
    switch values {
    case .boolean(let buffer): sum(buffer, count)
    case .int8(let buffer): sum(buffer, count)
    case .int16(let buffer): sum(buffer, count)
    case .int32(let buffer): sum(buffer, count)
    case .int64(let buffer): sum(buffer, count)
    case .int128(let buffer): sum(buffer, count)
    case .float32(let buffer): (0..<count).reduce(0) { $0 &+ UInt64(buffer[$1].bitPattern) }
    case .float64(let buffer): (0..<count).reduce(0) { $0 &+ buffer[$1].bitPattern }
    case .bytes(let views, _): (0..<count).reduce(0) { $0 &+ touch(views[$1]) }
    case .list(let offsets, let elements): touchLists(offsets, elements, count)
    case .row(let fields): fields.reduce(0) { $0 &+ touch($1) }
    }
  }

  private static func sum<Element: FixedWidthInteger>(_ buffer: Buffer<Element>, _ count: Int)
    -> UInt64
  {
    var sum: UInt64 = 0
    for row in 0..<count { sum &+= UInt64(truncatingIfNeeded: buffer[row]) }
    return sum
  }

  /// One byte of each page of memory, and the last one.
  private static func touch(_ view: ByteView) -> UInt64 {
    view.withBytes { bytes in
      var sum = UInt64(bytes.last ?? 0)
      for index in stride(from: 0, to: bytes.count, by: 4096) { sum &+= UInt64(bytes[index]) }
      return sum
    }
  }

  private static func touchLists(_ offsets: Buffer<UInt32>, _ elements: Column, _ count: Int)
    -> UInt64
  {
    for row in 0..<count { precondition(offsets[row] <= offsets[row + 1], "a list ends early") }
    precondition(Int(offsets[count]) <= elements.count, "a list reaches behind its elements")
    return touch(elements)
  }
}
