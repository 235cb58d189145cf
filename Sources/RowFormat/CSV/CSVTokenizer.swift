import CKernels

/// One field of a record, as a place in the text.
struct CSVField {
  /// The first byte, after an opening quote.
  var start: BytePointer
  /// The bytes, without quotes around.
  var count: Int
  var isQuoted: Bool
  /// Whether quotes inside are doubled.
  var hasDoubledQuotes: Bool
}

/// Splits delimited text into records and fields (RFC 4180), 64 bytes at a time.
///
/// A quote opens a field only as its first byte; within other fields it is an ordinary character.
struct CSVTokenizer {
  /// What was found.
  enum Record {
    /// So many fields; those over the expected number were counted but not kept.
    case fields(Int)
    /// An empty line.
    case empty
    /// A quoted field goes on after its closing quote.
    case textAfterQuote
    /// A quoted field is not closed before the end.
    case unclosedQuote
    /// Nothing is left.
    case end
  }

  /// The fields of the record that was read last.
  let fields: UnsafeMutablePointer<CSVField>
  /// Where the record that was read last starts and ends, without its line end.
  private(set) var recordStart: BytePointer
  private(set) var recordEnd: BytePointer

  private let capacity: Int
  private let delimiter: UInt8
  private let quote: UInt8
  private let end: BytePointer
  private var at: BytePointer
  /// The 64 bytes that `mask` tells about.
  private var window: BytePointer
  /// The delimiters, quotes and line ends of the window that were not passed yet.
  private var mask: UInt64 = 0

  /// A tokenizer of the bytes before `end`, which ``RecordBlock/padding`` zeros follow.
  init(start: BytePointer, end: BytePointer, layout: CSVLayout, fieldCapacity: Int) {
    capacity = fieldCapacity
    fields = .allocate(capacity: max(fieldCapacity, 1))
    delimiter = layout.delimiter
    quote = layout.quote
    self.end = end
    at = start
    window = start
    recordStart = start
    recordEnd = start
    if start < end { mask = lake_mask64_any3(start, delimiter, quote, UInt8(ascii: "\n")) }
  }

  func free() { fields.deallocate() }

  /// The next delimiter, quote or line end; the end where there is none.
  @inline(__always)
  private mutating func nextBreak() -> BytePointer {
    while mask == 0 {
      window += 64
      if window >= end { return end }
      mask = lake_mask64_any3(window, delimiter, quote, UInt8(ascii: "\n"))
    }
    let found = window + mask.trailingZeroBitCount
    mask &= mask &- 1
    return found
  }

  /// Goes on at another place.
  private mutating func jump(to place: BytePointer) {
    at = place
    window = place
    mask = place < end ? lake_mask64_any3(place, delimiter, quote, UInt8(ascii: "\n")) : 0
  }

  /// Reads a record.
  mutating func next() -> Record {
    var at = at
    if at >= end { return .end }
    recordStart = at
    var count = 0
    let newline = UInt8(ascii: "\n")
    while true {
      var field = CSVField(start: at, count: 0, isQuoted: false, hasDoubledQuotes: false)
      var stop: BytePointer
      if at < end && at.pointee == quote {
        _ = nextBreak()
        field.start = at + 1
        field.isQuoted = true
        var close = nextBreak()
        while true {
          if close >= end { return leaveOutLine(.unclosedQuote) }
          if close.pointee == quote {
            if close[1] != quote || close + 1 >= end { break }
            field.hasDoubledQuotes = true
            _ = nextBreak()
          }
          close = nextBreak()
        }
        field.count = close - field.start
        stop = close + 1
        if stop < end && stop.pointee == 0x0D && (stop + 1 == end || stop[1] == newline) {
          stop += 1
        }
        if stop < end {
          if stop.pointee != delimiter && stop.pointee != newline {
            return leaveOutLine(.textAfterQuote)
          }
          stop = nextBreak()
        }
      } else {
        stop = nextBreak()
        while stop < end && stop.pointee == quote { stop = nextBreak() }
        field.count = stop - at
        let isLast = stop >= end || stop.pointee == newline
        if isLast && field.count > 0 && stop[-1] == 0x0D { field.count &-= 1 }
      }
      if count < capacity { fields[count] = field }
      count &+= 1
      if stop < end && stop.pointee == delimiter {
        at = stop + 1
        continue
      }
      recordEnd = stop
      if recordEnd > recordStart && recordEnd[-1] == 0x0D { recordEnd -= 1 }
      self.at = min(stop + 1, end)
      return count == 1 && field.count == 0 && !field.isQuoted ? .empty : .fields(count)
    }
  }

  /// Ends a broken record at the end of its first line.
  private mutating func leaveOutLine(_ outcome: Record) -> Record {
    var stop = recordStart
    while stop < end && stop.pointee != UInt8(ascii: "\n") { stop += 1 }
    recordEnd = stop > recordStart && stop[-1] == 0x0D ? stop - 1 : stop
    jump(to: min(stop + 1, end))
    return outcome
  }

  /// Writes a field with its doubled quotes made single; the target has room for the whole field.
  ///
  /// - Returns: The byte after the text.
  func unquote(_ field: CSVField, into target: UnsafeMutablePointer<UInt8>)
    -> UnsafeMutablePointer<UInt8>
  {
    var out = target
    var index = 0
    while index < field.count {
      let byte = field.start[index]
      out.pointee = byte
      out += 1
      index += byte == quote ? 2 : 1
    }
    return out
  }
}
