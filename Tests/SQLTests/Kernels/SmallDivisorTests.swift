import ColumnFormat
import TestSupport
import Testing

@testable import SQL

@Suite struct SmallDivisorTests {
  @Test func `a multiplication divides as division does`() {
    var random = SeededGenerator(seed: 5)
    var divisors: [UInt64] = [2, 3, 7, 10, 1 << 62, (1 << 62) + 1, (1 << 63) - 1]
    divisors += (1...18).map { UInt64(DecimalMath.smallPowers[$0]) }
    divisors += (0..<200).map { _ in
      max(2, random.next() >> UInt64.random(in: 1...62, using: &random))
    }
    for number in divisors {
      let divisor = SmallDivisor(number)
      let most: UInt64 = (1 << 63) - 1
      var dividends: [UInt64] = [0, 1, number - 1, number, most, most - most % number]
      if most - most % number > 0 { dividends.append(most - most % number - 1) }
      dividends += (0..<50).map { _ in random.next() >> UInt64.random(in: 1...63, using: &random) }
      for dividend in dividends { #expect(divisor.quotient(of: dividend) == dividend / number) }
    }
  }

  private func rounded(_ value: Int64, dropping digits: Int) -> Int128 {
    if digits <= 0 { return Int128(value) }
    let factor = DecimalMath.powers[digits]
    let half = value < 0 ? 0 - factor / 2 : factor / 2
    return (Int128(value) + half) / factor * factor
  }

  @Test(arguments: [(18, 2), (12, 4), (17, 17), (5, 1)])
  func `small decimals are rounded as large ones`(precision: Int, scale: Int) throws {
    var random = SeededGenerator(seed: 7)
    let limit = DecimalMath.smallPowers[precision]
    var values: [Int64] = [0, 1, -1, 5, -5, 4, -4, 49, 50, -50, limit - 1, 1 - limit]
    values += (0..<500).map { _ in Int64.random(in: 1 - limit...limit - 1, using: &random) }
    let small = SQLType.decimal(precision: precision, scale: scale)
    let large = SQLType.decimal(precision: 30, scale: scale)
    func texts(_ name: String, _ type: SQLType, _ digits: Int64?) throws -> [Scalar] {
      let types = digits == nil ? [type] : [type, .bigint]
      let function = try FunctionCatalog.standard.scalar(name, types)
      let column = Column(
        scalars: values.map { type == small ? .int($0) : .int128(Int128($0)) },
        type: type
      )
      let count = values.count
      let columns =
        [column] + (digits.map { [.constant(.int($0), of: .bigint, count: count)] } ?? [])
      let result = try function.kernel(columns, count, EvaluationContext())
      return (0..<count).map { row in
        switch result.scalar(at: row) {
        case .int(let value): .int128(Int128(value))
        case let other: other
        }
      }
    }
    for name in ["round", "ceil", "floor", "truncate"] {
      #expect(try texts(name, small, nil) == texts(name, large, nil))
    }
    // Digits that are the same for all rows have a way of their own, whatever the size.
    for digits: Int64 in [-2, 0, 1, 3] {
      #expect(
        try texts("round", large, digits)
          == values.map { .int128(rounded($0, dropping: scale - Int(digits))) }
      )
    }
    for name in ["round", "truncate"] {
      for digits: Int64 in [-20, -3, 0, 1, 2, 30] {
        #expect(try texts(name, small, digits) == texts(name, large, digits))
      }
    }
  }
}
