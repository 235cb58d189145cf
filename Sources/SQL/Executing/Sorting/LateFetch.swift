import Catalog
import ColumnFormat
import Synchronization

/// A top-n over a scan that reads only what decides, and fetches the other columns at the end for the
/// rows that were kept.
///
/// `SELECT * … ORDER BY a LIMIT 10` over 105 columns thus decodes a page or two of each column instead
/// of all pages that hold a row which passes the filters.
struct LateFetchPlan {
  /// More rows are cheaper to read on the way.
  private static let rowCountMax = 1024
  /// Fewer fixed-width columns are not worth a second look at the file.
  private static let fixedColumnCountMin = 4

  /// No column of a plan has this number.
  private static let locatorID = ColumnID(number: -1)

  /// The scan of keys, filter columns and locators.
  let scan: LogicalPlan.Scan
  /// The scan of the columns that are fetched.
  let payload: LogicalPlan.Scan
  /// For each output column: where it stands among the columns of `scan`, or of `payload`.
  let origins: [(isFetched: Bool, position: Int)]

  /// Nil where reading everything at once is as good.
  init?(_ whole: LogicalPlan.Scan, keys: [LogicalPlan.SortKey], rowCount: Int) {
    guard whole.table.format == .parquet, rowCount <= LateFetchPlan.rowCountMax else { return nil }
    let deciding = Set(keys.map(\.column.id))
      .union(whole.filters.reduce(into: Set<ColumnID>()) { $0.formUnion($1.columnIDs) })
    var scan = whole
    var payload = whole
    payload.filters = []
    scan.columns = []
    payload.columns = []
    var origins: [(isFetched: Bool, position: Int)] = []
    for column in whole.columns {
      let described = whole.table.columns[column.tableColumn]
      let isStored = described.partitionIndex == nil && !described.isHidden
      if isStored && !deciding.contains(column.column.id) {
        origins.append((true, payload.columns.count))
        payload.columns.append(column)
      } else {
        origins.append((false, scan.columns.count))
        scan.columns.append(column)
      }
    }
    let isWide = payload.columns.contains {
      switch $0.column.type.physicalType {
      case .bytes, .list, .row: true
      default: false
      }
    }
    guard isWide || payload.columns.count >= LateFetchPlan.fixedColumnCountMin else { return nil }
    scan.table.columns.append(
      .init(
        name: RowLocator.columnName,
        type: .bigint,
        logicalType: .int64,
        partitionIndex: nil,
        isHidden: true
      )
    )
    scan.columns.append(
      .init(
        column: PlanColumn(id: LateFetchPlan.locatorID, name: RowLocator.columnName, type: .bigint),
        tableColumn: scan.table.columns.count - 1
      )
    )
    self.scan = scan
    self.payload = payload
    self.origins = origins
  }
}

/// The rows that a top-n kept, completed.
final class LateFetchSource: Source, @unchecked Sendable {
  private let plan: LateFetchPlan
  private let sink: TopNSink
  private let scanned: ParquetScanSource
  private var result: Batch?

  /// - Parameters:
  ///   - plan: What was left for later.
  ///   - sink: The top-n over `plan.scan`.
  ///   - scanned: The scan, which knows the files.
  init(_ plan: LateFetchPlan, _ sink: TopNSink, _ scanned: ParquetScanSource) {
    self.plan = plan
    self.sink = sink
    self.scanned = scanned
    super.init(statistics: nil, output: sink.statistics)
  }

  override var morselCount: Int { result == nil ? 0 : 1 }
  override var rowCountEstimate: Int? { result?.rowCount ?? 0 }

  /// The rows of one row group, ascending.
  private struct Piece: Sendable {
    var file: Int
    var rowGroup: Int
    var rows: [Int]
  }

  override func prepare(_ control: RunControl) throws {
    guard let kept = sink.result, let locators = kept.columns.last,
      case .int64(let bits) = locators.flatValues
    else { return }
    let order = (0..<kept.rowCount).sorted { bits[$0] < bits[$1] }
    var files: [Int: ParquetFile] = [:]
    var pieces: [Piece] = []
    for index in order {
      let locator = RowLocator(bits: bits[index])
      let file = try files[locator.file] ?? scanned.file(locator.file)
      files[locator.file] = file
      if let last = pieces.last, last.file == locator.file {
        let row = locator.row - file.firstRow(ofGroup: last.rowGroup)
        if row < file.metadata.rowGroups[last.rowGroup].rowCount {
          pieces[pieces.count - 1].rows.append(row)
          continue
        }
      }
      var group = 0
      var row = locator.row
      while row >= file.metadata.rowGroups[group].rowCount {
        row -= file.metadata.rowGroups[group].rowCount
        group += 1
      }
      pieces.append(Piece(file: locator.file, rowGroup: group, rows: [row]))
    }
    let opened = files
    let fetched = FetchedPieces()
    let all = pieces
    try control.parallel(all.count) { number in
      guard let file = opened[all[number].file] else { return }
      fetched.put(try self.fetch(all[number], file, control), number)
    }
    // Row `order[i]` of the result is row `i` of what was fetched.
    let places = Buffer<UInt32>(count: order.count)
    for (position, row) in order.enumerated() {
      places.base[row] = UInt32(truncatingIfNeeded: position)
    }
    let parts = fetched.all(count: all.count)
    let payload = parts.isEmpty ? nil : Batch.concatenate(parts).taking(places)
    result = Batch(
      columns: plan.origins.map { origin in
        guard origin.isFetched else { return kept.columns[origin.position] }
        return payload?.columns[origin.position] ?? kept.columns[0]
      },
      rowCount: kept.rowCount
    )
  }

  private func fetch(_ piece: Piece, _ file: ParquetFile, _ control: RunControl) throws -> Batch {
    let columns = try FileColumns(
      plan.payload,
      scanned.files[piece.file],
      file.schema,
      scanned.plan.knownPlaces
    )
    do {
      let reader = try file.reader(rowGroup: piece.rowGroup, paths: columns.paths)
      defer {
        scanned.plan.counts.byteCountRead.wrappingAdd(reader.byteCountRead, ordering: .relaxed)
      }
      let group = GroupColumns(
        reader,
        columns,
        path: file.path,
        firstRow: RowLocator(file: piece.file, row: 0)
      )
      let first = piece.rows[0]
      let range = first..<(piece.rows[piece.rows.count - 1] + 1)
      let rows = Buffer(piece.rows.map { UInt32($0 - first) })
      return Batch(
        columns: try columns.origins.indices.map { try group.read($0, range, rows: rows) },
        rowCount: rows.count
      )
    } catch { throw ScanFailure.translate(error) }
  }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader { Reader(self) }

  private final class Reader: SourceReader {
    private let source: LateFetchSource

    init(_ source: LateFetchSource) { self.source = source }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      try source.result?.forEachSlice(push)
    }
  }
}

/// Batches that threads hand in by number.
private final class FetchedPieces: @unchecked Sendable {
  private let monitor = Monitor()
  private var batches: [Int: Batch] = [:]

  func put(_ batch: Batch, _ number: Int) { monitor.locked { batches[number] = batch } }

  func all(count: Int) -> [Batch] { monitor.locked { (0..<count).compactMap { batches[$0] } } }
}
