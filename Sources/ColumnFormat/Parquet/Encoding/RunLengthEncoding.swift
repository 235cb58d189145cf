/// Writes dictionary codes and levels as runs and bit-packed groups.
///
/// ```
///   stream    (run | literals)*
///   run       varint(count << 1)      value in ceil(width / 8) bytes
///   literals  varint(groups << 1 | 1) groups of 8 values, bit-packed
/// ```
/// parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid (RLE = 3)".
enum RunLengthEncoding {
  /// Appends `count` values of `width` bits (0...32).
  static func append<Value: FixedWidthInteger & UnsignedInteger>(
    _ values: UnsafePointer<Value>,
    count: Int,
    width: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    let threshold = runCountMin(width: width)
    var literalStart = 0
    var next = 0
    while next < count {
      let value = values[next]
      var end = next &+ 1
      while end < count && values[end] == value { end &+= 1 }
      if end &- next >= threshold {
        appendLiterals(values + literalStart, count: next - literalStart, width: width, to: &output)
        appendRun(UInt64(truncatingIfNeeded: value), count: end - next, width: width, to: &output)
        next = end
        literalStart = end
      } else {
        // Literals come in eights; only the very last group may be short.
        next = min(next &+ 8, count)
      }
    }
    appendLiterals(values + literalStart, count: count - literalStart, width: width, to: &output)
  }

  /// Appends `count` bits of a bitmap, from bit `start` on, as one-bit values.
  ///
  /// Words of 64 equal bits become runs, all others literals.
  static func append(
    bits words: UnsafePointer<UInt64>,
    from start: Int,
    count: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    var literals = 0
    var next = 0
    while next < count {
      let size = min(64, count - next)
      let ones = UInt64.max &>> UInt64(64 - size)
      let word = load(words, start + next) & ones
      guard word == 0 || word == ones else {
        literals += size
        next += size
        continue
      }
      var end = next + size
      while end < count {
        let size = min(64, count - end)
        let mask = UInt64.max &>> UInt64(64 - size)
        guard load(words, start + end) & mask == (word == 0 ? 0 : mask) else { break }
        end += size
      }
      appendLiterals(words, from: start + next - literals, count: literals, to: &output)
      literals = 0
      appendRun(word == 0 ? 0 : 1, count: end - next, width: 1, to: &output)
      next = end
    }
    appendLiterals(words, from: start + count - literals, count: literals, to: &output)
  }

  /// Appends one run.
  static func appendRun(
    _ value: UInt64,
    count: Int,
    width: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    if count == 0 { return }
    output.append(varint: UInt64(count) << 1)
    for byte in 0..<((width + 7) / 8) {
      output.append(UInt8(truncatingIfNeeded: value >> UInt64(byte * 8)))
    }
  }

  /// The shortest run that is smaller than the same values among literals.
  ///
  /// A run costs its header and value, and the header of the literals that go on after it.
  private static func runCountMin(width: Int) -> Int {
    width == 0 ? 1 : max(8, (8 * (2 + (width + 7) / 8) + width - 1) / width)
  }

  private static func appendLiterals<Value: FixedWidthInteger & UnsignedInteger>(
    _ values: UnsafePointer<Value>,
    count: Int,
    width: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    if count == 0 { return }
    let groups = (count + 7) / 8
    output.append(varint: UInt64(groups) << 1 | 1)
    let target = output.room(for: groups * width + 8)
    // The last group may be short: what is behind its packed values must be zero, not old memory.
    let packed = BitPacking.byteCount(count, width: width)
    BitPacking.pack(values, count: count, width: width, to: target)
    (target + packed).update(repeating: 0, count: groups * width - packed)
    output.advance(by: groups * width)
  }

  private static func appendLiterals(
    _ words: UnsafePointer<UInt64>,
    from start: Int,
    count: Int,
    to output: inout BufferBuilder<UInt8>
  ) {
    if count == 0 { return }
    let groups = (count + 7) / 8
    output.append(varint: UInt64(groups) << 1 | 1)
    let target = UnsafeMutableRawPointer(output.room(for: groups + 8))
    var done = 0
    while done < count {
      let size = min(64, count - done)
      let word = load(words, start + done) & (UInt64.max &>> UInt64(64 - size))
      target.storeBytes(of: word.littleEndian, toByteOffset: done >> 3, as: UInt64.self)
      done += size
    }
    output.advance(by: groups)
  }

  /// Sixty-four bits from bit `start` on; a bitmap has a spare word at its end for this.
  @inline(__always)
  private static func load(_ words: UnsafePointer<UInt64>, _ start: Int) -> UInt64 {
    let word = start &>> 6
    let shift = UInt64(truncatingIfNeeded: start & 63)
    if shift == 0 { return words[word] }
    return (words[word] &>> shift) | (words[word &+ 1] &<< (64 &- shift))
  }
}
