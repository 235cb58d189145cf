"""Calls whose answers Python computes: clocks of zones, JSON, Unicode text, LIKE, regular expressions, bits, casts.

Each case is a template over {0}, {1}… with rows of literals and the texts (or None) that the rows must give. It is run
with literals, and over columns.
"""

import json
import random
import re
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Tokyo"]
LETTERS = ["a", "b", "c", "%", "_", " ", "ä", "é", "e\u0301", "日", "本", "😀", "ß", "A", "1", "-", "\\", "'", ",", "="]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def text_of(choice, most=8):
    return "".join(choice.choice(LETTERS) for _ in range(choice.randint(0, most)))


# Zones.

def offset(seconds, zone):
    return int((EPOCH + timedelta(seconds=seconds)).astimezone(ZoneInfo(zone)).utcoffset().total_seconds())


def shown(seconds, zone):
    local = EPOCH + timedelta(seconds=seconds + offset(seconds, zone))
    return local.strftime("%Y-%m-%d %H:%M:%S.000 ") + zone


def resolved(local, near, zone):
    """The instant of a reading, as Joda-Time finds it when a field of `near` is changed."""
    own = offset(near, zone)
    if offset(local - own, zone) == own:
        return local - own
    estimate = offset(local, zone)
    found = offset(local - estimate, zone)
    if estimate < 0:
        before, after = offset(local - 86400, zone), offset(local + 86400, zone)
        if offset(local - before, zone) != before and offset(local - after, zone) != after:
            return local - estimate
    return local - found


def moved_months(local, months):
    moment = EPOCH + timedelta(seconds=local)
    whole = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(whole, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return int((moment.replace(year=year, month=month + 1, day=min(moment.day, last)) - EPOCH).total_seconds())


def instant(choice, zone):
    """A second, mostly near a change of the zone's clocks."""
    seconds = choice.randint(1_700_000_000, 1_800_000_000)
    if choice.random() < 0.8:
        low, high = seconds, seconds + 366 * 86400
        for _ in range(400):
            if offset(low, zone) != offset(low + 86400, zone):
                break
            low += 86400
        high = low + 86400
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(low, zone) == offset(middle, zone) else (low, middle)
        seconds = high + choice.choice([-1, 0, 1, 1800, -1800, 3599, -7200, 86400, -86400, choice.randint(-200000, 200000)])
    return seconds


def zones(choice):
    zone, other = choice.choice(ZONES), choice.choice(ZONES)
    seconds, second = instant(choice, zone), instant(choice, zone)
    start = f"at_timezone(from_unixtime({{0}}), {quoted(zone)})"
    unit, count = choice.choice(["second", "minute", "hour", "day", "week", "month", "quarter", "year"]), choice.randint(-30, 30)
    local = seconds + offset(seconds, zone)
    length = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}
    if unit in ("second", "minute", "hour"):
        moved = seconds + count * length[unit]
    elif unit in length:
        moved = resolved(local + count * length[unit], seconds, zone)
    else:
        moved = resolved(moved_months(local, count * {"month": 1, "quarter": 3, "year": 12}[unit]), seconds, zone)
    moment = EPOCH + timedelta(seconds=local)
    floors = {
        "minute": seconds - local % 60, "hour": None,
        "day": resolved(local - local % 86400, seconds, zone),
        "month": resolved(int((moment.replace(day=1, hour=0, minute=0, second=0) - EPOCH).total_seconds()), seconds, zone),
    }
    floor = choice.choice(["minute", "day", "month"])
    span = second - seconds
    days = (second + offset(second, zone)) - local
    toward = lambda value, size: abs(value) // size * (1 if value >= 0 else -1)
    return choice.choice([
        (f"CAST({start} AS varchar)", [seconds], shown(seconds, zone)),
        (f"CAST(date_add('{unit}', {{1}}, {start}) AS varchar)", [seconds, count], shown(moved, zone)),
        (f"CAST(date_trunc('{floor}', {start}) AS varchar)", [seconds], shown(floors[floor], zone)),
        (f"date_diff('{choice.choice(['hour'])}', {start}, from_unixtime({{1}}))", [seconds, second], toward(span, 3600)),
        (f"date_diff('day', {start}, from_unixtime({{1}}, {quoted(other)}))", [seconds, second], toward(days, 86400)),
        (f"CAST(CAST(CAST({start} AS varchar) AS timestamp(3) with time zone) AS varchar)", [seconds], shown(seconds, zone)),
        (f"to_iso8601({start})", [seconds], iso(local, offset(seconds, zone), zone)),
        (f"format_datetime({start}, 'yyyy-MM-dd''T''HH:mm:ss xxxx-ww-e D')", [seconds],
         moment.strftime("%Y-%m-%dT%H:%M:%S %G-%V-%u ") + str(moment.timetuple().tm_yday)),
        (f"date_format({start}, '%Y/%c/%e %k:%i:%S %j %a %b %p %h %W %M %y %x-%v')", [seconds],
         f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment.strftime('%M:%S %j %a %b %p %I %A %B %y %G-%V')}"),
    ])


