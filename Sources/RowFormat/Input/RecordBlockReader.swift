import CKernels
import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Reads an input as blocks of whole records, decompressing it on the way.
///
/// Where the compressed data end early or are damaged, every whole record before that place is
/// delivered first; the call after that throws. One consumer thread.
public final class RecordBlockReader {
  /// The longest record that gets into a block, unless told otherwise; longer ones are rejected.
  public static let recordByteCountMax = 64 << 20
  /// How much of an input is looked at to tell its format and its header.
  static let sampleByteCount = 1 << 20

  /// The input as the user named it; `-` is standard input.
  public let path: String
  /// How the records are written: as told, or as found out.
  public let format: RecordFormat
  /// The names of a CSV input's columns.
  ///
  /// They are its header's, or `col0`, `col1`, …
  public let columnNames: [String]?
  /// How the input is compressed.
  public var compression: InputCompression { input.compression }
  /// How many bytes of the file were read, compressed as they are.
  public var byteCountRead: Int { input.file.byteCountRead }
  /// The size of the file; nil for a pipe.
  public var byteCount: Int? { input.file.byteCount }

  private let input: DecompressedInput
  private let blockByteCount: Int
  private let recordByteCountMax: Int
  private let keptByteCountMax: Int
  /// Bytes that were read but are in no block yet.
  private var carry: Buffer<UInt8>
  private var failure: RowFormatError?
  private var isAtEnd = false
  private var recordNumber = 0
  private var byteOffset = 0
  /// How many parts of a record over the limit were handed on, whose rest comes next.
  private var part = 0
  /// Where the next block starts.
  package var position: InputPosition {
    InputPosition(byteOffset: byteOffset, recordNumber: recordNumber, part: part)
  }

  /// Opens an input.
  ///
  /// - Parameters:
  ///   - path: A file, or `-` for standard input.
  ///   - format: How the records are written; nil finds it out from the first MiB.
  ///   - blockByteCount: The usual size of a block.
  ///   - recordByteCountMax: The size of the longest record that is delivered.
  /// - Throws: When the input cannot be opened, or its format not be told.
  public convenience init(
    path: String,
    format: RecordFormat?,
    blockByteCount: Int = 4 << 20,
    recordByteCountMax: Int = RecordBlockReader.recordByteCountMax
  ) throws(RowFormatError) {
    try self.init(
      InputFile(path: path),
      format: format,
      blockByteCount: blockByteCount,
      recordByteCountMax: recordByteCountMax
    )
  }

  /// Reads an input from its start, or goes on where an earlier reader of it stopped.
  ///
  /// - Parameters:
  ///   - raw: The stored bytes, from the first one.
  ///   - format: How the records are written; nil finds it out.
  ///   - envelope: What the records are wrapped in; positions count what is within.
  ///   - start: The ``RecordBlock/end`` of the last block that is not wanted any more.
  ///   - blockByteCount: The usual size of a block.
  ///   - recordByteCountMax: The size of the longest record that is delivered.
  ///   - keptByteCountMax: The size of the parts in which longer ones are kept.
  /// - Throws: When the input cannot be read, ends before `start`, or its format not be told.
  package init(
    _ raw: any RawInput,
    format: RecordFormat?,
    envelope: InputEnvelope? = nil,
    start: InputPosition = InputPosition(),
    blockByteCount: Int = 4 << 20,
    recordByteCountMax: Int = RecordBlockReader.recordByteCountMax,
    keptByteCountMax: Int = RejectedRecord.byteCountMax
  ) throws(RowFormatError) {
    self.keptByteCountMax = keptByteCountMax
    path = raw.path
    self.blockByteCount = max(blockByteCount, 1)
    self.recordByteCountMax = max(recordByteCountMax, 1)
    let input = try DecompressedInput(raw, envelope: envelope)
    self.input = input
    var needsSample = format == nil
    if case .csv = format { needsSample = true }
    let wanted = needsSample ? RecordBlockReader.sampleByteCount : 4096
    let sample = InputSample(input, byteCount: wanted)
    (failure, isAtEnd) = (sample.failure, sample.isAtEnd)
    if sample.bytes.count == 0, let failure = sample.failure { throw failure }
    let hasByteOrderMark =
      sample.bytes.count >= 3 && sample.bytes[0] == 0xEF && sample.bytes[1] == 0xBB
      && sample.bytes[2] == 0xBF
    byteOffset = hasByteOrderMark ? 3 : 0
    carry = sample.bytes.slice(byteOffset..<sample.bytes.count)
    let found: RecordFormat
    if let format {
      found = format
    } else {
      found = try FormatDetection.detect(carry, isWhole: sample.isAtEnd, path: path)
    }
    self.format = found
    if case .csv(let layout) = found {
      let header = try CSVHeader(carry, isWhole: sample.isAtEnd, layout: layout, path: path)
      columnNames = header.names
      carry = carry.slice(header.byteCount..<carry.count)
      byteOffset += header.byteCount
    } else {
      columnNames = nil
    }
    if start.byteOffset <= byteOffset { return }
    recordNumber = start.recordNumber
    part = start.part
    let skipped = min(start.byteOffset - byteOffset, carry.count)
    carry = carry.slice(skipped..<carry.count)
    byteOffset = start.byteOffset
    if carry.count > 0 || input.byteCountRead == start.byteOffset { return }
    if let failure { throw failure }
    try input.skip(to: start.byteOffset)
    isAtEnd = false
  }

