public import ColumnFormat

/// A condition on partition keys, in the grammar of Glue's `GetPartitions`.
///
/// ```
/// expression := term (OR term)*          term := factor (AND factor)*
/// factor     := NOT factor | '(' expression ')' | key test
/// test       := (= | <> | != | < | <= | > | >=) literal | [NOT] IN '(' literal (',' literal)* ')'
///             | [NOT] BETWEEN literal AND literal | [NOT] LIKE text | IS [NOT] NULL
/// literal    := 'text' | number | DATE 'text' | TIMESTAMP 'text'
/// ```
/// Values are compared as the key's type says: whole numbers and decimals by their value, all others
/// as text, which for dates and timestamps is the order of time. A null makes a test neither true
/// nor false.
public struct PartitionExpression: Sendable {
  indirect enum Node: Sendable {
    case or([Node])
    case and([Node])
    case not(Node)
    case comparison(key: Int, Comparison, PartitionLiteral)
    case within(key: Int, [PartitionLiteral])
    case between(key: Int, PartitionLiteral, PartitionLiteral)
    case like(key: Int, [LikePart])
    case isNull(key: Int)
  }

  enum Comparison: Sendable {
    case equal, unequal, less, lessOrEqual, greater, greaterOrEqual
  }

  /// A part of a `LIKE` pattern.
  enum LikePart: Sendable, Equatable {
    case character(Character)
    /// `_`
    case one
    /// `%`
    case any
  }

  private let root: Node
  private let keys: [Field]

  /// Reads a condition on some keys.
  ///
  /// - Throws: `invalidRequest`, naming the place, where the text follows no such grammar, a name is
  ///   none of the keys, or a literal is no value of its key's type.
  public init(_ text: String, keys: [Field]) throws(CatalogError) {
    var parser = PartitionExpressionParser(text, keys: keys)
    root = try parser.parse()
    self.keys = keys
  }

  /// Whether a partition's values make the condition true.
  public func matches(_ partition: Partition) -> Bool { matches(partition.values) }

  /// Whether the keys' values make the condition true.
  func matches(_ values: [String?]) -> Bool {
    values.count == keys.count && evaluate(root, values) == true
  }

  /// True, false, or neither where a null decides.
  private func evaluate(_ node: Node, _ values: [String?]) -> Bool? {
    func literal(_ key: Int) -> PartitionLiteral? {
      values[key].map { PartitionLiteral($0, as: keys[key].type) }
    }
    switch node {
    case .or(let nodes):
      var result: Bool? = false
      for node in nodes {
        let next = evaluate(node, values)
        if next == true { return true }
        if next == nil { result = nil }
      }
      return result
    case .and(let nodes):
      var result: Bool? = true
      for node in nodes {
        let next = evaluate(node, values)
        if next == false { return false }
        if next == nil { result = nil }
      }
      return result
    case .not(let node): return evaluate(node, values).map { !$0 }
    case .comparison(let key, let comparison, let wanted):
      return literal(key).map { PartitionExpression.holds($0, comparison, wanted) }
    case .within(let key, let literals):
      return literal(key).map { value in
        literals.contains { PartitionExpression.holds(value, .equal, $0) }
      }
    case .between(let key, let low, let high):
      return literal(key).map {
        PartitionExpression.holds($0, .greaterOrEqual, low)
          && PartitionExpression.holds($0, .lessOrEqual, high)
      }
    case .like(let key, let pattern):
      return literal(key).map { PartitionExpression.isLike(Array($0.text), pattern) }
    case .isNull(let key): return values[key] == nil
    }
  }

  private static func holds(
    _ value: PartitionLiteral,
    _ comparison: Comparison,
    _ literal: PartitionLiteral
  ) -> Bool {
    let order = PartitionLiteral.order(value, literal)
    switch comparison {
    case .equal: return order == 0
    case .unequal: return order != 0
    case .less: return order < 0
    case .lessOrEqual: return order <= 0
    case .greater: return order > 0
    case .greaterOrEqual: return order >= 0
    }
  }

  /// Greedy, with one place to come back to: no pattern takes longer than text times pattern.
  private static func isLike(_ text: [Character], _ pattern: [LikePart]) -> Bool {
    var at = 0
    var part = 0
    var retry: (at: Int, part: Int)?
    while at < text.count {
      if part < pattern.count, pattern[part] == .one || pattern[part] == .character(text[at]) {
        at += 1
        part += 1
      } else if part < pattern.count, pattern[part] == .any {
        retry = (at, part)
        part += 1
      } else if let (start, any) = retry {
        retry = (start + 1, any)
        at = start + 1
        part = any + 1
      } else {
        return false
      }
    }
    return pattern[part...].allSatisfy { $0 == .any }
  }
}

/// A value to compare with: its text, and for numbers what the text means.
struct PartitionLiteral: Sendable {
  let text: String
  /// Nil where the type or the text is no number.
  private let number: Number?

  /// A number of any length: digits before the point without zeros at the start, digits after it
  /// without zeros at the end.
  private struct Number: Sendable {
    var isNegative: Bool
    var whole: [UInt8]
    var fraction: [UInt8]
  }

  init(_ text: String, as type: LogicalType) {
    self.text = PartitionLiteral.normal(text, type)
    number = PartitionLiteral.isNumeric(type) ? PartitionLiteral.number(text) : nil
  }

  /// Whether the text is a value of the type.
  func isValue(of type: LogicalType) -> Bool {
    !PartitionLiteral.isNumeric(type) || number != nil
  }

  private static func isNumeric(_ type: LogicalType) -> Bool {
    switch type {
    case .int8, .int16, .int32, .int64, .decimal, .float32, .float64: true
    default: false
    }
  }

  /// `2026-11-23T10:00:00Z` and `2026-11-23 10:00:00` are one time.
  private static func normal(_ text: String, _ type: LogicalType) -> String {
    guard case .timestamp = type else { return text }
    let plain = text.replacing("T", with: " ")
    return plain.hasSuffix("Z") ? String(plain.dropLast()) : plain
  }

  private static func number(_ text: String) -> Number? {
    var digits = Array(text.utf8)[...]
    var isNegative = false
    if let first = digits.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      isNegative = first == UInt8(ascii: "-")
      digits = digits.dropFirst()
    }
    let parts = digits.split(
      separator: UInt8(ascii: "."),
      omittingEmptySubsequences: false
    )
    guard parts.count <= 2, let whole = parts.first, digits.count > parts.count - 1,
      parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    var fraction = parts.count == 2 ? Array(parts[1]) : []
    while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
    let significant = Array(whole.drop { $0 == UInt8(ascii: "0") })
    return Number(
      isNegative: isNegative && !(significant.isEmpty && fraction.isEmpty),
      whole: significant,
      fraction: fraction
    )
  }

  /// Below zero where the first comes first, zero where they are the same.
  static func order(_ left: PartitionLiteral, _ right: PartitionLiteral) -> Int {
    guard let first = left.number, let second = right.number else {
      let (one, other) = (left.text.utf8, right.text.utf8)
      return one.elementsEqual(other) ? 0 : one.lexicographicallyPrecedes(other) ? -1 : 1
    }
    if first.isNegative != second.isNegative { return first.isNegative ? -1 : 1 }
    let magnitude =
      first.whole.count != second.whole.count
      ? first.whole.count - second.whole.count
      : order(first.whole + first.fraction, second.whole + second.fraction)
    return first.isNegative ? -magnitude : magnitude
  }

  private static func order(_ left: [UInt8], _ right: [UInt8]) -> Int {
    if left == right { return 0 }
    return left.lexicographicallyPrecedes(right) ? -1 : 1
  }
}
