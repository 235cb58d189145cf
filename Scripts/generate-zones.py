#!/usr/bin/env python3
"""Writes Sources/RowFormat/Text/ZoneTables.swift from the system's time zone database (tzdata.zi).

Usage: Scripts/generate-zones.py > Sources/RowFormat/Text/ZoneTables.swift

Needs `zic`, of Debian's package libc-bin, and tzdata.
"""
import base64
import gzip
import os
import subprocess
import tempfile

SOURCE = "/usr/share/zoneinfo/tzdata.zi"


def zones(folder):
    """The contents of all different files, each with the names that it has."""
    names = {}
    for parent, _, files in sorted(os.walk(folder)):
        for file in files:
            path = os.path.join(parent, file)
            with open(path, "rb") as opened:
                names.setdefault(opened.read(), []).append(os.path.relpath(path, folder))
    return sorted((sorted(names), contents) for contents, names in names.items())


def main():
    with open(SOURCE) as source:
        version = source.readline().split()[-1]
    with tempfile.TemporaryDirectory() as folder:
        # Without the transitions that the rule at a file's end tells as well.
        subprocess.run(["/usr/sbin/zic", "-b", "slim", "-d", folder, SOURCE], check=True)
        found = zones(folder)
    head = "".join(f"{len(contents)} {' '.join(names)}\n" for names, contents in found) + "\n"
    whole = head.encode() + b"".join(contents for _, contents in found)
    text = base64.b64encode(gzip.compress(whole, 9, mtime=0)).decode()
    print("// Made by Scripts/generate-zones.py; do not edit.")
    print()
    print("/// The IANA time zone database, which is in the public domain, for systems without it.")
    print("enum ZoneTables {")
    print("  /// The database's version.")
    print(f'  static let version = "{version}"')
    print("  /// Bytes of `packed` once it is unpacked.")
    print(f"  static let byteCount = {len(whole)}")
    print("  /// Base64 of gzip of: a line with its size and names for each zone, an empty line, and the")
    print("  /// zones' TZif files in the same order.")
    print('  static let packed = """')
    lines = [text[start:start + 94] for start in range(0, len(text), 94)]
    print(" \\\n".join(f"    {line}" for line in lines).replace(" \\\n", "\\\n"))
    print('    """')
    print("}")


main()
