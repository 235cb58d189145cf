import ColumnFormat

@testable import SQL

/// Runs SQL without tables from text to rows.
enum SQLCalls {
  struct NoTables: TableResolving {
    func table(_ parts: [String], at range: SourceRange) throws(SQLError) -> TableHandle {
      throw SQLError(.tableNotFound, "no table '\(parts.joined(separator: "."))'", at: range)
    }

    func file(_ pattern: String, at range: SourceRange) throws(SQLError) -> TableHandle {
      throw SQLError(.tableNotFound, "no file '\(pattern)'", at: range)
    }
  }

  /// 2026-11-23 12:34:56.789 UTC.
  static let context = EvaluationContext(queryStartMicros: 1_795_437_296_789_000)

  /// The rows of a query, each value as text.
  static func rows(_ sql: String) throws -> [[String]] {
    guard case .query(let syntax) = try Parser.parse(sql) else { return [] }
    var binder = Binder(tables: NoTables(), context: context)
    let bound = try binder.bind(syntax)
    let plan = try Optimizer.optimize(bound.plan, context: context)
    let execution = Execution(
      plan: plan,
      output: bound.output,
      settings: ExecutionSettings(threads: 1, memoryByteCount: 1 << 28, context: context)
    )
    var rows: [[String]] = []
    _ = try execution.run { batch in
      for row in 0..<batch.rowCount {
        rows.append(
          bound.output.indices.map {
            ValueText.string(batch.columns[$0], row: row, type: bound.output[$0].type)
          }
        )
      }
    }
    return rows
  }

  /// The only value of an expression, or `CODE: message` where it fails.
  static func value(_ expression: String) -> String {
    do {
      let rows = try rows("SELECT " + expression)
      guard rows.count == 1, rows[0].count == 1 else { return "\(rows)" }
      return rows[0][0]
    } catch let error as SQLError {
      return "\(error.code.rawValue): \(error.message)"
    } catch {
      return "\(error)"
    }
  }
}
