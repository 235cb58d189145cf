/// Decodes integers that are stored as differences in bit-packed blocks.
///
/// ```
///   header  varint values a block, varint miniblocks a block, varint total count, zigzag first value
///   block   zigzag smallest difference, one bit width a miniblock, miniblocks
/// ```
/// parquet-format, Encodings.md, "Delta Encoding (DELTA_BINARY_PACKED = 5)". The memory behind the
/// bytes must be readable for another sixteen. Nothing is decoded ahead, so a hostile count costs
/// nothing.
struct DeltaBinaryDecoder {
  private var next: UnsafeRawPointer
  private let end: UnsafeRawPointer
  private var miniblockValueCount = 0
  private var miniblockCount = 0
  /// Values not yet handed out.
  private(set) var remaining = 0
  private var last: Int64 = 0
  private var isFirst = true
  private var smallest: Int64 = 0
  /// The bit widths of the current block.
  private var widths: UnsafeRawPointer
  /// The number of miniblocks begun in the current block.
  private var miniblock = 0
  private var width = 0
  private var packed: UnsafeRawPointer
  private var packedIndex = 0
  /// Values left in the current miniblock.
  private var packedCount = 0

  /// A decoder that has read the header.
  init(_ bytes: UnsafeRawBufferPointer) throws(DecodingFailure) {
    next = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    end = next + bytes.count
    widths = next
    packed = next
    let blockValueCount = try readVarint()
    let miniblocks = try readVarint()
    let total = try readVarint()
    last = try readZigzag()
    guard blockValueCount > 0, blockValueCount <= UInt64(Int32.max), miniblocks > 0,
      miniblocks <= blockValueCount, blockValueCount % (miniblocks * 8) == 0
    else {
      throw DecodingFailure(
        "blocks of \(blockValueCount) differences in \(miniblocks) miniblocks are not allowed"
      )
    }
    guard total <= UInt64(Int32.max) else {
      throw DecodingFailure("a page claims \(total) differences")
    }
    miniblockCount = Int(miniblocks)
    miniblockValueCount = Int(blockValueCount / miniblocks)
    miniblock = miniblockCount
    remaining = Int(total)
  }

  /// The next `count` values, wrapped to the width of `Value`.
  mutating func decode<Value: FixedWidthInteger>(
    into target: UnsafeMutablePointer<Value>,
    count: Int
  ) throws(DecodingFailure) {
    guard count <= remaining else {
      throw DecodingFailure("\(count) differences are asked for where \(remaining) are left")
    }
    if count == 0 { return }
    var done = 0
    if isFirst {
      target[0] = Value(truncatingIfNeeded: last)
      isFirst = false
      remaining &-= 1
      done = 1
    }
    while done < count {
      if packedCount == 0 { try loadMiniblock() }
      let taken = min(count &- done, packedCount)
      unpack(into: target + done, count: taken)
      packedIndex &+= taken
      packedCount &-= taken
      remaining &-= taken
      done &+= taken
    }
  }

  @inline(__always)
  private mutating func unpack<Value: FixedWidthInteger>(
    into target: UnsafeMutablePointer<Value>,
    count: Int
  ) {
    let smallest = self.smallest
    var last = self.last
    let width = self.width
    if width == 0 {
      for index in 0..<count {
        last &+= smallest
        target[index] = Value(truncatingIfNeeded: last)
      }
    } else if width <= 56 {
      let mask: UInt64 = (1 &<< UInt64(width)) &- 1
      var bit = packedIndex &* width
      for index in 0..<count {
        let word = (packed + (bit &>> 3)).loadUnaligned(as: UInt64.self)
        let difference = (word &>> UInt64(bit & 7)) & mask
        last &+= smallest &+ Int64(bitPattern: difference)
        target[index] = Value(truncatingIfNeeded: last)
        bit &+= width
      }
    } else {
      let mask: UInt64 = width == 64 ? ~0 : (1 &<< UInt64(width)) &- 1
      var bit = packedIndex &* width
      for index in 0..<count {
        let from = packed + (bit &>> 3)
        let shift = UInt64(bit & 7)
        var word = from.loadUnaligned(as: UInt64.self) &>> shift
        if shift > 0 { word |= UInt64((from + 8).load(as: UInt8.self)) &<< (64 &- shift) }
        last &+= smallest &+ Int64(bitPattern: word & mask)
        target[index] = Value(truncatingIfNeeded: last)
        bit &+= width
      }
    }
    self.last = last
  }

  /// Passes over `count` values.
  mutating func skip(_ count: Int) throws(DecodingFailure) {
    try withUnsafeTemporaryAllocation(of: Int64.self, capacity: 256) {
      (scratch) throws(DecodingFailure) in
      guard let base = scratch.baseAddress else { return }
      var left = count
      while left > 0 {
        let taken = min(left, 256)
        try decode(into: base, count: taken)
        left &-= taken
      }
    }
  }

  private mutating func loadMiniblock() throws(DecodingFailure) {
    if miniblock == miniblockCount {
      smallest = try readZigzag()
      guard miniblockCount <= end - next else { throw tooShort }
      widths = next
      next += miniblockCount
      miniblock = 0
    }
    width = Int((widths + miniblock).load(as: UInt8.self))
    guard width <= 64 else {
      throw DecodingFailure("the bit width of differences is \(width), the format allows 0...64")
    }
    miniblock &+= 1
    packed = next
    packedIndex = 0
    packedCount = miniblockValueCount
    let byteCount = miniblockValueCount &* width / 8
    if byteCount <= end - next {
      next += byteCount
    } else {
      // Some writers cut the last miniblock after the last value.
      guard (min(remaining, packedCount) &* width &+ 7) / 8 <= end - next else { throw tooShort }
      next = end
    }
  }

  /// Where the encoded values end, found from the blocks' headers alone.
  func findEnd() throws(DecodingFailure) -> UnsafeRawPointer {
    var walker = self
    var left = remaining - (isFirst ? 1 : 0)
    while left > 0 {
      try walker.loadMiniblock()
      left -= walker.packedCount
      walker.remaining = max(left, 0)
    }
    return walker.next
  }

  private var tooShort: DecodingFailure {
    DecodingFailure("the differences end \(remaining) values early")
  }

  private mutating func readVarint() throws(DecodingFailure) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while next < end && shift < 64 {
      let byte = next.load(as: UInt8.self)
      next += 1
      value |= UInt64(byte & 0x7F) &<< shift
      if byte < 0x80 { return value }
      shift &+= 7
    }
    throw DecodingFailure("the header of differences is cut short")
  }

  private mutating func readZigzag() throws(DecodingFailure) -> Int64 {
    let value = try readVarint()
    return Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1)
  }
}
