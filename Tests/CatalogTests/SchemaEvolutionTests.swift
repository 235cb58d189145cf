import Catalog
import ColumnFormat
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
