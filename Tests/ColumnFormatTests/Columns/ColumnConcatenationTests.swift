import ColumnFormat
import Testing

@Suite struct ByteHeapTests {
  private func heap(_ owners: [ByteArena]) -> ByteHeap { ByteHeap(owners) }

  @Test(arguments: [1, 3, 40]) func `heaps are joined in order, each owner once`(_ count: Int) {
    let arenas = (0..<count).map { _ in ByteArena() }
    let joined = ByteHeap.union([heap(arenas), heap(arenas.reversed()), heap([])])
    #expect(joined.owners.map { ObjectIdentifier($0) } == arenas.map { ObjectIdentifier($0) })
  }

  @Test func `thirty thousand batches with heaps of their own are put together soon`() {
    let columns = (0..<30_000).map { row in Column.fromScalars([.text("text number \(row)")]) }
    let start = ContinuousClock.now
    let joined = Column.concatenate(columns)
    #expect(joined.scalar(at: 29_999) == .text("text number 29999"))
    // Comparing each owner with each took a minute.
    #expect(ContinuousClock.now - start < .seconds(10))
  }
}

@Suite struct ColumnConcatenationTests {
  @Test func `lists with and without elements are put together`() {
    let rows: [Scalar] = [.list([]), .list([.text("a"), .null]), .list([]), .null]
    let column = Column.fromScalars(rows)
    #expect(column.count == 4)
    #expect((0..<4).map { column.scalar(at: $0) } == rows)
    let empty = Column.fromScalars([.list([]), .list([])])
    #expect(empty.scalar(at: 1) == .list([]))
  }
}
