"""Calls of every function with odd values, each evaluated in several ways that must agree.

SHOW FUNCTIONS gives the signatures. A call's rows are computed from literals (which are folded while planning), from
columns, from columns beside one literal, and behind a filter and a join. Errors are null by TRY; what TRY lets through
must then be an error in every way.
"""

from comparing import difference

VOLATILE = {"rand", "random", "shuffle", "uuid", "now", "current_date", "current_time", "current_timestamp", "localtime",
            "localtimestamp", "version", "typeof", "current_user", "current_groups"}

POOLS = {
    "tinyint": ["0", "1", "-1", "127", "-128", "7"],
    "smallint": ["0", "1", "-1", "32767", "-32768", "300"],
    "integer": ["0", "1", "-1", "2147483647", "-2147483648", "3", "10", "63", "64"],
    "bigint": ["-9223372036854775807", "4611686018427387904", "0", "1", "-1", "2", "3", "5", "10", "16", "36", "62", "64", "100", "9223372036854775807", "-9223372036854775808", "2147483648",
               "1000000000000", "-7", "253402300800", "128", "8", "32"],
    "real": ["0", "1.5", "-2.25", "'NaN'", "'Infinity'", "3.4e38", "1e-40", "-0e0"],
    "double": ["0", "1", "1.5", "-2.25", "'NaN'", "'Infinity'", "'-Infinity'", "1.7e308", "4.9e-324", "-0e0", "0.5", "0.999", "10", "1e18", "1e19", "-1e19", "2.5", "-2.5", "0.1"],
    "decimal": ["0", "1.50", "-2.25", "9999999.99", "-9999999.99", "0.01", "2.50"],
    "varchar": ["''", "'a'", "'abc'", "'äöü'", "'日本語'", "'😀'", "' a b '", "'a,b=c,d'", "'k=v,k2=v2'", "'%'", "'12'", "'-1.5'", "'0x1F'",
                "'2026-01-31'", "'2026-02-30'", "'2026-01-31T12:34:56Z'", "'{\"a\": [1, 2, {\"b\": null}]}'", "'[1, \"x\", null]'", "'null'", "'$.a'",
                "'http://user@example.com:8080/a%20b?q=1&r=%C3%A4#frag'", "'UTC'", "'America/New_York'", "'+05:30'", "'day'", "'month'", "'hour'", "'quarter'",
                "'a+'", "'(a)(b)?'", "'['", "'.'", "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'", "'1kB'", "'3.5d'", "'192.168.1.1'", "'192.168.0.0/16'",
                "'%Y-%m-%d'", "'yyyy-MM-dd'", "'NFKC'", "'YWJj'", "'ff00'", "'MFRGG==='", "'en'", "'4111111111111111'", "'x' || chr(0)", "'lax $.a[0]'", "'e\u0301'"],
    "varbinary": ["x''", "x'00'", "x'ff'", "x'0001020304050607'", "x'616263'", "x'c3a4'", "x'c3'", "x'00000001'", "x'7f800000'", "x'7ff8000000000000'",
                  "to_utf8('YWJj')", "to_utf8('abc')", "x'ffffffffffffffff'"],
    "boolean": ["true", "false"],
    "date": ["'2026-01-31'", "'1970-01-01'", "'2024-02-29'", "'1582-10-10'", "'0001-01-01'", "'9999-12-31'", "'-0044-03-15'", "'2027-01-01'", "'2020-12-31'"],
    "timestamp": ["'2026-01-31 23:59:59.999'", "'1970-01-01 00:00:00.000'", "'1969-12-31 23:59:59.500'", "'2024-02-29 12:00:00.001'", "'0001-01-01 00:00:00.000'", "'9999-12-31 23:59:59.999'"],
    "timestamp with time zone": ["'2026-01-31 23:59:59.999 UTC'", "'2026-03-29 03:30:00.000 Europe/Berlin'", "'1970-01-01 00:00:00.000 America/New_York'", "'2026-11-01 01:30:00.000 America/New_York'", "'2026-01-01 00:00:00.000 +05:30'"],
    "time": ["'00:00:00.000'", "'23:59:59.999'", "'12:34:56.789'"],
    "interval day to second": ["INTERVAL '1' DAY", "INTERVAL '-36' HOUR", "INTERVAL '0' SECOND", "INTERVAL '1 02:03:04.567' DAY TO SECOND", "INTERVAL '100000' DAY"],
    "interval year to month": ["INTERVAL '1' MONTH", "INTERVAL '-3' YEAR", "INTERVAL '0' MONTH"],
    "json": ["JSON '{\"a\": [1, 2]}'", "JSON '[1, \"x\", null, 1.5]'", "JSON 'null'", "JSON '\"text\"'", "JSON '12345678901234567890'", "JSON 'true'"],
    "ipaddress": ["'192.168.1.1'", "'::1'", "'255.255.255.255'", "'2001:db8::ff00:42:8329'"],
    "ipprefix": ["'192.168.1.0/24'", "'::/0'", "'10.0.0.1/32'", "'2001:db8::/48'"],
    "char": ["'ab '", "''", "'äb'"],
}

