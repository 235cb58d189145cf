import ColumnFormat
import TestSupport
import Testing

@testable import SQL

/// Filters on a rank give the rows that the whole window would leave, with a few rows in memory.
@Suite struct TopNRankingTests {
  private static let rowCount = 20_000

  /// Few and many partitions, null, text and floating-point ones; orders with ties, nulls and texts.
  private static let files = Result { try makeFiles() }

  private static func makeFiles() throws -> FileQueries {
    let files = FileQueries()
    var numbers = SeededNumbers(77)
    func values(_ value: (Int64) -> Scalar) -> [Scalar] { (0..<Int64(rowCount)).map(value) }
    try files.write(
      "t.parquet",
      [
        (Field("id", .int64), values { .int($0) }),
        (
          Field("few", .int64),
          values { $0 % 19 == 0 ? .null : .int(Int64(numbers.int(5))) }
        ),
        (
          Field("many", .string), values { .text("a partition of its own \(($0 * 7919) % 5_003)") }
        ),
        (
          Field("zero", .float64),
          values { _ in .double([0, -0.0, .nan, 1.5, -.infinity][numbers.int(5)]) }
        ),
        (
          Field("o", .int64),
          values { _ in numbers.int(9) == 0 ? .null : .int(Int64(numbers.int(200))) }
        ),
        (Field("s", .string), values { _ in .text("the same beginning \(numbers.int(50))") }),
      ],
      groupRowCount: 4_000
    )
    return files
  }

  private struct Answer {
    var rows: [String] = []
    var plan = ""
    var statistics: QueryStatistics
  }

  private static func answer(
    _ files: FileQueries,
    _ sql: String,
    threads: Int = 2,
    memory: Int = 1 << 30
  ) throws -> Answer {
    var options = QueryOptions()
    options.dataFolder = files.folder.path
    options.temporaryFolder = files.folder.path
    options.threads = threads
    options.memoryByteCount = memory
    func rows(_ sql: String) throws -> ([String], QueryStatistics) {
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
      return (rows, statistics)
    }
    let (found, statistics) = try rows(sql)
    return Answer(
      rows: found.sorted(),
      plan: try rows("EXPLAIN " + sql).0.joined(separator: "\n"),
      statistics: statistics
    )
  }

  private static func text(_ value: Scalar) -> String {
    if case .bytes(let bytes) = value { return String(decoding: bytes, as: UTF8.self) }
    return "\(value)"
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var function: String
    var over: String
    var condition: String
    var testDescription: String { "\(function) OVER (\(over)) \(condition)" }
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for partition in ["few", "many", "few, zero"] {
      for condition in ["= 1", "< 4", "IN (1, 3)"] {
        let keys = "PARTITION BY \(partition) ORDER BY"
        // Numbers of equal rows are not settled, ranks are.
        cases.append(
          Case(function: "row_number()", over: "\(keys) o DESC, id", condition: condition)
        )
        cases.append(
          Case(function: "rank()", over: "\(keys) s, o NULLS FIRST", condition: condition)
        )
        cases.append(Case(function: "dense_rank()", over: "\(keys) o", condition: condition))
      }
    }
    cases.append(Case(function: "rank()", over: "ORDER BY o", condition: "<= 10"))
    cases.append(Case(function: "dense_rank()", over: "ORDER BY s, o", condition: "<= 10"))
    cases.append(Case(function: "row_number()", over: "ORDER BY s, id", condition: "<= 10"))
    return cases
  }()

  @Test(arguments: cases)
  func `a filter on a rank gives what it gives behind the whole window`(test: Case) throws {
    let files = try TopNRankingTests.files.get()
    func sql(_ rank: String) -> String {
      "SELECT id, few, many, zero, o, s, r FROM (SELECT *, \(test.function) OVER (\(test.over)) r "
        + "FROM t) WHERE \(rank) \(test.condition)"
    }
    // The sum hides the column from the rule.
    let whole = try TopNRankingTests.answer(files, sql("r + 0 * id"))
    #expect(!whole.plan.contains("TopN"))
    for threads in [1, 2] {
      let limited = try TopNRankingTests.answer(files, sql("r"), threads: threads)
      #expect(limited.plan.contains("TopN"))
      #expect(limited.rows == whole.rows)
    }
  }

  @Test func `the first rows of few partitions fit into little memory`() throws {
    let files = try TopNRankingTests.files.get()
    let sql =
      "SELECT few, id, many, s FROM (SELECT *, row_number() OVER (PARTITION BY few ORDER BY o, id) r "
      + "FROM t) WHERE r <= 3"
    let plenty = try TopNRankingTests.answer(files, sql)
    let little = try TopNRankingTests.answer(files, sql, memory: 4 << 20)
    #expect(plenty.rows == little.rows)
    #expect(plenty.rows.count == 18)
    #expect(little.statistics.spilledByteCount == 0)
    #expect(little.statistics.peakMemoryByteCount <= 4 << 20)
  }

  @Test func `rows that all rank first need not fit into memory`() throws {
    let files = try TopNRankingTests.files.get()
    let sql = "SELECT * FROM (SELECT *, rank() OVER (ORDER BY 1) r FROM t) WHERE r = 1"
    let plenty = try TopNRankingTests.answer(files, sql)
    let little = try TopNRankingTests.answer(files, sql, memory: 2 << 20)
    #expect(little.rows.count == TopNRankingTests.rowCount)
    #expect(plenty.rows == little.rows)
    #expect(little.statistics.spilledByteCount > 0)
    #expect(little.statistics.peakMemoryByteCount <= 2 << 20)
  }
}
