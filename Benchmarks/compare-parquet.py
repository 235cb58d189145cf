#!/usr/bin/env python3
"""Times lake-bench and other Parquet libraries on the same files, and prints a table.

usage: compare-parquet.py --lineitem FILE --hits FILE [--bench PROGRAM] [--scratch DIR]
                          [--threads 1,2] [--runs 5] [--kinds read,write] [--only CASE;…]
                          [--engines NAME,…] [--out DIR]

A case runs in one process for each engine, pinned to as many cores as it has threads, once without
the clock and then `runs` times; the least counts. Engines take turns case by case, so that each case
compares figures of the same minute. Every engine must find as many rows as the others. Cases that
are already in DIR stay there, so that the table can be filled in several calls.

Reading ends with values in memory: Arrow tables or batches for pyarrow and Polars, whichever is
faster of theirs; for DuckDB a plan whose result is thrown away (EXPLAIN ANALYZE), because its own
conversions would cost more than its reader; for lake its batches. Writing starts from tables in
memory, text one value a row, and ends with the file closed.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

HITS_STRINGS = ["URL", "Referer", "Title", "SearchPhrase"]

READING = {
    "lineitem, all columns": ("lineitem", None, None),
    "hits, all columns": ("hits", None, None),
    "lineitem, 3 columns": ("lineitem", ["l_extendedprice", "l_discount", "l_shipdate"], None),
    "hits, 3 columns": ("hits", ["UserID", "RegionID", "SearchPhrase"], None),
    "lineitem, 1 % of the rows": ("lineitem", None, ("l_partkey", "<", 2001)),
    "hits, 1 % of the rows": ("hits", None, ("RegionID", "=", 42)),
    "hits, strings": ("hits", HITS_STRINGS, None),
    "nested lists": ("nested", None, None),
}

WRITING = {
    f"{table}, {codec}{f' level {level}' if level else ''}": (table, codec, level)
    for table in ["lineitem", "hits"]
    for codec, level in [("snappy", None), ("zstd", 3)]
}

ENGINES = ["lake", "pyarrow", "polars", "duckdb"]
WRITTEN_ROWS = {"lineitem": 6_001_215, "hits": 1_000_000}
ROW_GROUP = 250_000


def nested(path):
    """Two million rows of lists: of numbers, text, rows and lists, some null, some empty."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(7)
    rows = 250_000

    def offsets(count, mean):
        sizes = random.poisson(mean, count)
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)

    def nulls(count, share):
        return pa.array(random.random(count) < share)

    words = np.array([f"word {number}" for number in range(20_000)])
    writer = None
    for _ in range(8):
        columns = {}
        at = offsets(rows, 4)
        numbers = pa.array(random.integers(0, 1 << 40, at[-1]), mask=random.random(at[-1]) < 0.05)
        columns["numbers"] = pa.ListArray.from_arrays(at, numbers, mask=nulls(rows, 0.02))
        at = offsets(rows, 3)
        texts = pa.array(words[random.integers(0, len(words), at[-1])])
        columns["texts"] = pa.ListArray.from_arrays(at, texts)
        at = offsets(rows, 2)
        members = pa.StructArray.from_arrays(
            [pa.array(random.integers(0, 1000, at[-1])), pa.array(random.random(at[-1]))],
            ["count", "price"],
        )
        columns["items"] = pa.ListArray.from_arrays(at, members)
        at = offsets(rows, 2)
        inner = offsets(at[-1], 2)
        deep = pa.ListArray.from_arrays(inner, pa.array(random.integers(0, 100, inner[-1])))
        columns["lists"] = pa.ListArray.from_arrays(at, deep)
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="snappy")
        writer.write_table(table)
    writer.close()


# One engine, one case, in a process of its own.


def measured(runs, *ways):
    """The times of the way that was fastest at the second go, and what it returned."""
    best = None
    for way in ways:
        found = way()
        seconds = timed(way)
        if best is None or seconds < best[0]:
            best = (seconds, way, found)
    return [timed(best[1]) for _ in range(runs)], best[2]


def timed(way):
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


