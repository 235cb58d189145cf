extension Parser {
  /// Reads `a, b DESC NULLS FIRST`.
  mutating func parseSortItems() throws(SQLError) -> [SortItem] {
    var items = [try parseSortItem()]
    while accept(.comma) { items.append(try parseSortItem()) }
    return items
  }

  private mutating func parseSortItem() throws(SQLError) -> SortItem {
    let expression = try parseExpression()
    var isDescending = false
    if accept(.desc) {
      isDescending = true
    } else {
      _ = accept(.asc)
    }
    var nullsFirst: Bool?
    if accept(.nulls) {
      if accept(.first) {
        nullsFirst = true
      } else {
        try expect(.last)
        nullsFirst = false
      }
    }
    return SortItem(expression: expression, isDescending: isDescending, nullsFirst: nullsFirst)
  }

  /// What follows OVER: a name, or a specification in parentheses.
  mutating func parseWindowReference() throws(SQLError) -> WindowReference {
    if current.kind == .symbol(.leftParenthesis) {
      return .specification(try parseWindowSpecification())
    }
    return .name(try parseName())
  }

  mutating func parseWindowSpecification() throws(SQLError) -> WindowSpecification {
    try expect(.leftParenthesis)
    var window = WindowSpecification(base: nil, partitionBy: [], orderBy: [], frame: nil)
    if Parser.isName(current), !startsWindowClause { window.base = takeName() }
    if accept(.partition) {
      try expect(.by)
      window.partitionBy.append(try parseExpression())
      while accept(.comma) { window.partitionBy.append(try parseExpression()) }
    }
    if accept(.order) {
      try expect(.by)
      window.orderBy = try parseSortItems()
    }
    window.frame = try parseFrame()
    try expect(.rightParenthesis)
    return window
  }

  private var startsWindowClause: Bool {
    switch current.keyword {
    case .partition: return peek().keyword == .by
    case .rows, .range, .groups:
      let next = peek().kind
      return next != .symbol(.rightParenthesis) && peek().keyword != .partition
        && peek().keyword != .order
    default: return false
    }
  }

  private mutating func parseFrame() throws(SQLError) -> WindowFrame? {
    let unit: WindowFrame.Unit
    if accept(.rows) {
      unit = .rows
    } else if accept(.range) {
      unit = .range
    } else if accept(.groups) {
      unit = .groups
    } else {
      return nil
    }
    guard accept(.between) else {
      return WindowFrame(unit: unit, start: try parseBound(), end: .currentRow)
    }
    let start = try parseBound()
    try expect(.and)
    return WindowFrame(unit: unit, start: start, end: try parseBound())
  }

  private mutating func parseBound() throws(SQLError) -> WindowFrame.Bound {
    if accept(.unbounded) {
      if accept(.preceding) { return .unboundedPreceding }
      try expect(.following)
      return .unboundedFollowing
    }
    if accept(.current, .row) { return .currentRow }
    let distance = try parseExpression()
    if accept(.preceding) { return .preceding(distance) }
    try expect(.following)
    return .following(distance)
  }
}
