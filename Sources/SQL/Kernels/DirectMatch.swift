import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Matches a ``DirectPattern``, which outlives it, on one text after the other.
///
/// Holds addresses only, so that no text costs reference counts.
struct DirectMatch {
  enum Outcome {
    case found
    case none
    /// Not a text for these steps, or too many ways to try: PCRE2 is to say.
    case undecided
  }

  private let steps: UnsafePointer<DirectPattern.Step>
  private let literals: UnsafePointer<UInt8>
  private let sets: UnsafePointer<UInt8>
  private let firstByte: Int32
  private let isAnchored: Bool
  private let isForUTF8: Bool
  private let slotCount: Int
  /// Start and end of each group, the whole match first; -1 where a group took no part.
  private let groups: UnsafeMutablePointer<Int>
  private var text: UnsafePointer<UInt8>
  private var count = 0
  /// Steps that may still be tried, so that no text takes more than linear time.
  private var budget = 0

  /// A matcher that writes to `groups` where the match and its groups begin and end.
  init?(_ pattern: DirectPattern, groups: UnsafeMutablePointer<Int>) {
    guard let steps = pattern.steps.baseAddress else { return nil }
    self.steps = UnsafePointer(steps)
    // Where a pattern has no literal or no set, nothing reads from these.
    let unread = UnsafeRawPointer(steps).assumingMemoryBound(to: UInt8.self)
    literals = pattern.literals.baseAddress.map { UnsafePointer($0) } ?? unread
    sets = pattern.sets.baseAddress.map { UnsafePointer($0) } ?? unread
    text = unread
    firstByte = Int32(pattern.firstByte)
    isAnchored = pattern.isAnchored
    isForUTF8 = pattern.isForUTF8
    slotCount = 2 * (pattern.groupCount + 1)
    self.groups = groups
  }

