"""The tables of the queries, in layouts that must not matter.

`plain` holds one file a table with one row group and dictionaries. `pieces` holds a folder of files a table: small row
groups, page indexes, all encodings and codecs, files that keep a column as another physical type. A lake holds what lake
itself wrote: Parquet, JSON and text, partitioned. All hold the same rows: r is unique, the other columns are skewed and have nulls; xs, ss, mp and ro are nested.
"""

import datetime
import os
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

# Kinds of values, and what they are called in SQL.
TYPES = {
    "boolean": "boolean", "tinyint": "tinyint", "smallint": "smallint", "integer": "integer", "bigint": "bigint",
    "real": "real", "double": "double", "wild": "double", "decimal": "decimal(9,2)", "huge": "decimal(25,5)",
    "varchar": "varchar", "varbinary": "varbinary", "date": "date", "time": "time(6)", "timestamp": "timestamp(6)",
    "array": "array(integer)", "texts": "array(varchar)", "map": "map(varchar, integer)",
    "row": "row(a integer, b varchar)",
}

COLUMNS = [
    ("r", "integer"), ("i", "integer"), ("x", "integer"), ("g", "bigint"), ("ti", "tinyint"), ("si", "smallint"),
    ("re", "real"), ("db", "double"), ("wi", "wild"), ("n", "decimal"), ("hu", "huge"), ("s", "varchar"), ("u", "varchar"),
    ("vb", "varbinary"), ("t", "date"), ("z", "timestamp"), ("k", "boolean"), ("nu", "integer"),
    ("xs", "array"), ("ss", "texts"), ("mp", "map"), ("ro", "row"), ("o", "bigint"),
]

ARROW = {
    "boolean": pa.bool_(), "tinyint": pa.int8(), "smallint": pa.int16(), "integer": pa.int32(), "bigint": pa.int64(),
    "real": pa.float32(), "double": pa.float64(), "wild": pa.float64(), "decimal": pa.decimal128(9, 2),
    "huge": pa.decimal128(25, 5), "varchar": pa.string(), "varbinary": pa.binary(), "date": pa.date32(),
    "timestamp": pa.timestamp("us"), "array": pa.list_(pa.int32()), "texts": pa.list_(pa.string()),
    "map": pa.map_(pa.string(), pa.int32()), "row": pa.struct([("a", pa.int32()), ("b", pa.string())]),
}

# Names and numbers of rows. Queries join t1, t2 and t3 freely and big by its r or with small tables only.
SIZES = {"t1": 300, "t2": 120, "t3": 30, "t0": 0, "one": 1, "big": 5000}

TEXTS = ["", "a", "b", "ab", "B", "äö", "a long text of more than twelve", "%", "x_y", "zz", "é", "日本", "😀a", " a "]