CASTS = {"decimal": "decimal(9,2)", "char": "char(3)", "timestamp": "timestamp(3)", "time": "time(3)"}
PLAIN = {"varchar", "varbinary", "boolean", "interval day to second", "interval year to month", "json"}

LAMBDAS = {
    "function(T, boolean)": ["x -> x > {T}", "x -> x IS NULL", "x -> true"],
    "function(T, U)": ["x -> x", "x -> CAST(x AS varchar)", "x -> ROW(x, 1)"],
    "function(K, V, boolean)": ["(k, v) -> v > 1", "(k, v) -> k <> 'a'", "(k, v) -> NULL"],
    "function(K, V, U)": ["(k, v) -> k || 'x'", "(k, v) -> CAST(coalesce(v, 0) AS varchar)"],
    "function(K, V, W, R)": ["(k, v, w) -> v + w", "(k, v, w) -> coalesce(v, 0) * 2"],
    "function(T, T, integer)": ["(x, y) -> if(x < y, 1, if(x > y, -1, 0))", "(x, y) -> 0"],
    "function(T, U, R)": ["(x, y) -> x", "(x, y) -> y", "(x, y) -> ROW(x, y)"],
    "function(S, T, S)": ["(s, x) -> s + coalesce(x, 0)"],
    "function(S, R)": ["s -> s", "s -> CAST(s AS varchar)"],
    "function(array(varchar), varchar)": ["g -> 'x'", "g -> upper(g[1])"],
}


