import ObjectStore
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// The bytes that a pipe gave, kept until their records are delivered.
///
/// A spool is a folder of segments, each named by the offset of its first byte. Bytes are synced
/// before the records in them are handed on, so that every record lake has taken survives it.
enum InputSpool {
  /// A segment ends after so many bytes.
  static let segmentByteCount = 64 << 20

  struct Segment: Equatable {
    var path: String
    var start: Int
    var byteCount: Int
    var end: Int { start + byteCount }
  }

  static func name(start: Int) -> String { padded(Int64(start), 20) }

  /// The segments in their order; none where there is no spool.
  static func segments(of folder: String) -> [Segment] {
    let store = LocalFolder(folder)
    guard let entries = try? store.entries(of: "") else { return [] }
    return entries.compactMap { entry in
      guard let start = Int(entry.name), let info = try? store.info(entry.name) else { return nil }
      return Segment(
        path: store.systemPath(entry.name),
        start: start,
        byteCount: info.byteCount
      )
    }
  }

  /// How many bytes have been taken.
  static func byteCount(of folder: String) -> Int { segments(of: folder).last?.end ?? 0 }

  /// Removes segments whose records are all delivered.
  ///
  /// The first one stays, because format and header are read from it again; of a compressed spool
  /// all stay, because decompression begins at the start.
  static func drop(_ folder: String, before byteOffset: Int) {
    let segments = segments(of: folder)
    guard let first = segments.first, first.end <= byteOffset, segments.count > 1,
      let head = try? LocalFolder(folder).read(name(start: first.start), range: 0..<4),
      head.withUnsafeBytes({ InputCompression.detect($0) }) == .plain
    else { return }
    // A segment that cannot be removed now is removed with the whole spool.
    for segment in segments.dropFirst().dropLast() where segment.end <= byteOffset {
      unlink(segment.path)
    }
  }
}

/// Reads a spool whose sender has gone away.
final class SpooledInput: RawInput {
  let path: String
  let byteCount: Int?
  private(set) var byteCountRead = 0
  private let segments: [InputSpool.Segment]
  private var next = 0
  private var current: InputFile?

  init(path: String, folder: String) {
    self.path = path
    segments = InputSpool.segments(of: folder)
    byteCount = segments.last?.end ?? 0
  }

  func read(into target: UnsafeMutableRawBufferPointer) throws(RowFormatError) -> Int {
    while true {
      if let current {
        let count = try current.read(into: target)
        byteCountRead += count
        if count > 0 { return count }
      }
      // After a gap only a seek leads on.
      guard next < segments.count, segments[next].start <= byteCountRead else { return 0 }
      let file = try InputFile(path: segments[next].path)
      current = file
      let skipped = byteCountRead - segments[next].start
      if skipped > 0 { _ = try file.seek(to: skipped) }
      next += 1
    }
  }

  func isReady(withinMilliseconds limit: Int32) -> Bool { true }

  func seek(to byteOffset: Int) throws(RowFormatError) -> Bool {
    current = nil
    next = segments.firstIndex { $0.end > byteOffset } ?? segments.count
    byteCountRead = byteOffset
    return true
  }

  func secure() {}
}

/// Reads a pipe and keeps a copy of every byte.
final class SpoolingInput: RawInput {
  let byteCount: Int? = nil
  private let source: InputFile
  private let folder: String
  private let isInterrupted: @Sendable () -> Bool
  private var descriptor: Int32 = -1
  private var segmentEnd = 0
  private var isSynced = true

  var path: String { source.path }
  var byteCountRead: Int { source.byteCountRead }

  /// Takes over a pipe.
  ///
  /// - Parameters:
  ///   - source: The pipe.
  ///   - folder: The spool's folder.
  ///   - isInterrupted: Asked while the pipe is silent; true ends the input.
  /// - Throws: When the folder cannot be made.
  init(
    _ source: InputFile,
    folder: String,
    isInterrupted: @escaping @Sendable () -> Bool
  ) throws(RowFormatError) {
    self.source = source
    self.folder = folder
    self.isInterrupted = isInterrupted
    do throws(ObjectStoreError) { try LocalFolder(folder).makeFolder("") } catch {
      throw RowFormatError(.system(call: "spool", message: "\(error)"), path: source.path)
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func read(into target: UnsafeMutableRawBufferPointer) throws(RowFormatError) -> Int {
    while !source.isReady(withinMilliseconds: 100) {
      if isInterrupted() { return 0 }
    }
    let start = source.byteCountRead
    let count = try source.read(into: target)
    if count == 0 { return 0 }
    if descriptor < 0 || start >= segmentEnd { try beginSegment(at: start) }
    var done = 0
    while done < count {
      let written = write(descriptor, target.baseAddress.map { $0 + done }, count - done)
      if written < 0 && errno == EINTR { continue }
      if written < 0 { throw failure() }
      done += written
    }
    isSynced = false
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
    segmentEnd = start + InputSpool.segmentByteCount
    descriptor = open(
      "\(folder)/\(InputSpool.name(start: start))",
      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
      0o644
    )
    if descriptor < 0 { throw failure() }
    let parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if parent < 0 { throw failure() }
    defer { close(parent) }
    if fsync(parent) != 0 { throw failure() }
  }

  private func failure() -> RowFormatError {
    RowFormatError(
      .system(call: "spool", message: String(cString: strerror(errno))),
      path: path,
      byteOffset: byteCountRead
    )
  }
}
