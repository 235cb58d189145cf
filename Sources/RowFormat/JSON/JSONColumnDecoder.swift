import CKernels
import ColumnFormat

/// Decodes JSON objects straight into column slots.
struct JSONColumnDecoder: RecordParsing {
  var scanner: JSONScanner
  var appender: ValueAppender
  let slots: SlotPointer
  let isEvolving: Bool
  /// Whether values stand in DynamoDB's type tags.
  let isTagged: Bool
  /// Whether tagged texts may be dates and timestamps in an evolving decode.
  let infersTaggedTimes: Bool
  /// Whether a value that does not fit ends the attempt, so that the columns can be widened.
  let stopsAtMisfit: Bool
  private let rejectsDuplicates: Bool
  private let leavesOddValues: Bool
  /// Whether values are taken just as JSON has them.
  private let isPlain: Bool
  private let tree: ColumnTree
  /// The slot whose type did not hold a value.
  private var misfit = 0

  init(
    _ tree: ColumnTree,
    _ block: RecordBlock,
    options: DecodingOptions,
    isEvolving: Bool,
    stopsAtMisfit: Bool,
    isTagged: Bool = false
  ) {
    self.isTagged = isTagged
    infersTaggedTimes = options.infersTimes && options.infersTimesInDynamoDB
    rejectsDuplicates = options.rejectsDuplicateFields
    leavesOddValues = options.leavesOddValues
    isPlain = !isTagged && (isEvolving || !options.takesOpenXForms)
    self.tree = tree
    self.stopsAtMisfit = stopsAtMisfit
    slots = tree.slots
    self.isEvolving = isEvolving
    scanner = JSONScanner(start: block.bytes.base, depthMax: options.nestingDepthMax)
    appender = ValueAppender(tree, isEvolving: isEvolving, textsAreTyped: !isEvolving)
    appender.leavesOddValues = leavesOddValues
  }

  mutating func record(_ start: BytePointer, line: Int) -> BytePointer? {
    guard start.pointee == UInt8(ascii: "{") else {
      return scanner.fail(JSONColumnDecoder.topLevelFault(start), at: start)
    }
    return row(start, slots, depth: 0)
  }

  /// What is wrong with a record that does not start with a brace.
  static func topLevelFault(_ start: BytePointer) -> JSONFault {
    switch start.pointee {
    case UInt8(ascii: "["): .topLevelArray
    case UInt8(ascii: "\""), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      .topLevelScalar
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
      JSONColumnDecoder.isLiteral(start) ? .topLevelScalar : .expectedObject
    default: .expectedObject
    }
  }

  private static func isLiteral(_ start: BytePointer) -> Bool {
    var scanner = JSONScanner(start: start, depthMax: 0)
    return scanner.skipLiteral(start) != nil
  }

  mutating func failure(_ start: BytePointer) -> RecordFailure {
    ColumnTree.truncateFields(slots, to: slots.pointee.count, slots)
    defer { scanner.reset() }
    let place = scanner.faultAt
    guard scanner.fault == .misfit else {
      return .rejected(
        scanner.fault.isOfDynamoDB ? .malformedDynamoDB : .malformedJSON,
        "\(scanner.fault.words) at byte \(place - start) of the record",
        resume: nil
      )
    }
    if stopsAtMisfit { return .stop }
    let slot = misfit
    guard let end = wholeRecord(start) else {
      return .rejected(
        scanner.fault.isOfDynamoDB ? .malformedDynamoDB : .malformedJSON,
        "\(scanner.fault.words) at byte \(scanner.faultAt - start) of the record",
        resume: nil
      )
    }
    let value = scanner.skipValue(place, depth: 0) ?? place
    return .rejected(.valueOutOfRange, tree.misfitWords(slot: slot, place..<value), resume: end)
  }

  /// The byte after a record that is sound but for the values that its columns do not hold.
  private mutating func wholeRecord(_ start: BytePointer) -> BytePointer? {
    scanner.reset()
    guard let end = scanner.skipObject(start, depth: 0) else { return nil }
    if !isTagged { return end }
    var checker = DynamoDBChecker(scanner)
    if checker.check(start) { return end }
    scanner = checker.scanner
    return nil
  }

