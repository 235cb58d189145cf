import ColumnFormat
import SQL
import TestSupport
import Testing

@testable import lake

@Suite struct ResultWriterTests {
  private static let columns = [
    ResultColumn(name: "id", type: .bigint),
    ResultColumn(name: "name", type: .text),
    ResultColumn(name: "price", type: .decimal(precision: 10, scale: 2)),
  ]

  private static let batch = Batch(
    columns: [
      .fromScalars([.int(1), .int(2), .null, .int(40)], .int64),
      .fromScalars([.text("plain"), .text("a,\"b\"\n"), .text(""), .null], .bytes),
      .fromScalars([.int(1050), .null, .int(-5), .int(0)], .int64),
    ],
    rowCount: 4
  )

  private func printed(
    _ format: ResultFormat,
    _ options: ResultOptions = ResultOptions(),
    columns: [ResultColumn] = ResultWriterTests.columns,
    batches: [Batch] = [ResultWriterTests.batch]
  ) throws -> String {
    let folder = TemporaryDirectory()
    let path = folder("result")
    let file = try OutputFile(path: path)
    let writer = try options.writer(format, to: file)
    try writer.begin(columns)
    for batch in batches { try writer.write(batch) }
    try writer.finish()
    try file.commit()
    return try TextFile.read(path)
  }

