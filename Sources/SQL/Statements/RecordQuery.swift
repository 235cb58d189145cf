import Catalog
public import ColumnFormat
import RowFormat

/// A query over single records: each gives one row or none, whatever the others are.
///
/// ```sql
/// id, cast(price as decimal(10,2)) price                    the items alone, over all records
/// SELECT id, price * 2 AS twice FROM record WHERE id > 0    or the whole query
/// ```
public struct RecordQuery: Sendable {
  /// The query as it is bound.
  public let text: String
  private let query: SyntaxQuery
  private let context: EvaluationContext

  /// Reads a query.
  ///
  /// - Parameters:
  ///   - text: The items of a SELECT, or a whole one from `record`.
  ///   - nowMicros: The clock for `now()` and its like, in microseconds since 1970-01-01 UTC.
  /// - Throws: ``SQLError`` with its place in ``text``.
  public init(_ text: String, nowMicros: Int64) throws(SQLError) {
    let whole = RecordQuery.whole(text)
    self.text = whole
    guard case .query(let query) = try Parser.parse(whole) else {
      throw SQLError(.notSupported, "a projection of records is a SELECT")
    }
    self.query = query
    context = EvaluationContext(queryStartMicros: nowMicros)
  }

  /// The whole query that a text stands for, which places of errors are about.
  package static func whole(_ text: String) -> String {
    let trimmed = text.drop { $0 == " " || $0 == "\n" || $0 == "\t" }
    let isWhole =
      trimmed.prefix(6).lowercased() == "select"
      && (trimmed.dropFirst(6).first.map { $0 == " " || $0 == "\n" || $0 == "\t" } ?? false)
    return isWhole ? text : "SELECT \(text) FROM record"
  }

  /// Settles the query's names and types for records of a schema.
  ///
  /// A field that the query names and no record has had yet is null in all of them.
  ///
  /// - Throws: ``SQLError`` when a type does not fit, or when the query looks at more than one record
  ///   at a time.
  public func bound(to schema: Schema) throws(SQLError) -> BoundRecordQuery {
    var schema = schema
    while true {
      do throws(SQLError) {
        return try bind(schema)
      } catch {
        guard error.code == .columnNotFound, let wider = lacking(error.range, schema) else {
          throw error
        }
        schema = wider
      }
    }
  }

  private func bind(_ schema: Schema) throws(SQLError) -> BoundRecordQuery {
    var binder = Binder(tables: RecordTable(schema: schema), context: context)
    let bound = try binder.bind(query)
    return try BoundRecordQuery(bound, schema: schema, context: context)
  }

  private static func mayBelongToName(_ byte: UInt8) -> Bool {
    switch UnicodeScalar(byte) {
    case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "\"": true
    default: byte >= 0x80
    }
  }

  /// The schema with the field at a place of the text; nil where that makes no difference.
  private func lacking(_ range: SourceRange?, _ schema: Schema) -> Schema? {
    guard let range else { return nil }
    let bytes = Array(text.utf8)
    // The place of an error may be that of the member alone.
    var start = range.start
    while start > 0, RecordQuery.mayBelongToName(bytes[start - 1]) { start -= 1 }
    let name = String(decoding: bytes[start..<range.end], as: UTF8.self)
    var parts = name.split(separator: ".").map { $0.filter { $0 != "\"" && $0 != " " } }
    if parts.count > 1, parts[0].lowercased() == RecordTable.name { parts.removeFirst() }
    guard let last = parts.popLast(), !last.isEmpty else { return nil }
    var field = Field(last, .unknown)
    for part in parts.reversed() { field = Field(part, .row([field])) }
    if let index = schema.fields.firstIndex(where: {
      $0.name.lowercased() == field.name.lowercased()
    }) {
      // A field of another type has no members.
      switch (schema.fields[index].type, field.type) {
      case (.unknown, .row), (.row, .row): break
      default: return nil
      }
    }
    let wider = schema.merged(with: Schema([field]))
    return wider.fields.map(\.type) == schema.fields.map(\.type) ? nil : wider
  }
}

/// A ``RecordQuery`` over records of one schema; for one thread at a time.
public struct BoundRecordQuery {
  /// The columns of the records, those that are null in all of them too.
  public let input: Schema
  /// The columns of the rows.
  public let output: Schema
  private let columns: [Int]
  private let steps: [Step]

  private enum Step {
    case filter(ExpressionEvaluator)
    case project([ExpressionEvaluator])
  }

  /// What becomes of some records.
  public struct Result {
    /// The rows.
    public var batch: Batch
    /// Which record each row comes from, ascending.
    public var rows: [Int]
    /// Records on which the query fails.
    public var failed: [(row: Int, error: SQLError)]
  }

