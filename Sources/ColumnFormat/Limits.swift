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
  /// The most a page may grow by decompression, as a factor; deflate reaches 1032, zstd and
  /// brotli more on long runs, so small pages are exempt.
  public static let pageExpansionMax = 20_000
  /// Pages up to this size are decompressed whatever their compressed size is.
  public static let pageByteCountUnsuspicious = 16 << 20
  /// The deepest nesting of a schema.
  public static let schemaDepthMax = 64
  /// The most elements of a schema.
  public static let schemaElementCountMax = 1 << 20
  /// The deepest nesting of unknown Thrift fields that are skipped.
  public static let thriftDepthMax = 64
  /// The most rows of a row group: offsets and codes are 32-bit.
  public static let rowGroupRowCountMax = Int(Int32.max)
}
