/// How the pages of a column chunk are compressed.
///
/// parquet-format, Compression.md. LZO has no case: nothing writes it any more.
public enum Codec: Sendable, Hashable, CaseIterable {
  /// Bytes as they are.
  case uncompressed
  /// Snappy's raw block format.
  case snappy
  /// RFC 1952, any number of members.
  case gzip
  /// RFC 7932.
  case brotli
  /// One LZ4 block without framing.
  case lz4Raw
  /// Parquet's older "LZ4": blocks in Hadoop's framing; some writers left the framing out.
  case lz4Hadoop
  /// RFC 8878.
  case zstd

  /// The codec with this number in Parquet's `CompressionCodec`.
  public init?(parquetCode: Int32) {
    guard let codec = Codec.allCases.first(where: { $0.parquetCode == parquetCode }) else {
      return nil
    }
    self = codec
  }

  /// The codec with this name, as ``name`` and the command line write it.
  public init?(name: String) {
    switch name.lowercased() {
    case "none": self = .uncompressed
    case "lz4": self = .lz4Raw
    case let other:
      guard let codec = Codec.allCases.first(where: { $0.name == other }) else { return nil }
      self = codec
    }
  }

  /// The number in Parquet's `CompressionCodec`.
  public var parquetCode: Int32 {
    switch self {
    case .uncompressed: 0
    case .snappy: 1
    case .gzip: 2
    case .brotli: 4
    case .lz4Hadoop: 5
    case .zstd: 6
    case .lz4Raw: 7
    }
  }

  /// The name in lower case, as Parquet's own documents use it.
  public var name: String {
    switch self {
    case .uncompressed: "uncompressed"
    case .snappy: "snappy"
    case .gzip: "gzip"
    case .brotli: "brotli"
    case .lz4Raw: "lz4_raw"
    case .lz4Hadoop: "lz4_hadoop"
    case .zstd: "zstd"
    }
  }

  /// Whether this build can read and write it.
  public var isBuiltIn: Bool { missingPackage == nil }

  /// The Debian package that was missing when this build was made.
  public var missingPackage: String? {
    switch self {
    case .uncompressed, .snappy, .gzip, .zstd: return nil
    case .brotli:
      #if LAKE_BROTLI
        return nil
      #else
        return "libbrotli-dev"
      #endif
    case .lz4Raw, .lz4Hadoop:
      #if LAKE_LZ4
        return nil
      #else
        return "liblz4-dev"
      #endif
    }
  }

  /// The refusal of a codec that this build lacks.
  var missing: DecodingFailure {
    .unsupported(
      "\(name) compression is not in this build; install \(missingPackage ?? "its library")"
        + " and build lake again"
    )
  }
}
