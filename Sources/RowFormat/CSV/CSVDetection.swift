import ColumnFormat

/// Finds out how delimited text is laid out, as Glue's classifier does (glue.md, 2).
enum CSVDetection {
  /// The delimiters that are tried, in this order.
  static let delimiters = [UInt8(ascii: ","), UInt8(ascii: "|"), 0x09, UInt8(ascii: ";"), 0x01]
  /// How many records are looked at.
  static let recordCountMax = 1000

  /// The layout of a sample, or nil where it has no two columns and two rows in any.
  static func layout(_ sample: Buffer<UInt8>, isWhole: Bool) -> CSVLayout? {
    var best: (layout: CSVLayout, records: [CSVRecord], agreement: Double, columns: Int)?
    for delimiter in delimiters {
      let layout = CSVLayout(delimiter: delimiter)
      let records = records(sample, layout, isWhole: isWhole)
      if records.count < 2 { continue }
      var counts: [Int: Int] = [:]
      for record in records { counts[record.fields.count, default: 0] += 1 }
      guard let mode = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
        mode.key >= 2
      else { continue }
      let agreement = Double(mode.value) / Double(records.count)
      if agreement < 0.5 { continue }
      if let best, (best.agreement, best.columns) >= (agreement, mode.key) { continue }
      best = (layout, records, agreement, mode.key)
    }
    guard let best else { return nil }
    var layout = best.layout
    layout.hasHeader = hasHeader(best.records)
    return layout
  }

  /// The whole records of a sample, without empty lines.
  private static func records(_ sample: Buffer<UInt8>, _ layout: CSVLayout, isWhole: Bool)
    -> [CSVRecord]
  {
    var records: [CSVRecord] = []
    let bytes = sample.values
    var start = 0
    var isInQuotes = false
    for position in bytes.indices {
      let byte = bytes[position]
      if byte == layout.quote {
        let isFirst = position == start || bytes[position - 1] == layout.delimiter
        if isInQuotes || isFirst { isInQuotes.toggle() }
        // The second of two quotes inside a field opens it again.
        if !isInQuotes && position + 1 < bytes.count && bytes[position + 1] == layout.quote {
          continue
        }
        if !isInQuotes, !isFirst, bytes[position - 1] == layout.quote,
          position + 1 < bytes.count, bytes[position + 1] != layout.delimiter,
          bytes[position + 1] != UInt8(ascii: "\n"), bytes[position + 1] != 0x0D
        {
          isInQuotes = true
        }
      } else if byte == UInt8(ascii: "\n") && !isInQuotes {
        append(bytes[start..<position], to: &records, layout)
        start = position + 1
        if records.count == recordCountMax { return records }
      }
    }
    if isWhole && start < bytes.count { append(bytes[start...], to: &records, layout) }
    return records
  }

  private static func append(
    _ line: Slice<UnsafeBufferPointer<UInt8>>,
    to records: inout [CSVRecord],
    _ layout: CSVLayout
  ) {
    if line.isEmpty || line.elementsEqual([0x0D]) { return }
    records.append(CSVRecord(line, layout: layout))
  }

  /// Whether the first record holds names: by Glue's four conditions, or, where all columns are text
  /// and Glue gives up, by ``CSVTextHeader``.
  static func hasHeader(_ records: [CSVRecord]) -> Bool {
    guard let header = records.first, records.count > 1 else { return false }
    for (index, cell) in header.fields.enumerated() {
      let isLast = index == header.fields.count - 1
      // An index column has no name; so has what follows a trailing delimiter.
      if cell.bytes.isEmpty { continue }
      if !isText(cell) || (!isLast && cell.text.count >= 150) || !isName(cell.text) { return false }
    }
    let hasOtherThanText = header.fields.indices.contains { index in
      records.dropFirst().contains { record in
        index < record.fields.count && !record.fields[index].bytes.isEmpty
          && !isText(record.fields[index])
      }
    }
    return hasOtherThanText || CSVTextHeader.isHeader(header, over: records.dropFirst())
  }

  private static func isText(_ cell: CSVRecord.FieldText) -> Bool {
    let padded = RecordBlock(path: "", records: cell.bytes)
    return withExtendedLifetime(padded) {
      let evidence = CSVText.evidence(
        padded.bytes.base,
        count: cell.bytes.count,
        infersTimes: true
      )
      if case .text = evidence { return true }
      return false
    }
  }

  /// Whether a text may be the name of a column: no control characters, no line ends.
  private static func isName(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
  }
}
