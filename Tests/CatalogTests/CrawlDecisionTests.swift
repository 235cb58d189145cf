import ColumnFormat
import RowFormat
import Testing

@testable import Catalog

@Suite struct PartitionDetectionTests {
  @Test func `key=value folders give keys with types and partitions`() {
    let found = PartitionDetection(
      folders: ["year=2026/month=06/d=2026-06-01/c=a", "year=2026/month=07/d=2026-07-31/c=b"],
      types: .infer
    )
    #expect(
      found.keys == [
        Field("year", .int32), Field("month", .int32), Field("d", .date), Field("c", .string),
      ]
    )
    #expect(
      found.partitions.map(\.values) == [
        ["2026", "06", "2026-06-01", "a"], ["2026", "07", "2026-07-31", "b"],
      ]
    )
    #expect(found.partitions.map(\.location).first == "year=2026/month=06/d=2026-06-01/c=a")
    #expect(found.notes == [])
  }

  @Test func `plain folders give numbered keys`() {
    let found = PartitionDetection(folders: ["2026/11/23/17", "2026/11/23/18"], types: .string)
    #expect(found.keys == (0..<4).map { Field("partition_\($0)", .string) })
    #expect(
      found.partitions.map(\.values) == [["2026", "11", "23", "17"], ["2026", "11", "23", "18"]]
    )
  }

  @Test func `a value of another kind makes a key text, and is named`() {
    let found = PartitionDetection(
      folders: ["k=1", "k=__HIVE_DEFAULT_PARTITION__", "k=x"],
      types: .infer
    )
    #expect(found.keys == [Field("k", .string)])
    #expect(found.causes["k"] == ChangeCause(source: "k=x", note: "value 'x'"))
    #expect(found.partitions.map(\.values).contains([nil]))
  }

  @Test func `only levels that all files share are keys`() {
    let deeper = PartitionDetection(folders: ["a=1", "a=2/b=3"], types: .infer)
    #expect(deeper.keys.map(\.name) == ["a"])
    #expect(deeper.partitions.map(\.location) == ["a=1", "a=2"])
    #expect(deeper.notes.count == 1)
    let mixed = PartitionDetection(folders: ["a=1/b=1", "a=2/c=1"], types: .infer)
    #expect(mixed.keys.map(\.name) == ["a"])
    #expect(mixed.notes.count == 1)
    #expect(PartitionDetection(folders: ["", "a=1"], types: .infer).keys == [])
    #expect(PartitionDetection(folders: ["a=1/A=2"], types: .infer).keys.map(\.name) == ["a"])
  }

  @Test(arguments: [
    ("0", LogicalType.int32), ("007", .int32), ("999999999", .int32), ("1000000000", .string),
    ("2024-02-29", .date), ("2023-02-29", .string), ("2026-13-01", .string), ("", .string),
    ("-1", .string), ("1.5", .string),
  ])
  func `values tell their type`(value: String, type: LogicalType) {
    #expect(PartitionDetection.type(of: value) == type)
  }
}

@Suite struct SchemaMergingTests {
  @Test func `types widen, columns add up, and each is owed to a file and record`() {
    var merging = SchemaMerging()
    let lines = { (type: LogicalType) in
      Field("lines", .list(Field("element", .row([Field("q", type)]))))
    }
    merging.merge([Field("a", .int32), lines(.int32), Field("n", .unknown)], file: "1")
    merging.merge(
      [Field("A", .int64), lines(.int32), Field("b", .string)],
      file: "2",
      causes: ["a": ChangeCause(source: "", record: 9, note: "value 7")]
    )
    merging.merge(
      [Field("a", .int32), lines(.float64), Field("n", .date)],
      file: "3",
      causes: ["lines.element.q": ChangeCause(source: "", record: 4)]
    )
    #expect(
      merging.finished() == [
        Field("a", .int64), lines(.float64), Field("n", .date), Field("b", .string),
      ]
    )
    #expect(
      merging.causes["a"] == ChangeCause(source: "2", record: 9, note: "value 7, int until then")
    )
    #expect(merging.causes["b"] == ChangeCause(source: "2"))
    #expect(merging.causes["n"] == ChangeCause(source: "3"))
    #expect(
      merging.causes["lines.element.q"]
        == ChangeCause(source: "3", record: 4, note: "int until then")
    )
    #expect(merging.causes["lines"] == ChangeCause(source: "1"))
  }

  @Test func `ids of files stay while no two contradict each other`() {
    var same = SchemaMerging()
    same.merge([Field("a", .int32, id: 1)], file: "1")
    same.merge([Field("a", .int32, id: 1), Field("b", .int32, id: 5)], file: "2")
    #expect(same.finished().map(\.id) == [1, 5])
    var other = SchemaMerging()
    other.merge([Field("a", .int32, id: 1)], file: "1")
    other.merge([Field("b", .int32, id: 1)], file: "2")
    #expect(other.finished().map(\.id) == [nil, nil])
  }
}

