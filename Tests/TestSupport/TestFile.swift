#if canImport(Glibc)
  import Glibc
#endif

/// Whole text files of the repository, for tests whose cases lie in files.
public enum TestFile {
  /// Why a file cannot be read or written.
  public struct Unreadable: Error {
    /// The file.
    public let path: String
  }

  /// Whether the run is to write what comes out into the files: `LAKE_UPDATE=1`.
  public static var isUpdating: Bool { environment("LAKE_UPDATE") == "1" }

  /// The value of an environment variable.
  public static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The text of a file.
  public static func read(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else { throw Unreadable(path: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 64 << 10)
    while case let count = fread(&block, 1, block.count, file), count > 0 {
      bytes += block[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Makes a file's text this.
  public static func write(_ text: String, _ path: String) throws {
    guard let file = fopen(path, "w") else { throw Unreadable(path: path) }
    defer { fclose(file) }
    fputs(text, file)
  }
}
