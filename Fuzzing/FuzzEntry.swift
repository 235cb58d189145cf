// Compiled together with the sources of ColumnFormat by `Scripts/fuzz`, so that decoders are at hand
// that the module keeps for itself. The fuzzer's input starts with a byte that chooses what reads it.

/// What libFuzzer calls with each input; see `Scripts/fuzz`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  if count < 4 { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: start + 4, count: count - 4))
  switch start[0] % 8 {
  case 0: FuzzTargets.file(bytes)
  case 1: FuzzTargets.metadata(bytes)
  case 2: FuzzTargets.codec(bytes, start[1], byteCount: Int(start[2]) << 4 | Int(start[3]))
  case 3: FuzzTargets.levels(bytes, levelMax: Int(start[1] % 64) + 1, count: Int(start[2]) << 4)
  default:
    FuzzTargets.values(bytes, encoding: start[1], storage: start[2], count: Int(start[3]) << 2)
  }
  return 0
}

enum FuzzTargets {
  /// A whole file, read and filtered.
  static func file(_ bytes: [UInt8]) {
    guard let file = try? ParquetFile(source: MemorySource(bytes), path: "input") else { return }
    for rowGroup in file.metadata.rowGroups.indices.prefix(4) {
      for field in file.schema.fields.indices.prefix(32) {
        _ = file.statistics(rowGroup: rowGroup, field: field)
        let path = ColumnPath([file.schema.fields[field].name])
        if let reader = try? file.reader(rowGroup: rowGroup, fields: [field]) {
          while let batch = try? reader.next(500) { touch(batch.columns[0]) }
        }
        if let reader = try? file.reader(rowGroup: rowGroup, fields: [field]) {
          while reader.remaining(0) > 0 {
            let count = min(reader.remaining(0), 300)
            let rows = Buffer(stride(from: UInt32(0), to: UInt32(count), by: 9).map { $0 })
            guard let column = try? reader.read(0, rows: rows, of: count) else { break }
            touch(column)
          }
        }
        if case .row(let members) = file.schema.fields[field].type {
          let paths = members.indices.prefix(4).map { FieldPath(field, members: [$0]) }
          if let reader = try? file.reader(rowGroup: rowGroup, paths: paths) {
            while let batch = try? reader.next(500) { batch.columns.forEach(touch) }
          }
        }
        if let reader = try? FilteredReader(
          file: file,
          rowGroup: rowGroup,
          fields: [field],
          predicate: .isNotNull(path)
        ) {
          while let batch = try? reader.next() { touch(batch.columns[0]) }
        }
      }
    }
  }

  /// Footers, page headers and indexes.
  static func metadata(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { raw in
      var reader = CompactReader(raw)
      if let footer = try? FileMetadata(from: &reader) { _ = try? FileSchema(footer.schema) }
      reader = CompactReader(raw)
      _ = try? PageHeader(from: &reader)
      reader = CompactReader(raw)
      _ = try? OffsetIndex(from: &reader)
      reader = CompactReader(raw)
      _ = try? ColumnIndex(from: &reader)
      reader = CompactReader(raw)
      _ = try? BloomFilterHeader(from: &reader)
    }
  }

  /// libFuzzer calls from one thread.
  nonisolated(unsafe) private static let decompressor = Decompressor()

  static func codec(_ bytes: [UInt8], _ choice: UInt8, byteCount: Int) {
    let codec = Codec.allCases[Int(choice) % Codec.allCases.count]
    var target = [UInt8](repeating: 0, count: byteCount)
    bytes.withUnsafeBytes { source in
      target.withUnsafeMutableBytes { try? decompressor.decompress(codec, source, into: $0) }
    }
  }

  static func levels(_ bytes: [UInt8], levelMax: Int, count: Int) {
    let (block, raw) = padded(bytes)
    var target = [UInt8](repeating: 0, count: count + 1)
    withExtendedLifetime(block) {
      if var decoder = try? LevelDecoder(raw, levelMax: levelMax, name: "definition") {
        target.withUnsafeMutableBufferPointer {
          if let base = $0.baseAddress { try? decoder.decode(into: base, count: count) }
        }
      }
      _ = try? LevelDecoder.fromBitPacked(raw, levelMax: levelMax, count: count, name: "definition")
      var validity = ValidityBits()
      validity.begin(capacity: count)
      if var decoder = try? LevelDecoder(raw, levelMax: 1, name: "definition") {
        _ = try? decoder.decodeValidity(count: count, into: &validity)
      }
    }
  }

  /// A page of values in any encoding, partly passed over.
  static func values(_ bytes: [UInt8], encoding: UInt8, storage: UInt8, count: Int) {
    let (block, raw) = padded(bytes)
    let encoding = PageEncoding(rawValue: Int32(encoding % 10))
    guard let storage = StorageType(rawValue: Int32(storage % 8)) else { return }
    let leaf = ColumnLeaf(
      path: ["input"],
      storage: storage,
      typeLength: 5,
      type: LeafTyping.plainType(storage),
      isUnsigned: false,
      definitionLevelMax: 0,
      repetitionLevelMax: 0,
      elementDefinitionLevel: 0
    )
    let decoder = LeafDecoders.decoder(leaf)
    guard
      var page = try? PageValues(raw, encoding: encoding, storage: storage, owner: block)
    else { return }
    decoder.begin(capacity: count)
    do {
      try decoder.append(&page, count: count / 2)
      try decoder.skip(&page, count: count / 4)
      touch(decoder.finish(count: count / 2, validity: nil))
    } catch {}
  }

  /// A copy behind which as much memory is readable as behind a page.
  private static func padded(_ bytes: [UInt8]) -> (MemoryBlock, UnsafeRawBufferPointer) {
    let block = MemoryBlock(byteCount: bytes.count + PageReader.padding)
    bytes.withUnsafeBytes {
      if let base = $0.baseAddress { block.base.copyMemory(from: base, byteCount: bytes.count) }
    }
    return (block, UnsafeRawBufferPointer(start: block.base, count: bytes.count))
  }

  private static func touch(_ column: Column) {
    for row in 0..<column.count { _ = column.scalar(at: row) }
  }
}
