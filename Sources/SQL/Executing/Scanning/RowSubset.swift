import ColumnFormat

/// Rows of a batch as ascending positions; nil stands for all of them.
enum RowSubset {
  /// Where the rows of `inner` stand among those of `outer`, which has them all.
  static func positions(of inner: Buffer<UInt32>, in outer: Buffer<UInt32>) -> Buffer<UInt32> {
    let result = Buffer<UInt32>(count: inner.count)
    var place = 0
    for index in 0..<inner.count {
      while outer.base[place] < inner.base[index] { place &+= 1 }
      result.base[index] = UInt32(truncatingIfNeeded: place)
    }
    return result
  }

  /// The rows of a column that has those of `outer`, cut down to those of `inner`.
  static func narrowed(
    _ column: Column,
    from outer: Buffer<UInt32>?,
    to inner: Buffer<UInt32>?
  ) -> Column {
    guard let inner, inner.count < column.count else { return column }
    return column.taking(outer.map { positions(of: inner, in: $0) } ?? inner)
  }
}
