/// Reads some fields, or members of fields, of one row group, each at its own pace.
///
/// A reader belongs to one thread. Columns it has handed out stay valid after it is gone.
public final class RowGroupReader {
  /// The number of rows of the row group.
  public let rowCount: Int
  private let file: ParquetFile
  private let rowGroup: Int
  private let fields: [FieldReader]
  /// The rows of each field that were read or passed over.
  private var positions: [Int]
  private let decompressor: PageDecompressor

  /// One field or member: its place in the schema and the columns of values below it.
  private struct FieldReader {
    var node: ColumnNode
    var leaves: [(number: Int, reader: LeafReader)]
    /// The one column of values, where it has neither lists nor groups around it.
    ///
    /// Such a column is read and passed over without levels; any other always with them, because
    /// levels are decoded ahead.
    var flat: LeafReader?
  }

  init(file: ParquetFile, rowGroup: Int, paths: [FieldPath], runs: Set<Int>)
    throws(ColumnFormatError)
  {
    precondition(file.metadata.rowGroups.indices.contains(rowGroup), "no such row group")
    let metadata = file.metadata.rowGroups[rowGroup]
    self.file = file
    self.rowGroup = rowGroup
    rowCount = metadata.rowCount
    positions = paths.map { _ in 0 }
    let decompressor = PageDecompressor.take()
    self.decompressor = decompressor
    let schema = file.fileSchema
    let place = ColumnFormatError.Location(path: file.path, rowGroup: rowGroup)
    guard metadata.columns.count == schema.leaves.count else {
      throw ColumnFormatError(
        .damaged(
          "the row group has \(metadata.columns.count) columns, the schema \(schema.leaves.count)"
        ),
        place
      )
    }
    guard rowCount <= Limits.rowGroupRowCountMax else {
      throw ColumnFormatError(.limit("the row group has \(rowCount) rows"), place)
    }
    var readers: [FieldReader] = []
    for (column, path) in paths.enumerated() {
      let node = schema.node(path)
      var leaves: [(number: Int, reader: LeafReader)] = []
      for number in node.leaves {
        let leaf = schema.leaves[number]
        do {
          let reader = try LeafReader(
            file: file,
            leaf: leaf,
            chunk: metadata.columns[number],
            rowCount: metadata.rowCount,
            decompressor: decompressor
          )
          reader.decoder.keepsRuns = runs.contains(column)
          leaves.append((number, reader))
        } catch {
          var place = place
          place.column = leaf.name
          throw ColumnFormatError(RowGroupReader.kind(error), place)
        }
      }
      var flat: LeafReader?
      if case .leaf = node, let reader = leaves.first?.reader, reader.isFlat { flat = reader }
      readers.append(FieldReader(node: node, leaves: leaves, flat: flat))
    }
    self.fields = readers
  }

  deinit { decompressor.putBack() }

  /// The bytes of the file that were needed so far: pages that were read, with their headers.
  public var byteCountRead: Int {
    fields.reduce(0) { sum, field in
      sum + field.leaves.reduce(0) { $0 + $1.reader.pages.byteCountRead }
    }
  }

  /// How many rows of a column are left.
  ///
  /// - Parameter column: The position in the reader's fields.
  /// - Returns: The rows that were neither read nor passed over.
  public func remaining(_ column: Int) -> Int { rowCount - positions[column] }

  /// The next `count` rows of a column.
  ///
  /// - Parameters:
  ///   - column: The position in the reader's fields.
  ///   - count: The number of rows, no more than are left.
  /// - Returns: Exactly `count` rows. Text and binary come as codes where the pages have a
  ///   dictionary; rows that share one run of a dictionary come as a constant. Numbers come as runs
  ///   where the reader was asked for that and they are few.
  /// - Throws: ``ColumnFormatError`` with column, page and byte when the bytes are damaged or need
  ///   something that is not built in.
  public func read(_ column: Int, count: Int) throws(ColumnFormatError) -> Column {
    precondition(count >= 0 && count <= remaining(column), "more rows than the row group has")
    let field = fields[column]
    if count == 0 { return Column(flat: .zeros(fieldType(field), count: 0), count: 0) }
    positions[column] += count
    if let reader = field.flat {
      do { return try reader.read(count) } catch { throw place(error, reader) }
    }
    var slots: [Int: LeafSlots] = [:]
    for (number, reader) in field.leaves {
      do { slots[number] = try reader.readSlots(count) } catch { throw place(error, reader) }
    }
    do throws(DecodingFailure) {
      let result = try NestedAssembly(slots: slots, schema: file.fileSchema).column(field.node)
      guard result.count == count else {
        throw DecodingFailure("\(result.count) rows were found where \(count) are stored")
      }
      return result
    } catch {
      throw place(error, field.leaves[0].reader)
    }
  }

