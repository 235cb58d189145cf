import Testing

@testable import SQL

/// Queries that the binder refuses: message, place and help together.
///
/// The place is marked with ‹›.
@Suite struct BindingErrorTests {
  static let cases: [(query: String, code: SQLError.Code, message: String, help: String?)] = [
    (
      "select ‹custmer_id› from (select 1 as customer_id)", .columnNotFound,
      "column 'custmer_id' cannot be resolved", "did you mean 'customer_id'?"
    ),
    (
      "select ‹t.aa› from t", .columnNotFound, "column 't.aa' cannot be resolved",
      "did you mean 't.a'?"
    ),
    (
      "select a from t where c = ‹\"red\"›", .columnNotFound, "column 'red' cannot be resolved",
      "double quotes name a column; text is written 'red'"
    ),
    (
      "select ‹a› from t, u", .ambiguousName, "column 'a' is ambiguous",
      "put the table's name before it: table.a"
    ),
    (
      "select * from t x join u ‹x› on true", .ambiguousName,
      "table name 'x' is specified more than once", nil
    ),
    ("select 1 from ‹nowhere›", .tableNotFound, "table 'nowhere' does not exist", nil),
    (
      "with revenue as (select 1) select * from ‹revenu›", .tableNotFound,
      "table 'revenu' does not exist", "did you mean 'revenue'?"
    ),
    (
      "select a from t where ‹c = 5›", .typeMismatch, "cannot apply operator: varchar = integer",
      "there is no implicit cast between text and numbers; write cast(… as …)"
    ),
    (
      "select a from t where ‹e > '2026-01-01'›", .typeMismatch,
      "cannot apply operator: date > varchar(10)",
      "write the date as DATE '2026-01-31' or TIMESTAMP '2026-01-31 12:00:00'"
    ),
    (
      "select ‹c || 1› from t", .typeMismatch, "cannot apply operator: varchar || integer",
      "there is no implicit cast between text and numbers; write cast(… as …)"
    ),
    (
      "select a from t where ‹a›", .typeMismatch, "the condition must be a boolean, it is integer",
      nil
    ),
    ("select ‹sume›(a) from t", .functionNotFound, "function 'sume' not registered", nil),
    (
      "select ‹c›, count(*) from t group by a", .expressionNotAggregate,
      "'c' must be an aggregate expression or appear in GROUP BY clause", nil
    ),
    (
      "select a + ‹b› from t group by a", .expressionNotAggregate,
      "'b' must be an aggregate expression or appear in GROUP BY clause", nil
    ),
    (
      "select a as x from t group by ‹x›", .columnNotFound, "column 'x' cannot be resolved",
      "aliases of the select list are not visible in GROUP BY; write the expression or its position 1"
    ),
    (
      "select a from t where ‹sum(a)› > 1", .expressionNotScalar,
      "WHERE clause cannot contain aggregations, window functions or grouping operations: sum",
      "put the condition into HAVING"
    ),
    (
      "select sum(‹count(*)›) from t", .nestedAggregation,
      "cannot nest aggregations inside aggregation 'count'", nil
    ),
    (
      "select a from t where ‹row_number() over ()› = 1", .expressionNotScalar,
      "WHERE clause cannot contain aggregations, window functions or grouping operations: row_number",
      "compute it in a subquery and filter around it, or use QUALIFY"
    ),
    (
      "select a from t order by ‹3›", .invalidColumnReference,
      "ORDER BY position 3 is not in select list", "the select list has 1 column"
    ),
    (
      "select distinct a from t order by ‹b›", .expressionNotInDistinct,
      "for SELECT DISTINCT, ORDER BY expressions must appear in select list", nil
    ),
    (
      "select ‹date '2024-02-30'›", .invalidLiteral, "'2024-02-30' is not a valid date literal", nil
    ),
    (
      "select ‹99999999999999999999›", .invalidLiteral,
      "invalid numeric literal: 99999999999999999999",
      "larger numbers are written DECIMAL '99999999999999999999'"
    ),
    ("select cast(a as ‹strin›) from t", .typeNotFound, "unknown type: strin", nil),
    (
      "select cast(a as ‹string›) from t", .typeNotFound, "unknown type: string",
      "did you mean 'varchar'?"
    ),
    (
      "select * from (values (1, 2)) as ‹x› (a)", .mismatchedColumnAliases,
      "column alias list has 1 entries but 'x' has 2 columns available", nil
    ),
    (
      "select a from t ‹union› select 1, 2", .typeMismatch,
      "UNION query has different number of fields: 1, 2", nil
    ),
    ("select a from t limit ‹-1›", .syntaxError, "", nil),
    (
      "with x as (select 1), ‹x› as (select 2) select 1", .duplicateNamedQuery,
      "WITH query name 'x' specified more than once", nil
    ),
    (
      "select a from t where a = ‹(select a, b from u)›", .typeMismatch,
      "a subquery in an expression must return one column, this returns 2", nil
    ),
    (
      "select case when a = 1 then 'x' else ‹2› end from t", .typeMismatch,
      "all CASE results must be the same type or coercible to a common type; cannot find common type between varchar(1) and integer",
      nil
    ),
    ("select r.‹z› from t", .columnNotFound, "column 'z' cannot be resolved", nil),
    (
      "select ‹rank(a)› from t", .missingOver,
      "window function rank requires an OVER clause", "write rank(…) OVER (ORDER BY …)"
    ),
    (
      "select extract(‹yeer› from e) from t", .syntaxError, "invalid EXTRACT field: yeer",
      "did you mean 'year'?"
    ),
    (
      "select * from t cross join unnest(‹c›) as x (y)", .typeMismatch,
      "cannot unnest type: varchar", "UNNEST takes arrays and maps"
    ),
    (
      "select sum(a) over (partition by b rows ‹nope› preceding) from t", .columnNotFound,
      "column 'nope' cannot be resolved", nil
    ),
  ]

  @Test(arguments: cases)
  func `the message names what is wrong, where, and what was meant`(
    _ testCase: (query: String, code: SQLError.Code, message: String, help: String?)
  ) throws {
    let (text, range) = MarkedQuery.parse(testCase.query)
    do {
      _ = try Planning.bind(text)
      Issue.record("'\(text)' was accepted")
    } catch let error as SQLError {
      #expect(error.code == testCase.code)
      guard testCase.code != .syntaxError || !testCase.message.isEmpty else { return }
      #expect(error.message == testCase.message)
      if let help = testCase.help { #expect(error.help == help) }
      #expect(error.range == range, "in '\(text)'")
    }
  }
}

/// A query in which a place is marked with ‹›.
enum MarkedQuery {
  static func parse(_ marked: String) -> (text: String, range: SourceRange) {
    var text = ""
    var start = 0
    var end = 0
    for character in marked {
      switch character {
      case "‹": start = text.utf8.count
      case "›": end = text.utf8.count
      default: text.append(character)
      }
    }
    return (text, SourceRange(start, end))
  }
}
