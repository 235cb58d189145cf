import ColumnFormat

/// regexp_*: patterns of Java's syntax.
enum RegularExpressionFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "regexp_like(varchar, varchar) -> boolean",
      "Whether a pattern matches anywhere in the text.",
      examples: ["regexp_like('1a 2b', '\\d+b')": "true"]
    ) { a, n, _ in
      var cache = MatcherCache()
      return try Rowwise.map(a, n) { (text: Bytes, pattern: Bytes) -> UInt8? in
        let matcher = try cache.matcher(pattern)
        if let literal = matcher.expression.literal {
          return bit(literal.withUnsafeBytes { ByteSearch.find($0, in: text) != nil })
        }
        return bit(try matcher.find(text))
      }
    }
    extraction(&functions)
    RegularExpressionReplacement.register(&functions)
    functions.scalar(
      "regexp_count(varchar, varchar) -> bigint",
      "How many times a pattern matches.",
      examples: ["regexp_count('1a 2b 14m', '\\d+')": "3"]
    ) { a, n, _ in
      var cache = MatcherCache()
      return try Rowwise.map(a, n) { (text: Bytes, pattern: Bytes) -> Int64? in
        var count: Int64 = 0
        try cache.matcher(pattern).forEachMatch(text) { _ in
          count += 1
          return true
        }
        return count
      }
    }
    functions.scalar(
      "regexp_position(varchar, varchar) -> integer",
      "The position of a pattern's first match; -1 where there is none.",
      examples: ["regexp_position('I have 23 apples', '\\d')": "8"]
    ) { a, n, _ in
      var cache = MatcherCache()
      return try Rowwise.map(a, n) { (text: Bytes, pattern: Bytes) -> Int32? in
        let matcher = try cache.matcher(pattern)
        guard try matcher.find(text), let match = matcher.group(0) else { return -1 }
        return Int32(UTF8Text.count(Bytes(rebasing: text[0..<match.lowerBound]))) + 1
      }
    }
    functions.scalar("regexp_position(varchar, varchar, bigint) -> integer") { a, n, _ in
      var cache = MatcherCache()
      return try Rowwise.map(a, n) { (text: Bytes, pattern: Bytes, start: Int64) -> Int32? in
        try position(text, cache.matcher(pattern), start, 1)
      }
    }
    functions.scalar("regexp_position(varchar, varchar, bigint, bigint) -> integer") { a, n, _ in
      var cache = MatcherCache()
      let numbers = Operand<Int64>(a[3])
      var row = -1
      let known = Column.unitedValidity(Array(a.prefix(3)))
      let result = try Rowwise.map(Array(a.prefix(3)), n) {
        (text: Bytes, pattern: Bytes, start: Int64) -> Int32? in
        repeat { row += 1 } while !(known?.isValid(row) ?? true)
        guard numbers.validity?.isValid(row) ?? true else { return nil }
        return try position(text, cache.matcher(pattern), start, numbers[row])
      }
      return result
    }
    functions.scalar(
      "regexp_split(varchar(x), varchar) -> array(varchar(x))",
      "The parts between a pattern's matches.",
      examples: ["regexp_split('1a 2b 14m', '\\s*[a-z]+\\s*')": "[1, 2, 14, ]"]
    ) { a, n, _ in
      var cache = MatcherCache()
      return try lists(a, n) { text, row, append in
        var start = 0
        let pattern = row(1)
        try cache.matcher(pattern).forEachMatch(text) { match in
          append(ByteView(text, start, match.lowerBound))
          start = match.upperBound
          return true
        }
        append(ByteView(text, start, text.count))
      }
    }
  }

  /// The position of a match, counted from a code point on; -1 where there are not so many.
  private static func position(
    _ text: Bytes,
    _ matcher: RegularExpressionMatcher,
    _ start: Int64,
    _ number: Int64
  ) throws -> Int32 {
    guard start >= 1 else {
      throw SQLError(.invalidArgument, "start position cannot be smaller than 1")
    }
    guard number >= 1 else {
      throw SQLError(.invalidArgument, "occurrence cannot be smaller than 1")
    }
    guard start - 1 <= Int64(UTF8Text.count(text)) else { return -1 }
    var from = UTF8Text.offset(text, by: Int(start - 1))
    var left = number
    while from <= text.count, try matcher.find(text, from: from), let match = matcher.group(0) {
      left -= 1
      if left == 0 {
        return Int32(UTF8Text.count(Bytes(rebasing: text[0..<match.lowerBound]))) + 1
      }
      from = match.upperBound
      if match.isEmpty { from += from < text.count ? UTF8Text.width(text[from]) : 1 }
    }
    return -1
  }

  // MARK: Extracting

  private static func extraction(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "regexp_extract(varchar(x), varchar) -> varchar(x)",
      "The first match of a pattern, or one of its groups; null where there is none.",
      examples: [
        "regexp_extract('1a 2b', '(\\d+)([a-z]+)', 2)": "a", "regexp_extract('abc', 'z')": "NULL",
      ]
    ) { a, n, _ in
      var cache = MatcherCache()
      return try Rowwise.map(a, n) { (text: Bytes, pattern: Bytes) -> ByteView? in
        try extract(text, cache.matcher(pattern), 0)
      }
    }
    functions.scalar("regexp_extract(varchar(x), varchar, bigint) -> varchar(x)") { a, n, _ in
      var cache = MatcherCache()
      return try Rowwise.map(a, n) { (text: Bytes, pattern: Bytes, group: Int64) -> ByteView? in
        try extract(text, cache.matcher(pattern), group)
      }
    }
    functions.scalar(
      "regexp_extract_all(varchar(x), varchar) -> array(varchar(x))",
      "All matches of a pattern, or one group of each.",
      examples: ["regexp_extract_all('1a 2b 14m', '\\d+')": "[1, 2, 14]"]
    ) { a, n, _ in
      var cache = MatcherCache()
      return try lists(a, n) { text, row, append in
        try cache.matcher(row(1)).forEachMatch(text) { match in
          append(ByteView(text, match.lowerBound, match.upperBound))
          return true
        }
      }
    }
    functions.scalar("regexp_extract_all(varchar(x), varchar, bigint) -> array(varchar(x))") {
      a,
      n,
      _ in
      var cache = MatcherCache()
      let groups = Operand<Int64>(a[2])
      var index = -1
      return try lists(Array(a.prefix(2)), n, also: a[2]) { text, row, append in
        index = row.row
        let matcher = try cache.matcher(row(1))
        let group = try checked(groups[index], matcher)
        try matcher.forEachMatch(text) { _ in
          append(matcher.group(group).map { ByteView(text, $0.lowerBound, $0.upperBound) })
          return true
        }
      }
    }
  }

  private static func checked(_ group: Int64, _ matcher: RegularExpressionMatcher) throws -> Int {
    guard group >= 0 else { throw SQLError(.invalidArgument, "Group cannot be negative") }
    guard group <= Int64(matcher.groupCount) else {
      throw SQLError(
        .invalidArgument,
        "Pattern has \(matcher.groupCount) groups. Cannot access group \(group)"
      )
    }
    return Int(group)
  }

  private static func extract(_ text: Bytes, _ matcher: RegularExpressionMatcher, _ group: Int64)
    throws -> ByteView?
  {
    let index = try checked(group, matcher)
    guard try matcher.find(text), let range = matcher.group(index) else { return nil }
    return ByteView(text, range.lowerBound, range.upperBound)
  }

  /// The arguments of one row.
  struct Row {
    let row: Int
    let operands: [Operand<ByteView>]

    func callAsFunction(_ index: Int) -> Bytes {
      let operand = operands[index]
      return (operand.buffer.base + (row & operand.mask)).bytes
    }
  }

  private static func lists(
    _ arguments: [Column],
    _ rowCount: Int,
    also other: Column? = nil,
    _ body: (Bytes, Row, (ByteView?) -> Void) throws -> Void
  ) throws -> Column {
    let operands = arguments.map { Operand<ByteView>($0) }
    let validity = Column.unitedValidity(arguments + (other.map { [$0] } ?? []))
    var builder = ListBuilder<ByteView>()
    for row in 0..<rowCount {
      if validity?.isValid(row) ?? true {
        let own = Row(row: row, operands: operands)
        try body(own(0), own) { view in
          if let view { builder.append(view) } else { builder.appendNull() }
        }
      }
      builder.endRow()
    }
    return builder.finish(validity: validity, heap: arguments[0].byteHeap)
  }
}
