import CKernels
import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

extension Operand where Value == ByteView {
  /// Calls `body` with the texts and their mask, for loops in C.
  @inline(__always)
  func withTexts<Result>(_ body: (UnsafePointer<lake_text>, Int64) -> Result) -> Result {
    withExtendedLifetime(buffer) {
      body(
        UnsafeRawPointer(buffer.base).assumingMemoryBound(to: lake_text.self),
        Int64(mask)
      )
    }
  }
}

/// Finds bytes in bytes.
enum ByteSearch {
  /// Where `needle` first begins in `haystack` at or after `start`.
  @inline(__always)
  static func find(
    _ needle: UnsafeRawBufferPointer,
    in haystack: UnsafeRawBufferPointer,
    from start: Int = 0
  ) -> Int? {
    guard let pattern = needle.baseAddress, !needle.isEmpty else { return start }
    guard let text = haystack.baseAddress, haystack.count &- start >= needle.count else {
      return nil
    }
    let place = lake_find(
      (text + start).assumingMemoryBound(to: UInt8.self),
      Int64(haystack.count &- start),
      pattern.assumingMemoryBound(to: UInt8.self),
      Int64(needle.count)
    )
    return place < 0 ? nil : start &+ Int(place)
  }

  @inline(__always)
  static func hasPrefix(_ text: UnsafeRawBufferPointer, _ prefix: UnsafeRawBufferPointer) -> Bool {
    guard text.count >= prefix.count else { return false }
    guard let a = text.baseAddress, let b = prefix.baseAddress else { return prefix.isEmpty }
    return memcmp(a, b, prefix.count) == 0
  }

  @inline(__always)
  static func hasSuffix(_ text: UnsafeRawBufferPointer, _ suffix: UnsafeRawBufferPointer) -> Bool {
    guard text.count >= suffix.count else { return false }
    guard let a = text.baseAddress, let b = suffix.baseAddress else { return suffix.isEmpty }
    return memcmp(a + (text.count &- suffix.count), b, suffix.count) == 0
  }
}

/// Code points of UTF-8 without decoding them.
enum UTF8Text {
  /// The number of bytes of the code point that begins with `lead`; one for a stray byte.
  @inline(__always)
  static func width(_ lead: UInt8) -> Int {
    if lead < 0xC0 { return 1 }
    if lead < 0xE0 { return 2 }
    return lead < 0xF0 ? 3 : 4
  }

  /// The number of code points.
  @inline(__always)
  static func count(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard let start = bytes.baseAddress else { return 0 }
    return Int(
      lake_count_code_points(start.assumingMemoryBound(to: UInt8.self), Int64(bytes.count))
    )
  }

  /// The byte offset of the code point that is `codePoints` after the one at `start`; the end where
  /// there are fewer.
  @inline(__always)
  static func offset(_ bytes: UnsafeRawBufferPointer, from start: Int = 0, by codePoints: Int)
    -> Int
  {
    var position = start
    var left = codePoints
    while left > 0 && position < bytes.count {
      position &+= width(bytes[position])
      left &-= 1
    }
    return min(position, bytes.count)
  }

  static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.baseAddress else { return true }
    return lake_is_ascii(start.assumingMemoryBound(to: UInt8.self), Int64(bytes.count))
  }

  /// The code point at `position` and its width; U+FFFD for what is not UTF-8.
  static func decode(_ bytes: UnsafeRawBufferPointer, at position: Int) -> (UInt32, Int) {
    let lead = bytes[position]
    if lead < 0x80 { return (UInt32(lead), 1) }
    let width = UTF8Text.width(lead)
    guard width > 1, position + width <= bytes.count else { return (0xFFFD, 1) }
    var value = UInt32(lead & (0x7F >> UInt8(width)))
    for index in 1..<width {
      let byte = bytes[position + index]
      guard byte & 0xC0 == 0x80 else { return (0xFFFD, 1) }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    return (value, width)
  }

  /// Appends a code point as UTF-8.
  static func append(_ value: UInt32, to bytes: inout [UInt8]) {
    switch value {
    case 0..<0x80: bytes.append(UInt8(truncatingIfNeeded: value))
    case 0x80..<0x800:
      bytes.append(0xC0 | UInt8(truncatingIfNeeded: value >> 6))
      bytes.append(0x80 | UInt8(truncatingIfNeeded: value & 0x3F))
    case 0x800..<0x10000:
      bytes.append(0xE0 | UInt8(truncatingIfNeeded: value >> 12))
      bytes.append(0x80 | UInt8(truncatingIfNeeded: (value >> 6) & 0x3F))
      bytes.append(0x80 | UInt8(truncatingIfNeeded: value & 0x3F))
    default:
      bytes.append(0xF0 | UInt8(truncatingIfNeeded: value >> 18))
      bytes.append(0x80 | UInt8(truncatingIfNeeded: (value >> 12) & 0x3F))
      bytes.append(0x80 | UInt8(truncatingIfNeeded: (value >> 6) & 0x3F))
      bytes.append(0x80 | UInt8(truncatingIfNeeded: value & 0x3F))
    }
  }
}

extension ByteArena {
  /// A view of a copy of the array's bytes.
  func copy(_ bytes: [UInt8]) -> ByteView { bytes.withUnsafeBytes { copy($0) } }
}

extension ByteView {
  /// The part of a value between two of its byte offsets; a long part points into the value.
  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) {
    if end > start, let base = bytes.baseAddress {
      self.init(base + start, count: end &- start)
    } else {
      self.init()
    }
  }
}

extension UnsafeRawBufferPointer {
  /// The bytes as text, for messages.
  var text: String { String(decoding: self, as: UTF8.self) }
}
