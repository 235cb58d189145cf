import Testing

@testable import SQL

/// Values that engines other than Trino get wrong, and the semantics of Trino's documentation.
@Suite struct TrinoValueTests {
  @Test(arguments: [
    ("7/2", "3"), ("1.0/3", "0.3"), ("concat('a', null)", "NULL"),
    ("greatest(1, null, 3)", "NULL"), ("substr('hello', 0, 2)", ""),
    ("1e0/0", "Infinity"), ("regexp_replace('aaa','a','b')", "bbb"),
    ("regexp_extract('abc','z')", "NULL"), ("date '2026-01-31' + interval '1' month", "2026-02-28"),
    ("day_of_week(date '2026-11-22')", "7"), ("week(date '2027-01-01')", "53"),
    ("cast(timestamp '2026-01-02 03:04:05' as varchar)", "2026-01-02 03:04:05"),
    (
      "cast(cast(timestamp '2026-01-02 03:04:05' as timestamp(3)) as varchar)",
      "2026-01-02 03:04:05.000"
    ),
    ("to_iso8601(timestamp '2026-01-02 03:04:05.5')", "2026-01-02T03:04:05.5"),
    ("to_iso8601(timestamp '2026-01-02 03:04:05 UTC')", "2026-01-02T03:04:05Z"),
    (
      "json_format(cast(cast(row(1, 'x') as row(a integer, b varchar)) as json))",
      #"{"a":1,"b":"x"}"#
    ),
    ("sum(x) from (values 1) t(x) where x > 1", "NULL"),
    ("count(x) from (values 1) t(x) where x > 1", "0"),
    ("count_if(x > 1) from (values 1) t(x) where x > 1", "0"),
    ("approx_distinct(x) from (values 1) t(x) where x > 1", "0"),
    ("'B' < 'a'", "true"), ("'z' < 'é'", "true"),
    ("element_at(array[1, 2], 10)", "NULL"), ("element_at(map(array['a'], array[1]), 'b')", "NULL"),
    ("try(1/0)", "NULL"), ("try_cast('x' as bigint)", "NULL"),
    ("coalesce(try(array[1][2]), -1)", "-1"),
    ("if(1 = 0, 1/0, 2)", "2"), ("nullif(1, 1)", "NULL"),
    ("date_diff('month', date '2026-01-31', date '2026-02-28')", "1"),
    ("date_diff('hour', timestamp '2026-01-01 00:30:00', timestamp '2026-01-01 02:29:00')", "1"),
    ("date_trunc('week', date '2026-11-25')", "2026-11-23"),
    ("date_parse('70-01-02', '%y-%m-%d')", "1970-01-02 00:00:00.000"),
    ("date_parse('69-01-02', '%y-%m-%d')", "2069-01-02 00:00:00.000"),
    (
      "date_format(timestamp '2026-01-02 15:04:05.678', '%W %M %e %l:%i %p %f')",
      "Friday January 2 3:04 PM 678000"
    ),
    (
      "format_datetime(timestamp '2026-01-02 15:04:05', 'EEE d MMM yy, h:mm a ''at'' ZZ')",
      "Fri 2 Jan 26, 3:04 PM at +00:00"
    ),
    ("from_unixtime(1.5)", "1970-01-01 00:00:01.500 UTC"),
    ("current_date", "2026-11-23"), ("now()", "2026-11-23 12:34:56.789 UTC"),
    ("extract(year from current_timestamp)", "2026"),
    (
      "timestamp '2026-07-01 12:00:00 UTC' at time zone 'Europe/Berlin'",
      "2026-07-01 14:00:00 Europe/Berlin"
    ),
    ("split('a,,b', ',')[2]", ""), ("strpos('abc', 'x')", "0"),
    ("json_extract_scalar('{\"a\": {\"b\": [10, \"x\"]}}', '$.a.b[1]')", "x"),
    ("json_extract('{\"a\": {\"b\": 1}}', '$.a')", "{\"b\":1}"),
    ("json_extract('broken', '$.a')", "NULL"),
    ("cast(json '[1, 2]' as array(bigint))", "[1, 2]"),
    ("reduce(sequence(1, 5), 0, (s, x) -> s + x, s -> s)", "15"),
    ("array[1, 2] || array[3]", "[1, 2, 3]"), ("array[1] || 2", "[1, 2]"),
    ("row(1, 'a')", "{field0=1, field1=a}"), ("'a' || 'b'", "ab"),
    ("lpad('abc', 2, 'x')", "ab"), ("upper('straße')", "STRAßE"),
    ("typeof(1.5)", "decimal(2,1)"), ("typeof(7 / 2.0)", "decimal(12,1)"),
    ("2 * interval '1' day + date '2026-01-01'", "2026-01-03"),
    ("timestamp '2026-01-02 00:00:00' - timestamp '2026-01-01 12:00:00'", "0 12:00:00.000"),
    ("round(-2.5)", "-3"), ("round(2.345e0, 2)", "2.35"), ("ceil(-0.5)", "0"),
    ("cast(1.005 as decimal(3, 2))", "1.01"), ("cast(null as bigint) + 1", "NULL"),
    ("bool_and(x) from (values true, null) t(x)", "true"),
    ("array_agg(x order by x desc) from (values 1, null, 3) t(x)", "[3, 1, null]"),
    ("sum(distinct x) from (values 1, 1, 2) t(x)", "3"),
    ("max_by(a, b) from (values ('x', 1), ('y', null)) t(a, b)", "x"),
    ("x from (values 1, 2, 3) t(x) where x <> 2 and 1 / (x - 2) > 0", "3"),
  ])
  func `the value is Trino's`(expression: String, expected: String) {
    #expect(SQLCalls.value(expression) == expected)
  }

  @Test(arguments: [
    ("1/0", "DIVISION_BY_ZERO"), ("'5' = 5", "TYPE_MISMATCH"), ("'abc' || 1", "TYPE_MISMATCH"),
    ("array[1][10]", "INVALID_FUNCTION_ARGUMENT"),
    ("map(array['a'], array[1])['b']", "INVALID_FUNCTION_ARGUMENT"),
    ("9223372036854775807 + 1", "NUMERIC_VALUE_OUT_OF_RANGE"),
    ("cast('abc' as bigint)", "INVALID_CAST_ARGUMENT"),
    ("date_format(now(), '%D')", "INVALID_FUNCTION_ARGUMENT"),
    ("date_parse('x', '%Y')", "INVALID_FUNCTION_ARGUMENT"),
    ("json_extract('{}', 'a.b')", "INVALID_FUNCTION_ARGUMENT"),
    ("regexp_like('a', '(')", "INVALID_FUNCTION_ARGUMENT"),
    (
      "regexp_like('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab', '(a*)*c')",
      "false"
    ),
    ("nosuch(1)", "FUNCTION_NOT_FOUND"), ("lower(1)", "FUNCTION_NOT_FOUND"),
    ("map(array['a', 'a'], array[1, 2])", "INVALID_FUNCTION_ARGUMENT"),
  ])
  func `the error has Trino's name`(expression: String, code: String) {
    #expect(SQLCalls.value(expression).hasPrefix(code))
  }
}
