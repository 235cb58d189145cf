import ColumnFormat

/// One row's value of any type for each group: what `arbitrary` and `min_by` keep.
///
/// Values are gathered batch by batch into chunks; a chunk's rows that were replaced are dropped
/// when they become too many.
final class GroupValues {
  private var chunks: [Column] = []
  private var rowsHeld = 0
  private var heldByteCount = 0
  private let places = GroupArray<UInt64>(.max)
  private let type: SQLType

  init(_ type: SQLType) { self.type = type }

  var count: Int { places.count }

  func resize(_ groupCount: Int) { places.resize(groupCount) }

  func has(_ group: Int) -> Bool { places[group] != .max }

  /// The chunk and row that hold the value of a group that has one.
  func place(_ group: Int) -> (Column, Int) {
    let place = places[group]
    return (chunks[Int(place >> 32)], Int(place & 0xFFFF_FFFF))
  }

  /// Makes row `rows[i]` of `column` the value of group `groups[i]`.
  func set(_ groups: [Int], _ column: Column, _ rows: [UInt32]) {
    guard !groups.isEmpty else { return }
    if rowsHeld > 4 * places.count + 4_096 || chunks.count > 4_000 { compact() }
    let chunk = UInt64(chunks.count) << 32
    // A few rows must not hold all texts of a page.
    let kept = column.taking(Buffer(rows)).detached()
    chunks.append(kept)
    rowsHeld += rows.count
    heldByteCount += kept.valueByteCount
    for (index, group) in groups.enumerated() { places[group] = chunk | UInt64(index) }
  }

  private func compact() {
    let column = finish().detached()
    for group in 0..<places.count where places[group] != .max { places[group] = UInt64(group) }
    chunks = [column]
    rowsHeld = column.count
    heldByteCount = column.valueByteCount
  }

  /// One row a group; null for groups without a value.
  func finish() -> Column {
    let all = (0..<places.count).map { UInt32($0) }
    return rows(of: all, count: all.count)
  }

  /// The values of some groups.
  func rows(of groups: UnsafePointer<UInt32>, count: Int) -> Column {
    var starts: [Int] = []
    var total = 0
    for chunk in chunks {
      starts.append(total)
      total += chunk.count
    }
    let all = Column.concatenate(chunks + [.nulls(of: type, count: 1)])
    let rows = Buffer<UInt32>(count: count)
    for index in 0..<count {
      let place = places[Int(groups[index])]
      rows.base[index] =
        place == .max
        ? UInt32(total) : UInt32(starts[Int(place >> 32)]) + UInt32(place & 0xFFFF_FFFF)
    }
    return all.taking(rows)
  }

  var byteCount: Int { places.byteCount + heldByteCount }
}

/// `arbitrary`, `min_by`, `max_by`, and `min` and `max` of nested values.
final class ChosenRowState: AggregateState {
  enum Rule: Sendable {
    /// The first value that is not null.
    case any
    /// The value (null too) beside the least or greatest key.
    case byKey(isMax: Bool)
  }

  private let rule: Rule
  private let values: GroupValues
  private let keys: GroupValues?
  private let keyType: SQLType
  private let winners = GroupArray<UInt32>(.max)
  /// The keys chosen so far where they are whole numbers, as most are: one comparison settles a row.
  private let numbers: GroupArray<Int64>?
  private let hasNumber = GroupArray<UInt8>(0)

  /// - Parameters:
  ///   - rule: Which row is chosen.
  ///   - type: The type of the value, which is the first argument.
  ///   - keyType: The type of the key, which is the second argument.
  init(_ rule: Rule, type: SQLType, keyType: SQLType) {
    self.rule = rule
    self.keyType = keyType
    values = GroupValues(type)
    if case .byKey = rule {
      keys = GroupValues(keyType)
      numbers = ChosenRowState.isWhole(keyType.physicalType) ? GroupArray<Int64>(0) : nil
    } else {
      keys = nil
      numbers = nil
    }
  }

