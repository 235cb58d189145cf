#if canImport(Glibc)
  import Glibc
#endif

/// Small text files: scripts and settings.
enum TextFile {
  /// The whole text of a file; `-` is standard input.
  static func read(_ path: String) throws -> String {
    let isInput = path == "-"
    let descriptor = isInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { if !isInput { close(descriptor) } }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &block, block.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw failure(path)
      }
      if count == 0 { break }
      bytes += block[..<count]
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(message: "'\(path)' is no UTF-8 text")
    }
    return text
  }

  private static func failure(_ path: String) -> Failure {
    Failure(message: "cannot read '\(path)': \(String(cString: strerror(errno)))")
  }
}
