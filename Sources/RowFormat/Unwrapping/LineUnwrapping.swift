/// Takes the sub-records out of records that are lines.
struct LineUnwrapping {
  let subRecords: SubRecords?
  /// The line that has no end yet.
  private var line: [UInt8] = []

  /// Longer lines are passed on as they are, and rejected.
  private static let byteCountMax = 64 << 20

  init(_ subRecords: SubRecords?) { self.subRecords = subRecords }

  /// Appends the sub-records of some more text to `lines`.
  mutating func take(_ bytes: UnsafeRawBufferPointer, into lines: inout UnwrappedLines) {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0x0A) {
      line += rest[..<end]
      rest = rest[(end + 1)...]
      endLine(&lines)
    }
    line += rest
    if line.count > LineUnwrapping.byteCountMax {
      lines.bytes += line
      line = []
    }
  }

  /// The text has ended.
  mutating func finish(into lines: inout UnwrappedLines) {
    if !line.isEmpty { endLine(&lines) }
  }

  private mutating func endLine(_ lines: inout UnwrappedLines) {
    if line.last == 0x0D { line.removeLast() }
    // The end of a line whose start was passed on must not go missing.
    if line.isEmpty { lines.bytes.append(0x0A) } else { lines.append(record: line, subRecords) }
    line.removeAll(keepingCapacity: true)
  }
}
