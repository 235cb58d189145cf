"""Pairs of expressions that mean the same. No row may tell them apart.

x, y, z stand for values of one kind, p and q for conditions, l, m, n for literals, {Q} for `FROM … WHERE …` of a subquery
and {c} for a column of it. The kinds: `any` are all of them, `plain` those without values within or NaN.
"""

from expressions import ORDERED
from tables import TYPES

PLAIN = sorted(set(ORDERED))
ANY = [kind for kind in TYPES if kind not in ("time", "boolean")]
NUMBERS = ["tinyint", "smallint", "integer", "bigint", "decimal", "huge"]

SYNONYMS = [
    (ANY, "{x} IN ({y}, {z})", "({x} = {y} OR {x} = {z})"),
    (ANY, "{x} IN ({l}, {m}, {n})", "({x} = {l} OR {x} = {m} OR {x} = {n})"),
    (ANY, "{x} NOT IN ({l}, {m}, {n})", "({x} <> {l} AND {x} <> {m} AND {x} <> {n})"),
    (ANY, "{x} NOT IN ({l}, {y}, NULL)", "NOT ({x} = {l} OR {x} = {y} OR NULL)"),
    (ANY, "nullif({x}, {y})", "CASE WHEN {x} = {y} THEN NULL ELSE {x} END"),
    (ANY, "coalesce({x}, {y}, {z})", "CASE WHEN {x} IS NOT NULL THEN {x} WHEN {y} IS NOT NULL THEN {y} ELSE {z} END"),
    (ANY, "CASE {x} WHEN {y} THEN 1 WHEN {l} THEN 2 ELSE 3 END", "CASE WHEN {x} = {y} THEN 1 WHEN {x} = {l} THEN 2 ELSE 3 END"),
    (ANY, "if({p}, {x}, {y})", "CASE WHEN {p} THEN {x} ELSE {y} END"),
    (ANY, "if({p}, {x})", "CASE WHEN NOT {p} OR {p} IS NULL THEN NULL ELSE {x} END"),
    (ANY, "{x} = {y}", "NOT ({y} <> {x})"),
    (ANY, "contains(ARRAY[{y}, {z}, {l}], {x})", "({x} = {y} OR {x} = {z} OR {x} = {l})"),
    (ANY, "any_match(ARRAY[{y}, {z}], e -> e = {x})", "({x} = {y} OR {x} = {z})"),
    (ANY, "none_match(ARRAY[{y}, {l}], e -> e = {x})", "NOT ({x} = {y} OR {x} = {l})"),
    (ANY, "all_match(ARRAY[{y}, {l}], e -> e = {x})", "({x} = {y} AND {x} = {l})"),
    (ANY, "element_at(ARRAY[{x}, {y}], 2)", "{y}"),
    (ANY, "ROW({x}, {y})[2]", "{y}"),
    (ANY, "element_at(map(ARRAY[1, 2], ARRAY[{x}, {y}]), 1)", "{x}"),
    (ANY, "TRY({x})", "{x}"),
    (ANY, "reverse(ARRAY[{x}, {y}, {z}])", "ARRAY[{z}, {y}, {x}]"),
    (ANY, "cardinality(filter(ARRAY[{x}, {y}], e -> e IS NULL))", "CAST(CAST({x} IS NULL AS integer) + CAST({y} IS NULL AS integer) AS bigint)"),
    (ANY, "(SELECT {x})", "{x}"),
    (ANY, "(SELECT v FROM (VALUES ({x}, 1), ({y}, 2)) AS w (v, o) ORDER BY o DESC LIMIT 1)", "{y}"),
    (ANY, "(SELECT e FROM UNNEST(ARRAY[{x}, {y}]) WITH ORDINALITY AS w (e, o) WHERE o = 2)", "{y}"),
    (ANY, "{x} IN (SELECT {c} {Q})", "{x} = ANY (SELECT {c} {Q})"),
    (ANY, "{x} NOT IN (SELECT {c} {Q})", "{x} <> ALL (SELECT {c} {Q})"),
    (PLAIN, "{x} IN (SELECT {c} {Q})", "CASE WHEN EXISTS (SELECT 1 FROM (SELECT {c} AS v {Q}) WHERE v = {x}) THEN true"
                                       " WHEN (SELECT count(*) FROM (SELECT {c} AS v {Q}) WHERE v IS NULL OR {x} IS NULL) > 0 THEN NULL ELSE false END"),
    (PLAIN, "{x} > ALL (SELECT {c} {Q})", "NOT ({x} <= ANY (SELECT {c} {Q}))"),
    (PLAIN, "{x} >= ANY (SELECT {c} {Q})", "NOT ({x} < ALL (SELECT {c} {Q}))"),
    (PLAIN, "(SELECT max({c}) {Q})", "(SELECT v FROM (SELECT {c} AS v {Q}) WHERE v IS NOT NULL ORDER BY v DESC LIMIT 1)"),
    (PLAIN, "(SELECT min({c}) {Q})", "(SELECT v FROM (SELECT {c} AS v {Q}) ORDER BY v NULLS LAST LIMIT 1)"),
    (PLAIN, "(SELECT count({c}) {Q})", "coalesce((SELECT sum(CASE WHEN {c} IS NULL THEN 0 ELSE 1 END) {Q}), 0)"),
    (PLAIN, "(SELECT count(DISTINCT {c}) {Q})", "(SELECT count(*) FROM (SELECT DISTINCT {c} AS v {Q}) WHERE v IS NOT NULL)"),
    (PLAIN, "EXISTS (SELECT {c} {Q})", "(SELECT count(*) {Q}) > 0"),
    (PLAIN, "NOT EXISTS (SELECT {c} {Q})", "(SELECT count(*) FROM (SELECT {c} {Q} LIMIT 1)) = 0"),
    (PLAIN, "{x} IS DISTINCT FROM {y}", "CASE WHEN {x} IS NULL AND {y} IS NULL THEN false WHEN {x} IS NULL OR {y} IS NULL THEN true ELSE {x} <> {y} END"),
    (PLAIN, "{x} BETWEEN {y} AND {z}", "({y} <= {x} AND {z} >= {x})"),
    (PLAIN, "{x} NOT BETWEEN {l} AND {y}", "({x} < {l} OR {x} > {y})"),
    (PLAIN, "{x} < {y}", "NOT ({x} >= {y})"),
    (PLAIN, "greatest({x}, {y})", "CASE WHEN {x} IS NULL OR {y} IS NULL THEN NULL WHEN {x} >= {y} THEN {x} ELSE {y} END"),
    (PLAIN, "least({x}, {y}, {l})", "array_min(ARRAY[{x}, {y}, {l}])"),
    (PLAIN, "array_sort(ARRAY[{x}, {y}])", "CASE WHEN {x} IS NULL OR {x} > {y} THEN ARRAY[{y}, {x}] ELSE ARRAY[{x}, {y}] END"),
    (PLAIN, "array_distinct(ARRAY[{x}, {y}])", "IF({x} IS NOT DISTINCT FROM {y}, ARRAY[{x}], ARRAY[{x}, {y}])"),
    (PLAIN, "array_position(ARRAY[{x}, {y}], {z})", "CASE WHEN {z} IS NULL THEN NULL WHEN {x} = {z} THEN 1 WHEN {y} = {z} THEN 2 ELSE 0 END"),
    (PLAIN, "arrays_overlap(ARRAY[{x}, {y}], ARRAY[{z}])", "({x} = {z} OR {y} = {z})"),
    (PLAIN, "cardinality(array_union(ARRAY[{x}], ARRAY[{y}]))", "CAST(IF({x} IS NOT DISTINCT FROM {y}, 1, 2) AS bigint)"),
    (PLAIN, "cardinality(array_intersect(ARRAY[{x}], ARRAY[{y}]))", "CAST(IF({x} IS NOT DISTINCT FROM {y}, 1, 0) AS bigint)"),
    (PLAIN, "cardinality(array_except(ARRAY[{x}], ARRAY[{y}]))", "CAST(IF({x} IS NOT DISTINCT FROM {y}, 0, 1) AS bigint)"),
    (["boolean"], "({p} AND {q})", "NOT (NOT {p} OR NOT {q})"),
    (["boolean"], "({p} OR {q})", "CASE WHEN {p} THEN true WHEN {q} THEN true WHEN {p} IS NULL OR {q} IS NULL THEN NULL ELSE false END"),
    (["boolean"], "({p} = {q})", "(({p} AND {q}) OR (NOT {p} AND NOT {q}) OR (({p} IS NULL OR {q} IS NULL) AND NULL))"),
    (["boolean"], "({p} AND {q} AND {p})", "({q} AND {p})"),
    (["boolean"], "(({p} AND {q}) OR ({p} AND NOT {q}))", "({p} AND ({q} OR NOT {q}))"),
    (["boolean"], "coalesce({p}, false)", "({p} IS NOT DISTINCT FROM true)"),
    (["integer", "bigint", "smallint", "tinyint", "decimal", "huge", "date", "timestamp", "boolean", "double", "real"],
     "CAST(CAST({x} AS varchar) AS {K})", "{x}"),
    (["integer", "bigint", "smallint", "tinyint", "decimal", "huge", "varchar", "boolean", "double", "real", "array", "texts", "map", "row"],
     "CAST(CAST({x} AS json) AS {K})", "{x}"),
    (["integer", "bigint"], "{x} / {l}", "({x} - {x} % {l}) / {l}"),
    (["integer", "bigint", "smallint", "tinyint"], "bitwise_and({x}, {y}) + bitwise_or({x}, {y})", "CAST({x} AS bigint) + {y}"),
    (["integer"], "CAST({x} AS double) / {l}", "CAST({x} AS real) / CAST({l} AS double)"),
    (NUMBERS, "{x} - {y}", "{x} + (- {y})"),
    (NUMBERS, "abs({x})", "CASE WHEN {x} < 0 THEN - {x} ELSE {x} END"),
    (["decimal"], "CAST({x} AS integer)", "CAST(round({x}) AS integer)"),
    (["decimal"], "floor({x})", "- ceiling(- {x})"),
    (["decimal", "integer"], "CAST({x} AS double) < CAST({y} AS double)", "{x} < {y}"),
    (["varchar"], "{x} LIKE 'a%'", "starts_with({x}, 'a')"),
    (["varchar"], "{x} LIKE '%b'", "ends_with({x}, 'b')"),
    (["varchar"], "{x} LIKE '%o%'", "strpos({x}, 'o') > 0"),
    (["varchar"], "{x} LIKE '_b%'", "regexp_like({x}, '^(?s:.)b')"),
    (["varchar"], "{x} LIKE 'ab'", "{x} = 'ab'"),
    (["varchar"], "reverse(reverse({x}))", "{x}"),
    (["varchar"], "from_utf8(to_utf8({x}))", "{x}"),
    (["varchar"], "length({x} || {y})", "length({x}) + length({y})"),
    (["varchar"], "substr({x}, 2, 2)", "array_join(slice(regexp_extract_all({x}, '(?s).'), 2, 2), '')"),
    (["varchar"], "replace({x}, 'a', 'xy')", "array_join(split({x}, 'a'), 'xy')"),
    (["varchar"], "split_part({x}, 'b', 1)", "element_at(split({x}, 'b'), 1)"),
    (["varchar"], "concat_ws('-', {x}, {y})", "array_join(ARRAY[{x}, {y}], '-')"),
    (["varchar"], "lower(upper({x})) = lower({x})", "{x} IS NOT NULL OR NULL"),
    (["varchar"], "rpad({x}, 6, '*')", "substr({x} || '******', 1, 6)"),
    (["varchar"], "url_decode(url_encode({x}))", "{x}"),
    (["varchar"], "json_extract_scalar(json_format(CAST(ARRAY[{x}] AS json)), '$[0]')", "{x}"),
    (["varchar"], "{x} < {y}", "to_utf8({x}) < to_utf8({y})"),
    (["varbinary"], "from_hex(to_hex({x}))", "{x}"),
    (["varbinary"], "from_base64(to_base64({x}))", "{x}"),
    (["varbinary"], "from_base32(to_base32({x}))", "{x}"),
    (["varbinary"], "reverse(reverse({x}))", "{x}"),
    (["date"], "date_trunc('month', {x})", "date_add('day', 1 - day({x}), {x})"),
    (["date"], "date_trunc('week', {x})", "date_add('day', 1 - day_of_week({x}), {x})"),
    (["date"], "year({x}) * 100 + month({x})", "CAST(date_format({x}, '%Y%m') AS bigint)"),
    (["date"], "{x} + INTERVAL '2' DAY", "date_add('day', 2, {x})"),
    (["date"], "date_diff('day', {x}, {y})", "CAST((to_unixtime(CAST({y} AS timestamp)) - to_unixtime(CAST({x} AS timestamp))) / 86400 AS bigint)"),
    (["date"], "last_day_of_month({x})", "date_trunc('month', {x}) + INTERVAL '1' MONTH - INTERVAL '1' DAY"),
    (["date"], "{x} < {y}", "date_diff('day', {x}, {y}) > 0"),
    (["timestamp"], "CAST({x} AS date)", "CAST(date_trunc('day', {x}) AS date)"),
    (["timestamp"], "date_trunc('hour', {x})", "date_trunc('day', {x}) + INTERVAL '1' HOUR * hour({x})"),
    (["timestamp"], "CAST(with_timezone({x}, 'Asia/Tokyo') AT TIME ZONE 'UTC' AS timestamp(6))", "{x} - INTERVAL '9' HOUR"),
    (["timestamp"], "date_parse(date_format({x}, '%Y-%m-%d %H:%i:%s'), '%Y-%m-%d %H:%i:%s')", "CAST(date_trunc('second', {x}) AS timestamp(3))"),
    (["array", "texts"], "reverse(reverse({x}))", "{x}"),
    (["array", "texts"], "transform({x}, e -> e)", "{x}"),
    (["array", "texts"], "filter({x}, e -> true)", "{x}"),
    (["array", "texts"], "slice({x}, 1, cardinality({x}))", "{x}"),
    (["array", "texts"], "flatten(ARRAY[{x}, {y}])", "coalesce({x}, ARRAY[]) || coalesce({y}, ARRAY[])"),
    (["array", "texts"], "zip_with({x}, {x}, (e, o) -> o)", "{x}"),
    (["array", "texts"], "cardinality({x} || {y})", "cardinality({x}) + cardinality({y})"),
    (["array", "texts"], "array_sort(array_distinct({x}))", "array_sort(array_union({x}, {x}))"),
    (["array", "texts"], "array_position({x}, element_at({x}, 1)) > 0", "element_at({x}, 1) IS NOT NULL OR NULL"),
    (["array", "texts"], "(SELECT array_agg(e ORDER BY o) FROM UNNEST({x}) WITH ORDINALITY AS w (e, o))", "nullif({x}, ARRAY[])"),
    (["array"], "reduce({x}, 0, (s, e) -> s + coalesce(e, 0), s -> s)", "IF({x} IS NULL, NULL, coalesce((SELECT sum(e) FROM UNNEST({x}) AS w (e)), 0))"),
    (["array"], "array_max(filter({x}, e -> e IS NOT NULL))", "(SELECT max(e) FROM UNNEST({x}) AS w (e))"),
    (["array"], "cardinality(filter({x}, e -> e > 1))", "IF({x} IS NULL, NULL, (SELECT count_if(e > 1) FROM UNNEST({x}) AS w (e)))"),
    (["array", "texts"], "contains({x}, {e})", "{e} = ANY (SELECT v FROM UNNEST({x}) AS w (v)) OR IF({x} IS NULL OR {e} IS NULL, NULL, false)"),
    (["map"], "map_from_entries(map_entries({x}))", "{x}"),
    (["map"], "map(map_keys({x}), map_values({x}))", "{x}"),
    (["map"], "map_filter({x}, (k, v) -> true)", "{x}"),
    (["map"], "transform_values({x}, (k, v) -> v)", "{x}"),
    (["map"], "element_at({x}, 'a')", "TRY({x}['a'])"),
    (["map"], "cardinality({x})", "cardinality(map_keys({x}))"),
    (["row"], "CAST(ROW(({x}).a, ({x}).b) AS row(a integer, b varchar))", "IF({x} IS NULL, CAST(ROW(NULL, NULL) AS row(a integer, b varchar)), {x})"),
    (["row"], "({x}).a", "({x})[1]"),
]


