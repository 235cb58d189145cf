import ColumnFormat

/// The state of `histogram`: how often each value comes in a group, in the order in which values came first.
///
/// One table has the pairs of all groups' numbers and their values.
final class ValueCountState: AggregateState {
  private static let stepRowCount = 8192

  private let type: SQLType
  private let encoder: KeyEncoder
  private let table: GroupTable
  /// By pair.
  private let counts = GroupArray<Int64>(0)
  private var groupCount = 0
  private var pairs = Buffer<UInt32>(count: Batch.rowCountTarget)

  /// - Parameter type: Of the values.
  init(_ type: SQLType) {
    self.type = type
    let layout = KeyLayout([.integer, type])
    encoder = KeyEncoder(layout)
    table = GroupTable(layout)
  }

  func resize(groupCount: Int) { self.groupCount = max(self.groupCount, groupCount) }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    // The numbers of groups stay far below 2^31, as rows of one table do.
    let owners = Buffer<Int32>(count: rowCount)
    for row in 0..<rowCount { owners.base[row] = Int32(bitPattern: groups[row]) }
    add(owners, arguments[0], weights: nil)
  }

  func update(group: UInt32, arguments: [Column], rowCount: Int) {
    let column = arguments[0]
    guard case .dictionary(let codes, let dictionary) = column.form, dictionary.count <= rowCount
    else {
      let owners = Buffer<Int32>(repeating: Int32(bitPattern: group), count: rowCount)
      return add(owners, column, weights: nil)
    }
    let weights = Buffer<Int64>(repeating: 0, count: dictionary.count)
    let order = Buffer<UInt32>(count: dictionary.count)
    var count = 0
    for row in 0..<rowCount where column.validity?.isValid(row) ?? true {
      let code = codes.base[row]
      if weights.base[Int(code)] == 0 {
        order.base[count] = code
        count &+= 1
      }
      weights.base[Int(code)] &+= 1
    }
    let used = order.slice(0..<count)
    let own = Buffer<Int64>(count: count)
    for index in 0..<count { own.base[index] = weights.base[Int(used.base[index])] }
    add(
      Buffer<Int32>(repeating: Int32(bitPattern: group), count: count),
      Column(flat: dictionary.values, count: dictionary.count).taking(used),
      weights: own
    )
  }

  /// Counts each row as often as its weight says, or once.
  private func add(_ owners: Buffer<Int32>, _ values: Column, weights: Buffer<Int64>?) {
    var (owners, values, weights) = (owners, values, weights)
    if let validity = values.rowValidity, validity.nullCount > 0 {
      let rows = SelectionKernels.keepValid(ExpressionNode.allRows(values.count), validity)
      owners = owners.taking(rows)
      weights = weights.map { $0.taking(rows) }
      values = values.taking(rows)
    }
    let rowCount = values.count
    if rowCount == 0 { return }
    if pairs.count < rowCount { pairs = Buffer<UInt32>(count: rowCount) }
    encoder.encode([Column(flat: .int32(owners), count: rowCount), values], rowCount: rowCount)
    table.resolve(
      words: encoder.words,
      hashes: encoder.hashes,
      rowCount: rowCount,
      groups: pairs.base
    )
    counts.resize(table.count)
    let base = counts.base
    if let weights {
      for row in 0..<rowCount { base[Int(pairs.base[row])] &+= weights.base[row] }
    } else {
      for row in 0..<rowCount { base[Int(pairs.base[row])] &+= 1 }
    }
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? ValueCountState else { return }
    // One group may go to several others.
    var targets: [Int32: [UInt32]] = [:]
    for index in 0..<count {
      targets[Int32(bitPattern: sources[index]), default: []].append(groups[index])
    }
    other.forEachStep { owners, values, first in
      var rows = BufferBuilder<UInt32>()
      var rowOwners = BufferBuilder<Int32>()
      var weights = BufferBuilder<Int64>()
      for row in 0..<values.count {
        for target in targets[owners.base[row]] ?? [] {
          rows.append(UInt32(truncatingIfNeeded: row))
          rowOwners.append(Int32(bitPattern: target))
          weights.append(other.counts[first + row])
        }
      }
      if rows.count > 0 {
        add(rowOwners.finish(), values.taking(rows.finish()), weights: weights.finish())
      }
    }
  }

  /// Hands over the pairs in their order, some thousand at a time, and the number of the first one.
  private func forEachStep(_ body: (_ owners: Buffer<Int32>, _ values: Column, Int) -> Void) {
    var start = 0
    while start < table.count {
      let stepCount = min(ValueCountState.stepRowCount, table.count - start)
      let columns = KeyDecoder.columns(
        table.layout,
        words: table.keys + start * table.layout.wordCount,
        hashes: table.hashes + start,
        rowCount: stepCount,
        textOwner: table.textOwner
      )
      if case .int32(let owners) = columns[0].flatValues { body(owners, columns[1], start) }
      start += stepCount
    }
  }

  func finish() -> Column {
    let offsets = Buffer<UInt32>(repeating: 0, count: groupCount + 1)
    var values: [Column] = []
    let owners = Buffer<Int32>(count: table.count)
    forEachStep { own, column, first in
      (owners.base + first).update(from: own.base, count: column.count)
      values.append(column)
      for row in 0..<column.count { offsets.base[Int(own.base[row]) + 1] += 1 }
    }
    for group in 0..<groupCount { offsets.base[group + 1] += offsets.base[group] }
    // A counting sort keeps the order in which values came.
    var next = Array(offsets.values)
    let order = Buffer<UInt32>(count: table.count)
    for pair in 0..<table.count {
      let group = Int(owners.base[pair])
      order.base[Int(next[group])] = UInt32(truncatingIfNeeded: pair)
      next[group] += 1
    }
    let keys = values.isEmpty ? Column(scalars: [], type: type) : Column.concatenate(values)
    return MapFunctions.maps(
      offsets: offsets,
      keys: keys.taking(order).flattened(),
      values: Column(counts.buffer().taking(order)),
      count: groupCount,
      validity: CollectState.validity(offsets)
    )
  }

  var byteCount: Int { table.byteCount + encoder.byteCount + counts.byteCount }
}

extension Buffer where Element: BitwiseCopyable {
  /// The elements at `places`.
  fileprivate func taking(_ places: Buffer<UInt32>) -> Buffer<Element> {
    let result = Buffer<Element>(count: places.count)
    for index in 0..<places.count { result.base[index] = base[Int(places.base[index])] }
    return result
  }
}
