/// Reads one column of values of a row group, run of rows by run of rows.
///
/// Rows may span pages; values of all pages are decoded into one column. The three cases differ in
/// their levels: none (``read(_:)`` without nulls), zero and one (validity straight from the runs),
/// and those that nest (``LeafReader/readLevels(_:)``).
final class LeafReader {
  let leaf: ColumnLeaf
  let pages: PageReader
  let decoder: LeafDecoder
  /// The rows of the row group.
  let rowCount: Int
  private let file: ParquetFile
  private let chunk: ColumnChunkMetadata
  /// The rows that were read or passed over.
  var row = 0
  /// Whether a row is a value: no lists, and no optional groups around.
  let isFlat: Bool
  /// The physical values of one null.
  private let nullValues: Values

  /// The values of the current page.
  var page = PageValues()
  /// The values left in the current page, nulls and empty lists included.
  var slotsLeft = 0
  /// The values of the chunk whose pages have not been begun; more than there are where a jump has
  /// left out pages of lists, whose values nobody counted.
  var slotsAhead: Int
  /// Whether ``slotsAhead`` is what the chunk has left.
  var isSlotCountKnown = true
  /// Whether the chunk's dictionary page has been read.
  private var hasDictionary = false
  /// Where the pages lie, once it was asked for.
  private var pageIndex: ChunkPageIndex?
  private var isPageIndexLoaded = false
  /// The levels of the current page.
  var definitionLevels: LevelDecoder?
  var repetitionLevels: LevelDecoder?
  var validity = ValidityBits()
  /// Levels that were decoded, but whose rows were not asked for yet.
  var levels = DecodedLevels()

  init(
    file: ParquetFile,
    leaf: ColumnLeaf,
    chunk: ColumnChunkMetadata,
    rowCount: Int,
    decompressor: PageDecompressor
  ) throws(DecodingFailure) {
    self.leaf = leaf
    self.rowCount = rowCount
    self.file = file
    self.chunk = chunk
    if chunk.isEncrypted { throw .unsupported("the column is encrypted") }
    if chunk.filePath != nil { throw .unsupported("the column lies in another file") }
    if let refusal = leaf.refusal { throw .unsupported(refusal) }
    guard chunk.type == leaf.storage else {
      throw DecodingFailure("the column chunk has \(chunk.type) values, the schema \(leaf.storage)")
    }
    isFlat = leaf.repetitionLevelMax == 0 && leaf.definitionLevelMax <= 1
    guard leaf.repetitionLevelMax > 0 || chunk.valueCount == rowCount else {
      throw DecodingFailure("the column chunk has \(chunk.valueCount) values for \(rowCount) rows")
    }
    slotsAhead = chunk.valueCount
    nullValues = Values.single(leaf.type)
    decoder = LeafDecoders.decoder(leaf)
    pages = try PageReader(file: file, leaf: leaf, chunk: chunk, decompressor: decompressor)
  }

  /// The next `count` rows of a flat column.
  func read(_ count: Int) throws(DecodingFailure) -> Column {
    decoder.begin(capacity: count)
    validity.begin(capacity: count)
    var left = count
    while left > 0 {
      if slotsLeft == 0 { try beginPage() }
      let taken = min(left, slotsLeft)
      var valid = taken
      if leaf.definitionLevelMax == 0 {
        validity.appendValid(taken)
      } else {
        valid = try definitionLevels?.decodeValidity(count: taken, into: &validity) ?? 0
      }
      if valid > 0 { try decoder.append(&page, count: valid) }
      slotsLeft &-= taken
      left &-= taken
    }
    row += count
    return finish(count: count, validity: validity.finish())
  }

  /// The column of the values appended to the decoder.
  func finish(count: Int, validity: Validity?) -> Column {
    if let validity, validity.nullCount == count {
      return Column(.constant(nullValues, isNull: true), count: count)
    }
    return decoder.finish(count: count, validity: validity)
  }

  /// Passes over `count` rows of a flat column; whole pages without decompressing them.
  func skip(_ count: Int) throws(DecodingFailure) {
    var left = try jump(over: count)
    row += left
    while left > 0 {
      if slotsLeft == 0 {
        left &-= try skipPages(rowCount: left)
        if left == 0 { return }
        try beginPage()
      }
      let taken = min(left, slotsLeft)
      if taken == slotsLeft {
        // The rest of a page needs no decoding either.
        slotsLeft = 0
      } else {
        var valid = taken
        if leaf.definitionLevelMax > 0 {
          // Rows may be passed over between those that ``validity`` is about.
          var passed = ValidityBits()
          passed.begin(capacity: taken)
          valid = try definitionLevels?.decodeValidity(count: taken, into: &passed) ?? 0
        }
        if valid > 0 { try decoder.skip(&page, count: valid) }
        slotsLeft &-= taken
      }
      left &-= taken
    }
  }

  /// Goes to the page of the row that lies `count` rows ahead, where the offset index tells which one
  /// it is and it is not the current one.
  ///
  /// - Returns: The rows that are still to be passed over, within that page.
  func jump(over count: Int) throws(DecodingFailure) -> Int {
    // Within the values at hand there is nothing to save.
    guard count > slotsLeft + levels.count - levels.position, let index = findPageIndex() else {
      return count
    }
    let target = row + count
    if target == rowCount {
      slotsLeft = 0
      slotsAhead = 0
      isSlotCountKnown = true
      levels.position = 0
      levels.count = 0
      row = rowCount
      return 0
    }
    let page = index.page(of: target)
    let rows = index.rows(page)
    guard rows.lowerBound > row else { return count }
    // The dictionary's page, if there is one, stands before the first data page.
    if pages.pageIndex < 0 { _ = try nextDataHeader() }
    pages.seek(to: index.pages[page].offset, dataPage: page)
    slotsLeft = 0
    levels.position = 0
    levels.count = 0
    isSlotCountKnown = leaf.repetitionLevelMax == 0
    slotsAhead = isSlotCountKnown ? rowCount - rows.lowerBound : Int.max
    row = rows.lowerBound
    try checkPage(index.pages[page], rowCount: rows.count)
    return target - row
  }

