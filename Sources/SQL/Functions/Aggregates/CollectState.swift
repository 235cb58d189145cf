import ColumnFormat

/// Keeps the arguments of all rows of each group, in the order of their coming, for functions that
/// need to see them together: `array_agg`, `map_agg`, `listagg`, ….
final class CollectState: AggregateState {
  /// Makes the result: the kept rows of group `i` are `offsets[i]..<offsets[i + 1]` of each column.
  typealias Finish =
    @Sendable (_ arguments: [Column], _ offsets: Buffer<UInt32>) throws -> Column

  private var chunks: [[Column]] = []
  private var owners = BufferBuilder<UInt32>(capacity: 1_024)
  private var groupCount = 0
  private let types: [SQLType]
  private let skipsNulls: Int?
  private let finisher: Finish
  private var heldByteCount = 0

  /// - Parameters:
  ///   - types: The arguments' types.
  ///   - skipsNulls: The argument whose null leaves the row out; nil keeps all rows.
  ///   - finish: Makes the result.
  init(_ types: [SQLType], skipsNulls: Int?, finish: @escaping Finish) {
    self.types = types
    self.skipsNulls = skipsNulls
    finisher = finish
  }

  func resize(groupCount: Int) { self.groupCount = max(self.groupCount, groupCount) }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    var columns = arguments
    if let index = skipsNulls, let validity = columns[index].rowValidity, validity.nullCount > 0 {
      let rows = SelectionKernels.keepValid(ExpressionNode.allRows(rowCount), validity)
      columns = columns.map { $0.taking(rows) }
      for index in 0..<rows.count { owners.append(groups[Int(rows.base[index])]) }
      if rows.count > 0 { add(columns) }
      return
    }
    guard rowCount > 0 else { return }
    owners.append(from: groups, count: rowCount)
    add(columns)
  }

  private func add(_ columns: [Column]) {
    chunks.append(columns)
    heldByteCount += columns.reduce(0) { $0 + $1.valueByteCount }
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? CollectState, !other.chunks.isEmpty else { return }
    // One group may go to several others: `next` links the entries of the same source.
    var first = [Int](repeating: -1, count: other.groupCount)
    var next = [Int](repeating: -1, count: count)
    for index in stride(from: count - 1, through: 0, by: -1) {
      next[index] = first[Int(sources[index])]
      first[Int(sources[index])] = index
    }
    var start = 0
    for chunk in other.chunks {
      let size = chunk[0].count
      var rows = BufferBuilder<UInt32>(capacity: size)
      for row in 0..<size {
        var index = first[Int(other.owners[start + row])]
        while index >= 0 {
          rows.append(UInt32(row))
          owners.append(groups[index])
          index = next[index]
        }
      }
      start += size
      if rows.count > 0 {
        let taken = rows.finish()
        add(chunk.map { $0.taking(taken) })
      }
    }
  }

  func finish() throws -> Column {
    let total = owners.count
    let offsets = Buffer<UInt32>(repeating: 0, count: groupCount + 1)
    for row in 0..<total { offsets.base[Int(owners[row]) + 1] += 1 }
    for group in 0..<groupCount { offsets.base[group + 1] += offsets.base[group] }
    // A counting sort keeps the rows of a group in their order.
    var next = Array(offsets.values)
    let order = Buffer<UInt32>(count: total)
    for row in 0..<total {
      let group = Int(owners[row])
      order.base[Int(next[group])] = UInt32(row)
      next[group] += 1
    }
    let columns = types.indices.map { index in
      chunks.isEmpty
        ? Column(scalars: [], type: types[index])
        : Column.concatenate(chunks.map { $0[index] }).taking(order)
    }
    return try finisher(columns, offsets)
  }

  var byteCount: Int { owners.count * 4 + heldByteCount }

  /// Nulls for the groups without rows.
  static func validity(_ offsets: Buffer<UInt32>) -> Validity? {
    let count = offsets.count - 1
    let bytes = Buffer<UInt8>(count: count)
    for group in 0..<count {
      bytes.base[group] = bit(offsets.base[group + 1] > offsets.base[group])
    }
    return Validity.fromBytes(bytes.base, count: count)
  }

  /// The places of a group's rows.
  static func range(_ offsets: Buffer<UInt32>, _ group: Int) -> Range<Int> {
    Int(offsets.base[group])..<Int(offsets.base[group + 1])
  }
}
