import ColumnFormat
import SQL

/// One column of a batch, made ready to be printed row by row.
///
/// The column is flattened once and its storage looked at once; a row then costs a jump and the
/// digits.
struct CellReader {
  enum Storage {
    case boolean(UnsafeMutablePointer<UInt8>)
    case int8(UnsafeMutablePointer<Int8>)
    case int16(UnsafeMutablePointer<Int16>)
    case int32(UnsafeMutablePointer<Int32>)
    case int64(UnsafeMutablePointer<Int64>)
    case int128(UnsafeMutablePointer<Int128>)
    case float32(UnsafeMutablePointer<Float>)
    case float64(UnsafeMutablePointer<Double>)
    case bytes(UnsafeMutablePointer<ByteView>)
    case nested
  }

  let type: SQLType
  /// Keeps the storage alive.
  let column: Column
  let storage: Storage
  let validity: Validity?
  /// The elements of a list, or the fields of a row.
  let children: [CellReader]
  let offsets: Buffer<UInt32>?

  init(_ source: Column, _ type: SQLType) {
    self.type = type
    column = source.flattened()
    validity = column.validity
    var children: [CellReader] = []
    var offsets: Buffer<UInt32>?
    guard case .flat(let values) = column.form else {
      preconditionFailure("a flattened column is flat")
    }
    switch values {
    case .boolean(let buffer): storage = .boolean(buffer.base)
    case .int8(let buffer): storage = .int8(buffer.base)
    case .int16(let buffer): storage = .int16(buffer.base)
    case .int32(let buffer): storage = .int32(buffer.base)
    case .int64(let buffer): storage = .int64(buffer.base)
    case .int128(let buffer): storage = .int128(buffer.base)
    case .float32(let buffer): storage = .float32(buffer.base)
    case .float64(let buffer): storage = .float64(buffer.base)
    case .bytes(let buffer, _): storage = .bytes(buffer.base)
    case .list(let ends, let elements):
      storage = .nested
      offsets = ends
      if let element = type.elementType { children = [CellReader(elements, element)] }
    case .row(let fields):
      storage = .nested
      children = zip(fields, type.fieldTypes).map { CellReader($0, $1) }
    }
    self.children = children
    self.offsets = offsets
  }

  @inline(__always)
  func isNull(_ row: Int) -> Bool { validity.map { !$0.isValid(row) } ?? false }

  /// An integer of any width; zero for other storage.
  @inline(__always)
  func integer(_ row: Int) -> Int64 {
    switch storage {
    case .int8(let values): Int64(values[row])
    case .int16(let values): Int64(values[row])
    case .int32(let values): Int64(values[row])
    case .int64(let values): values[row]
    case .boolean(let values): Int64(values[row])
    default: 0
    }
  }

  @inline(__always)
  func boolean(_ row: Int) -> Bool {
    if case .boolean(let values) = storage { return values[row] != 0 }
    return false
  }

  /// The bytes of a text, binary, JSON or UUID value.
  @inline(__always)
  func bytes(_ row: Int) -> UnsafeRawBufferPointer {
    if case .bytes(let values) = storage { return (values + row).bytes }
    return UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// The element rows of a list or map.
  func elements(_ row: Int) -> Range<Int> {
    guard let offsets, !children.isEmpty else { return 0..<0 }
    return Int(offsets.base[row])..<Int(offsets.base[row + 1])
  }
}

extension SQLType {
  /// What a list's elements are; a map's are rows of key and value.
  fileprivate var elementType: SQLType? {
    switch self {
    case .array(let element): element
    case .map(let key, let value):
      .row([RowField(name: "key", type: key), RowField(name: "value", type: value)])
    default: nil
    }
  }

  fileprivate var fieldTypes: [SQLType] {
    if case .row(let fields) = self { fields.map(\.type) } else { [] }
  }

  /// Whether values are right-aligned in tables.
  var isNumeric: Bool {
    switch self {
    case .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal: true
    default: false
    }
  }
}
