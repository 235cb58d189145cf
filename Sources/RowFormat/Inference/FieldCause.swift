public import ColumnFormat

/// The value that made a field the type it is.
public struct FieldCause: Sendable, Hashable {
  /// The field's name after those of its parents; an array's elements are called `element`.
  public var path: [String]
  /// The type that the value forced; for arrays and rows without what is in them.
  public var type: LogicalType
  /// The input.
  public var file: String
  /// The record's number in the input, from zero.
  public var recordNumber: Int
  /// The value as written, cut to 80 bytes.
  public var sample: String

  /// A cause with all its facts.
  public init(
    path: [String],
    type: LogicalType,
    file: String,
    recordNumber: Int,
    sample: String
  ) {
    self.path = path
    self.type = type
    self.file = file
    self.recordNumber = recordNumber
    self.sample = sample
  }
}