  /// Checks that the page which comes next is the one that the offset index speaks of.
  private func checkPage(_ location: PageLocation, rowCount: Int) throws(DecodingFailure) {
    let offset = location.offset
    let header = try nextDataHeader()
    var found: Int?
    switch header?.kind {
    case .data(let data)?: found = leaf.repetitionLevelMax == 0 ? data.valueCount : rowCount
    case .dataV2(let data)?:
      found = leaf.repetitionLevelMax == 0 ? data.valueCount : data.rowCount
    default: break
    }
    guard found == rowCount, pages.pageOffset == offset,
      pages.pageByteCount == location.compressedByteCount
    else {
      throw DecodingFailure(
        "the offset index says that a page of \(rowCount) rows and"
          + " \(location.compressedByteCount) bytes starts at \(offset), there is another"
      )
    }
  }

  private func findPageIndex() -> ChunkPageIndex? {
    if !isPageIndexLoaded {
      isPageIndexLoaded = true
      pageIndex = ChunkPageIndex(file, chunk, rowCount: rowCount)
    }
    return pageIndex
  }

  /// Passes over the pages whose rows all fall into the next `rowCount`; how many rows that were.
  func skipPages(rowCount: Int) throws(DecodingFailure) -> Int {
    var skipped = 0
    while skipped < rowCount, let header = try nextDataHeader() {
      let rows: Int
      let slots: Int
      switch header.kind {
      case .data(let data):
        if leaf.repetitionLevelMax > 0 { return skipped }
        rows = data.valueCount
        slots = rows
      case .dataV2(let data):
        rows = leaf.repetitionLevelMax > 0 ? data.rowCount : data.valueCount
        slots = data.valueCount
      default: return skipped
      }
      if rows > rowCount - skipped { return skipped }
      try countSlots(slots)
      pages.skipPage()
      skipped += rows
    }
    return skipped
  }

  /// The header of the next data page; dictionary pages on the way are decoded.
  func nextDataHeader() throws(DecodingFailure) -> PageHeader? {
    while let header = try pages.nextHeader() {
      switch header.kind {
      case .data, .dataV2: return header
      case .dictionary(let dictionary):
        // Codes that were read already would point into another one.
        if hasDictionary { throw DecodingFailure("the column chunk has a second dictionary page") }
        hasDictionary = true
        var entries = try pages.loadDictionary(header, dictionary)
        try decoder.setDictionary(&entries, count: dictionary.valueCount)
      case .other: pages.skipPage()
      }
    }
    return nil
  }

  private func countSlots(_ slots: Int) throws(DecodingFailure) {
    guard slots <= slotsAhead else {
      throw DecodingFailure(
        "the page claims \(slots) values where its column chunk has \(slotsAhead) left"
      )
    }
    slotsAhead -= slots
  }

  /// Loads the next data page that has values.
  func beginPage() throws(DecodingFailure) {
    repeat {
      guard let header = try nextDataHeader() else {
        throw DecodingFailure("the column chunk ends \(slotsAhead) values early")
      }
      let data: PageReader.DataPage
      switch header.kind {
      case .data(let part):
        try countSlots(part.valueCount)
        if part.valueCount == 0 {
          pages.skipPage()
          continue
        }
        data = try pages.loadPage(header, part, keepsPages: decoder.keepsPages)
      case .dataV2(let part):
        try countSlots(part.valueCount)
        if part.valueCount == 0 {
          pages.skipPage()
          continue
        }
        data = try pages.loadPage(header, part, keepsPages: decoder.keepsPages)
      default: continue
      }
      try begin(data)
    } while slotsLeft == 0
  }

  private func begin(_ data: PageReader.DataPage) throws(DecodingFailure) {
    if leaf.definitionLevelMax > 0 {
      definitionLevels = try LeafReader.levels(
        data.definitionLevels,
        data.definitionLevelEncoding,
        levelMax: leaf.definitionLevelMax,
        count: data.valueCount,
        name: "definition"
      )
    }
    if leaf.repetitionLevelMax > 0 {
      repetitionLevels = try LeafReader.levels(
        data.repetitionLevels,
        data.repetitionLevelEncoding,
        levelMax: leaf.repetitionLevelMax,
        count: data.valueCount,
        name: "repetition"
      )
    }
    page = try PageValues(
      data.values,
      encoding: data.encoding,
      storage: leaf.storage,
      owner: data.owner
    )
    slotsLeft = data.valueCount
  }

  private static func levels(
    _ bytes: UnsafeRawBufferPointer,
    _ encoding: PageEncoding,
    levelMax: Int,
    count: Int,
    name: StaticString
  ) throws(DecodingFailure) -> LevelDecoder {
    if encoding == .bitPacked {
      return try LevelDecoder.fromBitPacked(bytes, levelMax: levelMax, count: count, name: name)
    }
    return try LevelDecoder(bytes, levelMax: levelMax, name: name)
  }
}
