/// Writes batches as a Parquet file, a row group at a time.
///
/// ```swift
/// var writer = try ParquetWriter(sink: sink, schema: schema, options: WriterOptions())
/// try writer.write(batch)
/// let file = try writer.finish()
/// ```
/// Values are copied out of the batches and wait, as dictionary codes where they repeat, until a row
/// group is full; then each column's pages go to the sink one after the other. The file is complete
/// only after ``finish()``; nothing is written before the first row group is full.
public struct ParquetWriter: ~Copyable {
  /// The columns of the batches.
  public let schema: Schema
  private let sink: any ByteSink
  private let options: WriterOptions
  private let fileSchema: WrittenSchema
  /// One for each leaf.
  private let chunks: [ColumnChunkWriter]
  /// The number of the first leaf of each column.
  private let firstLeaves: [Int]
  private let origin: Int
  private var pages: PageWriter?
  private var rowGroups: [RowGroupMetadata] = []
  /// For each row group the index of each leaf's pages.
  private var indexes: [[(offsets: OffsetIndex, index: ColumnIndex?)]] = []
  /// Rows that wait for their row group.
  private var bufferedRowCount = 0
  private var writtenRowCount = 0

  /// The rows looked at between two checks of the memory in use.
  private static let stepRowCount = 8 * Batch.rowCountTarget

  /// A writer that has written nothing.
  ///
  /// - Parameters:
  ///   - sink: Where the bytes go; the file starts where the sink stands.
  ///   - schema: The columns of all batches; their ids become field ids.
  ///   - options: How to write.
  /// - Throws: ``ColumnFormatError`` when the schema has what Parquet has not, such as a row
  ///   without fields, or the codec is not built in.
  public init(
    sink: any ByteSink,
    schema: Schema,
    options: WriterOptions = WriterOptions()
  ) throws(ColumnFormatError) {
    let fileSchema = try ParquetWriter.writtenSchema(schema, options, path: sink.path)
    self.sink = sink
    self.schema = schema
    self.options = options
    self.fileSchema = fileSchema
    origin = sink.byteCount
    chunks = fileSchema.leaves.map { ColumnChunkWriter($0, options) }
    var next = 0
    firstLeaves = schema.fields.map { field in
      defer { next += field.type.leafCount }
      return next
    }
  }

  /// The memory that waiting values take, in bytes.
  public var bufferedByteCount: Int { chunks.reduce(0) { $0 + $1.byteCount } }

  /// The number of rows taken so far.
  public var rowCount: Int { writtenRowCount + bufferedRowCount }

  /// Takes the rows of a batch whose columns are those of the schema, in any form.
  ///
  /// - Throws: ``ColumnFormatError`` when the sink fails, or a value does not fit its column's type.
  ///   The writer is of no use after that.
  public mutating func write(_ batch: Batch) throws(ColumnFormatError) {
    precondition(batch.columns.count == schema.fields.count, "a batch of another schema")
    var done = 0
    while done < batch.rowCount {
      let room = max(options.rowGroupRowCountMax, 1) - bufferedRowCount
      let end = min(batch.rowCount, done + min(room, ParquetWriter.stepRowCount))
      try append(batch.slice(done..<end))
      done = end
      if bufferedRowCount >= options.rowGroupRowCountMax
        || bufferedByteCount >= options.rowGroupByteCountMax
      {
        try writeRowGroup()
      }
    }
  }

  /// Writes what waits and the footer.
  ///
  /// - Returns: What was written. The sink is neither synced nor closed.
  /// - Throws: ``ColumnFormatError`` when the sink fails or a value does not fit its column's type.
  public consuming func finish() throws(ColumnFormatError) -> WrittenFile {
    if bufferedRowCount > 0 { try writeRowGroup() }
    try startFile()
    try writeIndexes()
    var metadata = FileMetadata()
    metadata.schema = fileSchema.elements
    metadata.rowCount = writtenRowCount
    metadata.rowGroups = rowGroups
    metadata.keyValueMetadata = options.keyValueMetadata
    metadata.createdBy = options.createdBy
    metadata.columnOrders = fileSchema.leaves.map { _ in .typeDefined }
    var writer = CompactWriter()
    metadata.write(to: &writer)
    var tail = writer.bytes
    let byteCount = UInt32(truncatingIfNeeded: tail.count)
    for byte in 0..<4 { tail.append(UInt8(truncatingIfNeeded: byteCount >> UInt32(byte * 8))) }
    tail.append(contentsOf: ParquetWriter.magic)
    try sink.write(array: tail)
    return WrittenFile(
      rowCount: writtenRowCount,
      byteCount: sink.byteCount - origin,
      metadata: metadata
    )
  }

