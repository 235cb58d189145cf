#if canImport(Glibc)
  import Glibc
#endif

/// Where a writer puts its bytes, one after the other.
public protocol ByteSink: AnyObject {
  /// Takes the bytes; they are not needed after the call.
  func write(_ bytes: UnsafeRawBufferPointer) throws(ColumnFormatError)
  /// How many bytes have been written.
  var byteCount: Int { get }
  /// What to call this place in messages.
  var path: String { get }
}

extension ByteSink {
  /// What to call this place in messages.
  public var path: String { "memory" }

  /// Takes the bytes of an array.
  func write(array: [UInt8]) throws(ColumnFormatError) {
    var failure: ColumnFormatError?
    array.withUnsafeBytes { bytes in
      do throws(ColumnFormatError) { try write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}

/// Keeps the bytes in memory.
public final class MemorySink: ByteSink {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// An empty sink.
  public init() {}

  /// Appends the bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) { self.bytes.append(contentsOf: bytes) }

  /// How many bytes have been written.
  public var byteCount: Int { bytes.count }
}

/// Writes a file through a buffer.
///
/// Whoever made it calls ``close()`` in the end; a sink that goes away unclosed gives the
/// descriptor back and leaves what the system has taken so far.
public final class FileSink: ByteSink {
  private static let bufferByteCount = 64 << 10

  /// The file as it was named.
  public let path: String
  /// How many bytes have been written, including those still in the buffer.
  public private(set) var byteCount = 0
  /// Asked when the system refuses a write, with its words; true tries the same bytes again.
  ///
  /// A refused ``sync()`` is never tried again: the system may have dropped what it could not write.
  public var isTriedAgain: (ColumnFormatError) -> Bool = { _ in false }
  private var descriptor: Int32
  /// Made by the first write, so that an open but idle sink costs nothing.
  private var buffer: UnsafeMutableRawPointer?
  private var buffered = 0
  /// Whether the descriptor is given back until the next write.
  private var rests = false

  /// Creates the file, or empties it.
  ///
  /// - Throws: ``ColumnFormatError/Kind/system(call:message:)`` with the system's words.
  public init(path: String) throws(ColumnFormatError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileSink.failure("create", path) }
  }

  deinit {
    buffer?.deallocate()
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
  }

  /// Takes the bytes; they reach the system when the buffer is full, or with ``sync()``.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(ColumnFormatError) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    try wake()
    byteCount += bytes.count
    if bytes.count >= FileSink.bufferByteCount {
      try flush()
      return try writeAll(start, bytes.count)
    }
    if buffered + bytes.count > FileSink.bufferByteCount { try flush() }
    let target =
      buffer
      ?? UnsafeMutableRawPointer.allocate(byteCount: FileSink.bufferByteCount, alignment: 64)
    buffer = target
    (target + buffered).copyMemory(from: start, byteCount: bytes.count)
    buffered += bytes.count
  }

  /// Hands everything to the system, and gives back descriptor and buffer until the next write.
  ///
  /// So there can be more unfinished files than a process may have open.
  public func rest() throws(ColumnFormatError) {
    guard descriptor >= 0 else { return }
    try close()
    buffer?.deallocate()
    buffer = nil
    rests = true
  }

  /// Opens the file again, to go on at its end.
  private func wake() throws(ColumnFormatError) {
    guard rests else { return }
    descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileSink.failure("open", path) }
    rests = false
  }

  /// Hands everything to the system and waits until the disk has it.
  public func sync() throws(ColumnFormatError) {
    try wake()
    try flush()
    while fsync(descriptor) != 0 {
      if errno != EINTR { throw FileSink.failure("sync", path) }
    }
  }

  /// Hands everything to the system and gives the descriptor back; a second call does nothing.
  public func close() throws(ColumnFormatError) {
    guard descriptor >= 0 else { return }
    try flush()
    let closing = descriptor
    descriptor = -1
    // Linux has given the descriptor back even when it reports an interruption.
    guard Glibc.close(closing) == 0 || errno == EINTR else {
      throw FileSink.failure("close", path)
    }
  }

  private func flush() throws(ColumnFormatError) {
    guard let buffer, buffered > 0 else { return }
    let count = buffered
    buffered = 0
    try writeAll(buffer, count)
  }

  private func writeAll(_ start: UnsafeRawPointer, _ count: Int) throws(ColumnFormatError) {
    var done = 0
    while done < count {
      let written = Glibc.write(descriptor, start + done, count - done)
      if written < 0 {
        if errno == EINTR { continue }
        let failure = FileSink.failure("write", path)
        if isTriedAgain(failure) { continue }
        throw failure
      }
      done += written
    }
  }

  private static func failure(_ call: String, _ path: String) -> ColumnFormatError {
    ColumnFormatError(
      .system(call: call, message: String(cString: strerror(errno))),
      .init(path: path)
    )
  }
}
