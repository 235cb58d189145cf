import ColumnFormat

/// The parts of a URL (RFC 3986), and its escapes.
enum URLFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  /// Of each byte: 1 where no URL has it, 2 for `#`, 4 for `?`.
  private static let kinds: [UInt8] = {
    var kinds = [UInt8](repeating: 0, count: 256)
    for byte in 0...0x20 { kinds[byte] = 1 }
    for byte in [0x7F, 0x22, 0x3C, 0x3E, 0x5C, 0x5E, 0x60, 0x7B, 0x7C, 0x7D] { kinds[byte] = 1 }
    kinds[0x23] = 2
    kinds[0x3F] = 4
    return kinds
  }()

  /// Byte ranges of the parts.
  struct Parts {
    var scheme: Range<Int>?
    var host: Range<Int>?
    var port: Int64?
    var path: Range<Int>
    var query: Range<Int>?
    var fragment: Range<Int>?

    /// Takes a URL apart; nil for a text that holds spaces or control characters.
    init?(_ text: Bytes) {
      var end = text.count
      var (hash, mark) = (end, end)
      var forbidden: UInt8 = 0
      URLFunctions.kinds.withUnsafeBufferPointer { kinds in
        for index in 0..<text.count {
          let kind = kinds[Int(text[index])]
          if kind == 0 { continue }
          forbidden |= kind & 1
          if kind == 2 { hash = min(hash, index) }
          if kind == 4 { mark = min(mark, index) }
        }
      }
      if forbidden != 0 { return nil }
      if hash < end {
        fragment = (hash + 1)..<end
        end = hash
      }
      if mark < end {
        query = (mark + 1)..<end
        end = mark
      }
      var start = 0
      var colon = 0
      while colon < end && text[colon] != 0x3A && text[colon] != 0x2F { colon &+= 1 }
      if colon < end, text[colon] == 0x3A, colon > 0 {
        scheme = 0..<colon
        start = colon + 1
      }
      if end - start >= 2, text[start] == 0x2F, text[start + 1] == 0x2F {
        let authority = start + 2
        // Where the last @ and the last : of the authority are, and the last ].
        var slash = authority
        var (hostStart, lastColon, lastBracket) = (authority, -1, -1)
        while slash < end && text[slash] != 0x2F {
          switch text[slash] {
          case 0x40: hostStart = slash &+ 1
          case 0x3A: lastColon = slash
          case 0x5D: lastBracket = slash
          default: break
          }
          slash &+= 1
        }
        var hostEnd = slash
        let colon = lastColon
        if colon >= hostStart && lastBracket < colon {
          hostEnd = colon
          if colon + 1 < slash {
            let digits = Bytes(rebasing: text[(colon + 1)..<slash])
            guard let number = NumberText.integer(digits), number >= 0 else { return nil }
            port = number
          }
        }
        host = hostStart..<hostEnd
        start = slash
      }
      path = start..<end
    }
  }

  static func register(_ functions: inout FunctionRegistry) {
    part(&functions, "url_extract_protocol", "The URL's scheme.", "https", isNilEmpty: false) {
      $0.scheme
    }
    part(&functions, "url_extract_host", "The URL's host.", "example.com", isNilEmpty: false) {
      $0.host
    }
    part(&functions, "url_extract_path", "The URL's path.", "/a", isNilEmpty: true) { $0.path }
    part(&functions, "url_extract_query", "The URL's query.", "k=v&m=1", isNilEmpty: true) {
      $0.query
    }
    part(&functions, "url_extract_fragment", "The URL's fragment.", "f", isNilEmpty: true) {
      $0.fragment
    }
    functions.scalar(
      "url_extract_port(varchar) -> bigint",
      "The URL's port, if it names one.",
      examples: ["url_extract_port('http://example.com:8080/')": "8080"],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes) -> Int64? in Parts(text)?.port }
    }
    functions.scalar(
      "url_extract_parameter(varchar(x), varchar) -> varchar(x)",
      "The first value of a parameter of the URL's query.",
      examples: ["url_extract_parameter('https://example.com/a?k=v&m=1', 'm')": "1"],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes, name: Bytes) -> ByteView? in
        guard let query = Parts(text)?.query else { return nil }
        return parameter(Bytes(rebasing: text[query]), name).map { arena.copy($0) }
      }
    }
    functions.make(
      "url_encode(varchar(x)) -> varchar",
      "The text with all but letters, digits and -_.* escaped.",
      examples: ["url_encode('a b&c')": "a+b%26c"],
      canFail: false,
      // Up to four bytes of three characters for a code point.
      result: { match in match.length("x").map { .varchar(bounded: $0 * 12) } ?? .text }
    ) { _ in
      { a, n, _ in
        let arena = ByteArena()
        return try Rowwise.map(a, n, arena: arena) { (text: Bytes) -> ByteView? in
          arena.copy(encode(text))
        }
      }
    }
    functions.scalar(
      "url_decode(varchar(x)) -> varchar(x)",
      "The text with its escapes resolved.",
      examples: ["url_decode('a+b%26c')": "a b&c"]
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes) -> ByteView? in
        guard let decoded = decode(text) else {
          throw SQLError(.invalidArgument, "Illegal hex characters in escape (%) pattern")
        }
        return arena.copy(decoded)
      }
    }
  }

  private static func part(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    _ example: String,
    isNilEmpty: Bool,
    _ range: @escaping @Sendable (Parts) -> Range<Int>?
  ) {
    functions.scalar(
      "\(name)(varchar(x)) -> varchar(x)",
      summary,
      examples: ["\(name)('https://example.com/a?k=v&m=1#f')": example],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes) -> ByteView? in
        guard let parts = Parts(text) else { return nil }
        guard let found = range(parts) else { return isNilEmpty ? ByteView() : nil }
        let part = Bytes(rebasing: text[found])
        var isEscaped = false
        for byte in part { isEscaped = isEscaped || byte == 0x25 }
        if isEscaped, let decoded = decode(part, plusIsSpace: false) {
          return arena.copy(decoded)
        }
        return ByteView(text, found.lowerBound, found.upperBound)
      }
    }
  }

  private static func parameter(_ query: Bytes, _ name: Bytes) -> [UInt8]? {
    var start = 0
    while start <= query.count {
      let end = query[start...].firstIndex(of: 0x26) ?? query.count
      let equals = query[start..<end].firstIndex(of: 0x3D) ?? end
      if query[start..<equals].elementsEqual(name) {
        if equals == end { return [] }
        let value = Bytes(rebasing: query[(equals + 1)..<end])
        return decode(value, plusIsSpace: false) ?? Array(value)
      }
      start = end + 1
    }
    return nil
  }

  private static func encode(_ text: Bytes) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in text {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F, 0x2E, 0x2A: result.append(byte)
      case 0x20: result.append(0x2B)
      default: result += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return result
  }

  private static func decode(_ text: Bytes, plusIsSpace: Bool = true) -> [UInt8]? {
    var result: [UInt8] = []
    var position = 0
    while position < text.count {
      let byte = text[position]
      if byte == 0x25 {
        guard position + 2 < text.count, let high = ValueText.hexValue(text[position + 1]),
          let low = ValueText.hexValue(text[position + 2])
        else { return nil }
        result.append(high << 4 | low)
        position += 3
      } else {
        result.append(byte == 0x2B && plusIsSpace ? 0x20 : byte)
        position += 1
      }
    }
    return result
  }
}
