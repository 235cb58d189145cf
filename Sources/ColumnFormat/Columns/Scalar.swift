/// One value outside a column: a literal, a bound from statistics, a partition value.
public enum Scalar: Sendable, Hashable {
  /// No value.
  case null
  /// A truth value.
  case boolean(Bool)
  /// Any integer of up to 64 bits, a date, a time, a timestamp, a decimal of up to 18 digits.
  case int(Int64)
  /// A decimal of 19 to 38 digits, without its point.
  case int128(Int128)
  /// Single precision.
  case float(Float)
  /// Double precision.
  case double(Double)
  /// Text or binary.
  case bytes([UInt8])
  /// The elements of an array.
  case list([Scalar])
  /// The fields of a row; a map is a list of rows of two.
  case row([Scalar])

  /// Text as bytes.
  public static func text(_ text: String) -> Scalar { .bytes(Array(text.utf8)) }

  /// Whether there is no value.
  public var isNull: Bool { self == .null }
}

extension Column {
  /// A column that repeats one value.
  ///
  /// - Parameters:
  ///   - scalar: The value; it must fit the physical type.
  ///   - type: How to keep it, also for null.
  ///   - count: The number of rows.
  /// - Returns: A constant column.
  public static func constant(_ scalar: Scalar, _ type: PhysicalType, count: Int) -> Column {
    if scalar.isNull { return .nulls(type, count: count) }
    return Column(.constant(Values.single(scalar, type), isNull: false), count: count)
  }

  /// The value of one row; for messages, statistics and results, not for hot loops.
  public func scalar(at row: Int) -> Scalar {
    guard isValid(row) else { return .null }
    switch form {
    case .flat(let values): return values.scalar(at: row)
    case .constant(let values, _): return values.scalar(at: 0)
    case .dictionary(let codes, let dictionary):
      return dictionary.values.scalar(at: Int(codes.base[row]))
    case .runs(let ends, let values):
      var run = 0
      while Int(ends.base[run]) <= row { run += 1 }
      return values.scalar(at: run)
    }
  }
}

extension Values {
  /// One value as an array of one.
  static func single(_ scalar: Scalar, _ type: PhysicalType) -> Values {
    switch (scalar, type) {
    case (.boolean(let value), .boolean): return .boolean(Buffer([value ? 1 : 0]))
    case (.int(let value), .int8): return .int8(Buffer([Int8(truncatingIfNeeded: value)]))
    case (.int(let value), .int16): return .int16(Buffer([Int16(truncatingIfNeeded: value)]))
    case (.int(let value), .int32): return .int32(Buffer([Int32(truncatingIfNeeded: value)]))
    case (.int(let value), .int64): return .int64(Buffer([value]))
    case (.int(let value), .int128): return .int128(Buffer([Int128(value)]))
    case (.int128(let value), .int128): return .int128(Buffer([value]))
    case (.int128(let value), .int64): return .int64(Buffer([Int64(truncatingIfNeeded: value)]))
    case (.float(let value), .float32): return .float32(Buffer([value]))
    case (.double(let value), .float64): return .float64(Buffer([value]))
    case (.bytes(let value), .bytes):
      let arena = ByteArena(blockByteCount: max(value.count, 1))
      let view = value.withUnsafeBytes { arena.copy($0) }
      return .bytes(Buffer([view]), heap: ByteHeap([arena]))
    case (.list(let values), .list):
      return .list(
        offsets: Buffer([0, UInt32(values.count)]),
        elements: Column.fromScalars(values)
      )
    case (.row(let values), .row):
      return .row(values.map { Column.fromScalars([$0]) })
    default: preconditionFailure("a \(type) column cannot hold \(scalar)")
    }
  }

  func scalar(at row: Int) -> Scalar {
    switch self {
    case .boolean(let values): return .boolean(values[row] != 0)
    case .int8(let values): return .int(Int64(values[row]))
    case .int16(let values): return .int(Int64(values[row]))
    case .int32(let values): return .int(Int64(values[row]))
    case .int64(let values): return .int(values[row])
    case .int128(let values): return .int128(values[row])
    case .float32(let values): return .float(values[row])
    case .float64(let values): return .double(values[row])
    case .bytes(let values, _): return values[row].withBytes { .bytes(Array($0)) }
    case .list(let offsets, let elements):
      return .list((offsets[row]..<offsets[row + 1]).map { elements.scalar(at: Int($0)) })
    case .row(let fields): return .row(fields.map { $0.scalar(at: row) })
    }
  }
}

extension Column {
  /// A flat column of a few values whose physical type is that of the first one that is not null.
  public static func fromScalars(_ scalars: [Scalar], _ type: PhysicalType? = nil) -> Column {
    let kind = type ?? scalars.lazy.compactMap(\.naturalType).first ?? .boolean
    if scalars.isEmpty { return Column(flat: .zeros(kind, count: 0), count: 0) }
    if scalars.allSatisfy(\.isNull) {
      return Column(
        flat: .zeros(kind, count: scalars.count),
        count: scalars.count,
        validity: .allNull(count: scalars.count)
      )
    }
    let filler = scalars.first { !$0.isNull } ?? .null
    var validity = ValidityBuilder()
    for scalar in scalars { validity.append(!scalar.isNull) }
    let parts = scalars.map { Values.single($0.isNull ? filler : $0, kind) }
    return Column(
      flat: Values.concatenate(parts, counts: parts.map { _ in 1 }),
      count: scalars.count,
      validity: validity.finish()
    )
  }
}

extension Scalar {
  /// The physical type that keeps the value without loss; nil for null.
  public var naturalType: PhysicalType? {
    switch self {
    case .null: nil
    case .boolean: .boolean
    case .int: .int64
    case .int128: .int128
    case .float: .float32
    case .double: .float64
    case .bytes: .bytes
    case .list: .list
    case .row: .row
    }
  }
}
