"""Reads Parquet files with other readers and compares the values with the JSON beside them.

usage: check-peers.py FOLDER [READER...]
READER: pyarrow duckdb polars datafusion chdb fastparquet

All readers give Arrow columns. These are brought to lists of plain values by the type that the
JSON states: floating point as the bits of a double, decimals as unscaled and scale, times in
nanoseconds, text and binary in hexadecimal digits.
"""

import json
import math
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

    # Text stays as it is written, and binary need not be text.
    settings = "input_format_parquet_enable_json_parsing = 0, output_format_arrow_string_as_string = 0"
    return chdb.query(f"select * from file('{path}', Parquet) settings {settings}", "ArrowTable")


class FastParquet:
    """Columns without nesting of pandas' frames, which hold no others."""

    def __init__(self, path):
        import fastparquet

        file = fastparquet.ParquetFile(path)
        self.frame = file.to_pandas(columns=[name for name in file.columns if "." not in name])

    @staticmethod
    def holds(kind, number):
        """Whether frames hold such values: no nesting; times only near to 1970, dates too."""
        return not isinstance(kind, list) and kind != "time" and number != 15

    def column(self, number):
        return self.frame[f"c{number}"]


def read_fastparquet(path):
    return FastParquet(path)


def framed(values, kind):
    """The values of a frame's column as the JSON writes them; decimals have become binary there."""
    found = [None if null else value for value, null in zip(values.tolist(), values.isna())]
    if kind == "text":
        # JSON has become objects.
        found = [
            v if v is None or isinstance(v, str) else json.dumps(v, ensure_ascii=False)
            for v in found
        ]
    if kind == "decimal":
        return found
    if kind == "uuid":
        # NumPy's bytes of fixed width end at their last one that is not zero.
        found = [v if v is None else v.ljust(16, b"\0") for v in found]
    return [leaf(value, kind) for value in found]


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


# ClickHouse's lists and maps are never null, nor are its rows, only what is in them.
WITHOUT_NULL_NESTS = {"chdb"}


def without_null_nests(value, kind):
    """The value with empty lists and rows of nulls for nulls."""
    if not isinstance(kind, list):
        return value
    if kind[0] == "row":
        members = value or [None] * (len(kind) - 1)
        return [without_null_nests(part, of) for part, of in zip(members, kind[1:])]
    inner = ["row"] + kind[1:] if kind[0] == "map" else kind[1]
    return [without_null_nests(part, inner) for part in value or []]


def check(path, reader, read):
    """The differences of one file, as sentences."""
    expected = json.loads(path.with_suffix(".json").read_text())
    try:
        table = read(str(path))
    except Exception as error:
        return [f"{reader} cannot read {path.name}: {error}"]
    differences = []
    for number, column in enumerate(expected):
        if reader == "fastparquet" and not FastParquet.holds(column["type"], number):
            continue
        place = f"{reader}, {path.name}, column {number} {column['type']}"
        try:
            values = table.column(number)
            of = framed if reader == "fastparquet" else plain
            found = of(values, column["type"])
        except Exception as error:
            differences.append(f"{place}: {type(error).__name__}: {error}")
            continue
        if len(found) != len(column["values"]):
            differences.append(f"{place}: {len(found)} rows, not {len(column['values'])}")
            continue
        for row, (value, wanted) in enumerate(zip(found, column["values"])):
            if reader in WITHOUT_NULL_NESTS:
                wanted = without_null_nests(wanted, column["type"])
                value = without_null_nests(value, column["type"])
            if reader == "fastparquet" and column["type"] == "decimal" and wanted is not None:
                wanted = value if math.isclose(value, float(wanted), rel_tol=1e-14) else wanted
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
