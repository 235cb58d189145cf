"""Has other writers write Parquet files in many ways, reads them with lake, and compares the values.

usage: check-foreign.py LAKE [FOLDER]

The writers are those of pyarrow, DuckDB, Polars, DataFusion, chDB and fastparquet that this Python
has; the others are named and left out. What a file holds is what pyarrow reads from it, where a
writer's types are its own, and what was given to the writer otherwise. FOLDER keeps the files.
"""

import datetime as dt
import decimal
import itertools
import pathlib
import random
import subprocess
import sys
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 3000
CODECS = ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]


def columns():
    """A table of every type that has a SQL type, with nulls, runs, repeats and extremes."""
    rng = random.Random(7)

    def some(make):
        return [None if rng.random() < 0.1 else make(i) for i in range(ROWS)]

    def word(_=0):
        return rng.choice(["", "a", "zürich", "東京", "x" * 40]) + str(rng.randrange(300))

    day = dt.date(1970, 1, 1)
    inner = pa.struct([("sku", pa.string()), ("n", pa.list_(pa.int32()))])

    def item(i):
        return {"sku": word(), "n": [None if k == 1 else k for k in range(i % 4)]}

    def instants(unit, zone=None):
        scale = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
        values = some(lambda i: rng.randrange(-(10**9), 4 * 10**9) * scale + rng.randrange(scale))
        return pa.array(values, pa.int64()).cast(pa.timestamp(unit, zone))

    table = {
        "flag": pa.array(some(lambda i: i % 50 < 30)),
        "i8": pa.array(some(lambda i: i % 256 - 128), pa.int8()),
        "i16": pa.array(some(lambda i: rng.randrange(-(2**15), 2**15)), pa.int16()),
        "i32": pa.array(some(lambda i: rng.randrange(-(2**31), 2**31)), pa.int32()),
        "i64": pa.array(some(lambda i: rng.randrange(-(2**63), 2**63)), pa.int64()),
        "rising": pa.array([i * 3 for i in range(ROWS)], pa.int64()),
        "u8": pa.array(some(lambda i: i % 256), pa.uint8()),
        "u16": pa.array(some(lambda i: rng.randrange(2**16)), pa.uint16()),
        "u32": pa.array(some(lambda i: rng.randrange(2**32)), pa.uint32()),
        "u64": pa.array(some(lambda i: rng.randrange(2**64)), pa.uint64()),
        "f32": pa.array(some(lambda i: rng.gauss(0, 1e3)), pa.float32()),
        "f64": pa.array(some(lambda i: rng.choice([rng.gauss(0, 1), -0.0, float("inf")]))),
        "word": pa.array(some(word)),
        "long": pa.array(some(lambda i: "%030d" % i + word()), pa.large_string()),
        "raw": pa.array(some(lambda i: rng.randbytes(i % 20)), pa.binary()),
        "fixed": pa.array(some(lambda i: rng.randbytes(12)), pa.binary(12)),
        "day": pa.array(some(lambda i: day + dt.timedelta(rng.randrange(-20000, 20000)))),
        "at_ms": pa.array(some(lambda i: rng.randrange(86_400_000)), pa.int32()).cast(pa.time32("ms")),
        "at_us": pa.array(some(lambda i: rng.randrange(86_400 * 10**6)), pa.int64()).cast(pa.time64("us")),
        "ts_ms": instants("ms"),
        "ts_us": instants("us"),
        "ts_ns": instants("ns"),
        "ts_zone": instants("us", "UTC"),
        "empty": pa.nulls(ROWS, pa.int32()),
        "list": pa.array(some(lambda i: [word() for _ in range(i % 5)]), pa.list_(pa.string())),
        "lists": pa.array(some(lambda i: [[k, None] for k in range(i % 3)]), pa.list_(pa.list_(pa.int64()))),
        "pair": pa.array(some(item), inner),
        "items": pa.array(some(lambda i: [item(k) for k in range(i % 3)]), pa.list_(inner)),
        "map": pa.array(some(lambda i: [(word() + str(k), k) for k in range(i % 3)]), pa.map_(pa.string(), pa.int32())),
        "code": pa.array(some(lambda i: rng.choice(["A", "B", "C"]))).dictionary_encode(),
    }
    for precision, scale in [(5, 2), (18, 4), (38, 10)]:
        limit = 10 ** min(precision, 36)
        table[f"dec{precision}"] = pa.array(
            some(lambda i: decimal.Decimal(rng.randrange(-limit + 1, limit)).scaleb(-scale)),
            pa.decimal128(precision, scale),
        )
    return pa.table(table)


