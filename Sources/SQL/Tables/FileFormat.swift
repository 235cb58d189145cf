import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// What kind of data a file holds, by its name or, where that says nothing, by its bytes.
enum FileFormat: String, Sendable {
  case parquet, ndjson, csv, tsv

  /// By the name's ending; a compression's ending before that is passed over.
  static func named(_ path: String) -> FileFormat? {
    var parts = path[path.index(afterLast: "/")...].lowercased().split(separator: ".")
    if let last = parts.last, ["gz", "gzip", "zst", "zstd"].contains(last), parts.count > 1 {
      parts.removeLast()
    }
    guard parts.count > 1, let ending = parts.last else { return nil }
    switch ending {
    case "parquet", "parq", "pq": return .parquet
    case "json", "ndjson", "jsonl": return .ndjson
    case "csv": return .csv
    case "tsv", "tab": return .tsv
    default: return nil
    }
  }

  /// By the first bytes.
  static func detected(_ path: String) throws(SQLError) -> FileFormat {
    if startsAsParquet(path) { return .parquet }
    do {
      switch try RecordFormat.detect(path: path) {
      case .csv(let layout): return layout.delimiter == UInt8(ascii: "\t") ? .tsv : .csv
      case .ndjson, .dynamodb: return .ndjson
      }
    } catch {
      throw SQLError(error)
    }
  }

  static func of(_ path: String) throws(SQLError) -> FileFormat {
    if let format = named(path) { return format }
    return try detected(path)
  }

  private static func startsAsParquet(_ path: String) -> Bool {
    guard let file = fopen(path, "rb") else { return false }
    defer { fclose(file) }
    var mark = [UInt8](repeating: 0, count: 4)
    return fread(&mark, 1, 4, file) == 4 && mark == Array("PAR1".utf8)
  }
}

extension String {
  /// The index behind the last occurrence of a character; the start where there is none.
  fileprivate func index(afterLast character: Character) -> String.Index {
    lastIndex(of: character).map { index(after: $0) } ?? startIndex
  }
}
