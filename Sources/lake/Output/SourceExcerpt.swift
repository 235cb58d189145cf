import SQL

/// The line of a query that an error is about, with a mark under the place.
///
/// ```
/// line 2:  WHERE custmer_id = 7
///                ^~~~~~~~~~
/// ```
struct SourceExcerpt {
  /// From one.
  let lineNumber: Int
  /// The line with tabs as spaces, cut around the place where it is long.
  let line: String
  /// How many characters of `line` stand before the place.
  let markOffset: Int
  /// How many characters are marked; at least one.
  let markCount: Int

  /// Longer lines are cut so that the mark stays in sight.
  static let characterCountMax = 110

  /// - Parameters:
  ///   - range: The place, in bytes of the text.
  ///   - text: The query.
  ///   - countMax: How many characters the line may have; at least 20.
  init(_ range: SourceRange, in text: String, countMax: Int = characterCountMax) {
    let bytes = Array(text.utf8)
    let start = max(0, min(range.start, bytes.count))
    // At the end of the text the mark stands behind the last character, not on an empty line.
    var anchor = start
    if start == bytes.count {
      while anchor > 0 && (bytes[anchor - 1] == 10 || bytes[anchor - 1] == 13) { anchor -= 1 }
    }
    let lineStart = (bytes[..<anchor].lastIndex(of: 10) ?? -1) + 1
    let lineEnd = bytes[anchor...].firstIndex(of: 10) ?? bytes.count
    lineNumber = bytes[..<lineStart].reduce(1) { $0 + ($1 == 10 ? 1 : 0) }
    let end = max(anchor, min(range.end, lineEnd))
    func characters(_ bytes: ArraySlice<UInt8>) -> [Character] {
      String(decoding: bytes, as: UTF8.self).map { $0 == "\t" || $0 == "\r" ? " " : $0 }
    }
    let before = characters(bytes[lineStart..<anchor])
    let marked = characters(bytes[anchor..<end])
    let after = characters(bytes[end..<lineEnd])
    let whole = before + marked + after
    var shown = whole[...]
    var offset = before.count
    if whole.count > countMax {
      let first = max(0, min(before.count - min(40, countMax / 2), whole.count - countMax))
      shown = whole[first..<min(first + countMax, whole.count)]
      offset = before.count - first
      var cut = String(shown)
      if first > 0 {
        cut = "…" + cut.dropFirst()
      }
      if first + shown.count < whole.count { cut = cut.dropLast() + "…" }
      line = cut
    } else {
      var text = String(shown)
      while text.last == " " { text.removeLast() }
      line = text
    }
    markOffset = offset
    markCount = max(1, min(marked.count, shown.count - offset))
  }

  /// The line and the mark.
  var lines: [String] {
    let prefix = "line \(lineNumber):  "
    let indent = String(repeating: " ", count: prefix.count + markOffset)
    return [prefix + line, indent + "^" + String(repeating: "~", count: markCount - 1)]
  }
}
