/// Reads the rows of a row group that pass a predicate, and of the other rows as little as it can.
///
/// Rows that statistics, bloom filters, dictionaries and page indexes rule out are not touched. Of
/// the others the predicate's columns are read first, and the rest only where a row passes. A reader
/// belongs to one thread; several of them may share a row group by ``ParquetFile/splits(rowGroup:fields:rowCountTarget:)``.
public final class FilteredReader {
  /// Batches of fewer rows are put together before they are handed out.
  private static let rowCountMin = 1024

  private let reader: RowGroupReader
  private let evaluator: PredicateEvaluator?
  /// The reader's column for each field of the file that is read.
  private let columnOf: [Int: Int]
  private let projection: [Int]
  /// The rows to be looked at, and how far that has come.
  private let ranges: [Range<Int>]
  private var rangeIndex = 0
  private var nextRow = 0
  /// How many rows were looked at: those that nothing ruled out beforehand.
  public private(set) var rowCountRead = 0

  /// A reader of some rows of a row group.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - rowGroup: The number of the row group.
  ///   - fields: The positions in the file's schema of the columns to be handed out.
  ///   - predicate: The condition; nil for all rows.
  ///   - rows: The rows to choose from; nil for all of the row group.
  /// - Throws: ``ColumnFormatError`` when the predicate does not fit the file, or what is needed to
  ///   start is damaged.
  public init(
    file: ParquetFile,
    rowGroup: Int,
    fields: [Int],
    predicate: RowPredicate? = nil,
    rows: Range<Int>? = nil
  ) throws(ColumnFormatError) {
    var chosen = RowRanges(rows ?? 0..<file.metadata.rowGroups[rowGroup].rowCount)
    var all = fields
    if let predicate {
      let bound = try PredicateBinding.bind(predicate, in: file)
      evaluator = PredicateEvaluator(bound)
      for field in bound.fields where !all.contains(field) { all.append(field) }
      chosen = chosen.intersection(
        try PredicatePruning(file: file, rowGroup: rowGroup).rows(bound)
      )
    } else {
      evaluator = nil
    }
    reader = try RowGroupReader(file: file, rowGroup: rowGroup, fields: all)
    columnOf = Dictionary(
      all.enumerated().map { ($1, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    projection = fields
    ranges = chosen.ranges
  }

  /// The bytes of the file that were needed so far.
  public var byteCountRead: Int { reader.byteCountRead }

  /// The next rows that pass.
  ///
  /// - Returns: At least one row, and about ``Batch/rowCountTarget`` of them where they lie close;
  ///   nil after the last one. Text and binary keep the codes of their dictionary.
  /// - Throws: ``ColumnFormatError`` with column, page and byte when the bytes are damaged or need
  ///   something that is not built in.
  public func next() throws(ColumnFormatError) -> Batch? {
    var batches: [Batch] = []
    var rowCount = 0
    while rowCount < FilteredReader.rowCountMin, let rows = takeRows() {
      guard let batch = try read(rows) else { continue }
      batches.append(batch)
      rowCount += batch.rowCount
    }
    return batches.isEmpty ? nil : Batch.concatenate(batches)
  }

  /// The next rows to look at, no more than a batch of them.
  private func takeRows() -> Range<Int>? {
    guard rangeIndex < ranges.count else { return nil }
    let range = ranges[rangeIndex]
    let start = max(nextRow, range.lowerBound)
    let end = min(start + Batch.rowCountTarget, range.upperBound)
    nextRow = end
    if end == range.upperBound { rangeIndex += 1 }
    return start..<end
  }

  private func read(_ rows: Range<Int>) throws(ColumnFormatError) -> Batch? {
    rowCountRead += rows.count
    var loaded: [Int: Column] = [:]
    func load(_ field: Int) throws(ColumnFormatError) -> Column {
      if let column = loaded[field] { return column }
      let position = columnOf[field] ?? 0
      let column = try readColumn(position, rows)
      loaded[field] = column
      return column
    }
    let selection = try evaluator?.select(rowCount: rows.count, load)
    if selection?.count == 0 { return nil }
    var columns: [Column] = []
    for field in projection { columns.append(try load(field)) }
    let batch = Batch(columns: columns, rowCount: rows.count)
    return selection.map { batch.taking($0) } ?? batch
  }

  private func readColumn(_ position: Int, _ rows: Range<Int>) throws(ColumnFormatError) -> Column {
    let row = reader.rowCount - reader.remaining(position)
    try reader.skip(position, count: rows.lowerBound - row)
    return try reader.read(position, count: rows.count)
  }
}
