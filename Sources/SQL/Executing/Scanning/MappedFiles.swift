import ColumnFormat

/// The files that a query reads through mappings, whose pages count as the process's memory until they
/// are let go.
///
/// The system's cache keeps such pages, but touching them again costs about a tenth of the time of a fast
/// scan. So they are let go only when a query has read much.
final class MappedFiles: @unchecked Sendable {
  /// So many bytes may have been read of files since pages were let go, less half of what operators hold.
  static let byteCountLimit = 112 << 20

  private let byteCountMax: Int
  private let monitor = Monitor()
  private var files: [ObjectIdentifier: ParquetFile] = [:]
  private var byteCount = 0

  /// Lets go of pages whenever `byteCountMax` bytes have been read.
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
    let byteCountMax = max(self.byteCountMax - heldByteCount / 2, self.byteCountMax / 4)
    let due = monitor.locked { () -> [ParquetFile] in
      files[ObjectIdentifier(file)] = file
      byteCount += added
      if byteCount < byteCountMax { return [] }
      byteCount = 0
      defer { files = [:] }
      return Array(files.values)
    }
    for file in due { file.releasePages() }
  }
}
