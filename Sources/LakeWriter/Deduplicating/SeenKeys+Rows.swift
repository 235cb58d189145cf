import ColumnFormat

extension SeenKeys {
  /// Takes the keys of a block's rows, in the order of the records, and leaves out the rows whose key
  /// came within the window before.
  ///
  /// - Parameters:
  ///   - parts: The rows by partition.
  ///   - keys: The key of each row; rows without one stay.
  ///   - nowMillis: The clock.
  /// - Returns: The parts that have rows left, how many rows they lost, and how many have no key.
  /// - Throws: When there is no memory left for the keys.
  func firstOnly(
    _ parts: [PartitionRows],
    keys: [KeyHash?],
    nowMillis: Int64
  ) throws(LakeWriterError) -> (
    parts: [PartitionRows], repeatedCount: Int, unkeyedCount: Int
  ) {
    var isKept = [Bool](repeating: true, count: keys.count)
    var repeatedCount = 0
    var unkeyedCount = 0
    for row in parts.flatMap({ $0.rows.values.map(Int.init) }).sorted() {
      guard let key = keys[row] else {
        unkeyedCount += 1
        continue
      }
      if try !insert(key, nowMillis: nowMillis) {
        isKept[row] = false
        repeatedCount += 1
      }
    }
    if repeatedCount == 0 { return (parts, 0, unkeyedCount) }
    let kept = parts.compactMap { part in
      let rows = Buffer(part.rows.values.filter { isKept[Int($0)] })
      return rows.count == 0 ? nil : PartitionRows(key: part.key, rows: rows)
    }
    return (kept, repeatedCount, unkeyedCount)
  }
}
