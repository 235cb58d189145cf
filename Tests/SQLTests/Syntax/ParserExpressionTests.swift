import Testing

@testable import SQL

@Suite struct ParserExpressionTests {
  private func tree(_ expression: String) throws -> String {
    let text = SyntaxText.of(try Parser.parse("SELECT " + expression))
    return String(text.dropFirst("select ".count))
  }

  @Test(arguments: [
    ("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"),
    ("a || b + c", "(a || (b + c))"),
    ("-a * b", "((-a) * b)"),
    ("- -1", "(-(-1))"),
    ("a = 1 AND b = 2 AND c OR NOT d = 3", "(((a = 1) and (b = 2) and c) or (not (d = 3)))"),
    ("NOT a AND b", "((not a) and b)"),
    ("a BETWEEN 1 AND 2 AND b", "((a between 1 and 2) and b)"),
    ("a NOT IN (1, 2)", "(a not in (1, 2))"),
    ("a NOT LIKE 'x!_%' ESCAPE '!'", "(a not like 'x!_%' escape '!')"),
    ("a IS NOT NULL", "(a is not null)"),
    ("a IS DISTINCT FROM b + 1", "(a is distinct from (b + 1))"),
    ("a + b < c || d", "((a + b) < (c || d))"),
    ("-x AT TIME ZONE 'UTC'", "(-(x at time zone 'UTC'))"),
    ("a = ANY (SELECT 1)", "(a = any {select 1})"),
    ("a <> ALL (VALUES 1)", "(a <> all {values (1)})"),
    ("(a)", "a"),
    ("(a, 1)", "row(a, 1)"),
  ])
  func `operators bind as in Trino's grammar`(text: String, expected: String) throws {
    #expect(try tree(text) == expected)
  }

  @Test(arguments: [
    ("1.50", "1.50d"), ("1e3", "1e3"), ("X'0aFF'", "xa.ff"),
    ("DATE '2026-01-02'", "date '2026-01-02'"),
    ("TIMESTAMP '2026-01-02 03:04:05'", "timestamp '2026-01-02 03:04:05'"),
    ("DOUBLE PRECISION '1'", "double '1'"), ("INTERVAL '3' DAY", "interval '3' day"),
    ("INTERVAL -'1-2' YEAR TO MONTH", "interval '-1-2' year to month"), ("NULL", "null"),
    ("TRUE", "true"), ("?", "?0"), ("? + ?", "(?0 + ?1)"),
  ])
  func `literals keep what was typed`(text: String, expected: String) throws {
    #expect(try tree(text) == expected)
  }

  @Test(arguments: [
    ("t.a.b", "t.a.b"), ("\"A b\".c", "\"A b\".c"), ("f(x).y", "f(x).y"),
    ("a[1][2].b", "a[1][2].b"),
    ("m['k']", "m['k']"), ("ARRAY[1, 2][1]", "array[1, 2][1]"), ("ROW(1, 'a')", "row(1, 'a')"),
    ("date", "date"), ("year", "year"), ("interval", "interval"),
  ])
  func `names, members and subscripts chain`(text: String, expected: String) throws {
    #expect(try tree(text) == expected)
  }

