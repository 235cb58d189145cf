/// The shapes in which DynamoDB's items come.
enum DynamoDBRecord {
  /// `{"eventName": …, "dynamodb": {"NewImage": …}}`: a change of an item.
  case stream
  /// `{"Item": {…}}`: an item as exports and `get-item` write it.
  case wrapped(item: BytePointer)
  /// `{"id": {"S": "x"}, …}`: an item.
  case item

  /// Tells the shape by the first member alone; nil for an object without members.
  static func read(_ start: BytePointer, _ scanner: JSONScanner) -> DynamoDBRecord? {
    var scanner = scanner
    let key = scanner.skipSpace(start + 1)
    guard key.pointee == UInt8(ascii: "\""), let end = scanner.skipString(key + 1),
      let value = scanner.skipColon(end)
    else { return nil }
    // Plain values, and objects that are no attribute values, occur in stream records only.
    if value.pointee != UInt8(ascii: "{") { return .stream }
    if DynamoDBTag.isTagged(value, depthMax: scanner.depthMax) { return .item }
    return scanner.keyName(key + 1, after: end) == "Item" ? .wrapped(item: value) : .stream
  }

  /// Whether a whole JSON record is DynamoDB's, for telling formats apart.
  static func isRecord(_ start: BytePointer, depthMax: Int) -> Bool {
    var scanner = JSONScanner(start: start, depthMax: depthMax)
    var names: Set<String> = []
    var hasOnlyTags = true
    var change: BytePointer?
    var at = scanner.skipSpace(start + 1)
    if at.pointee == UInt8(ascii: "}") { return false }
    while true {
      guard at.pointee == UInt8(ascii: "\""), let key = scanner.skipString(at + 1),
        let value = scanner.skipColon(key), let end = scanner.skipValue(value, depth: 1)
      else { return false }
      let name = scanner.keyName(at + 1, after: key)
      names.insert(name)
      let isTagged = DynamoDBTag.isTagged(value, depthMax: depthMax)
      if !isTagged { hasOnlyTags = false }
      if value.pointee == UInt8(ascii: "{") && !isTagged && (name == "dynamodb" || name == "Item") {
        change = value
      }
      at = scanner.skipSpace(end)
      if at.pointee == UInt8(ascii: "}") { break }
      if at.pointee != UInt8(ascii: ",") { return false }
      at = scanner.skipSpace(at + 1)
    }
    if hasOnlyTags { return true }
    guard let change else { return false }
    if names == ["Item"] { return isRecord(change, depthMax: depthMax) }
    return names.contains("dynamodb") && (names.contains("eventName") || names.contains("eventID"))
  }
}

/// The keys of stream records, in the order in which they come.
final class DynamoDBKeys {
  /// What a member of a stream record is for.
  enum Member: Int {
    case other
    case eventID
    case eventName
    case change
    case time
    case keys
    case image
    case sequenceNumber
  }

  fileprivate var envelope = MemberTable()
  fileprivate var change = MemberTable()

  init() {
    DynamoDBKeys.add("eventID", .eventID, to: &envelope)
    DynamoDBKeys.add("eventName", .eventName, to: &envelope)
    DynamoDBKeys.add("dynamodb", .change, to: &envelope)
    DynamoDBKeys.add("ApproximateCreationDateTime", .time, to: &change)
    DynamoDBKeys.add("Keys", .keys, to: &change)
    DynamoDBKeys.add("NewImage", .image, to: &change)
    DynamoDBKeys.add("SequenceNumber", .sequenceNumber, to: &change)
  }

  deinit {
    envelope.free()
    change.free()
  }

  private static func add(_ name: String, _ member: Member, to table: inout MemberTable) {
    var name = name
    name.withUTF8 { _ = table.add(UnsafeRawBufferPointer($0), target: member.rawValue) }
  }
}

