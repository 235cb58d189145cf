import ColumnFormat

/// regexp_replace: by a template of groups, or by a lambda over them.
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
      var replacer = MatchReplacer()
      let nothing = Bytes(start: nil, count: 0)
      return try Rowwise.map(a, n, arena: replacer.arena) {
        (text: Bytes, pattern: Bytes) -> ByteView? in
        try replacer.replace(text, pattern, nothing)
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
        var replacer = MatchReplacer()
        return try Rowwise.map(a, n, arena: replacer.arena) {
          (text: Bytes, pattern: Bytes, with: Bytes) -> ByteView? in
          try replacer.replace(text, pattern, with)
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
        var cache = MatcherCache()
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
}
