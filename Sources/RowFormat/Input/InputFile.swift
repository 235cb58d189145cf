#if canImport(Glibc)
  import Glibc
#endif

/// The raw bytes of a file or of standard input, read forwards.
package final class InputFile: RawInput {
  package let path: String
  package let byteCount: Int?
  package private(set) var byteCountRead = 0
  /// The open file.
  package let descriptor: Int32

  /// Opens a file, or standard input for `-`.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - byteCountMax: Where the input is taken to end, for files that may be growing.
  /// - Throws: When it cannot be opened or is a folder.
  package init(path: String, byteCountMax: Int? = nil) throws(RowFormatError) {
    self.path = path
    if path == "-" {
      descriptor = STDIN_FILENO
    } else {
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      if descriptor < 0 { throw InputFile.failure("open", path: path) }
    }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    let kind = status.st_mode & S_IFMT
    if isKnown && kind == S_IFDIR {
      if descriptor != STDIN_FILENO { close(descriptor) }
      throw RowFormatError(.system(call: "read", message: "it is a folder"), path: path)
    }
    let size = isKnown && kind == S_IFREG ? Int(status.st_size) : nil
    byteCount = size.map { min($0, byteCountMax ?? $0) }
    if byteCount != nil { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }
  }

  deinit {
    if descriptor != STDIN_FILENO { close(descriptor) }
  }

  package func read(into target: UnsafeMutableRawBufferPointer) throws(RowFormatError) -> Int {
    // Pipes have no size; the sizes of files in /proc are zero, so only a known end is kept to.
    var wanted = target.count
    if let byteCount, byteCount > 0 { wanted = max(min(wanted, byteCount - byteCountRead), 0) }
    while true {
      let count = Glibc.read(descriptor, target.baseAddress, wanted)
      if count >= 0 {
        byteCountRead += count
        return count
      }
      if errno != EINTR { throw InputFile.failure("read", path: path, byteOffset: byteCountRead) }
    }
  }

  /// Always true for files; a pipe whose writer pauses answers false, so that what has come is
  /// handed on instead of waiting for a full block.
  package func isReady(withinMilliseconds limit: Int32) -> Bool {
    if byteCount != nil { return true }
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, limit) != 0
  }

  package func seek(to byteOffset: Int) throws(RowFormatError) -> Bool {
    guard let byteCount, byteOffset <= byteCount else { return false }
    guard lseek(descriptor, byteOffset, SEEK_SET) >= 0 else {
      throw InputFile.failure("seek", path: path, byteOffset: byteOffset)
    }
    byteCountRead = byteOffset
    return true
  }

  /// Counts bytes that were taken from the descriptor by somebody else.
  package func taken(_ count: Int) { byteCountRead += count }

  /// A file is where it was; what a pipe gave is lost with the process.
  package func secure() {}

  package static func failure(_ call: String, path: String, byteOffset: Int? = nil)
    -> RowFormatError
  {
    RowFormatError(
      .system(call: call, message: String(cString: strerror(errno))),
      path: path,
      byteOffset: byteOffset
    )
  }
}
