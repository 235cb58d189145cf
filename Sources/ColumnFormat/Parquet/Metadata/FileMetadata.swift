/// What a file's footer says; parquet.thrift, `FileMetaData`.
public struct FileMetadata: Sendable, Hashable {
  /// The version of the format: 1 or 2.
  public var version: Int32 = 2
  /// The nodes of the schema, depth first; the first one is the root.
  public var schema: [SchemaElement] = []
  /// The number of rows.
  public var rowCount = 0
  /// The horizontal slices.
  public var rowGroups: [RowGroupMetadata] = []
  /// Pairs of free text.
  public var keyValueMetadata: [KeyValue] = []
  /// The program that wrote the file.
  public var createdBy: String?
  /// The order that the bounds of each leaf follow; empty in old files.
  public var columnOrders: [ColumnOrder] = []
  /// Whether columns are encrypted, which this reader refuses.
  public var isEncrypted = false

  /// Metadata of an empty file.
  public init() {}

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    var required = 0
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: version = try reader.readInt32(field)
      case 2:
        let count = try reader.readList(field, of: .structure)
        guard count <= Limits.schemaElementCountMax else {
          throw DecodingFailure("the schema has \(count) elements")
        }
        for _ in 0..<count { schema.append(try SchemaElement(from: &reader)) }
        required |= 1
      case 3:
        rowCount = try reader.readCount(field)
        required |= 2
      case 4:
        let count = try reader.readList(field, of: .structure)
        for _ in 0..<count { rowGroups.append(try RowGroupMetadata(from: &reader)) }
        required |= 4
      case 5: keyValueMetadata = try KeyValue.readList(field, from: &reader)
      case 6: createdBy = try reader.readText(field)
      case 7:
        let count = try reader.readList(field, of: .structure)
        for _ in 0..<count { columnOrders.append(try ColumnOrder(from: &reader)) }
      case 8:
        isEncrypted = true
        try reader.skip(field)
      default: try reader.skip(field)
      }
    }
    guard required == 7 else {
      throw DecodingFailure("the footer lacks schema, row count or row groups")
    }
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    writer.write(1, int32: Int(version))
    writer.beginList(2, of: .structure, count: schema.count)
    for element in schema { element.write(to: &writer) }
    writer.write(3, int64: rowCount)
    writer.beginList(4, of: .structure, count: rowGroups.count)
    for rowGroup in rowGroups { rowGroup.write(to: &writer) }
    if !keyValueMetadata.isEmpty { KeyValue.writeList(5, keyValueMetadata, to: &writer) }
    if let createdBy { writer.write(6, text: createdBy) }
    if !columnOrders.isEmpty {
      writer.beginList(7, of: .structure, count: columnOrders.count)
      for order in columnOrders { order.write(to: &writer) }
    }
    writer.endStruct()
  }
}

/// The order that a column's bounds follow; parquet.thrift, same name.
public enum ColumnOrder: Sendable, Hashable {
  /// The one that the format defines for the column's type.
  case typeDefined
  /// The total order of IEEE 754, where NaNs have their place.
  case ieee754Total
  /// Anything else, by its number in the format.
  case other(Int)

  /// Reads the union.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    self = .other(0)
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: self = .typeDefined
      case 2: self = .ieee754Total
      default: self = .other(field.id)
      }
      try reader.skip(field)
    }
  }

  /// Writes the union.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    switch self {
    case .typeDefined: writer.writeEmptyStruct(1)
    case .ieee754Total: writer.writeEmptyStruct(2)
    case .other(let number): writer.writeEmptyStruct(number)
    }
    writer.endStruct()
  }
}
