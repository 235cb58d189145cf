import ColumnFormat

/// The rows that each row's frame holds.
struct WindowFrames {
  private let starts: Buffer<UInt32>
  private let ends: Buffer<UInt32>

  /// Whether every frame is its partition.
  let isWholePartition: Bool
  /// Whether every frame begins where its partition does, and none ends before one of an earlier row.
  let isGrowing: Bool

  init(_ window: WindowComputation, _ frame: WindowFrameBounds) throws {
    let rowCount = window.rowCount
    starts = Buffer<UInt32>(count: rowCount)
    ends = Buffer<UInt32>(count: rowCount)
    var fromFirst = false
    if case .unboundedPreceding = frame.start { fromFirst = true }
    var toLast = false
    if case .unboundedFollowing = frame.end { toLast = true }
    // Without ORDER BY all rows are peers.
    if case .currentRow = frame.end, frame.unit != .rows, window.order.keys.isEmpty {
      toLast = true
    }
    if case .currentRow = frame.start, frame.unit != .rows, window.order.keys.isEmpty {
      fromFirst = true
    }
    isWholePartition = fromFirst && toLast
    isGrowing = fromFirst
    for number in 0..<(window.partitionStarts.count - 1) {
      let partition = window.partitionStarts[number]..<window.partitionStarts[number + 1]
      if isWholePartition {
        for row in partition {
          starts.base[row] = UInt32(truncatingIfNeeded: partition.lowerBound)
          ends.base[row] = UInt32(truncatingIfNeeded: partition.upperBound)
        }
        continue
      }
      let bounds: any FrameBounds
      switch frame.unit {
      case .rows: bounds = RowBounds()
      case .groups: bounds = GroupBounds(window, partition)
      case .range: bounds = try RangeBounds(window)
      }
      for row in partition {
        let start = try bounds.start(frame.start, row, partition, window)
        let end = try bounds.end(frame.end, row, partition, window)
        let first = min(max(start, partition.lowerBound), partition.upperBound)
        let last = min(max(end, first), partition.upperBound)
        starts.base[row] = UInt32(truncatingIfNeeded: first)
        ends.base[row] = UInt32(truncatingIfNeeded: last)
      }
    }
  }

  /// The rows that a row's functions see.
  @inline(__always)
  func frame(_ row: Int) -> Range<Int> { Int(starts.base[row])..<Int(ends.base[row]) }
}

/// How a unit counts.
private protocol FrameBounds {
  /// The first row of a frame that starts so, which may lie outside of the partition.
  func start(
    _ bound: WindowFrameBounds.Bound,
    _ row: Int,
    _ partition: Range<Int>,
    _ window: WindowComputation
  ) throws -> Int
  /// The row after the last one of a frame that ends so.
  func end(
    _ bound: WindowFrameBounds.Bound,
    _ row: Int,
    _ partition: Range<Int>,
    _ window: WindowComputation
  ) throws -> Int
}

/// A bound's number, kept small enough to be added to a row.
private func distance(_ offset: Scalar) -> Int {
  guard case .int(let value) = offset else { return 0 }
  return Int(min(value, Int64(Int32.max) * 4))
}

private struct RowBounds: FrameBounds {
  func start(
    _ bound: WindowFrameBounds.Bound,
    _ row: Int,
    _ partition: Range<Int>,
    _ window: WindowComputation
  ) -> Int {
    switch bound {
    case .unboundedPreceding: partition.lowerBound
    case .preceding(let offset): row - distance(offset)
    case .currentRow: row
    case .following(let offset): row + distance(offset)
    case .unboundedFollowing: partition.upperBound
    }
  }

  func end(
    _ bound: WindowFrameBounds.Bound,
    _ row: Int,
    _ partition: Range<Int>,
    _ window: WindowComputation
  ) -> Int {
    switch bound {
    case .unboundedPreceding: partition.lowerBound
    case .preceding(let offset): row - distance(offset) + 1
    case .currentRow: row + 1
    case .following(let offset): row + distance(offset) + 1
    case .unboundedFollowing: partition.upperBound
    }
  }
}

/// Counts groups of peers.
private struct GroupBounds: FrameBounds {
  /// Where each group of the partition starts, and the partition's end.
  private var starts: [Int] = []
  private var groupOf: [Int] = []
  private let first: Int

  init(_ window: WindowComputation, _ partition: Range<Int>) {
    first = partition.lowerBound
    var row = partition.lowerBound
    while row < partition.upperBound {
      let end = Int(window.peerEnd.base[row])
      groupOf += repeatElement(starts.count, count: end - row)
      starts.append(row)
      row = end
    }
    starts.append(partition.upperBound)
  }

  /// Where a group starts, with groups before and after the partition.
  private func start(ofGroup group: Int) -> Int {
    group < 0 ? starts[0] : starts[min(group, starts.count - 1)]
  }

