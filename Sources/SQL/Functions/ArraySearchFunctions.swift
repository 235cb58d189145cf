import ColumnFormat

/// Whether, where and how an array's elements stand: contains, array_position, array_join.
enum ArraySearchFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    functions.make(
      "contains(array(T), T) -> boolean",
      "Whether an element equals a value; null if none does and one is null.",
      examples: ["contains(ARRAY[1, 2], 2)": "true", "contains(ARRAY[1, NULL], 2)": "NULL"],
      canFail: false
    ) { match in
      let type = match.argumentTypes[1]
      return { a, n, _ in
        try search(a, n, type) { (found: Int?, sawNull: Bool) -> UInt8? in
          found != nil ? 1 : sawNull ? nil : 0
        }
      }
    }
    functions.make(
      "array_position(array(T), T) -> bigint",
      "The position of the first element that equals a value; zero where none does.",
      examples: ["array_position(ARRAY['a', 'b'], 'b')": "2"],
      canFail: false
    ) { match in
      let type = match.argumentTypes[1]
      return { a, n, _ in
        try search(a, n, type) { (found: Int?, _) -> Int64? in Int64((found ?? -1) + 1) }
      }
    }
    functions.make(
      "array_join(array(T), varchar) -> varchar",
      "The elements' text with a delimiter between; nulls are left out, or replaced.",
      examples: [
        "array_join(ARRAY[1, NULL, 3], '-')": "1-3",
        "array_join(ARRAY['a', NULL], ',', '?')": "a,?",
      ]
    ) { match in join(match) }
    functions.make("array_join(array(T), varchar, varchar) -> varchar") { match in join(match) }
  }

  private static func search<R: PhysicalValue>(
    _ arguments: [Column],
    _ rowCount: Int,
    _ type: SQLType,
    _ result: (_ found: Int?, _ sawNull: Bool) -> R?
  ) throws -> Column {
    let lists = ListOperand(arguments[0])
    let values = arguments[1]
    let united = Column.unitedValidity(arguments)
    let target = Buffer<R>(repeating: R.filler, count: rowCount)
    let known = Buffer<UInt8>(repeating: 1, count: rowCount)
    if searchTexts(lists, values, united, target, known, result) {
      return Column(target, validity: Validity.fromBytes(known.base, count: rowCount))
    }
    for row in 0..<rowCount {
      guard united?.isValid(row) ?? true else {
        known.base[row] = 0
        continue
      }
      var found: Int?
      var sawNull = false
      for (index, place) in lists[row].enumerated() {
        switch ColumnComparison.isEqual(lists.elements, place, values, row, type) {
        case true: found = index
        case nil: sawNull = true
        default: break
        }
        if found != nil { break }
      }
      if let value = result(found, sawNull) {
        target.base[row] = value
      } else {
        known.base[row] = 0
      }
    }
    return Column(target, validity: Validity.fromBytes(known.base, count: rowCount))
  }

  /// The same for texts, none of which is null within an array; false where it is not so.
  private static func searchTexts<R: PhysicalValue>(
    _ lists: ListOperand,
    _ values: Column,
    _ validity: Validity?,
    _ target: Buffer<R>,
    _ known: Buffer<UInt8>,
    _ result: (_ found: Int?, _ sawNull: Bool) -> R?
  ) -> Bool {
    guard lists.elements.physicalType == .bytes, lists.elements.validity == nil else {
      return false
    }
    let elements = Operand<ByteView>(lists.elements)
    let wanted = Operand<ByteView>(values)
    for row in 0..<target.count {
      if let validity, !validity.isValid(row) {
        known.base[row] = 0
        continue
      }
      let value = wanted[row]
      let range = lists[row]
      var place = range.lowerBound
      while place < range.upperBound && !ByteView.isEqual(elements[place], value) { place &+= 1 }
      let found = place < range.upperBound ? place - range.lowerBound : nil
      if let value = result(found, false) {
        target.base[row] = value
      } else {
        known.base[row] = 0
      }
    }
    return true
  }

  private static func join(_ match: SignatureMatch) -> ScalarFunction.Kernel? {
    guard case .array(let element) = match.argumentTypes[0],
      element.isText || Casting.canCast(element, to: .text)
    else { return nil }
    let cast = element.isText ? nil : Casting.cast(element, .text)
    return { a, n, _ in
      let lists = ListOperand(a[0])
      // The column keeps the bytes that its views point to: it needs a name to live as long.
      let elements = try cast?(lists.elements, false) ?? lists.elements
      let texts = Operand<ByteView>(elements)
      let delimiters = Operand<ByteView>(a[1])
      let replacements = a.count > 2 ? Operand<ByteView>(a[2]) : nil
      let validity = Column.unitedValidity(a)
      let arena = ByteArena()
      let result = Buffer<ByteView>(count: n)
      var text: [UInt8] = []
      for row in 0..<n {
        text.removeAll(keepingCapacity: true)
        guard validity?.isValid(row) ?? true else {
          result.base[row] = ByteView()
          continue
        }
        var isFirst = true
        for place in lists[row] {
          let isValid = texts.validity?.isValid(place) ?? true
          if !isValid && replacements == nil { continue }
          if !isFirst { text += (delimiters.buffer.base + (row & delimiters.mask)).bytes }
          isFirst = false
          if isValid {
            text += (texts.buffer.base + (place & texts.mask)).bytes
          } else if let replacements {
            text += (replacements.buffer.base + (row & replacements.mask)).bytes
          }
        }
        result.base[row] = arena.copy(text)
      }
      return Column(result, validity: validity, heap: ByteHeap([arena]))
    }
  }
}
