/// What a file is by its first and last bytes.
enum FileKind: Equatable {
  case parquet
  /// Text of some kind, plain or compressed; its records tell which.
  case records
  case empty
  /// Something that is known by name, but cannot be a table's file.
  case refused(String)

  /// How many bytes at the start and the end tell.
  static let probedByteCount = 12

  private static let refusals: [(magic: [UInt8], reason: String)] = [
    (Array("ORC".utf8), "ORC files are not supported"),
    (Array("Obj\u{1}".utf8), "Avro files are not supported"),
    (Array("PARE".utf8), "encrypted Parquet files are not supported"),
    (Array("ARROW1".utf8), "Arrow IPC files are not supported"),
    (Array("SEQ".utf8) + [6], "Hadoop sequence files are not supported"),
    (Array("RC".utf8) + [70], "Hadoop RC files are not supported"),
    ([0xE0, 0x01, 0x00, 0xEA], "Ion files are not supported"),
    (Array("<?xml".utf8), "XML files are not supported"),
    (Array("\u{FEFF}<?xml".utf8), "XML files are not supported"),
    ([0x50, 0x4B, 0x03, 0x04], "zip archives are not supported"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz compression is not supported"),
    ([0x04, 0x22, 0x4D, 0x18], "lz4 compression is not supported"),
    (Array("SQLite format".utf8), "SQLite databases are not supported"),
    (Array("%PDF".utf8), "PDF documents are not supported"),
    ([0x7F, 0x45, 0x4C, 0x46], "programs are not supported"),
    ([0x89, 0x50, 0x4E, 0x47], "images are not supported"),
  ]

  /// - Parameters:
  ///   - head: The first bytes, up to ``probedByteCount``.
  ///   - tail: The last bytes, up to ``probedByteCount``.
  ///   - byteCount: The file's size, where known.
  init(head: [UInt8], tail: [UInt8], byteCount: Int = .max) {
    let parquet = Array("PAR1".utf8)
    if head.isEmpty {
      self = .empty
    } else if head.starts(with: parquet),
      tail.suffix(4) == parquet[...] || !FileKind.isText(head, after: parquet)
    {
      if tail.suffix(4) == parquet[...] {
        self = .parquet
      } else if tail.suffix(4) == Array("PARE".utf8)[...] {
        self = .refused("encrypted Parquet files are not supported")
      } else {
        self = .refused(
          "the Parquet file is cut off: it begins with PAR1 but does not end with it"
        )
      }
    } else if let refusal = FileKind.refusals.first(where: {
      head.starts(with: $0.magic) && !FileKind.isText(head, after: $0.magic)
    }) {
      self = .refused(refusal.reason)
    } else if FileKind.isBSON(head, byteCount: byteCount) {
      self = .refused("BSON files are not supported")
    } else {
      self = .records
    }
  }

  /// Whether text goes on where a magic of letters ends.
  ///
  /// A CSV file's first column may be called `ORCID` or `PARENT`. Longer marks are taken at their word.
  private static func isText(_ head: [UInt8], after magic: [UInt8]) -> Bool {
    guard magic.count <= 4, head.count > magic.count else { return false }
    return head.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
  }

  /// A document's size as 32 bits, a type of element, then its name, as in bsonspec.org.
  private static func isBSON(_ head: [UInt8], byteCount: Int) -> Bool {
    guard head.count >= 8 else { return false }
    let size = (0..<4).reduce(0) { $0 | Int(head[$1]) << ($1 * 8) }
    return size >= 5 && size <= byteCount && head[3] < 0x20 && (1...0x13).contains(head[4])
      && head[5] > 0x20 && head[5] < 0x7F
  }
}
