import ColumnFormat
import Testing

@Suite struct ColumnDetachingTests {
  private static let texts = (0..<40).map { $0 % 9 == 5 ? nil : "\($0) is a text of some length" }

  /// A column of long texts whose bytes lie in the arena.
  private func column(_ arena: ByteArena) -> Column {
    let views = Buffer<ByteView>(count: ColumnDetachingTests.texts.count)
    var validity = ValidityBuilder()
    for (row, text) in ColumnDetachingTests.texts.enumerated() {
      views.base[row] = Array((text ?? "").utf8).withUnsafeBytes { arena.copy($0) }
      validity.append(text != nil)
    }
    return Column(
      flat: .bytes(views, heap: ByteHeap([arena])),
      count: views.count,
      validity: validity.finish()
    )
  }

  private func values(_ column: Column) -> [Scalar] {
    (0..<column.count).map { column.scalar(at: $0) }
  }

  @Test func `a detached column has the same values and none of the memory`() {
    let expected = ColumnDetachingTests.texts.map { $0.map { Scalar.text($0) } ?? .null }
    weak var memory: ByteArena?
    let detached = {
      let arena = ByteArena()
      memory = arena
      return column(arena).detached()
    }()
    #expect(memory == nil)
    #expect(values(detached) == expected)
  }

  @Test func `so have the columns within lists and rows, and constants`() {
    weak var memory: ByteArena?
    let parts = {
      let arena = ByteArena()
      memory = arena
      let texts = column(arena)
      let offsets = Buffer<UInt32>([0, 3, 3, 40])
      let lists = Column(flat: .list(offsets: offsets, elements: texts), count: 3, validity: nil)
      let rows = Column(flat: .row([texts, texts]), count: 40, validity: nil)
      let constant = texts.slice(0..<1).flatValues
      return [
        (lists, lists.detached()), (rows, rows.detached()),
        (Column(.constant(constant, isNull: false), count: 5), texts.slice(0..<1).detached()),
      ].map { (values($0.0), $0.1) }
    }()
    #expect(memory == nil)
    #expect(values(parts[0].1) == parts[0].0)
    #expect(values(parts[1].1) == parts[1].0)
    #expect(values(parts[2].1) == [parts[2].0[0]])
  }

  @Test(arguments: [(5, true), (50, false)])
  func `a dictionary stays where it is small for the rows`(_ case: (Int, Bool)) throws {
    let (entryCount, stays) = `case`
    let arena = ByteArena()
    let entries = column(arena).slice(0..<min(entryCount, 40)).flatValues
    let dictionary = ColumnDictionary(values: entries, count: min(entryCount, 40))
    let codes = Buffer<UInt32>([3, 1, 4, 1])
    let column = Column(.dictionary(codes: codes, dictionary), count: 4)
    let detached = column.detached()
    #expect(values(detached) == values(column))
    if case .dictionary = detached.form { #expect(stays) } else { #expect(!stays) }
  }
}
