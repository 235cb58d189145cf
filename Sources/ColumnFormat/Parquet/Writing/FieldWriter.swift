/// A top-level column of the batches, and the chunks of its leaves.
struct FieldWriter: Sendable {
  private let field: Field
  private let chunks: [ColumnChunkWriter]

  init(_ field: Field, _ chunks: [ColumnChunkWriter]) {
    self.field = field
    self.chunks = chunks
  }

  /// The writers of all fields, for chunks in the order of the schema's leaves.
  static func writers(_ fields: [Field], _ chunks: [ColumnChunkWriter]) -> [FieldWriter] {
    var next = 0
    return fields.map { field in
      let leafCount = field.type.leafCount
      defer { next += leafCount }
      return FieldWriter(field, Array(chunks[next..<(next + leafCount)]))
    }
  }

  /// Appends one column of some batches; returns why it was refused, if it was.
  func append(_ batches: [Batch], position: Int) -> DecodingFailure? {
    do throws(DecodingFailure) {
      for batch in batches { try append(batch.columns[position]) }
      return nil
    } catch {
      return error
    }
  }

  private func append(_ column: Column) throws(DecodingFailure) {
    if !field.type.isNested { return try chunks[0].append(column) }
    var leaf = 0
    try Shredder.shred(
      column,
      field,
      Slots(count: column.count),
      definition: 0,
      repetition: 0
    ) { slots, values throws(DecodingFailure) in
      try chunks[leaf].append(slots, values)
      leaf += 1
    }
  }
}

extension LogicalType {
  /// Whether the type has parts.
  fileprivate var isNested: Bool {
    switch self {
    case .list, .map, .row: true
    default: false
    }
  }

  /// The number of leaves that a column of the type has.
  fileprivate var leafCount: Int {
    switch self {
    case .list(let element): element.type.leafCount
    case .map(let key, let value): key.type.leafCount + value.type.leafCount
    case .row(let fields): fields.reduce(0) { $0 + $1.type.leafCount }
    default: 1
    }
  }
}
