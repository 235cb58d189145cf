/// Writes integers as bit-packed differences from one to the next.
///
/// ```
///   stream  varint 128 (block) varint 4 (mini-blocks) varint count zigzag first  block*
///   block   zigzag least difference, 4 widths of a byte, 4 mini-blocks of 32 packed differences,
///           each less the least one
/// ```
/// parquet-format, Encodings.md, "Delta Encoding (DELTA_BINARY_PACKED = 5)". Differences wrap
/// around in the width of the column.
enum DeltaBinaryPackedEncoding {
  static let blockCount = 128
  static let miniBlockCount = 32

  /// Appends `count` values, which are two's complement numbers.
  static func append<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ values: UnsafePointer<Word>,
    count: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    output.append(varint: UInt64(blockCount))
    output.append(varint: UInt64(blockCount / miniBlockCount))
    output.append(varint: UInt64(count))
    output.append(zigzag: count == 0 ? 0 : signed(values[0]))
    withUnsafeTemporaryAllocation(of: Word.self, capacity: blockCount) { scratch in
      guard let differences = scratch.baseAddress else { return }
      var next = 1
      while next < count {
        let size = min(blockCount, count - next)
        let least = subtract(values + next, size, into: differences)
        output.append(zigzag: signed(least))
        let widths = output.count
        output.append(repeating: 0, count: blockCount / miniBlockCount)
        var start = 0
        while start < size {
          let mini = min(miniBlockCount, size - start)
          // A short last mini-block is filled up with zeros.
          for index in mini..<miniBlockCount { differences[start + index] = 0 }
          let width = self.width(differences + start, mini)
          output[widths + start / miniBlockCount] = UInt8(truncatingIfNeeded: width)
          let target = output.room(for: width * miniBlockCount / 8 + 8)
          BitPacking.pack(differences + start, count: miniBlockCount, width: width, to: target)
          output.advance(by: width * miniBlockCount / 8)
          start += miniBlockCount
        }
        next += size
      }
    }
  }

  /// How many bytes ``append(_:count:to:)`` would append, to within a few.
  static func byteCount<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ values: UnsafePointer<Word>,
    count: Int
  ) -> Int {
    var total = 10
    withUnsafeTemporaryAllocation(of: Word.self, capacity: blockCount) { scratch in
      guard let differences = scratch.baseAddress else { return }
      var next = 1
      while next < count {
        let size = min(blockCount, count - next)
        let least = signed(subtract(values + next, size, into: differences))
        total &+= BitPacking.width(UInt64(bitPattern: least &<< 1 ^ (least &>> 63))) / 7 &+ 5
        var start = 0
        while start < size {
          let width = self.width(differences + start, min(miniBlockCount, size - start))
          total &+= width &* miniBlockCount / 8
          start += miniBlockCount
        }
        next += size
      }
    }
    return total
  }

  /// Differences less the least one, which is returned.
  @inline(__always)
  private static func subtract<Word: FixedWidthInteger & UnsignedInteger>(
    _ values: UnsafePointer<Word>,
    _ count: Int,
    into differences: UnsafeMutablePointer<Word>
  ) -> Word {
    // The order of signed numbers is that of unsigned ones with the sign bit flipped.
    let sign: Word = 1 &<< Word(truncatingIfNeeded: Word.bitWidth &- 1)
    var least = Word.max
    for index in 0..<count {
      let difference = values[index] &- values[index &- 1]
      differences[index] = difference
      least = min(least, difference ^ sign)
    }
    least ^= sign
    for index in 0..<count { differences[index] &-= least }
    return least
  }

  @inline(__always)
  private static func width<Word: FixedWidthInteger & UnsignedInteger>(
    _ differences: UnsafePointer<Word>,
    _ count: Int
  ) -> Int {
    var union: Word = 0
    for index in 0..<count { union |= differences[index] }
    return Word.bitWidth &- union.leadingZeroBitCount
  }

  @inline(__always)
  private static func signed<Word: FixedWidthInteger & UnsignedInteger>(_ value: Word) -> Int64 {
    Word.bitWidth == 32
      ? Int64(Int32(truncatingIfNeeded: value)) : Int64(truncatingIfNeeded: value)
  }
}