def divided(text):
    """The parts of a list of arguments."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return parts + ([text[start:].strip()] if text[start:].strip() else [])


class Calls:
    def __init__(self, choice, session):
        self.choice = choice
        self.signatures = []
        for name, kind, signature, _ in session.run("SHOW FUNCTIONS"):
            arguments = signature[signature.index("(") + 1:signature.rindex(") ->")]
            if kind == "scalar" and name not in VOLATILE and "digest" not in arguments and "hyperloglog" not in arguments:
                self.signatures.append((name, divided(arguments)))

    def literal(self, type, bound):
        choice = self.choice
        if choice.random() < 0.08:
            return f"CAST(NULL AS {self.name(type, bound)})"
        type = bound.get(type, type)
        if type.startswith("array("):
            items = [self.literal(type[6:-1], bound) for _ in range(choice.choice([0, 1, 2, 3, 5]))]
            return f"CAST(ARRAY[{', '.join(items)}] AS {self.name(type, bound)})"
        if type.startswith("map("):
            key, value = [self.name(part, bound) for part in divided(type[4:-1])]
            keys = list(dict.fromkeys(self.literal(key, bound) for _ in range(choice.randint(0, 3))))
            keys = [text for text in keys if "NULL" not in text]
            return (f"CAST(map(ARRAY[{', '.join(keys)}], ARRAY[{', '.join(self.literal(value, bound) for _ in keys)}])"
                    f" AS map({key}, {value}))") if keys else f"CAST(map() AS map({key}, {value}))"
        if type.startswith("row("):
            parts = divided(type[4:-1])
            return f"CAST(ROW({', '.join(self.literal(part, bound) for part in parts)}) AS {self.name(type, bound)})"
        type = type.split("(")[0] if type.startswith(("varchar", "char", "decimal")) else type
        text = choice.choice(POOLS[type])
        return text if type in PLAIN else f"CAST({text} AS {CASTS.get(type, type)})"

    def name(self, type, bound):
        type = bound.get(type, type)
        for outer in ("array", "map"):
            if type.startswith(outer + "("):
                return f"{outer}({', '.join(self.name(part, bound) for part in divided(type[len(outer) + 1:-1]))})"
        if type.startswith("row("):
            return "row(" + ", ".join(f"f{number} {self.name(part, bound)}" for number, part in enumerate(divided(type[4:-1]))) + ")"
        type = "varchar" if type.startswith("varchar") else "char" if type.startswith("char") else type
        return CASTS.get(type, type)

    def one(self):
        """The statements of a call, each with the places of its values: lists of rows to be equal."""
        choice = self.choice
        name, parameters = choice.choice(self.signatures)
        plain = ["integer", "varchar", "double", "decimal", "date", "boolean", "array(integer)", "bigint"]
        bound = {"T": choice.choice(plain), "U": choice.choice(plain), "K": "varchar", "V": "integer", "W": "integer", "S": "bigint"}
        if name in ("reduce", "mod"):
            bound["T"] = choice.choice(["integer", "bigint"])
        kinds = []
        for parameter in parameters:
            kinds += [parameter[:-3]] * choice.randint(1, 3) if parameter.endswith("...") else [parameter]
        lambdas = {place: choice.choice(LAMBDAS[kind]).replace("{T}", self.literal(bound["T"], bound))
                   for place, kind in enumerate(kinds) if kind.startswith("function")}
        count = choice.choice([1, 3, 6])
        rows = [[lambdas.get(place) or self.literal(kind, bound) for place, kind in enumerate(kinds)] for _ in range(count)]
        if len(kinds) > 1 and choice.random() < 0.5:
            # One argument is the same in all rows.
            place = choice.randrange(len(kinds))
            for row in rows:
                row[place] = rows[0][place]
        return name, rows, lambdas

    def check(self, session, report, counts):
        name, rows, lambdas = self.one()
        call = lambda arguments: f"TRY({name}({', '.join(arguments)}))"
        wanted = []
        for row in rows:
            found = session.run(f"SELECT {call(row)} AS c0")
            if isinstance(found, str) and found.startswith(("CRASH", "HANG", "INTERNAL", "GENERIC_INTERNAL")):
                return report("calls: crash", found[:300], call(row))
            wanted.append(found if isinstance(found, str) else found[0])
        columns = [place for place in range(len(rows[0])) if place not in lambdas]
        names = [lambdas.get(place, f"v.a{place}") for place in range(len(rows[0]))]
        values = ", ".join(f"({number}, {', '.join(row[place] for place in columns)})" if columns else f"({number})" for number, row in enumerate(rows))
        source = f"(VALUES {values}) AS v ({', '.join(['r', *[f'a{place}' for place in columns]])})"
        forms = {"columns": f"SELECT {call(names)} AS c0 FROM {source} ORDER BY r",
                 "behind a join": f"SELECT {call(names)} AS c0 FROM {source} JOIN t2 ON v.r = t2.r AND t2.r < 100 ORDER BY v.r",
                 "repeated": f"SELECT {call(names)} AS c0 FROM {source} JOIN t3 ON t3.r <> v.r WHERE t3.r = 29 ORDER BY v.r"}
        for place in columns:
            if len(columns) > 1 and all(row[place] == rows[0][place] for row in rows):
                mixed = [*names]
                mixed[place] = rows[0][place]
                forms[f"argument {place + 1} a literal"] = f"SELECT {call(mixed)} AS c0 FROM {source} ORDER BY r"
        is_error = any(isinstance(result, str) for result in wanted)
        for form, sql in forms.items():
            found = session.run(sql)
            if isinstance(found, str):
                if found.startswith(("CRASH", "HANG", "INTERNAL", "GENERIC_INTERNAL")) or not is_error:
                    report(f"calls: error {form}", found[:400], sql, str(wanted))
                else:
                    counts["calls: same errors"] += 1
                continue
            if is_error:
                report(f"calls: no error {form}", str([result for result in wanted if isinstance(result, str)][0])[:300], sql)
                continue
            told = difference(found, wanted, True)
            if told:
                report(f"calls: {form} differ", told, sql)
            else:
                counts["calls: same rows"] += 1
