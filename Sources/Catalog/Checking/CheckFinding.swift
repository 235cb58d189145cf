/// Something that is not as it should be between a table's catalog entry and its files.
public struct CheckFinding: Sendable, Hashable {
  /// What is wrong.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The catalog names a folder or file that is not there, or holds no files.
    case missing
    /// A file lies beneath the table in a folder that the catalog does not name; queries pass it by.
    case orphaned
    /// A file cannot be read as what the table says it is.
    case damaged
    /// A file's statistics leave out values that it holds, so that queries may lose rows.
    case untrue
    /// A column of a file has a type that does not fit the table's.
    case mismatched
    /// The catalog itself cannot be read.
    case catalog
  }

  /// What is wrong.
  public var kind: Kind
  /// The table: `DATABASE.TABLE`.
  public var table: String
  /// The file or folder.
  public var path: String
  /// The facts, as a sentence's end.
  public var detail: String

  /// A finding as given.
  public init(_ kind: Kind, table: String, path: String, detail: String) {
    self.kind = kind
    self.table = table
    self.path = path
    self.detail = detail
  }
}

/// What a check looked at and found.
public struct CheckReport: Sendable {
  /// How many tables were looked at.
  public var tableCount = 0
  /// How many partitions the catalog lists for them.
  public var partitionCount = 0
  /// How many files were looked into.
  public var fileCount = 0
  /// How many of them hold no bytes: queries pass these over, as Athena does.
  public var emptyCount = 0
  /// Their size.
  public var byteCount = 0
  /// What is wrong, table by table.
  public var findings: [CheckFinding] = []

  /// A report of nothing yet.
  public init() {}
}
