import Catalog
import ColumnFormat
import RowFormat
import TestSupport
import Testing

@Suite struct GlueTableTests {
  let zoo = CrawlZoo()

  private func round(_ name: TableName) throws -> (TableDescription, GlueTable.Imported) {
    let table = try #require(try zoo.catalog().snapshot(of: name))
    let text = GlueTable.json(table, location: "/data/t").prettyText
    let imported = try GlueTable.tables(try JSONValue.parse(Array(text.utf8)), path: "x.json")
    #expect(imported.map(\.name) == [name])
    return (table.description, try #require(imported.first))
  }

  @Test func `a Parquet table survives the way through GetTable and GetPartitions`() throws {
    let name = TableName(database: "default", table: "t")
    try zoo.parquet(
      "t/day=2026-11-23/f",
      [Field("Id", .int32), Field("s", .row([Field("X", .decimal(precision: 9, scale: 2))]))]
    )
    try zoo.parquet("t/day=__HIVE_DEFAULT_PARTITION__/f", [Field("Id", .int32)])
    try zoo.crawl("t")
    let (table, imported) = try round(name)
    #expect(imported.update.format == .parquet)
    #expect(imported.update.location == "/data/t")
    #expect(
      imported.update.columns == [
        Field("id", .int32), Field("s", .row([Field("x", .decimal(precision: 9, scale: 2))])),
      ]
    )
    #expect(imported.update.partitionKeys == [Field("day", .date)])
    #expect(imported.update.parameters == table.parameters)
    let snapshot = try #require(try zoo.catalog().snapshot(of: name))
    let partitions = try zoo.catalog().partitions(of: name)
    let answer = GlueTable.json(partitions, of: snapshot, location: "/data/t")
    let found = try GlueTable.partitions(
      try JSONValue.parse(Array(answer.compactText.utf8)),
      path: "x.json"
    )
    #expect(found[name]?.map(\.values) == [["2026-11-23"], [nil]])
    #expect(found[name]?.first?.location == "/data/t/day=2026-11-23")
  }

  @Test func `CSV and JSON tables survive it too`() throws {
    zoo.directory.write("a|b\n1|x\n2|y\n", to: "c/a.csv")
    zoo.directory.write("{\"a\":1}\n", to: "j/a.json")
    try zoo.crawl("c")
    try zoo.crawl("j")
    let (_, csv) = try round(TableName(database: "default", table: "c"))
    #expect(csv.update.format == .csv(CSVLayout(delimiter: UInt8(ascii: "|"), hasHeader: true)))
    let (_, json) = try round(TableName(database: "default", table: "j"))
    #expect(json.update.format == .ndjson)
  }

