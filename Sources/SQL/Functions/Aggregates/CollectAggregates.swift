import ColumnFormat

/// Aggregates that give arrays, maps and joined text.
enum CollectAggregates {
  static func register(_ functions: inout FunctionRegistry) {
    arrays(&functions)
    maps(&functions)
    functions.aggregate(
      "listagg(varchar, varchar) -> varchar",
      "The texts with a separator between; over 1,048,576 bytes an error.",
      examples: ["listagg(x, ',') WITHIN GROUP (ORDER BY x) FROM (VALUES 'b', 'a') AS t(x)": "a,b"]
    ) { match in
      let types = match.argumentTypes
      return { CollectState(types, skipsNulls: 0, finish: join) }
    }
    functions.aggregate("listagg(varchar) -> varchar") { match in
      let types = match.argumentTypes
      return { CollectState(types, skipsNulls: 0, finish: join) }
    }
    functions.aggregate("listagg(varchar, varchar, varchar, boolean) -> varchar") { match in
      let types = match.argumentTypes
      return { CollectState(types, skipsNulls: 0, finish: join) }
    }
    for isMax in [true, false] { several(&functions, isMax: isMax) }
    functions.aggregate(
      "approx_most_frequent(bigint, T, bigint) -> map(T, bigint)",
      "The most frequent values and how often they come; the counts are exact.",
      examples: [
        "approx_most_frequent(3, x, 10) FROM (VALUES 'a', 'b', 'a') AS t(x)": "{a=2, b=1}"
      ]
    ) { match in
      let types = match.argumentTypes
      return { CollectState(types, skipsNulls: 1) { try mostFrequent($0, $1, types[1]) } }
    }
  }

  // MARK: Arrays

  private static func arrays(_ functions: inout FunctionRegistry) {
    functions.aggregate(
      "array_agg(T) -> array(T)",
      "All values as an array, nulls too.",
      examples: ["array_agg(x ORDER BY x) FROM (VALUES 2, 1) AS t(x)": "[1, 2]"]
    ) { match in
      let types = match.argumentTypes
      return {
        CollectState(types, skipsNulls: nil) { columns, offsets in
          Column(
            flat: .list(offsets: offsets, elements: columns[0].flattened()),
            count: offsets.count - 1,
            validity: CollectState.validity(offsets)
          )
        }
      }
    }
  }

  private static func several(_ functions: inout FunctionRegistry, isMax: Bool) {
    let name = isMax ? "max" : "min"
    functions.aggregate("\(name)(T, bigint) -> array(T)") { match in
      let types = match.argumentTypes
      guard types[0].isOrderable else { return nil }
      return {
        CollectState(types, skipsNulls: 0) { columns, offsets in
          try best(columns[0], columns[0], columns[1], offsets, types[0], isMax)
        }
      }
    }
    functions.aggregate("\(name)_by(T, K, bigint) -> array(T)") { match in
      let types = match.argumentTypes
      guard types[1].isOrderable else { return nil }
      return {
        CollectState(types, skipsNulls: 1) { columns, offsets in
          try best(columns[0], columns[1], columns[2], offsets, types[1], isMax)
        }
      }
    }
  }

  /// The values beside the `counts` greatest or least keys.
  private static func best(
    _ values: Column,
    _ keys: Column,
    _ counts: Column,
    _ offsets: Buffer<UInt32>,
    _ type: SQLType,
    _ isMax: Bool
  ) throws -> Column {
    var builder = ListIndexBuilder()
    let sizes = Operand<Int64>(counts)
    let key = keys.flattened()
    for group in 0..<(offsets.count - 1) {
      let range = CollectState.range(offsets, group)
      if let first = range.first {
        let size = sizes[first]
        guard size > 0, size <= 10_000 else {
          throw SQLError(
            .invalidArgument,
            "third argument of max_by/min_by must be a positive integer up to 10000: \(size)"
          )
        }
        let sorted = range.sorted {
          // NaN comes last in either direction.
          let isBehind = isMax && (key.isNaN(at: $0) || key.isNaN(at: $1))
          let order = ColumnComparison.compare(key, $0, key, $1, type)
          return (isMax && !isBehind ? order > 0 : order < 0) || (order == 0 && $0 < $1)
        }
        for place in sorted.prefix(Int(size)) { builder.append(place) }
      }
      builder.endRow()
    }
    return builder.finish(values.flattened(), validity: CollectState.validity(offsets))
  }