def check(statements, sessions, report, counts):
    choice = statements.choice
    kinds, one, other = choice.choice(SYNONYMS)
    kind = choice.choice(kinds)
    statements.is_strict = False
    source, scope = statements.source(small=True) if choice.random() < 0.4 else (("t1 a", None), statements.scope("a"))
    value = lambda: (statements.value(scope, kind, choice.choice([1, 2, 3])) if choice.random() < 0.8 else statements.literal(kind))[0]
    parts = {name: value() for name in "xyz"}
    parts |= {name: statements.literal(kind)[0] for name in "lmn"}
    parts |= {name: f"({statements.condition(scope, 2)[0]})" for name in "pq"}
    parts["K"] = TYPES[kind]
    if kind in ("array", "texts"):
        parts["e"] = statements.value(scope, "integer" if kind == "array" else "varchar", 2)[0]
    if "{Q}" in one:
        inner, names = statements.inner_source(scope, 1)
        parts["Q"], parts["c"] = inner[0], statements.leaf(names, kind)[0]
    if "{l}" in one and "/" in one:
        parts["l"] = choice.choice(["2", "-3", "7"])
    one, other = one.format(**parts), other.format(**parts)
    session = choice.choice(sessions)[1]
    if choice.random() < 0.4:
        # As the condition of a query, where false and unknown are one. What is no condition is refused.
        more = choice.choice(["", " AND a.r < 100", " OR a.r < 0", " AND a.r IN (SELECT r FROM t1)"])
        sql = f"SELECT count(*) AS n FROM {source[0]} WHERE ({one}){more}"
        found = session.run(sql)
        wanted = found if isinstance(found, str) else session.run(f"SELECT count_if(({other}){more}) AS n FROM {source[0]}")
        if isinstance(wanted, list) and found != wanted:
            report("synonyms differ", f"{found} for {wanted}", sql, other)
        elif isinstance(wanted, list):
            counts["synonyms: same"] += 1
        return
    sql = choice.choice([f"SELECT count(*) AS n FROM {source[0]} WHERE ({one}) IS DISTINCT FROM ({other})",
                         f"SELECT count_if(({one}) IS DISTINCT FROM ({other})) AS n FROM {source[0]}"])
    found = session.run(sql)
    if isinstance(found, str):
        word = found.split(":")[0]
        counts[f"synonyms: {word}"] += 1
        if word in ("TYPE_MISMATCH", "SYNTAX_ERROR", "FUNCTION_NOT_FOUND", "INTERNAL_ERROR", "COLUMN_NOT_FOUND") or found.startswith(("CRASH", "HANG", "GENERIC")):
            report("synonyms: error", found[:300], sql)
    elif found != [[0]]:
        report("synonyms differ", str(found), sql)
    else:
        counts["synonyms: same"] += 1
