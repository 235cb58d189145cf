import ColumnFormat

/// What `lake inspect` says about a file, for people.
struct InspectionText {
  private let file: ParquetFile
  /// The longest value shown whole.
  private let cellCount = 32

  init(_ file: ParquetFile) { self.file = file }

  /// A few lines about the file as a whole.
  var summary: String {
    let metadata = file.metadata
    let groups = metadata.rowGroups.count
    var lines = TextColumns()
    lines.append(["file", file.path])
    lines.append([
      "rows",
      "\(Quantity.grouped(file.rowCount)) in \(groups) row group\(groups == 1 ? "" : "s")",
    ])
    let compressed = metadata.rowGroups.reduce(0) { sum, group in
      sum + group.columns.reduce(0) { $0 + $1.compressedByteCount }
    }
    let uncompressed = metadata.rowGroups.reduce(0) { sum, group in
      sum + group.columns.reduce(0) { $0 + $1.uncompressedByteCount }
    }
    lines.append([
      "size",
      "\(Quantity.bytes(file.byteCount)); pages \(Quantity.bytes(compressed)), "
        + "\(Quantity.bytes(uncompressed)) before compression",
    ])
    lines.append(["written by", metadata.createdBy ?? "unknown"])
    if let sorting = sorting { lines.append(["sorted by", sorting]) }
    lines.append(["page index", pageIndex])
    if let filters = bloomFilters { lines.append(["bloom filter", filters]) }
    for pair in metadata.keyValueMetadata {
      lines.append(["key", "\(pair.key) = \(cut(pair.value ?? "", 60))"])
    }
    return lines.text()
  }

  /// The columns that every row group is sorted by, nil where there are none.
  private var sorting: String? {
    guard let first = file.metadata.rowGroups.first?.sortingColumns, !first.isEmpty,
      file.metadata.rowGroups.allSatisfy({ $0.sortingColumns == first })
    else { return nil }
    let leaves = file.leafDescriptions
    return first.map { column in
      let name =
        leaves.indices.contains(column.columnIndex)
        ? leaves[column.columnIndex].path.joined(separator: ".") : "column \(column.columnIndex)"
      return escaped(name) + (column.isDescending ? " descending" : "")
        + (column.isNullsFirst ? " nulls first" : "")
    }.joined(separator: ", ")
  }

  /// How many chunks tell their readers about single pages.
  private var pageIndex: String {
    let chunks = file.metadata.rowGroups.flatMap(\.columns)
    let offsets = chunks.count { $0.offsetIndexOffset != nil }
    let bounds = chunks.count { $0.columnIndexOffset != nil }
    if offsets == 0 && bounds == 0 { return "none" }
    func share(_ count: Int) -> String { count == chunks.count ? "all" : "\(count)" }
    return "places of pages in \(share(offsets)), bounds in \(share(bounds)) of "
      + "\(Quantity.grouped(chunks.count)) column chunks"
  }

  /// The columns with bloom filters and their size, nil where there are none.
  private var bloomFilters: String? {
    let filtered = file.metadata.rowGroups.flatMap(\.columns)
      .filter { $0.bloomFilterOffset != nil }
    if filtered.isEmpty { return nil }
    var names: [String] = []
    for chunk in filtered {
      let name = escaped(chunk.path.joined(separator: "."))
      if !names.contains(name) { names.append(name) }
    }
    let sizes = filtered.compactMap(\.bloomFilterByteCount)
    let size = sizes.count == filtered.count ? Quantity.bytes(sizes.reduce(0, +)) : "unknown size"
    return "\(names.joined(separator: ", ")); \(size)"
  }

  /// The tree of columns with types, nullability and field ids.
  var schema: String {
    var lines = TextColumns(["schema", "type", "nulls", "id", "stored as"], rightAligned: [3])
    var leaves = file.leafDescriptions[...]
    for field in file.schema.fields { append(field, depth: 0, &leaves, to: &lines) }
    return lines.text()
  }

  private func append(
    _ field: Field,
    depth: Int,
    _ leaves: inout ArraySlice<LeafDescription>,
    to lines: inout TextColumns
  ) {
    let parts = field.type.parts
    let storage = parts.isEmpty ? leaves.popFirst().map { TypeName.storage($0) } : nil
    lines.append([
      String(repeating: "  ", count: depth) + escaped(field.name),
      TypeName.short(field.type),
      field.isNullable ? "yes" : "no",
      field.id.map(String.init) ?? "",
      storage ?? "",
    ])
    for part in parts { append(part, depth: depth + 1, &leaves, to: &lines) }
  }

