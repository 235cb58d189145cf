/// What a column of values is, for whoever describes a file to people.
package struct LeafDescription: Sendable {
  /// The names from the top-level field down.
  package var path: [String]
  /// What the values mean.
  package var type: LogicalType
  /// How they are stored.
  package var storage: StorageType
  /// The definition level of a value that is there.
  package var definitionLevelMax: Int
  /// The number of lists around the value.
  package var repetitionLevelMax: Int
}

/// What a page's header says, and where the page lies.
package struct PageDescription: Sendable {
  /// What the header says.
  package var header: PageHeader
  /// Where the header starts in the file.
  package var offset: Int
  /// The size of the page with its header.
  package var byteCount: Int
}

extension ParquetFile {
  /// The columns of values, in the order of each row group's chunks.
  package var leafDescriptions: [LeafDescription] {
    fileSchema.leaves.map {
      LeafDescription(
        path: $0.path,
        type: $0.type,
        storage: $0.storage,
        definitionLevelMax: $0.definitionLevelMax,
        repetitionLevelMax: $0.repetitionLevelMax
      )
    }
  }

  /// What the footer says about the values of one chunk, also within lists and rows.
  package func leafStatistics(rowGroup: Int, leaf number: Int) -> FieldStatistics? {
    let columns = metadata.rowGroups[rowGroup].columns
    guard columns.indices.contains(number), fileSchema.leaves.indices.contains(number),
      columns[number].type == fileSchema.leaves[number].storage,
      let statistics = columns[number].statistics
    else { return nil }
    return boundsReading(leaf: number).read(statistics, rowCount: columns[number].valueCount)
  }

  /// The pages of one chunk, in the order of the file; none of them is decompressed.
  package func pages(rowGroup: Int, leaf number: Int) throws(ColumnFormatError)
    -> [PageDescription]
  {
    let columns = metadata.rowGroups[rowGroup].columns
    var place = ColumnFormatError.Location(path: path, rowGroup: rowGroup)
    guard columns.indices.contains(number), fileSchema.leaves.indices.contains(number) else {
      throw ColumnFormatError(
        .damaged("the row group has \(columns.count) columns, the schema has others"),
        place
      )
    }
    place.column = fileSchema.leaves[number].name
    let decompressor = PageDecompressor.take()
    defer { decompressor.putBack() }
    var pages: [PageDescription] = []
    do throws(DecodingFailure) {
      let reader = try PageReader(
        file: self,
        leaf: fileSchema.leaves[number],
        chunk: columns[number],
        decompressor: decompressor
      )
      while true {
        place.page = pages.count
        guard let header = try reader.nextHeader() else { return pages }
        pages.append(
          PageDescription(
            header: header,
            offset: reader.pageOffset,
            byteCount: reader.pageByteCount
          )
        )
        place.byteOffset = reader.pageOffset
        reader.skipPage()
      }
    } catch {
      throw ColumnFormatError(
        error.isUnsupported ? .unsupported(error.message) : .damaged(error.message),
        place
      )
    }
  }
}
