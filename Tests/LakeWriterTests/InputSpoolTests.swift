import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct InputSpoolTests {
  private static let noRetry = RetryBudget(
    DeliverySettings(folder: "", rejectsFolder: "") { 0 }
  )

  /// A pipe with a name, which a thread writes to and then closes.
  private static func pipe(_ lake: TestLake, _ text: String) -> String {
    let path = "\(lake.folder)/pipe"
    mkfifo(path, 0o600)
    let thread = Thread {
      let descriptor = open(path, O_WRONLY)
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count <= 0 { break }
        rest = rest.dropFirst(count)
      }
      close(descriptor)
    }
    thread.start()
    return path
  }

  /// A thread that nobody waits for.
  private final class Thread {
    private let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    func start() {
      var thread = pthread_t()
      let context = Unmanaged.passRetained(self).toOpaque()
      pthread_create(
        &thread,
        nil,
        { context in
          if let context { Unmanaged<Thread>.fromOpaque(context).takeRetainedValue().body() }
          return nil
        },
        context
      )
      pthread_detach(thread)
    }
  }

  @Test func `what a pipe gives is delivered and its spool removed`() throws {
    let lake = TestLake()
    let summary = lake.deliver([InputSpoolTests.pipe(lake, TestRecords.text(0..<500))])
    #expect(summary.failure == nil)
    #expect(try lake.ids() == TestRecords.sound(0..<500))
    #expect(lake.spoolNames().isEmpty)
  }

  @Test func `what a pipe gave before the process died is delivered by the next one`() throws {
    let lake = TestLake()
    let pipe = InputSpoolTests.pipe(lake, TestRecords.text(0..<5000))
    let count = ExactlyOnceTests.Counter()
    let dead = lake.deliver([pipe]) { settings in
      settings.reach = { (_) throws(LakeWriterError) in
        if count.next() > 10 { throw ExactlyOnceTests.died }
      }
    }
    #expect(dead.failure == ExactlyOnceTests.died)
    let taken = InputSpool.byteCount(of: "\(lake.streams)/orders/spool/1-0")
    #expect(taken > 0)
    #expect(lake.deliver([]) { $0.resumes = true }.failure == nil)
    let all = try lake.ids()
    #expect(all == TestRecords.sound(0..<Int64((all.last ?? 0) + 1)))
    #expect(lake.spoolNames().isEmpty)
    // Every byte that was taken is in a row or in a reject.
    let text = Array(TestRecords.text(0..<5000).utf8).prefix(taken)
    let lineCount = text.count { $0 == 10 } + (text.last == 10 ? 0 : 1)
    #expect(all.count + (try lake.rejectedTexts().count) == lineCount)
  }

  @Test func `a new run is refused while a spool holds undelivered records`() throws {
    let lake = TestLake()
    let pipe = InputSpoolTests.pipe(lake, TestRecords.text(0..<500))
    _ = lake.deliver([pipe]) { settings in
      settings.reach = { (_) throws(LakeWriterError) in throw ExactlyOnceTests.died }
    }
    let input = lake.write(TestRecords.text(500..<510), to: "in/a.ndjson")
    guard case .interrupted("orders", _, 0, 1) = lake.deliver([input]).failure?.kind else {
      Issue.record("it was not refused")
      return
    }
    #expect(lake.deliver([input]) { $0.resumes = true }.failure == nil)
    #expect(try lake.ids().suffix(10) == Array(500..<510))
  }

  @Test func `each byte of a pipe is in the pipe or in its spool, never in neither`() throws {
    let folder = TemporaryDirectory()
    let path = "\(folder.path)/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    // Both ends stay open here, so that what nobody has taken stays in the pipe.
    let both = open(path, O_RDWR | O_NONBLOCK)
    defer { close(both) }
    let text = Array(TestRecords.text(0..<700).utf8)
    try #require(text.withUnsafeBytes { write(both, $0.baseAddress, $0.count) } == text.count)
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 5000, alignment: 1)
    defer { bytes.deallocate() }
    var taken: [UInt8] = []
    do {
      let spooling = try SpoolingInput(
        InputFile(path: path),
        folder: folder("spool"),
        retry: InputSpoolTests.noRetry
      )
      for _ in 0..<3 {
        let count = try spooling.read(into: bytes)
        taken += bytes.prefix(count)
        #expect(InputSpool.byteCount(of: folder("spool")) == taken.count)
      }
    }
    #expect(taken.count > 0 && taken.count < text.count)
    let spooled = try InputSpool.segments(of: folder("spool")).flatMap {
      try LocalFolder("/").read($0.path)
    }
    #expect(spooled == taken)
    var rest = [UInt8](repeating: 0, count: text.count)
    let count = rest.withUnsafeMutableBytes { read(both, $0.baseAddress, $0.count) }
    #expect(taken + rest.prefix(max(count, 0)) == text)
  }

  @Test func `a file as standard input is spooled as well`() throws {
    let folder = TemporaryDirectory()
    let text = Array(TestRecords.text(0..<50).utf8)
    let spooling = try SpoolingInput(
      InputFile(path: folder.write(text, to: "in")),
      folder: folder("spool"),
      retry: InputSpoolTests.noRetry
    )
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
    defer { bytes.deallocate() }
    #expect(try spooling.read(into: bytes) == text.count)
    #expect(try spooling.read(into: bytes) == 0)
    #expect(InputSpool.byteCount(of: folder("spool")) == text.count)
  }

  @Test func `delivered segments go, the first and the last stay`() throws {
    let folder = TemporaryDirectory()
    for start in [0, 10, 20, 30] { folder.write("0123456789", to: InputSpool.name(start: start)) }
    InputSpool.drop(folder.path, before: 29)
    #expect(InputSpool.segments(of: folder.path).map(\.start) == [0, 20, 30])
    let spool = SpooledInput(path: "-", folder: folder.path)
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 1)
    defer { bytes.deallocate() }
    #expect(try spool.read(into: bytes) == 10)
    #expect(try spool.seek(to: 25))
    #expect(try spool.read(into: bytes) == 5)
    #expect(bytes[0] == UInt8(ascii: "5"))
    #expect(try spool.read(into: bytes) == 10)
    #expect(try spool.read(into: bytes) == 0)
  }

  @Test func `of a compressed spool nothing goes before the end`() throws {
    let folder = TemporaryDirectory()
    folder.write([0x1f, 0x8b, 8, 0, 0], to: InputSpool.name(start: 0))
    folder.write("0123456789", to: InputSpool.name(start: 5))
    folder.write("0123456789", to: InputSpool.name(start: 15))
    InputSpool.drop(folder.path, before: 1000)
    #expect(InputSpool.segments(of: folder.path).count == 3)
  }
}
