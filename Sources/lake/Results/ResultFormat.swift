import ArgumentParser

/// How results are printed.
enum ResultFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case table, csv, tsv, json, ndjson, markdown, vertical, chart, parquet
  case athenaCSV = "athena-csv"
  case none
}

/// What may be set about printing.
struct ResultOptions: Sendable {
  /// Stands for null; nil is what the format does by itself.
  var nullText: String?
  var showsHeader = true
  /// The terminal's width; nil where there is none.
  var width: Int?
  /// Rows beyond this number are left out in the middle of tables; nil shows all.
  var rowCountMax: Int?
  var usesColor = false
  var chart = ChartOptions()

  /// The writer of a format, new for every result.
  func writer(_ format: ResultFormat, to file: OutputFile) throws -> any ResultWriter {
    switch format {
    case .table: TableWriter(file, self)
    case .markdown: MarkdownWriter(file, self)
    case .vertical: VerticalWriter(file, self)
    case .csv: DelimitedWriter(file, self, .csv)
    case .tsv: DelimitedWriter(file, self, .tsv)
    case .athenaCSV: DelimitedWriter(file, self, .athena)
    case .json: JSONWriter(file, isArray: true)
    case .ndjson: JSONWriter(file, isArray: false)
    case .chart: ChartWriter(file, chart)
    case .none: SilentWriter()
    case .parquet: try ParquetResultWriter(file)
    }
  }
}
