/// When a partition's buffer becomes a file: at a size or an age, whichever comes first.
///
/// Firehose's names and limits (API reference, `BufferingHints`); with conversion to Parquet the size
/// is 128 MiB unless set.
public struct BufferingHints: Sendable, Equatable {
  /// Bytes of input, not of Parquet.
  public var byteCount: Int
  /// Seconds since the oldest record in the buffer arrived.
  public var intervalSeconds: Int

  /// The limits of ``byteCount`` in MiB.
  public static let mebibytesAllowed = 1...128
  /// The limits of ``intervalSeconds``.
  public static let secondsAllowed = 0...900

  /// 128 MiB and 300 s unless told otherwise.
  public init(byteCount: Int = 128 << 20, intervalSeconds: Int = 300) {
    self.byteCount = byteCount
    self.intervalSeconds = intervalSeconds
  }
}
