import ColumnFormat

/// One value for each group, growing with the number of groups.
///
/// Loops take `base` into a local; it stays where it is until the next `resize`.
final class GroupArray<Element: BitwiseCopyable> {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var count = 0
  private var capacity: Int
  private var block: MemoryBlock
  private let initial: Element

  init(_ initial: Element) {
    self.initial = initial
    capacity = 16
    block = MemoryBlock(byteCount: 16 * MemoryLayout<Element>.stride)
    base = block.base.assumingMemoryBound(to: Element.self)
  }

  /// Makes room for `room` groups.
  func reserve(_ room: Int) {
    guard room > capacity else { return }
    let larger = MemoryBlock(byteCount: room * MemoryLayout<Element>.stride)
    let target = larger.base.assumingMemoryBound(to: Element.self)
    target.update(from: base, count: count)
    base = target
    block = larger
    capacity = room
  }

  /// Makes groups up to `newCount` exist; new ones have the initial value.
  func resize(_ newCount: Int) {
    guard newCount > count else { return }
    if newCount > capacity { reserve(max(newCount, capacity * 2)) }
    (base + count).initialize(repeating: initial, count: newCount - count)
    count = newCount
  }

  var byteCount: Int { capacity * MemoryLayout<Element>.stride }

  /// A copy of the values.
  func buffer() -> Buffer<Element> {
    let result = Buffer<Element>(count: count)
    result.base.update(from: base, count: count)
    return result
  }

  subscript(index: Int) -> Element {
    get { base[index] }
    set { base[index] = newValue }
  }
}

extension AggregateState {
  /// Calls `body` with row and group of each row whose arguments all have a value.
  @inline(__always)
  func forEachValid(
    _ groups: UnsafePointer<UInt32>,
    _ validity: Validity?,
    _ rowCount: Int,
    _ body: (_ row: Int, _ group: Int) throws -> Void
  ) rethrows {
    guard let validity else {
      for row in 0..<rowCount { try body(row, Int(groups[row])) }
      return
    }
    if validity.nullCount == rowCount { return }
    let words = validity.words.base
    var start = 0
    while start < rowCount {
      let end = min(start &+ 64, rowCount)
      let word = words[start &>> 6]
      if word == .max {
        for row in start..<end { try body(row, Int(groups[row])) }
      } else if word != 0 {
        for row in start..<end where (word &>> UInt64(row & 63)) & 1 != 0 {
          try body(row, Int(groups[row]))
        }
      }
      start = end
    }
  }
}
