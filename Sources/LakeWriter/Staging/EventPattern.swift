import RowFormat

/// One pattern of EventBridge: all of its keys must match, each by one of its alternatives.
///
/// ```
///   pattern = { name: pattern | [ alternative, … ], "$or": [ pattern, … ] }
/// ```
struct EventPattern: Sendable, Equatable {
  /// What is wrong with a pattern, as a sentence.
  struct Fault: Error, Equatable {
    var sentence: String
  }

  private indirect enum Node: Sendable, Equatable {
    case leaf([EventTest])
    case object(EventPattern)
  }

  private struct Member: Sendable, Equatable {
    var name: String
    var node: Node
  }

  private var members: [Member] = []
  private var alternatives: [[EventPattern]] = []

  private static let combinationCountMax = 1000
  private static let depthMax = 32

  /// Reads a pattern.
  init(_ json: JSONValue) throws(Fault) {
    try self.init(json, depth: 0)
    if combinationCount > EventPattern.combinationCountMax {
      throw Fault(
        sentence: "its alternatives under $or make more than "
          + "\(EventPattern.combinationCountMax) combinations"
      )
    }
  }

  private init(_ json: JSONValue, depth: Int) throws(Fault) {
    guard case .object(let object) = json, !object.members.isEmpty else {
      throw Fault(sentence: "a pattern is an object with at least one key, not \(json.kindName)")
    }
    if depth > EventPattern.depthMax { throw Fault(sentence: "it is nested too deeply") }
    for member in object.members {
      if member.name == "$or" {
        guard let choices = member.value.arrayValue, choices.count > 1 else {
          throw Fault(sentence: "$or takes an array of at least two patterns")
        }
        alternatives.append(
          try choices.map { choice throws(Fault) in
            try EventPattern(choice, depth: depth + 1)
          }
        )
        continue
      }
      switch member.value {
      case .object:
        let inner = try EventPattern(member.value, depth: depth + 1)
        members.append(Member(name: member.name, node: .object(inner)))
      case .array(let tests):
        if tests.isEmpty {
          throw Fault(
            sentence: "the key '\(member.name)' has an empty array, which nothing matches"
          )
        }
        let read = try tests.map { test throws(Fault) in
          try EventTest(test, key: member.name)
        }
        members.append(Member(name: member.name, node: .leaf(read)))
      default:
        throw Fault(
          sentence: "the key '\(member.name)' must have an array or an object, not "
            + member.value.kindName
        )
      }
    }
  }

  private var combinationCount: Int {
    let inner = members.reduce(1) { count, member in
      if case .object(let pattern) = member.node {
        return min(count * pattern.combinationCount, 1 << 20)
      }
      return count
    }
    return alternatives.reduce(inner) { count, choices in
      min(count * choices.reduce(0) { $0 + $1.combinationCount }, 1 << 20)
    }
  }

  /// Whether a record has all that the pattern asks for.
  func matches(_ record: JSONValue) -> Bool {
    members.allSatisfy { member in
      let value = record[member.name]
      switch member.node {
      case .leaf(let tests): return tests.contains { $0.matches(value) }
      case .object(let pattern):
        if let elements = value?.arrayValue { return elements.contains(where: pattern.matches) }
        // Only a test for absence matches where there is nothing.
        return pattern.matches(value ?? .object(JSONObject()))
      }
    } && alternatives.allSatisfy { $0.contains { $0.matches(record) } }
  }
}
