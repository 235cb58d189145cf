import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Why a path has no value for a document; ON ERROR says what comes of it.
struct JSONPathFailure: Error {
  var message: String
  /// Whether the document is to blame rather than the path.
  var isInput = false

  /// What ON ERROR says with ERROR.
  var error: SQLError {
    isInput
      ? SQLError(.jsonInput, "conversion to JSON failed: \(message)")
      : SQLError(.pathEvaluation, "path evaluation failed: \(message)")
  }
}

extension SQLJSONPath {
  /// The items that the path finds in a document.
  ///
  /// `variables` are those of PASSING.
  func items(in document: JSONItem, variables: [String: JSONItem]) throws -> [JSONItem] {
    let evaluation = SQLJSONPathEvaluation(isLax: isLax, document: document, variables: variables)
    return try evaluation.items(root, current: nil, last: nil)
  }
}

/// One path over one document.
private struct SQLJSONPathEvaluation {
  typealias Node = SQLJSONPath.Node

  let isLax: Bool
  let document: JSONItem
  let variables: [String: JSONItem]

  private func fail(_ message: String) -> JSONPathFailure { JSONPathFailure(message: message) }

  /// The items that a part of the path finds.
  ///
  /// `current` is the item that a filter looks at, `last` the last index of the array whose
  /// subscript this is.
  func items(_ node: Node, current: JSONItem?, last: Int?) throws -> [JSONItem] {
    switch node {
    case .context: return [document]
    case .current:
      guard let current else { throw fail("@ stands outside of a filter") }
      return [current]
    case .variable(let name):
      guard let value = variables[name] else { throw fail("no value is passed for $\(name)") }
      return [value]
    case .literal(let item): return [item]
    case .last:
      guard let last else { throw fail("last stands outside of a subscript") }
      return [.number(Array(String(last).utf8))]
    case .member(let inner, let key):
      return try unwrapped(try items(inner, current: current, last: last)).flatMap { item in
        guard case .object(let members) = item else {
          if isLax { return [JSONItem]() }
          throw fail("a member accessor needs an object")
        }
        if let found = members.first(where: { $0.key == key }) { return [found.value] }
        if isLax { return [] }
        throw fail("the object has no member '\(String(decoding: key, as: UTF8.self))'")
      }
    case .allMembers(let inner):
      return try unwrapped(try items(inner, current: current, last: last)).flatMap { item in
        guard case .object(let members) = item else {
          if isLax { return [JSONItem]() }
          throw fail("a member accessor needs an object")
        }
        return members.map(\.value)
      }
    case .descendants(let inner, let key):
      return try items(inner, current: current, last: last).flatMap { descendants($0, key) }
    case .allElements(let inner):
      return try items(inner, current: current, last: last).flatMap { item in
        if case .array(let elements) = item { return elements }
        if isLax { return [item] }
        throw fail("an array accessor needs an array")
      }
    case .elements(let inner, let subscripts):
      return try items(inner, current: current, last: last).flatMap { item in
        try elements(of: item, subscripts, current)
      }
    case .filter(let inner, let predicate):
      return try unwrapped(try items(inner, current: current, last: last)).filter {
        try holds(predicate, current: $0) == true
      }
    case .method(let inner, let method):
      return try items(inner, current: current, last: last).flatMap { try apply(method, to: $0) }
    case .negated(let inner):
      return try unwrapped(try items(inner, current: current, last: last)).map {
        try JSONNumber($0, self).negated()
      }
    case .positive(let inner):
      return try unwrapped(try items(inner, current: current, last: last)).map {
        _ = try JSONNumber($0, self)
        return $0
      }
    case .binary(let left, let operation, let right):
      let one = try single(left, current, last)
      let other = try single(right, current, last)
      return [try JSONNumber(one, self).combined(operation, JSONNumber(other, self))]
    }
  }

  /// In lax mode arrays stand for their elements.
  private func unwrapped(_ items: [JSONItem]) throws -> [JSONItem] {
    if !isLax { return items }
    return items.flatMap { item in
      if case .array(let elements) = item { return elements }
      return [item]
    }
  }

  private func single(_ node: Node, _ current: JSONItem?, _ last: Int?) throws -> JSONItem {
    let items = try unwrapped(try items(node, current: current, last: last))
    guard items.count == 1 else { throw fail("arithmetic needs one number on each side") }
    return items[0]
  }

