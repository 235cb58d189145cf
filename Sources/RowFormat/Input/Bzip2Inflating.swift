#if LAKE_BZIP2
  import CBzip2

  /// Streams of bzip2, one after the other.
  final class Bzip2Inflating: Inflating {
    private var stream = bz_stream()
    private(set) var isAtBoundary = true

    init() throws(InflatingFailure) { try start() }

    deinit { BZ2_bzDecompressEnd(&stream) }

    private func start() throws(InflatingFailure) {
      stream = bz_stream()
      if BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK {
        throw InflatingFailure(fact: "bzip2 does not start")
      }
    }

    func inflate(
      _ source: UnsafeRawBufferPointer,
      into target: UnsafeMutableRawBufferPointer
    ) throws(InflatingFailure) -> InflatedCount {
      if source.isEmpty { return InflatedCount(consumed: 0, produced: 0) }
      let offered = min(source.count, Int(Int32.max))
      let room = min(target.count, Int(Int32.max))
      stream.next_in = UnsafeMutablePointer(
        mutating: source.baseAddress?.assumingMemoryBound(to: CChar.self)
      )
      stream.avail_in = UInt32(offered)
      stream.next_out = target.baseAddress?.assumingMemoryBound(to: CChar.self)
      stream.avail_out = UInt32(room)
      let status = BZ2_bzDecompress(&stream)
      let count = InflatedCount(
        consumed: offered - Int(stream.avail_in),
        produced: room - Int(stream.avail_out)
      )
      switch status {
      case BZ_STREAM_END:
        BZ2_bzDecompressEnd(&stream)
        try start()
        isAtBoundary = true
      case BZ_OK: isAtBoundary = false
      default:
        // What came out before the fault is handed on; the next call finds the fault again.
        if count.produced > 0 { return count }
        throw InflatingFailure(
          fact: status == BZ_DATA_ERROR_MAGIC
            ? "no bzip2 stream begins there" : "the data do not match their checksum or structure"
        )
      }
      return count
    }
  }
#endif
