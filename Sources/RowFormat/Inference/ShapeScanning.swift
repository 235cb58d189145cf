import ColumnFormat

/// Finds out the shapes of a block's records, whatever their format.
enum ShapeScanning {
  /// What a scan met.
  struct Outcome {
    var recordCount: Int
    var rejected: [RejectedRecord]
  }

  /// A tree for records of a format.
  static func makeTree(
    _ format: RecordFormat,
    options: DecodingOptions,
    tracksCauses: Bool
  ) -> ShapeTree {
    ShapeTree(
      keepsMixedListsAsText: format == .dynamodb,
      keepsNumbersExact: options.keepsNumbersExact,
      tracksCauses: tracksCauses
    )
  }

  /// Adds a block's records to a tree.
  ///
  /// The columns of a CSV block that brings no names are called as those of `known`.
  static func scan(
    _ block: RecordBlock,
    _ format: RecordFormat,
    options: DecodingOptions,
    known: Schema,
    into tree: ShapeTree
  ) -> Outcome {
    switch format {
    case .ndjson:
      var scanner = JSONShapeScanner(tree, block, options: options)
      return scanLines(block, options, &scanner)
    case .dynamodb:
      var scanner = DynamoDBShapeScanner(tree, block, options: options)
      return scanLines(block, options, &scanner)
    case .csv(let layout):
      var records = CSVRecords(
        block,
        layout: layout,
        known: known,
        rowCapacity: 64,
        recordByteCountMax: options.recordByteCountMax
      )
      var scanner = CSVShapeScanner(
        tree,
        block,
        columnNames: records.columnNames,
        options: options
      )
      _ = records.run(&scanner)
      return Outcome(recordCount: records.numbers.count, rejected: records.rejected)
    }
  }

  private static func scanLines<Scanner: RecordParsing>(
    _ block: RecordBlock,
    _ options: DecodingOptions,
    _ scanner: inout Scanner
  ) -> Outcome {
    var records = LineRecords(block, rowCapacity: 64, options: options)
    _ = records.run(&scanner)
    return Outcome(recordCount: records.lines.count, rejected: records.rejected)
  }

  /// The known columns, widened by what a tree saw, and the new ones after them.
  static func schema(_ tree: ShapeTree, _ format: RecordFormat, evolving known: Schema) -> Schema {
    guard case .dynamodb = format else { return tree.schema(evolving: known) }
    return DynamoDBColumns.schema(
      evolving: known,
      hasStreamRecords: tree.hasStreamRecords,
      tree
    )
  }
}
