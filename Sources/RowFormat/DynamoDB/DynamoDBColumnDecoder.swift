import ColumnFormat

/// Decodes DynamoDB's stream records and items straight into column slots.
struct DynamoDBColumnDecoder: RecordParsing, DynamoDBRecordParsing {
  private var decoder: JSONColumnDecoder
  let keys = DynamoDBKeys()
  private let slots: SlotPointer
  private let metadata: [SlotPointer?]
  private var filled = 0

  init(
    _ tree: ColumnTree,
    _ block: RecordBlock,
    _ schema: Schema,
    options: DecodingOptions,
    isEvolving: Bool,
    stopsAtMisfit: Bool
  ) {
    let slots = tree.slots
    let columns = DynamoDBColumns(schema, isProjected: !isEvolving)
    metadata = columns.positions.map { position in
      position.map { slots + slots.pointee.firstChild + $0 }
    }
    tree.hideFields(columns.positions.compactMap { $0 }, aliases: columns.renamed)
    decoder = JSONColumnDecoder(
      tree,
      block,
      options: options,
      isEvolving: isEvolving,
      stopsAtMisfit: stopsAtMisfit,
      isTagged: true
    )
    self.slots = slots
  }

  var scanner: JSONScanner {
    get { decoder.scanner }
    _modify { yield &decoder.scanner }
  }

  mutating func record(_ start: BytePointer, line: Int) -> BytePointer? {
    guard start.pointee == UInt8(ascii: "{") else {
      return scanner.fail(JSONColumnDecoder.topLevelFault(start), at: start)
    }
    filled = 0
    switch DynamoDBRecord.read(start, scanner) {
    case .stream: return streamRecord(start)
    case .item:
      guard let end = attributes(start) else { return nil }
      decoder.closeRow(slots, filled: filled)
      return end
    case .wrapped(let item):
      guard let inner = attributes(item) else { return nil }
      let end = scanner.skipSpace(inner)
      // Beside the item only plain members may follow (`get-item` writes the consumed capacity).
      guard let whole = scanner.skipObject(start, depth: 0), end < whole else { return nil }
      decoder.closeRow(slots, filled: filled)
      return whole
    case nil:
      return scanner.skipObject(start, depth: 0) == nil
        ? nil : scanner.fail(.notADynamoDBRecord, at: start)
    }
  }

  mutating func failure(_ start: BytePointer) -> RecordFailure { decoder.failure(start) }

  mutating func attributes(_ start: BytePointer) -> BytePointer? {
    decoder.fields(start, slots, depth: 1, filled: &filled)
  }

  private mutating func streamRecord(_ start: BytePointer) -> BytePointer? {
    // Without metadata columns a stream record goes beyond what is known.
    if metadata[0] == nil && decoder.stopsAtMisfit { return decoder.fail(misfit: slots, at: start) }
    guard let parts = envelope(start) else { return nil }
    guard text(parts.eventName, 0), time(parts.time), text(parts.sequenceNumber, 2),
      text(parts.eventID, 3)
    else { return nil }
    decoder.closeRow(slots, filled: filled)
    return parts.end
  }

  private mutating func text(_ value: BytePointer?, _ column: Int) -> Bool {
    guard let slot = metadata[column], let value else { return true }
    filled += 1
    return decoder.plainValue(value, slot, depth: 1) != nil
  }

  private mutating func time(_ value: BytePointer?) -> Bool {
    guard let slot = metadata[1], let value else { return true }
    filled += 1
    if slot.pointee.kind == .timestamp, let number = NumberText.scan(value) {
      guard let units = DynamoDBTime.units(number, digits: slot.pointee.scale) else {
        return decoder.fail(misfit: slot, at: value) != nil
      }
      slot.append(units)
      return true
    }
    return decoder.plainValue(value, slot, depth: 1) != nil
  }
}

/// The creation time of a change.
enum DynamoDBTime {
  /// Units of 10^-`digits` seconds since 1970; finer digits are cut.
  ///
  /// DynamoDB's own streams write seconds, Kinesis data streams milliseconds or microseconds; the
  /// three lie so far apart that the size tells which.
  static func units(_ number: NumberText, digits: Int) -> Int64? {
    let secondDigits = number.integerDigitCount
    let unit = secondDigits <= 11 ? 0 : secondDigits <= 14 ? 3 : 6
    guard
      let nanos = number.int128(scale: 9 - unit)
        ?? number.double.map({ seconds in
          Int128((seconds * PowersOfTen.double(9 - unit)).rounded(.down))
        })
    else { return nil }
    let divisor = Int128(PowersOfTen.narrow(9 - digits))
    let (quotient, remainder) = nanos.quotientAndRemainder(dividingBy: divisor)
    return Int64(exactly: remainder < 0 ? quotient - 1 : quotient)
  }
}
