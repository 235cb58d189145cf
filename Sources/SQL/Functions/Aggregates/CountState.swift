import ColumnFormat

/// `count(*)` and `count(x)`.
final class CountState: AggregateState {
  private let counts = GroupArray<Int64>(0)

  func resize(groupCount: Int) { counts.resize(groupCount) }

  func reserve(groupCount: Int) { counts.reserve(groupCount) }

  var mayFinishLate: Bool { true }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    let base = counts.base
    forEachValid(groups, arguments.first?.rowValidity, rowCount) { _, group in base[group] &+= 1 }
  }

  func update(group: UInt32, arguments: [Column], rowCount: Int) {
    counts.base[Int(group)] &+= Int64(rowCount - (arguments.first?.nullCount ?? 0))
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? CountState else { return }
    for index in 0..<count {
      counts.base[Int(groups[index])] &+= other.counts[Int(sources[index])]
    }
  }

  func finish() -> Column { Column(counts.buffer()) }

  var byteCount: Int { counts.byteCount }
}

/// `count_if(x)`.
final class CountIfState: AggregateState {
  private let counts = GroupArray<Int64>(0)

  func resize(groupCount: Int) { counts.resize(groupCount) }

  func reserve(groupCount: Int) { counts.reserve(groupCount) }

  var mayFinishLate: Bool { true }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    let base = counts.base
    let truths = Operand<UInt8>(arguments[0])
    forEachValid(groups, truths.validity, rowCount) { row, group in
      base[group] &+= Int64(truths[row] & 1)
    }
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? CountIfState else { return }
    for index in 0..<count {
      counts.base[Int(groups[index])] &+= other.counts[Int(sources[index])]
    }
  }

  func finish() -> Column { Column(counts.buffer()) }

  var byteCount: Int { counts.byteCount }
}
