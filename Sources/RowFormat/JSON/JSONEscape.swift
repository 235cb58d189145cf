/// One escape of a JSON string, decoded.
struct JSONEscape {
  /// The bytes it takes in the text: 2, 6, or 12 for a surrogate pair.
  var byteCount: Int
  /// The character it stands for.
  var scalar: UInt32

  /// Whether a byte behind a backslash stands for itself, as in nearly all escapes.
  @inline(__always)
  static func isItself(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "/")
  }

  /// The escape that starts at a backslash, or nil where it is none.
  static func read(_ start: BytePointer) -> JSONEscape? {
    switch start[1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return JSONEscape(byteCount: 2, scalar: UInt32(start[1]))
    case UInt8(ascii: "b"): return JSONEscape(byteCount: 2, scalar: 8)
    case UInt8(ascii: "f"): return JSONEscape(byteCount: 2, scalar: 12)
    case UInt8(ascii: "n"): return JSONEscape(byteCount: 2, scalar: 10)
    case UInt8(ascii: "r"): return JSONEscape(byteCount: 2, scalar: 13)
    case UInt8(ascii: "t"): return JSONEscape(byteCount: 2, scalar: 9)
    case UInt8(ascii: "u"):
      guard let unit = hexadecimal(start + 2) else { return nil }
      if unit < 0xD800 || unit > 0xDFFF { return JSONEscape(byteCount: 6, scalar: unit) }
      guard unit < 0xDC00, start[6] == UInt8(ascii: "\\"), start[7] == UInt8(ascii: "u"),
        let low = hexadecimal(start + 8), low >= 0xDC00, low <= 0xDFFF
      else { return nil }
      return JSONEscape(byteCount: 12, scalar: 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    default: return nil
    }
  }

  /// Why ``read(_:)`` gave nothing.
  static func fault(_ start: BytePointer) -> JSONFault {
    start[1] == UInt8(ascii: "u") && hexadecimal(start + 2) != nil ? .loneSurrogate : .invalidEscape
  }

  private static func hexadecimal(_ start: BytePointer) -> UInt32? {
    var value: UInt32 = 0
    for index in 0..<4 {
      let byte = start[index]
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - 87)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - 55)
      default: return nil
      }
    }
    return value
  }

  /// Writes the character as UTF-8.
  ///
  /// - Returns: The byte after it.
  @inline(__always)
  func write(_ target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    if scalar < 0x80 {
      target[0] = UInt8(truncatingIfNeeded: scalar)
      return target + 1
    }
    return writeWide(target)
  }

  private func writeWide(_ target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: scalar >> shift & 0x3F | 0x80) }
    if scalar < 0x800 {
      target[0] = UInt8(truncatingIfNeeded: scalar >> 6 | 0xC0)
      target[1] = tail(0)
      return target + 2
    }
    if scalar < 0x10000 {
      target[0] = UInt8(truncatingIfNeeded: scalar >> 12 | 0xE0)
      target[1] = tail(6)
      target[2] = tail(0)
      return target + 3
    }
    target[0] = UInt8(truncatingIfNeeded: scalar >> 18 | 0xF0)
    target[1] = tail(12)
    target[2] = tail(6)
    target[3] = tail(0)
    return target + 4
  }
}

extension JSONScanner {
  /// Where an unescaped string ended, in the target and in the source.
  struct UnescapedEnd {
    var textEnd: UnsafeMutablePointer<UInt8>
    var after: BytePointer
  }

  /// Writes a string without its escapes; the target has room for as many bytes as the source plus
  /// sixteen.
  ///
  /// - Parameters:
  ///   - start: The byte after the opening quote.
  ///   - firstBreak: The first quote, backslash or control character from there on.
  ///   - target: Where to write.
  /// - Returns: The ends, or nil where the string is broken.
  mutating func unescape(
    _ start: BytePointer,
    firstBreak: BytePointer,
    into target: UnsafeMutablePointer<UInt8>
  ) -> UnescapedEnd? {
    var at = start
    var stop = firstBreak
    var out = target
    while true {
      // Sixteen bytes at a time, past the end of what is wanted: both sides have room.
      while at < stop {
        let count = min(stop - at, 16)
        let bytes = UnsafeRawPointer(at).loadUnaligned(as: SIMD16<UInt8>.self)
        UnsafeMutableRawPointer(out).storeBytes(of: bytes, as: SIMD16<UInt8>.self)
        out += count
        at += count
      }
      if stop.pointee == UInt8(ascii: "\"") { return UnescapedEnd(textEnd: out, after: stop + 1) }
      if stop.pointee != UInt8(ascii: "\\") {
        _ = fail(.controlCharacter, at: stop)
        return nil
      }
      if JSONEscape.isItself(stop[1]) {
        out.pointee = stop[1]
        out += 1
        at = stop + 2
        stop = stringBreak(at)
        continue
      }
      guard let escape = JSONEscape.read(stop) else {
        _ = fail(JSONEscape.fault(stop), at: stop)
        return nil
      }
      out = escape.write(out)
      at = stop + escape.byteCount
      stop = stringBreak(at)
    }
  }

  /// The name that a key's raw text spells.
  ///
  /// - Parameters:
  ///   - start: The byte after the opening quote.
  ///   - after: The byte after the closing quote.
  /// - Returns: The name without escapes.
  func keyName(_ start: BytePointer, after: BytePointer) -> String {
    var name: [UInt8] = []
    var at = start
    while at < after - 1 {
      if at.pointee == UInt8(ascii: "\\"), let escape = JSONEscape.read(at) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4) { room in
          guard let first = room.baseAddress else { return }
          name.append(contentsOf: room[0..<(escape.write(first) - first)])
        }
        at += escape.byteCount
      } else {
        name.append(at.pointee)
        at += 1
      }
    }
    return String(decoding: name, as: UTF8.self)
  }
}
