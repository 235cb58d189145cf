import ColumnFormat
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// One thread's share of a delivery: write what is due, or take a block, decode it, sort its rows by
/// partition and hand them on when it is this block's turn.
struct DeliveryWorker {
  let settings: DeliverySettings
  let source: BlockSource
  let buffers: DeliveryBuffers

  /// Decodes blocks until there are none, writing first what is due.
  func run(_ progress: (DeliveryProgress) -> Void) {
    while true {
      if let job = buffers.nextJob() {
        buffers.write(job)
        continue
      }
      guard !buffers.isStopped, !settings.isInterrupted(), let numbered = source.next() else {
        break
      }
      do throws(RowFormatError) {
        buffers.append(try sorted(numbered), of: numbered)
      } catch {
        buffers.skip(numbered.number, error)
      }
      buffers.report(byteCountRead: source.byteCountRead, progress)
    }
    buffers.endReading()
  }

  /// Commits in time while the others wait for an input that pauses.
  func watchClock() {
    while buffers.isReading {
      usleep(50_000)
      buffers.tick()
      while let job = buffers.nextJob() { buffers.write(job) }
      buffers.commitReady()
    }
  }

  /// Filters, decodes and sorts a block's records.
  private func sorted(_ numbered: BlockSource.Numbered) throws(RowFormatError) -> SortedRows {
    let staged = RecordStage(settings: settings).apply(numbered)
    let input = staged?.numbered ?? numbered
    let decoder = RecordDecoder(format: input.format, options: settings.neededDecoding)
    let decoded = try decoder.decode(input.block, evolving: buffers.schema)
    var sorted = sort(decoded, of: input, staged)
    sorted.inputByteCount = numbered.block.bytes.count
    if let staged {
      sorted.staged = staged
      sorted.filteredCount += staged.leftOutCount
      sorted.failed = staged.failed + sorted.failed.map { staged.original($0, of: numbered.block) }
      sorted.decoded.rejected =
        numbered.block.rejected
        + sorted.decoded.rejected.map { staged.original($0, of: numbered.block) }
    }
    return sorted
  }

  /// Finds each row's partition.
  private func sort(
    _ decoded: DecodedBlock,
    of numbered: BlockSource.Numbered,
    _ staged: RecordStage.Staged?
  ) -> SortedRows {
    var sorted = SortedRows(
      decoded: decoded,
      inputByteCount: numbered.block.bytes.count,
      parts: [],
      failed: [],
      untimedCount: 0,
      outsideCount: 0
    )
    let count = decoded.batch.rowCount
    // As with Firehose, a prefix takes the arrival of the oldest record where records have no time.
    let isByArrival =
      settings.prefix != nil && settings.timeField == nil && numbered.format != .dynamodb
    let unit = settings.partitionUnit
    let isTimeless = (unit == .none || isByArrival) && settings.windowMillis == nil
    let untimed = isByArrival ? PartitionTime.arrival : PartitionTime(seconds: 0)
    let keys = rowKeys(numbered, staged, &sorted)
    let removed = removals(decoded, numbered.format)
    if isTimeless && keys == nil && removed == nil || count == 0 {
      let all = Buffer<UInt32>(count: count)
      for row in 0..<count { all.base[row] = UInt32(truncatingIfNeeded: row) }
      sorted.parts = count == 0 ? [] : [(PartitionKey(time: untimed), all)]
      return sorted
    }
    let times = isTimeless ? nil : RecordTimes(decoded, settings: settings, format: numbered.format)
    sorted.untimedCount = times?.untimedCount ?? 0
    var parts: [PartitionKey: BufferBuilder<UInt32>] = [:]
    if let times, keys == nil, removed == nil, !isByArrival {
      sorted.outsideCount = sort(times, unit, into: &parts)
    } else {
      for row in 0..<count {
        if let window = settings.windowMillis, let times, !window.contains(times.millis[row]) {
          sorted.outsideCount += 1
          continue
        }
        if let removed, removed[row] {
          sorted.filteredCount += 1
          continue
        }
        guard let values = keys.map({ $0[row] }) ?? [] else { continue }
        var time = untimed
        if let times, !isByArrival {
          time = PartitionTime(millis: settings.zone.local(millis: times.millis[row]), unit)
        }
        parts[PartitionKey(time: time, values: values), default: BufferBuilder(capacity: 64)]
          .append(UInt32(truncatingIfNeeded: row))
      }
    }
    sorted.parts = parts.map { ($0.key, $0.value.finish()) }.sorted { $0.0 < $1.0 }
    return sorted
  }

