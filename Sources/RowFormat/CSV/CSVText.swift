/// What the text of a CSV field can be read as.
enum CSVText {
  /// Whether a text stands for a missing value among numbers and times.
  ///
  /// The markers are `NA`, `N/A`, `NULL` and backslash-N. In a column of texts they are texts.
  static func isMissingMarker(_ start: BytePointer, count: Int) -> Bool {
    guard (2...4).contains(count) else { return false }
    let text = UnsafeBufferPointer(start: start, count: count)
    return text.elementsEqual("NA".utf8) || text.elementsEqual("N/A".utf8)
      || text.elementsEqual("NULL".utf8) || text.elementsEqual("\\N".utf8)
  }

  /// The kind of value that a text is, before columns are known.
  ///
  /// Numbers are written as in JSON: leading zeros or a plus make a text, so that postal codes and
  /// telephone numbers keep every character. A byte that belongs to no number follows the text.
  @inline(__always)
  static func evidence(_ start: BytePointer, count: Int, infersTimes: Bool) -> ShapeEvidence {
    if count == 0 { return .text }
    if start.pointee &- 48 <= 9 || start.pointee == UInt8(ascii: "-") {
      if let number = NumberText.scan(start), number.end == start + count {
        if number.hasExponent { return .double(number) }
        if number.isInteger, let value = number.int64 { return .integer(value) }
        return .number(number)
      }
      if infersTimes, let time = TimeText.parse(start, count: count) { return .time(time) }
      return .text
    }
    return BooleanText.parse(start, count: count) == nil ? .text : .boolean
  }
}

/// The unquoted texts that mean null.
struct CSVNullTexts {
  private let texts: [[UInt8]]
  private let isOnlyEmpty: Bool

  init(_ texts: [String]) {
    self.texts = texts.map { Array($0.utf8) }
    isOnlyEmpty = texts == [""]
  }

  /// Whether a field means null.
  @inline(__always)
  func contains(_ field: CSVField) -> Bool {
    if field.isQuoted { return false }
    if isOnlyEmpty { return field.count == 0 }
    return containsAny(field)
  }

  private func containsAny(_ field: CSVField) -> Bool {
    let bytes = UnsafeBufferPointer(start: field.start, count: field.count)
    return texts.contains { $0.elementsEqual(bytes) }
  }
}
