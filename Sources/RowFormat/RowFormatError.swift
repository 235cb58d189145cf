/// Why input records could not be read.
public struct RowFormatError: Error, Sendable, Equatable {
  /// What went wrong, as facts.
  public enum Kind: Sendable, Equatable {
    /// The system refused: open, read; with its own words.
    case system(call: String, message: String)
    /// The compressed input ends early or is damaged.
    case damagedCompression(codec: String, String)
    /// The input as a whole is not what its format says.
    case malformed(String)
    /// Recognised, but not built in.
    case unsupported(String)
  }

  /// What went wrong.
  public var kind: Kind
  /// The input as the user named it; `-` is standard input.
  public var path: String
  /// Bytes of the decompressed input before the trouble, where known.
  public var byteOffset: Int?

  /// An error in an input.
  public init(_ kind: Kind, path: String, byteOffset: Int? = nil) {
    self.kind = kind
    self.path = path
    self.byteOffset = byteOffset
  }
}
