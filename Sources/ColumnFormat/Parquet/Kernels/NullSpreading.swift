/// Moves values that were decoded without gaps to the rows that have one.
enum NullSpreading {
  /// Spreads the first `valueCount` values of `values` over `count` rows, in place.
  ///
  /// Rows without a value get `filler`. `values` has room for `count` values, and the bitmap has
  /// `valueCount` bits set among its first `count`.
  @inline(__always)
  static func spread<Value: BitwiseCopyable>(
    _ values: UnsafeMutablePointer<Value>,
    valueCount: Int,
    count: Int,
    validity: UnsafePointer<UInt64>,
    filler: Value
  ) {
    // From the back, so that no value is overwritten before it was moved.
    var left = valueCount
    var row = count
    while row > left {
      let word = (row &- 1) &>> 6
      let first = word &<< 6
      let bits = validity[word]
      let rows = row &- first
      let mask: UInt64 = rows == 64 ? ~0 : (1 &<< UInt64(rows)) &- 1
      if bits & mask == mask {
        left &-= rows
        (values + first).update(from: values + left, count: rows)
        row = first
      } else if bits & mask == 0 {
        (values + first).update(repeating: filler, count: rows)
        row = first
      } else {
        while row > first {
          row &-= 1
          if bits &>> UInt64(row & 63) & 1 != 0 {
            left &-= 1
            values[row] = values[left]
          } else {
            values[row] = filler
          }
        }
      }
    }
  }
}
