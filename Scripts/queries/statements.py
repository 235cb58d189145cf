"""Random queries: joins, groups, windows, set operations, first rows, shared subqueries."""

from expressions import ORDERED, Expressions, pair, same
from functions import SAME
from tables import COLUMNS, TYPES

# Kinds that two rows can be compared by in both engines: a double's last digits may differ.
KEYS = ["integer", "integer", "varchar", "varchar", "date", "boolean", "decimal", "bigint", "timestamp", "varbinary", "tinyint", "huge"]
SHOWN = [kind for kind in TYPES if kind != "time"]
MARK = ("", "repeats")


class Query:
    """A query in both dialects (DuckDB's may be None), whether its rows have an order, and its parts for other forms."""

    def __init__(self, lake, duck, is_ordered=False, parts=None):
        self.lake, self.duck, self.is_ordered, self.parts = lake, duck, is_ordered, parts


class Statements(Expressions):

    # Sources.

    def source(self, small=False):
        """FROM with its scope."""
        alias, first = "a", self.table() if small or self.chance(0.85) else "big"
        scope = self.scope(alias)
        text = same(f"{first} a")
        form = self.choice.random()
        if form < 0.1:
            columns = ", ".join(name for name, _ in COLUMNS)
            tail = self.one("", "", " ORDER BY r LIMIT 40", " ORDER BY i DESC, r LIMIT 13", " ORDER BY s NULLS FIRST, r LIMIT 35")
            text = pair(f"(SELECT {columns} FROM {first} v WHERE {{}}{tail}) a", self.condition(self.scope("v"), 1))
        elif form < 0.17:
            key, kind = self.choice.choice([column for column in COLUMNS if column[1] in ("integer", "varchar", "date", "bigint", "array", "row")])
            text = same(f"(SELECT {key}, max(r) AS r, count(*) AS cn, min(s) AS lo, sum(n) AS su FROM {first} GROUP BY {key}) a")
            scope = [("a.r", "integer"), ("a.cn", "bigint"), ("a.lo", "varchar")] + ([(f"a.{key}", kind)] if key != "r" else [])
            if key == "r":
                text = same(f"(SELECT r, count(*) AS cn, min(s) AS lo FROM {first} GROUP BY r) a")
        elif form < 0.22:
            values = ", ".join(f"({number}, {self.one(1, 2, 'NULL', 5)}, {self.one(chr(39) + 'a' + chr(39), 'NULL', chr(39) + 'ab' + chr(39))})"
                               for number in range(self.choice.randint(1, 5)))
            text = same(f"(VALUES {values}) AS a (r, i, s)")
            scope = [("a.r", "integer"), ("a.i", "integer"), ("a.s", "varchar")]
        elif form < 0.27:
            both = [self.one("t1", "t2", "t3") for _ in range(2)]
            own = self.scope("v")
            text = pair(f"(SELECT r, i, s, t, k FROM {both[0]} UNION ALL SELECT r + 1000, i + 1, upper(s), NULL, k FROM {both[1]} v WHERE {{}}) a",
                        self.condition(own, 2))
            scope = [("a.r", "integer"), ("a.i", "integer"), ("a.s", "varchar"), ("a.t", "date"), ("a.k", "boolean")]
        joins = 0
        for other in "bcdfh":
            if not self.chance(0.42 if other == "b" else 0.3):
                break
            text, scope = self.join(text, scope, other, first == "big" or joins > 1)
            joins += 1
        if self.chance(0.08):
            text, scope = self.lateral(text, scope)
        if self.chance(0.1) and ("a.xs", "array") in scope:
            text, scope = self.unnest(text, scope)
        return text, scope

    def join(self, text, scope, alias, is_narrow):
        table = self.one("t3", "one", "t0", "t3") if is_narrow else self.table()
        own = self.scope(alias)
        kind = self.one("JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN")
        form = self.choice.random()
        if kind == "CROSS JOIN":
            return same(f"{text[0]} CROSS JOIN {self.one('one', 'one', 't0')} {alias}") if text[1] is None else pair(
                f"{{}} CROSS JOIN {self.one('one', 'one', 't0')} {alias}", text), scope + own
        if form < 0.12:
            kind = "JOIN" if kind == "FULL JOIN" else kind
            sign = self.one("<", ">=", "<>", "<")
            type = self.one("integer", "date", "decimal", "bigint")
            table = self.one("t3", "one", "t0")
            condition = pair(f"{{}} {sign} {{}}", self.leaf(scope, type), self.leaf(own, type))
            if self.chance(0.4):
                condition = pair("{} AND {}", condition, self.condition(scope + own, 2))
        elif form < 0.22:
            table = self.one("t3", "one", "t0")
            condition = self.condition(scope + own, 1)
        elif form < 0.32:
            condition = pair("{} IS NOT DISTINCT FROM {}", self.leaf(scope, "integer"), self.leaf(own, "integer"))
            table = "t3"
        elif form < 0.42:
            left, right = self.one(("integer", "bigint"), ("tinyint", "integer"), ("decimal", "integer"), ("smallint", "bigint"),
                                   ("date", "timestamp"), ("integer", "double"), ("decimal", "huge"), ("real", "double"))
            condition = pair("{} = {}", self.leaf(scope, left), self.leaf(own, right))
        else:
            type = self.one("integer", "bigint", "varchar", "date", "decimal", "varbinary", "timestamp", "varchar", "huge", "double")
            condition = pair("{} = {}", self.value(scope, type, 2) if self.chance(0.4) else self.leaf(scope, type), self.leaf(own, type))
            if self.chance(0.3):
                type = self.one("integer", "varchar", "date", "bigint")
                condition = pair("{} AND {} = {}", condition, self.leaf(own, type), self.leaf(scope, type))
            if self.chance(0.3):
                condition = pair("{} AND {}", condition, self.condition(scope + own if kind != "FULL JOIN" else own, 2))
        return pair(f"{{}} {kind} {table} {alias} ON {{}}", text, condition), scope + own

    def lateral(self, text, scope):
        """A subquery that sees the row beside it."""
        table = self.one("t2", "t3", "t0")
        own = self.scope("l")
        equal = pair("{} = {}", self.leaf(own, "integer"), self.leaf(scope, "integer"))
        where = equal if self.chance(0.6) else pair("{} AND {}", equal, self.condition(own + scope, 1))
        kind = self.one(("CROSS JOIN LATERAL", ""), ("LEFT JOIN LATERAL", " ON true"))
        if self.chance(0.3):
            inner = pair(f"SELECT count(*) AS p, max({{}}) AS q, 1 AS r FROM {table} l WHERE {{}}", self.leaf(own, "varchar"), where)
            added = [("m.p", "bigint"), ("m.q", "varchar"), ("m.r", "integer")]
        else:
            tail = self.one("", "", " ORDER BY l.i, l.r LIMIT 2", " ORDER BY l.r DESC LIMIT 1")
            inner = pair(f"SELECT {{}} AS p, {{}} AS q, l.r AS r FROM {table} l WHERE {{}}{tail}",
                         self.value(own + scope, "integer", 2), self.value(own, "varchar", 2), where)
            added = [("m.p", "integer"), ("m.q", "varchar"), ("m.r", "integer")]
        return pair(f"{{}} {kind[0]} ({{}}) AS m{kind[1]}", text, inner), scope + added

    def unnest(self, text, scope):
        kind = self.one(("CROSS JOIN", ""), ("LEFT JOIN", " ON true"))
        forms = [
            ("UNNEST(a.xs) WITH ORDINALITY AS y (e, r)", "LATERAL (SELECT unnest(a.xs) AS e, generate_subscripts(a.xs, 1) AS r) AS y", [("y.e", "integer"), ("y.r", "bigint")]),
            ("UNNEST(a.xs) AS y (e)", "LATERAL (SELECT unnest(a.xs) AS e) AS y", [("y.e", "integer"), MARK]),
        ]
        if ("a.ss", "texts") in scope:
            forms += [
                ("UNNEST(a.xs, a.ss) AS y (e, h)", "LATERAL (SELECT unnest(a.xs) AS e, unnest(a.ss) AS h) AS y", [("y.e", "integer"), ("y.h", "varchar"), MARK]),
                ("UNNEST(a.mp) AS y (h, e)", "LATERAL (SELECT unnest(map_keys(a.mp)) AS h, unnest(map_values(a.mp)) AS e) AS y", [("y.e", "integer"), ("y.h", "varchar"), MARK]),
                ("UNNEST(filter(a.xs, v -> v > 1), a.mp) WITH ORDINALITY AS y (e, h, p, r)", None, [("y.e", "integer"), ("y.h", "varchar"), ("y.r", "bigint")]),
            ]
        lake, duck, added = self.choice.choice(forms)
        return pair((f"{{}} {kind[0]} {lake}{kind[1]}", duck and f"{{}} {kind[0]} {duck}{kind[1]}"), text), scope + added

    @staticmethod
    def unique(scope):
        """The numbers that tell rows apart, or None."""
        return None if MARK in scope else ", ".join(name for name, _ in scope if name.endswith(".r"))

    # Aggregates and windows.

    def aggregate(self, scope):
        kind = self.one("integer", "bigint", "decimal", "varchar", "date", "huge", "timestamp", "tinyint", "varbinary", "smallint")
        value, unique = self.value(scope, kind, 1), self.unique(scope)
        forms = [
            lambda: same("count(*)"),
            lambda: pair("count({})", value),
            lambda: pair("count(DISTINCT {})", value),
            lambda: pair(self.one("min({})", "max({})"), value),
            lambda: pair(("count_if({})", "count(CASE WHEN {} THEN 1 END)"), self.condition(scope, 1)),
            lambda: pair(self.one("bool_or({})", "bool_and({})", ("every({})", "bool_and({})")), self.condition(scope, 1)),
            lambda: pair(self.one("sum({})", "avg({})", "count(DISTINCT {})", "min({})", "max({})"), self.value(scope, "double", 1)),
            lambda: pair(self.one(("sum({})", None), ("avg({})", None), ("max({})", None), ("count(DISTINCT {})", None)), self.value(scope, "wild", 1)),
            lambda: pair(("sum({})", None), self.value(scope, "real", 1)),
            lambda: pair((self.one("approx_distinct({})", "checksum({})", "histogram({})"), None), value),
            lambda: pair(self.one(("corr({}, {})", None), "covar_pop({}, {})", ("regr_slope({}, {})", None), "covar_samp({}, {})"),
                         self.leaf(scope, "double"), self.leaf(scope, "integer")) if ("a.db", "double") in scope else same("count(*)"),
            lambda: pair((self.one("max({})", "min({})"), None), self.value(scope, self.one("array", "row", "boolean", "texts"), 1)),
            lambda: pair(("count(DISTINCT {})", None), self.value(scope, self.one("array", "row", "map", "texts"), 1)),
            lambda: pair(self.one(("bitwise_and_agg({})", "bit_and({})"), ("bitwise_or_agg({})", "bit_or({})")), self.value(scope, "integer", 2)),
            lambda: pair("array_agg(DISTINCT {0} ORDER BY {0})", self.leaf(scope, kind)),
        ]
        if kind in ("integer", "bigint", "decimal", "huge", "tinyint", "smallint"):
            forms.append(lambda: pair("sum({})", value))
            forms.append(lambda: pair("sum(DISTINCT {})", value))
            forms.append(lambda: pair("avg({})" if kind not in ("decimal", "huge") else ("avg({})", None), value))
        if kind == "integer":
            forms.append(lambda: pair(self.one("stddev({})", "var_pop({})", "stddev_pop({})", "variance({})"), value))
        if unique:
            forms.append(lambda: pair(f"array_agg({{}} ORDER BY {unique})", self.value(scope, self.one("integer", "varchar", "decimal"), 2)))
            forms.append(lambda: pair((f"listagg({{}}, '/') WITHIN GROUP (ORDER BY {unique})", f"string_agg({{}}, '/' ORDER BY {unique})"),
                                      self.value(scope, "varchar", 2)))
            if "," not in unique:
                forms.append(lambda: pair(self.one((f"max_by({{}}, {unique})", f"arg_max_null({{}}, {unique})"),
                                                   (f"min_by({{}}, {unique})", f"arg_min_null({{}}, {unique})")), value))
                forms.append(lambda: pair((f"{self.one('max_by', 'min_by')}({{}}, {unique}, 3)", None), value))
        forms.append(lambda: pair((f"{self.one('max', 'min')}({{}}, 2)", None), value))
        result = self.choice.choice(forms)()
        while self.is_strict and result[1] is None:
            result = self.choice.choice(forms)()
        if self.chance(0.2):
            result = pair("{} FILTER (WHERE {})", result, self.condition(scope, 2))
        if self.chance(0.08):
            result = pair("({} IS NULL)", result)
        return result

    def window(self, scope):
        key = self.value(scope, self.choice.choice(KEYS), 2)
        partition = pair("PARTITION BY {} ", key) if self.chance(0.6) else same("")
        if self.chance(0.2):
            return self.range_window(scope, partition)
        order = self.value(scope, self.one("integer", "bigint", "date", "varchar", "decimal", "timestamp"), 2)
        direction = self.one("", " DESC", " NULLS FIRST", " DESC NULLS FIRST")
        over = pair("OVER ({}ORDER BY {}" + direction, partition, order)
        unique = self.unique(scope)
        value = self.value(scope, self.one("integer", "bigint", "decimal", "varchar"), 2)
        if unique and self.chance(0.6):
            over = pair("{}, " + unique, over)
            bound = lambda: self.one("UNBOUNDED PRECEDING", "2 PRECEDING", "1 PRECEDING", "CURRENT ROW", "1 FOLLOWING", "3 FOLLOWING", "UNBOUNDED FOLLOWING")
            places = ["UNBOUNDED PRECEDING", "2 PRECEDING", "1 PRECEDING", "CURRENT ROW", "1 FOLLOWING", "3 FOLLOWING", "UNBOUNDED FOLLOWING"]
            start = self.choice.randint(0, 5)
            end = self.choice.randint(max(start, 1), 6)
            frame = f" {self.one('ROWS', 'ROWS', 'GROUPS')} BETWEEN {places[start]} AND {places[end]}"
            if self.chance(0.3):
                call = self.one("lag({})", "lead({})", "lag({}, 2)", "ntile(3)", "row_number()", "lead({}, 3)")
                return pair(call + " {})", value, over) if "{}" in call else pair(call + " {})", over)
            if self.chance(0.3):
                name = self.one("first_value", "last_value", "nth_value")
                more = ", 2" if name == "nth_value" else ""
                if self.chance(0.5):
                    return pair((f"{name}({{}}{more}) IGNORE NULLS {{}}{frame})", f"{name}({{}}{more} IGNORE NULLS) {{}}{frame})"), value, over)
                return pair(f"{name}({{}}{more}) {{}}{frame})", value, over)
            if self.chance(0.25):
                call = self.one("array_agg({})", "count({})", "max({})")
                return pair(call + " FILTER (WHERE {}) {}" + frame + ")", value, self.condition(scope, 2), over)
            call = self.one("count({})", "min({})", "max({})", ("array_agg({})", SAME), ("count(DISTINCT_{})", None))
            if isinstance(call, tuple) and "DISTINCT_" in call[0]:
                return pair(self.one("sum({})", "avg({})") + " {}" + frame + ")", self.value(scope, "integer", 2), over)
            call = call[0] if isinstance(call, tuple) else call
            return pair(call + " {}" + frame + ")", value, over)
        if self.chance(0.4):
            return pair("{} {})", same(self.one("rank()", "dense_rank()", "percent_rank()", "cume_dist()")), over)
        frame = self.one("", " RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", " GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
                         " RANGE UNBOUNDED PRECEDING", " GROUPS BETWEEN 1 FOLLOWING AND 2 FOLLOWING", " GROUPS BETWEEN 2 PRECEDING AND 1 PRECEDING")
        if self.chance(0.3):
            return pair("sum({}) {}" + frame + ")", self.value(scope, self.one("integer", "bigint", "decimal"), 2), over)
        return pair(self.one("count", "min", "max") + "({}) {}" + frame + ")", value, over)

    def range_window(self, scope, partition):
        """A frame of distances of the sort key."""
        kind = self.one("integer", "bigint", "date", "timestamp", "decimal")
        key = self.value(scope, kind, 2)
        if kind in ("date", "timestamp"):
            steps = [f"INTERVAL '{self.choice.randint(0, 40)}' DAY", f"INTERVAL '{self.choice.randint(0, 2)}' MONTH"]
        else:
            steps = [str(self.choice.randint(0, 3)), str(self.choice.randint(0, 5))]
        one, other = self.choice.choice(steps), self.choice.choice(steps)
        frame = self.one(f"BETWEEN {one} PRECEDING AND {other} FOLLOWING", f"BETWEEN {one} PRECEDING AND CURRENT ROW",
                         f"BETWEEN CURRENT ROW AND {other} FOLLOWING", f"BETWEEN UNBOUNDED PRECEDING AND {other} FOLLOWING")
        order = self.one("", " DESC", " NULLS FIRST")
        call = self.one("sum({})", "count({})", "min({})", "avg({})")
        # DuckDB's date minus interval is a timestamp, which compares as well.
        return pair(f"{call} OVER ({{}}ORDER BY {{}}{order} RANGE {frame})", self.value(scope, "integer", 2), partition, key)

    # Queries.

    def grouped(self, source, scope, where):
        keys = list(dict.fromkeys(self.value(scope, self.choice.choice(KEYS), 2) for _ in range(self.choice.randint(0, 3))))
        if self.chance(0.15):
            keys.append(same(self.column(scope, self.one("array", "row", "texts", "double")) or "a.r"))
        keys = list(dict.fromkeys(keys))
        items = keys + [self.aggregate(scope) for _ in range(self.choice.randint(1, 4))]
        group = same("")
        if keys:
            group = same(" GROUP BY " + ", ".join(str(number + 1) for number in range(len(keys))))
            # Neither literals, which would be positions, nor subqueries, which would be others each time.
            plain = all("." in key[0] and "SELECT" not in key[0] and key[0] == key[1] for key in keys)
            if plain and self.chance(0.6):
                names = [key[0] for key in keys]
                sets = ["()"] + [f"({name})" for name in names] + ["(" + ", ".join(names) + ")"] + ["(" + ", ".join(names[1:]) + ")"]
                chosen = [self.choice.choice(sets) for _ in range(self.choice.randint(0, 3))]
                group = same(" GROUP BY " + self.one(
                    "ROLLUP (" + ", ".join(names) + ")", "CUBE (" + ", ".join(names) + ")",
                    "GROUPING SETS (" + ", ".join([*chosen, "(" + ", ".join(names) + ")"]) + ")",
                    ", ".join([names[0], "ROLLUP (" + ", ".join(names) + ")"]),
                    ", ".join(["ROLLUP (" + ", ".join(names[:1]) + ")", "CUBE (" + ", ".join(names) + ")"])))
                items.append(same("grouping(" + ", ".join(names) + ")"))
        if self.chance(0.2):
            group = pair("{} HAVING {}", group, self.one(
                lambda: same(f"count(*) > {self.choice.randint(0, 3)}"),
                lambda: pair("max({}) >= {}", self.leaf(scope, "integer"), self.literal("integer")),
                lambda: pair("bool_or({})", self.condition(scope, 2)))())
        if self.chance(0.12):
            items.append(same(self.one("rank() OVER (ORDER BY count(*))", "sum(count(*)) OVER ()", "count(*) * 1.0e0 / sum(count(*)) OVER ()")))
        if self.chance(0.12) and keys and "SELECT" not in keys[0][0] and "." in keys[0][0]:
            value = self.one("count(*)", f"max({self.leaf(scope, 'integer')[0]})", f"min({self.leaf(scope, 'bigint')[0]})")
            call = self.one("sum", "max", "count", "min")
            frame = self.one("", " RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING", " GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW", " RANGE UNBOUNDED PRECEDING")
            order = self.one("", " DESC", " NULLS FIRST", " DESC NULLS FIRST")
            part = pair("PARTITION BY {} ", keys[0]) if self.chance(0.5) else same("")
            items.append(pair(f"{call}({value}) OVER ({{}}ORDER BY {value}{order}{frame})", part))
        return items, group

    def select(self, kinds=None):
        source, scope = self.source()
        where = pair(" WHERE {}", self.condition(scope)) if self.chance(0.65) else same("")
        if kinds is None and self.chance(0.45):
            items, group = self.grouped(source, scope, where)
            return self.statement(items, source, where, group)
        shown = kinds or [self.choice.choice(SHOWN) for _ in range(self.choice.randint(1, 5))]
        items = [self.value(scope, kind) for kind in shown]
        if kinds is None and self.chance(0.3):
            items.append(self.window(scope))
        distinct = "DISTINCT " if self.chance(0.15) and not (set(shown) & {"double", "wild", "map"}) else ""
        if kinds is None and not distinct:
            self.last = (items, source, scope, where)
        return self.statement(items, source, where, same(""), distinct)

    @staticmethod
    def statement(items, source, where, rest, distinct=""):
        columns = ", ".join(f"{{}} AS c{number}" for number in range(len(items)))
        return pair(f"SELECT {distinct}{columns} FROM {{}}{{}}{{}}", *items, source, where, rest)

    def ordered(self):
        """The first rows in the order of all columns."""
        kinds = [self.one("integer", "bigint", "varchar", "date", "decimal", "timestamp", "boolean", "tinyint", "huge", "varbinary", "r")
                 for _ in range(self.choice.randint(1, 4))]
        inner = self.select(["integer" if kind == "r" else kind for kind in kinds])
        keys = ", ".join(f"{number + 1}{self.one('', ' DESC', ' NULLS FIRST', ' DESC NULLS FIRST')}" for number in range(len(kinds)))
        count, skipped = self.choice.choice([0, 1, 5, 20, 3000]), self.choice.choice([0, 0, 3, 50])
        offset = f" OFFSET {skipped}" if skipped else ""
        if self.chance(0.25):
            first = "c0" + self.one("", " DESC", " NULLS FIRST")
            names = ", ".join(f"c{number}" for number in range(len(kinds)))
            return pair((f"SELECT * FROM ({{}}) AS w ORDER BY {first} FETCH FIRST {count or 1} ROWS WITH TIES",
                         f"SELECT {names} FROM (SELECT *, rank() OVER (ORDER BY {first}) AS place FROM ({{}}) AS w) WHERE place <= {count or 1}"), inner), False
        if self.chance(0.3):
            return pair((f"{{}} ORDER BY {keys}{offset} LIMIT {count}", f"{{}} ORDER BY {keys} LIMIT {count}{offset}"), inner), True
        return pair((f"SELECT * FROM ({{}}) AS w ORDER BY {keys}{offset} LIMIT {count}",
                     f"SELECT * FROM ({{}}) AS w ORDER BY {keys} LIMIT {count}{offset}"), inner), True

    def shared(self):
        """Joins by columns of one name, and rows kept by a window."""
        one, other = self.table(), self.table()
        kind = self.one("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
        names = self.one("i", "x, i", "t", "x, k, s", "s", "g", "n", "z", "vb", "ti, s")
        first = names.split(", ")[0]
        where = self.condition([("a.r", "integer"), ("b.r", "integer"), ("a.db", "double"), ("b.ro", "row"), ("b.re", "real")], 2)
        call = self.one("row_number()", "rank()", "count(*)")
        return pair(f"SELECT {names} , a.r AS c1, b.r AS c2 FROM {one} a {kind} {other} b USING ({names}) WHERE {{}}"
                    f" QUALIFY {call} OVER (PARTITION BY {first} ORDER BY a.r, b.r) <= 2", where)

    def nested(self, kinds, depth=0):
        """Set operations within one another, each with the first rows in the order of all columns, or with those that tie."""
        if depth > 2 or self.chance(0.3):
            return self.select(kinds)
        operation = self.one("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL")
        query = pair(f"({{}}) {operation} ({{}})", self.nested(kinds, depth + 1), self.nested(kinds, depth + 1))
        if self.chance(0.5):
            return query
        keys = ", ".join(f"{number + 1}{self.one('', ' DESC', ' NULLS FIRST', ' DESC NULLS FIRST')}" for number in range(len(kinds)))
        count, skipped = self.choice.choice([0, 1, 5, 20]), self.choice.choice([0, 0, 3])
        offset = f" OFFSET {skipped}" if skipped else ""
        return pair((f"{{}} ORDER BY {keys}{offset} {self.one(f'LIMIT {count}', f'FETCH FIRST {count} ROWS ONLY')}",
                     f"{{}} ORDER BY {keys} LIMIT {count}{offset}"), query)

    def recursive(self):
        """Steps from row to row of a small table."""
        where = self.condition(self.scope("a"), 1)
        scope = [("w.r", "integer"), ("w.i", "integer"), ("w.d", "integer")] + self.scope("b")
        on = self.one("b.r = w.i", "b.r = w.i + 1", "b.i = w.r", "b.r = (w.r * 7 + 3) % 30", "b.x = w.d AND b.r = w.i")
        step = pair("SELECT b.r, {}, w.d + 1 FROM w JOIN t3 b ON " + on + " WHERE w.d < 3 AND {}", self.leaf(scope, "integer"), self.condition(scope, 2))
        last = self.one("SELECT * FROM w", "SELECT d, count(*), sum(r) FROM w GROUP BY d", "SELECT w.d, a.s FROM w LEFT JOIN t3 a ON a.r = w.i",
                        "SELECT r, max(d) FROM w GROUP BY r HAVING count(*) > 1")
        return pair("WITH RECURSIVE w (r, i, d) AS (SELECT a.r, a.i, 0 FROM t3 a WHERE {} UNION ALL {}) " + last, where, step)

    def query(self):
        self.last = None
        self.is_strict = self.chance(0.65)
        form = self.choice.random()
        if form < 0.1:
            text, is_ordered = self.ordered()
            return Query(*text, is_ordered)
        if form < 0.14:
            return Query(*self.shared())
        if form < 0.25:
            kinds = [self.choice.choice(KEYS) for _ in range(self.choice.randint(1, 3))]
            operation = lambda: self.one("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL")
            query = pair("({}) " + operation() + " ({})", self.select(kinds), self.select(kinds))
            if self.chance(0.3):
                query = pair("({}) " + operation() + " ({})", query, self.select(kinds))
            if self.chance(0.2):
                query = pair("SELECT * FROM ({}) AS w WHERE c0 IS NOT NULL", query)
            return Query(*query)
        if form < 0.27:
            return Query(*self.nested([self.choice.choice(KEYS) for _ in range(self.choice.randint(1, 2))]))
        if form < 0.28:
            return Query(*self.recursive())
        if form < 0.32:
            one = self.select(["integer", "varchar"])
            other = pair("SELECT v.c0, z.c1, count(*) AS n FROM w AS v {} w AS z ON v.c0 = z.c0 AND v.c1 = z.c1 GROUP BY v.c0, z.c1",
                         same(self.one("JOIN", "LEFT JOIN", "FULL JOIN")))
            return Query(*pair("WITH w AS ({}) {}", one, other))
        query = self.select()
        parts = self.last
        if self.chance(0.12):
            return Query(*pair("SELECT * FROM ({}) AS w WHERE c0 IS NOT NULL", query))
        return Query(*query, parts=parts)
