import ColumnFormat

/// A Swift type that lies in a column's buffer as it is; one loop serves all of them.
protocol PhysicalValue: BitwiseCopyable {
  /// The buffer, if the values are of this type.
  static func buffer(_ values: Values) -> Buffer<Self>?
  /// The buffer as values; `heap` matters to byte columns only.
  static func values(_ buffer: Buffer<Self>, heap: ByteHeap) -> Values
  /// What stands behind a null row.
  static var filler: Self { get }
}

extension UInt8: PhysicalValue {
  static func buffer(_ values: Values) -> Buffer<UInt8>? {
    if case .boolean(let buffer) = values { buffer } else { nil }
  }
  static func values(_ buffer: Buffer<UInt8>, heap: ByteHeap) -> Values { .boolean(buffer) }
  static var filler: UInt8 { 0 }
}

extension Int8: PhysicalValue {
  static func buffer(_ values: Values) -> Buffer<Int8>? {
    if case .int8(let buffer) = values { buffer } else { nil }
  }
  static func values(_ buffer: Buffer<Int8>, heap: ByteHeap) -> Values { .int8(buffer) }
  static var filler: Int8 { 0 }
}

extension Int16: PhysicalValue {
  static func buffer(_ values: Values) -> Buffer<Int16>? {
    if case .int16(let buffer) = values { buffer } else { nil }
  }
  static func values(_ buffer: Buffer<Int16>, heap: ByteHeap) -> Values { .int16(buffer) }
  static var filler: Int16 { 0 }
}

extension Int32: PhysicalValue {
  static func buffer(_ values: Values) -> Buffer<Int32>? {
    if case .int32(let buffer) = values { buffer } else { nil }
  }
  static func values(_ buffer: Buffer<Int32>, heap: ByteHeap) -> Values { .int32(buffer) }
  static var filler: Int32 { 0 }
}

extension Int64: PhysicalValue {
  static func buffer(_ values: Values) -> Buffer<Int64>? {
    if case .int64(let buffer) = values { buffer } else { nil }
  }
  static func values(_ buffer: Buffer<Int64>, heap: ByteHeap) -> Values { .int64(buffer) }
  static var filler: Int64 { 0 }
}

extension Int128: PhysicalValue {
  static func buffer(_ values: Values) -> Buffer<Int128>? {
    if case .int128(let buffer) = values { buffer } else { nil }
  }
  static func values(_ buffer: Buffer<Int128>, heap: ByteHeap) -> Values { .int128(buffer) }
  static var filler: Int128 { 0 }
}

extension Float: PhysicalValue {
  static func buffer(_ values: Values) -> Buffer<Float>? {
    if case .float32(let buffer) = values { buffer } else { nil }
  }
  static func values(_ buffer: Buffer<Float>, heap: ByteHeap) -> Values { .float32(buffer) }
  static var filler: Float { 0 }
}

extension Double: PhysicalValue {
  static func buffer(_ values: Values) -> Buffer<Double>? {
    if case .float64(let buffer) = values { buffer } else { nil }
  }
  static func values(_ buffer: Buffer<Double>, heap: ByteHeap) -> Values { .float64(buffer) }
  static var filler: Double { 0 }
}

extension ByteView: PhysicalValue {
  static func buffer(_ values: Values) -> Buffer<ByteView>? {
    if case .bytes(let buffer, _) = values { buffer } else { nil }
  }
  static func values(_ buffer: Buffer<ByteView>, heap: ByteHeap) -> Values {
    .bytes(buffer, heap: heap)
  }
  static var filler: ByteView { ByteView() }
}

/// A column's values for a loop: a pointer, and a mask that keeps a constant at its first value.
struct Operand<Value: PhysicalValue> {
  let buffer: Buffer<Value>
  /// All ones, or zero for a constant: `base[row & mask]`.
  let mask: Int
  let validity: Validity?

  var isConstant: Bool { mask == 0 }

  /// The values of `column`; dictionaries and runs are flattened.
  init(_ column: Column) {
    if case .constant(let values, let isNull) = column.form {
      buffer = Operand.checked(values)
      mask = 0
      validity = isNull ? .allNull(count: column.count) : nil
    } else {
      buffer = Operand.checked(column.flatValues)
      mask = -1
      validity = column.validity
    }
  }

  private static func checked(_ values: Values) -> Buffer<Value> {
    guard let buffer = Value.buffer(values) else {
      // Binding settles types before any row is read.
      preconditionFailure("expected \(Value.self), found \(values.physicalType)")
    }
    return buffer
  }

  @inline(__always)
  subscript(row: Int) -> Value { buffer.base[row & mask] }
}

extension Column {
  /// What keeps the bytes of a byte column alive.
  var byteHeap: ByteHeap {
    switch form {
    case .flat(.bytes(_, let heap)), .constant(.bytes(_, let heap), _),
      .runs(_, .bytes(_, let heap)):
      return heap
    case .dictionary(_, let dictionary):
      if case .bytes(_, let heap) = dictionary.values { return heap }
      return ByteHeap()
    default: return ByteHeap()
    }
  }

  /// A flat column of the values in `buffer`.
  init<Value: PhysicalValue>(
    _ buffer: Buffer<Value>,
    validity: Validity? = nil,
    heap: ByteHeap = ByteHeap()
  ) {
    self.init(flat: Value.values(buffer, heap: heap), count: buffer.count, validity: validity)
  }

  /// A flat boolean column.
  init(booleans: Buffer<UInt8>, validity: Validity? = nil) {
    self.init(flat: .boolean(booleans), count: booleans.count, validity: validity)
  }

  /// The rows on which every column has a value; nil where all rows do.
  static func unitedValidity(_ columns: [Column]) -> Validity? {
    var united: Validity?
    for column in columns {
      if let own = column.rowValidity { united = Validity.intersection(united, own) }
    }
    return united
  }

  /// The same values with other nulls; a constant is flattened first.
  func withValidity(_ validity: Validity?) -> Column {
    if case .constant(_, let isNull) = form {
      if isNull || validity == nil || validity?.nullCount == 0 { return self }
      return flattened().withValidity(validity)
    }
    return Column(form, count: count, validity: validity)
  }
}

/// A truth value as zero or one without a jump.
@inline(__always)
func bit(_ condition: Bool) -> UInt8 { unsafeBitCast(condition, to: UInt8.self) }
