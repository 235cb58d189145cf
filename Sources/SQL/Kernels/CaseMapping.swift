import ColumnFormat

/// Upper and lower case of texts, code point by code point, as Trino has it: one that has no single
/// counterpart stays.
struct CaseMapping {
  /// Counterparts of the code points of up to two bytes, among them all Latin, Greek and Cyrillic letters of
  /// living languages; to ask the standard library takes a fraction of a microsecond.
  private static let upper = table(isUpper: true)
  private static let lower = table(isUpper: false)
  private static let tableCount = 0x800

  private let table: [UInt16]
  private let isUpper: Bool

  init(isUpper: Bool) {
    self.isUpper = isUpper
    table = isUpper ? CaseMapping.upper : CaseMapping.lower
  }

  /// Those that leave 16 bits do not occur.
  private static func table(isUpper: Bool) -> [UInt16] {
    (0..<UInt32(tableCount)).map { code in
      guard let scalar = UnicodeScalar(code) else { return UInt16(code) }
      return UInt16(exactly: single(scalar, isUpper: isUpper).value) ?? UInt16(code)
    }
  }

  private static func single(_ scalar: UnicodeScalar, isUpper: Bool) -> UnicodeScalar {
    let mapped = isUpper ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
    // İ alone has a short form beside its long one.
    let single =
      mapped.unicodeScalars.count == 1
      ? mapped.unicodeScalars.first : scalar == "\u{130}" && !isUpper ? "i" : nil
    return single ?? scalar
  }

  /// Writes the text in the other case to `target`, which has room for three times as many bytes: a byte that
  /// belongs to no code point becomes three, two become three at most.
  ///
  /// - Returns: How many bytes it has.
  func write(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) -> Int {
    table.withUnsafeBufferPointer { table in
      var position = 0
      var count = 0
      while position < bytes.count {
        let byte = bytes[position]
        if byte < 0x80 {
          target[count] = UInt8(truncatingIfNeeded: table[Int(byte)])
          count &+= 1
          position &+= 1
          continue
        }
        if byte & 0xE0 == 0xC0, position &+ 1 < bytes.count, bytes[position &+ 1] & 0xC0 == 0x80 {
          let code = UInt16(byte & 0x1F) &<< 6 | UInt16(bytes[position &+ 1] & 0x3F)
          let mapped = table[Int(code)]
          if mapped >= 0x80 && mapped < 0x800 {
            target[count] = 0xC0 | UInt8(truncatingIfNeeded: mapped &>> 6)
            target[count &+ 1] = 0x80 | UInt8(truncatingIfNeeded: mapped & 0x3F)
            count &+= 2
          } else {
            count &+= CaseMapping.write(UInt32(mapped), to: target + count)
          }
          position &+= 2
          continue
        }
        // Up to the next code point of one or two bytes.
        let start = position
        position &+= 1
        while position < bytes.count, bytes[position] >= 0xE0 || bytes[position] & 0xC0 == 0x80 {
          position &+= 1
        }
        let long = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
        for scalar in String(decoding: long, as: UTF8.self).unicodeScalars {
          // Chinese, Japanese and Korean have no cases.
          let code = scalar.value
          let isCaseless = (0x3000...0x9FFF).contains(code) || (0xAC00...0xD7A3).contains(code)
          let own = isCaseless ? scalar : CaseMapping.single(scalar, isUpper: isUpper)
          count &+= CaseMapping.write(own.value, to: target + count)
        }
      }
      return count
    }
  }

  private static func write(_ code: UInt32, to target: UnsafeMutablePointer<UInt8>) -> Int {
    var bytes: [UInt8] = []
    UTF8Text.append(code, to: &bytes)
    for (index, byte) in bytes.enumerated() { target[index] = byte }
    return bytes.count
  }
}
