import Catalog
import ColumnFormat
import RowFormat

/// The columns of text files, as the crawler would find them.
enum TextTables {
  /// The schema of all files together, and how they are laid out.
  static func schema(
    _ paths: [String],
    _ format: FileFormat,
    threads: Int
  ) throws(SQLError) -> (schema: Schema, format: DataFormat) {
    throw SQLError(.notSupported, "text files are not supported")
  }
}
