import ColumnFormat

/// The rows that each row's frame holds.
struct WindowFrames {
  private let starts: Buffer<UInt32>
  private let ends: Buffer<UInt32>

  /// Whether every frame is its partition.
  let isWholePartition: Bool
  /// Whether every frame begins where its partition does, and none ends before one of an earlier row.
  let isGrowing: Bool

  init(_ window: WindowComputation, _ call: WindowComputation.Call) throws {
    let frame = call.frame
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
    // The keys' values are those of all partitions.
    let ranges = frame.unit == .range && !isWholePartition ? try RangeBounds(window, call) : nil
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
      if let ranges {
        bounds = ranges
      } else if frame.unit == .groups {
        bounds = GroupBounds(window, call, partition)
      } else {
        bounds = RowBounds(call: call)
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
protocol FrameBounds {
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

/// The number of rows or groups in an argument, negative for those before.
private func counted(
  _ argument: Int,
  _ isFollowing: Bool,
  _ row: Int,
  _ window: WindowComputation,
  _ call: WindowComputation.Call
) throws -> Int {
  let column = window.rows.columns[call.arguments[argument]]
  guard case .int(let value) = column.scalar(at: row), value >= 0 else {
    throw SQLError.invalidFrameOffset
  }
  return distance(.int(value)) * (isFollowing ? 1 : -1)
}

private struct RowBounds: FrameBounds {
  let call: WindowComputation.Call

  func start(
    _ bound: WindowFrameBounds.Bound,
    _ row: Int,
    _ partition: Range<Int>,
    _ window: WindowComputation
  ) throws -> Int {
    switch bound {
    case .counted(let argument, let isFollowing):
      row + (try counted(argument, isFollowing, row, window, call))
    case .valued: row
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
  ) throws -> Int {
    switch bound {
    case .counted(let argument, let isFollowing):
      row + (try counted(argument, isFollowing, row, window, call)) + 1
    case .valued: row + 1
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
  private let call: WindowComputation.Call

  init(
    _ window: WindowComputation,
    _ call: WindowComputation.Call,
    _ partition: Range<Int>
  ) {
    self.call = call
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
  ) throws -> Int {
    let group = groupOf[row - first]
    switch bound {
    case .counted(let argument, let isFollowing):
      return start(ofGroup: group + (try counted(argument, isFollowing, row, window, call)))
    case .valued: return start(ofGroup: group)
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
  ) throws -> Int {
    let group = groupOf[row - first]
    switch bound {
    case .counted(let argument, let isFollowing):
      return start(ofGroup: group + (try counted(argument, isFollowing, row, window, call)) + 1)
    case .valued: return start(ofGroup: group + 1)
    case .unboundedPreceding: return partition.lowerBound
    case .preceding(let offset): return start(ofGroup: group - distance(offset) + 1)
    case .currentRow: return start(ofGroup: group + 1)
    case .following(let offset): return start(ofGroup: group + distance(offset) + 1)
    case .unboundedFollowing: return partition.upperBound
    }
  }
}
