import CExchange
import ObjectStore
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Reads a pipe by way of its spool: bytes go from the pipe to the spool first, and are read from there.
///
/// The kernel moves them, so a process that is killed leaves each byte either in the pipe, where the
/// next reader of the same pipe finds it, or in the spool. Terminals and sockets cannot be moved
/// from: of those a kill may take what was read last, at most 256 KiB.
final class SpoolingInput: RawInput {
  let byteCount: Int? = nil
  private let source: InputFile
  private let folder: String
  private let retry: RetryBudget
  /// The refusals since something was read.
  private var attempts: RetryBudget.Attempts
  private var descriptor: Int32 = -1
  private var segmentStart = 0
  private var segmentEnd = 0
  private var isSynced = true
  private var canMove = true

  var path: String { source.path }
  var byteCountRead: Int { source.byteCountRead }

  /// Takes over a pipe.
  ///
  /// - Parameters:
  ///   - source: The pipe.
  ///   - folder: The spool's folder.
  ///   - retry: For how long a spool that refuses is tried again. It is asked for an interrupt while
  ///     the pipe is silent, too, which ends the input.
  /// - Throws: When the folder cannot be made.
  init(
    _ source: InputFile,
    folder: String,
    retry: RetryBudget
  ) throws(RowFormatError) {
    self.source = source
    self.folder = folder
    self.retry = retry
    attempts = RetryBudget.Attempts(retry)
    do throws(ObjectStoreError) { try LocalFolder(folder).makeFolder("") } catch {
      throw RowFormatError(.system(call: "spool", message: "\(error)"), path: source.path)
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func read(into target: UnsafeMutableRawBufferPointer) throws(RowFormatError) -> Int {
    while !source.isReady(withinMilliseconds: 100) {
      if retry.isInterrupted() { return 0 }
    }
    attempts = RetryBudget.Attempts(retry)
    let start = source.byteCountRead
    if descriptor < 0 || start >= segmentEnd { try beginSegment(at: start) }
    let wanted = min(target.count, segmentEnd - start)
    if canMove {
      if let count = try move(wanted) {
        try readBack(target, at: start - segmentStart, count: count)
        return count
      }
      canMove = false
    }
    return try copy(UnsafeMutableRawBufferPointer(rebasing: target[0..<wanted]))
  }

  /// Moves bytes from the pipe to the spool; nil where the source is no pipe.
  private func move(_ wanted: Int) throws(RowFormatError) -> Int? {
    while true {
      let count = lake_splice(source.descriptor, descriptor, UInt(wanted))
      if count >= 0 {
        source.taken(count)
        if count > 0 { isSynced = false }
        return count
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        while !source.isReady(withinMilliseconds: 100) {
          if retry.isInterrupted() { return 0 }
        }
      case EINVAL: return nil
      default: try waitAfterRefusal()
      }
    }
  }

  private func readBack(
    _ target: UnsafeMutableRawBufferPointer,
    at offset: Int,
    count: Int
  ) throws(RowFormatError) {
    var done = 0
    while done < count {
      let part = pread(
        descriptor,
        target.baseAddress.map { $0 + done },
        count - done,
        offset + done
      )
      if part < 0 && errno == EINTR { continue }
      if part <= 0 { throw failure() }
      done += part
    }
  }

  /// Reads from the source and writes to the spool; room for the bytes is taken before they are.
  private func copy(_ target: UnsafeMutableRawBufferPointer) throws(RowFormatError) -> Int {
    let offset = source.byteCountRead - segmentStart
    // File systems that cannot take room say so with another error.
    while lake_reserve(descriptor, offset, target.count) != 0 && errno == ENOSPC {
      try waitAfterRefusal()
    }
    let count = try source.read(into: target)
    var done = 0
    while done < count {
      let written = write(descriptor, target.baseAddress.map { $0 + done }, count - done)
      if written < 0 {
        if errno != EINTR { try waitAfterRefusal() }
        continue
      }
      done += written
    }
    if count > 0 { isSynced = false }
    return count
  }

  func isReady(withinMilliseconds limit: Int32) -> Bool {
    source.isReady(withinMilliseconds: limit)
  }

  func seek(to byteOffset: Int) -> Bool { false }

  func secure() throws(RowFormatError) {
    if isSynced { return }
    if fdatasync(descriptor) != 0 { throw failure() }
    isSynced = true
  }

  private func beginSegment(at start: Int) throws(RowFormatError) {
    try secure()
    if descriptor >= 0 { close(descriptor) }
    segmentStart = start
    segmentEnd = start + InputSpool.segmentByteCount
    while true {
      descriptor = open(
        "\(folder)/\(InputSpool.name(start: start))",
        O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
        0o644
      )
      if descriptor >= 0 { break }
      try waitAfterRefusal()
    }
    let parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if parent < 0 { throw failure() }
    defer { close(parent) }
    if fsync(parent) != 0 { throw failure() }
  }

  /// After a call that the system refused: returns when it is to be tried again.
  private func waitAfterRefusal() throws(RowFormatError) {
    let words = String(cString: strerror(errno))
    let failure = failure(words)
    let refusal = LakeWriterError(.destination(words), path: folder)
    if !attempts.isTriedAgain(refusal) { throw failure }
  }

  private func failure(
    _ words: String = String(cString: strerror(errno))
  ) -> RowFormatError {
    RowFormatError(
      .system(call: "spool", message: words),
      path: path,
      byteOffset: byteCountRead
    )
  }
}
