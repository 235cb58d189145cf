/// Which records are repetitions of others: those with the same values in the key's fields that arrive
/// within a time after the first.
///
/// A record whose key is missing or null is never one.
public struct DeduplicationRule: Sendable, Equatable {
  /// The fields of the key; members of nested objects follow a dot.
  public var fields: [String]
  /// For how long after the first record others of its key are left out, in seconds.
  public var windowSeconds: Int
  /// How much memory the keys of the window may take, in bytes.
  public var byteCountMax: Int

  /// A rule; keys may take 256 MiB unless told otherwise.
  public init(fields: [String], windowSeconds: Int, byteCountMax: Int = 256 << 20) {
    self.fields = fields
    self.windowSeconds = windowSeconds
    self.byteCountMax = byteCountMax
  }
}
