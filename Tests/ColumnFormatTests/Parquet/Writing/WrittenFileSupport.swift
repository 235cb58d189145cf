import Testing

@testable import ColumnFormat

/// A file in memory, taken apart with the metadata structs alone.
struct WrittenBytes {
  let bytes: [UInt8]
  let metadata: FileMetadata

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    #expect(bytes.prefix(4) == Array("PAR1".utf8)[...])
    #expect(bytes.suffix(4) == Array("PAR1".utf8)[...])
    let length = bytes[(bytes.count - 8)...].prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    metadata = try bytes[(bytes.count - 8 - length)..<(bytes.count - 8)].withUnsafeBytes { footer in
      var reader = CompactReader(footer)
      return try FileMetadata(from: &reader)
    }
  }

  /// Writes batches and takes the file apart.
  static func write(
    _ schema: Schema,
    _ batches: [Batch],
    _ options: WriterOptions = WriterOptions()
  ) throws -> WrittenBytes {
    let sink = MemorySink()
    var options = options
    options.pageByteCountMin = 1
    var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
    for batch in batches { try writer.write(batch) }
    let file = try writer.finish()
    let written = try WrittenBytes(sink.bytes)
    #expect(file.metadata == written.metadata)
    #expect(file.byteCount == sink.bytes.count)
    return written
  }

  /// Writes one column.
  static func write(
    _ field: Field,
    _ column: Column,
    _ options: WriterOptions = WriterOptions()
  ) throws -> WrittenBytes {
    try write(
      Schema([field]),
      [Batch(columns: [column], rowCount: column.count)],
      options
    )
  }

  /// A page: its header and its bytes before compression.
  struct Page {
    var header: PageHeader
    var body: [UInt8]
    var offset: Int
  }

  /// The pages of a chunk, with checked sizes and checksums.
  func pages(rowGroup: Int = 0, leaf: Int = 0) throws -> [Page] {
    let chunk = metadata.rowGroups[rowGroup].columns[leaf]
    var next = chunk.dictionaryPageOffset ?? chunk.dataPageOffset
    let end = next + chunk.compressedByteCount
    var pages: [Page] = []
    var uncompressed = 0
    while next < end {
      let offset = next
      let (header, headerByteCount) = try bytes[next..<end].withUnsafeBytes { rest in
        var reader = CompactReader(rest)
        return (try PageHeader(from: &reader), reader.byteOffset)
      }
      next += headerByteCount
      let stored = Array(bytes[next..<(next + header.compressedByteCount)])
      next += header.compressedByteCount
      uncompressed += headerByteCount + header.uncompressedByteCount
      if let checksum = header.checksum {
        #expect(stored.withUnsafeBytes { PageChecksum.crc32($0) } == checksum)
      }
      pages.append(
        Page(header: header, body: try body(of: header, stored, chunk), offset: offset)
      )
    }
    #expect(next == end)
    #expect(uncompressed == chunk.uncompressedByteCount)
    return pages
  }

  private func body(
    of header: PageHeader,
    _ stored: [UInt8],
    _ chunk: ColumnChunkMetadata
  ) throws -> [UInt8] {
    var plainCount = 0
    var isCompressed = chunk.compression != .uncompressed
    if case .dataV2(let data) = header.kind {
      plainCount = data.definitionLevelByteCount + data.repetitionLevelByteCount
      isCompressed = data.isCompressed
    }
    guard isCompressed else { return stored }
    let codec = try #require(Codec(parquetCode: chunk.compression.rawValue))
    var target = [UInt8](repeating: 0, count: header.uncompressedByteCount - plainCount)
    try stored[plainCount...].withUnsafeBytes { source in
      try target.withUnsafeMutableBytes {
        try Decompressor().decompress(codec, source, into: $0)
      }
    }
    return stored[..<plainCount] + target
  }

  /// The column index of a chunk.
  func columnIndex(rowGroup: Int = 0, leaf: Int = 0) throws -> ColumnIndex? {
    let chunk = metadata.rowGroups[rowGroup].columns[leaf]
    guard let offset = chunk.columnIndexOffset, let count = chunk.columnIndexByteCount else {
      return nil
    }
    return try bytes[offset..<(offset + count)].withUnsafeBytes { part in
      var reader = CompactReader(part)
      return try ColumnIndex(from: &reader)
    }
  }

  /// The offset index of a chunk.
  func offsetIndex(rowGroup: Int = 0, leaf: Int = 0) throws -> OffsetIndex? {
    let chunk = metadata.rowGroups[rowGroup].columns[leaf]
    guard let offset = chunk.offsetIndexOffset, let count = chunk.offsetIndexByteCount else {
      return nil
    }
    return try bytes[offset..<(offset + count)].withUnsafeBytes { part in
      var reader = CompactReader(part)
      return try OffsetIndex(from: &reader)
    }
  }
}

/// The little-endian bytes of a number.
func littleEndian<Word: FixedWidthInteger>(_ value: Word) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// A flat column of text, quicker made than from scalars.
func textColumn(_ texts: [String]) -> Column {
  let arena = ByteArena()
  let views = Buffer(texts.map { arena.copy($0) })
  return Column(flat: .bytes(views, heap: ByteHeap([arena])), count: texts.count)
}
