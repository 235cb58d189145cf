import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Every file under `fixtures` for Parquet is there because a test reads it.
@Suite struct FixtureCoverageTests {
  @Test(arguments: ["parquet", "parquet-damaged"])
  func `each fixture is named in a test`(_ folder: String) {
    let sources = FixtureFolder.texts(TestPaths.repository + "/Tests/ColumnFormatTests")
    let files = FixtureFolder.names(TestPaths.fixtures + "/" + folder)
      .filter { $0.hasSuffix(".parquet") }
    #expect(!files.isEmpty)
    for file in files {
      #expect(sources.contains { $0.contains("\"\(file)\"") }, "no test reads \(folder)/\(file)")
    }
  }
}

/// Lists folders and reads the texts in them.
enum FixtureFolder {
  /// The names in a folder, sorted; none where it does not exist.
  static func names(_ path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// The Swift sources in a folder and those below it.
  static func texts(_ path: String) -> [String] {
    names(path).flatMap { name -> [String] in
      let child = path + "/" + name
      return name.hasSuffix(".swift") ? [text(child)] : texts(child)
    }
  }

  /// The text of a file; empty where it cannot be read.
  static func text(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}
