import Testing

@testable import SQL

@Suite struct ParserQueryTests {
  private func tree(_ text: String) throws -> String { SyntaxText.of(try Parser.parse(text)) }

  @Test(arguments: [
    ("SELECT a x, b AS \"y z\", t.*, * FROM t", "select a as x, b as y z, t.*, * from t"),
    (
      "SELECT DISTINCT a FROM t WHERE b GROUP BY 1 HAVING c ORDER BY a DESC, 2 NULLS FIRST OFFSET 3 ROWS LIMIT 4;",
      "select distinct a from t where b group by 1 having c order by a desc, 2 nulls first offset 3 limit 4"
    ),
    ("SELECT a FROM t FETCH FIRST 5 ROWS WITH TIES", "select a from t limit 5 ties"),
    ("SELECT a FROM t FETCH NEXT ROW ONLY", "select a from t limit 1"),
    ("SELECT a FROM t LIMIT ALL", "select a from t"),
    ("SELECT a limit FROM t limit LIMIT 5", "select a as limit from t as limit limit 5"),
    (
      "SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1",
      "select a from t qualify (row_number() over (order by a) = 1)"
    ),
    (
      "SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY b)",
      "select sum(a) over w from t window w as (partition by b)"
    ),
    ("SELECT r.* AS (x, y) FROM t", "select r.* as (x, y) from t"),
    ("TABLE db.t", "table db.t"),
    ("VALUES (1, 'a'), (2, 'b')", "values (1, 'a'), (2, 'b')"),
    ("VALUES 1, 2", "values (1), (2)"),
  ])
  func `clauses come in their order`(text: String, expected: String) throws {
    #expect(try tree(text) == expected)
  }

  @Test(arguments: [
    (
      "SELECT 1 UNION SELECT 2 UNION ALL SELECT 3", "[[select 1 union select 2] union all select 3]"
    ),
    (
      "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3", "[select 1 union [select 2 intersect select 3]]"
    ),
    (
      "SELECT 1 EXCEPT DISTINCT (SELECT 2 LIMIT 1) ORDER BY 1",
      "[select 1 except {select 2 limit 1}] order by 1"
    ),
    (
      "WITH a AS (SELECT 1), b(x) AS (SELECT 2) SELECT * FROM a, b",
      "with a as {select 1}, b(x) as {select 2} select * from [a cross b]"
    ),
    ("(SELECT 1) UNION (SELECT 2)", "[{select 1} union {select 2}]"),
  ])
  func `set operations and named queries nest`(text: String, expected: String) throws {
    #expect(try tree(text) == expected)
  }

  @Test(arguments: [
    ("a JOIN b ON x = y LEFT JOIN c USING (k, l)", "[[a inner b on (x = y)] left c using (k, l)]"),
    ("a CROSS JOIN b, c", "[[a cross b] cross c]"),
    (
      "a RIGHT OUTER JOIN b ON true FULL JOIN c ON false",
      "[[a right b on true] full c on false]"
    ),
    ("a JOIN b JOIN c ON 1 = 1 ON 2 = 2", "[a inner [b inner c on (1 = 1)] on (2 = 2)]"),
    ("a NATURAL LEFT JOIN b", "[a left b natural]"),
    ("(a JOIN b ON true) x JOIN (c) ON true", "[[a inner b on true] as x inner c on true]"),
    ("(SELECT 1) t(x)", "{select 1} as t(x)"),
    ("((SELECT 1) UNION (SELECT 2)) t", "{[{select 1} union {select 2}]} as t"),
    ("((SELECT 1) a JOIN b ON true)", "[{select 1} as a inner b on true]"),
    ("((SELECT 1)) t", "{select 1} as t"),
    (
      "t CROSS JOIN UNNEST(a, b) WITH ORDINALITY AS u (x, y, n)",
      "[t cross unnest(a, b) with ordinality as u(x, y, n)]"
    ),
    ("t, LATERAL (SELECT t.a) AS l", "[t cross lateral {select t.a} as l]"),
    ("t AS s TABLESAMPLE BERNOULLI (10)", "t as s sample bernoulli 10"),
    ("t TABLESAMPLE SYSTEM (5.5)", "t sample system 5.5d"),
    ("'data/*.parquet' AS p", "'data/*.parquet' as p"),
    ("c.db.\"T$partitions\"", "c.db.\"T$partitions\""),
  ])
  func `relations join from the left`(text: String, expected: String) throws {
    #expect(try tree("SELECT * FROM " + text) == "select * from " + expected)
  }

