import RowFormat

/// One alternative of a pattern's leaf.
indirect enum EventTest: Sendable, Equatable {
  case equals(JSONValue)
  case prefix(String, ignoringCase: Bool)
  case suffix(String, ignoringCase: Bool)
  case equalsIgnoringCase(String)
  case wildcard(String)
  case numeric([Bound])
  case network(IPNetwork)
  case exists(Bool)
  case anythingBut([EventTest])

  /// One comparison of a `numeric` test.
  struct Bound: Sendable, Equatable {
    var symbol: String
    var value: Double
  }

  /// As far as EventBridge compares numbers.
  private static let numberRange = -5.0e9...5.0e9

  /// Reads an alternative of the leaf `key`.
  init(_ json: JSONValue, key: String) throws(EventPattern.Fault) {
    func fault(_ words: String) -> EventPattern.Fault {
      EventPattern.Fault(sentence: "the key '\(key)': \(words)")
    }
    guard case .object(let object) = json else {
      if json.arrayValue != nil { throw fault("an alternative cannot be an array") }
      self = .equals(json)
      return
    }
    guard let member = object.members.first, object.members.count == 1 else {
      throw fault("an alternative has exactly one operator")
    }
    let operand = member.value
    switch member.name {
    case "prefix", "suffix":
      let (text, ignoringCase) = try EventTest.affix(operand, member.name, fault)
      self =
        member.name == "prefix"
        ? .prefix(text, ignoringCase: ignoringCase) : .suffix(text, ignoringCase: ignoringCase)
    case "equals-ignore-case", "wildcard":
      guard let text = operand.stringValue else { throw fault("\(member.name) takes a string") }
      if member.name == "wildcard" {
        if text.contains("**") { throw fault("wildcard: two '*' stand side by side") }
        self = .wildcard(text)
      } else {
        self = .equalsIgnoringCase(text)
      }
    case "exists":
      guard let value = operand.booleanValue else { throw fault("exists takes true or false") }
      self = .exists(value)
    case "numeric": self = .numeric(try EventTest.bounds(operand, fault))
    case "cidr":
      guard let network = operand.stringValue.flatMap(IPNetwork.init) else {
        throw fault("cidr takes a network such as \"10.0.0.0/24\"")
      }
      self = .network(network)
    case "anything-but": self = .anythingBut(try EventTest.excluded(operand, key, fault))
    default: throw fault("there is no operator '\(member.name)'")
    }
  }

  private static func affix(
    _ operand: JSONValue,
    _ name: String,
    _ fault: (String) -> EventPattern.Fault
  ) throws(EventPattern.Fault) -> (String, Bool) {
    if let text = operand.stringValue { return (text, false) }
    if let text = operand["equals-ignore-case"]?.stringValue { return (text, true) }
    throw fault("\(name) takes a string")
  }

  private static func bounds(_ operand: JSONValue, _ fault: (String) -> EventPattern.Fault)
    throws(EventPattern.Fault) -> [Bound]
  {
    let parts = operand.arrayValue ?? []
    guard parts.count == 2 || parts.count == 4 else {
      throw fault("numeric takes one or two comparisons, such as [\">\", 0, \"<=\", 5]")
    }
    var bounds: [Bound] = []
    for index in stride(from: 0, to: parts.count, by: 2) {
      guard let symbol = parts[index].stringValue, ["=", "<", "<=", ">", ">="].contains(symbol)
      else { throw fault("numeric compares with =, <, <=, > or >=") }
      guard let value = number(parts[index + 1]), numberRange.contains(value) else {
        throw fault("numeric compares with numbers from -5.0e9 to 5.0e9")
      }
      bounds.append(Bound(symbol: symbol, value: value))
    }
    if bounds.count == 2,
      !bounds[0].symbol.hasPrefix(">") || !bounds[1].symbol.hasPrefix("<")
        || bounds[0].value >= bounds[1].value
    {
      throw fault("the two comparisons of numeric are a lower bound and a larger upper one")
    }
    return bounds
  }

  private static func excluded(
    _ operand: JSONValue,
    _ key: String,
    _ fault: (String) -> EventPattern.Fault
  ) throws(EventPattern.Fault) -> [EventTest] {
    if let object = operand.objectValue, let member = object.members.first {
      guard object.members.count == 1,
        ["prefix", "suffix", "equals-ignore-case", "wildcard"].contains(member.name)
      else {
        throw fault("anything-but takes values, prefix, suffix, equals-ignore-case or wildcard")
      }
      return try (member.value.arrayValue ?? [member.value]).map {
        value throws(EventPattern.Fault) in
        try EventTest(.object(JSONObject([.init(name: member.name, value: value)])), key: key)
      }
    }
    let values = operand.arrayValue ?? [operand]
    let isUniform =
      values.allSatisfy { $0.stringValue != nil } || values.allSatisfy { number($0) != nil }
    if values.isEmpty || !isUniform {
      throw fault("anything-but takes strings or numbers, not both")
    }
    return values.map { .equals($0) }
  }

  private static func number(_ value: JSONValue) -> Double? {
    if case .number(let text) = value { Double(text) } else { nil }
  }

  /// Whether a member matches; nil where the record has none.
  func matches(_ value: JSONValue?) -> Bool {
    if case .exists(let wanted) = self {
      // Only leaves count: an object is the way to its members.
      let isLeaf = value.map { $0.objectValue == nil } ?? false
      return isLeaf == wanted
    }
    guard let value else { return false }
    if let elements = value.arrayValue { return elements.contains(where: matchesScalar) }
    return matchesScalar(value)
  }

  private func matchesScalar(_ value: JSONValue) -> Bool {
    switch self {
    case .equals(let wanted): return EventTest.isEqual(value, wanted)
    case .anythingBut(let tests):
      return value.objectValue == nil && !tests.contains { $0.matchesScalar(value) }
    case .numeric(let bounds):
      guard let number = EventTest.number(value) else { return false }
      return bounds.allSatisfy { bound in
        switch bound.symbol {
        case "=": number == bound.value
        case "<": number < bound.value
        case "<=": number <= bound.value
        case ">": number > bound.value
        default: number >= bound.value
        }
      }
    case .exists: return false
    default: break
    }
    guard let text = value.stringValue else { return false }
    switch self {
    case .prefix(let prefix, let ignoringCase):
      return ignoringCase
        ? text.lowercased().hasPrefix(prefix.lowercased()) : text.hasPrefix(prefix)
    case .suffix(let suffix, let ignoringCase):
      return ignoringCase
        ? text.lowercased().hasSuffix(suffix.lowercased()) : text.hasSuffix(suffix)
    case .equalsIgnoringCase(let wanted): return text.lowercased() == wanted.lowercased()
    case .wildcard(let pattern): return EventTest.isLike(Array(text), Array(pattern))
    case .network(let network): return network.contains(text)
    default: return false
    }
  }

  private static func isEqual(_ value: JSONValue, _ wanted: JSONValue) -> Bool {
    if value == wanted { return true }
    guard let one = number(value), let other = number(wanted) else { return false }
    // Larger whole numbers are not told apart by doubles.
    return one == other && abs(one) < 9_007_199_254_740_992
  }

  /// `*` stands for any characters, `\*` and `\\` for themselves.
  private static func isLike(_ text: [Character], _ pattern: [Character]) -> Bool {
    var tokens: [Character?] = []
    var index = 0
    while index < pattern.count {
      if pattern[index] == "\\", index + 1 < pattern.count {
        index += 1
        tokens.append(pattern[index])
      } else {
        tokens.append(pattern[index] == "*" ? nil : pattern[index])
      }
      index += 1
    }
    var (at, token, star, retry) = (0, 0, -1, 0)
    while at < text.count {
      if token < tokens.count, let wanted = tokens[token], wanted == text[at] {
        (at, token) = (at + 1, token + 1)
      } else if token < tokens.count, tokens[token] == nil {
        (star, retry, token) = (token, at, token + 1)
      } else if star >= 0 {
        (retry, at, token) = (retry + 1, retry + 1, star + 1)
      } else {
        return false
      }
    }
    return tokens[token...].allSatisfy { $0 == nil }
  }
}
