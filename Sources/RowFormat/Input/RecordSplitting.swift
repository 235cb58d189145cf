import CKernels

/// Finds where records end in bytes that arrive piece by piece.
///
/// A splitter starts at a record's first byte; `scan` may be called again when more bytes follow.
struct RecordSplitter {
  /// The end of the last whole record, as an offset from the start.
  private(set) var end = 0
  /// How many records end before `end`; for JSON, how many lines.
  private(set) var recordCount = 0
  /// The end of the first whole record.
  private(set) var firstEnd = 0

  private let layout: CSVLayout?
  private var scanned = 0
  private var isInQuotes = false
  private var objects = GluedObjectSplitter()

  /// A splitter for the format's records.
  init(_ format: RecordFormat) {
    if case .csv(let layout) = format { self.layout = layout } else { layout = nil }
  }

  /// Looks at the bytes up to `count` that were not looked at before.
  ///
  /// - Parameters:
  ///   - start: The first byte of the first record; 16 bytes past `count` are readable.
  ///   - count: How many bytes are there.
  ///   - isFinal: Whether no more bytes follow.
  mutating func scan(_ start: UnsafePointer<UInt8>, count: Int, isFinal: Bool) {
    if let layout {
      scanDelimited(start, count: count, isFinal: isFinal, layout: layout)
    } else {
      scanLines(start, count: count)
    }
  }

  private mutating func scanLines(_ start: UnsafePointer<UInt8>, count: Int) {
    let newlines = Int(
      lake_count_equal(start + scanned, Int64(count - scanned), UInt8(ascii: "\n"))
    )
    if newlines > 0 {
      recordCount += newlines
      var last = count - 1
      while start[last] != UInt8(ascii: "\n") { last -= 1 }
      end = last + 1
      if firstEnd == 0 {
        var first = 0
        while start[first] != UInt8(ascii: "\n") { first += 1 }
        firstEnd = first + 1
      }
    }
    scanned = count
  }

  /// For one endless line: the end of the last object that is whole.
  mutating func scanGluedObjects(_ start: UnsafePointer<UInt8>, count: Int) {
    objects.scan(start, count: count)
    end = objects.end
  }

  private mutating func scanDelimited(
    _ start: UnsafePointer<UInt8>,
    count: Int,
    isFinal: Bool,
    layout: CSVLayout
  ) {
    var position = scanned
    let quote = layout.quote
    let newline = UInt8(ascii: "\n")
    while position < count {
      var mask = lake_mask16_equal(start + position, quote)
      mask |= lake_mask16_equal(start + position, newline)
      if isInQuotes { mask = lake_mask16_equal(start + position, quote) }
      if mask == 0 {
        position += 16
        continue
      }
      position += mask.trailingZeroBitCount
      if position >= count { break }
      if start[position] == newline {
        position += 1
        end = position
        if recordCount == 0 { firstEnd = position }
        recordCount += 1
      } else if isInQuotes {
        // A doubled quote stands for itself; whether it is one shows only with the next byte.
        if position + 1 >= count && !isFinal { break }
        if position + 1 < count && start[position + 1] == quote {
          position += 2
        } else {
          isInQuotes = false
          position += 1
        }
      } else {
        // A quote opens a field only as its first byte; elsewhere it is an ordinary character.
        isInQuotes =
          position == 0 || start[position - 1] == layout.delimiter
          || start[position - 1] == newline
        position += 1
      }
    }
    scanned = min(position, count)
  }
}

/// Finds the ends of JSON objects that stand one after the other without line ends.
struct GluedObjectSplitter {
  /// The end of the last whole object.
  private(set) var end = 0
  private var scanned = 0
  private var depth = 0
  private var isInString = false
  private var isEscaped = false

  /// Looks at the bytes up to `count` that were not looked at before.
  mutating func scan(_ start: UnsafePointer<UInt8>, count: Int) {
    for position in scanned..<max(count, scanned) {
      let byte = start[position]
      if isEscaped {
        isEscaped = false
      } else if isInString {
        if byte == UInt8(ascii: "\\") { isEscaped = true }
        if byte == UInt8(ascii: "\"") { isInString = false }
      } else if byte == UInt8(ascii: "\"") {
        isInString = true
      } else if byte == UInt8(ascii: "{") {
        depth += 1
      } else if byte == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 { end = position + 1 }
      }
    }
    scanned = count
  }
}
