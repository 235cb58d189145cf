/// The types that values have inside a Parquet file.
///
/// parquet.thrift, `Type`.
public enum StorageType: Int32, Sendable, Hashable {
  /// One bit.
  case boolean = 0
  /// Four bytes, little-endian.
  case int32 = 1
  /// Eight bytes, little-endian.
  case int64 = 2
  /// Twelve bytes: nanoseconds of the day and the Julian day; an old timestamp.
  case int96 = 3
  /// IEEE single precision.
  case float = 4
  /// IEEE double precision.
  case double = 5
  /// Bytes with a length.
  case byteArray = 6
  /// As many bytes as the schema says.
  case fixedLengthByteArray = 7
}

/// How often a field stands in its parent.
public enum Repetition: Int32, Sendable, Hashable {
  /// Once.
  case required = 0
  /// Once or not at all.
  case optional = 1
  /// Any number of times.
  case repeated = 2
}

/// How the values of a page, or its levels, are laid out.
///
/// A number instead of cases, so that a file with an unknown encoding can be opened and its other
/// columns read. parquet.thrift, `Encoding`.
public struct PageEncoding: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  public var rawValue: Int32
  /// The encoding with a number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Values one after the other.
  public static let plain = PageEncoding(rawValue: 0)
  /// The old name for dictionary codes, and for the plain values of a dictionary page.
  public static let plainDictionary = PageEncoding(rawValue: 2)
  /// Runs and bit-packed groups.
  public static let runLength = PageEncoding(rawValue: 3)
  /// Bit-packed from the highest bit down, without runs; only old levels.
  public static let bitPacked = PageEncoding(rawValue: 4)
  /// Differences in bit-packed blocks.
  public static let deltaBinaryPacked = PageEncoding(rawValue: 5)
  /// Lengths as differences, then all bytes.
  public static let deltaLengthByteArray = PageEncoding(rawValue: 6)
  /// Shared prefixes left out.
  public static let deltaByteArray = PageEncoding(rawValue: 7)
  /// Codes of dictionary entries in runs and bit-packed groups.
  public static let runLengthDictionary = PageEncoding(rawValue: 8)
  /// The first bytes of all values, then the second ones, and so on.
  public static let byteStreamSplit = PageEncoding(rawValue: 9)

  /// The name that the format's documents use.
  public var name: String {
    switch rawValue {
    case 0: "PLAIN"
    case 2: "PLAIN_DICTIONARY"
    case 3: "RLE"
    case 4: "BIT_PACKED"
    case 5: "DELTA_BINARY_PACKED"
    case 6: "DELTA_LENGTH_BYTE_ARRAY"
    case 7: "DELTA_BYTE_ARRAY"
    case 8: "RLE_DICTIONARY"
    case 9: "BYTE_STREAM_SPLIT"
    default: "encoding \(rawValue)"
    }
  }
}

/// How pages are compressed, as a number in the file; parquet.thrift, `CompressionCodec`.
public struct CompressionMethod: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  public var rawValue: Int32
  /// The method with a number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// As they are.
  public static let uncompressed = CompressionMethod(rawValue: 0)
  /// Snappy without framing.
  public static let snappy = CompressionMethod(rawValue: 1)
  /// Gzip members.
  public static let gzip = CompressionMethod(rawValue: 2)
  /// LZO, which nobody writes any more.
  public static let lzo = CompressionMethod(rawValue: 3)
  /// Brotli.
  public static let brotli = CompressionMethod(rawValue: 4)
  /// LZ4 in Hadoop's framing, or without, depending on the writer.
  public static let lz4 = CompressionMethod(rawValue: 5)
  /// Zstandard.
  public static let zstd = CompressionMethod(rawValue: 6)
  /// LZ4 blocks without framing.
  public static let lz4Raw = CompressionMethod(rawValue: 7)

  /// The name that the format's documents use.
  public var name: String {
    switch rawValue {
    case 0: "UNCOMPRESSED"
    case 1: "SNAPPY"
    case 2: "GZIP"
    case 3: "LZO"
    case 4: "BROTLI"
    case 5: "LZ4"
    case 6: "ZSTD"
    case 7: "LZ4_RAW"
    default: "codec \(rawValue)"
    }
  }
}
