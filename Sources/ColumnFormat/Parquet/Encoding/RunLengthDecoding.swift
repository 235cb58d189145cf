/// Decodes runs and bit-packed groups: dictionary codes, levels, booleans.
///
/// ```
///   run     varint (count << 1), value in the fewest whole bytes
///   packed  varint (groups << 1 | 1), groups of eight values of `bitWidth` bits, lowest bit first
/// ```
/// parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid (RLE = 3)". The memory
/// behind the bytes must be readable for another sixteen.
struct RunLengthDecoder {
  private var next: UnsafeRawPointer
  private var end: UnsafeRawPointer
  /// The bits of a value.
  let bitWidth: Int
  /// Values left in the current run.
  private(set) var runCount = 0
  /// Whether the current run is bit-packed; otherwise all its values are ``value``.
  private(set) var isPacked = false
  /// The value of a run.
  private(set) var value: UInt32 = 0
  private var packed: UnsafeRawPointer
  private var packedIndex = 0

  /// A decoder of values of `bitWidth` bits, at most 32.
  init(_ bytes: UnsafeRawBufferPointer, bitWidth: Int) throws(DecodingFailure) {
    guard bitWidth >= 0 && bitWidth <= 32 else {
      throw DecodingFailure("the bit width of runs is \(bitWidth), the format allows 0...32")
    }
    // An empty buffer may have no address; it is never read then.
    next = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    end = next + bytes.count
    packed = next
    self.bitWidth = bitWidth
  }

  /// A decoder of nothing.
  init() {
    next = UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    end = next
    packed = next
    bitWidth = 32
  }

  /// Makes sure that the current run has values left.
  @inline(__always)
  mutating func prepare() throws(DecodingFailure) {
    if runCount == 0 { try loadRun() }
  }

  private mutating func loadRun() throws(DecodingFailure) {
    if bitWidth == 0 {
      // Without bits all values are zero, and some writers leave out the run.
      runCount = Int.max >> 1
      isPacked = false
      value = 0
      return
    }
    while runCount == 0 {
      let header = try readVarint()
      let count = Int(header >> 1)
      if header & 1 != 0 {
        let available = end - next
        packed = next
        packedIndex = 0
        isPacked = true
        if count &* bitWidth <= available {
          runCount = count &* 8
          next += count &* bitWidth
        } else {
          // Some writers cut the last group short.
          runCount = available &* 8 / bitWidth
          next = end
          if runCount == 0 { throw tooShort }
        }
      } else {
        let byteCount = (bitWidth &+ 7) &>> 3
        guard byteCount <= end - next else { throw tooShort }
        var bits: UInt32 = 0
        for index in 0..<byteCount {
          bits |= UInt32((next + index).load(as: UInt8.self)) &<< UInt32(index &* 8)
        }
        next += byteCount
        // Whoever looks values up relies on the width.
        guard bitWidth == 32 || bits >> UInt32(bitWidth) == 0 else {
          throw DecodingFailure("a run's value is \(bits), which takes more than \(bitWidth) bits")
        }
        value = bits
        isPacked = false
        runCount = count
      }
    }
  }

  private var tooShort: DecodingFailure { DecodingFailure("the runs end before the last value") }

  private mutating func readVarint() throws(DecodingFailure) -> UInt32 {
    var result: UInt32 = 0
    var shift: UInt32 = 0
    while next < end {
      let byte = next.load(as: UInt8.self)
      next += 1
      result |= UInt32(byte & 0x7F) &<< shift
      if byte < 0x80 { return result }
      shift &+= 7
      if shift > 28 { throw DecodingFailure("a run's header takes more than five bytes") }
    }
    throw tooShort
  }

  /// The next `count` values.
  mutating func decode<Value: FixedWidthInteger & UnsignedInteger>(
    into target: UnsafeMutablePointer<Value>,
    count: Int
  ) throws(DecodingFailure) {
    var done = 0
    while done < count {
      try prepare()
      let taken = min(count &- done, runCount)
      if isPacked {
        unpack(into: target + done, count: taken)
      } else {
        (target + done).update(repeating: Value(truncatingIfNeeded: value), count: taken)
        runCount &-= taken
      }
      done &+= taken
    }
  }

