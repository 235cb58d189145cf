import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct DeclaredSchemaTests {
  private static let schema = DeclaredSchema(
    schema: Schema([
      Field("id", .int64), Field("price", .decimal(precision: 10, scale: 2)),
      Field("tags", .list(Field("element", .string))),
      Field("at", .timestamp(.millis, isAdjustedToUTC: false)),
    ]),
    version: 3
  )

  private static func deliver(_ lake: TestLake, _ text: String) -> DeliverySummary {
    lake.deliver([lake.write(text, to: "in/a.ndjson")]) {
      $0.declare = { () throws(LakeWriterError) in schema }
    }
  }

  /// The schemas of all visible files, and the rows as JSON.
  private static func rows(_ lake: TestLake) throws -> (fields: Set<[String]>, rows: [String]) {
    var fields: Set<[String]> = []
    var rows: [String] = []
    let store = LocalFolder(lake.data)
    for info in try store.list("") {
      let reader = try ParquetRows(path: store.systemPath(info.path), startRow: 0)
      while let block = try reader.next() {
        fields.insert(block.rows.schema.fields.map { "\($0.name) \($0.type)" })
        for row in 0..<block.rows.batch.rowCount {
          rows.append(String(decoding: ValueWords.object(row, of: block.rows), as: UTF8.self))
        }
      }
    }
    return (fields, rows.sorted())
  }

  @Test func `other fields are left out and missing ones are null`() throws {
    let lake = TestLake()
    let summary = DeclaredSchemaTests.deliver(
      lake,
      """
      {"id":1,"at":"2026-11-23T01:02:03Z","price":1.5,"more":{"a":1}}
      {"ID":2,"at":"2026-11-23 01:02:03","price":null}

      """
    )
    #expect(summary.failure == nil)
    let (fields, rows) = try DeclaredSchemaTests.rows(lake)
    #expect(fields.count == 1)
    #expect(fields.first?.count == 4)
    #expect(
      rows == [
        #"{"id":1,"price":1.50,"at":"2026-11-23T01:02:03.000"}"#,
        #"{"id":2,"at":"2026-11-23T01:02:03.000"}"#,
      ]
    )
  }

  @Test func `a value that its column does not hold goes to the rejects with the version`() throws {
    let lake = TestLake()
    let summary = DeclaredSchemaTests.deliver(
      lake,
      "{\"id\":\"many\",\"at\":\"2026-11-23T01:02:03Z\"}\n{\"id\":2,\"at\":\"2026-11-23T01:02:03Z\"}\n"
    )
    #expect(summary.rejectedCount == 1)
    #expect(try lake.ids() == [2])
    let entry = try #require(
      try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: 10).first
    )
    #expect(entry.errorType == "format-conversion-failed")
    #expect(entry.document["dataCatalogTable"]?["versionId"]?.stringValue == "3")
    // The fields that Firehose documents for records that it cannot convert, and where they come from.
    #expect(
      Set(entry.document.objectValue?.members.map(\.name) ?? []) == [
        "attemptsMade", "arrivalTimestamp", "lastErrorCode", "lastErrorMessage",
        "attemptEndingTimestamp", "rawData", "sequenceNumber", "subSequenceNumber",
        "dataCatalogTable",
        "source",
      ]
    )
    #expect(
      entry.document["dataCatalogTable"]?.objectValue?.members.map(\.name) == [
        "catalogId", "databaseName", "tableName", "region", "versionId", "catalogArn",
      ]
    )
    #expect(entry.document["dataCatalogTable"]?["databaseName"]?.stringValue == "shop")
    #expect(entry.document["dataCatalogTable"]?["tableName"]?.stringValue == "orders")
    #expect(entry.document["attemptsMade"]?.integerValue == 1)
    #expect(entry.document["arrivalTimestamp"]?.integerValue == 1_700_000_000_000)
    #expect(
      entry.document["lastErrorMessage"]?.stringValue
        == "column 'id': \"many\" is not a value of type bigint"
    )
  }

  @Test func `one value where the column is an array is an array of one`() throws {
    let lake = TestLake()
    let summary = DeclaredSchemaTests.deliver(
      lake,
      "{\"id\":1,\"at\":\"2026-11-23T01:02:03Z\",\"tags\":\"red\"}\n"
    )
    #expect(summary.rejectedCount == 0)
    #expect(
      try DeclaredSchemaTests.rows(lake).rows
        == [#"{"id":1,"tags":["red"],"at":"2026-11-23T01:02:03.000"}"#]
    )
  }

  /// The forms that the OpenX deserializer takes (Firehose, record format conversion).
  @Test(arguments: [
    #""2026-11-23T17:05:09.123Z""#, #""2026-11-23 17:05:09.123""#, "1795453509.123",
    "1795453509123", #""1795453509123""#,
  ])
  func `a timestamp column takes each form of a time`(text: String) throws {
    let lake = TestLake()
    let summary = DeclaredSchemaTests.deliver(lake, "{\"id\":1,\"at\":\(text)}\n")
    #expect(summary.rejectedCount == 0)
    #expect(
      try DeclaredSchemaTests.rows(lake).rows
        == [#"{"id":1,"at":"2026-11-23T17:05:09.123"}"#]
    )
  }

  @Test func `months and days of one digit and whole seconds are times, too`() throws {
    let lake = TestLake()
    let summary = DeclaredSchemaTests.deliver(
      lake,
      "{\"id\":1,\"at\":\"2026-1-3 07:05:09\"}\n{\"id\":2,\"at\":1795453509}\n"
    )
    #expect(summary.rejectedCount == 0)
    #expect(
      try DeclaredSchemaTests.rows(lake).rows
        == [
          #"{"id":1,"at":"2026-01-03T07:05:09.000"}"#,
          #"{"id":2,"at":"2026-11-23T17:05:09.000"}"#,
        ]
    )
  }

  @Test func `what the stream learned before does not widen the columns`() throws {
    let lake = TestLake()
    _ = lake.deliver([
      lake.write("{\"id\":\"text\",\"at\":\"2026-11-23T01:02:03Z\"}\n", to: "in/b.ndjson")
    ])
    let summary = DeclaredSchemaTests.deliver(lake, "{\"id\":5,\"at\":\"2026-11-23T01:02:03Z\"}\n")
    #expect(summary.failure == nil)
    let (fields, _) = try DeclaredSchemaTests.rows(lake)
    #expect(fields.contains { $0.first == "id bigint" || $0.first == "id int64" })
  }

  @Test func `a time field that is no column is refused`() throws {
    let lake = TestLake()
    let summary = lake.deliver([lake.write("{}\n", to: "in/a.ndjson")]) {
      $0.timeField = "happened"
      $0.declare = { () throws(LakeWriterError) in DeclaredSchemaTests.schema }
    }
    #expect(
      summary.failure?.kind
        == .invalidSettings("--time-field: version 3 of the table has no column 'happened'")
    )
  }
}
