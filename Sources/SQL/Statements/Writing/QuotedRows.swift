import ColumnFormat

/// Lines as OpenCSVSerde reads them: every value in quotes, dates as days and times as milliseconds
/// since 1970, nothing for null.
struct QuotedRows: RowText {
  private let fields: [Field]
  private let options: QuotedLines.Options
  private let hasHeader: Bool

  init(_ fields: [Field], _ options: QuotedLines.Options, _ hasHeader: Bool) {
    self.fields = fields
    self.options = options
    self.hasHeader = hasHeader
  }

  func appendHeader(to text: inout [UInt8]) {
    guard hasHeader else { return }
    for (index, field) in fields.enumerated() {
      if index > 0 { text.append(options.separator) }
      appendQuoted(Array(field.name.utf8), to: &text)
    }
    text.append(0x0A)
  }

  func append(_ columns: [Column], _ row: Int, to text: inout [UInt8]) throws(SQLError) {
    for (index, column) in columns.enumerated() {
      if index > 0 { text.append(options.separator) }
      try append(column, row, fields[index], to: &text)
    }
    text.append(0x0A)
  }

  private func append(
    _ column: Column,
    _ row: Int,
    _ field: Field,
    to text: inout [UInt8]
  ) throws(SQLError) {
    guard column.isValid(row) else {
      // Text comes back empty, as everywhere with this SerDe; other types could not be read at all.
      if case .string = field.type { return }
      throw refusal(field, "OpenCSVSerde has no null for \(SQLType(field.type))")
    }
    var value: [UInt8] = []
    switch (field.type, column.scalar(at: row)) {
    case (.date, .int(let days)): NumberText.append(days, to: &value)
    case (.timestamp(let unit, _), .int(let time)):
      let (millis, rest) = time.quotientAndRemainder(dividingBy: unit.perSecond / 1000)
      guard rest == 0 else { throw refusal(field, "OpenCSVSerde has times of milliseconds only") }
      NumberText.append(millis, to: &value)
    default: QuotedRows.appendPlain(column, row, SQLType(field.type), to: &value)
    }
    if value.contains(where: { $0 == 0x0A || $0 == 0x0D }) {
      throw refusal(field, "it has a line end")
    }
    appendQuoted(value, to: &text)
  }

  private func refusal(_ field: Field, _ reason: String) -> SQLError {
    SQLError(
      .hiveWriter,
      "a value of column '\(field.name)' cannot be written as CSV: \(reason)",
      help: "write JSON or PARQUET"
    )
  }

  private func appendQuoted(_ value: [UInt8], to text: inout [UInt8]) {
    text.append(options.quote)
    for byte in value {
      if byte == options.quote || byte == options.escape { text.append(options.escape) }
      text.append(byte)
    }
    text.append(options.quote)
  }
}
