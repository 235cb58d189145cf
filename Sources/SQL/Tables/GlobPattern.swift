/// A pattern for one name of a path: `*`, `?`, `[a-z]`, `[!0-9]`.
struct GlobPattern: Sendable {
  private enum Part: Sendable {
    case character(Character)
    case any
    case anyRun
    case set([ClosedRange<Character>], isNegated: Bool)
  }

  private let parts: [Part]

  init(_ text: some StringProtocol) {
    var parts: [Part] = []
    var rest = Array(text)[...]
    while let first = rest.popFirst() {
      switch first {
      case "*": parts.append(.anyRun)
      case "?": parts.append(.any)
      case "[":
        if let set = GlobPattern.set(&rest) {
          parts.append(set)
        } else {
          parts.append(.character(first))
        }
      default: parts.append(.character(first))
      }
    }
    self.parts = parts
  }

  /// Whether a text holds anything that is more than itself in a pattern.
  static func isPattern(_ text: some StringProtocol) -> Bool {
    text.contains { "*?[{".contains($0) }
  }

  /// The rest of a set after its bracket; nil where no bracket closes it.
  private static func set(_ rest: inout ArraySlice<Character>) -> Part? {
    var scan = rest
    var ranges: [ClosedRange<Character>] = []
    let isNegated = scan.first == "!" || scan.first == "^"
    if isNegated { scan.removeFirst() }
    var isFirst = true
    while let low = scan.popFirst() {
      if low == "]" && !isFirst {
        rest = scan
        return .set(ranges, isNegated: isNegated)
      }
      isFirst = false
      let next = scan.dropFirst()
      if scan.first == "-", let high = next.first, high != "]" {
        scan = next.dropFirst()
        if low <= high { ranges.append(low...high) }
      } else {
        ranges.append(low...low)
      }
    }
    return nil
  }

  /// Whether the whole name fits.
  func matches(_ name: some StringProtocol) -> Bool {
    let name = Array(name)
    var part = 0
    var position = 0
    // Where to go back to: a run takes one character more, and the rest is tried again.
    var retry: (part: Int, position: Int)?
    while position < name.count {
      if part < parts.count {
        if case .anyRun = parts[part] {
          retry = (part + 1, position)
          part += 1
          continue
        }
        if GlobPattern.fits(name[position], parts[part]) {
          part += 1
          position += 1
          continue
        }
      }
      guard let (again, from) = retry else { return false }
      retry = (again, from + 1)
      part = again
      position = from + 1
    }
    return parts[part...].allSatisfy { if case .anyRun = $0 { true } else { false } }
  }

  private static func fits(_ character: Character, _ part: Part) -> Bool {
    switch part {
    case .character(let wanted): character == wanted
    case .any, .anyRun: true
    case .set(let ranges, let isNegated): ranges.contains { $0 ~= character } != isNegated
    }
  }

  /// The alternatives of `{a,b}`, also nested and several; at most `countMax` of them, else nil.
  static func alternatives(_ text: String, countMax: Int = 1000) -> [String]? {
    var open: [String] = [text]
    var done: [String] = []
    while let next = open.popLast() {
      guard let braces = firstBraces(next) else {
        done.append(next)
        continue
      }
      for choice in braces.choices { open.append(braces.before + choice + braces.after) }
      if open.count + done.count > countMax { return nil }
    }
    return done.reversed()
  }

  private static func firstBraces(_ text: String) -> (
    before: String, choices: [String], after: String
  )? {
    guard let start = text.firstIndex(of: "{") else { return nil }
    var depth = 0
    var choices: [String] = []
    var choice = ""
    var index = text.index(after: start)
    while index < text.endIndex {
      let character = text[index]
      let next = text.index(after: index)
      if character == "}" && depth == 0 {
        return (String(text[..<start]), choices + [choice], String(text[next...]))
      }
      if character == "," && depth == 0 {
        choices.append(choice)
        choice = ""
      } else {
        if character == "{" { depth += 1 }
        if character == "}" { depth -= 1 }
        choice.append(character)
      }
      index = next
    }
    return nil
  }
}
