import Testing

@testable import SQL

@Suite struct LexerTests {
  private func kinds(_ text: String) -> [Token.Kind] { Lexer.tokens(text).dropLast().map(\.kind) }
  private func texts(_ text: String) -> [String] { Lexer.tokens(text).dropLast().map(\.text) }

  @Test func `numbers are told apart by point and exponent`() {
    #expect(
      kinds("1 1.5 .5 1. 1e5 1.5E-3 1_000")
        == [.integer, .decimal, .decimal, .decimal, .double, .double, .integer]
    )
    #expect(texts("1_000") == ["1000"])
  }

  @Test func `a point between names is not a decimal`() {
    #expect(texts("t.a") == ["t", ".", "a"])
  }

  @Test func `strings and quoted names undouble their quotes`() {
    #expect(texts("'it''s' \"a\"\"b\" `c``d`") == ["it's", "a\"b", "c`d"])
    #expect(kinds("'' \"a\"") == [.string, .quotedName])
  }

  @Test func `unicode strings decode their escapes`() {
    #expect(texts(#"U&'\0041\+01F600\\'"#) == ["A😀\\"])
    #expect(texts("U&'#00e4' UESCAPE '#'") == ["ä"])
    #expect(kinds(#"U&'\00'"#) == [.invalid])
  }

  @Test func `comments and odd spaces are skipped`() {
    #expect(texts("a -- b\n/* c */ d\u{A0}e") == ["a", "d", "e"])
  }

  @Test(arguments: ["'abc", "\"abc", "/* abc", "X'4", "X'zz'", "\"\"", "12abc", "§", "“a”"])
  func `what cannot be read is an invalid token`(text: String) {
    #expect(Lexer.tokens(text)[0].kind == .invalid)
  }

  @Test func `ranges count bytes`() {
    let tokens = Lexer.tokens("'ü' x")
    #expect(tokens[0].range == SourceRange(0, 4))
    #expect(tokens[1].range == SourceRange(5, 6))
  }

  @Test func `operators of two characters are one token`() {
    #expect(
      kinds("<> != <= >= || -> =>")
        == [
          .notEqual, .notEqual, .lessOrEqual, .greaterOrEqual, .concatenate, .arrow, .doubleArrow,
        ]
        .map { .symbol($0) }
    )
  }

  @Test func `a script is split at semicolons outside of strings and comments`() {
    let script = Script("SELECT ';' ; -- a;\n;SELECT \"b;\"")
    #expect(script.statements.map(\.text) == ["SELECT ';'", "SELECT \"b;\""])
    #expect(script.statements.map(\.byteOffset) == [0, 20])
    #expect(!script.isComplete)
    #expect(Script("SELECT 1;").isComplete)
    for end in ["g", "G", "gx"] {
      let script = Script("SELECT 1 \\\(end)\nSELECT 2")
      #expect(script.statements.map(\.text) == ["SELECT 1", "SELECT 2"])
      #expect(script.statements.map(\.isVertical) == [end != "g", false])
      #expect(!script.isComplete)
    }
    #expect(!Script("SELECT 1 \\ghost").isComplete)
    #expect(Script("  -- nothing").statements.isEmpty)
  }
}
