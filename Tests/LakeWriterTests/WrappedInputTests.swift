import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct WrappedInputTests {
  private static func dump(_ payloads: [String]) -> String {
    let records = payloads.map { payload in
      var data: [UInt8] = []
      Base64.append(Array(payload.utf8), to: &data)
      return "{\"Data\":\"\(String(decoding: data, as: UTF8.self))\",\"PartitionKey\":\"k\"}"
    }
    return "{\"Records\":[\(records.joined(separator: ",\n"))],\"MillisBehindLatest\":0}\n"
  }

  @Test func `payloads of Kinesis become rows, broken ones are kept as they came out`() throws {
    let lake = TestLake()
    let text = (0..<3).map { part in
      WrappedInputTests.dump((0..<100).map { TestRecords.line(Int64(part * 100 + $0)) })
    }
    let input = lake.write(text.joined(), to: "in/dump.json")
    let summary = lake.deliver([input]) { $0.envelope = .kinesis }
    #expect(summary.isComplete)
    #expect(try lake.ids() == TestRecords.sound(0..<300))
    #expect(try lake.rejectedTexts() == TestRecords.broken(0..<300))
    // The rejects are payloads already.
    #expect(RejectReplay(lake.settings(), errorType: nil).run { _ in }.rejectedCount == 3)
  }

  @Test func `rejects of an envelope have its sequence number, others the record's`() throws {
    func data(_ text: String) -> String {
      var bytes: [UInt8] = []
      Base64.append(Array(text.utf8), to: &bytes)
      return "\"\(String(decoding: bytes, as: UTF8.self))\""
    }
    let number = "49590338271490256608559692538361571095921575989136588898"
    let good = "{\"id\":1}"
    let text = """
      {"Records":[{"SequenceNumber":"\(number)","Data":\(data("bad\n\(good)\nworse"))},
      {"SequenceNumber":"7","Data":"*"},{"Data":\(data("[1]"))}]}
      {"Records":[{"kinesis":{"sequenceNumber":"8","data":\(data(good))}},{"kinesis":{"sequenceNumber":"9","data":\(data("x"))}}]}
      {"records":[{"recordId":"r","data":\(data("y")),"kinesisRecordMetadata":{"sequenceNumber":"10"}}]}
      {"Records":[{"eventName":"INSERT","dynamodb":{"SequenceNumber":"11"}}]}
      [{"sequenceNumber":"12","data":\(data("{"))},{"sequenceNumber":"13","data":\(data("{\"id\":\"\(String(repeating: "z", count: 500))\"}"))}]

      """
    // However small the blocks are, and wherever an earlier run stopped.
    for byteCount in [1, 64, 10_000] {
      let lake = TestLake()
      let input = lake.write(text, to: "in/a")
      let summary = lake.deliver([input]) { settings in
        settings.envelope = .kinesis
        settings.format = .ndjson
        settings.blockByteCount = byteCount
        settings.decoding.recordByteCountMax = 300
      }
      #expect(summary.isComplete && summary.deliveredRowCount == 3)
      let documents = try RejectedDocuments.read(
        folder: lake.rejects,
        errorType: nil,
        limit: 100
      )
      #expect(
        Set(documents.compactMap { $0.document["sequenceNumber"]?.stringValue })
          == [number, "7", "5", "9", "10", "12", "13"]
      )
      #expect(
        documents.count { $0.document["sequenceNumber"]?.stringValue == number } == 2
      )
    }
  }

  @Test func `the format of payloads is told by what they are`() throws {
    let record = """
      {"eventID":"1","eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"7"}},"NewImage":{"id":{"N":"7"}}}}
      """
    let lake = TestLake()
    let input = lake.write(WrappedInputTests.dump([record, record]), to: "in/a")
    #expect(lake.deliver([input]) { $0.envelope = .kinesis }.isComplete)
    #expect(try lake.ids() == [7, 7])
  }

  /// Delivers the 800 test records of an input, dies in the middle, and goes on.
  private func goOn(_ lake: TestLake, _ input: String, _ envelope: InputEnvelope) throws {
    let count = ExactlyOnceTests.Counter()
    let dead = lake.deliver([input]) { settings in
      settings.envelope = envelope
      settings.reach = { (_) throws(LakeWriterError) in
        if count.next() > 12 { throw ExactlyOnceTests.died }
      }
    }
    #expect(dead.failure == ExactlyOnceTests.died)
    #expect(lake.deliver([]) { $0.resumes = true }.isComplete)
    #expect(try lake.ids() == TestRecords.sound(0..<800))
    #expect(try lake.rejectedTexts() == TestRecords.broken(0..<800))
  }

  @Test func `a wrapped input that was interrupted is gone on with as such`() throws {
    let lake = TestLake()
    let text = WrappedInputTests.dump((0..<800).map { TestRecords.line($0) })
    let input = lake.write(text, to: "in/a")
    try goOn(lake, input, .kinesis)
  }

  @Test func `an array is one rejected record, or its elements when asked`() throws {
    let text = "[{\"id\":1},\n{\"id\":2}]\n"
    let lake = TestLake()
    let asked = lake.deliver([lake.write(text, to: "in/a")]) { $0.envelope = .documents }
    #expect(asked.isComplete && asked.rejectedCount == 0)
    #expect(try lake.ids() == [1, 2])
    let other = TestLake()
    let line = "[{\"id\":1},{\"id\":2}]"
    let plain = other.deliver([other.write(line + "\n{\"id\":3}\n", to: "in/a")])
    #expect(plain.rejectedCount == 1)
    #expect(try other.ids() == [3])
    #expect(try other.rejectedTexts() == [line])
  }

  @Test func `a batch over Firehose's limit is kept as a whole, a broken record of one alone`()
    throws
  {
    let lake = TestLake()
    let sound = WrappedInputTests.dump(["{\"id\":1}", "{\"id\":2}", "{\"id\":3", "{\"id\":4}"])
    let batch = sound.replacing("{\"Records\"", with: "{\"DeliveryStreamName\":\"s\",\"Records\"")
      .replacing("\n", with: "").replacing(",\"MillisBehindLatest\":0", with: "")
    let broken = batch.replacing("{\"Data\":\"\(encoded("{\"id\":2}"))\"", with: "{\"Data\":\"%\"")
    let large = WrappedInputTests.dump((0..<501).map { "{\"id\":\($0)}" })
      .replacing("{\"Records\"", with: "{\"DeliveryStreamName\":\"s\",\"Records\"")
      .replacing("\n", with: "")
    let input = lake.write(batch + "\n" + large + "\n" + broken + "\n", to: "in/a")
    let summary = lake.deliver([input]) { $0.envelope = .kinesis }
    #expect(summary.isComplete)
    #expect(try lake.ids() == [1, 1, 2, 4, 4])
    #expect(summary.recordCount == 9 && summary.rejectedCount == 4)
    #expect(
      try lake.rejectedTexts()
        == ["{\"Data\":\"%\",\"PartitionKey\":\"k\"}", large, "{\"id\":3", "{\"id\":3"]
    )
    let documents = try RejectedDocuments.read(folder: lake.rejects, errorType: nil, limit: 9)
      .map(\.document)
    #expect(
      documents.compactMap { $0["source"]?["record"]?.integerValue }.sorted() == [3, 5, 7, 8]
    )
    #expect(
      documents.map { $0["lastErrorMessage"]?.stringValue ?? "" }.filter { $0.hasPrefix("record") }
        == ["record 2 of 4: its data are no base64"]
    )
    #expect(
      documents.filter { $0["lastErrorCode"] == "InvalidArgumentException" }.count == 1
    )
    // Neither envelopes nor what was in them become rows of something else.
    #expect(RejectReplay(lake.settings(), errorType: nil).run { _ in }.recordCount == 2)
    #expect(try lake.ids() == [1, 1, 2, 4, 4])
    #expect(try lake.rejectedTexts().count == 4)
  }

  private func encoded(_ text: String) -> String {
    var data: [UInt8] = []
    Base64.append(Array(text.utf8), to: &data)
    return String(decoding: data, as: UTF8.self)
  }

  @Test func `a stream whose records were taken apart goes on in the middle of them`() throws {
    let lake = TestLake()
    let text = (0..<800).map { TestRecords.line($0) + ($0 % 5 == 4 ? "\n" : "####") }.joined()
    let input = lake.write(text, to: "in/a")
    try goOn(lake, input, InputEnvelope(.lines, subRecords: .delimited(Array("####".utf8))))
  }

  @Test func `a replay takes all documents of a record that had too many`() throws {
    let lake = TestLake()
    let input = lake.write((0..<501).map { "{\"id\":\($0)}" }.joined() + "\n", to: "in/a")
    let summary = lake.deliver([input]) { $0.envelope = InputEnvelope(.lines, subRecords: .json) }
    #expect(summary.isComplete && summary.rejectedCount == 1)
    #expect(try lake.ids() == [])
    #expect(RejectReplay(lake.settings(), errorType: nil).run { _ in }.deliveredRowCount == 501)
    #expect(try lake.ids() == Array(0..<501))
    #expect(try lake.rejectedTexts() == [])
  }
}
