/// Reads the Thrift compact protocol from bytes that nobody vouches for.
///
/// ```
///   struct   field* 0x00
///   field    dddd tttt [zigzag id when dddd = 0] value        dddd: id minus the last field's id
///   list     cccc tttt [varint count when cccc = 15] element*
///   binary   varint byte count, bytes
///   integer  zigzag varint
/// ```
/// A struct is read as a loop over ``nextField(after:)``; unknown fields are skipped with
/// ``skip(_:)``. Counts are checked against the bytes that remain (each element takes at least
/// one), so nothing is allocated for elements that cannot be there.
package struct CompactReader {
  private let start: UnsafeRawPointer
  private let end: UnsafeRawPointer
  private var next: UnsafeRawPointer

  /// A reader of `bytes`, which must outlive it.
  package init(_ bytes: UnsafeRawBufferPointer) {
    // An empty buffer may have no address; it is never read then.
    start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    end = start + bytes.count
    next = start
  }

  /// How many bytes have been read.
  package var byteOffset: Int { next - start }
  /// How many bytes are left.
  package var remaining: Int { end - next }

  /// The next field of the struct being read, or nil at its end.
  ///
  /// `previous` is the id of the field before, zero at first; it is moved on.
  @inline(__always)
  package mutating func nextField(after previous: inout Int) throws(DecodingFailure)
    -> CompactField?
  {
    let header = try readByte()
    if header == 0 { return nil }
    let type = try compactType(header & 0x0F)
    let delta = Int(header >> 4)
    let id: Int
    if delta > 0 {
      id = previous &+ delta
    } else {
      id = Int(Int16(truncatingIfNeeded: try readZigzag()))
    }
    previous = id
    return CompactField(id: id, type: type)
  }

  /// A boolean field; its value is in its header.
  package mutating func readBoolean(_ field: CompactField) throws(DecodingFailure) -> Bool {
    switch field.type {
    case .booleanTrue: return true
    case .booleanFalse: return false
    default: throw mismatch(field, "a boolean")
    }
  }

  /// An integer field of any width.
  package mutating func readInt(_ field: CompactField) throws(DecodingFailure) -> Int {
    switch field.type {
    case .int16, .int32, .int64: return Int(try readZigzag())
    case .byte: return Int(Int8(bitPattern: try readByte()))
    default: throw mismatch(field, "an integer")
    }
  }

  /// An integer field that counts or measures something.
  package mutating func readCount(_ field: CompactField) throws(DecodingFailure) -> Int {
    let value = try readInt(field)
    if value < 0 { throw DecodingFailure("a size or count is negative: \(value)") }
    return value
  }

  /// A 32-bit integer field.
  package mutating func readInt32(_ field: CompactField) throws(DecodingFailure) -> Int32 {
    let value = try readInt(field)
    guard let narrow = Int32(exactly: value) else {
      throw DecodingFailure("a 32-bit integer has the value \(value)")
    }
    return narrow
  }

  /// A binary field.
  package mutating func readBytes(_ field: CompactField) throws(DecodingFailure) -> [UInt8] {
    guard field.type == .binary else { throw mismatch(field, "a string") }
    return Array(try readBinary())
  }

  /// A text field; invalid UTF-8 is repaired.
  package mutating func readText(_ field: CompactField) throws(DecodingFailure) -> String {
    guard field.type == .binary else { throw mismatch(field, "a string") }
    return String(decoding: try readBinary(), as: UTF8.self)
  }

  /// Checks that a field is a struct, whose fields the caller then reads.
  package func expectStruct(_ field: CompactField) throws(DecodingFailure) {
    guard field.type == .structure else { throw mismatch(field, "a struct") }
  }

  /// The header of a list field: its count, checked against the bytes that remain.
  package mutating func readList(_ field: CompactField, of expected: CompactType)
    throws(DecodingFailure) -> Int
  {
    guard field.type == .list || field.type == .set else { throw mismatch(field, "a list") }
    let (count, type) = try readListHeader()
    // Both codes stand for a list of booleans, depending on who wrote it.
    let isBoolean = expected == .booleanTrue && (type == .booleanFalse || type == .booleanTrue)
    guard count == 0 || type == expected || isBoolean else {
      throw DecodingFailure("a list has elements of type \(type), not \(expected)")
    }
    return count
  }

  /// The integers of a list field.
  package mutating func readInts(_ field: CompactField, of type: CompactType)
    throws(DecodingFailure) -> [Int]
  {
    let count = try readList(field, of: type)
    var values: [Int] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(Int(try readZigzag())) }
    return values
  }

  /// The booleans of a list field.
  package mutating func readBooleans(_ field: CompactField) throws(DecodingFailure) -> [Bool] {
    let count = try readList(field, of: .booleanTrue)
    var values: [Bool] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try readByte() == 1) }
    return values
  }

  /// The binaries of a list field.
  package mutating func readBinaries(_ field: CompactField) throws(DecodingFailure) -> [[UInt8]] {
    let count = try readList(field, of: .binary)
    var values: [[UInt8]] = []
    for _ in 0..<count { values.append(Array(try readBinary())) }
    return values
  }

  /// The texts of a list field.
  package mutating func readTexts(_ field: CompactField) throws(DecodingFailure) -> [String] {
    let count = try readList(field, of: .binary)
    var values: [String] = []
    for _ in 0..<count { values.append(String(decoding: try readBinary(), as: UTF8.self)) }
    return values
  }

  /// Passes over the value of a field that is of no interest.
  package mutating func skip(_ field: CompactField) throws(DecodingFailure) {
    // A boolean field has no bytes after its header; a boolean in a list has one.
    if field.type == .booleanTrue || field.type == .booleanFalse { return }
    try skipValue(field.type, depth: 0)
  }

  private mutating func skipValue(_ type: CompactType, depth: Int) throws(DecodingFailure) {
    guard depth < Limits.thriftDepthMax else {
      throw DecodingFailure("metadata is nested more than \(Limits.thriftDepthMax) levels deep")
    }
    switch type {
    case .stop: throw DecodingFailure("a value has the type of a struct's end")
    case .booleanTrue, .booleanFalse, .byte: try advance(1)
    case .int16, .int32, .int64: _ = try readVarint()
    case .double: try advance(8)
    case .uuid: try advance(16)
    case .binary: _ = try readBinary()
    case .list, .set:
      let (count, element) = try readListHeader()
      for _ in 0..<count { try skipValue(element, depth: depth + 1) }
    case .map:
      let count = try readVarint()
      if count == 0 { return }
      let types = try readByte()
      let key = try compactType(types >> 4)
      let value = try compactType(types & 0x0F)
      guard count <= UInt64(remaining) else { throw tooMany(count) }
      for _ in 0..<count {
        try skipValue(key, depth: depth + 1)
        try skipValue(value, depth: depth + 1)
      }
    case .structure:
      var last = 0
      while let field = try nextField(after: &last) {
        if field.type == .booleanTrue || field.type == .booleanFalse { continue }
        try skipValue(field.type, depth: depth + 1)
      }
    }
  }

  private mutating func readListHeader() throws(DecodingFailure) -> (Int, CompactType) {
    let header = try readByte()
    var count = UInt64(header >> 4)
    if count == 15 { count = try readVarint() }
    guard count <= UInt64(remaining) else { throw tooMany(count) }
    // Writers give an empty list any type, also zero.
    if count == 0 { return (0, CompactType(rawValue: header & 0x0F) ?? .byte) }
    return (Int(count), try compactType(header & 0x0F))
  }

  private mutating func readBinary() throws(DecodingFailure) -> UnsafeRawBufferPointer {
    let count = try readVarint()
    guard count <= UInt64(remaining) else {
      throw DecodingFailure("a string of \(count) bytes starts \(remaining) bytes before the end")
    }
    let bytes = UnsafeRawBufferPointer(start: next, count: Int(count))
    next += Int(count)
    return bytes
  }

  private mutating func readByte() throws(DecodingFailure) -> UInt8 {
    guard next < end else { throw DecodingFailure("the metadata end within a struct") }
    let byte = next.load(as: UInt8.self)
    next += 1
    return byte
  }

  private mutating func advance(_ count: Int) throws(DecodingFailure) {
    guard count <= remaining else { throw DecodingFailure("the metadata end within a struct") }
    next += count
  }

  private mutating func readVarint() throws(DecodingFailure) -> UInt64 {
    let first = UInt64(try readByte())
    if first < 0x80 { return first }
    var value = first & 0x7F
    var shift: UInt64 = 7
    while shift < 64 {
      let byte = UInt64(try readByte())
      value |= (byte & 0x7F) &<< shift
      if byte < 0x80 { return value }
      shift &+= 7
    }
    throw DecodingFailure("an integer takes more than ten bytes")
  }

  private mutating func readZigzag() throws(DecodingFailure) -> Int64 {
    let value = try readVarint()
    return Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1)
  }

  private func compactType(_ code: UInt8) throws(DecodingFailure) -> CompactType {
    guard let type = CompactType(rawValue: code), type != .stop else {
      throw DecodingFailure("a field has the unknown type \(code)")
    }
    return type
  }

  private func mismatch(_ field: CompactField, _ expected: String) -> DecodingFailure {
    DecodingFailure("field \(field.id) is of type \(field.type), not \(expected)")
  }

  private func tooMany(_ count: UInt64) -> DecodingFailure {
    DecodingFailure("a list of \(count) elements starts \(remaining) bytes before the end")
  }
}
