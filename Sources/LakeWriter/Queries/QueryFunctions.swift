import RowFormat

/// The functions of jq that queries may call.
struct QueryFunctions {
  let evaluation: QueryEvaluation

  private static let known: [String: Set<Int>] = [
    "length": [0], "not": [0], "keys": [0], "type": [0], "empty": [0], "error": [0, 1],
    "tostring": [0], "tonumber": [0], "tojson": [0], "fromjson": [0],
    "ascii_downcase": [0], "ascii_upcase": [0], "ltrimstr": [1], "rtrimstr": [1],
    "startswith": [1], "endswith": [1], "split": [1], "join": [1], "contains": [1], "has": [1],
    "floor": [0], "ceil": [0], "round": [0], "fabs": [0], "sqrt": [0], "add": [0],
    "first": [0, 1], "last": [0], "map": [1], "select": [1], "reverse": [0], "sort": [0],
    "unique": [0], "min": [0], "max": [0], "to_entries": [0],
    "now": [0], "strftime": [1], "todate": [0], "fromdate": [0], "todateiso8601": [0],
    "fromdateiso8601": [0], "gmtime": [0], "mktime": [0],
  ]

  static func isKnown(_ name: String, argumentCount: Int) -> Bool {
    known[name]?.contains(argumentCount) ?? false
  }

  func call(_ name: String, _ arguments: [QueryExpression], _ input: JSONValue)
    throws(QueryFault) -> [JSONValue]
  {
    switch name {
    case "empty": return []
    case "now": return [QueryNumber.json(Double(evaluation.nowMillis) / 1000)]
    case "select":
      return try evaluation.values(arguments[0], input).filter(\.isTruthy).map { _ in input }
    case "map":
      var mapped: [JSONValue] = []
      for element in try elements(input) {
        mapped += try evaluation.values(arguments[0], element)
      }
      return [.array(mapped)]
    case "first" where arguments.count == 1:
      return Array(try evaluation.values(arguments[0], input).prefix(1))
    case "error":
      let words = try arguments.first.map { f throws(QueryFault) in try evaluation.one(f, input) }
      throw QueryFault(sentence: QueryEvaluation.text(words ?? input))
    default: break
    }
    guard let argument = arguments.first else { return [try apply(name, input)] }
    return try evaluation.values(argument, input).map { value throws(QueryFault) in
      try apply(name, input, value)
    }
  }

  // MARK: Functions of the input

  private func apply(_ name: String, _ input: JSONValue) throws(QueryFault) -> JSONValue {
    switch name {
    case "not": return .boolean(!input.isTruthy)
    case "type": return .string(input.kindName)
    case "length": return try length(input)
    case "tostring": return .string(QueryEvaluation.text(input))
    case "tojson": return .string(input.compactText)
    case "fromjson":
      let text = try text(input, name)
      do throws(JSONError) { return try JSONValue.parse(text) } catch {
        throw QueryFault(sentence: "fromjson: \(error.message)")
      }
    case "tonumber": return try number(input)
    case "ascii_downcase": return .string(cased(try text(input, name), 65...90, 32))
    case "ascii_upcase": return .string(cased(try text(input, name), 97...122, -32))
    case "floor": return QueryNumber.json(try double(input, name).rounded(.down))
    case "ceil": return QueryNumber.json(try double(input, name).rounded(.up))
    case "round":
      return QueryNumber.json(try double(input, name).rounded(.toNearestOrAwayFromZero))
    case "fabs": return QueryNumber.json(abs(try double(input, name)))
    case "sqrt": return QueryNumber.json(try double(input, name).squareRoot())
    case "todate", "todateiso8601":
      let seconds = try double(input, name).rounded(.down)
      return .string(try QueryTime.format("%Y-%m-%dT%H:%M:%SZ", seconds: seconds))
    case "fromdate", "fromdateiso8601": return try QueryTime.seconds(iso: try text(input, name))
    case "gmtime": return try QueryTime.brokenDown(try double(input, name))
    case "mktime": return QueryNumber.json(try QueryTime.seconds(brokenDown: input))
    case "to_entries":
      guard let object = input.objectValue else { throw misfit(input, name) }
      return .array(object.members.map { ["key": .string($0.name), "value": $0.value] })
    case "keys":
      if let object = input.objectValue {
        return .array(object.members.map(\.name).sorted().map { .string($0) })
      }
      return .array(try elements(input).indices.map { .integer($0) })
    default: return try ofElements(name, try elements(input))
    }
  }

  private func ofElements(_ name: String, _ elements: [JSONValue]) throws(QueryFault) -> JSONValue {
    let sorted = elements.sorted { QueryArithmetic.order($0, $1) < 0 }
    switch name {
    case "first": return elements.first ?? .null
    case "last": return elements.last ?? .null
    case "reverse": return .array(elements.reversed())
    case "sort": return .array(sorted)
    case "min": return sorted.first ?? .null
    case "max": return sorted.last ?? .null
    case "unique":
      var kept: [JSONValue] = []
      for element in sorted where kept.last.map({ QueryArithmetic.order($0, element) }) != 0 {
        kept.append(element)
      }
      return .array(kept)
    default:
      var total = JSONValue.null
      for element in elements { total = try QueryArithmetic.apply(.plus, total, element) }
      return total
    }
  }

