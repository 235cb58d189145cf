import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@testable import ColumnFormat

/// What other readers find in files of every type, nesting, codec and page version.
///
/// `Scripts/check-peers.py` reads them. It runs with the program that `LAKE_PYTHON` names,
/// or `python3`, and needs its modules pyarrow, duckdb and polars. `LAKE_PEERS` names other readers
/// of that script.
@Suite struct PeerReadingTests {
  private static let script = TestPaths.repository + "/Scripts/check-peers.py"

  private static let python = getenv("LAKE_PYTHON").map { String(cString: $0) } ?? "python3"

  private static let readers =
    getenv("LAKE_PEERS").map { String(cString: $0) } ?? "pyarrow duckdb polars"

  /// Whether modules of these names are there.
  private static func has(_ readers: String) -> Bool {
    let names = readers.split(separator: " ").joined(separator: ", ")
    return run("\(python) -c 'import \(names)' 2>/dev/null").status == 0
  }

  private static func run(_ command: String) -> (status: Int32, output: String) {
    guard let pipe = popen(command, "r") else { return (-1, "") }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = fread(&chunk, 1, chunk.count, pipe)
      if count == 0 { break }
      output += chunk[..<count]
    }
    return (pclose(pipe), String(decoding: output, as: UTF8.self))
  }

  /// All types on their own and in each other.
  private static let types: [LogicalType] =
    SampleColumns.leaves + SampleColumns.nested
    + SampleColumns.leaves.map { .list(Field("x", $0)) }
    + [.row(SampleColumns.leaves.enumerated().map { Field("f\($0)", $1) })]
    + [
      .list(
        Field(
          "x",
          .map(
            key: Field("k", .int64, isNullable: false),
            value: Field("v", SampleColumns.nested[3])
          )
        )
      )
    ]

  @Test(.enabled(if: has(readers), "needs python3 with \(readers)"))
  func `pyarrow, DuckDB and Polars find what was written`() throws {
    let folder = TemporaryDirectory()
    for codec in Codec.allCases where codec.isBuiltIn && codec != .lz4Hadoop {
      for version in [1, 2] {
        for isNullable in [true, false] {
          for hasDictionary in [true, false] {
            var options = WriterOptions()
            options.codec = codec
            options.dataPageVersion = version
            options.dictionaryByteCountMax = hasDictionary ? 1 << 20 : 0
            let name = "\(codec.name)-v\(version)-\(isNullable)-\(hasDictionary)"
            try write(name, folder, isNullable: isNullable, options)
          }
        }
      }
    }
    expectAgreement(of: PeerReadingTests.readers, on: 48, in: folder)
  }

  @Test(.enabled(if: has("fastparquet"), "needs python3 with fastparquet"))
  func `fastparquet finds what was written in the encodings that it knows`() throws {
    let folder = TemporaryDirectory()
    for codec in Codec.allCases where codec.isBuiltIn && codec != .lz4Hadoop {
      for isNullable in [true, false] {
        for hasDictionary in [true, false] {
          var options = WriterOptions()
          options.codec = codec
          options.dictionaryByteCountMax = hasDictionary ? 1 << 20 : 0
          options.usesDeltaEncodings = false
          options.usesByteStreamSplit = false
          let name = "\(codec.name)-\(isNullable)-\(hasDictionary)"
          try write(name, folder, isNullable: isNullable, options)
        }
      }
    }
    expectAgreement(of: "fastparquet", on: 24, in: folder)
  }

  private func expectAgreement(
    of readers: String,
    on fileCount: Int,
    in folder: TemporaryDirectory
  ) {
    let result = PeerReadingTests.run(
      "\(PeerReadingTests.python) \(PeerReadingTests.script) \(folder.path) \(readers)"
    )
    let readerCount = readers.split(separator: " ").count
    let end = "checked \(fileCount) files with \(readerCount) readers\n"
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.hasSuffix(end), "\(result.output)")
  }

  /// Writes a file of all types, and beside it what is in it as JSON.
  private func write(
    _ name: String,
    _ folder: TemporaryDirectory,
    isNullable: Bool,
    _ options: WriterOptions
  ) throws {
    let rowCount = 150
    var generator = SeededGenerator(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    let schema = Schema(
      PeerReadingTests.types.enumerated().map {
        Field("c\($0)", $1, isNullable: isNullable || $1 == .unknown, id: $0 + 1)
      }
    )
    var options = options
    options.pageByteCountMin = 1
    options.pageByteCount = 700
    options.pageRowCountMax = 40
    options.rowGroupRowCountMax = 100
    options.bloomFilters = [BloomFilterColumn("c4"), BloomFilterColumn("c11")]
    let rows = schema.fields.map { field in
      (0..<rowCount).map { _ in SampleColumns.scalar(field, &generator) }
    }
    let sink = MemorySink()
    var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
    let columns = zip(schema.fields, rows).map { SampleColumns.column($0.type, $1) }
    try writer.write(Batch(columns: columns, rowCount: rowCount))
    _ = try writer.finish()
    folder.write(sink.bytes, to: name + ".parquet")
    let described = zip(schema.fields, rows).map { field, scalars in
      let values = scalars.map { PeerValue.json($0, field.type) }.joined(separator: ",")
      return "{\"type\":\(PeerValue.json(field.type)),\"values\":[\(values)]}"
    }
    folder.write("[\(described.joined(separator: ",\n"))]", to: name + ".json")
  }
}

