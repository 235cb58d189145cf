import Testing

@testable import ColumnFormat

@Suite struct RefusedValuesTests {
  private func refusal(_ field: Field, _ column: Column) throws -> String? {
    do {
      _ = try WrittenBytes.write(field, column)
      return nil
    } catch let error as ColumnFormatError {
      #expect(error.location.path == "memory")
      if case .refused(let fact) = error.kind { return fact }
      return "\(error)"
    }
  }

  @Test func `a null in a required column`() throws {
    let column = Column.fromScalars([.int(1), .null])
    #expect(
      try refusal(Field("a", .int64, isNullable: false), column)
        == "1 of 2 values are null, but none may be"
    )
  }

  @Test func `a decimal with too many digits`() throws {
    for type in [LogicalType.decimal(precision: 3, scale: 1), .decimal(precision: 12, scale: 0)] {
      let column = Column.fromScalars([.int(1_000_000_000_000)], .int64)
      #expect(try refusal(Field("a", type), column)?.hasPrefix("a value has more than") == true)
    }
    let exact = Column.fromScalars([.int(999)], .int64)
    #expect(try refusal(Field("a", .decimal(precision: 3, scale: 1)), exact) == nil)
  }

  @Test func `a null's value may be anything`() throws {
    let column = Column(
      flat: .int64(Buffer([.max, 5])),
      count: 2,
      validity: Validity(words: Buffer([0b10]), count: 2)
    )
    #expect(try refusal(Field("a", .decimal(precision: 3, scale: 1)), column) == nil)
  }

  @Test func `a time after the end of the day`() throws {
    let column = Column.fromScalars([.int(86_400_000)], .int64)
    #expect(
      try refusal(Field("a", .time(.millis)), column)
        == "a time of day is outside of 00:00 to 24:00"
    )
  }

  @Test func `an identifier that is not sixteen bytes long`() throws {
    #expect(
      try refusal(Field("a", .uuid), Column.fromScalars([.text("short")]))
        == "a value has 5 bytes, where all must have 16"
    )
  }

  @Test func `values of another physical type`() throws {
    #expect(
      try refusal(Field("a", .int64), Column.fromScalars([.text("x")]))
        == "the values are bytes, but the column's type is kept as int64"
    )
    #expect(
      try refusal(Field("a", .row([Field("b", .int64)])), Column.fromScalars([.text("x")]))
        == "the values are bytes, but 'a' is kept as row"
    )
  }

  @Test func `a row without fields and a file without columns`() throws {
    let none = Column.nulls(PhysicalType.row, count: 1)
    #expect(try refusal(Field("a", .row([])), none) == "'a' is a row without fields")
    #expect(throws: ColumnFormatError.self) {
      _ = try ParquetWriter(sink: MemorySink(), schema: Schema([]))
    }
  }

  @Test func `a decimal that no engine has`() throws {
    let column = Column.nulls(PhysicalType.int64, count: 1)
    #expect(
      try refusal(Field("a", .decimal(precision: 39, scale: 0)), column)
        == "decimal(39,0) is outside of decimal(38,38)"
    )
  }

  @Test func `a refusal speaks of writing`() {
    let error = ColumnFormatError(.refused("why"), .init(path: "out.parquet", column: "a"))
    #expect(error.description == "cannot write 'out.parquet'; column 'a': why")
  }
}