  // MARK: Functions of an argument

  private func apply(_ name: String, _ input: JSONValue, _ argument: JSONValue)
    throws(QueryFault) -> JSONValue
  {
    switch name {
    case "ltrimstr", "rtrimstr":
      guard let whole = input.stringValue, let part = argument.stringValue else { return input }
      if name == "ltrimstr" {
        return whole.hasPrefix(part) ? .string(String(whole.dropFirst(part.count))) : input
      }
      return whole.hasSuffix(part) ? .string(String(whole.dropLast(part.count))) : input
    case "startswith": return .boolean(try text(input, name).hasPrefix(text(argument, name)))
    case "endswith": return .boolean(try text(input, name).hasSuffix(text(argument, name)))
    case "split": return QueryFunctions.split(try text(input, name), try text(argument, name))
    case "join":
      let separator = try text(argument, name)
      let parts = try elements(input).map { value throws(QueryFault) in
        switch value {
        case .null: ""
        case .array, .object: throw misfit(value, name)
        default: QueryEvaluation.text(value)
        }
      }
      return .string(parts.joined(separator: separator))
    case "contains": return .boolean(try contains(input, argument))
    case "has":
      if let object = input.objectValue, let key = argument.stringValue {
        return .boolean(object[key] != nil)
      }
      let index = QueryNumber(argument)?.double ?? -1
      let count = try elements(input).count
      return .boolean(index >= 0 && index < Double(count))
    default:
      // strftime is the only one that is left.
      let format = try text(argument, name)
      let seconds =
        input.arrayValue == nil
        ? try double(input, name) : try QueryTime.seconds(brokenDown: input)
      return .string(try QueryTime.format(format, seconds: seconds.rounded(.down)))
    }
  }

  private func contains(_ whole: JSONValue, _ part: JSONValue) throws(QueryFault) -> Bool {
    switch (whole, part) {
    case (.string(let a), .string(let b)): return b.isEmpty || a.contains(b)
    case (.array(let a), .array(let b)):
      for wanted in b {
        var isFound = false
        for value in a where value.kindName == wanted.kindName && !isFound {
          isFound = try contains(value, wanted)
        }
        if !isFound { return false }
      }
      return true
    case (.object(let a), .object(let b)):
      for wanted in b.members {
        guard let value = a[wanted.name], try contains(value, wanted.value) else { return false }
      }
      return true
    default:
      if whole.kindName != part.kindName { throw misfit(whole, "contains") }
      return QueryArithmetic.order(whole, part) == 0
    }
  }

  // MARK: Values

  static func split(_ text: String, _ separator: String) -> JSONValue {
    if text.isEmpty { return .array([]) }
    if separator.isEmpty { return .array(text.unicodeScalars.map { .string(String($0)) }) }
    var parts: [JSONValue] = []
    var rest = Array(text.utf8)[...]
    let wanted = Array(separator.utf8)
    var part: [UInt8] = []
    while let first = rest.first {
      if rest.starts(with: wanted) {
        parts.append(.string(String(decoding: part, as: UTF8.self)))
        part = []
        rest = rest.dropFirst(wanted.count)
      } else {
        part.append(first)
        rest = rest.dropFirst()
      }
    }
    return .array(parts + [.string(String(decoding: part, as: UTF8.self))])
  }

  private func length(_ input: JSONValue) throws(QueryFault) -> JSONValue {
    switch input {
    case .null: 0
    case .string(let text): .integer(text.unicodeScalars.count)
    case .array(let elements): .integer(elements.count)
    case .object(let object): .integer(object.members.count)
    case .number: QueryNumber.json(abs(try double(input, "length")))
    case .boolean: throw misfit(input, "length")
    }
  }

  private func number(_ input: JSONValue) throws(QueryFault) -> JSONValue {
    if case .number = input { return input }
    let text = try text(input, "tonumber")
    guard let value = try? JSONValue.parse(text), case .number = value else {
      throw QueryFault(sentence: "'\(text.prefix(40))' cannot be read as a number")
    }
    return value
  }

  private func elements(_ input: JSONValue) throws(QueryFault) -> [JSONValue] {
    if let elements = input.arrayValue { return elements }
    if let object = input.objectValue { return object.members.map(\.value) }
    throw QueryFault(sentence: "\(input.kindName) has no elements")
  }

  private func text(_ value: JSONValue, _ name: String) throws(QueryFault) -> String {
    guard let text = value.stringValue else { throw misfit(value, name) }
    return text
  }

  private func double(_ value: JSONValue, _ name: String) throws(QueryFault) -> Double {
    guard let number = QueryNumber(value) else { throw misfit(value, name) }
    return number.double
  }

  private func misfit(_ value: JSONValue, _ name: String) -> QueryFault {
    QueryFault(sentence: "\(name) does not take \(value.kindName)")
  }

  private func cased(_ text: String, _ range: ClosedRange<UInt8>, _ offset: Int) -> String {
    String(
      decoding: text.utf8.map { range.contains($0) ? UInt8(Int($0) + offset) : $0 },
      as: UTF8.self
    )
  }
}
