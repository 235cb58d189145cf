/// One node of a file's schema, which is a tree written depth first; parquet.thrift, same name.
public struct SchemaElement: Sendable, Hashable {
  /// The name.
  public var name: String
  /// How values are stored; nil in groups.
  public var type: StorageType?
  /// The number of bytes of a fixed-length value.
  public var typeLength: Int?
  /// How often it stands in its parent; nil in the root.
  public var repetition: Repetition?
  /// The number of nodes directly below; nil or zero in leaves.
  public var childCount: Int?
  /// The old annotation.
  public var convertedType: ConvertedType?
  /// Digits after the point, with the old decimal annotation.
  public var scale: Int?
  /// Digits, with the old decimal annotation.
  public var precision: Int?
  /// The stable number of the field.
  public var fieldID: Int?
  /// The new annotation.
  public var logicalType: LogicalTypeAnnotation?

  /// A node with a name; everything else can be set afterwards.
  public init(
    name: String,
    type: StorageType? = nil,
    typeLength: Int? = nil,
    repetition: Repetition? = nil,
    childCount: Int? = nil,
    convertedType: ConvertedType? = nil,
    scale: Int? = nil,
    precision: Int? = nil,
    fieldID: Int? = nil,
    logicalType: LogicalTypeAnnotation? = nil
  ) {
    self.name = name
    self.type = type
    self.typeLength = typeLength
    self.repetition = repetition
    self.childCount = childCount
    self.convertedType = convertedType
    self.scale = scale
    self.precision = precision
    self.fieldID = fieldID
    self.logicalType = logicalType
  }

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    self.init(name: "")
    var hasName = false
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1:
        let code = try reader.readInt32(field)
        guard let known = StorageType(rawValue: code) else {
          throw .unsupported("a column has the unknown storage type \(code)")
        }
        type = known
      case 2: typeLength = try reader.readCount(field)
      case 3:
        let code = try reader.readInt32(field)
        guard let known = Repetition(rawValue: code) else {
          throw DecodingFailure("a column has the unknown repetition \(code)")
        }
        repetition = known
      case 4:
        name = try reader.readText(field)
        hasName = true
      case 5: childCount = try reader.readCount(field)
      case 6: convertedType = ConvertedType(rawValue: try reader.readInt32(field))
      case 7: scale = try reader.readInt(field)
      case 8: precision = try reader.readInt(field)
      case 9: fieldID = try reader.readInt(field)
      case 10:
        try reader.expectStruct(field)
        logicalType = try LogicalTypeAnnotation(from: &reader)
      default: try reader.skip(field)
      }
    }
    guard hasName else { throw DecodingFailure("a schema element has no name") }
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    if let type { writer.write(1, int32: Int(type.rawValue)) }
    if let typeLength { writer.write(2, int32: typeLength) }
    if let repetition { writer.write(3, int32: Int(repetition.rawValue)) }
    writer.write(4, text: name)
    if let childCount { writer.write(5, int32: childCount) }
    if let convertedType { writer.write(6, int32: Int(convertedType.rawValue)) }
    if let scale { writer.write(7, int32: scale) }
    if let precision { writer.write(8, int32: precision) }
    if let fieldID { writer.write(9, int32: fieldID) }
    if let logicalType { logicalType.write(10, to: &writer) }
    writer.endStruct()
  }
}
