#if canImport(Glibc)
  import Glibc
#endif

/// A file mapped into memory for reading.
///
/// The system loads pages when they are touched. A file must not be cut short while it is mapped;
/// lake's own files never change once they have their name.
public final class MappedFile: ByteSource, @unchecked Sendable {
  /// The file as the user named it.
  public let path: String
  /// All bytes.
  public let bytes: UnsafeRawBufferPointer

  /// Maps the file at `path`.
  ///
  /// - Parameter path: The file's name.
  /// - Throws: ``ColumnFormatError`` with the system's words when it cannot be opened or mapped.
  public init(path: String) throws(ColumnFormatError) {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw MappedFile.failure("open", path) }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw MappedFile.failure("fstat", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ColumnFormatError(
        .system(call: "open", message: "it is not a regular file"),
        ColumnFormatError.Location(path: path)
      )
    }
    let byteCount = Int(status.st_size)
    if byteCount == 0 {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let base = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let base, base != MAP_FAILED else { throw MappedFile.failure("mmap", path) }
    bytes = UnsafeRawBufferPointer(start: base, count: byteCount)
  }

  deinit {
    if let base = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
  }

  /// Takes the file's pages out of this process; the system's cache keeps them as long as it likes.
  public func releasePages() {
    guard let base = bytes.baseAddress else { return }
    madvise(UnsafeMutableRawPointer(mutating: base), bytes.count, MADV_DONTNEED)
  }

  private static func failure(_ call: String, _ path: String) -> ColumnFormatError {
    ColumnFormatError(
      .system(call: call, message: String(cString: strerror(errno))),
      ColumnFormatError.Location(path: path)
    )
  }
}