  /// Each column over all row groups.
  var columns: String {
    var lines = TextColumns(
      [
        "column", "codec", "encoding", "size", "unpacked", "values", "nulls", "distinct", "min",
        "max",
      ],
      rightAligned: [3, 4, 5, 6, 7]
    )
    let groups = 0..<file.metadata.rowGroups.count
    for summary in ChunkSummary.summaries(file, rowGroups: groups) {
      lines.append([
        escaped(summary.leaf.path.joined(separator: ".")),
        summary.codecs.joined(separator: ", "),
        summary.encodings.joined(separator: ", "),
        Quantity.bytes(summary.compressedByteCount),
        Quantity.bytes(summary.uncompressedByteCount),
        Quantity.grouped(summary.valueCount),
        summary.nullCount.map(Quantity.grouped) ?? "?",
        summary.distinctCount.map(Quantity.grouped) ?? "",
        bound(summary.min, summary.leaf, isExact: summary.isMinExact),
        bound(summary.max, summary.leaf, isExact: summary.isMaxExact),
      ])
    }
    return lines.text()
  }

  /// One line for each row group.
  var rowGroups: String {
    var lines = TextColumns(
      ["row group", "rows", "size", "unpacked", "first byte"],
      rightAligned: [0, 1, 2, 3, 4]
    )
    for (number, group) in file.metadata.rowGroups.enumerated() {
      let first = group.columns.map { $0.dictionaryPageOffset ?? $0.dataPageOffset }.min()
      lines.append([
        "\(number)",
        Quantity.grouped(group.rowCount),
        Quantity.bytes(group.columns.reduce(0) { $0 + $1.compressedByteCount }),
        Quantity.bytes(group.columns.reduce(0) { $0 + $1.uncompressedByteCount }),
        first.map(String.init) ?? "",
      ])
    }
    return lines.text()
  }

  /// All pages of all chunks, and the first damage among them.
  func pages() -> (text: String, damage: ColumnFormatError?) {
    var lines = TextColumns(
      [
        "group", "column", "page", "kind", "encoding", "first row", "values", "nulls", "size",
        "unpacked", "first byte", "min", "max",
      ],
      rightAligned: [0, 2, 5, 6, 7, 8, 9, 10]
    )
    var damage: ColumnFormatError?
    for group in file.metadata.rowGroups.indices {
      for (leaf, description) in file.leafDescriptions.enumerated() {
        let listing = file.pages(rowGroup: group, leaf: leaf)
        let name = escaped(description.path.joined(separator: "."))
        for (number, page) in listing.pages.enumerated() {
          lines.append(["\(group)", name, "\(number)"] + cells(page, description))
        }
        if let found = listing.damage {
          lines.append(["\(group)", name, "\(listing.pages.count)", "damaged"])
          damage = damage ?? found
        }
      }
    }
    return (lines.text(), damage)
  }

  private func cells(_ page: PageDescription, _ leaf: LeafDescription) -> [String] {
    let facts = PageFacts(page)
    return [
      facts.kind,
      facts.encoding ?? "",
      page.firstRow.map(Quantity.grouped) ?? "",
      facts.valueCount.map(Quantity.grouped) ?? "",
      facts.nullCount.map(Quantity.grouped) ?? "",
      Quantity.bytes(page.header.compressedByteCount),
      Quantity.bytes(page.header.uncompressedByteCount),
      "\(page.offset)",
      bound(page.statistics?.min, leaf, isExact: true),
      bound(page.statistics?.max, leaf, isExact: true),
    ]
  }

  /// The first rows as a table.
  func head(_ rowCount: Int) throws -> String {
    let numbers = file.schema.fields.indices.filter { file.schema.fields[$0].type.isNumber }
    var lines = TextColumns(
      file.schema.fields.map { cut($0.name, cellCount) },
      rightAligned: Set(numbers)
    )
    for row in try FirstRows.read(file, count: rowCount) {
      lines.append(
        zip(row, file.schema.fields).map { cut(ScalarText.text($0, $1.type), cellCount) }
      )
    }
    return lines.text()
  }

  /// A bound, marked where it is text that may have been cut.
  private func bound(_ scalar: Scalar?, _ leaf: LeafDescription, isExact: Bool) -> String {
    guard let scalar else { return "" }
    let mark = leaf.storage == .byteArray && !isExact ? " ~" : ""
    return cut(ScalarText.text(scalar, leaf.type), cellCount - 8) + mark
  }

  /// Text on one line and no longer than `count`.
  private func cut(_ text: String, _ count: Int) -> String {
    let line = escaped(text)
    return line.count <= count ? line : line.prefix(count - 1) + "…"
  }

  /// Control characters would break the table, or the terminal.
  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value): result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension LogicalType {
  /// Whether values are aligned to the right.
  fileprivate var isNumber: Bool {
    switch self {
    case .int8, .int16, .int32, .int64, .float32, .float64, .decimal: true
    default: false
    }
  }
}
