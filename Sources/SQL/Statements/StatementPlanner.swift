import Catalog
import ColumnFormat

/// A statement ready to run.
struct PlannedStatement: Sendable {
  enum Work: Sendable {
    /// The rows are known.
    case rows(Batch)
    case plan(LogicalPlan, output: [PlanColumn])
    /// CREATE TABLE AS, INSERT INTO, UNLOAD.
    case write(WritePlan)
    /// A change of the catalog, made when the statement runs; the lines are what it reports.
    case change(@Sendable () throws(SQLError) -> [String])
    /// EXPLAIN ANALYZE: the plan is run, its rows are dropped.
    case analysis(LogicalPlan, output: [PlanColumn], isJSON: Bool)
  }

  var columns: [ResultColumn]
  var work: Work
}

/// Turns a statement's syntax into something that can run.
struct StatementPlanner {
  let resolver: TableResolver
  let context: EvaluationContext
  let parameters: [SyntaxExpression]
  let prepared: PreparedStatements
  /// The statement's text.
  let text: String

  func plan(_ statement: SyntaxStatement) throws(SQLError) -> PlannedStatement {
    switch statement {
    case .query(let query):
      let (plan, output) = try optimized(query)
      return PlannedStatement(columns: output.resultColumns, work: .plan(plan, output: output))
    case .explain(let explain): return try self.explain(explain)
    case .showDatabases(let like):
      return rows(["database_name"], try databases(like).map { [$0] })
    case .showTables(let database, let like):
      return rows(["tab_name"], try tables(database, like).map { [$0] })
    case .showViews(let database, let like):
      return rows(["views"], try views(database, like).map { [$0] })
    case .showTableProperties(let table, let key, let range):
      return try properties(table, key, range)
    case .showCreateTable(let table, let range):
      return rows(["createtab_stmt"], try tableScript(table, range).map { [$0] })
    case .showCreateView(let name, let range):
      let editor = try editor(range)
      let view = try editor.view(name, range)
      return rows(["create view"], view.script(try editor.name(name)).map { [$0] })
    case .createDatabase, .dropDatabase, .createTable, .dropTable, .alterTable, .repairTable,
      .dropView:
      return try change(statement)
    case .createView(let view): return try createView(view)
    case .showColumns(let table, let range):
      let handle = try resolver.table(table.map(\.text), at: range)
      return rows(["field"], handle.visibleColumns.map { [$0.name] })
    case .describe(let describe): return try self.describe(describe)
    case .describeFile(let pattern, let range, let namesOnly):
      let columns = try resolver.file(pattern, at: range).visibleColumns
      if namesOnly { return rows(["field"], columns.map { [$0.name] }) }
      return rows(
        ["column", "type", "extra"],
        columns.map { [$0.name, "\($0.type)", $0.partitionIndex == nil ? "" : "partition key"] }
      )
    case .prepare(let name, let range, let parameterCount):
      let statement = String(decoding: Array(text.utf8)[range.start..<range.end], as: UTF8.self)
      try prepared.prepare(name, .init(text: statement, parameterCount: parameterCount))
      return rows([], [])
    case .deallocate(let name):
      try prepared.deallocate(name)
      return rows([], [])
    case .execute(let name, let values, let range):
      let statement = try prepared.statement(name)
      guard values.count == statement.parameterCount else {
        throw SQLError(
          .invalidParameterUsage,
          "Incorrect number of parameters: expected \(statement.parameterCount) but found \(values.count)",
          at: range
        )
      }
      return try run(statement.text, with: values, at: range)
    case .executeImmediate(let statement, let values, let range):
      return try run(statement, with: values, at: range)
    case .showPartitions(let table, let range):
      return rows(["partition"], try partitions(table, range).map { [$0] })
    case .showFunctions(let like):
      return rows(["function", "kind", "signature", "description"], functions(like))
    case .write(let write):
      return try WritePlanner(
        resolver: resolver,
        context: context,
        parameters: parameters
      ).plan(write)
    case .unsupported(let name, let range):
      throw SQLError(.notSupported, "\(name) is not supported", at: range)
    }
  }

  func rows(_ names: [String], _ rows: [[String]]) -> PlannedStatement {
    let table = StatementRows(names, rows)
    return PlannedStatement(columns: table.columns, work: .rows(table.batch))
  }

  // MARK: Prepared statements

  /// The plan of another text with values for its `?`; an error in it is one of the whole EXECUTE.
  private func run(
    _ statement: String,
    with values: [SyntaxExpression],
    at range: SourceRange
  ) throws(SQLError) -> PlannedStatement {
    do throws(SQLError) {
      let syntax = try Parser.parse(statement)
      switch syntax {
      case .prepare, .execute, .executeImmediate, .deallocate:
        throw SQLError(.notSupported, "a prepared statement cannot prepare or execute another one")
      case .query, .explain, .write, .unsupported: break
      default:
        throw SQLError(.notSupported, "Invalid statement type for prepared statement")
      }
      let planner = StatementPlanner(
        resolver: resolver,
        context: context,
        parameters: values,
        prepared: prepared,
        text: statement
      )
      return try planner.plan(syntax)
    } catch {
      var error = error
      error.range = range
      error.details.append("in the prepared statement: \(statement)")
      throw error
    }
  }

  // MARK: Queries

  func optimized(
    _ query: SyntaxQuery
  ) throws(SQLError) -> (plan: LogicalPlan, output: [PlanColumn]) {
    var binder = Binder(tables: resolver, context: context, parameters: parameters)
    let bound = try binder.bind(query)
    return (try Optimizer.optimize(bound.plan, context: context), bound.output)
  }

  private func explain(_ explain: Explain) throws(SQLError) -> PlannedStatement {
    if let write = explain.write {
      let planned = try WritePlanner(
        resolver: resolver,
        context: context,
        parameters: parameters
      ).plan(write)
      guard case .write(let plan) = planned.work else { return planned }
      if explain.isJSON { return rows(["Query Plan"], [[plan.json()]]) }
      return rows(["Query Plan"], plan.lines.map { [$0] })
    }
    let (plan, output) = try optimized(explain.query)
    if explain.isAnalyze {
      return PlannedStatement(
        columns: [ResultColumn(name: "Query Plan", type: .text)],
        work: .analysis(plan, output: output, isJSON: explain.isJSON)
      )
    }
    // One value, so that it can be read as a document.
    if explain.isJSON { return rows(["Query Plan"], [[plan.json()]]) }
    let lines = plan.text().split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.last == "" ? lines.dropLast() : lines[...]
    return rows(["Query Plan"], text.map { [String($0)] })
  }

  // MARK: SHOW

  private func functions(_ like: String?) -> [[String]] {
    let pattern = like.map(NamePattern.init)
    let entries = FunctionCatalog.standard.entries.filter {
      $0.kind != .operator && !$0.name.hasPrefix("$") && (pattern?.matches($0.name) ?? true)
    }
    return entries.sorted { $0.name < $1.name }.flatMap { entry in
      entry.signatures.map { [entry.name, entry.kind.rawValue, $0, entry.summary] }
    }
  }
}

extension [PlanColumn] {
  fileprivate var resultColumns: [ResultColumn] {
    map { ResultColumn(name: $0.name, type: $0.type) }
  }
}
