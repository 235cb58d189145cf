/// What may be set about decoding records.
public struct DecodingOptions: Sendable, Hashable {
  /// The unquoted CSV fields that mean null.
  public var nullTexts: [String]
  /// How deep objects and arrays may be nested before the record is rejected.
  public var nestingDepthMax: Int
  /// Whether texts that all look like dates or timestamps become such columns.
  public var infersTimes: Bool
  /// Whether that also holds for DynamoDB's `S` values, whose type is text by declaration.
  public var infersTimesInDynamoDB: Bool

  /// Empty fields are null, 1,000 levels, times are inferred except from DynamoDB's text.
  public init(
    nullTexts: [String] = [""],
    nestingDepthMax: Int = 1000,
    infersTimes: Bool = true,
    infersTimesInDynamoDB: Bool = false
  ) {
    self.nullTexts = nullTexts
    self.nestingDepthMax = nestingDepthMax
    self.infersTimes = infersTimes
    self.infersTimesInDynamoDB = infersTimesInDynamoDB
  }
}
