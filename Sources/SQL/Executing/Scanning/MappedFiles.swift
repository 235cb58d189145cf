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
  /// So many bytes of files may lie in the process's memory, and a quarter more together with all else that
  /// is there; half of it in any case.
  static let byteCountLimit = 128 << 20
  /// The system is asked how many there are whenever so many were read.
  private static let stepByteCount = 2 << 20
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

  /// Lets go of pages whenever the process has `byteCountMax` bytes of files, or fewer where it has much else:
  /// touching pages again is the smaller part of the time then.
  init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

  /// Counts `added` bytes that were read of a mapped file.
  func count(_ added: Int, of file: ParquetFile) {
    let due = MappedFiles.touched.withLock { touched -> [ParquetFile] in
      touched.files[ObjectIdentifier(file)] = Reference(file: file)
      touched.byteCount += added
      touched.uncheckedByteCount += added
      let step = min(MappedFiles.stepByteCount, byteCountMax / 4)
      let isFull = touched.files.count >= MappedFiles.fileCountMax
      if touched.uncheckedByteCount < step && !isFull { return [] }
      touched.uncheckedByteCount = 0
      if !isFull && !isOver(touched.byteCount) { return [] }
      defer { touched = Touched() }
      return touched.files.values.compactMap(\.file)
    }
    for file in due { file.releasePages() }
  }

  /// Whether the process has more bytes of files in its memory than it should; `readByteCount` is what counts
  /// where the system does not tell.
  private func isOver(_ readByteCount: Int) -> Bool {
    guard let resident = MappedFiles.resident() else { return readByteCount >= byteCountMax }
    let left = byteCountMax / 4 * 5 - resident.other
    return resident.files >= max(min(byteCountMax, left), byteCountMax / 2)
  }

  /// The bytes of files in this process's memory, the program's own among them, and of all else.
  ///
  /// They are `shared` and the rest of `resident` in `/proc/self/statm`, in pages: proc(5). Nil where the
  /// system does not tell.
  private static func resident() -> (files: Int, other: Int)? {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return nil }
    defer { close(descriptor) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { text in
      let count = read(descriptor, text.baseAddress, text.count)
      guard count > 0 else { return nil }
      let words = String(decoding: text.prefix(count), as: UTF8.self).split(separator: " ")
      guard words.count > 2, let all = Int(words[1]), let files = Int(words[2]) else { return nil }
      let pageByteCount = Int(sysconf(Int32(_SC_PAGESIZE)))
      return (files * pageByteCount, (all - files) * pageByteCount)
    }
  }
}
