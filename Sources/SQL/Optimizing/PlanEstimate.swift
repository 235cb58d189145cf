import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// How many rows a plan will put out, roughly, and how many different values its columns have.
struct PlanEstimate {
  var rowCount: Double
  /// By column: the different values over the whole table, whatever filters take away; joins divide
  /// by that, so that a filtered dimension shrinks the facts.
  var distinct: [ColumnID: Double] = [:]
  /// The smallest and largest number.
  var ranges: [ColumnID: ClosedRange<Double>] = [:]
  /// Columns each of whose values occurs once in its table.
  var unique: Set<ColumnID> = []
  /// The rows of the table before any filter; no column has more values.
  private var baseRowCount = Double.infinity
  /// Columns that aggregates compute.
  var aggregated: Set<ColumnID> = []
  /// Whether the number of rows stems from statistics and not from a default.
  var isKnown = true

  /// Where nothing is known of a table.
  private static let defaultRowCount = 1_000_000.0
  /// What a row of Parquet takes, roughly.
  private static let bytesPerRow = 40.0

  init(of plan: LogicalPlan) {
    switch plan {
    case .scan(let scan):
      self.init(table: scan)
      rowCount = max(1, rowCount * selectivity(of: .conjunction(scan.filters)))
      if let limit = scan.rowLimit { rowCount = min(rowCount, Double(limit)) }
    case .values(_, let rows): self.init(rowCount: Double(rows.count))
    case .filter(let input, let predicate):
      self = PlanEstimate(of: input)
      rowCount *= selectivity(of: predicate)
    case .project(let input, let items):
      self = PlanEstimate(of: input)
      for item in items where item.expression.asColumn?.id != item.column.id {
        take(item)
      }
    case .aggregate(let aggregate): self.init(aggregate: aggregate)
    case .join(let join): self.init(join: join)
    case .sort(let input, _): self = PlanEstimate(of: input)
    case .topN(let input, _, let count, _):
      self = PlanEstimate(of: input)
      rowCount = min(rowCount, Double(count))
    case .limit(let input, let count, let offset):
      self = PlanEstimate(of: input)
      rowCount = max(0, rowCount - Double(offset))
      if let count { rowCount = min(rowCount, Double(count)) }
    case .unionAll(let inputs, _):
      let parts = inputs.map { PlanEstimate(of: $0) }
      self.init(rowCount: parts.reduce(0) { $0 + $1.rowCount })
      isKnown = parts.allSatisfy(\.isKnown)
    case .window(let window):
      self = PlanEstimate(of: window.input)
      if let limit = window.limit {
        rowCount = min(rowCount, groupCount(window.partitionBy) * Double(limit.count))
      }
    case .unnest(let unnest):
      self = PlanEstimate(of: unnest.input)
      rowCount *= 3
    }
  }

  init(rowCount: Double) { self.rowCount = rowCount }

  /// Forgets the statistics of all other columns.
  mutating func keepOnly(_ columns: Set<ColumnID>) {
    distinct = distinct.filter { columns.contains($0.key) }
    ranges = ranges.filter { columns.contains($0.key) }
    unique.formIntersection(columns)
  }

  // MARK: Tables

  private init(table scan: LogicalPlan.Scan) {
    let table = scan.table
    if let count = table.rowCount {
      rowCount = Double(count)
    } else {
      isKnown = false
      var byteCount = 0.0
      var isListed = table.projection == nil
      for partition in table.partitions {
        guard case .files(let files) = partition.files else {
          isListed = false
          break
        }
        for file in files { byteCount += Double(file.byteCount) }
      }
      rowCount = isListed ? byteCount / PlanEstimate.bytesPerRow : PlanEstimate.defaultRowCount
    }
    rowCount = max(rowCount, 1)
    baseRowCount = rowCount
    for column in scan.columns where column.members.isEmpty {
      let id = column.column.id
      guard let statistics = table.statistics[column.tableColumn] else { continue }
      if let low = statistics.min?.asNumber, let high = statistics.max?.asNumber, low <= high {
        ranges[id] = low...high
        if column.column.type.isCountable { distinct[id] = min(rowCount, high - low + 1) }
      }
      if let count = statistics.distinctCount { distinct[id] = Double(count) }
      if let count = distinct[id], count > 0.9 * rowCount { unique.insert(id) }
    }
  }

