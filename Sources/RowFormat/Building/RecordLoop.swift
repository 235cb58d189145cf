import CKernels
import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// What to do about a record that gave no row.
enum RecordFailure {
  /// Stop: the block is to be read in another way.
  case stop
  /// Go on at `resume`, or on the next line where that is nil.
  case rejected(RejectCause, String, resume: BytePointer?)
}

/// Takes one record.
protocol RecordParsing {
  /// Takes the record at `start` and returns the byte after it, or nil.
  ///
  /// `line` counts the block's lines from zero.
  mutating func record(_ start: BytePointer, line: Int) -> BytePointer?
  /// Why the record at `start` gave nothing; called at once after that.
  mutating func failure(_ start: BytePointer) -> RecordFailure
}

/// Goes over the records of a block that stand in lines, one or several a line.
struct LineRecords {
  let block: RecordBlock
  /// The records that were left out.
  private(set) var rejected: [RejectedRecord]
  /// The line of each row, from the block's start.
  private(set) var lines: BufferBuilder<UInt32>
  /// Where the rows' records stand, if that is wanted.
  private(set) var places: [Range<Int>] = []
  private var isSequential = true
  private let options: DecodingOptions
  /// The end of the line that was found to be over the limit last.
  private var longLineEnd: BytePointer

  init(_ block: RecordBlock, rowCapacity: Int, options: DecodingOptions) {
    self.block = block
    self.options = options
    longLineEnd = UnsafePointer(block.bytes.base)
    rejected = block.rejected
    lines = BufferBuilder(capacity: rowCapacity)
  }

  /// The record numbers of the rows, where they are not simply one after the other.
  var recordNumbers: [Int]? {
    isSequential ? nil : lines.finish().values.map { block.firstRecord + Int($0) }
  }

  /// Gives every record to `parser`.
  ///
  /// - Returns: Whether the end was reached.
  mutating func run<Parser: RecordParsing>(_ parser: inout Parser) -> Bool {
    let start = UnsafePointer(block.bytes.base)
    let end = start + block.bytes.count
    let isValid = UTF8Checking.isValid(start, count: block.bytes.count)
    var validEnd = isValid ? end : start
    let hasLong = RecordLengths.hasLongLine(
      start,
      count: block.bytes.count,
      byteCountMax: options.recordByteCountMax
    )
    var line = 0
    var at = start
    while at < end {
      let byte = at.pointee
      if byte == UInt8(ascii: "\n") {
        line &+= 1
        at += 1
        continue
      }
      if byte == 0x20 || byte == 0x09 || byte == 0x0D {
        at += 1
        continue
      }
      if at >= validEnd {
        let lineEnd = self.lineEnd(at)
        if let invalid = UTF8Checking.firstInvalid(at, count: lineEnd - at) {
          reject(
            .invalidUTF8,
            RecordWords.invalidUTF8(invalid, at[invalid]),
            at..<lineEnd,
            line: line
          )
          at = lineEnd
          continue
        }
        validEnd = lineEnd
      }
      if hasLong, let stop = endOfLongRecord(at) {
        let words = RecordWords.tooLarge(options.recordByteCountMax)
        reject(.tooLarge, words, at..<stop, line: line)
        at = stop
        continue
      }
      if let next = parser.record(at, line: line) {
        if lines.count != line { isSequential = false }
        lines.append(UInt32(truncatingIfNeeded: line))
        if options.keepsPlaces { places.append(at - start..<next - start) }
        at = next
        continue
      }
      switch parser.failure(at) {
      case .stop: return false
      case .rejected(let cause, let message, let resume):
        let stop = resume ?? lineEnd(at)
        reject(cause, message, at..<stop, line: line)
        at = stop
      }
    }
    return true
  }

  /// The end of the record at `start` if that is over the limit: of an object, or of a line that
  /// holds none there.
  private mutating func endOfLongRecord(_ start: BytePointer) -> BytePointer? {
    let limit = options.recordByteCountMax
    if start >= longLineEnd { longLineEnd = lineEnd(start) }
    var count = longLineEnd - start
    if count > 0 && longLineEnd[-1] == 0x0D { count -= 1 }
    if count <= limit { return nil }
    var scanner = JSONScanner(start: start, depthMax: options.nestingDepthMax)
    guard start.pointee == UInt8(ascii: "{"), let end = scanner.skipObject(start, depth: 0) else {
      return longLineEnd
    }
    return end - start > limit ? end : nil
  }

  private func lineEnd(_ start: BytePointer) -> BytePointer {
    let end = UnsafePointer(block.bytes.base) + block.bytes.count
    guard let found = memchr(start, 0x0A, end - start) else { return end }
    return UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
  }

  private mutating func reject(
    _ cause: RejectCause,
    _ message: String,
    _ range: Range<BytePointer>,
    line: Int
  ) {
    var end = range.upperBound
    if end > range.lowerBound && end[-1] == 0x0D { end -= 1 }
    rejected.append(
      RejectedRecord(
        cause: cause,
        message: message,
        bytes: Array(UnsafeBufferPointer(start: range.lowerBound, count: end - range.lowerBound)),
        recordNumber: block.firstRecord + line,
        byteOffset: block.byteOffset + (range.lowerBound - UnsafePointer(block.bytes.base)),
        path: block.path
      )
    )
  }
}
