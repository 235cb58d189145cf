#!/usr/bin/env python3
"""Runs random queries through lake and DuckDB over the same small tables and tells where they differ.

    python3 Scripts/compare-random-queries.py --lake .build/debug/lake --count 2000 --seed 1

Needs the Python package duckdb. Tables of integers, decimals, doubles (with NaN), text, dates,
timestamps, booleans, arrays and nulls are written as Parquet files; one of them is empty. Queries
are typed, so that both engines should take them. What the two mean differently on purpose is not
generated or evened out:

  - integer division and remainder are written with DuckDB's // and %;
  - text and numbers are never mixed, decimal literals are cast;
  - NaN equals itself in DuckDB and stands last in its order whatever the direction, and max prefers
    it: comparisons of doubles are written out for it, and doubles take no part in min, max, ORDER
    BY with LIMIT and window orders;
  - DuckDB's list functions see no null where Trino's give one: contains stands within coalesce;
  - sums of doubles are compared to ten digits;
  - errors are compared only by whether there is one.
"""

import argparse
import csv
import datetime
import decimal
import io
import math
import os
import pty
import random
import re
import select
import subprocess
import sys
import tempfile
import termios
import time

import duckdb


class LakeSession:
    """A lake prompt behind a pseudo-terminal: many statements in one process."""

    def __init__(self, binary):
        self.binary = binary
        self.start()

    def start(self):
        self.master, slave = pty.openpty()
        attributes = termios.tcgetattr(slave)
        attributes[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        self.process = subprocess.Popen(
            [self.binary, "sql", "--format", "csv", "--null", "\x01", "--threads", "2"],
            stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(os.environ, NO_COLOR="1"))
        os.close(slave)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.number = 0
        self.read("lake> ", 20)

    def read(self, mark, seconds):
        text, end = b"", time.time() + seconds
        while mark.encode() not in text:
            if self.process.poll() is not None:
                return None
            left = end - time.time()
            if left <= 0:
                return None
            ready, _, _ = select.select([self.process.stdout], [], [], min(left, 0.2))
            if ready:
                text += self.process.stdout.read() or b""
        return text.decode("utf-8", "replace")

    def run(self, sql, seconds=20):
        """The rows as lists of text or None, or an error's text."""
        self.number += 1
        mark = f"@@{self.number}@@"
        data = f"{sql}\n;\nSELECT '{mark}' AS mark;\n".encode()
        for offset in range(0, len(data), 2000):
            os.write(self.master, data[offset:offset + 2000])
        text = self.read(mark + "\n", seconds)
        if text is None:
            code = self.process.poll()
            self.process.kill()
            self.process.wait()
            os.close(self.master)
            self.start()
            return f"CRASH (exit {code})" if code is not None else "HANG"
        text = re.sub(r"^(lake> |\s+-> )+", "", text[:text.rfind("mark\n")])
        text = text.removesuffix("lake> ")
        if "error: " in text[:100]:
            return text[text.index("error: ") + 7:]
        rows = list(csv.reader(io.StringIO(text)))[1:]
        return [[None if cell == "\x01" else cell for cell in row] or [""] for row in rows]


class Tables:
    """The tables, as Parquet files."""

    COLUMNS = [("i", "integer"), ("g", "bigint"), ("d", "double"), ("n", "decimal"), ("s", "varchar"),
               ("t", "date"), ("z", "timestamp"), ("k", "boolean"), ("x", "integer"), ("r", "integer"), ("xs", "array")]

    def __init__(self, folder, connection, choice):
        self.paths = {}
        for name, count in [("t1", 23), ("t2", 17), ("t3", 5), ("t0", 0)]:
            path = os.path.join(folder, name + ".parquet")
            values = ",\n".join(self.row(choice, number) for number in range(max(count, 1)))
            connection.execute(
                f"CREATE TABLE {name} (i INTEGER, g BIGINT, d DOUBLE, n DECIMAL(9,2), s VARCHAR,"
                " t DATE, z TIMESTAMP, k BOOLEAN, x INTEGER, xs INTEGER[], r INTEGER)")
            connection.execute(f"INSERT INTO {name} VALUES {values}")
            if count == 0:
                connection.execute(f"DELETE FROM {name}")
            connection.execute(f"COPY {name} TO '{path}' (FORMAT parquet)")
            self.paths[name] = path

    @staticmethod
    def row(choice, number):
        def maybe(text, share=0.2):
            return "NULL" if choice.random() < share else text
        texts = ["''", "'a'", "'b'", "'ab'", "'B'", "'äö'", "'a long text of more than twelve'", "'%'"]
        doubles = ["0.0", "-0.0", "1.5", "-2.25", "1e10", "'NaN'::DOUBLE", "3.0"]
        array = "[" + ", ".join(maybe(str(choice.randint(0, 4)), 0.1)
                                for _ in range(choice.randint(0, 3))) + "]"
        return "(" + ", ".join([
            maybe(str(choice.randint(-3, 6))), maybe(str(choice.choice([0, 1, 2, 5, 10 ** 12, -7]))),
            maybe(choice.choice(doubles)), maybe(choice.choice(["0.00", "1.50", "-2.25", "100.10"])),
            maybe(choice.choice(texts)), maybe(f"DATE '2026-0{choice.randint(1, 4)}-1{choice.randint(0, 9)}'"),
            maybe(f"TIMESTAMP '2026-01-0{choice.randint(1, 4)} 0{choice.randint(0, 9)}:30:00'"),
            maybe(choice.choice(["true", "false"])), str(choice.randint(0, 3)),
            maybe(array + "::INTEGER[]", 0.15), str(number)]) + ")"


class Generator:
    """Makes pairs of one query in both dialects."""

    def __init__(self, choice):
        self.choice = choice

    def one(self, *options):
        return self.choice.choice(options)

    def chance(self, share):
        return self.choice.random() < share

    # Expressions: pairs (lake, duckdb). A scope is a list of (name, type).

    def column(self, scope, kind):
        found = [name for name, type in scope if type == kind]
        return self.choice.choice(found) if found else None

    def literal(self, kind):
        if self.chance(0.08):
            return self.null(kind)
        if kind == "integer":
            return self.same(str(self.choice.randint(-3, 6)))
        if kind == "bigint":
            return self.same(f"CAST({self.one(0, 1, 5, -7, 10 ** 12)} AS bigint)")
        if kind == "double":
            return self.same(f"CAST({self.one('0', '1.5', '-2.25', '3')} AS double)")
        if kind == "decimal":
            return self.same(f"CAST({self.one('0', '1.5', '-2.25', '7')} AS decimal(9,2))")
        if kind == "varchar":
            return self.same(self.one("'a'", "'ab'", "''", "'B'", "'zz'"))
        if kind == "date":
            return self.same(f"DATE '2026-0{self.choice.randint(1, 4)}-15'")
        if kind == "timestamp":
            return self.same(f"TIMESTAMP '2026-01-0{self.choice.randint(1, 4)} 04:30:00'")
        if kind == "array":
            items = ", ".join(self.one("0", "1", "2", "4", "NULL") for _ in range(self.choice.randint(1, 3)))
            return f"CAST(ARRAY[{items}] AS array(integer))", f"CAST([{items}] AS INTEGER[])"
        return self.same(self.one("true", "false"))

    @staticmethod
    def same(text):
        return text, text

    @staticmethod
    def type_name(kind):
        return "decimal(9,2)" if kind == "decimal" else kind

    def null(self, kind):
        if kind == "array":
            return "CAST(NULL AS array(integer))", "CAST(NULL AS INTEGER[])"
        return self.same(f"CAST(NULL AS {self.type_name(kind)})")

    def pair(self, template, *parts):
        return (template.format(*[part[0] for part in parts]),
                template.format(*[part[1] for part in parts]))

    def value(self, scope, kind, depth=0):
        name = self.column(scope, kind)
        if name and (depth > 2 or self.chance(0.55)):
            return self.same(name)
        if depth > 2 or self.chance(0.25):
            return self.literal(kind)
        value = lambda other=kind: self.value(scope, other, depth + 1)
        general = [
            lambda: self.pair("CASE WHEN {} THEN {} ELSE {} END", self.condition(scope, depth + 1), value(), value()),
            lambda: self.pair("coalesce({}, {})", value(), value()),
        ]
        # NaN, and null within an array, equal themselves in DuckDB.
        if kind not in ("double", "array"):
            general.append(lambda: self.pair("nullif({}, {})", value(), value()))
        if depth < 2 and scope and self.chance(0.15):
            return self.scalar_subquery(scope, kind, depth)
        if kind in ("integer", "bigint"):
            quotient = value(), value()
            special = [
                lambda: self.of_array(scope, depth),
                lambda: self.pair("strpos({}, 'a')", value("varchar")),
                lambda: self.pair("extract(" + self.one("YEAR", "MONTH", "DAY", "QUARTER", "WEEK") + " FROM {})", value("date")),
                lambda: self.pair("date_diff('day', {}, {})", value("date"), value("date")),
                lambda: self.pair("sign({})", value()),
                # DuckDB rounds the text of a decimal.
                lambda: self.pair("TRY_CAST({} AS integer)",
                                  self.same(self.column(scope, "varchar")) if self.column(scope, "varchar") else self.same("'12'")),
                lambda: self.pair("CAST({} AS integer)", self.condition(scope, depth + 1)),
                lambda: self.pair("if({}, {}, {})", self.condition(scope, depth + 1), value(), value()),
                lambda: self.pair("CASE {} WHEN {} THEN {} ELSE {} END", value(), self.literal(kind), value(), value()),
                lambda: self.pair(self.one("greatest({}, {})", "least({}, {})"), self.present(value()), self.present(value())),
                lambda: self.of_row(scope, kind, depth),
                lambda: self.pair(self.one("({} + {})", "({} - {})"), value(), value()),
                lambda: self.pair("({} * {})", value(), self.literal("integer")),
                lambda: self.pair("(- {})", value()),
                lambda: self.pair("abs({})", value()),
                lambda: (f"({quotient[0][0]} / nullif({quotient[1][0]}, 0))",
                         f"({quotient[0][1]} // nullif({quotient[1][1]}, 0))"),
                lambda: self.pair("({} % nullif({}, 0))", value(), value()),
            ]
            if kind == "bigint":
                special.append(lambda: self.pair("length({})", value("varchar")))
                special.append(lambda: self.pair("CAST({} AS bigint)", value("integer")))
        elif kind == "double":
            special = [
                lambda: self.pair(self.one("({} + {})", "({} * {})", "({} - {})"), value(), value()),
                lambda: self.pair("CAST({} AS double)", value("integer")),
                lambda: self.pair(self.one("abs({})", "floor({})", "ceil({})"), value()),
                lambda: self.pair("sqrt(abs({}))", value()),
                lambda: self.pair("CAST({} AS double)", value("decimal")),
            ]
        elif kind == "decimal":
            special = [
                lambda: self.pair("CAST({} + {} AS decimal(9,2))", value(), value()),
                lambda: self.pair("CAST({} AS decimal(9,2))", value("integer")),
                lambda: self.pair("abs({})", value()),
                lambda: self.pair("(- {})", value()),
            ]
        elif kind == "varchar":
            special = [
                lambda: self.pair(self.one("upper({})", "lower({})", "reverse({})", "trim({})"), value()),
                lambda: self.pair("({} || {})", value(), value()),
                lambda: self.pair("substr({}, {})", value(), self.same(str(self.choice.randint(1, 3)))),
                lambda: self.pair("CAST({} AS varchar)", value("integer")),
                lambda: self.pair("replace({}, 'a', 'xy')", value()),
                lambda: self.pair("lpad({}, 4, 'x')", value()),
                lambda: self.pair("split_part({}, 'b', 1)", value()),
                lambda: self.pair("concat_ws('-', {}, {})", value(), value()),
                lambda: self.pair("translate({}, 'ab', 'b')", value()),
                lambda: self.pair("CAST({} AS varchar)", value("date")),
                lambda: self.pair("CAST({} AS varchar)", value("decimal")),
                lambda: (f"regexp_replace({(text := value())[0]}, 'a+', '_')", f"regexp_replace({text[1]}, 'a+', '_', 'g')"),
                lambda: self.pair("coalesce(NULLIF({}, ''), 'none')", value()),
            ]
        elif kind == "date":
            special = [
                lambda: self.pair("CAST({} AS date)", value("timestamp")),
                lambda: self.pair("CAST(date_trunc('month', {}) AS date)", value()),
                lambda: self.pair("CAST({} + INTERVAL '1' MONTH AS date)", value()),
                lambda: self.pair("CAST({} - INTERVAL '3' DAY AS date)", value()),
            ]
        elif kind == "timestamp":
            special = [
                lambda: self.pair("({} + INTERVAL '2' HOUR)", value()),
                lambda: self.pair("date_trunc('day', CAST({} AS timestamp))", value()),
            ]
        elif kind == "array":
            element = self.value(scope, "integer", depth + 1)
            number = self.choice.randint(1, 3)
            special = [
                lambda: (f"ARRAY[{element[0]}, {element[0]}]", f"[{element[1]}, {element[1]}]"),
                lambda: self.call("transform", "list_transform", value(), f"(e) -> e * {number}", f"lambda e: e * {number}"),
                lambda: self.call("transform", "list_transform", value(), f"e -> e + coalesce({element[0]}, 0)",
                                  f"lambda e: e + coalesce({element[1]}, 0)"),
                lambda: self.call("filter", "list_filter", value(), f"e -> e > {number} OR e IS NULL", f"lambda e: e > {number} OR e IS NULL"),
                lambda: self.call("array_sort", "list_sort", value(), None, "'ASC', 'NULLS LAST'"),
                lambda: self.call("reverse", "list_reverse", value()),
                lambda: self.call("slice", "list_slice", value(), f"1, {number}", f"1, {number}"),
            ]
        else:
            return self.condition(scope, depth + 1)
        return self.choice.choice(general + special * 2)()

    @staticmethod
    def call(lake, duck, value, lake_rest=None, duck_rest=None):
        return (f"{lake}({value[0]}{', ' + lake_rest if lake_rest else ''})",
                f"{duck}({value[1]}{', ' + duck_rest if duck_rest else ''})")

    @staticmethod
    def present(pair):
        """Without null, for functions that treat it differently."""
        return f"coalesce({pair[0]}, 0)", f"coalesce({pair[1]}, 0)"

    def of_array(self, scope, depth):
        value = self.value(scope, "array", depth + 1)
        number = self.choice.randint(1, 3)
        return self.choice.choice([
            lambda: self.call("cardinality", "len", value),
            lambda: (f"element_at({value[0]}, {number})", f"list_extract({value[1]}, {number})"),
            lambda: (f"element_at({value[0]}, -{number})", f"list_extract({value[1]}, -{number})"),
            lambda: (f"reduce({value[0]}, 0, (s, e) -> s + coalesce(e, 0), s -> s)",
                     f"CAST(CASE WHEN {value[1]} IS NOT NULL THEN coalesce(list_sum({value[1]}), 0) END AS BIGINT)"),
            lambda: (f"cardinality(filter({value[0]}, e -> e = {number}))",
                     f"len(list_filter({value[1]}, lambda e: e = {number}))"),
        ])()

    def of_row(self, scope, kind, depth):
        one, other = self.value(scope, kind, depth + 1), self.value(scope, "varchar", depth + 1)
        type = self.type_name(kind)
        return (f"CAST(ROW({one[0]}, {other[0]}) AS row(a {type}, b varchar)).a",
                f"(struct_pack(a := {one[1]}, b := {other[1]})).a")

    def doubles(self, scope, depth):
        """A comparison of doubles in which a NaN is equal to nothing."""
        left, right = self.value(scope, "double", depth + 1), self.value(scope, "double", depth + 1)
        sign = self.one("=", "<>", "<", "<=", ">", ">=")
        unequal = "true" if sign == "<>" else "false"
        return (f"({left[0]} {sign} {right[0]})",
                f"(CASE WHEN {left[1]} IS NULL OR {right[1]} IS NULL THEN NULL"
                f" WHEN isnan({left[1]}) OR isnan({right[1]}) THEN {unequal} ELSE {left[1]} {sign} {right[1]} END)")

    def condition(self, scope, depth=0):
        inner = lambda: self.condition(scope, depth + 1)
        if depth < 3 and self.chance(0.35):
            return self.choice.choice([
                lambda: self.pair("({} AND {})", inner(), inner()),
                lambda: self.pair("({} OR {})", inner(), inner()),
                lambda: self.pair("(NOT {})", inner()),
                lambda: self.pair("({} IS NULL)", inner()),
            ])()
        kind = self.one("integer", "integer", "bigint", "decimal", "varchar", "date", "timestamp", "boolean",
                        "double", "array")
        if kind == "double":
            value = self.value(scope, kind, depth + 1)
            return self.choice.choice([
                lambda: self.doubles(scope, depth),
                lambda: (f"is_nan({value[0]})", f"isnan({value[1]})"),
                lambda: self.pair("({} IS NULL)", value),
            ])()
        if kind == "array":
            value = self.value(scope, kind, depth + 1)
            item = self.literal("integer")
            return self.choice.choice([
                lambda: (f"coalesce(contains({value[0]}, {item[0]}), false)", f"coalesce(list_contains({value[1]}, {item[1]}), false)"),
                lambda: (f"any_match({value[0]}, e -> coalesce(e = {item[0]}, false))",
                         f"CASE WHEN {value[1]} IS NOT NULL THEN len(list_filter({value[1]}, lambda e: e = {item[1]})) > 0 END"),
                lambda: self.pair("({} IS NOT NULL)", value),
            ])()
        value = lambda: self.value(scope, kind, depth + 1)
        if kind == "boolean":
            name = self.column(scope, kind)
            return self.same(name) if name else self.literal(kind)
        options = [
            lambda: self.pair("({} " + self.one("=", "<>", "<", "<=", ">", ">=") + " {})", value(), value()),
            lambda: self.pair("({} BETWEEN {} AND {})", value(), value(), value()),
            lambda: self.pair("({} " + self.one("IN", "NOT IN") + " ({}, {}, {}))",
                              value(), self.literal(kind), self.literal(kind), self.literal(kind)),
            lambda: self.pair("({} IS " + self.one("", "NOT ") + "DISTINCT FROM {})", value(), value()),
            lambda: self.pair("({} IS NOT NULL)", value()),
        ]
        if kind == "varchar":
            options.append(lambda: self.pair("starts_with({}, {})", value(), self.literal(kind)))
            options.append(lambda: (f"regexp_like({(text := value())[0]}, '^[ab]+$|ö')", f"regexp_matches({text[1]}, '^[ab]+$|ö')"))
            options.append(lambda: self.pair("({} LIKE " + self.one("'a%'", "'%b'", "'_'", "'%'", "'%o%e%'") + ")", value()))
        if depth < 2:
            options.append(lambda: self.subquery_condition(scope, kind, depth))
        return self.choice.choice(options)()

    def scalar_subquery(self, scope, kind, depth):
        alias = f"q{self.choice.randint(0, 999)}"
        inner = [(f"{alias}.{name}", type) for name, type in Tables.COLUMNS]
        column = self.column(inner, kind)
        where = self.pair(" WHERE {}", self.condition(inner + scope, depth + 2))
        if kind == "bigint" and self.chance(0.5):
            aggregate = self.one("count(*)", f"count({column})", f"coalesce(sum({column}), 0)")
        elif kind in ("double", "boolean", "array") or self.chance(0.3):
            # One row by LIMIT.
            if kind == "array":
                column = f"{alias}.xs"
            # A literal would be a position or nothing at all.
            key = self.same(self.column(inner, self.one("integer", "varchar", "date")))
            tail = f" ORDER BY {{}}{self.one('', ' DESC NULLS LAST', ' NULLS FIRST')}, {alias}.r LIMIT 1"
            if kind == "bigint":
                column = f"CAST({column} AS bigint)"
            side = lambda n: f"(SELECT {column} FROM {self.table_name} {alias}{where[n]}{tail.format(key[n])})"
            self.table_name = self.table()
            lake, duck = side(0), side(1)
            if " DESC" not in tail and "NULLS" not in tail:
                duck = duck.replace(f", {alias}.r LIMIT 1", f" NULLS LAST, {alias}.r LIMIT 1")
            return lake, duck
        else:
            aggregate = self.one("max", "min") + f"({column})"
        result = self.pair(f"(SELECT {aggregate} FROM {self.table()} {alias}{{}})", where)
        return self.pair(f"CAST({{}} AS {self.type_name(kind)})", result) if kind == "bigint" else result

    def subquery_condition(self, scope, kind, depth):
        alias = f"q{self.choice.randint(0, 999)}"
        table = self.table()
        inner = [(f"{alias}.{name}", type) for name, type in Tables.COLUMNS]
        both = inner + scope if self.chance(0.6) else inner
        column = self.column(inner, kind)
        where = self.pair(" WHERE {}", self.condition(both, depth + 2)) if self.chance(0.7) else self.same("")
        source = (f"FROM {table} {alias}{where[0]}", f"FROM {table} {alias}{where[1]}")
        value = self.value(scope, kind, depth + 2)
        form = self.choice.randint(0, 3)
        if form == 0:
            return self.pair(self.one("", "NOT ") + "EXISTS (SELECT 1 {})", source)
        if form == 1:
            return self.pair("({} " + self.one("IN", "NOT IN") + f" (SELECT {column} " + "{}))", value, source)
        if form == 2:
            function = self.one("max", "min", "count")
            operand = column
            left = self.value(scope, "bigint" if function == "count" else kind, depth + 2)
            return self.pair("({} " + self.one("=", "<", ">=") + f" (SELECT {function}({operand}) " + "{}))", left, source)
        return self.pair("({} " + self.one("=", "<>", "<", ">=") + " " + self.one("ANY", "ALL")
                         + f" (SELECT {column} " + "{}))", value, source)

    # Queries.

    @staticmethod
    def repeats(scope):
        """Whether rows may share all of their numbers."""
        return any(name in ("u.e", "m.p") for name, _ in scope)

    def table(self):
        return self.one("t1", "t1", "t2", "t2", "t3", "t0")

    def source(self):
        """FROM with its scope."""
        first = self.table()
        scope = [(f"a.{name}", type) for name, type in Tables.COLUMNS]
        text = self.same(f"{first} a")
        if self.chance(0.15):
            columns = ", ".join(name for name, _ in Tables.COLUMNS)
            own = [(f"v.{name}", type) for name, type in Tables.COLUMNS]
            tail = self.one("", "", " ORDER BY r LIMIT 4", " ORDER BY i DESC NULLS LAST, r LIMIT 3", " ORDER BY s NULLS FIRST, r LIMIT 5 OFFSET 2")
            inner = self.pair(f"(SELECT {columns} FROM {first} v WHERE {{}}{tail}) a", self.condition(own, 1))
            # lake takes OFFSET before LIMIT.
            text = (inner[0].replace("LIMIT 5 OFFSET 2", "OFFSET 2 LIMIT 5"), inner[1])
        for alias in ["b", "c"]:
            if not self.chance(0.45):
                break
            table = self.table()
            own = [(f"{alias}.{name}", type) for name, type in Tables.COLUMNS]
            kind = self.one("JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN")
            if kind == "CROSS JOIN":
                text = self.pair(f"{{}} CROSS JOIN {table} {alias}", text)
            else:
                type = self.one("integer", "bigint", "varchar", "date", "decimal")
                left = self.value(scope, type, 2)
                right = self.same(self.column(own, type))
                condition = self.pair("{} = {}", left, right)
                if self.chance(0.4):
                    extra = self.condition(scope + own if kind != "FULL JOIN" else own, 2)
                    condition = self.pair("{} AND {}", condition, extra)
                text = self.pair(f"{{}} {kind} {table} {alias} ON {{}}", text, condition)
            scope = scope + own
        if self.chance(0.12):
            # A subquery that sees the row beside it.
            table = self.table()
            own = [(f"l.{name}", type) for name, type in Tables.COLUMNS]
            where = self.condition(own + scope, 1)
            tail = self.one("", "", " ORDER BY l.i NULLS LAST, l.r LIMIT 2", " ORDER BY l.r DESC LIMIT 1")
            kind = self.one(("CROSS JOIN LATERAL", ""), ("LEFT JOIN LATERAL", " ON true"))
            picked = self.value(own, "integer", 2), self.value(own, "varchar", 2)
            text = self.pair(f"{{}} {kind[0]} (SELECT {{}} AS p, {{}} AS q FROM {table} l WHERE {{}}{tail}) AS m{kind[1]}",
                             text, *picked, where)
            scope = scope + [("m.p", "integer"), ("m.q", "varchar")]
        if self.chance(0.12):
            text = self.pair("{} CROSS JOIN UNNEST(a.xs) AS u (e)", text)
            scope = scope + [("u.e", "integer")]
        return text, scope

    def aggregate(self, scope):
        kind = self.one("integer", "bigint", "decimal", "varchar", "date")
        value = self.value(scope, kind, 1)
        forms = [
            lambda: self.same("count(*)"),
            lambda: self.pair("count({})", value),
            lambda: self.pair("count(DISTINCT {})", value),
            lambda: self.pair(self.one("min({})", "max({})"), value),
        ]
        if kind in ("integer", "bigint", "decimal"):
            forms.append(lambda: self.pair("sum({})", value))
            forms.append(lambda: self.pair("sum(DISTINCT {})", value))
        if kind == "integer":
            forms.append(lambda: self.pair("avg({})", value))
        names = [name for name, _ in scope if name.endswith(".r")]
        if not self.repeats(scope):
            order = ", ".join(names)
            forms.append(lambda: self.pair("array_agg({} ORDER BY " + order + ")", self.value(scope, "integer", 2)))
            forms.append(lambda: (f"listagg({(text := self.value(scope, 'varchar', 2))[0]}, '/') WITHIN GROUP (ORDER BY {order})",
                                  f"string_agg({text[1]}, '/' ORDER BY {order})"))
            if len(names) == 1:
                both = self.one(("max_by", "arg_max_null"), ("min_by", "arg_min_null"))
                forms.append(lambda: (f"{both[0]}({value[0]}, {order})", f"{both[1]}({value[1]}, {order})"))
        number = self.value(scope, "double", 2)
        forms.append(lambda: self.pair("sum({})", number))
        forms.append(lambda: self.pair(self.one("avg({})", "count({})", "count(DISTINCT {})"), number))
        # DuckDB's count_if of no rows is null.
        forms.append(lambda: (f"count_if({self.condition_text(scope)[0]})", f"count(CASE WHEN {self.last[1]} THEN 1 END)"))
        if kind == "integer":
            forms.append(lambda: self.pair(self.one("stddev({})", "var_pop({})"), value))
        forms.append(lambda: (f"bool_or({self.condition_text(scope)[0]})", f"bool_or({self.last[1]})"))
        result = self.choice.choice(forms)()
        if self.chance(0.2):
            result = self.pair("{} FILTER (WHERE {})", result, self.condition(scope, 2))
        return result

    def condition_text(self, scope):
        self.last = self.condition(scope, 2)
        return self.last

    def window(self, scope):
        key = self.value(scope, self.one("integer", "varchar", "date"), 2)
        order = self.value(scope, self.one("integer", "bigint", "date"), 2)
        direction = self.one("", " DESC", " NULLS FIRST", " DESC NULLS FIRST")
        nulls = direction if "NULLS" in direction else direction + " NULLS LAST"
        partition = self.pair("PARTITION BY {} ", key) if self.chance(0.6) else self.same("")
        over = (f"OVER ({partition[0]}ORDER BY {order[0]}{direction}", f"OVER ({partition[1]}ORDER BY {order[1]}{nulls}")
        function = self.choice.randint(0, 4)
        if function == 0:
            return self.pair("{} {})", self.same(self.one("rank()", "dense_rank()", "percent_rank()", "cume_dist()")), over)
        if function == 4:
            return self.range_window(scope, partition)
        value = self.value(scope, self.one("integer", "bigint"), 2)
        if self.chance(0.5):
            names = [name for name, _ in scope if name.endswith(".r")]
            unique = ", ".join(names)
            over = tuple(side + ", " + unique for side in over)
            # Several rows of UNNEST share all numbers.
            if not self.repeats(scope):
                frame = self.one(" ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
                                 " ROWS BETWEEN 1 FOLLOWING AND 3 FOLLOWING", " ROWS UNBOUNDED PRECEDING")
                call = self.one("sum({})", "count({})", "min({})", "max({})", "first_value({})", "last_value({})")
                if self.chance(0.3):
                    call, frame = self.one("lag({})", "lead({})", "lag({}, 2)", "ntile(3)"), ""
                    if call == "ntile(3)":
                        return self.pair("ntile(3) {})", over)
                elif self.chance(0.3):
                    name = self.one("first_value({}{})", "last_value({}{})", "nth_value({}, 2{})")
                    return (f"{name.format(value[0], '')} IGNORE NULLS {over[0]}{frame})",
                            f"{name.format(value[1], ' IGNORE NULLS')} {over[1]}{frame})")
                elif self.chance(0.25):
                    keep = self.condition(scope, 2)
                    call = self.one("sum({})", "array_agg({})", "count({})")
                    return (f"{call.format(value[0])} FILTER (WHERE {keep[0]}) {over[0]}{frame})",
                            f"{call.format(value[1])} FILTER (WHERE {keep[1]}) {over[1]}{frame})")
                return self.pair(call + " {}" + frame + ")", value, over)
        frames = ["", " RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
                  " GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING"]
        frame = self.choice.choice(frames)
        name = self.one("sum", "count", "min", "max")
        return self.pair(name + "({}) {}" + frame + ")", value, over)

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
        order = self.one(("", " ASC NULLS LAST"), (" DESC NULLS LAST", " DESC NULLS LAST"), (" NULLS FIRST", " ASC NULLS FIRST"))
        value = self.value(scope, "integer", 2)
        call = self.one("sum({})", "count({})", "min({})", "count(*)")
        # DuckDB's date minus interval is a timestamp, which compares as well.
        return tuple(f"{call.format(value[n])} OVER ({partition[n]}ORDER BY {key[n]}{order[n]} RANGE {frame})" for n in (0, 1))

    def select(self, kinds=None):
        source, scope = self.source()
        where = self.pair(" WHERE {}", self.condition(scope)) if self.chance(0.6) else self.same("")
        if kinds is None and self.chance(0.4):
            keys = [self.value(scope, self.one("integer", "varchar", "date", "boolean", "decimal", "bigint"), 2)
                    for _ in range(self.choice.randint(0, 2))]
            keys = list(dict.fromkeys(keys))
            items = keys + [self.aggregate(scope) for _ in range(self.choice.randint(1, 3))]
            group = ""
            if keys:
                numbers = ", ".join(str(i + 1) for i in range(len(keys)))
                group = " GROUP BY " + numbers
                plain = all(re.fullmatch(r"\w+\.\w+", key[0]) for key in keys)
                if plain and self.chance(0.5):
                    group = " GROUP BY " + self.one("ROLLUP", "CUBE") + " (" + ", ".join(key[0] for key in keys) + ")"
                    if self.chance(0.5):
                        sets = ["()"] + [f"({key[0]})" for key in keys]
                        chosen = self.choice.sample(sets, self.choice.randint(0, len(sets)))
                        chosen.append("(" + ", ".join(key[0] for key in keys) + ")")
                        group = f" GROUP BY GROUPING SETS ({', '.join(chosen)})"
                    if len(set(key[0] for key in keys)) == len(keys):
                        items.append(self.same("grouping(" + ", ".join(key[0] for key in keys) + ")"))
            having = ""
            if self.chance(0.2):
                having = f" HAVING count(*) > {self.choice.randint(0, 2)}"
            return self.statement(items, source, where, self.same(group + having))
        kinds = kinds or [self.one("integer", "bigint", "double", "decimal", "varchar", "date", "timestamp", "boolean", "array")
                          for _ in range(self.choice.randint(1, 4))]
        items = [self.value(scope, kind) for kind in kinds]
        if self.chance(0.2):
            items.append(self.window(scope))
        distinct = "DISTINCT " if self.chance(0.15) else ""
        return self.statement(items, source, where, self.same(""), distinct)

    def statement(self, items, source, where, rest, distinct=""):
        texts = []
        for side in (0, 1):
            columns = ", ".join(f"{item[side]} AS c{index}" for index, item in enumerate(items))
            texts.append(f"SELECT {distinct}{columns} FROM {source[side]}{where[side]}{rest[side]}")
        return tuple(texts)

    def ordered(self):
        """The first rows in the order of all columns."""
        kinds = [self.one("integer", "bigint", "varchar", "date", "decimal", "timestamp", "boolean")
                 for _ in range(self.choice.randint(1, 3))]
        saved, self.chance = self.chance, lambda share: self.choice.random() < share and share != 0.2
        inner = self.select(kinds)
        self.chance = saved
        keys = [self.one(("{}", "{} NULLS LAST"), ("{} DESC", "{} DESC NULLS LAST"), ("{} NULLS FIRST",) * 2)
                for _ in kinds]
        order = [", ".join(key[side].format(number + 1) for number, key in enumerate(keys)) for side in (0, 1)]
        count, skipped = self.choice.randint(1, 12), self.choice.randint(0, 3)
        self.is_ordered = True
        return (f"SELECT * FROM ({inner[0]}) AS w ORDER BY {order[0]} OFFSET {skipped} LIMIT {count}",
                f"SELECT * FROM ({inner[1]}) AS w ORDER BY {order[1]} LIMIT {count} OFFSET {skipped}")

    def shared(self):
        """Joins by columns of one name, and rows kept by a window."""
        one, other = self.table(), self.table()
        kind = self.one("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
        names = self.one("i", "x", "t", "x, k", "s")
        first = names.split(", ")[0]
        scope = [("a.r", "integer"), ("b.r", "integer"), ("a.n", "decimal"), ("b.s", "varchar") if first != "s" else ("b.g", "bigint")]
        where = self.condition(scope, 2)
        call = self.one("row_number()", "rank()", "count(*)")
        return self.pair(f"SELECT {first} AS c0, a.r AS c1, b.r AS c2 FROM {one} a {kind} {other} b USING ({names}) WHERE {{}}"
                         f" QUALIFY {call} OVER (PARTITION BY {first} ORDER BY a.r NULLS LAST, b.r NULLS LAST) <= 2", where)

    def query(self):
        self.is_ordered = False
        if self.chance(0.08):
            return self.ordered()
        if self.chance(0.06):
            return self.shared()
        if self.chance(0.15):
            kinds = [self.one("integer", "bigint", "varchar", "date", "decimal")
                     for _ in range(self.choice.randint(1, 2))]
            saved, self.chance = self.chance, lambda share: self.choice.random() < share and share != 0.2
            parts = [self.select(kinds) for _ in range(2)]
            self.chance = saved
            operation = self.one("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL")
            return self.pair("{} " + operation + " {}", *parts)
        if self.chance(0.06):
            # A named query that is used twice.
            one = self.select(["integer", "varchar"])
            return tuple(f"WITH w AS ({one[n]}) SELECT v.c0, u.c1, count(*) AS n FROM w AS v JOIN w AS u ON v.c0 = u.c0"
                         " GROUP BY v.c0, u.c1" for n in (0, 1))
        query = self.select()
        if self.chance(0.2):
            query = self.pair("SELECT * FROM ({}) AS w WHERE c0 IS NOT NULL", query)
        return query


def even(value):
    """A value of DuckDB's as lake prints it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return value
    if isinstance(value, decimal.Decimal):
        return value
    if isinstance(value, list):
        return "[" + ", ".join("null" if item is None else str(item) for item in value) + "]"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def equal(one, other):
    if other is None or one is None:
        return one is other
    if isinstance(other, float):
        number = float(one)
        if math.isnan(other):
            return math.isnan(number)
        return number == other or abs(number - other) <= 1e-9 * max(abs(other), 1)
    if isinstance(other, decimal.Decimal):
        return decimal.Decimal(one) == other
    if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.0+)?", one):
        one = one.split(".")[0]
    return one == other


def key(row):
    result = []
    for value in row:
        if value is None:
            result.append((2, ""))
            continue
        try:
            number = float(value)
            result.append((0, "nan" if math.isnan(number) else f"{number + 0.0:.6f}".replace("-0.000000", "0.000000")))
        except ValueError:
            text = str(value)
            if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.0+)?", text):
                text = text.split(".")[0]
            result.append((1, text))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lake", default=".build/debug/lake", help="the lake binary")
    parser.add_argument("--count", type=int, default=1000, help="how many queries")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same queries")
    parser.add_argument("--show", type=int, default=20, help="how many differences to print")
    parser.add_argument("--show-refused", type=int, default=0, help="how many refused queries to print")
    arguments = parser.parse_args()
    choice = random.Random(arguments.seed)
    connection = duckdb.connect()
    connection.execute("SET default_null_order='nulls_last'")
    session = LakeSession(arguments.lake)
    counts = {"equal": 0, "refused by both": 0, "refused by DuckDB only": 0, "not supported by lake": 0, "different": 0}
    with tempfile.TemporaryDirectory() as folder:
        tables = Tables(folder, connection, choice)
        generator = Generator(choice)
        for number in range(arguments.count):
            lake, duck = generator.query()
            for name, path in tables.paths.items():
                lake = re.sub(rf"\b{name}\b", f"'{path}'", lake)
            try:
                expected = connection.execute(duck).fetchall()
            except duckdb.Error as error:
                expected = str(error)
            found = session.run(lake)
            if isinstance(expected, str):
                counts["refused by both" if isinstance(found, str) else "refused by DuckDB only"] += 1
                continue
            if isinstance(found, str) and found.startswith("NOT_SUPPORTED"):
                counts["not supported by lake"] += 1
                if counts["not supported by lake"] <= arguments.show_refused:
                    print(f"-- {number} is refused\n{lake}\n--> {found.strip()}\n")
                continue
            if not isinstance(found, str):
                wanted = [[even(value) for value in row] for row in expected]
                rows = found
                if not generator.is_ordered:
                    wanted, rows = sorted(wanted, key=key), sorted(rows, key=key)
                if len(rows) == len(wanted) and all(
                        len(one) == len(other) and all(map(equal, one, other)) for one, other in zip(rows, wanted)):
                    counts["equal"] += 1
                    continue
                found = f"{len(rows)} rows, first different: " + next(
                    (f"{one} for {other}" for one, other in zip(rows, wanted)
                     if len(one) != len(other) or not all(map(equal, one, other))),
                    f"{len(wanted)} rows wanted")
            counts["different"] += 1
            if counts["different"] <= arguments.show:
                print(f"-- {number}\n{lake}\n-- {duck}\n--> {found.strip()}\n")
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    sys.exit(1 if counts["different"] else 0)


main()
