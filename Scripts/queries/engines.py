"""The engines that answer the queries: lake's prompt, many statements in one process, and DuckDB."""

import json
import math
import os
import pty
import select
import struct
import subprocess
import termios
import time
from decimal import Decimal


class LakeSession:
    """A lake prompt behind a pseudo-terminal. `options` are those of `lake sql`."""

    def __init__(self, binary, options):
        self.command = [binary, "sql", "--format", "ndjson", "--color", "never", *options]
        self.start()

    def start(self):
        self.master, slave = pty.openpty()
        attributes = termios.tcgetattr(slave)
        attributes[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        self.process = subprocess.Popen(
            self.command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ, NO_COLOR="1"))
        os.close(slave)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.number = 0
        self.read("lake> ", 20)

    def stop(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def read(self, mark, seconds):
        text, end = b"", time.time() + seconds
        while mark.encode() not in text:
            left = end - time.time()
            if self.process.poll() is not None or left <= 0:
                self.last = text
                return None
            if select.select([self.process.stdout], [], [], min(left, 0.2))[0]:
                text += self.process.stdout.read() or b""
        return text.decode("utf-8", "replace")

    def run(self, sql, seconds=30):
        """The rows as lists of values, or an error's text."""
        self.number += 1
        mark = f"@@{self.number}@@"
        data = f"{sql}\n;\nSELECT '{mark}' AS mark;\n".encode()
        for offset in range(0, len(data), 2000):
            os.write(self.master, data[offset:offset + 2000])
        text = self.read(mark + '"}\n', seconds)
        if text is None:
            code, tail = self.process.poll(), self.last.decode("utf-8", "replace")[-300:]
            self.stop()
            self.start()
            return f"CRASH (exit {code}) {tail}" if code is not None else "HANG"
        rows = []
        for line in text.split("\n"):
            while line.startswith(("lake> ", "   -> ")):
                line = line[6:]
            if line.startswith("error: "):
                return text[text.index("error: ") + 7:].split("lake> ")[0].strip()
            if line.startswith('{"mark"'):
                break
            if line.startswith("{"):
                rows.append([value for _, value in json.loads(
                    line, parse_float=Decimal, object_pairs_hook=Pairs)])
        return [[plain(value) for value in row] for row in rows]


class Pairs(list):
    """The members of a JSON object, in their order."""


def plain(value):
    """A JSON value with dictionaries for objects."""
    if isinstance(value, Pairs):
        return {name: plain(item) for name, item in value}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


class Duck:
    """DuckDB over the same files. Null comes last in its orders, as in lake's."""

    def __init__(self, folder, names):
        import duckdb
        self.error = duckdb.Error
        self.connection = duckdb.connect()
        self.connection.execute("SET default_null_order='nulls_last'; SET threads=1")
        for name in names:
            self.connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{folder}/{name}.parquet')")

    def run(self, sql, most):
        """The rows, an error's text, or None where there are more than `most`."""
        try:
            rows = self.connection.execute(sql).fetchmany(most + 1)
            reals = [place for place, column in enumerate(self.connection.description) if str(column[1]) == "FLOAT"]
        except self.error as error:
            return str(error)
        if len(rows) > most:
            return None
        rows = [list(row) for row in rows]
        for row in rows:
            for place in reals:
                row[place] = shortest(row[place])
        return rows


def shortest(value):
    """A real as the shortest text that gives it again."""
    if value is None or not math.isfinite(value):
        return value
    texts = (f"{value:.{digits}g}" for digits in range(1, 10))
    return float(next(text for text in texts if struct.unpack("f", struct.pack("f", float(text)))[0] == value))
