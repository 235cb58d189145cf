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

  /// All row groups with their chunks, and with the chunks' pages if asked for.
  func rowGroups(withPages: Bool) throws(ColumnFormatError) -> JSONValue {
    var groups: [JSONValue] = []
    for (number, group) in file.metadata.rowGroups.enumerated() {
      var chunks: [JSONValue] = []
      for (leaf, chunk) in group.columns.enumerated() {
        chunks.append(try self.chunk(chunk, group: number, leaf: leaf, withPages: withPages))
      }
      groups.append(
        .object(
          JSONObject([
            .init(name: "rows", value: .integer(group.rowCount)),
            .init(name: "uncompressedBytes", value: .integer(group.uncompressedByteCount)),
            .init(name: "columns", value: .array(chunks)),
          ])
        )
      )
    }
    return .array(groups)
  }

  private func chunk(
    _ chunk: ColumnChunkMetadata,
    group: Int,
    leaf: Int,
    withPages: Bool
  ) throws(ColumnFormatError) -> JSONValue {
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
    if let offset = chunk.dictionaryPageOffset {
      members.append(.init(name: "dictionaryPageOffset", value: .integer(offset)))
    }
    members.append(.init(name: "statistics", value: statistics(chunk, group, leaf)))
    if withPages {
      let pages = try file.pages(rowGroup: group, leaf: leaf)
      members.append(.init(name: "pages", value: .array(pages.map(page))))
    }
    return .object(JSONObject(members))
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

  private func page(_ page: PageDescription) -> JSONValue {
    let facts = PageFacts(page.header)
    return .object(
      JSONObject([
        .init(name: "kind", value: .string(facts.kind)),
        .init(name: "encoding", value: facts.encoding.map { .string($0) } ?? .null),
        .init(name: "values", value: facts.valueCount.map { .integer($0) } ?? .null),
        .init(name: "offset", value: .integer(page.offset)),
        .init(name: "compressedBytes", value: .integer(page.header.compressedByteCount)),
        .init(name: "uncompressedBytes", value: .integer(page.header.uncompressedByteCount)),
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
