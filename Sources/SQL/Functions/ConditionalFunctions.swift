import ColumnFormat

/// greatest and least: null if any argument is.
enum ConditionalFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    for isGreatest in [true, false] {
      let name = isGreatest ? "greatest" : "least"
      functions.custom(
        name,
        isGreatest
          ? "The greatest argument; null if one is null."
          : "The least argument; null if one is null.",
        signatures: ["\(name)(T...) -> T"],
        examples: isGreatest
          ? ["greatest(1, 3, 2)": "3", "greatest(1, NULL, 3)": "NULL"]
          : ["least('b', 'a')": "a"]
      ) { types in
        guard let first = types.first else { return nil }
        var common = first
        for type in types.dropFirst() {
          guard let next = TypeCoercion.commonType(common, type) else { return nil }
          common = next
        }
        guard common.isOrderable, common.physicalType != .list, common.physicalType != .row else {
          return nil
        }
        let type = common
        return ScalarFunction(
          name: name,
          argumentTypes: types.map { _ in type },
          resultType: type,
          nulls: .propagates,
          isDeterministic: true,
          canFail: false,
          kernel: { a, n, _ in extreme(a, n, type, isGreatest: isGreatest) }
        )
      }
    }
  }

  private static func extreme(
    _ arguments: [Column],
    _ rowCount: Int,
    _ type: SQLType,
    isGreatest: Bool
  ) -> Column {
    switch type.physicalType {
    case .boolean: return run(UInt8.self, arguments, rowCount, isGreatest)
    case .int8: return run(Int8.self, arguments, rowCount, isGreatest)
    case .int16: return run(Int16.self, arguments, rowCount, isGreatest)
    case .int32: return run(Int32.self, arguments, rowCount, isGreatest)
    case .int64: return run(Int64.self, arguments, rowCount, isGreatest)
    case .int128: return run(Int128.self, arguments, rowCount, isGreatest)
    case .float32: return run(Float.self, arguments, rowCount, isGreatest)
    case .float64: return run(Double.self, arguments, rowCount, isGreatest)
    default: return run(ByteView.self, arguments, rowCount, isGreatest)
    }
  }

  private static func run<Value: ComparableValue>(
    _: Value.Type,
    _ arguments: [Column],
    _ rowCount: Int,
    _ isGreatest: Bool
  ) -> Column {
    let operands = arguments.map { Operand<Value>($0) }
    let result = Buffer<Value>(count: rowCount)
    let target = result.base
    for (index, operand) in operands.enumerated() {
      let source = operand.buffer.base
      let mask = operand.mask
      if index == 0 {
        for row in 0..<rowCount { target[row] = source[row & mask] }
      } else {
        for row in 0..<rowCount {
          let value = source[row & mask]
          let wins =
            isGreatest ? Value.exceeds(value, target[row]) : Value.order(value, target[row]) < 0
          if wins { target[row] = value }
        }
      }
    }
    var heap = ByteHeap()
    for argument in arguments { heap = heap.union(argument.byteHeap) }
    return Column(result, validity: Column.unitedValidity(arguments), heap: heap)
  }
}
