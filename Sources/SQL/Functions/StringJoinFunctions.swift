import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Texts one after the other.
enum StringJoinFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "concat(varchar...) -> varchar",
      "The texts, binaries or arrays one after the other; null if one of them is.",
      examples: ["concat('a', 'b', 'c')": "abc", "concat('a', NULL)": "NULL"],
      canFail: false,
      kernel: concat
    )
    functions.scalar("concat(varbinary...) -> varbinary", canFail: false, kernel: concat)
    functions.scalar("$concat(varchar, varchar) -> varchar", canFail: false, kernel: concat)
    functions.scalar("$concat(varbinary, varbinary) -> varbinary", canFail: false, kernel: concat)
    functions.scalar(
      "concat_ws(varchar, varchar...) -> varchar",
      "The texts that are not null, with a separator between.",
      examples: ["concat_ws('-', 'a', NULL, 'b')": "a-b"],
      nulls: .custom,
      canFail: false
    ) { a, n, _ in concatWithSeparator(a, n) }
    functions.scalar(
      "concat_ws(varchar, array(varchar)) -> varchar",
      nulls: .custom,
      canFail: false
    ) { a, n, _ in concatWithSeparator(a, n) }
  }

  static let concat: ScalarFunction.Kernel = { arguments, rowCount, _ in
    let operands = arguments.map { Operand<ByteView>($0) }
    let arena = ByteArena()
    let result = Buffer<ByteView>(count: rowCount)
    // At most twelve bytes are put together here, longer texts in the arena.
    let short = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)
    defer { short.deallocate() }
    for row in 0..<rowCount {
      var total = 0
      for operand in operands { total &+= operand[row].count }
      let target = total <= ByteView.inlineByteCountMax ? short : arena.allocate(total)
      var position = 0
      for operand in operands {
        let bytes = (operand.buffer.base + (row & operand.mask)).bytes
        if let source = bytes.baseAddress, !bytes.isEmpty {
          memcpy(target + position, source, bytes.count)
        }
        position &+= bytes.count
      }
      result.base[row] = ByteView(target, count: total)
    }
    return Column(result, validity: Column.unitedValidity(arguments), heap: ByteHeap([arena]))
  }

  private static func concatWithSeparator(_ arguments: [Column], _ rowCount: Int) -> Column {
    let separators = Operand<ByteView>(arguments[0])
    let arena = ByteArena()
    let result = Buffer<ByteView>(count: rowCount)
    let isList = arguments.count > 1 && arguments[1].physicalType == .list
    let list = isList ? ListOperand(arguments[1]) : nil
    let elements = list.map { Operand<ByteView>($0.elements) }
    let operands = list == nil ? arguments.dropFirst().map { Operand<ByteView>($0) } : []
    var text: [UInt8] = []
    for row in 0..<rowCount {
      text.removeAll(keepingCapacity: true)
      let separator = (separators.buffer.base + (row & separators.mask)).bytes
      var isFirst = true
      func add(_ bytes: Bytes) {
        if !isFirst { text += separator }
        text += bytes
        isFirst = false
      }
      if let list, let elements {
        for index in list[row] where elements.validity?.isValid(index) ?? true {
          add((elements.buffer.base + index).bytes)
        }
      } else {
        for operand in operands where operand.validity?.isValid(row) ?? true {
          add((operand.buffer.base + (row & operand.mask)).bytes)
        }
      }
      result.base[row] = arena.copy(text)
    }
    let validity = Validity.intersection(separators.validity, list?.validity)
    return Column(result, validity: validity, heap: ByteHeap([arena]))
  }
}