/// Types and values in the form that `check-peers.py` brings all readers' values to.
private enum PeerValue {
  /// A word, or a list of a word and the parts' types.
  static func json(_ type: LogicalType) -> String {
    switch type {
    case .unknown: "\"unknown\""
    case .boolean: "\"boolean\""
    case .int8, .int16, .int32, .int64, .date: "\"integer\""
    case .float32, .float64: "\"float\""
    case .decimal: "\"decimal\""
    case .string, .json: "\"text\""
    case .binary: "\"binary\""
    case .uuid: "\"uuid\""
    case .time, .timestamp: "\"time\""
    case .list(let element): "[\"list\",\(json(element.type))]"
    case .map(let key, let value): "[\"map\",\(json(key.type)),\(json(value.type))]"
    case .row(let fields): "[\"row\",\(fields.map { json($0.type) }.joined(separator: ","))]"
    }
  }

  /// Floating point as the bits of a double, decimals as unscaled and scale, times in nanoseconds,
  /// text and binary in hexadecimal digits.
  static func json(_ scalar: Scalar, _ type: LogicalType) -> String {
    switch (scalar, type) {
    case (.null, _): return "null"
    case (.boolean(let value), _): return "\(value)"
    case (.int(let value), .decimal(_, let scale)): return "\"\(value)e-\(scale)\""
    case (.int128(let value), .decimal(_, let scale)): return "\"\(value)e-\(scale)\""
    case (.int(let value), .time(let unit)), (.int(let value), .timestamp(let unit, _)):
      return "\"\(Int128(value) * Int128(1_000_000_000 / unit.perSecond))\""
    case (.int(let value), _): return "\"\(value)\""
    case (.float(let value), _): return "\"\(Double(value).bitPattern)\""
    case (.double(let value), _): return "\"\(value.bitPattern)\""
    case (.bytes(let bytes), _):
      return "\"\(bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())\""
    case (.list(let values), .list(let element)):
      return "[\(values.map { json($0, element.type) }.joined(separator: ","))]"
    case (.list(let pairs), .map(let key, let value)):
      return "[\(pairs.map { json($0, .row([key, value])) }.joined(separator: ","))]"
    case (.row(let values), .row(let fields)):
      return "[\(zip(values, fields).map { json($0, $1.type) }.joined(separator: ","))]"
    default: preconditionFailure("\(scalar) is no \(type)")
    }
  }
}
