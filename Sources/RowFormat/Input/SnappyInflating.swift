import ColumnFormat

/// Chunks of the snappy framing format (google/snappy, framing_format.txt).
///
/// ```
///   chunk = type (1 byte)  length of the rest (3 bytes, little endian)  rest
///     0xFF        "sNaPpY": a stream begins
///     0x00        masked CRC-32C of the data (4 bytes)  compressed data, at most 65,536 bytes of it
///     0x01        masked CRC-32C of the data (4 bytes)  the data
///     0x80…0xFE   may be skipped; 0x02…0x7F may not
/// ```
final class SnappyInflating: Inflating {
  private static let headerByteCount = 4
  private static let dataByteCountMax = 65_536

  private let decompressor = Decompressor()
  /// The chunk that is being gathered, with its header.
  private var chunk: [UInt8] = []
  /// Data that are not handed on yet.
  private var data: [UInt8] = []
  private var handedOn = 0

  var isAtBoundary: Bool { chunk.isEmpty && handedOn == data.count }

  func inflate(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(InflatingFailure) -> InflatedCount {
    var consumed = 0
    while true {
      if handedOn < data.count {
        let count = min(data.count - handedOn, target.count)
        target.copyBytes(from: data[handedOn..<handedOn + count])
        handedOn += count
        return InflatedCount(consumed: consumed, produced: count)
      }
      var wanted = SnappyInflating.headerByteCount
      if chunk.count >= wanted {
        wanted += Int(chunk[1]) | Int(chunk[2]) << 8 | Int(chunk[3]) << 16
      }
      let taken = min(wanted - chunk.count, source.count - consumed)
      chunk += source[consumed..<consumed + taken]
      consumed += taken
      if chunk.count < wanted { return InflatedCount(consumed: consumed, produced: 0) }
      if wanted > SnappyInflating.headerByteCount || chunk[1...3] == [0, 0, 0] { try open() }
    }
  }

  /// Takes a chunk that is complete apart.
  private func open() throws(InflatingFailure) {
    let rest = chunk[SnappyInflating.headerByteCount...]
    data = []
    handedOn = 0
    switch chunk[0] {
    case 0xFF:
      if Array(rest) != Array("sNaPpY".utf8) {
        throw InflatingFailure(fact: "the stream's name is not sNaPpY")
      }
    case 0x00, 0x01:
      guard rest.count >= 4 else { throw InflatingFailure(fact: "a chunk has no checksum") }
      let body = Array(rest.dropFirst(4))
      data = chunk[0] == 0x01 ? body : try decompress(body)
      let stored = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      if CRC32C.masked(data) != stored {
        throw InflatingFailure(fact: "the data do not match their checksum")
      }
    case 0x80...0xFE: break
    default: throw InflatingFailure(fact: "a chunk of the unknown type \(chunk[0])")
    }
    chunk = []
  }

  private func decompress(_ body: [UInt8]) throws(InflatingFailure) -> [UInt8] {
    var count = 0
    var shift = 0
    for byte in body.prefix(5) {
      count |= Int(byte & 0x7F) << shift
      shift += 7
      if byte < 0x80 { break }
    }
    if count > SnappyInflating.dataByteCountMax {
      throw InflatingFailure(fact: "a chunk holds \(count) bytes, 65536 are allowed")
    }
    var result = [UInt8](repeating: 0, count: count)
    var fault: String?
    result.withUnsafeMutableBytes { target in
      body.withUnsafeBytes { source in
        do throws(DecodingFailure) {
          try decompressor.decompress(.snappy, source, into: target)
        } catch { fault = "\(error)" }
      }
    }
    if let fault { throw InflatingFailure(fact: fault) }
    return result
  }
}

/// The checksum of Castagnoli's polynomial (RFC 3720, appendix B.4).
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
    }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var value = ~UInt32(0)
    for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
    return ~value
  }

  /// As snappy's frames store it, so that checksums of checksums do not cancel out.
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let value = checksum(bytes)
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }
}
