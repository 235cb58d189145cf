import ColumnFormat

/// Finding parts of text and replacing them; positions count code points from one.
enum StringSearchFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "strpos(varchar, varchar) -> bigint",
      "The position of the first occurrence, or of the n-th; zero where there is none.",
      examples: [
        "strpos('hello', 'l')": "3", "strpos('hello', 'x')": "0", "strpos('hello', 'l', -1)": "4",
      ],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, part: Bytes) -> Int64? in position(text, part, 1) }
    }
    functions.scalar("strpos(varchar, varchar, bigint) -> bigint") { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, part: Bytes, instance: Int64) -> Int64? in
        if instance == 0 { throw SQLError(.invalidArgument, "'instance' must not be zero") }
        return position(text, part, instance)
      }
    }
    functions.scalar(
      "starts_with(varchar, varchar) -> boolean",
      "Whether the text begins with another.",
      examples: ["starts_with('hello', 'he')": "true"],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, part: Bytes) -> UInt8? in
        bit(ByteSearch.hasPrefix(text, part))
      }
    }
    functions.scalar(
      "ends_with(varchar, varchar) -> boolean",
      "Whether the text ends with another.",
      examples: ["ends_with('hello', 'lo')": "true"],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, part: Bytes) -> UInt8? in
        bit(ByteSearch.hasSuffix(text, part))
      }
    }
    functions.scalar(
      "replace(varchar(x), varchar) -> varchar(x)",
      "The text with every occurrence replaced, or removed.",
      examples: ["replace('banana', 'an', 'x')": "bxxa", "replace('banana', 'an')": "ba"]
    ) { a, n, _ in
      let arena = ByteArena()
      var scratch: [UInt8] = []
      let empty = Bytes(start: nil, count: 0)
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes, part: Bytes) -> ByteView? in
        replace(text, part, empty, &scratch, arena)
      }
    }
    functions.make(
      "replace(varchar(x), varchar, varchar(z)) -> varchar",
      result: { match in
        // An empty part stands before every code point and at the end.
        guard let x = match.length("x"), let z = match.length("z") else { return .text }
        return .varchar(bounded: x + z * (x + 1))
      }
    ) { _ in
      { a, n, _ in
        let arena = ByteArena()
        var scratch: [UInt8] = []
        return try Rowwise.map(a, n, arena: arena) {
          (text: Bytes, part: Bytes, with: Bytes) -> ByteView? in
          replace(text, part, with, &scratch, arena)
        }
      }
    }
    functions.scalar(
      "translate(varchar, varchar, varchar) -> varchar",
      "The text with each code point of the second replaced by that of the third.",
      examples: ["translate('abcd', 'ab', 'x')": "xcd"]
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) {
        (text: Bytes, from: Bytes, to: Bytes) -> ByteView? in
        arena.copy(translate(text, from, to))
      }
    }
  }

  private static func position(_ text: Bytes, _ part: Bytes, _ instance: Int64) -> Int64 {
    if part.isEmpty { return 1 }
    var found: [Int] = []
    var start = 0
    while let place = ByteSearch.find(part, in: text, from: start) {
      if instance > 0 && Int64(found.count) + 1 == instance {
        return Int64(UTF8Text.count(Bytes(rebasing: text[0..<place]))) + 1
      }
      found.append(place)
      start = place + 1
    }
    guard instance < 0, Int64(found.count) >= instance.magnitude else { return 0 }
    let place = found[found.count + Int(instance)]
    return Int64(UTF8Text.count(Bytes(rebasing: text[0..<place]))) + 1
  }

  private static func replace(
    _ text: Bytes,
    _ part: Bytes,
    _ with: Bytes,
    _ scratch: inout [UInt8],
    _ arena: ByteArena
  ) -> ByteView {
    scratch.removeAll(keepingCapacity: true)
    if part.isEmpty {
      // Between all code points, and at both ends.
      scratch += with
      var position = 0
      while position < text.count {
        let end = UTF8Text.offset(text, from: position, by: 1)
        scratch += text[position..<end]
        scratch += with
        position = end
      }
      return arena.copy(scratch)
    }
    guard var place = ByteSearch.find(part, in: text) else { return ByteView(text, 0, text.count) }
    var start = 0
    while true {
      scratch += text[start..<place]
      scratch += with
      start = place + part.count
      guard let next = ByteSearch.find(part, in: text, from: start) else { break }
      place = next
    }
    scratch += text[start...]
    return arena.copy(scratch)
  }

  private static func translate(_ text: Bytes, _ from: Bytes, _ to: Bytes) -> [UInt8] {
    let targets = Array(to.text.unicodeScalars)
    var map: [Unicode.Scalar: Unicode.Scalar?] = [:]
    for (index, scalar) in from.text.unicodeScalars.enumerated() where map[scalar] == nil {
      map[scalar] = .some(index < targets.count ? targets[index] : nil)
    }
    var result: [UInt8] = []
    for scalar in text.text.unicodeScalars {
      if let target = map[scalar] {
        if let target { UTF8Text.append(target.value, to: &result) }
      } else {
        UTF8Text.append(scalar.value, to: &result)
      }
    }
    return result
  }
}
