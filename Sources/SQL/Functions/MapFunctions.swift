import ColumnFormat

/// Maps: making them, keys, values and lookups.
enum MapFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    constructors(&functions)
    access(&functions)
    splitting(&functions)
  }

  /// A column of maps from keys and values that lie side by side.
  static func maps(
    offsets: Buffer<UInt32>,
    keys: Column,
    values: Column,
    count: Int,
    validity: Validity?
  ) -> Column {
    let entries = Column(flat: .row([keys.flattened(), values.flattened()]), count: keys.count)
    return Column(
      flat: .list(offsets: offsets, elements: entries),
      count: count,
      validity: validity
    )
  }

  private static func duplicate(_ keys: Column, _ place: Int, _ type: SQLType) -> SQLError {
    SQLError(
      .invalidArgument,
      "Duplicate map keys (\(ValueText.string(keys, row: place, type: type))) are not allowed"
    )
  }

  // MARK: Constructors

  private static func constructors(_ functions: inout FunctionRegistry) {
    functions.make(
      "map(array(K), array(V)) -> map(K, V)",
      "A map of an array of keys and one of values.",
      examples: ["map(ARRAY['a', 'b'], ARRAY[1, 2])": "{a=1, b=2}"]
    ) { match in
      guard case .map(let key, _) = match.resultType else { return nil }
      return { a, n, _ in
        let keys = ListOperand(a[0])
        let values = ListOperand(a[1])
        var set = ElementSet(keys.elements, key)
        var keyRows = ListIndexBuilder()
        var valueRows = ListIndexBuilder()
        let united = Column.unitedValidity(a)
        for row in 0..<n {
          if united?.isValid(row) ?? true {
            set.removeAll()
            guard keys[row].count == values[row].count else {
              throw SQLError(.invalidArgument, "Key and value arrays must be the same length")
            }
            for (place, other) in zip(keys[row], values[row]) {
              guard keys.elements.isValid(place) else {
                throw SQLError(.invalidArgument, "map key cannot be null")
              }
              guard set.insert(place) else { throw duplicate(keys.elements, place, key) }
              keyRows.append(place)
              valueRows.append(other)
            }
          }
          keyRows.endRow()
          valueRows.endRow()
        }
        return zipped(
          keyRows.finish(keys.elements, validity: united),
          valueRows.finish(values.elements, validity: united)
        )
      }
    }
    functions.scalar("map() -> map(unknown, unknown)", canFail: false) { _, n, _ in
      .constant(.list([]), of: .map(key: .unknown, value: .unknown), count: n)
    }
    functions.custom(
      "map_from_entries",
      "A map of an array of pairs.",
      signatures: ["map_from_entries(array(row(K, V))) -> map(K, V)"],
      examples: ["map_from_entries(ARRAY[('a', 1), ('b', 2)])": "{a=1, b=2}"]
    ) { types in fromEntries(types, isMulti: false) }
    functions.custom(
      "multimap_from_entries",
      "A map of each key of an array of pairs to all of its values.",
      signatures: ["multimap_from_entries(array(row(K, V))) -> map(K, array(V))"],
      examples: ["multimap_from_entries(ARRAY[('a', 1), ('a', 2)])": "{a=[1, 2]}"]
    ) { types in fromEntries(types, isMulti: true) }
    functions.make(
      "map_concat(map(K, V)...) -> map(K, V)",
      "The pairs of all maps; of equal keys the last counts.",
      examples: ["map_concat(map(ARRAY['a'], ARRAY[1]), map(ARRAY['a'], ARRAY[2]))": "{a=2}"],
      canFail: false
    ) { match in
      guard case .map(let key, _) = match.resultType else { return nil }
      return { a, n, _ in try concat(a, n, key) }
    }
  }

  /// Two columns of arrays with equal offsets as one of maps.
  private static func zipped(_ keys: Column, _ values: Column) -> Column {
    let one = ListOperand(keys)
    let other = ListOperand(values)
    return maps(
      offsets: one.offsets,
      keys: one.elements,
      values: other.elements,
      count: keys.count,
      validity: keys.validity
    )
  }

  private static func fromEntries(_ types: [SQLType], isMulti: Bool) -> ScalarFunction? {
    guard types.count == 1, case .array(.row(let fields)) = types[0], fields.count == 2 else {
      return nil
    }
    let key = fields[0].type
    let value = isMulti ? SQLType.array(fields[1].type) : fields[1].type
    return ScalarFunction(
      name: isMulti ? "multimap_from_entries" : "map_from_entries",
      argumentTypes: types,
      resultType: .map(key: key, value: value),
      nulls: .propagates,
      isDeterministic: true,
      canFail: true,
      kernel: { a, n, _ in
        let lists = ListOperand(a[0])
        let (keys, values) = lists.pairs
        var keyRows = ListIndexBuilder()
        var valueRows = ListIndexBuilder()
        let validity = Column.unitedValidity(a)
        var set = ElementSet(keys, key)
        for row in 0..<n {
          if validity?.isValid(row) ?? true {
            set.removeAll()
            for place in lists[row] {
              guard lists.elements.isValid(place) else {
                throw SQLError(.invalidArgument, "map entry cannot be null")
              }
              guard keys.isValid(place) else {
                throw SQLError(.invalidArgument, "map key cannot be null")
              }
              if set.insert(place) {
                keyRows.append(place)
                if isMulti {
                  for other in lists[row]
                  where ColumnComparison.compare(keys, place, keys, other, key) == 0 {
                    valueRows.append(other)
                  }
                  valueRows.endRow()
                } else {
                  valueRows.append(place)
                }
              } else if !isMulti {
                throw duplicate(keys, place, key)
              }
            }
          }
          keyRows.endRow()
          if !isMulti { valueRows.endRow() }
        }
        let allKeys = keyRows.finish(keys, validity: validity)
        if !isMulti { return zipped(allKeys, valueRows.finish(values, validity: validity)) }
        let own = ListOperand(allKeys)
        return maps(
          offsets: own.offsets,
          keys: own.elements,
          values: valueRows.finish(values, validity: nil),
          count: n,
          validity: validity
        )
      }
    )
  }

  private static func concat(_ arguments: [Column], _ rowCount: Int, _ key: SQLType) throws
    -> Column
  {
    let lists = arguments.map { ListOperand($0) }
    var shifts: [Int] = []
    var total = 0
    for list in lists {
      shifts.append(total)
      total += list.elements.count
    }
    let all = Column.concatenate(lists.map(\.elements))
    guard case .row(let fields) = all.flatValues else { return arguments[0] }
    var set = ElementSet(fields[0].flattened(), key)
    return try ArrayFunctions.rows(arguments, rowCount, all) { row, builder in
      set.removeAll()
      // From the last map to the first: the first to come keeps its key.
      var places: [Int] = []
      for (list, shift) in zip(lists, shifts).reversed() {
        for place in list[row].reversed() where set.insert(place + shift) {
          places.append(place + shift)
        }
      }
      for place in places.reversed() { builder.append(place) }
    }
  }

  // MARK: Access

  private static func access(_ functions: inout FunctionRegistry) {
    functions.make(
      "$subscript(map(K, V), K) -> V",
      "The value of a key; without it an error."
    ) { match in
      guard case .map(let key, _) = match.argumentTypes[0] else { return nil }
      return { a, n, _ in
        try lookup(a, n, key) { row in
          throw SQLError(
            .invalidArgument,
            "Key not present in map: \(ValueText.string(a[1], row: row, type: key))",
            help: "element_at(map, key) gives null there"
          )
        }
      }
    }
    functions.make(
      "element_at(map(K, V), K) -> V",
      examples: ["element_at(map(ARRAY['a'], ARRAY[1]), 'b')": "NULL"],
      canFail: false
    ) { match in
      guard case .map(let key, _) = match.argumentTypes[0] else { return nil }
      return { a, n, _ in try lookup(a, n, key) { _ in } }
    }
    functions.scalar(
      "map_keys(map(K, V)) -> array(K)",
      "The keys.",
      examples: ["map_keys(map(ARRAY['a', 'b'], ARRAY[1, 2]))": "[a, b]"],
      canFail: false
    ) { a, n, _ in side(a[0], n, 0) }
    functions.scalar(
      "map_values(map(K, V)) -> array(V)",
      "The values.",
      examples: ["map_values(map(ARRAY['a', 'b'], ARRAY[1, 2]))": "[1, 2]"],
      canFail: false
    ) { a, n, _ in side(a[0], n, 1) }
    functions.custom(
      "map_entries",
      "The pairs as an array of rows.",
      signatures: ["map_entries(map(K, V)) -> array(row(K, V))"],
      examples: ["map_entries(map(ARRAY['a'], ARRAY[1]))": "[{field0=a, field1=1}]"]
    ) { types in
      guard types.count == 1, case .map(let key, let value) = types[0] else { return nil }
      return ScalarFunction(
        name: "map_entries",
        argumentTypes: types,
        resultType: .array(
          .row([
            SQLType.RowField(name: nil, type: key), SQLType.RowField(name: nil, type: value),
          ])
        ),
        nulls: .propagates,
        isDeterministic: true,
        canFail: false,
        kernel: { a, _, _ in a[0] }
      )
    }
  }

  private static func lookup(
    _ arguments: [Column],
    _ rowCount: Int,
    _ key: SQLType,
    _ missing: (Int) throws -> Void
  ) throws -> Column {
    let lists = ListOperand(arguments[0])
    let (keys, values) = lists.pairs
    let wanted = arguments[1]
    let validity = Column.unitedValidity(arguments)
    return try ArrayFunctions.pick(values, rowCount) { row in
      guard validity?.isValid(row) ?? true else { return nil }
      for place in lists[row]
      where ColumnComparison.compare(keys, place, wanted, row, key) == 0 {
        return place
      }
      try missing(row)
      return nil
    }
  }

  private static func side(_ column: Column, _ rowCount: Int, _ index: Int) -> Column {
    let flat = column.flattened()
    guard case .list(let offsets, let entries) = flat.flatValues,
      case .row(let fields) = entries.flatValues, index < fields.count
    else { return column }
    return Column(
      flat: .list(offsets: offsets, elements: fields[index]),
      count: rowCount,
      validity: flat.validity
    )
  }

  // MARK: Splitting text

  private static func splitting(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "split_to_multimap(varchar, varchar, varchar) -> map(varchar, array(varchar))",
      "Each key of a text of pairs, parted by two delimiters, with all of its values.",
      examples: ["split_to_multimap('a=1,b=2,a=3', ',', '=')": "{a=[1, 3], b=[2]}"]
    ) { a, n, _ in try splitToMultimap(a, n) }
    functions.scalar(
      "split_to_map(varchar, varchar, varchar) -> map(varchar, varchar)",
      "The pairs of a text, parted by two delimiters.",
      examples: ["split_to_map('a=1,b=2', ',', '=')": "{a=1, b=2}"]
    ) { a, n, _ in
      let texts = a.map { Operand<ByteView>($0) }
      let validity = Column.unitedValidity(a)
      var keys = ListBuilder<ByteView>()
      var values = ListBuilder<ByteView>()
      for row in 0..<n {
        if validity?.isValid(row) ?? true {
          let parts = texts.map { ($0.buffer.base + (row & $0.mask)).bytes }
          var seen = ViewTable(capacity: 8)
          try entries(parts[0], parts[1], parts[2]) { key, value in
            let count = seen.views.count
            if seen.insert(key) < count {
              throw SQLError(.invalidArgument, "Duplicate keys (\(key.text)) are not allowed")
            }
            keys.append(key)
            values.append(value)
          }
        }
        keys.endRow()
        values.endRow()
      }
      let heap = a[0].byteHeap
      return zipped(
        keys.finish(validity: validity, heap: heap),
        values.finish(validity: validity, heap: heap)
      )
    }
  }

  /// The values of equal keys together, in the order of the text.
  private static func splitToMultimap(_ arguments: [Column], _ rowCount: Int) throws -> Column {
    let texts = arguments.map { Operand<ByteView>($0) }
    let validity = Column.unitedValidity(arguments)
    var keys = ListBuilder<ByteView>()
    var values = ListBuilder<ByteView>()
    for row in 0..<rowCount {
      if validity?.isValid(row) ?? true {
        let parts = texts.map { ($0.buffer.base + (row & $0.mask)).bytes }
        var seen = ViewTable(capacity: 8)
        var found: [[ByteView]] = []
        try entries(parts[0], parts[1], parts[2]) { key, value in
          let place = seen.insert(key)
          if place == found.count {
            found.append([])
            keys.append(key)
          }
          found[place].append(value)
        }
        for group in found {
          for value in group { values.append(value) }
          values.endRow()
        }
      }
      keys.endRow()
    }
    let heap = arguments[0].byteHeap
    let lists = ListOperand(keys.finish(validity: validity, heap: heap))
    return maps(
      offsets: lists.offsets,
      keys: lists.elements,
      values: values.finish(validity: nil, heap: heap),
      count: rowCount,
      validity: validity
    )
  }

  private static func entries(
    _ text: UnsafeRawBufferPointer,
    _ entryDelimiter: UnsafeRawBufferPointer,
    _ pairDelimiter: UnsafeRawBufferPointer,
    _ body: (ByteView, ByteView) throws -> Void
  ) throws {
    guard !entryDelimiter.isEmpty, !pairDelimiter.isEmpty else {
      throw SQLError(.invalidArgument, "a delimiter is empty")
    }
    var start = 0
    while start < text.count {
      let end = ByteSearch.find(entryDelimiter, in: text, from: start) ?? text.count
      let entry = UnsafeRawBufferPointer(rebasing: text[start..<end])
      guard let split = ByteSearch.find(pairDelimiter, in: entry) else {
        throw SQLError(
          .invalidArgument,
          "Key-value delimiter must appear exactly once in each entry. Bad input: '\(entry.text)'"
        )
      }
      try body(
        ByteView(entry, 0, split),
        ByteView(entry, split + pairDelimiter.count, entry.count)
      )
      start = end + entryDelimiter.count
    }
  }
}
