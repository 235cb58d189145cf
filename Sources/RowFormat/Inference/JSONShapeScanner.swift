import CKernels
import ColumnFormat

/// Finds out what fields JSON objects have and what kinds of values are in them.
///
/// A record that turns out to be malformed leaves no trace: before anything new is taken in, the
/// rest of its record is checked, which happens a few times for each field.
struct JSONShapeScanner: RecordParsing {
  var scanner: JSONScanner
  let tree: ShapeTree
  let infersTimes: Bool
  /// Whether values stand in DynamoDB's type tags.
  private let isTagged: Bool
  private let file: String
  private let firstRecord: Int
  private var recordStart: BytePointer
  private var line = 0
  private var isChecked = false

  init(
    _ tree: ShapeTree,
    _ block: RecordBlock,
    options: DecodingOptions,
    isTagged: Bool = false
  ) {
    self.tree = tree
    self.isTagged = isTagged
    infersTimes = options.infersTimes && (!isTagged || options.infersTimesInDynamoDB)
    file = block.path
    firstRecord = block.firstRecord
    recordStart = UnsafePointer(block.bytes.base)
    scanner = JSONScanner(start: block.bytes.base, depthMax: options.nestingDepthMax)
  }

  mutating func record(_ start: BytePointer, line: Int) -> BytePointer? {
    guard start.pointee == UInt8(ascii: "{") else {
      return scanner.fail(JSONColumnDecoder.topLevelFault(start), at: start)
    }
    begin(start, line: line)
    return object(start, tree.root, depth: 0)
  }

  /// Prepares for a record.
  mutating func begin(_ start: BytePointer, line: Int) {
    recordStart = start
    self.line = line
    isChecked = false
  }

  mutating func failure(_ start: BytePointer) -> RecordFailure {
    defer { scanner.reset() }
    return .rejected(.malformedJSON, scanner.fault.words, resume: nil)
  }

  /// Whether the record is sound, so that what is new in it counts.
  mutating func isSound() -> Bool {
    if isChecked { return true }
    if isTagged {
      var checker = DynamoDBChecker(scanner)
      isChecked = checker.check(recordStart)
      scanner = checker.scanner
    } else {
      isChecked = scanner.skipObject(recordStart, depth: 0) != nil
    }
    return isChecked
  }

  /// Takes evidence in, where the record is sound.
  @inline(never)
  mutating func add(
    _ evidence: ShapeEvidence,
    _ shape: ShapePointer,
    _ start: BytePointer,
    _ end: BytePointer
  ) -> BytePointer? {
    if !isSound() { return nil }
    tree.add(
      evidence,
      to: shape,
      at: ShapeTree.Place(
        file: file,
        recordNumber: firstRecord + line,
        value: UnsafeBufferPointer(start: start, count: end - start)
      )
    )
    return end
  }

  private mutating func value(_ start: BytePointer, _ shape: ShapePointer, depth: Int)
    -> BytePointer?
  {
    if isTagged { return taggedValue(start, shape, depth: depth) }
    switch start.pointee {
    case UInt8(ascii: "\""): return string(start, shape)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      guard let number = NumberText.scan(start) else {
        return scanner.fail(.invalidNumber, at: start)
      }
      return self.number(number, shape)
    case UInt8(ascii: "n"): return scanner.skipLiteral(start)
    case UInt8(ascii: "t"), UInt8(ascii: "f"):
      guard let end = scanner.skipLiteral(start) else { return nil }
      return shape.pointee.kinds.contains(.boolean) ? end : add(.boolean, shape, start, end)
    case UInt8(ascii: "{"): return object(start, shape, depth: depth)
    case UInt8(ascii: "["): return array(start, shape, depth: depth)
    default: return scanner.fail(.expectedValue, at: start)
    }
  }

  @inline(__always)
  mutating func number(_ number: NumberText, _ shape: ShapePointer) -> BytePointer? {
    if number.isInteger && number.digitCount <= 18 {
      let magnitude = Int64(truncatingIfNeeded: number.magnitude)
      let value = number.isNegative ? 0 &- magnitude : magnitude
      return shape.pointee.holds(value)
        ? number.end : add(.integer(value), shape, number.start, number.end)
    }
    return shape.pointee.holds(number)
      ? number.end : add(.number(number), shape, number.start, number.end)
  }

