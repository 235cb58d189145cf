import ColumnFormat

/// Arrays as sets, and arrays put together.
enum ArraySetFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    functions.make(
      "array_distinct(array(T)) -> array(T)",
      "Each different element once.",
      examples: ["array_distinct(ARRAY[1, 2, 1, NULL, NULL])": "[1, 2, null]"],
      canFail: false
    ) { match in
      guard case .array(let element) = match.argumentTypes[0] else { return nil }
      return { a, n, _ in
        let lists = ListOperand(a[0])
        var set = ElementSet(lists.elements, element)
        return try ArrayFunctions.rows(a, n, lists.elements) { row, builder in
          set.removeAll()
          for place in lists[row] where set.insert(place) { builder.append(place) }
        }
      }
    }
    functions.make(
      "array_remove(array(T), T) -> array(T)",
      "The elements that do not equal a value.",
      examples: ["array_remove(ARRAY[1, 2, 1], 1)": "[2]"],
      canFail: false
    ) { match in
      let type = match.argumentTypes[1]
      return { a, n, _ in
        let lists = ListOperand(a[0])
        return try ArrayFunctions.rows(a, n, lists.elements) { row, builder in
          for place in lists[row]
          where ColumnComparison.isEqual(lists.elements, place, a[1], row, type) != true {
            builder.append(place)
          }
        }
      }
    }
    pair(
      &functions,
      "array_union",
      "The different elements of both.",
      ["array_union(ARRAY[1, 2], ARRAY[2, 3])": "[1, 2, 3]"]
    ) { left, right, set, builder in
      for place in left where set.insert(place) { builder.append(place) }
      for place in right where set.insert(place) { builder.append(place) }
    }
    pair(
      &functions,
      "array_intersect",
      "The different elements that both have.",
      ["array_intersect(ARRAY[1, 2, 2], ARRAY[2, 3])": "[2]"]
    ) { left, right, set, builder in
      var other = set
      for place in right { _ = set.insert(place) }
      for place in left where set.contains(place) && other.insert(place) { builder.append(place) }
    }
    pair(
      &functions,
      "array_except",
      "The different elements of the first that the second lacks.",
      ["array_except(ARRAY[1, 2], ARRAY[2, 3])": "[1]"]
    ) { left, right, set, builder in
      for place in right { _ = set.insert(place) }
      for place in left where set.insert(place) { builder.append(place) }
    }
    overlap(&functions)
    concatenation(&functions)
    functions.make(
      "flatten(array(array(T))) -> array(T)",
      "The arrays of an array one after the other.",
      examples: ["flatten(ARRAY[ARRAY[1, 2], ARRAY[3]])": "[1, 2, 3]"],
      canFail: false
    ) { _ in
      { a, n, _ in
        let outer = ListOperand(a[0])
        let inner = ListOperand(outer.elements)
        return try ArrayFunctions.rows(a, n, inner.elements) { row, builder in
          for place in outer[row] where inner.isValid(place) { builder.append(inner[place]) }
        }
      }
    }
  }

  /// Adds a function of two arrays; both sides' places lie in one column of elements.
  private static func pair(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    _ examples: KeyValuePairs<String, String>,
    _ body:
      @escaping @Sendable (
        Range<Int>, Range<Int>, inout ElementSet, inout ListIndexBuilder
      ) -> Void
  ) {
    functions.make(
      "\(name)(array(T), array(T)) -> array(T)",
      summary,
      examples: examples,
      canFail: false
    ) { match in
      guard case .array(let element) = match.argumentTypes[0] else { return nil }
      return { a, n, _ in
        let left = ListOperand(a[0])
        let right = ListOperand(a[1])
        let all = Column.concatenate([left.elements, right.elements])
        let shift = left.elements.count
        var set = ElementSet(all, element)
        return try ArrayFunctions.rows(a, n, all) { row, builder in
          set.removeAll()
          let own = right[row]
          body(left[row], (own.lowerBound + shift)..<(own.upperBound + shift), &set, &builder)
        }
      }
    }
  }

  private static func overlap(_ functions: inout FunctionRegistry) {
    functions.make(
      "arrays_overlap(array(T), array(T)) -> boolean",
      "Whether both have an element in common; null if nulls decide.",
      examples: ["arrays_overlap(ARRAY[1, 2], ARRAY[2])": "true"],
      canFail: false
    ) { match in
      guard case .array(let element) = match.argumentTypes[0] else { return nil }
      return { a, n, _ in
        let left = ListOperand(a[0])
        let right = ListOperand(a[1])
        let all = Column.concatenate([left.elements, right.elements])
        let shift = left.elements.count
        var set = ElementSet(all, element)
        let united = Column.unitedValidity(a)
        let result = Buffer<UInt8>(repeating: 0, count: n)
        let known = Buffer<UInt8>(repeating: 1, count: n)
        for row in 0..<n where united?.isValid(row) ?? true {
          // Nothing has nothing in common, not even nulls.
          if left[row].isEmpty || right[row].isEmpty { continue }
          set.removeAll()
          var sawNull = false
          for place in left[row] {
            if all.isValid(place) { _ = set.insert(place) } else { sawNull = true }
          }
          for place in right[row] {
            let own = place + shift
            if !all.isValid(own) {
              sawNull = true
            } else if set.contains(own) {
              result.base[row] = 1
            }
          }
          if result.base[row] == 0 && sawNull { known.base[row] = 0 }
        }
        let validity = Validity.fromBytes(known.base, count: n)
        return Column(booleans: result, validity: Validity.intersection(validity, united))
      }
    }
  }

  private static func concatenation(_ functions: inout FunctionRegistry) {
    for name in ["concat", "$concat"] {
      functions.scalar(
        "\(name)(array(T)...) -> array(T)",
        examples: name == "concat" ? ["concat(ARRAY[1], ARRAY[2, 3])": "[1, 2, 3]"] : [:],
        canFail: false
      ) { a, n, _ in
        let lists = a.map { ListOperand($0) }
        var shifts: [Int] = []
        var total = 0
        for list in lists {
          shifts.append(total)
          total += list.elements.count
        }
        let all = Column.concatenate(lists.map(\.elements))
        return try ArrayFunctions.rows(a, n, all) { row, builder in
          for (list, shift) in zip(lists, shifts) {
            for place in list[row] { builder.append(place + shift) }
          }
        }
      }
    }
    functions.scalar("$concat(array(T), T) -> array(T)", nulls: .custom, canFail: false) {
      a,
      n,
      _ in try appending(a[0], a[1], n, inFront: false)
    }
    functions.scalar("$concat(T, array(T)) -> array(T)", nulls: .custom, canFail: false) {
      a,
      n,
      _ in try appending(a[1], a[0], n, inFront: true)
    }
  }

  private static func appending(
    _ arrays: Column,
    _ values: Column,
    _ rowCount: Int,
    inFront: Bool
  ) throws -> Column {
    let lists = ListOperand(arrays)
    let all = Column.concatenate([lists.elements, values.flattened()])
    let shift = lists.elements.count
    return try ArrayFunctions.rows([arrays], rowCount, all) { row, builder in
      if inFront { builder.append(shift + row) }
      builder.append(lists[row])
      if !inFront { builder.append(shift + row) }
    }
  }
}
