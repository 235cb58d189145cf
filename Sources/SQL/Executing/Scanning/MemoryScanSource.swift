import ColumnFormat
import Synchronization

/// Reads a table whose rows are in memory; a morsel is a batch.
final class MemoryScanSource: Source, @unchecked Sendable {
  private let plan: ScanPlan
  private let batches: [Batch]

  init(_ plan: ScanPlan, _ batches: [Batch], statistics: OperatorStatistics?) {
    self.plan = plan
    self.batches = batches
    super.init(statistics: statistics)
  }

  override var morselCount: Int { plan.isEmptied ? 0 : batches.count }

  override func claim() throws -> Int? { plan.isLimitReached ? nil : try super.claim() }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader {
    try Reader(self, worker.control)
  }

  private final class Reader: SourceReader {
    private let source: MemoryScanSource
    private let control: RunControl
    private var filters: ScanFilters
    private var rowCountScanned = 0

    init(_ source: MemoryScanSource, _ control: RunControl) throws {
      self.source = source
      self.control = control
      filters = try ScanFilters(source.plan, control.settings.context)
    }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      let all = source.batches[morsel]
      let columns = source.plan.scan.columns.map { all.columns[$0.tableColumn] }
      let batch = Batch(columns: columns, rowCount: all.rowCount)
      let rows =
        filters.isEmpty
        ? nil
        : try filters.select(rowCount: batch.rowCount) {
          RowSubset.narrowed(batch.columns[$0], from: nil, to: $1)
        }
      let passing = rows.map { batch.taking($0) } ?? batch
      rowCountScanned &+= passing.rowCount
      if passing.rowCount > 0 {
        _ = try push(passing)
        _ = source.plan.put(passing.rowCount)
      }
    }

    override func close() {
      source.plan.counts.rowCountScanned.wrappingAdd(rowCountScanned, ordering: .relaxed)
      rowCountScanned = 0
    }
  }
}
