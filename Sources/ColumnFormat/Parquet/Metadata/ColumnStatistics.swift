/// What a file says about the values of a column chunk or page; parquet.thrift, `Statistics`.
///
/// These are the raw bytes; ``ParquetFile/statistics(rowGroup:field:)`` turns them into bounds that
/// are safe to prune with.
public struct ColumnStatistics: Sendable, Hashable {
  /// The old upper bound, compared as signed bytes by some writers.
  public var oldMax: [UInt8]?
  /// The old lower bound.
  public var oldMin: [UInt8]?
  /// The number of nulls.
  public var nullCount: Int?
  /// The number of distinct values.
  public var distinctCount: Int?
  /// The upper bound in the order of the column's type.
  public var maxValue: [UInt8]?
  /// The lower bound in the order of the column's type.
  public var minValue: [UInt8]?
  /// Whether `maxValue` itself stands in the column; nil where the writer does not say.
  public var isMaxValueExact: Bool?
  /// Whether `minValue` itself stands in the column.
  public var isMinValueExact: Bool?
  /// The number of NaNs.
  public var nanCount: Int?

  /// Statistics that say nothing.
  public init() {}

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: oldMax = try reader.readBytes(field)
      case 2: oldMin = try reader.readBytes(field)
      case 3: nullCount = try reader.readInt(field)
      case 4: distinctCount = try reader.readInt(field)
      case 5: maxValue = try reader.readBytes(field)
      case 6: minValue = try reader.readBytes(field)
      case 7: isMaxValueExact = try reader.readBoolean(field)
      case 8: isMinValueExact = try reader.readBoolean(field)
      case 9: nanCount = try reader.readInt(field)
      default: try reader.skip(field)
      }
    }
  }

  /// Writes the struct as field `id` of the struct being written.
  package func write(_ id: Int, to writer: inout CompactWriter) {
    writer.beginStruct(id)
    if let oldMax { writer.write(1, bytes: oldMax) }
    if let oldMin { writer.write(2, bytes: oldMin) }
    if let nullCount { writer.write(3, int64: nullCount) }
    if let distinctCount { writer.write(4, int64: distinctCount) }
    if let maxValue { writer.write(5, bytes: maxValue) }
    if let minValue { writer.write(6, bytes: minValue) }
    if let isMaxValueExact { writer.write(7, boolean: isMaxValueExact) }
    if let isMinValueExact { writer.write(8, boolean: isMinValueExact) }
    if let nanCount { writer.write(9, int64: nanCount) }
    writer.endStruct()
  }
}
