import ColumnFormat

/// Columns made from single values, with nested parts of the right physical types.
extension Column {
  /// A flat column of a few values of a type; not for hot loops.
  init(scalars: [Scalar], type: SQLType) {
    var validity = ValidityBuilder()
    for scalar in scalars { validity.append(!scalar.isNull) }
    self.init(
      flat: Column.values(scalars, type),
      count: scalars.count,
      validity: validity.finish()
    )
  }

  /// A column that repeats one value of a type.
  static func constant(_ scalar: Scalar, of type: SQLType, count: Int) -> Column {
    Column(.constant(values([scalar], type), isNull: scalar.isNull), count: count)
  }

  /// A column of nulls with the nested columns of its type.
  static func nulls(of type: SQLType, count: Int) -> Column {
    constant(.null, of: type, count: count)
  }

  private static func values(_ scalars: [Scalar], _ type: SQLType) -> Values {
    switch type.physicalType {
    case .boolean:
      return .boolean(Buffer(scalars.map { if case .boolean(true) = $0 { 1 } else { 0 } }))
    case .int8: return .int8(Buffer(scalars.map { Int8(truncatingIfNeeded: $0.wide) }))
    case .int16: return .int16(Buffer(scalars.map { Int16(truncatingIfNeeded: $0.wide) }))
    case .int32: return .int32(Buffer(scalars.map { Int32(truncatingIfNeeded: $0.wide) }))
    case .int64: return .int64(Buffer(scalars.map { Int64(truncatingIfNeeded: $0.wide) }))
    case .int128: return .int128(Buffer(scalars.map(\.wide)))
    case .float32: return .float32(Buffer(scalars.map { Float($0.floating) }))
    case .float64: return .float64(Buffer(scalars.map(\.floating)))
    case .bytes:
      let arena = ByteArena()
      let views = scalars.map { scalar -> ByteView in
        if case .bytes(let bytes) = scalar { return arena.copy(bytes) }
        return ByteView()
      }
      return .bytes(Buffer(views), heap: ByteHeap([arena]))
    case .list:
      var offsets: [UInt32] = [0]
      var elements: [Scalar] = []
      for scalar in scalars {
        if case .list(let own) = scalar { elements += own }
        offsets.append(UInt32(elements.count))
      }
      return .list(
        offsets: Buffer(offsets),
        elements: Column(scalars: elements, type: type.elementType)
      )
    case .row:
      guard case .row(let fields) = type else { return .row([]) }
      return .row(
        fields.indices.map { index in
          let column = scalars.map { scalar -> Scalar in
            if case .row(let own) = scalar, index < own.count { return own[index] }
            return .null
          }
          return Column(scalars: column, type: fields[index].type)
        }
      )
    }
  }
}

extension Scalar {
  /// The value of any integer, decimal or time; zero for others.
  var wide: Int128 {
    switch self {
    case .int(let value): Int128(value)
    case .int128(let value): value
    case .boolean(let value): value ? 1 : 0
    default: 0
    }
  }

  /// The value of any binary floating point number; zero for others.
  var floating: Double {
    switch self {
    case .float(let value): Double(value)
    case .double(let value): value
    case .int(let value): Double(value)
    default: 0
    }
  }
}
