import ColumnFormat

/// Values in DynamoDB's type tags.
extension JSONColumnDecoder {
  /// Takes `{"TAG": value}`.
  @inline(__always)
  mutating func taggedValue(_ start: BytePointer, _ slot: SlotPointer, depth: Int) -> BytePointer? {
    guard let opening = DynamoDBTag.open(start, &scanner) else { return nil }
    let value = opening.value
    let end: BytePointer?
    switch opening.tag {
    case .text: end = taggedText(value, slot, at: start)
    case .number: end = taggedNumber(value, slot, at: start)
    default: end = rareTaggedValue(opening, slot, at: start, depth: depth)
    }
    guard let end else { return nil }
    return DynamoDBTag.close(end, &scanner)
  }

  private mutating func rareTaggedValue(
    _ opening: DynamoDBTag.Opening,
    _ slot: SlotPointer,
    at start: BytePointer,
    depth: Int
  ) -> BytePointer? {
    let value = opening.value
    switch opening.tag {
    case .boolean:
      guard let end = scanner.skipLiteral(value) else { return nil }
      if value.pointee == UInt8(ascii: "n") { return scanner.fail(.wrongTaggedValue, at: value) }
      let isTrue = value.pointee == UInt8(ascii: "t")
      return appender.appendBoolean(slot, isTrue, value, count: end - value)
        ? end : fail(misfit: slot, at: start)
    case .null:
      guard let end = scanner.skipLiteral(value) else { return nil }
      appender.appendNull(slot)
      return end
    case .binary:
      guard let text = taggedString(value) else { return nil }
      let count = text.upperBound - text.lowerBound
      if !appender.appendBase64(slot, text.lowerBound, count: count) {
        return slot.pointee.kind == .binary
          ? scanner.fail(.invalidBase64, at: value) : fail(misfit: slot, at: start)
      }
      return text.upperBound + 1
    case .map:
      if value.pointee != UInt8(ascii: "{") { return scanner.fail(.wrongTaggedValue, at: value) }
      switch slot.pointee.kind {
      case .row: return row(value, slot, depth: depth &+ 1)
      case .map: return map(value, slot, depth: depth &+ 1)
      default: return plainText(opening, slot, at: start, depth: depth)
      }
    case .list:
      if value.pointee != UInt8(ascii: "[") { return scanner.fail(.wrongTaggedValue, at: value) }
      return slot.pointee.kind == .list
        ? list(value, slot, depth: depth &+ 1) : plainText(opening, slot, at: start, depth: depth)
    case .textSet, .numberSet, .binarySet:
      if value.pointee != UInt8(ascii: "[") { return scanner.fail(.wrongTaggedValue, at: value) }
      return slot.pointee.kind == .list
        ? set(value, opening.tag, slot) : plainText(opening, slot, at: start, depth: depth)
    case .text, .number: return scanner.fail(.expectedTag, at: start)
    }
  }

  @inline(__always)
  private mutating func taggedText(_ value: BytePointer, _ slot: SlotPointer, at start: BytePointer)
    -> BytePointer?
  {
    if value.pointee != UInt8(ascii: "\"") { return scanner.fail(.wrongTaggedValue, at: value) }
    // A text stays text unless times are to be inferred, or the column is declared otherwise.
    if slot.pointee.kind != .text && isEvolving && !infersTaggedTimes {
      guard scanner.skipString(value + 1) != nil else { return nil }
      return fail(misfit: slot, at: start)
    }
    return string(value, slot)
  }

  @inline(__always)
  private mutating func taggedNumber(
    _ value: BytePointer,
    _ slot: SlotPointer,
    at start: BytePointer
  ) -> BytePointer? {
    if value.pointee != UInt8(ascii: "\"") { return scanner.fail(.wrongTaggedValue, at: value) }
    let quote = UInt8(ascii: "\"")
    if let end = appender.appendShortNumber(slot, value + 1, endingAt: { $0.pointee == quote }) {
      return end + 1
    }
    guard let number = NumberText.scan(value + 1), number.end.pointee == quote
    else { return scanner.fail(.invalidTaggedNumber, at: value) }
    return appender.appendNumber(slot, number) ? number.end + 1 : fail(misfit: slot, at: start)
  }

