/// Base64 with its padding (RFC 4648, section 4).
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )
  /// The value of each character; 64 stands for "none".
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 64, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  /// Decodes `count` characters to `target`, which has room for 3 bytes per 4 characters.
  ///
  /// - Returns: The number of bytes, or nil where the text is not base64.
  static func decode(
    _ start: UnsafePointer<UInt8>,
    count: Int,
    into target: UnsafeMutablePointer<UInt8>
  ) -> Int? {
    if count == 0 { return 0 }
    guard count & 3 == 0 else { return nil }
    let equals = UInt8(ascii: "=")
    let padding = (start[count - 1] == equals ? 1 : 0) + (start[count - 2] == equals ? 1 : 0)
    if padding == 1 && start[count - 2] == equals { return nil }
    var written = 0
    for group in stride(from: 0, to: count, by: 4) {
      let isLast = group + 4 == count
      let significant = isLast ? 4 - padding : 4
      var bits: UInt32 = 0
      for index in 0..<4 {
        let value = index < significant ? values[Int(start[group + index])] : 0
        if value == 64 { return nil }
        bits = bits << 6 | UInt32(value)
      }
      for index in 0..<(significant - 1) {
        target[written] = UInt8(truncatingIfNeeded: bits >> (16 - 8 * UInt32(index)))
        written += 1
      }
    }
    return written
  }

  /// The bytes; nil where the text is not base64.
  package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    let text = Array(text)
    return text.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress, !source.isEmpty else { return [] }
      var isValid = true
      let bytes = [UInt8](unsafeUninitializedCapacity: source.count / 4 * 3 + 3) { target, count in
        let written = target.baseAddress.flatMap { decode(start, count: source.count, into: $0) }
        isValid = written != nil
        count = written ?? 0
      }
      return isValid ? bytes : nil
    }
  }

  /// The bytes; nil where the text is not base64.
  package static func decode(_ text: String) -> [UInt8]? { decode(text.utf8) }

  /// The text of some bytes.
  package static func encode(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var text: [UInt8] = []
    append(bytes, to: &text)
    return text
  }

  /// Appends the text of some bytes.
  package static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    bytes.withUnsafeBytes { append($0, to: &text) }
  }

  private static func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4)
    for group in stride(from: 0, to: bytes.count, by: 3) {
      let length = min(3, bytes.count - group)
      var bits: UInt32 = 0
      for index in 0..<3 { bits = bits << 8 | (index < length ? UInt32(bytes[group + index]) : 0) }
      for index in 0..<4 {
        text.append(
          index <= length
            ? alphabet[Int(bits >> (18 - 6 * UInt32(index)) & 63)] : UInt8(ascii: "=")
        )
      }
    }
  }
}
