import ColumnFormat

/// Reads the patterns that ``DirectPattern`` can match.
struct DirectPatternParser {
  private(set) var steps: [DirectPattern.Step] = []
  private(set) var literals: [UInt8] = []
  private(set) var sets: [CharacterSet] = []
  private(set) var isAnchored = false
  private(set) var groupCount = 0

  private let pattern: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ pattern: [UInt8]) { self.pattern = pattern }

  /// False where the pattern has anything else, malformed things included.
  mutating func parse() -> Bool {
    if next == UInt8(ascii: "^") {
      isAnchored = true
      position += 1
    }
    guard sequence(), position == pattern.count else { return false }
    steps.append(DirectPattern.Step(kind: .accept))
    for number in steps.indices {
      switch steps[number].kind {
      case .set: markPossessive(number)
      case .literal: setWord(number)
      case .optional:
        steps[number].isOfLiteral =
          steps[number + 1].kind == .literal && Int(steps[number].index) == number + 2
      case .open, .close, .end, .accept: break
      }
    }
    return true
  }

  private var next: UInt8? { position < pattern.count ? pattern[position] : nil }

  private mutating func sequence() -> Bool {
    while let byte = next {
      switch byte {
      case UInt8(ascii: ")"): return depth > 0
      case UInt8(ascii: "("):
        guard group() else { return false }
      case UInt8(ascii: "$"):
        position += 1
        guard position == pattern.count, depth == 0 else { return false }
        steps.append(DirectPattern.Step(kind: .end))
      default:
        guard let set = element(), let times = repetition() else { return false }
        append(set, times)
      }
    }
    return depth == 0
  }

  private mutating func group() -> Bool {
    position += 1
    guard depth < 20 else { return false }
    let firstGroup = groupCount + 1
    var number: Int32 = 0
    if next == UInt8(ascii: "?") {
      guard position + 1 < pattern.count, pattern[position + 1] == UInt8(ascii: ":") else {
        return false
      }
      position += 2
    } else {
      groupCount += 1
      number = Int32(groupCount)
    }
    // An optional group needs a step before it, which one that is always there does without.
    let start = steps.count
    steps.append(DirectPattern.Step(kind: .optional))
    if number > 0 { steps.append(DirectPattern.Step(kind: .open, index: number)) }
    depth += 1
    guard sequence() else { return false }
    depth -= 1
    // The end of the pattern is no end of the group.
    guard next == UInt8(ascii: ")") else { return false }
    position += 1
    if number > 0 { steps.append(DirectPattern.Step(kind: .close, index: number)) }
    guard let times = repetition() else { return false }
    if times == 0...1 {
      steps[start].index = Int32(steps.count)
      steps[start].low = firstGroup
      steps[start].high = groupCount + 1
    } else {
      guard times == 1...1 else { return false }
      steps.remove(at: start)
      for number in start..<steps.count where steps[number].kind == .optional {
        steps[number].index -= 1
      }
    }
    return true
  }

  /// The characters of which the next element takes one.
  private mutating func element() -> CharacterSet? {
    guard let byte = next, byte < 0x80 else { return nil }
    position += 1
    switch byte {
    case UInt8(ascii: "."): return CharacterSet([0x0A]).inverted
    case UInt8(ascii: "["): return characterClass()
    case UInt8(ascii: "\\"): return escape()
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"),
      UInt8(ascii: "}"), UInt8(ascii: "|"), UInt8(ascii: "]"), UInt8(ascii: "^"):
      return nil
    default: return CharacterSet([byte])
    }
  }

  /// The characters that the letter behind a backslash stands for.
  private mutating func escape() -> CharacterSet? {
    guard let letter = next else { return nil }
    position += 1
    switch letter {
    case UInt8(ascii: "d"): return .digits
    case UInt8(ascii: "D"): return CharacterSet.digits.inverted
    case UInt8(ascii: "w"): return .words
    case UInt8(ascii: "W"): return CharacterSet.words.inverted
    case UInt8(ascii: "s"): return .spaces
    case UInt8(ascii: "S"): return CharacterSet.spaces.inverted
    case UInt8(ascii: "t"): return CharacterSet([0x09])
    case UInt8(ascii: "n"): return CharacterSet([0x0A])
    case UInt8(ascii: "r"): return CharacterSet([0x0D])
    case UInt8(ascii: "f"): return CharacterSet([0x0C])
    default:
      let isPunctuation = letter < 0x80 && letter >= 0x20 && !CharacterSet.words.contains(letter)
      return isPunctuation || letter == UInt8(ascii: "_") ? CharacterSet([letter]) : nil
    }
  }

  private mutating func characterClass() -> CharacterSet? {
    var set = CharacterSet()
    let isNegated = next == UInt8(ascii: "^")
    if isNegated { position += 1 }
    if next == UInt8(ascii: "]") { return nil }
    while let byte = next {
      position += 1
      if byte == UInt8(ascii: "]") { return isNegated ? set.inverted : set }
      if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "&") || byte >= 0x80 { return nil }
      var member = CharacterSet([byte])
      if byte == UInt8(ascii: "\\") {
        guard let escaped = escape() else { return nil }
        member = escaped
      }
      // A hyphen between two characters makes a range, before the bracket it is one itself.
      if next == UInt8(ascii: "-"), position + 1 < pattern.count,
        pattern[position + 1] != UInt8(ascii: "]")
      {
        let last = pattern[position + 1]
        guard let first = member.only, last < 0x80, last >= first,
          !"[\\&".utf8.contains(last)
        else { return nil }
        position += 2
        member = CharacterSet(first...last)
      }
      set.formUnion(member)
    }
    return nil
  }

  /// How often the element before may come; nil for what is not greedy.
  private mutating func repetition() -> ClosedRange<Int>? {
    var times = 1...1
    switch next {
    case UInt8(ascii: "*"): times = 0...Int.max
    case UInt8(ascii: "+"): times = 1...Int.max
    case UInt8(ascii: "?"): times = 0...1
    case UInt8(ascii: "{"):
      guard let counted = countedRepetition() else { return nil }
      times = counted
    default: return times
    }
    position += 1
    if let byte = next, "*+?{".utf8.contains(byte) { return nil }
    return times
  }

  /// `{2}`, `{2,}` and `{2,5}`, up to the closing brace.
  private mutating func countedRepetition() -> ClosedRange<Int>? {
    position += 1
    guard let low = number() else { return nil }
    var high = low
    if next == UInt8(ascii: ",") {
      position += 1
      high = Int.max
      if next != UInt8(ascii: "}") {
        guard let limit = number() else { return nil }
        high = limit
      }
    }
    return next == UInt8(ascii: "}") && low <= high ? low...high : nil
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let byte = next, CharacterSet.digits.contains(byte) {
      value = (value ?? 0) * 10 + Int(byte - 0x30)
      if let value, value > 10_000 { return nil }
      position += 1
    }
    return value
  }

  private mutating func append(_ set: CharacterSet, _ times: ClosedRange<Int>) {
    if times == 1...1, let byte = set.only {
      // Neighbouring characters are one literal, unless an optional group ends between them.
      if let last = steps.last, last.kind == .literal,
        Int(last.index + last.count) == literals.count,
        !steps.contains(where: { $0.kind == .optional && Int($0.index) == steps.count })
      {
        steps[steps.count - 1].count += 1
      } else {
        let start = Int32(literals.count)
        steps.append(DirectPattern.Step(kind: .literal, index: start, count: 1))
      }
      literals.append(byte)
      return
    }
    var step = DirectPattern.Step(kind: .set, index: Int32(sets.count))
    step.low = times.lowerBound
    step.high = times.upperBound
    if set.hasOthers, let excluded = set.inverted.only { step.excluded = Int16(excluded) }
    steps.append(step)
    sets.append(set)
  }

  private mutating func setWord(_ number: Int) {
    let first = Int(steps[number].index)
    for offset in 0..<min(Int(steps[number].count), 8) {
      steps[number].word |= UInt64(literals[first + offset]) << UInt64(8 * offset)
      steps[number].mask |= 0xFF << UInt64(8 * offset)
    }
  }

  /// Finds out whether a repetition can do without going back.
  private mutating func markPossessive(_ number: Int) {
    let set = sets[Int(steps[number].index)]
    var following = number + 1
    while steps[following].kind == .open || steps[following].kind == .close { following += 1 }
    let next = steps[following]
    switch next.kind {
    case .literal: steps[number].isPossessive = !set.contains(literals[Int(next.index)])
    case .set:
      steps[number].isPossessive = next.low > 0 && set.isDisjoint(sets[Int(next.index)])
    // Where the most characters don't reach the end, fewer do only before a newline.
    case .end: steps[number].isPossessive = !set.contains(0x0A)
    case .accept: steps[number].isPossessive = true
    case .optional, .open, .close: break
    }
  }
}