  /// Finds partitions by time alone, run by run, and returns how many rows lie outside the window.
  private func sort(
    _ times: RecordTimes,
    _ unit: TimeUnit,
    into parts: inout [PartitionKey: BufferBuilder<UInt32>]
  ) -> Int {
    let count = times.millis.count
    let zone = settings.zone
    var outsideCount = 0
    var start = 0
    while start < count {
      let time = PartitionTime(millis: zone.local(millis: times.millis[start]), unit)
      var end = start + 1
      if let window = settings.windowMillis, !window.contains(times.millis[start]) {
        outsideCount += 1
        start = end
        continue
      }
      while end < count,
        times.millis[end] == times.millis[start]
          || settings.windowMillis?.contains(times.millis[end]) ?? true
            && PartitionTime(millis: zone.local(millis: times.millis[end]), unit) == time
      {
        end += 1
      }
      for row in start..<end {
        parts[PartitionKey(time: time), default: BufferBuilder(capacity: end - start)].append(
          UInt32(truncatingIfNeeded: row)
        )
      }
      start = end
    }
    return outsideCount
  }

  /// Which rows are removals that are to be left out; nil where none are.
  private func removals(_ decoded: DecodedBlock, _ format: RecordFormat) -> [Bool]? {
    guard settings.leavesOutRemoved, format == .dynamodb,
      let index = decoded.schema.index(of: "event_name")
    else { return nil }
    let column = decoded.batch.columns[index]
    return (0..<column.count).map { row in
      guard column.isValid(row), case .bytes(let name) = column.scalar(at: row) else {
        return false
      }
      return name.elementsEqual("REMOVE".utf8)
    }
  }

  /// The values of the prefix's keys for each row; nil for a row that gives none and is rejected.
  private func rowKeys(
    _ numbered: BlockSource.Numbered,
    _ staged: RecordStage.Staged?,
    _ sorted: inout SortedRows
  ) -> [[String]?]? {
    guard let prefix = settings.prefix, !prefix.keys.isEmpty else { return nil }
    let now = settings.nowMillis()
    var keys: [[String]?] = []
    for (row, place) in sorted.decoded.places.enumerated() {
      let number = sorted.decoded.recordNumbers?[row] ?? numbered.block.firstRecord + row
      let given = staged.map { $0.keys.indices.contains(number) ? $0.keys[number] : [:] } ?? [:]
      do throws(QueryFault) {
        keys.append(try values(prefix.keys, numbered, place, given: given, nowMillis: now))
      } catch {
        keys.append(nil)
        sorted.failed.append(
          sorted.record(row, of: numbered.block, .invalidPartitionKey, error.sentence)
        )
      }
    }
    return keys
  }

  /// The values of the prefix's keys for one record, from the query and from the transform.
  private func values(
    _ keys: [PathTemplate.Key],
    _ numbered: BlockSource.Numbered,
    _ place: Range<Int>,
    given: [String: String],
    nowMillis: Int64
  ) throws(QueryFault) -> [String] {
    var queried: [String] = []
    if let query = settings.partitionQuery {
      guard
        let record = RecordValue.parse(
          UnsafeBufferPointer(rebasing: numbered.block.bytes.values[place]),
          format: numbered.format,
          columnNames: numbered.block.columnNames
        )
      else { throw QueryFault(sentence: "the record cannot be read as JSON") }
      let names = keys.filter { $0.source == .query }.map(\.name)
      queried = try query.values(of: names, record, nowMillis: nowMillis)
    }
    var next = queried[...]
    return try keys.map { key throws(QueryFault) in
      if key.source == .query { return next.popFirst() ?? "" }
      guard let value = given[key.name], !value.isEmpty else {
        throw QueryFault(sentence: "the transform gives no partition key '\(key.name)'")
      }
      return value
    }
  }
}

