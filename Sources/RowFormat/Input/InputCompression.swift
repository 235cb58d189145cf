/// How an input as a whole is compressed; told by its first bytes, never by its name.
public enum InputCompression: String, Sendable, Hashable {
  /// Not at all.
  case plain
  /// One or more gzip members (RFC 1952).
  case gzip
  /// One or more Zstandard frames, skippable ones included (RFC 8878).
  case zstd
  /// One or more streams of bzip2.
  case bzip2
  /// The framing format of snappy.
  case snappy

  /// How many first bytes tell most of them.
  static let magicByteCount = 4
  /// How many tell all of them.
  static let wholeMagicByteCount = 10

  /// Whether more bytes have to be looked at.
  static func isUndecided(_ head: UnsafeRawBufferPointer) -> Bool {
    head.count < wholeMagicByteCount
      && (head.starts(with: "BZh".utf8) || head.starts(with: [0xFF, 0x06, 0x00, 0x00]))
  }

  /// The compression that starts with these bytes.
  package static func detect(_ head: UnsafeRawBufferPointer) -> InputCompression {
    if head.count >= 2, head[0] == 0x1f, head[1] == 0x8b { return .gzip }
    guard head.count >= 4 else { return .plain }
    let magic =
      UInt32(head[0]) | UInt32(head[1]) << 8 | UInt32(head[2]) << 16 | UInt32(head[3]) << 24
    if magic == 0xFD2F_B528 || magic & 0xFFFF_FFF0 == 0x184D_2A50 { return .zstd }
    guard head.count >= wholeMagicByteCount else { return .plain }
    if head.starts(with: [0xFF, 0x06, 0x00, 0x00] + Array("sNaPpY".utf8)) { return .snappy }
    // After the block size comes π of a block, or the square root of π where there is none.
    let isBlock = head[4..<10].elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
    let isEmpty = head[4..<10].elementsEqual([0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
    if head.starts(with: "BZh".utf8), isBlock || isEmpty { return .bzip2 }
    return .plain
  }
}
