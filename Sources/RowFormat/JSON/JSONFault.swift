/// How a text breaks the grammar of JSON (RFC 8259), or lake's bounds.
enum JSONFault: UInt8, Error {
  case none
  /// Not a fault of the text: a value that the column's type does not hold.
  case misfit
  case unexpectedEnd
  case expectedObject
  case topLevelArray
  case topLevelScalar
  case expectedKey
  case expectedColon
  case expectedCommaOrBrace
  case expectedCommaOrBracket
  case expectedValue
  case invalidLiteral
  case invalidNumber
  case controlCharacter
  case invalidEscape
  case loneSurrogate
  case tooDeep
  case duplicateMapKey
  case duplicateField
  case tooManyFields
  case notADynamoDBRecord
  case missingImage
  case expectedTag
  case expectedOneTag
  case wrongTaggedValue
  case invalidTaggedNumber
  case invalidBase64

  /// What is wrong, without the place.
  var words: String {
    switch self {
    case .none: "no fault"
    case .misfit: "the value does not fit its column"
    case .unexpectedEnd: "the object does not end on its line"
    case .expectedObject: "expected an object"
    case .topLevelArray: "expected an object, found an array"
    case .topLevelScalar: "expected an object, found a single value"
    case .expectedKey: "expected a key in quotes"
    case .expectedColon: "expected ':' after the key"
    case .expectedCommaOrBrace: "expected ',' or '}'"
    case .expectedCommaOrBracket: "expected ',' or ']'"
    case .expectedValue: "expected a value"
    case .invalidLiteral: "expected true, false or null"
    case .invalidNumber: "the number breaks JSON's grammar"
    case .controlCharacter: "a control character in a string must be escaped"
    case .invalidEscape: "unknown escape in a string"
    case .loneSurrogate: "half a surrogate pair in a string"
    case .tooDeep: "objects and arrays are nested too deeply"
    case .tooManyFields: "there are more than \(ShapeTree.fieldCountMax) different fields"
    case .notADynamoDBRecord: "expected a DynamoDB stream record or item"
    case .missingImage: "the stream record has neither NewImage nor Keys"
    case .expectedTag: "expected a DynamoDB value such as {\"S\": \"text\"}"
    case .expectedOneTag: "a DynamoDB value has exactly one type tag"
    case .wrongTaggedValue: "the value is not what its DynamoDB type tag says"
    case .invalidTaggedNumber: "a DynamoDB value of type N is no number"
    case .invalidBase64: "a DynamoDB value of type B is not base64"
    case .duplicateField: "a field stands twice"
    case .duplicateMapKey: "a key stands twice in a map"
    }
  }

  /// Whether the text is JSON but not DynamoDB's.
  var isOfDynamoDB: Bool {
    switch self {
    case .notADynamoDBRecord, .missingImage, .expectedTag, .expectedOneTag, .wrongTaggedValue,
      .invalidTaggedNumber, .invalidBase64:
      true
    default: false
    }
  }

  /// Whether the end of the line explains the fault better than the fault itself.
  var isSyntactic: Bool {
    switch self {
    case .misfit, .tooDeep, .duplicateMapKey, .duplicateField, .tooManyFields: false
    default: !isOfDynamoDB
    }
  }
}
