/// The values of the data page being read, and how far they have been.
///
/// The memory behind `end` is readable for another sixteen bytes.
struct PageValues {
  /// How the values are laid out.
  enum Layout {
    case plain
    case dictionary
    case runLength
    case deltaBinary
    case deltaLength
    case deltaBytes
    case byteStreamSplit
  }

  /// How the values are laid out.
  var layout: Layout = .plain
  /// The next value's bytes.
  var next: UnsafeRawPointer
  /// Where the values end.
  var end: UnsafeRawPointer
  /// What keeps the bytes alive.
  var owner: AnyObject?
  /// The next value's number, where values have no place of their own: bits and split bytes.
  var position = 0
  /// Dictionary codes, or booleans in runs.
  var runs = RunLengthDecoder()
  /// Differences: the values, or the lengths of byte arrays.
  var deltas: DeltaBinaryDecoder?
  /// The lengths of shared prefixes.
  var prefixes: DeltaBinaryDecoder?
  /// The last value, whose prefix the next one shares.
  var last = ByteView()
  /// The bytes of values that were put together from a prefix and the rest.
  var arena: ByteArena?

  /// No values.
  init() {
    next = UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    end = next
  }

  /// The values of a page.
  ///
  /// - Parameters:
  ///   - bytes: The page without its levels.
  ///   - encoding: What the page's header says.
  ///   - storage: How the column's values are stored.
  ///   - owner: What keeps the bytes alive.
  /// - Throws: ``DecodingFailure`` when the encoding is unknown, does not fit the storage, or its
  ///   header is damaged.
  init(
    _ bytes: UnsafeRawBufferPointer,
    encoding: PageEncoding,
    storage: StorageType,
    owner: AnyObject?
  ) throws(DecodingFailure) {
    next = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    end = next + bytes.count
    self.owner = owner
    switch (encoding, storage) {
    case (.plain, _): layout = .plain
    case (.plainDictionary, _), (.runLengthDictionary, _):
      layout = .dictionary
      try beginCodes()
    case (.runLength, .boolean):
      layout = .runLength
      try beginBooleanRuns()
    case (.deltaBinaryPacked, .int32), (.deltaBinaryPacked, .int64):
      layout = .deltaBinary
      deltas = try DeltaBinaryDecoder(bytes)
    case (.deltaLengthByteArray, .byteArray):
      layout = .deltaLength
      try beginLengths(bytes)
    case (.deltaByteArray, .byteArray), (.deltaByteArray, .fixedLengthByteArray):
      layout = .deltaBytes
      let decoder = try DeltaBinaryDecoder(bytes)
      prefixes = decoder
      let rest = try decoder.findEnd()
      try beginLengths(UnsafeRawBufferPointer(start: rest, count: end - rest))
    case (.byteStreamSplit, .float), (.byteStreamSplit, .double), (.byteStreamSplit, .int32),
      (.byteStreamSplit, .int64), (.byteStreamSplit, .fixedLengthByteArray):
      layout = .byteStreamSplit
    default:
      throw .unsupported("\(encoding.name) is not an encoding for \(storage) values")
    }
  }

  private mutating func beginCodes() throws(DecodingFailure) {
    guard next < end else {
      // A page of nulls only has no codes, and may lack the bit width.
      runs = try RunLengthDecoder(UnsafeRawBufferPointer(start: next, count: 0), bitWidth: 32)
      return
    }
    let width = Int(next.load(as: UInt8.self))
    next += 1
    runs = try RunLengthDecoder(
      UnsafeRawBufferPointer(start: next, count: end - next),
      bitWidth: width
    )
  }

  private mutating func beginBooleanRuns() throws(DecodingFailure) {
    guard end - next >= 4 else {
      if next == end { return }
      throw DecodingFailure("the booleans' runs lack their size")
    }
    let byteCount = Int(next.loadUnaligned(as: UInt32.self))
    next += 4
    guard byteCount <= end - next else {
      throw DecodingFailure("the booleans' runs take \(byteCount) bytes of \(end - next)")
    }
    runs = try RunLengthDecoder(UnsafeRawBufferPointer(start: next, count: byteCount), bitWidth: 1)
  }

  private mutating func beginLengths(_ bytes: UnsafeRawBufferPointer) throws(DecodingFailure) {
    let decoder = try DeltaBinaryDecoder(bytes)
    deltas = decoder
    next = try decoder.findEnd()
  }

  /// Checks that `byteCount` bytes are left, and gives their start and moves on.
  mutating func take(_ byteCount: Int) throws(DecodingFailure) -> UnsafeRawPointer {
    guard byteCount <= end - next else {
      throw DecodingFailure("the values end \(byteCount - (end - next)) bytes early")
    }
    let start = next
    next += byteCount
    return start
  }
}