def read_pyarrow(path, columns, predicate, threads, runs):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_cpu_count(threads)
    threaded = threads > 1
    filters = None
    if predicate:
        name, comparison, value = predicate
        filters = [(name, {"=": "=="}.get(comparison, comparison), value)]

    def table():
        return pq.read_table(path, columns=columns, filters=filters, use_threads=threaded).num_rows

    def batches():
        file = pq.ParquetFile(path)
        return sum(
            batch.num_rows
            for batch in file.iter_batches(columns=columns, use_threads=threaded, batch_size=32768)
        )

    return measured(runs, table) if predicate else measured(runs, table, batches)


def read_polars(path, columns, predicate, threads, runs):
    import polars as pl

    def query():
        frame = pl.scan_parquet(path)
        if predicate:
            name, comparison, value = predicate
            column = pl.col(name)
            frame = frame.filter(column < value if comparison == "<" else column == value)
        return frame.select(columns) if columns else frame

    def memory():
        return query().collect(engine="in-memory").height

    def streaming():
        return query().collect(engine="streaming").height

    def batches():
        return sum(batch.height for batch in query().collect_batches(maintain_order=False))

    return measured(runs, memory, streaming, batches)


def read_duckdb(path, columns, predicate, threads, runs):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set threads = {threads}")
    chosen = ", ".join(f'"{name}"' for name in columns) if columns else "*"
    where = f'where "{predicate[0]}" {predicate[1]} {predicate[2]}' if predicate else ""
    rows = connection.execute(f"select count(*) from '{path}' {where}").fetchone()[0]

    def discard():
        connection.execute(f"explain analyze select {chosen} from '{path}' {where}").fetchall()
        return rows

    return measured(runs, discard)


def write_pyarrow(table, out, codec, level, threads, runs):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_cpu_count(threads)

    def write():
        pq.write_table(table, out, compression=codec, compression_level=level, row_group_size=ROW_GROUP)
        return os.path.getsize(out)

    return measured(runs, write)


def write_polars(table, out, codec, level, threads, runs):
    import polars as pl

    frame = pl.from_arrow(table, rechunk=True)
    del table

    def write():
        frame.write_parquet(out, compression=codec, compression_level=level, row_group_size=ROW_GROUP)
        return os.path.getsize(out)

    return measured(runs, write)


def write_duckdb(table, out, codec, level, threads, runs):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set threads = {threads}")
    connection.register("source", table)
    connection.execute("create table memory.rows as select * from source")
    options = f", compression_level {level}" if level else ""

    def write():
        connection.execute(
            f"copy rows to '{out}' (format parquet, compression {codec}{options},"
            f" row_group_size {ROW_GROUP})"
        )
        return os.path.getsize(out)

    return measured(runs, write)


def peer(arguments):
    engine, kind, case, threads, runs, path, out = arguments
    threads, runs = int(threads), int(runs)
    if kind == "read":
        _, columns, predicate = READING[case]
        seconds, rows = globals()[f"read_{engine}"](path, columns, predicate, threads, runs)
        print(json.dumps({"seconds": seconds, "rows": rows}))
        return
    import pyarrow.parquet as pq

    table, codec, level = WRITING[case]
    memory = pq.read_table(path).slice(0, WRITTEN_ROWS[table])
    seconds, size = globals()[f"write_{engine}"](memory, out, codec, level, threads, runs)
    print(json.dumps({"seconds": seconds, "rows": memory.num_rows, "bytes": size}))


def lake(program, kind, case, threads, runs, path, out):
    if kind == "read":
        _, columns, predicate = READING[case]
        command = [program, "read", path]
        if columns:
            command += ["--columns", ",".join(columns)]
        if predicate:
            command += [{"<": "--below", "=": "--equal"}[predicate[1]], predicate[0], str(predicate[2])]
    else:
        table, codec, level = WRITING[case]
        command = [program, "write", path, out, "--codec", codec, "--rows", str(WRITTEN_ROWS[table])]
        command += ["--row-group", str(ROW_GROUP)]
        if level:
            command += ["--level", str(level)]
    return command + ["--threads", str(threads), "--runs", str(runs)]


