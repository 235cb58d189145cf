/// Text as a terminal shows it.
enum DisplayText {
  /// Line ends and control characters would break a table.
  static func clean(_ text: String) -> String {
    // 0xC2 may begin one of the controls U+0080...U+009F.
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0xC2 }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 9: result += "\\t"
      case 10: result += "\\n"
      case 13: result += "\\r"
      case 0..<0x20, 0x7F..<0xA0: result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// How many columns of the terminal a text takes.
  static func width(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + width($1) }
  }

  private static func width(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    switch first.value {
    case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: return 0
    // Hangul, CJK, kana, full-width forms: Unicode's East Asian Width W and F.
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default:
      return first.properties.isEmojiPresentation ? 2 : 1
    }
  }

  /// The beginning of a text that fits `width`, with `…` where something is cut off.
  static func cut(_ text: String, to width: Int) -> String {
    if DisplayText.width(text) <= width { return text }
    var result = ""
    var taken = 0
    for character in text {
      let own = DisplayText.width(character)
      if taken + own > width - 1 { break }
      taken += own
      result.append(character)
    }
    return result + "…"
  }

  static func padded(_ text: String, to width: Int, right: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - DisplayText.width(text)))
    return right ? space + text : text + space
  }
}
