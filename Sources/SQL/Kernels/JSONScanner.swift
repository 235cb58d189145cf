import CKernels
import ColumnFormat

/// Walks over JSON text without building a tree.
///
/// All functions take and give byte positions; nil means that the text is not JSON there.
struct JSONScanner {
  let bytes: UnsafeRawBufferPointer
  private static let depthMax = 1_000

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  @inline(__always)
  func skipSpaces(_ position: Int) -> Int {
    var position = position
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      position &+= 1
    }
    return position
  }

  /// Past the string whose opening quote is at `position`.
  @inline(__always)
  func skipString(_ position: Int) -> Int? {
    var position = position &+ 1
    guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
    while position &+ 16 <= bytes.count {
      let stops =
        lake_mask16_equal(base + position, 0x22) | lake_mask16_equal(base + position, 0x5C)
      if stops == 0 {
        position &+= 16
        continue
      }
      position &+= stops.trailingZeroBitCount
      if base[position] == 0x22 { return position &+ 1 }
      position &+= 2
    }
    while position < bytes.count {
      if base[position] == 0x22 { return position &+ 1 }
      position &+= base[position] == 0x5C ? 2 : 1
    }
    return nil
  }

  /// Past the value at `position`; brackets are counted, not matched.
  func skipValue(_ position: Int) -> Int? {
    var position = skipSpaces(position)
    guard position < bytes.count else { return nil }
    switch bytes[position] {
    case 0x22: return skipString(position)
    case 0x7B, 0x5B:
      var depth = 0
      while position < bytes.count {
        switch bytes[position] {
        case 0x22:
          guard let end = skipString(position) else { return nil }
          position = end
          continue
        case 0x7B, 0x5B: depth += 1
        case 0x7D, 0x5D:
          depth -= 1
          if depth == 0 { return position + 1 }
        default: break
        }
        position += 1
      }
      return nil
    default:
      let start = position
      while position < bytes.count {
        switch bytes[position] {
        case 0x2C, 0x7D, 0x5D, 0x20, 0x0A, 0x0D, 0x09, 0x3A:
          return position > start ? position : nil
        default: position += 1
        }
      }
      return position > start ? position : nil
    }
  }

  /// Where the value of a key of the object at `position` begins; `found` is false without it.
  func member(_ key: [UInt8], of position: Int) -> (found: Bool, position: Int)? {
    var position = skipSpaces(position + 1)
    if position < bytes.count && bytes[position] == 0x7D { return (false, position) }
    while position < bytes.count, bytes[position] == 0x22 {
      guard let end = skipString(position) else { return nil }
      let raw = UnsafeRawBufferPointer(rebasing: bytes[(position + 1)..<(end - 1)])
      let isMatch =
        raw.contains(0x5C) ? JSONScanner.unescaped(raw) == key : raw.elementsEqual(key)
      position = skipSpaces(end)
      guard position < bytes.count, bytes[position] == 0x3A else { return nil }
      let value = skipSpaces(position + 1)
      if isMatch { return (true, value) }
      guard let next = skipValue(value) else { return nil }
      position = skipSpaces(next)
      guard position < bytes.count else { return nil }
      if bytes[position] == 0x7D { return (false, position) }
      guard bytes[position] == 0x2C else { return nil }
      position = skipSpaces(position + 1)
    }
    return nil
  }

  /// Calls `body` with the start and end of each element of the array, or of each value of the
  /// object with its key, until it returns false; nil where the text is broken before that.
  func forEach(
    of position: Int,
    _ body: (_ key: Range<Int>?, _ value: Range<Int>) throws -> Bool
  ) rethrows -> Bool? {
    let isObject = bytes[position] == 0x7B
    let close: UInt8 = isObject ? 0x7D : 0x5D
    var position = skipSpaces(position + 1)
    if position < bytes.count && bytes[position] == close { return true }
    while position < bytes.count {
      var key: Range<Int>?
      if isObject {
        guard bytes[position] == 0x22, let end = skipString(position) else { return nil }
        key = (position + 1)..<(end - 1)
        position = skipSpaces(end)
        guard position < bytes.count, bytes[position] == 0x3A else { return nil }
        position = skipSpaces(position + 1)
      }
      guard let end = skipValue(position) else { return nil }
      if try !body(key, position..<end) { return true }
      position = skipSpaces(end)
      guard position < bytes.count else { return nil }
      if bytes[position] == close { return true }
      guard bytes[position] == 0x2C else { return nil }
      position = skipSpaces(position + 1)
    }
    return nil
  }

  // MARK: Strings

  /// A string's content with its escapes resolved; what no escape means stays.
  static func unescaped(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(raw.count)
    var position = 0
    func unit(_ at: Int) -> UInt32? {
      guard at + 4 <= raw.count else { return nil }
      var value: UInt32 = 0
      for index in 0..<4 {
        guard let digit = ValueText.hexValue(raw[at + index]) else { return nil }
        value = value << 4 | UInt32(digit)
      }
      return value
    }
    while position < raw.count {
      let byte = raw[position]
      guard byte == 0x5C, position + 1 < raw.count else {
        result.append(byte)
        position += 1
        continue
      }
      let letter = raw[position + 1]
      position += 2
      switch letter {
      case 0x6E: result.append(0x0A)
      case 0x74: result.append(0x09)
      case 0x72: result.append(0x0D)
      case 0x62: result.append(0x08)
      case 0x66: result.append(0x0C)
      case 0x75:
        guard var value = unit(position) else {
          result.append(letter)
          continue
        }
        position += 4
        if (0xD800...0xDBFF).contains(value), position + 1 < raw.count, raw[position] == 0x5C,
          raw[position + 1] == 0x75, let low = unit(position + 2), (0xDC00...0xDFFF).contains(low)
        {
          value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
          position += 6
        }
        UTF8Text.append((0xD800...0xDFFF).contains(value) ? 0xFFFD : value, to: &result)
      default: result.append(letter)
      }
    }
    return result
  }

  /// Appends text as a JSON string.
  static func appendString(_ text: UnsafeRawBufferPointer, to result: inout [UInt8]) {
    let digits = Array("0123456789ABCDEF".utf8)
    result.append(0x22)
    for byte in text {
      switch byte {
      case 0x22, 0x5C: result += [0x5C, byte]
      case 0x0A: result += [0x5C, 0x6E]
      case 0x0D: result += [0x5C, 0x72]
      case 0x09: result += [0x5C, 0x74]
      case 0x08: result += [0x5C, 0x62]
      case 0x0C: result += [0x5C, 0x66]
      case 0..<0x20:
        result += [0x5C, 0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: result.append(byte)
      }
    }
    result.append(0x22)
  }

  // MARK: Checking

  /// Appends the value at `position` without spaces, and with its keys sorted if asked; nil where
  /// it is not JSON.
  func copy(
    _ position: Int,
    sortingKeys: Bool,
    depth: Int = 0,
    to result: inout [UInt8]
  ) -> Int? {
    var position = skipSpaces(position)
    guard position < bytes.count, depth < JSONScanner.depthMax else { return nil }
    switch bytes[position] {
    case 0x22:
      guard let end = skipString(position), end <= bytes.count else { return nil }
      let raw = UnsafeRawBufferPointer(rebasing: bytes[(position + 1)..<(end - 1)])
      for byte in raw where byte < 0x20 { return nil }
      if raw.contains(0x5C) {
        guard JSONScanner.areEscapesRight(raw) else { return nil }
        JSONScanner.unescaped(raw).withUnsafeBytes { JSONScanner.appendString($0, to: &result) }
      } else {
        result += bytes[position..<end]
      }
      return end
    case 0x5B:
      result.append(0x5B)
      position = skipSpaces(position + 1)
      var isFirst = true
      while position < bytes.count {
        if isFirst && bytes[position] == 0x5D { break }
        guard let end = copy(position, sortingKeys: sortingKeys, depth: depth + 1, to: &result)
        else { return nil }
        isFirst = false
        position = skipSpaces(end)
        guard position < bytes.count else { return nil }
        if bytes[position] == 0x5D { break }
        guard bytes[position] == 0x2C else { return nil }
        result.append(0x2C)
        position += 1
      }
      guard position < bytes.count else { return nil }
      result.append(0x5D)
      return position + 1
    case 0x7B: return copyObject(position, sortingKeys, depth, &result)
    default:
      guard let end = skipValue(position) else { return nil }
      let word = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
      guard JSONScanner.isWord(word) else { return nil }
      JSONScanner.appendWord(word, to: &result)
      return end
    }
  }

  private func copyObject(
    _ start: Int,
    _ sortingKeys: Bool,
    _ depth: Int,
    _ result: inout [UInt8]
  ) -> Int? {
    var members: [(key: [UInt8], text: [UInt8])] = []
    var position = skipSpaces(start + 1)
    while position < bytes.count {
      if members.isEmpty && bytes[position] == 0x7D { break }
      position = skipSpaces(position)
      guard position < bytes.count, bytes[position] == 0x22 else { return nil }
      var key: [UInt8] = []
      guard let keyEnd = copy(position, sortingKeys: false, depth: depth + 1, to: &key) else {
        return nil
      }
      position = skipSpaces(keyEnd)
      guard position < bytes.count, bytes[position] == 0x3A else { return nil }
      var value: [UInt8] = []
      guard
        let end = copy(position + 1, sortingKeys: sortingKeys, depth: depth + 1, to: &value)
      else { return nil }
      // Of equal keys the last counts.
      if sortingKeys, let same = members.firstIndex(where: { $0.key == key }) {
        members[same].text = value
      } else {
        members.append((key, value))
      }
      position = skipSpaces(end)
      guard position < bytes.count else { return nil }
      if bytes[position] == 0x7D { break }
      guard bytes[position] == 0x2C else { return nil }
      position += 1
    }
    guard position < bytes.count else { return nil }
    if sortingKeys { members.sort { $0.key.lexicographicallyPrecedes($1.key) } }
    result.append(0x7B)
    for (index, member) in members.enumerated() {
      if index > 0 { result.append(0x2C) }
      result += member.key
      result.append(0x3A)
      result += member.text
    }
    result.append(0x7D)
    return position + 1
  }

  private static func areEscapesRight(_ raw: UnsafeRawBufferPointer) -> Bool {
    var position = 0
    while position < raw.count {
      guard raw[position] == 0x5C else {
        position += 1
        continue
      }
      guard position + 1 < raw.count else { return false }
      switch raw[position + 1] {
      case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: position += 2
      case 0x75:
        guard position + 6 <= raw.count,
          raw[(position + 2)..<(position + 6)].allSatisfy({ ValueText.hexValue($0) != nil })
        else { return false }
        position += 6
      default: return false
      }
    }
    return true
  }

  /// Appends `true`, `false`, `null` or a number as Trino keeps it.
  ///
  /// Whole numbers keep their digits; a number with a fraction or an exponent is a double, and one
  /// beyond doubles is the text `"Infinity"`.
  static func appendWord(_ word: UnsafeRawBufferPointer, to result: inout [UInt8]) {
    guard hasFraction(word) else {
      if word.elementsEqual("-0".utf8) { result.append(0x30) } else { result += word }
      return
    }
    let value = NumberText.double(word) ?? .nan
    if !value.isFinite { result.append(0x22) }
    NumberText.appendPlain(value, to: &result)
    if !value.isFinite { result.append(0x22) }
  }

  /// Whether a number has a point or an exponent.
  static func hasFraction(_ word: UnsafeRawBufferPointer) -> Bool {
    guard let first = word.first, first == 0x2D || first &- 0x30 < 10 else { return false }
    return word.contains { $0 == 0x2E || $0 | 0x20 == 0x65 }
  }

  /// Whether the bytes are `true`, `false`, `null` or a number by JSON's grammar.
  static func isWord(_ word: UnsafeRawBufferPointer) -> Bool {
    if word.elementsEqual("true".utf8) || word.elementsEqual("false".utf8)
      || word.elementsEqual("null".utf8)
    {
      return true
    }
    var position = 0
    func digits() -> Int {
      let start = position
      while position < word.count, (0x30...0x39).contains(word[position]) { position += 1 }
      return position - start
    }
    if position < word.count, word[position] == 0x2D { position += 1 }
    let isZero = position < word.count && word[position] == 0x30
    let whole = digits()
    if whole == 0 || (isZero && whole > 1) { return false }
    if position < word.count, word[position] == 0x2E {
      position += 1
      if digits() == 0 { return false }
    }
    if position < word.count, word[position] | 0x20 == 0x65 {
      position += 1
      if position < word.count, word[position] == 0x2B || word[position] == 0x2D { position += 1 }
      if digits() == 0 { return false }
    }
    return position == word.count
  }
}