  /// Looks for the first match that begins at `start` or later.
  mutating func find(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Outcome {
    // There is no second match at the start of a text.
    if isAnchored && start > 0 { return .none }
    count = bytes.count
    if let base = bytes.baseAddress {
      text = base.assumingMemoryBound(to: UInt8.self)
      guard isForUTF8 || UTF8Text.isASCII(bytes) else { return .undecided }
    }
    budget = 256 + 8 * count
    var position = start
    while true {
      if !isAnchored {
        guard position < count, let place = memchr(text + position, firstByte, count - position)
        else { return .none }
        position = UnsafeRawPointer(place) - UnsafeRawPointer(text)
      }
      let outcome = follow(position)
      if outcome == .found { return .found }
      if outcome == .undecided {
        for slot in 0..<slotCount { groups[slot] = -1 }
        if take(0, position) {
          groups[0] = position
          return .found
        }
      }
      if budget <= 0 { return .undecided }
      if isAnchored { return .none }
      position += 1
    }
  }

  /// Follows the way that takes at each step all it can, which is the first to be tried.
  ///
  /// What is there or not moves the position by its length times one or zero: a branch on it would be
  /// guessed wrongly on every other text. `.undecided` where the way leads nowhere and another might not.
  private mutating func follow(_ start: Int) -> Outcome {
    let text = text
    let count = count
    var number = 0
    var position = start
    var hasChoice = false
    loop: while true {
      let step = steps + number
      number &+= 1
      switch step.pointee.kind {
      case .literal:
        guard isLiteral(step, text + position, count &- position) else { break loop }
        position &+= Int(step.pointee.count)
      case .set:
        let taken = run(step, position)
        guard taken >= step.pointee.low else { break loop }
        hasChoice = hasChoice || !step.pointee.isPossessive && taken > step.pointee.low
        position &+= taken
      case .open: groups[2 &* Int(step.pointee.index)] = position
      case .close: groups[2 &* Int(step.pointee.index) &+ 1] = position
      case .optional:
        guard step.pointee.isOfLiteral else { return .undecided }
        let isThere = isLiteral(step + 1, text + position, count &- position)
        position &+= isThere ? Int(step[1].count) : 0
        hasChoice = hasChoice || isThere
        number = Int(step.pointee.index)
      case .end:
        guard position == count || position == count &- 1 && text[position] == 0x0A else {
          break loop
        }
      case .accept:
        groups[0] = start
        groups[1] = position
        return .found
      }
    }
    if hasChoice { return .undecided }
    budget -= 1 + (position - start) >> 2
    return .none
  }

  /// Whether the bytes at `place`, with `count` up to the text's end, begin with the step's literal.
  @inline(__always)
  private func isLiteral(
    _ step: UnsafePointer<DirectPattern.Step>,
    _ place: UnsafePointer<UInt8>,
    _ count: Int
  ) -> Bool {
    let length = Int(step.pointee.count)
    if count >= 8 && length <= 8 {
      let word = UnsafeRawPointer(place).loadUnaligned(as: UInt64.self)
      return (word ^ step.pointee.word) & step.pointee.mask == 0
    }
    guard count >= length else { return false }
    let literal = literals + Int(step.pointee.index)
    for offset in 0..<length where place[offset] != literal[offset] { return false }
    return true
  }

  /// Whether the steps from `first` on match at `start`.
  private mutating func take(_ first: Int, _ start: Int) -> Bool {
    budget -= 1
    if budget <= 0 { return false }
    var number = first
    var position = start
    while true {
      let step = steps + number
      number += 1
      switch step.pointee.kind {
      case .literal:
        guard isLiteral(step, text + position, count - position) else { return false }
        position += Int(step.pointee.count)
      case .set:
        let taken = run(step, position)
        guard taken >= step.pointee.low else { return false }
        budget -= taken >> 2
        if !step.pointee.isPossessive && taken > step.pointee.low {
          return takeAnyOf(step.pointee.low...taken, position, number)
        }
        position += taken
      // What a way that leads nowhere has written is written again, or taken back by the group's
      // absence, on the one that leads on.
      case .open: groups[2 * Int(step.pointee.index)] = position
      case .close: groups[2 * Int(step.pointee.index) + 1] = position
      case .optional:
        if take(number, position) { return true }
        for slot in (2 * step.pointee.low)..<(2 * step.pointee.high) { groups[slot] = -1 }
        number = Int(step.pointee.index)
      case .end:
        guard position == count || position == count - 1 && text[position] == 0x0A else {
          return false
        }
      case .accept:
        groups[1] = position
        return true
      }
    }
  }

  /// Whether the steps from `number` on match behind one of the numbers of characters, the most first.
  private mutating func takeAnyOf(_ counts: ClosedRange<Int>, _ position: Int, _ number: Int)
    -> Bool
  {
    let next = steps + number
    let literal = next.pointee.kind == .literal ? literals[Int(next.pointee.index)] : nil
    for taken in counts.reversed() {
      let place = position + taken
      if let literal, place >= count || text[place] != literal { continue }
      if take(number, place) { return true }
      if budget <= 0 { return false }
    }
    return false
  }

  /// How many bytes of the step's set there are at `start`, as far as the step may take them.
  @inline(__always)
  private func run(_ step: UnsafePointer<DirectPattern.Step>, _ start: Int) -> Int {
    let most = min(count - start, step.pointee.high)
    if most <= 0 { return 0 }
    if step.pointee.excluded >= 0 && most > 1 {
      guard let end = memchr(text + start, Int32(step.pointee.excluded), most) else { return most }
      return UnsafeRawPointer(end) - UnsafeRawPointer(text + start)
    }
    let set = sets + 256 * Int(step.pointee.index)
    if step.pointee.high == 1 { return Int(set[Int(text[start])]) }
    var taken = 0
    while taken < most && set[Int(text[start + taken])] != 0 { taken += 1 }
    return taken
  }
}
