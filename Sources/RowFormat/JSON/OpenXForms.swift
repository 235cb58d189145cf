import ColumnFormat

/// What Firehose's OpenX deserializer takes beyond the values that JSON has for a declared column:
/// one value for an array, and times as epoch numbers or with short months and days.
///
/// Firehose, *record format conversion*: `yyyy-MM-dd'T'HH:mm:ss[.S]'Z'`, `yyyy-[M]M-[d]d HH:mm:ss[.S]`
/// with up to 9 digits of a fraction, epoch seconds with or without a fraction, epoch milliseconds.
enum OpenXForms {
  /// The units of 10^-`digits` seconds of a time that is written as a text; nil for what is none, or
  /// has more digits.
  static func units(_ start: BytePointer, count: Int, digits: Int) -> Int64? {
    if let number = NumberText.scan(start), number.end == start + count {
      return units(number, digits: digits)
    }
    guard count <= 29 else { return nil }
    // A month and a day of one digit get their zeros.
    var text: [UInt8] = []
    var fieldLength = 0
    var dashCount = 0
    for index in 0..<count {
      let byte = start[index]
      let isEnd = byte == UInt8(ascii: "-") || byte == UInt8(ascii: " ")
      if isEnd && dashCount > 0 && dashCount <= 2 && fieldLength == 1 {
        text.insert(UInt8(ascii: "0"), at: text.count - 1)
      }
      if isEnd {
        dashCount += 1
        fieldLength = 0
      } else {
        fieldLength += 1
      }
      text.append(byte)
    }
    return text.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.flatMap { TimeText.parse($0, count: bytes.count) }?.units(digits: digits)
    }
  }

  /// The units of an epoch number: seconds, or milliseconds from 12 digits on.
  static func units(_ number: NumberText, digits: Int) -> Int64? {
    let unit = number.integerDigitCount <= 11 ? 0 : 3
    guard let nanos = number.int128(scale: 9 - unit) else { return nil }
    let (units, rest) = nanos.quotientAndRemainder(
      dividingBy: Int128(PowersOfTen.narrow(9 - digits))
    )
    return rest == 0 ? Int64(exactly: units) : nil
  }
}

extension JSONColumnDecoder {
  /// Takes a value into a declared column as OpenX does.
  mutating func openXValue(_ start: BytePointer, _ slot: SlotPointer, depth: Int) -> BytePointer? {
    switch slot.pointee.kind {
    case .list where start.pointee != UInt8(ascii: "[") && start.pointee != UInt8(ascii: "n"):
      if depth >= scanner.depthMax { return scanner.fail(.tooDeep, at: start) }
      let element = slots + slot.pointee.firstChild
      guard let end = openXValue(start, element, depth: depth + 1) else { return nil }
      closeList(slot, element)
      return end
    case .timestamp:
      if let number = NumberText.scan(start) {
        guard let units = OpenXForms.units(number, digits: slot.pointee.scale) else {
          return fail(misfit: slot, at: start)
        }
        slot.append(units)
        return number.end
      }
      guard start.pointee == UInt8(ascii: "\"") else { break }
      let stop = scanner.stringBreak(start + 1)
      let count = stop - (start + 1)
      guard stop.pointee == UInt8(ascii: "\""), TimeText.parse(start + 1, count: count) == nil,
        let units = OpenXForms.units(start + 1, count: count, digits: slot.pointee.scale)
      else { break }
      slot.append(units)
      return stop + 1
    default: break
    }
    return plainValue(start, slot, depth: depth)
  }
}
