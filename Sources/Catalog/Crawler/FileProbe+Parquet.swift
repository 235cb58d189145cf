import ColumnFormat

extension FileProbe {
  /// Reads the footer of a Parquet file.
  init(parquet path: String) throws(Refusal) {
    let file: ParquetFile
    do {
      file = try ParquetFile(path: path)
    } catch {
      throw Refusal(reason: error.details.first ?? error.message)
    }
    self.init(
      format: .parquet,
      compression: "none",
      fields: file.schema.fields,
      recordCount: file.rowCount
    )
  }

  init(format: DataFormat, compression: String, fields: [Field], recordCount: Int?) {
    self.format = format
    self.compression = compression
    self.fields = fields
    self.recordCount = recordCount
  }
}
