import ColumnFormat

/// transform, filter, reduce and the other functions that take lambdas.
enum LambdaFunctions {
  /// The elements of all rows one after the other, and the row of each.
  struct Elements {
    let offsets: Buffer<UInt32>
    let rows: Buffer<UInt32>
    let elements: Column
    let validity: Validity?

    /// Without what lies behind null rows.
    init(_ column: Column) {
      let lists = ListOperand(column)
      let offsets = Buffer<UInt32>(count: column.count + 1)
      var rows = BufferBuilder<UInt32>(capacity: lists.elements.count)
      var places = BufferBuilder<UInt32>(capacity: lists.elements.count)
      offsets.base[0] = 0
      for row in 0..<column.count {
        if lists.isValid(row) {
          for place in lists[row] {
            places.append(UInt32(truncatingIfNeeded: place))
            rows.append(UInt32(truncatingIfNeeded: row))
          }
        }
        offsets.base[row + 1] = UInt32(places.count)
      }
      self.offsets = offsets
      self.rows = rows.finish()
      elements = lists.elements.taking(places.finish())
      validity = lists.validity
    }

    func lists(of elements: Column) -> Column {
      Column(
        flat: .list(offsets: offsets, elements: elements.flattened()),
        count: offsets.count - 1,
        validity: validity
      )
    }

    func range(_ row: Int) -> Range<Int> { Int(offsets.base[row])..<Int(offsets.base[row + 1]) }

    /// Of maps: the columns of keys and values.
    var pairs: [Column] {
      guard case .row(let fields) = elements.flatValues else { return [elements] }
      return fields
    }

    /// The lists without the elements whose byte is not one.
    func filtered(_ keep: Column) -> Column {
      let truths = Operand<UInt8>(keep)
      var builder = ListIndexBuilder()
      for row in 0..<(offsets.count - 1) {
        for place in range(row)
        where (truths.validity?.isValid(place) ?? true) && truths[place] & 1 == 1 {
          builder.append(place)
        }
        builder.endRow()
      }
      return builder.finish(elements, validity: validity)
    }
  }

  static func register(_ functions: inout FunctionRegistry) {
    functions.higherOrder(
      "transform(array(T), function(T, U)) -> array(U)",
      "The lambda's value for each element.",
      examples: ["transform(ARRAY[1, 2], x -> x * 10)": "[10, 20]"]
    ) { _ in
      { a, lambdas, _, _ in
        let lists = Elements(a[0])
        return lists.lists(of: try lambdas[0]([lists.elements], lists.rows))
      }
    }
    functions.higherOrder(
      "filter(array(T), function(T, boolean)) -> array(T)",
      "The elements for which the lambda is true.",
      examples: ["filter(ARRAY[1, 2, 3], x -> x > 1)": "[2, 3]"]
    ) { _ in
      { a, lambdas, _, _ in
        let lists = Elements(a[0])
        return lists.filtered(try lambdas[0]([lists.elements], lists.rows))
      }
    }
    matches(&functions)
    reduce(&functions)
    maps(&functions)
    zipWith(&functions)
    zipMaps(&functions)
    sort(&functions)
  }

  // MARK: Matching

  private static func matches(_ functions: inout FunctionRegistry) {
    let kinds:
      [(name: String, summary: String, settling: UInt8, isNegated: Bool, example: String)] =
        [
          ("any_match", "Whether the lambda is true for an element.", 1, false, "true"),
          ("all_match", "Whether the lambda is true for every element.", 0, false, "false"),
          ("none_match", "Whether the lambda is true for no element.", 1, true, "false"),
        ]
    for kind in kinds {
      functions.higherOrder(
        "\(kind.name)(array(T), function(T, boolean)) -> boolean",
        kind.summary,
        examples: ["\(kind.name)(ARRAY[1, 2], x -> x = 2)": kind.example]
      ) { _ in
        { a, lambdas, n, _ in
          let lists = Elements(a[0])
          let truths = Operand<UInt8>(try lambdas[0]([lists.elements], lists.rows))
          let result = Buffer<UInt8>(count: n)
          let known = Buffer<UInt8>(repeating: 1, count: n)
          for row in 0..<n {
            var value = 1 - kind.settling
            var sawNull = false
            for place in lists.range(row) {
              if !(truths.validity?.isValid(place) ?? true) {
                sawNull = true
              } else if truths[place] & 1 == kind.settling {
                value = kind.settling
              }
            }
            if value != kind.settling && sawNull { known.base[row] = 0 }
            result.base[row] = kind.isNegated ? 1 - value : value
          }
          let validity = Validity.fromBytes(known.base, count: n)
          return Column(
            booleans: result,
            validity: Validity.intersection(validity, lists.validity)
          )
        }
      }
    }
  }

