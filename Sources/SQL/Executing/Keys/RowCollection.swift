import ColumnFormat

/// Columns that grow together: rows that a sink keeps.
final class RowCollection {
  let columns: [GrowingColumn]
  private(set) var rowCount = 0

  init(_ types: [SQLType]) { columns = types.map { GrowingColumn($0) } }

  var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }
  /// What of it the rows take.
  var usedByteCount: Int { columns.reduce(0) { $0 + $1.usedByteCount } }

  func append(_ batch: Batch) {
    for (column, part) in zip(columns, batch.columns) { column.append(part) }
    rowCount += batch.rowCount
  }

  func append(_ columns: [Column], rows: Buffer<UInt32>) {
    for (column, part) in zip(self.columns, columns) { column.append(part, rows: rows) }
    rowCount += rows.count
  }

  func finish() -> Batch {
    Batch(columns: columns.map { $0.finish() }, rowCount: rowCount)
  }

  /// The rows of several collections one after the other; columns are joined in parallel.
  ///
  /// Nothing is left in the collections, so that hardly more memory is needed than for one of the two.
  static func joined(_ parts: [RowCollection], _ types: [SQLType], _ control: RunControl?) throws
    -> Batch
  {
    let filled = parts.filter { $0.rowCount > 0 }
    let rowCount = filled.reduce(0) { $0 + $1.rowCount }
    if filled.isEmpty {
      return Batch(
        columns: types.map { Column(flat: $0.zeros(count: 0), count: 0) },
        rowCount: 0
      )
    }
    if filled.count == 1 { return filled[0].finish() }
    let results = SharedArray<Column?>(repeating: nil, count: types.count)
    let box = SharedValue(filled)
    try RunControl.parallel(types.count, control) { column in
      results[column] = GrowingColumn.take(box.value.map { $0.columns[column] })
    }
    return Batch(columns: results.values.compactMap { $0 }, rowCount: rowCount)
  }
}

/// Slots that threads fill, each its own.
final class SharedArray<Element>: @unchecked Sendable {
  private let storage: UnsafeMutableBufferPointer<Element>

  init(repeating value: Element, count: Int) {
    storage = .allocate(capacity: count)
    storage.initialize(repeating: value)
  }

  deinit {
    storage.deinitialize()
    storage.deallocate()
  }

  subscript(index: Int) -> Element {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  var values: [Element] { Array(storage) }
}

/// A value that threads share because who made it sees to it that they do not collide.
final class SharedValue<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
