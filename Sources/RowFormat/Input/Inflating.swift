import CZlib
import CZstd

/// What a decompressor did with a piece of input.
struct InflatedCount {
  /// Input bytes used.
  var consumed: Int
  /// Output bytes written.
  var produced: Int
}

/// The sentence of a decompressor that cannot go on.
struct InflatingFailure: Error {
  var fact: String
}

/// Decompresses a stream piece by piece.
protocol Inflating: AnyObject {
  /// Whether the input may end here: between members or frames.
  var isAtBoundary: Bool { get }

  /// Takes some input and gives some output; both counts are zero only where input is lacking.
  func inflate(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(InflatingFailure) -> InflatedCount
}

/// Members of gzip, one after the other; zeros may pad the end, as tapes do.
final class GzipInflating: Inflating {
  private var stream = z_stream()
  private(set) var isAtBoundary = true
  private var memberCount = 0

  init() throws(InflatingFailure) {
    // 15 bits of window, plus 16 for the gzip wrapper.
    let status = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    if status != Z_OK { throw InflatingFailure(fact: "zlib does not start") }
  }

  deinit { inflateEnd(&stream) }

  func inflate(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(InflatingFailure) -> InflatedCount {
    var skipped = 0
    if isAtBoundary && memberCount > 0 {
      while skipped < source.count && source[skipped] == 0 { skipped += 1 }
    }
    if skipped == source.count { return InflatedCount(consumed: skipped, produced: 0) }
    let offered = min(source.count - skipped, Int(UInt32.max))
    let room = min(target.count, Int(UInt32.max))
    stream.next_in = UnsafeMutablePointer(
      mutating: source.baseAddress?.advanced(by: skipped).assumingMemoryBound(to: UInt8.self)
    )
    stream.avail_in = UInt32(offered)
    stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(room)
    let status = CZlib.inflate(&stream, Z_NO_FLUSH)
    let count = InflatedCount(
      consumed: skipped + offered - Int(stream.avail_in),
      produced: room - Int(stream.avail_out)
    )
    switch status {
    case Z_STREAM_END:
      isAtBoundary = true
      memberCount += 1
      inflateReset(&stream)
    case Z_OK, Z_BUF_ERROR: isAtBoundary = false
    default:
      // What came out before the fault is handed on; the next call finds the fault again.
      if count.produced > 0 { return count }
      throw InflatingFailure(fact: stream.msg.map { String(cString: $0) } ?? "invalid data")
    }
    return count
  }
}

/// Frames of Zstandard, one after the other.
final class ZstandardInflating: Inflating {
  private let stream: OpaquePointer
  private(set) var isAtBoundary = true

  init() throws(InflatingFailure) {
    guard let stream = ZSTD_createDStream() else {
      throw InflatingFailure(fact: "zstd does not start")
    }
    self.stream = stream
  }

  deinit { ZSTD_freeDStream(stream) }

  func inflate(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(InflatingFailure) -> InflatedCount {
    var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
    var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
    let status = ZSTD_decompressStream(stream, &output, &input)
    if ZSTD_isError(status) != 0 {
      if output.pos > 0 { return InflatedCount(consumed: input.pos, produced: output.pos) }
      throw InflatingFailure(fact: String(cString: ZSTD_getErrorName(status)))
    }
    if input.pos > 0 || output.pos > 0 { isAtBoundary = status == 0 }
    return InflatedCount(consumed: input.pos, produced: output.pos)
  }
}