def iso(local, seconds, zone):
    text = (EPOCH + timedelta(seconds=local)).strftime("%Y-%m-%dT%H:%M:%S.000")
    if seconds == 0:
        return text + "Z"
    return text + ("-" if seconds < 0 else "+") + f"{abs(seconds) // 3600:02}:{abs(seconds) // 60 % 60:02}"


# JSON.

def java(number):
    """A double as Java writes it."""
    if number == 0:
        return "-0.0" if str(number)[0] == "-" else "0.0"
    digits, exponent = f"{number:e}", 0
    shortest = repr(abs(number))
    mantissa, _, power = shortest.partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    all_digits = (whole + fraction).lstrip("0")
    exponent = len(whole) + int(power or 0) if whole != "0" else int(power or 0) - (len(fraction) - len(fraction.lstrip("0")))
    all_digits = all_digits.rstrip("0") or "0"
    sign = "-" if number < 0 else ""
    if -3 < exponent <= 7:
        if exponent <= 0:
            return f"{sign}0.{'0' * -exponent}{all_digits}"
        return f"{sign}{all_digits[:exponent].ljust(exponent, '0')}.{all_digits[exponent:] or '0'}"
    return f"{sign}{all_digits[0]}.{all_digits[1:] or '0'}E{exponent - 1}"


def document(choice, depth=0):
    options = ["null", "true", "whole", "float", "text", "text"] + (["array", "object"] * 3 if depth < 3 else [])
    kind = choice.choice(options)
    if kind == "null":
        return None
    if kind == "true":
        return choice.random() < 0.5
    if kind == "whole":
        return choice.choice([0, 1, -1, 10 ** 12, 12345678901234567890, choice.randint(-99, 99)])
    if kind == "float":
        return choice.choice([0.5, -2.25, 1e100, 1e-7, 123456789.0, choice.randint(-9999, 9999) / 100])
    if kind == "text":
        return text_of(choice) + choice.choice(["", "\n", "\u0001", '"', "/"])
    if kind == "array":
        return [document(choice, depth + 1) for _ in range(choice.randint(0, 3))]
    return {choice.choice(["a", "b", "c d", "ä", "Z"]): document(choice, depth + 1) for _ in range(choice.randint(0, 3))}


def compact(value, is_sorted=True):
    if isinstance(value, float):
        return java(value)
    if isinstance(value, list):
        return "[" + ",".join(compact(item, is_sorted) for item in value) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode()) if is_sorted else list(value)
        return "{" + ",".join(compact(name) + ":" + compact(value[name], is_sorted) for name in names) + "}"
    if isinstance(value, str):
        return re.sub(r"\\u00[01].", lambda found: found.group().upper().replace("U", "u"), json.dumps(value, ensure_ascii=False))
    return json.dumps(value)


def scalar(value):
    if value is None or isinstance(value, (list, dict)):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def documents(choice):
    value = {"a": document(choice), "b": [document(choice), document(choice)]}
    text = json.dumps(value, ensure_ascii=choice.random() < 0.5, indent=choice.choice([None, 1]))
    whole = compact(value)
    first = value["b"][0]
    return choice.choice([
        ("json_format(json_parse({0}))", [quoted(text)], whole),
        ("json_format(json_parse(json_format(json_parse({0}))))", [quoted(text)], whole),
        ("json_format(json_extract({0}, '$.b[0]'))", [quoted(text)], compact(first, False)),
        ("json_format(json_extract(json_parse({0}), '$.a'))", [quoted(text)], compact(value["a"])),
        ("json_extract_scalar({0}, '$.b[0]')", [quoted(text)], scalar(first)),
        ("json_extract_scalar({0}, '$[\"b\"][1]')", [quoted(text)], scalar(value["b"][1])),
        ("json_array_length(json_extract({0}, '$.a'))", [quoted(text)], len(value["a"]) if isinstance(value["a"], list) else None),
        ("json_size({0}, '$.a')", [quoted(text)], len(value["a"]) if isinstance(value["a"], (list, dict)) else 0),
        ("json_query({0}, 'lax $.b')", [quoted(text)], compact(value["b"], False)),
        ("json_exists({0}, 'lax $.a.b')", [quoted(text)],
         any("b" in item for item in (value["a"] if isinstance(value["a"], list) else [value["a"]]) if isinstance(item, dict))),
        ("json_format(CAST(CAST(json_parse({0}) AS map(varchar, json)) AS json))", [quoted(text)], whole),
        ("is_json_scalar(json_extract({0}, '$.a'))", [quoted(text)], not isinstance(value["a"], (list, dict))),
    ])


