/// Why bytes could not be decoded, without saying where.
///
/// Codecs and decoders throw it; the reader, which knows file, column and page, adds the place once.
public struct DecodingFailure: Error, Sendable, Equatable {
  /// What is wrong, with the found value and the limit; no capital, no full stop.
  public var message: String
  /// Whether the bytes are sound but use something that this build does not have.
  public var isUnsupported: Bool

  /// A failure; damage unless told otherwise.
  public init(_ message: String, isUnsupported: Bool = false) {
    self.message = message
    self.isUnsupported = isUnsupported
  }

  /// The bytes contradict their format.
  public static func damaged(_ message: String) -> DecodingFailure { DecodingFailure(message) }

  /// The bytes need something that is not built in.
  public static func unsupported(_ message: String) -> DecodingFailure {
    DecodingFailure(message, isUnsupported: true)
  }
}
