import Testing

@testable import SQL

@Suite struct PlanJSONTests {
  @Test func `a plan is one JSON document with its inputs as children`() throws {
    let sql = "SELECT a + 1 AS \"b\"\"c\" FROM (VALUES 1, 2) AS t(a) WHERE a > random() ORDER BY a"
    guard case .query(let syntax) = try Parser.parse(sql) else { return }
    var binder = Binder(tables: SQLCalls.NoTables(), context: SQLCalls.context)
    let plan = try Optimizer.optimize(binder.bind(syntax).plan, context: SQLCalls.context)
    let json = plan.json()
    let parsed = try SQLCalls.rows(
      """
      SELECT json_extract_scalar(plan, '$.children[0].children[0].name'),
        json_array_length(json_extract(plan, '$.outputs')), json_extract_scalar(plan, '$.id'),
        json_format(json_extract(plan, '$.outputs[0].type'))
      FROM (VALUES JSON '\(json.replacing("'", with: "''"))') AS t(plan)
      """
    )
    let child = plan.children[0].children[0]
    #expect(
      parsed == [
        [child.operatorName, "\(plan.columns.count)", "0", "\"\(plan.columns[0].type)\""]
      ]
    )
  }
}
