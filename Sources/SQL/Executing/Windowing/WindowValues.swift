import ColumnFormat

/// Functions that pick the value of another row.
extension WindowComputation {
  /// `lag` and `lead`: the row so many rows before or after, nulls not counted where asked.
  func shifted(_ call: Call, _ type: SQLType, by direction: Int) throws -> Column {
    let column = rows.columns[call.arguments[0]]
    let distances = call.arguments.count > 1 ? rows.columns[call.arguments[1]].flattened() : nil
    let indices = Buffer<UInt32>(count: rowCount)
    /// Rows whose distance leads out of the partition.
    var outside = BufferBuilder<UInt32>()
    for row in 0..<rowCount {
      var distance = 1
      if let distances {
        guard distances.isValid(row) else {
          throw SQLError(.invalidArgument, "Offset must not be null")
        }
        guard case .int64(let values) = distances.flatValues else { break }
        distance = Int(values.base[row])
        if distance < 0 { throw SQLError(.invalidArgument, "Offset must be at least 0") }
      }
      let target = target(of: row, distance, direction, column, ignoresNulls: call.ignoresNulls)
      indices.base[row] = target.map { UInt32(truncatingIfNeeded: $0) } ?? Column.missingRow
      if target == nil { outside.append(UInt32(truncatingIfNeeded: row)) }
    }
    guard call.arguments.count > 2, outside.count > 0 else {
      return column.takingOrNull(indices, type)
    }
    // Defaults follow the column's own rows, so that one gather takes both.
    let defaults = rows.columns[call.arguments[2]].taking(outside.finish())
    let all = Column.concatenate([column.flattened(), defaults.flattened()])
    let missing = outside.finish()
    for index in 0..<missing.count {
      indices.base[Int(missing.base[index])] = UInt32(truncatingIfNeeded: rowCount + index)
    }
    return all.takingOrNull(indices, type)
  }

  private func target(
    of row: Int,
    _ distance: Int,
    _ direction: Int,
    _ column: Column,
    ignoresNulls: Bool
  ) -> Int? {
    let own = partition(row)
    if !ignoresNulls {
      let (position, overflow) = row.addingReportingOverflow(distance * direction)
      return !overflow && own.contains(position) ? position : nil
    }
    if distance == 0 { return row }
    var left = distance
    var position = row + direction
    while own.contains(position) {
      if column.isValid(position) {
        left -= 1
        if left == 0 { return position }
      }
      position += direction
    }
    return nil
  }

  /// `first_value`, `last_value` and `nth_value`.
  func valueInFrame(_ name: String, _ type: SQLType, _ call: Call) throws -> Column {
    let column = rows.columns[call.arguments[0]]
    let frames = try WindowFrames(self, call)
    let counts = name == "nth_value" ? rows.columns[call.arguments[1]].flattened() : nil
    let valid = call.ignoresNulls ? ValidRows(column) : nil
    let indices = Buffer<UInt32>(count: rowCount)
    for row in 0..<rowCount {
      indices.base[row] = Column.missingRow
      var wanted = 1
      if let counts {
        guard counts.isValid(row) else { continue }
        guard case .int64(let values) = counts.flatValues else { break }
        wanted = Int(values.base[row])
        if wanted < 1 { throw SQLError(.invalidArgument, "Offset must be at least 1") }
      }
      let frame = frames.frame(row)
      if frame.isEmpty { continue }
      let target: Int?
      if let valid {
        let inside = valid.range(frame)
        let position =
          name == "last_value" ? inside.upperBound - 1 : inside.lowerBound + (wanted - 1)
        target = inside.contains(position) ? Int(valid.rows[position]) : nil
      } else {
        let position =
          name == "last_value" ? frame.upperBound - 1 : frame.lowerBound + (wanted - 1)
        target = frame.contains(position) ? position : nil
      }
      if let target { indices.base[row] = UInt32(truncatingIfNeeded: target) }
    }
    return column.takingOrNull(indices, type)
  }

  /// The rows of a column that are not null, in order.
  private struct ValidRows {
    var rows: [UInt32] = []

    init(_ column: Column) {
      for row in 0..<column.count where column.isValid(row) { rows.append(UInt32(row)) }
    }

    /// The positions in `rows` of those within a frame.
    func range(_ frame: Range<Int>) -> Range<Int> {
      let first = lowerBound(frame.lowerBound)
      return first..<max(lowerBound(frame.upperBound), first)
    }

    private func lowerBound(_ row: Int) -> Int {
      var low = 0
      var high = rows.count
      while low < high {
        let middle = (low + high) / 2
        if Int(rows[middle]) < row { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }
}
