/// Bytes from a terminal as keys.
///
/// Reads UTF-8, control characters, and the escape sequences of xterm and its relatives (ECMA-48 CSI,
/// SS3, xterm's modifiers, bracketed paste). Sequences may arrive in pieces.
struct KeyDecoder {
  private var bytes: [UInt8] = []

  /// Whether bytes wait for the rest of a sequence.
  var isPending: Bool { !bytes.isEmpty }

  /// Takes what was read and returns the keys that are complete.
  mutating func decode(_ input: some Sequence<UInt8>) -> [Key] {
    bytes += input
    var keys: [Key] = []
    while let (key, count) = first() {
      bytes.removeFirst(count)
      if case .text(let new) = key, case .text(let before)? = keys.last {
        keys[keys.count - 1] = .text(before + new)
      } else {
        keys.append(key)
      }
    }
    return keys
  }

  /// Nothing more came for a while: an escape that waits alone was the key itself.
  mutating func flush() -> [Key] {
    if bytes == [27] {
      bytes = []
      return [.escape]
    }
    // A paste may take long; other sequences do not.
    if bytes.starts(with: KeyDecoder.pasteStart) { return [] }
    let isPending = !bytes.isEmpty
    bytes = []
    return isPending ? [.unknown] : []
  }

  private static let pasteStart = Array("\u{1B}[200~".utf8)
  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// The first key and its length; nil where it is not complete.
  private func first() -> (Key, Int)? {
    guard let byte = bytes.first else { return nil }
    switch byte {
    case 27: return escape()
    case 9: return (.tab, 1)
    case 10, 13: return (.enter, 1)
    case 8, 127: return (.backspace, 1)
    case 0: return (.control(" "), 1)
    case 1..<27: return (.control(Character(UnicodeScalar(byte + 96))), 1)
    case 28..<32: return (.control(Character(UnicodeScalar(byte + 64))), 1)
    default: return scalar(at: 0).map { (.text($0), $1) }
    }
  }

  /// One character of UTF-8; what is no UTF-8 becomes the replacement character.
  private func scalar(at start: Int) -> (String, Int)? {
    let byte = bytes[start]
    let length =
      switch byte {
      case 0..<0x80: 1
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 0
      }
    if length == 0 { return ("\u{FFFD}", 1) }
    for offset in 1..<max(length, 1) {
      guard start + offset < bytes.count else { return nil }
      if bytes[start + offset] & 0xC0 != 0x80 { return ("\u{FFFD}", offset) }
    }
    return (String(decoding: bytes[start..<(start + length)], as: UTF8.self), length)
  }

  private func escape() -> (Key, Int)? {
    guard bytes.count > 1 else { return nil }
    switch bytes[1] {
    case UInt8(ascii: "["): return sequence()
    case UInt8(ascii: "O"):
      guard bytes.count > 2 else { return nil }
      return (KeyDecoder.letter(bytes[2], modifier: 1), 3)
    case 13, 10: return (.metaEnter, 2)
    case 8, 127: return (.metaBackspace, 2)
    case 27: return (.escape, 1)
    default:
      guard let (text, length) = scalar(at: 1) else { return nil }
      guard let character = text.lowercased().first else { return (.unknown, 1 + length) }
      return (.meta(character), 1 + length)
    }
  }

  /// `ESC [ parameters letter`.
  private func sequence() -> (Key, Int)? {
    var index = 2
    while index < bytes.count, (0x20...0x3F).contains(bytes[index]) { index += 1 }
    guard index < bytes.count else { return nil }
    let last = bytes[index]
    let parameters = String(decoding: bytes[2..<index], as: UTF8.self)
      .split(separator: ";").map { Int($0) ?? 1 }
    let length = index + 1
    guard last == UInt8(ascii: "~") else {
      return (KeyDecoder.letter(last, modifier: parameters.count > 1 ? parameters[1] : 1), length)
    }
    let isWord = parameters.count > 1 && parameters[1] > 2
    switch parameters.first {
    case 1, 7: return (.home, length)
    case 4, 8: return (.end, length)
    case 3: return (isWord ? .meta("d") : .delete, length)
    case 5: return (.pageUp, length)
    case 6: return (.pageDown, length)
    case 200: return paste()
    case 27:
      // xterm's modifyOtherKeys: `27 ; modifier ; code`.
      if parameters.count > 2, parameters[2] == 13 { return (.metaEnter, length) }
      return (.unknown, length)
    default: return (.unknown, length)
    }
  }

  private static func letter(_ byte: UInt8, modifier: Int) -> Key {
    // xterm adds 1 for Shift, 2 for Alt, 4 for Ctrl to 1.
    let isWord = modifier > 2
    return switch byte {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): isWord ? .wordRight : .right
    case UInt8(ascii: "D"): isWord ? .wordLeft : .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "Z"): .backTab
    case UInt8(ascii: "M"): .enter
    default: .unknown
    }
  }

  private func paste() -> (Key, Int)? {
    let start = KeyDecoder.pasteStart.count
    let end = KeyDecoder.pasteEnd
    var index = start
    while index + end.count <= bytes.count {
      if bytes[index] == 27, bytes[index..<(index + end.count)].elementsEqual(end) {
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        return (.paste(KeyDecoder.clean(text)), index + end.count)
      }
      index += 1
    }
    return nil
  }

  /// Line ends as `\n`, and no control characters but the tab.
  static func clean(_ text: String) -> String {
    var result = ""
    var isAfterReturn = false
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 13: result.unicodeScalars.append("\n")
      case 10: if !isAfterReturn { result.unicodeScalars.append("\n") }
      case 9: result.unicodeScalars.append(scalar)
      case 0..<32, 0x7F..<0xA0: break
      default: result.unicodeScalars.append(scalar)
      }
      isAfterReturn = scalar.value == 13
    }
    return result
  }
}
