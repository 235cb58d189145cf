import ColumnFormat
import RowFormat
import Synchronization

/// One worker's reading of Parquet files: filter columns first, the others only where rows pass.
final class ParquetScanReader: SourceReader {
  /// Rows read at a time.
  private static let batchRowCount = Batch.rowCountTarget
  /// Batches with fewer rows are collected before they go on.
  private static let emitRowCountMin = 1024

  private let source: ParquetScanSource
  private let control: RunControl
  private var filters: ScanFilters
  private var byteCountRead = 0
  private var rowCountScanned = 0
  /// Small batches of the current row group.
  private var waiting: [Batch] = []
  private var waitingRowCount = 0

  init(_ source: ParquetScanSource, _ control: RunControl) throws {
    self.source = source
    self.control = control
    filters = try ScanFilters(
      source.plan.scan,
      source.plan.dynamicFilters,
      control.settings.context
    )
  }

  override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
    let piece = source.morsel(morsel)
    let file = try source.file(piece.file)
    let columns = try FileColumns(source.plan.scan, source.files[piece.file], file.schema)
    var groups = [piece]
    if piece.rowGroup == nil { groups = try source.prunedGroups(file, piece.file, control) }
    do {
      for group in groups {
        if try !read(group, file, columns, push) { return }
      }
    } catch { throw ScanFailure.translate(error) }
  }

  override func close() {
    control.scans.byteCountRead.wrappingAdd(byteCountRead, ordering: .relaxed)
    control.scans.rowCountScanned.wrappingAdd(rowCountScanned, ordering: .relaxed)
    byteCountRead = 0
    rowCountScanned = 0
  }

  private func read(
    _ morsel: ParquetScanSource.Morsel,
    _ file: ParquetFile,
    _ columns: FileColumns,
    _ push: (Batch) throws -> Bool
  ) throws -> Bool {
    guard let rowGroup = morsel.rowGroup else { return true }
    if columns.fields.isEmpty { return try readConstants(morsel.rows.count, columns, push) }
    let reader = try file.reader(rowGroup: rowGroup, fields: columns.fields)
    defer { byteCountRead &+= reader.byteCountRead }
    let rows = GroupColumns(reader, columns, start: morsel.rows.lowerBound, path: file.path)
    var remaining = morsel.rows.count
    while remaining > 0 {
      let count = min(remaining, ParquetScanReader.batchRowCount)
      remaining -= count
      rows.begin(count)
      let selected =
        filters.isEmpty ? nil : try filters.select(rowCount: count) { try rows.column($0) }
      if let selected, selected.count == 0 {
        if control.isStopped { return false }
        continue
      }
      let loaded = try columns.origins.indices.map { position in
        let column = try rows.column(position)
        return selected.map { column.taking($0) } ?? column
      }
      let batch = Batch(columns: loaded, rowCount: selected?.count ?? count)
      if try !put(batch, push) { return false }
    }
    return try flush(push)
  }

  /// Rows of which nothing but their number and constants is asked for.
  private func readConstants(
    _ rowCount: Int,
    _ columns: FileColumns,
    _ push: (Batch) throws -> Bool
  ) throws -> Bool {
    let step = filters.isEmpty ? 1 << 16 : ParquetScanReader.batchRowCount
    var remaining = rowCount
    while remaining > 0 {
      let count = min(remaining, step)
      remaining -= count
      let loaded = columns.origins.map { origin -> Column in
        guard case .constant(let column) = origin else {
          preconditionFailure("a column is read from the file")
        }
        return Column(column.form, count: count)
      }
      let selected =
        filters.isEmpty ? nil : try filters.select(rowCount: count) { loaded[$0] }
      let all = Batch(columns: loaded, rowCount: count)
      let batch = selected.map { all.taking($0) } ?? all
      rowCountScanned &+= batch.rowCount
      if batch.rowCount > 0 {
        let goesOn = try push(batch)
        if !source.plan.put(batch.rowCount) || !goesOn { return false }
      }
    }
    return true
  }

  private func put(_ batch: Batch, _ push: (Batch) throws -> Bool) throws -> Bool {
    if waiting.isEmpty && batch.rowCount >= ParquetScanReader.emitRowCountMin {
      return try send(batch, push)
    }
    waiting.append(batch)
    waitingRowCount += batch.rowCount
    return waitingRowCount < ParquetScanReader.emitRowCountMin ? true : try flush(push)
  }

  private func flush(_ push: (Batch) throws -> Bool) throws -> Bool {
    if waiting.isEmpty { return true }
    let batch = Batch.concatenate(waiting)
    waiting = []
    waitingRowCount = 0
    return try send(batch, push)
  }

  private func send(_ batch: Batch, _ push: (Batch) throws -> Bool) throws -> Bool {
    rowCountScanned &+= batch.rowCount
    let isWanted = source.plan.put(batch.rowCount)
    return try push(batch) && isWanted
  }
}

/// The columns of one row group, read in step but each only as far as it is asked for.
private final class GroupColumns {
  private let reader: RowGroupReader
  private let columns: FileColumns
  private let path: String
  /// Rows that each of the reader's columns stands behind.
  private var behind: [Int]
  /// What the current batch has loaded, by the scan's columns.
  private var loaded: [Column?]
  /// By the reader's columns: one may serve several of the scan's.
  private var raw: [Column?]
  private var rowCount = 0

  init(_ reader: RowGroupReader, _ columns: FileColumns, start: Int, path: String) {
    self.reader = reader
    self.columns = columns
    self.path = path
    behind = columns.fields.map { _ in start }
    loaded = columns.origins.map { _ in nil }
    raw = columns.fields.map { _ in nil }
  }

  /// Moves on to the next rows.
  func begin(_ rowCount: Int) {
    for position in raw.indices {
      if raw[position] == nil { behind[position] += self.rowCount }
      raw[position] = nil
    }
    for position in loaded.indices { loaded[position] = nil }
    self.rowCount = rowCount
  }

  /// All of the batch's rows of a column of the scan.
  func column(_ position: Int) throws -> Column {
    if let column = loaded[position] { return column }
    let column: Column
    switch columns.origins[position] {
    case .constant(let single): column = Column(single.form, count: rowCount)
    case .file(let index, let cast):
      var own = try read(index)
      if let cast { own = try widened(own, cast) }
      column = own
    }
    loaded[position] = column
    return column
  }

  private func read(_ index: Int) throws -> Column {
    if let column = raw[index] { return column }
    if behind[index] > 0 {
      try reader.skip(index, count: behind[index])
      behind[index] = 0
    }
    let column = try reader.read(index, count: rowCount)
    raw[index] = column
    return column
  }

  private func widened(_ column: Column, _ cast: (from: Field, to: Field)) throws -> Column {
    do {
      return try BatchCasting.cast(
        Batch(columns: [column], rowCount: rowCount),
        from: Schema([cast.from]),
        to: Schema([cast.to])
      ).columns[0]
    } catch {
      throw SQLError(
        .hiveBadData,
        "a value of column '\(cast.from.name)' does not fit the table's type "
          + "\(SQLType(cast.to.type))",
        details: ["file '\(path)': \(error)"]
      )
    }
  }
}
