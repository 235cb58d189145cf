import ColumnFormat

/// Finds out what attributes DynamoDB's items have and what kinds of values are in them.
struct DynamoDBShapeScanner: RecordParsing, DynamoDBRecordParsing {
  private var shapes: JSONShapeScanner
  let keys = DynamoDBKeys()

  init(_ tree: ShapeTree, _ block: RecordBlock, options: DecodingOptions) {
    shapes = JSONShapeScanner(tree, block, options: options, isTagged: true)
  }

  var scanner: JSONScanner {
    get { shapes.scanner }
    _modify { yield &shapes.scanner }
  }

  mutating func record(_ start: BytePointer, line: Int) -> BytePointer? {
    guard start.pointee == UInt8(ascii: "{") else {
      return scanner.fail(JSONColumnDecoder.topLevelFault(start), at: start)
    }
    shapes.begin(start, line: line)
    switch DynamoDBRecord.read(start, scanner) {
    case .stream:
      guard let end = envelope(start)?.end else { return nil }
      shapes.tree.hasStreamRecords = true
      return end
    case .item: return attributes(start)
    case .wrapped(let item):
      return attributes(item) == nil ? nil : scanner.skipObject(start, depth: 0)
    case nil:
      return scanner.skipObject(start, depth: 0) == nil
        ? nil : scanner.fail(.notADynamoDBRecord, at: start)
    }
  }

  mutating func failure(_ start: BytePointer) -> RecordFailure { shapes.failure(start) }

  mutating func attributes(_ start: BytePointer) -> BytePointer? {
    shapes.object(start, shapes.tree.root, depth: 1)
  }
}

/// Checks a whole record of DynamoDB, tags included.
struct DynamoDBChecker: DynamoDBRecordParsing {
  var scanner: JSONScanner
  let keys = DynamoDBKeys()

  init(_ scanner: JSONScanner) { self.scanner = scanner }

  /// Whether the record at `start` gives a row.
  mutating func check(_ start: BytePointer) -> Bool {
    guard let end = scanner.skipObject(start, depth: 0) else { return false }
    scratchByteCount = end - start
    switch DynamoDBRecord.read(start, scanner) {
    case .stream: return envelope(start) != nil
    case .item: return attributes(start) != nil
    case .wrapped(let item): return attributes(item) != nil
    case nil: return false
    }
  }

  private var scratchByteCount = 0

  mutating func attributes(_ start: BytePointer) -> BytePointer? {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: scratchByteCount + 64) { scratch in
      guard let out = scratch.baseAddress else { return nil }
      var writer = DynamoDBPlainText(scanner: scanner, out: out)
      let end = writer.write(DynamoDBTag.Opening(tag: .map, value: start), depth: 1)
      scanner = writer.scanner
      return end
    }
  }
}

/// Values in DynamoDB's type tags.
extension JSONShapeScanner {
  /// Takes `{"TAG": value}`.
  mutating func taggedValue(_ start: BytePointer, _ shape: ShapePointer, depth: Int)
    -> BytePointer?
  {
    guard let opening = DynamoDBTag.open(start, &scanner) else { return nil }
    let value = opening.value
    let end: BytePointer?
    switch opening.tag {
    case .text: end = taggedText(value, shape)
    case .number: end = taggedNumber(value, shape)
    case .binary: end = taggedBinary(value, shape)
    case .boolean:
      guard let after = scanner.skipLiteral(value) else { return nil }
      if value.pointee == UInt8(ascii: "n") { return scanner.fail(.wrongTaggedValue, at: value) }
      end = shape.pointee.kinds.contains(.boolean) ? after : add(.boolean, shape, value, after)
    case .null: end = scanner.skipLiteral(value)
    case .map:
      if value.pointee != UInt8(ascii: "{") { return scanner.fail(.wrongTaggedValue, at: value) }
      end = object(value, shape, depth: depth &+ 1)
    case .list:
      if value.pointee != UInt8(ascii: "[") { return scanner.fail(.wrongTaggedValue, at: value) }
      end = array(value, shape, depth: depth &+ 1)
    case .textSet, .numberSet, .binarySet: end = set(value, opening.tag, shape)
    }
    guard let end else { return nil }
    return DynamoDBTag.close(end, &scanner)
  }

  private mutating func taggedText(_ value: BytePointer, _ shape: ShapePointer) -> BytePointer? {
    if value.pointee != UInt8(ascii: "\"") { return scanner.fail(.wrongTaggedValue, at: value) }
    return string(value, shape)
  }

  private mutating func taggedNumber(_ value: BytePointer, _ shape: ShapePointer) -> BytePointer? {
    guard value.pointee == UInt8(ascii: "\"") else {
      return scanner.fail(.wrongTaggedValue, at: value)
    }
    guard let number = NumberText.scan(value + 1), number.end.pointee == UInt8(ascii: "\"") else {
      return scanner.fail(.invalidTaggedNumber, at: value)
    }
    return self.number(number, shape).map { $0 + 1 }
  }

  private mutating func taggedBinary(_ value: BytePointer, _ shape: ShapePointer) -> BytePointer? {
    if value.pointee != UInt8(ascii: "\"") { return scanner.fail(.wrongTaggedValue, at: value) }
    guard let end = scanner.skipString(value + 1) else { return nil }
    return shape.pointee.kinds.contains(.binary) ? end : add(.binary, shape, value, end)
  }

  private mutating func set(_ start: BytePointer, _ tag: DynamoDBTag, _ shape: ShapePointer)
    -> BytePointer?
  {
    if start.pointee != UInt8(ascii: "[") { return scanner.fail(.wrongTaggedValue, at: start) }
    if !shape.pointee.kinds.contains(.array) {
      if !isSound() { return nil }
      var skipping = scanner
      guard let end = skipping.skipArray(start, depth: 0) else { return nil }
      _ = add(.array, shape, start, end)
    }
    var at = scanner.skipSpace(start + 1)
    if at.pointee == UInt8(ascii: "]") { return at + 1 }
    guard let element = shape.pointee.element ?? newElement(shape, at) else { return nil }
    while true {
      let end: BytePointer?
      switch tag {
      case .numberSet: end = taggedNumber(at, element)
      case .binarySet: end = taggedBinary(at, element)
      default: end = taggedText(at, element)
      }
      guard let end else { return nil }
      at = scanner.skipSpace(end)
      if at.pointee == UInt8(ascii: "]") { return at + 1 }
      if at.pointee != UInt8(ascii: ",") { return scanner.fail(.expectedCommaOrBracket, at: at) }
      at = scanner.skipSpace(at + 1)
    }
  }
}
