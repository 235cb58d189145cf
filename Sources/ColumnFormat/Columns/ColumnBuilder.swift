/// A column that grows by rows of other columns, and owns all of its memory.
///
/// Copying strings into the builder's own arena lets the batches they came from be freed: a row kept
/// for an hour must not hold the megabytes it was decoded with.
public final class ColumnBuilder {
  private var storage: Storage
  private var validity = ValidityBuilder()
  /// The number of rows appended.
  public private(set) var count = 0

  private indirect enum Storage {
    case boolean(BufferBuilder<UInt8>)
    case int8(BufferBuilder<Int8>)
    case int16(BufferBuilder<Int16>)
    case int32(BufferBuilder<Int32>)
    case int64(BufferBuilder<Int64>)
    case int128(BufferBuilder<Int128>)
    case float32(BufferBuilder<Float>)
    case float64(BufferBuilder<Double>)
    case bytes(BufferBuilder<ByteView>, ByteArena)
    case list(BufferBuilder<UInt32>, ColumnBuilder)
    case row([ColumnBuilder])
  }

  /// Room for this many values is taken at first: thousands of small builders must stay cheap.
  private static let initialCapacity = 32

  /// An empty builder for values of a type.
  public init(_ type: LogicalType) {
    let capacity = ColumnBuilder.initialCapacity
    switch type {
    case .list(let element):
      storage = .list(ColumnBuilder.offsets(capacity), ColumnBuilder(element.type))
    case .map(let key, let value):
      storage = .list(ColumnBuilder.offsets(capacity), ColumnBuilder(.row([key, value])))
    case .row(let fields):
      storage = .row(fields.map { ColumnBuilder($0.type) })
    default:
      switch type.physicalType {
      case .boolean: storage = .boolean(BufferBuilder(capacity: capacity))
      case .int8: storage = .int8(BufferBuilder(capacity: capacity))
      case .int16: storage = .int16(BufferBuilder(capacity: capacity))
      case .int32: storage = .int32(BufferBuilder(capacity: capacity))
      case .int64: storage = .int64(BufferBuilder(capacity: capacity))
      case .int128: storage = .int128(BufferBuilder(capacity: capacity))
      case .float32: storage = .float32(BufferBuilder(capacity: capacity))
      case .float64: storage = .float64(BufferBuilder(capacity: capacity))
      case .bytes, .list, .row:
        storage = .bytes(BufferBuilder(capacity: capacity), ByteArena(blockByteCount: 1 << 10))
      }
    }
  }

  private static func offsets(_ capacity: Int) -> BufferBuilder<UInt32> {
    var offsets = BufferBuilder<UInt32>(capacity: capacity + 1)
    offsets.append(0)
    return offsets
  }

  /// The memory held by the values, roughly, in bytes.
  public var byteCount: Int {
    switch storage {
    case .boolean, .int8: return count
    case .int16: return count * 2
    case .int32, .float32: return count * 4
    case .int64, .float64: return count * 8
    case .int128: return count * 16
    case .bytes(_, let arena): return count * 16 + arena.byteCount
    case .list(_, let elements): return count * 4 + elements.byteCount
    case .row(let fields): return fields.reduce(0) { $0 + $1.byteCount }
    }
  }

  /// Appends the rows of `column` at `rows`, in that order.
  ///
  /// The types must agree.
  public func append(_ column: Column, rows: Buffer<UInt32>) {
    if rows.count == 0 { return }
    let flat = column.flattened()
    if let validity = flat.validity {
      for index in 0..<rows.count { self.validity.append(validity.isValid(Int(rows.base[index]))) }
    } else {
      self.validity.append(repeating: true, count: rows.count)
    }
    count += rows.count
    append(flat.flatValues, rows)
  }

  private func append(_ values: Values, _ rows: Buffer<UInt32>) {
    // Builders are values over memory of their own: the grown copy is put back.
    switch (values, storage) {
    case (.boolean(let source), .boolean(var target)):
      appendValues(source, rows, &target)
      storage = .boolean(target)
    case (.int8(let source), .int8(var target)):
      appendValues(source, rows, &target)
      storage = .int8(target)
    case (.int16(let source), .int16(var target)):
      appendValues(source, rows, &target)
      storage = .int16(target)
    case (.int32(let source), .int32(var target)):
      appendValues(source, rows, &target)
      storage = .int32(target)
    case (.int64(let source), .int64(var target)):
      appendValues(source, rows, &target)
      storage = .int64(target)
    case (.int128(let source), .int128(var target)):
      appendValues(source, rows, &target)
      storage = .int128(target)
    case (.float32(let source), .float32(var target)):
      appendValues(source, rows, &target)
      storage = .float32(target)
    case (.float64(let source), .float64(var target)):
      appendValues(source, rows, &target)
      storage = .float64(target)
    case (.bytes(let source, _), .bytes(var target, let arena)):
      target.reserve(rows.count)
      for index in 0..<rows.count {
        target.append(arena.copy(source.base[Int(rows.base[index])]))
      }
      storage = .bytes(target, arena)
    case (.list(let offsets, let elements), .list(var target, let builder)):
      var taken = BufferBuilder<UInt32>(capacity: rows.count * 2)
      var end = target[target.count - 1]
      for index in 0..<rows.count {
        let row = Int(rows.base[index])
        let first = offsets.base[row]
        let last = max(offsets.base[row + 1], first)
        for element in first..<last { taken.append(element) }
        end += last - first
        target.append(end)
      }
      builder.append(elements, rows: taken.finish())
      storage = .list(target, builder)
    case (.row(let columns), .row(let builders)):
      precondition(columns.count == builders.count, "the row types differ")
      for (column, builder) in zip(columns, builders) { builder.append(column, rows: rows) }
    default: preconditionFailure("the builder and the column have different physical types")
    }
  }

