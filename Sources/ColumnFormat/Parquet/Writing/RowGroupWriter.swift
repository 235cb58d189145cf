/// Encodes the chunks of a row group and puts them into the sink one after the other.
///
/// With one thread each page leaves as soon as it is encoded. With several the pages of all chunks
/// are shared out, and wait in memory, compressed, until their turn has come.
struct RowGroupWriter {
  let sink: any ByteSink
  /// Where in the sink the file starts.
  let origin: Int
  let chunks: [ColumnChunkWriter]
  /// One for each thread.
  let encoders: [PageEncoder]
  let options: WriterOptions

  /// A row group in the sink, and the indexes that wait for the end of the file.
  struct Written {
    var metadata = RowGroupMetadata()
    /// For each leaf its pages.
    var indexes: [WrittenChunk.Indexes] = []
  }

  private var offset: Int { sink.byteCount - origin }

  /// Writes what the chunks have gathered, and empties them.
  func write(rowCount: Int, number: Int) throws(ColumnFormatError) -> Written {
    var written = Written()
    written.metadata.rowCount = rowCount
    written.metadata.fileOffset = offset
    written.metadata.ordinal = number <= Int(Int16.max) ? number : nil
    written.metadata.sortingColumns = options.sortingColumns
    let filters =
      encoders.count == 1
      ? try writeInOrder(&written, number) : try writeShared(&written, number)
    for (leaf, filter) in filters.enumerated() {
      guard let filter else { continue }
      written.metadata.columns[leaf].bloomFilterOffset = offset
      written.metadata.columns[leaf].bloomFilterByteCount = try write(filter)
    }
    written.metadata.compressedByteCount = written.metadata.columns.reduce(0) {
      $0 + $1.compressedByteCount
    }
    written.metadata.uncompressedByteCount = written.metadata.columns.reduce(0) {
      $0 + $1.uncompressedByteCount
    }
    return written
  }

  private func writeInOrder(
    _ written: inout Written,
    _ number: Int
  ) throws(ColumnFormatError) -> [SplitBlockBloomFilter?] {
    var filters: [SplitBlockBloomFilter?] = []
    let encoder = encoders[0]
    for chunk in chunks {
      let plan = try value(of: RowGroupWriter.plan(chunk, encoder), chunk, number)
      var target = WrittenChunk(chunk, plan, options)
      if plan.encoding == .dictionary {
        let page = try value(of: RowGroupWriter.encode(chunk, plan, nil, encoder), chunk, number)
        target.addDictionary(page, offset: offset)
        try sink.write(encoder.page.rawBytes)
      }
      for index in plan.pages.indices {
        let page = try value(of: RowGroupWriter.encode(chunk, plan, index, encoder), chunk, number)
        target.add(page, index, offset: offset)
        try sink.write(encoder.page.rawBytes)
      }
      add(target, to: &written)
      filters.append(plan.bloomFilter)
      chunk.removeAll()
    }
    return filters
  }

  private func writeShared(
    _ written: inout Written,
    _ number: Int
  ) throws(ColumnFormatError) -> [SplitBlockBloomFilter?] {
    let chunks = self.chunks
    let encoders = self.encoders
    // The largest chunks first, so that no thread is left with one at the end.
    let order = chunks.indices.sorted { chunks[$0].byteCount > chunks[$1].byteCount }
    let results = WorkerThreads.map(count: order.count, threadCount: encoders.count) {
      RowGroupWriter.plan(chunks[order[$0]], encoders[$1])
    }
    var plans: [ChunkPlan?] = chunks.map { _ in nil }
    for (chunk, result) in zip(order, results) {
      plans[chunk] = try value(of: result, chunks[chunk], number)
    }
    let planned = plans.compactMap { $0 }
    var tasks: [(chunk: Int, page: Int?)] = []
    var firstTasks = chunks.map { _ in 0 }
    for chunk in order {
      firstTasks[chunk] = tasks.count
      if planned[chunk].encoding == .dictionary { tasks.append((chunk, nil)) }
      for page in planned[chunk].pages.indices { tasks.append((chunk, page)) }
    }
    let list = tasks
    let pages = WorkerThreads.map(count: list.count, threadCount: encoders.count) {
      let encoder = encoders[$1]
      let (chunk, page) = list[$0]
      return RowGroupWriter.encode(chunks[chunk], planned[chunk], page, encoder).map {
        EncodedPage(bytes: Array(encoder.page.rawBytes), size: $0.size, bounds: $0.bounds)
      }
    }
    for (leaf, plan) in planned.enumerated() {
      var target = WrittenChunk(chunks[leaf], plan, options)
      var task = firstTasks[leaf]
      while task < list.count && list[task].chunk == leaf {
        let page = try value(of: pages[task], chunks[leaf], number)
        if let index = list[task].page {
          target.add(page, index, offset: offset)
        } else {
          target.addDictionary(page, offset: offset)
        }
        try sink.write(array: page.bytes)
        task += 1
      }
      add(target, to: &written)
    }
    for chunk in chunks { chunk.removeAll() }
    return planned.map(\.bloomFilter)
  }

  private func add(_ chunk: WrittenChunk, to written: inout Written) {
    written.metadata.columns.append(chunk.metadata)
    written.indexes.append(chunk.indexes)
  }

  /// Writes header and blocks of a bloom filter, and returns their size.
  private func write(_ filter: SplitBlockBloomFilter) throws(ColumnFormatError) -> Int {
    var writer = CompactWriter()
    BloomFilterHeader(byteCount: filter.bytes.count).write(to: &writer)
    try sink.write(array: writer.bytes)
    try sink.write(UnsafeRawBufferPointer(filter.bytes.values))
    return writer.bytes.count + filter.bytes.count
  }

  // MARK: Failures

  private static func plan(
    _ chunk: ColumnChunkWriter,
    _ encoder: PageEncoder
  ) -> Result<ChunkPlan, DecodingFailure> {
    do throws(DecodingFailure) { return .success(try chunk.plan(encoder)) } catch {
      return .failure(error)
    }
  }

  /// Encodes a data page, or without a number the dictionary page.
  private static func encode(
    _ chunk: ColumnChunkWriter,
    _ plan: ChunkPlan,
    _ page: Int?,
    _ encoder: PageEncoder
  ) -> Result<EncodedPage, DecodingFailure> {
    do throws(DecodingFailure) {
      guard let page else { return .success(try chunk.encodeDictionary(encoder)) }
      return .success(try chunk.encode(plan.pages[page], plan, encoder))
    } catch {
      return .failure(error)
    }
  }

  /// What a step gave, or its failure with the place added.
  private func value<Value>(
    of result: Result<Value, DecodingFailure>,
    _ chunk: ColumnChunkWriter,
    _ number: Int
  ) throws(ColumnFormatError) -> Value {
    switch result {
    case .success(let value): return value
    case .failure(let failure):
      throw ColumnFormatError(
        .refused(failure.message),
        .init(path: sink.path, column: chunk.leaf.dottedPath, rowGroup: number)
      )
    }
  }
}
