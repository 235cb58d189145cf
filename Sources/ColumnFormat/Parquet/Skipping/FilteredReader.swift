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
    reader = try file.reader(rowGroup: rowGroup, fields: all)
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
    guard let evaluator else { return try nextUnfiltered() }
    var chosen = ChosenRows(fields: projection.filter(evaluator.fields.contains))
    while chosen.count < FilteredReader.rowCountMin, let rows = takeRows() {
      try choose(rows, evaluator, &chosen)
    }
    return chosen.count == 0 ? nil : try load(chosen)
  }

  /// Rows that passed, and the columns that were read to find them.
  private struct ChosenRows {
    /// The rows' numbers within the row group.
    var rows = BufferBuilder<UInt32>(capacity: 2 * Batch.rowCountTarget)
    /// The end of the rows that were looked at.
    var end = 0
    /// Pieces of the predicate's columns, cut down to the rows that passed.
    var pieces: [Int: [Column]]

    var count: Int { rows.count }

    init(fields: [Int]) {
      pieces = Dictionary(fields.map { ($0, []) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// The next batch of all rows, as there is no predicate.
  private func nextUnfiltered() throws(ColumnFormatError) -> Batch? {
    guard let rows = takeRows() else { return nil }
    rowCountRead += rows.count
    var columns: [Column] = []
    for field in projection { columns.append(try readColumn(columnOf[field] ?? 0, rows)) }
    return Batch(columns: columns, rowCount: rows.count)
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

  /// Reads the predicate's columns of some rows, and notes which rows pass.
  private func choose(
    _ rows: Range<Int>,
    _ evaluator: PredicateEvaluator,
    _ chosen: inout ChosenRows
  )
    throws(ColumnFormatError)
  {
    rowCountRead += rows.count
    var loaded: [Int: Column] = [:]
    func load(_ field: Int) throws(ColumnFormatError) -> Column {
      if let column = loaded[field] { return column }
      let column = try readColumn(columnOf[field] ?? 0, rows)
      loaded[field] = column
      return column
    }
    let selection = try evaluator.select(rowCount: rows.count, load)
    if selection.count == 0 { return }
    let first = UInt32(truncatingIfNeeded: rows.lowerBound)
    for index in 0..<selection.count { chosen.rows.append(first &+ selection.indices[index]) }
    chosen.end = rows.upperBound
    for field in chosen.pieces.keys {
      let column = try load(field)
      let piece = selection.count == rows.count ? column : column.taking(selection.indices)
      chosen.pieces[field]?.append(piece)
    }
  }

  /// Reads the other columns, of the rows that passed only.
  private func load(_ chosen: ChosenRows) throws(ColumnFormatError) -> Batch {
    let rows = chosen.rows.finish()
    let first = Int(rows[0])
    let positions = Buffer<UInt32>(count: rows.count)
    for index in 0..<rows.count { positions[index] = rows[index] &- rows[0] }
    var columns: [Column] = []
    columns.reserveCapacity(projection.count)
    for field in projection {
      if let pieces = chosen.pieces[field] {
        columns.append(Column.concatenate(pieces))
        continue
      }
      let position = columnOf[field] ?? 0
      try skip(position, to: first)
      columns.append(try reader.read(position, rows: positions, of: chosen.end - first))
    }
    return Batch(columns: columns, rowCount: rows.count)
  }

  private func readColumn(_ position: Int, _ rows: Range<Int>) throws(ColumnFormatError) -> Column {
    try skip(position, to: rows.lowerBound)
    return try reader.read(position, count: rows.count)
  }

  private func skip(_ position: Int, to row: Int) throws(ColumnFormatError) {
    try reader.skip(position, count: row - (reader.rowCount - reader.remaining(position)))
  }
}
