/// The sizes beyond which a file is refused instead of read.
///
/// Every count and size that a file states is checked against the bytes that are there; these
/// limits bound what even a well-formed file may ask for.
public enum Limits {
  /// The largest footer: files of 10,000 columns and 1,000 row groups stay below it.
  public static let footerByteCountMax = 1 << 30
  /// The largest header of a page, statistics included.
  public static let pageHeaderByteCountMax = 16 << 20
  /// The largest page, before and after decompression; the format's sizes are 32-bit.
  public static let pageByteCountMax = Int(Int32.max)
  /// Pages up to this size are decompressed whatever their compressed size is.
  public static let pageByteCountUnsuspicious = 16 << 20
  /// The most bytes that one page's values with shared prefixes may take when put together.
  public static let joinedByteCountMax = 1 << 30
  /// The most list elements that one read may return, whatever the number of rows.
  public static let elementCountMax = 1 << 28
  /// The deepest nesting of a schema.
  public static let schemaDepthMax = 64
  /// The most elements of a schema.
  public static let schemaElementCountMax = 1 << 20
  /// The deepest nesting of unknown Thrift fields that are skipped.
  public static let thriftDepthMax = 64
  /// The most rows of a row group: offsets and codes are 32-bit.
  public static let rowGroupRowCountMax = Int(Int32.max)

  /// The most that bytes grow by decompression, as a factor: what each format can reach at best.
  static func expansionMax(_ codec: Codec) -> Int {
    switch codec {
    case .uncompressed: 1
    // Three bytes copy 64.
    case .snappy: 24
    case .lz4Raw, .lz4Hadoop: 256
    case .gzip: 1_040
    // A block of 128 KiB that repeats one byte takes four.
    case .zstd: 40_000
    // A few bytes copy up to 16 MiB.
    case .brotli: 1 << 23
    }
  }
}
