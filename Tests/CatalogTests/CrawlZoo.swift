import Catalog
import ColumnFormat
import TestSupport

/// A lake in a temporary folder, with what a crawler's tests put into it.
struct CrawlZoo {
  let directory = TemporaryDirectory()
  var lake: String { directory("lake") }

  func catalog() throws -> TableCatalog { try TableCatalog(lake: lake) }

  /// Writes a Parquet file with a few rows of zeros.
  func parquet(_ name: String, _ fields: [Field], rowCount: Int = 3) throws {
    let path = directory.write("", to: name)
    let sink = try FileSink(path: path)
    var writer = try ParquetWriter(sink: sink, schema: Schema(fields), options: WriterOptions())
    let columns = fields.map { Column(flat: .zeros($0.type, count: rowCount), count: rowCount) }
    try writer.write(Batch(columns: columns, rowCount: rowCount))
    _ = try writer.finish()
    try sink.close()
  }

  @discardableResult
  func crawl(_ paths: String..., change: (inout CrawlOptions) -> Void = { _ in }) throws
    -> CrawlReport
  {
    var options = CrawlOptions()
    change(&options)
    return try Crawler(try catalog(), options: options).crawl(paths.map { directory($0) })
  }

  func columns(_ name: TableName) throws -> [String] {
    try catalog().table(name)?.columns.map { "\($0.name) \(HiveType.text($0.type))" } ?? []
  }
}
