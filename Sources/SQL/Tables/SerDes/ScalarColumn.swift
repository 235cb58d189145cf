import ColumnFormat

/// A column that grows value by value: what SerDes make of lines.
final class ScalarColumn {
  let type: LogicalType
  private let physicalType: PhysicalType
  private(set) var count = 0
  private var validity = ValidityBuilder()
  /// Booleans, integers of up to 64 bits, dates and times.
  private var integers: [Int64] = []
  private var wides: [Int128] = []
  private var doubles: [Double] = []
  private var views: [ByteView] = []
  private let arena = ByteArena(blockByteCount: 1 << 16)
  private var offsets: [UInt32] = [0]
  private var children: [ScalarColumn] = []

  init(_ type: LogicalType) {
    self.type = type
    physicalType = SQLType(type).physicalType
    switch type {
    case .list(let element): children = [ScalarColumn(element.type)]
    case .map(let key, let value): children = [ScalarColumn(.row([key, value]))]
    case .row(let fields): children = fields.map { ScalarColumn($0.type) }
    default: break
    }
  }

  /// Appends text or binary without a detour.
  func append(bytes: UnsafeRawBufferPointer) {
    views.append(arena.copy(bytes))
    validity.append(true)
    count += 1
  }

  /// Appends what integers keep: integers, days, ticks, truth values, decimals of up to 18 digits.
  ///
  /// - Returns: Whether there was a value.
  func append(integer value: Int64?) -> Bool {
    guard let value else { return false }
    integers.append(value)
    validity.append(true)
    count += 1
    return true
  }

  /// Appends a floating number.
  func append(double value: Double) {
    doubles.append(value)
    validity.append(true)
    count += 1
  }

  /// Appends a value, which is of the column's type, or null.
  func append(_ scalar: Scalar) {
    switch scalar {
    case .null: return appendNull()
    case .boolean(let value): integers.append(value ? 1 : 0)
    case .int(let value) where physicalType == .int128: wides.append(Int128(value))
    case .int(let value): integers.append(value)
    case .int128(let value): wides.append(value)
    case .float(let value): doubles.append(Double(value))
    case .double(let value): doubles.append(value)
    case .bytes(let bytes): return bytes.withUnsafeBytes { append(bytes: $0) }
    case .list(let elements):
      for element in elements { children[0].append(element) }
      offsets.append(UInt32(children[0].count))
    case .row(let fields):
      for (child, field) in zip(children, fields) { child.append(field) }
    }
    validity.append(true)
    count += 1
  }

  private func appendNull() {
    switch physicalType {
    case .boolean, .int8, .int16, .int32, .int64: integers.append(0)
    case .int128: wides.append(0)
    case .float32, .float64: doubles.append(0)
    case .bytes: views.append(ByteView())
    case .list: offsets.append(UInt32(children[0].count))
    case .row: for child in children { child.append(.null) }
    }
    validity.append(false)
    count += 1
  }

  /// The values so far; the builder must not be used afterwards.
  func finish() -> Column {
    let values: Values
    switch physicalType {
    case .boolean: values = .boolean(Buffer(integers.map { UInt8(truncatingIfNeeded: $0) }))
    case .int8: values = .int8(Buffer(integers.map { Int8(truncatingIfNeeded: $0) }))
    case .int16: values = .int16(Buffer(integers.map { Int16(truncatingIfNeeded: $0) }))
    case .int32: values = .int32(Buffer(integers.map { Int32(truncatingIfNeeded: $0) }))
    case .int64: values = .int64(Buffer(integers))
    case .int128: values = .int128(Buffer(wides))
    case .float32: values = .float32(Buffer(doubles.map { Float($0) }))
    case .float64: values = .float64(Buffer(doubles))
    case .bytes: values = .bytes(Buffer(views), heap: ByteHeap([arena]))
    case .list: values = .list(offsets: Buffer(offsets), elements: children[0].finish())
    case .row: values = .row(children.map { $0.finish() })
    }
    return Column(flat: values, count: count, validity: validity.finish())
  }
}
