import ColumnFormat

extension RecordFormat {
  /// Finds out how an input is written, by its content, also inside gzip and zstd.
  ///
  /// The first MiB is looked at. A header is found by Glue's rule (``CSVDetection``).
  /// - Throws: When the input cannot be read, or is none of the formats.
  public static func detect(path: String) throws(RowFormatError) -> RecordFormat {
    try RecordBlockReader(path: path, format: nil).format
  }
}

/// Tells record formats apart.
enum FormatDetection {
  /// The format of an input that starts with some bytes.
  ///
  /// - Parameters:
  ///   - sample: The first bytes, decompressed, without byte order mark.
  ///   - isWhole: Whether that is the whole input.
  ///   - path: For the error: the input.
  /// - Returns: The format.
  /// - Throws: When it is none of the formats.
  static func detect(_ sample: Buffer<UInt8>, isWhole: Bool, path: String) throws(RowFormatError)
    -> RecordFormat
  {
    if let name = foreignFormat(sample) {
      throw RowFormatError(.unsupported("it is \(name), not records of text"), path: path)
    }
    if let name = wideEncoding(sample) {
      throw RowFormatError(
        .unsupported("it is text in \(name): iconv -f \(name) -t UTF-8 makes records of it"),
        path: path
      )
    }
    let lines = sample.values.split(separator: UInt8(ascii: "\n"), maxSplits: 200)
      .prefix(200).compactMap { line in line.first { $0 > 0x20 } == nil ? nil : line }
    let objects = lines.filter { line in line.first { $0 > 0x20 } == UInt8(ascii: "{") }
    // Zeros in records of JSON cost those records, not the input.
    if !lines.isEmpty && objects.count * 2 >= lines.count {
      let startsOtherwise = lines.first?.first { $0 > 0x20 } != UInt8(ascii: "{")
      // Cells of delimited text may begin with a brace too; they make no object.
      if startsOtherwise && !objects.contains(where: isObject),
        let layout = CSVDetection.layout(sample, isWhole: isWhole)
      {
        return .csv(layout)
      }
      return json(objects)
    }
    if sample.values.prefix(4096).contains(0) {
      throw RowFormatError(.malformed("it is neither JSON nor delimited text"), path: path)
    }
    guard let first = lines.first else { return .ndjson }
    if let layout = CSVDetection.layout(sample, isWhole: isWhole) { return .csv(layout) }
    // Arrays, single values and a few broken lines are rejected one by one.
    if !objects.isEmpty || first.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") {
      return json(objects)
    }
    // Only the reader of delimited text knows whether a carriage return stands within quotes.
    if !sample.values.contains(UInt8(ascii: "\n")) {
      for delimiter in CSVDetection.delimiters where sample.values.contains(delimiter) {
        _ = try CSVHeader(
          sample,
          isWhole: isWhole,
          layout: CSVLayout(delimiter: delimiter),
          path: path
        )
      }
    }
    throw RowFormatError(
      .malformed(
        "it is neither JSON, one object a line, nor delimited text of two columns and two rows"
      ),
      path: path
    )
  }

  private static func isObject(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let record = RecordBlock(path: "", records: line)
    var start = UnsafePointer(record.bytes.base)
    while start.pointee <= 0x20 { start += 1 }
    var scanner = JSONScanner(start: start, depthMax: 1000)
    return withExtendedLifetime(record) { scanner.skipObject(start, depth: 0) != nil }
  }

  /// Whether the first sound object is DynamoDB's.
  private static func json(_ lines: [Slice<UnsafeBufferPointer<UInt8>>]) -> RecordFormat {
    for line in lines {
      let record = RecordBlock(path: "", records: line)
      var start = UnsafePointer(record.bytes.base)
      while start.pointee <= 0x20 { start += 1 }
      var scanner = JSONScanner(start: start, depthMax: 1000)
      let isWhole = withExtendedLifetime(record) { scanner.skipObject(start, depth: 0) != nil }
      if !isWhole { continue }
      return withExtendedLifetime(record) {
        DynamoDBRecord.isRecord(start, depthMax: 1000) ? .dynamodb : .ndjson
      }
    }
    return .ndjson
  }

  /// The name of an encoding with two or four bytes for each character; nil where there is none.
  ///
  /// It is told by its byte order mark, or by zeros at all the same places of the first characters, which
  /// are ASCII in records of any format.
  private static func wideEncoding(_ sample: Buffer<UInt8>) -> String? {
    let bytes = sample.values
    let marks: [([UInt8], String)] = [
      ([0xFF, 0xFE, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF], "UTF-32"), ([0xFF, 0xFE], "UTF-16"),
      ([0xFE, 0xFF], "UTF-16"),
    ]
    if let mark = marks.first(where: { bytes.starts(with: $0.0) }) { return mark.1 }
    let first = Array(bytes.prefix(8))
    if first.count < 8 { return nil }
    let patterns: [([Bool], String)] = [
      ([true, false, false, false], "UTF-32LE"), ([false, false, false, true], "UTF-32BE"),
      ([true, false], "UTF-16LE"), ([false, true], "UTF-16BE"),
    ]
    return patterns.first { pattern, _ in
      first.indices.allSatisfy { (first[$0] != 0) == pattern[$0 % pattern.count] }
    }?.1
  }

  /// The name of a format that has no text records.
  private static func foreignFormat(_ sample: Buffer<UInt8>) -> String? {
    let magics: [([UInt8], String)] = [
      (Array("PAR1".utf8), "a Parquet file"),
      (Array("ORC".utf8), "an ORC file"),
      (Array("Obj".utf8) + [1], "an Avro file"),
      (Array("PK".utf8) + [3, 4], "a zip archive"),
      ([0xFD] + Array("7zXZ".utf8), "compressed with xz"),
      ([0x04, 0x22, 0x4D, 0x18], "compressed with lz4"),
    ]
    let name = magics.first { sample.values.starts(with: $0.0) }?.1
    // A column of delimited text may be called `ORCID` or `PAR1`.
    let isText = sample.values.prefix(64).allSatisfy { $0 >= 0x20 || (0x09...0x0D).contains($0) }
    let isBinary = sample.values.first.map { $0 > 0x7F } ?? true || !isText || sample.count <= 8
    return isBinary ? name : nil
  }
}