# Text.

def like(value, pattern, escape):
    result, position = "", 0
    while position < len(pattern):
        letter = pattern[position]
        if letter == escape:
            position += 1
            if position == len(pattern) or pattern[position] not in ("%", "_", escape):
                return "error"
            result += re.escape(pattern[position])
        else:
            result += ".*" if letter == "%" else "." if letter == "_" else re.escape(letter)
        position += 1
    return re.fullmatch(result, value, re.S) is not None


def substring(text, start, count=None):
    length = len(text)
    if start == 0 or abs(start) > length:
        return ""
    begin = start - 1 if start > 0 else length + start
    return text[begin:] if count is None else text[begin:begin + max(count, 0)]


def distance(one, other):
    row = list(range(len(other) + 1))
    for place, left in enumerate(one):
        above, row = row, [place + 1]
        for index, right in enumerate(other):
            row.append(min(above[index + 1] + 1, row[index] + 1, above[index] + (left != right)))
    return row[-1]


def nth(text, part, count):
    place = -1
    for _ in range(count):
        place = text.find(part, place + 1)
        if place < 0:
            return 0
    return place + 1


def texts(choice):
    one, other, part = text_of(choice, 12), text_of(choice), text_of(choice, 2)
    if choice.random() < 0.5 and one:
        begin = choice.randrange(len(one))
        part = one[begin:begin + choice.randint(1, 2)]
    number, size = choice.randint(-6, 9), choice.randint(0, 12)
    pattern = "".join(choice.choice(["%", "_", "!%", "!_", "!!", *LETTERS, one[:2]]) for _ in range(choice.randint(0, 4)))
    found = like(one, pattern, "!")
    fill = part or "x"
    pad = lambda is_left: one[:size] if len(one) >= size else (lambda more: more + one if is_left else one + more)((fill * size)[:size - len(one)])
    pieces = one.split(part) if part else None
    cases = [
        ("substr({0}, {1})", [quoted(one), number], substring(one, number)),
        ("substr({0}, {1}, {2})", [quoted(one), number, size], substring(one, number, size)),
        ("reverse({0})", [quoted(one)], one[::-1]),
        ("length({0})", [quoted(one)], len(one)),
        ("strpos({0}, {1})", [quoted(one), quoted(part)], one.find(part) + 1),
        ("lpad({0}, {1}, {2})", [quoted(one), size, quoted(fill)], pad(True)),
        ("rpad({0}, {1}, {2})", [quoted(one), size, quoted(fill)], pad(False)),
        ("levenshtein_distance({0}, {1})", [quoted(one), quoted(other)], distance(one, other)),
        ("concat({0}, {1})", [quoted(one), quoted(other)], one + other),
        ("translate({0}, {1}, {2})", [quoted(one), quoted(part), quoted(other[:1])], one.translate({ord(letter): other[:1][place] if place < len(other[:1]) else None for place, letter in reversed(list(enumerate(part)))})),
        ("starts_with({0}, {1})", [quoted(one), quoted(part)], one.startswith(part)),
        ("{0} LIKE {1} ESCAPE '!'", [quoted(one), quoted(pattern)], found),
        ("{0} < {1}", [quoted(one), quoted(other)], one.encode() < other.encode()),
        ("to_hex(to_utf8({0}))", [quoted(one)], one.encode().hex().upper()),
        ("from_utf8(to_utf8({0}))", [quoted(one)], one),
        ("url_decode(url_encode({0}))", [quoted(one)], one),
        ("regexp_replace({0}, '[a-c]+', '<$0>')", [quoted(one)], re.sub("[a-c]+", lambda match: f"<{match.group()}>", one)),
        ("regexp_count({0}, '[ab]')", [quoted(one)], len(re.findall("[ab]", one))),
        ("array_join(regexp_extract_all({0}, '(.)\\1', 1), '|')", [quoted(one)], "|".join(re.findall(r"(?s)([^\n])\1", one))),
        ("array_join(regexp_split({0}, '[,= ]'), '|')", [quoted(one)], "|".join(re.split("[,= ]", one))),
        ("regexp_like({0}, '(?<!a)b(?!c)')", [quoted(one)], re.search("(?<!a)b(?!c)", one) is not None),
    ]
    if part:
        place = choice.randint(1, 4)
        cases += [
            ("replace({0}, {1}, {2})", [quoted(one), quoted(part), quoted(other)], one.replace(part, other)),
            ("array_join(split({0}, {1}), '|')", [quoted(one), quoted(part)], "|".join(pieces)),
            ("split_part({0}, {1}, {2})", [quoted(one), quoted(part), place], pieces[place - 1] if place <= len(pieces) else None),
            ("strpos({0}, {1}, {2})", [quoted(one), quoted(part), place], nth(one, part, place)),
        ]
    return choice.choice(cases)


