import ColumnFormat

/// Rows of a build side with their encoded keys, before they are made findable.
final class JoinRows {
  let rows: RowCollection
  private var words = BufferBuilder<UInt64>()
  private var hashes = BufferBuilder<UInt64>()
  private var nulls = BufferBuilder<UInt8>()
  /// Long texts of keys.
  private var arenas = [ByteArena()]
  /// Set where several workers' rows were joined.
  private var joined: Batch?

  init(_ types: [SQLType]) { rows = RowCollection(types) }

  var rowCount: Int { joined?.rowCount ?? rows.rowCount }

  /// Memory of the rows without their keys, roughly.
  var rowByteCount: Int { rows.byteCount }

  /// Memory of rows and keys, roughly.
  var byteCount: Int {
    rowByteCount + words.count * 8 + hashes.count * 8 + nulls.count
      + arenas.reduce(0) { $0 + $1.byteCount }
  }

  /// Adds a batch whose keys `encoder` holds, nil where there are none; `flags` are those of
  /// ``UnequalKeys``.
  func append(_ batch: Batch, _ encoder: KeyEncoder?, _ flags: Buffer<UInt8>) {
    rows.append(batch)
    guard let encoder else { return }
    let rowCount = batch.rowCount
    let layout = encoder.layout
    let first = words.count
    words.append(from: encoder.words, count: rowCount * layout.wordCount)
    hashes.append(from: encoder.hashes, count: rowCount)
    if !layout.textWords.isEmpty {
      let base = words.finish().base + first
      let arena = arenas[0]
      for row in 0..<rowCount {
        for text in layout.textWords {
          let place = base + (row &* layout.wordCount &+ text)
          GroupTable.copyText(from: place, to: place, arena)
        }
      }
    }
    nulls.append(from: flags.base, count: rowCount)
  }

  /// The table over all rows.
  ///
  /// - Throws: `exceededMemory` where there are more rows than it can number.
  func table(_ layout: KeyLayout) throws(SQLError) -> JoinTable {
    let all = joined ?? rows.finish()
    guard all.rowCount < Int(UInt32.max) else {
      throw SQLError(
        .exceededMemory,
        "a join keeps \(all.rowCount) rows of its right side; it can keep 4294967294"
      )
    }
    return JoinTable(
      layout,
      rows: all,
      words: words.finish(),
      hashes: hashes.finish(),
      nulls: nulls.finish(),
      owners: arenas
    )
  }

  /// The rows of several workers one after the other.
  static func joined(
    _ parts: [JoinRows],
    _ types: [SQLType],
    _ layout: KeyLayout,
    _ control: RunControl
  ) throws -> JoinRows {
    if parts.count == 1 { return parts[0] }
    let all = JoinRows(types)
    all.joined = try RowCollection.joined(parts.map(\.rows), types, control)
    all.arenas = parts.flatMap(\.arenas)
    let rowCount = parts.reduce(0) { $0 + $1.rowCount }
    all.words = BufferBuilder(capacity: max(rowCount * layout.wordCount, 1))
    all.hashes = BufferBuilder(capacity: max(rowCount, 1))
    all.nulls = BufferBuilder(capacity: max(rowCount, 1))
    for part in parts {
      all.words.append(from: part.words.finish().base, count: part.words.count)
      all.hashes.append(from: part.hashes.finish().base, count: part.hashes.count)
      all.nulls.append(from: part.nulls.finish().base, count: part.nulls.count)
      part.words = BufferBuilder()
      part.hashes = BufferBuilder()
      part.nulls = BufferBuilder()
    }
    return all
  }
}