def pyarrow_files(folder, table):
    plain = [name for name in table.column_names if not pa.types.is_nested(table.schema.field(name).type)]
    number = itertools.count()

    def write(given=table, **options):
        path = folder / f"pyarrow-{next(number)}.parquet"
        pq.write_table(given, path, allow_truncated_timestamps=True, **options)
        yield path, options

    for codec, page in itertools.product(CODECS, ["1.0", "2.0"]):
        yield from write(compression=codec, data_page_version=page, row_group_size=1100, data_page_size=2000)
    for dictionary, index, checksum in itertools.product([True, False, ["word", "i8"]], [True, False], [True, False]):
        yield from write(use_dictionary=dictionary, write_page_index=index, write_page_checksum=checksum, write_statistics=index)
    for version, integers in itertools.product(["1.0", "2.4", "2.6"], [True, False]):
        yield from write(version=version, coerce_timestamps=None if version == '2.6' else 'us', store_decimal_as_integer=integers)
    # lake reads such instants in microseconds.
    yield from write(table.drop_columns(["ts_ns"]), use_deprecated_int96_timestamps=True)
    yield from write(dictionary_pagesize_limit=500, data_page_size=700)
    yield from write(use_compliant_nested_type=False)
    encodings = {
        "DELTA_BINARY_PACKED": ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "rising", "day", "at_ms", "at_us", "ts_us"],
        "DELTA_LENGTH_BYTE_ARRAY": ["word", "long", "raw"],
        "DELTA_BYTE_ARRAY": ["word", "long", "raw", "fixed"],
        "BYTE_STREAM_SPLIT": ["f32", "f64", "i32", "i64", "fixed"],
        "RLE": ["flag"],
        "PLAIN": plain,
    }
    for (encoding, names), page in itertools.product(encodings.items(), ["1.0", "2.0"]):
        yield from write(
            use_dictionary=False, column_encoding={name: encoding for name in names}, data_page_version=page, data_page_size=3000
        )


def duckdb_files(folder, table):
    import duckdb

    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register("given", table)
    number = itertools.count()
    own = "uuid() as id, i64::varchar::json as doc, (i8 % 3)::varchar::enum('0','1','2','-1','-2') as kind, i64::hugeint % 7 as huge"
    for codec, version, rows in itertools.product(["uncompressed", "snappy", "gzip", "zstd", "lz4_raw", "brotli"], ["v1", "v2"], [2048, 100_000]):
        path = folder / f"duckdb-{next(number)}.parquet"
        options = f"format parquet, codec '{codec}', parquet_version {version}, row_group_size {rows}"
        connection.execute(f"copy (select *, {own} from given) to '{path}' ({options})")
        yield path, options


def polars_files(folder, table):
    import polars

    frame = polars.from_arrow(table.drop_columns(["map"]))
    number = itertools.count()
    for codec, statistics, page in itertools.product(["uncompressed", "snappy", "gzip", "zstd", "lz4", "brotli"], [True, "full", False], [None, 2000]):
        path = folder / f"polars-{next(number)}.parquet"
        options = dict(compression=codec, statistics=statistics, data_page_size=page, row_group_size=900)
        frame.write_parquet(path, **options)
        yield path, options


def datafusion_files(folder, table):
    import datafusion

    context = datafusion.SessionContext()
    # Dictionaries of Arrow are not among its types for files.
    given = table.set_column(table.column_names.index("code"), "code", table["code"].cast(pa.string()))
    context.register_record_batches("given", [given.to_batches(max_chunksize=500)])
    number = itertools.count()
    for codec, version, dictionary, statistics in itertools.product(
        ["uncompressed", "snappy", "gzip(6)", "zstd(3)", "lz4_raw", "brotli(4)"], ["1.0", "2.0"], ["true", "false"], ["none", "page"]
    ):
        path = folder / f"datafusion-{next(number)}.parquet"
        options = (
            f"'format.compression' '{codec}', 'format.writer_version' '{version}', 'format.dictionary_enabled' '{dictionary}', "
            f"'format.statistics_enabled' '{statistics}', 'format.max_row_group_size' 1000, 'format.data_page_row_count_limit' 300, "
            f"'format.bloom_filter_on_write' '{dictionary}'"
        )
        context.sql(f"copy given to '{path}' stored as parquet options ({options})").collect()
        yield path, options


def chdb_files(folder, table):
    import chdb

    source = folder / "given.arrow"
    given = table.set_column(table.column_names.index("code"), "code", table["code"].cast(pa.string()))
    given = given.drop_columns(["at_ms", "at_us"])
    with pa.OSFile(str(source), "wb") as sink, pa.ipc.new_file(sink, given.schema) as writer:
        writer.write_table(given)
    number = itertools.count()
    for codec, version, own in itertools.product(["none", "snappy", "gzip", "zstd", "lz4", "brotli"], ["1.0", "2.latest"], [0, 1]):
        path = folder / f"chdb-{next(number)}.parquet"
        options = (
            f"output_format_parquet_compression_method = '{codec}', output_format_parquet_version = '{version}', "
            f"output_format_parquet_use_custom_encoder = {own}, output_format_parquet_row_group_size = 1000, "
            "output_format_parquet_string_as_string = 1, output_format_parquet_data_page_size = 3000"
        )
        # Lists and rows cannot be null there.
        chdb.query(f"insert into function file('{path}', Parquet) select * from file('{source}', Arrow) settings {options}")
        yield path, options
    source.unlink()


