import RowFormat

/// A number of a query: a double, as all of jq's are, with the text of a whole one that is larger.
struct QueryNumber {
  var double: Double
  /// How the number is written: without a fraction where it has none.
  var text: String

  init?(_ value: JSONValue) {
    guard case .number(let written) = value, let double = Double(written) else { return nil }
    self.double = double
    // Identifiers keep all their digits on the way through.
    let isWhole = written.utf8.allSatisfy { (48...57).contains($0) || $0 == 45 }
    text = isWhole ? written : QueryNumber.text(double)
  }

  static func json(_ double: Double) -> JSONValue {
    double.isNaN ? .null : .number(text(double))
  }

  static func text(_ double: Double) -> String {
    if double.isInfinite {
      return double < 0 ? "-1.7976931348623157e+308" : "1.7976931348623157e+308"
    }
    if double.rounded() == double && abs(double) < 1e17 { return "\(Int64(double))" }
    return "\(double)"
  }
}

/// What `+ - * / %` and the comparisons give.
enum QueryArithmetic {
  static func apply(
    _ symbol: QueryExpression.Operator,
    _ left: JSONValue,
    _ right: JSONValue
  ) throws(QueryFault) -> JSONValue {
    switch symbol {
    case .equal: return .boolean(order(left, right) == 0)
    case .unequal: return .boolean(order(left, right) != 0)
    case .less: return .boolean(order(left, right) < 0)
    case .lessOrEqual: return .boolean(order(left, right) <= 0)
    case .greater: return .boolean(order(left, right) > 0)
    case .greaterOrEqual: return .boolean(order(left, right) >= 0)
    case .plus: return try sum(left, right)
    case .minus, .times, .divide, .remainder: break
    }
    if symbol == .minus, case .array(let all) = left, case .array(let some) = right {
      return .array(all.filter { element in !some.contains { order(element, $0) == 0 } })
    }
    if symbol == .divide, let text = left.stringValue, let separator = right.stringValue {
      return QueryFunctions.split(text, separator)
    }
    guard let a = QueryNumber(left)?.double, let b = QueryNumber(right)?.double else {
      throw QueryFault(
        sentence:
          "\(left.kindName) and \(right.kindName) cannot be combined with '\(symbol.rawValue)'"
      )
    }
    switch symbol {
    case .minus: return QueryNumber.json(a - b)
    case .times: return QueryNumber.json(a * b)
    default:
      if b == 0 || symbol == .remainder && abs(b) < 1 {
        throw QueryFault(sentence: "the divisor is zero")
      }
      if symbol == .divide { return QueryNumber.json(a / b) }
      return QueryNumber.json(
        a.rounded(.towardZero).truncatingRemainder(dividingBy: b.rounded(.towardZero))
      )
    }
  }

  private static func sum(_ left: JSONValue, _ right: JSONValue) throws(QueryFault) -> JSONValue {
    switch (left, right) {
    case (.null, _): return right
    case (_, .null): return left
    case (.string(let a), .string(let b)): return .string(a + b)
    case (.array(let a), .array(let b)): return .array(a + b)
    case (.object(var a), .object(let b)):
      for member in b.members { a[member.name] = member.value }
      return .object(a)
    case (.number, .number):
      guard let a = QueryNumber(left)?.double, let b = QueryNumber(right)?.double else { break }
      return QueryNumber.json(a + b)
    default: break
    }
    throw QueryFault(sentence: "\(left.kindName) and \(right.kindName) cannot be added")
  }

  /// jq's order: null, false, true, numbers, strings by code point, arrays, objects.
  static func order(_ left: JSONValue, _ right: JSONValue) -> Int {
    let (a, b) = (rank(left), rank(right))
    if a != b { return a < b ? -1 : 1 }
    switch (left, right) {
    case (.number, .number):
      guard let x = QueryNumber(left), let y = QueryNumber(right) else { return 0 }
      return x.double < y.double ? -1 : x.double > y.double ? 1 : 0
    case (.string(let x), .string(let y)):
      if x.unicodeScalars.elementsEqual(y.unicodeScalars) { return 0 }
      return x.unicodeScalars.lexicographicallyPrecedes(y.unicodeScalars) ? -1 : 1
    case (.array(let x), .array(let y)):
      for (one, other) in zip(x, y) {
        let place = order(one, other)
        if place != 0 { return place }
      }
      return x.count - y.count
    case (.object(let x), .object(let y)):
      let names = (x.members.map(\.name).sorted(), y.members.map(\.name).sorted())
      if names.0 != names.1 { return names.0.lexicographicallyPrecedes(names.1) ? -1 : 1 }
      for name in names.0 {
        let place = order(x[name] ?? .null, y[name] ?? .null)
        if place != 0 { return place }
      }
      return 0
    default: return 0
    }
  }

  private static func rank(_ value: JSONValue) -> Int {
    switch value {
    case .null: 0
    case .boolean(let value): value ? 2 : 1
    case .number: 3
    case .string: 4
    case .array: 5
    case .object: 6
    }
  }
}
