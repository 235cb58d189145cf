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
  /// Where the stream's journal lies; nil in a dry run.
  let streamFolder: String?

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
      do throws(LakeWriterError) {
        buffers.append(try sorted(numbered), of: numbered)
      } catch {
        buffers.skip(numbered.number, error)
      }
      buffers.report(byteCountRead: source.byteCountRead, progress)
      tell()
    }
    buffers.endReading()
  }

  /// Commits in time while the others wait for an input that pauses.
  func watchClock() {
    while buffers.isReading {
      usleep(50_000)
      buffers.tick()
      tell()
      while let job = buffers.nextJob() { buffers.write(job) }
      buffers.commitReady()
    }
  }

  /// Lets others see what waits, once a second.
  private func tell() {
    guard let streamFolder, let progress = buffers.progress() else { return }
    progress.write(streamFolder: streamFolder)
  }

  /// Filters, decodes and sorts a block's records.
  private func sorted(_ numbered: BlockSource.Numbered) throws(LakeWriterError) -> SortedRows {
    if numbered.format == .dynamodb, buffers.lacksItemKeys,
      let keys = ItemKeys.find(
        in: numbered.block,
        nestingDepthMax: settings.decoding.nestingDepthMax
      )
    {
      buffers.keep(itemKeys: keys)
    }
    let staged = RecordStage(settings: settings).apply(numbered)
    let input = staged?.numbered ?? numbered
    let projected = try Projected(try decode(input), settings.projection, of: input.block)
    var sorted = sort(projected, of: input, staged)
    sorted.inputByteCount = numbered.inputByteCount
    // Which rows are repetitions shows only when it is the block's turn.
    if settings.deduplication == nil { sorted.copyLargeParts() }
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

  /// Turns a block's text into rows.
  private func decode(_ input: BlockSource.Numbered) throws(LakeWriterError) -> DecodedBlock {
    if let rows = input.rows { return rows }
    let known = buffers.inputSchema
    let decoded = try decode(input, evolving: known)
    guard input.format == .dynamodb, settings.declared == nil, settings.projection == nil,
      let agreed = try buffers.agreed(decoded.schema, evolving: known)
    else { return decoded }
    return try decode(input, evolving: agreed)
  }

  private func decode(
    _ input: BlockSource.Numbered,
    evolving known: Schema
  ) throws(LakeWriterError) -> DecodedBlock {
    var options = settings.neededDecoding
    options.takesOpenXForms = settings.declared != nil
    let decoder = RecordDecoder(format: input.format, options: options)
    do throws(RowFormatError) {
      if let declared = settings.declared {
        return try decoder.decode(input.block, fixed: declared.schema)
      }
      return try decoder.decode(input.block, evolving: known)
    } catch {
      throw LakeWriterError(.source("\(error)"), path: error.path)
    }
  }

  /// Finds each row's partition.
  private func sort(
    _ projected: Projected,
    of numbered: BlockSource.Numbered,
    _ staged: RecordStage.Staged?
  ) -> SortedRows {
    let decoded = projected.decoded
    var sorted = SortedRows(
      decoded: decoded,
      inputByteCount: numbered.inputByteCount,
      parts: [],
      failed: [],
      untimedCount: 0,
      outsideCount: 0
    )
    sorted.inputSchema = projected.inputSchema
    sorted.filteredCount = projected.leftOutCount
    sorted.projectedAwayCount = projected.leftOutCount + projected.failed.count
    sorted.failed = projected.failed
    if let rule = settings.deduplication {
      sorted.keys = RowKeys.hashes(
        rule.fields,
        projected.sources,
        rowCount: decoded.batch.rowCount
      )
    }
    let count = decoded.batch.rowCount
    // As with Firehose, a prefix takes the arrival of the oldest record where records have no time.
    let isByArrival =
      settings.prefix != nil && settings.timeField == nil && numbered.format != .dynamodb
    let unit = settings.partitionUnit
    let isTimeless = (unit == .none || isByArrival) && settings.windowMillis == nil
    let untimed = isByArrival ? PartitionTime.arrival : PartitionTime(seconds: 0)
    let keys = rowKeys(numbered, staged, &sorted)
    let removed = removals(projected.sources, numbered.format)
    let shards = shards(projected.sources, rowCount: count)
    if isTimeless && keys == nil && removed == nil && shards == nil || count == 0 {
      let all = Buffer<UInt32>(count: count)
      for row in 0..<count { all.base[row] = UInt32(truncatingIfNeeded: row) }
      sorted.parts = count == 0 ? [] : [PartitionRows(key: PartitionKey(time: untimed), rows: all)]
      return sorted
    }
    let times =
      isTimeless
      ? nil : RecordTimes(projected.sources, settings: settings, format: numbered.format)
    sorted.untimedCount = times?.untimedCount ?? 0
    var parts: [PartitionKey: BufferBuilder<UInt32>] = [:]
    if let times, keys == nil, removed == nil, shards == nil, !isByArrival {
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
        let key = PartitionKey(time: time, values: values, shard: shards?[row] ?? 0)
        parts[key, default: BufferBuilder(capacity: 64)].append(UInt32(truncatingIfNeeded: row))
      }
    }
    sorted.parts = parts.map { PartitionRows(key: $0.key, rows: $0.value.finish()) }
      .sorted { $0.key < $1.key }
    return sorted
  }

  /// The shard of each row; nil where all records share one lane.
  ///
  /// A record without the field is in the shard of the empty key.
  private func shards(_ sources: [DecodedBlock], rowCount: Int) -> [Int]? {
    guard let (ranges, field) = settings.sharding else { return nil }
    let none = ranges.shard(of: HashKeyRanges.hashKey(""))
    guard let (found, type) = sources.lazy.compactMap({ RecordField.find(field, $0) }).first else {
      return Array(repeating: none, count: rowCount)
    }
    let column = found.flattened()
    var known: [Scalar: Int] = [:]
    return (0..<rowCount).map { row in
      guard column.isValid(row) else { return none }
      let scalar = column.scalar(at: row)
      if let shard = known[scalar] { return shard }
      let key = String(decoding: KeyHash.canonical(scalar, type), as: UTF8.self)
      let shard = ranges.shard(of: HashKeyRanges.hashKey(key))
      known[scalar] = shard
      return shard
    }
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
      parts[PartitionKey(time: time), default: BufferBuilder(capacity: end - start)]
        .append(rows: start..<end)
      start = end
    }
    return outsideCount
  }

  /// Which rows are removals that are to be left out; nil where none are.
  private func removals(_ sources: [DecodedBlock], _ format: RecordFormat) -> [Bool]? {
    // An item may have an attribute of that name, and a projection a column.
    guard settings.leavesOutRemoved, format == .dynamodb, let decoded = sources.last,
      let index = settings.changeColumns(of: decoded.schema).eventName
    else { return nil }
    let column = decoded.batch.columns[index].flattened()
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
    let name = ObjectName(stream: settings.streamName, version: 1)
      .of(shard: settings.sharding == nil ? nil : 0)
    let nameByteCount = name.byteCount(extension: settings.fileExtension)
    // Values repeat; what their folder is called has to be looked at once.
    var known: Set<[String]> = []
    var keys: [[String]?] = []
    for (row, place) in sorted.decoded.places.enumerated() {
      let number = sorted.decoded.recordNumbers?[row] ?? numbered.block.firstRecord + row
      let given = staged.map { $0.keys.indices.contains(number) ? $0.keys[number] : [:] } ?? [:]
      do throws(QueryFault) {
        let values = try values(prefix.keys, numbered, place, given: given, nowMillis: now)
        if !known.contains(values) {
          if let words = prefix.fault(keys: values, nameByteCount: nameByteCount) {
            throw QueryFault(sentence: words)
          }
          known.insert(values)
        }
        keys.append(values)
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

extension BufferBuilder<UInt32> {
  /// Appends the numbers of rows that follow each other.
  fileprivate mutating func append(rows: Range<Int>) {
    reserve(rows.count)
    for row in rows { append(UInt32(truncatingIfNeeded: row)) }
  }
}
