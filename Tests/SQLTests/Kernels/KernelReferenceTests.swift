import ColumnFormat
import Testing

@testable import SQL

/// Kernels against plain code over random values with nulls.
@Suite struct KernelReferenceTests {
  func random(_ count: Int, _ range: ClosedRange<Int64>) -> [Int64?] {
    (0..<count).map { _ in Int.random(in: 0..<7) == 0 ? nil : Int64.random(in: range) }
  }

  func column(_ values: [Int64?], _ type: SQLType = .bigint) -> Column {
    Column(scalars: values.map { $0.map { .int($0) } ?? .null }, type: type)
  }

  func run(_ name: String, _ types: [SQLType], _ columns: [Column]) throws -> Column {
    let function = try FunctionCatalog.standard.scalar(name, types)
    #expect(function.argumentTypes == types)
    return try function.kernel(columns, columns[0].count, EvaluationContext())
  }

  @Test(arguments: [0, 1, 63, 64, 65, 1_000, 2_049])
  func `integer arithmetic agrees with plain code`(count: Int) throws {
    let a = random(count, -1_000_000...1_000_000)
    let b = random(count, -50...50).map { $0 == 0 ? nil : $0 }
    let references: [(String, (Int64, Int64) -> Int64)] = [
      ("$add", { $0 + $1 }), ("$subtract", { $0 - $1 }), ("$multiply", { $0 * $1 }),
      ("$divide", { $0 / $1 }), ("$modulus", { $0 % $1 }),
    ]
    for (name, reference) in references {
      let result = try run(name, [.bigint, .bigint], [column(a), column(b)])
      for row in 0..<count {
        let expected: Scalar
        if let x = a[row], let y = b[row] {
          expected = .int(reference(x, y))
        } else {
          expected = .null
        }
        #expect(result.scalar(at: row) == expected)
      }
    }
  }

  @Test func `comparisons and selections agree with plain code`() throws {
    let values = random(1_500, -20...20)
    let other = random(1_500, -20...20)
    let operators: [(ComparisonOperator, (Int64, Int64) -> Bool)] = [
      (.equal, { $0 == $1 }), (.notEqual, { $0 != $1 }), (.less, { $0 < $1 }),
      (.lessOrEqual, { $0 <= $1 }), (.greater, { $0 > $1 }), (.greaterOrEqual, { $0 >= $1 }),
    ]
    for (comparison, reference) in operators {
      let result = Comparison.compare(comparison, [column(values), column(other)], values.count)
      for row in values.indices {
        var expected = Scalar.null
        if let x = values[row], let y = other[row] { expected = .boolean(reference(x, y)) }
        #expect(result.scalar(at: row) == expected)
      }
      let selected = SelectionKernels.compare(
        comparison,
        column(values),
        with: .int64(Buffer([3])),
        among: nil
      )
      let expected = values.indices.filter { values[$0].map { reference($0, 3) } ?? false }
      #expect(selected.map { $0.values.map { Int($0) } } == expected)
      let even = Buffer(values.indices.filter { $0 % 2 == 0 }.map { UInt32($0) })
      let among = SelectionKernels.compare(
        comparison,
        column(values),
        with: .int64(Buffer([3])),
        among: even
      )
      #expect(among.map { $0.values.map { Int($0) } } == expected.filter { $0 % 2 == 0 })
    }
  }

  @Test(arguments: ["", "abc", "abcd", "abcde", "abcdefghijkl", "abcdefghijklm"])
  func `texts are selected by a text that fits into a view or does not`(constant: String) {
    let texts = (0...14).map { String("abcdefghijklmn".prefix($0)) } + ["abcx", "abcdefghijkx"]
    let values = (0..<2_100).map { $0 % 5 == 4 ? nil : texts[$0 % texts.count] }
    let column = Column(scalars: values.map { $0.map { .text($0) } ?? .null }, type: .text)
    guard
      case .bytes(let one, let heap) = Column(scalars: [.text(constant)], type: .text).flatValues
    else { return }
    for (comparison, isEqual) in [(ComparisonOperator.equal, true), (.notEqual, false)] {
      let selected = SelectionKernels.compare(
        comparison,
        column,
        with: .bytes(one, heap: heap),
        among: nil
      )
      let expected = values.indices.filter { row in
        values[row].map { ($0 == constant) == isEqual } ?? false
      }
      #expect(selected.map { $0.values.map { Int($0) } } == expected)
    }
  }

