import ColumnFormat
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The files that queries read through mappings, whose pages count as the process's memory until they
/// are let go.
///
/// The system's cache keeps such pages, but touching them again costs about a tenth of the time of a fast
/// scan. So they are let go only when the process has many, those of earlier queries among them.
final class MappedFiles: Sendable {
  /// So many bytes of files may lie in the process's memory, less half of what operators hold.
  static let byteCountLimit = 128 << 20
  /// The system is asked how many there are whenever so many were read.
  private static let stepByteCount = 8 << 20
  /// No more files are remembered; pages of small ones are soon touched again.
  private static let fileCountMax = 4096

  /// Does not keep a file open.
  private struct Reference {
    weak var file: ParquetFile?
  }

  /// What the process has read since pages were let go.
  private struct Touched {
    var files: [ObjectIdentifier: Reference] = [:]
    var byteCount = 0
    /// Read since the system was asked.
    var uncheckedByteCount = 0
  }

  private static let touched = Mutex(Touched())

  private let byteCountMax: Int

  /// Lets go of pages whenever the process has `byteCountMax` bytes of files.
  init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

  /// Counts bytes that were read of a file.
  ///
  /// Where operators hold much, touching pages again is the smaller part of the time.
  ///
  /// - Parameters:
  ///   - added: So many bytes.
  ///   - file: Which is mapped.
  ///   - heldByteCount: What operators hold now.
  func count(_ added: Int, of file: ParquetFile, heldByteCount: Int) {
    let byteCountMax = max(self.byteCountMax - heldByteCount / 2, self.byteCountMax / 2)
    let due = MappedFiles.touched.withLock { touched -> [ParquetFile] in
      touched.files[ObjectIdentifier(file)] = Reference(file: file)
      touched.byteCount += added
      touched.uncheckedByteCount += added
      let step = min(MappedFiles.stepByteCount, byteCountMax / 4)
      let isFull = touched.files.count >= MappedFiles.fileCountMax
      if touched.uncheckedByteCount < step && !isFull { return [] }
      touched.uncheckedByteCount = 0
      if !isFull && (MappedFiles.residentByteCount() ?? touched.byteCount) < byteCountMax {
        return []
      }
      defer { touched = Touched() }
      return touched.files.values.compactMap(\.file)
    }
    for file in due { file.releasePages() }
  }

  /// The bytes of files in this process's memory, the program's own among them.
  ///
  /// They are `shared` in `/proc/self/statm`, in pages: proc(5). Nil where the system does not tell.
  private static func residentByteCount() -> Int? {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return nil }
    defer { close(descriptor) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { text in
      let count = read(descriptor, text.baseAddress, text.count)
      guard count > 0 else { return nil }
      let words = String(decoding: text.prefix(count), as: UTF8.self).split(separator: " ")
      guard words.count > 2, let pages = Int(words[2]) else { return nil }
      return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
  }
}