  private mutating func take(_ item: LogicalPlan.ProjectItem) {
    var source = item.expression
    while case .cast(let inner, _, _) = source { source = inner }
    if let column = source.asColumn {
      distinct[item.column.id] = distinct[column.id]
      ranges[item.column.id] = ranges[column.id]
      if unique.contains(column.id) { unique.insert(item.column.id) }
    } else if item.expression.constantValue != nil {
      distinct[item.column.id] = 1
    }
  }

  // MARK: Aggregates and joins

  private init(aggregate: LogicalPlan.Aggregate) {
    self = PlanEstimate(of: aggregate.input)
    aggregated = Set(aggregate.calls.map(\.column.id))
    if aggregate.keys.isEmpty {
      rowCount = 1
      return
    }
    rowCount = groupCount(aggregate.keys) * Double(aggregate.groupingSets?.count ?? 1)
    unique = aggregate.keys.count == 1 ? [aggregate.keys[0].id] : []
    for key in aggregate.keys { distinct[key.id] = min(distinct[key.id] ?? rowCount, rowCount) }
  }

  /// Into how many groups the columns divide the rows.
  private func groupCount(_ keys: [PlanColumn]) -> Double {
    var groups = 1.0
    for key in keys { groups *= distinct[key.id] ?? max(1, pow(rowCount, 0.5)) }
    return max(1, min(groups, rowCount))
  }

  private init(join: LogicalPlan.Join) {
    let left = PlanEstimate(of: join.left)
    let right = PlanEstimate(of: join.right)
    self = PlanEstimate(
      join.kind,
      left,
      right,
      keys: join.keys.map { ($0.left, $0.right) },
      residual: join.residual
    )
  }

  /// The result of a join of two inputs.
  init(
    _ kind: LogicalPlan.Join.Kind,
    _ left: PlanEstimate,
    _ right: PlanEstimate,
    keys: [(left: PlanColumn, right: PlanColumn)],
    residual: BoundExpression?
  ) {
    if kind == .rightSemi || kind == .rightAnti {
      self.init(
        kind == .rightSemi ? .semi : .anti,
        right,
        left,
        keys: keys.map { (left: $0.right, right: $0.left) },
        residual: residual
      )
      return
    }
    self = left
    isKnown = left.isKnown && right.isKnown
    switch kind {
    case .semi, .anti:
      let share = PlanEstimate.matchedShare(left, right, keys, hasResidual: residual != nil)
      rowCount = left.rowCount * (kind == .semi ? share : max(0.1, 1 - share))
      return
    case .mark, .single: break
    default:
      rowCount = left.rowCount * right.rowCount * PlanEstimate.keySelectivity(left, right, keys)
      if kind == .left { rowCount = max(rowCount, left.rowCount) }
      if kind == .right { rowCount = max(rowCount, right.rowCount) }
      if kind == .full { rowCount = max(rowCount, left.rowCount, right.rowCount) }
    }
    baseRowCount = max(left.baseRowCount, right.baseRowCount)
    aggregated.formUnion(right.aggregated)
    distinct.merge(right.distinct) { first, _ in first }
    ranges.merge(right.ranges) { first, _ in first }
    unique.formUnion(right.unique)
    if let residual, kind == .inner { rowCount *= selectivity(of: residual) }
  }

  /// The share of all pairs of rows whose keys are equal.
  private static func keySelectivity(
    _ left: PlanEstimate,
    _ right: PlanEstimate,
    _ keys: [(left: PlanColumn, right: PlanColumn)]
  ) -> Double {
    var largest = 1.0
    var leftProduct = 1.0
    var rightProduct = 1.0
    for key in keys {
      let one = left.distinct[key.left.id]
      let other = right.distinct[key.right.id]
      let oneCount = one ?? other ?? max(1, pow(left.rowCount, 0.8))
      let otherCount = other ?? one ?? max(1, pow(right.rowCount, 0.8))
      // The values of a foreign key are among those of the key that it points to.
      if left.unique.contains(key.left.id) {
        largest = max(largest, oneCount)
      } else if right.unique.contains(key.right.id) {
        largest = max(largest, otherCount)
      } else {
        largest = max(largest, oneCount, otherCount)
      }
      leftProduct *= oneCount
      rightProduct *= otherCount
    }
    if keys.isEmpty { return 1 }
    // Several keys together have no more values than the smaller side has rows.
    let joint = min(
      min(leftProduct, max(left.rowCount, 1)),
      min(rightProduct, max(right.rowCount, 1))
    )
    return 1 / max(largest, keys.count > 1 ? joint : 1)
  }

