import Testing

@testable import ColumnFormat

@Suite struct BoundTruncationTests {
  @Test func `short values stay`() {
    #expect(BoundTruncation.lower(Array("abc".utf8), 3, isText: true) == nil)
    #expect(BoundTruncation.upper(Array("abc".utf8), 3, isText: true) == nil)
  }

  @Test func `a lower bound is cut and an upper one made greater`() {
    #expect(BoundTruncation.lower(Array("abcd".utf8), 3, isText: true) == Array("abc".utf8))
    #expect(BoundTruncation.upper(Array("abcd".utf8), 3, isText: true) == Array("abd".utf8))
  }

  @Test func `text is not cut within a character`() {
    // Three bytes each.
    #expect(BoundTruncation.lower(Array("€€€".utf8), 5, isText: true) == Array("€".utf8))
    #expect(BoundTruncation.upper(Array("€€€".utf8), 5, isText: true) == Array("₭".utf8))
  }

  @Test func `an upper bound of text stays text`() {
    let highest = "\u{10FFFF}\u{10FFFF}"
    #expect(BoundTruncation.upper(Array("a\(highest)".utf8), 6, isText: true) == Array("b".utf8))
    #expect(BoundTruncation.upper(Array(highest.utf8), 4, isText: true) == nil)
    let beforeSurrogates = BoundTruncation.upper(Array("\u{D7FF}xx".utf8), 3, isText: true)
    #expect(beforeSurrogates == Array("\u{E000}".utf8))
  }

  @Test func `bytes of 255 carry over`() {
    #expect(BoundTruncation.upper([1, 255, 255, 255], 3, isText: false) == [2])
    #expect(BoundTruncation.upper([255, 255, 255, 255], 3, isText: false) == nil)
  }
}
