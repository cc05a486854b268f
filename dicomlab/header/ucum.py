"""Units of measured values, as codes of UCUM, and the factor that leads from one to another."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

_PREFIXES = {
    "": 0,
    "f": -15,
    "p": -12,
    "n": -9,
    "u": -6,
    "µ": -6,
    "μ": -6,
    "m": -3,
    "c": -2,
    "d": -1,
    "da": 1,
    "h": 2,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
}
# By what a unit is made of: factor, and the exponents of what counts as basic here.
_UNITS: dict[str, tuple[Fraction, dict[str, int]]] = {
    "Gy": (Fraction(1), {"Gy": 1}),
    "Sv": (Fraction(1), {"Sv": 1}),
    "Bq": (Fraction(1), {"Bq": 1}),
    "Ci": (Fraction(37 * 10**9), {"Bq": 1}),
    "m": (Fraction(1), {"m": 1}),
    "s": (Fraction(1), {"s": 1}),
    "min": (Fraction(60), {"s": 1}),
    "h": (Fraction(3600), {"s": 1}),
    "A": (Fraction(1), {"A": 1}),
    "V": (Fraction(1), {"V": 1}),
    "g": (Fraction(1), {"g": 1}),
    "l": (Fraction(1, 1000), {"m": 3}),
    "L": (Fraction(1, 1000), {"m": 3}),
    "mol": (Fraction(1), {"mol": 1}),
    "deg": (Fraction(1), {"deg": 1}),
    "%": (Fraction(1, 100), {}),
}
_ALONE = frozenset(("min", "h", "deg", "%"))
"""Units that have no prefix."""
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_COUNTED = re.compile(r"\b(?:pulse|frame|image|exposure|event)s?\b")
"""What some machines write as a unit, and UCUM as an annotation: (pulse/s for {pulse}/s)."""
_PREFIX = "|".join(sorted(filter(None, _PREFIXES), key=len, reverse=True))
_PREFIXED = "|".join(sorted((u for u in _UNITS if u not in _ALONE), key=len, reverse=True))
_TERM = re.compile(rf"(min|deg|%|(?:{_PREFIX})?(?:{_PREFIXED})|h|1)(-?[1-9])?")
LONGEST = 32
"""Letters of a unit; a longer one is none."""
_MOST = 10**24

Unit = tuple[Fraction, frozenset[tuple[str, int]]]


@lru_cache(maxsize=1024)
def parse_unit(code: str) -> Unit | None:
    """The factor of a unit to its basic ones and their exponents; None for what is no unit.

    Machines leave the point between units out, so that is taken too.

    >>> parse_unit("mGy.cm") == parse_unit("mGycm")
    True
    >>> parse_unit("dGy.cm2")[0], parse_unit("furlong")
    (Fraction(1, 100000), None)
    """
    if len(code) > LONGEST:
        return None
    plain = _COUNTED.sub("1", _ANNOTATION.sub("1", code.strip())).replace("*", ".").replace("·", ".")
    factor, powers = Fraction(1), dict[str, int]()
    for number, part in enumerate(plain.split("/")):
        sign = -1 if number else 1
        at = 0
        while at < len(part):
            if part[at] == ".":
                at += 1
                continue
            match = _TERM.match(part, at)
            if not match:
                return None
            one, dimension = _one(match[1])
            exponent = sign * int(match[2] or 1)
            factor *= one**exponent
            for name, power in dimension.items():
                powers[name] = powers.get(name, 0) + power * exponent
            at = match.end()
    if not plain:
        return None
    return factor, frozenset((name, power) for name, power in powers.items() if power)


def _one(word: str) -> tuple[Fraction, dict[str, int]]:
    """A unit with its prefix."""
    if word == "1":
        return Fraction(1), {}
    if word in _UNITS:
        return _UNITS[word]
    unit = next(u for u in sorted(_UNITS, key=len, reverse=True) if word.endswith(u) and u not in _ALONE)
    factor, dimension = _UNITS[unit]
    return Fraction(10) ** _PREFIXES[word[: -len(unit)]] * factor, dimension


@lru_cache(maxsize=4096)
def factor_between(code: str, unit: str) -> Fraction | None:
    """What a value in one unit is multiplied with to be in another; None where that cannot be.

    A count is a count whatever its unit is called: for `1` any word will do that is no unit.

    >>> factor_between("uGy.m2", "Gy.m2"), factor_between("s", "ms"), factor_between("mA", "s")
    (Fraction(1, 1000000), Fraction(1000, 1), None)
    >>> factor_between("X-Ray sources", "1")
    Fraction(1, 1)
    """
    found, wanted = parse_unit(code), parse_unit(unit)
    if wanted is None:
        return None
    if found is None:
        return Fraction(1) if not wanted[1] and code.strip() else None
    factor = found[0] / wanted[0]
    is_one = found[1] == wanted[1] and Fraction(1, _MOST) < factor < _MOST
    return factor if is_one else None
