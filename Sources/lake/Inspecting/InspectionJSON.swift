import ColumnFormat
import RowFormat

/// What `lake inspect` says about a file, for programs.
struct InspectionJSON {
  private let file: ParquetFile

  init(_ file: ParquetFile) { self.file = file }

  /// The file as a whole.
  var summary: [JSONObject.Member] {
    let metadata = file.metadata
    return [
      .init(name: "path", value: .string(file.path)),
      .init(name: "bytes", value: .integer(file.byteCount)),
      .init(name: "rows", value: .integer(file.rowCount)),
      .init(name: "createdBy", value: metadata.createdBy.map { .string($0) } ?? .null),
      .init(name: "formatVersion", value: .integer(metadata.version)),
      .init(
        name: "metadata",
        value: .object(
          JSONObject(
            metadata.keyValueMetadata.map {
              .init(name: $0.key, value: $0.value.map { .string($0) } ?? .null)
            }
          )
        )
      ),
    ]
  }

  /// The tree of columns.
  var schema: JSONValue { .array(file.schema.fields.map(field)) }

  private func field(_ field: Field) -> JSONValue {
    var members: [JSONObject.Member] = [
      .init(name: "name", value: .string(field.name)),
      .init(name: "type", value: .string(TypeName.short(field.type))),
      .init(name: "nullable", value: .boolean(field.isNullable)),
    ]
    if let id = field.id { members.append(.init(name: "id", value: .integer(id))) }
    let parts = field.type.parts
    if !parts.isEmpty {
      members.append(.init(name: "fields", value: .array(parts.map(self.field))))
    }
    return .object(JSONObject(members))
  }

  /// All row groups with their chunks, and with the chunks' pages if asked for; and the first damage
  /// among the pages.
  func rowGroups(withPages: Bool) -> (value: JSONValue, damage: ColumnFormatError?) {
    var groups: [JSONValue] = []
    var damage: ColumnFormatError?
    for (number, group) in file.metadata.rowGroups.enumerated() {
      var chunks: [JSONValue] = []
      for (leaf, chunk) in group.columns.enumerated() {
        var members = self.chunk(chunk, group: number, leaf: leaf)
        if withPages {
          let listing = file.pages(rowGroup: number, leaf: leaf)
          members.append(
            .init(name: "pages", value: .array(listing.pages.map { page($0, leaf: leaf) }))
          )
          if let found = listing.damage {
            members.append(.init(name: "damage", value: .string(found.description)))
            damage = damage ?? found
          }
        }
        chunks.append(.object(JSONObject(members)))
      }
      groups.append(
        .object(
          JSONObject([
            .init(name: "rows", value: .integer(group.rowCount)),
            .init(name: "uncompressedBytes", value: .integer(group.uncompressedByteCount)),
            .init(name: "sortingColumns", value: .array(group.sortingColumns.map(sorting))),
            .init(name: "columns", value: .array(chunks)),
          ])
        )
      )
    }
    return (.array(groups), damage)
  }

  private func sorting(_ column: SortingColumn) -> JSONValue {
    .object(
      JSONObject([
        .init(name: "column", value: .integer(column.columnIndex)),
        .init(name: "descending", value: .boolean(column.isDescending)),
        .init(name: "nullsFirst", value: .boolean(column.isNullsFirst)),
      ])
    )
  }

