/// Where the pages of a column chunk lie, checked so far as it can be without reading them.
struct ChunkPageIndex: Sendable {
  /// The pages in order; each starts with a row, the first one with row zero.
  let pages: [PageLocation]
  /// The number of rows of the row group.
  let rowCount: Int

  /// Reads a chunk's offset index; nil where there is none, or one that contradicts the footer.
  init?(_ file: ParquetFile, _ chunk: ColumnChunkMetadata, rowCount: Int) {
    guard let offset = chunk.offsetIndexOffset, let byteCount = chunk.offsetIndexByteCount,
      let bytes = file.part(offset, byteCount)
    else { return nil }
    var reader = CompactReader(bytes)
    guard let index = try? OffsetIndex(from: &reader), !index.pages.isEmpty else { return nil }
    var end = chunk.dataPageOffset
    let chunkEnd = chunk.startOffset + chunk.compressedByteCount
    var row = -1
    for page in index.pages {
      guard page.firstRow > row, page.firstRow < rowCount, page.offset >= end,
        page.compressedByteCount > 0, page.compressedByteCount <= chunkEnd - page.offset
      else { return nil }
      row = page.firstRow
      end = page.offset + page.compressedByteCount
    }
    guard index.pages[0].firstRow == 0 else { return nil }
    pages = index.pages
    self.rowCount = rowCount
  }

  /// The rows of a page.
  func rows(_ page: Int) -> Range<Int> {
    pages[page].firstRow..<(page + 1 < pages.count ? pages[page + 1].firstRow : rowCount)
  }

  /// The page that holds a row.
  func page(of row: Int) -> Int {
    var low = 0
    var high = pages.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if pages[middle].firstRow <= row { low = middle } else { high = middle }
    }
    return low
  }
}

extension ColumnChunkMetadata {
  /// Where the chunk's first page starts, be it a dictionary or not.
  var startOffset: Int {
    // Some writers say zero where there is no dictionary.
    if let dictionary = dictionaryPageOffset, dictionary > 0, dictionary < dataPageOffset {
      return dictionary
    }
    return dataPageOffset
  }
}

extension ParquetFile {
  /// Some bytes of the file in front of the footer; nil where they are not all there.
  func part(_ offset: Int, _ byteCount: Int) -> UnsafeRawBufferPointer? {
    guard offset >= 0, byteCount > 0, offset <= footerOffset, byteCount <= footerOffset - offset
    else { return nil }
    return UnsafeRawBufferPointer(rebasing: source.bytes[offset..<(offset + byteCount)])
  }
}