  private func descendants(_ item: JSONItem, _ key: [UInt8]) -> [JSONItem] {
    switch item {
    case .object(let members):
      members.filter { $0.key == key }.map(\.value)
        + members.flatMap { descendants($0.value, key) }
    case .array(let elements): elements.flatMap { descendants($0, key) }
    default: []
    }
  }

  private func elements(
    of item: JSONItem,
    _ subscripts: [SQLJSONPath.Subscript],
    _ current: JSONItem?
  ) throws -> [JSONItem] {
    var elements = [item]
    if case .array(let own) = item {
      elements = own
    } else if !isLax {
      throw fail("an array accessor needs an array")
    }
    func index(_ node: Node) throws -> Int {
      let found = try items(node, current: current, last: elements.count - 1)
      guard found.count == 1, case .number(let digits) = found[0],
        let value = digits.withUnsafeBytes({ NumberText.double($0) }), value.magnitude < 1e15
      else { throw fail("a subscript needs one number") }
      return Int(value)
    }
    var result: [JSONItem] = []
    for entry in subscripts {
      let from = try index(entry.from)
      let to = try entry.to.map { try index($0) } ?? from
      if from < 0 || to >= elements.count || from > to {
        if !isLax { throw fail("a subscript leads outside of the array") }
      }
      let first = max(from, 0)
      let end = min(to, elements.count - 1)
      if first <= end { result += elements[first...end] }
    }
    return result
  }

  // MARK: Methods