  /// The next block, or nil at the end of the input.
  public func next() throws(RowFormatError) -> RecordBlock? {
    let block = try nextBlock()
    try input.file.secure()
    return block
  }

  private func nextBlock() throws(RowFormatError) -> RecordBlock? {
    var rejected: [RejectedRecord] = []
    while true {
      if part > 0 {
        rejected += oversize()
        if part > 0, let failure, rejected.isEmpty { throw failure }
        return partBlock(rejected)
      }
      var filling = Filling(capacity: blockByteCount, splitter: RecordSplitter(format))
      fill(&filling)
      if isAtEnd && carry.count == 0 {
        if filling.filled == 0 && rejected.isEmpty { return nil }
        return block(filling, end: filling.filled, rejected)
      }
      if filling.splitter.end > 0 { return block(filling, end: filling.splitter.end, rejected) }
      if let failure {
        if !rejected.isEmpty { return block(filling, end: 0, rejected) }
        throw failure
      }
      rejected += skipRecord(filling)
      if part > 0 { return partBlock(rejected) }
    }
  }

  /// A block of nothing but parts of a record over the limit.
  private func partBlock(_ rejected: [RejectedRecord]) -> RecordBlock {
    var block = RecordBlock(
      path: path,
      padded: Buffer<UInt8>(repeating: 0, count: RecordBlock.padding).slice(0..<0),
      firstRecord: recordNumber,
      recordCount: 0,
      byteOffset: byteOffset,
      columnNames: columnNames,
      rejected: rejected,
      part: part
    )
    block.sequencePlaces = input.takeSequencePlaces(before: byteOffset)
    return block
  }

  /// A block under construction.
  private struct Filling {
    var memory: Buffer<UInt8>
    var capacity: Int
    var filled = 0
    var splitter: RecordSplitter
    var patience = Patience()

    init(capacity: Int, splitter: RecordSplitter) {
      self.capacity = capacity
      self.splitter = splitter
      memory = Buffer(count: capacity + RecordBlock.padding)
    }

    mutating func scan(isFinal: Bool) {
      (memory.base + filled).update(repeating: 0, count: RecordBlock.padding)
      splitter.scan(memory.base, count: filled, isFinal: isFinal)
    }

    mutating func grow(to capacity: Int) {
      let larger = Buffer<UInt8>(count: capacity + RecordBlock.padding)
      larger.base.update(from: memory.base, count: filled)
      memory = larger
      self.capacity = capacity
    }
  }

  /// Fills a block until it holds a whole record, growing it for a long one up to the limit.
  private func fill(_ filling: inout Filling) {
    while true {
      let isPaused = fillOnce(&filling)
      filling.scan(isFinal: isAtEnd && carry.count == 0)
      if filling.splitter.end > 0 || (isAtEnd && carry.count == 0)
        || failure != nil && carry.count == 0
      {
        return
      }
      if isPaused { continue }
      if case .csv = format {
      } else {
        filling.splitter.scanGluedObjects(filling.memory.base, count: filling.filled)
        if filling.splitter.end > 0 { return }
      }
      // A record of just the limit comes with its line end.
      let wanted = recordByteCountMax + 2
      if filling.capacity >= wanted { return }
      filling.grow(to: min(filling.capacity * 2, wanted))
    }
  }

  /// Reads until the block is full, the input ends or fails, or a pipe pauses (true).
  private func fillOnce(_ filling: inout Filling) -> Bool {
    while filling.filled < filling.capacity {
      let room = filling.capacity - filling.filled
      let target = filling.memory.base + filling.filled
      if carry.count > 0 {
        let count = min(room, carry.count)
        target.update(from: carry.base, count: count)
        carry = carry.slice(count..<carry.count)
        filling.filled += count
        continue
      }
      if isAtEnd || failure != nil { return false }
      if filling.filled > 0
        && (!input.isReady(withinMilliseconds: 100)
          || byteCount == nil && filling.patience.isOver())
      {
        filling.scan(isFinal: false)
        if filling.splitter.end > 0 { return true }
      }
      do throws(RowFormatError) {
        let count = try input.read(
          into: UnsafeMutableRawBufferPointer(start: target, count: room)
        )
        if count == 0 { isAtEnd = true }
        filling.filled += count
      } catch { failure = error }
    }
    return false
  }

