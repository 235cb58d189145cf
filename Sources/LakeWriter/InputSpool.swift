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
