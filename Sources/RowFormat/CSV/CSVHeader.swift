import ColumnFormat

/// The names of a CSV input's columns.
struct CSVHeader {
  /// One distinct name a column.
  var names: [String] = []
  /// How many bytes the header line takes; zero without header.
  var byteCount = 0

  /// Reads the names from the start of an input, or makes them up.
  ///
  /// - Parameters:
  ///   - sample: The input's first bytes.
  ///   - isWhole: Whether that is the whole input.
  ///   - layout: How the text is laid out.
  ///   - path: For the error: the input.
  /// - Throws: When the first record is longer than the sample.
  init(
    _ sample: Buffer<UInt8>,
    isWhole: Bool,
    layout: CSVLayout,
    path: String
  ) throws(RowFormatError) {
    if sample.count == 0 { return }
    // Splitting reads 16 bytes at a time.
    let padded = Buffer<UInt8>(repeating: 0, count: sample.count + RecordBlock.padding)
    padded.base.update(from: sample.base, count: sample.count)
    var splitter = RecordSplitter(.csv(layout))
    splitter.scan(padded.base, count: sample.count, isFinal: isWhole)
    var end = splitter.firstEnd
    if end == 0 {
      guard isWhole else {
        throw RowFormatError(
          .malformed("the first record does not end within \(sample.count) bytes"),
          path: path,
          byteOffset: 0
        )
      }
      end = sample.count
    }
    if let place = CSVHeader.loneReturn(sample.values[0..<end], layout) {
      throw RowFormatError(
        .malformed(
          "its lines end with a carriage return alone: tr '\\r' '\\n' makes line ends of them"
        ),
        path: path,
        byteOffset: place
      )
    }
    let record = CSVRecord(sample.values[0..<end], layout: layout)
    if layout.hasHeader {
      names = CSVHeader.distinct(record.fields.map(\.text))
      byteCount = end
    } else {
      names = record.fields.indices.map { "col\($0)" }
    }
  }

  /// Where text goes on after a carriage return outside of quotes: such an input is one line to the
  /// splitter, and all of its records would be taken for names.
  private static func loneReturn(
    _ record: Slice<UnsafeBufferPointer<UInt8>>,
    _ layout: CSVLayout
  ) -> Int? {
    var isInQuotes = false
    for place in record.indices.dropLast() {
      if record[place] == layout.quote { isInQuotes.toggle() }
      let next = record[place + 1]
      if !isInQuotes, record[place] == 0x0D, next != 0x0D, next != 0x0A { return place }
    }
    return nil
  }

  /// Names without gaps and repetitions.
  ///
  /// An empty one becomes `colN`; a repeated one (case does not count) gets `_1`, `_2`, …
  static func distinct(_ names: [String]) -> [String] {
    var seen = Set(names.map { $0.lowercased() })
    var used: Set<String> = []
    return names.enumerated().map { index, name in
      let base = name.isEmpty ? "col\(index)" : name
      if !used.contains(base.lowercased()) && (!name.isEmpty || !seen.contains(base)) {
        used.insert(base.lowercased())
        return base
      }
      var number = 1
      while seen.contains("\(base)_\(number)".lowercased())
        || used.contains("\(base)_\(number)".lowercased())
      {
        number += 1
      }
      let distinct = "\(base)_\(number)"
      seen.insert(distinct.lowercased())
      used.insert(distinct.lowercased())
      return distinct
    }
  }
}
