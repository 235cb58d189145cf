import ColumnFormat

/// date_trunc, date_add and date_diff: times counted in units.
enum DateUnitFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    for type in DateTimeFunctions.pointTypes + ["time"] {
      functions.make(
        "date_trunc(varchar, \(type)) -> \(type)",
        "The start of the unit that the time lies in; weeks start on Monday.",
        examples: type == "date"
          ? ["date_trunc('month', DATE '2026-11-23')": "2026-11-01"]
          : [:],
        result: { $0.argumentTypes[1] }
      ) { match in
        let type = match.argumentTypes[1]
        return { a, n, _ in
          try withUnit(a[0], n, of: type) { unit, rows in
            let points = rows.map { a[1].taking($0) } ?? a[1]
            if type == .date { return try truncated(points, unit) }
            return try LocalTime.map(points, type) { unit.truncate($0) }
          }
        }
      }
      functions.make(
        "date_add(varchar, bigint, \(type)) -> \(type)",
        "The time a number of units later; a day that a month lacks becomes its last.",
        examples: type == "date"
          ? ["date_add('month', 1, DATE '2026-01-31')": "2026-02-28"]
          : [:],
        result: { $0.argumentTypes[2] },
        kernel: { match in { a, n, _ in try add(a, n, match.argumentTypes[2]) } }
      )
      functions.make(
        "date_diff(varchar, \(type), \(type)) -> bigint",
        "How many whole units lie between two times.",
        examples: type == "date"
          ? ["date_diff('day', DATE '2026-01-01', DATE '2026-03-01')": "59"]
          : [:]
      ) { match in
        guard let common = TypeCoercion.commonType(match.argumentTypes[1], match.argumentTypes[2])
        else { return nil }
        return { a, n, _ in try difference(a, n, match.argumentTypes, common) }
      }
    }
  }

  private static func truncated(_ dates: Column, _ unit: DateUnit) throws -> Column {
    try Rowwise.map([dates], dates.count) { (days: Int32) -> Int32? in
      guard let start = Int32(exactly: unit.truncate(days: Int(days))) else {
        throw SQLError(.numericOutOfRange, "date out of range")
      }
      return start
    }
  }

  /// Calls `body` for the unit that the first argument names; where units differ from row to row,
  /// once for each row.
  private static func withUnit(
    _ names: Column,
    _ rowCount: Int,
    of type: SQLType,
    _ body: (DateUnit, Buffer<UInt32>?) throws -> Column
  ) throws -> Column {
    func unit(_ name: Bytes) throws -> DateUnit {
      let unit = try DateUnit(named: name)
      if unit.isPartOfDay ? type == .date : type.isTime {
        let kind = type == .date ? "DATE" : "TIME"
        throw SQLError(.invalidArgument, "'\(name.text)' is not a valid \(kind) field")
      }
      return unit
    }
    let operand = Operand<ByteView>(names)
    if operand.isConstant {
      return try body(unit(operand.buffer.base.bytes), nil)
    }
    if rowCount == 0 { return try body(.day, nil) }
    var pieces: [Column] = []
    for row in 0..<rowCount {
      let isValid = operand.validity?.isValid(row) ?? true
      let own = isValid ? try unit((operand.buffer.base + row).bytes) : .day
      pieces.append(try body(own, Buffer([UInt32(row)])))
    }
    return Column.concatenate(pieces).withValidity(operand.validity)
  }

  private static func add(_ arguments: [Column], _ rowCount: Int, _ type: SQLType) throws -> Column
  {
    try withUnit(arguments[0], rowCount, of: type) { unit, rows in
      let amounts = rows.map { arguments[1].taking($0) } ?? arguments[1]
      let counts = Operand<Int64>(amounts)
      let points = (rows.map { arguments[2].taking($0) } ?? arguments[2]).flattened()
      let validity = Validity.intersection(counts.validity, points.validity)
      // Rows pass in order, so the count of each is the next one.
      let valid = points.withValidity(validity)
      if case .timestampWithTimeZone = type, unit.isPartOfDay {
        // Hours pass whatever a clock that is put forward or back shows.
        return try Rowwise.map([amounts, valid], valid.count) {
          (count: Int64, packed: Int128) -> Int128? in
          let zoned = ZonedTimestamp(packed)
          return ZonedTimestamp(micros: try unit.add(count, to: zoned.micros), zone: zoned.zone)
            .packed
        }
      }
      var row = -1
      return try LocalTime.map(valid, type) { micros in
        row += 1
        while let validity, !validity.isValid(row) { row += 1 }
        if case .time = type {
          let moved = try unit.add(counts[row], to: micros)
          return Int64(CivilDate.floorMod(Int(moved), Int(LocalTime.microsPerDay)))
        }
        return try unit.add(counts[row], to: micros)
      }
    }
  }

  private static func difference(
    _ arguments: [Column],
    _ rowCount: Int,
    _ types: [SQLType],
    _ common: SQLType
  ) throws -> Column {
    try withUnit(arguments[0], rowCount, of: common) { unit, rows in
      var starts = rows.map { arguments[1].taking($0) } ?? arguments[1]
      var ends = rows.map { arguments[2].taking($0) } ?? arguments[2]
      let count = rows?.count ?? rowCount
      let isInstant = if case .timestampWithTimeZone = common { true } else { false }
      if isInstant, let fixed = unit.micros, unit != .day, unit != .week {
        return try Rowwise.map([starts, ends], count) { (x: Int128, y: Int128) -> Int64? in
          Int64(truncatingIfNeeded: (y >> 16) - (x >> 16)) / fixed
        }
      }
      if case .timestampWithTimeZone(let precision) = common {
        return try Rowwise.map([starts, ends], count) { (x: Int128, y: Int128) -> Int64? in
          let start = ZonedTimestamp(x)
          let end = ZonedTimestamp(y)
          // The first one's clock counts; beyond milliseconds it is UTC's, in Trino too.
          let zone = precision > 3 ? .utc : start.zone
          return unit.difference(
            ZonedTimestamp(micros: start.micros, zone: zone).localMicros,
            ZonedTimestamp(micros: end.micros, zone: zone).localMicros
          )
        }
      }
      starts = try LocalTime.micros(starts, types[1])
      ends = try LocalTime.micros(ends, types[2])
      return try Rowwise.map([starts, ends], count) { (x: Int64, y: Int64) -> Int64? in
        unit.difference(x, y)
      }
    }
  }
}

extension SQLType {
  /// Whether this is a time of day.
  fileprivate var isTime: Bool { if case .time = self { true } else { false } }
}
