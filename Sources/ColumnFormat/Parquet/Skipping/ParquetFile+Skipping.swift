extension ParquetFile {
  /// Whether a row group may have a row that passes, by the footer alone.
  ///
  /// - Parameters:
  ///   - rowGroup: The number of the row group.
  ///   - predicate: The condition.
  /// - Returns: False only where it is certain that no row passes.
  /// - Throws: ``ColumnFormatError`` when the predicate does not fit the file's columns.
  public func mayMatch(rowGroup: Int, _ predicate: RowPredicate) throws(ColumnFormatError) -> Bool {
    let bound = try PredicateBinding.bind(predicate, in: self)
    return PredicatePruning(file: self, rowGroup: rowGroup).mayMatch(bound)
  }

  /// The rows of a row group among which all those are that pass.
  ///
  /// Looks at the footer's statistics, then at bloom filters, at dictionaries whose entries are all
  /// the values that a column chunk has, and at the statistics of pages; what is not certain to
  /// fail stays. Data pages are not read.
  ///
  /// - Parameters:
  ///   - rowGroup: The number of the row group.
  ///   - predicate: The condition.
  ///   - looksAtDictionaries: Whether dictionaries are decoded for it, which takes a good part of the
  ///     time of reading a column of many different values.
  /// - Returns: Ranges of rows, ascending, with gaps between them.
  /// - Throws: ``ColumnFormatError`` when the predicate does not fit the file's columns, or a
  ///   dictionary is damaged.
  public func matchingRows(
    rowGroup: Int,
    _ predicate: RowPredicate,
    looksAtDictionaries: Bool = true
  ) throws(ColumnFormatError) -> [Range<Int>] {
    let bound = try PredicateBinding.bind(predicate, in: self)
    var pruning = PredicatePruning(file: self, rowGroup: rowGroup)
    pruning.looksAtDictionaries = looksAtDictionaries
    return try pruning.rows(bound).ranges
  }

  /// Cuts a row group into ranges of rows for readers that work at the same time.
  ///
  /// Ranges end where pages of the largest column do, so that no page of it is decompressed twice.
  /// Without an offset index they are all of about the size asked for.
  ///
  /// - Parameters:
  ///   - rowGroup: The number of the row group.
  ///   - fields: The positions of the fields to be read in ``schema``.
  ///   - rowCountTarget: The number of rows that a range should have; at least one.
  /// - Returns: Ranges without gaps that together are all rows.
  public func splits(rowGroup: Int, fields: [Int], rowCountTarget: Int) -> [Range<Int>] {
    precondition(rowCountTarget > 0, "a range has rows")
    let group = metadata.rowGroups[rowGroup]
    if group.rowCount == 0 { return [] }
    let chunks = fields.flatMap { fileSchema.nodes[$0].leaves }
      .filter { group.columns.indices.contains($0) }
      .map { group.columns[$0] }
      .sorted { $0.compressedByteCount > $1.compressedByteCount }
    let index = chunks.lazy
      .compactMap { ChunkPageIndex(self, $0, rowCount: group.rowCount) }.first
    var splits: [Range<Int>] = []
    var start = 0
    guard let index else {
      let count = max((group.rowCount + rowCountTarget / 2) / rowCountTarget, 1)
      return (0..<count).map {
        (group.rowCount * $0 / count)..<(group.rowCount * ($0 + 1) / count)
      }
    }
    for page in index.pages where page.firstRow - start >= rowCountTarget {
      splits.append(start..<page.firstRow)
      start = page.firstRow
    }
    splits.append(start..<group.rowCount)
    return splits
  }
}