  @inline(__always)
  mutating func string(_ start: BytePointer, _ shape: ShapePointer) -> BytePointer? {
    guard let end = scanner.skipString(start + 1) else { return nil }
    if shape.pointee.kinds.contains(.text) { return end }
    if infersTimes, let time = TimeText.parse(start + 1, count: end - start - 2) {
      return shape.pointee.holds(time) ? end : add(.time(time), shape, start, end)
    }
    return add(.text, shape, start, end)
  }

  mutating func object(_ start: BytePointer, _ shape: ShapePointer, depth: Int)
    -> BytePointer?
  {
    if depth >= scanner.depthMax { return scanner.fail(.tooDeep, at: start) }
    if !shape.pointee.kinds.contains(.object) {
      if !isSound() { return nil }
      var skipping = scanner
      guard let end = skipping.skipObject(start, depth: depth) else { return nil }
      _ = add(.object, shape, start, end)
    }
    var previous = -1
    var at = scanner.skipSpace(start + 1)
    if at.pointee == UInt8(ascii: "}") { return at + 1 }
    while true {
      if at.pointee != UInt8(ascii: "\"") { return scanner.fail(.expectedKey, at: at) }
      let field: ShapePointer
      if let member = shape.pointee.members.find(at + 1, after: previous),
        let members = shape.pointee.members.members,
        let known = ShapePointer(bitPattern: members[member].target)
      {
        previous = member
        field = known
        at += members[member].nameCount &+ 2
      } else {
        guard let key = newKey(at, shape) else { return nil }
        field = key.field
        previous = key.member
        at = key.after
      }
      guard let start = scanner.skipColon(at), let end = value(start, field, depth: depth &+ 1)
      else { return nil }
      at = scanner.skipSpace(end)
      if at.pointee == UInt8(ascii: "}") { return at + 1 }
      if at.pointee != UInt8(ascii: ",") { return scanner.fail(.expectedCommaOrBrace, at: at) }
      at = scanner.skipSpace(at + 1)
    }
  }

  private struct Key {
    var field: ShapePointer
    var member: Int
    var after: BytePointer
  }

  @inline(never)
  private mutating func newKey(_ start: BytePointer, _ shape: ShapePointer) -> Key? {
    guard let after = scanner.skipString(start + 1), isSound() else { return nil }
    guard let field = tree.field(of: shape, named: scanner.keyName(start + 1, after: after)) else {
      _ = scanner.fail(.tooManyFields, at: start)
      return nil
    }
    var member = -1
    if shape.pointee.members.count < MemberTable.learnedCountMax {
      let raw = UnsafeRawBufferPointer(start: start + 1, count: after - start - 2)
      member = shape.pointee.members.add(raw, target: Int(bitPattern: field))
    }
    return Key(field: field, member: member, after: after)
  }

  mutating func array(_ start: BytePointer, _ shape: ShapePointer, depth: Int)
    -> BytePointer?
  {
    if depth >= scanner.depthMax { return scanner.fail(.tooDeep, at: start) }
    if !shape.pointee.kinds.contains(.array) {
      if !isSound() { return nil }
      var skipping = scanner
      guard let end = skipping.skipArray(start, depth: depth) else { return nil }
      _ = add(.array, shape, start, end)
    }
    var at = scanner.skipSpace(start + 1)
    if at.pointee == UInt8(ascii: "]") { return at + 1 }
    guard let element = shape.pointee.element ?? newElement(shape, at) else { return nil }
    while true {
      guard let end = value(at, element, depth: depth &+ 1) else { return nil }
      at = scanner.skipSpace(end)
      if at.pointee == UInt8(ascii: "]") { return at + 1 }
      if at.pointee != UInt8(ascii: ",") { return scanner.fail(.expectedCommaOrBracket, at: at) }
      at = scanner.skipSpace(at + 1)
    }
  }

  mutating func newElement(_ shape: ShapePointer, _ place: BytePointer) -> ShapePointer? {
    if !isSound() { return nil }
    if let element = tree.element(of: shape) { return element }
    _ = scanner.fail(.tooManyFields, at: place)
    return nil
  }
}
