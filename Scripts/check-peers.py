"""Reads Parquet files with other readers and compares the values with the JSON beside them.

usage: check-peers.py FOLDER [READER...]        readers: pyarrow duckdb polars datafusion chdb

All readers give Arrow columns. These are brought to lists of plain values by the type that the
JSON states: floating point as the bits of a double, decimals as unscaled and scale, times in
nanoseconds, text and binary in hexadecimal digits.
"""

import json
import pathlib
import struct
import sys

import pyarrow as pa
import pyarrow.compute as pc


def read_pyarrow(path):
    import pyarrow.parquet as pq

    return pq.read_table(path, page_checksum_verification=True)


def read_duckdb(path):
    import duckdb

    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    return connection.sql(f"select * from read_parquet('{path}')").to_arrow_table()


def read_polars(path):
    import polars

    return polars.read_parquet(path).to_arrow()


def read_datafusion(path):
    import datafusion

    return datafusion.SessionContext().read_parquet(path).to_arrow_table()


def read_chdb(path):
    import chdb

    return chdb.query(f"select * from file('{path}', Parquet)", "ArrowTable")


def whole(array):
    """One array without chunks, extension types and dictionaries."""
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks != 1 else array.chunk(0)
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return array


def plain(array, kind):
    """The values of an array as the JSON writes them."""
    array = whole(array)
    valid = array.is_valid().to_pylist()
    if isinstance(kind, list):
        return [value if ok else None for value, ok in zip(nested(array, kind), valid)]
    if kind == "unknown":
        assert not any(valid), "a value where there is none"
        return [None] * len(array)
    return [leaf(value, kind) for value in scalars(array, kind)]


def scalars(array, kind):
    if kind == "time":
        per_unit = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[array.type.unit]
        width = pa.int32() if pa.types.is_time32(array.type) else pa.int64()
        return [None if v is None else v * per_unit for v in array.cast(width).to_pylist()]
    if pa.types.is_date32(array.type):
        array = array.cast(pa.int32())
    return array.to_pylist()


def leaf(value, kind):
    if value is None or kind == "boolean":
        return value
    if kind == "float":
        return str(struct.unpack("<Q", struct.pack("<d", value))[0])
    if kind == "decimal":
        sign, digits, exponent = value.as_tuple()
        number = int("".join(map(str, digits))) * (-1 if sign else 1)
        return f"{number}e-{-exponent}"
    if kind == "uuid":
        if isinstance(value, str):
            return value.replace("-", "")
        return value.hex if not isinstance(value, bytes) else value.hex()
    if kind == "text":
        return (value if isinstance(value, bytes) else value.encode()).hex()
    if kind == "binary":
        return value.hex()
    return str(value)


def nested(array, kind):
    if kind[0] == "row":
        parts = [plain(array.field(i), part) for i, part in enumerate(kind[1:])]
        return [list(row) for row in zip(*parts)]
    if pa.types.is_map(array.type):
        offsets = array.offsets.to_pylist()
        entries = pa.StructArray.from_arrays([array.keys, array.items], ["key", "value"])
        elements = plain(entries, ["row"] + kind[1:])
        valid = array.is_valid().to_pylist()
        return [
            elements[start:end] if ok else []
            for start, end, ok in zip(offsets, offsets[1:], valid)
        ]
    inner = ["row"] + kind[1:] if kind[0] == "map" else kind[1]
    elements = plain(array.flatten(), inner)
    rows = []
    start = 0
    for size in pc.list_value_length(array).fill_null(0).to_pylist():
        rows.append(elements[start : start + size])
        start += size
    return rows


def check(path, reader, read):
    """The differences of one file, as sentences."""
    expected = json.loads(path.with_suffix(".json").read_text())
    try:
        table = read(str(path))
    except Exception as error:
        return [f"{reader} cannot read {path.name}: {error}"]
    differences = []
    for number, column in enumerate(expected):
        place = f"{reader}, {path.name}, column {number} {column['type']}"
        try:
            found = plain(table.column(number), column["type"])
        except Exception as error:
            differences.append(f"{place}: {type(error).__name__}: {error}")
            continue
        if len(found) != len(column["values"]):
            differences.append(f"{place}: {len(found)} rows, not {len(column['values'])}")
            continue
        for row, (value, wanted) in enumerate(zip(found, column["values"])):
            if value != wanted:
                differences.append(f"{place}, row {row}: {value!r}, not {wanted!r}")
                break
    return differences


def main(folder, readers):
    files = sorted(pathlib.Path(folder).glob("*.parquet"))
    differences = []
    for path in files:
        for reader in readers:
            differences += check(path, reader, globals()[f"read_{reader}"])
    for sentence in differences[:50]:
        print(sentence)
    print(f"checked {len(files)} files with {len(readers)} readers")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:] or ["pyarrow", "duckdb", "polars"]))