def run(options, engine, kind, case, threads):
    files = {"lineitem": options.lineitem, "hits": options.hits, "nested": options.nested}
    path = files[(READING if kind == "read" else WRITING)[case][0]]
    out = str(pathlib.Path(options.scratch) / f"written-{engine}.parquet")
    if engine == "lake":
        command = lake(options.bench, kind, case, threads, options.runs, path, out)
    else:
        command = [sys.executable, __file__, "--peer", engine, kind, case, str(threads)]
        command += [str(options.runs), path, out]
    environment = dict(os.environ, POLARS_MAX_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    cores = sorted(os.sched_getaffinity(0))[-threads:]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    pathlib.Path(out).unlink(missing_ok=True)
    if done.returncode != 0:
        print(f"{engine}, {case}: {done.stderr.strip()[-500:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def versions():
    import duckdb
    import polars
    import pyarrow

    processor = next(
        line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")
    )
    return (
        f"{processor}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; pyarrow"
        f" {pyarrow.__version__}, Polars {polars.__version__}, DuckDB {duckdb.__version__}"
    )


def table(kind, results, engines):
    """The least seconds of each engine, and lake's share of the fastest peer's."""
    size = kind == "write"
    head = f"{'case':36}{'threads':>8}" + "".join(f"{engine:>10}" for engine in engines) + "   lake/best"
    lines = [head + ("   lake bytes/least" if size else "")]
    for (case, threads), row in results.items():
        least = {name: min(one["seconds"]) for name, one in row.items() if one}
        line = f"{case:36}{threads:>8}"
        line += "".join(f"{least[name]:10.3f}" if name in least else f"{'-':>10}" for name in engines)
        peers = [seconds for name, seconds in least.items() if name != "lake"]
        line += f"{least['lake'] / min(peers):12.2f}" if peers and "lake" in least else f"{'-':>12}"
        if size and "lake" in least and peers:
            sizes = {name: one["bytes"] for name, one in row.items() if one}
            smallest = min(size for name, size in sizes.items() if name != "lake")
            line += f"{sizes['lake'] / smallest:19.3f}"
        lines.append(line)
    return "\n".join(lines)


def main():
    if sys.argv[1:2] == ["--peer"]:
        return peer(sys.argv[2:])
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", default="Benchmarks/.build/release/lake-bench")
    parser.add_argument("--lineitem", required=True)
    parser.add_argument("--hits", required=True)
    parser.add_argument("--scratch", default="/dev/shm", help="where written files and 'nested' go")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="parts of the names of cases, with semicolons")
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--kinds", default="read,write")
    parser.add_argument("--out", help="a folder for the table and the raw numbers")
    options = parser.parse_args()
    options.nested = str(pathlib.Path(options.scratch) / "nested.parquet")
    if not os.path.exists(options.nested):
        nested(options.nested)
    engines = options.engines.split(",")
    chosen = [part for part in options.only.split(";") if part]
    for kind in options.kinds.split(","):
        results = kept(options.out, kind) if options.out else {}
        for case in READING if kind == "read" else WRITING:
            if chosen and not any(part in case for part in chosen):
                continue
            for threads in map(int, options.threads.split(",")):
                row = {engine: run(options, engine, kind, case, threads) for engine in engines}
                results[case, threads] = row
                rows = {name: one["rows"] for name, one in row.items() if one}
                if len(set(rows.values())) > 1:
                    sys.exit(f"{case}: the engines disagree: {rows}")
                print(table(kind, {(case, threads): row}, engines).splitlines()[-1], flush=True)
                if options.out:
                    keep(options.out, kind, results, engines, options.runs)


def raw_file(folder, kind):
    return pathlib.Path(folder) / {"read": "parquet-reading.json", "write": "parquet-writing.json"}[kind]


def kept(folder, kind):
    """The results of earlier calls."""
    file = raw_file(folder, kind)
    rows = json.loads(file.read_text()) if file.exists() else []
    return {(row["case"], row["threads"]): row["engines"] for row in rows}


def keep(folder, kind, results, engines, runs):
    """Writes the raw numbers, and the table that they make."""
    cases = list(READING if kind == "read" else WRITING)
    results = dict(sorted(results.items(), key=lambda item: (cases.index(item[0][0]), item[0][1])))
    word = {"read": "reading", "write": "writing"}[kind]
    text = f"Parquet {word}: seconds, least of {runs} runs\n{versions()}\n\n"
    text += table(kind, results, engines) + "\n"
    file = raw_file(folder, kind)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_suffix(".txt").write_text(text)
    rows = [
        {"case": case, "threads": threads, "engines": row}
        for (case, threads), row in results.items()
    ]
    file.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


main()
