import ColumnFormat
import TestSupport
import Testing

@testable import RowFormat

@Suite struct CompressedInputTests {
  private static let text = (0..<300).map { "{\"id\":\($0),\"note\":\"n\($0 * 31)\"}\n" }.joined()

  /// Two streams, as Python's bz2 makes them: the first 3,000 bytes, then the rest.
  private static let bzip2 = """
    QlpoOTFBWSZTWcl3VtoABWLZgAAQEAR/8AYhhApAAr2DZUOjCKp/tJhiqoDIxVT9Mnp71UoTACpvRqaj8qAAIoRMm1\
    UGQ9TxBX0gr6QV8QV9oK6QVnfsjl/Hb/7+PMXANJJJJI4AUMAchkGQchgChwA0XAIsAEtVVVU50MgyDkMAUOAGi4BF\
    gAi1wCLgGkkkkkcAKHvGLYzve973rtrd3dKkwhEgSBHEURZEGb4XPxM1sT3dxO++973vfO+zvhzOKluGIMxMXGYKhi\
    JgmC6koLqq1BqOZzRMcmqCSZ6gjrGJw1HJxQcqqyYShhvnzczpJJhpd13b+KPqiCBHTBrVMaqKDNSTF1OYeXjWAupN\
    xdTuC7N4rVpt3d3d4TBfpfpiZExDm6AmKoemE/VEW6qNmHQ6YdCNdbgkegpeSaJSSJJMKC06nzrGNY3VWobQyME0qt\
    KE27KbmXaSSULeRHr6mRpGxonLqWLKrddc3D1W8TRMonCSspoETZi7MXAlOMFxTGaFU4rJjxSS1ru7kT3GFOSA06nz\
    rGNYxDEMoWQKShJt73KJJKSShHGgpvDWEGcjBNulNlVuu5cN4W2ACS0lCy8msFwxPpi5xy66udcnXJ6/BBX9QV8QVl\
    RFKQV8QVnxBWEFf8XckU4UJDJd1baAQlpoOTFBWSZTWbmIREkABqRZgAAQEAR/8AYhhApQBD7gBUilUqkKNGQNGmRo\
    UaMgaNMjQqYyZ+qVUgaZBRoyBo0yNBimyRlVAaHqfCQCR+yQCR+yQCR8BAJH0SASOkgEj638fx/P9f3/n5v8gAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAVVVVVQAAAAAAAAAAAAAAAAAAAAAAAAAAAA973ve8AHve973gArXarvuV33KmJrUdjnu7\
    9t2KpGr23btRfLmuRRYAaAABFTqeRHZj8c3W/vueiY1rVIbsoi1iAbHD5Yga1c1ADVHwHFiKjrWr37f2oqe65vWtTW\
    Z7GZgB3vegBmZi69JatDm7bI6sQEglHETVJcxE+WLbugdWoq5GBiBeSMUicVyWyfLyHO36PtVv7UZMx83993uM8zMA\
    Pe973vAANKm+xukRDtRHKmImtTET1EV1ETf6bmd75pvmRzus3queq8wwAAAGZl370rR1Zd0MSjbET7I67wcyS4fLYJ\
    3Tfe73y3NdyeI+emY+ve5iIv3NV3MqsvMAOc4AAO9u+Z9v0RM/VWe9OqcmdSsRqkso5sjGZxXI/IP0jpGNxjvec27i\
    t6yIy2XmAEzMzIAGhlb1EB15DuOJjENkjxB+kdIeuS4PJXIxaEZMxe9Rkz57TcTrfNN57Iq8zMALu7u7uwBVXzNXvU\
    Jmuzq9173dN7mIjU7ipl13g5klzEMW2LoaqpLmbwV6cxtDLu2fKavMu8zADewAAiLvPXzU373HiHOyXD7Nu4O7yQSs\
    WoNpbR2SMZnFcmL3W5v3o7v70RMau+VmXeUrMAd73oABvd3k7bnPei96iNR1vTIneZqIh24jnY3O9VyXWt+rW5ns/g\
    JAJH9JAJHwkAkf6gASAB+SQCR8JAJFAgEiiQCR/xdyRThQkLmIREk=
    """

