import ColumnFormat

/// JSON: extracting by path, parsing, printing, sizes.
enum JSONFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  /// A path that is compiled once while it does not change.
  private struct PathCache {
    private var source: [UInt8]?
    private var compiled: JSONPath?

    mutating func path(_ text: Bytes) throws -> JSONPath {
      if let compiled, let source, source.elementsEqual(text) { return compiled }
      let made = try JSONPath(text)
      source = Array(text)
      compiled = made
      return made
    }
  }

  static func register(_ functions: inout FunctionRegistry) {
    for type in ["varchar", "json"] {
      let isFirst = type == "varchar"
      extraction(&functions, type, isFirst)
      sizes(&functions, type, isFirst)
      functions.scalar(
        "is_json_scalar(\(type)) -> boolean",
        "Whether the document is a number, a string, true, false or null.",
        examples: isFirst ? ["is_json_scalar('[1]')": "false"] : [:]
      ) { a, n, _ in
        try Rowwise.map(a, n) { (text: Bytes) -> UInt8? in
          let start = JSONScanner(text).skipSpaces(0)
          guard start < text.count, JSONScanner(text).skipValue(start) != nil else {
            throw SQLError(.invalidArgument, "Invalid JSON value: \(text.text)")
          }
          return bit(text[start] != 0x7B && text[start] != 0x5B)
        }
      }
    }
    functions.scalar(
      "json_parse(varchar) -> json",
      "The text as a JSON document.",
      examples: ["json_parse('{\"b\": 1, \"a\": [2, 3]}')": "{\"a\":[2,3],\"b\":1}"]
    ) { a, n, _ in
      let arena = ByteArena()
      var result: [UInt8] = []
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes) -> ByteView? in
        result.removeAll(keepingCapacity: true)
        let scanner = JSONScanner(text)
        guard let end = scanner.copy(0, sortingKeys: true, to: &result),
          scanner.skipSpaces(end) == text.count
        else {
          throw SQLError(.invalidArgument, "Cannot convert value to JSON: '\(text.text)'")
        }
        return arena.copy(result)
      }
    }
    functions.scalar(
      "json_format(json) -> varchar",
      "The document's text.",
      examples: ["json_format(json_parse('[1, 2]'))": "[1,2]"],
      canFail: false
    ) { a, _, _ in a[0] }
  }

  private static func extraction(
    _ functions: inout FunctionRegistry,
    _ type: String,
    _ isFirst: Bool
  ) {
    functions.scalar(
      "json_extract(\(type), varchar) -> json",
      "The part of a document at a path; null where there is none.",
      examples: isFirst
        ? ["json_extract('{\"a\": {\"b\": [1, 2]}}', '$.a.b')": "[1,2]"] : [:]
    ) { a, n, _ in
      let arena = ByteArena()
      var cache = PathCache()
      var result: [UInt8] = []
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes, path: Bytes) -> ByteView? in
        guard let start = try cache.path(path).find(in: text) else { return nil }
        result.removeAll(keepingCapacity: true)
        guard JSONScanner(text).copy(start, sortingKeys: false, to: &result) != nil else {
          return nil
        }
        return arena.copy(result)
      }
    }
    functions.scalar(
      "json_extract_scalar(\(type), varchar) -> varchar",
      "The number, string or truth value at a path as text; null for anything else.",
      examples: isFirst
        ? [
          "json_extract_scalar('{\"a\": [1, \"x\"]}', '$.a[1]')": "x",
          "json_extract_scalar('{\"a\": [1]}', '$.a')": "NULL",
        ] : [:]
    ) { a, n, _ in
      let arena = ByteArena()
      var cache = PathCache()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes, path: Bytes) -> ByteView? in
        guard let start = try cache.path(path).find(in: text) else { return nil }
        return scalar(text, start, arena)
      }
    }
    functions.scalar(
      "json_array_get(\(type), bigint) -> json",
      "An element of a JSON array, from zero; a negative index counts from the end.",
      examples: isFirst ? ["json_array_get('[\"a\", 3]', 1)": "3"] : [:],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes, index: Int64) -> ByteView? in
        guard let elements = elements(text) else { return nil }
        let place = index < 0 ? Int64(elements.count) + index : index
        guard place >= 0, place < Int64(elements.count) else { return nil }
        let range = elements[Int(place)]
        if text[range].elementsEqual("null".utf8) { return nil }
        return ByteView(text, range.lowerBound, range.upperBound)
      }
    }
    arrayContains(&functions, type, isFirst)
  }

  /// A scalar as text: a string's content, a number or word as it stands.
  static func scalar(_ text: Bytes, _ start: Int, _ arena: ByteArena) -> ByteView? {
    let scanner = JSONScanner(text)
    switch text[start] {
    case 0x7B, 0x5B: return nil
    case 0x22:
      guard let end = scanner.skipString(start), end <= text.count else { return nil }
      let raw = Bytes(rebasing: text[(start + 1)..<(end - 1)])
      if raw.contains(0x5C) { return arena.copy(JSONScanner.unescaped(raw)) }
      return ByteView(text, start + 1, end - 1)
    default:
      guard let end = scanner.skipValue(start) else { return nil }
      let word = Bytes(rebasing: text[start..<end])
      guard JSONScanner.isWord(word), word[0] != 0x6E else { return nil }
      return ByteView(text, start, end)
    }
  }

  /// Where the elements of a JSON array lie; nil for anything else.
  static func elements(_ text: Bytes) -> [Range<Int>]? {
    let scanner = JSONScanner(text)
    let start = scanner.skipSpaces(0)
    guard start < text.count, text[start] == 0x5B else { return nil }
    var ranges: [Range<Int>] = []
    let isWhole = scanner.forEach(of: start) { _, value in
      ranges.append(value)
      return true
    }
    return isWhole == nil ? nil : ranges
  }

  private static func arrayContains(
    _ functions: inout FunctionRegistry,
    _ type: String,
    _ isFirst: Bool
  ) {
    functions.scalar(
      "json_array_contains(\(type), varchar) -> boolean",
      "Whether a JSON array has a value among its elements.",
      examples: isFirst ? ["json_array_contains('[1, 2]', 2)": "true"] : [:],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n) { (text: Bytes, value: Bytes) -> UInt8? in
        contains(text) { range in
          guard text[range.lowerBound] == 0x22,
            let view = scalar(text, range.lowerBound, arena)
          else { return false }
          return view.withBytes { $0.elementsEqual(value) }
        }
      }
    }
    functions.scalar("json_array_contains(\(type), double) -> boolean", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, value: Double) -> UInt8? in
        contains(text) { NumberText.double(Bytes(rebasing: text[$0])) == value }
      }
    }
    functions.scalar("json_array_contains(\(type), bigint) -> boolean", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, value: Int64) -> UInt8? in
        contains(text) { NumberText.integer(Bytes(rebasing: text[$0])) == value }
      }
    }
    functions.scalar("json_array_contains(\(type), boolean) -> boolean", canFail: false) {
      a,
      n,
      _ in
      try Rowwise.map(a, n) { (text: Bytes, value: Bool) -> UInt8? in
        contains(text) { text[$0].elementsEqual((value ? "true" : "false").utf8) }
      }
    }
  }

  private static func contains(_ text: Bytes, _ isMatch: (Range<Int>) -> Bool) -> UInt8? {
    elements(text).map { bit($0.contains(where: isMatch)) }
  }

  private static func sizes(_ functions: inout FunctionRegistry, _ type: String, _ isFirst: Bool) {
    functions.scalar(
      "json_array_length(\(type)) -> bigint",
      "The number of elements of a JSON array; null for anything else.",
      examples: isFirst ? ["json_array_length('[1, 2, 3]')": "3"] : [:],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes) -> Int64? in elements(text).map { Int64($0.count) } }
    }
    functions.scalar(
      "json_size(\(type), varchar) -> bigint",
      "The number of members or elements at a path; zero for a scalar.",
      examples: isFirst ? ["json_size('{\"x\": {\"a\": 1, \"b\": 2}}', '$.x')": "2"] : [:]
    ) { a, n, _ in
      var cache = PathCache()
      return try Rowwise.map(a, n) { (text: Bytes, path: Bytes) -> Int64? in
        guard let start = try cache.path(path).find(in: text) else { return nil }
        guard text[start] == 0x7B || text[start] == 0x5B else { return 0 }
        var count: Int64 = 0
        let isWhole = JSONScanner(text).forEach(of: start) { _, _ in
          count += 1
          return true
        }
        return isWhole == nil ? nil : count
      }
    }
  }
}
