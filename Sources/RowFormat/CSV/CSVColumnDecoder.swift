import ColumnFormat

/// Decodes delimited text straight into column slots.
struct CSVColumnDecoder: CSVRecordTaking {
  private var appender: ValueAppender
  private let tree: ColumnTree
  private let slots: SlotPointer
  /// The slot of each field of the file; nil where the schema has no such column.
  private let targets: UnsafeMutableBufferPointer<SlotPointer?>
  private let nullTexts: CSVNullTexts
  private let isEvolving: Bool
  private let stopsAtMisfit: Bool
  /// Whether columns of the schema are not in the file.
  private let hasMissing: Bool

  init(
    _ tree: ColumnTree,
    _ schema: Schema,
    columnNames: [String],
    options: DecodingOptions,
    isEvolving: Bool,
    stopsAtMisfit: Bool
  ) {
    self.tree = tree
    self.isEvolving = isEvolving
    self.stopsAtMisfit = stopsAtMisfit
    slots = tree.slots
    nullTexts = CSVNullTexts(options.nullTexts)
    appender = ValueAppender(tree, isEvolving: isEvolving, textsAreTyped: true)
    targets = .allocate(capacity: columnNames.count)
    var found: Set<Int> = []
    for (index, name) in columnNames.enumerated() {
      // A file's names are distinct, but two may name one column of the schema: the first does.
      let target = tree.field(of: 0, named: name).flatMap { found.insert($0).inserted ? $0 : nil }
      targets.initializeElement(at: index, to: target.map { tree.slots + $0 })
    }
    hasMissing = found.count < schema.fields.count
  }

  func free() { targets.deallocate() }

  /// Whether every field of the file has a column.
  var isComplete: Bool { targets.allSatisfy { $0 != nil } }

  mutating func take(
    _ fields: UnsafeMutablePointer<CSVField>,
    _ tokenizer: CSVTokenizer,
    recordNumber: Int
  ) -> CSVTaking {
    let row = slots.pointee.count
    for index in 0..<targets.count {
      guard let slot = targets[index] else { continue }
      let field = fields[index]
      if nullTexts.contains(field) {
        appender.appendNull(slot)
      } else if field.hasDoubledQuotes {
        let text = appender.openArena()
        let end = tokenizer.unquote(field, into: text)
        appender.keepArena(upTo: end)
        if !append(slot, text, count: end - text) { return misfit(slot, field, row: row) }
      } else if !append(slot, field.start, count: field.count) {
        // Among numbers and times `NA` means that there is none.
        guard !field.isQuoted, CSVText.isMissingMarker(field.start, count: field.count) else {
          return misfit(slot, field, row: row)
        }
        appender.appendNull(slot)
      }
    }
    if hasMissing {
      for child in 0..<slots.pointee.childCount {
        let slot = slots + slots.pointee.firstChild + child
        if slot.pointee.count == row { appender.appendNull(slot) }
      }
    }
    if row == slots.pointee.capacity { slots.pointee.grow() }
    slots.pointee.count = row &+ 1
    return .taken
  }

  @inline(__always)
  private mutating func append(_ slot: SlotPointer, _ start: BytePointer, count: Int) -> Bool {
    if appender.appendText(slot, start, count: count) { return true }
    // Where everything is quoted, an empty text is all that a null can be.
    if count > 0 || isEvolving { return false }
    appender.appendNull(slot)
    return true
  }

  private func misfit(_ slot: SlotPointer, _ field: CSVField, row: Int) -> CSVTaking {
    ColumnTree.truncateFields(slots, to: row, slots)
    if stopsAtMisfit { return .stop }
    return .rejected(
      tree.misfitWords(slot: slot - slots, field.start..<field.start + field.count)
    )
  }
}
