import Testing

@testable import ColumnFormat

@Suite struct FileSchemaTests {
  private func group(
    _ name: String,
    _ repetition: Repetition,
    _ children: Int,
    _ converted: ConvertedType? = nil
  ) -> SchemaElement {
    SchemaElement(
      name: name,
      repetition: repetition,
      childCount: children,
      convertedType: converted
    )
  }

  private func value(
    _ name: String,
    _ repetition: Repetition,
    _ type: StorageType = .int32,
    _ converted: ConvertedType? = nil,
    _ logical: LogicalTypeAnnotation? = nil,
    length: Int? = nil
  ) -> SchemaElement {
    SchemaElement(
      name: name,
      type: type,
      typeLength: length,
      repetition: repetition,
      convertedType: converted,
      logicalType: logical
    )
  }

  /// The type of the only top-level field.
  private func type(_ elements: [SchemaElement]) throws -> LogicalType {
    let schema = try FileSchema([SchemaElement(name: "schema", childCount: 1)] + elements)
    return schema.schema.fields[0].type
  }

  private let element = Field("element", .int32)

  @Test func `a list of three levels has the inner field as element`() throws {
    let elements = [
      group("l", .optional, 1, .list), group("list", .repeated, 1), value("element", .optional),
    ]
    #expect(try type(elements) == .list(element))
    let schema = try FileSchema([SchemaElement(name: "schema", childCount: 1)] + elements)
    #expect(schema.leaves[0].definitionLevelMax == 3)
    #expect(schema.leaves[0].repetitionLevelMax == 1)
    #expect(schema.leaves[0].elementDefinitionLevel == 2)
  }

  @Test func `lists of two levels follow the old rules`() throws {
    let required = Field("element", .int32, isNullable: false)
    // A repeated value.
    #expect(
      try type([group("l", .optional, 1, .list), value("element", .repeated)]) == .list(required)
    )
    // A repeated group of two fields, or named as old writers do, is the element itself.
    let pair = Field(
      "pair",
      .row([Field("a", .int32), Field("b", .int32)]),
      isNullable: false
    )
    #expect(
      try type([
        group("l", .optional, 1, .list), group("pair", .repeated, 2), value("a", .optional),
        value("b", .optional),
      ]) == .list(pair)
    )
    for name in ["array", "l_tuple"] {
      #expect(
        try type([
          group("l", .optional, 1, .list), group(name, .repeated, 1), value("a", .optional),
        ]) == .list(Field(name, .row([Field("a", .int32)]), isNullable: false))
      )
    }
  }

  @Test func `a repeated field of its own is a list`() throws {
    #expect(
      try type([value("l", .repeated)])
        == .list(Field("element", .int32, isNullable: false))
    )
  }

  @Test func `maps are found under both of their names`() throws {
    let key = Field("key", .string, isNullable: false)
    for annotation: ConvertedType in [.map, .mapKeyValue] {
      #expect(
        try type([
          group("m", .optional, 1, annotation), group("map", .repeated, 2),
          value("key", .required, .byteArray, .utf8), value("value", .optional),
        ]) == .map(key: key, value: Field("value", .int32))
      )
    }
  }

  @Test func `old and new annotations become the same types`() throws {
    let cases: [(StorageType, ConvertedType?, LogicalTypeAnnotation?, LogicalType)] = [
      (.byteArray, .utf8, nil, .string), (.byteArray, nil, .enumeration, .string),
      (.byteArray, .json, nil, .json), (.byteArray, .bson, nil, .binary),
      (.int32, .date, nil, .date), (.int32, .timeMillis, nil, .time(.millis)),
      (.int64, .timeMicros, nil, .time(.micros)),
      (.int64, .timestampMillis, nil, .timestamp(.millis, isAdjustedToUTC: true)),
      (
        .int64, nil, .timestamp(.nanos, isAdjustedToUTC: false),
        .timestamp(.nanos, isAdjustedToUTC: false)
      ),
      (.int32, .uint8, nil, .int16), (.int32, .uint32, nil, .int64),
      (.int64, .uint64, nil, .decimal(precision: 20, scale: 0)),
      (.int32, nil, .integer(bitWidth: 16, isSigned: true), .int16),
      (.int96, nil, nil, .timestamp(.micros, isAdjustedToUTC: false)),
      (.int32, nil, .decimal(scale: 2, precision: 7), .decimal(precision: 7, scale: 2)),
      // What does not fit, or is not known, means what its storage says.
      (.int32, .utf8, nil, .int32), (.byteArray, nil, .other(16), .binary),
      (.int64, nil, .unknown, .unknown),
    ]
    for (storage, converted, logical, expected) in cases {
      #expect(try type([value("c", .optional, storage, converted, logical)]) == expected)
    }
    for (length, logical, expected): (Int, LogicalTypeAnnotation, LogicalType) in [
      (16, .uuid, .uuid), (2, .float16, .float32), (3, .uuid, .binary),
      (12, .other(99), .binary),
    ] {
      let element = value("c", .optional, .fixedLengthByteArray, nil, logical, length: length)
      #expect(try type([element]) == expected)
    }
  }

  @Test func `decimals of too many digits are refused when they are read`() throws {
    let element = value("c", .optional, .byteArray, nil, .decimal(scale: 0, precision: 50))
    let schema = try FileSchema([SchemaElement(name: "schema", childCount: 1), element])
    #expect(schema.leaves[0].refusal == "it is a decimal of 50 digits; lake has up to 38")
  }

  @Test func `trees that contradict their list are refused`() {
    let root = SchemaElement(name: "schema", childCount: 1)
    let broken: [[SchemaElement]] = [
      [], [root], [SchemaElement(name: "schema", childCount: 99), value("a", .required)],
      [root, value("a", .required), value("b", .required)],
      [root, group("g", .optional, 5), value("a", .required)],
      [root, SchemaElement(name: "a", type: .int32)],
      [root] + (0..<100).map { group("g\($0)", .optional, 1) } + [value("a", .required)],
    ]
    for elements in broken {
      #expect(throws: DecodingFailure.self) { try FileSchema(elements) }
    }
    #expect(throws: DecodingFailure.unsupported("the group 'g' has no fields")) {
      try FileSchema([root, group("g", .optional, 0)])
    }
  }
}
