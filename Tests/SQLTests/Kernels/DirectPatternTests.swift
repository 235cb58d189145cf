import ColumnFormat
import Testing

@testable import SQL

/// Simple patterns are matched without PCRE2, and as PCRE2 does.
@Suite struct DirectPatternTests {
  @Test(
    arguments: [
      (#"^https?://(?:www\.)?([^/]+)/.*$"#, true),
      ("abc", true),
      (#"(a)(?:b(c)?)?d{2,3}[x-z_\d]+"#, true),
      (#"^\s*(\w+)\s*=\s*([^;]*);?$"#, true),
      ("^", true),
      ("", false),
      ("a|b", false),
      ("(ab)+", false),
      ("a+?b", false),
      ("a++b", false),
      ("[0-9]+", false),
      ("^[0-9]+", true),
      ("^é", false),
      ("^[^é]", false),
      ("a$b", false),
      ("^a^", false),
      (#"^\bword"#, false),
      (#"(a)\1"#, false),
      ("(?i)abc", false),
      ("^[[:alpha:]]", false),
      ("^[a-z&&[^b]]", false),
      ("^(a", false),
      ("^a)", false),
      ("^a{2", false),
      ("^a{3,2}", false),
      ("^[z-a]", false),
    ] as [(String, Bool)]
  )
  func `a pattern is simple or not`(pattern: String, expected: Bool) {
    #expect((DirectPattern(Array(pattern.utf8)) != nil) == expected)
  }

  @Test func `random patterns find PCRE2's groups in random texts`() throws {
    var random = SeededNumbers(7)
    var simple = 0
    var found = 0
    for _ in 0..<4_000 {
      let pattern =
        (random.int(2) == 0 ? "^" : "a") + sequence(&random, depth: 0)
        + (random.int(3) == 0 ? "$" : "")
      guard DirectPattern(Array(pattern.utf8)) != nil else { continue }
      simple += 1
      let expression = try Array(pattern.utf8).withUnsafeBytes {
        try RegularExpression.compiled($0)
      }
      let matcher = try RegularExpressionMatcher(expression)
      for _ in 0..<12 {
        // Half of the texts have letters beyond ASCII.
        var units = "aaabbc./-1\n".map { Array($0.utf8) }
        if random.int(2) == 1 { units += "éж€😀".map { Array($0.utf8) } }
        let parts = (0..<random.int(14)).map { _ in units[random.int(units.count)] }
        let text = Array(parts.joined())
        let middle = parts.prefix(parts.count / 2).joined().count
        try text.withUnsafeBytes { bytes in
          for start in [0, middle, text.count] {
            let isFound = try matcher.find(bytes, from: start)
            let groups = isFound ? (0...matcher.groupCount).map { matcher.group($0) } : []
            let isFoundByPCRE2 = try matcher.findByPCRE2(bytes, from: start)
            let others = isFoundByPCRE2 ? (0...matcher.groupCount).map { matcher.group($0) } : []
            #expect(
              groups == others,
              "\(pattern) in \(String(decoding: text, as: UTF8.self).debugDescription) from \(start)"
            )
            found += isFound ? 1 : 0
          }
        }
      }
    }
    #expect(simple > 2_000)
    #expect(found > 10_000)
  }

  @Test func `texts that are replaced one after the other become what each becomes by itself`()
    throws
  {
    var random = SeededNumbers(11)
    var parts = 0
    for _ in 0..<3_000 {
      let pattern = Array(("^(" + sequence(&random, depth: 1) + ")?.*$").utf8)
      let template = Array(["$1", "$0", "<$1>", ""][random.int(4)].utf8)
      let units = ["a", "b", "c", ".", "/", "-", "1", "\n", "é", "ж"].map { Array($0.utf8) }
      let texts = (0..<12).map { _ in
        Array((0..<random.int(20)).map { _ in units[random.int(units.count)] }.joined())
      }
      var replacer = MatchReplacer()
      try pattern.withUnsafeBytes { pattern in
        try template.withUnsafeBytes { template in
          for text in texts {
            try text.withUnsafeBytes { text in
              let result = try replacer.replace(text, pattern, template).withBytes { Array($0) }
              var alone = MatchReplacer()
              let expected = try alone.replace(text, pattern, template).withBytes { Array($0) }
              #expect(result == expected, "\(Array(pattern)) in \(Array(text))")
              parts += result.isEmpty || result.count == text.count ? 0 : 1
            }
          }
        }
      }
    }
    #expect(parts > 1_000)
  }

  @Test func `a byte that is not UTF-8 is a character of its own`() {
    let text = Array("http://a".utf8) + [0xFF, 0xC3] + Array("/x".utf8)
    let pattern = Array("^https?://([^/]+)/.*$".utf8)
    var replacer = MatchReplacer()
    let host = try? pattern.withUnsafeBytes { pattern in
      try text.withUnsafeBytes { text in
        try Array("$1".utf8).withUnsafeBytes { template in
          try replacer.replace(text, pattern, template).withBytes { Array($0) }
        }
      }
    }
    #expect(host == Array("a".utf8) + [0xFF, 0xC3])
  }

  @Test(
    arguments: [
      // What is there or not is taken where that leads on, and left where it does not.
      ("^(?:www.)?([^.]+).com", "www.com", "www"), ("^(?:www.)?([^.]+).com", "www.a.com", "a"),
      ("^a?a?(a)", "a", "a"), ("^(?:ab)?(a?)bc", "abc", "a"),
      // Literals of eight bytes and more, at the text's end and before it.
      ("^(abcdefgh)", "abcdefgh", "abcdefgh"), ("^(abcdefghi)", "abcdefghij", "abcdefghi"),
      ("^(abcdefghi)", "abcdefghx", nil), ("^(abcdefgh)", "abcdefg", nil),
      ("^x(yz)$", "xyz\n", "yz"), ("^x(yz)$", "xyzz", nil),
    ] as [(String, String, String?)]
  )
  func `the way that takes all it can comes first`(
    pattern: String,
    text: String,
    expected: String?
  ) throws {
    let expression = try Array(pattern.utf8).withUnsafeBytes {
      try RegularExpression.compiled($0)
    }
    #expect(expression.direct != nil)
    let matcher = try RegularExpressionMatcher(expression)
    let bytes = Array(text.utf8)
    let group = try bytes.withUnsafeBytes {
      try matcher.find($0)
        ? matcher.group(1).map { String(decoding: bytes[$0], as: UTF8.self) } : nil
    }
    #expect(group == expected)
  }

  @Test func `texts beyond ASCII and with too many ways to match go to PCRE2`() throws {
    let nested = "^" + String(repeating: "a*", count: 12) + "b"
    for (pattern, text, expected) in [
      ("^(.)x", "éx", 0..<2), ("^[^/]+", "ж/", 0..<2),
      (nested, String(repeating: "a", count: 40), nil),
    ] as [(String, String, Range<Int>?)] {
      let expression = try Array(pattern.utf8).withUnsafeBytes {
        try RegularExpression.compiled($0)
      }
      #expect(expression.direct != nil)
      let matcher = try RegularExpressionMatcher(expression)
      // Twelve nested loops over forty letters are more than PCRE2 tries, too: an error, not a hang.
      let range = try? Array(text.utf8).withUnsafeBytes {
        try matcher.find($0) ? matcher.group(min(1, matcher.groupCount)) : nil
      }
      #expect(range == expected, "\(pattern) in \(text)")
    }
  }

  /// Literals, classes, repetitions and groups.
  private func sequence(_ random: inout SeededNumbers, depth: Int) -> String {
    var pattern = ""
    for _ in 0..<(1 + random.int(4)) {
      let elements = [
        "a", "b", "/", ".", #"\."#, "[ab]", "[^/]", "[^a\\n]", #"\w"#, #"\s"#, "[a-c1]", "-",
      ]
      let isGroup = depth < 2 && random.int(4) == 0
      pattern +=
        isGroup
        ? ["(", "(?:"][random.int(2)] + sequence(&random, depth: depth + 1)
          + ")"
        : elements[random.int(elements.count)]
      let repetitions = isGroup ? ["", "?"] : ["", "", "*", "+", "?", "{2}", "{1,}", "{0,2}"]
      pattern += repetitions[random.int(repetitions.count)]
    }
    return pattern
  }
}
