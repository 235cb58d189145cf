/// A simple regular expression, matched by steps of lake's own.
///
/// Most patterns of logs and web addresses are sequences of literals, character classes with greedy
/// repetitions, and groups that are there or not: `^https?://(?:www\.)?([^/]+)/`. On these the general
/// engine spends most of its time on being called. Where a class is repeated and the step behind
/// it takes none of its characters, there is nothing to go back to, as in a deterministic automaton.
///
/// What a pattern has beyond that (alternatives, repeated groups, lazy repetitions, look-around, flags,
/// letters beyond ASCII) is left to PCRE2, with the same meaning.
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
      /// What follows up to the step `index`, with the groups `low..<high`, is there or not.
      case optional
      /// The text's end, or its last newline.
      case end
      case accept
    }

    var kind: Kind
    /// The step behind takes no character of this set: taking fewer of them can't help.
    var isPossessive = false
    /// What is there or not is one literal, of no group.
    var isOfLiteral = false
    /// The only byte that is not in the set; -1 where others are not.
    var excluded: Int16 = -1
    var index: Int32 = 0
    var count: Int32 = 0
    var low: Int = 0
    var high: Int = 0
    /// The literal's first eight bytes, little endian, and the bits of those that it has.
    var word: UInt64 = 0
    var mask: UInt64 = 0
  }

  let steps: UnsafeMutableBufferPointer<Step>
  let literals: UnsafeMutableBufferPointer<UInt8>
  /// 256 bytes for each set: one for a byte that belongs to it.
  let sets: UnsafeMutableBufferPointer<UInt8>
  /// `^`: matches begin at the start of the text only.
  let isAnchored: Bool
  /// What every match of a pattern that is not anchored begins with.
  let firstByte: UInt8
  let groupCount: Int
  /// Whether it is for all UTF-8 rather than ASCII alone: no step may begin or end in a character.
  let isForUTF8: Bool

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
    sets = .allocate(capacity: parser.sets.count * 256)
    for (index, set) in parser.sets.enumerated() {
      for byte in 0..<256 {
        sets.initializeElement(at: index * 256 + byte, to: set.contains(UInt8(byte)) ? 1 : 0)
      }
    }
    isAnchored = parser.isAnchored
    groupCount = parser.groupCount
    isForUTF8 = parser.steps.allSatisfy { step in
      // Taken to their end, the bytes beyond ASCII are whole characters.
      step.kind != .set || !parser.sets[Int(step.index)].hasOthers
        || step.isPossessive && step.low <= 1 && step.high == Int.max
    }
  }

  deinit {
    steps.deallocate()
    literals.deallocate()
    sets.deallocate()
  }
}
