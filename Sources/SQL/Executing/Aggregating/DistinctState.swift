import ColumnFormat

/// Hands each value of a group to an aggregate once.
///
/// One table has the pairs of all groups' numbers and their values.
final class DistinctState: AggregateState {
  private static let stepRowCount = 8192

  private let inner: any AggregateState
  private let argumentTypes: [SQLType]
  private let encoder: KeyEncoder
  private let table: GroupTable
  private var numbers = Buffer<UInt32>(count: Batch.rowCountTarget)

  /// `argumentTypes` are those of the columns that the function is given.
  init(_ function: AggregateFunction, argumentTypes: [SQLType]) {
    inner = function.makeState()
    self.argumentTypes = argumentTypes
    let layout = KeyLayout([.integer] + argumentTypes)
    encoder = KeyEncoder(layout)
    table = GroupTable(layout)
  }

  /// The function over distinct arguments.
  static func function(_ function: AggregateFunction, argumentTypes: [SQLType])
    -> AggregateFunction
  {
    var distinct = function
    distinct.makeState = { DistinctState(function, argumentTypes: argumentTypes) }
    return distinct
  }

  func resize(groupCount: Int) throws { try inner.resize(groupCount: groupCount) }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) throws {
    if numbers.count < rowCount { numbers = Buffer<UInt32>(count: rowCount) }
    let known = table.count
    // The numbers of groups stay far below 2^31, as rows of one table do.
    let own = Buffer<Int32>(count: rowCount)
    for row in 0..<rowCount { own.base[row] = Int32(bitPattern: groups[row]) }
    encoder.encode([Column(flat: .int32(own), count: rowCount)] + arguments, rowCount: rowCount)
    table.resolve(
      words: encoder.words,
      hashes: encoder.hashes,
      rowCount: rowCount,
      groups: numbers.base
    )
    if table.count == known { return }
    if table.count == known + rowCount {
      return try inner.update(groups: groups, arguments: arguments, rowCount: rowCount)
    }
    // New pairs are numbered in the order of their first rows.
    let rows = Buffer<UInt32>(count: table.count - known)
    let rowGroups = Buffer<UInt32>(count: table.count - known)
    var count = 0
    for row in 0..<rowCount where Int(numbers.base[row]) == known &+ count {
      rows.base[count] = UInt32(truncatingIfNeeded: row)
      rowGroups.base[count] = groups[row]
      count &+= 1
    }
    try inner.update(
      groups: rowGroups.base,
      arguments: arguments.map { $0.taking(rows) },
      rowCount: count
    )
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) throws {
    guard let other = other as? DistinctState else { return }
    var targets: [Int32: UInt32] = [:]
    for index in 0..<count { targets[Int32(bitPattern: sources[index])] = groups[index] }
    let theirs = other.table
    var start = 0
    while start < theirs.count {
      let stepCount = min(DistinctState.stepRowCount, theirs.count - start)
      let columns = KeyDecoder.columns(
        theirs.layout,
        words: theirs.keys + start * theirs.layout.wordCount,
        hashes: theirs.hashes + start,
        rowCount: stepCount,
        textOwner: theirs.textOwner
      )
      start += stepCount
      guard case .int32(let numbers) = columns[0].flatValues else { continue }
      var rows = BufferBuilder<UInt32>()
      var rowGroups = BufferBuilder<UInt32>()
      for row in 0..<stepCount {
        guard let target = targets[numbers.base[row]] else { continue }
        rows.append(UInt32(truncatingIfNeeded: row))
        rowGroups.append(target)
      }
      if rows.count == 0 { continue }
      let (taken, takenGroups) = (rows.finish(), rowGroups.finish())
      try update(
        groups: takenGroups.base,
        arguments: columns.dropFirst().map { $0.taking(taken) },
        rowCount: taken.count
      )
    }
  }

  func finish() throws -> Column { try inner.finish() }

  var byteCount: Int { table.byteCount + encoder.byteCount + inner.byteCount }
}
