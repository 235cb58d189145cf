/// IP addresses as text and as the sixteen bytes of IPv6; IPv4 addresses are `::ffff:a.b.c.d`.
///
/// Sources: RFC 4291, "IP Version 6 Addressing Architecture", sections 2.2 and 2.5.5.2; RFC 5952,
/// "A Recommendation for IPv6 Address Text Representation".
enum IPAddressText {
  /// What stands before the four bytes of an IPv4 address.
  static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

  /// Whether sixteen bytes are an IPv4 address.
  static func isMapped(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: mappedPrefix)
  }

  // MARK: Reading

  /// The sixteen bytes of an address: `1.2.3.4`, `2001:db8::1`, `::ffff:1.2.3.4`; nil for others.
  static func address(_ text: some Collection<UInt8>) -> [UInt8]? {
    let text = Array(text)
    guard text.count <= 45 else { return nil }
    if !text.contains(0x3A) { return dotted(text[...]).map { mappedPrefix + $0 } }
    // A double colon stands for as many zeros as are missing.
    guard let gap = doubleColon(text) else {
      guard let bytes = groups(text[...]), bytes.count == 16 else { return nil }
      return bytes
    }
    let rest = text[(gap + 2)...]
    guard doubleColon(Array(text[(gap + 1)...])) == nil,
      let head = gap == 0 ? [] : groups(text[..<gap]),
      let tail = rest.isEmpty ? [] : groups(rest), head.count + tail.count <= 14
    else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  /// The seventeen bytes of a network, `10.0.0.0/8`; bits beyond the prefix become zero.
  static func prefix(_ text: some Collection<UInt8>) -> [UInt8]? {
    let text = Array(text)
    guard let slash = text.firstIndex(of: 0x2F), let address = address(text[..<slash]) else {
      return nil
    }
    guard let length = number(text[(slash + 1)...], max: isMapped(address) ? 32 : 128) else {
      return nil
    }
    return prefix(of: address, length: length)
  }

  /// An address with only its first bits, and how many they are.
  ///
  /// - Parameters:
  ///   - address: Sixteen bytes.
  ///   - length: 0...32 for an IPv4 address, else 0...128.
  /// - Returns: Seventeen bytes.
  static func prefix(of address: some Collection<UInt8>, length: Int) -> [UInt8] {
    masked(Array(address), length: length, isFilled: false) + [UInt8(length)]
  }

  /// The address with all bits after the first `length` clear or set.
  static func masked(_ address: [UInt8], length: Int, isFilled: Bool) -> [UInt8] {
    let kept = isMapped(address) ? 96 + length : length
    return address.enumerated().map { index, byte in
      let bits = min(max(kept - index * 8, 0), 8)
      let mask = UInt8(truncatingIfNeeded: 0xFF00 >> bits)
      return isFilled ? byte | ~mask : byte & mask
    }
  }

  private static func doubleColon(_ text: [UInt8]) -> Int? {
    text.indices.dropLast().first { text[$0] == 0x3A && text[$0 + 1] == 0x3A }
  }

  /// Groups of up to four hexadecimal digits; the last one may be an IPv4 address.
  private static func groups(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let parts = text.split(separator: 0x3A, omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(0x2E) {
        guard let own = dotted(part) else { return nil }
        bytes += own
        continue
      }
      guard (1...4).contains(part.count) else { return nil }
      var value: UInt16 = 0
      for character in part {
        guard let digit = ValueText.hexValue(character) else { return nil }
        value = value << 4 | UInt16(digit)
      }
      bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
    }
    return bytes.count <= 16 ? bytes : nil
  }

  private static func dotted(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let parts = text.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      // A leading zero would make it a matter of taste whether the number is octal.
      guard part.count == 1 || part.first != 0x30, let value = number(part, max: 255) else {
        return nil
      }
      bytes.append(UInt8(value))
    }
    return bytes
  }

  private static func number(_ digits: ArraySlice<UInt8>, max: Int) -> Int? {
    guard (1...3).contains(digits.count) else { return nil }
    var value = 0
    for character in digits {
      guard (0x30...0x39).contains(character) else { return nil }
      value = value * 10 + Int(character - 0x30)
    }
    return value <= max ? value : nil
  }

  // MARK: Writing

  /// Appends an address in its shortest form.
  static func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    guard bytes.count >= 16 else { return }
    if isMapped(bytes) {
      for index in 12..<16 {
        if index > 12 { text.append(0x2E) }
        NumberText.append(Int64(bytes[index]), to: &text)
      }
      return
    }
    let groups = (0..<8).map { UInt16(bytes[$0 * 2]) << 8 | UInt16(bytes[$0 * 2 + 1]) }
    let gap = longestZeros(groups)
    var index = 0
    while index < 8 {
      if index == gap.lowerBound && !gap.isEmpty {
        text += [0x3A, 0x3A]
        index = gap.upperBound
        continue
      }
      if index > 0 && index != gap.upperBound { text.append(0x3A) }
      text += Array(String(groups[index], radix: 16).utf8)
      index += 1
    }
  }

  /// Appends a network: `10.0.0.0/8`.
  static func appendPrefix(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    guard bytes.count == 17 else { return }
    append(UnsafeRawBufferPointer(rebasing: bytes[..<16]), to: &text)
    text.append(0x2F)
    NumberText.append(Int64(bytes[16]), to: &text)
  }

  /// The first of the longest runs of at least two zero groups; empty where there is none.
  private static func longestZeros(_ groups: [UInt16]) -> Range<Int> {
    var best = 8..<8
    var start = 0
    while start < 8 {
      var end = start
      while end < 8 && groups[end] == 0 { end += 1 }
      if end - start >= 2 && end - start > best.count { best = start..<end }
      start = max(end, start + 1)
    }
    return best
  }
}
