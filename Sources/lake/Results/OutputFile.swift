#if canImport(Glibc)
  import Glibc
#endif

/// Where results go: standard output, a file, or a pager.
///
/// A file gets its name when everything is in it; what fails or is cancelled leaves nothing behind.
final class OutputFile {
  /// As the user named it; nil for standard output.
  let path: String?
  private var descriptor: Int32
  private(set) var byteCount = 0
  /// The hidden name until ``commit()``, and the name from then on.
  private var pending: (temporary: String, final: String)?
  private var pager: Pager?

  /// Standard output.
  init() {
    path = nil
    descriptor = STDOUT_FILENO
  }

  /// A file, whose folder must exist; devices and pipes are written to as they are.
  init(path: String) throws {
    self.path = path
    var info = stat()
    let exists = stat(path, &info) == 0
    if exists && info.st_mode & S_IFMT != S_IFREG {
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw OutputFile.failure("create", "'\(path)'") }
      return
    }
    let final = OutputFile.resolved(path)
    let (folder, name) = OutputFile.split(final)
    let temporary = "\(folder).\(name).\(getpid()).unfinished"
    let mode = exists ? info.st_mode & 0o777 : 0o666
    if !exists || access(path, W_OK) == 0 {
      descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    } else {
      descriptor = -1
    }
    if descriptor >= 0 {
      pending = (temporary, final)
      return
    }
    // The file may be written although its folder may not.
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw OutputFile.failure("create", "'\(path)'") }
  }

  /// A pager for what is longer than the screen; shorter texts go to standard output.
  init(pager: Pager) {
    path = nil
    descriptor = STDOUT_FILENO
    self.pager = pager
  }

  deinit {
    if path != nil { close(descriptor) }
    if let pending { unlink(pending.temporary) }
  }

  var isTerminal: Bool { path == nil && isatty(descriptor) != 0 }

  /// Everything is written: the file takes its name, the pager is waited for.
  func commit() throws {
    if let pager {
      try pager.finish()
      return
    }
    guard let (temporary, final) = pending else { return }
    guard rename(temporary, final) == 0 else { throw OutputFile.failure("create", "'\(final)'") }
    pending = nil
  }

  /// Writes all bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    byteCount += bytes.count
    if let pager { return try pager.write(bytes) }
    try OutputFile.write(bytes, to: descriptor, path.map { "'\($0)'" } ?? "standard output")
  }

  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ name: String) throws {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      let written = Glibc.write(descriptor, start, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { throw Failure.ClosedPipe() }
        throw failure("write", name)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// What a symbolic link leads to, so that the link stays.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[...slash]), String(path[path.index(after: slash)...]))
  }

  private static func failure(_ call: String, _ path: String) -> Failure {
    let words = String(cString: strerror(errno))
    return Failure(message: "cannot \(call) \(path): \(words)")
  }
}
