"""Chains of statements that make, fill and change tables, beside a model of their rows.

After each statement a table must hold what the model says: read by lake, filtered by its keys, through a view, by a prepared
statement, and, where its files are Parquet, by pyarrow out of the folders. A statement that is refused must change nothing.
"""

import datetime
import os
import urllib.parse
from decimal import Decimal

import pyarrow.parquet as pq

from comparing import difference

TEXTS = [
    "", "a", "ab", "B", "äö", "日本", "😀a", " a ", "a/b", "k=v", "50%", "%2F", "NULL", "\\N", "null", "a:b", 'q"q', "it's", "-", "1", "_",
    "a,b", "#", "?", "a|b", "b\\", "tab\t", "..",
]
# What a kind is called in queries and in DDL.
KINDS = {
    "boolean": ("boolean", "boolean"), "tinyint": ("tinyint", "tinyint"), "smallint": ("smallint", "smallint"),
    "integer": ("integer", "int"), "bigint": ("bigint", "bigint"), "real": ("real", "float"), "double": ("double", "double"),
    "decimal": ("decimal(9,2)", "decimal(9,2)"), "huge": ("decimal(38,10)", "decimal(38,10)"), "varchar": ("varchar", "string"),
    "varbinary": ("varbinary", "binary"), "date": ("date", "date"), "timestamp": ("timestamp(3)", "timestamp"),
    "array": ("array(integer)", "array<int>"), "texts": ("array(varchar)", "array<string>"),
    "map": ("map(varchar, integer)", "map<string,int>"), "row": ("row(a integer, b varchar)", "struct<a:int,b:string>"),
    "rows": ("array(row(a integer, b varchar))", "array<struct<a:int,b:string>>"),
}
KEYS = ["varchar", "varchar", "integer", "bigint", "date", "boolean", "decimal", "tinyint", "smallint"]
BUCKETS = ["integer", "bigint", "varchar", "date", "boolean", "smallint", "double", "real", "timestamp", "array", "texts", "map"]


def value(choice, kind, nulls=0.2):
    if choice.random() < nulls:
        return None
    if kind == "boolean":
        return choice.random() < 0.5
    if kind in ("tinyint", "smallint", "integer", "bigint"):
        bits = {"tinyint": 7, "smallint": 15, "integer": 31, "bigint": 63}[kind]
        return choice.choice([0, 1, -1, 2, 3, 7, 2 ** bits - 1, -2 ** bits, choice.randint(-99, 99)])
    if kind == "real":
        return choice.choice([0.0, 1.5, -2.25, 0.5, 1024.0, 2.0 ** -20])
    if kind == "double":
        return choice.choice([0.0, 1.5, -2.25, 0.1, 1e300, 1e-7, 123456789.125, choice.randint(-99, 99) / 4])
    if kind == "decimal":
        return Decimal(choice.choice([0, 150, -225, 999999999, -999999999, choice.randint(-999, 999)])).scaleb(-2)
    if kind == "huge":
        whole = choice.choice([0, 1, 10 ** 38 - 1, 1 - 10 ** 38, choice.randint(-10 ** 20, 10 ** 20)])
        # Not by arithmetic, which would round to 28 digits.
        return Decimal((int(whole < 0), tuple(map(int, str(abs(whole)))), -10))
    if kind == "varchar":
        return choice.choice(TEXTS)
    if kind == "varbinary":
        return bytes(choice.choice([[], [0], [255, 10, 13], [1, 2], list(range(20))]))
    if kind == "date":
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=choice.choice([0, -1, 20000, choice.randint(-9999, 40000)]))
    if kind == "timestamp":
        return datetime.datetime(1969, 12, 31, 23, 0) + datetime.timedelta(milliseconds=choice.choice([0, 123, 3600000, choice.randint(0, 10 ** 13)]))
    some = lambda element, most: [value(choice, element) for _ in range(choice.randint(0, most))]
    if kind == "array":
        return some("integer", 3)
    if kind == "texts":
        return some("varchar", 3)
    if kind == "map":
        return {key: value(choice, "integer") for key in choice.sample(["a", "b", "c d", "ü"], choice.randint(0, 3))}
    if kind == "row":
        return {"a": value(choice, "integer"), "b": value(choice, "varchar")}
    return some("row", 2)


