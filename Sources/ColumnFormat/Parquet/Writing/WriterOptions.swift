/// How a Parquet file is written.
public struct WriterOptions: Sendable {
  /// What wrote the file, as the footer says.
  public static let creator = "lake version 0.1.0"

  /// How pages are compressed.
  public var codec = Codec.zstd
  /// The codec's own level, within ``Codec/levels``; nil takes its default, which is 3 for zstd.
  public var level: Int?
  /// The most rows of a row group.
  ///
  /// A row group is what readers share out among threads and skip by statistics.
  public var rowGroupRowCountMax = 1 << 18
  /// The most bytes of values held back before a row group is written.
  public var rowGroupByteCountMax = 128 << 20
  /// The most bytes of a page before compression, unless a single row is larger; 64 KiB at least.
  public var pageByteCount = 1 << 20
  /// The most rows of a page; ten batches, so that an index of pages skips much.
  public var pageRowCountMax = 10 * Batch.rowCountTarget
  /// The largest dictionary page of a column chunk before compression; zero for none.
  ///
  /// Long texts that repeat from afar are found by a dictionary only: with 8 MiB instead of one a
  /// table of web addresses and titles became 7 % smaller.
  public var dictionaryByteCountMax = 8 << 20
  /// 1 for what every reader understands, or 2.
  public var dataPageVersion = 1
  /// Whether numbers may be written as differences, and text apart from its lengths or without
  /// shared prefixes, where that is smaller.
  ///
  /// Readers of Parquet's first version know none of it.
  public var usesDeltaEncodings = true
  /// Whether the bytes of floating point numbers may be written apart where that is smaller.
  public var usesByteStreamSplit = true
  /// What other files with these options have chosen; nil makes each file choose anew.
  public var encodingMemory: EncodingMemory?
  /// Whether pages carry a checksum of their bytes.
  public var writesChecksums = true
  /// Whether files with several pages a column say where the pages lie and what is in them.
  public var writesPageIndex = true
  /// The most bytes of a text bound in statistics; longer ones are cut and marked as not exact.
  public var boundByteCountMax = 64
  /// The columns that get a bloom filter in each row group, for searches of single values.
  public var bloomFilters: [BloomFilterColumn] = []
  /// The columns that the caller has sorted the rows of each row group by; written down for readers.
  public var sortingColumns: [SortingColumn] = []
  /// Pairs for the footer.
  public var keyValueMetadata: [KeyValue] = []
  /// What wrote the file.
  public var createdBy = WriterOptions.creator
  /// How many threads encode columns and pages; one writes on the caller's alone.
  ///
  /// With several the writer holds back some batches, and a row group's compressed pages.
  public var threadCount = 1

  /// The least that ``pageByteCount`` may be.
  ///
  /// Firehose's least; below it headers and codecs cost more than pages save. Tests need less.
  var pageByteCountMin = 64 << 10

  /// Zstandard at level 3, with dictionaries, differences, statistics and checksums.
  public init() {}
}

/// A column that is to have bloom filters.
public struct BloomFilterColumn: Sendable, Hashable {
  /// The names from the top-level column down to the values, with dots between:
  /// `customer_id`, `items.list.element.sku`.
  public var path: String
  /// How often the filter may answer "maybe" for a value that is not there, between 0 and 1.
  public var falsePositiveRate: Double

  /// A column, and how wrong its filters may be; one in a hundred takes some ten bits a value.
  public init(_ path: String, falsePositiveRate: Double = 0.01) {
    self.path = path
    self.falsePositiveRate = falsePositiveRate
  }
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