  mutating func fail(misfit slot: SlotPointer, at place: BytePointer) -> BytePointer? {
    misfit = slot - slots
    return scanner.fail(.misfit, at: place)
  }

  private mutating func value(_ start: BytePointer, _ slot: SlotPointer, depth: Int)
    -> BytePointer?
  {
    if isPlain { return plainValue(start, slot, depth: depth) }
    return isTagged
      ? taggedValue(start, slot, depth: depth) : openXValue(start, slot, depth: depth)
  }

  /// Takes a value as JSON has it.
  mutating func plainValue(_ start: BytePointer, _ slot: SlotPointer, depth: Int) -> BytePointer? {
    switch start.pointee {
    case UInt8(ascii: "\""): return string(start, slot)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      guard let number = NumberText.scan(start) else {
        return scanner.fail(.invalidNumber, at: start)
      }
      return appender.appendNumber(slot, number) ? number.end : fail(misfit: slot, at: start)
    case UInt8(ascii: "n"):
      guard let end = scanner.skipLiteral(start) else { return nil }
      appender.appendNull(slot)
      return end
    case UInt8(ascii: "t"), UInt8(ascii: "f"):
      guard let end = scanner.skipLiteral(start) else { return nil }
      let isTrue = end - start == 4
      return appender.appendBoolean(slot, isTrue, start, count: end - start)
        ? end : fail(misfit: slot, at: start)
    case UInt8(ascii: "{"):
      if slot.pointee.kind == .row { return row(start, slot, depth: depth) }
      return nested(start, slot, depth: depth)
    case UInt8(ascii: "["):
      if slot.pointee.kind == .list { return list(start, slot, depth: depth) }
      return nested(start, slot, depth: depth)
    default: return scanner.fail(.expectedValue, at: start)
    }
  }

  /// An object or array in a column that is no row or list.
  private mutating func nested(_ start: BytePointer, _ slot: SlotPointer, depth: Int)
    -> BytePointer?
  {
    switch slot.pointee.kind {
    case .map where start.pointee == UInt8(ascii: "{"): return map(start, slot, depth: depth)
    case .text, .json:
      guard let end = scanner.skipValue(start, depth: depth) else { return nil }
      if leavesOddValues && !JSONScanner.isCompact(start..<end) {
        return fail(misfit: slot, at: start)
      }
      slot.appendView(start, count: end - start)
      return end
    case .null:
      guard let end = scanner.skipValue(start, depth: depth) else { return nil }
      // An object without fields leaves the type open (see ``ShapeTree``), so the column may be
      // one of nulls.
      let inner = scanner.skipSpace(start + 1)
      let isEmpty = start.pointee == UInt8(ascii: "{") && inner.pointee == UInt8(ascii: "}")
      if isEvolving && !isEmpty { return fail(misfit: slot, at: start) }
      appender.appendNull(slot)
      return end
    default: return fail(misfit: slot, at: start)
    }
  }

  mutating func string(_ start: BytePointer, _ slot: SlotPointer) -> BytePointer? {
    if slot.pointee.kind == .json {
      guard let end = scanner.skipString(start + 1) else { return nil }
      slot.appendView(start, count: end - start)
      return end
    }
    let stop = scanner.stringBreak(start + 1)
    if stop.pointee == UInt8(ascii: "\"") {
      return appender.appendText(slot, start + 1, count: stop - (start + 1))
        ? stop + 1 : fail(misfit: slot, at: start)
    }
    return escapedString(start, slot, firstBreak: stop)
  }

  private mutating func escapedString(
    _ start: BytePointer,
    _ slot: SlotPointer,
    firstBreak: BytePointer
  ) -> BytePointer? {
    let text = appender.openArena()
    guard let end = scanner.unescape(start + 1, firstBreak: firstBreak, into: text) else {
      return nil
    }
    appender.keepArena(upTo: end.textEnd)
    return appender.appendText(slot, text, count: end.textEnd - text)
      ? end.after : fail(misfit: slot, at: start)
  }

