"""Whether two results are the same: numbers by value, sums of doubles to nine digits, times without trailing zeros."""

import datetime
import json
import math
import re
from decimal import Decimal

TIME = re.compile(r"(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d+")


def even(value):
    """A value of either engine in one form."""
    if isinstance(value, (bytes, bytearray)):
        return value.hex(" ")
    if isinstance(value, datetime.datetime):
        return even(value.strftime("%Y-%m-%d %H:%M:%S.%f"))
    if isinstance(value, datetime.time):
        return even(value.strftime("%H:%M:%S.%f"))
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [even(item) for item in value]
    if isinstance(value, dict):
        return {key_text(key): even(item) for key, item in value.items()}
    if isinstance(value, str):
        if TIME.fullmatch(value):
            return value.rstrip("0").rstrip(".")
        if re.fullmatch(r"([0-9a-f]{2}\s+)*[0-9a-f]{2}", value):
            # Long binary stands in groups and lines, as in Trino's command line.
            return " ".join(value.split())
        if value in ("NaN", "Infinity", "-Infinity"):
            return float(value.replace("Infinity", "inf"))
    return value


def key_text(key):
    value = even(key)
    return value if isinstance(value, str) else json.dumps(value, default=str)


def equal(one, other):
    if one is None or other is None:
        return one is other
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float, Decimal)) and isinstance(other, (int, float, Decimal)):
        if isinstance(one, float) or isinstance(other, float) or one != other:
            one, other = float(one), float(other)
            if math.isnan(one) or math.isnan(other):
                return math.isnan(one) and math.isnan(other)
            return one == other or abs(one - other) <= 1e-9 * max(abs(other), abs(one), 1e-3)
        return True
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


def order(row):
    """A key that puts equal rows beside each other: doubles, which may differ in their last digits, come last."""
    first, last = [], []
    for value in row:
        if value is None:
            first.append((2, ""))
        elif isinstance(value, bool):
            first.append((1, str(value)))
        elif isinstance(value, (int, float, Decimal)):
            number = float(value)
            last.append("nan" if math.isnan(number) else f"{number + 0.0:.7e}".replace("-0.0000000e+00", "0.0000000e+00"))
            first.append((0, ""))
        else:
            text = json.dumps(value, sort_keys=True, default=str)
            if isinstance(value, (list, dict)):
                text = re.sub(r"[-+]?\d+\.?\d*(e[-+]?\d+)?", "", text)
            first.append((1, text))
    return first, last


def difference(rows, wanted, is_ordered):
    """What differs between two results, or None."""
    rows, wanted = [[even(value) for value in row] for row in rows], [[even(value) for value in row] for row in wanted]
    if len(rows) != len(wanted):
        return f"{len(rows)} rows for {len(wanted)}"
    if not is_ordered:
        rows, wanted = sorted(rows, key=order), sorted(wanted, key=order)
    bad = [place for place, (one, other) in enumerate(zip(rows, wanted)) if not equal(one, other)]
    if bad and not is_ordered:
        # Neighbours whose digits were cut differently may stand in another order.
        left = [wanted[place] for place in bad]
        kept = []
        for place in bad:
            found = next((number for number, other in enumerate(left) if equal(rows[place], other)), None)
            if found is None:
                kept.append(place)
            else:
                del left[found]
        if not kept:
            return None
        return f"{rows[kept[0]]} is not among the rows, {left[0]} is; {len(kept)} of {len(rows)} rows differ"
    if bad:
        return f"row {bad[0]}: {rows[bad[0]]} for {wanted[bad[0]]}; {len(bad)} of {len(rows)} rows differ"
    return None
