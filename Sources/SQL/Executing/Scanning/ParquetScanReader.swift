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
    if columns.fields.isEmpty && !columns.locatesRows {
      return try readConstants(morsel.rows.count, columns, push)
    }
    let reader = try file.reader(rowGroup: rowGroup, fields: columns.fields)
    defer { byteCountRead &+= reader.byteCountRead }
    let rows = GroupColumns(
      reader,
      columns,
      start: morsel.rows.lowerBound,
      path: file.path,
      firstRow: RowLocator(file: morsel.file, row: file.firstRow(ofGroup: rowGroup))
    )
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