  // MARK: Maps

  private static func maps(_ functions: inout FunctionRegistry) {
    functions.aggregate(
      "map_agg(K, V) -> map(K, V)",
      "A map of keys to values; of equal keys the first counts.",
      examples: ["map_agg(k, v) FROM (VALUES ('a', 1), ('b', 2)) AS t(k, v)": "{a=1, b=2}"]
    ) { match in
      let types = match.argumentTypes
      return {
        CollectState(types, skipsNulls: 0) { columns, offsets in
          let keys = columns[0].flattened()
          var set = ElementSet(keys, types[0])
          return entries(columns, offsets) { range, builder in
            set.removeAll()
            for place in range where set.insert(place) { builder.append(place) }
          }
        }
      }
    }
    functions.aggregate(
      "multimap_agg(K, V) -> map(K, array(V))",
      "A map of each key to all of its values.",
      examples: ["multimap_agg(k, v) FROM (VALUES ('a', 1), ('a', 2)) AS t(k, v)": "{a=[1, 2]}"]
    ) { match in
      let types = match.argumentTypes
      return { CollectState(types, skipsNulls: 0) { multimap($0, $1, types[0]) } }
    }
    functions.aggregate(
      "histogram(T) -> map(T, bigint)",
      "How often each value comes.",
      examples: ["histogram(x) FROM (VALUES 'a', 'b', 'a') AS t(x)": "{a=2, b=1}"]
    ) { match in
      let type = match.argumentTypes[0]
      return { ValueCountState(type) }
    }
    functions.aggregate(
      "map_union(map(K, V)) -> map(K, V)",
      "The pairs of all maps; of equal keys the first counts.",
      examples: [
        "map_union(m) FROM (VALUES map(ARRAY[1], ARRAY[2]), map(ARRAY[3], ARRAY[4])) AS t(m)":
          "{1=2, 3=4}"
      ]
    ) { match in
      guard case .map(let key, _) = match.argumentTypes[0] else { return nil }
      let types = match.argumentTypes
      return {
        CollectState(types, skipsNulls: 0) { columns, offsets in
          let maps = ListOperand(columns[0])
          var set = ElementSet(maps.pairs.keys, key)
          var builder = ListIndexBuilder()
          for group in 0..<(offsets.count - 1) {
            set.removeAll()
            for row in CollectState.range(offsets, group) {
              for place in maps[row] where set.insert(place) { builder.append(place) }
            }
            builder.endRow()
          }
          return builder.finish(maps.elements, validity: CollectState.validity(offsets))
        }
      }
    }
  }

  /// A map column of rows that `choose` picks among each group's.
  private static func entries(
    _ columns: [Column],
    _ offsets: Buffer<UInt32>,
    _ choose: (Range<Int>, inout ListIndexBuilder) -> Void
  ) -> Column {
    let pairs = Column(flat: .row(columns.map { $0.flattened() }), count: columns[0].count)
    var builder = ListIndexBuilder()
    for group in 0..<(offsets.count - 1) {
      choose(CollectState.range(offsets, group), &builder)
      builder.endRow()
    }
    return builder.finish(pairs, validity: CollectState.validity(offsets))
  }

  private static func multimap(_ columns: [Column], _ offsets: Buffer<UInt32>, _ type: SQLType)
    -> Column
  {
    let keys = columns[0].flattened()
    var set = ElementSet(keys, type)
    var keyRows = ListIndexBuilder()
    var valueRows = ListIndexBuilder()
    for group in 0..<(offsets.count - 1) {
      let range = CollectState.range(offsets, group)
      set.removeAll()
      for place in range where set.insert(place) {
        keyRows.append(place)
        for other in range where ColumnComparison.compare(keys, place, keys, other, type) == 0 {
          valueRows.append(other)
        }
        valueRows.endRow()
      }
      keyRows.endRow()
    }
    let lists = ListOperand(keyRows.finish(keys, validity: nil))
    return MapFunctions.maps(
      offsets: lists.offsets,
      keys: lists.elements,
      values: valueRows.finish(columns[1].flattened(), validity: nil),
      count: offsets.count - 1,
      validity: CollectState.validity(offsets)
    )
  }