def rows(choice, count):
    """Rows as a list for each column. Some columns are sorted or nearly so: pages are then skipped by them."""
    def maybe(value, share=0.15):
        return None if choice.random() < share else value
    result = {name: [] for name, _ in COLUMNS}
    day = datetime.date(2026, 1, 1)
    for number in range(count):
        values = {
            "r": number,
            "i": maybe(choice.choice([choice.randint(-3, 6), choice.randint(-40, 40)])),
            "x": choice.randint(0, 3),
            "g": maybe(choice.choice([0, 1, 2, 5, 10 ** 12, -7, choice.randint(-100, 100), 2 ** 53 + 1])),
            "ti": maybe(choice.randint(-5, 5)),
            "si": maybe(choice.choice([0, 1, -1, 300, -300, choice.randint(-9, 9)])),
            "re": maybe(choice.choice([0.0, 1.5, -2.25, 0.1, 3.0, 1e5])),
            "db": maybe(choice.choice([0.0, 1.5, -2.25, 1000.5, 3.0, 0.1, choice.randint(-20, 20) / 4])),
            "wi": maybe(choice.choice([0.0, -0.0, float("nan"), float("inf"), float("-inf"), 1.5, -2.25, 3.0])),
            "n": maybe(Decimal(choice.choice([0, 150, -225, 10010, choice.randint(-500, 500)])) / 100),
            "hu": maybe(Decimal(choice.choice([0, 150000, 10 ** 22, -10 ** 22 - 1, choice.randint(-500, 500)])) / 100000),
            "s": maybe(choice.choice(TEXTS)),
            "u": maybe(choice.choice(["key ", "a longer key "]) + str(choice.randint(0, count // 3))),
            "vb": maybe(bytes(choice.choice([[], [0], [255], [1, 2], [0, 0], list(range(20))]))),
            "t": maybe(day + datetime.timedelta(days=choice.choice([choice.randint(-40, 400), choice.randint(0, 9)]))),
            "z": maybe(datetime.datetime(2026, 1, choice.randint(1, 4), choice.randint(0, 23), 30, 0, choice.choice([0, 0, 500000, 123456]))),
            "k": maybe(choice.random() < 0.4),
            "nu": None,
            "xs": maybe([maybe(choice.randint(0, 4)) for _ in range(choice.randint(0, 4))]),
            "ss": maybe([maybe(choice.choice(TEXTS[:8])) for _ in range(choice.randint(0, 3))]),
            "mp": maybe([(key, maybe(choice.randint(0, 9))) for key in choice.sample(["a", "b", "c", "dd"], choice.randint(0, 3))]),
            "ro": maybe({"a": maybe(choice.randint(0, 3)), "b": maybe(choice.choice(TEXTS[:5]))}),
            "o": maybe(number // 7, 0.02),
        }
        for name, value in values.items():
            result[name].append(value)
    return result


def table(columns, narrow=()):
    """An Arrow table; the columns in `narrow` get the other physical type that holds their values."""
    arrays = []
    for name, kind in COLUMNS:
        type = narrow[name] if name in narrow else ARROW[kind]
        arrays.append(pa.array(columns[name], type=type))
    return pa.Table.from_arrays(arrays, names=[name for name, _ in COLUMNS])


def lake_statements(folder, choice):
    """Statements that write the tables into a lake."""
    for name in SIZES:
        key = choice.choice(["x", "x", "k", "ti", "t", "si", "i", None])
        format = choice.choice(["PARQUET", "PARQUET", "JSON"])
        # The column of the partitions stands last.
        columns = [column for column, _ in COLUMNS if column != key] + ([key] if key else [])
        properties = [f"format = '{format}'"] + ([f"partitioned_by = ARRAY['{key}']"] if key else [])
        yield f"CREATE TABLE {name} WITH ({', '.join(properties)}) AS SELECT {', '.join(columns)} FROM '{folder}/plain/{name}.parquet'"


def write(folder, choice):
    """Both layouts below `folder`, and the tables' rows."""
    os.makedirs(f"{folder}/plain")
    for name, count in SIZES.items():
        columns = rows(choice, count)
        pq.write_table(table(columns), f"{folder}/plain/{name}.parquet")
        os.makedirs(f"{folder}/pieces/{name}")
        cuts = sorted(choice.randint(0, count) for _ in range(choice.randint(1, 3)))
        for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, count])):
            piece = table({column: values[start:end] for column, values in columns.items()}, narrowed(choice, number))
            write_piece(piece, f"{folder}/pieces/{name}/{number}.parquet", choice, max(end - start, 1))


def narrowed(choice, number):
    """Other physical types for a file: never in the first one, whose types a table then has."""
    types = {"z": pa.timestamp("us"), "s": pa.large_string(), "vb": pa.large_binary()} if number else {}
    return {name: type for name, type in types.items() if choice.random() < 0.5}


def write_piece(piece, path, choice, count):
    encodings = {}
    scalars = {"r": "DELTA_BINARY_PACKED", "g": "DELTA_BINARY_PACKED", "db": "BYTE_STREAM_SPLIT", "s": "DELTA_BYTE_ARRAY",
               "u": "DELTA_LENGTH_BYTE_ARRAY", "re": "BYTE_STREAM_SPLIT", "t": "PLAIN", "z": "DELTA_BINARY_PACKED"}
    for name, encoding in scalars.items():
        if choice.random() < 0.5:
            encodings[name] = encoding
    dictionaries = [name for name, _ in COLUMNS if name not in encodings and name not in ("xs", "ss", "mp", "ro") and choice.random() < 0.6]
    pq.write_table(
        piece, path, row_group_size=choice.choice([7, 50, 1000, count]), use_dictionary=dictionaries,
        column_encoding=encodings or None, compression=choice.choice(["NONE", "SNAPPY", "ZSTD", "GZIP"]),
        data_page_version=choice.choice(["1.0", "2.0"]), data_page_size=choice.choice([64, 1024, 1 << 20]),
        write_batch_size=choice.choice([5, 64, 1024]), write_page_index=choice.random() < 0.7,
        store_decimal_as_integer=choice.random() < 0.5)
