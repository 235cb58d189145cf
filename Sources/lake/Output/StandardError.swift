#if canImport(Glibc)
  import Glibc
#endif

/// Where notes, summaries, progress and errors go; results never do.
enum StandardError {
  /// Writes all of `text` at once, so that lines of several threads do not mix.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let start = rest.baseAddress, !rest.isEmpty {
        let written = Glibc.write(STDERR_FILENO, start, rest.count)
        if written < 0 && errno == EINTR { continue }
        // With standard error gone there is nobody left to tell.
        if written <= 0 { return }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
    }
  }

  /// Writes one line; on a narrow terminal several.
  static func note(_ line: String) {
    let lines = width.map { WordWrapping.wrapped(line, width: $0) } ?? [line]
    write(lines.joined(separator: "\n") + "\n")
  }

  /// The columns of the terminal; nil where there is none.
  static var width: Int? { isatty(STDERR_FILENO) == 0 ? nil : Terminal.size().width }
}
