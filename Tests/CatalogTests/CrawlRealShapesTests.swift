import Catalog
import ColumnFormat
import RowFormat
import TestSupport
import Testing

/// Data as awkward as they are in the world, made up, but shaped as they are found.
@Suite struct CrawlRealShapesTests {
  let zoo = CrawlZoo()
  let name = TableName(database: "default", table: "t")

  /// Crawls a folder of one file and reads it with the table's columns.
  private func crawled(_ lines: [String]) throws -> (columns: [String: String], rows: Batch) {
    zoo.directory.write(lines.map { $0 + "\n" }.joined(), to: "t/a.json")
    let report = try zoo.crawl("t")
    #expect(report.tables.map(\.recordCount) == [lines.count])
    #expect(report.notes == [])
    let table = try #require(try zoo.catalog().table(name))
    let rows = try zoo.rows("t/a.json", isParquet: false, as: Schema(table.columns))
    let types = table.columns.map { ($0.name, HiveType.exactText($0.type)) }
    return (Dictionary(uniqueKeysWithValues: types), rows)
  }

  private func cell(_ rows: Batch, _ column: Int, _ row: Int) throws -> String {
    let table = try #require(try zoo.catalog().table(name))
    return CellText.text(rows.columns[column], row, table.columns[column].type)
  }

  // MARK: CloudTrail

  private static let user = """
    {"type":"AssumedRole","principalId":"AROA:i-1","arn":"arn:aws:sts::1:assumed-role/x/i-1",\
    "accountId":"000123456789","sessionContext":{"attributes":{"mfaAuthenticated":"false",\
    "creationDate":"2026-11-23T17:05:00Z"},"sessionIssuer":{"type":"Role","userName":"x"}}}
    """

  private static let events = [
    """
    {"eventVersion":"1.08","userIdentity":\(user),"eventTime":"2026-11-23T17:06:00Z",\
    "eventName":"DescribeInstances","sourceIPAddress":"10.0.0.1","requestParameters":\
    {"instancesSet":{"items":[{"instanceId":"i-1"}]},"filterSet":{}},"responseElements":null,\
    "readOnly":true,"resources":null}
    """,
    """
    {"eventVersion":"1.10","userIdentity":{"type":"AWSService","invokedBy":"s3.amazonaws.com"},\
    "eventTime":"2026-11-23T17:06:01Z","eventName":"PutBucketPolicy","sourceIPAddress":\
    "s3.amazonaws.com","requestParameters":{"bucketName":"b","bucketPolicy":{"Version":\
    "2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*"}]},"maxItems":100},\
    "responseElements":{"ok":true},"errorCode":"AccessDenied","readOnly":false,"resources":\
    [{"ARN":"arn:aws:s3:::b","accountId":"000123456789","type":"AWS::S3::Bucket"}]}
    """,
    """
    {"eventVersion":"1.08","userIdentity":{"type":"Root","accountId":"1"},"eventTime":\
    "2026-11-23T17:06:02Z","eventName":"PutRolePolicy","sourceIPAddress":"10.0.0.2",\
    "requestParameters":{"bucketPolicy":"{\\"Version\\":\\"2012\\"}","filterSet":{"items":[{"name":\
    "state","valueSet":{"items":[{"value":"on"}]}}]}},"responseElements":{"ok":true,\
    "instancesSet":{"items":[]}},"readOnly":false,"resources":[{"ARN":"a"}]}
    """,
  ]

