import Catalog
import ColumnFormat
import RowFormat
import Synchronization

/// Reads text files: one worker at a time cuts off a block of records, all decode.
final class TextScanSource: Source, @unchecked Sendable {
  private let plan: ScanPlan
  private let format: RecordFormat
  private let monitor = Monitor()
  private var files: [ScanFiles.File] = []
  private var nextFile = 0
  private var current: RecordBlockReader?
  private var blocks: [Int: (block: RecordBlock, file: ScanFiles.File)] = [:]
  private var blockCount = 0
  private var byteCountRead = 0
  private var isSmall = false

  init(_ plan: ScanPlan, format: RecordFormat, statistics: OperatorStatistics?) {
    self.plan = plan
    self.format = format
    super.init(statistics: statistics)
  }

  /// As many as there may be at a time; how many blocks there are is not known before the end.
  override var morselCount: Int { files.isEmpty ? 0 : Int.max }
  override var rowCountEstimate: Int? { isSmall ? 0 : nil }

  override func prepare(_ control: RunControl) throws {
    files = try plan.findFiles(control).files
    if plan.isEmptied { files = [] }
    isSmall = files.reduce(0) { $0 + $1.byteCount } < 4 << 20
    plan.counts.fileCountRead.wrappingAdd(files.count, ordering: .relaxed)
  }

  override func claim() throws -> Int? {
    if plan.isLimitReached { return nil }
    return try monitor.locked {
      do {
        while true {
          if let reader = current {
            if let block = try reader.next() {
              let number = blockCount
              blockCount += 1
              blocks[number] = (block, files[nextFile - 1])
              return number
            }
            byteCountRead += reader.byteCountRead
            current = nil
          }
          guard nextFile < files.count else { return nil }
          nextFile += 1
          current = try open(files[nextFile - 1].path)
        }
      } catch { throw ScanFailure.translate(error) }
    }
  }

  private func open(_ path: String) throws -> RecordBlockReader {
    guard plan.scan.table.opensRecords else {
      return try RecordBlockReader(path: path, format: format)
    }
    // A document goes over several lines, and is one record here.
    return try RecordBlockReader(InputFile(path: path), format: format, envelope: .documents)
  }

  private func take(_ morsel: Int) -> (block: RecordBlock, file: ScanFiles.File)? {
    monitor.locked { blocks.removeValue(forKey: morsel) }
  }

  /// Bytes of files that were read since the last call.
  private func takeByteCount() -> Int {
    monitor.locked {
      let count = byteCountRead + (current?.byteCountRead ?? 0)
      byteCountRead = -(current?.byteCountRead ?? 0)
      return count
    }
  }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader {
    try Reader(self, worker.control)
  }

  private final class Reader: SourceReader {
    private let source: TextScanSource
    private let control: RunControl
    private var filters: ScanFilters
    private let decoder: any BlockDecoder
    /// For each column of the scan, its position among the decoded ones.
    private let positions: [Int?]
    private var rowCountScanned = 0

    init(_ source: TextScanSource, _ control: RunControl) throws {
      self.source = source
      self.control = control
      let scan = source.plan.scan
      filters = try ScanFilters(source.plan, control.settings.context)
      var fields: [Field] = []
      var positions: [Int?] = []
      for scanned in scan.columns {
        let column = scan.table.columns[scanned.tableColumn]
        if column.partitionIndex != nil || column.isHidden {
          positions.append(nil)
          continue
        }
        positions.append(fields.count)
        let name = Reader.fieldName(scanned.tableColumn, scan.table, source.format)
        fields.append(Field(name, column.logicalType))
      }
      self.positions = positions
      if let lines = scan.table.lines {
        let stored = scan.table.columns.filter { $0.partitionIndex == nil && !$0.isHidden }
        let names = stored.map(\.name)
        decoder = try lines.blockDecoder(
          stored.map { Field($0.name, $0.logicalType) },
          wanted: fields.compactMap { field in names.firstIndex(of: field.name) },
          opensRecords: scan.table.opensRecords
        )
      } else {
        decoder = RecordBlockDecoder(
          decoder: RecordDecoder(format: source.format, options: DecodingOptions()),
          schema: Schema(fields)
        )
      }
    }

    /// What the decoder calls a table's column: text without a header goes by position.
    private static func fieldName(
      _ position: Int,
      _ table: TableHandle,
      _ format: RecordFormat
    ) -> String {
      if case .csv(let layout) = format, !layout.hasHeader {
        let before = table.columns[..<position].filter {
          $0.partitionIndex == nil && !$0.isHidden
        }
        return "col\(before.count)"
      }
      return table.columns[position].name
    }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      guard let (block, file) = source.take(morsel) else { return }
      let decoded = try decoder.decode(block)
      try control.countRead(source.takeByteCount(), by: source.plan.counts)
      let scan = source.plan.scan
      let columns = positions.enumerated().map { index, position -> Column in
        if let position { return decoded.columns[position] }
        let column = scan.table.columns[scan.columns[index].tableColumn]
        let constant = FileColumns.constant(column, file) ?? column.type.nulls(count: 1)
        return Column(constant.form, count: decoded.rowCount)
      }
      try Batch(columns: columns, rowCount: decoded.rowCount).forEachSlice { slice in
        var batch = slice
        if !filters.isEmpty,
          let rows = try filters.select(
            rowCount: slice.rowCount,
            { RowSubset.narrowed(slice.columns[$0], from: nil, to: $1) }
          )
        {
          batch = slice.taking(rows)
        }
        rowCountScanned &+= batch.rowCount
        let isWanted = source.plan.put(batch.rowCount)
        return try push(batch) && isWanted
      }
    }

    override func close() {
      source.plan.counts.byteCountRead.wrappingAdd(source.takeByteCount(), ordering: .relaxed)
      source.plan.counts.rowCountScanned.wrappingAdd(rowCountScanned, ordering: .relaxed)
      rowCountScanned = 0
    }
  }
}
