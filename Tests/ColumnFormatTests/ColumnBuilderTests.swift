import Testing

@testable import ColumnFormat

@Suite struct ColumnBuilderTests {
  private func rows(_ indices: [UInt32]) -> Buffer<UInt32> { Buffer(indices) }

  @Test func `rows are appended in the order asked for, with their nulls`() {
    let column = Column.fromScalars([.int(10), .null, .int(30)])
    let builder = ColumnBuilder(.int64)
    builder.append(column, rows: rows([2, 1]))
    builder.append(column, rows: rows([0]))
    let built = builder.finish()
    #expect((0..<3).map { built.scalar(at: $0) } == [.int(30), .null, .int(10)])
  }

  @Test(arguments: [0, 1, 31, 32, 33, 63, 64, 65, 1000])
  func `it grows past every capacity`(count: Int) {
    let text = (0..<max(count, 1)).map { Scalar.text("value number \($0)") }
    let column = Column.fromScalars(text)
    let builder = ColumnBuilder(.string)
    for row in 0..<count { builder.append(column, rows: rows([UInt32(row)])) }
    let built = builder.finish()
    #expect(built.count == count)
    #expect((0..<count).allSatisfy { built.scalar(at: $0) == text[$0] })
  }

  @Test func `lists of rows keep their elements`() {
    let lists = Column(
      flat: .list(
        offsets: Buffer([0, 2, 2, 3]),
        elements: Column(
          flat: .row([Column.fromScalars([.int(1), .int(2), .int(3)])]),
          count: 3
        )
      ),
      count: 3
    )
    let builder = ColumnBuilder(.list(Field("element", .row([Field("a", .int64)]))))
    builder.append(lists, rows: rows([2, 1, 0]))
    let built = builder.finish()
    #expect(
      (0..<3).map { built.scalar(at: $0) } == [
        .list([.row([.int(3)])]), .list([]), .list([.row([.int(1)]), .row([.int(2)])]),
      ]
    )
  }

  @Test func `a dictionary or constant column is appended by its values`() {
    let dictionary = ColumnDictionary(
      values: Column.fromScalars([.text("a"), .text("b")]).flatValues,
      count: 2
    )
    let builder = ColumnBuilder(.string)
    builder.append(
      Column(.dictionary(codes: Buffer([1, 0, 1]), dictionary), count: 3),
      rows: rows([0, 1])
    )
    builder.append(.constant(.text("c"), .bytes, count: 2), rows: rows([1]))
    let built = builder.finish()
    #expect((0..<3).map { built.scalar(at: $0) } == [.text("b"), .text("a"), .text("c")])
  }
}