  @Test func `CloudTrail's events become structs of all that was seen, values intact`() throws {
    let (columns, rows) = try crawled(CrawlRealShapesTests.events)
    #expect(
      columns == [
        "eventVersion": "string",
        "userIdentity": "struct<type:string,principalId:string,arn:string,accountId:string,"
          + "sessionContext:struct<attributes:struct<mfaAuthenticated:string,"
          + "creationDate:timestamp(3) with time zone>,sessionIssuer:struct<type:string,"
          + "userName:string>>,invokedBy:string>",
        "eventTime": "timestamp(3) with time zone", "eventName": "string",
        "sourceIPAddress": "string",
        // A policy is an object here and a text there.
        "requestParameters": "struct<instancesSet:struct<items:array<struct<instanceId:string>>>,"
          + "filterSet:struct<items:array<struct<name:string,valueSet:struct<items:array<"
          + "struct<value:string>>>>>>,bucketName:string,bucketPolicy:string,maxItems:bigint>",
        "responseElements": "struct<ok:boolean,instancesSet:struct<items:array<string>>>",
        "readOnly": "boolean",
        "resources": "array<struct<ARN:string,accountId:string,type:string>>",
        "errorCode": "string",
      ]
    )
    #expect(rows.rowCount == 3)
    let policies = try cell(rows, 5, 1)
    #expect(
      policies == "(null,null,b,{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
        + "\"Action\":\"s3:*\"}]},100)"
    )
    #expect(
      try cell(rows, 5, 2)
        == "(null,([(state,([(on)]))]),null,{\"Version\":\"2012\"},null)"
    )
    #expect(try cell(rows, 1, 1) == "(AWSService,null,null,null,null,s3.amazonaws.com)")
  }

  // MARK: GitHub

  /// An event whose payload has its own shape.
  private static func event(_ number: Int, _ shape: Int) -> String {
    let common = """
      "id":"\(40_000_000_000 + number)","type":"Kind\(shape)Event","actor":{"id":\(number),\
      "login":"u\(number)","gravatar_id":""},"repo":{"id":\(3_000_000_000 + number),"name":"a/b"},\
      "public":true,"created_at":"2026-11-23T17:\(10 + number % 50):00Z"
      """
    let parts = [
      "\"size\":\(shape)", "\"action\":\"opened\"",
      "\"ref\":\(shape % 2 == 0 ? "null" : "\"main\"")",
      "\"commits\":[{\"sha\":\"\(shape)\",\"author\":{\"name\":\"n\"},\"distinct\":true}]",
      "\"commits\":[]", "\"number\":\(shape % 11 == 0 ? "\"#\(shape)\"" : "\(shape)")",
    ]
    let own = "\"thing\(shape)\":{\"id\":\(shape),\"labels\":[\"x\"],\"at\":null}"
    let payload = "{\(parts[shape % parts.count]),\(own)}"
    let organization = shape % 3 == 0 ? ",\"org\":{\"id\":\(number),\"login\":\"o\"}" : ""
    return "{\(common),\"payload\":\(payload)\(organization)}"
  }

  @Test func `GitHub's events of fifty shapes are one table without loss`() throws {
    let lines = (0..<500).map { CrawlRealShapesTests.event($0, $0 % 50) }
    let (columns, rows) = try crawled(lines)
    #expect(columns.count == 8)
    #expect(columns["id"] == "string")
    #expect(columns["created_at"] == "timestamp(3) with time zone")
    #expect(columns["actor"] == "struct<id:bigint,login:string,gravatar_id:string>")
    #expect(columns["org"] == "struct<id:bigint,login:string>")
    let payload = try HiveType.parse(try #require(columns["payload"])).children
    #expect(payload.count == 5 + 50)
    let commits = payload.first { $0.name == "commits" }
    #expect(
      commits.map { HiveType.text($0.type) }
        == "array<struct<sha:string,author:struct<name:string>,distinct:boolean>>"
    )
    #expect(payload.first { $0.name == "ref" }?.type == .string)
    // Shapes 5, 11, 17, … have numbers, of which that of 11 is a text.
    #expect(payload.first { $0.name == "number" }?.type == .string)
    for shape in [0, 17, 49] {
      let thing = payload.first { $0.name == "thing\(shape)" }
      #expect(
        thing.map { HiveType.exactText($0.type) }
          == "struct<id:bigint,labels:array<string>,at:unknown>"
          || thing.map { HiveType.exactText($0.type) }
            == "struct<id:bigint,labels:array<string>,at:string>"
      )
    }
    #expect(rows.rowCount == 500)
    #expect(try cell(rows, 0, 499) == "40000000499")
  }

  @Test func `the same events in files of their own shape give the same table`() throws {
    for number in 0..<100 {
      zoo.directory.write(CrawlRealShapesTests.event(number, number % 50), to: "t/\(number).json")
    }
    let report = try zoo.crawl("t")
    #expect(report.tables.count == 1)
    let payload = try zoo.catalog().table(name)?.columns.first { $0.name == "payload" }
    #expect(payload?.type.children.count == 55)
    #expect(report.tables.first?.recordCount == 100)
  }

  // MARK: Numbers that are sometimes texts

  @Test func `numbers that are sometimes texts stay as they were written, and why is told`() throws
  {
    var lines = (0..<2000).map { "{\"id\":\($0),\"price\":\($0).50,\"code\":\($0)}" }
    lines[1500] = "{\"id\":1500,\"price\":\"n/a\",\"code\":\"0042\"}"
    lines[1600] = "{\"id\":12345678901234567890,\"price\":1e2,\"code\":-0}"
    let (columns, rows) = try crawled(lines)
    #expect(columns == ["id": "decimal(38,0)", "price": "string", "code": "string"])
    #expect(try cell(rows, 1, 7) == "7.50")
    #expect(try cell(rows, 1, 1500) == "n/a")
    #expect(try cell(rows, 2, 1500) == "0042")
    #expect(try cell(rows, 0, 1600) == "12345678901234567890")
    let changes = try zoo.catalog().versions(of: name).flatMap(\.changes)
    let price = changes.first { $0.column == "price" }?.cause
    #expect(price?.source == "a.json")
    #expect(price?.record == 1501)
    #expect(price?.note == "value \"n/a\"")
    #expect(changes.first { $0.column == "id" }?.cause?.record == 1601)
  }

  @Test func `a number column that texts join later widens once, and old files still read`() throws
  {
    zoo.directory.write("{\"n\":1.50}\n{\"n\":7}\n", to: "t/1.json")
    try zoo.crawl("t")
    #expect(try zoo.columns(name) == ["n decimal(3,2)"])
    zoo.directory.write("{\"n\":\"unknown\"}\n", to: "t/2.json")
    let report = try zoo.crawl("t")
    #expect(report.tables.first?.changes.first?.cause?.source == "2.json")
    let table = try #require(try zoo.catalog().table(name))
    let rows = try zoo.rows("t/1.json", isParquet: false, as: Schema(table.columns))
    #expect(try cell(rows, 0, 0) == "1.50")
    #expect(try cell(rows, 0, 1) == "7")
    #expect(try zoo.crawl("t").tables.map(\.version) == [2])
  }
}
