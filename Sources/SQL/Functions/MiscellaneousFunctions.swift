import ColumnFormat

/// uuid, version and what else stands alone.
enum MiscellaneousFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "uuid() -> uuid",
      "A random UUID (version 4).",
      examples: ["length(CAST(uuid() AS varchar))": "36"],
      canFail: false,
      isDeterministic: false
    ) { _, n, _ in
      let arena = ByteArena()
      let result = Buffer<ByteView>(count: n)
      for row in 0..<n {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        result.base[row] = arena.copy(bytes)
      }
      return Column(result, heap: ByteHeap([arena]))
    }
    functions.custom(
      "$recursion_limit",
      "Fails for every row.",
      kind: .operator,
      signatures: ["$recursion_limit(T) -> boolean"]
    ) { types in
      ScalarFunction(
        name: "$recursion_limit",
        argumentTypes: types,
        resultType: .boolean,
        nulls: .custom,
        isDeterministic: false,
        canFail: true,
        kernel: { _, n, _ in
          if n > 0 {
            throw SQLError(
              .notSupported,
              "Recursion depth limit exceeded (\(Binder.recursionDepthMax))",
              help: "make the step end earlier, or write the levels out"
            )
          }
          return Column(booleans: Buffer<UInt8>(count: 0))
        }
      )
    }
    functions.custom(
      "$key",
      "Bytes that are the same for the same value, also for null and NaN.",
      kind: .operator,
      signatures: ["$key(T) -> varbinary"]
    ) { types in
      guard types.count == 1 else { return nil }
      let type = types[0]
      return ScalarFunction(
        name: "$key",
        argumentTypes: types,
        resultType: .varbinary,
        nulls: .custom,
        isDeterministic: true,
        canFail: false,
        kernel: { a, n, _ in
          let values = a[0].flattened()
          let arena = ByteArena()
          let result = Buffer<ByteView>(count: n)
          var bytes: [UInt8] = []
          for row in 0..<n {
            bytes.removeAll(keepingCapacity: true)
            NestedValueCoding.append(values, row: row, type, to: &bytes)
            result.base[row] = arena.copy(bytes)
          }
          return Column(result, heap: ByteHeap([arena]))
        }
      )
    }
    functions.custom(
      "typeof",
      "The name of the argument's type.",
      signatures: ["typeof(T) -> varchar"],
      examples: ["typeof(1)": "integer"]
    ) { types in
      guard types.count == 1 else { return nil }
      let name = types[0].description
      return ScalarFunction(
        name: "typeof",
        argumentTypes: types,
        resultType: .text,
        nulls: .custom,
        isDeterministic: true,
        canFail: false,
        kernel: { _, n, _ in .constant(.text(name), of: .text, count: n) }
      )
    }
  }
}
