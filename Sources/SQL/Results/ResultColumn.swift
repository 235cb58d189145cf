package import ColumnFormat

/// A column of a result.
public struct ResultColumn: Sendable, Hashable {
  /// As the query names it; `_col0` and so on where it does not.
  public var name: String
  /// What the values are.
  public var type: SQLType

  /// A column as given.
  public init(name: String, type: SQLType) {
    self.name = name
    self.type = type
  }
}

/// The text that Trino gives a value in a varchar.
package enum ResultText {
  /// Appends the value of one row, which is not null.
  package static func append(
    _ column: Column,
    row: Int,
    type: SQLType,
    to text: inout [UInt8]
  ) {
    ValueText.append(column, row: row, type: type, to: &text)
  }
}
