#if canImport(Glibc)
  import Glibc
#endif

/// Where results go, and nothing else.
enum StandardOutput {
  /// Writes all of `text`.
  ///
  /// - Throws: `Failure.ClosedPipe` when the reader went away; a failure when there is no room.
  static func write(_ text: String) throws {
    var text = text
    let code: Int32? = text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let start = rest.baseAddress, !rest.isEmpty {
        let written = Glibc.write(STDOUT_FILENO, start, rest.count)
        if written < 0 && errno == EINTR { continue }
        if written < 0 { return errno }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
      return nil
    }
    guard let code else { return }
    if code == EPIPE { throw Failure.ClosedPipe() }
    throw Failure(message: "cannot write standard output: \(String(cString: strerror(code)))")
  }
}