  /// The next `count` values of the current run, which is bit-packed and has that many left.
  @inline(__always)
  mutating func unpack<Value: FixedWidthInteger & UnsignedInteger>(
    into target: UnsafeMutablePointer<Value>,
    count: Int
  ) {
    var index = packedIndex
    var done = 0
    while done < count && index & 7 != 0 {
      target[done] = Value(truncatingIfNeeded: packedValue(index))
      done &+= 1
      index &+= 1
    }
    let groupCount = (count &- done) &>> 3
    if groupCount > 0 {
      BitUnpacking.unpack(
        packed + (index &>> 3) &* bitWidth,
        bitWidth: bitWidth,
        groupCount: groupCount,
        into: target + done
      )
      done &+= groupCount &* 8
      index &+= groupCount &* 8
    }
    while done < count {
      target[done] = Value(truncatingIfNeeded: packedValue(index))
      done &+= 1
      index &+= 1
    }
    packedIndex = index
    runCount &-= count
  }

  @inline(__always)
  private func packedValue(_ index: Int) -> UInt64 {
    let bit = index &* bitWidth
    let word = (packed + (bit &>> 3)).loadUnaligned(as: UInt64.self)
    return (word &>> UInt64(bit & 7)) & ((1 &<< UInt64(bitWidth)) &- 1)
  }

  /// Passes over `count` values of the current run.
  @inline(__always)
  mutating func skipInRun(_ count: Int) {
    if isPacked { packedIndex &+= count }
    runCount &-= count
  }

  /// Passes over `count` values.
  mutating func skip(_ count: Int) throws(DecodingFailure) {
    var left = count
    while left > 0 {
      try prepare()
      let taken = min(left, runCount)
      skipInRun(taken)
      left &-= taken
    }
  }

  /// Some of the next `total` values; the others are passed over.
  mutating func decode(
    chosen: ChosenValues,
    of total: Int,
    into target: UnsafeMutablePointer<UInt32>
  ) throws(DecodingFailure) {
    let positions = chosen.positions
    let count = chosen.count
    // The position of the current run's next value.
    var start = 0
    var index = 0
    while index < count {
      try prepare()
      let end = start &+ runCount
      if Int(positions[index]) >= end {
        skipInRun(runCount)
        start = end
        continue
      }
      if isPacked {
        let first = packedIndex &- start
        repeat {
          let bits = packedValue(first &+ Int(positions[index]))
          target[index] = UInt32(truncatingIfNeeded: bits)
          index &+= 1
        } while index < count && Int(positions[index]) < end
      } else {
        repeat {
          target[index] = value
          index &+= 1
        } while index < count && Int(positions[index]) < end
      }
    }
    try skip(total &- start)
  }

  /// Passes over `count` values where they are ones of the current run; false where they are not.
  mutating func skipOnes(_ count: Int) throws(DecodingFailure) -> Bool {
    try prepare()
    guard !isPacked, value == 1, runCount >= count else { return false }
    runCount &-= count
    return true
  }

  /// Appends the next `count` values of one bit as validity; the number of ones among them.
  mutating func decodeValidity(count: Int, into bits: inout ValidityBits) throws(DecodingFailure)
    -> Int
  {
    var left = count
    var valid = 0
    while left > 0 {
      try prepare()
      let taken = min(left, runCount)
      if isPacked {
        valid &+= bits.append(packed, firstBit: packedIndex, count: taken)
      } else if value == 1 {
        bits.appendValid(taken)
        valid &+= taken
      } else if value == 0 {
        bits.appendNull(taken)
      } else {
        throw DecodingFailure("a definition level is \(value), the column has at most 1")
      }
      skipInRun(taken)
      left &-= taken
    }
    return valid
  }
}
