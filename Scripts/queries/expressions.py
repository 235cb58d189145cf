"""Random expressions of a kind over a scope, each as a pair of lake's text and DuckDB's (or None)."""

from functions import FUNCTIONS, SAME
from tables import COLUMNS, SIZES, TYPES

# Kinds that both engines order and compare alike.
ORDERED = ["integer", "integer", "bigint", "decimal", "varchar", "date", "timestamp", "tinyint", "smallint", "huge", "varbinary",
           "real", "double"]
KINDS = list(TYPES)
COMPARED = "= <> < <= > >=".split()


def same(text):
    return text, text


def pair(template, *parts):
    """Both sides of a template; without DuckDB's where a part has none."""
    lake, duck = template if isinstance(template, tuple) else (template, template)
    if duck is SAME:
        duck = lake
    if duck is None or any(part[1] is None for part in parts):
        return lake.format(*[part[0] for part in parts]), None
    return lake.format(*[part[0] for part in parts]), duck.format(*[part[1] for part in parts])


class Expressions:
    def __init__(self, choice):
        self.choice = choice
        # Whether only what DuckDB also has is wanted.
        self.is_strict = False

    def one(self, *options):
        return self.choice.choice(options)

    def chance(self, share):
        return self.choice.random() < share

    def table(self):
        return self.one("t1", "t1", "t2", "t2", "t2", "t3", "t3", "t0", "one")

    @staticmethod
    def scope(alias):
        return [(f"{alias}.{name}", kind) for name, kind in COLUMNS]

    def column(self, scope, kind):
        found = [name for name, type in scope if type == kind]
        return self.choice.choice(found) if found else None

    def null(self, kind):
        type = TYPES[kind]
        ducks = {"array": "integer[]", "texts": "varchar[]", "map": "MAP(varchar, integer)", "row": "STRUCT(a integer, b varchar)",
                 "timestamp": "timestamp", "time": "time"}
        return f"CAST(NULL AS {type})", f"CAST(NULL AS {ducks.get(kind, type)})"

    def literal(self, kind):
        if self.chance(0.08):
            return self.null(kind)
        choice = self.choice
        if kind == "integer":
            return same(str(choice.randint(-3, 6)))
        if kind in ("tinyint", "smallint"):
            return same(f"CAST({choice.randint(-5, 5)} AS {kind})")
        if kind == "bigint":
            return same(f"CAST({self.one(0, 1, 5, -7, 10 ** 12)} AS bigint)")
        if kind in ("double", "real"):
            return same(f"CAST({self.one('0', '1.5', '-2.25', '3', '0.1')} AS {kind})")
        if kind == "wild":
            return self.one("nan()", "infinity()", "(-0e0)", "1.5e0"), None
        if kind == "decimal":
            return same(f"CAST({self.one('0', '1.5', '-2.25', '7', '0.01')} AS decimal(9,2))")
        if kind == "huge":
            return same(f"CAST({self.one('0', '1.5', '-100000000000000000.00001', '0.00003')} AS decimal(25,5))")
        if kind == "varchar":
            return same(self.one("'a'", "'ab'", "''", "'B'", "'zz'", "'äö'", "'a long text of more than twelve'", "'key 3'"))
        if kind == "varbinary":
            text = self.one("", "00", "ff", "0102")
            return f"x'{text}'", f"unhex('{text}')"
        if kind == "date":
            return same(f"DATE '2026-0{choice.randint(1, 4)}-0{choice.randint(1, 9)}'")
        if kind == "time":
            return same("TIME '04:30:00'")
        if kind == "timestamp":
            return same(f"TIMESTAMP '2026-01-0{choice.randint(1, 4)} 04:30:00'")
        if kind == "array":
            items = ", ".join(self.one("0", "1", "2", "4", "NULL") for _ in range(choice.randint(1, 3)))
            return f"CAST(ARRAY[{items}] AS array(integer))", f"CAST([{items}] AS integer[])"
        if kind == "texts":
            return self.one(("ARRAY['a', NULL]", "['a', NULL]"), ("ARRAY['b', '', 'a']", "['b', '', 'a']"))
        if kind == "map":
            return "map(ARRAY['a', 'b'], ARRAY[1, NULL])", "MAP {'a': 1, 'b': NULL}"
        if kind == "row":
            return "CAST(ROW(1, 'a') AS row(a integer, b varchar))", "{'a': 1, 'b': 'a'}"
        return same(self.one("true", "false"))

    def functions(self, kind):
        options = FUNCTIONS.get(kind, [])
        return [option for option in options if option[1] is not None and "wild" not in option] if self.is_strict else options

    def argument(self, scope, kind, depth):
        if kind.startswith("="):
            return same(kind[1:])
        if kind.startswith(":"):
            return self.literal(kind[1:])
        return self.value(scope, kind, depth)

    def value(self, scope, kind, depth=0):
        """An expression of a kind; deep ones become columns and literals."""
        if kind == "boolean":
            return self.condition(scope, depth)
        if kind == "wild" and self.is_strict:
            kind = "double"
        name = self.column(scope, kind)
        if name and (depth > 2 or self.chance(0.5)):
            return name, (None if kind == "wild" else name)
        if depth > 2 or self.chance(0.2):
            return self.literal(kind)
        inner = lambda: self.value(scope, kind, depth + 1)
        if self.chance(0.15):
            return self.one(
                lambda: pair("CASE WHEN {} THEN {} ELSE {} END", self.condition(scope, depth + 1), inner(), inner()),
                lambda: pair("coalesce({}, {})", inner(), inner()),
                # NaN, and null within an array, equal themselves in DuckDB.
                lambda: pair(("nullif({}, {})", SAME if kind in ORDERED else None), inner(), inner()) if kind != "map" else inner())()
        if depth < 2 and scope and self.chance(0.1) and kind in ORDERED:
            return self.scalar_subquery(scope, kind, depth)
        options = self.functions(kind)
        if not options:
            return self.literal(kind)
        lake, duck, *arguments = self.choice.choice(options)
        return pair((lake, duck), *[self.argument(scope, argument, depth + 1) for argument in arguments])

    def condition(self, scope, depth=0):
        if depth > 2 or self.chance(0.12):
            name = self.column(scope, "boolean")
            return same(name) if name and self.chance(0.8) else self.literal("boolean")
        if self.chance(0.45):
            lake, duck, *arguments = self.choice.choice(self.functions("boolean"))
            return pair((lake, duck), *[self.argument(scope, argument, depth + 1) for argument in arguments])
        kind = self.choice.choice(ORDERED)
        value = lambda: self.value(scope, kind, depth + 1)
        options = [
            lambda: pair(f"({{}} {self.choice.choice(COMPARED)} {{}})", value(), value()),
            lambda: pair(f"({{}} {self.choice.choice(COMPARED)} {{}})", self.leaf(scope, kind), self.literal(kind)),
            lambda: pair(f"({{}} {self.one('', 'NOT ')}BETWEEN {{}} AND {{}})", value(), value(), value()),
            lambda: pair(f"({{}} BETWEEN {{}} AND {{}})", self.leaf(scope, kind), self.literal(kind), self.literal(kind)),
            lambda: self.listed(scope, kind, depth),
            lambda: pair(f"({{}} IS {self.one('', 'NOT ')}DISTINCT FROM {{}})", value(), value()),
            lambda: pair(f"({{}} IS {self.one('', 'NOT ')}NULL)", value()),
        ]
        if depth < 2:
            options += [lambda: self.subquery_condition(scope, kind, depth)] * 2
        return self.choice.choice(options)()

    def leaf(self, scope, kind):
        name = self.column(scope, kind)
        return same(name) if name else self.literal(kind)

    def listed(self, scope, kind, depth):
        items = [self.literal(kind) if self.chance(0.8) else self.value(scope, kind, depth + 2) for _ in range(self.choice.randint(1, 6))]
        form = "({} " + self.one("IN", "NOT IN") + " (" + ", ".join("{}" for _ in items) + "))"
        return pair(form, self.value(scope, kind, depth + 1), *items)

    # Subqueries.

    def inner_source(self, scope, depth):
        """FROM and WHERE of a subquery that may see the row around it, and its scope."""
        alias = f"q{self.choice.randint(0, 999)}"
        inner = self.scope(alias)
        table = self.table()
        text = same(f"FROM {table} {alias}")
        if self.chance(0.25):
            text, inner = self.derived(alias, table, scope, depth)
        elif self.chance(0.2):
            other = f"p{self.choice.randint(0, 999)}"
            key = self.one("r", "i", "x", "s")
            text = same(f"FROM {table} {alias} {self.one('JOIN', 'LEFT JOIN')} t3 {other} ON {alias}.{key} = {other}.{key}")
            inner = inner + self.scope(other)
        both = inner + scope if self.chance(0.65) else inner
        if self.chance(0.3) and scope:
            kind = self.one("integer", "varchar", "date", "bigint")
            equal = pair("{} = {}", self.leaf(inner, kind), self.leaf(scope, kind))
            if self.chance(0.5):
                equal = pair("{} AND {}", equal, self.condition(both, depth + 2))
            return pair("{} WHERE {}", text, equal), inner
        if self.chance(0.75):
            return pair("{} WHERE {}", text, self.condition(both, depth + 2)), inner
        return text, inner

    def derived(self, alias, table, scope, depth):
        """A subquery in the FROM of a subquery, which may see the row around both: groups, windows, first rows, unions."""
        own = f"e{self.choice.randint(0, 999)}"
        inside = self.scope(own)
        where = pair(" WHERE {}", self.condition(inside + scope if self.chance(0.7) else inside, depth + 2)) if self.chance(0.8) else same("")
        shown = [(f"{alias}.r", "integer"), (f"{alias}.i", "integer"), (f"{alias}.s", "varchar"), (f"{alias}.t", "date")]
        columns = f"{own}.r, {own}.i, {own}.s, {own}.t"
        first = self.one("", " DESC", " NULLS FIRST", " DESC NULLS FIRST")
        form = self.choice.randint(0, 7)
        if form == 0:
            key = self.one("i", "s", "t")
            texts = {name: f"{own}.{name}" if name == key else f"max({own}.{name})" for name in "rist"}
            having = pair(" HAVING {}", self.one(same("count(*) > 1"), pair(f"max({own}.r) > {{}}", self.leaf(scope, "integer")))) if self.chance(0.4) else same("")
            query = pair("SELECT " + ", ".join(f"{text} AS {name}" for name, text in texts.items()) + f" FROM {table} {own}{{}} GROUP BY {own}.{key}{{}}", where, having)
        elif form == 1:
            query = pair(f"SELECT max({own}.r) AS r, min({own}.i) AS i, max({own}.s) AS s, min({own}.t) AS t FROM {table} {own}{{}}", where)
        elif form == 2:
            count = self.choice.choice([1, 2, 5])
            query = pair(f"SELECT {columns} FROM {table} {own}{{}} ORDER BY {own}.{self.one('i', 's', 't')}{first}, {own}.r LIMIT {count}", where)
        elif form == 3:
            other = self.table()
            more = pair(" WHERE {}", self.condition(self.scope("o") + scope, depth + 2))
            query = pair(f"SELECT {columns} FROM {table} {own}{{}} {self.one('UNION ALL', 'UNION', 'EXCEPT', 'INTERSECT', 'EXCEPT ALL', 'INTERSECT ALL')} "
                         f"SELECT o.r, o.i, o.s, o.t FROM {other} o{{}}", where, more)
        elif form == 4:
            call = self.one("row_number()", "rank()", f"count({own}.s)", f"sum({own}.x)")
            query = pair(f"SELECT {own}.r, CAST({call} OVER (PARTITION BY {own}.{self.one('x', 'k', 's')} ORDER BY {own}.{self.one('i', 't')}{first}, {own}.r) AS integer) AS i, "
                         f"{own}.s, {own}.t FROM {table} {own}{{}}", where)
        elif form == 5:
            query = pair(f"SELECT DISTINCT {own}.x AS r, {own}.i, {own}.s, {own}.t FROM {table} {own}{{}}", where)
        elif form == 6:
            join = self.one("LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
            query = pair(f"SELECT coalesce({own}.r, z.r) AS r, {own}.i, z.s, {own}.t FROM {table} {own} {join} t3 z ON {own}.{self.one('i', 'x')} = z.{self.one('r', 'i')}{{}}", where)
        else:
            name = self.column(scope, "array")
            if not name:
                query = pair(f"SELECT {columns} FROM {table} {own}{{}}", where)
            else:
                return pair((f"FROM UNNEST({name}) WITH ORDINALITY AS {alias} (i, r)", f"FROM (SELECT unnest({name}) AS i, generate_subscripts({name}, 1) AS r) AS {alias}")), [
                    (f"{alias}.r", "bigint"), (f"{alias}.i", "integer")]
        # Rows of these forms may repeat, and then have no first one.
        return pair(f"FROM ({{}}) {alias}", query), shown + [("", "repeats")] * (form in (3, 5, 6))

    def scalar_subquery(self, scope, kind, depth):
        source, inner = self.inner_source(scope, depth)
        column = self.leaf(inner, kind)
        if kind == "bigint":
            form = self.one("count(*)", "count({})", "coalesce(sum({}), 0)", "max({}) + count(*)", "count(DISTINCT {})")
            return pair(f"CAST((SELECT {form} {{}}) AS bigint)" if "{}" in form else "(SELECT count(*) {1})", column, source)
        if kind == "integer" and self.chance(0.2):
            return pair("(SELECT max({}) {} GROUP BY {} ORDER BY 1 DESC NULLS LAST LIMIT 1)", column, source, self.leaf(inner, "varchar"))
        if self.chance(0.7) or any(type == "repeats" for _, type in inner):
            return pair(f"(SELECT {self.one('max', 'min')}({{}}) {{}})", column, source)
        alias = inner[0][0].split(".")[0]
        keys = {name.split(".")[0] for name, _ in inner}
        key = self.leaf(inner, self.one("integer", "varchar", "date"))
        order = self.one("", " DESC", " NULLS FIRST", " DESC NULLS FIRST")
        unique = ", ".join(f"{key}.r" for key in sorted(keys))
        tail = (f" ORDER BY {{2}}{order}, {unique} LIMIT 1")
        return pair("(SELECT {0} {1}" + tail + ")", column, source, key)

    def subquery_condition(self, scope, kind, depth):
        source, inner = self.inner_source(scope, depth)
        column = self.leaf(inner, kind) if self.chance(0.7) else self.value(inner, kind, depth + 2)
        value = self.value(scope, kind, depth + 2) if self.chance(0.8) else self.literal(kind)
        form = self.choice.randint(0, 5)
        if form == 0:
            return pair("(" + self.one("", "NOT ") + "EXISTS (SELECT 1 {}))", source)
        if form <= 2:
            distinct = self.one("", "", "DISTINCT ")
            return pair("({} " + self.one("IN", "NOT IN") + f" (SELECT {distinct}{{}} {{}}))", value, column, source)
        if form == 3:
            function = self.one("max", "min", "count")
            left = self.value(scope, "bigint" if function == "count" else kind, depth + 2)
            return pair("({} " + self.choice.choice(COMPARED) + f" (SELECT {function}({{}}) {{}}))", left, column, source)
        if form == 4:
            group = self.leaf(inner, self.one("integer", "varchar"))
            return pair("({} " + self.one("IN", "NOT IN") + " (SELECT max({}) {} GROUP BY {} HAVING count(*) > 1))",
                        value, column, source, group)
        return pair("({} " + self.choice.choice(COMPARED) + " " + self.one("ANY", "ALL", "SOME") + " (SELECT {} {}))", value, column, source)
