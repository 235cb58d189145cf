/// A Glue exclusion pattern, matched against paths relative to the include path.
///
/// `*` any characters within one part, `**` also across parts, `?` one character within a part,
/// `[abc]`, `[a-z]`, `[!a-c]`, `{a,b}` either, backslash takes the next character as it is.
package struct GlobPattern: Sendable {
  private enum Token: Equatable {
    case literal(Unicode.Scalar)
    case any
    case anyRun
    case anyRunAcross
    case oneOf([ClosedRange<UInt32>], isNegated: Bool)
  }

  /// Braces may not multiply a pattern without end.
  private static let alternativeCountMax = 1000

  private let alternatives: [[Token]]

  /// Reads a pattern; nil if a bracket or brace is not closed, or braces make too many patterns.
  package init?(_ text: String) {
    guard let expanded = GlobPattern.expand(Array(text.unicodeScalars)) else { return nil }
    var alternatives: [[Token]] = []
    for pattern in expanded {
      guard let tokens = GlobPattern.tokens(pattern) else { return nil }
      alternatives.append(tokens)
    }
    self.alternatives = alternatives
  }

  /// Whether the whole path fits.
  package func matches(_ path: String) -> Bool {
    let scalars = Array(path.unicodeScalars)
    return alternatives.contains { GlobPattern.matches($0, scalars) }
  }

  /// Replaces the first brace by each of its choices until there is none.
  private static func expand(_ pattern: [Unicode.Scalar]) -> [[Unicode.Scalar]]? {
    var open = 0
    while open < pattern.count, pattern[open] != "{" { open += pattern[open] == "\\" ? 2 : 1 }
    if open >= pattern.count { return [pattern] }
    var choices: [[Unicode.Scalar]] = [[]]
    var depth = 1
    var index = open + 1
    while index < pattern.count {
      let scalar = pattern[index]
      switch scalar {
      case "\\" where index + 1 < pattern.count:
        choices[choices.count - 1] += [scalar, pattern[index + 1]]
        index += 2
        continue
      case "{": depth += 1
      case "}": depth -= 1
      case "," where depth == 1:
        choices.append([])
        index += 1
        continue
      default: break
      }
      index += 1
      if depth == 0 { break }
      choices[choices.count - 1].append(scalar)
    }
    if depth > 0 { return nil }
    var expanded: [[Unicode.Scalar]] = []
    for choice in choices {
      guard let rest = expand(Array(pattern[..<open]) + choice + Array(pattern[index...])) else {
        return nil
      }
      expanded += rest
      if expanded.count > alternativeCountMax { return nil }
    }
    return expanded
  }

  private static func tokens(_ pattern: [Unicode.Scalar]) -> [Token]? {
    var tokens: [Token] = []
    var index = 0
    while index < pattern.count {
      switch pattern[index] {
      case "\\" where index + 1 < pattern.count:
        tokens.append(.literal(pattern[index + 1]))
        index += 1
      case "*" where index + 1 < pattern.count && pattern[index + 1] == "*":
        tokens.append(.anyRunAcross)
        index += 1
      case "*": tokens.append(.anyRun)
      case "?": tokens.append(.any)
      case "[":
        guard let close = pattern[(index + 1)...].dropFirst().firstIndex(of: "]") else {
          return nil
        }
        tokens.append(oneOf(Array(pattern[(index + 1)..<close])))
        index = close
      default: tokens.append(.literal(pattern[index]))
      }
      index += 1
    }
    return tokens
  }

  private static func oneOf(_ inner: [Unicode.Scalar]) -> Token {
    let isNegated = inner.first == "!"
    let members = Array(inner.dropFirst(isNegated ? 1 : 0))
    var ranges: [ClosedRange<UInt32>] = []
    var index = 0
    while index < members.count {
      let low = members[index].value
      if index + 2 < members.count, members[index + 1] == "-", members[index + 2].value >= low {
        ranges.append(low...members[index + 2].value)
        index += 3
      } else {
        ranges.append(low...low)
        index += 1
      }
    }
    return .oneOf(ranges, isNegated: isNegated)
  }

  /// Follows all ways to match at once: linear in the path whatever the pattern.
  private static func matches(_ tokens: [Token], _ path: [Unicode.Scalar]) -> Bool {
    var states = closure([0], tokens)
    for scalar in path {
      var next: Set<Int> = []
      for state in states where state < tokens.count {
        switch tokens[state] {
        case .anyRunAcross: next.insert(state)
        case .anyRun: if scalar != "/" { next.insert(state) }
        case .any: if scalar != "/" { next.insert(state + 1) }
        case .literal(let wanted): if scalar == wanted { next.insert(state + 1) }
        case .oneOf(let ranges, let isNegated):
          let isMember = ranges.contains { $0.contains(scalar.value) }
          if scalar != "/", isMember != isNegated { next.insert(state + 1) }
        }
      }
      if next.isEmpty { return false }
      states = closure(next, tokens)
    }
    return states.contains(tokens.count)
  }

  /// The states, and those behind runs, which may be empty.
  private static func closure(_ states: Set<Int>, _ tokens: [Token]) -> Set<Int> {
    var closed = states
    for state in states {
      var index = state
      while index < tokens.count, tokens[index] == .anyRun || tokens[index] == .anyRunAcross {
        index += 1
        closed.insert(index)
      }
    }
    return closed
  }
}
