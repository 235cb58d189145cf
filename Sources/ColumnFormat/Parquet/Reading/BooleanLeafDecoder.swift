/// Reads truth values: bits one after the other, or runs.
final class BooleanLeafDecoder: LeafDecoder {
  private var target = Buffer<UInt8>(count: 0)
  private var filled = 0
  private var capacity = 0

  override func begin(capacity: Int) {
    self.capacity = capacity
    filled = 0
    target = Buffer(count: 0)
  }

  private func room(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    if filled &+ count > target.count {
      let larger = Buffer<UInt8>(count: max(capacity, filled + count, filled * 2))
      larger.base.update(from: target.base, count: filled)
      target = larger
    }
    return target.base + filled
  }

  override func append(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    if page.layout == .runLength {
      try page.runs.decode(into: room(count), count: count)
    } else {
      try appendBits(&page, count: count)
    }
    filled &+= count
  }

  private func appendBits(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    guard page.layout == .plain else {
      throw DecodingFailure("booleans cannot be in this encoding")
    }
    try checkBits(page, count)
    let to = room(count)
    var bit = page.position
    var done = 0
    while done < count {
      if bit & 7 == 0 && count &- done >= 8 {
        // Eight bits to eight bytes: each byte of the product keeps one bit.
        let bits = UInt64((page.next + bit &>> 3).load(as: UInt8.self))
        let spread = ((bits &* 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201)
        let bytes = ((spread &+ 0x7F7F_7F7F_7F7F_7F7F) | spread) &>> 7 & 0x0101_0101_0101_0101
        UnsafeMutableRawPointer(to + done).storeBytes(of: bytes, as: UInt64.self)
        bit &+= 8
        done &+= 8
      } else {
        to[done] = (page.next + bit &>> 3).load(as: UInt8.self) &>> UInt8(bit & 7) & 1
        bit &+= 1
        done &+= 1
      }
    }
    page.position = bit
  }

  private func checkBits(_ page: PageValues, _ count: Int) throws(DecodingFailure) {
    let left = (page.end - page.next) &* 8 &- page.position
    guard count <= left else { throw DecodingFailure("the values end \(count - left) bits early") }
  }

  override func skip(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    if page.layout == .runLength {
      try page.runs.skip(count)
    } else {
      try checkBits(page, count)
      page.position &+= count
    }
  }

  override func finish(count: Int, validity: Validity?) -> Column {
    if let validity, filled < count {
      let base = room(count &- filled) - filled
      NullSpreading.spread(
        base,
        valueCount: filled,
        count: count,
        validity: validity.words.base,
        filler: 0
      )
    }
    let values = target.slice(0..<count)
    target = Buffer(count: 0)
    return Column(flat: .boolean(values), count: count, validity: validity)
  }
}
