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

  /// The text with all matches replaced.
  ///
  /// Throws: what the pattern and the template, which counts only where there is a match, are
  /// refused for.
  mutating func replace(_ text: Bytes, _ pattern: Bytes, _ with: Bytes) throws -> ByteView {
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
    return only ?? arena.copy(joined)
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