  /// The text between the quotes of a string that holds no escapes.
  private mutating func taggedString(_ value: BytePointer) -> Range<BytePointer>? {
    guard value.pointee == UInt8(ascii: "\"") else {
      _ = scanner.fail(.wrongTaggedValue, at: value)
      return nil
    }
    let end = scanner.stringBreak(value + 1)
    guard end.pointee == UInt8(ascii: "\"") else {
      _ = scanner.fail(.wrongTaggedValue, at: value)
      return nil
    }
    return value + 1..<end
  }

  /// Takes the elements of a set in ascending order, for a set's own order means nothing.
  private mutating func set(_ start: BytePointer, _ tag: DynamoDBTag, _ slot: SlotPointer)
    -> BytePointer?
  {
    let element = slots + slot.pointee.firstChild
    let first = element.pointee.count
    var at = scanner.skipSpace(start + 1)
    if at.pointee == UInt8(ascii: "]") {
      closeList(slot, element)
      return at + 1
    }
    while true {
      let end: BytePointer?
      switch tag {
      case .numberSet: end = taggedNumber(at, element, at: at)
      case .binarySet:
        guard let text = taggedString(at) else { return nil }
        let count = text.upperBound - text.lowerBound
        if !appender.appendBase64(element, text.lowerBound, count: count) {
          return element.pointee.kind == .binary
            ? scanner.fail(.invalidBase64, at: at) : fail(misfit: element, at: at)
        }
        end = text.upperBound + 1
      default: end = taggedText(at, element, at: at)
      }
      guard let end else { return nil }
      at = scanner.skipSpace(end)
      if at.pointee == UInt8(ascii: "]") { break }
      if at.pointee != UInt8(ascii: ",") { return scanner.fail(.expectedCommaOrBracket, at: at) }
      at = scanner.skipSpace(at + 1)
    }
    JSONColumnDecoder.sort(element, from: first)
    closeList(slot, element)
    return at + 1
  }

  private static func sort(_ slot: SlotPointer, from first: Int) {
    let count = slot.pointee.count - first
    func sort<Value>(_: Value.Type, by isBefore: (Value, Value) -> Bool) {
      var values = UnsafeMutableBufferPointer(
        start: slot.pointee.values.assumingMemoryBound(to: Value.self) + first,
        count: count
      )
      values.sort(by: isBefore)
    }
    switch slot.pointee.kind {
    case .int8: sort(Int8.self, by: <)
    case .int16: sort(Int16.self, by: <)
    case .int32: sort(Int32.self, by: <)
    case .int64, .decimal64, .timestamp: sort(Int64.self, by: <)
    case .decimal128: sort(Int128.self, by: <)
    case .float32: sort(Float.self, by: <)
    case .float64: sort(Double.self, by: <)
    case .text, .binary: sort(ByteView.self) { ByteView.compare($0, $1) < 0 }
    default: break
    }
  }

  /// Takes a nested value as the JSON text that it would be without tags.
  private mutating func plainText(
    _ opening: DynamoDBTag.Opening,
    _ slot: SlotPointer,
    at start: BytePointer,
    depth: Int
  ) -> BytePointer? {
    guard slot.pointee.kind == .text || slot.pointee.kind == .json else {
      // Objects without fields leave the type open, so their column may be one of nulls.
      let inner = scanner.skipSpace(opening.value + 1)
      let isEmpty = opening.tag == .map && inner.pointee == UInt8(ascii: "}")
      if slot.pointee.kind == .null && (isEmpty || !isEvolving) {
        appender.appendNull(slot)
        return scanner.skipValue(opening.value, depth: depth &+ 1)
      }
      return fail(misfit: slot, at: start)
    }
    var writer = DynamoDBPlainText(scanner: scanner, out: appender.openArena())
    let first = writer.out
    let end = writer.write(opening, depth: depth &+ 1)
    scanner = writer.scanner
    guard let end else { return nil }
    slot.appendView(first, count: writer.out - first)
    appender.keepArena(upTo: writer.out)
    return end
  }
}
