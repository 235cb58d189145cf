/// The layout of delimited text.
public struct CSVLayout: Sendable, Hashable {
  /// The byte between fields.
  public var delimiter: UInt8
  /// The byte around fields that hold delimiters or line ends.
  public var quote: UInt8
  /// Whether the first line holds names.
  public var hasHeader: Bool

  /// Comma, double quote and a header unless told otherwise.
  public init(
    delimiter: UInt8 = UInt8(ascii: ","),
    quote: UInt8 = UInt8(ascii: "\""),
    hasHeader: Bool = true
  ) {
    self.delimiter = delimiter
    self.quote = quote
    self.hasHeader = hasHeader
  }
}
