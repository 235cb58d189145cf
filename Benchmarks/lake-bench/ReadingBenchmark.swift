import ColumnFormat
import Dispatch
import Synchronization

/// Reads a file, batch by batch, with all threads taking pieces of row groups.
struct ReadingBenchmark {
  let command: BenchCommand

  /// Some rows of a row group: what a thread takes at once.
  private struct Piece: Sendable {
    var rowGroup: Int
    var rows: Range<Int>
  }

  /// A row group is cut only where there are too few of them to share out.
  private static let pieceRowCount = 128 << 10

  init(_ command: BenchCommand) { self.command = command }

  func run() throws -> Measurement {
    try Measurement.repeated(command.runCount) { try read() }
  }

  /// The footer is read anew by each run, as peers do.
  private func read() throws -> Measurement.Counts {
    let file = try ParquetFile(path: command.file)
    let fields = try ReadingBenchmark.fields(file, command.columns)
    let predicate = command.predicate
    let isCut = command.threadCount > 1 && file.metadata.rowGroups.count < 3 * command.threadCount
    var pieces: [Piece] = []
    for rowGroup in file.metadata.rowGroups.indices {
      if let predicate, try !file.mayMatch(rowGroup: rowGroup, predicate) { continue }
      let target = isCut ? ReadingBenchmark.pieceRowCount : Int.max >> 1
      for rows in file.splits(rowGroup: rowGroup, fields: fields, rowCountTarget: target) {
        pieces.append(Piece(rowGroup: rowGroup, rows: rows))
      }
    }
    let next = Atomic<Int>(0)
    let total = Mutex<Result<Measurement.Counts, ColumnFormatError>>(.success(.init()))
    let batchRowCount = command.batchRowCount
    DispatchQueue.concurrentPerform(iterations: command.threadCount) { [pieces] _ in
      var own = Measurement.Counts()
      do throws(ColumnFormatError) {
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          if index >= pieces.count { break }
          let piece = pieces[index]
          if let predicate {
            try ReadingBenchmark.filter(file, piece, fields, predicate, &own)
          } else {
            try ReadingBenchmark.read(file, piece, fields, batchRowCount, &own)
          }
        }
      } catch {
        total.withLock { $0 = .failure(error) }
        return
      }
      total.withLock { total in
        guard case .success(var counts) = total else { return }
        counts.rowCount += own.rowCount
        counts.valueCount += own.valueCount
        total = .success(counts)
      }
    }
    return try total.withLock { $0 }.get()
  }

  /// The positions of columns; all where none is named.
  static func fields(_ file: ParquetFile, _ names: [String]) throws -> [Int] {
    if names.isEmpty { return Array(file.schema.fields.indices) }
    return try names.map { name in
      guard let field = file.schema.index(of: name) else {
        throw BenchCommand.Usage(description: "\(file.path) has no column '\(name)'")
      }
      return field
    }
  }

  private static func read(
    _ file: ParquetFile,
    _ piece: Piece,
    _ fields: [Int],
    _ batchRowCount: Int,
    _ counts: inout Measurement.Counts
  ) throws(ColumnFormatError) {
    let reader = try file.reader(rowGroup: piece.rowGroup, fields: fields)
    for column in fields.indices { try reader.skip(column, count: piece.rows.lowerBound) }
    var left = piece.rows.count
    while left > 0, let batch = try reader.next(min(left, batchRowCount)) {
      left -= batch.rowCount
      count(batch, &counts)
    }
  }

  private static func filter(
    _ file: ParquetFile,
    _ piece: Piece,
    _ fields: [Int],
    _ predicate: RowPredicate,
    _ counts: inout Measurement.Counts
  ) throws(ColumnFormatError) {
    let reader = try FilteredReader(
      file: file,
      rowGroup: piece.rowGroup,
      fields: fields,
      predicate: predicate,
      rows: piece.rows
    )
    while let batch = try reader.next() { count(batch, &counts) }
  }

  private static func count(_ batch: Batch, _ counts: inout Measurement.Counts) {
    counts.rowCount += batch.rowCount
    for column in batch.columns { counts.valueCount += column.count - column.nullCount }
  }
}
