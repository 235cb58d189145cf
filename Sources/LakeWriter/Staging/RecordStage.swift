import ColumnFormat
import RowFormat

/// What happens to records before they are decoded: those that no pattern matches are left out, a
/// template and a command give the others another form.
///
/// Records that are not what their format says go on as they are, and are rejected where they are
/// decoded.
struct RecordStage {
  let settings: DeliverySettings

  /// A block after the stage, and where its records come from.
  struct Staged {
    var numbered: BlockSource.Numbered
    /// The place of each record's original in the block before.
    var origins: [RecordPlaces.Place] = []
    /// The keys that the transform gave to each record.
    var keys: [[String: String]] = []
    var failed: [RejectedRecord] = []
    var leftOutCount = 0
  }

  /// A record on its way through the stage.
  private struct Record {
    var place: RecordPlaces.Place
    var bytes: [UInt8]
  }

  /// Applies the stage; nil where the settings ask for none.
  func apply(_ numbered: BlockSource.Numbered) -> Staged? {
    if settings.filter == nil && settings.template == nil && settings.transform == nil {
      return nil
    }
    var staged = Staged(numbered: numbered)
    var records: [Record] = []
    let block = numbered.block
    let places = RecordPlaces.all(
      of: block,
      format: numbered.format,
      nestingDepthMax: settings.decoding.nestingDepthMax
    )
    let now = settings.nowMillis()
    for place in places {
      let raw = UnsafeBufferPointer(rebasing: block.bytes.values[place.bytes])
      let record = RecordValue.parse(
        raw,
        format: numbered.format,
        columnNames: block.columnNames
      )
      if let record, let filter = settings.filter, !filter.matches(record) {
        staged.leftOutCount += 1
        continue
      }
      if let template = settings.template {
        // Of a record that is no JSON there are no values.
        guard let record, let made = try? JSONValue.parse(template.text(record, nowMillis: now)),
          made.objectValue != nil
        else {
          let words =
            record == nil
            ? "the record cannot be read as JSON"
            : "the template makes no JSON object of the record"
          staged.failed.append(RecordStage.rejected(place, of: block, words))
          continue
        }
        records.append(Record(place: place, bytes: Array(made.compactText.utf8)))
      } else {
        records.append(Record(place: place, bytes: Array(raw)))
      }
    }
    var bytes: [UInt8] = []
    if let transform = settings.transform {
      bytes = apply(transform, records, of: block, &staged)
    } else {
      for record in records {
        bytes += record.bytes
        bytes.append(0x0A)
        staged.origins.append(record.place)
      }
    }
    let isMadeAnew = settings.template != nil || settings.transform != nil
    if isMadeAnew { staged.numbered.format = .ndjson }
    staged.numbered.block = RecordBlock(
      path: block.path,
      records: bytes,
      columnNames: isMadeAnew ? nil : block.columnNames
    )
    return staged
  }

  /// Gives records to the command, batch by batch, and returns what it made of them.
  private func apply(
    _ transform: TransformCommand,
    _ records: [Record],
    of block: RecordBlock,
    _ staged: inout Staged
  ) -> [UInt8] {
    var output: [UInt8] = []
    var rest = records[...]
    while !rest.isEmpty {
      var count = 0
      var byteCount = 0
      while count < min(rest.count, TransformCommand.recordCountMax),
        count == 0 || byteCount < TransformCommand.byteCountMax
      {
        byteCount += rest[rest.startIndex + count].bytes.count
        count += 1
      }
      let batch = rest.prefix(count)
      rest = rest.dropFirst(count)
      let results: [TransformCommand.Result]
      do throws(TransformCommand.Fault) {
        results = try transform.run(
          batch.map(\.bytes),
          stream: settings.streamName,
          nowMillis: settings.nowMillis()
        )
      } catch {
        results = batch.map { _ in .failed(error) }
      }
      for (record, result) in zip(batch, results) {
        switch result {
        case .dropped: staged.leftOutCount += 1
        case .failed(let fault):
          var rejected = RecordStage.rejected(record.place, of: block, fault.words)
          rejected.errorCode = fault.code
          rejected.attemptCount = fault.attemptCount
          staged.failed.append(rejected)
        case .delivered(let bytes, let keys):
          for line in RecordLines.split(bytes) {
            output += line
            staged.origins.append(record.place)
            staged.keys.append(keys)
          }
        }
      }
    }
    return output
  }

  private static func rejected(_ place: RecordPlaces.Place, of block: RecordBlock, _ words: String)
    -> RejectedRecord
  {
    RejectedRecord(
      cause: .processingFailed,
      message: words,
      bytes: Array(block.bytes.values[place.bytes]),
      recordNumber: block.firstRecord + place.number,
      byteOffset: block.byteOffset + place.bytes.lowerBound,
      path: block.path
    )
  }
}

extension RecordStage.Staged {
  /// The record that became the record of this number, as it was read.
  func original(_ rejected: RejectedRecord, of block: RecordBlock) -> RejectedRecord {
    guard origins.indices.contains(rejected.recordNumber) else { return rejected }
    let place = origins[rejected.recordNumber]
    var record = rejected
    record.bytes = Array(block.bytes.values[place.bytes])
    record.recordNumber = block.firstRecord + place.number
    record.byteOffset = block.byteOffset + place.bytes.lowerBound
    return record
  }
}
