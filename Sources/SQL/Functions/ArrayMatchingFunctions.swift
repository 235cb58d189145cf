import ColumnFormat

/// Where and how often elements stand in arrays.
enum ArrayMatchingFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    functions.make("array_position(array(T), T, bigint) -> bigint") { match in
      guard case .array(let type) = match.argumentTypes[0] else { return nil }
      return { a, n, _ in try positions(a, n, type) }
    }
    functions.make(
      "contains_sequence(array(T), array(T)) -> boolean",
      "Whether the elements of the second array follow each other in the first.",
      examples: ["contains_sequence(ARRAY[1, 2, 3], ARRAY[2, 3])": "true"],
      canFail: false
    ) { match in
      guard case .array(let type) = match.argumentTypes[0] else { return nil }
      return { a, n, _ in sequences(a, n, type) }
    }
    functions.make(
      "array_histogram(array(T)) -> map(T, bigint)",
      "How often each element that is not null comes.",
      examples: ["array_histogram(ARRAY['a', 'b', 'a'])": "{a=2, b=1}"],
      canFail: false
    ) { match in
      guard case .array(let type) = match.argumentTypes[0] else { return nil }
      return { a, n, _ in
        let lists = ListOperand(a[0])
        let offsets = Buffer<UInt32>(count: n + 1)
        var places = BufferBuilder<UInt32>()
        offsets.base[0] = 0
        for row in 0..<n {
          if lists.isValid(row) {
            for place in lists[row] where lists.elements.isValid(place) {
              places.append(UInt32(truncatingIfNeeded: place))
            }
          }
          offsets.base[row + 1] = UInt32(truncatingIfNeeded: places.count)
        }
        let values = lists.elements.taking(places.finish())
        return CollectAggregates.counts(values, offsets, type) { $0 }.withValidity(lists.validity)
      }
    }
  }

  /// The position of the element's n-th occurrence, from the end where n is negative.
  private static func positions(_ arguments: [Column], _ rowCount: Int, _ type: SQLType) throws
    -> Column
  {
    let lists = ListOperand(arguments[0])
    let numbers = Operand<Int64>(arguments[2])
    let validity = Column.unitedValidity(arguments)
    let result = Buffer<Int64>(repeating: 0, count: rowCount)
    for row in 0..<rowCount where validity?.isValid(row) ?? true {
      let number = numbers[row]
      if number == 0 {
        throw SQLError(
          .invalidArgument,
          "array_position cannot take a 0-valued instance argument"
        )
      }
      var left = number.magnitude
      let range = lists[row]
      let order = number > 0 ? Array(range) : range.reversed()
      for place in order
      where ColumnComparison.isEqual(lists.elements, place, arguments[1], row, type) == true {
        left -= 1
        if left == 0 {
          result.base[row] = Int64(place - range.lowerBound + 1)
          break
        }
      }
    }
    return Column(result, validity: validity)
  }

  private static func sequences(_ arguments: [Column], _ rowCount: Int, _ type: SQLType) -> Column {
    let all = ListOperand(arguments[0])
    let wanted = ListOperand(arguments[1])
    let validity = Column.unitedValidity(arguments)
    let result = Buffer<UInt8>(repeating: 0, count: rowCount)
    for row in 0..<rowCount where validity?.isValid(row) ?? true {
      let (range, part) = (all[row], wanted[row])
      guard part.count <= range.count else { continue }
      for start in range.lowerBound...(range.upperBound - part.count) {
        let isHere = part.enumerated().allSatisfy { index, place in
          ColumnComparison.compare(all.elements, start + index, wanted.elements, place, type) == 0
        }
        if isHere {
          result.base[row] = 1
          break
        }
      }
    }
    return Column(booleans: result, validity: validity)
  }
}
