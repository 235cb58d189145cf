import ColumnFormat

/// Replaces the matches of patterns, text after text, from one thread.
struct MatchReplacer {
  typealias Bytes = UnsafeRawBufferPointer

  /// Owns the results that are not parts of their texts.
  let arena = ByteArena()
  private var matchers = MatcherCache()
  private var template: ReplacementTemplate?
  private var templateSource = SameBytes()
  private var joined: [UInt8] = []
  /// Set once a text was a match of such a pattern; the matcher that it is part of is kept above.
  private var soleGroup: SoleGroup?

  /// The text with all matches replaced.
  ///
  /// Throws: what the pattern and the template, which counts only where there is a match, are
  /// refused for.
  mutating func replace(_ text: Bytes, _ pattern: Bytes, _ with: Bytes) throws -> ByteView {
    if let result = soleGroup?.result(text, pattern, with) { return result }
    soleGroup = nil
    let matcher = try matchers.matcher(pattern, isOther: &templateSource.isForgotten)
    // A result that is one part of the text or the template, as after '^.*(part).*$', is not copied.
    var only: ByteView?
    var start = 0
    joined.removeAll(keepingCapacity: true)
    try matcher.forEachMatch(text) { match in
      if !templateSource.isSame(as: with) {
        template = try ReplacementTemplate(with, matcher, arena: arena)
      }
      append(ByteView(text, start, match.lowerBound), to: &only)
      if let group = template?.soleGroup {
        append(matcher.group(group), of: text, to: &only)
      } else {
        for part in template?.parts ?? [] {
          switch part {
          case .bytes(let view): append(view, to: &only)
          case .group(let group): append(matcher.group(group), of: text, to: &only)
          }
        }
      }
      start = match.upperBound
      return true
    }
    append(ByteView(text, start, text.count), to: &only)
    if start > 0, let group = template?.soleGroup, let anchored = matcher.anchored {
      soleGroup = SoleGroup(
        pattern: pattern,
        template: with,
        match: anchored.match,
        groups: anchored.groups,
        group: group
      )
    }
    return only ?? arena.copy(joined)
  }

  /// What becomes of texts that are a match as a whole, or none, where one group is all that is kept, as
  /// of `'^https?://([^/]+)/.*$'`: a part of the text, for which nothing is to be put together.
  private struct SoleGroup {
    let pattern: Bytes
    let template: Bytes
    var match: DirectMatch
    let groups: UnsafePointer<Int>
    let group: Int

    /// Nil where it is not as simple as that.
    mutating func result(_ text: Bytes, _ pattern: Bytes, _ template: Bytes) -> ByteView? {
      // Within a call the same place means the same bytes.
      guard pattern.baseAddress == self.pattern.baseAddress, pattern.count == self.pattern.count,
        template.baseAddress == self.template.baseAddress, template.count == self.template.count
      else { return nil }
      switch match.find(text, from: 0) {
      case .none: return ByteView(text, 0, text.count)
      case .found where groups[1] == text.count:
        let (start, end) = (groups[2 * group], groups[2 * group + 1])
        return start < 0 ? ByteView() : ByteView(text, start, end)
      case .found, .undecided: return nil
      }
    }
  }

  @inline(__always)
  private mutating func append(_ group: Range<Int>?, of text: Bytes, to only: inout ByteView?) {
    guard let group else { return }
    append(ByteView(text, group.lowerBound, group.upperBound), to: &only)
  }

  @inline(__always)
  private mutating func append(_ view: ByteView, to only: inout ByteView?) {
    if view.count == 0 { return }
    if joined.isEmpty {
      guard let first = only else {
        only = view
        return
      }
      first.withBytes { joined.append(contentsOf: $0) }
      only = nil
    }
    view.withBytes { joined.append(contentsOf: $0) }
  }
}