  /// Cuts the block at `end` and keeps the bytes after it for the next one.
  private func block(_ filling: Filling, end: Int, _ rejected: [RejectedRecord]) -> RecordBlock {
    keep(filling, from: end)
    (filling.memory.base + end).update(repeating: 0, count: RecordBlock.padding)
    let rejected = rejected + refused(within: filling.memory.slice(0..<end))
    var block = RecordBlock(
      path: path,
      padded: filling.memory.slice(0..<end),
      firstRecord: recordNumber,
      recordCount: filling.splitter.recordCount,
      byteOffset: byteOffset,
      columnNames: columnNames,
      rejected: rejected
    )
    recordNumber += filling.splitter.recordCount
    byteOffset += end
    block.sequencePlaces = input.takeSequencePlaces(before: byteOffset)
    return block
  }

  /// What was refused while unwrapping, where the records of the next block stand.
  private func refused(within records: Buffer<UInt8>) -> [RejectedRecord] {
    input.takeRefused(before: byteOffset + records.count).compactMap { piece in
      // What lies behind was told when the block there was read.
      if piece.byteOffset < byteOffset { return nil }
      let before = lake_count_equal(
        records.base,
        Int64(piece.byteOffset - byteOffset),
        UInt8(ascii: "\n")
      )
      var record = RejectedRecord(
        cause: piece.cause,
        message: piece.message,
        bytes: piece.bytes,
        recordNumber: recordNumber + Int(before),
        byteOffset: piece.byteOffset,
        path: path
      )
      record.errorCode = piece.errorCode
      record.isRecord = piece.isRecord
      return record
    }
  }

  private func keep(_ filling: Filling, from end: Int) {
    let rest = filling.filled - end
    if rest == 0 { return }
    let joined = Buffer<UInt8>(count: rest + carry.count)
    joined.base.update(from: filling.memory.base + end, count: rest)
    (joined.base + rest).update(from: carry.base, count: carry.count)
    carry = joined
  }

  /// Leaves out a record that is over the limit, up to its line end, or its first part.
  ///
  /// In CSV a quote that is never closed makes the whole rest of a file one record; there too the
  /// next line starts afresh.
  private func skipRecord(_ filling: Filling) -> [RejectedRecord] {
    guard let end = newline(in: filling.memory.slice(0..<filling.filled)) else {
      keep(filling, from: 0)
      return oversize()
    }
    let record = RejectedRecord(
      cause: .malformedCSV,
      message: "a quoted field is not closed within \(recordByteCountMax) bytes",
      bytes: Array(filling.memory.values.prefix(end)),
      recordNumber: recordNumber,
      byteOffset: byteOffset,
      path: path
    )
    recordNumber += 1
    keep(filling, from: end + 1)
    byteOffset += end + 1
    return [record]
  }

  /// Takes the bytes of a record over the limit up to its line end, or one part of them; the
  /// record goes on where `part` is not zero afterwards.
  private func oversize() -> [RejectedRecord] {
    var record = RejectedRecord(
      cause: .tooLarge,
      message: RecordWords.tooLarge(recordByteCountMax),
      bytes: [],
      recordNumber: recordNumber,
      byteOffset: byteOffset,
      path: path
    )
    record.part = part
    while record.bytes.count < keptByteCountMax {
      if carry.count == 0 && !isAtEnd && failure == nil { carry = readChunk() }
      if carry.count == 0 {
        // After damage the rest of the record may still come, when the input is mended.
        if failure != nil { break }
        return endRecord(&record)
      }
      let room = keptByteCountMax - record.bytes.count
      let window = carry.slice(0..<min(room, carry.count))
      let end = newline(in: window)
      let taken = end ?? window.count
      record.bytes += window.values.prefix(taken)
      let used = taken + (end == nil ? 0 : 1)
      carry = carry.slice(used..<carry.count)
      byteOffset += used
      if end != nil { return endRecord(&record) }
    }
    if record.bytes.isEmpty { return [] }
    record.hasMore = true
    part += 1
    return [record]
  }

  private func endRecord(_ record: inout RejectedRecord) -> [RejectedRecord] {
    part = 0
    recordNumber += 1
    if record.bytes.last == UInt8(ascii: "\r") { record.bytes.removeLast() }
    return record.part > 0 && record.bytes.isEmpty ? [] : [record]
  }

  private func readChunk() -> Buffer<UInt8> {
    let chunk = Buffer<UInt8>(count: 1 << 20)
    do throws(RowFormatError) {
      let count = try input.read(
        into: UnsafeMutableRawBufferPointer(start: chunk.base, count: chunk.count)
      )
      isAtEnd = count == 0
      return chunk.slice(0..<count)
    } catch {
      failure = error
      return chunk.slice(0..<0)
    }
  }

  private func newline(in bytes: Buffer<UInt8>) -> Int? {
    guard bytes.count > 0, let found = memchr(bytes.base, 0x0A, bytes.count) else { return nil }
    return UnsafeMutableRawPointer(found) - UnsafeMutableRawPointer(bytes.base)
  }
}
