import Catalog
import Testing

@Suite struct GlobPatternTests {
  @Test(arguments: [
    // Glue's own examples, "Include and exclude patterns".
    ("*.csv", "a.csv", true), ("*.csv", "x/a.csv", false), ("*.*", "a.b", true),
    ("*.{csv,avro}", "a.avro", true), ("*.{csv,avro}", "a.json", false), ("foo.?", "foo.x", true),
    ("foo.?", "foo.xy", false), ("myfolder/*", "myfolder/x", true),
    ("myfolder/*", "myfolder/y/x", false), ("myfolder/*/*", "myfolder/y/x", true),
    ("myfolder/**", "myfolder/y/x", true), ("myfolder*", "myfolder", true),
    ("myfolder*", "myfolder/x", false), ("Market*", "Marketing", true), ("**", "a/b/c", true),
    ("**.csv", "a/b.csv", true), ("a[0-9]b", "a5b", true), ("a[!0-9]b", "a5b", false),
    ("a[!0-9]b", "axb", true), ("a[!0-9]b", "a/b", false), ("a[]]b", "a]b", true),
    ("a\\*b", "a*b", true), ("a\\*b", "axb", false), ("{a,b{c,d}}e", "bde", true),
    ("{a,b{c,d}}e", "be", false), ("", "", true), ("year=202[45]/**", "year=2024/m=1/f", true),
  ])
  func `patterns match as Glue's do`(pattern: String, path: String, isMatch: Bool) throws {
    #expect(try #require(GlobPattern(pattern)).matches(path) == isMatch)
  }

  @Test(arguments: ["[abc", "{a,b", String(repeating: "{a,b}", count: 20)])
  func `a bracket without its end, or braces without end, are no pattern`(pattern: String) {
    #expect(GlobPattern(pattern) == nil)
  }

  @Test func `a hostile pattern takes no longer`() throws {
    let pattern = try #require(GlobPattern(String(repeating: "**a", count: 50) + "b"))
    #expect(!pattern.matches(String(repeating: "a", count: 500)))
  }
}
