#if LAKE_LZ4
  import CLZ4

  /// Decompresses LZ4 in the forms that Parquet files hold it in.
  ///
  /// `LZ4_RAW` is one block. The older `LZ4` is, by the specification, blocks in Hadoop's framing
  /// (big-endian size of the original, big-endian size of the block, block); but Arrow wrote it
  /// without any framing, and before that in the LZ4 frame format. The bytes tell which.
  final class LZ4Decoder {
    /// The first four bytes of the LZ4 frame format, little-endian.
    private static let frameMagic: UInt32 = 0x184D_2204
    private var frame: OpaquePointer?

    deinit { if let frame { LZ4F_freeDecompressionContext(frame) } }

    func decompressBlock(
      _ source: UnsafeRawBufferPointer,
      into target: UnsafeMutableRawBufferPointer
    ) throws(DecodingFailure) {
      guard let count = blockByteCount(source, target) else {
        throw .damaged("lz4: the compressed bytes are damaged or cut off")
      }
      guard count == target.count else {
        throw sizeMismatch(.lz4Raw, found: count, expected: target.count)
      }
    }

    func decompressHadoop(
      _ source: UnsafeRawBufferPointer,
      into target: UnsafeMutableRawBufferPointer
    ) throws(DecodingFailure) {
      if isHadoopFramed(source, target) { return }
      if source.count >= 4,
        UInt32(littleEndian: source.loadUnaligned(as: UInt32.self)) == LZ4Decoder.frameMagic
      {
        return try decompressFrame(source, target)
      }
      try decompressBlock(source, into: target)
    }

    /// The size of the block's content, or nil where it is damaged or does not fit.
    private func blockByteCount(
      _ source: UnsafeRawBufferPointer,
      _ target: UnsafeMutableRawBufferPointer
    ) -> Int? {
      guard let sourceCount = Int32(exactly: source.count),
        let targetCount = Int32(exactly: target.count), sourceCount > 0
      else { return nil }
      var nothing: CChar = 0
      let result = withUnsafeMutablePointer(to: &nothing) {
        LZ4_decompress_safe(
          source.baseAddress?.assumingMemoryBound(to: CChar.self),
          target.baseAddress?.assumingMemoryBound(to: CChar.self) ?? $0,
          sourceCount,
          targetCount
        )
      }
      return result < 0 ? nil : Int(result)
    }

    /// Whether the bytes are Hadoop's framing throughout; the target is filled then.
    ///
    /// One original size may be followed by several blocks that together make it up.
    private func isHadoopFramed(
      _ source: UnsafeRawBufferPointer,
      _ target: UnsafeMutableRawBufferPointer
    ) -> Bool {
      var input = 0
      var output = 0
      while input < source.count {
        guard source.count - input >= 8 else { return false }
        let promised = bigEndian(source, input)
        input += 4
        guard promised <= target.count - output else { return false }
        let end = output + promised
        // An empty original may come without any block.
        if promised == 0 && input == source.count { break }
        repeat {
          guard source.count - input >= 4 else { return false }
          let packed = bigEndian(source, input)
          input += 4
          guard packed <= source.count - input else { return false }
          let block = UnsafeRawBufferPointer(rebasing: source[input..<(input + packed)])
          let room = UnsafeMutableRawBufferPointer(rebasing: target[output..<end])
          guard let made = blockByteCount(block, room) else { return false }
          guard made > 0 || promised == 0 else { return false }
          input += packed
          output += made
        } while output < end
      }
      return output == target.count
    }

    private func bigEndian(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int {
      Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }

    private func decompressFrame(
      _ source: UnsafeRawBufferPointer,
      _ target: UnsafeMutableRawBufferPointer
    ) throws(DecodingFailure) {
      if frame == nil { LZ4F_createDecompressionContext(&frame, UInt32(LZ4F_VERSION)) }
      guard let frame else { throw .damaged("lz4: no memory for a context") }
      LZ4F_resetDecompressionContext(frame)
      var consumed = 0
      var produced = 0
      while consumed < source.count {
        var taken = source.count - consumed
        var made = target.count - produced
        let result = LZ4F_decompress(
          frame,
          target.baseAddress.map { $0 + produced },
          &made,
          source.baseAddress.map { $0 + consumed },
          &taken,
          nil
        )
        if LZ4F_isError(result) != 0 {
          throw .damaged("lz4: \(String(cString: LZ4F_getErrorName(result)))")
        }
        guard taken > 0 || made > 0 else {
          throw .damaged("lz4: more bytes after decompression than promised")
        }
        consumed += taken
        produced += made
      }
      guard produced == target.count else {
        throw sizeMismatch(.lz4Hadoop, found: produced, expected: target.count)
      }
    }
  }

  /// Compresses into one LZ4 block, with or without Hadoop's framing.
  enum LZ4Encoder {
    static func byteCountMax(_ byteCount: Int) -> Int { byteCount + byteCount / 255 + 16 }

    static func compress(
      _ source: UnsafeRawBufferPointer,
      into target: UnsafeMutableRawBufferPointer,
      level: Int,
      isFramed: Bool
    ) throws(DecodingFailure) -> Int {
      let header = isFramed ? 8 : 0
      guard let count = Int32(exactly: source.count),
        let room = Int32(exactly: min(target.count - header, Int(Int32.max)))
      else {
        throw .damaged("lz4: \(source.count) bytes are over the limit of a block")
      }
      let from = source.baseAddress?.assumingMemoryBound(to: CChar.self)
      let to = target.baseAddress.map { ($0 + header).assumingMemoryBound(to: CChar.self) }
      let written =
        level >= 3
        ? LZ4_compress_HC(from, to, count, room, Int32(level))
        : LZ4_compress_default(from, to, count, room)
      guard written > 0 else { throw .damaged("lz4: the page did not fit its bound") }
      if isFramed {
        target.storeBytes(of: UInt32(count).bigEndian, toByteOffset: 0, as: UInt32.self)
        target.storeBytes(of: UInt32(written).bigEndian, toByteOffset: 4, as: UInt32.self)
      }
      return header + Int(written)
    }
  }
#endif
