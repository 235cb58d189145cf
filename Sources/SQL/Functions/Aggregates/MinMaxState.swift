import ColumnFormat

/// `min` and `max` of values that fit a machine word.
final class MinMaxState<Value: ComparableValue>: AggregateState {
  private let values = GroupArray<Value>(Value.filler)
  private let seen = GroupArray<UInt8>(0)
  private let isMax: Bool
  /// Of text: copies of the winners' long values.
  private var arena = ByteArena()

  init(isMax: Bool) { self.isMax = isMax }

  func resize(groupCount: Int) {
    values.resize(groupCount)
    seen.resize(groupCount)
  }

  func reserve(groupCount: Int) {
    values.reserve(groupCount)
    seen.reserve(groupCount)
  }

  var mayFinishLate: Bool { true }

  // Called through `any AggregateState`, which would reach unspecialised code.
  @specialized(where Value == UInt8)
  @specialized(where Value == Int8)
  @specialized(where Value == Int16)
  @specialized(where Value == Int32)
  @specialized(where Value == Int64)
  @specialized(where Value == Int128)
  @specialized(where Value == Float)
  @specialized(where Value == Double)
  @specialized(where Value == ByteView)
  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    let column = arguments[0]
    let source = Operand<Value>(column)
    if isMax {
      run(groups, source, rowCount, isMax: true)
    } else {
      run(groups, source, rowCount, isMax: false)
    }
  }

  @inline(__always)
  private func run(
    _ groups: UnsafePointer<UInt32>,
    _ source: Operand<Value>,
    _ rowCount: Int,
    isMax: Bool
  ) {
    let base = values.base
    let marks = seen.base
    forEachValid(groups, source.validity, rowCount) { row, group in
      let value = source[row]
      if marks[group] == 0 {
        base[group] = kept(value)
        marks[group] = 1
      } else if isMax
        ? Value.exceeds(value, base[group]) : MinMaxState.isAbove(base[group], value)
      {
        base[group] = kept(value)
      }
    }
  }

  /// NaN is above all numbers, so that it is the least only where nothing else is.
  @inline(__always)
  private static func isAbove(_ left: Value, _ right: Value) -> Bool {
    if Value.self == Double.self || Value.self == Float.self { return Value.order(left, right) > 0 }
    return Value.isLess(right, left)
  }

  @inline(__always)
  private func kept(_ value: Value) -> Value {
    if Value.self == ByteView.self {
      let view = unsafeBitCast(value, to: ByteView.self)
      if view.isInline { return value }
      return unsafeBitCast(arena.copy(view), to: Value.self)
    }
    return value
  }

  @specialized(where Value == UInt8)
  @specialized(where Value == Int8)
  @specialized(where Value == Int16)
  @specialized(where Value == Int32)
  @specialized(where Value == Int64)
  @specialized(where Value == Int128)
  @specialized(where Value == Float)
  @specialized(where Value == Double)
  @specialized(where Value == ByteView)
  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? MinMaxState<Value> else { return }
    let rows = Buffer<Value>(count: count)
    let valid = Buffer<UInt8>(count: count)
    for index in 0..<count {
      rows.base[index] = other.values[Int(sources[index])]
      valid.base[index] = other.seen[Int(sources[index])]
    }
    let column = Column(rows, validity: Validity.fromBytes(valid.base, count: count))
    update(groups: groups, arguments: [column], rowCount: count)
  }

  func finish() -> Column {
    Column(
      values.buffer(),
      validity: Validity.fromBytes(seen.base, count: seen.count),
      heap: ByteHeap([arena])
    )
  }

  var byteCount: Int { values.byteCount + seen.byteCount + arena.byteCount }
}
