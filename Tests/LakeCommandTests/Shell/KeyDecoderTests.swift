import Testing

@testable import lake

@Suite struct KeyDecoderTests {
  private func keys(_ text: String) -> [Key] {
    var decoder = KeyDecoder()
    return decoder.decode(text.utf8)
  }

  @Test func `letters in a row are one text`() { #expect(keys("añ本") == [.text("añ本")]) }

  @Test func `control characters are keys of their own`() {
    #expect(
      keys("\u{1}\r\t\u{7F}\u{1F}") == [.control("a"), .enter, .tab, .backspace, .control("_")]
    )
  }

  @Test func `arrows come in two forms, and with modifiers move by words`() {
    #expect(keys("\u{1B}[A\u{1B}OB\u{1B}[1;5C\u{1B}[1;3D") == [.up, .down, .wordRight, .wordLeft])
  }

  @Test func `a sequence may arrive in pieces`() {
    var decoder = KeyDecoder()
    #expect(decoder.decode([27]) == [])
    #expect(decoder.decode(Array("[3".utf8)) == [])
    #expect(decoder.isPending)
    #expect(decoder.decode(Array("~x".utf8)) == [.delete, .text("x")])
    #expect(decoder.decode([0xE6, 0x9C]) == [])
    #expect(decoder.decode([0xAC]) == [.text("本")])
  }

  @Test func `an escape that stays alone is the key`() {
    var decoder = KeyDecoder()
    #expect(decoder.decode([27]) == [])
    #expect(decoder.flush() == [.escape])
    #expect(!decoder.isPending)
  }

  @Test func `a paste is one key with its line ends, and without control characters`() {
    #expect(
      keys("\u{1B}[200~select\r\n 1;\u{7}\u{1B}[201~x") == [.paste("select\n 1;"), .text("x")]
    )
  }

  @Test func `a paste waits for its end`() {
    var decoder = KeyDecoder()
    #expect(decoder.decode(Array("\u{1B}[200~ab".utf8)) == [])
    #expect(decoder.flush() == [])
    #expect(decoder.decode(Array("c\u{1B}[201~".utf8)) == [.paste("abc")])
  }

  @Test func `bytes that are no UTF-8 become replacement characters`() {
    #expect(keys("a") == [.text("a")])
    var decoder = KeyDecoder()
    #expect(decoder.decode([0xFF, 0x61, 0xC3, 0x28]) == [.text("\u{FFFD}a\u{FFFD}(")])
  }

  @Test func `unknown sequences are one key and leave nothing behind`() {
    #expect(keys("\u{1B}[99;1X\u{1B}[15~q") == [.unknown, .unknown, .text("q")])
  }
}
