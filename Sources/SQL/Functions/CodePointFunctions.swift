import ColumnFormat

/// Code points and bytes of text.
enum CodePointFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "chr(bigint) -> varchar(1)",
      "The code point as text.",
      examples: ["chr(65)": "A"]
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (value: Int64) -> ByteView? in
        guard let code = UInt32(exactly: value), Unicode.Scalar(code) != nil else {
          throw SQLError(.invalidArgument, "Not a valid Unicode code point: \(value)")
        }
        var bytes: [UInt8] = []
        UTF8Text.append(code, to: &bytes)
        return arena.copy(bytes)
      }
    }
    functions.scalar(
      "codepoint(varchar) -> integer",
      "The code point of the only character.",
      examples: ["codepoint('A')": "65"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes) -> Int32? in
        guard UTF8Text.count(text) == 1 else {
          throw SQLError(.invalidArgument, "Input string must be a single character string")
        }
        return Int32(truncatingIfNeeded: UTF8Text.decode(text, at: 0).0)
      }
    }
    functions.scalar(
      "to_utf8(varchar) -> varbinary",
      "The text's bytes.",
      examples: ["to_utf8('Az')": "41 7a"],
      canFail: false
    ) { a, _, _ in a[0] }
    functions.scalar(
      "from_utf8(varbinary) -> varchar",
      "The bytes as text; what is not UTF-8 becomes U+FFFD.",
      examples: ["from_utf8(to_utf8('hé'))": "hé"],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (bytes: Bytes) -> ByteView? in
        UTF8Text.isASCII(bytes) ? ByteView(bytes, 0, bytes.count) : arena.copy(bytes.text)
      }
    }
    functions.scalar("from_utf8(varbinary, varchar) -> varchar") { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (bytes: Bytes, other: Bytes) -> ByteView? in
        guard UTF8Text.count(other) <= 1 else {
          throw SQLError(
            .invalidArgument,
            "Replacement character string must empty or a single character"
          )
        }
        return arena.copy(repaired(bytes, other))
      }
    }
  }

  /// The text with each part that is no UTF-8 replaced.
  private static func repaired(_ bytes: Bytes, _ replacement: Bytes) -> [UInt8] {
    var result: [UInt8] = []
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): UTF8Text.append(scalar.value, to: &result)
      case .emptyInput: return result
      case .error: result += replacement
      }
    }
  }
}
