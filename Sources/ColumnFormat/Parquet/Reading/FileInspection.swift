/// What a column of values is, for whoever describes a file to people.
package struct LeafDescription: Sendable {
  /// The names from the top-level field down.
  package var path: [String]
  /// What the values mean.
  package var type: LogicalType
  /// How they are stored.
  package var storage: StorageType
  /// The number of bytes of fixed-length values; zero where lengths differ.
  package var typeLength: Int
  /// The definition level of a value that is there.
  package var definitionLevelMax: Int
  /// The number of lists around the value.
  package var repetitionLevelMax: Int
}

extension ParquetFile {
  /// The columns of values, in the order of each row group's chunks.
  package var leafDescriptions: [LeafDescription] {
    fileSchema.leaves.map {
      LeafDescription(
        path: $0.path,
        type: $0.type,
        storage: $0.storage,
        typeLength: $0.storage == .fixedLengthByteArray ? $0.typeLength : 0,
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
}
