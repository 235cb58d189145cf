import ColumnFormat
import RowFormat

/// Finds fields of records in their columns.
enum RecordField {
  /// The column of a field; members of nested objects follow a dot.
  ///
  /// A row of it is null where any of the objects around it is.
  static func find(_ path: String, _ decoded: DecodedBlock) -> (column: Column, type: LogicalType)?
  {
    if let index = decoded.schema.index(of: path) {
      return (decoded.batch.columns[index], decoded.schema.fields[index].type)
    }
    var parts = path.split(separator: ".").map(String.init)
    guard parts.count > 1, let first = decoded.schema.index(of: parts.removeFirst()) else {
      return nil
    }
    var column = decoded.batch.columns[first].flattened()
    var type = decoded.schema.fields[first].type
    for part in parts {
      guard case .row(let fields) = type, let index = Schema(fields).index(of: part),
        case .row(let columns) = column.flatValues
      else { return nil }
      let member = columns[index].flattened()
      column = Column(
        flat: member.flatValues,
        count: member.count,
        validity: Validity.intersection(column.validity, member.validity)
      )
      type = fields[index].type
    }
    return (column, type)
  }
}