  /// The share of left rows that find a partner.
  private static func matchedShare(
    _ left: PlanEstimate,
    _ right: PlanEstimate,
    _ keys: [(left: PlanColumn, right: PlanColumn)],
    hasResidual: Bool
  ) -> Double {
    var share = hasResidual ? 0.7 : 1.0
    for key in keys {
      guard let own = left.distinct[key.left.id] else {
        share = min(share, 0.5)
        continue
      }
      let other = min(right.distinct[key.right.id] ?? right.rowCount, right.rowCount)
      share = min(share, other / max(own, 1))
    }
    return min(max(share, 0.000_1), 1)
  }

  // MARK: Predicates

  /// The share of rows that pass.
  func selectivity(of predicate: BoundExpression) -> Double {
    switch predicate {
    case .constant(let value, _): return value == .boolean(true) ? 1 : 0
    case .and: return selectivity(ofAll: predicate.conjuncts)
    case .or(let parts): return 1 - parts.reduce(1) { $0 * (1 - selectivity(of: $1)) }
    case .not(let inner):
      if case .isNull = inner { return 0.95 }
      return max(0.02, 1 - selectivity(of: inner))
    case .isNull: return 0.05
    case .inConstants(let value, let constants):
      return min(0.9, Double(constants.count) / distinctCount(of: value))
    case .call(let function, let arguments) where arguments.count >= 2:
      if let (_, low, high) = share(of: predicate) { return max(high - low, 0.000_1) }
      return selectivity(function.name, arguments)
    default: return 0.5
    }
  }

  /// Bounds of one column count as one interval, other conditions as independent.
  private func selectivity(ofAll parts: [BoundExpression]) -> Double {
    var result = 1.0
    var intervals: [ColumnID: (low: Double, high: Double)] = [:]
    for part in parts {
      guard let (column, low, high) = share(of: part) else {
        result *= selectivity(of: part)
        continue
      }
      let known = intervals[column] ?? (0, 1)
      intervals[column] = (max(known.low, low), min(known.high, high))
    }
    for (low, high) in intervals.values { result *= max(high - low, 0.000_1) }
    return result
  }

  /// Which part of its column's range a bound leaves.
  private func share(
    of predicate: BoundExpression
  ) -> (column: ColumnID, low: Double, high: Double)? {
    guard case .call(let function, let arguments) = predicate, arguments.count == 2,
      let column = arguments[0].asColumn, let range = ranges[column.id],
      let value = arguments[1].constantValue?.asNumber, range.upperBound > range.lowerBound
    else { return nil }
    let width = range.upperBound - range.lowerBound
    let below = min(max((value - range.lowerBound) / width, 0), 1)
    switch function.name {
    case "$less", "$lessOrEqual": return (column.id, 0, below)
    case "$greater", "$greaterOrEqual": return (column.id, below, 1)
    default: return nil
    }
  }

  private func distinctCount(of expression: BoundExpression) -> Double {
    if let column = expression.asColumn, let count = distinct[column.id] { return max(1, count) }
    if case .cast(let inner, _, _) = expression { return distinctCount(of: inner) }
    return expression.type == .boolean ? 2 : min(25, max(1, baseRowCount))
  }

  private func selectivity(_ name: String, _ arguments: [BoundExpression]) -> Double {
    let constant = arguments[1].constantValue
    switch name {
    case "$equal":
      if constant == nil {
        return 1 / max(distinctCount(of: arguments[0]), distinctCount(of: arguments[1]))
      }
      return 1 / distinctCount(of: arguments[0])
    case "$notEqual": return 1 - min(0.9, 1 / distinctCount(of: arguments[0]))
    case "$like": return 0.08
    case "$less", "$lessOrEqual", "$greater", "$greaterOrEqual":
      if let column = arguments[0].asColumn, aggregated.contains(column.id) {
        // What HAVING asks for is meant to be rare.
        return 0.05
      }
      return constant == nil ? 0.5 : 0.33
    default: return 0.3
    }
  }
}

extension Scalar {
  /// The value as a number, for interpolation.
  fileprivate var asNumber: Double? {
    switch self {
    case .int(let value): Double(value)
    case .int128(let value): Double(value)
    case .float(let value): value.isFinite ? Double(value) : nil
    case .double(let value): value.isFinite ? value : nil
    default: nil
    }
  }
}

extension SQLType {
  /// Whether the values between two bounds can be counted.
  fileprivate var isCountable: Bool { isInteger || self == .date }
}