  /// Appends the rows of `column` in `range`, in bulk.
  ///
  /// The types must agree.
  public func append(_ column: Column, range: Range<Int>) {
    if range.isEmpty { return }
    let flat = column.flattened()
    if let validity = flat.validity {
      self.validity.append(validity, range)
    } else {
      self.validity.append(repeating: true, count: range.count)
    }
    count += range.count
    append(flat.flatValues, range)
  }

  private func append(_ values: Values, _ range: Range<Int>) {
    switch (values, storage) {
    case (.boolean(let source), .boolean(var target)):
      target.append(from: source.base + range.lowerBound, count: range.count)
      storage = .boolean(target)
    case (.int8(let source), .int8(var target)):
      target.append(from: source.base + range.lowerBound, count: range.count)
      storage = .int8(target)
    case (.int16(let source), .int16(var target)):
      target.append(from: source.base + range.lowerBound, count: range.count)
      storage = .int16(target)
    case (.int32(let source), .int32(var target)):
      target.append(from: source.base + range.lowerBound, count: range.count)
      storage = .int32(target)
    case (.int64(let source), .int64(var target)):
      target.append(from: source.base + range.lowerBound, count: range.count)
      storage = .int64(target)
    case (.int128(let source), .int128(var target)):
      target.append(from: source.base + range.lowerBound, count: range.count)
      storage = .int128(target)
    case (.float32(let source), .float32(var target)):
      target.append(from: source.base + range.lowerBound, count: range.count)
      storage = .float32(target)
    case (.float64(let source), .float64(var target)):
      target.append(from: source.base + range.lowerBound, count: range.count)
      storage = .float64(target)
    case (.bytes(let source, _), .bytes(var target, let arena)):
      arena.copy(source.base + range.lowerBound, count: range.count, to: &target)
      storage = .bytes(target, arena)
    case (.list(let offsets, let elements), .list(var target, let builder)):
      guard ColumnBuilder.isRising(offsets, range) else {
        let rows = Buffer<UInt32>(range.map { UInt32(truncatingIfNeeded: $0) })
        return append(values, rows)
      }
      let first = offsets.base[range.lowerBound]
      let start = target[target.count - 1]
      target.reserve(range.count)
      for row in range { target.append(start &+ (offsets.base[row &+ 1] &- first)) }
      builder.append(elements, range: Int(first)..<Int(offsets.base[range.upperBound]))
      storage = .list(target, builder)
    case (.row(let columns), .row(let builders)):
      precondition(columns.count == builders.count, "the row types differ")
      for (column, builder) in zip(columns, builders) { builder.append(column, range: range) }
    default: preconditionFailure("the builder and the column have different physical types")
    }
  }

  /// Whether lists lie one behind the other, as all but odd makers of columns leave them.
  private static func isRising(_ offsets: Buffer<UInt32>, _ range: Range<Int>) -> Bool {
    var isRising = true
    for row in range { isRising = isRising && offsets.base[row &+ 1] >= offsets.base[row] }
    return isRising
  }

  /// The rows appended so far as a column; the builder must not be used afterwards.
  public func finish() -> Column {
    let values: Values
    switch storage {
    case .boolean(let builder): values = .boolean(builder.finish())
    case .int8(let builder): values = .int8(builder.finish())
    case .int16(let builder): values = .int16(builder.finish())
    case .int32(let builder): values = .int32(builder.finish())
    case .int64(let builder): values = .int64(builder.finish())
    case .int128(let builder): values = .int128(builder.finish())
    case .float32(let builder): values = .float32(builder.finish())
    case .float64(let builder): values = .float64(builder.finish())
    case .bytes(let builder, let arena): values = .bytes(builder.finish(), heap: ByteHeap([arena]))
    case .list(let offsets, let elements):
      values = .list(offsets: offsets.finish(), elements: elements.finish())
    case .row(let fields): values = .row(fields.map { $0.finish() })
    }
    return Column(flat: values, count: count, validity: validity.finish())
  }
}

@inline(__always)
private func appendValues<Element: BitwiseCopyable>(
  _ source: Buffer<Element>,
  _ rows: Buffer<UInt32>,
  _ target: inout BufferBuilder<Element>
) {
  target.reserve(rows.count)
  for index in 0..<rows.count { target.append(source.base[Int(rows.base[index])]) }
}
