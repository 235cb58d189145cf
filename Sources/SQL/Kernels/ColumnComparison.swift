import ColumnFormat

/// Compares single rows of columns: for sorting, min and max, nested values, distinctness.
enum ColumnComparison {
  /// Negative, zero or positive; a null is above every value and equal to a null, NaN is above
  /// every number.
  static func compare(_ left: Column, _ i: Int, _ right: Column, _ j: Int, _ type: SQLType) -> Int {
    let leftValid = left.isValid(i)
    let rightValid = right.isValid(j)
    if !leftValid || !rightValid { return leftValid == rightValid ? 0 : leftValid ? -1 : 1 }
    let (leftValues, leftIndex) = left.place(of: i)
    let (rightValues, rightIndex) = right.place(of: j)
    return compare(leftValues, leftIndex, rightValues, rightIndex, type)
  }

  /// Compares two values that are there.
  static func compare(_ left: Values, _ i: Int, _ right: Values, _ j: Int, _ type: SQLType) -> Int {
    switch (left, right) {
    case (.boolean(let a), .boolean(let b)): return UInt8.order(a.base[i], b.base[j])
    case (.int8(let a), .int8(let b)): return Int8.order(a.base[i], b.base[j])
    case (.int16(let a), .int16(let b)): return Int16.order(a.base[i], b.base[j])
    case (.int32(let a), .int32(let b)): return Int32.order(a.base[i], b.base[j])
    case (.int64(let a), .int64(let b)): return Int64.order(a.base[i], b.base[j])
    case (.int128(let a), .int128(let b)):
      if case .timestampWithTimeZone = type {
        return Int128.order(a.base[i] >> 16, b.base[j] >> 16)
      }
      return Int128.order(a.base[i], b.base[j])
    case (.float32(let a), .float32(let b)): return Float.order(a.base[i], b.base[j])
    case (.float64(let a), .float64(let b)): return Double.order(a.base[i], b.base[j])
    case (.bytes(let a, _), .bytes(let b, _)): return ByteView.compare(a.base[i], b.base[j])
    case (.list(let a, let leftElements), .list(let b, let rightElements)):
      let elementType = type.elementType
      let leftStart = Int(a.base[i])
      let rightStart = Int(b.base[j])
      let leftCount = Int(a.base[i + 1]) - leftStart
      let rightCount = Int(b.base[j + 1]) - rightStart
      if case .map = type {
        return compareMaps(
          leftElements,
          leftStart..<(leftStart + leftCount),
          rightElements,
          rightStart..<(rightStart + rightCount),
          elementType
        )
      }
      for index in 0..<min(leftCount, rightCount) {
        let order = compare(
          leftElements,
          leftStart + index,
          rightElements,
          rightStart + index,
          elementType
        )
        if order != 0 { return order }
      }
      return Int64.order(Int64(leftCount), Int64(rightCount))
    case (.row(let a), .row(let b)):
      for field in a.indices {
        let order = compare(a[field], i, b[field], j, type.fieldType(field))
        if order != 0 { return order }
      }
      return 0
    default: preconditionFailure("columns of different types are compared")
    }
  }

  /// Compares the entries of maps in the order of their keys: how they were put in does not matter.
  private static func compareMaps(
    _ left: Column,
    _ leftRange: Range<Int>,
    _ right: Column,
    _ rightRange: Range<Int>,
    _ entry: SQLType
  ) -> Int {
    let leftSorted = leftRange.sorted { compare(left, $0, left, $1, entry) < 0 }
    let rightSorted = rightRange.sorted { compare(right, $0, right, $1, entry) < 0 }
    for (one, other) in zip(leftSorted, rightSorted) {
      let order = compare(left, one, right, other, entry)
      if order != 0 { return order }
    }
    return Int64.order(Int64(leftRange.count), Int64(rightRange.count))
  }

