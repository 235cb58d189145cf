import Catalog
import ColumnFormat
import RowFormat

extension WriteFormat {
  /// New files are like those that are there.
  init(of table: TableDescription) throws(SQLError) {
    let layout: Layout =
      switch table.format {
      case .parquet: .parquet
      case .ndjson: .json(keys: [:])
      case .csv(let csv):
        .csv(delimiter: csv.delimiter, quote: csv.quote, hasHeader: csv.hasHeader)
      case .text(let serDe): try WriteFormat.layout(of: table, serDe)
      }
    let codec = try WriteFormat.codec(of: table, layout)
    self.init(
      layout: layout,
      codec: codec,
      level: codec == .zstd ? table.parameters["compression_level"].flatMap(Int.init) : nil
    )
  }

  /// The compressions that files of a layout can have, by the names that Athena has for them.
  static func codecs(_ layout: Layout) -> [String: Codec] {
    var codecs: [String: Codec] = ["NONE": .uncompressed, "GZIP": .gzip, "ZSTD": .zstd]
    guard case .parquet = layout else { return codecs }
    codecs["SNAPPY"] = .snappy
    codecs["UNCOMPRESSED"] = .uncompressed
    if Codec.lz4Raw.isBuiltIn { codecs["LZ4"] = .lz4Raw }
    if Codec.brotli.isBuiltIn { codecs["BROTLI"] = .brotli }
    return codecs
  }

  /// What TBLPROPERTIES say of new files; GZIP where they say nothing, as in Athena.
  private static func codec(
    of table: TableDescription,
    _ layout: Layout
  ) throws(SQLError) -> Codec {
    var name = table.parameters["write.compression"]
    if case .parquet = layout { name = name ?? table.parameters["parquet.compression"] }
    guard let name else { return .gzip }
    let known = codecs(layout)
    // Catalogs of older versions have the names of Parquet's codecs.
    guard let codec = known[name.uppercased()] ?? known.values.first(where: { $0.name == name })
    else {
      throw SQLError(
        .notSupported,
        "INSERT INTO '\(table.name)' is not supported: its compression is \(name)",
        help: "there are: \(known.keys.sorted().joined(separator: ", "))"
      )
    }
    return codec
  }

  /// How a SerDe's files are written.
  private static func layout(
    of table: TableDescription,
    _ serDe: SerDe
  ) throws(SQLError) -> Layout {
    let lines = try LineFormat(
      serDe,
      tableParameters: table.parameters,
      columns: table.columns.map(\.type)
    )
    func refused(_ reason: String) -> SQLError {
      SQLError(.notSupported, "INSERT INTO '\(table.name)' is not supported: \(reason)")
    }
    let headerCount = lines.headerLineCount
    if headerCount > 1 {
      throw refused("skip.header.line.count is \(headerCount), and new files have one header line")
    }
    switch lines.kind {
    case .delimited(let options): return .delimited(options, hasHeader: headerCount == 1)
    case .csv(let options):
      for column in table.columns where column.type.hasParts {
        throw refused("OpenCSVSerde has no \(SQLType(column.type)) for column '\(column.name)'")
      }
      return .quoted(options, hasHeader: headerCount == 1)
    case .json(let options):
      if headerCount > 0 { throw refused("JSON has no header line") }
      if table.details.inputFormat?.contains("CloudTrail") == true {
        throw refused("CloudTrailInputFormat reads documents and not rows")
      }
      return .json(keys: options.mappings)
    case .pattern:
      throw refused(
        "\(serDe.className) reads lines by a pattern, which does not tell how to write them"
      )
    }
  }
}
