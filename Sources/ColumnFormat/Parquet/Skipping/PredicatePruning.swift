/// Leaves out the rows of one row group of which it is certain that they do not pass.
struct PredicatePruning {
  let file: ParquetFile
  let rowGroup: Int
  /// Whether dictionaries are decoded to find out.
  var looksAtDictionaries = true

  init(file: ParquetFile, rowGroup: Int) {
    self.file = file
    self.rowGroup = rowGroup
  }

  private var group: RowGroupMetadata { file.metadata.rowGroups[rowGroup] }

  /// Whether a row may pass, by the footer's statistics.
  func mayMatch(_ predicate: BoundPredicate) -> Bool {
    switch predicate {
    case .and(let parts): return parts.allSatisfy { mayMatch($0) }
    case .or(let parts): return parts.contains { mayMatch($0) }
    case .condition(let condition): return mayMatch(condition)
    }
  }

  private func mayMatch(_ condition: BoundPredicate.Condition) -> Bool {
    guard let leaf = condition.column.leaf,
      let known = file.leafStatistics(rowGroup: rowGroup, leaf: leaf)
    else { return true }
    return condition.test.mayPass(known)
  }

  /// The rows that may pass, by all that is known without reading data pages.
  func rows(_ predicate: BoundPredicate) throws(ColumnFormatError) -> RowRanges {
    let all = RowRanges(0..<group.rowCount)
    guard mayMatch(predicate) else { return RowRanges() }
    switch predicate {
    case .and(let parts):
      var rows = all
      for part in parts where !rows.isEmpty { rows = rows.intersection(try self.rows(part)) }
      return rows
    case .or(let parts):
      var rows = RowRanges()
      for part in parts { rows = rows.union(try self.rows(part)) }
      return rows
    case .condition(let condition):
      guard let leaf = condition.column.leaf, group.columns.indices.contains(leaf),
        group.columns[leaf].type == file.fileSchema.leaves[leaf].storage,
        !group.columns[leaf].isEncrypted, group.columns[leaf].filePath == nil
      else { return all }
      guard mayPassFilter(condition.test, leaf) else { return RowRanges() }
      if looksAtDictionaries, try !mayPassDictionary(condition, leaf) { return RowRanges() }
      return pages(condition.test, leaf) ?? all
    }
  }

  /// Whether a value may pass, by the chunk's bloom filter.
  private func mayPassFilter(_ test: BoundPredicate.ValueTest, _ leaf: Int) -> Bool {
    let chunk = group.columns[leaf]
    let values: [Scalar]
    switch test {
    case .compare(.equal, let value): values = [value]
    case .among(let listed): values = listed
    default: return true
    }
    guard let offset = chunk.bloomFilterOffset,
      let filter = ChunkBloomFilter(file.source, offset: offset, end: file.footerOffset)
    else { return true }
    return values.contains { filter.mayContain($0, of: file.fileSchema.leaves[leaf]) }
  }

  /// Whether an entry passes, where the dictionary's entries are all values there are.
  ///
  /// Asked only for single values: of a range that the bounds leave, an entry is nearly always found.
  private func mayPassDictionary(_ condition: BoundPredicate.Condition, _ leaf: Int)
    throws(ColumnFormatError) -> Bool
  {
    switch condition.test {
    case .compare(.equal, _), .among: break
    case .compare, .isNull, .isNotNull: return true
    }
    guard let entries = try ChunkDictionary.entries(file, rowGroup: rowGroup, leaf: leaf) else {
      return true
    }
    let flags = ValueTesting.flags(entries, condition.test)
    for entry in 0..<entries.count where flags[entry] != 0 { return true }
    return false
  }

  /// The rows of the pages that may pass; nil where nothing is known of pages.
  private func pages(_ test: BoundPredicate.ValueTest, _ leaf: Int) -> RowRanges? {
    let chunk = group.columns[leaf]
    guard let offset = chunk.columnIndexOffset, let byteCount = chunk.columnIndexByteCount,
      file.fileSchema.leaves[leaf].repetitionLevelMax == 0,
      let bytes = file.part(offset, byteCount),
      let places = ChunkPageIndex(file, chunk, rowCount: group.rowCount)
    else { return nil }
    var reader = CompactReader(bytes)
    guard let index = try? ColumnIndex(from: &reader),
      index.isNullPage.count == places.pages.count
    else { return nil }
    let bounds = file.boundsReading(leaf: leaf)
    var rows = RowRanges()
    for page in places.pages.indices {
      let range = places.rows(page)
      var statistics = ColumnStatistics()
      if index.isNullPage[page] {
        statistics.nullCount = range.count
      } else {
        statistics.minValue = index.minValues[page]
        statistics.maxValue = index.maxValues[page]
        if !index.nullCounts.isEmpty { statistics.nullCount = index.nullCounts[page] }
      }
      if test.mayPass(bounds.read(statistics, rowCount: range.count)) { rows.append(range) }
    }
    return rows
  }
}
