import ColumnFormat

/// Lists and rows as bytes, so that they can be keys: equal values have equal bytes.
///
/// ```
///   value    0 (null) | 1 payload
///   fixed    the bytes of the number, floats with one zero and one NaN
///   text     count (4 bytes), bytes
///   list     count (4 bytes), values
///   row      values
///   map      count (4 bytes), pairs of key and value by the order of their bytes
/// ```
enum NestedValueCoding {
  /// Appends the bytes of one row of a flat column.
  static func append(_ column: Column, row: Int, _ type: SQLType, to bytes: inout [UInt8]) {
    guard column.isValid(row) else { return bytes.append(0) }
    bytes.append(1)
    let (values, position) = storage(column, row)
    switch values {
    case .boolean(let buffer): append(buffer[position], to: &bytes)
    case .int8(let buffer): append(buffer[position], to: &bytes)
    case .int16(let buffer): append(buffer[position], to: &bytes)
    case .int32(let buffer): append(buffer[position], to: &bytes)
    case .int64(let buffer): append(buffer[position], to: &bytes)
    case .int128(let buffer): append(buffer[position], to: &bytes)
    case .float32(let buffer):
      append(KeyEncoder.canonicalBits(buffer[position]), to: &bytes)
    case .float64(let buffer):
      append(KeyEncoder.canonicalBits(buffer[position]), to: &bytes)
    case .bytes(let buffer, _):
      buffer[position].withBytes {
        append(UInt32(truncatingIfNeeded: $0.count), to: &bytes)
        bytes.append(contentsOf: $0)
      }
    case .list(let offsets, let elements):
      let first = Int(offsets[position])
      let end = max(Int(offsets[position + 1]), first)
      append(UInt32(truncatingIfNeeded: end - first), to: &bytes)
      let elementType = type.elementType
      if case .map = type {
        // Maps with the same pairs are equal in whatever order these come.
        var pairs: [[UInt8]] = []
        for element in first..<end {
          var pair: [UInt8] = []
          append(elements, row: element, elementType, to: &pair)
          pairs.append(pair)
        }
        for pair in pairs.sorted(by: { $0.lexicographicallyPrecedes($1) }) { bytes += pair }
      } else {
        for element in first..<end { append(elements, row: element, elementType, to: &bytes) }
      }
    case .row(let fields):
      for (index, field) in fields.enumerated() {
        append(field, row: position, type.fieldType(index), to: &bytes)
      }
    }
  }

  /// The values of a column in any form, and where in them a row's value stands.
  private static func storage(_ column: Column, _ row: Int) -> (Values, Int) {
    switch column.form {
    case .flat(let values): return (values, row)
    case .constant(let values, _): return (values, 0)
    case .dictionary(let codes, let dictionary): return (dictionary.values, Int(codes[row]))
    case .runs(let ends, let values):
      var run = 0
      while Int(ends[run]) <= row { run += 1 }
      return (values, run)
    }
  }

  private static func append<Number: BitwiseCopyable>(_ number: Number, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
  }

  /// The values whose bytes the rows of `texts` are.
  static func column(of texts: Column, _ type: SQLType) -> Column {
    guard case .bytes(let views, _) = texts.flatValues else {
      preconditionFailure("coded values are bytes")
    }
    let builder = NestedValueBuilder(type)
    for row in 0..<texts.count {
      if texts.isValid(row) {
        views[row].withBytes { bytes in
          var offset = 0
          builder.append(bytes, &offset)
        }
      } else {
        builder.appendNull()
      }
    }
    return builder.finish()
  }
}

/// Builds a column from coded values.
private final class NestedValueBuilder {
  private let type: SQLType
  private var count = 0
  private var validity = ValidityBuilder()
  private var fixed: [UInt8] = []
  private var views: [ByteView] = []
  private let arena = ByteArena()
  private var offsets: [UInt32] = [0]
  private let children: [NestedValueBuilder]

  init(_ type: SQLType) {
    self.type = type
    children = type.nestedTypes.map { NestedValueBuilder($0) }
  }

  func append(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) {
    offset += 1
    if bytes[offset - 1] == 0 { return appendNull() }
    validity.append(true)
    count += 1
    switch type.physicalType {
    case .bytes:
      let length = takeCount(bytes, &offset)
      views.append(
        arena.copy(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)]))
      )
      offset += length
    case .list:
      let length = takeCount(bytes, &offset)
      for _ in 0..<length { children[0].append(bytes, &offset) }
      offsets.append(UInt32(children[0].count))
    case .row:
      for child in children { child.append(bytes, &offset) }
    default:
      let width = type.physicalType.fixedByteCount
      fixed.append(contentsOf: bytes[offset..<(offset + width)])
      offset += width
    }
  }

  func appendNull() {
    validity.append(false)
    count += 1
    switch type.physicalType {
    case .bytes: views.append(ByteView())
    case .list: offsets.append(UInt32(children[0].count))
    case .row: for child in children { child.appendNull() }
    default:
      fixed.append(contentsOf: repeatElement(0, count: type.physicalType.fixedByteCount))
    }
  }

  private func takeCount(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) -> Int {
    defer { offset += 4 }
    return Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  func finish() -> Column {
    let values: Values =
      switch type.physicalType {
      case .boolean: .boolean(numbers())
      case .int8: .int8(numbers())
      case .int16: .int16(numbers())
      case .int32: .int32(numbers())
      case .int64: .int64(numbers())
      case .int128: .int128(numbers())
      case .float32: .float32(numbers())
      case .float64: .float64(numbers())
      case .bytes: .bytes(Buffer(views), heap: ByteHeap([arena]))
      case .list: .list(offsets: Buffer(offsets), elements: children[0].finish())
      case .row: .row(children.map { $0.finish() })
      }
    return Column(flat: values, count: count, validity: validity.finish())
  }

  private func numbers<Number: BitwiseCopyable>() -> Buffer<Number> {
    let buffer = Buffer<Number>(count: count)
    fixed.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress, count > 0 {
        UnsafeMutableRawPointer(buffer.base).copyMemory(from: start, byteCount: bytes.count)
      }
    }
    return buffer
  }
}

extension SQLType {
  /// The types of the columns within: an array's elements, a map's one row, a row's fields.
  var nestedTypes: [SQLType] {
    switch self {
    case .array(let element): [element]
    case .map(let key, let value):
      [.row([RowField(name: "key", type: key), RowField(name: "value", type: value)])]
    case .row(let fields): fields.map(\.type)
    default: []
    }
  }

  /// `count` zero or empty values, with the nested columns that the type has.
  func zeros(count: Int) -> Values {
    switch physicalType {
    case .list:
      .list(
        offsets: Buffer(repeating: 0, count: count + 1),
        elements: Column(flat: nestedTypes[0].zeros(count: 0), count: 0)
      )
    case .row:
      .row(nestedTypes.map { Column(flat: $0.zeros(count: count), count: count) })
    default: .zeros(physicalType, count: count)
    }
  }

  /// A column of nulls with the nested columns that the type has.
  func nulls(count: Int) -> Column {
    Column(.constant(zeros(count: 1), isNull: true), count: count)
  }
}

extension PhysicalType {
  /// The bytes of a value; 0 where they differ by value.
  var fixedByteCount: Int {
    switch self {
    case .boolean, .int8: 1
    case .int16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    case .int128: 16
    case .bytes, .list, .row: 0
    }
  }
}
