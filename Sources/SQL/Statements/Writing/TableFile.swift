import ColumnFormat

/// A file that a statement writes.
class TableFile {
  let path: String
  private(set) var rowCount = 0

  init(path: String) { self.path = path }

  /// Takes rows whose columns are those of the files.
  final func write(_ batch: Batch) throws {
    rowCount += batch.rowCount
    try append(batch)
  }

  func append(_ batch: Batch) throws { preconditionFailure("a file takes rows") }

  /// The memory that rows take until they are written, in bytes.
  var bufferedByteCount: Int { 0 }

  /// Writes the rows so far, and gives back memory and descriptor until more rows come.
  func rest() throws { preconditionFailure("a file can rest") }

  /// Writes the rest, and waits until the disk has it.
  func finish() throws { preconditionFailure("a file has an end") }

  static func make(
    path: String,
    fields: [Field],
    format: WriteFormat
  ) throws -> TableFile {
    switch format.layout {
    case .parquet: return try ParquetTableFile(path: path, fields: fields, format: format)
    default: return try TextTableFile(path: path, fields: fields, format: format)
    }
  }
}

private final class ParquetTableFile: TableFile {
  private let sink: FileSink
  private var writer: ParquetWriter?

  init(path: String, fields: [Field], format: WriteFormat) throws {
    var options = WriterOptions()
    options.codec = format.codec
    options.level = format.level
    options.encodingMemory = format.encodingMemory
    sink = try FileSink(path: path)
    writer = try ParquetWriter(sink: sink, schema: Schema(fields), options: options)
    super.init(path: path)
  }

  override func append(_ batch: Batch) throws { try writer?.write(batch) }

  override var bufferedByteCount: Int { writer?.bufferedByteCount ?? 0 }

  override func rest() throws {
    try writer?.endRowGroup()
    try sink.rest()
  }

  override func finish() throws {
    guard let writer = writer.take() else { return }
    _ = try writer.finish()
    try sink.sync()
    try sink.close()
  }
}

/// Lines of text, compressed block by block: members of gzip and frames of zstd may follow each other.
private final class TextTableFile: TableFile {
  private static let blockByteCount = 1 << 20

  private let sink: FileSink
  private let format: WriteFormat
  /// Made for the first block.
  private var compressor: Compressor?
  private let rows: any RowText
  private var text: [UInt8] = []
  private var packed = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init(path: String, fields: [Field], format: WriteFormat) throws {
    sink = try FileSink(path: path)
    self.format = format
    rows = format.layout.rows(fields)
    super.init(path: path)
    rows.appendHeader(to: &text)
  }

  deinit { packed.deallocate() }

  override func append(_ batch: Batch) throws {
    let columns = batch.columns.map { $0.flattened() }
    for row in 0..<batch.rowCount {
      try rows.append(columns, row, to: &text)
      if text.count >= TextTableFile.blockByteCount { try flush() }
    }
  }

  override var bufferedByteCount: Int { text.count }

  override func rest() throws {
    try flush()
    text = []
    packed.deallocate()
    packed = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    compressor = nil
    try sink.rest()
  }

  override func finish() throws {
    try flush()
    try sink.sync()
    try sink.close()
  }

  private func flush() throws {
    if text.isEmpty { return }
    if format.codec != .uncompressed {
      let compressor = try self.compressor ?? Compressor(format.codec, level: format.level)
      self.compressor = compressor
      let room = compressor.byteCountMax(text.count)
      if packed.count < room {
        packed.deallocate()
        packed = .allocate(byteCount: room, alignment: 64)
      }
      let target = packed
      let count = try text.withUnsafeBytes { try compressor.compress($0, into: target) }
      try sink.write(UnsafeRawBufferPointer(rebasing: target[..<count]))
    } else {
      let sink = self.sink
      try text.withUnsafeBytes { try sink.write($0) }
    }
    text.removeAll(keepingCapacity: true)
  }
}