def literal(item, kind):
    """A value in a query."""
    name = KINDS[kind][0]
    quoted = lambda text: "'" + text.replace("'", "''") + "'"
    if item is None:
        return f"CAST(NULL AS {name})"
    if kind == "boolean":
        return str(item).lower()
    if kind == "varchar":
        return quoted(item)
    if kind in ("tinyint", "smallint", "integer", "bigint", "real", "double"):
        return f"{name} '{item}'"
    if kind in ("decimal", "huge"):
        return f"CAST('{item:f}' AS {name})"
    if kind == "varbinary":
        return f"X'{item.hex()}'"
    if kind == "date":
        return f"DATE '{item}'"
    if kind == "timestamp":
        return f"TIMESTAMP '{item.strftime('%Y-%m-%d %H:%M:%S.%f')[:-3]}'"
    if kind in ("array", "texts", "rows"):
        element = {"array": "integer", "texts": "varchar", "rows": "row"}[kind]
        return f"CAST(ARRAY[{', '.join(literal(each, element) for each in item)}] AS {name})"
    if kind == "map":
        return (f"CAST(map(ARRAY[{', '.join(quoted(key) for key in item)}], "
                f"ARRAY[{', '.join(literal(each, 'integer') for each in item.values())}]) AS {name})")
    return f"CAST(ROW({literal(item['a'], 'integer')}, {literal(item['b'], 'varchar')}) AS {name})"


class Table:
    """A table as it must be: columns, those of the partitions last, and rows as lists."""

    def __init__(self, name, columns, keys, format, buckets=None):
        self.name, self.columns, self.keys, self.format, self.buckets = name, columns, keys, format, buckets
        self.rows, self.dropped = [], []

    @property
    def all(self):
        return self.columns + self.keys

    def stored(self, row):
        """An empty text is the null partition."""
        count = len(self.columns)
        return row[:count] + [None if item == "" else item for item in row[count:]]


