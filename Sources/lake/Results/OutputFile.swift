#if canImport(Glibc)
  import Glibc
#endif

/// Where results go: standard output or a file.
final class OutputFile {
  /// As the user named it; nil for standard output.
  let path: String?
  private let descriptor: Int32
  private(set) var byteCount = 0

  /// Standard output.
  init() {
    path = nil
    descriptor = STDOUT_FILENO
  }

  /// A file, which is emptied; the folder must exist.
  init(path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw OutputFile.failure("create", path) }
  }

  deinit { if path != nil { close(descriptor) } }

  var isTerminal: Bool { path == nil && isatty(descriptor) != 0 }

  /// Writes all bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      let written = Glibc.write(descriptor, start, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { throw Failure.ClosedPipe() }
        throw OutputFile.failure("write", path ?? "standard output")
      }
      byteCount += written
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  private static func failure(_ call: String, _ path: String) -> Failure {
    let words = String(cString: strerror(errno))
    return Failure(message: "cannot \(call) '\(path)': \(words.lowercased())")
  }
}
