#if canImport(Glibc)
  import Glibc
#endif

/// A folder of one test, removed with everything in it when the test is over.
public final class TemporaryDirectory: Sendable {
  /// Its absolute path.
  public let path: String

  /// Makes an empty folder.
  public init() {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/lake-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, let made = mkdtemp(base) else {
        fatalError("no temporary folder could be made")
      }
      return String(cString: made)
    }
  }

  deinit { TemporaryDirectory.removeTree(path) }

  /// The path of a name within.
  public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, making the folders above it, and returns its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) -> String {
    let target = self(name)
    var folder = path
    for part in name.split(separator: "/").dropLast() {
      folder += "/" + part
      mkdir(folder, 0o755)
    }
    guard let file = fopen(target, "w") else { fatalError("cannot write \(target)") }
    bytes.withUnsafeBytes { buffer in _ = fwrite(buffer.baseAddress, 1, buffer.count, file) }
    fclose(file)
    return target
  }

  /// Writes a text file, making the folders above it, and returns its path.
  @discardableResult
  public func write(_ text: String, to name: String) -> String {
    write(Array(text.utf8), to: name)
  }

  private static func removeTree(_ path: String) {
    if let stream = opendir(path) {
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
          tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name == "." || name == ".." { continue }
        let child = path + "/" + name
        if unlink(child) != 0 { removeTree(child) }
      }
      closedir(stream)
    }
    rmdir(path)
  }
}