  // MARK: Reducing

  private static func reduce(_ functions: inout FunctionRegistry) {
    functions.higherOrder(
      "reduce(array(T), S, function(S, T, S), function(S, R)) -> R",
      "One value: the first lambda joins the state and each element, the second ends it.",
      examples: ["reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s * 2)": "12"]
    ) { _ in
      { a, lambdas, n, _ in
        let lists = Elements(a[0])
        var state = a[1].flattened()
        var position = 0
        while true {
          // All rows that have so many elements take one step together.
          var rows = BufferBuilder<UInt32>(capacity: n)
          var places = BufferBuilder<UInt32>(capacity: n)
          for row in 0..<n where lists.range(row).count > position {
            rows.append(UInt32(row))
            places.append(UInt32(lists.range(row).lowerBound + position))
          }
          if rows.count == 0 { break }
          let active = rows.finish()
          let next = try lambdas[0](
            [state.taking(active), lists.elements.taking(places.finish())],
            active
          )
          if rows.count == n {
            state = next.flattened()
          } else {
            let order = Buffer<UInt32>(count: n)
            for row in 0..<n { order.base[row] = UInt32(row) }
            for index in 0..<rows.count { order.base[Int(active.base[index])] = UInt32(n + index) }
            state = Column.concatenate([state, next.flattened()]).taking(order)
          }
          position += 1
        }
        let all = Buffer<UInt32>(count: n)
        for row in 0..<n { all.base[row] = UInt32(row) }
        let result = try lambdas[1]([state], all)
        guard let validity = lists.validity else { return result }
        return result.withValidity(Validity.intersection(validity, result.rowValidity))
      }
    }
  }

  // MARK: Maps

  private static func maps(_ functions: inout FunctionRegistry) {
    functions.higherOrder(
      "map_filter(map(K, V), function(K, V, boolean)) -> map(K, V)",
      "The pairs for which the lambda is true.",
      examples: ["map_filter(map(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v > 1)": "{b=2}"]
    ) { _ in
      { a, lambdas, _, _ in
        let lists = Elements(a[0])
        return lists.filtered(try lambdas[0](lists.pairs, lists.rows))
      }
    }
    functions.higherOrder(
      "transform_values(map(K, V), function(K, V, U)) -> map(K, U)",
      "The map with the lambda's value for each pair.",
      examples: ["transform_values(map(ARRAY['a'], ARRAY[1]), (k, v) -> v + 1)": "{a=2}"]
    ) { _ in
      { a, lambdas, _, _ in
        let lists = Elements(a[0])
        let values = try lambdas[0](lists.pairs, lists.rows)
        return lists.lists(
          of: Column(flat: .row([lists.pairs[0], values.flattened()]), count: values.count)
        )
      }
    }
    functions.higherOrder(
      "transform_keys(map(K, V), function(K, V, U)) -> map(U, V)",
      "The map with the lambda's value as the key of each pair.",
      examples: ["transform_keys(map(ARRAY['a'], ARRAY[1]), (k, v) -> upper(k))": "{A=1}"]
    ) { match in
      let keyType = match.variables["U"] ?? .unknown
      return { a, lambdas, n, _ in
        let lists = Elements(a[0])
        let keys = try lambdas[0](lists.pairs, lists.rows).flattened()
        var set = ElementSet(keys, keyType)
        for row in 0..<n {
          set.removeAll()
          for place in lists.range(row) {
            guard keys.isValid(place) else {
              throw SQLError(.invalidArgument, "map key cannot be null")
            }
            guard set.insert(place) else {
              let key = ValueText.string(keys, row: place, type: keyType)
              throw SQLError(.invalidArgument, "Duplicate map keys (\(key)) are not allowed")
            }
          }
        }
        return lists.lists(of: Column(flat: .row([keys, lists.pairs[1]]), count: keys.count))
      }
    }
  }

  // MARK: Two maps or arrays

