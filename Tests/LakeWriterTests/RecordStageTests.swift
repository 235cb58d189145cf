import ColumnFormat
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct RecordStageTests {
  @Test func `records that no pattern matches are left out, broken ones are kept`() throws {
    let lake = TestLake()
    let text = TestRecords.text(0..<500)
    let filter = try EventFilter(#"{"id":[{"numeric":["<",250]}]}"#)
    let summary = lake.deliver([lake.write(text, to: "in/a")]) { $0.filter = filter }
    #expect(summary.isComplete && summary.undeliveredRowCount == 0)
    #expect(summary.recordCount == 500)
    #expect(summary.filteredCount == 247)
    #expect(try lake.ids() == TestRecords.sound(0..<250))
    #expect(try lake.rejectedTexts() == TestRecords.broken(0..<500))
    let numbers = try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: .max)
      .compactMap { $0.document["source"]?["record"]?.integerValue }
    #expect(numbers.sorted() == [100, 200, 300, 400, 500])
  }

  @Test func `filters look into delimited text and into changes of DynamoDB`() throws {
    let csv = TestLake()
    let rows = "id,state\n1,CA\n2,\"W\nA\"\n3,\n4,x,y\n"
    let filter = try EventFilter(#"{"state":[{"prefix":"W"},null]}"#)
    let summary = csv.deliver([csv.write(rows, to: "in/a.csv")]) {
      $0.filter = filter
      $0.timeField = nil
    }
    #expect(summary.filteredCount == 1)
    #expect(try csv.ids() == [2, 3])
    #expect(try csv.rejectedTexts() == ["4,x,y"])
    let stream = TestLake()
    func change(_ id: Int, _ name: String) -> String {
      """
      {"eventID":"\(id)","eventName":"\(name)","dynamodb":{"Keys":{"id":{"N":"\(id)"}},"NewImage":{"id":{"N":"\(id)"}}}}
      """
    }
    let inserts = try EventFilter(#"{"eventName":["INSERT"]}"#)
    let text = change(1, "INSERT") + "\n" + change(2, "MODIFY") + change(3, "INSERT") + "\n"
    _ = stream.deliver([stream.write(text, to: "in/a")]) { $0.filter = inserts }
    #expect(try stream.ids() == [1, 3])
  }

  @Test func `a template gives records another form, and what it cannot is kept as it was`() throws
  {
    let lake = TestLake()
    let text = """
      {"order":{"number":7,"lines":[{"sku":"a"}]},"at":"2026-11-23T17:00:00Z"}
      {"order":{"number":"x\\"y"},"at":"2026-11-23T17:00:00Z"}
      {"order":5
      """
    let template = try InputTemplate(
      #"{"id": <$.order.number>, "text": "n <$.order.number>", "sku": <$.order.lines[0].sku>, "at": <$.at>, "seen": "<aws.pipes.event.ingestion-time>"}"#
    )
    let summary = lake.deliver([lake.write(text, to: "in/a")]) { $0.template = template }
    #expect(summary.isComplete)
    #expect(summary.deliveredRowCount == 2)
    #expect(summary.schema.fields.map(\.name) == ["id", "text", "sku", "at", "seen"])
    #expect(try lake.rejectedTexts() == ["{\"order\":5"])
    let entry = try #require(
      try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: 1).first
    )
    #expect(entry.errorType == "processing-failed")
    #expect(entry.document["lastErrorCode"] == "Processing.ProcessingFailed")
    #expect(entry.document["errorCode"] == "Processing.ProcessingFailed")
    #expect(entry.document["errorMessage"] == entry.document["lastErrorMessage"])
    #expect(entry.document["lambdaArn"] == .null)
  }

  @Test(
    arguments: [
      ("{\"order\": <$.dynamodb.NewImage>}", "{\"order\": {\"id\":{\"N\":\"1\"}}}"),
      (
        "<aws.pipes.event.json>",
        "{\"dynamodb\":{\"NewImage\":{\"id\":{\"N\":\"1\"}}},\"l\":[1,\"b\"],\"s\":\"a\\\"b\"}"
      ),
      ("{\"a\":<$.missing.x>,\"b\":\"-<$.missing>-\"}", "{\"a\":null,\"b\":\"--\"}"),
      (
        "{\"a\":\"<$.s>\",\"b\":<$.s>,\"c\":\"<$.l>\"}",
        "{\"a\":\"a\\\"b\",\"b\":\"a\\\"b\",\"c\":\"[1,\\\"b\\\"]\"}"
      ),
      // A text alone keeps its quotes, and what is put in is valid JSON.
      ("<$.s>", "\"a\\\"b\""),
      ("<aws.pipes.event.ingestion-time>", "1970-01-01T00:00:00Z"),
      ("{\"a\":<$.l[1]>,\"b\":<$.l[9]>}", "{\"a\":\"b\",\"b\":null}"),
      ("{\"t\":\"a < b\",\"u\":\"\\\"<$.l[0]>\"}", "{\"t\":\"a < b\",\"u\":\"\\\"1\"}"),
    ] as [(String, String)]
  )
  func `paths are put in as JSON, within strings as text`(template: String, text: String) throws {
    let record = try JSONValue.parse(
      #"{"dynamodb":{"NewImage":{"id":{"N":"1"}}},"l":[1,"b"],"s":"a\"b"}"#
    )
    #expect(try InputTemplate(template).text(record, nowMillis: 0) == text)
  }

  @Test(
    arguments: [
      ("<$.a", "a variable that begins with '<' is not closed by '>'"),
      ("<$.a..b>", "'<$.a..b>' is no path such as <$.a.b[0]>"),
      ("<aws.pipes.pipe-arn>", "'<aws.pipes.pipe-arn>' has no meaning outside of AWS"),
      ("<aws.pipes.pipe-name>", "'<aws.pipes.pipe-name>' has no meaning outside of AWS"),
      ("<aws.pipes.source-arn>", "'<aws.pipes.source-arn>' has no meaning outside of AWS"),
      ("<aws.pipes.enrichment-arn>", "'<aws.pipes.enrichment-arn>' has no meaning outside of AWS"),
      ("<aws.pipes.target-arn>", "'<aws.pipes.target-arn>' has no meaning outside of AWS"),
      (String(repeating: "x", count: 8193), "it has 8193 characters, 8192 are allowed"),
    ] as [(String, String)]
  )
  func `a template that breaks a rule names it`(template: String, sentence: String) {
    let error = #expect(throws: LakeWriterError.self) { try InputTemplate(template) }
    #expect(error?.kind == .invalidSettings("--template: \(sentence)"))
  }

  @Test func `partition keys see the record after the template, rejects the one before`() throws {
    let lake = TestLake()
    let text = "{\"id\":1,\"c\":\"x\"}\n{\"id\":2}\n"
    var settings = lake.settings { $0.timeField = nil }
    settings.template = try InputTemplate("{\"id\":<$.id>,\"key\":<$.c>}")
    settings.prefix = try PathTemplate(prefix: "k=!{partitionKeyFromQuery:k}/!{timestamp:yyyy}/")
    settings.partitionQuery = try PartitionQuery("{k: .key}")
    let summary = DeliveryStream(settings).deliver([lake.write(text, to: "in/a")])
    #expect(summary.partitions.keys.sorted() == ["k=x/2023/"])
    #expect(try lake.rejectedTexts() == ["{\"id\":2}"])
  }

  @Test func `removals become rows of their keys, or are left out when asked`() throws {
    let text = """
      {"eventID":"1","eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"1"}},"NewImage":{"id":{"N":"1"}}}}
      {"eventID":"2","eventName":"REMOVE","dynamodb":{"Keys":{"id":{"N":"2"}}}}
      {"eventID":"3","eventName":"MODIFY","dynamodb":{"Keys":{"id":{"N":"3"}},"NewImage":{"id":{"N":"3"}}}}

      """
    for (leavesOut, ids) in [(false, [1, 2, 3]), (true, [1, 3])] as [(Bool, [Int64])] {
      let lake = TestLake()
      let summary = lake.deliver([lake.write(text, to: "in/a")]) { $0.leavesOutRemoved = leavesOut }
      #expect(summary.isComplete && summary.undeliveredRowCount == 0)
      #expect(try lake.ids() == ids)
      #expect(summary.filteredCount == 3 - ids.count)
    }
  }

  @Test func `what tells removals is the change, not an attribute called event_name`() throws {
    let text = """
      {"eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"1"}},"NewImage":{"id":{"N":"1"},"event_name":{"S":"REMOVE"}}}}
      {"eventName":"REMOVE","dynamodb":{"Keys":{"id":{"N":"2"}}}}
      {"eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"3"}},"NewImage":{"id":{"N":"3"},"event_name":{"S":"x"}}}}

      """
    // An attribute may have its column before the first change comes.
    let items = "{\"id\":{\"N\":\"9\"},\"event_name\":{\"S\":\"REMOVE\"}}\n"
    for (inputs, ids) in [([text], [1, 3]), ([items, text], [1, 3, 9])] as [([String], [Int64])] {
      let lake = TestLake()
      let paths = inputs.enumerated().map { lake.write($1, to: "in/\($0)") }
      let summary = lake.deliver(paths) { settings in
        settings.leavesOutRemoved = true
        settings.workerCount = 1
      }
      #expect(summary.isComplete && summary.filteredCount == 1)
      #expect(try lake.ids() == ids)
    }
    var settings = TestLake().settings()
    settings.leavesOutRemoved = true
    settings.declared = DeclaredSchema(schema: Schema([Field("id", .int64)]), version: 4)
    let refused = #expect(throws: LakeWriterError.self) {
      try settings.declared?.validate(settings)
    }
    #expect(
      refused?.kind
        == .invalidSettings(
          "--removals drop: version 4 of the table has no column 'event_name', which tells removals"
        )
    )
  }
}
