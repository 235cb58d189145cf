import ColumnFormat

/// Writes rows that lie in memory, one value each: no codes are left over from the file they were in.
struct WritingBenchmark {
  let command: BenchCommand

  init(_ command: BenchCommand) { self.command = command }

  func run() throws -> Measurement {
    let file = try ParquetFile(path: command.file)
    let batches = try load(file)
    var options = WriterOptions()
    options.codec = command.codec
    options.level = command.level
    options.threadCount = command.threadCount
    options.rowGroupRowCountMax = command.rowGroupRowCount
    return try Measurement.repeated(command.runCount) {
      let sink = try FileSink(path: command.out)
      var writer = try ParquetWriter(sink: sink, schema: file.schema, options: options)
      for batch in batches { try writer.write(batch) }
      let written = try writer.finish()
      try sink.close()
      return Measurement.Counts(
        rowCount: written.rowCount,
        valueCount: 0,
        byteCount: written.byteCount
      )
    }
  }

  private func load(_ file: ParquetFile) throws -> [Batch] {
    var batches: [Batch] = []
    var left = command.rowCountMax
    for rowGroup in file.metadata.rowGroups.indices where left > 0 {
      let fields = Array(file.schema.fields.indices)
      let reader = try file.reader(rowGroup: rowGroup, fields: fields)
      while left > 0, let batch = try reader.next(min(left, command.batchRowCount)) {
        left -= batch.rowCount
        let columns = batch.columns.map { $0.flattened() }
        batches.append(Batch(columns: columns, rowCount: batch.rowCount))
      }
    }
    return batches
  }
}
