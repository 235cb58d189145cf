import ColumnFormat

/// The values of one projected column that conditions on it leave.
struct ProjectedValues {
  let column: ProjectedColumn
  let conditions: [PruningPredicate]
  let table: String
  let context: EvaluationContext

  init(
    _ column: ProjectedColumn,
    _ conditions: [PruningPredicate],
    table: String,
    _ context: EvaluationContext
  ) {
    self.column = column
    self.conditions = conditions
    self.table = table
    self.context = context
  }

  /// Each as the text in the folder's name and as a value of the column's type.
  func values() throws(SQLError) -> [(text: String, value: Scalar)] {
    switch column.kind {
    case .enumeration(let texts):
      var values: [(String, Scalar)] = []
      for text in texts { values.append((text, try scalar(text))) }
      return values
    case .integer(let range, let interval, let digits):
      return try integers(range, interval, digits)
    case .date(let pattern, let from, let to, let interval, let unit):
      return try dates(pattern, from, to, interval, unit)
    case .injected: return try injected()
    }
  }

  private func scalar(_ text: String) throws(SQLError) -> Scalar {
    guard let value = PartitionValue.scalar(text, column.field.type) else {
      throw SQLError(
        .hiveMetastore,
        "Column projection for column '\(column.field.name)' of table '\(table)' failed. "
          + "'\(text)' is no \(SQLType(column.field.type))"
      )
    }
    return value
  }

  // MARK: Conditions

  /// The values that the column must have one of; nil where no condition says so.
  private var wanted: [Scalar]? {
    var wanted: [Scalar]?
    for condition in conditions {
      let values: [Scalar]
      switch condition {
      case .compare(_, .equal, let value): values = [value]
      case .among(_, let several): values = several
      default: continue
      }
      wanted = wanted.map { $0.filter { values.contains($0) } } ?? values
    }
    return wanted
  }

  /// The bounds that comparisons set, as numbers; nil where a comparison says nothing of them.
  private func bounds(_ number: (Scalar) -> Int64?) -> (low: Int64?, high: Int64?) {
    var low: Int64?
    var high: Int64?
    for condition in conditions {
      guard case .compare(_, let comparison, let value) = condition, let bound = number(value)
      else { continue }
      switch comparison {
      case .greater, .greaterOrEqual: low = max(low ?? bound, bound)
      case .less, .lessOrEqual: high = min(high ?? bound, bound)
      case .equal:
        low = max(low ?? bound, bound)
        high = min(high ?? bound, bound)
      case .notEqual: break
      }
    }
    return (low, high)
  }

  private func injected() throws(SQLError) -> [(text: String, value: Scalar)] {
    guard let wanted, !wanted.isEmpty || !conditions.isEmpty else {
      throw SQLError(
        .constraintViolation,
        "For the injected projected partition column \(column.field.name), the WHERE clause must "
          + "contain only static equality conditions, and at least one such condition must be "
          + "present."
      )
    }
    return wanted.compactMap { value in
      if case .bytes(let bytes) = value {
        (String(decoding: bytes, as: UTF8.self), value)
      } else {
        nil
      }
    }
  }

  // MARK: Integers

  private func integers(_ range: ClosedRange<Int64>, _ interval: Int64, _ digits: Int)
    throws(SQLError) -> [(text: String, value: Scalar)]
  {
    var (low, high) = bounds { if case .int(let value) = $0 { value } else { nil } }
    if let wanted, column.field.type == .string {
      let numbers = wanted.compactMap { value -> Int64? in
        if case .bytes(let bytes) = value {
          Int64(String(decoding: bytes, as: UTF8.self))
        } else {
          nil
        }
      }
      // Texts that are no numbers are not among the values.
      guard let least = numbers.min(), let most = numbers.max() else { return [] }
      (low, high) = (least, most)
    }
    let from = max(range.lowerBound, low ?? range.lowerBound)
    let to = min(range.upperBound, high ?? range.upperBound)
    if from > to { return [] }
    // The first step that is not below.
    let offset = UInt64(bitPattern: from &- range.lowerBound)
    let step = UInt64(interval)
    let first = offset / step + (offset % step == 0 ? 0 : 1)
    let last = UInt64(bitPattern: to &- range.lowerBound) / step
    if first > last { return [] }
    try checkCount(last - first)
    var values: [(String, Scalar)] = []
    for index in first...last {
      let number = range.lowerBound &+ Int64(bitPattern: index * step)
      let text = ProjectedValues.padded(number, digits)
      values.append((text, try scalar(text)))
    }
    return values
  }

  static func padded(_ number: Int64, _ digits: Int) -> String {
    let text = String(number.magnitude)
    let zeros = String(repeating: "0", count: max(0, digits - text.utf8.count))
    return (number < 0 ? "-" : "") + zeros + text
  }

  private func checkCount(_ count: UInt64) throws(SQLError) {
    if count >= 10_000_000 {
      throw SQLError(
        .hivePartitionLimit,
        "Query over table '\(table)' can potentially read more than "
          + "\(PartitionProjection.countMax) partitions",
        help: "compare its partition column '\(column.field.name)' with constants"
      )
    }
  }

  // MARK: Dates

  private func dates(
    _ pattern: JavaTimePattern,
    _ from: ProjectedColumn.Edge,
    _ to: ProjectedColumn.Edge,
    _ interval: Int64,
    _ unit: JavaTimePattern.Unit
  ) throws(SQLError) -> [(text: String, value: Scalar)] {
    let low = moment(from, pattern)
    let high = moment(to, pattern)
    if low > high { return [] }
    /// The moment of a step.
    func at(_ step: Int64) -> Int64 { JavaTimePattern.add(step * interval, unit, to: low) }
    let limits = bounds { number($0, pattern) }
    let first = limits.low.map { bound in firstStep(not: { at($0) < bound }) } ?? 0
    let least = min(high, limits.high ?? high)
    let end = firstStep(not: { at($0) <= least })
    if first >= end { return [] }
    try checkCount(UInt64(end - first))
    var values: [(String, Scalar)] = []
    for step in first..<end {
      let text = pattern.text(seconds: at(step))
      values.append((text, try scalar(text)))
    }
    return values
  }

  /// The first step for which `holds` is false; it is true before and false after.
  private func firstStep(not holds: (Int64) -> Bool) -> Int64 {
    var low: Int64 = 0
    var high: Int64 = 1
    while high < 1 << 40 && holds(high - 1) {
      low = high
      high *= 2
    }
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func moment(_ edge: ProjectedColumn.Edge, _ pattern: JavaTimePattern) -> Int64 {
    switch edge {
    case .moment(let seconds): return seconds
    case .now(let count, let unit):
      let now = Int64(CivilDate.floorDiv(Int(context.queryStartMicros), 1_000_000))
      let moved = JavaTimePattern.add(count, unit, to: now)
      // To the precision of the format.
      return pattern.parse(pattern.text(seconds: moved))?.seconds ?? moved
    }
  }

  /// A constant that the column is compared with as a moment; nil where their orders differ.
  private func number(_ value: Scalar, _ pattern: JavaTimePattern) -> Int64? {
    switch (value, column.field.type) {
    case (.bytes(let bytes), .string):
      guard pattern.isSortable,
        let moment = pattern.parse(String(decoding: bytes, as: UTF8.self))
      else { return nil }
      return moment.seconds
    case (.int(let days), .date): return days * 86_400
    case (.int(let ticks), .timestamp(let unit, _)):
      return Int64(CivilDate.floorDiv(Int(ticks), Int(unit.perSecond)))
    default: return nil
    }
  }
}
