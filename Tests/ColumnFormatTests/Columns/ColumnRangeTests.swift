import TestSupport
import Testing

@testable import ColumnFormat

@Suite struct ColumnRangeTests {
  /// Columns of all shapes with `count` rows, some of them null.
  private static func columns(_ count: Int) -> [(LogicalType, [Scalar])] {
    var generator = SeededGenerator(seed: UInt64(count))
    func values(_ make: (Int) -> Scalar) -> [Scalar] {
      // The first row has a value, from which the column's type is told.
      (0..<count).map { $0 > 0 && generator.next() % 5 == 0 ? .null : make($0) }
    }
    let texts = values { row in
      .text(String(repeating: "x", count: row % 30) + "\(row)")
    }
    let pair = LogicalType.row([Field("a", .int64), Field("b", .string)])
    return [
      (.boolean, values { .boolean($0 % 3 == 0) }),
      (.int32, values { .int(Int64($0)) }),
      (.int64, (0..<count).map { .int(Int64($0) << 33) }),
      (.decimal(precision: 30, scale: 2), values { .int128(Int128($0) << 80) }),
      (.float64, values { .double(Double($0) / 3) }),
      (.string, texts),
      (
        .list(Field("element", .string)),
        values { .list((0..<(($0 + 1) % 4)).map { .text("a long element \($0)") }) }
      ),
      (pair, values { .row([.int(Int64($0)), .text("row \($0)")]) }),
      (
        .list(Field("element", pair)),
        values { row in .list((0..<((row + 1) % 3)).map { .row([.int(Int64($0)), .text("e")]) }) }
      ),
    ]
  }

  private static func scalars(_ column: Column) -> [Scalar] {
    (0..<column.count).map { column.scalar(at: $0) }
  }

  @Test(arguments: [1, 2, 63, 64, 65, 127, 128, 129, 200, 1025])
  func `a range in bulk is what its rows are one by one`(_ count: Int) {
    for (type, rows) in ColumnRangeTests.columns(count) {
      let column = Column.fromScalars(rows, type.physicalType)
      for start in Set([0, 1, 31, 63, 64, 65, 100, count / 2, count]) where start <= count {
        for end in Set([start, start + 1, start + 63, start + 64, start + 65, count])
        where end <= count && end >= start {
          let inBulk = ColumnBuilder(type)
          inBulk.append(column, range: start..<end)
          #expect(ColumnRangeTests.scalars(inBulk.finish()) == Array(rows[start..<end]))
        }
      }
    }
  }

  @Test func `ranges and single rows follow each other in one builder`() {
    for (type, rows) in ColumnRangeTests.columns(300) {
      let column = Column.fromScalars(rows, type.physicalType)
      let builder = ColumnBuilder(type)
      var expected: [Scalar] = []
      for (start, end) in [(0, 7), (60, 130), (7, 7), (3, 66), (171, 300)] {
        builder.append(column, range: start..<end)
        expected += rows[start..<end]
        builder.append(column, rows: Buffer<UInt32>([5, 299, 0]))
        expected += [rows[5], rows[299], rows[0]]
      }
      #expect(builder.count == expected.count)
      let built = builder.finish()
      #expect(built.nullCount == expected.count { $0 == .null })
      #expect(ColumnRangeTests.scalars(built) == expected)
    }
  }

  @Test func `a range of a column without nulls has no bitmap`() {
    let builder = ColumnBuilder(.int64)
    builder.append(Column.fromScalars((0..<200).map { .int($0) }), range: 50..<180)
    #expect(builder.finish().validity == nil)
  }

  @Test func `lists that do not lie one behind the other are taken one by one`() {
    let elements = Column.fromScalars((0..<6).map { .int($0) })
    let column = Column(
      flat: .list(offsets: Buffer<UInt32>([0, 4, 2, 6]), elements: elements),
      count: 3
    )
    let builder = ColumnBuilder(.list(Field("element", .int64)))
    builder.append(column, range: 0..<3)
    #expect(
      ColumnRangeTests.scalars(builder.finish()) == [
        .list([.int(0), .int(1), .int(2), .int(3)]), .list([]),
        .list([.int(2), .int(3), .int(4), .int(5)]),
      ]
    )
  }
}

@Suite struct ByteViewOrderTests {
  @Test func `views are ordered as their bytes are, at every length`() {
    var generator = SeededGenerator(seed: 11)
    let heap = ByteArena()
    var texts: [[UInt8]] = []
    for length in Array(0...20) + [40] {
      for _ in 0..<6 {
        // Few different bytes, zeros and high ones among them, so that long prefixes are shared.
        texts.append((0..<length).map { _ in [0, 0, 0x61, 0x61, 0xFF][Int(generator.next() % 5)] })
      }
      texts.append(Array(repeating: 0x61, count: length))
      texts.append(Array(repeating: 0, count: length))
    }
    for left in texts {
      for right in texts {
        let order = left.withUnsafeBytes { leftBytes in
          right.withUnsafeBytes { ByteView.compare(heap.copy(leftBytes), heap.copy($0)) }
        }
        let expected =
          left == right ? 0 : (left.lexicographicallyPrecedes(right) ? -1 : 1)
        #expect(order == expected, "\(left) and \(right)")
      }
    }
  }
}
