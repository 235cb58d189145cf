import ColumnFormat
import SQL

/// The rows of a result as what is drawn: labels, places and numbers.
struct ChartTable {
  /// What the values of a column are good for.
  enum Role: Equatable {
    case time, number, label
  }

  /// Values of one measure, in the order of the rows; nil for null and what is no number.
  struct Series: Equatable {
    var name: String
    var values: [Double?]
  }

  let columns: [ResultColumn]
  let roles: [Role]
  private(set) var texts: [[String]]
  private(set) var numbers: [[Double?]]
  private(set) var rowCount = 0
  /// Rows beyond the limit, which are not drawn.
  private(set) var rowCountLeftOut = 0

  static let rowCountMax = 100_000

  init(_ columns: [ResultColumn]) {
    self.columns = columns
    roles = columns.map { column in
      switch column.type {
      case .date, .timestamp, .timestampWithTimeZone: .time
      default: column.type.isNumeric ? .number : .label
      }
    }
    texts = columns.map { _ in [] }
    numbers = columns.map { _ in [] }
  }

  /// Adds the rows of a batch.
  mutating func append(_ batch: Batch) {
    let cells = batch.readers(columns)
    for row in 0..<batch.rowCount {
      if rowCount >= ChartTable.rowCountMax {
        rowCountLeftOut += batch.rowCount - row
        return
      }
      for (index, cell) in cells.enumerated() {
        let isNull = cell.isNull(row)
        var text = ByteText(capacity: 64)
        if !isNull { text.append(cell, row) }
        let shown = isNull ? "NULL" : DisplayText.clean(text.string)
        texts[index].append(shown)
        let number: Double? =
          switch roles[index] {
          case .label: nil
          case .number: isNull ? nil : Double(shown)
          case .time: isNull ? nil : cell.seconds(row)
          }
        numbers[index].append(number.flatMap { $0.isFinite ? $0 : nil })
      }
      rowCount += 1
    }
  }

  // MARK: Choosing

  /// The column along which values are drawn; nil where rows only have a number.
  var axis: Int? {
    if let time = roles.firstIndex(of: .time) { return time }
    if let label = roles.firstIndex(of: .label) { return label }
    return roles.count > 1 ? 0 : nil
  }

  /// The columns with the values.
  var measures: [Int] { roles.indices.filter { roles[$0] == .number && $0 != axis } }

  /// What suits the columns: time and long series are lines, categories are bars.
  var kind: ChartKind {
    guard let axis else { return .sparkline }
    switch roles[axis] {
    case .time: return rowCount > 1 ? .line : .bars
    case .number:
      let places = numbers[axis].compactMap { $0 }
      return rowCount > 40 && places == places.sorted() ? .line : .bars
    case .label: return .bars
    }
  }

  /// The words before each bar: all columns that are no measure.
  var labels: [String] {
    let named = roles.indices.filter { !measures.contains($0) }
    return (0..<rowCount).map { row in named.map { texts[$0][row] }.joined(separator: " · ") }
  }

  /// The measures; with `byLabel` one for each value of a label column beside the axis.
  func series(byLabel: Bool) -> (places: [Double?], series: [Series]) {
    let places =
      axis.flatMap { roles[$0] == .label ? nil : numbers[$0] } ?? (0..<rowCount).map(Double.init)
    let label = roles.indices.first { roles[$0] == .label && $0 != axis }
    if byLabel, let label, let measure = measures.first {
      var names: [String] = []
      for text in texts[label] where !names.contains(text) {
        names.append(text)
        // More lines cannot be told apart.
        if names.count == 6 { break }
      }
      return (
        places,
        names.map { name in
          Series(
            name: name,
            values: (0..<rowCount).map { texts[label][$0] == name ? numbers[measure][$0] : nil }
          )
        }
      )
    }
    return (places, measures.map { Series(name: columns[$0].name, values: numbers[$0]) })
  }
}

extension CellReader {
  /// A date's or timestamp's seconds since 1970; nil for other types.
  fileprivate func seconds(_ row: Int) -> Double? {
    switch type {
    case .date: Double(integer(row)) * 86_400
    case .timestamp(let precision):
      Double(integer(row)) / Double(ByteText.perSecond(precision))
    case .timestampWithTimeZone:
      // Microseconds above sixteen bits of zone.
      if case .int128(let values) = storage { Double(values[row] >> 16) / 1e6 } else { nil }
    default: nil
    }
  }
}
