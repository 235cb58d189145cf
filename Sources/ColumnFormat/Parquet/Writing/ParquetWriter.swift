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
  /// One for each leaf; none while the writer rests.
  private var chunks: [ColumnChunkWriter] = []
  /// One for each column.
  private var fields: [FieldWriter] = []
  private let origin: Int
  /// Made for the first row group.
  private var rowGroupWriter: RowGroupWriter?
  private var rowGroups: [RowGroupMetadata] = []
  /// For each row group the indexes of each leaf's pages.
  private var indexes: [[WrittenChunk.Indexes]] = []
  /// Rows that are to be appended to the chunks by several threads.
  private var pending = PendingBatches()
  /// Rows that wait for their row group, pending ones included.
  private var bufferedRowCount = 0
  /// The most bytes that the chunks of a row group have taken.
  private var chunkByteCountMax = 0
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
  ///   without fields, when an option is out of its range, or when the codec is not built in.
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
  }

  /// The memory that waiting values take, in bytes.
  public var bufferedByteCount: Int {
    chunks.reduce(0) { $0 + $1.byteCount } + pending.byteCount
  }

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
      let room = options.rowGroupRowCountMax - bufferedRowCount
      let end = min(batch.rowCount, done + min(room, ParquetWriter.stepRowCount))
      bufferedRowCount += end - done
      pending.append(batch.slice(done..<end), isMeasured: options.threadCount > 1)
      done = end
      let isFull = bufferedRowCount >= options.rowGroupRowCountMax
      if isFull || options.threadCount == 1 || pending.isEnough { try appendPending() }
      if isFull || bufferedByteCount >= options.rowGroupByteCountMax { try writeRowGroup() }
    }
  }

  /// Writes what waits as a row group, full or not, and gives back the memory of chunks and pages.
  ///
  /// For a writer that is one of many: between two such calls it holds little more than the
  /// metadata of its row groups.
  ///
  /// - Throws: ``ColumnFormatError`` when the sink fails or a value does not fit its column's type.
  public mutating func endRowGroup() throws(ColumnFormatError) {
    if bufferedRowCount > 0 { try writeRowGroup() }
    keepMemory()
    chunks = []
    fields = []
    rowGroupWriter = nil
  }

  /// Writes what waits and the footer.
  ///
  /// - Returns: What was written. The sink is neither synced nor closed.
  /// - Throws: ``ColumnFormatError`` when the sink fails or a value does not fit its column's type.
  public consuming func finish() throws(ColumnFormatError) -> WrittenFile {
    if bufferedRowCount > 0 { try writeRowGroup() }
    keepMemory()
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
      let fileSchema = try WrittenSchema(schema)
      try options.check(fileSchema)
      return fileSchema
    } catch {
      let kind: ColumnFormatError.Kind =
        error.isUnsupported ? .unsupported(error.message) : .refused(error.message)
      throw ColumnFormatError(kind, .init(path: path))
    }
  }

  private static let magic = Array("PAR1".utf8)

  /// Hands pending rows to the chunks, the columns shared out among the threads.
  private mutating func appendPending() throws(ColumnFormatError) {
    let batches = pending.batches
    if batches.isEmpty { return }
    pending.removeAll()
    if chunks.isEmpty {
      let options = self.options
      chunks =
        options.encodingMemory?.takeChunks(fileSchema.leaves, options)
        ?? fileSchema.leaves.map { ColumnChunkWriter($0, options) }
      fields = FieldWriter.writers(schema.fields, chunks)
    }
    let fields = self.fields
    let failures = WorkerThreads.map(count: fields.count, threadCount: options.threadCount) {
      position,
      _ in fields[position].append(batches, position: position)
    }
    for (field, failure) in zip(schema.fields, failures) {
      guard let failure else { continue }
      throw ColumnFormatError(
        .refused(failure.message),
        .init(path: sink.path, column: field.name, rowGroup: rowGroups.count)
      )
    }
  }

  private mutating func startFile() throws(ColumnFormatError) {
    if sink.byteCount == origin { try sink.write(array: ParquetWriter.magic) }
  }

  private mutating func writeRowGroup() throws(ColumnFormatError) {
    try appendPending()
    chunkByteCountMax = max(chunkByteCountMax, chunks.reduce(0) { $0 + $1.byteCount })
    try startFile()
    if rowGroupWriter == nil { rowGroupWriter = try makeRowGroupWriter() }
    guard let rowGroupWriter else { return }
    let written = try rowGroupWriter.write(rowCount: bufferedRowCount, number: rowGroups.count)
    rowGroups.append(written.metadata)
    indexes.append(written.indexes)
    writtenRowCount += bufferedRowCount
    bufferedRowCount = 0
  }

  /// Leaves encoders, and the chunks if they were small, to other files.
  private func keepMemory() {
    guard let memory = options.encodingMemory, let rowGroupWriter else { return }
    memory.keep(rowGroupWriter.encoders)
    if chunkByteCountMax <= EncodingMemory.chunkByteCountMax { memory.keep(chunks) }
  }

  private func makeRowGroupWriter() throws(ColumnFormatError) -> RowGroupWriter {
    var encoders: [PageEncoder] = []
    do throws(DecodingFailure) {
      for _ in 0..<options.threadCount {
        if let known = options.encodingMemory?.takeEncoder(options) {
          encoders.append(known)
        } else {
          encoders.append(try PageEncoder(options))
        }
      }
    } catch {
      throw ColumnFormatError(.unsupported(error.message), .init(path: sink.path))
    }
    return RowGroupWriter(
      sink: sink,
      origin: origin,
      chunks: chunks,
      encoders: encoders,
      options: options
    )
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
        guard let index = indexes[group][leaf].columns else { continue }
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
