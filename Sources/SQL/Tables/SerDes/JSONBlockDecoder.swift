import ColumnFormat
import RowFormat

/// Lines of JSON as a SerDe reads them, a block at a time.
///
/// Most lines hold one object with nothing that readers of JSON differ about: these go straight to
/// columns, as lake's own records do. Every other line is ``JSONLines``' to decide on: what is no
/// object, a value that is not of its column's type, a key that stands twice.
final class JSONBlockDecoder: BlockDecoder {
  private let fast: RecordDecoder
  private let schema: Schema
  private let lines: JSONLines

  /// A decoder, or nil where all lines have to be looked at one by one.
  ///
  /// - Parameters:
  ///   - options: Of the SerDe.
  ///   - table: All columns of the table that its files hold.
  ///   - wanted: The positions of those that are read.
  init?(_ options: JSONLines.Options, table: [Field], wanted: [Int]) {
    let fields = wanted.map { table[$0] }
    let keys = fields.map { field in
      let key = options.mappings[field.name.lowercased()] ?? field.name
      return options.isCaseInsensitive ? key.lowercased() : key
    }
    // One key may be that of several columns, which is for the slow way.
    guard Set(keys).count == keys.count,
      fields.allSatisfy({ JSONBlockDecoder.isAlike($0.type) })
    else { return nil }
    var decoding = DecodingOptions(
      nestingDepthMax: JSONValue.depthMax,
      rejectsDuplicateFields: true
    )
    decoding.keepsPlaces = true
    decoding.leavesOddValues = true
    decoding.keyMatching.isCaseSensitive = !options.isCaseInsensitive
    decoding.keyMatching.convertsDots = options.takesDots
    for field in fields {
      decoding.keyMatching.keys[field.name] = options.mappings[field.name.lowercased()]
    }
    fast = RecordDecoder(format: .ndjson, options: decoding)
    schema = Schema(fields)
    lines = JSONLines(options, table, wanted: wanted)
  }

  /// Whether values of the type are read alike where both ways read them at all.
  private static func isAlike(_ type: LogicalType) -> Bool {
    switch type {
    case .unknown, .json, .uuid, .time: false
    case .timestamp(_, let isAdjustedToUTC): !isAdjustedToUTC
    case .list(let element): isAlike(element.type)
    case .map(let key, let value): isAlike(key.type) && isAlike(value.type)
    case .row(let fields):
      Set(fields.map { $0.name.lowercased() }).count == fields.count
        && fields.allSatisfy { isAlike($0.type) }
    default: true
    }
  }

  func decode(_ block: RecordBlock) throws -> Batch {
    let decoded: DecodedBlock
    do { decoded = try fast.decode(block, fixed: schema) } catch {
      throw ScanFailure.translate(error)
    }
    let bytes = UnsafeRawBufferPointer(start: block.bytes.base, count: block.bytes.count)
    var slow = SlowRows(schema.fields.map { ScalarColumn($0.type) })
    let places = decoded.places
    // The rows in the order of their lines: those of the fast way, then those of the slow one.
    var order: [UInt32] = []
    var place = 0
    var lineNumber = block.firstRecord
    var start = 0
    while start < bytes.count {
      // A line that has its one object is the usual thing, and its end is near.
      if place < places.count, places[place].lowerBound < bytes.count,
        let end = JSONBlockDecoder.end(bytes, of: places[place], from: start)
      {
        if slow.isUsed { order.append(UInt32(place)) }
        place += 1
        start = end + 1
        lineNumber += 1
        continue
      }
      if !slow.isUsed { order = (0..<UInt32(place)).map { $0 } }
      slow.isUsed = true
      let newline = LineBlockDecoder.lineEnd(bytes, from: start) ?? bytes.count
      // Objects that share their line with something else count as not read.
      while place < places.count, places[place].lowerBound < newline { place += 1 }
      let line = UnsafeRawBufferPointer(rebasing: bytes[start..<newline])
      try LineBlockDecoder.naming(block, line: lineNumber) {
        try lines.decode(JSONBlockDecoder.withoutReturn(line), into: slow.columns)
      }
      order.append(UInt32(places.count + slow.rowCount))
      slow.rowCount += 1
      start = newline + 1
      lineNumber += 1
    }
    return withExtendedLifetime(block) {
      if !slow.isUsed { return decoded.batch }
      let both = Batch.concatenate([
        decoded.batch,
        Batch(columns: slow.columns.map { $0.finish() }, rowCount: slow.rowCount),
      ])
      return both.taking(Buffer(order))
    }
  }

  private struct SlowRows {
    let columns: [ScalarColumn]
    var rowCount = 0
    var isUsed = false

    init(_ columns: [ScalarColumn]) { self.columns = columns }
  }

  /// Where the line that begins at `start` ends, if it is `object` and white space; else nil.
  private static func end(
    _ bytes: UnsafeRawBufferPointer,
    of object: Range<Int>,
    from start: Int
  ) -> Int? {
    var index = start
    while index < object.lowerBound {
      if bytes[index] == 0x0A || bytes[index] > 0x20 { return nil }
      index += 1
    }
    index = object.upperBound
    while index < bytes.count {
      if bytes[index] == 0x0A { return index }
      if bytes[index] > 0x20 { return nil }
      index += 1
    }
    return index
  }

  private static func withoutReturn(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    line.last == 0x0D ? UnsafeRawBufferPointer(rebasing: line.dropLast()) : line
  }
}