  func start(
    _ bound: WindowFrameBounds.Bound,
    _ row: Int,
    _ partition: Range<Int>,
    _ window: WindowComputation
  ) -> Int {
    let group = groupOf[row - first]
    switch bound {
    case .unboundedPreceding: return partition.lowerBound
    case .preceding(let offset): return start(ofGroup: group - distance(offset))
    case .currentRow: return start(ofGroup: group)
    case .following(let offset): return start(ofGroup: group + distance(offset))
    case .unboundedFollowing: return partition.upperBound
    }
  }

  func end(
    _ bound: WindowFrameBounds.Bound,
    _ row: Int,
    _ partition: Range<Int>,
    _ window: WindowComputation
  ) -> Int {
    let group = groupOf[row - first]
    switch bound {
    case .unboundedPreceding: return partition.lowerBound
    case .preceding(let offset): return start(ofGroup: group - distance(offset) + 1)
    case .currentRow: return start(ofGroup: group + 1)
    case .following(let offset): return start(ofGroup: group + distance(offset) + 1)
    case .unboundedFollowing: return partition.upperBound
    }
  }
}

/// Measures distances of the one sort key.
private struct RangeBounds: FrameBounds {
  /// A key's value as something that distances are added to.
  private enum Keys {
    case none
    case integers([Int128])
    case doubles([Double])
  }

  private let keys: Keys
  private let column: Column?
  private let isDescending: Bool

  init(_ window: WindowComputation) throws {
    guard let key = window.order.keys.first, window.order.keys.count == 1 else {
      keys = .none
      column = nil
      isDescending = false
      return
    }
    isDescending = key.isDescending
    let column = window.rows.columns[key.column].flattened()
    self.column = column
    let sign: Int128 = key.isDescending ? -1 : 1
    func wide<Number: FixedWidthInteger>(_ values: Buffer<Number>) -> Keys {
      .integers(values.values.map { Int128($0) &* sign })
    }
    let factor: Double = key.isDescending ? -1 : 1
    switch column.flatValues {
    case .int8(let values): keys = wide(values)
    case .int16(let values): keys = wide(values)
    case .int32(let values): keys = wide(values)
    case .int64(let values): keys = wide(values)
    case .int128(let values): keys = wide(values)
    case .float32(let values): keys = .doubles(values.values.map { Double($0) * factor })
    case .float64(let values): keys = .doubles(values.values.map { $0 * factor })
    default: keys = .none
    }
  }

  func start(
    _ bound: WindowFrameBounds.Bound,
    _ row: Int,
    _ partition: Range<Int>,
    _ window: WindowComputation
  ) throws -> Int {
    switch bound {
    case .unboundedPreceding: return partition.lowerBound
    case .unboundedFollowing: return partition.upperBound
    case .currentRow: return Int(window.peerStart.base[row])
    case .preceding(let offset):
      return try search(offset, -1, row, partition, window, isStart: true)
    case .following(let offset):
      return try search(offset, 1, row, partition, window, isStart: true)
    }
  }

  func end(
    _ bound: WindowFrameBounds.Bound,
    _ row: Int,
    _ partition: Range<Int>,
    _ window: WindowComputation
  ) throws -> Int {
    switch bound {
    case .unboundedPreceding: return partition.lowerBound
    case .unboundedFollowing: return partition.upperBound
    case .currentRow: return Int(window.peerEnd.base[row])
    case .preceding(let offset):
      return try search(offset, -1, row, partition, window, isStart: false)
    case .following(let offset):
      return try search(offset, 1, row, partition, window, isStart: false)
    }
  }

  /// The first row not before the row's key plus the distance, or the first one after it.
  private func search(
    _ offset: Scalar,
    _ direction: Int,
    _ row: Int,
    _ partition: Range<Int>,
    _ window: WindowComputation,
    isStart: Bool
  ) throws -> Int {
    guard let column else {
      throw SQLError(.invalidArgument, "a RANGE frame with an offset needs one sort key")
    }
    // The frame of a null are its peers.
    if !column.isValid(row) {
      return Int(isStart ? window.peerStart.base[row] : window.peerEnd.base[row])
    }
    var low = partition.lowerBound
    var high = partition.upperBound
    while low < high && !column.isValid(low) { low += 1 }
    while high > low && !column.isValid(high - 1) { high -= 1 }
    switch keys {
    case .integers(let values):
      let distance: Int128 =
        switch offset {
        case .int(let value): Int128(value)
        case .int128(let value): value
        default: 0
        }
      let target = values[row] &+ distance &* Int128(direction)
      while low < high {
        let middle = (low + high) / 2
        if isStart ? values[middle] < target : values[middle] <= target {
          low = middle + 1
        } else {
          high = middle
        }
      }
    case .doubles(let values):
      let distance: Double =
        switch offset {
        case .int(let value): Double(value)
        case .float(let value): Double(value)
        case .double(let value): value
        default: 0
        }
      let target = values[row] + distance * Double(direction)
      while low < high {
        let middle = (low + high) / 2
        if isStart ? values[middle] < target : values[middle] <= target {
          low = middle + 1
        } else {
          high = middle
        }
      }
    case .none:
      throw SQLError(.notSupported, "a RANGE frame with an offset over this type of sort key")
    }
    return low
  }
}
