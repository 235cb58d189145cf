/// How a Parquet file is written.
public struct WriterOptions: Sendable {
  /// What wrote the file, as the footer says.
  public static let creator = "lake version 0.1.0"

  /// How pages are compressed.
  public var codec = Codec.zstd
  /// The codec's own level; nil takes its default, which is 3 for zstd.
  public var level: Int?
  /// The most rows of a row group.
  ///
  /// A row group is what readers share out among threads and skip by statistics.
  public var rowGroupRowCountMax = 1 << 18
  /// The most bytes of values held back before a row group is written.
  public var rowGroupByteCountMax = 128 << 20
  /// The most bytes of a page before compression, unless a single value is larger.
  public var pageByteCount = 1 << 20
  /// The most rows of a page; ten batches.
  public var pageRowCountMax = 10 * Batch.rowCountTarget
  /// The largest dictionary page of a column chunk.
  public var dictionaryByteCountMax = 1 << 20
  /// 1 for what every reader understands, or 2.
  public var dataPageVersion = 1
  /// Whether numbers may be written as differences, and lengths of text apart from the text.
  ///
  /// Readers of Parquet's first version know neither.
  public var usesDeltaEncodings = true
  /// Whether pages carry a checksum of their bytes.
  public var writesChecksums = true
  /// Whether files with several pages a column say where the pages lie and what is in them.
  public var writesPageIndex = true
  /// The most bytes of a text bound in statistics; longer ones are cut and marked as not exact.
  public var boundByteCountMax = 64
  /// Pairs for the footer.
  public var keyValueMetadata: [KeyValue] = []
  /// What wrote the file.
  public var createdBy = WriterOptions.creator

  /// Zstandard at level 3, with dictionaries, differences, statistics and checksums.
  public init() {}
}

/// What a writer has written.
public struct WrittenFile: Sendable {
  /// The number of rows.
  public var rowCount: Int
  /// The size of the file.
  public var byteCount: Int
  /// The footer.
  public var metadata: FileMetadata
}
