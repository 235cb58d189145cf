import RowFormat

/// What this build of the program can do, for `--version`.
enum BuildFeatures {
  static let version = "0.1.0"

  /// Compression codecs of Parquet files, in both directions.
  static var codecs: [String] {
    var names = ["uncompressed", "snappy", "gzip", "zstd"]
    #if LAKE_LZ4
      names += ["lz4", "lz4_raw"]
    #endif
    #if LAKE_BROTLI
      names.append("brotli")
    #endif
    return names
  }

  /// Optional libraries that were found when the program was built.
  static var features: [String] {
    var names: [String] = []
    #if LAKE_DEFLATE
      names.append("libdeflate")
    #endif
    #if LAKE_BZIP2
      names.append("bzip2 inputs")
    #endif
    #if LAKE_PCRE2
      names.append("regular expressions (pcre2)")
    #endif
    return names
  }

  /// Codecs and features that need a library this build was made without.
  static var missing: [String] {
    var names: [String] = []
    #if !LAKE_LZ4
      names.append("lz4 (liblz4-dev)")
    #endif
    #if !LAKE_BROTLI
      names.append("brotli (libbrotli-dev)")
    #endif
    #if !LAKE_BZIP2
      names.append("bzip2 inputs (libbz2-dev)")
    #endif
    #if !LAKE_PCRE2
      names.append("regular expressions (libpcre2-dev)")
    #endif
    return names
  }

  static var text: String {
    var lines = ["lake \(version)", "codecs: " + codecs.joined(separator: ", ")]
    if !features.isEmpty { lines.append("features: " + features.joined(separator: ", ")) }
    lines.append("time zones: \(TimeZoneFile.carriedVersion), where the system has none")
    if !missing.isEmpty { lines.append("not in this build: " + missing.joined(separator: ", ")) }
    return lines.joined(separator: "\n")
  }
}
