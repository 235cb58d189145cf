/// How an input as a whole is compressed; told by its first bytes, never by its name.
public enum InputCompression: String, Sendable, Hashable {
  /// Not at all.
  case plain
  /// One or more gzip members (RFC 1952).
  case gzip
  /// One or more Zstandard frames, skippable ones included (RFC 8878).
  case zstd

  /// How many first bytes tell.
  static let magicByteCount = 4

  /// The compression that starts with these bytes.
  package static func detect(_ head: UnsafeRawBufferPointer) -> InputCompression {
    if head.count >= 2, head[0] == 0x1f, head[1] == 0x8b { return .gzip }
    guard head.count >= 4 else { return .plain }
    let magic =
      UInt32(head[0]) | UInt32(head[1]) << 8 | UInt32(head[2]) << 16 | UInt32(head[3]) << 24
    if magic == 0xFD2F_B528 || magic & 0xFFFF_FFF0 == 0x184D_2A50 { return .zstd }
    return .plain
  }
}
