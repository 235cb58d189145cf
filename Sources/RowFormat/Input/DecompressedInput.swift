#if canImport(Glibc)
  import Glibc
#endif

/// The bytes of an input after decompression and unwrapping, read forwards.
///
/// Damage is reported only after every byte before it was read.
final class DecompressedInput {
  /// How the input is compressed.
  let compression: InputCompression
  /// The file beneath.
  let file: any RawInput
  /// How many decompressed bytes were read.
  private(set) var byteCountRead = 0

  private static let chunkByteCount = 256 << 10
  private let inflating: (any Inflating)?
  private let chunk = UnsafeMutableRawBufferPointer.allocate(
    byteCount: DecompressedInput.chunkByteCount,
    alignment: 64
  )
  /// The part of `chunk` that was read but not used.
  private var pending = 0..<0
  private var isAtEnd = false
  private var unwrapping: RecordUnwrapping?
  /// Unwrapped bytes, and how many of them were read.
  private var unwrapped: [UInt8] = []
  private var unwrappedCount = 0
  /// What was refused while unwrapping, in order, and not asked for yet.
  private var refused: [RefusedPiece] = []
  /// Which envelopes the unwrapped bytes came in, from the one of the last byte that was asked for.
  private var sequencePlaces: [SequencePlace] = []
  private var hasFinished = false

  /// Takes an input from its start and looks at its first bytes.
  init(_ file: any RawInput, envelope: InputEnvelope? = nil) throws(RowFormatError) {
    unwrapping = envelope.map { RecordUnwrapping($0) }
    let path = file.path
    self.file = file
    var filled = 0
    while filled < InputCompression.magicByteCount
      || InputCompression.isUndecided(UnsafeRawBufferPointer(rebasing: chunk[0..<filled]))
    {
      let rest = UnsafeMutableRawBufferPointer(rebasing: chunk[filled...])
      let count: Int
      do { count = try file.read(into: rest) } catch {
        chunk.deallocate()
        throw error
      }
      if count == 0 { break }
      filled += count
    }
    pending = 0..<filled
    compression = InputCompression.detect(UnsafeRawBufferPointer(rebasing: chunk[0..<filled]))
    #if !LAKE_BZIP2
      if compression == .bzip2 {
        chunk.deallocate()
        throw RowFormatError(
          .unsupported(
            "it is compressed with bzip2: install the Debian package libbz2-dev and build again"
          ),
          path: path
        )
      }
    #endif
    do {
      switch compression {
      case .plain: inflating = nil
      case .gzip: inflating = try GzipInflating()
      case .zstd: inflating = try ZstandardInflating()
      case .snappy: inflating = SnappyInflating()
      case .bzip2:
        #if LAKE_BZIP2
          inflating = try Bzip2Inflating()
        #else
          inflating = nil
        #endif
      }
    } catch {
      chunk.deallocate()
      throw RowFormatError(
        .damagedCompression(codec: compression.rawValue, error.fact),
        path: path
      )
    }
  }

  deinit { chunk.deallocate() }

  /// Whether a read would return at once, waiting for that at most so long.
  func isReady(withinMilliseconds limit: Int32) -> Bool {
    isAtEnd || !pending.isEmpty || unwrappedCount < unwrapped.count
      || file.isReady(withinMilliseconds: limit)
  }

