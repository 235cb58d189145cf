import ColumnFormat
import RowFormat
import TestSupport
import Testing

/// Keys are guessed to come in the order of the record before, and are compared in one step with the
/// quote and the colon behind them.
@Suite struct KeyOrderTests {
  /// A name of `length` bytes whose last byte is the letter.
  private func name(_ length: Int, _ letter: Character = "k") -> String {
    String(repeating: "n", count: length - 1) + String(letter)
  }

  @Test(arguments: Array(1...40) + [63, 64, 65, 300])
  func `a key of any length is told from those that begin alike`(_ length: Int) throws {
    let names = [
      name(length), name(length, "q"), name(length) + "x", name(length + 1), name(length + 15),
    ]
    let records = (0..<4).map { record in
      "{" + names.map { "\"\($0)\":\(record)" }.joined(separator: ",") + "}\n"
    }
    // Each key also comes where another one was expected.
    let turned = names.indices.map { first in
      let order = names.indices.map { names[($0 + first) % names.count] }
      return "{" + order.map { "\"\($0)\":\($0.utf8.count)" }.joined(separator: ",") + "}\n"
    }
    let block = try Decoding.evolve((records + turned).joined())
    #expect(block.rejected.isEmpty)
    #expect(block.schema.fields.map(\.name) == names)
    for name in names {
      let lengths = Array(repeating: "\(name.utf8.count)", count: names.count)
      #expect(RowText.values(block, name) == ["0", "1", "2", "3"] + lengths)
    }
  }

  @Test func `the order of keys may change at any record, and keys may be missing`() throws {
    var generator = SeededGenerator(seed: 5)
    let names = ["a", "event_time", "customer_number_x", "b", "attributes", "twelve_bytes"]
    var text = ""
    var expected: [String] = []
    for row in 0..<500 {
      let kept = names.filter { _ in generator.next() % 4 != 0 }.shuffled(using: &generator)
      let space = [": ", " :", ":", " : "][Int(generator.next() % 4)]
      text += "{" + kept.map { "\"\($0)\"\(space)\(row)" }.joined(separator: ",") + "}\n"
      let values = names.map { "\($0): \(kept.contains($0) ? "\(row)" : "null")" }
      expected.append("{" + values.joined(separator: ", ") + "}")
    }
    let schema = Schema(names.map { Field($0, .int64) })
    #expect(RowText.lines(try Decoding.fixed(text, schema)) == expected)
    #expect(RowText.lines(try Decoding.evolve(text, known: schema)) == expected)
  }

  @Test func `an escaped key is the key that it spells`() throws {
    let text = """
      {"name":1,"other":2}
      {"n\\u0061me":3,"other":4}
      {"name":5,"\\u006fther":6}
      {"na\\/me":7,"other":8}

      """
    let schema = Schema([Field("name", .int64), Field("other", .int64)])
    let block = try Decoding.fixed(text, schema)
    #expect(RowText.values(block, "name") == ["1", "3", "5", "null"])
    #expect(RowText.values(block, "other") == ["2", "4", "6", "8"])
  }

  @Test func `a key that comes again where it is expected last wins`() throws {
    let text = """
      {"alpha":1,"beta":2}
      {"alpha":3,"beta":4,"alpha":5}
      {"alpha":6,"alpha":7,"beta":8}

      """
    let block = try Decoding.evolve(text)
    #expect(RowText.values(block, "alpha") == ["1", "5", "7"])
    #expect(RowText.values(block, "beta") == ["2", "4", "8"])
    var options = DecodingOptions()
    options.rejectsDuplicateFields = true
    let strict = try Decoding.evolve(text, options: options)
    #expect(RowText.values(strict, "alpha") == ["1"])
    #expect(
      strict.rejected.map(\.message).map { $0.suffix(23) }
        == [
          "at byte 27 of the record", "at byte 18 of the record",
        ].map { $0.suffix(23) }
    )
  }

  @Test func `a record cut anywhere is left out and the next one is whole`() throws {
    let record = "{\"a\":1,\"customer_number\":\"x\\\"y\",\"amount\":12.50,\"l\":[{\"sku\":3}]}"
    let known = try Decoding.evolve(record + "\n").schema
    for count in 1..<record.utf8.count {
      let cut = String(decoding: record.utf8.prefix(count), as: UTF8.self)
      let block = try Decoding.evolve("\(record)\n\(cut)\n\(record)\n", known: known)
      #expect(block.rejected.map(\.bytes) == [Array(cut.utf8)], "\(cut)")
      #expect(block.batch.rowCount == 2)
      #expect(block.schema == known)
      // The last record of an input may end with it.
      let last = try Decoding.evolve("\(record)\n\(cut)", known: known)
      #expect(last.rejected.map(\.bytes) == [Array(cut.utf8)], "\(cut)")
      #expect(last.batch.rowCount == 1)
    }
  }
}