/// The parts of a stream record, as places in the text.
struct DynamoDBEnvelope {
  var eventID: BytePointer?
  var eventName: BytePointer?
  var time: BytePointer?
  var sequenceNumber: BytePointer?
  var keys: BytePointer?
  /// Whether there was a NewImage; it was taken already.
  var hasImage = false
  /// The byte after the record.
  var end: BytePointer
}

/// Takes the records of DynamoDB apart.
protocol DynamoDBRecordParsing {
  var scanner: JSONScanner { get set }
  var keys: DynamoDBKeys { get }
  /// Takes an object of tagged values: an item, an image, or the keys.
  mutating func attributes(_ start: BytePointer) -> BytePointer?
}

extension DynamoDBRecordParsing {
  /// Takes a stream record; its image goes to ``attributes(_:)`` on the way.
  mutating func envelope(_ start: BytePointer) -> DynamoDBEnvelope? {
    var parts = DynamoDBEnvelope(end: start)
    let keys = self.keys
    guard
      let end = members(
        start,
        depth: 0,
        &keys.envelope,
        { parser, member, value in
          switch member {
          case .eventID: parts.eventID = value
          case .eventName: parts.eventName = value
          case .change where value.pointee == UInt8(ascii: "{"):
            return parser.change(value, &parts)
          default: break
          }
          return parser.scanner.skipValue(value, depth: 1)
        }
      )
    else { return nil }
    parts.end = end
    if !parts.hasImage {
      guard let place = parts.keys else {
        let fault: JSONFault =
          parts.eventName == nil && parts.eventID == nil ? .notADynamoDBRecord : .missingImage
        _ = scanner.fail(fault, at: start)
        return nil
      }
      if attributes(place) == nil { return nil }
    }
    return parts
  }

  private mutating func change(_ start: BytePointer, _ parts: inout DynamoDBEnvelope)
    -> BytePointer?
  {
    let keys = self.keys
    return members(start, depth: 1, &keys.change) { parser, member, value in
      switch member {
      case .time: parts.time = value
      case .sequenceNumber: parts.sequenceNumber = value
      case .keys where value.pointee == UInt8(ascii: "{"): parts.keys = value
      case .image where value.pointee == UInt8(ascii: "{"):
        parts.hasImage = true
        return parser.attributes(value)
      default: break
      }
      return parser.scanner.skipValue(value, depth: 2)
    }
  }

  /// Goes over the members of an object.
  @inline(__always)
  private mutating func members(
    _ start: BytePointer,
    depth: Int,
    _ table: inout MemberTable,
    _ take: (inout Self, DynamoDBKeys.Member, BytePointer) -> BytePointer?
  ) -> BytePointer? {
    if depth >= scanner.depthMax { return scanner.fail(.tooDeep, at: start) }
    var at = scanner.skipSpace(start + 1)
    if at.pointee == UInt8(ascii: "}") { return at + 1 }
    var previous = -1
    while true {
      if at.pointee != UInt8(ascii: "\"") { return scanner.fail(.expectedKey, at: at) }
      var target = 0
      let value: BytePointer
      if let next = table.expected(at + 1, after: previous) {
        previous = next.member
        target = next.target
        value = scanner.skipSpace(next.value)
      } else {
        if let member = table.find(at + 1, after: previous), let members = table.members {
          previous = member
          target = members[member].target
          at += members[member].nameCount &+ 2
        } else {
          guard let after = scanner.skipString(at + 1) else { return nil }
          if table.count < 64 {
            let raw = UnsafeRawBufferPointer(start: at + 1, count: after - at - 2)
            previous = table.add(raw, target: 0)
          }
          at = after
        }
        guard let start = scanner.skipColon(at) else { return nil }
        value = start
      }
      guard let end = take(&self, DynamoDBKeys.Member(rawValue: target) ?? .other, value) else {
        return nil
      }
      at = scanner.skipSpace(end)
      if at.pointee == UInt8(ascii: "}") { return at + 1 }
      if at.pointee != UInt8(ascii: ",") { return scanner.fail(.expectedCommaOrBrace, at: at) }
      at = scanner.skipSpace(at + 1)
    }
  }
}
