/// What a page's header says, where the page lies, and what the page index says about it.
package struct PageDescription: Sendable {
  /// What the header says.
  package var header: PageHeader
  /// Where the header starts in the file.
  package var offset: Int
  /// The size of the page with its header.
  package var byteCount: Int
  /// The number of its first row within the row group, where an index says so.
  package var firstRow: Int?
  /// Bounds and nulls, where an index has them.
  package var statistics: FieldStatistics?
}

/// The pages of a column chunk as far as their headers can be read.
package struct PageListing: Sendable {
  /// The pages before the damage, or all of them.
  package var pages: [PageDescription] = []
  /// What is wrong behind them.
  package var damage: ColumnFormatError?
}

extension ParquetFile {
  /// The pages of one chunk, in the order of the file; none of them is decompressed.
  package func pages(rowGroup: Int, leaf number: Int) -> PageListing {
    let columns = metadata.rowGroups[rowGroup].columns
    var listing = PageListing()
    var place = ColumnFormatError.Location(path: path, rowGroup: rowGroup)
    guard columns.indices.contains(number), fileSchema.leaves.indices.contains(number) else {
      listing.damage = ColumnFormatError(
        .damaged("the row group has \(columns.count) columns, the schema has others"),
        place
      )
      return listing
    }
    place.column = fileSchema.leaves[number].name
    let chunk = columns[number]
    let decompressor = PageDecompressor.take()
    defer { decompressor.putBack() }
    do throws(DecodingFailure) {
      let reader = try PageReader(
        file: self,
        leaf: fileSchema.leaves[number],
        chunk: chunk,
        decompressor: decompressor
      )
      // What follows the last value is not the chunk's: old writers' sizes are larger than it, and
      // a chunk without values may be said to start anywhere.
      var valueCount = 0
      while valueCount < chunk.valueCount {
        place.page = listing.pages.count
        place.byteOffset = nil
        guard let header = try reader.nextHeader() else { break }
        place.byteOffset = reader.pageOffset
        listing.pages.append(
          PageDescription(
            header: header,
            offset: reader.pageOffset,
            byteCount: reader.pageByteCount
          )
        )
        valueCount += header.dataValueCount ?? 0
        reader.skipPage()
      }
      try addIndexes(chunk, number, to: &listing.pages)
    } catch {
      listing.damage = ColumnFormatError(
        error.isUnsupported ? .unsupported(error.message) : .damaged(error.message),
        place
      )
    }
    return listing
  }

  /// Adds what the indexes say about each data page.
  private func addIndexes(
    _ chunk: ColumnChunkMetadata,
    _ number: Int,
    to pages: inout [PageDescription]
  ) throws(DecodingFailure) {
    let data = pages.indices.filter { pages[$0].header.dataValueCount != nil }
    if let bytes = part(chunk.offsetIndexOffset, chunk.offsetIndexByteCount) {
      var reader = CompactReader(bytes)
      let index = try OffsetIndex(from: &reader)
      guard index.pages.map(\.offset) == data.map({ pages[$0].offset }) else {
        throw DecodingFailure("the offset index lists other pages than there are")
      }
      for (page, location) in zip(data, index.pages) { pages[page].firstRow = location.firstRow }
    }
    if let bytes = part(chunk.columnIndexOffset, chunk.columnIndexByteCount) {
      var reader = CompactReader(bytes)
      let index = try ColumnIndex(from: &reader)
      guard index.isNullPage.count == data.count else {
        throw DecodingFailure(
          "the column index has \(index.isNullPage.count) pages, the chunk \(data.count)"
        )
      }
      let reading = boundsReading(leaf: number)
      for (page, position) in zip(data, index.isNullPage.indices) {
        var statistics = ColumnStatistics()
        if !index.isNullPage[position] {
          statistics.minValue = index.minValues[position]
          statistics.maxValue = index.maxValues[position]
        }
        if !index.nullCounts.isEmpty { statistics.nullCount = index.nullCounts[position] }
        pages[page].statistics = reading.read(
          statistics,
          rowCount: pages[page].header.dataValueCount ?? 0
        )
      }
    }
  }

  /// A part of the file that the metadata point at, or nil where they do not, or not into it.
  private func part(_ offset: Int?, _ byteCount: Int?) -> UnsafeRawBufferPointer? {
    guard let offset, let byteCount, offset >= 0, byteCount > 0,
      offset <= source.bytes.count, byteCount <= source.bytes.count - offset
    else { return nil }
    return UnsafeRawBufferPointer(rebasing: source.bytes[offset..<(offset + byteCount)])
  }
}

extension PageHeader {
  /// The number of values of a data page, nulls and empty lists included; nil for other pages.
  fileprivate var dataValueCount: Int? {
    switch kind {
    case .data(let data): data.valueCount
    case .dataV2(let data): data.valueCount
    case .dictionary, .other: nil
    }
  }
}
