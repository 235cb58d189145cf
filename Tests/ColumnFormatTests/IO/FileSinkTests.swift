import ColumnFormat
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct FileSinkTests {
  private func write(_ bytes: [UInt8], to sink: FileSink) throws {
    try bytes.withUnsafeBytes { try sink.write($0) }
  }

  private func read(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = bytes.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, file) }
    return Array(bytes[..<count])
  }

  @Test func `small and large writes arrive in order`() throws {
    let folder = TemporaryDirectory()
    let sink = try FileSink(path: folder("out"))
    var expected: [UInt8] = []
    for size in [1, 0, 100, 65_535, 1, 65_536, 3, 200_000, 7] {
      let part = (0..<size).map { UInt8(truncatingIfNeeded: $0 + size) }
      try write(part, to: sink)
      expected += part
      #expect(sink.byteCount == expected.count)
    }
    try sink.sync()
    #expect(read(folder("out")) == expected)
    try sink.close()
    try sink.close()
    #expect(read(folder("out")) == expected)
  }

  @Test func `a sink that rests goes on at its end`() throws {
    let folder = TemporaryDirectory()
    let sink = try FileSink(path: folder("out"))
    try sink.rest()
    try write([1, 2], to: sink)
    try sink.rest()
    try sink.rest()
    #expect(read(folder("out")) == [1, 2])
    try write([3], to: sink)
    try sink.rest()
    try sink.sync()
    try sink.close()
    #expect(read(folder("out")) == [1, 2, 3])
    #expect(sink.byteCount == 3)
  }

  @Test func `a folder that is missing is reported in the system's words`() {
    #expect(
      throws: ColumnFormatError(
        .system(call: "create", message: "No such file or directory"),
        .init(path: "/nonexistent/out")
      )
    ) { try FileSink(path: "/nonexistent/out") }
  }

  @Test func `a full disk is reported in the system's words`() throws {
    let sink = try FileSink(path: "/dev/full")
    try write([1, 2, 3], to: sink)
    let full = ColumnFormatError(
      .system(call: "write", message: "No space left on device"),
      .init(path: "/dev/full")
    )
    #expect(throws: full) { try sink.close() }
    #expect(full.message == "cannot write '/dev/full': No space left on device")
  }

  @Test func `a full disk ends the writing of a table`() throws {
    let sink = try FileSink(path: "/dev/full")
    var writer = try ParquetWriter(sink: sink, schema: Schema([Field("a", .int64)]))
    try writer.write(Batch(columns: [.constant(.int(1), .int64, count: 10)], rowCount: 10))
    _ = try writer.finish()
    #expect(throws: ColumnFormatError.self) { try sink.sync() }
  }
}
