import ColumnFormat
import RowFormat

/// By which time each row of a block is filed: its time field, else the time its envelope gives, else
/// the clock.
struct RecordTimes {
  var millis: Buffer<Int64>
  var untimedCount: Int

  /// The times of some rows.
  ///
  /// - Parameters:
  ///   - sources: Where to look for fields, one after the other; all of the same rows.
  ///   - settings: Which field it is, and the clock.
  ///   - format: How the records are written.
  init(_ sources: [DecodedBlock], settings: DeliverySettings, format: RecordFormat) {
    let count = sources.first?.batch.rowCount ?? 0
    var result = Buffer<Int64>(count: count)
    var isSet = [Bool](repeating: false, count: count)
    var untimed = count
    var found: [(column: Column, type: LogicalType)] = []
    if let field = settings.timeField,
      let column = sources.lazy.compactMap({ RecordField.find(field, $0) }).first
    {
      found.append(column)
    }
    // A stream record says itself when the change happened.
    if format == .dynamodb, let read = sources.last,
      let index = settings.changeColumns(of: read.schema).eventTime
    {
      found.append((read.batch.columns[index], read.schema.fields[index].type))
    }
    for (column, type) in found where untimed > 0 {
      guard let (values, validity) = EventTime.millis(of: column, type: type) else { continue }
      if untimed == count && validity == nil {
        result = values
        untimed = 0
        break
      }
      for row in 0..<count where !isSet[row] && validity?.isValid(row) ?? true {
        result.base[row] = values.base[row]
        isSet[row] = true
        untimed -= 1
      }
    }
    if untimed > 0 {
      let now = settings.nowMillis()
      for row in 0..<count where !isSet[row] { result.base[row] = now }
    }
    millis = result
    // Without a time field arrival is what was asked for.
    untimedCount = settings.timeField == nil ? 0 : untimed
  }
}
