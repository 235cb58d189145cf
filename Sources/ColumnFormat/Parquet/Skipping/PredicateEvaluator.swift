/// Finds the rows of batches that pass a predicate.
///
/// Columns are asked for in the order of the conditions, and no more of them than it takes: once no
/// row is left, the rest is not loaded.
final class PredicateEvaluator {
  private let predicate: BoundPredicate
  /// The outcome for the entries of the dictionary that each condition met last.
  private var entries: [Int: (dictionary: ColumnDictionary, flags: Buffer<UInt8>)] = [:]

  /// The positions of the fields that the predicate may ask for.
  let fields: [Int]

  init(_ predicate: BoundPredicate) {
    self.predicate = predicate
    fields = predicate.fields
  }

  /// The rows that pass, in ascending order.
  func select(rowCount: Int, _ load: (Int) throws(ColumnFormatError) -> Column)
    throws(ColumnFormatError) -> Selection
  {
    let flags = try flags(predicate, rowCount, load)
    return withExtendedLifetime(flags) {
      Selection(whereTrue: UnsafePointer(flags.base), validity: nil, count: rowCount)
    }
  }

  private func flags(
    _ predicate: BoundPredicate,
    _ rowCount: Int,
    _ load: (Int) throws(ColumnFormatError) -> Column
  ) throws(ColumnFormatError) -> Buffer<UInt8> {
    switch predicate {
    case .condition(let condition): return flags(condition, try load(condition.column.path.field))
    case .and(let parts):
      guard let first = parts.first else { return Buffer(repeating: 1, count: rowCount) }
      let all = try flags(first, rowCount, load)
      for part in parts.dropFirst() {
        if !isAny(all, rowCount) { return all }
        let other = try flags(part, rowCount, load)
        for row in 0..<rowCount { all.base[row] &= other.base[row] }
      }
      return all
    case .or(let parts):
      let any = Buffer<UInt8>(repeating: 0, count: rowCount)
      for part in parts {
        let other = try flags(part, rowCount, load)
        for row in 0..<rowCount { any.base[row] |= other.base[row] }
      }
      return any
    }
  }

  private func isAny(_ flags: Buffer<UInt8>, _ count: Int) -> Bool {
    var any: UInt8 = 0
    for row in 0..<count { any |= flags.base[row] }
    return any != 0
  }

  private func flags(_ condition: BoundPredicate.Condition, _ field: Column) -> Buffer<UInt8> {
    var column = field
    var parents: [Column] = []
    for member in condition.column.path.members {
      parents.append(column)
      guard case .row(let fields) = column.flatValues else {
        preconditionFailure("a path leads through a column that is no row")
      }
      column = fields[member]
    }
    let result: Buffer<UInt8>
    switch (column.form, condition.test) {
    case (.dictionary(let codes, let dictionary), .compare),
      (.dictionary(let codes, let dictionary), .among):
      result = ValueTesting.map(codes, entryFlags(dictionary, condition), column)
    default: result = ValueTesting.flags(column, condition.test)
    }
    // A member of a row that is null is null itself.
    for parent in parents {
      guard let validity = parent.rowValidity else { continue }
      var filler: UInt8 = 0
      if case .isNull = condition.test { filler = 1 }
      for row in 0..<parent.count where !validity.isValid(row) { result.base[row] = filler }
    }
    return result
  }

  private func entryFlags(_ dictionary: ColumnDictionary, _ condition: BoundPredicate.Condition)
    -> Buffer<UInt8>
  {
    if let known = entries[condition.number], known.dictionary === dictionary {
      return known.flags
    }
    let flags = ValueTesting.entryFlags(dictionary, condition.test)
    entries[condition.number] = (dictionary, flags)
    return flags
  }
}
