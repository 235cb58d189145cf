import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct TransformCommandTests {
  private typealias Result = TransformCommand.Result

  /// The reply to a batch, as the program `jq` or Python would print it.
  private static func reply(_ entries: [String]) -> [UInt8] {
    Array("{\"records\":[\(entries.joined(separator: ","))]}".utf8)
  }

  private static func entry(_ id: Int, _ result: String, _ data: String? = nil) -> String {
    var encoded: [UInt8] = []
    Base64.append(Array((data ?? "").utf8), to: &encoded)
    let text = data == nil ? "" : ",\"data\":\"\(String(decoding: encoded, as: UTF8.self))\""
    return "{\"recordId\":\"\(id)\",\"result\":\"\(result)\"\(text)}"
  }

  /// A command that answers with the lines of a file, whatever it is asked.
  private static func answering(_ reply: [UInt8], _ lake: TestLake) -> String {
    "cat > /dev/null; cat '\(lake.write(reply, to: "reply.json"))'"
  }

  private func fault(_ code: String, _ words: String) -> TransformCommand.Fault {
    TransformCommand.Fault(code: code, words: words)
  }

  @Test func `each result does what it says`() throws {
    let results = try TransformCommand.results(
      TransformCommandTests.reply([
        TransformCommandTests.entry(3, "ProcessingFailed"),
        TransformCommandTests.entry(0, "Ok", "{\"id\":1}"),
        TransformCommandTests.entry(1, "Dropped"),
        "{\"recordId\":\"2\",\"result\":\"Ok\",\"data\":\"e30=\",\"metadata\":{\"partitionKeys\":{\"c\":\"x\"}}}",
        TransformCommandTests.entry(4, "Sure"), TransformCommandTests.entry(5, "Ok"),
      ]),
      count: 6
    )
    #expect(
      results == [
        Result.delivered(Array("{\"id\":1}".utf8), keys: [:]), .dropped,
        .delivered(Array("{}".utf8), keys: ["c": "x"]),
        .failed(fault("Lambda.FunctionError", "the transform could not process the record")),
        .failed(
          fault(
            "Lambda.JsonProcessingException",
            "the transform's result is none of Ok, Dropped and ProcessingFailed"
          )
        ),
        .failed(fault("Lambda.JsonProcessingException", "the transform's data are no base64")),
      ]
    )
  }

  @Test(
    arguments: [
      ("Lambda.MissingRecordId", [entry(0, "Dropped")]),
      (
        "Lambda.DuplicatedRecordId", [entry(0, "Dropped"), entry(0, "Dropped"), entry(1, "Ok", "")]
      ),
      ("Lambda.MissingRecordId", [entry(0, "Dropped"), entry(1, "Dropped"), entry(2, "Dropped")]),
    ] as [(String, [String])]
  )
  func `an id that is missing, twice or unknown fails the batch`(code: String, entries: [String]) {
    let fault = #expect(throws: TransformCommand.Fault.self) {
      try TransformCommand.results(TransformCommandTests.reply(entries), count: 2)
    }
    #expect(fault?.code == code)
  }

  @Test func `a reply that is not JSON or has no records fails the batch`() {
    for reply in ["oops", "{}", ""] {
      let fault = #expect(throws: TransformCommand.Fault.self) {
        try TransformCommand.results(Array(reply.utf8), count: 1)
      }
      #expect(fault?.code == "Lambda.JsonProcessingException")
    }
  }

  @Test func `one of each result gives one row, nothing, and one reject`() throws {
    let lake = TestLake()
    let command = TransformCommandTests.answering(
      TransformCommandTests.reply([
        TransformCommandTests.entry(0, "Ok", "{\"id\":10}{\"id\":11}\n"),
        TransformCommandTests.entry(1, "Dropped"),
        TransformCommandTests.entry(2, "ProcessingFailed"),
      ]),
      lake
    )
    let input = lake.write("{\"id\":0}\n{\"id\":1}\n{\"id\":2}\n", to: "in/a")
    let summary = lake.deliver([input]) { $0.transform = TransformCommand(command) }
    #expect(summary.isComplete)
    #expect(try lake.ids() == [10, 11])
    #expect(summary.filteredCount == 1)
    #expect(try lake.rejectedTexts() == ["{\"id\":2}"])
    #expect(
      try LocalFolder(lake.rejects).list("").allSatisfy { $0.path.hasPrefix("processing-failed/") }
    )
  }

  @Test func `a run that fails is tried again, and records land once`() throws {
    let lake = TestLake()
    let answer = TransformCommandTests.answering(
      TransformCommandTests.reply([TransformCommandTests.entry(0, "Ok", "{\"id\":5}")]),
      lake
    )
    let tries = "\(lake.folder)/tries"
    let command = "echo x >> '\(tries)'; [ $(wc -l < '\(tries)') -ge 3 ] || exit 7; \(answer)"
    let summary = lake.deliver([lake.write("{\"id\":0}\n", to: "in/a")]) {
      $0.transform = TransformCommand(command)
    }
    #expect(summary.isComplete && summary.rejectedCount == 0)
    #expect(try lake.ids() == [5])
    #expect(try LocalFolder(lake.folder).read("tries").count == 6)
  }

  @Test func `a run that always fails, or takes too long, costs no record`() throws {
    for (command, code, words) in [
      (
        "echo oh no >&2; exit 3",
        "Lambda.FunctionError",
        "the transform ended with exit code 3: oh no, 2 times"
      ),
      (
        "sleep 60",
        "Lambda.FunctionTimedOut",
        "the transform took longer than 1 s, or gave too much output, 2 times"
      ),
    ] {
      let lake = TestLake()
      let input = lake.write("{\"id\":0}\n{\"id\":1}\n", to: "in/a")
      let summary = lake.deliver([input]) {
        var transform = TransformCommand(command)
        transform.retryCount = 1
        transform.timeoutSeconds = 1
        $0.transform = transform
      }
      #expect(summary.isComplete && summary.rejectedCount == 2)
      #expect(try lake.rejectedTexts() == ["{\"id\":0}", "{\"id\":1}"])
      let entry = try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: 1).first
      #expect(entry?.document["lastErrorMessage"]?.stringValue == words)
      #expect(entry?.document["lastErrorCode"]?.stringValue == code)
      #expect(entry?.document["attemptsMade"] == 2)
      // The fields of Firehose's failed transforms.
      #expect(entry?.document["errorCode"]?.stringValue == code)
      #expect(entry?.document["errorMessage"]?.stringValue == words)
      #expect(entry?.document["lambdaArn"]?.stringValue == "lake:transform/\(command)")
    }
  }

  /// What a command that always fails was given: one event a line.
  private static func events(_ lines: [String]) throws -> [JSONValue] {
    let lake = TestLake()
    let path = "\(lake.folder)/events"
    let summary = lake.deliver([lake.write(lines.joined(), to: "in/a")]) {
      var transform = TransformCommand("cat >> '\(path)'; echo >> '\(path)'; exit 1")
      transform.retryCount = 0
      $0.transform = transform
      $0.timeField = nil
      $0.blockByteCount = 4 << 20
      $0.hints = BufferingHints()
    }
    #expect(summary.rejectedCount == lines.count)
    return try LocalFolder(lake.folder).read("events").split(separator: 0x0A)
      .map { try JSONValue.parse(Array($0)) }
  }

  /// Firehose, *data transformation*: the event of a function.
  @Test func `a command gets Firehose's event, of up to 500 records`() throws {
    let lines = (0..<501).map { "{\"id\":\($0)}\n" }
    let events = try TransformCommandTests.events(lines)
    #expect(events.map { $0["records"]?.arrayValue?.count } == [500, 1])
    let first = try #require(events.first)
    #expect(
      first.objectValue?.members.map(\.name) == [
        "invocationId", "deliveryStreamArn", "region", "records",
      ]
    )
    #expect(Set(events.map { $0["invocationId"]?.stringValue }).count == 2)
    let records = first["records"]?.arrayValue ?? []
    #expect(
      records[7].objectValue?.members.map(\.name) == [
        "recordId", "approximateArrivalTimestamp", "data",
      ]
    )
    #expect(records[7]["approximateArrivalTimestamp"] == 1_700_000_000_000)
    #expect(records[7]["data"]?.stringValue.flatMap(Base64.decode) == Array("{\"id\":7}".utf8))
    #expect(Set(records.map { $0["recordId"]?.stringValue }).count == 500)
  }

  @Test func `a batch is full with one MiB of records`() throws {
    let lines = (0..<3).map {
      "{\"id\":\($0),\"x\":\"\(String(repeating: "y", count: 600_000))\"}\n"
    }
    let events = try TransformCommandTests.events(lines)
    #expect(events.map { $0["records"]?.arrayValue?.count } == [2, 1])
  }

  @Test func `keys from the transform are in the path`() throws {
    let lake = TestLake()
    let reply = TransformCommandTests.reply([
      "{\"recordId\":\"0\",\"result\":\"Ok\",\"data\":\"eyJpZCI6MX0=\",\"metadata\":{\"partitionKeys\":{\"c\":\"x\"}}}",
      "{\"recordId\":\"1\",\"result\":\"Ok\",\"data\":\"eyJpZCI6Mn0=\"}",
    ])
    let prefix = try PathTemplate(prefix: "c=!{partitionKeyFromLambda:c}/!{timestamp:yyyy}/")
    let command = TransformCommandTests.answering(reply, lake)
    let input = lake.write("{\"id\":7}\n{\"id\":8}\n", to: "in/a")
    let summary = lake.deliver([input]) { settings in
      settings.timeField = nil
      settings.prefix = prefix
      settings.transform = TransformCommand(command)
    }
    #expect(summary.partitions.keys.sorted() == ["c=x/2023/"])
    #expect(try lake.ids() == [1])
    #expect(try lake.rejectedTexts() == ["{\"id\":8}"])
    let without = lake.deliver([input]) { $0.prefix = prefix }
    #expect(
      without.failure?.kind
        == .invalidSettings("--prefix: '!{partitionKeyFromLambda:c}' needs --transform")
    )
  }

  @Test func `a command gets all of a large batch, also when it reads none of it`() {
    let input = [UInt8](repeating: 0x61, count: 3_000_000)
    #expect(
      ChildProcess.run("wc -c", input: input, timeoutMillis: 20_000)
        == .exited(code: 0, output: Array("3000000\n".utf8), errors: "")
    )
    #expect(
      ChildProcess.run("exec <&-; echo hi", input: input, timeoutMillis: 20_000)
        == .exited(code: 0, output: Array("hi\n".utf8), errors: "")
    )
    #expect(
      ChildProcess.run("kill -9 $$", input: [], timeoutMillis: 20_000)
        == .exited(code: 137, output: [], errors: "")
    )
  }
}
