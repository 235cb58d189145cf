import ColumnFormat

/// An aggregate that sees only the rows whose last argument is true: FILTER over a window.
final class FilteredState: AggregateState {
  private let inner: any AggregateState

  init(_ inner: any AggregateState) { self.inner = inner }

  func resize(groupCount: Int) throws { try inner.resize(groupCount: groupCount) }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) throws {
    let mask = arguments[arguments.count - 1]
    let flags = Operand<UInt8>(mask)
    var rows = BufferBuilder<UInt32>(capacity: rowCount)
    var owners = BufferBuilder<UInt32>(capacity: rowCount)
    for row in 0..<rowCount where flags[row] & 1 == 1 && mask.isValid(row) {
      rows.append(UInt32(truncatingIfNeeded: row))
      owners.append(groups[row])
    }
    let kept = rows.finish()
    guard kept.count > 0 else { return }
    try inner.update(
      groups: owners.finish().base,
      arguments: arguments.dropLast().map { $0.taking(kept) },
      rowCount: kept.count
    )
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) throws {
    guard let other = other as? FilteredState else { return }
    try inner.merge(other.inner, from: sources, to: groups, count: count)
  }

  func finish() throws -> Column { try inner.finish() }

  var byteCount: Int { inner.byteCount }
}

extension AggregateFunction {
  /// The function with one more argument, a boolean: rows where it is not true do not count.
  var filtered: AggregateFunction {
    let make = makeState
    return AggregateFunction(
      name: "$filtered_" + name,
      argumentTypes: argumentTypes + [.boolean],
      resultType: resultType,
      makeState: { FilteredState(make()) }
    )
  }
}
