import ColumnFormat

/// Compares rows of one batch by keys; for what ``SortWords`` leaves open.
///
/// Holds addresses into the batch's columns, which it keeps alive.
final class RowComparison {
  private struct Key {
    var values: UnsafeRawPointer
    var validity: UnsafePointer<UInt64>?
    var type: PhysicalType
    var isDescending: Bool
    var nullsFirst: Bool
    /// For lists and rows.
    var column: Int

    /// As in ``SortWords``.
    var nanIsLeast: Bool { nullsFirst }
  }

  private let columns: [Column]
  private let keys: UnsafeMutableBufferPointer<Key>

  /// Compares by the keys from `first` on.
  init(_ batch: Batch, _ order: RowOrder, from first: Int) {
    var columns: [Column] = []
    var keys: [Key] = []
    for key in order.keys.dropFirst(first) {
      let column = batch.columns[key.column].flattened()
      keys.append(
        Key(
          values: RowComparison.address(column.flatValues),
          validity: column.validity.map { UnsafePointer($0.words.base) },
          type: column.physicalType,
          isDescending: key.isDescending,
          nullsFirst: key.nullsFirst,
          column: columns.count
        )
      )
      columns.append(column)
    }
    self.columns = columns
    self.keys = .allocate(capacity: keys.count)
    _ = self.keys.initialize(from: keys)
  }

  deinit { keys.deallocate() }

  private static func address(_ values: Values) -> UnsafeRawPointer {
    switch values {
    case .boolean(let buffer): UnsafeRawPointer(buffer.base)
    case .int8(let buffer): UnsafeRawPointer(buffer.base)
    case .int16(let buffer): UnsafeRawPointer(buffer.base)
    case .int32(let buffer): UnsafeRawPointer(buffer.base)
    case .int64(let buffer): UnsafeRawPointer(buffer.base)
    case .int128(let buffer): UnsafeRawPointer(buffer.base)
    case .float32(let buffer): UnsafeRawPointer(buffer.base)
    case .float64(let buffer): UnsafeRawPointer(buffer.base)
    case .bytes(let buffer, _): UnsafeRawPointer(buffer.base)
    case .list(let offsets, _): UnsafeRawPointer(offsets.base)
    // Nothing is read through it.
    case .row(let fields):
      fields.first.map { address($0.flatValues) }
        ?? UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
    }
  }

  /// Negative, zero or positive as row `left` comes before, with or after row `right`.
  func compare(_ left: Int, _ right: Int) -> Int {
    for key in keys {
      if let validity = key.validity {
        let isLeft = (validity[left &>> 6] &>> UInt64(truncatingIfNeeded: left & 63)) & 1
        let isRight = (validity[right &>> 6] &>> UInt64(truncatingIfNeeded: right & 63)) & 1
        if isLeft != isRight { return (isLeft == 0) == key.nullsFirst ? -1 : 1 }
        if isLeft == 0 { continue }
      }
      let order = compareValues(key, left, right)
      if order != 0 { return key.isDescending ? -order : order }
    }
    return 0
  }

  @inline(__always)
  private func compareValues(_ key: Key, _ left: Int, _ right: Int) -> Int {
    @inline(__always)
    func numbers<Number: Comparable & BitwiseCopyable>(_ type: Number.Type) -> Int {
      let values = key.values.assumingMemoryBound(to: Number.self)
      return values[left] == values[right] ? 0 : values[left] < values[right] ? -1 : 1
    }
    switch key.type {
    case .boolean: return numbers(UInt8.self)
    case .int8: return numbers(Int8.self)
    case .int16: return numbers(Int16.self)
    case .int32: return numbers(Int32.self)
    case .int64: return numbers(Int64.self)
    case .int128: return numbers(Int128.self)
    case .float32:
      let values = key.values.assumingMemoryBound(to: Float.self)
      let one = SortWords.ordered(values[left], nanIsLeast: key.nanIsLeast)
      let two = SortWords.ordered(values[right], nanIsLeast: key.nanIsLeast)
      return one == two ? 0 : one < two ? -1 : 1
    case .float64:
      let values = key.values.assumingMemoryBound(to: Double.self)
      let one = SortWords.ordered(values[left], nanIsLeast: key.nanIsLeast)
      let two = SortWords.ordered(values[right], nanIsLeast: key.nanIsLeast)
      return one == two ? 0 : one < two ? -1 : 1
    case .bytes:
      let values = key.values.assumingMemoryBound(to: ByteView.self)
      return ByteView.compare(values[left], values[right])
    case .list, .row: return RowComparison.compareNested(columns[key.column], left, right)
    }
  }

  /// The order of arrays and rows: element by element, shorter first, nulls last.
  private static func compareNested(_ column: Column, _ left: Int, _ right: Int) -> Int {
    let isLeft = column.isValid(left)
    let isRight = column.isValid(right)
    if !isLeft || !isRight { return isLeft == isRight ? 0 : isLeft ? -1 : 1 }
    switch column.flatValues {
    case .list(let offsets, let elements):
      let (firstLeft, endLeft) = (Int(offsets[left]), Int(offsets[left + 1]))
      let (firstRight, endRight) = (Int(offsets[right]), Int(offsets[right + 1]))
      var position = 0
      while firstLeft + position < endLeft && firstRight + position < endRight {
        let order = compareNested(elements, firstLeft + position, firstRight + position)
        if order != 0 { return order }
        position += 1
      }
      let (one, two) = (endLeft - firstLeft, endRight - firstRight)
      return one == two ? 0 : one < two ? -1 : 1
    case .row(let fields):
      for field in fields {
        let order = compareNested(field, left, right)
        if order != 0 { return order }
      }
      return 0
    default: return compareSimple(column.place(of: left), column.place(of: right))
    }
  }

  /// The order of two values without values within; NaN is above the numbers.
  private static func compareSimple(_ left: (Values, Int), _ right: (Values, Int)) -> Int {
    let (i, j) = (left.1, right.1)
    return switch (left.0, right.0) {
    case (.boolean(let a), .boolean(let b)): UInt8.order(a.base[i], b.base[j])
    case (.int8(let a), .int8(let b)): Int8.order(a.base[i], b.base[j])
    case (.int16(let a), .int16(let b)): Int16.order(a.base[i], b.base[j])
    case (.int32(let a), .int32(let b)): Int32.order(a.base[i], b.base[j])
    case (.int64(let a), .int64(let b)): Int64.order(a.base[i], b.base[j])
    case (.int128(let a), .int128(let b)): Int128.order(a.base[i], b.base[j])
    case (.float32(let a), .float32(let b)): Float.order(a.base[i], b.base[j])
    case (.float64(let a), .float64(let b)): Double.order(a.base[i], b.base[j])
    case (.bytes(let a, _), .bytes(let b, _)): ByteView.compare(a.base[i], b.base[j])
    default: preconditionFailure("a value of another kind")
    }
  }
}