  private static func bytes(_ base64: String) -> [UInt8] {
    var target = [UInt8](repeating: 0, count: base64.utf8.count + 4)
    let count = Array(base64.utf8).withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        source.baseAddress.flatMap { start in
          target.baseAddress.flatMap { Base64.decode(start, count: source.count, into: $0) }
        }
      }
    }
    return Array(target.prefix(count ?? 0))
  }

  private static func chunk(_ type: UInt8, _ rest: [UInt8]) -> [UInt8] {
    [type] + (0..<3).map { UInt8(truncatingIfNeeded: rest.count >> ($0 * 8)) } + rest
  }

  /// Frames of at most 5,000 bytes each, every third one stored.
  private static func snappy(_ bytes: [UInt8]) throws -> [UInt8] {
    let compressor = try Compressor(.snappy)
    var result = chunk(0xFF, Array("sNaPpY".utf8))
    for (number, start) in stride(from: 0, to: bytes.count, by: 5000).enumerated() {
      let data = Array(bytes[start..<min(start + 5000, bytes.count)])
      let masked = CRC32C.masked(data)
      let checksum = (0..<4).map { UInt8(truncatingIfNeeded: masked >> UInt32($0 * 8)) }
      if number % 3 == 2 {
        result += chunk(0x01, checksum + data)
      } else {
        var packed = [UInt8](repeating: 0, count: compressor.byteCountMax(data.count))
        let count = try packed.withUnsafeMutableBytes { target in
          try data.withUnsafeBytes { try compressor.compress($0, into: target) }
        }
        result += chunk(0x00, checksum + packed.prefix(count))
      }
      result += chunk(0xFE, [0, 0, 0])
    }
    return result
  }

  private static func ids(_ reading: RecordBlockReaderTests.Reading) -> [String] { reading.lines }

  #if LAKE_BZIP2
    @Test func `bzip2 is told by its content, with several streams`() throws {
      let folder = TemporaryDirectory()
      let packed = CompressedInputTests.bytes(CompressedInputTests.bzip2)
      try #require(packed.count > 500)
      for size in [64, 4 << 20] {
        let reading = try RecordBlockReaderTests.read(
          folder.write(packed, to: "a"),
          nil,
          blockByteCount: size,
          fixed: Schema([Field("id", .int64)])
        )
        #expect(reading.lines == (0..<300).map { "{id: \($0)}" })
        #expect(reading.failure == nil)
      }
      let empty = folder.write(CompressedInputTests.bytes("QlpoORdyRThQkAAAAAA="), to: "empty")
      #expect(try RecordBlockReader(path: empty, format: nil).next() == nil)
    }

    @Test func `truncated and damaged bzip2 gives what comes before, then the fault`() throws {
      let folder = TemporaryDirectory()
      let packed = CompressedInputTests.bytes(CompressedInputTests.bzip2)
      var damaged = packed
      damaged[packed.count - 60] ^= 0xFF
      for (bytes, fact) in [(Array(packed.dropLast(40)), "end in the middle"), (damaged, "")] {
        let reading = try RecordBlockReaderTests.read(
          folder.write(bytes, to: "a"),
          .ndjson,
          fixed: Schema([Field("id", .int64)])
        )
        #expect(reading.lines.count > 80 && reading.lines.count < 300)
        guard case .damagedCompression("bzip2", let words)? = reading.failure?.kind else {
          Issue.record("no failure")
          continue
        }
        #expect(fact.isEmpty || words.contains(fact))
      }
    }
  #endif

  @Test func `framed snappy is told by its content, with stored and skipped chunks`() throws {
    let folder = TemporaryDirectory()
    let packed = try CompressedInputTests.snappy(Array(CompressedInputTests.text.utf8))
    for size in [64, 4 << 20] {
      let reading = try RecordBlockReaderTests.read(
        folder.write(packed + packed, to: "a"),
        nil,
        blockByteCount: size,
        fixed: Schema([Field("id", .int64)])
      )
      let once = (0..<300).map { "{id: \($0)}" }
      #expect(reading.lines == once + once)
      #expect(reading.failure == nil)
    }
  }

  @Test func `truncated and damaged snappy gives what comes before, then the fault`() throws {
    let folder = TemporaryDirectory()
    let packed = try CompressedInputTests.snappy(Array(CompressedInputTests.text.utf8))
    var damaged = packed
    damaged[packed.count - 100] ^= 0xFF
    var unknown = packed
    unknown += CompressedInputTests.chunk(0x02, [1])
    for (bytes, fact) in [
      (Array(packed.dropLast(1000)), "end in the middle of a stream"),
      (damaged, "checksum"), (unknown, "a chunk of the unknown type 2"),
      (
        CompressedInputTests.chunk(0xFF, Array("sNaPpY".utf8)) + CompressedInputTests.chunk(0, [1]),
        "no checksum"
      ),
    ] {
      let reading = try? RecordBlockReaderTests.read(
        folder.write(bytes, to: "a"),
        .ndjson,
        fixed: Schema([Field("id", .int64)])
      )
      guard let failure = reading?.failure else { continue }
      guard case .damagedCompression("snappy", let words) = failure.kind else {
        Issue.record("no failure")
        continue
      }
      #expect(words.contains(fact))
    }
  }

  @Test func `checksums are Castagnoli's`() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
  }

  @Test func `a zone's rule holds after the last transition of its file`() throws {
    let berlin = try #require(TimeZoneFile(name: "Europe/Berlin"))
    let sydney = try #require(TimeZoneFile(name: "Australia/Sydney"))
    // 2055-07-01 and 2055-12-01, both 12:00 UTC.
    #expect(berlin.offsetSeconds(utcSeconds: 2_698_056_000) == 7200)
    #expect(berlin.offsetSeconds(utcSeconds: 2_711_275_200) == 3600)
    #expect(sydney.offsetSeconds(utcSeconds: 2_698_056_000) == 36_000)
    #expect(sydney.offsetSeconds(utcSeconds: 2_711_275_200) == 39_600)
  }
}
