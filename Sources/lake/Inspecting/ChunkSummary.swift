import ColumnFormat

/// What the chunks of one column of values have together, over some row groups.
struct ChunkSummary {
  var leaf: LeafDescription
  var codecs: [String] = []
  var encodings: [String] = []
  var valueCount = 0
  var uncompressedByteCount = 0
  var compressedByteCount = 0
  /// Nil where a row group does not say.
  var nullCount: Int? = 0
  /// Known for a single row group at most: others may repeat its values.
  var distinctCount: Int?
  var min: Scalar?
  var max: Scalar?
  var isMinExact = true
  var isMaxExact = true
  private var hasBounds = true

  init(_ leaf: LeafDescription) { self.leaf = leaf }

  /// The summaries of all columns over some row groups of a file.
  static func summaries(_ file: ParquetFile, rowGroups: Range<Int>) -> [ChunkSummary] {
    file.leafDescriptions.enumerated().map { number, leaf in
      var summary = ChunkSummary(leaf)
      for group in rowGroups {
        let columns = file.metadata.rowGroups[group].columns
        guard columns.indices.contains(number) else { continue }
        summary.add(
          columns[number],
          file.leafStatistics(rowGroup: group, leaf: number)
        )
        if rowGroups.count == 1 {
          summary.distinctCount = columns[number].statistics?.distinctCount
        }
      }
      return summary
    }
  }

  private mutating func add(_ chunk: ColumnChunkMetadata, _ statistics: FieldStatistics?) {
    let codec = chunk.compression.name.lowercased()
    if !codecs.contains(codec) { codecs.append(codec) }
    for encoding in ChunkSummary.valueEncodings(chunk) where !encodings.contains(encoding) {
      encodings.append(encoding)
    }
    valueCount += chunk.valueCount
    uncompressedByteCount += chunk.uncompressedByteCount
    compressedByteCount += chunk.compressedByteCount
    if let own = chunk.statistics?.nullCount {
      nullCount = nullCount.map { $0 + own }
    } else {
      nullCount = nil
    }
    include(statistics, isAllNull: chunk.statistics?.nullCount == chunk.valueCount)
  }

  /// The encodings of the values, without that of levels and of dictionary pages.
  static func valueEncodings(_ chunk: ColumnChunkMetadata) -> [String] {
    let data = chunk.encodingStatistics.filter { $0.pageType != .dictionary }.map(\.encoding)
    if !data.isEmpty { return data.map(\.name) }
    let hasDictionary = chunk.encodings.contains {
      $0 == .runLengthDictionary || $0 == .plainDictionary
    }
    // Without counts a plain encoding beside a dictionary may be that of its entries alone.
    return chunk.encodings.filter {
      $0 != .runLength && $0 != .bitPacked && !(hasDictionary && $0 == .plain)
    }.map(\.name)
  }

  private mutating func include(_ statistics: FieldStatistics?, isAllNull: Bool) {
    if isAllNull { return }
    guard hasBounds, let statistics, let low = statistics.min, let high = statistics.max else {
      hasBounds = false
      min = nil
      max = nil
      return
    }
    if min.map({ ScalarOrder.isLess(low, $0) }) ?? true {
      min = low
      isMinExact = statistics.isMinExact
    }
    if max.map({ ScalarOrder.isLess($0, high) }) ?? true {
      max = high
      isMaxExact = statistics.isMaxExact
    }
  }
}

/// The order of values of one type.
enum ScalarOrder {
  static func isLess(_ left: Scalar, _ right: Scalar) -> Bool {
    switch (left, right) {
    case (.boolean(let left), .boolean(let right)): !left && right
    case (.int(let left), .int(let right)): left < right
    case (.int128(let left), .int128(let right)): left < right
    case (.float(let left), .float(let right)): left < right
    case (.double(let left), .double(let right)): left < right
    case (.bytes(let left), .bytes(let right)): left.lexicographicallyPrecedes(right)
    default: false
    }
  }
}
