import ColumnFormat
import RowFormat
import Synchronization

/// One worker's reading of Parquet files: filter columns first, the others only where rows pass.
final class ParquetScanReader: SourceReader {
  private let source: ParquetScanSource
  private let control: RunControl
  private var filters: ScanFilters
  private var byteCountRead = 0
  private var rowCountScanned = 0
  private var rowCountSkipped = 0

  init(_ source: ParquetScanSource, _ control: RunControl) throws {
    self.source = source
    self.control = control
    filters = try ScanFilters(source.plan, control.settings.context)
  }

  private struct FilePlaces {
    let file: Int
    let columns: FileColumns
    /// Fields and members whose bounds tell something about the filters.
    let comparable: [ColumnID: FieldPath]
  }

  private var filePlaces: FilePlaces?

  override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
    let piece = source.morsel(morsel)
    let file = try source.file(piece.file)
    let columns = try places(piece.file, file).columns
    var groups = [piece]
    if piece.rowGroup == nil { groups = try source.prunedGroups(file, piece.file, control) }
    do {
      for group in groups {
        if try !read(group, file, columns, push) { return }
        try control.countRead(byteCountRead, by: source.plan.counts)
        control.mappedFiles.count(byteCountRead, of: file)
        byteCountRead = 0
      }
    } catch { throw ScanFailure.translate(error) }
  }

  /// Where the columns stand in a file; the same for all its morsels.
  private func places(_ index: Int, _ file: ParquetFile) throws -> FilePlaces {
    if let filePlaces, filePlaces.file == index { return filePlaces }
    let plan = source.plan
    let found = FilePlaces(
      file: index,
      columns: try FileColumns(plan.scan, source.files[index], file.schema, plan.knownPlaces),
      comparable: plan.mayPrune ? plan.comparablePaths(file) : [:]
    )
    filePlaces = found
    return found
  }

  override func close() {
    source.plan.counts.byteCountRead.wrappingAdd(byteCountRead, ordering: .relaxed)
    source.plan.counts.rowCountScanned.wrappingAdd(rowCountScanned, ordering: .relaxed)
    source.plan.counts.rowCountSkipped.wrappingAdd(rowCountSkipped, ordering: .relaxed)
    byteCountRead = 0
    rowCountScanned = 0
    rowCountSkipped = 0
  }

  private func read(
    _ morsel: ParquetScanSource.Morsel,
    _ file: ParquetFile,
    _ columns: FileColumns,
    _ push: (Batch) throws -> Bool
  ) throws -> Bool {
    guard let rowGroup = morsel.rowGroup else { return true }
    filters.passed = morsel.passed
    if columns.paths.isEmpty && !columns.locatesRows {
      return try readConstants(morsel.rows.count, columns, push)
    }
    let reader = try file.reader(
      rowGroup: rowGroup,
      paths: columns.paths,
      runs: columns.readers(of: filters.columns)
    )
    defer { byteCountRead &+= reader.byteCountRead }
    let group = GroupColumns(
      reader,
      columns,
      path: file.path,
      firstRow: RowLocator(file: morsel.file, row: file.firstRow(ofGroup: rowGroup))
    )
    if filters.isEmpty { return try readAll(morsel.rows, group, push) }
    let conditions = source.plan.conditions
    let pruning = PagePruning(
      conditions,
      file,
      pathOf: conditions.isEmpty ? [:] : try places(morsel.file, file).comparable
    )
    let ranges = pruning.ranges(rowGroup: rowGroup, morsel.rows)
    rowCountSkipped &+= morsel.rows.count - ranges.reduce(0) { $0 + $1.count }
    return try readFiltered(ranges, group, push)
  }

  private func readAll(
    _ rows: Range<Int>,
    _ group: GroupColumns,
    _ push: (Batch) throws -> Bool
  ) throws -> Bool {
    let plan = source.plan
    for range in batches(rows) {
      let columns = try plan.scan.columns.indices.map { position in
        plan.unusedColumns.contains(position)
          ? plan.filler(position, count: range.count) : try group.read(position, range, rows: nil)
      }
      if try !send(Batch(columns: columns, rowCount: range.count), push) { return false }
    }
    return true
  }

  private func batches(_ rows: Range<Int>) -> some Sequence<Range<Int>> {
    let count = source.plan.batchRowCount
    return stride(from: rows.lowerBound, to: rows.upperBound, by: count).lazy.map {
      $0..<min($0 + count, rows.upperBound)
    }
  }

  /// Reads the filters' columns first, and the others of the rows that passed.
  private func readFiltered(
    _ ranges: [Range<Int>],
    _ group: GroupColumns,
    _ push: (Batch) throws -> Bool
  ) throws -> Bool {
    let unused = source.plan.unusedColumns
    let filtered = filters.columns
    var pending = PendingRows(filtered: filtered.subtracting(unused))
    func complete() throws -> Batch {
      try pending.take(columnCount: source.plan.scan.columns.count) { position, range, chosen in
        if unused.contains(position) {
          return source.plan.filler(position, count: chosen?.count ?? range.count)
        }
        return try group.read(position, range, rows: chosen)
      }
    }
    for range in ranges.lazy.flatMap({ self.batches($0) }) {
      var loaded: [Int: (column: Column, rows: Buffer<UInt32>?)] = [:]
      func load(_ position: Int, _ wanted: Buffer<UInt32>?) throws -> Column {
        let column: Column
        if let known = loaded[position] {
          column = RowSubset.narrowed(known.column, from: known.rows, to: wanted)
        } else {
          column = try group.read(position, range, rows: wanted)
        }
        loaded[position] = (column, wanted)
        return column
      }
      let selected = try filters.select(rowCount: range.count, load)
      if selected?.count == 0 {
        if control.isStopped { return false }
      } else {
        try pending.add(range, selected) { try load($0, selected) }
      }
      if pending.isDue, try !send(try complete(), push) { return false }
    }
    return pending.count == 0 ? true : try send(try complete(), push)
  }

  /// Rows of which nothing but their number and constants is asked for.
  private func readConstants(
    _ rowCount: Int,
    _ columns: FileColumns,
    _ push: (Batch) throws -> Bool
  ) throws -> Bool {
    let step = filters.isEmpty ? 1 << 16 : source.plan.batchRowCount
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
        filters.isEmpty
        ? nil
        : try filters.select(rowCount: count) {
          RowSubset.narrowed(loaded[$0], from: nil, to: $1)
        }
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

  private func send(_ batch: Batch, _ push: (Batch) throws -> Bool) throws -> Bool {
    rowCountScanned &+= batch.rowCount
    let isWanted = source.plan.put(batch.rowCount)
    return try push(batch) && isWanted
  }
}
