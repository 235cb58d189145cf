#if canImport(Glibc)
  import Glibc
#endif

/// The raw bytes of a file or of standard input, read forwards.
final class InputFile {
  /// The input as the user named it.
  let path: String
  /// The file's size; nil for pipes and terminals.
  let byteCount: Int?
  /// How many bytes were read.
  private(set) var byteCountRead = 0
  private let descriptor: Int32

  /// Opens a file, or standard input for `-`.
  init(path: String) throws(RowFormatError) {
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
    byteCount = isKnown && kind == S_IFREG ? Int(status.st_size) : nil
    if byteCount != nil { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }
  }

  deinit {
    if descriptor != STDIN_FILENO { close(descriptor) }
  }

  /// Reads some bytes; 0 is the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(RowFormatError) -> Int {
    while true {
      let count = Glibc.read(descriptor, target.baseAddress, target.count)
      if count >= 0 {
        byteCountRead += count
        return count
      }
      if errno != EINTR { throw InputFile.failure("read", path: path, byteOffset: byteCountRead) }
    }
  }

  /// Whether a read would return at once, waiting for that at most so long.
  ///
  /// Always true for files; a pipe whose writer pauses answers false, so that what has come is
  /// handed on instead of waiting for a full block.
  func isReady(withinMilliseconds limit: Int32) -> Bool {
    if byteCount != nil { return true }
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, limit) != 0
  }

  private static func failure(_ call: String, path: String, byteOffset: Int? = nil)
    -> RowFormatError
  {
    RowFormatError(
      .system(call: call, message: String(cString: strerror(errno))),
      path: path,
      byteOffset: byteOffset
    )
  }
}
