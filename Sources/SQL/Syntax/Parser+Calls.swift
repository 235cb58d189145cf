extension Parser {
  /// `name(…)` with everything that may stand in and behind the parentheses.
  mutating func parseCall(_ name: Identifier) throws(SQLError) -> SyntaxExpression {
    var call = FunctionCall(name: name, arguments: [])
    try expect(.leftParenthesis)
    try parseArguments(&call)
    try expect(.rightParenthesis)
    return try finishCall(call)
  }

  private mutating func parseArguments(_ call: inout FunctionCall) throws(SQLError) {
    if accept(.asterisk) {
      call.isStar = true
      return
    }
    if at(.rightParenthesis) { return }
    if accept(.distinct) {
      call.isDistinct = true
    } else {
      _ = accept(.all)
    }
    if !at(.order) {
      call.arguments.append(try parseExpression())
      while accept(.comma) { call.arguments.append(try parseExpression()) }
      if at(.dot), peek().kind == .symbol(.asterisk) {
        throw SQLError(
          .notSupported,
          "\(call.name.text)(t.*) is not supported",
          at: range(from: call.name.range),
          help: "write \(call.name.text)(*)"
        )
      }
    }
    if accept(.order) {
      try expect(.by)
      call.orderBy = try parseSortItems()
    }
  }

  /// WITHIN GROUP, FILTER, null treatment and OVER.
  private mutating func finishCall(_ finished: FunctionCall) throws(SQLError) -> SyntaxExpression {
    var call = finished
    if accept(.within, .group) {
      try expect(.leftParenthesis)
      try expect(.order)
      try expect(.by)
      call.orderBy = try parseSortItems()
      try expect(.rightParenthesis)
    }
    if at(.filter), peek().kind == .symbol(.leftParenthesis) {
      advance()
      advance()
      try expect(.where)
      call.filter = try parseExpression()
      try expect(.rightParenthesis)
    }
    if accept(.ignore, .nulls) {
      call.ignoresNulls = true
    } else if accept(.respect, .nulls) {
      call.ignoresNulls = false
    }
    if at(.over), peek().kind == .symbol(.leftParenthesis) || Parser.isName(peek()) {
      advance()
      call.window = try parseWindowReference()
    } else if call.ignoresNulls != nil {
      throw mismatch()
    }
    return SyntaxExpression(node: .call(call), range: range(from: call.name.range))
  }

  /// Functions whose grammar is their own; nil where the current word is none of them.
  mutating func parseSpecialCall() throws(SQLError) -> SyntaxExpression? {
    let keyword = current.keyword
    switch keyword {
    case .currentDate, .currentTime, .currentTimestamp, .localtime, .localtimestamp,
      .currentUser, .currentCatalog, .currentSchema, .currentPath, .currentRole:
      return try parseClock()
    default: break
    }
    guard peek().kind == .symbol(.leftParenthesis) else { return nil }
    switch keyword {
    case .extract: return try parseExtract()
    case .position: return try parsePosition()
    case .substring: return try parseSubstring()
    case .trim: return try parseTrim()
    case .normalize: return try parseNormalize()
    case .grouping, .listagg: return try parseReservedCall()
    case .jsonValue, .jsonQuery, .jsonExists, .jsonObject, .jsonArray:
      return try parseJSONCall()
    default: return nil
    }
  }

  /// `CURRENT_TIMESTAMP(6)`, with or without a precision.
  private mutating func parseClock() throws(SQLError) -> SyntaxExpression {
    let name = takeName()
    var call = FunctionCall(name: name, arguments: [])
    if accept(.leftParenthesis) { call.arguments = try parseExpressions(until: .rightParenthesis) }
    return SyntaxExpression(node: .call(call), range: range(from: name.range))
  }

  /// Reads `EXTRACT(field FROM value)`.
  private mutating func parseExtract() throws(SQLError) -> SyntaxExpression {
    let start = current.range
    advance()
    advance()
    let field = try parseName()
    try expect(.from)
    let value = try parseExpression()
    try expect(.rightParenthesis)
    return SyntaxExpression(node: .extract(field, value), range: range(from: start))
  }

  /// A call of `name` in place of the word `spelled`.
  private func call(
    _ name: String,
    _ spelled: Identifier,
    _ arguments: [SyntaxExpression]
  ) -> SyntaxExpression {
    let function = Identifier(text: name, isQuoted: false, range: spelled.range)
    return SyntaxExpression(
      node: .call(FunctionCall(name: function, arguments: arguments)),
      range: range(from: spelled.range)
    )
  }

  /// `POSITION(needle IN text)` is `strpos(text, needle)`.
  private mutating func parsePosition() throws(SQLError) -> SyntaxExpression {
    let name = takeName()
    advance()
    let needle = try parseValue()
    try expect(.in)
    let text = try parseValue()
    try expect(.rightParenthesis)
    return call("strpos", name, [text, needle])
  }

  /// `SUBSTRING(text FROM start FOR count)`, or with commas.
  private mutating func parseSubstring() throws(SQLError) -> SyntaxExpression {
    let name = takeName()
    advance()
    var arguments = [try parseExpression()]
    if accept(.from) {
      arguments.append(try parseExpression())
      if accept(.for) { arguments.append(try parseExpression()) }
      try expect(.rightParenthesis)
    } else {
      while accept(.comma) { arguments.append(try parseExpression()) }
      try expect(.rightParenthesis)
    }
    return call("substring", name, arguments)
  }

  /// `TRIM([LEADING | TRAILING | BOTH] [characters] [FROM] text)`, or with a comma.
  private mutating func parseTrim() throws(SQLError) -> SyntaxExpression {
    let name = takeName()
    advance()
    var function = "trim"
    var hasSide = true
    if accept(.leading) {
      function = "ltrim"
    } else if accept(.trailing) {
      function = "rtrim"
    } else if !accept(.both) {
      hasSide = false
    }
    if hasSide && accept(.from) {
      let text = try parseExpression()
      try expect(.rightParenthesis)
      return call(function, name, [text])
    }
    let first = try parseExpression()
    var arguments = [first]
    if accept(.from) {
      arguments = [try parseExpression(), first]
    } else if !hasSide && accept(.comma) {
      arguments.append(try parseExpression())
    }
    try expect(.rightParenthesis)
    return call(function, name, arguments)
  }

  /// `NORMALIZE(text, NFC)`: the form is a word.
  private mutating func parseNormalize() throws(SQLError) -> SyntaxExpression {
    let name = takeName()
    advance()
    var arguments = [try parseExpression()]
    if accept(.comma) {
      let form = try parseName()
      arguments.append(SyntaxExpression(node: .string(form.text.uppercased()), range: form.range))
    }
    try expect(.rightParenthesis)
    return call("normalize", name, arguments)
  }

  /// `GROUPING(a, b)` and `LISTAGG(x, ',') WITHIN GROUP (ORDER BY x)`, whose names are reserved.
  private mutating func parseReservedCall() throws(SQLError) -> SyntaxExpression {
    let isList = current.keyword == .listagg
    var call = FunctionCall(name: takeName(), arguments: [])
    advance()
    try parseArguments(&call)
    if isList && accept(.on) {
      try expect(.overflow)
      if accept(.truncate) {
        try parseTruncation(&call)
      } else {
        try expect(.error)
      }
    }
    try expect(.rightParenthesis)
    return try finishCall(call)
  }

  /// `ON OVERFLOW TRUNCATE '…' WITH COUNT`: the filler and whether to count become arguments.
  private mutating func parseTruncation(_ call: inout FunctionCall) throws(SQLError) {
    let start = previousRange
    if call.arguments.count == 1 {
      call.arguments.append(SyntaxExpression(node: .string(""), range: start))
    }
    var filler = SyntaxExpression(node: .string("..."), range: start)
    if current.kind == .string { filler = try parsePrimary() }
    let counts = accept(.with)
    if !counts { try expect(.without) }
    // COUNT is no keyword of the grammar.
    guard current.kind == .word, current.text.uppercased() == "COUNT" else {
      note("COUNT")
      throw mismatch()
    }
    advance()
    call.arguments += [
      filler, SyntaxExpression(node: .boolean(counts), range: range(from: start)),
    ]
  }
}
