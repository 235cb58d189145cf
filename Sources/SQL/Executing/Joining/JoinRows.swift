import ColumnFormat

/// Rows of a build side with their encoded keys, before they are made findable.
final class JoinRows {
  let rows: RowCollection
  private let layout: KeyLayout
  private var words: GrowingBlocks
  private var hashes = GrowingBlocks(stride: 8)
  private var nulls = GrowingBlocks(stride: 1)
  /// Long texts of keys.
  private var arenas = [ByteArena()]

  init(_ types: [SQLType], _ layout: KeyLayout) {
    rows = RowCollection(types)
    self.layout = layout
    words = GrowingBlocks(stride: max(layout.wordCount, 1) * 8)
  }

  var rowCount: Int { rows.rowCount }

  /// Memory of the rows without their keys, roughly.
  var rowByteCount: Int { rows.byteCount }

  /// Memory of rows and keys, roughly.
  var byteCount: Int {
    rowByteCount + words.byteCount + hashes.byteCount + nulls.byteCount
      + arenas.reduce(0) { $0 + $1.byteCount }
  }

  /// Adds a batch whose keys `encoder` holds, nil where there are none; `flags` are those of
  /// ``UnequalKeys``.
  func append(_ batch: Batch, _ encoder: KeyEncoder?, _ flags: Buffer<UInt8>) {
    rows.append(batch)
    guard let encoder else { return }
    let rowCount = batch.rowCount
    let width = layout.wordCount
    let place = words.append(rowCount).assumingMemoryBound(to: UInt64.self)
    place.update(from: encoder.words, count: rowCount * width)
    hashes.append(rowCount).assumingMemoryBound(to: UInt64.self)
      .update(from: encoder.hashes, count: rowCount)
    let arena = arenas[0]
    for text in layout.textWords {
      for row in 0..<rowCount {
        let key = place + (row &* width &+ text)
        GroupTable.copyText(from: key, to: key, arena)
      }
    }
    nulls.append(rowCount).assumingMemoryBound(to: UInt8.self)
      .update(from: flags.base, count: rowCount)
  }

  /// The table over the rows of all workers, one worker's after the other's; nothing is left in them.
  ///
  /// - Parameters:
  ///   - parts: The rows of each worker.
  ///   - types: Of the rows' columns.
  ///   - layout: Of the keys.
  ///   - control: Whose threads make the table, nil where they have other work.
  /// - Returns: What finds the rows by key.
  /// - Throws: `exceededMemory` where there are more rows than it can number.
  static func table(
    _ parts: [JoinRows],
    _ types: [SQLType],
    _ layout: KeyLayout,
    _ control: RunControl?
  ) throws -> JoinTable {
    let rowCount = parts.reduce(0) { $0 + $1.rowCount }
    guard rowCount < Int(UInt32.max) else {
      throw SQLError(
        .exceededMemory,
        "a join keeps \(rowCount) rows of its right side; it can keep 4294967294"
      )
    }
    let keys = SharedArray<[GrowingBlocks]>(repeating: [], count: 3)
    keys[0] = parts.map { $0.words.take() }
    keys[1] = parts.map { $0.hashes.take() }
    keys[2] = parts.map { $0.nulls.take() }
    let gathered = SharedArray<MemoryBlock?>(repeating: nil, count: 3)
    try RunControl.parallel(3, control) { number in
      gathered[number] = GrowingBlocks.gathered(keys[number])
      keys[number] = []
    }
    func buffer<Element: BitwiseCopyable>(_ number: Int, _ count: Int) -> Buffer<Element> {
      guard let block = gathered[number] else { return Buffer(count: 0) }
      return Buffer(
        base: block.base.assumingMemoryBound(to: Element.self),
        count: count,
        owner: block
      )
    }
    let keyedCount = layout.types.isEmpty ? 0 : rowCount
    return try JoinTable(
      layout,
      rows: RowCollection.joined(parts.map(\.rows), types, control),
      words: buffer(0, keyedCount * layout.wordCount),
      hashes: buffer(1, keyedCount),
      nulls: buffer(2, keyedCount),
      owners: parts.flatMap(\.arenas),
      control
    )
  }
}
