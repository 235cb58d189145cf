import ColumnFormat
import RowFormat
import TestSupport
import Testing

@Suite struct FormatDetectionTests {
  static func csv(_ delimiter: String, header: Bool) -> RecordFormat {
    .csv(CSVLayout(delimiter: Array(delimiter.utf8)[0], hasHeader: header))
  }

  static let inputs: [(String, RecordFormat)] = [
    ("{\"a\":1}\n", .ndjson),
    ("\n  {\"a\":1}{\"a\":2}", .ndjson),
    ("oops\n{\"a\":1}\n{\"a\":1}\n", .ndjson),
    ("[{\"a\":1}]", .ndjson),
    ("", .ndjson),
    ("{\"Item\":{\"a\":1}}", .ndjson),
    ("{\"a\":{\"S\":1}}", .ndjson),
    ("{\"a\":{\"S\":\"x\"},\"b\":1}", .ndjson),
    ("{\"a\":{\"S\":\"x\"}}", .dynamodb),
    ("{broken\n{\"a\":{\"M\":{}},\"b\":{\"NULL\":true}}\n", .dynamodb),
    ("{\"Item\":{\"a\":{\"N\":\"1\"}}}", .dynamodb),
    (DynamoDBTests.change(image: "{}"), .dynamodb),
    ("a,b\n1,2\n", csv(",", header: true)),
    ("1,2\n3,4\n", csv(",", header: false)),
    ("a,b\nc,d\n", csv(",", header: false)),
    // Columns of text alone: names are told apart by how the cells below them are written.
    ("carrier,name\n9E,Endeavor Air\nAA,American Airlines\n", csv(",", header: true)),
    ("country,code\nfrance,fr\nspain,es\n", csv(",", header: true)),
    ("name,city\nalice,paris\nbob,rome\ncarol,oslo\n", csv(",", header: false)),
    ("Germany,DE\nFrance,FR\nSpain,ES\n", csv(",", header: false)),
    ("code,name\nAA,x y\nBB,code\ncode,z w\n", csv(",", header: false)),
    ("a|b\n1|x,y\n", csv("|", header: true)),
    ("a\tb\n1\tx\n", csv("\t", header: true)),
    ("a;b\n1,5;2\n", csv(";", header: true)),
    // Cells may begin as other formats do.
    ("a\tb\n{\t2\n", csv("\t", header: true)),
    ("ORCID,PAR1\n1,2\n", csv(",", header: true)),
    ("a\u{1}b\n1\u{1}2\n", csv("\u{1}", header: true)),
    ("\"a,x\",b\n\"1,5\",2\n", csv(",", header: true)),
    ("a,b\n\"x\ny\",2", csv(",", header: true)),
    (",b\n0,2\n", csv(",", header: true)),
    ("a,2026-11-23\n1,2026-11-24\n", csv(",", header: false)),
    (String(repeating: "n", count: 150) + ",b\n1,2\n", csv(",", header: false)),
    ("a," + String(repeating: "n", count: 150) + "\n1,2\n", csv(",", header: true)),
  ]

  @Test(arguments: inputs)
  func `content tells the format`(_ example: (String, RecordFormat)) throws {
    let folder = TemporaryDirectory()
    #expect(try RecordFormat.detect(path: folder.write(example.0, to: "input")) == example.1)
    let packed = CompressedBytes.zstd(Array(example.0.utf8))
    #expect(try RecordFormat.detect(path: folder.write(packed, to: "packed")) == example.1)
  }

  static let refused: [([UInt8], RowFormatError.Kind)] = [
    (Array("PAR1....".utf8), .unsupported("it is a Parquet file, not records of text")),
    (
      Array("just a text\nof lines\n".utf8),
      .malformed(
        "it is neither JSON, one object a line, nor delimited text of two columns and two rows"
      )
    ),
    ([1, 2, 0, 4, 10], .malformed("it is neither JSON nor delimited text")),
    (
      Array("a,b\r1,2\r3,4\r".utf8),
      .malformed(
        "its lines end with a carriage return alone: tr '\\r' '\\n' makes line ends of them"
      )
    ),
  ]

