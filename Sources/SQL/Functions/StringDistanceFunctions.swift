import ColumnFormat

/// How alike texts are, and how they sound.
enum StringDistanceFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "levenshtein_distance(varchar, varchar) -> bigint",
      "How many changes of a code point make one text of the other.",
      examples: ["levenshtein_distance('kitten', 'sitting')": "3"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (left: Bytes, right: Bytes) -> Int64? in
        Int64(levenshtein(Array(left.text.unicodeScalars), Array(right.text.unicodeScalars)))
      }
    }
    functions.scalar(
      "hamming_distance(varchar, varchar) -> bigint",
      "In how many places two texts of one length differ.",
      examples: ["hamming_distance('karolin', 'kathrin')": "3"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (left: Bytes, right: Bytes) -> Int64? in
        let one = Array(left.text.unicodeScalars)
        let other = Array(right.text.unicodeScalars)
        guard one.count == other.count else {
          throw SQLError(
            .invalidArgument,
            "The input strings to hamming_distance function must have the same length"
          )
        }
        return Int64(zip(one, other).filter { $0 != $1 }.count)
      }
    }
    functions.scalar(
      "soundex(varchar) -> varchar(4)",
      "The sound of an English word as a letter and three digits.",
      examples: ["soundex('Robert')": "R163"]
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes) -> ByteView? in
        arena.copy(soundex(text))
      }
    }
    functions.scalar(
      "luhn_check(varchar) -> boolean",
      "Whether the digits' check digit is right.",
      examples: ["luhn_check('79927398713')": "true"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes) -> UInt8? in
        guard !text.isEmpty else { return 0 }
        var sum = 0
        for (index, byte) in text.reversed().enumerated() {
          guard (0x30...0x39).contains(byte) else {
            throw SQLError(.invalidArgument, "Input should contain only digits")
          }
          let digit = Int(byte) - 0x30
          sum += index % 2 == 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2
        }
        return bit(sum % 10 == 0)
      }
    }
  }

  private static func levenshtein(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
        diagonal = above
      }
    }
    return row[b.count]
  }

  private static func soundex(_ text: Bytes) -> [UInt8] {
    // The letters A to Z; H and W (8) do not separate equal codes, vowels (0) do.
    let codes = Array("01230128022455012623018202".utf8).map { $0 - 48 }
    var result: [UInt8] = []
    var last: UInt8 = 0
    for byte in text {
      let upper = byte & 0xDF
      guard (0x41...0x5A).contains(upper) else { continue }
      let code = codes[Int(upper - 0x41)]
      if result.isEmpty {
        result.append(upper)
        last = code
        continue
      }
      if code == 8 { continue }
      if code != 0 && code != last { result.append(48 + code) }
      last = code
      if result.count == 4 { break }
    }
    while !result.isEmpty && result.count < 4 { result.append(48) }
    return result
  }
}
