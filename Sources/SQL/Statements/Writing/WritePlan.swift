import Catalog
import ColumnFormat

/// A statement that writes, ready to run.
struct WritePlan: Sendable {
  enum Target: Sendable {
    /// A new table; its folder is made, or must be empty.
    case create(TableName, location: String?, parameters: [String: String])
    /// A known table.
    case insert(TableName)
    /// A folder that is made, or must be empty.
    case unload(folder: String)
    /// IF NOT EXISTS of a table that exists.
    case nothing
  }

  var target: Target
  /// The query, which puts out the columns of the files and then those of the folders.
  var plan: LogicalPlan
  var output: [PlanColumn]
  /// The columns of the files.
  var fields: [Field]
  /// The columns of the folders.
  var keys: [Field]
  var format: WriteFormat
  /// What the files of a folder are told apart by; nil where a folder's rows may be in any file.
  var buckets: WriteBuckets?
  /// Whether the query is run; WITH NO DATA only makes the table.
  var hasData = true
}

/// How written files are laid out.
struct WriteFormat: Sendable {
  enum Layout: Sendable {
    case parquet
    /// Objects; `keys` has what columns are called in them, where not as in the table.
    case json(keys: [String: String])
    /// As Hive's LazySimpleSerDe reads it.
    case delimited(DelimitedLines.Options, hasHeader: Bool)
    /// As OpenCSVSerde reads it.
    case quoted(QuotedLines.Options, hasHeader: Bool)
    /// With quotes where they are needed, and nothing for null.
    case csv(delimiter: UInt8, quote: UInt8, hasHeader: Bool)
  }

  var layout: Layout
  var codec: Codec
  var level: Int?
  /// Shared by the files of a statement: row groups of many partitions are small, and much alike.
  let encodingMemory = EncodingMemory()
  /// What a new table says of its files, where the layout does not.
  var serDe: SerDe?

  /// The name that Athena has for the compression.
  var compressionName: String {
    switch codec {
    case .uncompressed: "NONE"
    case .lz4Raw: "LZ4"
    default: codec.name.uppercased()
    }
  }

  /// How names of files end.
  var suffix: String {
    if case .parquet = layout { return ".parquet" }
    let base = if case .json = layout { ".json" } else { ".txt" }
    switch codec {
    case .gzip: return base + ".gz"
    case .zstd: return base + ".zst"
    default: return base
    }
  }
}