  /// Each group's different values with their counts; `choose` may drop and order them.
  static func counts(
    _ column: Column,
    _ offsets: Buffer<UInt32>,
    _ type: SQLType,
    _ choose: ([(place: Int, count: Int64)]) -> [(place: Int, count: Int64)]
  ) -> Column {
    let values = column.flattened()
    let hashes = Buffer<UInt64>(count: max(values.count, 1))
    if values.count > 0 {
      ColumnHashing.hash(values, type, rowCount: values.count, into: hashes.base)
    }
    var keyRows = ListIndexBuilder()
    var numbers = BufferBuilder<Int64>()
    for group in 0..<(offsets.count - 1) {
      var found: [(place: Int, count: Int64)] = []
      var positions: [UInt64: [Int]] = [:]
      for place in CollectState.range(offsets, group) {
        let hash = hashes.base[place]
        let known = positions[hash]?.first {
          ColumnComparison.compare(values, found[$0].place, values, place, type) == 0
        }
        if let known {
          found[known].count += 1
        } else {
          positions[hash, default: []].append(found.count)
          found.append((place, 1))
        }
      }
      for entry in choose(found) {
        keyRows.append(entry.place)
        numbers.append(entry.count)
      }
      keyRows.endRow()
    }
    let lists = ListOperand(keyRows.finish(values, validity: nil))
    return MapFunctions.maps(
      offsets: lists.offsets,
      keys: lists.elements,
      values: Column(numbers.finish()),
      count: offsets.count - 1,
      validity: CollectState.validity(offsets)
    )
  }

  private static func mostFrequent(
    _ columns: [Column],
    _ offsets: Buffer<UInt32>,
    _ type: SQLType
  ) throws -> Column {
    let sizes = Operand<Int64>(columns[0])
    let size = columns[0].count > 0 ? sizes[0] : 1
    guard size >= 2 || columns[0].count == 0 else {
      throw SQLError(.invalidArgument, "approx_most_frequent bucket count must be greater than one")
    }
    return counts(columns[1], offsets, type) { found in
      Array(found.sorted { $0.count > $1.count }.prefix(Int(clamping: size)))
    }
  }

  // MARK: Text

  private static let listByteCountMax = 1_048_576

  @Sendable
  private static func join(_ columns: [Column], _ offsets: Buffer<UInt32>) throws -> Column {
    let texts = Operand<ByteView>(columns[0])
    let separators = columns.count > 1 ? Operand<ByteView>(columns[1]) : nil
    let fillers = columns.count > 2 ? Operand<ByteView>(columns[2]) : nil
    let arena = ByteArena()
    let result = Buffer<ByteView>(count: offsets.count - 1)
    var text: [UInt8] = []
    for group in 0..<(offsets.count - 1) {
      text.removeAll(keepingCapacity: true)
      let range = CollectState.range(offsets, group)
      for place in range {
        let before = text.count
        if place > range.lowerBound, let separators {
          text += (separators.buffer.base + (place & separators.mask)).bytes
        }
        text += (texts.buffer.base + (place & texts.mask)).bytes
        if text.count > listByteCountMax {
          if let fillers {
            text.removeLast(text.count - before)
            if place > range.lowerBound, let separators {
              text += (separators.buffer.base + (place & separators.mask)).bytes
            }
            text += (fillers.buffer.base + (place & fillers.mask)).bytes
            if Operand<UInt8>(columns[3])[place] & 1 == 1 {
              text += Array("(\(range.upperBound - place))".utf8)
            }
            break
          }
          throw SQLError(
            .invalidArgument,
            "Concatenated string has the length in bytes larger than the maximum output length \(listByteCountMax)"
          )
        }
      }
      result.base[group] = arena.copy(text)
    }
    return Column(
      result,
      validity: CollectState.validity(offsets),
      heap: ByteHeap([arena])
    )
  }
}
