/// Why an object could not be listed, read or written.
public struct ObjectStoreError: Error, Sendable, Equatable {
  /// What went wrong, as facts.
  public enum Kind: Sendable, Equatable {
    /// There is no such object or folder.
    case notFound
    /// An exclusive put found the name taken.
    case alreadyExists
    /// No room is left.
    case full
    /// The system refused, in its own words.
    case system(call: String, message: String)
  }

  /// What went wrong.
  public var kind: Kind
  /// The object's path.
  public var path: String

  /// An error at a path.
  public init(_ kind: Kind, path: String) {
    self.kind = kind
    self.path = path
  }
}
