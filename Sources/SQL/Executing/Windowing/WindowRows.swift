import ColumnFormat

/// The rows of a window that are in memory, divided by the hash of their partition.
///
/// Columns that the rows are divided by are kept as key words alone, unless these do not hold the value
/// to the bit.
struct WindowRows {
  let scattered: ScatteredRows
  private let types: [SQLType]
  private let layout: KeyLayout
  /// Where each column is found: among the key's, or among those kept.
  private let origins: [(isKey: Bool, position: Int)]
  private let hasKeys: Bool

  init(_ types: [SQLType], _ partitionBy: [Int], _ layout: KeyLayout) {
    self.types = types
    self.layout = layout
    hasKeys = !partitionBy.isEmpty
    let isExact = layout.types.allSatisfy(WindowRows.isExactAsKey)
    var kept: [Int] = []
    var origins: [(isKey: Bool, position: Int)] = []
    for column in types.indices {
      if isExact, let key = partitionBy.firstIndex(of: column) {
        origins.append((true, key))
      } else {
        origins.append((false, kept.count))
        kept.append(column)
      }
    }
    self.origins = origins
    scattered = ScatteredRows(
      layout,
      positions: kept,
      types: kept.map { types[$0] },
      isShared: true
    )
  }

  /// Whether a key's words give the value back: not where zeros and NaNs are made alike.
  private static func isExactAsKey(_ type: SQLType) -> Bool {
    switch type.physicalType {
    case .float32, .float64, .list, .row: false
    default: true
    }
  }

  /// Columns of a page: all of the input, or those at `positions`.
  func columns(
    _ page: ScatteredRows.Page,
    _ part: ScatteredRows.Part,
    _ positions: [Int]? = nil
  ) -> [Column] {
    let origins = positions?.map { self.origins[$0] } ?? self.origins
    let keys =
      origins.contains(where: \.isKey)
      ? KeyDecoder.columns(
        layout,
        words: page.words.base,
        hashes: page.hashes.base,
        rowCount: page.rowCount,
        textOwner: part.textOwner
      ) : []
    return origins.map { $0.isKey ? keys[$0.position] : page.columns[$0.position].finish() }
  }

  /// Leaves the rows of a part that are wanted.
  func cut(_ part: ScatteredRows.Part, _ selection: RankSelection) {
    if part.rowCount > 0 { part.keep(survivors(part, selection)) }
  }

  private func survivors(_ part: ScatteredRows.Part, _ selection: RankSelection) -> Buffer<UInt32> {
    let (numbers, count) = partitions(part)
    // Only what the order looks at is brought together.
    var own = selection.order
    let pages = part.pages.map { columns($0, part, own.keys.map(\.column)) }
    let batch = Batch(
      columns: own.keys.indices.map { key in Column.concatenate(pages.map { $0[key] }) },
      rowCount: part.rowCount
    )
    for index in own.keys.indices { own.keys[index].column = index }
    return RankSelection(order: own, limit: selection.limit)
      .survivors(batch, numbers.base, partitionCount: count)
  }

  /// The number of each row's partition, and how many there are.
  private func partitions(_ part: ScatteredRows.Part) -> (numbers: Buffer<UInt32>, count: Int) {
    let rowCount = part.rowCount
    guard hasKeys else { return (Buffer<UInt32>(repeating: 0, count: rowCount), 1) }
    let numbers = Buffer<UInt32>(count: rowCount)
    let table = GroupTable(layout, capacity: max(rowCount / 2, 64), textOwner: part.textOwner)
    var start = 0
    for page in part.pages {
      table.resolve(
        words: page.words.base,
        hashes: page.hashes.base,
        rowCount: page.rowCount,
        groups: numbers.base + start
      )
      start += page.rowCount
    }
    return (numbers, table.count)
  }

  /// Hands over the rows of a part that are wanted, with the numbers of their partitions.
  func take(part number: Int, _ selection: RankSelection?) -> (Batch, Buffer<UInt32>) {
    let part = scattered.parts[number]
    if part.rowCount == 0 { return (Batch(columns: [], rowCount: 0), Buffer<UInt32>(count: 0)) }
    if let selection, selection.limit.isFirstRow {
      let rows = survivors(part, selection)
      // Each is a partition.
      let partitions = Buffer<UInt32>(count: rows.count)
      for row in 0..<rows.count { partitions.base[row] = UInt32(truncatingIfNeeded: row) }
      return (joined(part).taking(rows), partitions)
    }
    if let selection, part.rowCount > part.keptRowCount { cut(part, selection) }
    let (numbers, _) = partitions(part)
    return (joined(part), numbers)
  }

  /// The rows of a part, which then has none.
  private func joined(_ part: ScatteredRows.Part) -> Batch {
    let rowCount = part.rowCount
    let pages = part.pages.map { columns($0, part) }
    part.drop()
    return Batch(
      columns: types.indices.map { column in Column.concatenate(pages.map { $0[column] }) },
      rowCount: rowCount
    )
  }
}
