import Catalog
import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

@Suite struct TableCatalogTests {
  let store = MemoryStore()
  let name = TableName(database: "Sales", table: "Orders")
  let folder = "catalog/sales/orders"

  private func catalog() throws -> TableCatalog { try TableCatalog(store: store, folder: "lake") }

  private func update(
    _ columns: [Field] = [Field("id", .int64), Field("total", .decimal(precision: 10, scale: 2))],
    keys: [Field] = [Field("year", .int32), Field("month", .int32)],
    parameters: [String: String] = [:],
    added: [Partition] = [],
    removed: [Partition] = []
  ) -> TableUpdate {
    TableUpdate(
      location: "data/sales/orders",
      format: .parquet,
      columns: columns,
      partitionKeys: keys,
      parameters: parameters,
      addedPartitions: added,
      removedPartitions: removed,
      causes: { ChangeCause(source: "\($0).json", record: 7) }
    )
  }

  private func month(_ month: String?, at location: String? = nil) -> Partition {
    Partition(
      values: ["2026", month],
      location: location
        ?? "year=2026/month=\(month ?? "__HIVE_DEFAULT_PARTITION__")"
    )
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try store.read(path), as: UTF8.self)
  }

  @Test func `a table is made and read back by another catalog object`() throws {
    let made = try #require(try catalog().commit(name) { _ in update(added: [month("01")]) })
    #expect(made.generation == 1)
    let reader = try catalog()
    #expect(try reader.databases() == ["sales"])
    #expect(try reader.tables(in: "SALES") == [name])
    let table = try #require(try reader.table(name))
    #expect(table.location == "data/sales/orders")
    #expect(table.columns.map(\.id) == [1, 2])
    #expect(table.partitionKeys.map(\.id) == [nil, nil])
    #expect(table.version == 1)
    #expect(try reader.partitions(of: name) == [month("01")])
    #expect(reader.dataFolder(of: name) == "lake/data/sales/orders")
    #expect(reader.path(of: "/elsewhere") == "/elsewhere")
  }

  @Test func `nothing is written where nothing differs`() throws {
    let catalog = try catalog()
    try catalog.commit(name) { _ in update(added: [month("01")]) }
    let before = try store.list("catalog")
    let again = try catalog.commit(name) { _ in update(added: [month("01")]) }
    try catalog.commit(name) { _ in nil }
    #expect(again?.generation == 1)
    #expect(try store.list("catalog") == before)
  }

  @Test func `partitions and parameters make generations, columns make versions`() throws {
    let catalog = try catalog()
    try catalog.commit(name) { _ in update() }
    try catalog.commit(name) { _ in update(parameters: ["recordCount": "5"]) }
    try catalog.commit(name) { current in
      var next = current.map(TableUpdate.init) ?? update()
      next.addedPartitions = [month("01"), month(nil)]
      return next
    }
    let table = try #require(try catalog.snapshot(of: name))
    #expect(table.generation == 3)
    #expect(table.version.number == 1)
    #expect(table.description.parameters == ["recordCount": "5"])
    #expect(try catalog.partitions(of: name) == [month("01"), month(nil)])
    try catalog.commit(name) { _ in
      update([Field("id", .string), Field("total", .decimal(precision: 10, scale: 2))])
    }
    let versions = try catalog.versions(of: name)
    #expect(versions.map(\.number) == [1, 2])
    #expect(
      versions.last?.changes == [
        SchemaChange(
          .retyped(from: .int64, to: .string),
          column: "id",
          cause: ChangeCause(source: "id.json", record: 7)
        )
      ]
    )
    #expect(try catalog.table(name, version: 1)?.columns.first?.type == .int64)
    #expect(try catalog.table(name)?.columns.first?.type == .string)
    let error = #expect(throws: CatalogError.self) { try catalog.table(name, version: 9) }
    #expect(error?.kind == .versionNotFound(name, version: 9, newest: 2))
  }

  @Test func `every type survives the way through the files`() throws {
    let element = Field(
      "element",
      .row([Field("a", .uuid, id: 5), Field("b", .json, id: 6)]),
      id: 4
    )
    let fields = [
      Field("time", .timestamp(.micros, isAdjustedToUTC: true), isNullable: false, id: 1),
      Field("odd name:", .list(element), id: 2),
      Field(
        "map",
        .map(
          key: Field("key", .string, isNullable: false, id: 7),
          value: Field("value", .time(.nanos), id: 8)
        ),
        id: 3
      ), Field("open", .list(Field("element", .unknown, id: 10)), id: 9),
    ]
    try catalog().commit(name) { _ in update(fields, keys: []) }
    let version = try #require(try catalog().versions(of: name).first)
    #expect(version.columns == fields)
    #expect(
      try catalog().table(name)?.columns.last?.type == .list(Field("element", .string, id: 10))
    )
  }

  @Test func `CSV layouts survive the way through the files`() throws {
    let layout = CSVLayout(delimiter: 1, quote: UInt8(ascii: "'"), hasHeader: false)
    try catalog().commit(name) { _ in
      TableUpdate(location: "/x", format: .csv(layout), columns: [], partitionKeys: [])
    }
    #expect(try catalog().table(name)?.format == .csv(layout))
  }

  @Test func `partitions are added, moved, removed, and kept in few segments`() throws {
    let catalog = try catalog()
    for number in 10..<60 {
      try catalog.commit(name) { _ in update(added: [month("\(number)")]) }
    }
    #expect(try catalog.partitions(of: name).map(\.values) == (10..<60).map { ["2026", "\($0)"] })
    let entries = try store.entries(of: folder + "/partitions").count
    #expect(entries == 50)
    let head = try JSONValue.parse(try store.read(folder + "/generations/0000000050.json"))
    #expect((head["partitions"]?.arrayValue?.count ?? 99) <= 7)
    try catalog.commit(name) { _ in
      update(added: [month("11", at: "old/11")], removed: [month("12"), month("99")])
    }
    let partitions = try catalog.partitions(of: name)
    #expect(partitions.count == 49)
    #expect(partitions.first { $0.values == ["2026", "11"] }?.location == "old/11")
    #expect(try catalog.snapshot(of: name)?.partitionCount == 49)
  }

  @Test func `odd values, places and layouts of partition lists are read as they were written`()
    throws
  {
    let catalog = try catalog()
    let odd = [
      Partition(values: ["a\"b\\c\n", "é"], location: "x"),
      Partition(values: ["a", nil], location: "year=a/month=__HIVE_DEFAULT_PARTITION__"),
      Partition(values: ["a,b", "]"], location: "year=a,b/month=%5D"),
      Partition(values: ["null", "[\"x\"]"], location: "y"),
    ]
    try catalog.commit(name) { _ in
      update(keys: [Field("year", .string), Field("month", .string)], added: odd)
    }
    #expect(Set(try catalog.partitions(of: name)) == Set(odd))
    // Someone has formatted the file.
    let path = folder + "/partitions/0000000001.json"
    let pretty = try JSONValue.parse(try store.read(path)).prettyText
    try store.put(Array(pretty.utf8), at: path)
    #expect(Set(try catalog.partitions(of: name)) == Set(odd))
  }

  @Test(arguments: [
    (
      "{\"format\": 9, \"partitions\": [\n[\"1\",\"2\"]\n]}\n",
      CatalogError.Kind.laterFormat(found: 9, known: 1)
    ),
    (
      "{\"format\": 1, \"partitions\": [\n[\"1\"]\n]}\n",
      .damaged("a partition needs 2 values: [\"1\"]")
    ),
    (
      "{\"format\": 1, \"partitions\": [\n[\"1\",2]\n]}\n",
      .damaged("a partition's values are strings or null: [\"1\",2]")
    ),
    (
      "{\"format\": 1, \"partitions\": [\n[\"1\",\"2\n]}\n",
      .damaged("line 1, column 6: the string that begins here has no end, in the line [\"1\",\"2")
    ),
  ])
  func `a partition list that contradicts the format says how`(
    text: String,
    kind: CatalogError.Kind
  ) throws {
    let catalog = try catalog()
    try catalog.commit(name) { _ in update(added: [month("01")]) }
    try store.put(Array(text.utf8), at: folder + "/partitions/0000000001.json")
    let error = #expect(throws: CatalogError.self) { try catalog.partitions(of: name) }
    #expect(error?.kind == kind)
  }

  @Test func `other partition keys make another list`() throws {
    let catalog = try catalog()
    try catalog.commit(name) { _ in update(added: [month("01")]) }
    let day = Partition(values: ["5"], location: "day=5")
    try catalog.commit(name) { _ in update(keys: [Field("day", .int32)], added: [day]) }
    #expect(try catalog.partitions(of: name) == [day])
  }

  @Test func `racing changes lose no update`() async throws {
    let directory = TemporaryDirectory()
    let lake = directory("lake")
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          do {
            let catalog = try TableCatalog(lake: lake)
            for step in 0..<8 {
              try catalog.commit(name) { current in
                var next = current.map(TableUpdate.init) ?? update([])
                next.columns.append(Field("c\(worker)_\(step)", .int32))
                next.addedPartitions = [month("\(worker)-\(step)")]
                return next
              }
            }
          } catch {
            Issue.record(error)
          }
        }
      }
    }
    let catalog = try TableCatalog(lake: lake)
    let table = try #require(try catalog.snapshot(of: name))
    #expect(table.generation == 32)
    #expect(table.version.number == 32)
    #expect(Set(table.description.columns.map(\.name)).count == 32)
    #expect(Set(table.description.columns.compactMap(\.id)).count == 32)
    #expect(try catalog.partitions(of: name).count == 32)
    #expect(try catalog.versions(of: name).map(\.number) == Array(1...32))
    #expect(try FolderNames.all(lake + "/catalog/sales/orders/generations").count == 32)
  }

  @Test func `what an interrupted change left behind does no harm`() throws {
    let catalog = try catalog()
    try catalog.commit(name) { _ in update() }
    // A crash after the version and the segment, before the generation, and in mid-write.
    try store.put(Array("half".utf8), at: folder + "/versions/000002.json")
    try store.put(Array("half".utf8), at: folder + "/partitions/0000000002.json")
    try store.put(Array("half".utf8), at: folder + "/generations/.0000000002.json.1-1.tmp")
    #expect(try catalog.table(name)?.version == 1)
    try catalog.commit(name) { _ in update([Field("x", .date)], added: [month("01")]) }
    #expect(try catalog.table(name)?.columns.map(\.name) == ["x"])
    #expect(try catalog.versions(of: name).map(\.number) == [1, 2])
    #expect(try catalog.partitions(of: name) == [month("01")])
  }

  @Test func `a change that loses removes its own files`() throws {
    let catalog = try catalog()
    var attempts = 0
    let rival = try TableCatalog(store: store, folder: "lake")
    try catalog.commit(name) { _ throws(CatalogError) in
      attempts += 1
      if attempts == 1 { try rival.commit(name) { _ in update() } }
      return update([Field("mine", .int32)])
    }
    #expect(attempts == 2)
    #expect(
      try catalog.versions(of: name).map { $0.columns.map(\.name) } == [["id", "total"], ["mine"]]
    )
    #expect(
      try store.entries(of: folder + "/versions").map(\.name) == ["000001.json", "000002.json"]
    )
  }

  @Test func `members that lake does not know survive a rewrite`() throws {
    let catalog = try catalog()
    try catalog.commit(name) { _ in update(parameters: ["a": "1"], added: [month("01")]) }
    func edit(_ path: String, _ change: (inout JSONObject) -> Void) throws {
      var object = try #require(try JSONValue.parse(try store.read(path)).objectValue)
      change(&object)
      try store.put(Array(JSONValue.object(object).prettyText.utf8), at: path)
    }
    try edit(folder + "/generations/0000000001.json") { $0["owner"] = ["name": "ada"] }
    try edit(folder + "/versions/000001.json") { file in
      var columns = file["columns"]?.arrayValue ?? []
      var column = columns[0].objectValue ?? [:]
      column["comment"] = "the key"
      columns[0] = .object(column)
      file["columns"] = .array(columns)
    }
    try edit(folder + "/partitions/0000000001.json") {
      $0["partitions"] = [
        ["values": ["2026", "01"], "location": "year=2026/month=01", "rows": 12]
      ]
    }
    try catalog.commit(name) { _ in
      update([Field("ID", .string)], parameters: ["b": "2"], added: [month("02"), month("03")])
    }
    #expect(
      try text(folder + "/generations/0000000002.json").contains(#""owner": {"name": "ada"}"#)
    )
    #expect(
      try text(folder + "/generations/0000000002.json").contains(#""parameters": {"b": "2"}"#)
    )
    #expect(try text(folder + "/versions/000002.json").contains(#""comment": "the key""#))
    #expect(try text(folder + "/partitions/0000000002.json").contains(#""rows":12"#))
  }

  @Test func `a damaged file is named, and other tables go on`() throws {
    let catalog = try catalog()
    try catalog.commit(name) { _ in update() }
    let other = TableName(database: "sales", table: "stores")
    try catalog.commit(other) { _ in update() }
    let path = folder + "/generations/0000000001.json"
    try store.put(Array("{\"format\": 1,\n \"gen".utf8), at: path)
    #expect(try catalog.tables(in: "sales") == [name, other])
    #expect(try catalog.table(other) != nil)
    let error = #expect(throws: CatalogError.self) { try catalog.table(name) }
    #expect(error?.path == path)
    #expect(error?.message == "the catalog file '\(path)' is damaged")
    #expect(error?.details == ["line 2, column 2: the string that begins here has no end"])
    #expect(throws: CatalogError.self) { try catalog.commit(name) { _ in update() } }
  }

  @Test(arguments: [
    (
      #"{"generation": 1}"#,
      CatalogError.Kind.damaged("'format' should be a whole number, not missing")
    ),
    (#"{"format": 7}"#, .laterFormat(found: 7, known: 1)),
    (#"[]"#, .damaged("it holds no object but array")),
    (
      #"{"format": 1, "generation": 3, "fieldIdMax": 1, "dropped": true}"#,
      .damaged("'generation' is 3")
    ),
    (
      #"{"format": 1, "generation": 1, "fieldIdMax": 1, "location": "x", "dataFormat": {"name": "orc"}}"#,
      .damaged("unknown 'dataFormat' 'orc'")
    ),
  ])
  func `a file that contradicts the format says how`(text: String, kind: CatalogError.Kind) throws {
    try store.put(Array(text.utf8), at: folder + "/generations/0000000001.json")
    let error = #expect(throws: CatalogError.self) { try catalog().table(name) }
    #expect(error?.kind == kind)
  }

  @Test func `a lake of a later format is refused`() throws {
    try store.put(Array(#"{"format": 2}"#.utf8), at: "lake.json")
    let error = #expect(throws: CatalogError.self) { try catalog() }
    #expect(
      error?.message == "the catalog file 'lake.json' has format 2, this release knows up to 1"
    )
  }

  @Test func `a dropped table is gone; the next one starts at version 1 with new ids`() throws {
    let catalog = try catalog()
    try catalog.commit(name) { _ in update(added: [month("01")]) }
    #expect(try catalog.drop(name))
    #expect(try catalog.table(name) == nil)
    #expect(try catalog.tables(in: "sales") == [])
    #expect(try catalog.partitions(of: name) == [])
    #expect(try catalog.drop(name) == false)
    try catalog.commit(name) { _ in update() }
    #expect(try catalog.snapshot(of: name)?.generation == 3)
    #expect(try catalog.table(name)?.version == 1)
    #expect(try catalog.table(name)?.columns.map(\.id) == [3, 4])
    #expect(try catalog.drop(database: "sales") == [name])
    #expect(try catalog.databases() == [])
    #expect(throws: CatalogError(.databaseNotFound("sales"))) {
      try catalog.drop(database: "sales")
    }
  }

  @Test(arguments: ["", "..", "a/b", ".x", "a\u{0}b"])
  func `a name that would lead out of the catalog is refused`(table: String) throws {
    let catalog = try catalog()
    let bad = TableName(database: "d", table: table)
    #expect(throws: CatalogError.self) { try catalog.table(bad) }
    #expect(throws: CatalogError.self) { try catalog.commit(bad) { _ in update() } }
    #expect(throws: CatalogError.self) { try catalog.drop(bad) }
  }

  @Test func `times are written in UTC`() {
    #expect(ClockText.text(seconds: 0) == "1970-01-01T00:00:00Z")
    #expect(ClockText.text(seconds: 951_827_696) == "2000-02-29T12:34:56Z")
    #expect(ClockText.text(seconds: -1) == "1969-12-31T23:59:59Z")
  }
}
