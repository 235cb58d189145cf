import RowFormat

/// Evaluates queries as jq 1.6 does.
struct QueryEvaluation {
  /// The clock of `now`, in milliseconds.
  var nowMillis: Int64

  /// What `expression` gives for an input, in order.
  func values(_ expression: QueryExpression, _ input: JSONValue) throws(QueryFault) -> [JSONValue] {
    switch expression {
    case .identity: return [input]
    case .literal(let value): return [value]
    case .member(let of, let index):
      return try each(of, input) { value throws(QueryFault) in
        try each(index, input) { index throws(QueryFault) in [try member(value, index)] }
      }
    case .slice(let of, let start, let end):
      return try each(of, input) { value throws(QueryFault) in
        let from = try start.map { s throws(QueryFault) in try one(s, input) }
        let to = try end.map { e throws(QueryFault) in try one(e, input) }
        return [try slice(value, from, to)]
      }
    case .each(let of):
      return try each(of, input) { value throws(QueryFault) in
        switch value {
        case .array(let elements): return elements
        case .object(let object): return object.members.map(\.value)
        default: throw QueryFault(sentence: "cannot iterate over \(value.kindName)")
        }
      }
    case .attempt(let inner):
      do { return try values(inner, input) } catch { return [] }
    case .pipe(let left, let right):
      return try each(left, input) { value throws(QueryFault) in try values(right, value) }
    case .comma(let left, let right): return try values(left, input) + values(right, input)
    case .negation(let inner):
      return try each(inner, input) { value throws(QueryFault) in
        guard let number = QueryNumber(value) else {
          throw QueryFault(sentence: "\(value.kindName) cannot be negated")
        }
        return [QueryNumber.json(-number.double)]
      }
    case .alternative(let left, let right):
      let found = ((try? values(left, input)) ?? []).filter(\.isTruthy)
      return found.isEmpty ? try values(right, input) : found
    case .and(let left, let right):
      return try each(left, input) { value throws(QueryFault) in
        value.isTruthy
          ? try values(right, input).map { .boolean($0.isTruthy) } : [.boolean(false)]
      }
    case .or(let left, let right):
      return try each(left, input) { value throws(QueryFault) in
        value.isTruthy
          ? [.boolean(true)] : try values(right, input).map { .boolean($0.isTruthy) }
      }
    case .condition(let test, let then, let otherwise):
      return try each(test, input) { value throws(QueryFault) in
        try values(value.isTruthy ? then : otherwise, input)
      }
    case .array(let inner):
      guard let inner else { return [.array([])] }
      return [.array(try values(inner, input))]
    case .object(let entries): return try objects(entries[...], JSONObject(), input)
    case .interpolation(let parts):
      var text = ""
      for part in parts { text += QueryEvaluation.text(try one(part, input)) }
      return [.string(text)]
    case .binary(let symbol, let left, let right):
      return try each(right, input) { right throws(QueryFault) in
        try each(left, input) { left throws(QueryFault) in
          [try QueryArithmetic.apply(symbol, left, right)]
        }
      }
    case .call(let name, let arguments):
      return try QueryFunctions(evaluation: self).call(name, arguments, input)
    }
  }

  /// The only value; a fault where there are none or several.
  func one(_ expression: QueryExpression, _ input: JSONValue) throws(QueryFault) -> JSONValue {
    let found = try values(expression, input)
    guard let first = found.first, found.count == 1 else {
      throw QueryFault(sentence: "expected one value, the query gives \(found.count)")
    }
    return first
  }

  private func each(
    _ expression: QueryExpression,
    _ input: JSONValue,
    _ body: (JSONValue) throws(QueryFault) -> [JSONValue]
  ) throws(QueryFault) -> [JSONValue] {
    var all: [JSONValue] = []
    for value in try values(expression, input) { all += try body(value) }
    return all
  }

  private func objects(
    _ entries: ArraySlice<QueryExpression.Entry>,
    _ made: JSONObject,
    _ input: JSONValue
  ) throws(QueryFault) -> [JSONValue] {
    guard let first = entries.first else { return [.object(made)] }
    return try each(first.key, input) { key throws(QueryFault) in
      guard let name = key.stringValue else {
        throw QueryFault(sentence: "an object's key cannot be \(key.kindName)")
      }
      return try each(first.value, input) { value throws(QueryFault) in
        var more = made
        more[name] = value
        return try objects(entries.dropFirst(), more, input)
      }
    }
  }

  private func member(_ value: JSONValue, _ index: JSONValue) throws(QueryFault) -> JSONValue {
    switch (value, index) {
    case (.null, .string), (.null, .number), (.null, .null): return .null
    case (.object(let object), .string(let name)): return object[name] ?? .null
    case (.array(let elements), .number):
      guard let number = QueryNumber(index), abs(number.double) < 1e15 else { return .null }
      let wanted = Int(number.double.rounded(.down))
      let position = wanted < 0 ? elements.count + wanted : wanted
      return elements.indices.contains(position) ? elements[position] : .null
    default:
      throw QueryFault(
        sentence: "cannot index \(value.kindName) with "
          + (index.stringValue.map { "\"\($0)\"" } ?? index.kindName)
      )
    }
  }

  private func slice(_ value: JSONValue, _ from: JSONValue?, _ to: JSONValue?) throws(QueryFault)
    -> JSONValue
  {
    func place(_ value: JSONValue?, _ count: Int, _ missing: Int) throws(QueryFault) -> Int {
      guard let value, value != .null else { return missing }
      guard let number = QueryNumber(value), abs(number.double) < 1e15 else {
        throw QueryFault(sentence: "the ends of a slice must be numbers")
      }
      let wanted = Int(number.double.rounded(.down))
      return min(max(wanted < 0 ? count + wanted : wanted, 0), count)
    }
    switch value {
    case .null: return .null
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      let start = try place(from, scalars.count, 0)
      let end = max(try place(to, scalars.count, scalars.count), start)
      var cut = String.UnicodeScalarView()
      cut.append(contentsOf: scalars[start..<end])
      return .string(String(cut))
    case .array(let elements):
      let start = try place(from, elements.count, 0)
      let end = max(try place(to, elements.count, elements.count), start)
      return .array(Array(elements[start..<end]))
    default: throw QueryFault(sentence: "cannot cut \(value.kindName)")
    }
  }

  /// Text as it is, other values as JSON: `tostring`.
  static func text(_ value: JSONValue) -> String {
    if let text = value.stringValue { return text }
    if case .number = value, let number = QueryNumber(value) { return number.text }
    return value.compactText
  }
}

extension JSONValue {
  /// Everything but false and null.
  var isTruthy: Bool { self != .boolean(false) && self != .null }
}
