import ColumnFormat

/// One form for texts that look alike.
enum NormalizationFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "normalize(varchar) -> varchar",
      "The text in a Unicode normalization form: NFC, NFD, NFKC or NFKD.",
      examples: ["codepoint(normalize('e' || chr(769)))": "233"],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes) -> ByteView? in
        normalized(text, .nfc, arena)
      }
    }
    functions.scalar(
      "normalize(varchar, varchar) -> varchar",
      examples: ["normalize('Å', NFD) = 'A' || chr(778)": "true", "normalize('ﬁ²', NFKC)": "fi2"]
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes, name: Bytes) throws -> ByteView? in
        guard let form = Normalization.Form(rawValue: name.text) else {
          throw SQLError(
            .invalidArgument,
            "Normalization form must be one of [NFD, NFC, NFKD, NFKC]"
          )
        }
        return normalized(text, form, arena)
      }
    }
  }

  private static func normalized(
    _ text: Bytes,
    _ form: Normalization.Form,
    _ arena: ByteArena
  ) -> ByteView {
    if UTF8Text.isASCII(text) { return ByteView(text, 0, text.count) }
    return arena.copy(Array(Normalization.standard.normalized(text.text, form).utf8))
  }
}