# Numbers and casts.

def signed(value, bits=64):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def bits(choice):
    one, other = [choice.choice([0, 1, -1, 2 ** 63 - 1, -2 ** 63 + 1, choice.randint(-10 ** 6, 10 ** 6), choice.getrandbits(60)]) for _ in "ab"]
    amount = choice.choice([0, 1, 31, 32, 63, 64, 70, choice.randint(0, 63)])
    big = f"CAST({{}} AS bigint)".format
    unsigned = one & (2 ** 64 - 1)
    base = choice.choice([2, 8, 16, 36])
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    based, rest = "", abs(one)
    while rest:
        based, rest = digits[rest % base] + based, rest // base
    based = ("-" if one < 0 else "") + (based or "0")
    return choice.choice([
        ("bitwise_and({0}, {1})", [big(one), big(other)], one & other),
        ("bitwise_or({0}, {1})", [big(one), big(other)], one | other),
        ("bitwise_xor({0}, {1})", [big(one), big(other)], one ^ other),
        ("bitwise_not({0})", [big(one)], ~one),
        ("bitwise_left_shift({0}, {1})", [big(one), amount], signed(one << amount) if amount < 64 else 0),
        ("bitwise_right_shift({0}, {1})", [big(one), amount], signed(unsigned >> amount) if amount < 64 else 0),
        ("bitwise_right_shift_arithmetic({0}, {1})", [big(one), amount], one >> min(amount, 63)),
        ("bit_count({0}, 64)", [big(one)], bin(unsigned).count("1")),
        ("to_base({0}, {1})", [big(one), base], based),
        ("from_base(to_base({0}, {1}), {1})", [big(one), base], one),
        ("to_hex(to_big_endian_64({0}))", [big(one)], f"{unsigned:016X}"),
        ("from_big_endian_64(to_big_endian_64({0}))", [big(one)], one),
    ])


INTEGERS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}


def casts(choice):
    type = choice.choice(list(INTEGERS))
    edge = 2 ** (INTEGERS[type] - 1)
    text = choice.choice(["", " 1", "1 ", "+1", "-0", "1.5", "1e2", "x", "0x1", "--1", "1_0", str(edge), str(edge - 1), str(-edge),
                          str(-edge - 1), str(choice.randint(-300, 300)), "007"])
    whole = int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else None
    if whole is not None and not -edge <= whole < edge:
        whole = None
    truth = choice.choice(["true", "FALSE", "t", "F", "1", "0", "yes", "", "tru", " true", "2", "TrUe"])
    known = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
    day = choice.choice(["2026-02-29", "2024-02-29", "2026-13-01", "2026-1-5", "2026-01-05x", "", "26-01-05", " 2026-01-05", "2026-00-10", "2026-12-31"])
    match = re.fullmatch(r" *(\d{4})-(\d{1,2})-(\d{1,2}) *", day)
    try:
        parsed = date(*map(int, match.groups())).isoformat() if match else None
    except ValueError:
        parsed = None
    if day.startswith("26"):
        parsed = None if not re.fullmatch(r"\d{4}.*", day) else parsed
    return choice.choice([
        (f"TRY_CAST({{0}} AS {type})", [quoted(text)], whole),
        (f"TRY(CAST({{0}} AS {type}))", [quoted(text)], whole),
        (f"TRY_CAST(ARRAY[{{0}}] AS array({type})) IS NULL", [quoted(text)], whole is None),
        ("TRY_CAST({0} AS boolean)", [quoted(truth)], known.get(truth.lower())),
        ("CAST(TRY_CAST({0} AS date) AS varchar)", [quoted(day)], parsed),
    ])


FAMILIES = [zones, zones, documents, documents, texts, texts, texts, bits, casts]


def check(choice, sessions, report, counts):
    """A case in each form."""
    template, arguments, wanted = choice.choice(FAMILIES)(choice)
    session = choice.choice(sessions)[1]
    names = [f"v.a{place}" for place in range(len(arguments))]
    source = f"(VALUES ({', '.join(map(str, arguments))})) AS v ({', '.join(name[2:] for name in names)})"
    forms = {"literals": f"SELECT {template.format(*arguments)} AS c0", "columns": f"SELECT {template.format(*names)} AS c0 FROM {source}"}
    for form, sql in forms.items():
        found = session.run(sql)
        if isinstance(found, str):
            if wanted == "error" and found.startswith("INVALID_FUNCTION_ARGUMENT"):
                counts["known: same errors"] += 1
            else:
                report(f"known: {form} differ", f"{found[:300]} for {wanted!r}", sql)
        elif len(found) != 1 or found[0][0] != wanted:
            report(f"known: {form} differ", f"{found!r} for {wanted!r}", sql)
        else:
            counts["known: same"] += 1
