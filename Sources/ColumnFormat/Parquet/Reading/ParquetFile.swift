/// A Parquet file whose footer has been read and checked.
///
/// The file is mapped into memory and stays so as long as this object, a reader or a column that
/// points into it lives.
public final class ParquetFile: Sendable {
  /// The file as the user named it.
  public let path: String
  /// What the footer says.
  public let metadata: FileMetadata
  /// The top-level fields as lake sees them.
  public let schema: Schema
  /// The file's bytes.
  let source: any ByteSource
  /// How the schema's fields lie in the file.
  let fileSchema: FileSchema
  /// Where the footer starts, and with it the end of all pages.
  let footerOffset: Int

  /// Maps the file at `path` and reads its footer.
  ///
  /// - Parameter path: The file's name.
  /// - Throws: ``ColumnFormatError`` when the file cannot be opened, is not a Parquet file, is
  ///   damaged, or is encrypted.
  public convenience init(path: String) throws(ColumnFormatError) {
    try self.init(source: MappedFile(path: path), path: path)
  }

  /// Reads the footer of a file whose bytes are at hand.
  ///
  /// - Parameters:
  ///   - source: The bytes.
  ///   - path: What errors call the file.
  /// - Throws: ``ColumnFormatError`` when the bytes are not a Parquet file, are damaged or encrypted.
  public init(source: any ByteSource, path: String) throws(ColumnFormatError) {
    self.path = path
    self.source = source
    let tail: FooterTail
    do throws(DecodingFailure) {
      tail = try FooterTail(source.bytes)
    } catch {
      let offset = FooterTail.begins(source.bytes) ? max(source.bytes.count - 8, 0) : 0
      throw ParquetFile.error(error, path, byteOffset: offset)
    }
    footerOffset = tail.range.lowerBound
    var reader = CompactReader(UnsafeRawBufferPointer(rebasing: source.bytes[tail.range]))
    do throws(DecodingFailure) {
      metadata = try FileMetadata(from: &reader)
      if metadata.isEncrypted { throw DecodingFailure.unsupported("the file is encrypted") }
      fileSchema = try FileSchema(metadata.schema)
    } catch {
      throw ParquetFile.error(error, path, byteOffset: footerOffset + reader.byteOffset)
    }
    schema = fileSchema.schema
  }

  private static func error(_ failure: DecodingFailure, _ path: String, byteOffset: Int)
    -> ColumnFormatError
  {
    ColumnFormatError(
      failure.isUnsupported ? .unsupported(failure.message) : .damaged(failure.message),
      ColumnFormatError.Location(path: path, byteOffset: byteOffset)
    )
  }

  /// Takes what was read of the file out of this process's memory; the system's cache keeps it as long
  /// as it likes, and it comes back when it is touched.
  public func releasePages() { source.releasePages() }

  /// The size of the file.
  public var byteCount: Int { source.bytes.count }

  /// The number of rows, counted over the row groups: some writers leave the footer's own at zero.
  public var rowCount: Int { metadata.rowGroups.reduce(0) { $0 + $1.rowCount } }

  /// A reader of some top-level fields of a row group.
  ///
  /// - Parameters:
  ///   - rowGroup: The number of the row group.
  ///   - fields: The positions of the fields in ``schema``; the reader's columns in that order.
  /// - Returns: A reader that stands before the first row.
  /// - Throws: ``ColumnFormatError`` when the row group's metadata are damaged, or a column cannot be
  ///   read.
  public func reader(rowGroup: Int, fields: [Int]) throws(ColumnFormatError) -> RowGroupReader {
    try reader(rowGroup: rowGroup, paths: fields.map { FieldPath($0) })
  }

  /// A reader of some top-level fields and members of rows of a row group.
  ///
  /// Members beside those that are named are not touched in the file. A member is null where a row
  /// around it is.
  ///
  /// - Parameters:
  ///   - rowGroup: The number of the row group.
  ///   - paths: The ways to the reader's columns, in that order; see ``fieldPath(_:)``.
  ///   - runs: The reader's columns whose numbers are to stay runs where the file has few of them, for
  ///     whoever decides about runs instead of rows.
  /// - Returns: A reader that stands before the first row.
  /// - Throws: ``ColumnFormatError`` when the row group's metadata are damaged, or a column cannot be
  ///   read.
  public func reader(rowGroup: Int, paths: [FieldPath], runs: Set<Int> = [])
    throws(ColumnFormatError) -> RowGroupReader
  {
    try RowGroupReader(file: self, rowGroup: rowGroup, paths: paths, runs: runs)
  }

  /// The size in the file of some top-level fields of a row group.
  ///
  /// - Parameters:
  ///   - rowGroup: The number of the row group.
  ///   - fields: The positions of the fields in ``schema``.
  /// - Returns: The compressed bytes of all pages of these fields.
  public func byteCount(rowGroup: Int, fields: [Int]) -> Int {
    let columns = metadata.rowGroups[rowGroup].columns
    var sum = 0
    for field in fields {
      for leaf in fileSchema.nodes[field].leaves where leaf < columns.count {
        sum &+= columns[leaf].compressedByteCount
      }
    }
    return sum
  }
}

/// The end of a file: where the footer lies.
///
/// ```
///   … footer, its size in four bytes, little-endian, "PAR1"
/// ```
struct FooterTail {
  /// The footer's place in the file.
  let range: Range<Int>

  init(_ bytes: UnsafeRawBufferPointer) throws(DecodingFailure) {
    if bytes.isEmpty { throw DecodingFailure("the file is empty") }
    guard FooterTail.begins(bytes) else {
      throw DecodingFailure("it does not begin with 'PAR1', so it is no Parquet file")
    }
    // A leading mark of four bytes, and size and mark at the end.
    guard bytes.count >= 12 else {
      throw DecodingFailure("it has \(bytes.count) bytes, a Parquet file has at least 12")
    }
    let end = bytes.count - 8
    let mark = bytes.loadUnaligned(fromByteOffset: end + 4, as: UInt32.self)
    if mark == FooterTail.encryptedMark { throw .unsupported("the file's footer is encrypted") }
    guard mark == FooterTail.mark else {
      throw DecodingFailure("it does not end with 'PAR1', so it is no whole Parquet file")
    }
    let byteCount = Int(bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self))
    guard byteCount <= end - 4, byteCount <= Limits.footerByteCountMax else {
      throw DecodingFailure("the footer claims \(byteCount) bytes of a file of \(bytes.count)")
    }
    range = (end - byteCount)..<end
  }

  /// Whether a file begins as a Parquet file does.
  static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 4 else { return false }
    return [mark, encryptedMark].contains(bytes.loadUnaligned(as: UInt32.self))
  }

  /// "PAR1".
  private static let mark: UInt32 = 0x3152_4150
  /// "PARE".
  private static let encryptedMark: UInt32 = 0x4552_4150
}
