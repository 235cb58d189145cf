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

  @Test func `the format of payloads is told by what they are`() throws {
    let record = """
      {"eventID":"1","eventName":"INSERT","dynamodb":{"Keys":{"id":{"N":"7"}},"NewImage":{"id":{"N":"7"}}}}
      """
    let lake = TestLake()
    let input = lake.write(WrappedInputTests.dump([record, record]), to: "in/a")
    #expect(lake.deliver([input]) { $0.envelope = .kinesis }.isComplete)
    #expect(try lake.ids() == [7, 7])
  }

  @Test func `a wrapped input that was interrupted is gone on with as such`() throws {
    let lake = TestLake()
    let text = WrappedInputTests.dump((0..<800).map { TestRecords.line($0) })
    let input = lake.write(text, to: "in/a")
    let count = ExactlyOnceTests.Counter()
    let dead = lake.deliver([input]) { settings in
      settings.envelope = .kinesis
      settings.reach = { (_) throws(LakeWriterError) in
        if count.next() > 12 { throw ExactlyOnceTests.died }
      }
    }
    #expect(dead.failure == ExactlyOnceTests.died)
    #expect(lake.deliver([]) { $0.resumes = true }.isComplete)
    #expect(try lake.ids() == TestRecords.sound(0..<800))
    #expect(try lake.rejectedTexts() == TestRecords.broken(0..<800))
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
}
