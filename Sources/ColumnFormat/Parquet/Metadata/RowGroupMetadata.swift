/// One horizontal slice of a file; parquet.thrift, `RowGroup`.
public struct RowGroupMetadata: Sendable, Hashable {
  /// One chunk for each leaf of the schema, in its order.
  public var columns: [ColumnChunkMetadata] = []
  /// The size of all chunks before compression.
  public var uncompressedByteCount = 0
  /// The number of rows.
  public var rowCount = 0
  /// The columns that the rows are sorted by.
  public var sortingColumns: [SortingColumn] = []
  /// Where the first page lies.
  public var fileOffset: Int?
  /// The size of all chunks in the file.
  public var compressedByteCount: Int?
  /// The number of the row group.
  public var ordinal: Int?

  /// A row group without columns and rows.
  public init() {}

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    var hasColumns = false
    var hasRows = false
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1:
        let count = try reader.readList(field, of: .structure)
        // A chunk takes some 30 bytes at least, so this allocates no more than a few file sizes.
        columns.reserveCapacity(min(count, reader.remaining / 30))
        for _ in 0..<count { columns.append(try ColumnChunkMetadata(from: &reader)) }
        hasColumns = true
      case 2: uncompressedByteCount = try reader.readInt(field)
      case 3:
        rowCount = try reader.readCount(field)
        hasRows = true
      case 4: sortingColumns = try SortingColumn.readList(field, from: &reader)
      case 5: fileOffset = try reader.readInt(field)
      case 6: compressedByteCount = try reader.readInt(field)
      case 7: ordinal = try reader.readInt(field)
      default: try reader.skip(field)
      }
    }
    guard hasColumns && hasRows else {
      throw DecodingFailure("a row group's metadata lack columns or row count")
    }
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    writer.beginList(1, of: .structure, count: columns.count)
    for column in columns { column.write(to: &writer) }
    writer.write(2, int64: uncompressedByteCount)
    writer.write(3, int64: rowCount)
    if !sortingColumns.isEmpty {
      writer.beginList(4, of: .structure, count: sortingColumns.count)
      for column in sortingColumns { column.write(to: &writer) }
    }
    if let fileOffset { writer.write(5, int64: fileOffset) }
    if let compressedByteCount { writer.write(6, int64: compressedByteCount) }
    if let ordinal { writer.write(7, int16: ordinal) }
    writer.endStruct()
  }
}

/// A column that rows are sorted by; parquet.thrift, same name.
public struct SortingColumn: Sendable, Hashable {
  /// The position among the row group's column chunks.
  public var columnIndex: Int
  /// Whether large values come first.
  public var isDescending: Bool
  /// Whether nulls come before values.
  public var isNullsFirst: Bool

  /// A column and its order.
  public init(columnIndex: Int, isDescending: Bool, isNullsFirst: Bool) {
    self.columnIndex = columnIndex
    self.isDescending = isDescending
    self.isNullsFirst = isNullsFirst
  }

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    self.init(columnIndex: 0, isDescending: false, isNullsFirst: false)
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: columnIndex = try reader.readInt(field)
      case 2: isDescending = try reader.readBoolean(field)
      case 3: isNullsFirst = try reader.readBoolean(field)
      default: try reader.skip(field)
      }
    }
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    writer.write(1, int32: columnIndex)
    writer.write(2, boolean: isDescending)
    writer.write(3, boolean: isNullsFirst)
    writer.endStruct()
  }

  static func readList(_ field: CompactField, from reader: inout CompactReader)
    throws(DecodingFailure) -> [SortingColumn]
  {
    let count = try reader.readList(field, of: .structure)
    var columns: [SortingColumn] = []
    for _ in 0..<count { columns.append(try SortingColumn(from: &reader)) }
    return columns
  }
}