  private func chunk(_ chunk: ColumnChunkMetadata, group: Int, leaf: Int) -> [JSONObject.Member] {
    var members: [JSONObject.Member] = [
      .init(name: "path", value: .array(chunk.path.map { .string($0) })),
      .init(name: "storage", value: .string(TypeName.storage(chunk.type))),
      .init(name: "codec", value: .string(chunk.compression.name)),
      .init(name: "encodings", value: .array(chunk.encodings.map { .string($0.name) })),
      .init(name: "values", value: .integer(chunk.valueCount)),
      .init(name: "compressedBytes", value: .integer(chunk.compressedByteCount)),
      .init(name: "uncompressedBytes", value: .integer(chunk.uncompressedByteCount)),
      .init(name: "dataPageOffset", value: .integer(chunk.dataPageOffset)),
    ]
    func add(_ name: String, _ value: Int?) {
      if let value { members.append(.init(name: name, value: .integer(value))) }
    }
    add("dictionaryPageOffset", chunk.dictionaryPageOffset)
    add("textBytes", chunk.sizeStatistics?.byteArrayByteCount)
    for (name, counts) in [
      ("repetitionLevels", chunk.sizeStatistics?.repetitionLevelCounts ?? []),
      ("definitionLevels", chunk.sizeStatistics?.definitionLevelCounts ?? []),
    ] where !counts.isEmpty {
      members.append(.init(name: name, value: .array(counts.map { .integer($0) })))
    }
    for (name, offset, byteCount) in [
      ("columnIndex", chunk.columnIndexOffset, chunk.columnIndexByteCount),
      ("offsetIndex", chunk.offsetIndexOffset, chunk.offsetIndexByteCount),
      ("bloomFilter", chunk.bloomFilterOffset, chunk.bloomFilterByteCount),
    ] {
      guard let offset else { continue }
      let size = byteCount.map { JSONValue.integer($0) } ?? .null
      members.append(
        .init(
          name: name,
          value: .object(
            JSONObject([
              .init(name: "offset", value: .integer(offset)), .init(name: "bytes", value: size),
            ])
          )
        )
      )
    }
    members.append(.init(name: "statistics", value: statistics(chunk, group, leaf)))
    return members
  }

  private func statistics(_ chunk: ColumnChunkMetadata, _ group: Int, _ leaf: Int) -> JSONValue {
    guard let raw = chunk.statistics else { return .null }
    var members: [JSONObject.Member] = []
    if let count = raw.nullCount { members.append(.init(name: "nulls", value: .integer(count))) }
    if let count = raw.distinctCount {
      members.append(.init(name: "distinct", value: .integer(count)))
    }
    let leaves = file.leafDescriptions
    if let bounds = file.leafStatistics(rowGroup: group, leaf: leaf), leaves.indices.contains(leaf)
    {
      let type = leaves[leaf].type
      if let min = bounds.min {
        members.append(.init(name: "min", value: ScalarText.json(min, type)))
        members.append(.init(name: "minIsExact", value: .boolean(bounds.isMinExact)))
      }
      if let max = bounds.max {
        members.append(.init(name: "max", value: ScalarText.json(max, type)))
        members.append(.init(name: "maxIsExact", value: .boolean(bounds.isMaxExact)))
      }
    }
    return .object(JSONObject(members))
  }

  private func page(_ page: PageDescription, leaf: Int) -> JSONValue {
    let facts = PageFacts(page)
    let leaves = file.leafDescriptions
    func bound(_ scalar: Scalar?) -> JSONValue {
      guard let scalar, leaves.indices.contains(leaf) else { return .null }
      return ScalarText.json(scalar, leaves[leaf].type)
    }
    return .object(
      JSONObject([
        .init(name: "kind", value: .string(facts.kind)),
        .init(name: "encoding", value: facts.encoding.map { .string($0) } ?? .null),
        .init(name: "firstRow", value: page.firstRow.map { .integer($0) } ?? .null),
        .init(name: "values", value: facts.valueCount.map { .integer($0) } ?? .null),
        .init(name: "nulls", value: facts.nullCount.map { .integer($0) } ?? .null),
        .init(name: "min", value: bound(page.statistics?.min)),
        .init(name: "max", value: bound(page.statistics?.max)),
        .init(name: "offset", value: .integer(page.offset)),
        .init(name: "compressedBytes", value: .integer(page.header.compressedByteCount)),
        .init(name: "uncompressedBytes", value: .integer(page.header.uncompressedByteCount)),
        .init(
          name: "checksum",
          value: page.header.checksum.map { .integer(Int($0)) } ?? .null
        ),
      ])
    )
  }

  /// The first rows, an object each.
  func head(_ rowCount: Int) throws(ColumnFormatError) -> JSONValue {
    .array(
      try FirstRows.read(file, count: rowCount).map { row in
        .object(
          JSONObject(
            zip(row, file.schema.fields).map {
              .init(name: $1.name, value: ScalarText.json($0, $1.type))
            }
          )
        )
      }
    )
  }
}
