/// Writes the Thrift compact protocol; the layout is drawn at ``CompactReader``.
///
/// ```swift
/// writer.beginStruct()
/// writer.write(1, int32: 7)
/// writer.write(4, text: "total")
/// writer.endStruct()
/// ```
package struct CompactWriter {
  /// What has been written.
  package private(set) var bytes: [UInt8] = []
  /// The last field's id of each struct that is open.
  private var lastIDs: [Int] = []

  /// A writer that has written nothing.
  package init() {}

  /// Starts a struct: the outermost one or an element of a list.
  package mutating func beginStruct() { lastIDs.append(0) }

  /// Ends the struct begun last.
  package mutating func endStruct() {
    bytes.append(CompactType.stop.rawValue)
    lastIDs.removeLast()
  }

  /// Starts a field that is a struct; ``endStruct()`` ends it.
  package mutating func beginStruct(_ id: Int) {
    writeHeader(id, .structure)
    beginStruct()
  }

  /// A field that is a struct without fields, as unions use to name a case.
  package mutating func writeEmptyStruct(_ id: Int) {
    beginStruct(id)
    endStruct()
  }

  /// Starts a list field; its `count` elements follow.
  package mutating func beginList(_ id: Int, of type: CompactType, count: Int) {
    writeHeader(id, .list)
    if count < 15 {
      bytes.append(UInt8(count) << 4 | type.rawValue)
    } else {
      bytes.append(0xF0 | type.rawValue)
      writeVarint(UInt64(count))
    }
  }

  /// A boolean field.
  package mutating func write(_ id: Int, boolean value: Bool) {
    writeHeader(id, value ? .booleanTrue : .booleanFalse)
  }

  /// A field of one byte.
  package mutating func write(_ id: Int, byte value: Int8) {
    writeHeader(id, .byte)
    bytes.append(UInt8(bitPattern: value))
  }

  /// A 16-bit integer field.
  package mutating func write(_ id: Int, int16 value: Int) {
    writeHeader(id, .int16)
    writeZigzag(Int64(value))
  }

  /// A 32-bit integer field.
  package mutating func write(_ id: Int, int32 value: Int) {
    writeHeader(id, .int32)
    writeZigzag(Int64(value))
  }

  /// A 64-bit integer field.
  package mutating func write(_ id: Int, int64 value: Int) {
    writeHeader(id, .int64)
    writeZigzag(Int64(value))
  }

  /// A binary field.
  package mutating func write(_ id: Int, bytes value: [UInt8]) {
    writeHeader(id, .binary)
    append(value)
  }

  /// A text field.
  package mutating func write(_ id: Int, text value: String) {
    writeHeader(id, .binary)
    append(Array(value.utf8))
  }

  /// A field that is a list of integers.
  package mutating func write(_ id: Int, ints values: [Int], of type: CompactType) {
    beginList(id, of: type, count: values.count)
    for value in values { writeZigzag(Int64(value)) }
  }

  /// A field that is a list of texts.
  package mutating func write(_ id: Int, texts values: [String]) {
    beginList(id, of: .binary, count: values.count)
    for value in values { append(Array(value.utf8)) }
  }

  /// A field that is a list of binaries.
  package mutating func write(_ id: Int, binaries values: [[UInt8]]) {
    beginList(id, of: .binary, count: values.count)
    for value in values { append(value) }
  }

  /// A field that is a list of booleans.
  package mutating func write(_ id: Int, booleans values: [Bool]) {
    beginList(id, of: .booleanTrue, count: values.count)
    for value in values { bytes.append(value ? 1 : 2) }
  }

  private mutating func append(_ value: [UInt8]) {
    writeVarint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  private mutating func writeHeader(_ id: Int, _ type: CompactType) {
    precondition(!lastIDs.isEmpty, "a field outside of a struct")
    let delta = id - lastIDs[lastIDs.count - 1]
    if delta >= 1 && delta <= 15 {
      bytes.append(UInt8(delta) << 4 | type.rawValue)
    } else {
      bytes.append(type.rawValue)
      writeZigzag(Int64(id))
    }
    lastIDs[lastIDs.count - 1] = id
  }

  private mutating func writeVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private mutating func writeZigzag(_ value: Int64) {
    writeVarint(UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)))
  }
}
