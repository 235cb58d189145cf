import Catalog
import ColumnFormat
import Testing

@Suite struct SchemaHistoryTests {
  private static func version(_ number: Int, _ changes: [SchemaChange]) -> SchemaVersion {
    SchemaVersion(
      number: number,
      created: "",
      columns: [],
      partitionKeys: [],
      changes: changes,
      fieldIDMax: 9
    )
  }

  private static let history = SchemaHistory([
    version(
      1,
      [
        SchemaChange(.added(.row([Field("X", .int64)])), column: "o"),
        SchemaChange(.added(.list(Field("element", .row([Field("k", .int64)])))), column: "l"),
        SchemaChange(.added(.int64), column: "other"),
      ]
    ),
    version(
      2,
      [
        SchemaChange(.retyped(from: .int64, to: .string), column: "o.X"),
        SchemaChange(.added(.row([Field("z", .date)])), column: "o.y"),
        SchemaChange(.retyped(from: .int64, to: .float64), column: "l.element.k"),
      ]
    ),
    version(
      3,
      [SchemaChange(.removed(.row([Field("X", .string)])), column: "o")]
    ),
  ])

  @Test(arguments: [
    ("o", ["1 o", "2 o.X", "2 o.y", "3 o"]), ("O.x", ["1 o", "2 o.X", "3 o"]),
    // What was there before the field came says nothing about it.
    ("o.y", ["2 o.y"]), ("o.y.z", ["2 o.y"]), ("o.nothing", []), ("l", ["1 l", "2 l.element.k"]),
    ("l.k", ["1 l", "2 l.element.k"]), ("l.element.k", ["1 l", "2 l.element.k"]),
    ("other", ["1 other"]), ("x", []),
  ])
  func `a field's steps are its own and those that brought it`(column: String, steps: [String]) {
    let found = SchemaHistoryTests.history.steps(of: column)
    #expect(found.map { "\($0.version.number) \($0.change.column)" } == steps)
  }
}
