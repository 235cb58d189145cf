/// Gathers what the column index says about each page of a chunk.
///
/// parquet-format, PageIndex.md. There is no index where a page has values but no bounds, as with
/// nothing but NaN.
struct PageIndexBuilder {
  private let leaf: LeafColumn
  private let byteCountMax: Int
  private var index = ColumnIndex()
  private var isComplete = true
  private var isAscending = true
  private var isDescending = true
  /// The bounds of the last page that has any.
  private var previous = ValueBounds.none

  init(_ leaf: LeafColumn, byteCountMax: Int) {
    self.leaf = leaf
    self.byteCountMax = byteCountMax
  }

  /// Adds a page.
  mutating func append(_ bounds: ValueBounds, levelCount: Int, valueCount: Int) {
    index.nullCounts.append(levelCount - valueCount)
    index.isNullPage.append(valueCount == 0)
    if valueCount == 0 {
      index.minValues.append([])
      index.maxValues.append([])
      return
    }
    guard let encoded = EncodedBounds(bounds, leaf, byteCountMax: byteCountMax) else {
      isComplete = false
      return
    }
    index.minValues.append(encoded.min)
    index.maxValues.append(encoded.max)
    let (low, high) = bounds.order(after: previous)
    if low < 0 || high < 0 { isAscending = false }
    if low > 0 || high > 0 { isDescending = false }
    previous = bounds
  }

  /// The index, unless a page has no bounds.
  func finish() -> ColumnIndex? {
    guard isComplete, !index.isNullPage.isEmpty else { return nil }
    var index = index
    index.boundaryOrder = isAscending ? .ascending : isDescending ? .descending : .unordered
    return index
  }
}

extension ValueBounds {
  /// Whether the lower and the upper bound are less than (-1), equal to or greater than (1) those of
  /// another page.
  fileprivate func order(after other: ValueBounds) -> (low: Int, high: Int) {
    switch (other, self) {
    case (.int(let low, let high), .int(let newLow, let newHigh)):
      (ValueBounds.order(low, newLow), ValueBounds.order(high, newHigh))
    case (.int128(let low, let high), .int128(let newLow, let newHigh)):
      (ValueBounds.order(low, newLow), ValueBounds.order(high, newHigh))
    case (.float(let low, let high), .float(let newLow, let newHigh)):
      (ValueBounds.order(low, newLow), ValueBounds.order(high, newHigh))
    case (.double(let low, let high), .double(let newLow, let newHigh)):
      (ValueBounds.order(low, newLow), ValueBounds.order(high, newHigh))
    case (.bytes(let low, let high), .bytes(let newLow, let newHigh)):
      (ByteView.compare(newLow, low).signum(), ByteView.compare(newHigh, high).signum())
    default: (0, 0)
    }
  }

  private static func order<Value: Comparable>(_ old: Value, _ new: Value) -> Int {
    new < old ? -1 : (new > old ? 1 : 0)
  }
}