  /// The order of two nested values by `<` and its kind, for which a null within that is met before
  /// a difference is an error, as in Trino.
  static func order(_ left: Column, _ i: Int, _ right: Column, _ j: Int, _ type: SQLType) throws
    -> Int
  {
    let (leftValues, leftIndex) = left.place(of: i)
    let (rightValues, rightIndex) = right.place(of: j)
    func element(_ one: Column, _ i: Int, _ other: Column, _ j: Int, _ inner: SQLType) throws
      -> Int
    {
      guard one.isValid(i), other.isValid(j) else {
        let isRow = type.physicalType == .row
        throw SQLError(
          .notSupported,
          isRow
            ? "ROW comparison not supported for fields with null elements"
            : "ARRAY comparison not supported for arrays with null elements"
        )
      }
      return try order(one, i, other, j, inner)
    }
    switch (leftValues, rightValues) {
    case (.list(let a, let leftElements), .list(let b, let rightElements)):
      let leftRange = Int(a.base[leftIndex])..<Int(a.base[leftIndex + 1])
      let rightRange = Int(b.base[rightIndex])..<Int(b.base[rightIndex + 1])
      for (one, two) in zip(leftRange, rightRange) {
        let order = try element(leftElements, one, rightElements, two, type.elementType)
        if order != 0 { return order }
      }
      return Int64.order(Int64(leftRange.count), Int64(rightRange.count))
    case (.row(let a), .row(let b)):
      for field in a.indices {
        let inner = type.fieldType(field)
        let order = try element(a[field], leftIndex, b[field], rightIndex, inner)
        if order != 0 { return order }
      }
      return 0
    default: return compare(leftValues, leftIndex, rightValues, rightIndex, type)
    }
  }

  /// Whether two values that are there are equal by `=`; nil where a null within decides.
  static func isEqual(_ left: Column, _ i: Int, _ right: Column, _ j: Int, _ type: SQLType)
    -> Bool?
  {
    guard left.isValid(i), right.isValid(j) else { return nil }
    let (leftValues, leftIndex) = left.place(of: i)
    let (rightValues, rightIndex) = right.place(of: j)
    switch (leftValues, rightValues) {
    case (.float32(let a), .float32(let b)): return a.base[leftIndex] == b.base[rightIndex]
    case (.float64(let a), .float64(let b)): return a.base[leftIndex] == b.base[rightIndex]
    case (.list(let a, let leftElements), .list(let b, let rightElements)):
      let leftRange = Int(a.base[leftIndex])..<Int(a.base[leftIndex + 1])
      let rightRange = Int(b.base[rightIndex])..<Int(b.base[rightIndex + 1])
      if leftRange.count != rightRange.count { return false }
      if case .map(let key, let value) = type {
        return isEqualMap(leftElements, leftRange, rightElements, rightRange, key, value)
      }
      let elementType = type.elementType
      var result: Bool? = true
      for (one, other) in zip(leftRange, rightRange) {
        switch isEqual(leftElements, one, rightElements, other, elementType) {
        case false: return false
        case nil: result = nil
        default: break
        }
      }
      return result
    case (.row(let a), .row(let b)):
      var result: Bool? = true
      for field in a.indices {
        switch isEqual(a[field], leftIndex, b[field], rightIndex, type.fieldType(field)) {
        case false: return false
        case nil: result = nil
        default: break
        }
      }
      return result
    default: return compare(leftValues, leftIndex, rightValues, rightIndex, type) == 0
    }
  }

  private static func isEqualMap(
    _ left: Column,
    _ leftRange: Range<Int>,
    _ right: Column,
    _ rightRange: Range<Int>,
    _ key: SQLType,
    _ value: SQLType
  ) -> Bool? {
    guard case .row(let leftFields) = left.flatValues, case .row(let rightFields) = right.flatValues
    else { return nil }
    var result: Bool? = true
    for one in leftRange {
      guard
        let other = rightRange.first(where: {
          compare(leftFields[0], one, rightFields[0], $0, key) == 0
        })
      else { return false }
      switch isEqual(leftFields[1], one, rightFields[1], other, value) {
      case false: return false
      case nil: result = nil
      default: break
      }
    }
    return result
  }
}

extension Column {
  /// Whether a row's value is a floating point number that is none.
  func isNaN(at row: Int) -> Bool {
    switch place(of: row) {
    case (.float64(let values), let index): values.base[index].isNaN
    case (.float32(let values), let index): values.base[index].isNaN
    default: false
    }
  }

  /// The values and the position among them that hold a row.
  func place(of row: Int) -> (Values, Int) {
    switch form {
    case .flat(let values): return (values, row)
    case .constant(let values, _): return (values, 0)
    case .dictionary(let codes, let dictionary):
      return (dictionary.values, Int(codes.base[row]))
    case .runs(let ends, let values):
      var low = 0
      var high = ends.count - 1
      while low < high {
        let middle = (low + high) / 2
        if Int(ends.base[middle]) <= row { low = middle + 1 } else { high = middle }
      }
      return (values, low)
    }
  }
}

extension SQLType {
  /// What an array holds; of a map the row of key and value.
  var elementType: SQLType {
    switch self {
    case .array(let element): element
    case .map(let key, let value):
      .row([RowField(name: "key", type: key), RowField(name: "value", type: value)])
    default: .unknown
    }
  }

  /// The type of a row's field.
  func fieldType(_ index: Int) -> SQLType {
    guard case .row(let fields) = self, index < fields.count else { return .unknown }
    return fields[index].type
  }
}