  /// Reads some bytes; 0 is the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(RowFormatError) -> Int {
    if target.isEmpty { return 0 }
    let count = unwrapping == nil ? try readWrapped(into: target) : try unwrap(into: target)
    byteCountRead += count
    return count
  }

  private func readWrapped(into target: UnsafeMutableRawBufferPointer) throws(RowFormatError) -> Int
  {
    if isAtEnd { return 0 }
    if let inflating { return try inflate(inflating, into: target) }
    return try readPlain(into: target)
  }

  /// Reads some unwrapped bytes; what comes before damage is handed on first.
  private func unwrap(into target: UnsafeMutableRawBufferPointer) throws(RowFormatError) -> Int {
    while unwrappedCount == unwrapped.count {
      var lines = UnwrappedLines(bytes: unwrapped)
      unwrapped = []
      lines.bytes.removeAll(keepingCapacity: true)
      unwrappedCount = 0
      defer {
        unwrapped = lines.bytes
        refused += lines.refused.map { piece in
          var piece = piece
          piece.byteOffset += byteCountRead
          return piece
        }
        sequencePlaces += lines.sequencePlaces.map { place in
          SequencePlace(byteOffset: place.byteOffset + byteCountRead, number: place.number)
        }
      }
      let count = try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 64) {
        room throws(RowFormatError) in
        let count = try readWrapped(into: room)
        unwrapping?.take(UnsafeRawBufferPointer(rebasing: room[0..<count]), into: &lines)
        return count
      }
      if count == 0 && !hasFinished {
        unwrapping?.finish(into: &lines)
        hasFinished = true
      } else if count == 0 {
        return 0
      }
    }
    let count = min(target.count, unwrapped.count - unwrappedCount)
    target.copyBytes(from: unwrapped[unwrappedCount..<unwrappedCount + count])
    unwrappedCount += count
    return count
  }

  /// What was refused before a place in the unwrapped input, and not asked for before.
  func takeRefused(before byteOffset: Int) -> [RefusedPiece] {
    let count = refused.firstIndex { $0.byteOffset >= byteOffset } ?? refused.count
    if count == 0 { return [] }
    defer { refused.removeFirst(count) }
    return Array(refused.prefix(count))
  }

  /// Which envelopes the bytes before a place came in, as far as that was not asked for before.
  func takeSequencePlaces(before byteOffset: Int) -> [SequencePlace] {
    let count = sequencePlaces.firstIndex { $0.byteOffset >= byteOffset } ?? sequencePlaces.count
    if count == 0 { return [] }
    // The last one may go on behind the place.
    defer { sequencePlaces.removeFirst(count - 1) }
    return Array(sequencePlaces.prefix(count))
  }

  /// Goes on at a byte of the decompressed input, which must not lie behind.
  ///
  /// - Throws: When the input ends before.
  func skip(to byteOffset: Int) throws(RowFormatError) {
    if byteOffset <= byteCountRead { return }
    if inflating == nil, unwrapping == nil, try file.seek(to: byteOffset) {
      pending = 0..<0
      isAtEnd = false
      byteCountRead = byteOffset
      return
    }
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { scratch.deallocate() }
    while byteCountRead < byteOffset {
      let room = min(scratch.count, byteOffset - byteCountRead)
      if try read(into: UnsafeMutableRawBufferPointer(rebasing: scratch[0..<room])) == 0 {
        throw RowFormatError(
          .malformed("it ends before byte \(byteOffset), where delivery is to go on"),
          path: file.path,
          byteOffset: byteCountRead
        )
      }
      // What was refused there was told before.
      _ = takeRefused(before: byteCountRead)
      _ = takeSequencePlaces(before: byteCountRead)
    }
  }

  private func readPlain(into target: UnsafeMutableRawBufferPointer) throws(RowFormatError) -> Int {
    if pending.isEmpty {
      let count = try file.read(into: target)
      isAtEnd = count == 0
      return count
    }
    let count = min(pending.count, target.count)
    target.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: chunk[pending.lowerBound..<pending.lowerBound + count])
    )
    pending = pending.lowerBound + count..<pending.upperBound
    return count
  }

  private func inflate(
    _ inflating: any Inflating,
    into target: UnsafeMutableRawBufferPointer
  ) throws(RowFormatError) -> Int {
    while true {
      if pending.isEmpty {
        let count = try file.read(into: chunk)
        if count == 0 {
          isAtEnd = true
          if inflating.isAtBoundary { return 0 }
          throw damage("the data end in the middle of a \(unitName)")
        }
        pending = 0..<count
      }
      let count: InflatedCount
      do {
        count = try inflating.inflate(
          UnsafeRawBufferPointer(rebasing: chunk[pending]),
          into: target
        )
      } catch { throw damage(error.fact) }
      pending = pending.lowerBound + count.consumed..<pending.upperBound
      if count.produced > 0 { return count.produced }
      if count.consumed == 0 && !pending.isEmpty {
        throw damage("the decompressor does not go on")
      }
    }
  }

  private var unitName: String {
    compression == .gzip ? "member" : compression == .zstd ? "frame" : "stream"
  }

  private func damage(_ fact: String) -> RowFormatError {
    RowFormatError(
      .damagedCompression(
        codec: compression.rawValue,
        "\(fact), at byte \(file.byteCountRead - pending.count) of the compressed data"
      ),
      path: file.path,
      byteOffset: byteCountRead
    )
  }
}
