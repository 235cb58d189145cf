import Catalog
import ColumnFormat
import TestSupport
import Testing

@Suite struct SchemaEvolutionTests {
  private func version(_ evolution: SchemaEvolution, _ number: Int) -> SchemaVersion {
    SchemaVersion(
      number: number,
      created: "",
      columns: evolution.columns,
      partitionKeys: evolution.partitionKeys,
      changes: evolution.changes,
      fieldIDMax: evolution.fieldIDMax
    )
  }

  private let first = SchemaEvolution(
    after: nil,
    columns: [
      Field("id", .int32),
      Field("lines", .list(Field("element", .row([Field("sku", .string)])))),
    ],
    partitionKeys: [Field("year", .int32)]
  )

  @Test func `a first version numbers fields at every level`() {
    #expect(
      first.columns == [
        Field("id", .int32, id: 1),
        Field(
          "lines",
          .list(Field("element", .row([Field("sku", .string, id: 4)]), id: 3)),
          id: 2
        ),
      ]
    )
    #expect(first.partitionKeys == [Field("year", .int32)])
    #expect(first.changes.map(\.column) == ["id", "lines", "year"])
  }

  @Test func `the same schema in another case is no change`() {
    let again = SchemaEvolution(
      after: version(first, 1),
      columns: first.columns.map { Field($0.name.uppercased(), $0.type) },
      partitionKeys: first.partitionKeys
    )
    #expect(again.changes == [])
    #expect(again.columns == first.columns)
  }

  @Test func `new, widened and removed fields are listed, and no id is used twice`() {
    let second = SchemaEvolution(
      after: version(first, 1),
      columns: [
        Field(
          "lines",
          .list(Field("element", .row([Field("sku", .string), Field("qty", .int32)])))
        ), Field("note", .string),
      ],
      partitionKeys: [Field("year", .string)],
      causes: { ChangeCause(source: $0 + ".json") }
    )
    #expect(
      second.changes == [
        SchemaChange(
          .added(.int32),
          column: "lines.element.qty",
          cause: ChangeCause(source: "lines.element.qty.json")
        ),
        SchemaChange(.added(.string), column: "note", cause: ChangeCause(source: "note.json")),
        SchemaChange(.removed(.int32), column: "id", cause: ChangeCause(source: "id.json")),
        SchemaChange(
          .retyped(from: .int32, to: .string),
          column: "year",
          isPartitionKey: true,
          cause: ChangeCause(source: "year.json")
        ),
      ]
    )
    #expect(second.columns.map(\.id) == [2, 6])
    #expect(second.fieldIDMax == 6)
    let third = SchemaEvolution(
      after: version(second, 2),
      columns: second.columns + [Field("id", .int32)],
      partitionKeys: second.partitionKeys
    )
    #expect(third.columns.last?.id == 7)
  }

  @Test func `ids from files are kept when they are free and no two fields ask for one`() {
    let evolution = SchemaEvolution(
      after: nil,
      columns: [
        Field("a", .int32, id: 10), Field("b", .int32, id: 10), Field("c", .int32, id: 7),
        Field("d", .int32),
      ],
      partitionKeys: []
    )
    #expect(evolution.columns.map(\.id) == [8, 9, 7, 10])
    let next = SchemaEvolution(
      after: version(evolution, 1),
      columns: evolution.columns + [Field("e", .int32, id: 3), Field("f", .int32, id: 40)],
      partitionKeys: []
    )
    #expect(next.columns.map(\.id) == [8, 9, 7, 10, 41, 40])
  }
}

@Suite struct RollbackTests {
  let zoo = CrawlZoo()
  let name = TableName(database: "default", table: "t")

  private func lines(_ version: SchemaVersion?) -> [String] {
    version?.columns.map { "\($0.id ?? 0) \($0.name) \(HiveType.text($0.type))" } ?? []
  }

  @Test func `an older version comes back as the next one, with its ids`() throws {
    let row = Field("s", .row([Field("x", .int32)]))
    try zoo.parquet("t/k=1/f", [Field("a", .int32), Field("b", .int32), row])
    try zoo.crawl("t")
    try zoo.parquet("t/k=1/f", [Field("a", .string), Field("c", .int32)])
    try zoo.crawl("t")
    let catalog = try zoo.catalog()
    let planned = try catalog.rollBack(name, to: 1, isDryRun: true)
    #expect(planned.version.number == 3)
    #expect(try catalog.versions(of: name).count == 2)
    try catalog.rollBack(name, to: 1)
    let versions = try catalog.versions(of: name)
    #expect(versions.map(\.number) == [1, 2, 3])
    #expect(lines(versions.last) == ["1 a int", "2 b int", "3 s struct<x:int>"])
    #expect(versions.last?.columns == versions.first?.columns)
    #expect(
      versions.last?.changes.map(\.kind) == [
        .retyped(from: .string, to: .int32), .added(.int32), .added(row.type), .removed(.int32),
      ]
    )
    #expect(versions.last?.changes.first?.cause?.source == "rollback to version 1")
    #expect(try catalog.partitions(of: name).map(\.values) == [["1"]])
    // Once more changes nothing, and new fields get ids that none ever had.
    #expect(try catalog.rollBack(name, to: 1).version.number == 3)
    try zoo.crawl("t")
    #expect(lines(try catalog.versions(of: name).last) == ["1 a string", "6 c int"])
  }

  @Test func `a rollback to other keys or to no version is refused`() throws {
    try zoo.parquet("t/k=1/f", [Field("a", .int32)])
    try zoo.crawl("t")
    zoo.directory.remove("t/k=1/f")
    try zoo.parquet("t/j=1/f", [Field("a", .int32)])
    try zoo.crawl("t")
    let catalog = try zoo.catalog()
    let other = #expect(throws: CatalogError.self) { try catalog.rollBack(name, to: 1) }
    #expect(other?.message.contains("has other partition keys") == true)
    let none = #expect(throws: CatalogError.self) { try catalog.rollBack(name, to: 9) }
    #expect(none?.kind == .versionNotFound(name, version: 9, newest: 2))
  }
}