  @Test func `lines that end with a carriage return alone are not taken for a header`() throws {
    let folder = TemporaryDirectory()
    for format in [RecordFormat.csv(CSVLayout()), .csv(CSVLayout(hasHeader: false))] {
      let path = folder.write("a,b\r1,2\r3,4", to: "input")
      let failure = #expect(throws: RowFormatError.self) {
        try RecordBlockReader(path: path, format: format)
      }
      #expect(failure?.byteOffset == 3)
      // Within quotes it is text, and before a line end it belongs to that.
      for sound in ["\"a\rb\",c\n1,2\n", "a,b\r\r\n1,2\r\n"] {
        let path = folder.write(sound, to: "sound")
        #expect(try RecordBlockReader(path: path, format: format).columnNames?.count == 2)
      }
    }
  }

  @Test(arguments: refused)
  func `what is no format is refused by name`(_ example: ([UInt8], RowFormatError.Kind)) throws {
    let folder = TemporaryDirectory()
    let path = folder.write(example.0, to: "input")
    let failure = #expect(throws: RowFormatError.self) { try RecordFormat.detect(path: path) }
    #expect(failure?.kind == example.1)
  }

  @Test(arguments: [
    ("UTF-16", 1, true, true), ("UTF-16", 1, false, true), ("UTF-16LE", 1, true, false),
    ("UTF-16BE", 1, false, false), ("UTF-32", 3, true, true), ("UTF-32", 3, false, true),
    ("UTF-32LE", 3, true, false), ("UTF-32BE", 3, false, false),
  ])
  func `text of two or four bytes a character is refused by the name of its encoding`(
    name: String,
    zeroCount: Int,
    isLittle: Bool,
    hasMark: Bool
  ) throws {
    let folder = TemporaryDirectory()
    let zeros = [UInt8](repeating: 0, count: zeroCount)
    for text in ["{\"a\":1}\n{\"a\":2}\n", "a,b\n1,2\n3,4\n"] {
      var bytes: [UInt8] = []
      if hasMark {
        let short: [UInt8] = isLittle ? [0xFF, 0xFE] : [0xFE, 0xFF]
        bytes += isLittle ? short + zeros.dropFirst() : zeros.dropFirst() + short
      }
      for byte in text.utf8 { bytes += isLittle ? [byte] + zeros : zeros + [byte] }
      let path = folder.write(bytes, to: "input")
      let failure = #expect(throws: RowFormatError.self) { try RecordFormat.detect(path: path) }
      #expect(
        failure?.kind
          == .unsupported(
            "it is text in \(name): iconv -f \(name) -t UTF-8 makes records of it"
          )
      )
    }
  }

  static let headers: [(String, [String])] = [
    ("a,b\n1,2\n", ["a", "b"]),
    ("a,a,A,b\n1,2,3,4\n", ["a", "a_1", "A_2", "b"]),
    ("a,a,a_1\n1,2,3\n", ["a", "a_2", "a_1"]),
    (",x,\n1,2,3\n", ["col0", "x", "col2"]),
    ("\"a b\",\"c\"\"d\"\r\n1,2\n", ["a b", "c\"d"]),
    ("1,2,3\n4,5,6\n", ["col0", "col1", "col2"]),
  ]

  @Test(arguments: headers)
  func `column names are distinct and never empty`(_ example: (String, [String])) throws {
    let folder = TemporaryDirectory()
    let reader = try RecordBlockReader(path: folder.write(example.0, to: "a.csv"), format: nil)
    #expect(reader.columnNames == example.1)
    #expect(try reader.next()?.columnNames == example.1)
  }

  @Test func `a header alone is no row`() throws {
    let folder = TemporaryDirectory()
    let reader = try RecordBlockReader(
      path: folder.write("a,b", to: "a.csv"),
      format: .csv(CSVLayout())
    )
    #expect(reader.columnNames == ["a", "b"])
    #expect(try reader.next() == nil)
  }
}
