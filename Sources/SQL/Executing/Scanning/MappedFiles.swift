import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// The files that a query reads through mappings, whose pages count as the process's memory until they
/// are let go.
///
/// The system's cache keeps such pages, but touching them again costs about a tenth of the time of a fast
/// scan. So they are let go only when the process has many, those of earlier queries among them.
final class MappedFiles: @unchecked Sendable {
  /// So many bytes of files may lie in the process's memory, less half of what operators hold.
  static let byteCountLimit = 128 << 20
  /// The system is asked how many there are whenever so many were read.
  private static let stepByteCount = 8 << 20

  private let byteCountMax: Int
  private let monitor = Monitor()
  private var files: [ObjectIdentifier: ParquetFile] = [:]
  /// Read since pages were let go.
  private var byteCount = 0
  /// Read since the system was asked.
  private var uncheckedByteCount = 0

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
    let due = monitor.locked { () -> [ParquetFile] in
      files[ObjectIdentifier(file)] = file
      byteCount += added
      uncheckedByteCount += added
      if uncheckedByteCount < min(MappedFiles.stepByteCount, byteCountMax / 4) { return [] }
      uncheckedByteCount = 0
      if (MappedFiles.residentByteCount() ?? byteCount) < byteCountMax { return [] }
      byteCount = 0
      defer { files = [:] }
      return Array(files.values)
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
