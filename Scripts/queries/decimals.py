"""Arithmetic of decimals and integers as Trino defines it (docs "Decimal functions and operators"), computed by Python.

A case is an expression over two columns, the type of its result and the results. Values that do not fit are errors of
the whole statement: None. Types: add and subtract (max(p1-s1, p2-s2) + max(s1, s2) + 1, max(s1, s2)), multiply
(p1 + p2, s1 + s2), divide (p1 + s2 + max(0, s2 - s1), max(s1, s2)), remainder (min(p1-s1, p2-s2) + max(s1, s2),
max(s1, s2)), digits at most 38. Quotients and lost digits are rounded half up, away from zero.
"""

import decimal
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

decimal.getcontext().prec = 120
decimal.getcontext().Emax = 10 ** 6
WIDTHS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}


def at_scale(value, scale, rounding=ROUND_HALF_UP):
    return value.quantize(Decimal(1).scaleb(-scale), rounding=rounding)


def fits(value, digits, scale):
    return abs(value.scaleb(scale)) < Decimal(10) ** digits


class DecimalCase:
    """One statement: `sql`, and `wanted`, its one row of values and a type, or None for an error."""

    def __init__(self, choice):
        self.choice = choice
        left, right = self.type(), self.type()
        if choice.random() < 0.2:
            right = choice.choice(list(WIDTHS))
            if choice.random() < 0.5:
                left, right = right, left
        pairs = [(self.number(left), self.number(right)) for _ in range(choice.randint(1, 3))]
        kind = choice.choice("+ - * / % compare sum avg round round_to truncate floor ceiling cast".split())
        maker = getattr(self, {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"}.get(kind, kind))
        one, other = self.shape(left), self.shape(right)
        expression, type, values = maker(pairs, one, other)
        cells = ", ".join(f"({number}, {self.literal(a, left)}, {self.literal(b, right)})" for number, (a, b) in enumerate(pairs))
        source = f"(VALUES {cells}) AS t (r, a, b)"
        aggregate = kind in ("sum", "avg")
        self.sql = f"SELECT {expression} AS c0, typeof({expression}) AS c1 FROM {source}" + ("" if aggregate else " ORDER BY r")
        name = type if isinstance(type, str) else f"decimal({type[0]},{type[1]})"
        self.wanted = None if any(value is OVERFLOW for value in values) else [[value, name] for value in values]

    def type(self):
        digits = self.choice.choice([1, 3, 9, 10, 17, 18, 19, 20, 28, 37, 38, self.choice.randint(1, 38)])
        return digits, self.choice.choice([0, min(digits, 2), self.choice.randint(0, digits), digits])

    def number(self, type):
        if isinstance(type, str):
            bits = {"tinyint": 7, "smallint": 15, "integer": 31, "bigint": 63}[type]
            return Decimal(self.choice.choice([0, 1, -1, 7, 2 ** bits - 1, -(2 ** bits) + 1, self.choice.randint(-2 ** bits + 1, 2 ** bits - 1)]))
        digits, scale = type
        top = 10 ** digits - 1
        units = self.choice.choice([0, 1, -1, 5, 15, -25, top, -top, self.choice.randint(-top, top), self.choice.randint(-top, top) // 10 ** (digits // 2)])
        return Decimal(max(-top, min(top, units))).scaleb(-scale)

    @staticmethod
    def literal(value, type):
        return f"CAST({value:f} AS {type})" if isinstance(type, str) else f"CAST('{value:f}' AS decimal({type[0]},{type[1]}))"

    @staticmethod
    def shape(type):
        return (WIDTHS[type], 0) if isinstance(type, str) else type

    @staticmethod
    def limited(value, type):
        """Trino keeps what fits the result's digits; 38 of them bound every long decimal."""
        return value if fits(value, 38 if type[0] > 18 else type[0], type[1]) else OVERFLOW

    def add(self, pairs, one, other, sign=1):
        scale = max(one[1], other[1])
        type = min(38, max(one[0] - one[1], other[0] - other[1]) + scale + 1), scale
        return f"a {'+' if sign == 1 else '-'} b", type, [self.limited(at_scale(a + sign * b, scale), type) for a, b in pairs]

    def subtract(self, pairs, one, other):
        return self.add(pairs, one, other, -1)

    def multiply(self, pairs, one, other):
        if one[1] + other[1] > 38:
            return "a * b", (38, 38), [OVERFLOW]
        type = min(38, one[0] + other[0]), one[1] + other[1]
        return "a * b", type, [self.limited(a * b, type) for a, b in pairs]

    def divide(self, pairs, one, other):
        scale = max(one[1], other[1])
        type = min(38, one[0] + other[1] + max(0, other[1] - one[1])), scale
        # The dividend is multiplied by a power of ten that must be a decimal.
        fit = lambda a: scale - one[1] + other[1] <= 38 or not a
        return "a / b", type, [self.limited(at_scale(a / b, scale), type) if b and fit(a) else OVERFLOW for a, b in pairs]

    def remainder(self, pairs, one, other):
        scale = max(one[1], other[1])
        type = min(38, min(one[0] - one[1], other[0] - other[1]) + scale), scale
        return "a % b", (max(type[0], 1), scale), [
            at_scale(a % b, scale) if b and abs(a / b) < 2 ** 128 else OVERFLOW for a, b in pairs]

    def compare(self, pairs, one, other):
        sign = self.choice.choice(["<", "=", ">=", "<>"])
        test = {"<": lambda a, b: a < b, "=": lambda a, b: a == b, ">=": lambda a, b: a >= b, "<>": lambda a, b: a != b}[sign]
        # Both sides are cast to their common type first, which may be too narrow.
        scale = max(one[1], other[1])
        digits = min(38, max(one[0] - one[1], other[0] - other[1]) + scale)
        fit = lambda a, b: fits(a, digits, scale) and fits(b, digits, scale)
        return f"a {sign} b", "boolean", [test(a, b) if fit(a, b) else OVERFLOW for a, b in pairs]

    def sum(self, pairs, one, other):
        total = sum(a for a, _ in pairs)
        return "sum(CAST(a AS decimal(%d,%d)))" % one, (38, one[1]), [self.limited(total, (38, one[1]))]

    def avg(self, pairs, one, other):
        mean = at_scale(sum(a for a, _ in pairs) / len(pairs), one[1])
        return "avg(CAST(a AS decimal(%d,%d)))" % one, one, [mean]

    def round(self, pairs, one, other):
        type = min(38, one[0] - one[1] + min(1, one[1])), 0
        return self.call("round({})", pairs, one, type, lambda a: at_scale(a, 0))

    def round_to(self, pairs, one, other):
        places = self.choice.randint(-3, 5)
        type = min(38, one[0] + 1), one[1]
        return self.call("round({}, %d)" % places, pairs, one, type, lambda a: a if places >= one[1] else at_scale(at_scale(a, places), one[1]))

    def truncate(self, pairs, one, other):
        return self.call("truncate({})", pairs, one, (max(1, one[0] - one[1]), 0), lambda a: at_scale(a, 0, ROUND_DOWN))

    def floor(self, pairs, one, other):
        return self.call("floor({})", pairs, one, (one[0] - one[1] + min(1, one[1]), 0), lambda a: at_scale(a, 0, decimal.ROUND_FLOOR))

    def ceiling(self, pairs, one, other):
        return self.call("ceiling({})", pairs, one, (one[0] - one[1] + min(1, one[1]), 0), lambda a: at_scale(a, 0, decimal.ROUND_CEILING))

    def call(self, template, pairs, one, type, compute):
        values = [compute(a) for a, _ in pairs]
        # The column may be an integer: it is made a decimal of as many digits.
        return template.format("CAST(a AS decimal(%d,%d))" % one), type, [self.limited(value, type) for value in values]

    def cast(self, pairs, one, other):
        target = self.type()
        values = [at_scale(a, target[1]) for a, _ in pairs]
        values = [value if fits(value, *target) else None for value in values]
        return "TRY_CAST(a AS decimal(%d,%d))" % target, target, values


OVERFLOW = object()
