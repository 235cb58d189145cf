import ObjectStore
import Testing

@testable import LakeWriter

@Suite struct PathTemplateTests {
  /// 2018-08-27T10:30:00Z.
  private let instant: Int64 = 1_535_365_800_000

  @Test(
    arguments: [
      ("", "2018/08/27/10/"),
      (
        "orders/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/",
        "orders/year=2018/month=08/day=27/hour=10/"
      ),
      ("!{timestamp:'lit-'yyyy}/", "lit-2018/"),
      ("legacy", "legacy2018/08/27/10/"),
      ("a!b{c}/", "a!b{c}/2018/08/27/10/"),
      ("!{timestamp:yyyy'}'}/", "2018}/"),
    ] as [(String, String)]
  )
  func `a prefix is evaluated as Firehose does`(template: String, path: String) throws {
    #expect(try PathTemplate(prefix: template).text(millis: instant) == path)
  }

  @Test(
    arguments: [
      ("Asia/Tokyo", 1_535_365_800_000, "2018/08/27/19/"),
      // The hour that comes twice in the night of 2018-10-28, and the one that never comes.
      ("Europe/Berlin", 1_540_684_800_000, "2018/10/28/02/"),
      ("Europe/Berlin", 1_540_688_400_000, "2018/10/28/02/"),
      ("Europe/Berlin", 1_540_692_000_000, "2018/10/28/03/"),
      ("Europe/Berlin", 1_521_939_600_000, "2018/03/25/03/"),
      ("America/St_Johns", 1_535_365_800_000, "2018/08/27/08/"),
      ("UTC", 1_535_365_800_000, "2018/08/27/10/"),
    ] as [(String, Int64, String)]
  )
  func `a zone's clock on the wall is what folders show`(
    zone: String,
    millis: Int64,
    path: String
  ) throws {
    let zone = try PrefixZone(zone)
    #expect(try PathTemplate(prefix: "").text(millis: zone.local(millis: millis)) == path)
  }

  @Test func `the prefix of Firehose's guide tells the hour of its zone`() throws {
    let template = try PathTemplate(
      prefix: "orders/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/"
        + "hour=!{timestamp:HH}/"
    )
    let tokyo = try PrefixZone("Asia/Tokyo").local(millis: instant)
    #expect(template.text(millis: tokyo) == "orders/year=2018/month=08/day=27/hour=19/")
  }

  @Test func `a zone that the system does not have is refused`() {
    for name in ["Mars/Olympus", "../etc/passwd", "", "Asia/Tokyo+1"] {
      #expect(throws: LakeWriterError.self) { try PrefixZone(name) }
    }
  }

