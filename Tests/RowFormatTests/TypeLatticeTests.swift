import ColumnFormat
import RowFormat
import Testing

@Suite struct TypeLatticeTests {
  static let cases: [(LogicalType, LogicalType, LogicalType)] = [
    (.unknown, .boolean, .boolean),
    (.boolean, .int64, .string),
    (.int8, .int16, .int16),
    (.int32, .int64, .int64),
    (.int64, .decimal(precision: 3, scale: 1), .decimal(precision: 20, scale: 1)),
    (.int32, .decimal(precision: 3, scale: 1), .decimal(precision: 11, scale: 1)),
    (.int64, .decimal(precision: 38, scale: 0), .decimal(precision: 38, scale: 0)),
    (
      .decimal(precision: 5, scale: 2), .decimal(precision: 4, scale: 3),
      .decimal(precision: 6, scale: 3)
    ),
    (.decimal(precision: 38, scale: 0), .decimal(precision: 3, scale: 1), .string),
    (.int64, .float64, .float64),
    (.float32, .float64, .float64),
    (.float32, .int8, .float64),
    (.decimal(precision: 5, scale: 2), .float32, .float64),
    (.string, .int64, .string),
    (.string, .json, .string),
    (.date, .timestamp(.millis, isAdjustedToUTC: true), .timestamp(.millis, isAdjustedToUTC: true)),
    (
      .timestamp(.millis, isAdjustedToUTC: true), .timestamp(.micros, isAdjustedToUTC: false),
      .timestamp(.micros, isAdjustedToUTC: false)
    ),
    (.time(.millis), .time(.nanos), .time(.nanos)),
    (.date, .int32, .string),
    (.list(Field("element", .int32)), .list(Field("x", .int64)), .list(Field("element", .int64))),
    (.list(Field("element", .int32)), .int32, .string),
    (
      .map(key: Field("key", .string), value: Field("value", .int32)),
      .map(key: Field("key", .string), value: Field("value", .boolean)),
      .map(key: Field("key", .string), value: Field("value", .string))
    ),
    (
      .row([Field("a", .int32), Field("B", .string)]),
      .row([Field("b", .string), Field("c", .date)]),
      .row([Field("a", .int32), Field("B", .string), Field("c", .date)])
    ),
  ]

  @Test(arguments: cases)
  func `two types widen to one that holds both`(
    _ example: (LogicalType, LogicalType, LogicalType)
  ) {
    #expect(TypeLattice.unify(example.0, example.1) == example.2)
  }

  @Test(arguments: cases)
  func `the order of the two changes nothing but names`(
    _ example: (LogicalType, LogicalType, LogicalType)
  ) {
    let forward = TypeLattice.unify(example.0, example.1)
    let backward = TypeLattice.unify(example.1, example.0)
    #expect(TypeLattice.unify(forward, backward) == forward)
    #expect(TypeLattice.unify(forward, example.0) == forward)
    #expect(TypeLattice.unify(forward, example.1) == forward)
  }

  @Test func `schemas merge by name without case in first-seen order`() {
    let left = Schema([
      Field("Id", .int32, isNullable: false, id: 1), Field("total", .int64, isNullable: false),
    ])
    let right = Schema([Field("note", .string, isNullable: false), Field("ID", .int64)])
    #expect(
      left.merged(with: right)
        == Schema([Field("Id", .int64, id: 1), Field("total", .int64), Field("note", .string)])
    )
  }
}