  private func apply(_ method: SQLJSONPath.Method, to item: JSONItem) throws -> [JSONItem] {
    switch method {
    case .type:
      let name =
        switch item {
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
      return [.string(Array(name.utf8))]
    case .size:
      if case .array(let elements) = item {
        return [.number(Array(String(elements.count).utf8))]
      }
      if isLax { return [.number([0x31])] }
      throw fail("size() needs an array")
    default: break
    }
    return try unwrapped([item]).flatMap { item -> [JSONItem] in
      switch method {
      case .abs: return [try JSONNumber(item, self).absolute()]
      case .ceiling: return [try JSONNumber(item, self).rounded(.up)]
      case .floor: return [try JSONNumber(item, self).rounded(.down)]
      case .double:
        let digits: [UInt8]
        switch item {
        case .number(let own), .string(let own): digits = own
        default: throw fail("double() needs a number or a string")
        }
        guard let value = digits.withUnsafeBytes({ NumberText.double($0) }), value.isFinite else {
          throw fail("double() needs a number")
        }
        return [JSONNumber.floating(value).item]
      case .keyvalue:
        guard case .object(let members) = item else { throw fail("keyvalue() needs an object") }
        return members.enumerated().map { index, member in
          .object([
            .init(key: Array("name".utf8), value: .string(member.key)),
            .init(key: Array("value".utf8), value: member.value),
            .init(key: Array("id".utf8), value: .number([0x30])),
          ])
        }
      case .type, .size: return []
      }
    }
  }

  // MARK: Predicates

  /// True, false, or nil for unknown.
  private func holds(_ predicate: SQLJSONPath.Predicate, current: JSONItem) throws -> Bool? {
    switch predicate {
    case .and(let left, let right):
      let one = try holds(left, current: current)
      if one == false { return false }
      let other = try holds(right, current: current)
      return other == false ? false : one == nil || other == nil ? nil : true
    case .or(let left, let right):
      let one = try holds(left, current: current)
      if one == true { return true }
      let other = try holds(right, current: current)
      return other == true ? true : one == nil || other == nil ? nil : false
    case .not(let inner): return try holds(inner, current: current).map { !$0 }
    case .isUnknown(let inner): return try holds(inner, current: current) == nil
    case .exists(let path):
      guard let found = try? items(path, current: current, last: nil) else { return nil }
      return !found.isEmpty
    case .startsWith(let text, let prefix):
      guard let texts = try? unwrapped(items(text, current: current, last: nil)),
        let prefixes = try? items(prefix, current: current, last: nil), prefixes.count == 1,
        case .string(let start) = prefixes[0]
      else { return nil }
      var result: Bool? = false
      for item in texts {
        guard case .string(let content) = item else {
          result = nil
          continue
        }
        if content.starts(with: start) { return true }
      }
      return result
    case .comparison(let left, let comparison, let right):
      guard let ones = try? unwrapped(items(left, current: current, last: nil)),
        let others = try? unwrapped(items(right, current: current, last: nil))
      else { return nil }
      var isUnknown = false
      for one in ones {
        for other in others {
          switch compare(one, comparison, other) {
          case true: return true
          case nil: isUnknown = true
          default: break
          }
        }
      }
      return isUnknown ? nil : false
    }
  }

  private func compare(_ left: JSONItem, _ comparison: ComparisonOperator, _ right: JSONItem)
    -> Bool?
  {
    switch (left, right) {
    case (.null, .null): return comparison.holds(0)
    case (.null, _), (_, .null):
      // Null differs from every scalar, and has no order.
      if left.isNested || right.isNested { return nil }
      return comparison == .equal ? false : comparison == .notEqual ? true : nil
    case (.boolean(let one), .boolean(let other)):
      return comparison.holds(one == other ? 0 : one ? 1 : -1)
    case (.string(let one), .string(let other)):
      return comparison.holds(
        one == other ? 0 : one.lexicographicallyPrecedes(other) ? -1 : 1
      )
    case (.number, .number):
      guard let one = try? JSONNumber(left, self), let other = try? JSONNumber(right, self) else {
        return nil
      }
      return comparison.holds(one.order(other))
    default: return nil
    }
  }

  /// A number of a document: whole where its text is and it fits.
  private enum JSONNumber {
    case whole(Int64)
    case floating(Double)

    init(_ item: JSONItem, _ evaluation: SQLJSONPathEvaluation) throws {
      guard case .number(let digits) = item else {
        throw evaluation.fail("arithmetic needs numbers")
      }
      if let value = digits.withUnsafeBytes({ NumberText.integer($0) }) {
        self = .whole(value)
      } else if let value = digits.withUnsafeBytes({ NumberText.double($0) }) {
        self = .floating(value)
      } else {
        throw evaluation.fail("arithmetic needs numbers")
      }
    }

    var double: Double {
      switch self {
      case .whole(let value): Double(value)
      case .floating(let value): value
      }
    }

    var item: JSONItem {
      switch self {
      case .whole(let value): return .number(Array(String(value).utf8))
      case .floating(let value):
        var text: [UInt8] = []
        NumberText.appendPlain(value, to: &text)
        return .number(text)
      }
    }

    func order(_ other: JSONNumber) -> Int {
      if case .whole(let left) = self, case .whole(let right) = other {
        return left == right ? 0 : left < right ? -1 : 1
      }
      return double == other.double ? 0 : double < other.double ? -1 : 1
    }

    func negated() throws -> JSONItem {
      if case .whole(let value) = self, value != .min { return JSONNumber.whole(-value).item }
      return JSONNumber.floating(-double).item
    }

    func absolute() throws -> JSONItem {
      if case .whole(let value) = self, value != .min { return JSONNumber.whole(abs(value)).item }
      return JSONNumber.floating(abs(double)).item
    }

    func rounded(_ rule: FloatingPointRoundingRule) -> JSONItem {
      if case .whole = self { return item }
      return JSONNumber.floating(double.rounded(rule)).item
    }

    func combined(_ operation: SQLJSONPath.Arithmetic, _ other: JSONNumber) throws -> JSONItem {
      if case .whole(let left) = self, case .whole(let right) = other {
        let (value, overflow): (Int64, Bool)
        switch operation {
        case .add: (value, overflow) = left.addingReportingOverflow(right)
        case .subtract: (value, overflow) = left.subtractingReportingOverflow(right)
        case .multiply: (value, overflow) = left.multipliedReportingOverflow(by: right)
        case .divide: (value, overflow) = left.dividedReportingOverflow(by: right)
        case .modulus: (value, overflow) = left.remainderReportingOverflow(dividingBy: right)
        }
        if overflow { throw JSONPathFailure(message: "a number is divided by zero or too large") }
        return JSONNumber.whole(value).item
      }
      let value: Double
      switch operation {
      case .add: value = double + other.double
      case .subtract: value = double - other.double
      case .multiply: value = double * other.double
      case .divide: value = double / other.double
      case .modulus: value = fmod(double, other.double)
      }
      guard value.isFinite else {
        throw JSONPathFailure(message: "a number is divided by zero or too large")
      }
      return JSONNumber.floating(value).item
    }
  }
}
