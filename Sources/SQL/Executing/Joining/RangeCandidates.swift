import ColumnFormat

/// The rows of a build side in the order of one number, so that a join without equal keys looks at those
/// rows only that a comparison with it lets through.
///
/// What it leaves out cannot match; the rest is still to be compared.
final class RangeCandidates {
  private typealias Evaluator = (evaluator: ExpressionEvaluator, columns: [Int])

  /// The numbers in rising order, and the rows that they are of; rows with nulls and NaN are left out.
  private let numbers: [Int64]
  let rows: [UInt32]
  private let bounds: [(bound: JoinRange.Bound, value: Evaluator)]
  private(set) var starts: [Int] = []
  private(set) var ends: [Int] = []

  /// Nil where the condition has no comparison of numbers with a side in each input.
  init?(
    _ condition: BoundExpression,
    left: [PlanColumn],
    right: [PlanColumn],
    _ build: Batch,
    _ context: EvaluationContext
  ) throws {
    guard build.rowCount > 0,
      let range = JoinRange(condition, left: Set(left.map(\.id)), right: Set(right.map(\.id))),
      RangeCandidates.isNumber(range.key.type)
    else { return nil }
    bounds = try range.bounds.map {
      ($0, try RangeCandidates.evaluator($0.value, left, context))
    }
    let key = try RangeCandidates.evaluator(range.key, right, context)
    // An error belongs to the rows that are compared, if any are.
    guard let column = try? RangeCandidates.value(key, build),
      let found = RangeCandidates.numbers(column)
    else { return nil }
    let sorted = found.indices.filter { found[$0] != nil }
      .sorted { (found[$0] ?? 0, $0) < (found[$1] ?? 0, $1) }
    numbers = sorted.map { found[$0] ?? 0 }
    rows = sorted.map { UInt32(truncatingIfNeeded: $0) }
  }

  /// What is held, in bytes.
  var byteCount: Int { numbers.count * 12 }

  /// Sets `starts` and `ends` to where in `rows` the candidates of each left row are; false where they
  /// cannot be told.
  func find(_ batch: Batch) -> Bool {
    starts = [Int](repeating: 0, count: batch.rowCount)
    ends = [Int](repeating: numbers.count, count: batch.rowCount)
    for (bound, value) in bounds {
      guard let column = try? RangeCandidates.value(value, batch),
        let found = RangeCandidates.numbers(column)
      else { return false }
      for row in 0..<batch.rowCount {
        guard let number = found[row] else {
          ends[row] = 0
          continue
        }
        if bound.isLower {
          starts[row] = max(starts[row], place(number, after: !bound.isInclusive))
        } else {
          ends[row] = min(ends[row], place(number, after: bound.isInclusive))
        }
      }
    }
    return true
  }

  /// How many numbers are below this one, or at most as great.
  private func place(_ number: Int64, after isAfter: Bool) -> Int {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if isAfter ? numbers[middle] <= number : numbers[middle] < number {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  private static func evaluator(
    _ expression: BoundExpression,
    _ columns: [PlanColumn],
    _ context: EvaluationContext
  ) throws -> Evaluator {
    let used = expression.columnIDs
    let positions = columns.indices.filter { used.contains(columns[$0].id) }
    let input = positions.map { columns[$0] }
    return (try ExpressionEvaluator(expression, input: input, context: context), positions)
  }

  private static func value(_ value: Evaluator, _ batch: Batch) throws -> Column {
    let columns = value.columns.map { batch.columns[$0] }
    return try value.evaluator.evaluate(Batch(columns: columns, rowCount: batch.rowCount))
      .flattened()
  }

  private static func isNumber(_ type: SQLType) -> Bool {
    switch type.physicalType {
    case .int8, .int16, .int32, .int64, .float32, .float64: true
    default: false
    }
  }

  /// Each row's value as an integer of the same order; nil for nulls and NaN, which no comparison is true
  /// of.
  private static func numbers(_ column: Column) -> [Int64?]? {
    func all<Value>(_ values: Buffer<Value>, _ number: (Value) -> Int64?) -> [Int64?] {
      (0..<column.count).map { column.isValid($0) ? number(values.base[$0]) : nil }
    }
    func ordered(_ value: Double) -> Int64? {
      if value.isNaN { return nil }
      return Int64(bitPattern: SortWords.ordered(value, nanIsLeast: false) ^ (1 &<< 63))
    }
    switch column.flatValues {
    case .int8(let values): return all(values) { Int64($0) }
    case .int16(let values): return all(values) { Int64($0) }
    case .int32(let values): return all(values) { Int64($0) }
    case .int64(let values): return all(values) { $0 }
    case .float32(let values): return all(values) { ordered(Double($0)) }
    case .float64(let values): return all(values, ordered)
    default: return nil
    }
  }
}
