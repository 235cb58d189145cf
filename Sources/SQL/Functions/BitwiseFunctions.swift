import ColumnFormat

/// Operations on the bits of integers.
enum BitwiseFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    binary(&functions, "bitwise_and", "The bits that both have.", ["bitwise_and(12, 10)": "8"]) {
      $0 & $1
    }
    binary(&functions, "bitwise_or", "The bits that either has.", ["bitwise_or(12, 10)": "14"]) {
      $0 | $1
    }
    binary(&functions, "bitwise_xor", "The bits that one has.", ["bitwise_xor(12, 10)": "6"]) {
      $0 ^ $1
    }
    functions.scalar(
      "bitwise_not(bigint) -> bigint",
      "The bits that are not set.",
      examples: ["bitwise_not(-12)": "11"],
      canFail: false
    ) { a, n, _ in try Rowwise.map(a, n) { (x: Int64) -> Int64? in ~x } }
    shifts(Int64.self, "bigint", &functions)
    shifts(Int32.self, "integer", &functions)
    shifts(Int16.self, "smallint", &functions)
    shifts(Int8.self, "tinyint", &functions)
    functions.scalar(
      "bit_count(bigint, bigint) -> bigint",
      "How many bits are set in the two's complement of a width.",
      examples: ["bit_count(9, 64)": "2", "bit_count(-7, 8)": "6"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (value: Int64, width: Int64) -> Int64? in
        guard (2...64).contains(width) else {
          throw SQLError(
            .invalidArgument,
            "Bits specified in bit_count must be between 2 and 64, got \(width)"
          )
        }
        if width == 64 { return Int64(value.nonzeroBitCount) }
        let limit = Int64(1) << (width - 1)
        guard value >= -limit, value < limit else {
          throw SQLError(
            .invalidArgument,
            "Number must be representable with the bits specified. \(value) can not be represented with \(width) bits"
          )
        }
        return Int64((value & ((1 << width) - 1)).nonzeroBitCount)
      }
    }
  }

  private static func binary(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    _ examples: KeyValuePairs<String, String>,
    _ body: @escaping @Sendable (Int64, Int64) -> Int64
  ) {
    functions.scalar(
      "\(name)(bigint, bigint) -> bigint",
      summary,
      examples: examples,
      canFail: false
    ) { a, n, _ in try Rowwise.map(a, n) { (x: Int64, y: Int64) -> Int64? in body(x, y) } }
  }

  private static func shifts<
    T: PhysicalValue & FixedWidthInteger & SignedInteger & KernelArgument & SendableMetatype
  >(
    _: T.Type,
    _ type: String,
    _ functions: inout FunctionRegistry
  ) where T.Stored == T, T.Magnitude: BitwiseCopyable {
    let isFirst = type == "bigint"
    functions.scalar(
      "bitwise_left_shift(\(type), bigint) -> \(type)",
      "The bits moved up.",
      examples: isFirst ? ["bitwise_left_shift(1, 2)": "4"] : [:],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (x: T, shift: Int64) -> T? in
        shift < 0 || shift >= Int64(T.bitWidth) ? 0 : x &<< T(truncatingIfNeeded: shift)
      }
    }
    functions.scalar(
      "bitwise_right_shift(\(type), bigint) -> \(type)",
      "The bits moved down, zeros coming in.",
      examples: isFirst ? ["bitwise_right_shift(8, 3)": "1"] : [:],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (x: T, shift: Int64) -> T? in
        if shift < 0 || shift >= Int64(T.bitWidth) { return 0 }
        return T(truncatingIfNeeded: T.Magnitude(truncatingIfNeeded: x) >> shift)
      }
    }
    functions.scalar(
      "bitwise_right_shift_arithmetic(\(type), bigint) -> \(type)",
      "The bits moved down, the sign coming in.",
      examples: isFirst ? ["bitwise_right_shift_arithmetic(-8, 2)": "-2"] : [:],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (x: T, shift: Int64) -> T? in
        if shift < 0 || shift >= Int64(T.bitWidth) { return x < 0 ? -1 : 0 }
        return x &>> T(truncatingIfNeeded: shift)
      }
    }
  }
}
