/// Writes text and binary that lie one after the other in memory.
///
/// ```
///   plain     (length in 4 bytes, bytes)*
///   lengths   DELTA_BINARY_PACKED lengths, all bytes
///   prefixes  DELTA_BINARY_PACKED prefix lengths, lengths as above of what is left
/// ```
/// parquet-format, Encodings.md, "Plain (PLAIN = 0)", "Delta-length byte array
/// (DELTA_LENGTH_BYTE_ARRAY = 6)", "Delta Strings (DELTA_BYTE_ARRAY = 7)".
struct ByteArrayEncoding {
  /// The bytes of the first value, and of all others behind it.
  let start: UnsafePointer<UInt8>
  /// Where each value ends, counted from where the offset `first` is.
  let ends: UnsafePointer<Int>
  /// The offset that `start` stands for.
  let first: Int
  /// The number of values.
  let count: Int

  /// The bytes of all values.
  var byteCount: Int { count == 0 ? 0 : ends[count - 1] - first }

  /// Appends each value behind its length.
  func appendPlain(to output: inout BufferBuilder<UInt8>) {
    let target = UnsafeMutableRawPointer(output.room(for: byteCount &+ 4 &* count))
    var place = 0
    var from = first
    for index in 0..<count {
      let length = ends[index] &- from
      target.storeBytes(
        of: UInt32(truncatingIfNeeded: length).littleEndian,
        toByteOffset: place,
        as: UInt32.self
      )
      (target + place + 4).copyMemory(from: start + (from &- first), byteCount: length)
      place &+= 4 &+ length
      from = ends[index]
    }
    output.advance(by: place)
  }

  /// Appends the bytes of values whose lengths are all the same and need not be told.
  func appendFixed(to output: inout BufferBuilder<UInt8>) {
    output.append(bytes: start, count: byteCount)
  }

  /// Appends all lengths, then all bytes.
  func appendLengths(_ scratch: PageScratch, to output: inout BufferBuilder<UInt8>) {
    scratch.lengths.removeAll()
    let lengths = scratch.lengths.room(for: count)
    var from = first
    for index in 0..<count {
      lengths[index] = UInt32(truncatingIfNeeded: ends[index] &- from)
      from = ends[index]
    }
    DeltaBinaryPackedEncoding.append(lengths, count: count, to: &output)
    output.append(bytes: start, count: byteCount)
  }

  /// Appends the values without what each shares with the beginning of the one before.
  func appendPrefixes(_ scratch: PageScratch, to output: inout BufferBuilder<UInt8>) {
    scratch.lengths.removeAll()
    scratch.prefixLengths.removeAll()
    scratch.suffixes.removeAll()
    let lengths = scratch.lengths.room(for: count)
    let prefixes = scratch.prefixLengths.room(for: count)
    let suffixes = UnsafeMutableRawPointer(scratch.suffixes.room(for: byteCount))
    var suffixByteCount = 0
    var previous = (place: 0, length: 0)
    for index in 0..<count {
      let place = previous.place &+ previous.length
      let length = ends[index] &- first &- place
      let shared = sharedByteCount(previous.place, place, min(previous.length, length))
      prefixes[index] = UInt32(truncatingIfNeeded: shared)
      lengths[index] = UInt32(truncatingIfNeeded: length &- shared)
      (suffixes + suffixByteCount)
        .copyMemory(from: start + place + shared, byteCount: length &- shared)
      suffixByteCount &+= length &- shared
      previous = (place, length)
    }
    DeltaBinaryPackedEncoding.append(prefixes, count: count, to: &output)
    DeltaBinaryPackedEncoding.append(lengths, count: count, to: &output)
    output.append(bytes: suffixes, count: suffixByteCount)
  }

  /// The bytes that neighbours share at their beginnings, over all values.
  var sharedByteCount: Int {
    var total = 0
    var previous = (place: 0, length: 0)
    for index in 0..<count {
      let place = previous.place &+ previous.length
      let length = ends[index] &- first &- place
      total &+= sharedByteCount(previous.place, place, min(previous.length, length))
      previous = (place, length)
    }
    return total
  }

  @inline(__always)
  private func sharedByteCount(_ left: Int, _ right: Int, _ countMax: Int) -> Int {
    let left = UnsafeRawPointer(start + left)
    let right = UnsafeRawPointer(start + right)
    var shared = 0
    while shared &+ 8 <= countMax {
      let difference =
        left.loadUnaligned(fromByteOffset: shared, as: UInt64.self)
        ^ right.loadUnaligned(fromByteOffset: shared, as: UInt64.self)
      if difference != 0 { return shared &+ difference.trailingZeroBitCount &>> 3 }
      shared &+= 8
    }
    while shared < countMax
      && (left + shared).load(as: UInt8.self) == (right + shared).load(as: UInt8.self)
    {
      shared &+= 1
    }
    return shared
  }
}
