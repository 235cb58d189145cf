import ColumnFormat
import ObjectStore
import RowFormat

/// What a crawl learns from one file.
struct FileProbe: Sendable {
  var format: DataFormat
  /// `none`, `gzip`, `zstd`; Parquet compresses its pages itself.
  var compression: String
  var fields: [Field]
  /// Nil where only the first records were read.
  var recordCount: Int?
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
  ///   - isSampled: Whether the first records of a text file will do.
  ///   - shared: Who may help with a large text file.
  ///   - reading: Who is told how far a large text file is read.
  /// - Throws: Why the file is left out.
  init(
    path: String,
    in store: LocalFolder,
    byteCount: Int,
    format: RecordFormat? = nil,
    isSampled: Bool = false,
    shared: OpenInferences? = nil,
    reading: FileReading? = nil
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
    switch FileKind(head: head, tail: tail, byteCount: byteCount) {
    case .empty: throw Refusal(reason: "the file is empty")
    case .refused(let reason): throw Refusal(reason: reason)
    case .parquet: try self.init(parquet: path)
    case .records:
      let isLarge = byteCount >= OpenInferences.sharedByteCountMin
      try self.init(
        records: path,
        format: format,
        isSampled: isSampled,
        shared: isLarge ? shared : nil,
        reading: reading
      )
    }
    dropClashes()
  }

  /// Keeps the first of columns whose names differ in case only: Hive knows no case.
  private mutating func dropClashes() {
    var clashes: [String] = []
    fields = FileProbe.distinct(fields, path: "", &clashes)
    for name in clashes {
      notes.append("column '\(name)' occurs twice but for case; the first one is used")
    }
  }

  private static func distinct(_ fields: [Field], path: String, _ clashes: inout [String])
    -> [Field]
  {
    var seen: Set<String> = []
    var kept: [Field] = []
    for var field in fields {
      let name = path.isEmpty ? field.name : "\(path).\(field.name)"
      guard seen.insert(field.name.lowercased()).inserted else {
        clashes.append(name)
        continue
      }
      let children = field.type.children
      if !children.isEmpty {
        let distinct = distinct(children, path: name, &clashes)
        if distinct.count < children.count || distinct != children {
          field.type = field.type.withChildren(distinct) ?? field.type
        }
      }
      kept.append(field)
    }
    return kept
  }
}
