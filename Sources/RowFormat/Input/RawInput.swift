/// The stored bytes of an input, read forwards: a file, a pipe, or something that keeps what a pipe gave.
package protocol RawInput: AnyObject {
  /// The input as the user named it; `-` is standard input.
  var path: String { get }
  /// The size; nil for pipes and terminals.
  var byteCount: Int? { get }
  /// How many bytes were read or skipped.
  var byteCountRead: Int { get }

  /// Reads some bytes; 0 is the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(RowFormatError) -> Int

  /// Whether a read would return at once, waiting for that at most so long.
  func isReady(withinMilliseconds limit: Int32) -> Bool

  /// Goes on at a byte; false where bytes can only be read one after the other.
  func seek(to byteOffset: Int) throws(RowFormatError) -> Bool

  /// Makes sure that a crash does not lose what was read: called before records are handed on.
  func secure() throws(RowFormatError)
}

/// A place between two records of an input, or between two parts of a record over the limit.
public struct InputPosition: Sendable, Hashable {
  /// Where the next record starts in the decompressed input.
  public var byteOffset: Int
  /// The number of the next record; see ``RejectedRecord/recordNumber``.
  public var recordNumber: Int
  /// How many parts of the next record were handed on: zero but within one that is over the limit
  /// of its length and too long for one document.
  public var part: Int

  /// The start of an input unless told otherwise.
  public init(byteOffset: Int = 0, recordNumber: Int = 0, part: Int = 0) {
    self.byteOffset = byteOffset
    self.recordNumber = recordNumber
    self.part = part
  }
}