  @Test func `rows and names of a delivery follow the zone`() throws {
    let lake = TestLake()
    let tokyo = try PrefixZone("Asia/Tokyo")
    let lines = """
      {"id":1,"at":"2018-08-27T10:30:00Z"}
      {"id":2,"at":"2018-08-27T15:30:00Z"}

      """
    let summary = lake.deliver([lake.write(lines, to: "in/a")]) { $0.zone = tokyo }
    #expect(
      summary.partitions.keys.sorted() == [
        "year=2018/month=08/day=27/hour=19/", "year=2018/month=08/day=28/hour=00/",
      ]
    )
    let files = try LocalFolder(lake.data).list("year=2018/month=08/day=28")
    // Arrival is 2023-11-14T22:13:20Z.
    #expect(files[0].path.contains("/orders-1-2023-11-15-07-13-20-"))
  }

  @Test func `each random string is a new one of eleven characters`() throws {
    let template = try PathTemplate(
      prefix: "r=!{firehose:random-string}/!{firehose:random-string}/!{timestamp:yyyy}/"
    )
    let parts = template.text(millis: instant).split(separator: "/")
    #expect(parts[0].count == 13 && parts[0].hasPrefix("r="))
    #expect(parts[1].count == 11)
    #expect(parts[0].dropFirst(2) != parts[1])
    #expect(parts[2] == "2018")
  }

  @Test(
    arguments: [
      ("!{firehose:error-output-type}/", "x/"),
      ("bad/!{firehose:error-output-type}/!{timestamp:yyyy}/", "bad/x/2018/"),
      ("bad/", "bad/x/2018/08/27/10/"),
    ] as [(String, String)]
  )
  func `an error prefix tells the types apart`(template: String, path: String) throws {
    let text = try PathTemplate(errorPrefix: template).text(millis: instant, errorType: "x")
    #expect(text == path)
  }

  @Test(
    arguments: [
      (
        "x!{oops}/", "--prefix: '!{oops}' has no namespace; write !{timestamp:yyyy}"
      ),
      (
        "!{oops:x}/",
        "--prefix: the namespace 'oops' is none of timestamp, firehose, partitionKeyFromQuery and "
          + "partitionKeyFromLambda"
      ),
      (
        "!{firehose:error-output-type}/",
        "--prefix: !{firehose:error-output-type} may only stand in the error prefix"
      ),
      (
        "!{firehose:x}/", "--prefix: 'x' is neither random-string nor error-output-type"
      ),
      (
        "!{timestamp:yyyy", "--prefix: an expression that begins with '!{' is not closed by '}'"
      ),
      (
        "!{timestamp:yyyy-ww}/",
        "--prefix: in '!{timestamp:yyyy-ww}' the pattern letter 'w' is not supported"
      ),
      (
        "!{timestamp:MMMMMM}/",
        "--prefix: in '!{timestamp:MMMMMM}' the pattern letter 'M' may stand 4 times, not 6"
      ),
      (
        "_x/!{timestamp:yyyy}/",
        "--prefix: readers pass over names that begin with '_' or '.', such as '_x'"
      ),
      (
        "a/!{partitionKeyFromQuery:}/", "--prefix: '!{partitionKeyFromQuery:}' names no key"
      ),
      (
        "../!{timestamp:yyyy}/", "--prefix: it must stay within the destination's folder"
      ),
      (
        "/a/!{timestamp:yyyy}/", "--prefix: it must stay within the destination's folder"
      ),
    ] as [(String, String)]
  )
  func `a bad prefix names its rule`(template: String, sentence: String) {
    #expect(throws: LakeWriterError(.invalidSettings(sentence), path: "")) {
      try PathTemplate(prefix: template)
    }
  }

  @Test func `a prefix of over 512 characters after evaluation is refused`() {
    #expect(
      throws: LakeWriterError(
        .invalidSettings("--prefix: it gives 515 characters, 512 are allowed"),
        path: ""
      )
    ) {
      try PathTemplate(prefix: String(repeating: "a", count: 510) + "/!{timestamp:yyyy}")
    }
  }

  @Test func `an error prefix with expressions must tell the types apart`() {
    #expect(
      throws: LakeWriterError(
        .invalidSettings(
          "--error-prefix: with expressions it must hold !{firehose:error-output-type}"
        ),
        path: ""
      )
    ) {
      try PathTemplate(errorPrefix: "!{timestamp:yyyy}/")
    }
  }

  @Test func `an error prefix has no partition keys`() {
    #expect(
      throws: LakeWriterError(
        .invalidSettings("--error-prefix: !{partitionKeyFromQuery:a} may only stand in the prefix"),
        path: ""
      )
    ) {
      try PathTemplate(errorPrefix: "!{firehose:error-output-type}/!{partitionKeyFromQuery:a}/")
    }
  }

  @Test(
    arguments: [
      ("yyyy-MM-dd HH:mm:ss", "2018-08-27 10:30:00"), ("yy M d H", "18 8 27 10"),
      ("uuuu D DDD", "2018 239 239"), ("MMM MMMM", "Aug August"), ("E EEEE", "Mon Monday"),
      ("h a k K", "10 AM 10 10"), ("SSS", "000"), ("''yyyy''", "'2018'"),
      ("'it''s' Q", "it's 3"), ("y/M", "2018/8"),
    ] as [(String, String)]
  )
  func `patterns are those of Java`(pattern: String, text: String) throws {
    #expect(try TimePattern(pattern).text(millis: instant) == text)
  }

  @Test func `hours and halves of the day at midnight and noon`() throws {
    let pattern = try TimePattern("H h K k a")
    #expect(pattern.text(millis: 0) == "0 12 0 24 AM")
    #expect(pattern.text(millis: 43_200_000) == "12 12 0 12 PM")
  }

  @Test func `records with a time go to the folder of their own, others to that of the oldest`()
    throws
  {
    let prefix = try PathTemplate(prefix: "p/!{timestamp:yyyy/MM/dd/HH}/x-")
    let lake = TestLake()
    let lines = """
      {"id":1,"at":"2018-08-27T10:59:59Z"}
      {"id":2,"at":"2018-08-27T11:00:01Z"}

      """
    let input = lake.write(lines, to: "in/a.ndjson")
    let timed = lake.deliver([input]) { $0.prefix = prefix }
    #expect(timed.partitions.keys.sorted() == ["p/2018/08/27/10/", "p/2018/08/27/11/"])
    let files = try LocalFolder(lake.data).list("p/2018/08/27/10")
    #expect(files.count == 1)
    #expect(files[0].path.hasPrefix("p/2018/08/27/10/x-orders-1-2023-11-14-22-13-20-"))
    let other = TestLake()
    let arrived = other.deliver([input]) {
      $0.prefix = prefix
      $0.timeField = nil
    }
    #expect(arrived.partitions.keys.sorted() == ["p/2023/11/14/22/"])
  }
}
