import ColumnFormat
import ObjectStore
import RowFormat

/// What a crawl learns from one file.
struct FileProbe: Sendable {
  var format: DataFormat
  /// `none`, `gzip`, `zstd`; Parquet compresses its pages itself.
  var compression: String
  var fields: [Field]
  var recordCount: Int
  /// The record that forced a column's type, by its dotted path in lower case.
  var causes: [String: ChangeCause] = [:]
  /// What a person should know about the file.
  var notes: [String] = []

  /// Why a file is left out.
  struct Refusal: Error {
    var reason: String
  }

  /// Looks into a file: all of a footer, or all records.
  ///
  /// - Parameters:
  ///   - path: The file as the system knows it.
  ///   - store: The store to read the magic bytes from.
  ///   - byteCount: The file's size.
  ///   - format: How text is laid out if that is known; nil finds it out.
  /// - Throws: Why the file is left out.
  init(
    path: String,
    in store: LocalFolder,
    byteCount: Int,
    format: RecordFormat? = nil
  ) throws(Refusal) {
    let head: [UInt8]
    let tail: [UInt8]
    do {
      head = try store.read(path, range: 0..<FileKind.probedByteCount)
      let tailStart = max(0, byteCount - FileKind.probedByteCount)
      tail = try store.read(path, range: tailStart..<max(byteCount, tailStart))
    } catch {
      throw Refusal(reason: CatalogError(error).message)
    }
    switch FileKind(head: head, tail: tail) {
    case .empty: throw Refusal(reason: "the file is empty")
    case .refused(let reason): throw Refusal(reason: reason)
    case .parquet: try self.init(parquet: path)
    case .records: try self.init(records: path, format: format)
    }
    dropClashes()
  }

  /// Keeps the first of columns whose names differ in case only: Hive knows no case.
  private mutating func dropClashes() {
    var seen: Set<String> = []
    fields.removeAll { field in
      if seen.insert(field.name.lowercased()).inserted { return false }
      notes.append("column '\(field.name)' occurs twice but for case; the first one is used")
      return true
    }
  }
}
