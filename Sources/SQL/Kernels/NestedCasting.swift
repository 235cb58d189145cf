import ColumnFormat

/// Casts of arrays, maps and rows, value by value.
///
/// With `isTry` a value that holds something that cannot be converted is null as a whole.
enum NestedCasting {
  static func array(_ element: SQLType, _ to: SQLType) -> Casting.Cast? {
    guard case .array(let target) = to, let convert = Casting.cast(element, target) else {
      return nil
    }
    return { column, isTry in
      guard case .list(let offsets, let elements) = column.flatValues else { return column }
      let converted = try convert(elements, isTry)
      let kept = isTry ? lists(offsets, keptWhere: failures(elements, converted)) : nil
      return Column(
        flat: .list(offsets: offsets, elements: converted),
        count: column.count,
        validity: Validity.intersection(column.rowValidity, kept)
      )
    }
  }

  static func map(_ key: SQLType, _ value: SQLType, _ to: SQLType) -> Casting.Cast? {
    guard case .map(let targetKey, let targetValue) = to,
      let keys = Casting.cast(key, targetKey), let values = Casting.cast(value, targetValue)
    else { return nil }
    return { column, isTry in
      guard case .list(let offsets, let entries) = column.flatValues,
        case .row(let fields) = entries.flatValues
      else { return column }
      let converted = [try keys(fields[0], isTry), try values(fields[1], isTry)]
      let result = Column(
        flat: .list(
          offsets: offsets,
          elements: Column(flat: .row(converted.map { $0.flattened() }), count: entries.count)
        ),
        count: column.count,
        validity: column.rowValidity
      )
      var kept: Validity?
      if isTry {
        for (before, after) in zip(fields, converted) {
          kept = Validity.intersection(kept, lists(offsets, keptWhere: failures(before, after)))
        }
      }
      let whole = result.withValidity(Validity.intersection(column.rowValidity, kept))
      return try withoutRepeatedKeys(whole, to, isTry)
    }
  }

  /// Different keys may become the same, which is no map.
  private static func withoutRepeatedKeys(_ maps: Column, _ type: SQLType, _ isTry: Bool) throws
    -> Column
  {
    guard let first = repeatedKey(maps, type) else { return maps }
    if !isTry { throw SQLError(.invalidCast, "duplicate keys") }
    let kept = Buffer<UInt8>(repeating: 1, count: maps.count)
    var row: Int? = first
    while let bad = row {
      kept.base[bad] = 0
      row = repeatedKey(maps, type, from: bad + 1)
    }
    return maps.withValidity(
      Validity.intersection(
        maps.rowValidity,
        Validity.fromBytes(kept.base, count: maps.count)
      )
    )
  }

  /// The first row from `start` on whose map has a key twice.
  static func repeatedKey(_ maps: Column, _ type: SQLType, from start: Int = 0) -> Int? {
    guard case .map(let key, _) = type, case .list(let offsets, let entries) = maps.flatValues,
      case .row(let fields) = entries.flatValues
    else { return nil }
    var set = ElementSet(fields[0].flattened(), key)
    for row in start..<max(maps.count, start) where maps.isValid(row) {
      set.removeAll()
      for place in Int(offsets.base[row])..<Int(offsets.base[row + 1])
      where !set.insert(place) { return row }
    }
    return nil
  }

  static func row(_ fields: [SQLType.RowField], _ to: SQLType) -> Casting.Cast? {
    guard case .row(let targets) = to, targets.count == fields.count else { return nil }
    var casts: [Casting.Cast] = []
    for (field, target) in zip(fields, targets) {
      guard let convert = Casting.cast(field.type, target.type) else { return nil }
      casts.append(convert)
    }
    let all = casts
    return { column, isTry in
      let flat = column.flattened()
      guard case .row(let columns) = flat.flatValues else { return column }
      var kept = flat.validity
      // A value behind a null row must not fail.
      let converted = try columns.enumerated().map { index, field in
        let own = field.withValidity(Validity.intersection(field.rowValidity, flat.validity))
        let result = try all[index](own, isTry)
        if isTry, let failed = failures(own, result) {
          kept = Validity.intersection(kept, Validity.of(count: column.count) { !failed[$0] })
        }
        return result
      }
      return Column(flat: .row(converted), count: column.count, validity: kept)
    }
  }

  /// Which values could not be converted; nil where all could.
  private static func failures(_ before: Column, _ after: Column) -> [Bool]? {
    guard let validity = after.rowValidity else { return nil }
    var hasFailed = false
    let failed = (0..<after.count).map { place in
      let isNew = !validity.isValid(place) && before.isValid(place)
      if isNew { hasFailed = true }
      return isNew
    }
    return hasFailed ? failed : nil
  }

  /// The lists without a failed element.
  private static func lists(_ offsets: Buffer<UInt32>, keptWhere failed: [Bool]?) -> Validity? {
    guard let failed else { return nil }
    return Validity.of(count: offsets.count - 1) { row in
      !failed[Int(offsets.base[row])..<Int(offsets.base[row + 1])].contains(true)
    }
  }
}