  private static func zipMaps(_ functions: inout FunctionRegistry) {
    functions.higherOrder(
      "map_zip_with(map(K, V), map(K, W), function(K, V, W, R)) -> map(K, R)",
      "The lambda's value for each key of either map and its values in both.",
      examples: [
        "map_zip_with(map(ARRAY['a'], ARRAY[1]), map(ARRAY['a'], ARRAY[10]), (k, v, w) -> v + w)":
          "{a=11}"
      ]
    ) { match in
      let type = match.variables["K"] ?? .unknown
      return { a, lambdas, n, _ in
        let maps = a.map { ListOperand($0) }
        let sides = maps.map(\.pairs)
        let validity = Column.unitedValidity(a)
        let offsets = Buffer<UInt32>(count: n + 1)
        offsets.base[0] = 0
        var owners = BufferBuilder<UInt32>()
        /// Where a pair's key and values stand in the left and the right map.
        var left: [Int?] = []
        var right: [Int?] = []
        for row in 0..<n {
          if validity?.isValid(row) ?? true {
            var others = Array(maps[1][row])
            for place in maps[0][row] {
              let same = others.firstIndex {
                ColumnComparison.compare(sides[0].keys, place, sides[1].keys, $0, type) == 0
              }
              left.append(place)
              right.append(same.map { others.remove(at: $0) })
            }
            left += others.map { _ in nil }
            right += others
          }
          owners.append(
            repeating: UInt32(truncatingIfNeeded: row),
            count: left.count - Int(offsets.base[row])
          )
          offsets.base[row + 1] = UInt32(truncatingIfNeeded: left.count)
        }
        let keys = Column.concatenate([sides[0].keys, sides[1].keys])
        let leftCount = sides[0].keys.count
        let key = ArrayFunctions.pick(keys, left.count) { index in
          left[index] ?? right[index].map { $0 + leftCount }
        }
        let one = ArrayFunctions.pick(sides[0].values, left.count) { left[$0] }
        let other = ArrayFunctions.pick(sides[1].values, left.count) { right[$0] }
        let values = try lambdas[0]([key, one, other], owners.finish())
        return MapFunctions.maps(
          offsets: offsets,
          keys: key,
          values: values,
          count: n,
          validity: validity
        )
      }
    }
  }

  private static func zipWith(_ functions: inout FunctionRegistry) {
    functions.higherOrder(
      "zip_with(array(T), array(U), function(T, U, R)) -> array(R)",
      "The lambda's value for the elements at each position; the shorter array ends in nulls.",
      examples: ["zip_with(ARRAY[1, 2], ARRAY[10, 20], (x, y) -> x + y)": "[11, 22]"]
    ) { _ in
      { a, lambdas, n, _ in
        let lists = a.map { ListOperand($0) }
        let validity = Column.unitedValidity(a)
        let offsets = Buffer<UInt32>(count: n + 1)
        var rows = BufferBuilder<UInt32>()
        offsets.base[0] = 0
        for row in 0..<n {
          if validity?.isValid(row) ?? true {
            let count = max(lists[0][row].count, lists[1][row].count)
            rows.append(repeating: UInt32(row), count: count)
          }
          offsets.base[row + 1] = UInt32(rows.count)
        }
        let owners = rows.finish()
        let parameters = lists.map { list in
          ArrayFunctions.pick(list.elements, owners.count) { place in
            let row = Int(owners.base[place])
            let index = place - Int(offsets.base[row])
            return index < list[row].count ? list[row].lowerBound + index : nil
          }
        }
        let values = try lambdas[0](parameters, owners)
        return Column(
          flat: .list(offsets: offsets, elements: values.flattened()),
          count: n,
          validity: validity
        )
      }
    }
  }

  // MARK: Sorting

  private static func sort(_ functions: inout FunctionRegistry) {
    functions.higherOrder("array_sort(array(T), function(T, T, integer)) -> array(T)") { _ in
      { a, lambdas, n, _ in
        let lists = Elements(a[0])
        var builder = ListIndexBuilder()
        for row in 0..<n {
          let owner = Buffer<UInt32>([UInt32(row)])
          // A merge sort never asks more of the lambda than an order needs.
          let sorted = try mergeSort(Array(lists.range(row))) { left, right in
            let order = try lambdas[0](
              [
                lists.elements.taking(Buffer([UInt32(left)])),
                lists.elements.taking(Buffer([UInt32(right)])),
              ],
              owner
            )
            guard case .int(let value) = order.scalar(at: 0), (-1...1).contains(value) else {
              throw SQLError(.invalidArgument, "Lambda comparator must return either -1, 0, or 1")
            }
            return value <= 0
          }
          for place in sorted { builder.append(place) }
          builder.endRow()
        }
        return builder.finish(lists.elements, validity: lists.validity)
      }
    }
  }

  private static func mergeSort(_ places: [Int], _ inOrder: (Int, Int) throws -> Bool) rethrows
    -> [Int]
  {
    if places.count < 2 { return places }
    let middle = places.count / 2
    let left = try mergeSort(Array(places[..<middle]), inOrder)
    let right = try mergeSort(Array(places[middle...]), inOrder)
    var merged: [Int] = []
    var (i, j) = (0, 0)
    while i < left.count && j < right.count {
      if try inOrder(left[i], right[j]) {
        merged.append(left[i])
        i += 1
      } else {
        merged.append(right[j])
        j += 1
      }
    }
    return merged + left[i...] + right[j...]
  }
}
