/// A condition on the rows of a file: what to leave out unread, and what to filter away.
///
/// A row passes where the condition is true; a comparison with null is not. Values are in the form
/// that columns have in memory (``Scalar``): timestamps in the file's unit, decimals without their
/// point. Numbers compare as IEEE 754 says, so NaN differs from everything; text compares by bytes.
public indirect enum RowPredicate: Sendable, Hashable {
  /// How a value must compare with a constant.
  public enum Comparison: Sendable, Hashable {
    /// The same value.
    case equal
    /// Another value, which is not null.
    case notEqual
    /// A smaller value.
    case less
    /// A smaller value or the same.
    case lessOrEqual
    /// A larger value.
    case greater
    /// A larger value or the same.
    case greaterOrEqual
  }

  /// The column's value compares so with the constant; never true where the constant is null.
  case compare(ColumnPath, Comparison, Scalar)
  /// The column's value is one of those listed; nulls in the list are passed over.
  case among(ColumnPath, [Scalar])
  /// The column is null, or a row around it is.
  case isNull(ColumnPath)
  /// The column has a value.
  case isNotNull(ColumnPath)
  /// All conditions hold; so does none at all.
  case and([RowPredicate])
  /// One of the conditions holds at least.
  case or([RowPredicate])
}

/// The way to a column: a top-level field, then members of rows.
///
/// Lists and maps end it.
public struct ColumnPath: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The names from the top down; the first is found without regard to case if need be.
  public var names: [String]

  /// The path of some names.
  public init(_ names: [String]) { self.names = names }

  /// A top-level field.
  public init(stringLiteral name: String) { names = [name] }
}
