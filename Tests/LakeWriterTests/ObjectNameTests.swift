import ColumnFormat
import Testing

@testable import LakeWriter

@Suite struct ObjectNameTests {
  @Test func `an object is named by stream, version, arrival and a random part`() {
    let name = ObjectName(stream: "orders", version: 1)
    let first = name.next(openedMillis: 1_535_365_800_000, extension: ".parquet")
    let second = name.next(openedMillis: 1_535_365_800_000, extension: ".parquet")
    #expect(first.hasPrefix("orders-1-2018-08-27-10-30-00-"))
    #expect(first.hasSuffix(".parquet"))
    #expect(first != second)
    let uuid = first.dropFirst("orders-1-2018-08-27-10-30-00-".count).dropLast(8)
    #expect(uuid.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
    #expect(uuid.allSatisfy { $0.isHexDigit || $0 == "-" })
  }

  @Test func `a field keeps its number when others come and go`() {
    var numbering = FieldNumbering()
    let first = numbering.number(
      Schema([
        Field("id", .int64),
        Field("lines", .list(Field("element", .row([Field("sku", .string)])))),
      ])
    )
    #expect(first.fields.map(\.id) == [1, 2])
    let second = numbering.number(
      Schema([
        Field("note", .string), Field("ID", .string),
        Field("lines", .list(Field("element", .row([Field("sku", .string)])))),
      ])
    )
    #expect(second.fields.map(\.id) == [5, 1, 2])
    #expect(second.fields[2].type == first.fields[1].type)
  }
}
