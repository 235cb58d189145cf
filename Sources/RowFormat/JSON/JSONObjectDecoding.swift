import ColumnFormat

/// Taking objects into row columns, member by member.
extension JSONColumnDecoder {
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
      let value: BytePointer
      if let next = slot.pointee.members.expected(at + 1, after: previous) {
        previous = next.member
        target = next.target
        at = next.value - 1
        value = scanner.skipSpace(next.value)
      } else {
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
        guard let start = scanner.skipColon(at) else { return nil }
        value = start
      }
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
        // Most values are texts, and most columns of texts take them as they are.
        let isText =
          isPlain && field.pointee.kind == .text && value.pointee == UInt8(ascii: "\"")
        let end = isText ? text(value, field) : self.value(value, field, depth: depth &+ 1)
        guard let end else { return nil }
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
}
