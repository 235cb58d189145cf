import ColumnFormat

/// `count(*)` and `count(x)`.
final class CountState: AggregateState {
  private let counts = GroupArray<Int64>(0)

  func resize(groupCount: Int) { counts.resize(groupCount) }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    let base = counts.base
    let validity = arguments.first?.rowValidity
    if counts.count == 1 {
      base[0] &+= Int64(rowCount - (arguments.first?.nullCount ?? 0))
    } else {
      forEachValid(groups, validity, rowCount) { _, group in base[group] &+= 1 }
    }
  }

  func merge(_ other: any AggregateState, groups: UnsafePointer<UInt32>) {
    guard let other = other as? CountState else { return }
    for group in 0..<other.counts.count { counts.base[Int(groups[group])] &+= other.counts[group] }
  }

  func finish() -> Column { Column(counts.buffer()) }

  var byteCount: Int { counts.byteCount }
}

/// `count_if(x)`.
final class CountIfState: AggregateState {
  private let counts = GroupArray<Int64>(0)

  func resize(groupCount: Int) { counts.resize(groupCount) }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    let base = counts.base
    let truths = Operand<UInt8>(arguments[0])
    forEachValid(groups, truths.validity, rowCount) { row, group in
      base[group] &+= Int64(truths[row] & 1)
    }
  }

  func merge(_ other: any AggregateState, groups: UnsafePointer<UInt32>) {
    guard let other = other as? CountIfState else { return }
    for group in 0..<other.counts.count { counts.base[Int(groups[group])] &+= other.counts[group] }
  }

  func finish() -> Column { Column(counts.buffer()) }

  var byteCount: Int { counts.byteCount }
}
