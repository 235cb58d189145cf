import ColumnFormat

/// Arrays: making them, their elements and their order.
enum ArrayFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    constructors(&functions)
    access(&functions)
    ArraySearchFunctions.register(&functions)
    ordering(&functions)
    ArrayMatchingFunctions.register(&functions)
    ArraySetFunctions.register(&functions)
    ArraySequenceFunctions.register(&functions)
  }

  // MARK: Constructors

  private static func constructors(_ functions: inout FunctionRegistry) {
    functions.custom(
      "$array",
      "An array of the arguments.",
      kind: .operator,
      signatures: ["$array(T...) -> array(T)"]
    ) { types in
      var common = SQLType.unknown
      for type in types {
        guard let next = TypeCoercion.commonType(common, type) else { return nil }
        common = next
      }
      let element = common
      return ScalarFunction(
        name: "$array",
        argumentTypes: types.map { _ in element },
        resultType: .array(element),
        nulls: .custom,
        isDeterministic: true,
        canFail: false,
        kernel: { a, n, _ in array(a, n, element) }
      )
    }
    functions.custom(
      "$row",
      "A row of the arguments.",
      kind: .operator,
      signatures: ["$row(T...) -> row"]
    ) { types in
      ScalarFunction(
        name: "$row",
        argumentTypes: types,
        resultType: .row(types.map { SQLType.RowField(name: nil, type: $0) }),
        nulls: .custom,
        isDeterministic: true,
        canFail: false,
        kernel: { a, n, _ in Column(flat: .row(a.map { $0.flattened() }), count: n) }
      )
    }
  }

  private static func array(_ arguments: [Column], _ rowCount: Int, _ element: SQLType) -> Column {
    let width = arguments.count
    let offsets = Buffer<UInt32>(count: rowCount + 1)
    for row in 0...rowCount { offsets.base[row] = UInt32(truncatingIfNeeded: row * width) }
    guard width > 0 else {
      let empty = Column(scalars: [], type: element)
      return Column(flat: .list(offsets: offsets, elements: empty), count: rowCount)
    }
    let all = Column.concatenate(arguments.map { $0.flattened() })
    let rows = Buffer<UInt32>(count: rowCount * width)
    for row in 0..<rowCount {
      for index in 0..<width {
        rows.base[row * width + index] = UInt32(truncatingIfNeeded: index * rowCount + row)
      }
    }
    return Column(flat: .list(offsets: offsets, elements: all.taking(rows)), count: rowCount)
  }

  // MARK: Access

  private static func access(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "cardinality(array(T)) -> bigint",
      "The number of elements, or of pairs.",
      examples: ["cardinality(ARRAY[1, 2])": "2"],
      canFail: false,
      kernel: cardinality
    )
    functions.scalar(
      "cardinality(map(K, V)) -> bigint",
      canFail: false,
      kernel: cardinality
    )
    functions.scalar(
      "$subscript(array(T), bigint) -> T",
      "The element at a position from one; outside of the array an error."
    ) { a, n, _ in
      try element(a, n) { index, count in
        if index == 0 { throw SQLError(.invalidArgument, "SQL array indices start at 1") }
        if index < 0 { throw SQLError(.invalidArgument, "Array subscript is negative: \(index)") }
        if index > count {
          throw SQLError(
            .invalidArgument,
            "Array subscript must be less than or equal to array length: \(index) > \(count)",
            help: "element_at(array, index) gives null there"
          )
        }
        return Int(index) - 1
      }
    }
    functions.scalar(
      "element_at(array(T), bigint) -> T",
      "The element at a position, a negative one from the end, or the value of a key; else null.",
      examples: ["element_at(ARRAY[1, 2], -1)": "2", "element_at(ARRAY[1, 2], 5)": "NULL"]
    ) { a, n, _ in
      try element(a, n) { index, count in
        if index == 0 { throw SQLError(.invalidArgument, "SQL array indices start at 1") }
        let place = index > 0 ? index - 1 : count + index
        return place >= 0 && place < count ? Int(place) : nil
      }
    }
    functions.scalar(
      "array_first(array(T)) -> T",
      "The first element, or null.",
      examples: ["array_first(ARRAY[1, 2])": "1"],
      canFail: false
    ) { a, n, _ in
      edge(a[0], n, isFirst: true)
    }
    functions.scalar(
      "array_last(array(T)) -> T",
      "The last element, or null.",
      examples: ["array_last(ARRAY[1, 2])": "2"],
      canFail: false
    ) { a, n, _ in
      edge(a[0], n, isFirst: false)
    }
    functions.scalar(
      "slice(array(T), bigint, bigint) -> array(T)",
      "So many elements from a position on; a negative one counts from the end.",
      examples: ["slice(ARRAY[1, 2, 3], 2, 2)": "[2, 3]"]
    ) { a, n, _ in
      let lists = ListOperand(a[0])
      let starts = Operand<Int64>(a[1])
      let lengths = Operand<Int64>(a[2])
      return try rows(a, n, lists.elements) { row, builder in
        let range = lists[row]
        let start = starts[row]
        let length = lengths[row]
        if length < 0 {
          throw SQLError(.invalidArgument, "length must be greater than or equal to 0")
        }
        if start == 0 { throw SQLError(.invalidArgument, "SQL array indices start at 1") }
        let first = start > 0 ? start - 1 : Int64(range.count) + start
        guard first >= 0, first < Int64(range.count) else { return }
        let taken = min(length, Int64(range.count) - first)
        let lower = range.lowerBound + Int(first)
        builder.append(lower..<(lower + Int(taken)))
      }
    }
    functions.scalar(
      "trim_array(array(T), bigint) -> array(T)",
      "The array without so many elements at its end.",
      examples: ["trim_array(ARRAY[1, 2, 3], 2)": "[1]"]
    ) { a, n, _ in
      let lists = ListOperand(a[0])
      let sizes = Operand<Int64>(a[1])
      return try rows(a, n, lists.elements) { row, builder in
        let range = lists[row]
        guard sizes[row] >= 0, sizes[row] <= Int64(range.count) else {
          throw SQLError(
            .invalidArgument,
            "size must not exceed array cardinality \(range.count): \(sizes[row])"
          )
        }
        builder.append(range.lowerBound..<(range.upperBound - Int(sizes[row])))
      }
    }
  }

  /// Builds an array for each row whose arguments are not null.
  static func rows(
    _ arguments: [Column],
    _ rowCount: Int,
    _ elements: Column,
    _ body: (Int, inout ListIndexBuilder) throws -> Void
  ) throws -> Column {
    let validity = Column.unitedValidity(arguments)
    var builder = ListIndexBuilder()
    for row in 0..<rowCount {
      if validity?.isValid(row) ?? true { try body(row, &builder) }
      builder.endRow()
    }
    return builder.finish(elements, validity: validity)
  }

  private static let cardinality: ScalarFunction.Kernel = { a, n, _ in
    let lists = ListOperand(a[0])
    let result = Buffer<Int64>(count: n)
    for row in 0..<n { result.base[row] = Int64(lists[row].count) }
    return Column(result, validity: lists.validity)
  }

  /// The elements at places that `place` names; nil is null.
  private static func element(
    _ arguments: [Column],
    _ rowCount: Int,
    _ place: (_ index: Int64, _ count: Int64) throws -> Int?
  ) throws -> Column {
    let lists = ListOperand(arguments[0])
    let indices = Operand<Int64>(arguments[1])
    let validity = Column.unitedValidity(arguments)
    return try pick(lists.elements, rowCount) { row in
      guard validity?.isValid(row) ?? true else { return nil }
      let range = lists[row]
      return try place(indices[row], Int64(range.count)).map { range.lowerBound + $0 }
    }
  }

  private static func edge(_ column: Column, _ rowCount: Int, isFirst: Bool) -> Column {
    let lists = ListOperand(column)
    return pick(lists.elements, rowCount) { row in
      guard lists.isValid(row), !lists[row].isEmpty else { return nil }
      return isFirst ? lists[row].lowerBound : lists[row].upperBound - 1
    }
  }

  /// The rows of a column that `place` names; nil is null.
  static func pick(_ values: Column, _ rowCount: Int, _ place: (Int) throws -> Int?) rethrows
    -> Column
  {
    let rows = Buffer<UInt32>(repeating: 0, count: rowCount)
    let known = Buffer<UInt8>(repeating: 0, count: rowCount)
    var isAny = false
    for row in 0..<rowCount {
      if let found = try place(row) {
        rows.base[row] = UInt32(truncatingIfNeeded: found)
        known.base[row] = 1
        isAny = true
      }
    }
    // Without any value there may be no row zero to stand behind the nulls.
    guard isAny else {
      let empty = values.count > 0 ? values.taking(rows) : nil
      guard let empty else {
        let null = Column(flat: values.flatValues.slice(0..<0), count: 0)
        return ArrayFunctions.nulls(like: null, count: rowCount)
      }
      return empty.withValidity(.allNull(count: rowCount))
    }
    let taken = values.taking(rows)
    return taken.withValidity(
      Validity.intersection(taken.rowValidity, Validity.fromBytes(known.base, count: rowCount))
    )
  }

  /// Nulls with the nested columns of an empty column.
  static func nulls(like empty: Column, count: Int) -> Column {
    Column(
      flat: zeros(like: empty.flatValues, count: count),
      count: count,
      validity: .allNull(count: count)
    )
  }

  private static func zeros(like values: Values, count: Int) -> Values {
    switch values {
    case .list(_, let elements):
      return .list(offsets: Buffer(repeating: 0, count: count + 1), elements: elements.slice(0..<0))
    case .row(let fields):
      return .row(fields.map { nulls(like: $0.slice(0..<0), count: count) })
    default: return .zeros(values.physicalType, count: count)
    }
  }

  // MARK: Ordering

  private static func ordering(_ functions: inout FunctionRegistry) {
    functions.make(
      "array_sort(array(T)) -> array(T)",
      "The elements in ascending order, nulls last, or as a lambda orders them.",
      examples: [
        "array_sort(ARRAY[3, NULL, 1])": "[1, 3, null]",
        "array_sort(ARRAY[1, 2, 3], (x, y) -> if(x < y, 1, if(x = y, 0, -1)))": "[3, 2, 1]",
      ],
      canFail: false
    ) { match in
      guard case .array(let element) = match.argumentTypes[0], element.isOrderable else {
        return nil
      }
      return { a, n, _ in
        let lists = ListOperand(a[0])
        return try rows(a, n, lists.elements) { row, builder in
          let order = lists[row].sorted {
            let order = ColumnComparison.compare(
              lists.elements,
              $0,
              lists.elements,
              $1,
              element
            )
            return order < 0 || (order == 0 && $0 < $1)
          }
          for place in order { builder.append(place) }
        }
      }
    }
    for isMax in [true, false] {
      functions.make(
        "array_\(isMax ? "max" : "min")(array(T)) -> T",
        isMax
          ? "The greatest element; null if one is null."
          : "The least element; null if one is null.",
        examples: isMax
          ? ["array_max(ARRAY[1, 3, 2])": "3"] : ["array_min(ARRAY[1, NULL])": "NULL"],
        canFail: false
      ) { match in
        let type = match.resultType
        guard type.isOrderable else { return nil }
        return { a, n, _ in
          let lists = ListOperand(a[0])
          return pick(lists.elements, n) { row in
            guard lists.isValid(row) else { return nil }
            var best: Int?
            for place in lists[row] {
              guard lists.elements.isValid(place) else { return nil }
              guard let current = best else {
                best = place
                continue
              }
              let order = ColumnComparison.compare(
                lists.elements,
                place,
                lists.elements,
                current,
                type
              )
              // NaN is the greatest or least element only where there is nothing else.
              if lists.elements.isNaN(at: current) {
                best = place
              } else if isMax ? order > 0 && !lists.elements.isNaN(at: place) : order < 0 {
                best = place
              }
            }
            return best
          }
        }
      }
    }
    functions.scalar("reverse(array(T)) -> array(T)", canFail: false) { a, n, _ in
      let lists = ListOperand(a[0])
      return try rows(a, n, lists.elements) { row, builder in
        for place in lists[row].reversed() { builder.append(place) }
      }
    }
    functions.scalar(
      "shuffle(array(T)) -> array(T)",
      "The elements in a random order.",
      examples: ["array_sort(shuffle(ARRAY[2, 1, 3]))": "[1, 2, 3]"],
      canFail: false,
      isDeterministic: false
    ) { a, n, _ in
      let lists = ListOperand(a[0])
      var random = RandomNumbers()
      return try rows(a, n, lists.elements) { row, builder in
        for place in lists[row].shuffled(using: &random) { builder.append(place) }
      }
    }
  }
}
