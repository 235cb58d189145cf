import ColumnFormat

/// Stems of words.
enum WordStemFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  /// The languages that Trino has beside English.
  private static let languages: Set<String> = [
    "ca", "da", "de", "es", "eu", "fi", "fr", "hu", "hy", "ir", "it", "lt", "nl", "no", "pt", "ro",
    "ru", "sv", "tr",
  ]

  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "word_stem(varchar(x)) -> varchar(x)",
      "The stem of an English word.",
      examples: [
        "word_stem('authorization')": "author", "word_stem('running')": "run",
        "word_stem('generously')": "generous", "word_stem('happily')": "happili",
      ],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes) -> ByteView? in
        arena.copy(EnglishStemmer.stem(Array(text)))
      }
    }
    functions.scalar(
      "word_stem(varchar(x), varchar) -> varchar(x)",
      examples: ["word_stem('caresses', 'en')": "caress"]
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) {
        (text: Bytes, language: Bytes) throws -> ByteView? in
        let name = language.text
        if name == "en" { return arena.copy(EnglishStemmer.stem(Array(text))) }
        if languages.contains(name) {
          throw SQLError(
            .notSupported,
            "word_stem for the language '\(name)' is not supported",
            help: "'en' is"
          )
        }
        throw SQLError(.invalidArgument, "Unknown stemmer language: \(name)")
      }
    }
  }
}
