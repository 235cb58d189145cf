import Testing

@testable import ColumnFormat

@Suite struct FieldPathTests {
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

  /// The member of a row; null below one that is null.
  private func member(_ scalar: Scalar, _ members: [Int]) -> Scalar {
    members.reduce(scalar) { value, index in
      guard case .row(let values) = value else { return .null }
      return values[index]
    }
  }

  @Test(
    arguments: ["s.a", "s.b", "s.inner", "s.inner.c", "s.inner.d", "S.INNER.D", "s", "n"]
  )
  func `a member has the values that it has in its row`(_ name: String) throws {
    let file = try file()
    let found = try #require(file.fieldPath(path(name)))
    let whole = try file.reader(rowGroup: 0, fields: [found.path.field])
    let reader = try file.reader(rowGroup: 0, paths: [found.path, FieldPath(0)])
    while let batch = try reader.next(250), let all = try whole.next(250) {
      for row in 0..<batch.rowCount {
        let expected = member(all.columns[0].scalar(at: row), found.path.members)
        #expect(batch.columns[0].scalar(at: row) == expected)
        #expect(!batch.columns[1].scalar(at: row).isNull)
      }
    }
    #expect(reader.remaining(0) == 0)
  }

  @Test func `chosen rows of a member are those of its row`() throws {
    let file = try file()
    let rows = Buffer<UInt32>([0, 1, 7, 400, 401, 799])
    let whole = try file.reader(rowGroup: 0, fields: [1]).read(0, rows: rows, of: 800)
    let paths = [FieldPath(1, members: [0]), FieldPath(1, members: [2, 1])]
    let reader = try file.reader(rowGroup: 0, paths: paths)
    for (index, path) in paths.enumerated() {
      let column = try reader.read(index, rows: rows, of: 800)
      for row in 0..<rows.count {
        #expect(column.scalar(at: row) == member(whole.scalar(at: row), path.members))
      }
    }
  }

  @Test func `members that are not wanted are not read`() throws {
    let file = try file()
    let whole = try file.reader(rowGroup: 0, fields: [1])
    _ = try whole.next(1000)
    let reader = try file.reader(rowGroup: 0, paths: [FieldPath(1, members: [0])])
    _ = try reader.next(1000)
    #expect(reader.byteCountRead < whole.byteCountRead / 2)
  }

  @Test func `the bounds of a member are those of its values`() throws {
    let file = try file()
    let known = try #require(
      file.statistics(rowGroup: 0, path: FieldPath(1, members: [0]))
    )
    #expect(known.min == .int(1) && known.max == .int(899) && known.nullCount == 129)
    #expect(file.statistics(rowGroup: 0, path: FieldPath(1, members: [2, 1])) == nil)
    #expect(file.statistics(rowGroup: 0, path: FieldPath(1)) == nil)
  }

  @Test(arguments: ["s.z", "t.a", "n.a", "s.inner.d.element"])
  func `a name that leads nowhere is no path`(_ name: String) throws {
    #expect(try file().fieldPath(path(name)) == nil)
  }

  private func path(_ text: String) -> ColumnPath {
    ColumnPath(text.split(separator: ".").map(String.init))
  }
}
