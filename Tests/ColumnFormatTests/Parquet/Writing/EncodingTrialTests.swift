import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct EncodingTrialTests {
  private func encodings(
    _ type: LogicalType,
    _ values: Values,
    _ options: WriterOptions = WriterOptions()
  ) throws -> [[PageEncoding]] {
    let count =
      switch values {
      case .int64(let values): values.count
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .bytes(let values, _): values.count
      default: 0
      }
    let file = try WrittenBytes.write(
      Field("a", type, isNullable: false),
      Column(flat: values, count: count),
      options
    )
    return file.metadata.rowGroups.map(\.columns[0].encodings)
  }

  private func random(_ count: Int) -> [Int64] {
    var generator = SeededGenerator(seed: 7)
    return (0..<count).map { _ in Int64(truncatingIfNeeded: generator.next() >> 1) }
  }

  @Test func `sorted addresses leave their prefixes out`() throws {
    let texts = (0..<3000).map { "https://shop.example/orders/2025/\(1_000_000 + $0 * 37)" }
    #expect(try encodings(.string, textColumn(texts).flatValues) == [[.deltaByteArray]])
  }

  @Test func `measurements of close size have their bytes apart`() throws {
    let values = random(3000).map { 20 + Double($0 % 1_000_003) / 1_000_003 }
    #expect(try encodings(.float64, .float64(Buffer(values))) == [[.byteStreamSplit]])
    var options = WriterOptions()
    options.usesByteStreamSplit = false
    #expect(try encodings(.float64, .float64(Buffer(values)), options) == [[.plain]])
  }

  @Test func `without a codec bytes apart save nothing`() throws {
    var options = WriterOptions()
    options.codec = .uncompressed
    let values = random(3000).map { Float($0 % 1_000_003) }
    #expect(try encodings(.float32, .float32(Buffer(values)), options) == [[.plain]])
  }

  @Test func `a few values repeated are a dictionary`() throws {
    let values = random(3000).map { 1 << 40 + $0 % 50 }
    let dictionary: [[PageEncoding]] = [[.plain, .runLengthDictionary]]
    #expect(try encodings(.int64, .int64(Buffer(values))) == dictionary)
    let texts = values.map { "channel \($0)" }
    #expect(try encodings(.string, textColumn(texts).flatValues) == dictionary)
  }

  @Test func `thousands of names repeated are a dictionary`() throws {
    let texts = random(40_000).map { "customer number \($0 % 6000)" }
    #expect(
      try encodings(.string, textColumn(texts).flatValues) == [[.plain, .runLengthDictionary]]
    )
  }

  @Test func `noise is plain`() throws {
    let values = random(3000).map { $0 &* 2 }
    #expect(try encodings(.int64, .int64(Buffer(values))) == [[.plain]])
  }

  @Test func `few values are a dictionary only where that is smaller`() throws {
    #expect(try encodings(.int64, .int64(Buffer((0..<40).map { Int64($0) }))) == [[.plain]])
    #expect(
      try encodings(.int64, .int64(Buffer(repeating: 5, count: 40)))
        == [[.plain, .runLengthDictionary]]
    )
  }

  @Test func `a choice lasts for some row groups, and is then made anew`() throws {
    var options = WriterOptions()
    options.rowGroupRowCountMax = 2000
    // Noise first, then a rising number: neither repeats.
    let values = random(4000) + (0..<18_000).map { $0 * 3 }
    let found = try encodings(.int64, .int64(Buffer(values)), options)
    #expect(found.count == 11)
    #expect(found[1] == [.plain])
    #expect(found[2] == [.plain])
    #expect(found[10] == [.deltaBinaryPacked])
  }

  @Test func `files that share a memory choose anew only now and then`() throws {
    var options = WriterOptions()
    options.encodingMemory = EncodingMemory()
    let values = Values.int64(Buffer(random(500).map { $0 % 300 }))
    let alone = try encodings(.int64, values)
    var ages: [Int?] = []
    for _ in 0..<10 {
      #expect(try encodings(.int64, values, options) == alone)
      ages.append(options.encodingMemory?.trial(of: "a")?.age)
    }
    #expect(ages == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1])
  }

  @Test func `a choice from few values is not taken for many`() throws {
    var options = WriterOptions()
    options.encodingMemory = EncodingMemory()
    // Few enough that a dictionary is among the candidates each time.
    let values = random(4000).map { $0 % 150 }
    _ = try encodings(.int64, .int64(Buffer(Array(values.prefix(200)))), options)
    _ = try encodings(.int64, .int64(Buffer(Array(values.prefix(800)))), options)
    #expect(options.encodingMemory?.trial(of: "a")?.age == 1)
    _ = try encodings(.int64, .int64(Buffer(Array(values.prefix(801)))), options)
    #expect(options.encodingMemory?.trial(of: "a")?.age == 0)
  }

  @Test func `a choice that trial after trial confirms lasts longer and longer`() throws {
    var options = WriterOptions()
    options.encodingMemory = EncodingMemory()
    let values = Values.int64(Buffer(random(500).map { $0 % 300 }))
    var trials: [Int] = []
    for file in 0..<200 {
      _ = try encodings(.int64, values, options)
      if options.encodingMemory?.trial(of: "a")?.age == 0 { trials.append(file) }
    }
    #expect(trials == [0, 8, 24, 56, 120, 184])
  }

  @Test func `a trial that comes to something else is soon made again`() throws {
    var options = WriterOptions()
    options.encodingMemory = EncodingMemory()
    let noise = Values.int64(Buffer(random(200)))
    let rising = Values.int64(Buffer((0..<200).map { Int64($0) * 3 }))
    var trials: [Int] = []
    for file in 0..<50 {
      _ = try encodings(.int64, file < 20 ? noise : rising, options)
      if options.encodingMemory?.trial(of: "a")?.age == 0 { trials.append(file) }
    }
    #expect(trials == [0, 8, 24, 32, 48])
  }

  @Test func `files that share a memory have the bytes that they have alone`() throws {
    let texts = (0..<3).map { file in
      textColumn((0..<3000).map { "text \(($0 + file) % 200) of file \(file)" })
    }
    var options = WriterOptions()
    let alone = try texts.map {
      try WrittenBytes.write(Field("a", .string, isNullable: false), $0, options).bytes
    }
    options.encodingMemory = EncodingMemory()
    let shared = try texts.map {
      try WrittenBytes.write(Field("a", .string, isNullable: false), $0, options).bytes
    }
    #expect(shared == alone)
    // Other options need an encoder of their own.
    options.codec = .gzip
    let other = try WrittenBytes.write(
      Field("a", .string, isNullable: false),
      texts[0],
      options
    )
    #expect(other.metadata.rowGroups[0].columns[0].compression == .gzip)
  }
}
