import ColumnFormat

/// Takes the fields of one record.
protocol CSVRecordTaking {
  /// Takes a record with the right number of fields.
  mutating func take(
    _ fields: UnsafeMutablePointer<CSVField>,
    _ tokenizer: CSVTokenizer,
    recordNumber: Int
  ) -> CSVTaking
}

/// What became of a record.
enum CSVTaking {
  case taken
  /// The block is to be read in another way.
  case stop
  /// The record holds a value that its column does not.
  case rejected(String)
}

/// Goes over the records of a block of delimited text.
struct CSVRecords {
  let block: RecordBlock
  /// The names of the fields.
  let columnNames: [String]
  /// The records that were left out.
  private(set) var rejected: [RejectedRecord]
  /// The number of each row's record, from the block's start.
  private(set) var numbers: BufferBuilder<UInt32>
  private var isSequential = true
  private let layout: CSVLayout
  private let recordByteCountMax: Int
  private let keepsPlaces: Bool
  /// Where the rows' records stand, if that is wanted.
  private(set) var places: [Range<Int>] = []

  init(
    _ block: RecordBlock,
    layout: CSVLayout,
    known: Schema,
    rowCapacity: Int,
    recordByteCountMax: Int = .max,
    keepsPlaces: Bool = false
  ) {
    self.keepsPlaces = keepsPlaces
    self.block = block
    self.recordByteCountMax = recordByteCountMax
    self.layout = layout
    rejected = block.rejected
    numbers = BufferBuilder(capacity: rowCapacity)
    columnNames =
      block.columnNames
      ?? (known.fields.isEmpty
        ? CSVRecords.madeUpNames(block, layout) : known.fields.map(\.name))
  }

  /// Names for a block that brings none: as many as its first record has fields.
  private static func madeUpNames(_ block: RecordBlock, _ layout: CSVLayout) -> [String] {
    let start = UnsafePointer(block.bytes.base)
    var tokenizer = CSVTokenizer(
      start: start,
      end: start + block.bytes.count,
      layout: layout,
      fieldCapacity: 0
    )
    defer { tokenizer.free() }
    while true {
      switch tokenizer.next() {
      case .fields(let count): return (0..<count).map { "col\($0)" }
      case .end: return []
      default: continue
      }
    }
  }

  /// The record numbers of the rows, where they are not simply one after the other.
  var recordNumbers: [Int]? {
    isSequential ? nil : numbers.finish().values.map { block.firstRecord + Int($0) }
  }

  /// Gives every record to `taker`.
  ///
  /// - Returns: Whether the end was reached.
  mutating func run<Taker: CSVRecordTaking>(_ taker: inout Taker) -> Bool {
    let start = UnsafePointer(block.bytes.base)
    let columnCount = columnNames.count
    var tokenizer = CSVTokenizer(
      start: start,
      end: start + block.bytes.count,
      layout: layout,
      fieldCapacity: columnCount
    )
    defer { tokenizer.free() }
    let isValid = UTF8Checking.isValid(start, count: block.bytes.count)
    var number = -1
    while true {
      number &+= 1
      switch tokenizer.next() {
      case .end: return true
      case .empty: continue
      case .textAfterQuote:
        reject(.malformedCSV, "a quoted field goes on after its closing quote", tokenizer, number)
      case .unclosedQuote:
        reject(.malformedCSV, "a quoted field is not closed", tokenizer, number)
      case .fields(let count):
        if tokenizer.recordEnd - tokenizer.recordStart > recordByteCountMax {
          reject(.tooLarge, RecordWords.tooLarge(recordByteCountMax), tokenizer, number)
          continue
        }
        if !isValid, let words = invalidUTF8(tokenizer) {
          reject(.invalidUTF8, words, tokenizer, number)
          continue
        }
        if count != columnCount {
          reject(
            .wrongFieldCount,
            "expected \(columnCount) fields, found \(count)",
            tokenizer,
            number
          )
          continue
        }
        switch taker.take(tokenizer.fields, tokenizer, recordNumber: block.firstRecord + number) {
        case .taken:
          if numbers.count != number { isSequential = false }
          numbers.append(UInt32(truncatingIfNeeded: number))
          if keepsPlaces {
            places.append(tokenizer.recordStart - start..<tokenizer.recordEnd - start)
          }
        case .stop: return false
        case .rejected(let words): reject(.valueOutOfRange, words, tokenizer, number)
        }
      }
    }
  }

  private func invalidUTF8(_ tokenizer: CSVTokenizer) -> String? {
    let count = tokenizer.recordEnd - tokenizer.recordStart
    return UTF8Checking.firstInvalid(tokenizer.recordStart, count: count).map { offset in
      RecordWords.invalidUTF8(offset, tokenizer.recordStart[offset])
    }
  }

  private mutating func reject(
    _ cause: RejectCause,
    _ message: String,
    _ tokenizer: CSVTokenizer,
    _ number: Int
  ) {
    let count = tokenizer.recordEnd - tokenizer.recordStart
    rejected.append(
      RejectedRecord(
        cause: cause,
        message: message,
        bytes: Array(UnsafeBufferPointer(start: tokenizer.recordStart, count: count)),
        recordNumber: block.firstRecord + number,
        byteOffset: block.byteOffset + (tokenizer.recordStart - UnsafePointer(block.bytes.base)),
        path: block.path
      )
    )
  }
}

/// Sentences about records that all formats share.
enum RecordWords {
  static func tooLarge(_ byteCountMax: Int) -> String {
    "the record is longer than \(byteCountMax) bytes"
  }

  static func invalidUTF8(_ offset: Int, _ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "byte \(offset) of the record, 0x\(byte < 16 ? "0" : "")\(digits), is not UTF-8"
  }
}