  fileprivate init(_ bound: BoundQuery, schema: Schema, context: EvaluationContext) throws(SQLError)
  {
    input = schema
    var steps: [Step] = []
    var types: [ColumnID: LogicalType] = [:]
    let scan = try BoundRecordQuery.compile(bound.plan, context, schema, &steps, &types)
    columns = scan.columns.map(\.tableColumn)
    // The query's columns in their order, under the names that are shown.
    var items: [ExpressionEvaluator] = []
    var fields: [Field] = []
    for column in bound.output {
      items.append(
        try ExpressionEvaluator(.column(column), input: bound.plan.columns, context: context)
      )
      if fields.contains(where: { $0.name.lowercased() == column.name.lowercased() }) {
        throw SQLError(
          .ambiguousName,
          "the projection has two columns '\(column.name)'",
          help: "name one of them with AS"
        )
      }
      guard let type = types[column.id] ?? column.type.storedType(unknown: .unknown) else {
        throw SQLError(
          .notSupported,
          "column '\(column.name)' is of type \(column.type), which files do not keep",
          help: "cast it to another type"
        )
      }
      fields.append(Field(column.name, type))
    }
    steps.append(.project(items))
    output = Schema(fields)
    self.steps = steps
  }

  private static func compile(
    _ plan: LogicalPlan,
    _ context: EvaluationContext,
    _ schema: Schema,
    _ steps: inout [Step],
    _ types: inout [ColumnID: LogicalType]
  ) throws(SQLError) -> LogicalPlan.Scan {
    switch plan {
    case .scan(let scan):
      for column in scan.columns {
        types[column.column.id] = schema.fields[column.tableColumn].type
      }
      for filter in scan.filters {
        steps.append(
          .filter(try ExpressionEvaluator(filter, input: plan.columns, context: context))
        )
      }
      return scan
    case .filter(let input, let predicate):
      let scan = try compile(input, context, schema, &steps, &types)
      steps.append(
        .filter(try ExpressionEvaluator(predicate, input: input.columns, context: context))
      )
      return scan
    case .project(let input, let items):
      let scan = try compile(input, context, schema, &steps, &types)
      var evaluators: [ExpressionEvaluator] = []
      for item in items {
        evaluators.append(
          try ExpressionEvaluator(item.expression, input: input.columns, context: context)
        )
        // A column that is passed through keeps what a SQL type does not say.
        if case .column(let column) = item.expression { types[item.column.id] = types[column.id] }
      }
      steps.append(.project(evaluators))
      return scan
    default:
      throw SQLError(
        .notSupported,
        "a projection of records looks at one record at a time: it has expressions and WHERE, but "
          + "no aggregates, joins, subqueries, UNNEST, windows, DISTINCT, ORDER BY or LIMIT"
      )
    }
  }

  /// Applies the query to records whose columns are those of ``input``.
  public func apply(_ batch: Batch) -> Result {
    var parts: [Batch] = []
    var result = Result(batch: Batch(columns: [], rowCount: 0), rows: [], failed: [])
    var start = 0
    repeat {
      let end = min(start + Batch.rowCountTarget, batch.rowCount)
      apply(batch, start..<end, &parts, &result)
      start = end
    } while start < batch.rowCount
    result.batch =
      parts.isEmpty
      ? Batch(columns: output.fields.map { .nulls($0.type, count: 0) }, rowCount: 0)
      : Batch.concatenate(parts)
    return result
  }

  /// Halves the rows where the query fails until the records are found that it fails on.
  private func apply(
    _ batch: Batch,
    _ range: Range<Int>,
    _ parts: inout [Batch],
    _ result: inout Result
  ) {
    do throws(SQLError) {
      let (rows, kept) = try run(batch.slice(range))
      parts.append(rows)
      result.rows += kept.map { $0 + range.lowerBound }
    } catch {
      if range.count <= 1 {
        if let row = range.first { result.failed.append((row, error)) }
        return
      }
      let middle = range.lowerBound + range.count / 2
      apply(batch, range.lowerBound..<middle, &parts, &result)
      apply(batch, middle..<range.upperBound, &parts, &result)
    }
  }

  private func run(_ batch: Batch) throws(SQLError) -> (Batch, [Int]) {
    var current = Batch(columns: columns.map { batch.columns[$0] }, rowCount: batch.rowCount)
    var rows = Array(0..<batch.rowCount)
    for step in steps {
      do {
        switch step {
        case .filter(let predicate):
          let selection = try predicate.select(current)
          if selection.count == current.rowCount { continue }
          rows = selection.indices.values.map { rows[Int($0)] }
          current = current.taking(selection)
        case .project(let items):
          let columns = try items.map { try $0.evaluate(current).flattened() }
          current = Batch(columns: columns, rowCount: current.rowCount)
        }
      } catch {
        throw error as? SQLError ?? SQLError(.internalError, "\(error)")
      }
    }
    return (current, rows)
  }
}

/// The only table of a ``RecordQuery``.
private struct RecordTable: TableResolving {
  static let name = "record"
  let schema: Schema

  func table(_ parts: [String], at range: SourceRange) throws(SQLError) -> TableHandle {
    guard parts.count == 1, parts[0].lowercased() == RecordTable.name else {
      throw SQLError(
        .tableNotFound,
        "a projection of records reads from 'record', not from '\(parts.joined(separator: "."))'",
        at: range
      )
    }
    return TableHandle(
      name: RecordTable.name,
      columns: schema.fields.map {
        TableHandle.TableColumn(name: $0.name, type: SQLType($0.type), logicalType: $0.type)
      },
      partitions: [],
      format: .ndjson
    )
  }

  func file(_ pattern: String, at range: SourceRange) throws(SQLError) -> TableHandle {
    throw SQLError(.notSupported, "a projection of records reads from 'record'", at: range)
  }
}
