import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct DynamicPartitioningTests {
  private func lines(_ records: [String]) -> String { records.map { $0 + "\n" }.joined() }

  private func customers(_ change: inout DeliverySettings) throws {
    change.timeField = nil
    change.prefix = try PathTemplate(
      prefix: "customer=!{partitionKeyFromQuery:customer}/!{timestamp:yyyy}/"
    )
    change.errorPrefix = try PathTemplate(
      errorPrefix: "failed/!{firehose:error-output-type}/!{timestamp:yyyy}/"
    )
    change.partitionQuery = try PartitionQuery("{customer: .c}")
  }

  @Test func `each value of a key has its folder, with the right rows`() throws {
    let lake = TestLake()
    let text = lines((0..<30).map { "{\"id\":\($0),\"c\":\"c\($0 % 3)\"}" })
    var settings = lake.settings()
    try customers(&settings)
    let summary = DeliveryStream(settings).deliver([lake.write(text, to: "in/a.ndjson")])
    #expect(summary.isComplete)
    #expect(
      summary.partitions.keys.sorted() == (0..<3).map { "customer=c\($0)/2023/" }
    )
    let store = LocalFolder(lake.data)
    for info in try store.list("customer=c1") {
      let file = try ParquetFile(path: store.systemPath(info.path))
      let reader = try file.reader(rowGroup: 0, fields: [0])
      let batch = try #require(try reader.next(100))
      #expect(RowValues.int64s(batch.columns[0]).allSatisfy { $0 % 3 == 1 })
    }
    #expect(try lake.ids() == Array(0..<30))
  }

  @Test func `a record without a usable key is kept with the reason`() throws {
    let lake = TestLake()
    let bad = [
      #"{"id":1}"#, #"{"id":2,"c":null}"#, #"{"id":3,"c":""}"#, #"{"id":4,"c":[1]}"#,
    ]
    let input = lake.write(
      lines(bad + [#"{"id":5,"c":"x"}"#, #"{"id":6,"c":7}"#]),
      to: "in/a.ndjson"
    )
    var settings = lake.settings()
    try customers(&settings)
    let summary = DeliveryStream(settings).deliver([input])
    #expect(summary.rejectedCount == 4)
    #expect(try lake.ids() == [5, 6])
    #expect(try lake.rejectedTexts() == bad)
    let entries = try RejectedDocuments.read(
      folder: lake.rejects,
      errorType: "partition-failed",
      limit: .max
    )
    #expect(
      entries.map { $0.document["lastErrorCode"] }
        == Array(
          repeating: "DynamicPartitioning.InvalidPartitionKey",
          count: 4
        )
    )
    #expect(
      entries.compactMap { $0.document["lastErrorMessage"]?.stringValue } == [
        "the partition key 'customer' is null", "the partition key 'customer' is null",
        "the partition key 'customer' is empty", "the partition key 'customer' is no single value",
      ]
    )
    #expect(try LocalFolder(lake.rejects).list("failed/partition-failed/2023").count == 1)
  }

  @Test func `values lead nowhere else and come back from the folder's name`() throws {
    let values = ["a/b", "..", ".hidden", "_x", "k=v", "ü ö", "100%", "a:b", "new\nline"]
    for value in values {
      let name = PathTemplate.folderName(value)
      #expect(!name.contains("/"))
      #expect(!name.hasPrefix(".") && !name.hasPrefix("_"))
    }
    let template = try PathTemplate(prefix: "v=!{partitionKeyFromQuery:v}/")
    #expect(template.text(millis: 0, keys: ["a/b=c"]) == "v=a%2Fb%3Dc/1970/01/01/00/")
  }

  @Test func `DynamoDB records and delimited text have keys as well`() throws {
    let stream = #"""
      {"eventID":"1","eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"1"}},"NewImage":{"id":{"N":"1"},"c":{"S":"x"}}}}
      """# + "\n"
    for (text, query) in [
      (stream, "{customer: .dynamodb.NewImage.c.S}"), ("id,c\n1,x\n", "{customer: .c}"),
    ] {
      let lake = TestLake()
      var settings = lake.settings()
      try customers(&settings)
      settings.partitionQuery = try PartitionQuery(query)
      settings.prefix = try PathTemplate(
        prefix: "!{partitionKeyFromQuery:customer}/!{timestamp:'p'}/"
      )
      let summary = DeliveryStream(settings).deliver([lake.write(text, to: "in/a")])
      #expect(summary.partitions.keys.sorted() == ["x/p/"])
    }
  }

  @Test func `with a limit of 500 the 501st partition is kept back, with 5,000 none`() throws {
    let text = lines(
      (0..<501).map { "{\"id\":\($0),\"c\":\"c\($0)\"}" } + [#"{"id":900,"c":"c7"}"#]
    )
    for (limit, rejected) in [(500, 1), (5000, 0)] {
      let lake = TestLake()
      var settings = lake.settings { $0.blockByteCount = 1 << 20 }
      try customers(&settings)
      settings.activePartitionCountMax = limit
      let summary = DeliveryStream(settings).deliver([lake.write(text, to: "in/a.ndjson")])
      #expect(summary.rejectedCount == rejected)
      #expect(summary.deliveredRowCount == 502 - rejected)
      let causes = try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: .max)
        .compactMap { $0.document["lastErrorCode"]?.stringValue }
      #expect(
        causes == Array(repeating: "DynamicPartitioning.ActivePartitionExceeded", count: rejected)
      )
    }
  }

  @Test func `a partition is active until its file is delivered, then another one may be`() throws {
    let lake = TestLake()
    let text = lines(
      (0..<40).map {
        "{\"id\":\($0),\"c\":\"c\($0)\",\"pad\":\"\(String(repeating: "x", count: 80))\"}"
      }
    )
    var settings = lake.settings {
      $0.blockByteCount = 100
      $0.hints = BufferingHints(byteCount: 1)
      $0.workerCount = 1
    }
    try customers(&settings)
    settings.activePartitionCountMax = 2
    let summary = DeliveryStream(settings).deliver([lake.write(text, to: "in/a.ndjson")])
    #expect(summary.isComplete)
    #expect(summary.deliveredRowCount > 20)
    let kept = try lake.rejectedTexts().count
    #expect(kept + summary.deliveredRowCount == 40)
  }

  @Test func `records over the limit are delivered by a replay`() throws {
    let lake = TestLake()
    let text = lines((0..<10).map { "{\"id\":\($0),\"c\":\"c\($0)\"}" })
    var settings = lake.settings { $0.blockByteCount = 1 << 20 }
    try customers(&settings)
    settings.activePartitionCountMax = 4
    let first = DeliveryStream(settings).deliver([lake.write(text, to: "in/a.ndjson")])
    #expect(first.rejectedCount == 6)
    settings.activePartitionCountMax = nil
    let again = RejectReplay(settings, errorType: "partition-failed").run { _ in }
    #expect(again.deliveredRowCount == 6)
    #expect(try lake.ids() == Array(0..<10))
    #expect(try lake.rejectedTexts().isEmpty)
  }

  @Test(
    arguments: [
      (
        "a=!{partitionKeyFromQuery:a}/", nil,
        "--prefix: '!{partitionKeyFromQuery:a}' needs --partition-keys"
      ),
      ("!{timestamp:yyyy}/", "{a: .a}", "--partition-keys: the prefix uses none of its keys"),
      ("a=!{partitionKeyFromQuery:a}/", "{b: .b}", "--prefix: --partition-keys gives no key 'a'"),
    ] as [(String, String?, String)]
  )
  func `settings that contradict each other are refused`(
    prefix: String,
    query: String?,
    sentence: String
  ) throws {
    let lake = TestLake()
    let prefix = try PathTemplate(prefix: prefix)
    let query = try query.map { try PartitionQuery($0) }
    let summary = lake.deliver([lake.write("{}\n", to: "in/a")]) {
      $0.prefix = prefix
      $0.partitionQuery = query
    }
    #expect(summary.failure?.kind == .invalidSettings(sentence))
  }

  @Test func `a query that cannot be read is refused`() {
    #expect(
      throws: LakeWriterError(
        .invalidSettings("--partition-keys: expected '}' at its end"),
        path: "",
        help: "write an object, as in '{customer: .customer_id, year: .at|strftime(\"%Y\")}'"
      )
    ) { try PartitionQuery("{a: .a") }
  }

  @Test(arguments: [("", false), ("-x", true)])
  func `a record whose folder's name would be too long is kept, and stops nothing`(
    end: String,
    isName: Bool
  ) throws {
    let lake = TestLake()
    // `k=`, and at the end of a prefix the name of the file, 78 bytes with this stream.
    let rest = isName ? 255 - 2 - 2 - 78 : 253
    let keys = [
      String(repeating: "x", count: rest), String(repeating: "x", count: rest + 1),
      String(repeating: "x", count: 5000), String(repeating: "ü", count: rest / 2),
      String(repeating: "\u{1}", count: rest / 3 + 1), "short",
    ]
    let lines = keys.enumerated().map { id, key in
      JSONValue.object(["id": .integer(id), "k": .string(key)]).compactText + "\n"
    }
    let prefix = try PathTemplate(
      prefix: "!{timestamp:yyyy}/k=!{partitionKeyFromQuery:k}" + (isName ? end : "/")
    )
    let query = try PartitionQuery("{k: .k}")
    let summary = lake.deliver([lake.write(lines.joined(), to: "in/a")]) {
      $0.timeField = nil
      $0.prefix = prefix
      $0.partitionQuery = query
    }
    #expect(summary.failure == nil)
    #expect(try lake.ids() == [0, 3, 5])
    let entries = try RejectedDocuments.read(
      folder: lake.rejects,
      errorType: "partition-failed",
      limit: 9
    )
    #expect(
      entries.compactMap { $0.document["lastErrorMessage"]?.stringValue }.sorted()
        == [
          "the prefix gives \(5007 + (isName ? 2 : 1)) characters, 512 are allowed",
          "the prefix gives a name of 256 bytes, 255 are allowed",
          "the prefix gives a name of \((rest / 3 + 1) * 3 + 2 + (isName ? 80 : 0)) bytes, 255 are allowed",
        ].sorted()
    )
  }

  @Test func `a prefix with a name that no file system takes is refused`() {
    let text = String(repeating: "a", count: 256) + "/!{timestamp:yyyy}/"
    #expect(
      throws: LakeWriterError(
        .invalidSettings("--prefix: it gives a name of 256 bytes, 255 are allowed"),
        path: ""
      )
    ) { try PathTemplate(prefix: text) }
  }
}

/// Values of columns, for comparisons.
enum RowValues {
  static func int64s(_ column: Column) -> [Int64] {
    guard case .int64(let values) = column.flattened().flatValues else { return [] }
    return Array(values.values)
  }
}
