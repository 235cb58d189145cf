import ColumnFormat

/// Finds out what kinds of values stand in the columns of delimited text.
struct CSVShapeScanner: CSVRecordTaking {
  private let tree: ShapeTree
  private let shapes: [ShapePointer?]
  private let nullTexts: CSVNullTexts
  private let infersTimes: Bool
  private let file: String

  init(_ tree: ShapeTree, _ block: RecordBlock, columnNames: [String], options: DecodingOptions) {
    self.tree = tree
    file = block.path
    infersTimes = options.infersTimes
    nullTexts = CSVNullTexts(options.nullTexts)
    shapes = columnNames.map { tree.field(of: tree.root, named: $0) }
  }

  mutating func take(
    _ fields: UnsafeMutablePointer<CSVField>,
    _ tokenizer: CSVTokenizer,
    recordNumber: Int
  ) -> CSVTaking {
    shapes.withUnsafeBufferPointer { shapes in
      for index in 0..<shapes.count {
        guard let shape = shapes[index], !shape.pointee.kinds.contains(.text) else { continue }
        let field = fields[index]
        if nullTexts.contains(field) { continue }
        let evidence =
          field.hasDoubledQuotes
          ? ShapeEvidence.text
          : CSVText.evidence(field.start, count: field.count, infersTimes: infersTimes)
        if isKnown(evidence, shape.pointee) { continue }
        if case .text = evidence, !field.isQuoted,
          CSVText.isMissingMarker(field.start, count: field.count)
        {
          continue
        }
        tree.add(
          evidence,
          to: shape,
          at: ShapeTree.Place(
            file: file,
            recordNumber: recordNumber,
            value: UnsafeBufferPointer(start: field.start, count: field.count)
          )
        )
      }
    }
    return .taken
  }

  @inline(__always)
  private func isKnown(_ evidence: ShapeEvidence, _ shape: Shape) -> Bool {
    switch evidence {
    case .integer(let value): shape.holds(value)
    case .number(let number): shape.holds(number)
    case .time(let time): shape.holds(time)
    case .boolean: shape.kinds.contains(.boolean)
    default: false
    }
  }
}