@Suite struct TableGroupingTests {
  private let schemas = [
    [Field("a", .int32), Field("b", .int32), Field("c", .int32), Field("d", .int32)],
    [
      Field("a", .string), Field("b", .int32), Field("c", .int32), Field("d", .int32),
      Field("e", .int32),
    ],
    [Field("x", .int32), Field("y", .int32)],
  ]

  private func groups(
    _ files: [(String, Int)],
    _ mode: CrawlOptions.Grouping = .similar,
    level: Int? = nil
  ) -> [String: [Int]] {
    let grouping = TableGrouping(
      files.map { TableGrouping.File(path: $0.0, format: .parquet, schema: $0.1) },
      schemas: schemas,
      mode: mode,
      level: level
    )
    return Dictionary(grouping.groups.map { ($0.root, $0.files) }) { $0 + $1 }
  }

  @Test func `a folder of like files is one table, of unlike ones a table a file`() {
    #expect(groups([("1", 0), ("2", 1)]) == ["": [0, 1]])
    #expect(groups([("1", 0), ("2", 2)]) == ["1": [0], "2": [1]])
    #expect(groups([("1", 0), ("2", 2)], .combine) == ["": [0, 1]])
  }

  @Test func `hive folders are one table whatever they hold`() {
    #expect(groups([("k=1/f", 0), ("k=2/f", 2)]) == ["": [0, 1]])
    #expect(groups([("t/k=1/f", 0), ("u/k=2/f", 2)]) == ["t": [0], "u": [1]])
  }

  @Test func `like folders are partitions, unlike ones tables`() {
    #expect(groups([("us/f", 0), ("eu/f", 1)]) == ["": [0, 1]])
    #expect(groups([("orders/f", 0), ("stores/f", 2)]) == ["orders": [0], "stores": [1]])
    #expect(
      groups([("orders/2026/11/f", 0), ("orders/2026/12/f", 1)]) == ["": [0, 1]].mapKeys("orders")
    )
    #expect(groups([("orders/f", 0)]) == ["orders": [0]])
    #expect(groups([("2026/11/23/f", 0)]) == ["": [0]])
  }

  @Test func `files beside folders are tables of their own`() {
    #expect(groups([("f", 0), ("t/g", 0)]) == ["f": [0], "t": [1]])
  }

  @Test func `the level of the tables can be told`() {
    let files = [("db/t/k=1/f", 0), ("db/u/k=1/f", 0)]
    #expect(groups(files, level: 3) == ["db/t": [0], "db/u": [1]])
    #expect(groups(files, level: 1) == ["": [0, 1]])
  }

  @Test func `files above the level of the tables are told`() {
    let files = ["a", "db/b", "db/t/f"].map {
      TableGrouping.File(path: $0, format: .parquet, schema: 0)
    }
    let grouping = TableGrouping(files, schemas: schemas, mode: .similar, level: 3)
    #expect(grouping.groups.map(\.root) == ["db/t"])
    #expect(
      grouping.notes == ["files above table level 3 are in no table: 2 of them, such as 'a'"]
    )
    let all = TableGrouping(files, schemas: schemas, mode: .similar, level: 1)
    #expect(all.notes == [])
  }
}

