"""Queries of odd shapes, whose answers are known: very wide, deep, long, or over nothing."""

def nested(depth, start, wrap):
    text = start
    for _ in range(depth):
        text = wrap(text)
    return text


def oddities():
    """Names, queries and rows."""
    yield "a thousand columns", "SELECT " + ", ".join(f"r + {n} AS c{n}" for n in range(1000)) + " FROM one", [[n for n in range(1000)]]
    yield "one column a thousand times", "SELECT " + ", ".join(f"s AS c{n}" for n in range(1000)) + " FROM t0", []
    yield "a thousand aggregates", "SELECT " + ", ".join(f"sum(r + {n}) AS c{n}" for n in range(1000)) + " FROM t3", [[435 + 30 * n for n in range(1000)]]
    yield "a hundred keys", "SELECT count(*) FROM (SELECT count(*) AS n FROM t1 GROUP BY " + ", ".join(f"r + {n}" for n in range(100)) + ")", [[300]]
    yield "a hundred sort keys", "SELECT r FROM t3 ORDER BY " + ", ".join(f"nullif(r % {n + 1}, 0)" for n in range(100)) + ", r LIMIT 0", []
    yield "a hundred windows", "SELECT " + ", ".join(f"max(sum(r)) OVER (ORDER BY {n}) AS c{n}" for n in range(100)) + " FROM t3", [[435] * 100]
    yield "a thousand ORs", "SELECT count(*) FROM t1 WHERE " + " OR ".join(f"r = {n * 2}" for n in range(1000)), [[150]]
    yield "a thousand ORs of columns", "SELECT count(*) FROM t1 WHERE " + " OR ".join(f"(r = {n} AND x < 9)" for n in range(1000)), [[300]]
    yield "a thousand ANDs", "SELECT count(*) FROM t1 WHERE " + " AND ".join(f"r <> {n * 2}" for n in range(1000)), [[150]]
    yield "ten thousand values", f"SELECT count(*) FROM t1 WHERE r IN ({', '.join(str(n * 3) for n in range(10000))})", [[100]]
    yield "ten thousand texts", "SELECT count(*) FROM t1 WHERE CAST(r AS varchar) NOT IN (" + ", ".join(f"'{n * 3}'" for n in range(10000)) + ")", [[200]]
    yield "ten thousand values with null", f"SELECT count(*) FROM t1 WHERE r NOT IN (NULL, {', '.join(str(n * 3) for n in range(10000))})", [[0]]
    yield "ten thousand rows of VALUES", f"SELECT count(*), sum(a) FROM (VALUES {', '.join(f'({n}, NULL)' for n in range(10000))}) AS v (a, b)", [[10000, 49995000]]
    yield "a CASE of a thousand", "SELECT sum(CASE " + " ".join(f"WHEN r = {n} THEN {n * 2}" for n in range(1000)) + " END) FROM t1", [[299 * 300]]
    yield "200 additions", "SELECT " + nested(200, "r", lambda text: f"({text} + 1)") + " FROM one", [[200]]
    yield "900 additions", "SELECT " + " + ".join(["r"] + ["1"] * 900) + " FROM one", [[900]]
    yield "200 calls", "SELECT " + nested(200, "r", lambda text: f"coalesce({text}, 1)") + " FROM one", [[0]]
    yield "200 NOTs", "SELECT count(*) FROM t3 WHERE " + nested(200, "r < 10", lambda text: f"NOT ({text})"), [[10]]
    yield "900 minuses", "SELECT " + "- " * 900 + "r FROM one", [[0]]
    yield "100 subqueries", nested(100, "SELECT r, x FROM t3", lambda text: f"SELECT r, x FROM ({text}) WHERE r >= 0").replace("SELECT r, x", "SELECT count(*)", 1), [[30]]
    yield "20 scalar subqueries", "SELECT " + nested(20, "0", lambda text: f"(SELECT max(r) + {text} - 29 FROM t3)"), [[0]]
    yield "100 CTEs", "WITH " + ", ".join([f"w0 AS (SELECT r FROM t3)"] + [f"w{n} AS (SELECT r + 1 AS r FROM w{n - 1})" for n in range(1, 100)]) + " SELECT sum(r) FROM w99", [[435 + 30 * 99]]
    yield "nine CTEs used twice", "WITH " + ", ".join(["w0 AS (SELECT r FROM one)"] + [f"w{n} AS (SELECT a.r FROM w{n - 1} a JOIN w{n - 1} b ON a.r = b.r)" for n in range(1, 10)]) + " SELECT count(*) FROM w9", [[1]]
    yield "300 UNIONs", "SELECT count(*) FROM (" + " UNION ALL ".join(["SELECT r FROM t3"] * 300) + ")", [[9000]]
    yield "300 distinct UNIONs", "SELECT count(*) FROM (" + " UNION ".join(["SELECT r FROM t3"] * 300) + ")", [[30]]
    joins = "FROM t3 j0 " + " ".join(f"JOIN t3 j{n} ON j{n}.r = j{n - 1}.r" for n in range(1, 30))
    yield "30 tables in a chain", f"SELECT count(*), max(j29.r) {joins}", [[30, 29]]
    star = "FROM t1 f " + " ".join(f"LEFT JOIN t3 j{n} ON j{n}.r = f.r % {n + 1}" for n in range(29))
    yield "30 tables in a star", f"SELECT count(*) {star}", [[300]]
    star = "FROM t1 f, " + ", ".join(f"t3 j{n}" for n in range(29)) + " WHERE " + " AND ".join(f"j{n}.r = f.r % {n + 1}" for n in range(29))
    yield "30 tables by commas", f"SELECT count(*) {star}", [[300]]
    clique = "FROM t3 j0 " + " ".join(f"JOIN t3 j{n} ON " + " AND ".join(f"j{n}.r = j{m}.r" for m in range(n)) for n in range(1, 14))
    yield "14 tables, each with each", f"SELECT count(*) {clique}", [[30]]
    yield "a long text", f"SELECT length('{'a' * 1000000}')", [[1000000]]
    yield "a long name", f"SELECT r AS \"{'n' * 10000}\" FROM one", [[0]]
    yield "many brackets", "SELECT " + "(" * 300 + "1" + ")" * 300, [[1]]
    yield "a deep array", "SELECT cardinality(" + "ARRAY[" * 100 + "1" + "]" * 100 + ")", [[1]]
    yield "LIMIT 0", "SELECT * FROM t1 LIMIT 0", []
    yield "LIMIT 0 of an aggregate", "SELECT count(*) FROM t1 LIMIT 0", []
    yield "an aggregate of LIMIT 0", "SELECT count(*), sum(r), min(s), bool_and(k), avg(n), array_agg(r) FROM (SELECT * FROM t1 LIMIT 0)", [[0] + [None] * 5]
    yield "aggregates of nothing", "SELECT count(*), count(DISTINCT r), sum(r), max(xs), approx_distinct(s), array_agg(ro), count_if(k), sum(hu) FROM t0", [[0, 0, None, None, 0, None, 0, None]]
    yield "groups of nothing", "SELECT s, count(*) FROM t0 GROUP BY s", []
    yield "grouping sets of nothing", "SELECT s, count(*) FROM t0 GROUP BY GROUPING SETS ((s), ())", [[None, 0]]
    yield "a cube of nothing", "SELECT s, i, count(*) FROM t0 GROUP BY CUBE (s, i)", [[None, None, 0]]
    yield "two empty sets", "SELECT count(*) FROM t0 GROUP BY GROUPING SETS ((), ())", [[0], [0]]
    yield "windows of nothing", "SELECT rank() OVER (ORDER BY r), sum(r) OVER () FROM t0", []
    yield "joins of nothing", "SELECT count(*), count(b.r) FROM t3 a LEFT JOIN t0 b ON a.r = b.r FULL JOIN t0 c ON c.r = a.r", [[30, 0]]
    yield "only nulls", "SELECT count(nu), sum(nu), max(nu), count(DISTINCT nu), count(*) FROM t1 WHERE nu IS NULL AND NOT (nu > 1) IS NOT NULL", [[0, None, None, 0, 300]]
    yield "groups of nulls", "SELECT nu, count(*) FROM big GROUP BY nu", [[None, 5000]]
    yield "joins of nulls", "SELECT count(*) FROM t1 a JOIN t1 b ON a.nu = b.nu", [[0]]
    yield "joins of nulls as equals", "SELECT count(*) FROM t3 a JOIN t3 b ON a.nu IS NOT DISTINCT FROM b.nu", [[900]]
    yield "a quantified comparison with nothing", "SELECT count(*) FROM t3 WHERE r > ALL (SELECT r FROM t0) AND NOT r = ANY (SELECT r FROM t0)", [[30]]
    yield "no rows of VALUES", "SELECT count(*) FROM (VALUES (1)) AS v (a) WHERE false", [[0]]
    yield "no columns", "SELECT count(*) FROM (SELECT 1 FROM t1 a CROSS JOIN t2 b)", [[36000]]
    yield "an aggregate without columns", "SELECT 1 FROM t1 HAVING count(*) = 300", [[1]]
    yield "HAVING of nothing", "SELECT 1 FROM t0 HAVING count(*) > 0", []
