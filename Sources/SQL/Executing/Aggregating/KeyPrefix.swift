import ColumnFormat

/// Hashes of the first keys of an aggregation, by which its rows are divided where all keys would not do.
///
/// The first stage of DISTINCT is divided by the keys of the second: what that brings together lies in
/// one part, which is finished by itself.
final class KeyPrefix {
  private static let stepRowCount = 8192

  private let count: Int
  private let encoder: KeyEncoder

  /// - Parameters:
  ///   - types: Of all keys.
  ///   - count: How many of them count; one at least.
  init(_ types: [SQLType], count: Int) {
    self.count = count
    encoder = KeyEncoder(KeyLayout(Array(types.prefix(count))))
  }

  var byteCount: Int { encoder.byteCount }

  /// The hashes of rows whose first columns are the keys; valid until the next call.
  func hashes(_ keys: [Column], rowCount: Int) -> UnsafePointer<UInt64> {
    encoder.encode(Array(keys.prefix(count)), rowCount: rowCount)
    return UnsafePointer(encoder.hashes)
  }

  /// The hashes of keys as a table has them.
  ///
  /// - Parameters:
  ///   - layout: Of all keys.
  ///   - words: The keys' words.
  ///   - hashes: The hashes of all keys, which tell nulls.
  ///   - rowCount: How many keys there are.
  ///   - textOwner: What keeps their texts alive.
  /// - Returns: One for each key.
  func hashes(
    _ layout: KeyLayout,
    words: UnsafePointer<UInt64>,
    hashes: UnsafePointer<UInt64>,
    rowCount: Int,
    textOwner: AnyObject
  ) -> Buffer<UInt64> {
    let result = Buffer<UInt64>(count: rowCount)
    var start = 0
    while start < rowCount {
      let step = min(KeyPrefix.stepRowCount, rowCount - start)
      let keys = KeyDecoder.columns(
        layout,
        words: words + start * layout.wordCount,
        hashes: hashes + start,
        rowCount: step,
        textOwner: textOwner
      )
      let own = self.hashes(keys, rowCount: step)
      (result.base + start).update(from: own, count: step)
      start += step
    }
    return result
  }

  /// The hashes of a table's keys.
  func hashes(_ table: GroupTable) -> Buffer<UInt64> {
    hashes(
      table.layout,
      words: table.keys,
      hashes: table.hashes,
      rowCount: table.count,
      textOwner: table.textOwner
    )
  }
}