class Chain:
    def __init__(self, choice, session, folder, number, report, counts):
        self.choice, self.session, self.folder, self.number = choice, session, folder, number
        self.report, self.counts = report, counts
        self.tables, self.told, self.is_good = [], [], True

    def say(self, sql):
        self.told.append(sql)
        return self.session.run(sql)

    def fail(self, what):
        self.is_good = False
        self.report("writing differs", what, ";\n".join(self.told[-12:]))

    def new_rows(self, kinds, most=7):
        return [[value(self.choice, kind) for kind in kinds] for _ in range(self.choice.randint(0, most))]

    def source(self, names, kinds, rows):
        """A query with these rows."""
        if not rows:
            return "SELECT " + ", ".join(f"CAST(NULL AS {KINDS[kind][0]}) AS {name}" for name, kind in zip(names, kinds)) + " WHERE false"
        lines = ", ".join("(" + ", ".join(literal(item, kind) for item, kind in zip(row, kinds)) + ")" for row in rows)
        return f"SELECT {', '.join(names)} FROM (VALUES {lines}) AS v ({', '.join(names)})"

    # Statements.

    def create(self):
        choice = self.choice
        name = f"w{self.number}_{len(self.told)}"
        kinds = [choice.choice(list(KINDS)) for _ in range(choice.randint(1, 6))]
        keys = [choice.choice(KEYS) for _ in range(choice.choice([0, 0, 1, 1, 2]))]
        columns = [(f"c{place}", kind) for place, kind in enumerate(kinds)]
        keys = [(f"k{place}", kind) for place, kind in enumerate(keys)]
        format = choice.choice(["PARQUET", "PARQUET", "PARQUET", "JSON", "TEXTFILE"])
        table = Table(name, columns, keys, format)
        names, kinds = [each for each, _ in table.all], [kind for _, kind in table.all]
        if choice.random() < 0.7:
            properties = [f"format = '{format}'"]
            if keys:
                properties.append("partitioned_by = ARRAY[" + ", ".join(f"'{each}'" for each, _ in keys) + "]")
            by = [each for each, kind in columns if kind in BUCKETS][:choice.randint(1, 2)]
            if by and choice.random() < 0.3:
                table.buckets = choice.choice([1, 2, 5])
                properties += ["bucketed_by = ARRAY[" + ", ".join(f"'{each}'" for each in by) + "]", f"bucket_count = {table.buckets}"]
            if choice.random() < 0.5:
                properties.append(f"write_compression = '{choice.choice(['GZIP', 'ZSTD', 'NONE'] + ['SNAPPY', 'LZ4'] * (format == 'PARQUET'))}'")
            rows = self.new_rows(kinds)
            empty = choice.random() < 0.1
            sql = f"CREATE TABLE {name} WITH ({', '.join(properties)}) AS {self.source(names, kinds, rows)}{' WITH NO DATA' if empty else ''}"
            found = self.say(sql)
            if self.refused(found):
                return
            if found != [[0 if empty else len(rows)]]:
                return self.fail(f"{found} rows written")
            table.rows = [] if empty else [table.stored(row) for row in rows]
        else:
            kept = {"PARQUET": "STORED AS PARQUET", "TEXTFILE": "ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' ESCAPED BY '\\\\'",
                    "JSON": f"ROW FORMAT SERDE '{choice.choice(['org.openx.data.jsonserde.JsonSerDe', 'org.apache.hive.hcatalog.data.JsonSerDe'])}'"}[format]
            define = lambda all: ", ".join(f"`{each}` {KINDS[kind][1]}" for each, kind in all)
            parts = f" PARTITIONED BY ({define(keys)})" if keys else ""
            found = self.say(f"CREATE EXTERNAL TABLE {name} ({define(columns)}){parts} {kept} LOCATION '{self.folder}/{name}/'")
            if isinstance(found, str):
                return self.fail(found)
        self.tables.append(table)

    def refused(self, found):
        """Whether a statement failed, as text tables may that cannot hold a value."""
        if not isinstance(found, str):
            return False
        if found.startswith(("HIVE_WRITER_DATA_ERROR", "NOT_SUPPORTED")):
            self.counts["writing: refused " + " ".join(found.splitlines()[0].split()[:1])] += 1
        else:
            self.fail(found[:300])
        return True

    def insert(self):
        table = self.choice.choice(self.tables)
        chosen = table.all
        if self.choice.random() < 0.4:
            chosen = self.choice.sample(chosen, self.choice.randint(1, len(chosen)))
        names, kinds = [name for name, _ in chosen], [kind for _, kind in chosen]
        rows = self.new_rows(kinds)
        named = f" ({', '.join(names)})" if chosen != table.all or self.choice.random() < 0.2 else ""
        form = self.choice.random()
        if form < 0.3 and rows:
            lines = ", ".join("(" + ", ".join(literal(item, kind) for item, kind in zip(row, kinds)) + ")" for row in rows)
            found = self.say(f"INSERT INTO {table.name}{named} VALUES {lines}")
        elif form < 0.45 and rows:
            rows = rows[:1]
            self.say(f"PREPARE put FROM INSERT INTO {table.name}{named} SELECT {', '.join('?' * len(kinds))}")
            found = self.say(f"EXECUTE put USING {', '.join(literal(item, kind) for item, kind in zip(rows[0], kinds))}")
            self.say("DEALLOCATE PREPARE put")
        else:
            found = self.say(f"INSERT INTO {table.name}{named} {self.source(names, kinds, rows)}")
        if self.refused(found):
            return
        if found != [[len(rows)]]:
            return self.fail(f"{found} rows written for {len(rows)}")
        places = {name: place for place, name in enumerate(names)}
        table.rows += [table.stored([row[places[name]] if name in places else None for name, _ in table.all]) for row in rows]

    def copy(self):
        """A table out of another, in other order and format."""
        old = self.choice.choice(self.tables)
        columns = self.choice.sample(old.all, len(old.all))
        format = self.choice.choice(["PARQUET", "JSON", "TEXTFILE"])
        table = Table(f"w{self.number}_{len(self.told)}", columns, [], format)
        found = self.say(f"CREATE TABLE {table.name} WITH (format = '{format}') AS SELECT {', '.join(name for name, _ in columns)} FROM {old.name}")
        if self.refused(found):
            return
        places = {name: place for place, (name, _) in enumerate(old.all)}
        table.rows = [[row[places[name]] for name, _ in columns] for row in old.rows]
        self.tables.append(table)

    def widen(self):
        table = self.choice.choice(self.tables)
        # What waits in dropped partitions keeps the columns of its time.
        name, kind = f"d{len(self.told)}", self.choice.choice(list(KINDS))
        found = self.say(f"ALTER TABLE {table.name} ADD COLUMNS ({name} {KINDS[kind][1]})")
        if isinstance(found, str):
            return self.fail(found)
        count = len(table.columns)
        table.columns = table.columns + [(name, kind)]
        for rows in (table.rows, table.dropped):
            rows[:] = [row[:count] + [None] + row[count:] for row in rows]

    def drop_partition(self):
        tables = [table for table in self.tables if table.keys and any(None not in row[len(table.columns):] for row in table.rows)]
        if not tables:
            return
        table = self.choice.choice(tables)
        count = len(table.columns)
        part = self.choice.choice([row[count:] for row in table.rows if None not in row[count:]])
        text = lambda item: str(item).lower() if isinstance(item, bool) else str(item)
        quoted = lambda item: "'" + text(item).replace("\\", "\\\\").replace("'", "\\'") + "'"
        spelled = ", ".join(f"{name} = {quoted(item)}" for (name, _), item in zip(table.keys, part))
        found = self.say(f"ALTER TABLE {table.name} DROP PARTITION ({spelled})")
        if isinstance(found, str):
            return self.fail(found)
        table.dropped += [row for row in table.rows if row[count:] == part]
        table.rows = [row for row in table.rows if row[count:] != part]
        if self.choice.random() < 0.5 and not self.look(table):
            return
        back = self.say(f"MSCK REPAIR TABLE {table.name}" if self.choice.random() < 0.7 else f"ALTER TABLE {table.name} ADD PARTITION ({spelled})")
        if isinstance(back, str):
            return self.fail(back)
        if self.told[-1].startswith("MSCK"):
            table.rows, table.dropped = table.rows + table.dropped, []
        else:
            table.rows += [row for row in table.dropped if row[count:] == part]
            table.dropped = [row for row in table.dropped if row[count:] != part]

    def unload(self):
        table = self.choice.choice(self.tables)
        names = [name for name, _ in table.all]
        place = f"{self.folder}/u{self.number}_{len(self.told)}"
        found = self.say(f"UNLOAD (SELECT {', '.join(names)} FROM {table.name}) TO '{place}/' WITH (format = 'PARQUET')")
        if self.refused(found):
            return
        rows = self.arrow(place, table.all)
        told = difference(rows, table.rows, False)
        if told:
            self.fail(f"unloaded, by pyarrow: {told}")

    def view(self):
        table = self.choice.choice(self.tables)
        names = [name for name, _ in table.all]
        shown = self.choice.sample(range(len(names)), self.choice.randint(1, len(names)))
        found = self.say(f"CREATE OR REPLACE VIEW v{self.number} AS SELECT {', '.join(names[place] for place in shown)} FROM {table.name}")
        if isinstance(found, str):
            return self.fail(found)
        self.same(f"SELECT * FROM v{self.number}", [[row[place] for place in shown] for row in table.rows])

    def again(self):
        """The script of SHOW CREATE TABLE makes the same table."""
        table = self.choice.choice(self.tables)
        lines = self.say(f"SHOW CREATE TABLE {table.name}")
        if isinstance(lines, str):
            return self.fail(lines)
        script = "\n".join(row[0] for row in lines)
        for sql in [f"DROP TABLE {table.name}", script] + [f"MSCK REPAIR TABLE {table.name}"] * bool(table.keys):
            found = self.say(sql)
            if isinstance(found, str):
                return self.fail(found)
        if table.keys:
            table.rows, table.dropped = table.rows + table.dropped, []

    # What must hold.

    def same(self, sql, wanted):
        found = self.say(sql)
        if isinstance(found, str):
            self.fail(found[:300])
        else:
            told = difference(found, wanted, False)
            if told:
                self.fail(told)
        self.told.pop()
        return self.is_good

    def look(self, table):
        names = [name for name, _ in table.all]
        if not self.same(f"SELECT * FROM {table.name}", table.rows) or not self.same(f"SELECT count(*) FROM {table.name}", [[len(table.rows)]]):
            self.told.append(f"SELECT * FROM {table.name}")
            return False
        place = self.choice.randrange(len(names))
        kind = table.all[place][1]
        wanted = self.choice.choice(table.rows)[place] if table.rows else None
        where = f"{names[place]} IS NOT DISTINCT FROM {literal(wanted, kind)}"
        self.same(f"SELECT {names[place]}, count(*) FROM {table.name} WHERE {where} GROUP BY 1",
                  [[wanted, n]] if (n := sum(row[place] == wanted for row in table.rows)) else [])
        # A null within leaves it open whether nested values are equal.
        if wanted is not None and kind not in ("array", "texts", "map", "row", "rows"):
            self.say(f"PREPARE one FROM SELECT count(*) FROM {table.name} WHERE {names[place]} = ?")
            self.same(f"EXECUTE one USING {literal(wanted, kind)}", [[n]])
            self.told.pop()
        return self.is_good

    def arrow(self, place, columns):
        """The rows of all Parquet files below a folder."""
        rows, names = [], [name for name, _ in columns]
        maps = [number for number, (_, kind) in enumerate(columns) if kind == "map"]
        for root, folders, files in os.walk(place):
            folders[:] = [folder for folder in folders if not folder.startswith((".", "_"))]
            for file in files:
                if file.startswith((".", "_")):
                    continue
                parts = dict(part.split("=", 1) for part in os.path.relpath(root, place).split("/") if "=" in part)
                parts = {name: None if text == "__HIVE_DEFAULT_PARTITION__" else urllib.parse.unquote(text) for name, text in parts.items()}
                table = pq.ParquetFile(f"{root}/{file}").read()
                held = {name: table.column(name).to_pylist() for name in table.column_names}
                for row in range(table.num_rows):
                    line = [parts[name] if name in parts else held[name][row] if name in held else None for name in names]
                    for number in maps:
                        line[number] = None if line[number] is None else dict(line[number])
                    rows.append(line)
        return rows

    def files(self):
        """Whole tables of Parquet, as pyarrow reads them."""
        for table in self.tables:
            if table.format != "PARQUET" or table.dropped or not table.rows:
                continue
            found = self.say(f'SELECT DISTINCT regexp_extract("$path", \'^(.*?/{table.name})/\', 1) FROM {table.name}')
            self.told.pop()
            if isinstance(found, str) or len(found) != 1:
                return self.fail(f"paths {found}")
            rows = self.arrow(found[0][0].removeprefix("file://"), table.all)
            count = len(table.columns)
            text = lambda item: None if item is None else str(item).lower() if isinstance(item, bool) else str(item)
            wanted = [row[:count] + [text(item) for item in row[count:]] for row in table.rows]
            told = difference(rows, wanted, False)
            if told:
                return self.fail(f"{table.name} by pyarrow: {told}")

    def run(self):
        self.create()
        steps = [self.insert] * 4 + [self.create, self.copy, self.widen, self.drop_partition, self.drop_partition, self.unload, self.view, self.again]
        for _ in range(self.choice.randint(2, 8)):
            if not self.is_good:
                return
            if self.tables:
                self.choice.choice(steps)()
            else:
                self.create()
            for table in self.tables:
                if not self.is_good or not self.look(table):
                    return
        self.files()
        for table in self.tables:
            if isinstance(found := self.say(f"DROP TABLE {table.name}"), str):
                self.fail(found)
        if self.is_good:
            self.counts["writing: same rows"] += 1


def check(choice, session, folder, number, report, counts):
    Chain(choice, session, folder, number, report, counts).run()
