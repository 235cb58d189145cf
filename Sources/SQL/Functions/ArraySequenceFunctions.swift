import ColumnFormat

/// repeat, sequence, zip, ngrams and combinations.
enum ArraySequenceFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "repeat(T, bigint) -> array(T)",
      "A value so many times.",
      examples: ["repeat('a', 3)": "[a, a, a]"],
      nulls: .custom
    ) { a, n, _ in
      let counts = Operand<Int64>(a[1])
      return try ArrayFunctions.rows([a[1]], n, a[0].flattened()) { row, builder in
        let count = counts[row]
        guard count <= 10_000 else {
          throw SQLError(
            .invalidArgument,
            "count argument of repeat function must be less than or equal to 10000"
          )
        }
        guard count >= 0 else {
          throw SQLError(
            .invalidArgument,
            "count argument of repeat function must be greater than or equal to 0"
          )
        }
        for _ in 0..<count { builder.append(row) }
      }
    }
    sequences(&functions)
    zip(&functions)
    functions.scalar(
      "ngrams(array(T), bigint) -> array(array(T))",
      "All runs of n neighbours.",
      examples: ["ngrams(ARRAY[1, 2, 3], 2)": "[[1, 2], [2, 3]]"]
    ) { a, n, _ in try windows(a, n) }
    functions.scalar(
      "combinations(array(T), bigint) -> array(array(T))",
      "All choices of n elements, in their order; n is at most five.",
      examples: ["combinations(ARRAY[1, 2, 3], 2)": "[[1, 2], [1, 3], [2, 3]]"]
    ) { a, n, _ in try combinations(a, n) }
  }

  // MARK: Sequences

  private static func sequences(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "sequence(bigint, bigint) -> array(bigint)",
      "The numbers or days from one bound to the other, by a step.",
      examples: [
        "sequence(1, 4)": "[1, 2, 3, 4]", "sequence(5, 1, -2)": "[5, 3, 1]",
        "sequence(DATE '2026-01-30', DATE '2026-02-01')": "[2026-01-30, 2026-01-31, 2026-02-01]",
      ]
    ) { a, n, _ in try numbers(a, n) }
    functions.scalar("sequence(bigint, bigint, bigint) -> array(bigint)") { a, n, _ in
      try numbers(a, n)
    }
    functions.scalar("sequence(date, date) -> array(date)") { a, n, _ in
      try points(a, n, .date, nil)
    }
    for interval in ["interval day to second", "interval year to month"] {
      functions.make("sequence(date, date, \(interval)) -> array(date)") { match in
        { a, n, _ in try points(a, n, .date, match.argumentTypes[2]) }
      }
      functions.make(
        "sequence(timestamp, timestamp, \(interval)) -> array(timestamp)",
        result: { match in
          TypeCoercion.commonType(match.argumentTypes[0], match.argumentTypes[1]).map { .array($0) }
        }
      ) { match in
        guard match.argumentTypes[0] == match.argumentTypes[1] else { return nil }
        let type = match.argumentTypes[0]
        return { a, n, _ in try points(a, n, type, match.argumentTypes[2]) }
      }
    }
  }

  private static let countMax: Int64 = 10_000

  private static func tooLong() -> SQLError {
    SQLError(
      .invalidArgument,
      "result of sequence function must not have more than \(countMax) entries"
    )
  }

  private static func numbers(_ arguments: [Column], _ rowCount: Int) throws -> Column {
    let starts = Operand<Int64>(arguments[0])
    let stops = Operand<Int64>(arguments[1])
    let steps = arguments.count > 2 ? Operand<Int64>(arguments[2]) : nil
    let validity = Column.unitedValidity(arguments)
    var builder = ListBuilder<Int64>()
    for row in 0..<rowCount {
      if validity?.isValid(row) ?? true {
        let start = starts[row]
        let stop = stops[row]
        let step = steps.map { $0[row] } ?? (stop >= start ? 1 : -1)
        try check(step, start, stop)
        let (span, overflow) = stop.subtractingReportingOverflow(start)
        guard !overflow, step != .min, span.magnitude / step.magnitude < UInt64(countMax) else {
          throw tooLong()
        }
        for index in 0...Int64(span.magnitude / step.magnitude) {
          builder.append(start + index * step)
        }
      }
      builder.endRow()
    }
    return builder.finish(validity: validity)
  }

  private static func check(_ step: Int64, _ start: Int64, _ stop: Int64) throws {
    if step == 0 { throw SQLError(.invalidArgument, "step must not be zero") }
    if step > 0 && stop < start || step < 0 && stop > start {
      throw SQLError(
        .invalidArgument,
        "sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start"
      )
    }
  }

  private static func points(
    _ arguments: [Column],
    _ rowCount: Int,
    _ type: SQLType,
    _ interval: SQLType?
  ) throws -> Column {
    let starts = Operand<Int64>(try LocalTime.micros(arguments[0], type))
    let stops = Operand<Int64>(try LocalTime.micros(arguments[1], type))
    let steps = try interval.map { kind in
      Operand<Int64>(
        kind == .intervalYearToMonth
          ? NumberCasting.widened(arguments[2])
          : try Rowwise.map([arguments[2]], rowCount) { (millis: Int64) -> Int64? in
            millis &* 1_000
          }
      )
    }
    let isMonths = interval == .intervalYearToMonth
    let validity = Column.unitedValidity(arguments)
    var builder = ListBuilder<Int64>()
    for row in 0..<rowCount {
      if validity?.isValid(row) ?? true {
        let start = starts[row]
        let stop = stops[row]
        let step = steps.map { $0[row] } ?? (stop >= start ? 1 : -1) * LocalTime.microsPerDay
        try check(step, start, stop)
        var count: Int64 = 0
        var next = start
        while step > 0 ? next <= stop : next >= stop {
          count += 1
          if count > countMax { throw tooLong() }
          builder.append(next)
          next =
            isMonths
            ? try DateUnit.month.add(step * count, to: start)
            : try DateUnit.millisecond.add(step / 1_000 * count, to: start)
        }
      }
      builder.endRow()
    }
    let micros = builder.finish(validity: validity)
    guard case .list(let offsets, let elements) = micros.flatValues,
      let cast = Casting.cast(.timestamp(precision: 6), type)
    else { return micros }
    return Column(
      flat: .list(offsets: offsets, elements: try cast(elements, false)),
      count: rowCount,
      validity: micros.validity
    )
  }

  // MARK: Zipping

  private static func zip(_ functions: inout FunctionRegistry) {
    functions.custom(
      "zip",
      "Rows of the elements at each position; shorter arrays are filled with nulls.",
      signatures: ["zip(array(T), array(U)) -> array(row(T, U))"],
      examples: [
        "zip(ARRAY[1, 2], ARRAY['a'])":
          "[{field0=1, field1=a}, {field0=2, field1=null}]"
      ]
    ) { types in
      guard (2...5).contains(types.count) else { return nil }
      var fields: [SQLType.RowField] = []
      for type in types {
        guard case .array(let element) = type else { return nil }
        fields.append(SQLType.RowField(name: nil, type: element))
      }
      return ScalarFunction(
        name: "zip",
        argumentTypes: types,
        resultType: .array(.row(fields)),
        nulls: .propagates,
        isDeterministic: true,
        canFail: false,
        kernel: zipped
      )
    }
  }

  private static let zipped: ScalarFunction.Kernel = { a, n, _ in
    let lists = a.map { ListOperand($0) }
    let validity = Column.unitedValidity(a)
    let offsets = Buffer<UInt32>(count: n + 1)
    offsets.base[0] = 0
    var total = 0
    for row in 0..<n {
      if validity?.isValid(row) ?? true { total += lists.map { $0[row].count }.max() ?? 0 }
      offsets.base[row + 1] = UInt32(total)
    }
    let fields = lists.map { list -> Column in
      var places: [Int?] = []
      places.reserveCapacity(total)
      for row in 0..<n {
        let count = Int(offsets.base[row + 1] - offsets.base[row])
        let range = list[row]
        for index in 0..<count {
          places.append(index < range.count ? range.lowerBound + index : nil)
        }
      }
      return ArrayFunctions.pick(list.elements, total) { places[$0] }
    }
    return Column(
      flat: .list(offsets: offsets, elements: Column(flat: .row(fields), count: total)),
      count: n,
      validity: validity
    )
  }

  // MARK: Windows and choices

  /// Puts arrays of places into arrays.
  private static func nested(
    _ arguments: [Column],
    _ rowCount: Int,
    _ elements: Column,
    _ body: (Int, (inout ListIndexBuilder) -> Void, inout ListIndexBuilder) throws -> Void
  ) throws -> Column {
    let validity = Column.unitedValidity(arguments)
    var inner = ListIndexBuilder()
    let outer = Buffer<UInt32>(count: rowCount + 1)
    outer.base[0] = 0
    var count: UInt32 = 0
    for row in 0..<rowCount {
      if validity?.isValid(row) ?? true {
        try body(
          row,
          {
            $0.endRow()
            count += 1
          },
          &inner
        )
      }
      outer.base[row + 1] = count
    }
    return Column(
      flat: .list(offsets: outer, elements: inner.finish(elements, validity: nil)),
      count: rowCount,
      validity: validity
    )
  }

  private static func windows(_ arguments: [Column], _ rowCount: Int) throws -> Column {
    let lists = ListOperand(arguments[0])
    let sizes = Operand<Int64>(arguments[1])
    return try nested(arguments, rowCount, lists.elements) { row, end, builder in
      let range = lists[row]
      guard sizes[row] > 0 else { throw SQLError(.invalidArgument, "N must be positive") }
      // An array shorter than n is its own only run.
      let size = Int(min(sizes[row], Int64(max(range.count, 1))))
      guard !range.isEmpty else { return }
      for start in range.lowerBound...(range.upperBound - size) {
        builder.append(start..<(start + size))
        end(&builder)
      }
    }
  }

  private static func combinations(_ arguments: [Column], _ rowCount: Int) throws -> Column {
    let lists = ListOperand(arguments[0])
    let sizes = Operand<Int64>(arguments[1])
    return try nested(arguments, rowCount, lists.elements) { row, end, builder in
      let range = lists[row]
      guard (0...5).contains(sizes[row]) else {
        throw SQLError(.invalidArgument, "combination size must be between 0 and 5: \(sizes[row])")
      }
      let size = Int(sizes[row])
      guard size <= range.count else { return }
      var choice = Array(0..<size)
      var count = 0
      while true {
        count += 1
        if count > 100_000 {
          throw SQLError(.invalidArgument, "combinations exceed max size of 100000")
        }
        for index in choice { builder.append(range.lowerBound + index) }
        end(&builder)
        // The last index that can still move on does; those behind it follow.
        guard
          let moving = choice.indices.last(where: { choice[$0] < range.count - size + $0 })
        else { break }
        choice[moving] += 1
        for index in choice.indices where index > moving { choice[index] = choice[index - 1] + 1 }
      }
    }
  }
}
