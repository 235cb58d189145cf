import ColumnFormat
import RowFormat
import Testing

@testable import SQL

@Suite struct RecordQueryTests {
  private static let schema = Schema([
    Field("id", .int64), Field("price", .string),
    Field("at", .timestamp(.micros, isAdjustedToUTC: true)),
    Field("who", .row([Field("name", .string)])),
  ])

  private static func batch(_ ids: [Int64]) -> Batch {
    Batch(
      columns: [
        Column(flat: .int64(Buffer(ids)), count: ids.count),
        Column.fromScalars(ids.map { .text($0 % 10 == 7 ? "much" : "\($0).5") }),
        Column(flat: .int64(Buffer(ids.map { $0 * 1_000_000 })), count: ids.count),
        Column(
          flat: .row([Column.fromScalars(ids.map { .text("n\($0)") })]),
          count: ids.count
        ),
      ],
      rowCount: ids.count
    )
  }

  private static func apply(_ text: String, _ ids: [Int64]) throws -> (
    Schema, [[Scalar]], BoundRecordQuery.Result
  ) {
    let bound = try RecordQuery(text, nowMicros: 0).bound(to: schema)
    // Fields that no record has are added as nulls, as whoever has the records does.
    let result = bound.apply(try BatchCasting.cast(batch(ids), from: schema, to: bound.input))
    let rows = (0..<result.batch.rowCount).map { row in
      result.batch.columns.map { $0.scalar(at: row) }
    }
    return (bound.output, rows, result)
  }

  @Test func `items alone are a projection of all records`() throws {
    let (schema, rows, result) = try RecordQueryTests.apply(
      "id + 1 AS next, cast(price as decimal(10,2)) price, who.name",
      [1, 2]
    )
    #expect(
      schema.fields.map(\.type) == [.int64, .decimal(precision: 10, scale: 2), .string]
    )
    #expect(schema.fields.map(\.name) == ["next", "price", "name"])
    #expect(rows == [[.int(2), .int(150), .text("n1")], [.int(3), .int(250), .text("n2")]])
    #expect(result.rows == [0, 1])
  }

  @Test func `a whole query leaves records out and says which are left`() throws {
    let (schema, rows, result) = try RecordQueryTests.apply(
      "select at, id from record where id % 2 = 0",
      [1, 2, 3, 4]
    )
    #expect(rows.map { $0[1] } == [.int(2), .int(4)])
    #expect(result.rows == [1, 3])
    // What SQL's timestamp does not say stays with a column that is passed through.
    #expect(schema.fields[0].type == .timestamp(.micros, isAdjustedToUTC: true))
  }

  @Test func `each record on which the query fails is told apart`() throws {
    let ids = (0..<5000).map { Int64($0) }
    let (_, rows, result) = try RecordQueryTests.apply("id, cast(price as double) price", ids)
    #expect(result.failed.map(\.row) == (0..<5000).filter { $0 % 10 == 7 })
    #expect(rows.map { $0[0] } == ids.filter { $0 % 10 != 7 }.map { .int($0) })
    #expect(result.failed.first?.error.code == .invalidCast)
  }

  @Test(arguments: ["missing", "who.age", "record.missing", "a.b.c"])
  func `a field that no record has had yet is null`(name: String) throws {
    let (_, rows, _) = try RecordQueryTests.apply("\(name) AS x", [1])
    #expect(rows == [[.null]])
  }

  @Test(arguments: [
    "count(*)", "select id from record order by id", "select distinct id from record",
    "row_number() over (order by id)", "select id from record limit 1",
    "select r.id from record r join record s on r.id = s.id",
    "(select max(id) from record) m",
  ])
  func `what looks at several records is refused by name`(text: String) throws {
    let query = try RecordQuery(text, nowMicros: 0)
    let error = #expect(throws: SQLError.self) { try query.bound(to: RecordQueryTests.schema) }
    #expect(error?.code == .notSupported)
    #expect(error?.message.contains("one record at a time") == true)
  }

  @Test func `two columns of one name and types that files lack are refused`() throws {
    func message(_ text: String) throws -> String? {
      let query = try RecordQuery(text, nowMicros: 0)
      return #expect(throws: SQLError.self) { try query.bound(to: RecordQueryTests.schema) }?
        .message
    }
    #expect(try message("id, price AS ID") == "the projection has two columns 'ID'")
    #expect(try message("interval '1' day AS d")?.contains("which files do not keep") == true)
  }
}
