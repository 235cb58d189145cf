extension BufferBuilder where Element == UInt8 {
  /// Appends four bytes, lowest first.
  @inline(__always)
  mutating func append(littleEndian value: UInt32) {
    reserve(4)
    UnsafeMutableRawPointer(base + filled).storeBytes(of: value.littleEndian, as: UInt32.self)
    filled &+= 4
  }

  /// Appends seven bits a byte, lowest first; the eighth says that more follow.
  @inline(__always)
  mutating func append(varint value: UInt64) {
    reserve(10)
    var rest = value
    while rest >= 0x80 {
      base[filled] = UInt8(truncatingIfNeeded: rest) | 0x80
      filled &+= 1
      rest &>>= 7
    }
    base[filled] = UInt8(truncatingIfNeeded: rest)
    filled &+= 1
  }

  /// Appends a signed number so that small ones of either sign are short.
  @inline(__always)
  mutating func append(zigzag value: Int64) {
    append(varint: UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)))
  }

  /// Appends bytes as they are.
  @inline(__always)
  mutating func append(bytes start: UnsafeRawPointer, count added: Int) {
    reserve(added)
    UnsafeMutableRawPointer(base + filled).copyMemory(from: start, byteCount: added)
    filled &+= added
  }

  /// What has been appended, valid until the next change.
  var rawBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: filled) }
}

extension BufferBuilder {
  /// Room for `added` more values; the caller fills them and then calls ``advance(by:)``.
  @inline(__always)
  mutating func room(for added: Int) -> UnsafeMutablePointer<Element> {
    reserve(added)
    return base + filled
  }

  /// Counts values that the caller has put into the room it asked for.
  @inline(__always)
  mutating func advance(by added: Int) {
    assert(filled + added <= capacity)
    filled &+= added
  }
}