  @Test func `decimal arithmetic agrees in 64 and in 128 bits`() throws {
    let a = random(500, -99_999_999...99_999_999)
    let b = random(500, -9_999...9_999).map { $0 == 0 ? nil : $0 }
    for name in ["$add", "$subtract", "$multiply", "$divide", "$modulus"] {
      let small: [SQLType] = [
        .decimal(precision: 8, scale: 3), .decimal(precision: 4, scale: 1),
      ]
      let wide: [SQLType] = [
        .decimal(precision: 28, scale: 3), .decimal(precision: 24, scale: 1),
      ]
      let function = try FunctionCatalog.standard.scalar(name, small)
      let wideFunction = try FunctionCatalog.standard.scalar(name, wide)
      let one = try function.kernel(
        [column(a, small[0]), column(b, small[1])],
        500,
        EvaluationContext()
      )
      let two = try wideFunction.kernel(
        [column(a, wide[0]), column(b, wide[1])],
        500,
        EvaluationContext()
      )
      for row in 0..<500 {
        #expect(one.isValid(row) == two.isValid(row))
        if one.isValid(row) {
          #expect(one.scalar(at: row).wide == two.scalar(at: row).wide, "\(name) row \(row)")
        }
      }
    }
  }

  @Test func `LIKE agrees with a plain matcher`() throws {
    func matches(_ text: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
      guard let first = pattern.first else { return text.isEmpty }
      if first == "%" {
        return (0...text.count).contains { matches(text.dropFirst($0), pattern.dropFirst()) }
      }
      guard let character = text.first else { return false }
      return (first == "_" || first == character)
        && matches(text.dropFirst(), pattern.dropFirst())
    }
    for _ in 0..<3_000 {
      let text = String((0..<Int.random(in: 0...8)).map { _ in "abé".randomElement() ?? "a" })
      let pattern = String((0..<Int.random(in: 0...6)).map { _ in "ab%_é".randomElement() ?? "a" })
      var textBytes = text
      var patternBytes = pattern
      let found = try textBytes.withUTF8 { textBuffer in
        try patternBytes.withUTF8 { patternBuffer in
          try LikeMatcher(pattern: UnsafeRawBufferPointer(patternBuffer), escape: nil)
            .matches(UnsafeRawBufferPointer(textBuffer))
        }
      }
      #expect(found == matches(Array(text)[...], Array(pattern)[...]), "\(text) LIKE \(pattern)")
    }
  }

  @Test func `substring search finds what a plain search finds`() {
    for _ in 0..<2_000 {
      let haystack = (0..<Int.random(in: 0...70)).map { _ in UInt8.random(in: 97...98) }
      let needle = (0..<Int.random(in: 1...5)).map { _ in UInt8.random(in: 97...98) }
      let expected = haystack.indices.first {
        haystack[$0...].starts(with: needle)
      }
      let found = haystack.withUnsafeBytes { text in
        needle.withUnsafeBytes { ByteSearch.find($0, in: text) }
      }
      #expect(found == expected)
    }
  }

  @Test func `equal values hash alike in every form`() {
    let flat = column([1, 2, nil, 1])
    let dictionary = Column(
      .dictionary(
        codes: Buffer([0, 1, 0, 0]),
        ColumnDictionary(values: .int64(Buffer([1, 2])), count: 2)
      ),
      count: 4,
      validity: flat.validity
    )
    var hashes: [[UInt64]] = []
    for column in [flat, dictionary] {
      let target = Buffer<UInt64>(count: 4)
      ColumnHashing.hash(column, .bigint, rowCount: 4, into: target.base)
      hashes.append(Array(target.values))
    }
    #expect(hashes[0] == hashes[1])
    #expect(hashes[0][0] == hashes[0][3])
    #expect(Set(hashes[0]).count == 3)
  }

  @Test func `days and dates turn into each other`() {
    for days in stride(from: -1_000_000, through: 1_000_000, by: 373) {
      let date = CivilDate(days: days)
      #expect(date.days == days)
      #expect(date.isReal)
    }
    // Around the first of March of the year 0, where positive numbers begin, and where they end.
    for days in [-721_000...(-570_000), 267_710_000...267_720_000].joined() {
      #expect(CivilDate(days: days).days == days)
    }
    #expect(CivilDate(days: 0) == CivilDate(year: 1970, month: 1, day: 1))
    #expect(CivilDate(year: 2000, month: 2, day: 29).days == 11_016)
    #expect(CivilDate.dayOfWeek(days: 0) == 4)
  }
}