/// The rows of a block with the partition of each.
struct SortedRows {
  var decoded: DecodedBlock
  var inputByteCount: Int
  var parts: [(key: PartitionKey, rows: Buffer<UInt32>)]
  /// Rows that are in no part because they are rejected.
  var failed: [RejectedRecord]
  var untimedCount: Int
  /// Rows that are in no part because their time is not in the window.
  var outsideCount: Int
  /// Records that were left out before, and rows that are in no part because they are removals.
  var filteredCount = 0
  /// How the decoded block was made of the one that was read, if it was.
  var staged: RecordStage.Staged?

  /// The record of a row as a rejected one; needs ``DecodedBlock/places``.
  func record(_ row: Int, of block: RecordBlock, _ cause: RejectCause, _ message: String)
    -> RejectedRecord
  {
    let place = decoded.places[row]
    let input = staged?.numbered.block ?? block
    let record = RejectedRecord(
      cause: cause,
      message: message,
      bytes: Array(input.bytes.values[place]),
      recordNumber: decoded.recordNumbers?[row] ?? input.firstRecord + row,
      byteOffset: input.byteOffset + place.lowerBound,
      path: input.path
    )
    return staged.map { $0.original(record, of: block) } ?? record
  }
}

/// By which time each row of a block is filed: its time field, else the time its envelope gives, else
/// the clock.
struct RecordTimes {
  var millis: Buffer<Int64>
  var untimedCount: Int

  init(_ decoded: DecodedBlock, settings: DeliverySettings, format: RecordFormat) {
    let count = decoded.batch.rowCount
    var result = Buffer<Int64>(count: count)
    var isSet = [Bool](repeating: false, count: count)
    var untimed = count
    var fields: [String] = settings.timeField.map { [$0] } ?? []
    // A stream record says itself when the change happened.
    if format == .dynamodb { fields.append("event_time") }
    for field in fields where untimed > 0 {
      guard let (column, type) = RecordTimes.find(field, decoded),
        let (values, validity) = EventTime.millis(of: column, type: type)
      else { continue }
      if untimed == count && validity == nil {
        result = values
        untimed = 0
        break
      }
      for row in 0..<count where !isSet[row] && validity?.isValid(row) ?? true {
        result.base[row] = values.base[row]
        isSet[row] = true
        untimed -= 1
      }
    }
    if untimed > 0 {
      let now = settings.nowMillis()
      for row in 0..<count where !isSet[row] { result.base[row] = now }
    }
    millis = result
    // Without a time field arrival is what was asked for.
    untimedCount = settings.timeField == nil ? 0 : untimed
  }

  /// The column of a dotted path.
  private static func find(_ path: String, _ decoded: DecodedBlock) -> (Column, LogicalType)? {
    if let index = decoded.schema.index(of: path) {
      return (decoded.batch.columns[index], decoded.schema.fields[index].type)
    }
    var parts = path.split(separator: ".").map(String.init)
    guard parts.count > 1, let first = decoded.schema.index(of: parts.removeFirst()) else {
      return nil
    }
    var column = decoded.batch.columns[first].flattened()
    var type = decoded.schema.fields[first].type
    for part in parts {
      guard case .row(let fields) = type, let index = Schema(fields).index(of: part),
        case .row(let columns) = column.flatValues
      else { return nil }
      let member = columns[index].flattened()
      column = Column(
        flat: member.flatValues,
        count: member.count,
        validity: Validity.intersection(column.validity, member.validity)
      )
      type = fields[index].type
    }
    return (column, type)
  }
}
