/// Why records could not be delivered.
public struct LakeWriterError: Error, Sendable, Equatable {
  /// What went wrong, as facts.
  public enum Kind: Sendable, Equatable {
    /// The settings contradict each other or a rule; the sentence names it.
    case invalidSettings(String)
    /// The destination refused a write, in the system's words.
    case destination(String)
    /// The source could not be read, in the reader's words.
    case source(String)
    /// Another process delivers with the stream.
    case inUse(stream: String, process: Int?)
    /// The stream's last run was interrupted, and it was not asked to go on with that.
    case interrupted(stream: String, input: String, byteOffset: Int, inputCount: Int)
  }

  /// What went wrong.
  public var kind: Kind
  /// The path it happened at.
  public var path: String
  /// How to go on.
  public var help: String?

  /// An error at a path.
  public init(_ kind: Kind, path: String, help: String? = nil) {
    self.kind = kind
    self.path = path
    self.help = help
  }
}
