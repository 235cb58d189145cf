/// Writes what PCRE2 lacks of Java's pattern syntax in other words: `\\p{Alpha}` and its like, and
/// character classes that hold classes or intersections of them.
struct JavaPattern {
  private let pattern: [UInt8]
  private var position = 0
  private var depth = 0

  private init(_ pattern: [UInt8]) { self.pattern = pattern }

  /// The pattern in PCRE2's syntax; what is malformed stays as it is, for PCRE2 to refuse.
  static func translated(_ pattern: [UInt8]) -> [UInt8] {
    guard pattern.contains(where: { $0 == 0x5B || $0 == 0x5C || $0 == 0x3F }) else {
      return pattern
    }
    var translation = JavaPattern(pattern)
    return translation.translate()
  }

  private static let classes: [String: String] = [
    "Alpha": "alpha", "Lower": "lower", "Upper": "upper", "Digit": "digit", "Alnum": "alnum",
    "Punct": "punct", "Space": "space", "Blank": "blank", "Cntrl": "cntrl", "Graph": "graph",
    "Print": "print", "XDigit": "xdigit", "ASCII": "ascii",
  ]

  private mutating func translate() -> [UInt8] {
    var result: [UInt8] = []
    while position < pattern.count {
      switch pattern[position] {
      case 0x5C: result += escape(inClass: false)
      case 0x5B:
        let start = position
        position += 1
        if let translated = characterClass() {
          result += translated
        } else {
          result += pattern[start...]
          position = pattern.count
        }
      case 0x28 where hasForeignFlags():
        // PCRE2 knows no flag u, and says so.
        result += Array("(?u".utf8)
        position += 3
      default:
        result.append(pattern[position])
        position += 1
      }
    }
    return result
  }

  /// Whether the parenthesis begins a list of flags with one that means something else to PCRE2.
  private func hasForeignFlags() -> Bool {
    guard position + 2 < pattern.count, pattern[position + 1] == 0x3F else { return false }
    for byte in pattern[(position + 2)...] {
      switch byte {
      case 0x55, 0x4A: return true
      case 0x61...0x7A, 0x2D: continue
      default: return false
      }
    }
    return false
  }

  /// The escape at the backslash.
  private mutating func escape(inClass: Bool) -> [UInt8] {
    let start = position
    guard position + 1 < pattern.count else {
      position += 1
      return [0x5C]
    }
    let letter = pattern[position + 1]
    position += 2
    if letter == UInt8(ascii: "Q") {
      // Quoted text is nothing to look into.
      var end = position
      while end + 1 < pattern.count, pattern[end] != 0x5C || pattern[end + 1] != 0x45 { end += 1 }
      position = end + 1 < pattern.count ? end + 2 : pattern.count
      return Array(pattern[start..<position])
    }
    guard letter | 0x20 == 0x70, position < pattern.count, pattern[position] == 0x7B,
      let close = pattern[position...].firstIndex(of: 0x7D)
    else { return [0x5C, letter] }
    var name = String(decoding: pattern[(position + 1)..<close], as: UTF8.self)
    position = close + 1
    if name.hasPrefix("Is") && JavaPattern.classes[name] == nil { name.removeFirst(2) }
    guard let posix = JavaPattern.classes[name] else {
      return Array("\\\(Character(UnicodeScalar(letter))){\(name)}".utf8)
    }
    let inner = "[:" + (letter == 0x50 ? "^" : "") + posix + ":]"
    return Array((inClass ? inner : "[" + inner + "]").utf8)
  }

  /// One side of `&&`: characters, and classes within.
  private struct Side {
    var plain: [UInt8] = []
    var nested: [[UInt8]] = []

    var text: [UInt8] {
      var parts = nested
      if !plain.isEmpty { parts.insert([0x5B] + plain + [0x5D], at: 0) }
      if parts.count == 1 { return parts[0] }
      return Array("(?:".utf8) + Array(parts.joined(separator: [0x7C])) + [0x29]
    }
  }

  /// The class behind the bracket; nil where it has no end.
  private mutating func characterClass() -> [UInt8]? {
    depth += 1
    defer { depth -= 1 }
    if depth > 50 { return nil }
    let isNegated = position < pattern.count && pattern[position] == 0x5E
    if isNegated { position += 1 }
    var sides = [Side()]
    var isFirst = true
    while position < pattern.count {
      let byte = pattern[position]
      defer { isFirst = false }
      if byte == 0x5D, !isFirst {
        position += 1
        return joined(sides, isNegated: isNegated)
      }
      if byte == 0x5B {
        position += 1
        guard let inner = characterClass() else { return nil }
        sides[sides.count - 1].nested.append(inner)
      } else if byte == 0x26, position + 1 < pattern.count, pattern[position + 1] == 0x26 {
        position += 2
        sides.append(Side())
      } else if byte == 0x5C {
        sides[sides.count - 1].plain += escape(inClass: true)
      } else {
        sides[sides.count - 1].plain.append(byte)
        position += 1
      }
    }
    return nil
  }

  private func joined(_ sides: [Side], isNegated: Bool) -> [UInt8] {
    let sides = sides.filter { !$0.plain.isEmpty || !$0.nested.isEmpty }
    if sides.count == 1, sides[0].nested.isEmpty {
      return (isNegated ? [0x5B, 0x5E] : [0x5B]) + sides[0].plain + [0x5D]
    }
    guard let last = sides.last else { return [0x5B, 0x5D] }
    // A look-ahead for each side but the last, which takes the character.
    var text = Array("(?:".utf8)
    for side in sides.dropLast() { text += Array("(?=".utf8) + side.text + [0x29] }
    text += last.text + [0x29]
    if !isNegated { return text }
    return Array("(?:(?!".utf8) + text + Array(")(?s:.))".utf8)
  }
}
