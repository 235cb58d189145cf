import ColumnFormat
import TestSupport
import Testing

@testable import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// What statements that write need, and what their files look like.
@Suite struct WrittenFilesTests {
  private let folder = TemporaryDirectory()

  /// The numbers of a query's rows, and what it took.
  private func run(
    _ sql: String,
    memory: Int = 1 << 30,
    threads: Int = 2
  ) throws -> (rows: [[Int64]], statistics: QueryStatistics) {
    var options = QueryOptions()
    options.lakeFolder = folder("lake")
    options.threads = threads
    options.memoryByteCount = memory
    var rows: [[Int64]] = []
    let statistics = try QueryEngine(options).run(
      sql,
      begin: { _ in },
      receive: { batch in
        for row in 0..<batch.rowCount {
          rows.append(
            batch.columns.compactMap {
              if case .int(let value) = $0.scalar(at: row) { value } else { nil }
            }
          )
        }
      }
    )
    return (rows, statistics)
  }

  private static let source = """
    SELECT a * 1000 + b AS id, 'a text that takes some room ' || CAST(a * 1000 + b AS varchar) AS name,
      CAST(b % 40 AS integer) AS k
    FROM UNNEST(sequence(0, 199)) x (a) CROSS JOIN UNNEST(sequence(0, 999)) y (b)
    """

  @Test(arguments: [1, 2])
  func `partitions keep to the memory, and get one file each with several row groups`(
    threads: Int
  ) throws {
    let memory = 8 << 20
    let written = try run(
      "CREATE TABLE t WITH (partitioned_by = ARRAY['k'], external_location = '\(folder("t"))') AS "
        + WrittenFilesTests.source,
      memory: memory,
      threads: threads
    )
    #expect(written.rows == [[200_000]])
    #expect(written.statistics.peakMemoryByteCount <= memory)
    let read = try run(
      "SELECT count(*), sum(id), count(DISTINCT id), count(DISTINCT \"$path\"), "
        + "count_if(name <> 'a text that takes some room ' || CAST(id AS varchar)) FROM t"
    )
    #expect(read.rows == [[200_000, 199_999 * 100_000, 200_000, 40, 0]])
    let wrong = try run("SELECT count(*) FROM t WHERE k <> id % 1000 % 40")
    #expect(wrong.rows == [[0]])
    let files = try FileSearch.folder(folder("t/k=7"))
    let file = try ParquetFile(path: try #require(files.first).path)
    #expect(file.metadata.rowGroups.count > 1)
  }

  @Test func `a root of S3 may be given relative to the current folder`() throws {
    // As many steps up as the current folder is deep, then down from the root.
    let current = try #require(getcwd(nil, 0))
    defer { free(current) }
    let depth = String(cString: current).split(separator: "/").count
    var options = QueryOptions()
    options.lakeFolder = folder("lake")
    options.s3Root = String(repeating: "../", count: depth) + folder("s3").dropFirst()
    let engine = QueryEngine(options)
    for sql in [
      "CREATE EXTERNAL TABLE t (x int) PARTITIONED BY (p string) LOCATION 's3://b/t/'",
      "ALTER TABLE t ADD PARTITION (p = 'a') LOCATION 's3://b/elsewhere/'",
      "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
    ] {
      _ = try engine.run(sql, begin: { _ in }, receive: { _ in })
    }
    var rowCount = 0
    _ = try engine.run("SELECT * FROM t", begin: { _ in }, receive: { rowCount += $0.rowCount })
    #expect(rowCount == 2)
    #expect(try FileSearch.folder(folder("s3/b/elsewhere")).count == 1)
  }

  @Test func `text keeps to the memory too`() throws {
    let memory = 8 << 20
    let written = try run(
      "CREATE TABLE t WITH (format = 'TEXTFILE', partitioned_by = ARRAY['k']) AS "
        + WrittenFilesTests.source,
      memory: memory
    )
    #expect(written.statistics.peakMemoryByteCount <= memory)
    let read = try run(
      "SELECT count(*), sum(id), count(DISTINCT id), count(DISTINCT \"$path\") FROM t"
    )
    #expect(read.rows == [[200_000, 199_999 * 100_000, 200_000, 40]])
  }

  @Test func `a table without partitions keeps to the memory`() throws {
    let memory = 8 << 20
    let written = try run("CREATE TABLE t AS " + WrittenFilesTests.source, memory: memory)
    #expect(written.statistics.peakMemoryByteCount <= memory)
    let read = try run("SELECT count(*), sum(id), count(DISTINCT id) FROM t")
    #expect(read.rows == [[200_000, 199_999 * 100_000, 200_000]])
  }

  @Test func `more files than a process may open are written`() throws {
    let written = try run(
      """
      CREATE TABLE t WITH (partitioned_by = ARRAY['k']) AS
      SELECT b AS id, CAST(b % 3000 AS integer) AS k
      FROM UNNEST(sequence(0, 99)) x (a) CROSS JOIN UNNEST(sequence(0, 2999)) y (b)
      """,
      memory: 6 << 20
    )
    #expect(written.rows == [[300_000]])
    let read = try run(
      "SELECT count(*), count(DISTINCT k), count(DISTINCT \"$path\"), count_if(id <> k) FROM t"
    )
    #expect(read.rows == [[300_000, 3000, 3000, 0]])
  }
}
