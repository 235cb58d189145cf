import Testing

@testable import ColumnFormat

@Suite struct MemberSelectionTests {
  /// `s row(a bigint, b varchar, inner row(c bigint, d array(bigint)))`, some rows of it null.
  private func file() throws -> ParquetFile {
    let inner = LogicalType.row([Field("c", .int64), Field("d", .list(Field("element", .int64)))])
    let type = LogicalType.row([Field("a", .int64), Field("b", .string), Field("inner", inner)])
    let count = 900
    let numbers = Column.fromScalars((0..<count).map { .int(Int64($0)) })
    let texts = Column.fromScalars((0..<count).map { .text("the long text number \($0)") })
    let lists = Column.fromScalars(
      (0..<count).map { row in row % 5 == 0 ? .null : .list([.int(Int64(row)), .null]) }
    )
    var validity = ValidityBuilder()
    for row in 0..<count { validity.append(row % 7 != 0) }
    let innerColumn = Column(flat: .row([numbers, lists]), count: count, validity: nil)
    let column = Column(
      flat: .row([numbers, texts, innerColumn]),
      count: count,
      validity: validity.finish()
    )
    let sink = MemorySink()
    var writer = try ParquetWriter(
      sink: sink,
      schema: Schema([Field("n", .int64), Field("s", type)])
    )
    try writer.write(Batch(columns: [numbers, column], rowCount: count))
    _ = try writer.finish()
    return try ParquetFile(source: MemorySource(sink.bytes), path: "members")
  }

  /// The rows with null in place of members that are not wanted.
  private func keep(_ scalar: Scalar, _ members: [Int], inner: [Int]) -> Scalar {
    guard case .row(let values) = scalar else { return scalar }
    return .row(
      values.indices.map { index in
        guard members.contains(index) else { return .null }
        guard index == 2, case .row(let parts) = values[2] else { return values[index] }
        return .row(parts.indices.map { inner.contains($0) ? parts[$0] : .null })
      }
    )
  }

  @Test(
    arguments: [
      (["s.a"], [0], []), (["s.b", "s.a"], [0, 1], []), (["s.inner.d"], [2], [1]),
      (["s.inner"], [2], [0, 1]), (["s.b", "s.inner.c"], [1, 2], [0]),
    ] as [([String], [Int], [Int])]
  )
  func `members that are not wanted are null`(_ case: ([String], [Int], [Int])) throws {
    let file = try file()
    let (paths, members, inner) = `case`
    let whole = try file.reader(rowGroup: 0, fields: [1])
    let reader = try file.reader(
      rowGroup: 0,
      fields: [1, 0],
      members: paths.map { ColumnPath($0.split(separator: ".").map(String.init)) }
    )
    while let batch = try reader.next(250), let all = try whole.next(250) {
      for row in 0..<batch.rowCount {
        let expected = keep(all.columns[0].scalar(at: row), members, inner: inner)
        #expect(batch.columns[0].scalar(at: row) == expected)
        #expect(!batch.columns[1].scalar(at: row).isNull)
      }
    }
    #expect(reader.remaining(0) == 0)
  }

  @Test func `members that are not wanted are not read`() throws {
    let file = try file()
    let whole = try file.reader(rowGroup: 0, fields: [1])
    _ = try whole.next(1000)
    let reader = try file.reader(rowGroup: 0, fields: [1], members: ["s.a"].map(path))
    _ = try reader.next(1000)
    #expect(reader.byteCountRead < whole.byteCountRead / 2)
  }

  @Test(arguments: ["s.z", "t.a", "n.a", "s.inner.d.element"])
  func `a path to no member is refused`(_ name: String) throws {
    let file = try file()
    #expect(throws: ColumnFormatError.self) {
      try file.reader(rowGroup: 0, fields: [1], members: [path(name)])
    }
  }

  private func path(_ text: String) -> ColumnPath {
    ColumnPath(text.split(separator: ".").map(String.init))
  }
}
