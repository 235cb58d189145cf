"""Aggregates computed in several ways that must agree: over groups, by FILTER, in windows, in grouping sets, of presorted
rows, beside DISTINCT, and put together from parts of the table."""

from comparing import difference

# What to compute, with the kinds of columns that it takes. Order and rounding must not show.
AGGREGATES = [
    ("count({})", "any"), ("count(DISTINCT {})", "any"), ("min({})", "ordered"), ("max({})", "ordered"), ("sum({})", "number"), ("avg({})", "number"),
    ("sum(DISTINCT {})", "number"), ("avg(DISTINCT {})", "number"), ("approx_distinct({})", "any"), ("checksum({})", "any"),
    ("stddev({})", "number"), ("var_pop({})", "number"), ("skewness({})", "number"), ("kurtosis({})", "number"),
    ("bool_and({})", "boolean"), ("bool_or({})", "boolean"), ("count_if({})", "boolean"), ("bitwise_and_agg({})", "integer"),
    ("bitwise_or_agg({})", "integer"), ("bitwise_xor_agg({})", "integer"), ("geometric_mean(abs({}))", "number"),
    ("histogram({})", "key"), ("array_sort(array_agg({}))", "key"), ("array_sort(array_agg(DISTINCT {}))", "key"),
    ("array_agg({} ORDER BY r DESC)", "any"), ("max_by({}, r)", "any"), ("min_by({}, r, 3)", "any"), ("max({}, 3)", "ordered"), ("min({}, 2)", "ordered"),
    ("listagg({}, ',') WITHIN GROUP (ORDER BY r)", "text"), ("map_agg(r, {})", "any"), ("cardinality(map_union(mp))", "any"),
    ("corr(db, {})", "number"), ("covar_samp({}, r)", "number"), ("regr_slope(r, {})", "number"), ("regr_count({}, db)", "number"),
    ("reduce_agg({}, 0, (p, q) -> p + q, (p, q) -> p + q)", "integer"), ("cardinality(approx_set({}))", "number"),
    ("entropy({})", "never"), ("max({}) FILTER (WHERE k)", "ordered"), ("count({}) FILTER (WHERE r % 3 = 0)", "any"), ("every({} IS NULL)", "any"),
    ("approx_percentile({}, 0.5)", "never"), ("cardinality(make_set_digest({}))", "integer"), ("sum({} + 1) - sum({})", "integer"),
]

COLUMNS = {
    "any": ["r", "i", "g", "ti", "si", "re", "db", "wi", "n", "hu", "s", "u", "vb", "t", "z", "k", "nu", "xs", "ss", "mp", "ro"],
    "ordered": ["r", "i", "g", "ti", "si", "re", "db", "n", "hu", "s", "u", "vb", "t", "z"],
    "number": ["r", "i", "x", "ti", "si", "db", "n"], "integer": ["r", "i", "x", "o"], "key": ["i", "g", "ti", "n", "s", "t", "x"],
    "boolean": ["k", "(i > 2)"], "text": ["s", "u"],
}

GROUPS = ["x", "k", "s", "ti", "i % 3", "o", "xs", "ro", "vb", "t", "n", "nu", "r", "(x, k)", "substr(u, 1, 5)"]


def check(choice, sessions, report, counts):
    table = choice.choice(["t1", "t2", "t3", "t0", "one", "big", "big"])
    items = []
    for _ in range(choice.randint(1, 4)):
        text, kind = choice.choice([entry for entry in AGGREGATES if entry[1] != "never"])
        column = choice.choice(COLUMNS[kind])
        items.append(text.replace("{}", column))
    group = choice.choice(GROUPS)
    columns = ", ".join(f"{item} AS c{place}" for place, item in enumerate(items, 1))
    names = ", ".join(f"c{place}" for place in range(1, len(items) + 1))
    session = choice.choice(sessions)[1]
    grouped = f"SELECT {group} AS c0, {columns} FROM {table} GROUP BY 1"
    wanted = session.run(grouped)
    total = session.run(f"SELECT {columns} FROM {table}")
    if isinstance(wanted, str) or isinstance(total, str):
        return report("aggregates: error", str(wanted)[:300] if isinstance(wanted, str) else total[:300], grouped)
    sort = choice.choice(["r", "r DESC", "s, r", "u, r", "t, r"])
    other = choice.choice(sessions)[1]
    forms = {
        "of presorted rows": (f"SELECT {group} AS c0, {columns} FROM (SELECT * FROM {table} ORDER BY {sort} LIMIT 2000000000) GROUP BY 1", wanted),
        "beside DISTINCT": (f"SELECT c0, {names} FROM (SELECT {group} AS c0, {columns}, count(DISTINCT r) AS dn FROM {table} GROUP BY 1)", wanted),
        "of two parts": (f"SELECT {group} AS c0, {columns} FROM (SELECT * FROM {table} WHERE r % 2 = 0 UNION ALL SELECT * FROM {table} WHERE r % 2 <> 0) GROUP BY 1", wanted),
        "in grouping sets": (f"SELECT {group} AS c0, {columns} FROM {table} GROUP BY GROUPING SETS (({group}), ())", wanted + [[None, *row] for row in total])
        if group.isalnum() else None,
        "by a join": (f"SELECT {group} AS c0, {columns} FROM (SELECT a.* FROM {table} a JOIN {table} b ON a.r = b.r) GROUP BY 1", wanted),
        "elsewhere": (grouped, wanted),
        "by one group": (f"SELECT {columns} FROM {table} GROUP BY r < 0 OR true" if total and table != "t0" else f"SELECT {columns} FROM {table}", total),
    }
    if "DISTINCT" not in columns and "ORDER BY" not in columns and group != "(x, k)":
        windows = ", ".join(f"{item} OVER (PARTITION BY {group}) AS c{place}" if " - " not in item and "(array_agg" not in item
                            and "cardinality(" not in item else f"NULL AS c{place}" for place, item in enumerate(items, 1))
        if "NULL AS" not in windows:
            forms["in a window"] = (f"SELECT c0, {names} FROM (SELECT {group} AS c0, {windows}, row_number() OVER (PARTITION BY {group} ORDER BY r) AS place"
                                    f" FROM {table}) WHERE place = 1", wanted)
    if group in ("k", "x", "ti") and all("FILTER" not in item and " - " not in item for item in items) and "cardinality" not in columns and "array_sort" not in columns:
        value = {"k": "true", "x": "1", "ti": "2"}[group]
        filtered = ", ".join(f"{item} FILTER (WHERE {group} = {value}) AS c{place}" for place, item in enumerate(items, 1))
        forms["by FILTER"] = (f"SELECT {filtered} FROM {table}", [row[1:] for row in wanted if str(row[0]).lower() == value] or None)
    for form, entry in forms.items():
        if entry is None or entry[1] is None:
            continue
        sql, rows = entry
        found = other.run(sql)
        told = found[:400] if isinstance(found, str) else difference(found, rows, False)
        if told:
            report(f"aggregates: {form} differ", told, sql)
        else:
            counts["aggregates: same rows"] += 1