  @Test(arguments: [
    ("a, b", "a, b"), ("(a, b), c", "a, b, c"), ("()", "sets(())"),
    ("ROLLUP (a, (b, c))", "rollup((a), (b, c))"), ("CUBE (a, b)", "cube((a), (b))"),
    ("GROUPING SETS ((a, b), a, ())", "sets((a, b), (a), ())"),
    ("DISTINCT a, ROLLUP (b)", "distinct a, rollup((b))"), ("(a + b) * 2", "((a + b) * 2)"),
  ])
  func `grouping elements are told apart`(text: String, expected: String) throws {
    #expect(try tree("SELECT 1 FROM t GROUP BY " + text) == "select 1 from t group by " + expected)
  }

  @Test(arguments: [
    ("SHOW DATABASES", "show databases"), ("SHOW SCHEMAS LIKE 'a%'", "show databases like 'a%'"),
    ("SHOW TABLES IN db 'x*'", "show tables in db like 'x*'"), ("show tables", "show tables"),
    ("SHOW COLUMNS FROM db.t", "show columns db.t"),
    ("SHOW COLUMNS IN t IN db", "show columns db.t"),
    ("SHOW PARTITIONS t", "show partitions t"),
    ("SHOW FUNCTIONS LIKE 'date%'", "show functions like 'date%'"),
    ("DESCRIBE 'a/*.parquet'", "describe file 'a/*.parquet'"),
    ("SHOW COLUMNS FROM 'a.csv'", "show columns file 'a.csv'"),
    ("PREPARE p FROM SELECT ?, ?;", "prepare p of 2"),
    ("EXECUTE p USING 1, 'a'", "execute p 1, 'a'"), ("EXECUTE p", "execute p "),
    ("EXECUTE IMMEDIATE 'SELECT ?' USING 1", "execute 'SELECT ?' 1"),
    ("DEALLOCATE PREPARE p", "deallocate p"),
    ("DESCRIBE db.t;", "describe db.t"), ("desc t", "describe t"),
    ("DESCRIBE FORMATTED db.t col.field.'$elem$'", "describe formatted db.t .col .field .$elem$"),
    ("SHOW VIEWS IN db LIKE 'a*'", "show views in db like 'a*'"),
    ("SHOW TBLPROPERTIES t('k')", "show properties t k"),
    ("SHOW CREATE TABLE `t`", "show create table \"t\""),
    ("SHOW CREATE VIEW v", "show create view v"),
    ("CREATE DATABASE IF NOT EXISTS d COMMENT \"it's\" LOCATION 's3://b/'", "create database d"),
    ("DROP SCHEMA d CASCADE", "drop database d cascade"),
    ("DROP TABLE IF EXISTS t", "drop table t"),
    ("DROP VIEW \"v\"", "drop view \"v\""), ("MSCK REPAIR TABLE t", "repair t"),
    (
      "CREATE EXTERNAL TABLE `d`.t (a int COMMENT 'x', `b c` map<string,array<int>>)",
      "create table \"d\".t (a int, b c map<string,array<int>>)"
    ),
    ("ALTER TABLE t ADD COLUMNS (a int)", "alter table t"),
    ("CREATE OR REPLACE VIEW v AS SELECT 1", "create view v as select 1"),
    ("EXPLAIN SELECT 1", "explain select 1"),
    ("EXPLAIN INSERT INTO t SELECT 1", "explain insert t select 1"),
    ("EXPLAIN ANALYZE VERBOSE SELECT 1", "explain analyze select 1"),
    ("EXPLAIN (FORMAT JSON, TYPE LOGICAL) (SELECT 1)", "explain json {select 1}"),
  ])
  func `statements about tables are read`(text: String, expected: String) throws {
    #expect(try tree(text) == expected)
  }

  @Test(arguments: [
    ("CREATE FUNCTION f", "CREATE FUNCTION"), ("DROP ROLE r", "DROP ROLE"),
    ("ALTER TABLE t RENAME TO u", "ALTER TABLE RENAME TO"), ("ALTER VIEW v", "ALTER VIEW"),
    ("SHOW STATS FOR t", "SHOW STATS"),
    ("DESCRIBE INPUT a", "DESCRIBE INPUT"),
    ("SET SESSION a = 1", "SET SESSION"),
    ("EXPLAIN (FORMAT GRAPHVIZ) SELECT 1", "EXPLAIN (FORMAT GRAPHVIZ)"),
  ])
  func `statements that are not there are known by name`(text: String, name: String) throws {
    #expect(try tree(text) == "unsupported " + name)
  }
}