  /// Takes an object into a row column, one value for each field.
  mutating func row(_ start: BytePointer, _ slot: SlotPointer, depth: Int) -> BytePointer? {
    var filled = 0
    guard let end = fields(start, slot, depth: depth, filled: &filled) else { return nil }
    closeRow(slot, filled: filled)
    return end
  }

  /// Counts a row, with nulls in the fields that got no value.
  @inline(__always)
  func closeRow(_ slot: SlotPointer, filled: Int) {
    let row = slot.pointee.count
    if filled < slot.pointee.childCount { fillMissing(slot, row: row) }
    if row == slot.pointee.capacity { slot.pointee.grow() }
    slot.pointee.count = row &+ 1
  }

  /// Takes an object's members into the fields of a row column, which is not counted yet.
  ///
  /// `filled` grows by the number of fields that got a value.
  @inline(__always)
  mutating func fields(
    _ start: BytePointer,
    _ slot: SlotPointer,
    depth: Int,
    filled: inout Int
  ) -> BytePointer? {
    if depth >= scanner.depthMax { return scanner.fail(.tooDeep, at: start) }
    let row = slot.pointee.count
    var previous = -1
    var at = scanner.skipSpace(start + 1)
    if at.pointee == UInt8(ascii: "}") { return at + 1 }
    while true {
      if at.pointee != UInt8(ascii: "\"") { return scanner.fail(.expectedKey, at: at) }
      var target = -1
      if let member = slot.pointee.members.find(at + 1, after: previous),
        let members = slot.pointee.members.members
      {
        previous = member
        target = members[member].target
        at += members[member].nameCount &+ 2
      } else {
        guard let key = newKey(at, slot) else { return nil }
        (target, previous) = (key.target, key.member)
        at = key.after
      }
      guard let value = scanner.skipColon(at) else { return nil }
      if target < 0 {
        guard let end = scanner.skipValue(value, depth: depth &+ 1) else { return nil }
        at = scanner.skipSpace(end)
      } else {
        let field = slots + target
        if field.pointee.count > row {
          if rejectsDuplicates { return scanner.fail(.duplicateField, at: at) }
          if !replaces(slot, target: target, objectStart: start, at: value) {
            guard let end = scanner.skipValue(value, depth: depth &+ 1) else { return nil }
            at = scanner.skipSpace(end)
            guard let next = afterMember(at) else { return nil }
            if next.isEnd { return next.at }
            at = next.at
            continue
          }
          ColumnTree.truncate(field, to: row, slots)
        } else {
          filled &+= 1
        }
        guard let end = self.value(value, field, depth: depth &+ 1) else { return nil }
        at = scanner.skipSpace(end)
      }
      if at.pointee == UInt8(ascii: ",") {
        at = scanner.skipSpace(at + 1)
      } else if at.pointee == UInt8(ascii: "}") {
        return at + 1
      } else {
        return scanner.fail(.expectedCommaOrBrace, at: at)
      }
    }
  }

  /// What comes after a member's value: the next key, or the byte after the object.
  private mutating func afterMember(_ at: BytePointer) -> (at: BytePointer, isEnd: Bool)? {
    switch at.pointee {
    case UInt8(ascii: ","): return (scanner.skipSpace(at + 1), false)
    case UInt8(ascii: "}"): return (at + 1, true)
    default:
      _ = scanner.fail(.expectedCommaOrBrace, at: at)
      return nil
    }
  }

  /// Whether a field's second value in an object takes the place of the first.
  ///
  /// Of a key that stands twice the last one wins. Of keys that differ in case only the one that is
  /// spelled as the column wins, else the first: they are two things, and the column is one of them.
  @inline(never)
  private mutating func replaces(
    _ slot: SlotPointer,
    target: Int,
    objectStart: BytePointer,
    at value: BytePointer
  ) -> Bool {
    let row = slot - slots
    let own = tree.names[row][target - slot.pointee.firstChild]
    var kept: String?
    var at = scanner.skipSpace(objectStart + 1)
    while at < value {
      guard let after = scanner.skipString(at + 1) else { return true }
      let name = scanner.keyName(at + 1, after: after)
      guard let start = scanner.skipColon(after) else { return true }
      let isField = tree.field(of: row, named: name) == target
      if start == value { return kept.map { $0 == name || name == own } ?? true }
      if isField, kept.map({ $0 == name || name == own }) ?? true { kept = name }
      guard let end = scanner.skipValue(start, depth: 0) else { return true }
      at = scanner.skipSpace(end)
      if at.pointee == UInt8(ascii: ",") { at = scanner.skipSpace(at + 1) }
    }
    return true
  }

