/// Decodes definition and repetition levels of columns that nest.
///
/// A level is at most ``Limits/schemaDepthMax``, so a byte holds it.
struct LevelDecoder {
  private var runs: RunLengthDecoder
  private let levelMax: Int
  private let name: StaticString
  /// Keeps levels alive that were laid out anew.
  private let owner: AnyObject?

  /// A decoder of levels of zero to `levelMax`.
  init(
    _ bytes: UnsafeRawBufferPointer,
    levelMax: Int,
    name: StaticString,
    owner: AnyObject? = nil
  ) throws(DecodingFailure) {
    runs = try RunLengthDecoder(bytes, bitWidth: LevelDecoder.bitWidth(levelMax))
    self.levelMax = levelMax
    self.name = name
    self.owner = owner
  }

  /// The bits that levels of up to `levelMax` take.
  static func bitWidth(_ levelMax: Int) -> Int { Int.bitWidth - levelMax.leadingZeroBitCount }

  /// The next `count` levels.
  mutating func decode(into target: UnsafeMutablePointer<UInt8>, count: Int)
    throws(DecodingFailure)
  {
    try runs.decode(into: target, count: count)
    var highest: UInt8 = 0
    for index in 0..<count { highest = max(highest, target[index]) }
    if Int(highest) > levelMax {
      throw DecodingFailure("a \(name) level is \(highest), the column has at most \(levelMax)")
    }
  }

  /// The next `count` definition levels of a column where they are zero or one, as validity.
  mutating func decodeValidity(count: Int, into bits: inout ValidityBits) throws(DecodingFailure)
    -> Int
  { try runs.decodeValidity(count: count, into: &bits) }

  /// Passes over `count` definition levels where one run says that all are values.
  mutating func skipValid(_ count: Int) throws(DecodingFailure) -> Bool {
    try runs.skipOnes(count)
  }

  /// The layout of old files, bit-packed from the highest bit down, laid out as one packed run.
  ///
  /// parquet-format, Encodings.md, "Bit-packed (Deprecated) (BIT_PACKED = 4)".
  static func fromBitPacked(
    _ bytes: UnsafeRawBufferPointer,
    levelMax: Int,
    count: Int,
    name: StaticString
  ) throws(DecodingFailure) -> LevelDecoder {
    let width = bitWidth(levelMax)
    let byteCount = bitPackedByteCount(levelMax: levelMax, count: count)
    guard byteCount <= bytes.count else {
      throw DecodingFailure("the \(name) levels take \(byteCount) bytes of \(bytes.count)")
    }
    let groupCount = (count + 7) / 8
    let block = MemoryBlock(byteCount: 5 + groupCount * width + 32)
    block.base.initializeMemory(as: UInt8.self, repeating: 0, count: block.byteCount)
    let target = block.base.assumingMemoryBound(to: UInt8.self)
    var header = UInt32(truncatingIfNeeded: groupCount) << 1 | 1
    var start = 0
    while header >= 0x80 {
      target[start] = UInt8(truncatingIfNeeded: header) | 0x80
      header >>= 7
      start += 1
    }
    target[start] = UInt8(header)
    start += 1
    for index in 0..<count {
      for bit in 0..<width {
        let from = index * width + bit
        if bytes[from >> 3] >> UInt8(7 - (from & 7)) & 1 != 0 {
          // The first bit is the highest one of the level.
          let to = index * width + width - 1 - bit
          target[start + to >> 3] |= 1 << UInt8(to & 7)
        }
      }
    }
    return try LevelDecoder(
      UnsafeRawBufferPointer(start: block.base, count: start + groupCount * width),
      levelMax: levelMax,
      name: name,
      owner: block
    )
  }

  /// The size of levels in the layout of old files.
  static func bitPackedByteCount(levelMax: Int, count: Int) -> Int {
    (count * bitWidth(levelMax) + 7) / 8
  }
}
