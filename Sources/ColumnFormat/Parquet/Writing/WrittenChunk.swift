/// A column chunk whose pages are in the file or on their way, and what is known about them.
struct WrittenChunk {
  /// Where the pages lie and what is in them.
  struct Indexes {
    var offsets = OffsetIndex()
    /// Nil where a page has values but no bounds.
    var columns: ColumnIndex?
  }

  private(set) var metadata: ColumnChunkMetadata
  private let plan: ChunkPlan
  private var offsets = OffsetIndex()
  private var index: PageIndexBuilder

  init(_ chunk: ColumnChunkWriter, _ plan: ChunkPlan, _ options: WriterOptions) {
    metadata = chunk.metadata(plan)
    self.plan = plan
    index = PageIndexBuilder(chunk.leaf, byteCountMax: options.boundByteCountMax)
  }

  /// Takes the dictionary page, which comes first, into account.
  mutating func addDictionary(_ page: EncodedPage, offset: Int) {
    metadata.dictionaryPageOffset = offset
    add(page.size)
  }

  /// Takes a data page into account.
  mutating func add(_ page: EncodedPage, _ number: Int, offset: Int) {
    if number == 0 { metadata.dataPageOffset = offset }
    add(page.size)
    let place = plan.pages[number]
    index.append(page.bounds, levelCount: place.levels.count, valueCount: place.values.count)
    offsets.pages.append(
      PageLocation(
        offset: offset,
        compressedByteCount: page.size.compressed,
        firstRow: place.rows.lowerBound
      )
    )
  }

  private mutating func add(_ size: PageEncoder.PageSize) {
    metadata.uncompressedByteCount += size.uncompressed
    metadata.compressedByteCount += size.compressed
  }

  /// The indexes of all pages.
  var indexes: Indexes { Indexes(offsets: offsets, columns: index.finish()) }
}