def fastparquet_files(folder, table):
    import fastparquet

    flat = ["flag", "i32", "i64", "rising", "f32", "f64", "word", "ts_us", "ts_ns", "code"]
    frame = table.select(flat).to_pandas()
    frame["ts_us"] = frame["ts_us"].astype("datetime64[ns]")
    number = itertools.count()
    # Columns that cannot be null are written with a footer that no other reader takes.
    for codec, times, paged in itertools.product(["UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4_RAW", "BROTLI"], ["int64", "int96"], [1000, 3000]):
        path = folder / f"fastparquet-{next(number)}.parquet"
        options = dict(compression=codec, times=times, has_nulls=True, row_group_offsets=paged)
        # Of instants in twelve bytes lake reads the microseconds.
        fastparquet.write(str(path), frame if times == "int64" else frame.drop(columns=["ts_ns"]), **options)
        yield path, options


def shown(values, kind):
    """Values in a form that is equal where they are: text of numbers, nanoseconds, bytes."""
    if pa.types.is_dictionary(kind):
        return shown(values.cast(kind.value_type), kind.value_type)
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind) or pa.types.is_duration(kind):
        width = pa.int32() if kind.bit_width == 32 else pa.int64()
        scale = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[kind.unit]
        return [None if v is None else v * scale for v in values.cast(width).to_pylist()]
    if pa.types.is_map(kind):
        items = shown_list(values, values.keys, kind.key_type), shown_list(values, values.items, kind.item_type)
        return [None if k is None else list(zip(k, v)) for k, v in zip(*items)]
    if pa.types.is_fixed_size_list(kind):
        return shown(values.cast(pa.list_(kind.value_type)), pa.list_(kind.value_type))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return shown_list(values, values.values, kind.value_type)
    if pa.types.is_struct(kind):
        parts = [shown(values.field(i), kind.field(i).type) for i in range(kind.num_fields)]
        return [tuple(p) if ok else None for p, ok in zip(zip(*parts), values.is_valid().to_pylist())]
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        values = values.cast(pa.large_binary())
    if pa.types.is_floating(kind):
        return [None if v is None else repr(v) for v in values.to_pylist()]
    if isinstance(kind, pa.BaseExtensionType):
        return shown(values.storage, kind.storage_type)
    return [text(v) for v in values.to_pylist()]


def shown_list(values, elements, kind):
    inner = shown(elements, kind)
    offsets = values.offsets.to_pylist()
    return [inner[a:b] if ok else None for a, b, ok in zip(offsets, offsets[1:], values.is_valid().to_pylist())]


def text(value):
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, decimal.Decimal)):
        return str(decimal.Decimal(value).normalize())
    return str(value).encode().hex()


def read(path):
    """The columns of a file by pyarrow, or by DuckDB where pyarrow cannot read it."""
    try:
        table = pq.read_table(path)
    except OSError:
        import duckdb

        connection = duckdb.connect()
        connection.execute("set timezone = 'UTC'")
        table = connection.sql(
            f"select * replace (from_hex(replace(id::varchar, '-', '')) as id) from read_parquet('{path}')"
        ).to_arrow_table()
    return {
        field.name: shown(pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], field.type), field.type)
        for field, column in zip(table.schema, table.columns)
    }


def check(lake, path):
    """What differs between lake's reading and pyarrow's; nothing for nothing."""
    copy = path.with_suffix(".lake")
    run = subprocess.run(
        [lake, "sql", "--format", "parquet", "--output", str(copy), f"select * from '{path}'"], capture_output=True, text=True
    )
    if run.returncode:
        return run.stderr.strip()[:300]
    own, other = read(copy), read(path)
    copy.unlink()
    if list(own) != list(other):
        return f"columns {list(own)} instead of {list(other)}"
    for name in other:
        for row, (a, b) in enumerate(zip(own[name], other[name])):
            if a != b:
                return f"column {name} row {row}: {a!r} instead of {b!r}"
        if len(own[name]) != len(other[name]):
            return f"column {name}: {len(own[name])} rows instead of {len(other[name])}"
    return None


def main(lake, folder):
    table = columns()
    faults = 0
    for make in [pyarrow_files, duckdb_files, polars_files, datafusion_files, chdb_files, fastparquet_files]:
        name = make.__name__.split("_")[0]
        count = 0
        try:
            for path, options in make(folder, table):
                fault = check(lake, path)
                count += 1
                if fault:
                    faults += 1
                    print(f"{path.name}: {fault}\n  written with {options}")
        except ImportError:
            print(f"{name}: not installed, left out")
            continue
        print(f"{name}: {count} files")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    if len(sys.argv) == 3:
        target = pathlib.Path(sys.argv[2])
        target.mkdir(parents=True, exist_ok=True)
        sys.exit(main(sys.argv[1], target))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(sys.argv[1], pathlib.Path(temporary)))
