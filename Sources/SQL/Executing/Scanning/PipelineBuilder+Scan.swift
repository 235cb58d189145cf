import Catalog
import ColumnFormat
import RowFormat

extension PipelineBuilder {
  mutating func buildScan(
    _ scan: LogicalPlan.Scan,
    _ filters: Filters,
    used: Set<ColumnID>? = nil
  ) -> Strand {
    let own = filters.filter { id, _ in scan.columns.contains { $0.column.id == id } }
    let counts = ScanStatistics()
    let plan = ScanPlan(scan, own, used: used, counts: counts)
    let statistics = note("Scan", scan.table.name, scan: counts)
    if let batches = memoryTables[scan.table.name] {
      return Strand(
        source: MemoryScanSource(plan, batches, statistics: statistics),
        stages: [],
        columns: scan.columns.map(\.column)
      )
    }
    if let rows = scan.table.memory {
      return Strand(
        source: MemoryScanSource(plan, [rows], statistics: statistics),
        stages: [],
        columns: scan.columns.map(\.column)
      )
    }
    let source: Source
    switch scan.table.format {
    case .parquet: source = ParquetScanSource(plan, statistics: statistics)
    case .ndjson: source = TextScanSource(plan, format: .ndjson, statistics: statistics)
    case .csv(let layout):
      source = TextScanSource(plan, format: .csv(layout), statistics: statistics)
    // A SerDe's records are lines, as those of JSON are.
    case .text: source = TextScanSource(plan, format: .ndjson, statistics: statistics)
    }
    return Strand(source: source, stages: [], columns: scan.columns.map(\.column))
  }
}