  private func fillMissing(_ slot: SlotPointer, row: Int) {
    let first = slots + slot.pointee.firstChild
    for index in 0..<slot.pointee.childCount where first[index].count == row {
      appender.appendNull(first + index)
    }
  }

  private struct Key {
    var target: Int
    var member: Int
    var after: BytePointer
  }

  /// Looks up a key that was not met in this spelling before, and learns the spelling.
  @inline(never)
  private mutating func newKey(_ start: BytePointer, _ slot: SlotPointer) -> Key? {
    guard let after = scanner.skipString(start + 1) else { return nil }
    let raw = UnsafeRawBufferPointer(start: start + 1, count: after - start - 2)
    let target = appender.lookUp(slot, scanner.keyName(start + 1, after: after))
    if target == nil && isEvolving {
      _ = fail(misfit: slot, at: start)
      return nil
    }
    var member = -1
    if slot.pointee.members.count < MemberTable.learnedCountMax {
      member = slot.pointee.members.add(raw, target: target ?? -1)
    }
    return Key(target: target ?? -1, member: member, after: after)
  }

  mutating func list(_ start: BytePointer, _ slot: SlotPointer, depth: Int)
    -> BytePointer?
  {
    if depth >= scanner.depthMax { return scanner.fail(.tooDeep, at: start) }
    let element = slots + slot.pointee.firstChild
    var at = scanner.skipSpace(start + 1)
    if at.pointee == UInt8(ascii: "]") {
      at += 1
    } else {
      while true {
        guard let end = value(at, element, depth: depth &+ 1) else { return nil }
        at = scanner.skipSpace(end)
        if at.pointee == UInt8(ascii: ",") {
          at = scanner.skipSpace(at + 1)
        } else if at.pointee == UInt8(ascii: "]") {
          at += 1
          break
        } else {
          return scanner.fail(.expectedCommaOrBracket, at: at)
        }
      }
    }
    closeList(slot, element)
    return at
  }

  /// Counts a list whose elements are all there.
  func closeList(_ slot: SlotPointer, _ element: SlotPointer) {
    let row = slot.pointee.count
    if row == slot.pointee.capacity { slot.pointee.grow() }
    slot.pointee.offsets[row &+ 1] = UInt32(truncatingIfNeeded: element.pointee.count)
    slot.pointee.count = row &+ 1
  }

  mutating func map(_ start: BytePointer, _ slot: SlotPointer, depth: Int)
    -> BytePointer?
  {
    if depth >= scanner.depthMax { return scanner.fail(.tooDeep, at: start) }
    let entry = slots + slot.pointee.firstChild
    let key = slots + entry.pointee.firstChild
    var names: Set<String> = []
    var at = scanner.skipSpace(start + 1)
    if at.pointee == UInt8(ascii: "}") {
      closeList(slot, entry)
      return at + 1
    }
    while true {
      if at.pointee != UInt8(ascii: "\"") { return scanner.fail(.expectedKey, at: at) }
      guard let after = scanner.skipString(at + 1) else { return nil }
      if !names.insert(scanner.keyName(at + 1, after: after)).inserted {
        return scanner.fail(.duplicateMapKey, at: at)
      }
      guard string(at, key) != nil, let value = scanner.skipColon(after),
        let end = self.value(value, key + 1, depth: depth + 1)
      else { return nil }
      if entry.pointee.count == entry.pointee.capacity { entry.pointee.grow() }
      entry.pointee.count += 1
      at = scanner.skipSpace(end)
      if at.pointee == UInt8(ascii: "}") {
        closeList(slot, entry)
        return at + 1
      }
      if at.pointee != UInt8(ascii: ",") { return scanner.fail(.expectedCommaOrBrace, at: at) }
      at = scanner.skipSpace(at + 1)
    }
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