  private static func writtenSchema(
    _ schema: Schema,
    _ options: WriterOptions,
    path: String
  ) throws(ColumnFormatError) -> WrittenSchema {
    do throws(DecodingFailure) {
      guard options.codec.isBuiltIn else { throw options.codec.missing }
      return try WrittenSchema(schema)
    } catch {
      let kind: ColumnFormatError.Kind =
        error.isUnsupported ? .unsupported(error.message) : .refused(error.message)
      throw ColumnFormatError(kind, .init(path: path))
    }
  }

  private static let magic = Array("PAR1".utf8)

  private func append(column: Column, field: Field, firstLeaf: Int) throws(DecodingFailure) {
    if field.type.leafCount == 1 && !field.type.isNested {
      return try chunks[firstLeaf].append(column)
    }
    var leaf = firstLeaf
    try Shredder.shred(
      column,
      field,
      Slots(count: column.count),
      definition: 0,
      repetition: 0
    ) { slots, values throws(DecodingFailure) in
      try chunks[leaf].append(slots, values)
      leaf += 1
    }
  }

  private mutating func append(_ batch: Batch) throws(ColumnFormatError) {
    for (position, field) in schema.fields.enumerated() {
      do throws(DecodingFailure) {
        try append(
          column: batch.columns[position],
          field: field,
          firstLeaf: firstLeaves[position]
        )
      } catch {
        throw ColumnFormatError(
          .refused(error.message),
          .init(path: sink.path, column: field.name, rowGroup: rowGroups.count)
        )
      }
    }
    bufferedRowCount += batch.rowCount
  }

  private mutating func startFile() throws(ColumnFormatError) {
    if sink.byteCount == origin { try sink.write(array: ParquetWriter.magic) }
  }

  private mutating func writeRowGroup() throws(ColumnFormatError) {
    try startFile()
    if pages == nil { pages = try makePages() }
    guard var pages else { return }
    var rowGroup = RowGroupMetadata()
    rowGroup.rowCount = bufferedRowCount
    rowGroup.fileOffset = pages.offset
    rowGroup.ordinal = rowGroups.count <= Int(Int16.max) ? rowGroups.count : nil
    var compressed = 0
    var group: [(offsets: OffsetIndex, index: ColumnIndex?)] = []
    for chunk in chunks {
      let written = try chunk.write(to: &pages)
      chunk.removeAll()
      rowGroup.columns.append(written.metadata)
      rowGroup.uncompressedByteCount += written.metadata.uncompressedByteCount
      compressed += written.metadata.compressedByteCount
      group.append((written.offsets, written.index))
    }
    rowGroup.compressedByteCount = compressed
    rowGroups.append(rowGroup)
    indexes.append(group)
    self.pages = pages
    writtenRowCount += bufferedRowCount
    bufferedRowCount = 0
  }

  private func makePages() throws(ColumnFormatError) -> PageWriter {
    do throws(DecodingFailure) {
      return try PageWriter(sink, options, origin: origin)
    } catch {
      throw ColumnFormatError(.unsupported(error.message), .init(path: sink.path))
    }
  }

  /// Writes the indexes of all pages, column indexes first, so that a reader fetches either kind in
  /// one piece.
  ///
  /// Where each chunk is a single page they would repeat what the footer says.
  private mutating func writeIndexes() throws(ColumnFormatError) {
    let isUseful = indexes.contains { $0.contains { $0.offsets.pages.count > 1 } }
    guard options.writesPageIndex && isUseful else { return }
    for group in indexes.indices {
      for leaf in indexes[group].indices {
        guard let index = indexes[group][leaf].index else { continue }
        var writer = CompactWriter()
        index.write(to: &writer)
        rowGroups[group].columns[leaf].columnIndexOffset = sink.byteCount - origin
        rowGroups[group].columns[leaf].columnIndexByteCount = writer.bytes.count
        try sink.write(array: writer.bytes)
      }
    }
    for group in indexes.indices {
      for leaf in indexes[group].indices {
        var writer = CompactWriter()
        indexes[group][leaf].offsets.write(to: &writer)
        rowGroups[group].columns[leaf].offsetIndexOffset = sink.byteCount - origin
        rowGroups[group].columns[leaf].offsetIndexByteCount = writer.bytes.count
        try sink.write(array: writer.bytes)
      }
    }
  }
}

extension LogicalType {
  /// Whether the type has parts.
  var isNested: Bool {
    switch self {
    case .list, .map, .row: true
    default: false
    }
  }

  /// The number of leaves that a column of the type has.
  var leafCount: Int {
    switch self {
    case .list(let element): element.type.leafCount
    case .map(let key, let value): key.type.leafCount + value.type.leafCount
    case .row(let fields): fields.reduce(0) { $0 + $1.type.leafCount }
    default: 1
    }
  }
}
