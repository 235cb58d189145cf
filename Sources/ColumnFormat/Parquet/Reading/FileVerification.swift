/// Something in a file that cannot be as the file says.
public struct FileContradiction: Error, Sendable, Equatable {
  /// What and where.
  public var error: ColumnFormatError
  /// Whether the values are sound and only what is said of them is not.
  public var isInStatistics: Bool
}

extension ParquetFile {
  /// Reads all of a row group and compares it with what the file says of it.
  ///
  /// Every page is decompressed and decoded, checksums are compared, and the values of columns
  /// without lists and rows are held against the null counts and bounds of the chunk and, where
  /// there is a page index, of each page. A reader that trusts a bound which leaves out a value
  /// loses rows without a word.
  ///
  /// - Parameter rowGroup: The number of the row group.
  /// - Returns: What is damaged or untrue, at most one for each column; empty for a sound row group.
  public func contradictions(rowGroup: Int) -> [FileContradiction] {
    var found: [FileContradiction] = []
    for field in schema.fields.indices {
      do throws(FileContradiction) {
        try ColumnVerification(file: self, rowGroup: rowGroup, field: field).run()
      } catch {
        found.append(error)
      }
    }
    return found
  }
}

/// Holds the values of one column of a row group against its statistics.
private struct ColumnVerification {
  let file: ParquetFile
  let rowGroup: Int
  let field: Int

  /// A run of rows that statistics describe: the row group, or a page.
  private struct Part {
    var rows: Range<Int>
    var page: Int?
    var statistics: FieldStatistics
    var nullCount = 0
  }

  private static let rowCountMax = 8192

  func run() throws(FileContradiction) {
    let reader: RowGroupReader
    do {
      reader = try file.reader(rowGroup: rowGroup, fields: [field])
    } catch {
      throw FileContradiction(error: error, isInStatistics: false)
    }
    let rowCount = file.metadata.rowGroups[rowGroup].rowCount
    var group = file.statistics(rowGroup: rowGroup, field: field).map {
      Part(rows: 0..<rowCount, statistics: $0)
    }
    var pages = try pageParts(rowCount: rowCount)[...]
    var row = 0
    while row < rowCount {
      while let page = pages.first, page.rows.upperBound <= row { pages.removeFirst() }
      let end = min(
        row + ColumnVerification.rowCountMax,
        pages.first?.rows.upperBound ?? rowCount
      )
      let column: Column
      do {
        column = try reader.read(0, count: end - row)
      } catch {
        throw FileContradiction(error: error, isInStatistics: false)
      }
      try compare(column, from: row, with: &group)
      if let first = pages.indices.first {
        var page: Part? = pages[first]
        try compare(column, from: row, with: &page)
        if let page { pages[first] = page }
      }
      row = end
    }
  }

  /// The pages in the order of their rows, as far as an offset index and a column index describe
  /// them.
  private func pageParts(rowCount: Int) throws(FileContradiction) -> [Part] {
    guard case .leaf(let number) = file.fileSchema.nodes[field],
      file.fileSchema.leaves[number].repetitionLevelMax == 0
    else { return [] }
    let listing = file.pages(rowGroup: rowGroup, leaf: number)
    if let damage = listing.damage {
      throw FileContradiction(error: damage, isInStatistics: false)
    }
    var parts: [Part] = []
    for (position, page) in listing.pages.enumerated() {
      guard let first = page.firstRow, let statistics = page.statistics else { continue }
      parts.append(
        Part(rows: first..<first + statistics.rowCount, page: position, statistics: statistics)
      )
    }
    var end = 0
    for part in parts {
      if part.rows.lowerBound != end { return [] }
      end = part.rows.upperBound
    }
    return end == rowCount ? parts : []
  }

  /// Counts nulls and looks for a value beyond the bounds.
  private func compare(
    _ column: Column,
    from row: Int,
    with part: inout Part?
  ) throws(FileContradiction) {
    guard var known = part else { return }
    let statistics = known.statistics
    if let min = statistics.min {
      try refuse(column, .less, min, "no value is below", from: row, known)
    }
    if let max = statistics.max {
      try refuse(column, .greater, max, "no value is above", from: row, known)
    }
    known.nullCount += column.nullCount
    if row + column.count == known.rows.upperBound, let count = statistics.nullCount,
      count != known.nullCount
    {
      throw untrue("that there are \(count) nulls, but there are \(known.nullCount)", known)
    }
    part = known
  }

  private func refuse(
    _ column: Column,
    _ comparison: RowPredicate.Comparison,
    _ bound: Scalar,
    _ words: String,
    from start: Int,
    _ part: Part
  ) throws(FileContradiction) {
    let flags = ValueTesting.flags(column, .compare(comparison, bound))
    guard let row = (0..<column.count).first(where: { flags[$0] != 0 }) else { return }
    let value = ColumnVerification.text(column.scalar(at: row))
    throw untrue(
      "that \(words) \(ColumnVerification.text(bound)), but row \(start + row) has \(value)",
      part
    )
  }

  private func untrue(_ words: String, _ part: Part) -> FileContradiction {
    FileContradiction(
      error: ColumnFormatError(
        .damaged("the statistics say \(words)"),
        ColumnFormatError.Location(
          path: file.path,
          column: file.schema.fields[field].name,
          rowGroup: rowGroup,
          page: part.page
        )
      ),
      isInStatistics: true
    )
  }

  /// A value as it is stored, short enough for a message.
  private static func text(_ value: Scalar) -> String {
    switch value {
    case .boolean(let flag): return "\(flag)"
    case .int(let number): return "\(number)"
    case .int128(let number): return "\(number)"
    case .float(let number): return "\(number)"
    case .double(let number): return "\(number)"
    case .bytes(let bytes):
      if let text = String(validating: bytes.prefix(40), as: UTF8.self) { return "'\(text)'" }
      return "x'" + bytes.prefix(20).map { hex($0) }.joined() + "'"
    case .null, .list, .row: return "\(value)"
    }
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
