extension WriterOptions {
  /// Refuses settings that no file can be written with.
  ///
  /// - Throws: A failure that names the setting, its value and what it may be.
  func check(_ schema: WrittenSchema) throws(DecodingFailure) {
    guard codec.isBuiltIn else { throw codec.missing }
    if let level {
      guard let levels = codec.levels else {
        throw DecodingFailure("\(codec.name) has no levels; leave level \(level) out")
      }
      try require(levels.contains(level), "the level of \(codec.name)", level, "\(levels)")
    }
    try require(
      (1...Limits.rowGroupRowCountMax).contains(rowGroupRowCountMax),
      "rowGroupRowCountMax",
      rowGroupRowCountMax,
      "1...\(Limits.rowGroupRowCountMax)"
    )
    try require(
      rowGroupByteCountMax >= 1,
      "rowGroupByteCountMax",
      rowGroupByteCountMax,
      "1 or more"
    )
    let pageSizes = pageByteCountMin...(Limits.pageByteCountMax / 2)
    try require(pageSizes.contains(pageByteCount), "pageByteCount", pageByteCount, "\(pageSizes)")
    try require(pageRowCountMax >= 1, "pageRowCountMax", pageRowCountMax, "1 or more")
    let dictionarySizes = 0...(Limits.pageByteCountMax / 4)
    try require(
      dictionarySizes.contains(dictionaryByteCountMax),
      "dictionaryByteCountMax",
      dictionaryByteCountMax,
      "\(dictionarySizes)"
    )
    try require((1...2).contains(dataPageVersion), "dataPageVersion", dataPageVersion, "1 or 2")
    try require(boundByteCountMax >= 1, "boundByteCountMax", boundByteCountMax, "1 or more")
    try require((1...1024).contains(threadCount), "threadCount", threadCount, "1...1024")
    try checkColumns(schema)
  }

  private func checkColumns(_ schema: WrittenSchema) throws(DecodingFailure) {
    for column in bloomFilters {
      guard let leaf = schema.leaves.first(where: { $0.dottedPath == column.path }) else {
        throw DecodingFailure(
          "there is no column '\(column.path)' for a bloom filter; there are "
            + schema.leaves.map { "'\($0.dottedPath)'" }.joined(separator: ", ")
        )
      }
      if leaf.storage == .boolean || leaf.type == .unknown {
        throw DecodingFailure(
          "column '\(column.path)' has too few values for a bloom filter; leave it out"
        )
      }
      let rate = column.falsePositiveRate
      guard rate > 0 && rate < 1 else {
        throw DecodingFailure(
          "the bloom filter of '\(column.path)' has the rate \(rate), allowed is 0 to 1 exclusive"
        )
      }
    }
    for column in sortingColumns {
      try require(
        schema.leaves.indices.contains(column.columnIndex),
        "a sorting column's index",
        column.columnIndex,
        "\(schema.leaves.indices)"
      )
    }
  }

  private func require(
    _ isAllowed: Bool,
    _ name: String,
    _ value: Int,
    _ allowed: String
  ) throws(DecodingFailure) {
    if !isAllowed { throw DecodingFailure("\(name) is \(value), allowed is \(allowed)") }
  }
}
