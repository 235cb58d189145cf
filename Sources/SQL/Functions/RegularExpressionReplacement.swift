import ColumnFormat

/// regexp_replace: by a pattern of groups, or by a lambda over them.
enum RegularExpressionReplacement {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "regexp_replace(varchar(x), varchar) -> varchar(x)",
      "The text with all matches replaced, or removed; $1 and ${name} are groups.",
      examples: [
        "regexp_replace('aaa', 'a', 'b')": "bbb",
        "regexp_replace('1a 2b', '(\\d)([ab])', '$2$1')": "a1 b2",
      ]
    ) { a, n, _ in
      var cache = RegularExpressionFunctions.MatcherCache()
      let arena = ByteArena()
      let empty = Bytes(start: nil, count: 0)
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes, pattern: Bytes) -> ByteView? in
        try replace(text, cache.matcher(pattern), empty, arena)
      }
    }
    functions.make(
      "regexp_replace(varchar(x), varchar, varchar(y)) -> varchar",
      result: { match in
        guard let x = match.length("x"), let y = match.length("y") else { return .text }
        return .varchar(bounded: x + max(x * y / 2, y) * (x + 1))
      }
    ) { _ in
      { a, n, _ in
        var cache = RegularExpressionFunctions.MatcherCache()
        let arena = ByteArena()
        return try Rowwise.map(a, n, arena: arena) {
          (text: Bytes, pattern: Bytes, with: Bytes) -> ByteView? in
          try replace(text, cache.matcher(pattern), with, arena)
        }
      }
    }
    replaceByLambda(&functions)
  }

  /// The lambda gets the groups of all matches of a batch at once.
  private static func replaceByLambda(_ functions: inout FunctionRegistry) {
    functions.higherOrder(
      "regexp_replace(varchar, varchar, function(array(varchar), varchar)) -> varchar"
    ) { _ in
      { a, lambdas, n, _ in
        let operands = a.map { Operand<ByteView>($0) }
        let validity = Column.unitedValidity(a)
        var cache = RegularExpressionFunctions.MatcherCache()
        var groups = ListBuilder<ByteView>()
        var owners = BufferBuilder<UInt32>()
        var matches: [Range<Int>] = []
        var ends = [Int](repeating: 0, count: n)
        for row in 0..<n {
          if validity?.isValid(row) ?? true {
            let own = RegularExpressionFunctions.Row(row: row, operands: operands)
            let text = own(0)
            let matcher = try cache.matcher(own(1))
            try matcher.forEachMatch(text) { match in
              matches.append(match)
              owners.append(UInt32(truncatingIfNeeded: row))
              for group in 0..<matcher.groupCount {
                if let range = matcher.group(group + 1) {
                  groups.append(ByteView(text, range.lowerBound, range.upperBound))
                } else {
                  groups.appendNull()
                }
              }
              groups.endRow()
              return true
            }
          }
          ends[row] = matches.count
        }
        let found = groups.finish(validity: nil, heap: a[0].byteHeap)
        let replacements = try lambdas[0]([found], owners.finish())
        return joined(operands[0], matches, ends, Operand<ByteView>(replacements), validity, n)
      }
    }
  }

  /// The texts with their matches replaced; null where a replacement is.
  private static func joined(
    _ texts: Operand<ByteView>,
    _ matches: [Range<Int>],
    _ ends: [Int],
    _ replacements: Operand<ByteView>,
    _ validity: Validity?,
    _ rowCount: Int
  ) -> Column {
    let arena = ByteArena()
    let result = Buffer<ByteView>(repeating: ByteView(), count: rowCount)
    let known = Buffer<UInt8>(repeating: 1, count: rowCount)
    var match = 0
    for row in 0..<rowCount where validity?.isValid(row) ?? true {
      let text = (texts.buffer.base + (row & texts.mask)).bytes
      var joined: [UInt8] = []
      var start = 0
      while match < ends[row] {
        if replacements.validity?.isValid(match) ?? true {
          joined += text[start..<matches[match].lowerBound]
          joined += (replacements.buffer.base + (match & replacements.mask)).bytes
        } else {
          known.base[row] = 0
        }
        start = matches[match].upperBound
        match += 1
      }
      joined += text[start...]
      result.base[row] = arena.copy(joined)
    }
    return Column(
      result,
      validity: Validity.intersection(validity, Validity.fromBytes(known.base, count: rowCount)),
      heap: ByteHeap([arena])
    )
  }

  private static func replace(
    _ text: Bytes,
    _ matcher: RegularExpressionMatcher,
    _ with: Bytes,
    _ arena: ByteArena
  ) throws -> ByteView {
    var result: [UInt8] = []
    var start = 0
    var isChanged = false
    try matcher.forEachMatch(text) { match in
      isChanged = true
      result += text[start..<match.lowerBound]
      try append(with, text, matcher, to: &result)
      start = match.upperBound
      return true
    }
    if !isChanged { return ByteView(text, 0, text.count) }
    result += text[start...]
    return arena.copy(result)
  }

  /// Appends a replacement, where `$1` and `${name}` stand for groups and `\` takes what follows.
  private static func append(
    _ with: Bytes,
    _ text: Bytes,
    _ matcher: RegularExpressionMatcher,
    to result: inout [UInt8]
  ) throws {
    var position = 0
    while position < with.count {
      let byte = with[position]
      position += 1
      if byte == 0x5C {
        guard position < with.count else {
          throw SQLError(.invalidArgument, "Incomplete escape at the end of replacement string")
        }
        result.append(with[position])
        position += 1
        continue
      }
      guard byte == 0x24 else {
        result.append(byte)
        continue
      }
      var group = 0
      if position < with.count, with[position] == 0x7B,
        let close = with[position...].firstIndex(of: 0x7D)
      {
        let name = String(decoding: with[(position + 1)..<close], as: UTF8.self)
        guard let number = matcher.number(ofGroup: name) else {
          throw SQLError(
            .invalidArgument,
            "Illegal replacement sequence: unknown group { \(name) }"
          )
        }
        group = number
        position = close + 1
      } else {
        guard position < with.count, (0x30...0x39).contains(with[position]) else {
          throw SQLError(.invalidArgument, "Illegal replacement sequence: \(with.text)")
        }
        group = Int(with[position] - 0x30)
        position += 1
        // More digits belong to the number while there is such a group.
        while position < with.count, (0x30...0x39).contains(with[position]) {
          let longer = group * 10 + Int(with[position] - 0x30)
          guard longer <= matcher.groupCount else { break }
          group = longer
          position += 1
        }
        guard group <= matcher.groupCount else {
          throw SQLError(.invalidArgument, "Illegal replacement sequence: unknown group \(group)")
        }
      }
      if let range = matcher.group(group) { result += text[range] }
    }
  }
}