  @Test func `a table as Glue's own crawler writes it is understood`() throws {
    let answer = """
      {"TableList": [{"Name": "Flights", "DatabaseName": "Raw", "StorageDescriptor": {"Columns":
      [{"Name": "year", "Type": "bigint"}, {"Name": "tags", "Type": "array<struct<k:string>>"}],
      "Location": "s3://bucket/flights/", "SerdeInfo": {"SerializationLibrary":
      "org.apache.hadoop.hive.serde2.OpenCSVSerde", "Parameters": {"separatorChar": ";",
      "quoteChar": "'"}}}, "PartitionKeys": [{"Name": "partition_0", "Type": "string"}],
      "Parameters": {"skip.header.line.count": "1", "classification": "csv"}}]}
      """
    let tables = try GlueTable.tables(try JSONValue.parse(Array(answer.utf8)), path: "x.json")
    let table = try #require(tables.first)
    #expect(table.name == TableName(database: "raw", table: "flights"))
    #expect(table.update.location == "s3://bucket/flights")
    #expect(
      table.update.format
        == .text(
          SerDe(
            library: "org.apache.hadoop.hive.serde2.OpenCSVSerde",
            properties: ["separatorChar": ";", "quoteChar": "'"]
          )
        )
    )
    #expect(
      table.update.columns.map { HiveType.text($0.type) } == [
        "bigint", "array<struct<k:string>>",
      ]
    )
  }

  @Test(arguments: [
    ("org.apache.hadoop.hive.serde2.RegexSerDe", "input.regex"),
    ("com.amazonaws.glue.serde.GrokSerDe", "input.format"),
  ])
  func `a table that patterns read keeps its SerDe`(library: String, property: String) throws {
    let text = """
      {"Table": {"Name": "t", "StorageDescriptor": {"Location": "/x", "Columns": [{"Name": "a", "Type": "string"}],
      "SerdeInfo": {"SerializationLibrary": "\(library)", "Parameters": {"\(property)": "(.*)"}}}}}
      """
    let tables = try GlueTable.tables(try JSONValue.parse(Array(text.utf8)), path: "glue.json")
    #expect(
      tables.map(\.update.format) == [
        .text(SerDe(library: library, properties: [property: "(.*)"]))
      ]
    )
  }

  @Test func `LazySimpleSerDe, which knows no quotes, stays what it is`() throws {
    let text = """
      {"Table": {"Name": "t", "StorageDescriptor": {"Location": "/x", "Columns": [{"Name": "a", "Type": "varchar(5)",
      "Comment": "first"}], "NumberOfBuckets": 4, "BucketColumns": ["A"], "InputFormat":
      "org.apache.hadoop.mapred.TextInputFormat", "SerdeInfo": {"SerializationLibrary":
      "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "Parameters": {"field.delim": ","}}}}}
      """
    let tables = try GlueTable.tables(try JSONValue.parse(Array(text.utf8)), path: "glue.json")
    let update = try #require(tables.first?.update)
    #expect(
      update.format
        == .text(SerDe(library: SerDeKind.lazySimple.rawValue, properties: ["field.delim": ","]))
    )
    #expect(update.details?.comments == ["a": "first"])
    #expect(update.details?.declaredTypes == ["a": "varchar(5)"])
    #expect(update.details?.bucketColumns == ["a"])
    #expect(update.details?.bucketCount == 4)
    #expect(update.details?.inputFormat == nil)
  }

  @Test func `what DDL says of a table survives the way through GetTable`() throws {
    let catalog = try zoo.catalog()
    let name = TableName(database: "default", table: "made")
    var update = TableUpdate(
      location: "made",
      format: .text(
        SerDe(library: SerDeKind.lazySimple.rawValue, properties: ["field.delim": "|"])
      ),
      columns: [Field("a", .string), Field("b", .int32)],
      partitionKeys: [],
      parameters: ["skip.header.line.count": "1"]
    )
    var details = TableDetails()
    details.comments = ["b": "second"]
    details.declaredTypes = ["a": "char(3)"]
    details.bucketColumns = ["a"]
    details.bucketCount = 8
    update.details = details
    try catalog.commit(name) { _ in update }
    let (table, imported) = try round(name)
    #expect(imported.update.format == table.format)
    #expect(imported.update.details == details)
    #expect(imported.update.columns == [Field("a", .string), Field("b", .int32)])
  }

  @Test(arguments: [
    (#"{"Table": {"Name": "t"}}"#, "a table lacks Name, StorageDescriptor or Location"),
    (
      #"{"Table": {"Name": "t", "StorageDescriptor": {"Location": "/x", "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.orc.OrcSerde"}}}}"#,
      "files of 'org.apache.hadoop.hive.ql.io.orc.OrcSerde' are not supported"
    ),
    (
      #"{"Table": {"Name": "t", "StorageDescriptor": {"Location": "/x", "SerdeInfo": {"SerializationLibrary": "x.ParquetHiveSerDe"}, "Columns": [{"Name": "a", "Type": "set<int>"}]}}}"#,
      "column 'a': 'set<int>' at byte 0: set is not supported"
    ),
  ])
  func `what cannot be a table says why`(answer: String, fact: String) throws {
    let value = try JSONValue.parse(Array(answer.utf8))
    let error = #expect(throws: CatalogError.self) { try GlueTable.tables(value, path: "x.json") }
    #expect(
      error?.message == "'x.json' is no answer of GetTable or GetPartitions: \(fact)"
    )
  }
}
