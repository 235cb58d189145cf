import ColumnFormat

/// Between which unscaled values the decimals and integers of a plan's columns lie.
///
/// Known from the statistics of the files that a scan reads; bounds say nothing about nulls.
struct DecimalBounds {
  typealias Range = ClosedRange<Int128>

  private var ranges: [ColumnID: Range] = [:]

  /// Takes up what a scan's table knows of its columns.
  mutating func add(_ scan: LogicalPlan.Scan) {
    for column in scan.columns where column.members.isEmpty {
      guard let statistics = scan.table.statistics[column.tableColumn],
        let min = DecimalBounds.unscaled(statistics.min),
        let max = DecimalBounds.unscaled(statistics.max), min <= max
      else { continue }
      switch column.column.type {
      case .decimal, .tinyint, .smallint, .integer, .bigint: ranges[column.column.id] = min...max
      default: break
      }
    }
  }

  /// Takes up what follows for a column from its expression.
  mutating func add(_ item: LogicalPlan.ProjectItem) {
    if ranges[item.column.id] == nil { ranges[item.column.id] = range(of: item.expression) }
  }

  /// Where the expression's values lie; nil where that is not known.
  func range(of expression: BoundExpression) -> Range? {
    switch expression {
    case .column(let column): return ranges[column.id]
    case .constant(let value, _): return DecimalBounds.unscaled(value).map { $0...$0 }
    case .cast(let inner, .decimal(_, let scale), _):
      guard let range = range(of: inner), let own = inner.type.decimalScale, own <= scale else {
        return nil
      }
      return DecimalBounds.scaled(range, by: scale - own)
    case .call(let function, let arguments):
      return DecimalBounds.range(of: function, arguments, arguments.map(range(of:)))
    case .caseWhen(let branches, let otherwise, _):
      var union = otherwise.isNullConstant ? nil : range(of: otherwise)
      if union == nil && !otherwise.isNullConstant { return nil }
      for (_, then) in branches where !then.isNullConstant {
        guard let range = range(of: then) else { return nil }
        union =
          union.map { min($0.lowerBound, range.lowerBound)...max($0.upperBound, range.upperBound) }
          ?? range
      }
      return union
    default: return nil
    }
  }

  private static func range(
    of function: ScalarFunction,
    _ arguments: [BoundExpression],
    _ ranges: [Range?]
  ) -> Range? {
    guard let scale = function.resultType.decimalScale, arguments.count == 2,
      let left = ranges[0], let right = ranges[1],
      let leftScale = arguments[0].type.decimalScale,
      let rightScale = arguments[1].type.decimalScale
    else { return nil }
    switch function.name {
    case "$multiply":
      let corners = [left.lowerBound, left.upperBound].flatMap { one in
        [right.lowerBound, right.upperBound].map { one.multipliedReportingOverflow(by: $0) }
      }
      if corners.contains(where: \.overflow) { return nil }
      let products = corners.map(\.partialValue)
      return (products.min() ?? 0)...(products.max() ?? 0)
    case "$add", "$subtract":
      guard let left = scaled(left, by: scale - leftScale),
        let right = scaled(right, by: scale - rightScale)
      else { return nil }
      let low =
        function.name == "$add"
        ? left.lowerBound.addingReportingOverflow(right.lowerBound)
        : left.lowerBound.subtractingReportingOverflow(right.upperBound)
      let high =
        function.name == "$add"
        ? left.upperBound.addingReportingOverflow(right.upperBound)
        : left.upperBound.subtractingReportingOverflow(right.lowerBound)
      return low.overflow || high.overflow ? nil : low.partialValue...high.partialValue
    default: return nil
    }
  }

  /// The range at a scale that has `digits` more places.
  private static func scaled(_ range: Range, by digits: Int) -> Range? {
    guard digits >= 0, digits <= 38 else { return nil }
    let low = range.lowerBound.multipliedReportingOverflow(by: DecimalMath.powers[digits])
    let high = range.upperBound.multipliedReportingOverflow(by: DecimalMath.powers[digits])
    return low.overflow || high.overflow ? nil : low.partialValue...high.partialValue
  }

  private static func unscaled(_ value: Scalar?) -> Int128? {
    switch value {
    case .int(let small): Int128(small)
    case .int128(let large): large
    default: nil
    }
  }
}

extension SQLType {
  /// The scale of a decimal; zero of an integer type.
  fileprivate var decimalScale: Int? {
    switch self {
    case .decimal(_, let scale): scale
    case .tinyint, .smallint, .integer, .bigint: 0
    default: nil
    }
  }
}
