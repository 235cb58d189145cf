import ColumnFormat

/// Measures distances of the one sort key.
struct RangeBounds: FrameBounds {
  /// A key's value as something that distances are added to.
  private enum Keys {
    case none
    case integers([Int128])
    case reals([Float])
    case doubles([Double])
  }

  private let keys: Keys
  private let column: Column?
  private let isDescending: Bool
  /// Whether NaN lies before the numbers, and not behind them.
  private let isNaNFirst: Bool
  private let call: WindowComputation.Call

  init(_ window: WindowComputation, _ call: WindowComputation.Call) throws {
    self.call = call
    let hasDistance = [call.frame.start, call.frame.end].contains { bound in
      switch bound {
      case .preceding, .following, .valued: true
      case .unboundedPreceding, .unboundedFollowing, .currentRow, .counted: false
      }
    }
    guard hasDistance, let key = window.order.keys.first, window.order.keys.count == 1 else {
      keys = .none
      column = nil
      isDescending = false
      isNaNFirst = false
      return
    }
    isDescending = key.isDescending
    isNaNFirst = key.nullsFirst != key.isDescending
    let column = window.rows.columns[key.column].flattened()
    self.column = column
    let sign: Int128 = key.isDescending ? -1 : 1
    func wide<Number: FixedWidthInteger>(_ values: Buffer<Number>) -> Keys {
      .integers(values.values.map { Int128($0) &* sign })
    }
    switch column.flatValues {
    case .int8(let values): keys = wide(values)
    case .int16(let values): keys = wide(values)
    case .int32(let values): keys = wide(values)
    case .int64(let values): keys = wide(values)
    case .int128(let values): keys = wide(values)
    case .float32(let values): keys = .reals(values.values.map { key.isDescending ? -$0 : $0 })
    case .float64(let values): keys = .doubles(values.values.map { key.isDescending ? -$0 : $0 })
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
    case .valued(let argument, let key, let type, let isFollowing):
      let place = (argument, key, type, isFollowing)
      return try search(place, row, partition, window, isStart: true)
    case .counted: return row
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
    case .valued(let argument, let key, let type, let isFollowing):
      let place = (argument, key, type, isFollowing)
      return try search(place, row, partition, window, isStart: false)
    case .counted: return row + 1
    }
  }

  /// The rows of the partition whose key is not null: they lie together.
  private func valid(_ partition: Range<Int>, _ column: Column) -> (low: Int, high: Int) {
    if column.nullCount == 0 { return (partition.lowerBound, partition.upperBound) }
    let nullsFirst = !column.isValid(partition.lowerBound)
    var (low, high) = (partition.lowerBound, partition.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if column.isValid(middle) == nullsFirst { high = middle } else { low = middle + 1 }
    }
    return nullsFirst ? (low, partition.upperBound) : (partition.lowerBound, low)
  }

  /// The first row whose key is not before the value in an argument, or the first one after it.
  private func search(
    _ place: (argument: Int, key: Int, type: SQLType, isFollowing: Bool),
    _ row: Int,
    _ partition: Range<Int>,
    _ window: WindowComputation,
    isStart: Bool
  ) throws -> Int {
    let keys = window.rows.columns[call.arguments[place.key]]
    let targets = window.rows.columns[call.arguments[place.argument]]
    // The frame of a null are its peers.
    if !keys.isValid(row) {
      return Int(isStart ? window.peerStart.base[row] : window.peerEnd.base[row])
    }
    func order(_ other: Int) -> Int {
      let order = ColumnComparison.compare(keys, other, targets, row, place.type)
      return isDescending ? -order : order
    }
    let own = order(row)
    guard targets.isValid(row), place.isFollowing ? own <= 0 : own >= 0 else {
      throw SQLError.invalidFrameOffset
    }
    var (low, high) = valid(partition, keys)
    while low < high {
      let middle = (low + high) / 2
      if isStart ? order(middle) < 0 : order(middle) <= 0 {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
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
    var (low, high) = valid(partition, column)
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
    case .reals(let values):
      let distance: Float =
        switch offset {
        case .int(let value): Float(value)
        case .float(let value): value
        case .double(let value): Float(value)
        default: 0
        }
      return bound(values, row, distance * Float(direction), low..<high, isStart: isStart)
    case .doubles(let values):
      let distance: Double =
        switch offset {
        case .int(let value): Double(value)
        case .float(let value): Double(value)
        case .double(let value): value
        default: 0
        }
      return bound(values, row, distance * Double(direction), low..<high, isStart: isStart)
    case .none:
      throw SQLError(.notSupported, "a RANGE frame with an offset over this type of sort key")
    }
    return low
  }

  /// As `search` among floating-point numbers, where every NaN is as far as every other.
  private func bound<Number: BinaryFloatingPoint>(
    _ values: [Number],
    _ row: Int,
    _ distance: Number,
    _ rows: Range<Int>,
    isStart: Bool
  ) -> Int {
    let target = values[row] + distance
    func isBefore(_ left: Number, _ right: Number) -> Bool {
      if left.isNaN || right.isNaN {
        return isNaNFirst ? left.isNaN && !right.isNaN : !left.isNaN && right.isNaN
      }
      return left < right
    }
    var (low, high) = (rows.lowerBound, rows.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if isStart ? isBefore(values[middle], target) : !isBefore(target, values[middle]) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}

extension SQLError {
  /// What Trino says of an offset that is computed for each row.
  static let invalidFrameOffset = SQLError(
    .invalidWindowFrame,
    "Window frame offset value must not be negative or null"
  )
}
