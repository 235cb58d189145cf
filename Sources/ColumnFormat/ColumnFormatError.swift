/// Why a file could not be read or written.
public struct ColumnFormatError: Error, Sendable, Equatable {
  /// What went wrong, as facts.
  public enum Kind: Sendable, Equatable {
    /// The system refused: open, read, write, sync; with its own words.
    case system(call: String, message: String)
    /// The bytes contradict the format; the sentence says how.
    case damaged(String)
    /// The file is sound but uses something that is not built in; the sentence names it.
    case unsupported(String)
    /// A size or count from the file is over a limit.
    case limit(String)
    /// What was to be written does not fit its schema, or the format; the sentence says how.
    case refused(String)
  }

  /// Where in the file.
  public struct Location: Sendable, Equatable {
    /// The file as the user named it.
    public var path: String
    /// The column's name, with its parents.
    public var column: String?
    /// The number of the row group, from zero.
    public var rowGroup: Int?
    /// The number of the page within the column chunk, from zero.
    public var page: Int?
    /// The byte's offset from the start of the file.
    public var byteOffset: Int?

    /// A place in `path`.
    public init(
      path: String,
      column: String? = nil,
      rowGroup: Int? = nil,
      page: Int? = nil,
      byteOffset: Int? = nil
    ) {
      self.path = path
      self.column = column
      self.rowGroup = rowGroup
      self.page = page
      self.byteOffset = byteOffset
    }
  }

  /// What went wrong.
  public var kind: Kind
  /// Where it went wrong.
  public var location: Location

  /// An error at a place.
  public init(_ kind: Kind, _ location: Location) {
    self.kind = kind
    self.location = location
  }
}