  @Test(arguments: [
    ("count(*)", "count(*)"), ("count(DISTINCT a)", "count(distinct a)"),
    ("array_agg(a ORDER BY b DESC NULLS FIRST)", "array_agg(a order by b desc nulls first)"),
    ("sum(a) FILTER (WHERE b > 1)", "sum(a) filter (b > 1)"),
    ("listagg(a, ',') WITHIN GROUP (ORDER BY b)", "listagg(a, ',' order by b)"),
    (
      "lag(a) IGNORE NULLS OVER (PARTITION BY b ORDER BY c)",
      "lag(a) ignore nulls over (partition by b order by c)"
    ),
    ("sum(a) OVER w", "sum(a) over w"),
    (
      "sum(a) OVER (w ROWS BETWEEN 2 PRECEDING AND UNBOUNDED FOLLOWING)",
      "sum(a) over (w rows 2 before to last)"
    ),
    (
      "sum(a) OVER (ORDER BY b RANGE INTERVAL '1' DAY PRECEDING)",
      "sum(a) over (order by b range interval '1' day before to current)"
    ),
    ("EXTRACT(YEAR FROM d)", "extract(YEAR from d)"),
    ("POSITION('a' IN b)", "strpos(b, 'a')"), ("TRIM(a)", "trim(a)"),
    ("TRIM(LEADING 'x' FROM a)", "ltrim(a, 'x')"), ("TRIM(BOTH FROM a)", "trim(a)"),
    ("SUBSTRING(a FROM 2 FOR 3)", "substring(a, 2, 3)"), ("substring(a, 2)", "substring(a, 2)"),
    ("CURRENT_DATE", "CURRENT_DATE()"), ("current_timestamp(6)", "current_timestamp(6)"),
    ("IF(a, 1, 2)", "IF(a, 1, 2)"), ("GROUPING(a, b)", "GROUPING(a, b)"),
    ("transform(a, x -> x + 1)", "transform(a, ((x) -> (x + 1)))"),
    (
      "reduce(a, 0, (s, x) -> s + x, s -> s)",
      "reduce(a, 0, ((s, x) -> (s + x)), ((s) -> s))"
    ),
    ("f(() -> 1)", "f((() -> 1))"),
    ("json_value(a, 'lax $.b')", "json_value(a, 'lax $.b', 'NNT', null, null)"),
    ("replace(a, 'b')", "replace(a, 'b')"), ("date(a)", "date(a)"), ("map(a, b)", "map(a, b)"),
  ])
  func `calls carry their clauses`(text: String, expected: String) throws {
    #expect(try tree(text) == expected)
  }

  @Test(arguments: [
    ("CASE WHEN a THEN 1 ELSE 2 END", "case(when a then 1 else 2)"),
    ("CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END", "case(a when 1 then 'x' when 2 then 'y')"),
    ("EXISTS (SELECT 1)", "exists {select 1}"),
    ("(SELECT 1) + 1", "({select 1} + 1)"),
    ("((SELECT 1) UNION (SELECT 2))", "{[{select 1} union {select 2}]}"),
    ("((SELECT 1))", "{select 1}"),
    ("a IN (SELECT b FROM t)", "(a in {select b from t})"),
    ("a IN ((SELECT 1) UNION ALL SELECT 2)", "(a in {[{select 1} union all select 2]})"),
    ("a IN ((SELECT 1), 2)", "(a in ({select 1}, 2))"),
  ])
  func `cases and subqueries nest`(text: String, expected: String) throws {
    #expect(try tree(text) == expected)
  }

  @Test(arguments: [
    ("decimal(10, 2)", "decimal(10, 2)"), ("varchar", "varchar"), ("double precision", "double"),
    ("array(map(varchar, bigint))", "array(map(varchar, bigint))"),
    ("bigint array", "array(bigint)"),
    ("array<bigint>", "array(bigint)"), ("map<varchar, array<int>>", "map(varchar, array(int))"),
    ("timestamp(6) with time zone", "timestamp with time zone(6)"),
    ("timestamp without time zone", "timestamp"),
    ("interval day to second", "interval day to second"),
    ("row(a bigint, b array(varchar))", "row(a bigint, b array(varchar))"),
    ("row(bigint, varchar(3))", "row(bigint, varchar(3))"),
    ("row(double precision, x double precision)", "row(double, x double)"),
    ("row(\"from\" timestamp with time zone)", "row(from timestamp with time zone)"),
  ])
  func `types are read in all their forms`(text: String, expected: String) throws {
    #expect(try tree("CAST(a AS \(text))") == "cast(a as \(expected))")
  }

  @Test func `ranges span the expression`() throws {
    guard case .query(let query) = try Parser.parse("SELECT  a + b AS c"),
      case .select(let select) = query.body,
      case .expression(let expression, _) = select.items[0]
    else {
      Issue.record("not a select")
      return
    }
    #expect(expression.range == SourceRange(8, 13))
    #expect(query.range == SourceRange(0, 18))
  }
}
