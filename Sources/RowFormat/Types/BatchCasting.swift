public import ColumnFormat

/// Why a value cannot be brought to a column's type.
public struct CastingFailure: Error, Sendable, Equatable {
  /// The column, with its parents.
  public var column: String
  /// What it has.
  public var from: LogicalType
  /// What it should have.
  public var to: LogicalType
  /// The first row whose value does not fit; nil where the types have no conversion at all.
  public var row: Int?
}

/// Brings rows to wider types without changing what they say.
///
/// Numbers go to wider numbers and rescaled decimals, dates to timestamps, timestamps to finer units,
/// anything to text; structs, lists and maps field by field. A narrowing is refused, and a value that
/// would lose digits is a failure, except from exact to floating numbers, which round.
public enum BatchCasting {
  /// The rows of a batch in the columns of another schema: by name without case, null where a column
  /// is missing.
  public static func cast(_ batch: Batch, from: Schema, to: Schema) throws(CastingFailure) -> Batch
  {
    var positions: [String: Int] = [:]
    for (index, field) in from.fields.enumerated() {
      positions[field.name.lowercased()] = positions[field.name.lowercased()] ?? index
    }
    var columns: [Column] = []
    for field in to.fields {
      guard let position = positions[field.name.lowercased()] else {
        columns.append(.nulls(field.type, count: batch.rowCount))
        continue
      }
      columns.append(
        try cast(
          batch.columns[position],
          from: from.fields[position].type,
          to: field.type,
          column: field.name
        )
      )
    }
    return Batch(columns: columns, rowCount: batch.rowCount)
  }

  /// One column in another type; `name` is for the failure.
  public static func cast(
    _ column: Column,
    from: LogicalType,
    to: LogicalType,
    column name: String
  ) throws(CastingFailure) -> Column {
    if sameValues(from, to) { return column }
    if from == .unknown || column.nullCount == column.count {
      return .nulls(to, count: column.count)
    }
    switch (column.form, isNested(from)) {
    case (.constant(let values, false), false):
      let one = try cast(Column(flat: values, count: 1), from: from, to: to, column: name)
      return Column(.constant(one.flatValues, isNull: false), count: column.count)
    case (.dictionary(let codes, let dictionary), false):
      let entries = Column(flat: dictionary.values, count: dictionary.count)
      let cast = try cast(entries, from: from, to: to, column: name)
      return Column(
        .dictionary(
          codes: codes,
          ColumnDictionary(values: cast.flatValues, count: dictionary.count)
        ),
        count: column.count,
        validity: column.validity
      )
    default:
      let flat = column.flattened()
      let values = try castFlat(flat, from: from, to: to, column: name)
      return Column(flat: values, count: flat.count, validity: flat.validity)
    }
  }

  private static func isNested(_ type: LogicalType) -> Bool {
    switch type {
    case .list, .map, .row: true
    default: false
    }
  }

  /// Whether values of one type are values of the other as they lie in memory.
  private static func sameValues(_ from: LogicalType, _ to: LogicalType) -> Bool {
    switch (from, to) {
    case (.timestamp(let left, _), .timestamp(let right, _)): left == right
    case (.string, .json), (.json, .string), (.string, .binary), (.json, .binary): true
    case (.decimal(let left, let leftScale), .decimal(let right, let rightScale)):
      leftScale == rightScale && left <= right && (left <= 18) == (right <= 18)
    case (.list(let left), .list(let right)): sameValues(left.type, right.type)
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      sameValues(leftKey.type, rightKey.type) && sameValues(leftValue.type, rightValue.type)
    case (.row(let left), .row(let right)):
      left.count == right.count
        && zip(left, right).allSatisfy {
          $0.name.lowercased() == $1.name.lowercased() && sameValues($0.type, $1.type)
        }
    default: from == to
    }
  }

  private static func castFlat(
    _ column: Column,
    from: LogicalType,
    to: LogicalType,
    column name: String
  ) throws(CastingFailure) -> Values {
    switch (from, to) {
    case (.list(let left), .list(let right)):
      guard case .list(let offsets, let elements) = column.flatValues else { break }
      let cast = try cast(
        elements,
        from: left.type,
        to: right.type,
        column: name + "." + right.name
      )
      return .list(offsets: offsets, elements: cast)
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      guard case .list(let offsets, let elements) = column.flatValues else { break }
      let cast = try cast(
        elements,
        from: .row([leftKey, leftValue]),
        // Keys and values are told by place, for files name them as they like.
        to: .row([Field(leftKey.name, rightKey.type), Field(leftValue.name, rightValue.type)]),
        column: name
      )
      return .list(offsets: offsets, elements: cast)
    case (.row(let left), .row(let right)):
      guard case .row(let columns) = column.flatValues else { break }
      let rows = try castRows(
        Batch(columns: columns, rowCount: column.count),
        left,
        right,
        column: name
      )
      return .row(rows)
    case (_, .string), (_, .json):
      return textOf(column, from)
    case (.date, .timestamp(let unit, _)):
      guard case .int32(let days) = column.flatValues else { break }
      let perDay = unit.perSecond * 86_400
      let values = Buffer<Int64>(count: column.count)
      for row in 0..<column.count {
        let (product, overflow) = Int64(days.base[row]).multipliedReportingOverflow(by: perDay)
        if overflow && column.isValid(row) { throw failure(name, from, to, row) }
        values.base[row] = product
      }
      return .int64(values)
    case (.timestamp(let left, _), .timestamp(let right, _)), (.time(let left), .time(let right)):
      guard left.digits <= right.digits, case .int64(let source) = column.flatValues else { break }
      let factor = right.perSecond / left.perSecond
      let values = Buffer<Int64>(count: column.count)
      for row in 0..<column.count {
        let (product, overflow) = source.base[row].multipliedReportingOverflow(by: factor)
        if overflow && column.isValid(row) { throw failure(name, from, to, row) }
        values.base[row] = product
      }
      return .int64(values)
    default:
      return try NumberCasting.cast(column, from: from, to: to, column: name)
    }
    throw CastingFailure(column: name, from: from, to: to, row: nil)
  }

  private static func castRows(
    _ batch: Batch,
    _ from: [Field],
    _ to: [Field],
    column name: String
  ) throws(CastingFailure) -> [Column] {
    do throws(CastingFailure) {
      return try cast(batch, from: Schema(from), to: Schema(to)).columns
    } catch {
      var placed = error
      placed.column = name + "." + error.column
      throw placed
    }
  }

  private static func failure(
    _ column: String,
    _ from: LogicalType,
    _ to: LogicalType,
    _ row: Int
  ) -> CastingFailure { CastingFailure(column: column, from: from, to: to, row: row) }

  /// Every value as the text that a record would have had.
  private static func textOf(_ column: Column, _ type: LogicalType) -> Values {
    let arena = ByteArena()
    let views = Buffer<ByteView>(repeating: ByteView(), count: column.count)
    var text: [UInt8] = []
    for row in 0..<column.count where column.isValid(row) {
      text.removeAll(keepingCapacity: true)
      ValueWords.append(column.scalar(at: row), type, quoted: false, to: &text)
      views.base[row] = text.withUnsafeBytes { arena.copy($0) }
    }
    return .bytes(views, heap: ByteHeap([arena]))
  }
}
