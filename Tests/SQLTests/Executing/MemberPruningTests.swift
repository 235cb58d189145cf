import ColumnFormat
import TestSupport
import Testing

@testable import SQL

/// Queries for members of rows, which are read as columns of their own.
@Suite struct MemberPruningTests {
  private let queries = FileQueries()
  private static let inner = LogicalType.row([Field("c", .int64), Field("Name", .string)])
  private static let type = LogicalType.row([
    Field("a", .int64), Field("b", .string), Field("part", inner),
  ])

  /// 4,000 rows in row groups of 1,000; every tenth row is null, and every tenth `s.part`.
  init() throws {
    let numbers = Column.fromScalars((0..<4000).map { .int(Int64($0)) })
    let inner = MemberPruningTests.rows(
      [
        Column.fromScalars((0..<4000).map { .int(Int64($0 * 2)) }),
        Column.fromScalars((0..<4000).map { .text("name \($0 % 7)") }),
      ],
      nullWhere: 4
    )
    let texts = Column.fromScalars((0..<4000).map { .text("a long text about row \($0)") })
    try queries.write(
      "t.parquet",
      Schema([Field("id", .int64), Field("s", MemberPruningTests.type)]),
      [numbers, MemberPruningTests.rows([numbers, texts, inner], nullWhere: 3)],
      groupRowCount: 1000
    )
  }

  /// A column of rows, of which those with this last digit are null.
  private static func rows(_ members: [Column], nullWhere digit: Int) -> Column {
    let count = members[0].count
    var validity = ValidityBuilder()
    for row in 0..<count { validity.append(row % 10 != digit) }
    return Column(flat: .row(members), count: count, validity: validity.finish())
  }

  private func one(_ sql: String) throws -> [Scalar] { try #require(try queries.rows(sql).first) }

  @Test func `members have the values that they have in the row`() throws {
    // What is made of the whole column does not go through the members.
    let whole = try queries.rows(
      "select id, w.a, w.part.c, w.part.name from (select id, coalesce(s, null) w from t) "
        + "order by id"
    )
    let parts = try queries.rows("select id, s.a, s.part.c, s.part.name from t order by id")
    #expect(whole == parts)
    #expect(parts.count == 4000)
    #expect(parts[3] == [.int(3), .null, .null, .null])
    #expect(parts[4] == [.int(4), .int(4), .null, .null])
  }

  @Test func `a row that is null has members that are null, and counts so in footers`() throws {
    #expect(
      try one("select count(s.a), count(s.part.c), count(*) from t")
        == [.int(3600), .int(3200), .int(4000)]
    )
    #expect(try one("select min(s.a), max(s.part.c) from t") == [.int(0), .int(7998)])
    #expect(try one("select count(*) from t where s.part is null") == [.int(800)])
    #expect(try one("select count(*) from t where s.part.c is null and s.a = 4") == [.int(1)])
  }

  @Test func `filters, joins, groups and sorts take members`() throws {
    #expect(try one("select id from t where s.part.c = 5002") == [.int(2501)])
    #expect(
      try one("select x.s.b from t x join t y on x.s.a = y.s.part.c where y.id = 11")
        == [.text("a long text about row 22")]
    )
    #expect(
      try queries.rows(
        "select s.part.name, count(*) from t where s.a < 70 group by 1 order by 2 desc, 1 limit 2"
      ).count == 2
    )
    #expect(
      try queries.rows("select s.a, s.b from t order by s.part.c desc nulls last limit 2")
        == [
          [.int(3999), .text("a long text about row 3999")],
          [.int(3998), .text("a long text about row 3998")],
        ]
    )
  }

  /// The bytes that a query reads of the file.
  private func byteCountRead(_ sql: String) throws -> Int {
    var options = QueryOptions()
    options.dataFolder = queries.folder.path
    let statistics = try QueryEngine(options).run(sql, begin: { _ in }, receive: { _ in })
    return statistics.byteCountRead
  }

  @Test func `members beside those that are asked for are not read`() throws {
    let all = try byteCountRead("select s from t")
    let some = try byteCountRead("select sum(s.a) from t")
    let few = try byteCountRead("select sum(s.a) from t where s.part.c between 5000 and 5200")
    #expect(some * 2 < all)
    #expect(few * 2 < some)
  }

  @Test func `a file without the member has nulls, one with a narrower type is widened`() throws {
    let old = LogicalType.row([Field("A", .int32)])
    let small = Column.fromScalars([.int(7), .int(0), .int(0), .int(5)], .int32)
    try queries.write(
      "u/1.parquet",
      Schema([Field("s", old)]),
      [MemberPruningTests.rows([small], nullWhere: 3)]
    )
    let inner = Column(
      flat: .row([Column.fromScalars([.int(1)]), Column.fromScalars([.text("n")])]),
      count: 1,
      validity: nil
    )
    let large = [Column.fromScalars([.int(1 << 40)]), Column.fromScalars([.text("x")]), inner]
    try queries.write(
      "u/2.parquet",
      Schema([Field("s", MemberPruningTests.type)]),
      [Column(flat: .row(large), count: 1, validity: nil)]
    )
    let found = try queries.rows("select s.a, s.b, s.part.name from u order by 1")
    #expect(
      found == [
        [.int(0), .null, .null], [.int(0), .null, .null], [.int(7), .null, .null],
        [.int(1 << 40), .text("x"), .text("n")], [.null, .null, .null],
      ]
    )
  }
}
