import ArgumentParser
import LakeWriter
import RowFormat
import TestSupport
import Testing

@testable import lake

@Suite struct DeliveryOptionsTests {
  private static func settings(_ options: [String]) throws -> DeliverySettings {
    let command = try IngestCommand.parse(["--table", "t.orders", "--lake", "/tmp/none"] + options)
    let target = try command.destination.resolve(lake: "/tmp/none")
    return try command.delivery.settings(target, global: command.global)
  }

  private static func message(_ options: [String]) -> String {
    do {
      _ = try settings(options)
      return ""
    } catch {
      return (error as? Failure)?.text() ?? IngestCommand.message(for: error)
    }
  }

  /// Firehose's limits (API reference: `BufferingHints`, `DeliveryStreamName`, `FileExtension`).
  @Test(arguments: [
    (["--buffer-size", "1"], true), (["--buffer-size", "128"], true),
    (["--buffer-size", "0"], false), (["--buffer-size", "129"], false),
    (["--buffer-interval", "0"], true), (["--buffer-interval", "900"], true),
    (["--buffer-interval", "901"], false), (["--max-partitions", "5000"], true),
    (["--max-partitions", "5001"], false), (["--stream", "a-Z_0.9"], true),
    (["--stream", "a/b"], false), (["--stream", ""], false),
    (["--stream", String(repeating: "s", count: 64)], true),
    (["--stream", String(repeating: "s", count: 65)], false),
    (["--file-extension", ".pq!-_.*'()"], true), (["--file-extension", ""], true),
    (["--file-extension", "pq"], false), (["--file-extension", ".PQ"], false),
    (["--file-extension", "." + String(repeating: "x", count: 128)], false),
    (["--schema-version", "latest"], true), (["--schema-version", "3"], true),
    (["--schema-version", "0"], false), (["--schema-version", "newest"], false),
    (["--dedup", "id,line.n", "--dedup-window", "15m"], true), (["--dedup", "id,,x"], false),
    (["--dedup-window", "15m"], false), (["--dedup", "id", "--dedup-window", "soon"], false),
    (["--shards", "4", "--shard-key", "id"], true), (["--shards", "4"], false),
    (["--shards", "0", "--shard-key", "id"], false), (["--removals", "drop"], true),
    (["--removals", "apply"], true), (["--removals", "forget"], false),
    (["--retry-duration", "0"], true), (["--retry-duration", "7200"], true),
    (["--retry-duration", "7201"], false), (["--retry-duration", "-1"], false),
    (["--numbers", "exact"], true), (["--numbers", "rough"], false),
    (["--json-mapping", "ts=timestamp,id=Id"], true), (["--json-mapping", "q=a=b"], true),
    (["--json-mapping", "ts"], false), (["--json-mapping", "a=b,a=c"], false),
    (["--deaggregate", "json"], true), (["--deaggregate", "xml"], false),
    (["--deaggregate", "delimited"], false), (["--delimiter", "#"], false),
    (["--deaggregate", "json", "--delimiter", "#"], false),
    (["--deaggregate", "delimited", "--delimiter", "####"], true),
    (["--deaggregate", "delimited", "--delimiter", ""], false),
    (["--deaggregate", "delimited", "--delimiter", "base64:IyMjIw=="], true),
    (["--deaggregate", "delimited", "--delimiter", "base64:####"], false),
    (["--deaggregate", "delimited", "--delimiter", "a\nb"], false),
    (["--deaggregate", "delimited", "--delimiter", "a\nb", "--format", "kinesis"], true),
    (["--deaggregate", "json", "--format", "csv"], false),
    (["--deaggregate", "json", "--json-arrays"], false),
  ])
  func `options have Firehose's limits, and need each other`(options: [String], isValid: Bool) {
    #expect((DeliveryOptionsTests.message(options) == "") == isValid, "\(options)")
  }

  @Test func `a delimiter is text, or base64 as in Firehose's settings`() throws {
    for text in ["####", "base64:IyMjIw=="] {
      let settings = try DeliveryOptionsTests.settings([
        "--deaggregate", "delimited", "--delimiter", text,
      ])
      #expect(
        settings.envelope == InputEnvelope(.lines, subRecords: .delimited(Array("####".utf8)))
      )
    }
    let kinesis = try DeliveryOptionsTests.settings([
      "--format", "kinesis", "--deaggregate", "json",
    ])
    #expect(kinesis.envelope == InputEnvelope(.kinesis, subRecords: .json))
  }

  @Test func `a prefix with expressions needs an error prefix`() {
    let words = DeliveryOptionsTests.message(["--prefix", "!{timestamp:yyyy}/"])
    #expect(words.contains("--prefix: with expressions --error-prefix must be given, too"))
    #expect(DeliveryOptionsTests.message(["--prefix", "plain/"]) == "")
  }

  @Test func `a projection that nothing can come of is refused before records are read`() {
    #expect(DeliveryOptionsTests.message(["--select", "id +"]).contains("mismatched input"))
    #expect(
      DeliveryOptionsTests.message(["--select", "count(*)"]).contains("one record at a time")
    )
    #expect(DeliveryOptionsTests.message(["--select", "id, price * 2 AS twice"]) == "")
  }

  @Test func `what changes rows or their place is another configuration`() throws {
    let plain = try DeliveryOptionsTests.settings([])
    #expect(plain.configuration == (try DeliveryOptionsTests.settings(["--resume"])).configuration)
    for options in [
      ["--time-field", "at"], ["--partition-by", "day"], ["--select", "id"],
      ["--numbers", "exact"], ["--json-mapping", "a=b"], ["--removals", "drop"],
      ["--deaggregate", "json"],
    ] {
      #expect(plain.configuration != (try DeliveryOptionsTests.settings(options)).configuration)
    }
  }

  @Test(arguments: [
    ("90", 90), ("90s", 90), ("15m", 900), ("1h", 3600), ("7d", 604_800), ("0", nil), ("-1s", nil),
    ("1.5h", nil), ("h", nil), ("99999999999d", nil),
  ])
  func `lengths of time have a unit or are seconds`(text: String, seconds: Int?) {
    #expect(TimeSpan(argument: text)?.seconds == seconds)
  }
}
