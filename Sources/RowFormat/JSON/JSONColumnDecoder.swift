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
  let rejectsDuplicates: Bool
  private let leavesOddValues: Bool
  /// Whether values are taken just as JSON has them.
  let isPlain: Bool
  let tree: ColumnTree
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

  mutating func value(_ start: BytePointer, _ slot: SlotPointer, depth: Int)
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
      if let end = appender.appendShortNumber(slot, start) { return end }
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

  /// Takes a string into a column of texts.
  @inline(__always)
  mutating func text(_ start: BytePointer, _ slot: SlotPointer) -> BytePointer? {
    let stop = scanner.stringBreak(start + 1)
    if stop.pointee != UInt8(ascii: "\"") { return escapedString(start, slot, firstBreak: stop) }
    slot.appendView(start + 1, count: stop - (start + 1))
    return stop + 1
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