extension [String: [Int]] {
  /// The same lists under one other key.
  fileprivate func mapKeys(_ key: String) -> [String: [Int]] {
    Dictionary(uniqueKeysWithValues: values.map { (key, $0) })
  }
}

@Suite struct SchemaCompatibilityTests {
  private func version(_ columns: [Field], _ number: Int = 1) -> SchemaVersion {
    SchemaVersion(
      number: number,
      created: "",
      columns: columns,
      partitionKeys: [],
      changes: [],
      fieldIDMax: 0
    )
  }

  @Test func `new and missing columns break no reader`() {
    for mode in SchemaCompatibility.allCases where mode != .disabled {
      let objections = mode.objections(
        to: version([Field("b", .int32)]),
        after: [version([Field("a", .int32)])]
      )
      #expect(objections == [])
    }
    #expect(
      SchemaCompatibility.disabled.objections(
        to: version([Field("b", .int32)]),
        after: [version([])]
      )
        == ["column 'b' differs, against version 1"]
    )
  }

  @Test func `a wider number breaks old readers only, text breaks both`() {
    let old = version([Field("a", .int32)])
    let wide = version([Field("a", .int64)])
    let text = version([Field("a", .string)])
    #expect(SchemaCompatibility.backward.objections(to: wide, after: [old]) == [])
    #expect(SchemaCompatibility.forward.objections(to: wide, after: [old]).count == 1)
    #expect(SchemaCompatibility.full.objections(to: wide, after: [old]).count == 1)
    #expect(
      SchemaCompatibility.backward.objections(to: text, after: [old])
        == ["column 'a' changes from int to string, against version 1"]
    )
    #expect(SchemaCompatibility.none.objections(to: text, after: [old]) == [])
  }

  @Test func `all versions count where the mode says so`() {
    let versions = [version([Field("a", .string)]), version([], 2)]
    let next = version([Field("a", .int32)])
    #expect(SchemaCompatibility.backward.objections(to: next, after: versions) == [])
    #expect(SchemaCompatibility.backwardAll.objections(to: next, after: versions).count == 1)
  }
}

@Suite struct CrawlNamingTests {
  @Test(arguments: [
    ("/data/Order-Lines", "order_lines"), ("x/orders.ndjson.gz", "orders"), ("a.b/c.d", "c_d"),
    ("/", "table"), ("year=2025", "year_2025"), ("flights.parquet", "flights"),
  ])
  func `tables are named after folders and files`(path: String, name: String) {
    #expect(CrawlTarget.tableName(of: path) == name)
  }

  @Test func `paths lose dots and repeated slashes`() {
    #expect(CrawlTarget.absolute("/a//b/./c/../d/") == "/a/b/d")
    #expect(CrawlTarget.absolute("/..") == "/")
    #expect(CrawlTarget.absolute("x").hasSuffix("/x"))
  }

  @Test func `a sample takes files evenly from each folder`() {
    let paths = (0..<10).map { "a/\($0)" } + ["b/0"]
    #expect(CrawlSample.choose(paths, perFolder: 2) == [0, 5, 10])
    #expect(CrawlSample.choose(paths, perFolder: nil).count == 11)
  }

  @Test(arguments: [
    ("PAR1....", "....PAR1", FileKind.parquet),
    (
      "PAR1", "xxxx",
      .refused("the Parquet file is cut off: it begins with PAR1 but does not end with it")
    ),
    ("PARE", "PARE", .refused("encrypted Parquet files are not supported")),
    ("ORC", "", .refused("ORC files are not supported")),
    ("Obj\u{1}", "", .refused("Avro files are not supported")), ("", "", .empty),
    ("{\"a\":1}", "", .records), ("PARENT_ID,NA", "", .records), ("ORCID,name\n0", "", .records),
    ("PAR1,PAR2\n1,", "", .records), ("BZh,b\n1,2\n", "", .records),
    ("ORC\u{A}\u{3}\u{0}", "", .refused("ORC files are not supported")),
  ])
  func `files are told by their bytes`(head: String, tail: String, kind: FileKind) {
    #expect(FileKind(head: Array(head.utf8), tail: Array(tail.utf8)) == kind)
  }
}
