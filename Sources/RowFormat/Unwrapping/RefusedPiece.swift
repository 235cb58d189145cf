/// A part of a wrapped input that gives no record: what is refused of it, and why.
///
/// An empty line stands in its place, so that it has a number and a place among the records.
struct RefusedPiece: Sendable, Equatable {
  /// Where its empty line stands in the unwrapped input.
  var byteOffset: Int
  var cause: RejectCause
  /// The error of Firehose's API, where it has one for this.
  var errorCode: String?
  var message: String
  /// The bytes that are refused.
  var bytes: [UInt8]
  /// Whether the bytes are a record, so that a replay may deliver them.
  var isRecord: Bool
}

/// Lines of records on their way out of an envelope, and what is refused between them.
struct UnwrappedLines {
  var bytes: [UInt8] = []
  /// The places of these count in `bytes`.
  var refused: [RefusedPiece] = []
  /// So do these.
  var sequencePlaces: [SequencePlace] = []

  /// What comes next has this sequence number.
  mutating func begin(sequenceNumber number: String?) {
    sequencePlaces.append(SequencePlace(byteOffset: bytes.count, number: number))
  }

  /// Leaves an empty line for a piece that is refused.
  mutating func refuse(
    _ piece: [UInt8],
    _ cause: RejectCause,
    _ message: String,
    errorCode: String? = nil,
    isRecord: Bool = false
  ) {
    refused.append(
      RefusedPiece(
        byteOffset: bytes.count,
        cause: cause,
        errorCode: errorCode,
        message: message,
        bytes: piece,
        isRecord: isRecord
      )
    )
    bytes.append(0x0A)
  }

  /// Takes a record that may hold several ones apart.
  ///
  /// - Parameters:
  ///   - record: The record.
  ///   - subRecords: What to take out of it, at most ``SubRecords/countMax`` of them; nil for all of its
  ///     JSON documents, or the lines of other text.
  mutating func append(record: [UInt8], _ subRecords: SubRecords?) {
    guard let subRecords else { return append(documents: record[...]) }
    let pieces = UnwrappedLines.pieces(record, subRecords)
    if pieces.count > SubRecords.countMax {
      return refuse(
        record,
        .limitExceeded,
        "the record holds \(pieces.count) sub-records, more than the \(SubRecords.countMax) that "
          + "Firehose takes out of one",
        isRecord: subRecords == .json
      )
    }
    for piece in pieces { append(documents: piece) }
  }

  /// Puts JSON documents on lines of their own; other text keeps the lines that it has.
  private mutating func append(documents text: ArraySlice<UInt8>) {
    let first = text.first { $0 > 0x20 }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      var splitting = DocumentSplitting(opensArrays: false)
      text.withUnsafeBytes { splitting.take($0, into: &bytes) }
      splitting.finish(into: &bytes)
    } else if first != nil {
      bytes += text
      if bytes.last != 0x0A { bytes.append(0x0A) }
    }
  }

  private static func pieces(_ record: [UInt8], _ subRecords: SubRecords) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>]
    switch subRecords {
    case .json:
      var lines = UnwrappedLines()
      lines.append(documents: record[...])
      pieces = lines.bytes.split(separator: 0x0A)
    case .delimited(let delimiter): pieces = split(record, delimiter)
    }
    pieces.removeAll { piece in !piece.contains { $0 > 0x20 } }
    return pieces
  }

  private static func split(_ text: [UInt8], _ delimiter: [UInt8]) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    var at = 0
    while at + delimiter.count <= text.count {
      if text[at] == delimiter[0], text[at..<at + delimiter.count].elementsEqual(delimiter) {
        pieces.append(text[start..<at])
        at += delimiter.count
        start = at
      } else {
        at += 1
      }
    }
    pieces.append(text[start...])
    return pieces
  }
}
