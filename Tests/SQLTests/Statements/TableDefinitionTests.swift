import ColumnFormat
import TestSupport
import Testing

@testable import SQL

@Suite struct TableDefinitionTests {
  private let folder = TemporaryDirectory()

  private func engine() -> QueryEngine {
    var options = QueryOptions()
    options.lakeFolder = folder("lake")
    options.s3Root = folder("s3")
    return QueryEngine(options)
  }

  /// The first column of a statement's rows.
  private func lines(_ sql: String) throws -> [String] {
    var lines: [String] = []
    _ = try engine().run(
      sql,
      begin: { _ in },
      receive: { batch in
        for row in 0..<batch.rowCount {
          if case .bytes(let bytes) = batch.columns[0].scalar(at: row) {
            lines.append(String(decoding: bytes, as: UTF8.self))
          }
        }
      }
    )
    return lines
  }

  @Test(arguments: [
    "CREATE EXTERNAL TABLE t (a int) LOCATION 's3://b/t/'",
    """
    CREATE EXTERNAL TABLE t (`a b` varchar(3) COMMENT 'it\\'s', s struct<`x y`:int,z:array<string>>)
    COMMENT "say \\"hi\\"" PARTITIONED BY (d date COMMENT 'day', `e` string) CLUSTERED BY (`a b`) INTO 3 BUCKETS
    ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001' ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY '\\u0002'
    LINES TERMINATED BY '\\n' NULL DEFINED AS '' LOCATION '/data/x' TBLPROPERTIES ('k'='back\\\\slash', 'tab'='\\t')
    """,
    """
    CREATE EXTERNAL TABLE t (a string, b string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
    WITH SERDEPROPERTIES ('input.regex' = '\\"([^\\"]*)\\" \\\\[(.*?)\\\\]') LOCATION 's3://b/t'
    """,
    "CREATE EXTERNAL TABLE t (a decimal(10,2)) STORED AS PARQUET LOCATION 's3://b/t/' TBLPROPERTIES ('a'='1')",
    """
    CREATE EXTERNAL TABLE t (a string) ROW FORMAT SERDE 'com.amazon.emr.hive.serde.CloudTrailSerde'
    STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
    OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' LOCATION 's3://b/t/'
    """,
  ])
  func `SHOW CREATE TABLE makes the same table again`(statement: String) throws {
    _ = try lines(statement)
    let script = try lines("SHOW CREATE TABLE t")
    let description = try lines("DESCRIBE FORMATTED t")
    _ = try lines("DROP TABLE t")
    _ = try lines(script.joined(separator: "\n"))
    #expect(try lines("SHOW CREATE TABLE t") == script)
    #expect(try lines("DESCRIBE FORMATTED t") == description)
  }

  @Test func `a projected table reads only the folders that the query asks for`() throws {
    for hour in 0..<10 {
      folder.write("{\"n\":\(hour)}\n", to: "s3/b/2026/11/23/0\(hour)/a.json")
    }
    _ = try lines(
      """
      CREATE EXTERNAL TABLE f (n int) PARTITIONED BY (datehour string)
      ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/'
      TBLPROPERTIES ('projection.enabled'='true', 'projection.datehour.type'='date',
      'projection.datehour.range'='2021/01/01/00,NOW', 'projection.datehour.format'='yyyy/MM/dd/HH',
      'projection.datehour.interval'='1', 'projection.datehour.interval.unit'='HOURS',
      'storage.location.template'='s3://b/${datehour}/')
      """
    )
    let statistics = try engine().run(
      "SELECT sum(n) FROM f WHERE datehour >= '2026/11/23/03' AND datehour < '2026/11/23/06'",
      begin: { _ in },
      receive: { _ in }
    )
    #expect(statistics.fileCountRead == 3)
    // The bounds of a comparison are computed, not searched for.
    #expect(statistics.partitionCountTotal <= 4)
  }
}
