/// What may be set about decoding records.
public struct DecodingOptions: Sendable, Hashable {
  /// The unquoted CSV fields that mean null.
  public var nullTexts: [String]
  /// How deep objects and arrays may be nested before the record is rejected.
  public var nestingDepthMax: Int
  /// The bytes of the longest record that gives a row, without its line end.
  public var recordByteCountMax: Int
  /// Whether a record is rejected in which a field stands twice, so that no value is lost; otherwise
  /// the last one counts.
  public var rejectsDuplicateFields: Bool
  /// Whether ``DecodedBlock/places`` are wanted.
  public var keepsPlaces = false
  /// Whether declared columns take what Firehose's OpenX deserializer takes: see ``OpenXForms``.
  public var takesOpenXForms = false
  /// Whether a record of JSON is rejected where a declared column would take a value that readers differ
  /// about: a text with an exponent for an integer, nested values for a text that
  /// lake would write in another way.
  package var leavesOddValues = false
  /// How keys of JSON lead to declared columns.
  public var keyMatching = KeyMatching()
  /// Whether numbers that no integer and no decimal holds become text instead of `double`.
  public var keepsNumbersExact = false
  /// Whether texts that all look like dates or timestamps become such columns.
  public var infersTimes: Bool
  /// Whether that also holds for DynamoDB's `S` values, whose type is text by declaration.
  public var infersTimesInDynamoDB: Bool

  /// Empty fields are null, 1,000 levels, records of any length, times are inferred except from DynamoDB's text.
  public init(
    nullTexts: [String] = [""],
    nestingDepthMax: Int = 1000,
    recordByteCountMax: Int = .max,
    rejectsDuplicateFields: Bool = false,
    infersTimes: Bool = true,
    infersTimesInDynamoDB: Bool = false
  ) {
    self.nullTexts = nullTexts
    self.nestingDepthMax = nestingDepthMax
    self.recordByteCountMax = recordByteCountMax
    self.rejectsDuplicateFields = rejectsDuplicateFields
    self.infersTimes = infersTimes
    self.infersTimesInDynamoDB = infersTimesInDynamoDB
  }
}
