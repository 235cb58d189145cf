import Testing

@testable import SQL

@Suite struct GlobPatternTests {
  @Test(arguments: [
    ("*.csv", "a.csv", true), ("*.csv", ".csv", true), ("*.csv", "a.tsv", false),
    ("a?c", "abc", true), ("a?c", "ac", false), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false),
    ("[!a-c]x", "dx", true), ("a*b*c", "aXbYbZc", true), ("a*b*c", "aXbY", false), ("*", "", true),
    ("[x", "[x", true), ("year=*", "year=2026", true), ("**", "abc", true), ("[]]", "]", true),
  ])
  func `patterns match whole names`(pattern: String, name: String, expected: Bool) {
    #expect(GlobPattern(pattern).matches(name) == expected)
  }

  @Test func `braces give alternatives`() {
    #expect(GlobPattern.alternatives("a{b,c}d") == ["abd", "acd"])
    #expect(GlobPattern.alternatives("{a,b{c,d}}") == ["a", "bc", "bd"])
    #expect(GlobPattern.alternatives("a{b") == ["a{b"])
    #expect(GlobPattern.alternatives(String(repeating: "{a,b}", count: 20)) == nil)
  }
}
