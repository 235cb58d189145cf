public import ColumnFormat

/// Turns blocks of records into typed rows.
///
/// A decoder keeps nothing between blocks: blocks may be decoded in any order and on any threads.
public struct RecordDecoder: Sendable {
  /// How the records are written.
  public let format: RecordFormat
  /// What was set.
  public let options: DecodingOptions

  /// A decoder of one format.
  public init(format: RecordFormat, options: DecodingOptions = DecodingOptions()) {
    self.format = format
    self.options = options
  }

  /// Decodes a block whose fields may go beyond what is known.
  ///
  /// - Parameters:
  ///   - block: Whole records.
  ///   - schema: What is known; empty at first.
  /// - Returns: The rows in `schema` widened by what this block holds: fields that are new come
  ///   last, types only widen, every value is kept exactly.
  /// - Throws: Nothing that a record holds; only the block as a whole can fail.
  public func decode(_ block: RecordBlock, evolving schema: Schema) throws(RowFormatError)
    -> DecodedBlock
  {
    if !schema.fields.isEmpty, let attempt = run(block, schema, mode: .known) { return attempt }
    let tree = ShapeScanning.makeTree(format, options: options, tracksCauses: false)
    _ = ShapeScanning.scan(block, format, options: options, known: schema, into: tree)
    let widened = ShapeScanning.schema(tree, format, evolving: schema)
    return try finished(run(block, widened, mode: .inferred), block)
  }

  /// Decodes exactly the columns of a schema, in its order.
  ///
  /// A missing field is null; other fields are left out; a record with a value that its column
  /// does not hold is rejected, with the column and the value in the message.
  public func decode(_ block: RecordBlock, fixed schema: Schema) throws(RowFormatError)
    -> DecodedBlock
  {
    try finished(run(block, schema, mode: .fixed), block)
  }

  /// Only an attempt at known columns stops early, so there is always a result here.
  private func finished(_ decoded: DecodedBlock?, _ block: RecordBlock) throws(RowFormatError)
    -> DecodedBlock
  {
    guard let decoded else {
      throw RowFormatError(.malformed("the records changed while they were read"), path: block.path)
    }
    return decoded
  }

  /// How values and columns meet.
  enum Mode {
    /// The first value that does not fit ends the attempt.
    case known
    /// The columns are made for this block.
    case inferred
    /// The columns are declared.
    case fixed
  }

  private func run(_ block: RecordBlock, _ schema: Schema, mode: Mode) -> DecodedBlock? {
    let tree = ColumnTree(
      schema: schema,
      rowCapacity: RecordDecoder.rowCapacity(block),
      arenaByteCount: block.bytes.count,
      isEvolving: mode != .fixed,
      matching: mode == .fixed ? options.keyMatching : KeyMatching()
    )
    switch format {
    case .ndjson:
      var parser = JSONColumnDecoder(
        tree,
        block,
        options: options,
        isEvolving: mode != .fixed,
        stopsAtMisfit: mode == .known
      )
      return runLines(block, tree, &parser)
    case .dynamodb:
      var parser = DynamoDBColumnDecoder(
        tree,
        block,
        schema,
        options: options,
        isEvolving: mode != .fixed,
        stopsAtMisfit: mode == .known
      )
      return runLines(block, tree, &parser)
    case .csv(let layout):
      return runDelimited(block, schema, layout, tree, mode: mode)
    }
  }

  private func runLines<Parser: RecordParsing>(
    _ block: RecordBlock,
    _ tree: ColumnTree,
    _ parser: inout Parser
  ) -> DecodedBlock? {
    var records = LineRecords(
      block,
      rowCapacity: tree.slots.pointee.capacity,
      options: options
    )
    guard records.run(&parser) else { return nil }
    let (schema, batch) = tree.finish(heap: block.bytes.owner)
    var decoded = DecodedBlock(
      batch: batch,
      schema: schema,
      rejected: records.rejected,
      recordNumbers: records.recordNumbers
    )
    decoded.places = records.places
    return decoded
  }

  private func runDelimited(
    _ block: RecordBlock,
    _ schema: Schema,
    _ layout: CSVLayout,
    _ tree: ColumnTree,
    mode: Mode
  ) -> DecodedBlock? {
    var records = CSVRecords(
      block,
      layout: layout,
      known: schema,
      rowCapacity: tree.slots.pointee.capacity,
      recordByteCountMax: options.recordByteCountMax,
      keepsPlaces: options.keepsPlaces
    )
    var taker = CSVColumnDecoder(
      tree,
      schema,
      columnNames: records.columnNames,
      options: options,
      isEvolving: mode != .fixed,
      stopsAtMisfit: mode == .known
    )
    defer { taker.free() }
    if mode == .known && !taker.isComplete { return nil }
    guard records.run(&taker) else { return nil }
    let (precise, batch) = tree.finish(heap: block.bytes.owner)
    var decoded = DecodedBlock(
      batch: batch,
      schema: precise,
      rejected: records.rejected,
      recordNumbers: records.recordNumbers
    )
    decoded.places = records.places
    return decoded
  }

  /// About how many rows a block has, from the length of its first line.
  private static func rowCapacity(_ block: RecordBlock) -> Int {
    let length = block.bytes.values.prefix(4096).firstIndex(of: UInt8(ascii: "\n")) ?? 4096
    return block.bytes.count / max(length, 16) + 64
  }
}