  func resize(groupCount: Int) {
    values.resize(groupCount)
    keys?.resize(groupCount)
    winners.resize(groupCount)
    numbers?.resize(groupCount)
    hasNumber.resize(groupCount)
  }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    let value = arguments[0].flattened(unlessDictionary: true)
    let key = (arguments.count > 1 ? arguments[1] : arguments[0])
      .flattened(unlessDictionary: numbers == nil)
    var touched: [Int] = []
    let chosen = winners.base
    if let numbers, case .byKey(let isMax) = rule {
      switch key.flatValues {
      case .int8(let values): touched = choose(values, key.validity, groups, numbers, isMax)
      case .int16(let values): touched = choose(values, key.validity, groups, numbers, isMax)
      case .int32(let values): touched = choose(values, key.validity, groups, numbers, isMax)
      case .int64(let values): touched = choose(values, key.validity, groups, numbers, isMax)
      default: preconditionFailure("keys are whole numbers")
      }
    } else {
      forEachValid(groups, key.rowValidity, rowCount) { row, group in
        if wins(key, row, group, chosen[group]) {
          if chosen[group] == .max { touched.append(group) }
          chosen[group] = UInt32(truncatingIfNeeded: row)
        }
      }
    }
    let rows = touched.map { chosen[$0] }
    values.set(touched, value, rows)
    keys?.set(touched, key, rows)
    for group in touched { chosen[group] = .max }
  }

  private static func isWhole(_ type: PhysicalType) -> Bool {
    switch type {
    case .int8, .int16, .int32, .int64: true
    default: false
    }
  }

  /// Notes the rows whose keys win, and gives the groups that have such a row.
  @inline(__always)
  private func choose<Number: FixedWidthInteger & SignedInteger>(
    _ keys: Buffer<Number>,
    _ validity: Validity?,
    _ groups: UnsafePointer<UInt32>,
    _ numbers: GroupArray<Int64>,
    _ isMax: Bool
  ) -> [Int] {
    var touched: [Int] = []
    let best = numbers.base
    let known = hasNumber.base
    let chosen = winners.base
    forEachValid(groups, validity, keys.count) { row, group in
      let number = Int64(truncatingIfNeeded: keys.base[row])
      if known[group] != 0, isMax ? number <= best[group] : number >= best[group] { return }
      known[group] = 1
      best[group] = number
      if chosen[group] == .max { touched.append(group) }
      chosen[group] = UInt32(truncatingIfNeeded: row)
    }
    return touched
  }

  @inline(__always)
  private func wins(_ key: Column, _ row: Int, _ group: Int, _ current: UInt32) -> Bool {
    guard case .byKey(let isMax) = rule, let keys else {
      return current == .max && !values.has(group)
    }
    let order: Int
    if current != .max {
      order = ColumnComparison.compare(key, row, key, Int(current), keyType)
    } else if keys.has(group) {
      let (column, place) = keys.place(group)
      order = ColumnComparison.compare(key, row, column, place, keyType)
    } else {
      return true
    }
    guard isMax else { return order < 0 }
    // NaN is above every number in the order, and yet the greatest only where nothing else is.
    if order == 0 || !keyType.isFloating { return order > 0 }
    return order > 0 ? !key.isNaN(row) : isNaN(key, current, keys, group)
  }

  private func isNaN(_ key: Column, _ current: UInt32, _ keys: GroupValues, _ group: Int) -> Bool {
    if current != .max { return key.isNaN(Int(current)) }
    let (column, place) = keys.place(group)
    return column.isNaN(place)
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? ChosenRowState else { return }
    let value = other.values.rows(of: sources, count: count)
    let key = other.keys?.rows(of: sources, count: count) ?? value
    // A value may be null beside a key; a group without rows has no key either.
    update(groups: groups, arguments: [value, key], rowCount: count)
  }

  func finish() -> Column { values.finish() }

  var byteCount: Int {
    values.byteCount + (keys?.byteCount ?? 0) + winners.byteCount
      + (numbers?.byteCount ?? 0) + hasNumber.byteCount
  }
}

extension SQLType {
  /// Whether this is real or double.
  fileprivate var isFloating: Bool { self == .real || self == .double }
}

extension Column {
  /// Whether a row holds a number that is none.
  fileprivate func isNaN(_ row: Int) -> Bool {
    switch place(of: row) {
    case (.float32(let values), let index): values.base[index].isNaN
    case (.float64(let values), let index): values.base[index].isNaN
    default: false
    }
  }

  /// Flat, or a dictionary as it is.
  func flattened(unlessDictionary: Bool) -> Column {
    if unlessDictionary, case .dictionary = form { return self }
    return flattened()
  }
}
