public import ColumnFormat

/// What a schema change was caused by.
public struct ChangeCause: Sendable, Hashable {
  /// The file, folder or statement.
  public var source: String
  /// The record within the file, from 1, where the file has records.
  public var record: Int?
  /// What was seen there.
  public var note: String?

  /// A cause as given.
  public init(source: String, record: Int? = nil, note: String? = nil) {
    self.source = source
    self.record = record
    self.note = note
  }
}

/// One difference between two schema versions.
public struct SchemaChange: Sendable, Hashable {
  /// What happened to the column.
  public enum Kind: Sendable, Hashable {
    /// It is new.
    case added(LogicalType)
    /// It is gone; its id is not used again.
    case removed(LogicalType)
    /// Its type changed.
    case retyped(from: LogicalType, to: LogicalType)
  }

  /// What happened.
  public var kind: Kind
  /// The column; a nested field's name follows its parents' with dots.
  public var column: String
  /// Whether the column is a partition key.
  public var isPartitionKey: Bool
  /// What caused it, where known.
  public var cause: ChangeCause?

  /// A change as given.
  public init(
    _ kind: Kind,
    column: String,
    isPartitionKey: Bool = false,
    cause: ChangeCause? = nil
  ) {
    self.kind = kind
    self.column = column
    self.isPartitionKey = isPartitionKey
    self.cause = cause
  }
}

/// The columns of a table from one change to the next; never altered.
public struct SchemaVersion: Sendable, Hashable {
  /// From 1.
  public var number: Int
  /// When it was made: `2026-11-23T17:05:00Z`.
  public var created: String
  /// The columns in the files, with ids at every level.
  ///
  /// A column of which only nulls were seen is still of the unknown type here.
  public var columns: [Field]
  /// The columns in the folders' names.
  public var partitionKeys: [Field]
  /// What differs from the version before.
  public var changes: [SchemaChange]
  /// The highest field id that was ever given out in this table.
  public var fieldIDMax: Int

  /// A version as given.
  public init(
    number: Int,
    created: String,
    columns: [Field],
    partitionKeys: [Field],
    changes: [SchemaChange],
    fieldIDMax: Int
  ) {
    self.number = number
    self.created = created
    self.columns = columns
    self.partitionKeys = partitionKeys
    self.changes = changes
    self.fieldIDMax = fieldIDMax
  }
}

extension LogicalType {
  /// The type with what is still open read as text, as Glue writes it.
  package var settled: LogicalType {
    switch self {
    case .unknown: .string
    case .list(let element): .list(element.settled)
    case .map(let key, let value): .map(key: key.settled, value: value.settled)
    case .row(let fields): .row(fields.map(\.settled))
    default: self
    }
  }
}

extension Field {
  /// The field with what is still open read as text.
  package var settled: Field { Field(name, type.settled, isNullable: isNullable, id: id) }
}
