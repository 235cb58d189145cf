/// Snappy's elements put together one by one, with the bytes that they make.
struct SnappyElements {
  private(set) var bytes: [UInt8] = []
  private var elements: [UInt8] = []

  /// The whole block: the number of bytes, and the elements.
  var packed: [UInt8] {
    var length: [UInt8] = []
    var left = bytes.count
    while left >= 0x80 {
      length.append(UInt8(left & 0x7F) | 0x80)
      left >>= 7
    }
    return length + [UInt8(left)] + elements
  }

  mutating func literal(_ literal: [UInt8]) {
    let upper = literal.count - 1
    if upper < 60 {
      elements.append(UInt8(upper << 2))
    } else {
      let size = upper < 1 << 8 ? 1 : upper < 1 << 16 ? 2 : 3
      elements.append(UInt8((59 + size) << 2))
      for index in 0..<size { elements.append(UInt8(upper >> (8 * index) & 0xFF)) }
    }
    elements += literal
    bytes += literal
  }

  /// 4 to 11 bytes from at most 2,047 back.
  mutating func nearCopy(_ count: Int, _ distance: Int) {
    elements += [UInt8((distance >> 8) << 5 | (count - 4) << 2 | 1), UInt8(distance & 0xFF)]
    repeatBytes(count, distance)
  }

  /// 1 to 64 bytes from at most 65,535 back.
  mutating func middleCopy(_ count: Int, _ distance: Int) {
    elements += [UInt8((count - 1) << 2 | 2), UInt8(distance & 0xFF), UInt8(distance >> 8)]
    repeatBytes(count, distance)
  }

  mutating func farCopy(_ count: Int, _ distance: Int) {
    elements.append(UInt8((count - 1) << 2 | 3))
    for index in 0..<4 { elements.append(UInt8(distance >> (8 * index) & 0xFF)) }
    repeatBytes(count, distance)
  }

  private mutating func repeatBytes(_ count: Int, _ distance: Int) {
    for _ in 0..<count { bytes.append(bytes[bytes.count - distance]) }
  }
}
