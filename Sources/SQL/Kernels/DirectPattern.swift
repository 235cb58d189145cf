import CKernels
import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// A simple regular expression, matched on ASCII text by steps of lake's own.
///
/// Most patterns of logs and web addresses are sequences of literals, character classes with greedy
/// repetitions, and groups that are there or not: `^https?://(?:www\.)?([^/]+)/`. On these the general
/// engine spends most of its time on being called. Where a class is repeated and the step behind
/// it takes none of its characters, there is nothing to go back to, as in a deterministic automaton.
///
/// What a pattern or a text has beyond that (alternatives, repeated groups, lazy repetitions,
/// look-around, flags, characters beyond ASCII) is left to PCRE2, with the same meaning.
final class DirectPattern: @unchecked Sendable {
  struct Step {
    enum Kind: UInt8 {
      /// `count` bytes of ``literals`` from `index` on.
      case literal
      /// `low` to `high` characters of the set `index`.
      case set
      /// The group `index` begins.
      case open
      /// The group `index` ends.
      case close
      /// What follows up to the step `index` is there or not.
      case optional
      /// The text's end, or its last newline.
      case end
      case accept
    }

    var kind: Kind
    /// The step behind takes no character of this set: taking fewer of them can't help.
    var isPossessive = false
    /// The only byte that is not in the set; -1 where others are not.
    var excluded: Int16 = -1
    var index: Int32 = 0
    var count: Int32 = 0
    var low: Int = 0
    var high: Int = 0
  }

  let steps: UnsafeMutableBufferPointer<Step>
  let literals: UnsafeMutableBufferPointer<UInt8>
  /// 128 bytes for each set: one for a character that belongs to it.
  let sets: UnsafeMutableBufferPointer<UInt8>
  /// `^`: matches begin at the start of the text only.
  let isAnchored: Bool
  /// What every match of a pattern that is not anchored begins with.
  let firstByte: UInt8
  let groupCount: Int

  /// nil where the pattern, in Java's syntax, has more than these steps can tell.
  init?(_ pattern: [UInt8]) {
    var parser = DirectPatternParser(pattern)
    // Each step may be a call on the stack.
    guard parser.parse(), parser.steps.count <= 200 else { return nil }
    let first = parser.steps.first { $0.kind != .open }
    let isLiteral = first?.kind == .literal
    // To look for a place where a class matches is what PCRE2's machine code is better at.
    guard parser.isAnchored || isLiteral else { return nil }
    firstByte = isLiteral ? parser.literals[Int(first?.index ?? 0)] : 0
    steps = .allocate(capacity: parser.steps.count)
    _ = steps.initialize(from: parser.steps)
    literals = .allocate(capacity: parser.literals.count)
    _ = literals.initialize(from: parser.literals)
    sets = .allocate(capacity: parser.sets.count * 128)
    for (index, set) in parser.sets.enumerated() {
      for byte in 0..<128 {
        sets.initializeElement(at: index * 128 + byte, to: set.contains(UInt8(byte)) ? 1 : 0)
      }
    }
    isAnchored = parser.isAnchored
    groupCount = parser.groupCount
  }

  deinit {
    steps.deallocate()
    literals.deallocate()
    sets.deallocate()
  }
}

/// One attempt to match a ``DirectPattern`` on one text.
struct DirectMatch {
  let pattern: DirectPattern
  let text: UnsafePointer<UInt8>
  let count: Int
  /// Start and end of each group, the whole match first; -1 where a group took no part.
  let groups: UnsafeMutablePointer<Int>
  /// Steps that may still be tried, so that no text takes more than linear time.
  var budget: Int

  enum Outcome {
    case found
    case none
    /// Too many ways to try: PCRE2 is to say.
    case undecided
  }

  /// Whether `text` is for these steps at all.
  static func isPossible(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let base = text.baseAddress else { return true }
    return lake_is_ascii(base.assumingMemoryBound(to: UInt8.self), Int64(text.count))
  }

  init(
    _ pattern: DirectPattern,
    _ text: UnsafeRawBufferPointer,
    groups: UnsafeMutablePointer<Int>
  ) {
    self.pattern = pattern
    // Without bytes the address is never read from.
    self.text =
      text.baseAddress?.assumingMemoryBound(to: UInt8.self)
      ?? UnsafePointer(bitPattern: 1).unsafelyUnwrapped
    self.groups = groups
    count = text.count
    budget = 256 + 8 * text.count
  }

  /// Looks for the first match that begins at `start` or later.
  mutating func find(from start: Int) -> Outcome {
    if pattern.isAnchored && start > 0 { return .none }
    var position = start
    while true {
      if !pattern.isAnchored {
        guard position < count,
          let place = memchr(text + position, Int32(pattern.firstByte), count - position)
        else { return .none }
        position = UnsafeRawPointer(place) - UnsafeRawPointer(text)
      }
      for index in 0..<(2 * (pattern.groupCount + 1)) { groups[index] = -1 }
      if take(0, position) {
        groups[0] = position
        return .found
      }
      if budget <= 0 { return .undecided }
      if pattern.isAnchored { return .none }
      position += 1
    }
  }

  /// Whether the steps from `first` on match at `start`.
  private mutating func take(_ first: Int, _ start: Int) -> Bool {
    budget -= 1
    if budget <= 0 { return false }
    let steps = pattern.steps.baseAddress.unsafelyUnwrapped
    var number = first
    var position = start
    while true {
      let step = steps + number
      number += 1
      switch step.pointee.kind {
      case .literal:
        let length = Int(step.pointee.count)
        guard count - position >= length else { return false }
        let literal = pattern.literals.baseAddress.unsafelyUnwrapped + Int(step.pointee.index)
        for offset in 0..<length where text[position + offset] != literal[offset] { return false }
        position += length
      case .set:
        let taken = run(step, position)
        guard taken >= step.pointee.low else { return false }
        budget -= taken >> 2
        if step.pointee.isPossessive || taken == step.pointee.low {
          position += taken
          continue
        }
        return takeAnyOf(step.pointee.low...taken, position, number)
      case .open:
        let slot = groups + 2 * Int(step.pointee.index)
        let before = slot.pointee
        slot.pointee = position
        if take(number, position) { return true }
        slot.pointee = before
        return false
      case .close:
        let slot = groups + 2 * Int(step.pointee.index) + 1
        let before = slot.pointee
        slot.pointee = position
        if take(number, position) { return true }
        slot.pointee = before
        return false
      case .optional:
        if take(number, position) { return true }
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
    let next = pattern.steps[number]
    let literal = next.kind == .literal ? pattern.literals[Int(next.index)] : nil
    for taken in counts.reversed() {
      let place = position + taken
      if let literal, place >= count || text[place] != literal { continue }
      if take(number, place) { return true }
      if budget <= 0 { return false }
    }
    return false
  }

  /// How many characters of the step's set there are at `start`, as far as the step may take them.
  @inline(__always)
  private func run(_ step: UnsafePointer<DirectPattern.Step>, _ start: Int) -> Int {
    let most = min(count - start, step.pointee.high)
    if step.pointee.excluded >= 0 {
      guard most > 0, let end = memchr(text + start, Int32(step.pointee.excluded), most) else {
        return max(most, 0)
      }
      return UnsafeRawPointer(end) - UnsafeRawPointer(text + start)
    }
    let set = pattern.sets.baseAddress.unsafelyUnwrapped + 128 * Int(step.pointee.index)
    var taken = 0
    while taken < most && set[Int(text[start + taken])] != 0 { taken += 1 }
    return taken
  }
}
