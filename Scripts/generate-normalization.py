#!/usr/bin/env python3
"""Writes Sources/SQL/Kernels/NormalizationTables.swift from Python's Unicode database.

Usage: Scripts/generate-normalization.py > Sources/SQL/Kernels/NormalizationTables.swift
"""

import sys
import textwrap
import unicodedata


def decompositions(is_compatible):
    for code in range(sys.maxunicode + 1):
        text = unicodedata.decomposition(chr(code))
        if text and text.startswith("<") == is_compatible:
            parts = [p for p in text.split() if not p.startswith("<")]
            yield f"{code:X}=" + "+".join(f"{int(p, 16):X}" for p in parts)


def classes():
    start, current = 0, 0
    for code in range(sys.maxunicode + 2):
        value = unicodedata.combining(chr(code)) if code <= sys.maxunicode else 0
        if value != current:
            if current:
                yield f"{start:X}-{code - 1:X}={current}"
            start, current = code, value


def exclusions():
    """Those of two code points that never compose again."""
    for code in range(sys.maxunicode + 1):
        text = unicodedata.decomposition(chr(code))
        if text and not text.startswith("<") and len(text.split()) == 2:
            if unicodedata.normalize("NFC", chr(code)) != chr(code):
                yield f"{code:X}"


def table(name, comment, words):
    print(f"  /// {comment}")
    print(f'  static let {name} = """')
    lines = textwrap.wrap(" ".join(words), 94, break_long_words=False, break_on_hyphens=False)
    print(" \\\n".join(f"    {line}" for line in lines))
    print('    """')


print("// Made by Scripts/generate-normalization.py from Python's Unicode database,")
print(f"// version {unicodedata.unidata_version}; do not edit.")
print()
print("/// What `normalize` knows of code points, as text (Unicode Standard Annex 15).")
print("enum NormalizationTables {")
table("canonical", "Canonical decompositions: `code=code+code` in hexadecimal digits.",
      decompositions(False))
print()
table("compatible", "Compatibility decompositions.", decompositions(True))
print()
table("classes", "Canonical combining classes: `first-last=class`.", classes())
print()
table("exclusions", "Pairs that are not composed.", exclusions())
print("}")
