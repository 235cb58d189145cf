import ColumnFormat
import TestSupport
import Testing

@testable import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// Queries that need far more memory than they may take give the rows that they give with plenty.
@Suite struct SpillingTests {
  /// A query whose operator has to put rows into the temporary file.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var sql: String
    /// Less than the query holds with plenty.
    var memory: Int
    var testDescription: String { name }

    init(_ name: String, _ sql: String, memory: Int = SpillingTests.memory) {
      self.name = name
      self.sql = sql
      self.memory = memory
    }
  }

  private static let rowCount = 13_000
  private static let memory = 1 << 20

  /// Some rows of all kinds: many and few keys, one key with most rows, nulls, texts, decimals.
  private static let files = Result { try makeFiles() }

  private static func makeFiles() throws -> FileQueries {
    let files = FileQueries()
    func values(_ value: (Int64) -> Scalar) -> [Scalar] { (0..<Int64(rowCount)).map(value) }
    try files.write(
      "t.parquet",
      [
        (Field("id", .int64), values { .int($0) }),
        (
          Field("k", .int64),
          values { $0 % 11 == 3 ? .null : .int(($0 * 7919) % 6_007) }
        ),
        (Field("few", .int64), values { .int($0 % 7) }),
        (Field("same", .int64), values { .int($0 % 100 == 0 ? $0 : 5) }),
        (
          Field("s", .string),
          values { $0 % 13 == 0 ? .null : .text("a text that is not short \(($0 * 31) % 3001)") }
        ),
        (
          Field("d", .decimal(precision: 38, scale: 4)),
          values {
            $0 % 17 == 0 ? .null : .int128(Int128($0) * 1_000_000_000_000_000_000_003)
          }
        ),
      ],
      groupRowCount: 2_600
    )
    return files
  }

  private static let cases = [
    Case("a sort by number and text", "SELECT id, s, d FROM t ORDER BY k DESC, s, id"),
    Case("a sort of rows that are in order", "SELECT id, s FROM t ORDER BY id"),
    Case("a sort of rows in reverse", "SELECT id, s FROM t ORDER BY id DESC"),
    Case(
      "a sort of nested values",
      "SELECT id, ARRAY[k, NULL] a, CAST(ROW(s, d) AS row(x varchar, y decimal(38,4))) r, "
        + "MAP(ARRAY['k'], ARRAY[s]) m FROM t ORDER BY few, id"
    ),
    Case(
      "many groups with sums, texts and decimals",
      "SELECT k, count(*), sum(d), min(s), max(d), avg(id) FROM t GROUP BY k"
    ),
    Case("groups by text", "SELECT s, count(*), sum(id) FROM t GROUP BY s"),
    Case("groups by decimals", "SELECT d, count(*) FROM t GROUP BY d"),
    Case(
      "groups by arrays and rows",
      "SELECT a, r, count(*) FROM (SELECT ARRAY[k, few] a, "
        + "CAST(ROW(s, few) AS row(x varchar, y bigint)) r FROM t) GROUP BY a, r"
    ),
    Case("distinct rows", "SELECT DISTINCT k, s FROM t"),
    Case(
      "grouping sets",
      "SELECT k, s, grouping(k, s), count(*), sum(d) FROM t GROUP BY GROUPING SETS ((k), (s), ())",
      memory: 3 << 19
    ),
    Case(
      "ordered aggregates of many groups",
      "SELECT k, array_agg(s ORDER BY id DESC), count(*) FROM t GROUP BY k"
    ),
    Case(
      "filtered aggregates of many groups",
      "SELECT k, count(*) FILTER (WHERE few = 1), sum(id) FILTER (WHERE s IS NULL) FROM t GROUP BY k"
    ),
    Case(
      "distinct aggregates of few groups",
      "SELECT few, count(DISTINCT s), sum(DISTINCT k) FROM t GROUP BY few",
      memory: 2 << 20
    ),
    Case(
      "distinct aggregates of all rows",
      "SELECT count(DISTINCT k), count(DISTINCT s), sum(id) FROM t"
    ),
    Case(
      "an inner join",
      "SELECT a.id, b.id, a.s, b.d FROM t a JOIN t b ON a.id = b.k AND a.few < b.few"
    ),
    Case(
      "a left join by text",
      "SELECT a.id, b.id, b.s FROM t a LEFT JOIN (SELECT * FROM t WHERE few < 3) b "
        + "ON a.s = b.s AND a.k = b.k"
    ),
    Case(
      "a right join",
      "SELECT a.id, b.id, b.s FROM (SELECT * FROM t WHERE few = 2) a RIGHT JOIN t b ON a.id = b.k"
    ),
    Case(
      "a full join",
      "SELECT a.id, b.id, a.s, b.s FROM (SELECT * FROM t WHERE few > 2) a "
        + "FULL JOIN (SELECT * FROM t WHERE few < 5) b ON a.k = b.id"
    ),
    Case(
      "a join of nested keys",
      "SELECT a.id, b.id, b.s FROM (SELECT id, ARRAY[k] x FROM t) a "
        + "JOIN (SELECT id, s, ARRAY[id] x FROM t) b ON a.x = b.x"
    ),
    Case("a semi join", "SELECT id, s FROM t WHERE k IN (SELECT id FROM t WHERE few < 4)"),
    Case(
      "an anti join",
      "SELECT id, s FROM t a WHERE NOT EXISTS (SELECT 1 FROM t b WHERE b.id = a.k AND b.s < a.s)"
    ),
    Case(
      "NOT IN without nulls",
      "SELECT id, k FROM t WHERE k NOT IN (SELECT id FROM t WHERE few < 4)"
    ),
    Case("NOT IN with nulls", "SELECT id, k FROM t WHERE k NOT IN (SELECT k FROM t WHERE id > 5)"),
    Case(
      "a mark join",
      "SELECT id, k IN (SELECT id FROM t WHERE few < 4), s FROM t"
    ),
    Case(
      "a mark join with nulls",
      "SELECT id, id IN (SELECT k FROM t), s FROM t"
    ),
    Case(
      "scalar subqueries",
      "SELECT a.id, (SELECT b.s FROM t b WHERE b.id = a.k) FROM t a"
    ),
    Case(
      "a full join of one key with most rows",
      "SELECT a.id, count(b.id), count(*) FROM (SELECT * FROM t WHERE id < 200) a "
        + "FULL JOIN t b ON a.same = b.same AND b.few = a.few GROUP BY a.id"
    ),
    Case(
      "windows over many partitions",
      "SELECT id, k, row_number() OVER (PARTITION BY k ORDER BY id), "
        + "sum(d) OVER (PARTITION BY k ORDER BY id), lag(s) OVER (PARTITION BY k ORDER BY id) FROM t"
    ),
    Case(
      "windows over texts",
      "SELECT id, rank() OVER (PARTITION BY s ORDER BY few, id) FROM t"
    ),
    Case(
      "the first row of many partitions",
      "SELECT k, id, s, d FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY id DESC) n "
        + "FROM t) WHERE n = 1"
    ),
    Case(
      "the first ranks of many partitions",
      "SELECT s, id, n FROM (SELECT *, rank() OVER (PARTITION BY s ORDER BY few) n FROM t) "
        + "WHERE n <= 2"
    ),
    Case("a sort cut after many rows", "SELECT id, s, d FROM t ORDER BY s, id DESC LIMIT 9700"),
    Case(
      "a sort of which the middle is wanted",
      "SELECT id, k, s FROM t ORDER BY k DESC, id OFFSET 2900 LIMIT 6500"
    ),
    Case(
      "distinct values of many groups",
      "SELECT k, count(DISTINCT s) FROM t GROUP BY k"
    ),
    Case(
      "sorted distinct values of many groups",
      "SELECT k, array_agg(DISTINCT s ORDER BY s DESC) FROM t GROUP BY k",
      memory: 2 << 20
    ),
    Case(
      "filtered distinct values of many groups",
      "SELECT s, count(DISTINCT k) FILTER (WHERE few < 4) FROM t GROUP BY s"
    ),
    Case(
      "distinct values of many groups beside other aggregates",
      "SELECT k, count(DISTINCT s), sum(d), max(s), count(*) FROM t GROUP BY k",
      memory: 2 << 20
    ),
    Case(
      "several kinds of distinct values of many groups",
      "SELECT s, count(DISTINCT k), sum(DISTINCT id), array_agg(DISTINCT few ORDER BY few), min(d) "
        + "FROM t GROUP BY s",
      memory: 5 << 19
    ),
    Case(
      "distinct values of grouping sets",
      "SELECT k, s, grouping(k, s), count(DISTINCT id), count(DISTINCT few), sum(id) FROM t "
        + "GROUP BY GROUPING SETS ((k), (s), ())",
      memory: 4 << 20
    ),
    Case(
      "distinct values of one group with most rows and many small ones",
      "SELECT same, count(DISTINCT id), count(DISTINCT s), sum(few) FROM t GROUP BY same",
      memory: 2 << 20
    ),
    Case(
      "a left join without equal keys",
      "SELECT a.id, b.id, b.s, b.d FROM (SELECT id, k FROM t WHERE id < 6) a "
        + "LEFT JOIN t b ON a.k + b.id < 300"
    ),
    Case(
      "rows without any that are less",
      "SELECT id, s FROM (SELECT * FROM t WHERE id < 9) a WHERE NOT EXISTS "
        + "(SELECT 1 FROM t b WHERE b.k < a.k - 2700 AND b.s > a.s AND b.d < a.d)"
    ),
    Case(
      "numbers and ranks of all rows",
      "SELECT id, k, rank() OVER w, dense_rank() OVER w, percent_rank() OVER w, "
        + "cume_dist() OVER w, row_number() OVER v, ntile(7) OVER v FROM t "
        + "WINDOW w AS (ORDER BY few, k), v AS (ORDER BY few DESC, id)"
    ),
    Case(
      "running values of all rows",
      "SELECT id, sum(d) OVER (ORDER BY few DESC), count(s) OVER (ORDER BY few DESC), "
        + "max(s) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING), avg(id) OVER (ORDER BY id DESC) FROM t"
    ),
    Case(
      "values of all rows and of those around each",
      "SELECT id, s, count(*) OVER (), sum(id) OVER (), max(s) OVER (), lag(s) OVER (ORDER BY id), "
        + "lead(d) OVER (ORDER BY id), sum(few) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND "
        + "2 FOLLOWING), min(id) OVER (ORDER BY k, id ROWS BETWEEN 9 PRECEDING AND 4 PRECEDING), "
        + "sum(id) OVER (ORDER BY k RANGE BETWEEN CURRENT ROW AND CURRENT ROW) FROM t"
    ),
    Case(
      "windows over one partition with most rows",
      "SELECT id, row_number() OVER w, sum(d) OVER w, lag(id) OVER w, count(*) OVER (PARTITION BY same) "
        + "FROM t WINDOW w AS (PARTITION BY same ORDER BY id)"
    ),
    Case(
      "values some rows away from each of all rows",
      "SELECT id, lag(s, 40) OVER (ORDER BY id), lead(d, few, d) OVER (ORDER BY id), "
        + "lag(k) IGNORE NULLS OVER (ORDER BY id), lag(s, 3, 'none') IGNORE NULLS OVER (ORDER BY id) "
        + "FROM t"
    ),
    Case(
      "the values of other rows in frames from the first row on",
      "SELECT id, first_value(s) OVER w, last_value(s) OVER w, first_value(s) IGNORE NULLS OVER w, "
        + "last_value(k) IGNORE NULLS OVER w, nth_value(id, 7) OVER w, nth_value(k, few + 1) "
        + "IGNORE NULLS OVER w, last_value(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING "
        + "AND 2 PRECEDING) FROM t WINDOW w AS (ORDER BY id)"
    ),
    Case(
      "the first and last values of all rows",
      "SELECT id, first_value(s) OVER w, last_value(s) OVER w, last_value(k) IGNORE NULLS OVER w "
        + "FROM t WINDOW w AS (ORDER BY s, id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
    ),
    Case(
      "values from each row to the last",
      "SELECT id, sum(d) OVER w, max(s) OVER w, first_value(s) OVER w, last_value(id) OVER w, "
        + "lead(k) IGNORE NULLS OVER w, lead(s, 2) OVER w FROM t "
        + "WINDOW w AS (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"
    ),
    Case(
      "values of rows within a distance",
      "SELECT id, sum(d) OVER (ORDER BY id RANGE BETWEEN 30 PRECEDING AND 20 FOLLOWING), "
        + "min(s) OVER (ORDER BY k RANGE BETWEEN 3 PRECEDING AND 1 PRECEDING), "
        + "count(*) OVER (ORDER BY id RANGE BETWEEN few PRECEDING AND CURRENT ROW), "
        + "first_value(id) OVER (ORDER BY k DESC, id GROUPS BETWEEN 3 PRECEDING AND 2 FOLLOWING), "
        + "max(id) OVER (ORDER BY same, s GROUPS BETWEEN 1 FOLLOWING AND 4 FOLLOWING) FROM t"
    ),
    Case(
      "running aggregates to some rows before and after each",
      "SELECT id, sum(d) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 5 PRECEDING), "
        + "count(s) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND few FOLLOWING), "
        + "max_by(s, id % 100) OVER (ORDER BY id), approx_distinct(few) OVER (ORDER BY id), "
        + "min(k) OVER (ORDER BY id RANGE BETWEEN UNBOUNDED PRECEDING AND 9 FOLLOWING) FROM t"
    ),
    Case(
      "ranks of all rows up to a limit",
      "SELECT id, s, d, n FROM (SELECT *, rank() OVER (ORDER BY few) n FROM t) WHERE n <= 40"
    ),
    Case("set operations", "SELECT k, s FROM t EXCEPT SELECT id, s FROM t WHERE few < 3"),
    Case(
      "a query within a query that is used twice",
      "WITH g AS (SELECT k, s, count(*) n FROM t GROUP BY k, s) "
        + "SELECT a.k, a.s, b.n FROM g a JOIN g b ON a.k = b.k AND a.s = b.s"
    ),
  ]

  private static func names(_ folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { names.append(String(cString: $0)) }
      }
    }
    return names.sorted()
  }

  private struct Answer {
    var rows: [String]
    var statistics: QueryStatistics
  }

  private static func answer(_ files: FileQueries, _ sql: String, memory: Int, threads: Int)
    throws -> Answer
  {
    var options = QueryOptions()
    options.dataFolder = files.folder.path
    options.threads = threads
    options.memoryByteCount = memory
    options.temporaryFolder = files.folder.path
    var rows: [String] = []
    let statistics = try QueryEngine(options).run(
      sql,
      begin: { _ in },
      receive: { batch in
        for row in 0..<batch.rowCount {
          rows.append(batch.columns.map { text($0.scalar(at: row)) }.joined(separator: "|"))
        }
      }
    )
    return Answer(rows: rows, statistics: statistics)
  }

  private static func text(_ value: Scalar) -> String {
    // What a description by reflection would say, at a fraction of its time for the frequent kinds.
    switch value {
    case .null: "null"
    case .int(let number): String(number)
    case .int128(let number): String(number)
    case .double(let number): number.description
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    default: "\(value)"
    }
  }

  @Test(arguments: cases)
  func `a query that is short of memory gives the rows that it gives with plenty`(test: Case)
    throws
  {
    let files = try SpillingTests.files.get()
    let plenty = try SpillingTests.answer(files, test.sql, memory: 1 << 32, threads: 2)
    #expect(plenty.statistics.spilledByteCount == 0)
    for threads in [1, 2] {
      let few = try SpillingTests.answer(files, test.sql, memory: test.memory, threads: threads)
      #expect(few.statistics.spilledByteCount > 0)
      #expect(few.statistics.peakMemoryByteCount <= test.memory)
      let isOrdered = test.name.hasPrefix("a sort")
      let isSame =
        isOrdered ? few.rows == plenty.rows : few.rows.sorted() == plenty.rows.sorted()
      #expect(isSame, "\(few.rows.count) rows for \(plenty.rows.count)")
    }
  }

  @Test func `temporary files have no name while a query runs and leave nothing`() throws {
    let files = try SpillingTests.files.get()
    let before = SpillingTests.names(files.folder.path)
    var during: [String] = []
    var options = QueryOptions()
    options.dataFolder = files.folder.path
    options.memoryByteCount = SpillingTests.memory
    options.temporaryFolder = files.folder.path
    let statistics = try QueryEngine(options).run(
      "SELECT id, s FROM t ORDER BY s, id",
      begin: { _ in },
      receive: { _ in during = SpillingTests.names(files.folder.path) }
    )
    #expect(statistics.spilledByteCount > 0)
    #expect(during == before)
    #expect(SpillingTests.names(files.folder.path) == before)
  }

  @Test func `a folder that cannot take temporary files is named`() throws {
    let files = try SpillingTests.files.get()
    var options = QueryOptions()
    options.dataFolder = files.folder.path
    options.memoryByteCount = SpillingTests.memory
    options.temporaryFolder = files.folder.path + "/missing"
    let error = #expect(throws: SQLError.self) {
      try QueryEngine(options).run(
        "SELECT id, s FROM t ORDER BY s, id",
        begin: { _ in },
        receive: { _ in }
      )
    }
    #expect(error?.code == .exceededMemory)
    #expect(error?.message.contains("\(files.folder.path)/missing") == true)
    #expect(error?.help?.contains("--temp-dir") == true)
  }

  @Test func `EXPLAIN ANALYZE says what each operator held and put into the temporary file`() throws
  {
    let files = try SpillingTests.files.get()
    let sql = "SELECT k, s, count(*) FROM t GROUP BY k, s"
    let text = try SpillingTests.answer(
      files,
      "EXPLAIN ANALYZE " + sql,
      memory: SpillingTests.memory,
      threads: 2
    )
    let line = try #require(text.rows.firstIndex { $0.contains("Aggregate by k, s") })
    #expect(text.rows[line + 1].contains("rows in 13000, out 12910"))
    #expect(text.rows[line + 2].contains("memory "))
    #expect(!text.rows[line + 2].contains("spilled 0 bytes"))
    #expect(text.rows.contains { $0.contains(" ms by the clock, ") })
    let document = try SpillingTests.answer(
      files,
      "EXPLAIN ANALYZE (FORMAT JSON) " + sql,
      memory: SpillingTests.memory,
      threads: 2
    )
    #expect(document.rows.count == 1)
    #expect(document.rows[0].contains("\"name\": \"Aggregate\", \"details\": \"by k, s\""))
    #expect(document.rows[0].contains("\"rowsIn\": 13000, \"rowsOut\": 12910"))
    #expect(!document.rows[0].hasPrefix("{\n  \"spilledBytes\": 0"))
  }
}