  @Test func `CSV quotes what needs it and tells null from the empty text`() throws {
    #expect(
      try printed(.csv) == """
        id,name,price
        1,plain,10.50
        2,"a,""b""
        ",
        ,"",-0.05
        40,,0.00

        """
    )
  }

  @Test func `another text may stand for null, and is quoted where it is a value`() throws {
    var options = ResultOptions()
    options.nullText = "plain"
    options.showsHeader = false
    #expect(try printed(.csv, options).hasPrefix("1,\"plain\",10.50\n2,"))
    #expect(try printed(.csv, options).hasSuffix("40,plain,0.00\n"))
  }

  @Test func `TSV escapes tabs and line ends`() throws {
    #expect(try printed(.tsv).contains("2\ta,\"b\"\\n\t\\N\n"))
  }

  @Test func `Athena's CSV quotes every value`() throws {
    #expect(
      try printed(.athenaCSV) == """
        "id","name","price"
        "1","plain","10.50"
        "2","a,""b""
        ",
        ,"","-0.05"
        "40",,"0.00"

        """
    )
  }

  private func athenaText(_ statement: String, _ columns: [[String]]) throws -> String? {
    let folder = TemporaryDirectory()
    let file = try OutputFile(path: folder("result"))
    guard let writer = AthenaTextWriter(file, statement: statement) else { return nil }
    writer.begin(columns.indices.map { ResultColumn(name: "c\($0)", type: .text) })
    writer.write(
      Batch(
        columns: columns.map { .fromScalars($0.map { .text($0) }, .bytes) },
        rowCount: columns[0].count
      )
    )
    try writer.finish()
    try file.commit()
    return try TextFile.read(folder("result"))
  }

  @Test func `Athena's text pads what DESCRIBE and SHOW COLUMNS say`() throws {
    #expect(
      try athenaText(
        "DESCRIBE t",
        [["id", "naïve", "a_name_of_over_twenty_letters"], ["int", "", "map<string,int>"]]
      )
        == "id                  \tint                 \n"
        + "naïve               \t                    \n"
        + "a_name_of_over_twenty_letters\tmap<string,int>     \n"
    )
    #expect(try athenaText("show  columns in t", [["id"]]) == "id                  \n")
  }

  @Test func `Athena's text of other statements is as it is, and queries have CSV`() throws {
    #expect(try athenaText("SHOW TABLES", [["a", "b \"c\""]]) == "a\nb \"c\"\n")
    #expect(try athenaText("show tblproperties t", [["k"], ["v"]]) == "k\tv\n")
    #expect(try athenaText("EXPLAIN SELECT 1", [["Values"]]) == "Values\n")
    #expect(try athenaText("SELECT 'SHOW TABLES'", [["x"]]) == nil)
    #expect(try athenaText("WITH show AS (SELECT 1) SELECT * FROM show", [["x"]]) == nil)
  }

  /// A value of each type, as Athena's result files have it.
  @Test(arguments: [
    ("CAST(NULL AS varchar)", ""),
    ("''", "\"\""),
    ("'null'", "\"null\""),
    ("'a \"b\", c'", "\"a \"\"b\"\", c\""),
    ("true", "\"true\""),
    ("TINYINT '-1'", "\"-1\""),
    ("9223372036854775807", "\"9223372036854775807\""),
    ("REAL '1.5'", "\"1.5\""),
    ("1e10", "\"1.0E10\""),
    ("DOUBLE '0.001'", "\"0.001\""),
    ("nan()", "\"NaN\""),
    ("-infinity()", "\"-Infinity\""),
    ("DECIMAL '12.50'", "\"12.50\""),
    ("CAST('ab' AS char(4))", "\"ab  \""),
    ("DATE '2026-01-02'", "\"2026-01-02\""),
    ("TIMESTAMP '2026-01-02 03:04:05'", "\"2026-01-02 03:04:05.000\""),
    ("TIMESTAMP '2026-01-02 03:04:05.678'", "\"2026-01-02 03:04:05.678\""),
    ("TIMESTAMP '2026-01-02 03:04:05 UTC'", "\"2026-01-02 03:04:05.000 UTC\""),
    (
      "TIMESTAMP '2026-01-02 03:04:05.25 Europe/Berlin'",
      "\"2026-01-02 03:04:05.250 Europe/Berlin\""
    ),
    ("TIME '01:02:03'", "\"01:02:03.000\""),
    ("X'00ff'", "\"00 ff\""),
    ("ARRAY[1, NULL, 3]", "\"[1, null, 3]\""),
    ("ARRAY['a, b', '\"']", "\"[a, b, \"\"]\""),
    ("ARRAY[]", "\"[]\""),
    ("MAP(ARRAY['k', 'l'], ARRAY[1.5e0, NULL])", "\"{k=1.5, l=null}\""),
    ("ROW(1, 'x')", "\"{field0=1, field1=x}\""),
    ("CAST(ROW(1, ARRAY['y']) AS ROW(a integer, b array(varchar)))", "\"{a=1, b=[y]}\""),
    ("JSON '{\"a\": [1]}'", "\"{\"\"a\"\":[1]}\""),
    ("INTERVAL '1' DAY", "\"1 00:00:00.000\""),
    (
      "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'",
      "\"12151fd2-7586-11e9-8f9e-2a86e4085a59\""
    ),
  ])
  func `Athena's result files have values as text in quotes`(
    expression: String,
    text: String
  ) throws {
    var columns: [ResultColumn] = []
    var batches: [Batch] = []
    _ = try QueryEngine(QueryOptions()).run(
      "SELECT \(expression) AS \"Name\"\"s\"",
      begin: { columns = $0 },
      receive: { batches.append($0) }
    )
    #expect(
      try printed(.athenaCSV, columns: columns, batches: batches) == "\"Name\"\"s\"\n\(text)\n"
    )
  }

  @Test func `JSON is an array of objects and NDJSON a line each`() throws {
    #expect(
      try printed(.json) == """
        [
        {"id":1,"name":"plain","price":10.50},
        {"id":2,"name":"a,\\"b\\"\\n","price":null},
        {"id":null,"name":"","price":-0.05},
        {"id":40,"name":null,"price":0.00}
        ]

        """
    )
    #expect(try printed(.ndjson).split(separator: "\n").count == 4)
    #expect(try printed(.json, batches: []) == "[]\n")
  }

  @Test func `rows for comparison are arrays whose decimals are text`() throws {
    let folder = TemporaryDirectory()
    let file = try OutputFile(path: folder("rows"))
    let writer = JSONRowsWriter(file)
    writer.begin(ResultWriterTests.columns)
    try writer.write(ResultWriterTests.batch)
    try file.commit()
    #expect(
      try TextFile.read(folder("rows")) == """
        [1,"plain","10.50"]
        [2,"a,\\"b\\"\\n",null]
        [null,"","-0.05"]
        [40,null,"0.00"]

        """
    )
  }

  @Test func `two columns of one name get two keys in JSON`() throws {
    let columns = [ResultColumn(name: "a", type: .bigint), ResultColumn(name: "a", type: .bigint)]
    let batch = Batch(
      columns: [.fromScalars([.int(1)]), .fromScalars([.int(2)])],
      rowCount: 1
    )
    #expect(try printed(.ndjson, columns: columns, batches: [batch]) == "{\"a\":1,\"a_1\":2}\n")
  }

  @Test func `a table has names, types and right-aligned numbers`() throws {
    #expect(
      try printed(.table) == """
        ┌────────┬─────────┬───────────────┐
        │     id │ name    │         price │
        │ bigint │ varchar │ decimal(10,2) │
        ├────────┼─────────┼───────────────┤
        │      1 │ plain   │         10.50 │
        │      2 │ a,"b"\\n │          NULL │
        │   NULL │         │         -0.05 │
        │     40 │ NULL    │          0.00 │
        └────────┴─────────┴───────────────┘

        """
    )
  }

  @Test func `a long table leaves out rows in the middle`() throws {
    var options = ResultOptions()
    options.rowCountMax = 4
    let columns = [ResultColumn(name: "n", type: .bigint)]
    let batches = (0..<3).map { part in
      Batch(columns: [.fromScalars((0..<4).map { .int(Int64(part * 4 + $0)) })], rowCount: 4)
    }
    let lines = try printed(.table, options, columns: columns, batches: batches)
      .split(separator: "\n").dropFirst(4).dropLast()
    #expect(
      lines.map { $0.filter { $0.isNumber || $0 == "·" } } == ["0", "1", "·", "10", "11"]
    )
  }

  @Test func `wide tables are narrowed and lose columns in the middle`() {
    var widths = [40, 10, 60]
    #expect(TableWriter.fit(&widths, 80) == [0, 1, 2])
    #expect(widths.reduce(1) { $0 + $1 + 3 } <= 80)
    var many = [Int](repeating: 20, count: 20)
    let shown = TableWriter.fit(&many, 60)
    #expect(shown.contains(nil))
    #expect(shown.first == 0 && shown.last == 19)
  }

  @Test func `Markdown escapes its bars`() throws {
    let columns = [ResultColumn(name: "a", type: .text)]
    let batch = Batch(columns: [.fromScalars([.text("x|y")])], rowCount: 1)
    #expect(
      try printed(.markdown, columns: columns, batches: [batch])
        == "| a |\n|---|\n| x\\|y |\n"
    )
  }

  @Test func `vertical form has a line for each value`() throws {
    #expect(
      try printed(.vertical).hasPrefix("─── row 1 ───\n   id: 1\n name: plain\nprice: 10.50\n")
    )
  }

  @Test func `nested values are Athena's text and JSON's structure`() throws {
    let type = SQLType.array(
      .row([.init(name: "k", type: .text), .init(name: "v", type: .bigint)])
    )
    let column = Column(
      flat: .list(
        offsets: Buffer([0, 2, 2]),
        elements: Column(
          flat: .row([
            .fromScalars([.text("a"), .text("b")]), .fromScalars([.int(1), .null]),
          ]),
          count: 2
        )
      ),
      count: 2
    )
    let columns = [ResultColumn(name: "x", type: type)]
    let batches = [Batch(columns: [column], rowCount: 2)]
    #expect(
      try printed(.csv, columns: columns, batches: batches)
        == "x\n\"[{k=a, v=1}, {k=b, v=null}]\"\n[]\n"
    )
    #expect(
      try printed(.ndjson, columns: columns, batches: batches)
        == "{\"x\":[{\"k\":\"a\",\"v\":1},{\"k\":\"b\",\"v\":null}]}\n{\"x\":[]}\n"
    )
  }

  @Test func `Parquet refuses types that it cannot hold`() throws {
    let columns = [ResultColumn(name: "t", type: .timestampWithTimeZone(precision: 3))]
    #expect(throws: Failure.self) { try printed(.parquet, columns: columns, batches: []) }
  }
}