  /// Some of the next `count` rows of a column; the others are passed over.
  ///
  /// Where few rows are chosen this is much faster than ``read(_:count:)``: values of other rows are not
  /// decoded, and pages without a chosen row not decompressed.
  ///
  /// - Parameters:
  ///   - column: The position in the reader's fields.
  ///   - rows: The positions of the rows, ascending from zero and below `count`.
  ///   - count: The number of rows to choose from, no more than are left.
  /// - Returns: The chosen rows, in the forms of ``read(_:count:)``.
  /// - Throws: ``ColumnFormatError`` with column, page and byte when the bytes are damaged or need
  ///   something that is not built in.
  public func read(_ column: Int, rows: Buffer<UInt32>, of count: Int)
    throws(ColumnFormatError) -> Column
  {
    precondition(count >= 0 && count <= remaining(column), "more rows than the row group has")
    let least = rows.count == 0 ? 0 : Int(rows.base[rows.count &- 1]) &+ 1
    precondition(RowGroupReader.ascend(rows), "rows that do not ascend")
    precondition(least <= count, "a row behind those to choose from")
    if rows.count == count { return try read(column, count: count) }
    if rows.count == 0 {
      try skip(column, count: count)
      return try read(column, count: 0)
    }
    guard let reader = fields[column].flat, rows.count < count / RowGroupReader.sparseness else {
      // A few rows in front are read along, and the numbers stay as they are.
      let first = Int(rows.base[0]) < count / 8 ? 0 : Int(rows.base[0])
      try skip(column, count: first)
      let all = try read(column, count: least - first)
      try skip(column, count: count - least)
      if rows.count == all.count { return all }
      if first == 0 { return all.taking(rows) }
      let indices = Buffer<UInt32>(count: rows.count)
      for index in 0..<rows.count {
        indices.base[index] = rows.base[index] &- UInt32(truncatingIfNeeded: first)
      }
      return all.taking(indices)
    }
    positions[column] += count
    do { return try reader.read(rows, of: count) } catch { throw place(error, reader) }
  }

  /// Whether each number is greater than the one before.
  private static func ascend(_ rows: Buffer<UInt32>) -> Bool {
    var descents: UInt32 = 0
    if rows.count > 1 {
      for index in 1..<rows.count {
        descents |= UInt32(rows.base[index] <= rows.base[index &- 1] ? 1 : 0)
      }
    }
    return descents == 0
  }

  /// From one chosen row in so many on, decoding all of them and gathering is faster.
  private static let sparseness = 6

  /// Passes over the next `count` rows of a column without decoding them.
  ///
  /// Pages that lie in these rows as a whole are not even decompressed; where the file has an offset
  /// index, not even their headers are read.
  ///
  /// - Parameters:
  ///   - column: The position in the reader's fields.
  ///   - count: The number of rows, no more than are left.
  /// - Throws: ``ColumnFormatError`` with column, page and byte when the bytes are damaged.
  public func skip(_ column: Int, count: Int) throws(ColumnFormatError) {
    precondition(count >= 0 && count <= remaining(column), "more rows than the row group has")
    if count == 0 { return }
    positions[column] += count
    if let reader = fields[column].flat {
      do { return try reader.skip(count) } catch { throw place(error, reader) }
    }
    for (_, reader) in fields[column].leaves {
      do { try reader.skipSlots(count) } catch { throw place(error, reader) }
    }
  }

  /// The next rows of all columns, which have been read in step.
  ///
  /// - Parameter rowCountMax: The most rows to return.
  /// - Returns: As many rows as are left, up to `rowCountMax`; nil after the last row.
  /// - Throws: ``ColumnFormatError`` with column, page and byte when the bytes are damaged or need
  ///   something that is not built in.
  public func next(_ rowCountMax: Int) throws(ColumnFormatError) -> Batch? {
    let start = positions.first ?? rowsWithoutColumns
    precondition(positions.allSatisfy { $0 == start }, "the columns stand at different rows")
    let count = min(rowCountMax, rowCount - start)
    if count <= 0 { return nil }
    rowsWithoutColumns += count
    var columns: [Column] = []
    columns.reserveCapacity(fields.count)
    for column in fields.indices { columns.append(try read(column, count: count)) }
    return Batch(columns: columns, rowCount: count)
  }

  /// The rows handed out by ``next(_:)`` when there are no columns to count them.
  private var rowsWithoutColumns = 0

  private func fieldType(_ field: FieldReader) -> LogicalType {
    field.node.type(in: file.fileSchema)
  }

  private func place(_ failure: DecodingFailure, _ reader: LeafReader) -> ColumnFormatError {
    ColumnFormatError(
      RowGroupReader.kind(failure),
      ColumnFormatError.Location(
        path: file.path,
        column: reader.leaf.name,
        rowGroup: rowGroup,
        page: max(reader.pages.pageIndex, 0),
        byteOffset: reader.pages.pageOffset
      )
    )
  }

  private static func kind(_ failure: DecodingFailure) -> ColumnFormatError.Kind {
    failure.isUnsupported ? .unsupported(failure.message) : .damaged(failure.message)
  }
}
