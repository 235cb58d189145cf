import ColumnFormat

/// RegexSerDe and Grok: the groups of a regular expression are the columns.
final class PatternLines: LineDecoder {
  struct Options: Sendable {
    let expression: RegularExpression
    /// The columns of named groups; nil where groups go by their order.
    var names: [String: Int]?

    /// `input.regex` and `input.regex.case.insensitive`; every column is a group.
    init(regex properties: [String: String], columns: [LogicalType]) throws(SQLError) {
      guard let pattern = properties["input.regex"] else {
        throw SQLError(
          .semantic,
          "This table does not have serde property \"input.regex\"!",
          help: "WITH SERDEPROPERTIES ('input.regex' = '…') has a group for every column"
        )
      }
      let flags = properties["input.regex.case.insensitive"]?.lowercased() == "true" ? "(?i)" : ""
      expression = try Options.compiled("\(flags)\\A(?:\(pattern))\\z")
      let groupCount = try Options.groupCount(expression)
      if groupCount != columns.count {
        throw SQLError(
          .semantic,
          "Number of matching groups doesn't match the number of columns: "
            + "\(groupCount) groups, \(columns.count) columns"
        )
      }
    }

    /// `input.format` and `input.grokCustomPatterns`.
    init(grok properties: [String: String]) throws(SQLError) {
      guard let format = properties["input.format"] else {
        throw SQLError(
          .semantic,
          "This table does not have serde property \"input.format\"!",
          help: "WITH SERDEPROPERTIES ('input.format' = '%{IP:client} %{WORD:method}')"
        )
      }
      var grok = GrokPattern(custom: properties["input.grokCustomPatterns"] ?? "")
      expression = try Options.compiled("\\A(?:\(try grok.expanded(format)))")
      var names: [String: Int] = [:]
      for (index, name) in grok.names.enumerated() where names[name] == nil { names[name] = index }
      self.names = names
    }

    private static func groupCount(_ expression: RegularExpression) throws(SQLError) -> Int {
      do {
        return try RegularExpressionMatcher(expression).groupCount
      } catch {
        throw error as? SQLError ?? SQLError(.internalError, "\(error)")
      }
    }

    private static func compiled(_ pattern: String) throws(SQLError) -> RegularExpression {
      do {
        return try Array(pattern.utf8).withUnsafeBytes { try RegularExpression.compiled($0) }
      } catch {
        throw error as? SQLError ?? SQLError(.internalError, "\(error)")
      }
    }
  }

  private let matcher: RegularExpressionMatcher
  /// For each wanted column its group; nil where no group has its name.
  private let groups: [Int?]

  init(_ options: Options, _ table: [Field], wanted: [Int]) throws {
    matcher = try RegularExpressionMatcher(options.expression)
    let matcher = matcher
    groups = wanted.map { position in
      guard let names = options.names else { return position + 1 }
      return names[table[position].name.lowercased()].flatMap {
        matcher.number(ofGroup: GrokPattern.groupName($0))
      }
    }
  }

  /// A line that does not match is a row of nulls.
  func decode(_ line: UnsafeRawBufferPointer, into columns: [ScalarColumn]) throws {
    let isMatch = try matcher.find(line)
    for (column, group) in zip(columns, groups) {
      guard isMatch, let group, let range = matcher.group(group) else {
        column.append(.null)
        continue
      }
      let bytes = UnsafeRawBufferPointer(rebasing: line[range])
      if case .string = column.type {
        column.append(bytes: bytes)
      } else {
        column.append(FieldText.scalar(bytes, column.type) ?? .null)
      }
    }
  }
}
