"""The units that rules may be written in, and how one becomes another."""

from __future__ import annotations

from functools import cache

from dicomlab.errors import DicomlabError
from dicomlab.schema.columns import default_columns, public_column

_SCALES: tuple[dict[str, float], ...] = (
    {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "min": 60.0},
    {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "um": 1e-6},
    {"V": 1.0, "kV": 1e3},
    {"A": 1.0, "mA": 1e-3, "uA": 1e-6},
    {"mAs": 1.0, "uAs": 1e-3},
    {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6},
    {"T": 1.0, "mT": 1e-3, "G": 1e-4},
    {"Gy": 1.0, "dGy": 0.1, "mGy": 1e-3, "uGy": 1e-6},
    {"Bq": 1.0, "kBq": 1e3, "MBq": 1e6},
    {"deg": 1.0, "°": 1.0, "degree": 1.0, "degrees": 1.0},
    {"%": 1.0, "percent": 1.0},
    {"mm/s": 1.0, "cm/s": 10.0},
    {"Hz/pixel": 1.0, "Hz/px": 1.0},
)
"""Units of one quantity, as multiples of one another."""

_BESIDE = {"reference_amplitude_volt": "V", "AcquisitionDuration": "s"}


class WrongUnit(DicomlabError, ValueError):
    """A rule is in a unit that its field cannot be in."""

    def __init__(self, field: str, unit: str, usual: str):
        what = f"is in {usual}" if usual else "has no unit"
        instead = f"Write the rule in {usual}." if usual else "Write the rule without a unit."
        super().__init__(f"{field} {what} in the tables, and its rule is in '{unit}'. {instead}")


@cache
def _units() -> dict[str, str]:
    return {column.name: column.unit for column in default_columns()} | _BESIDE


@cache
def unit_of(field: str) -> str:
    """The unit that a column is in; empty where it has none or is not known."""
    if field in _units():
        return _units()[field]
    from dicomlab.schema.private import named_column
    from dicomlab.schema.units import unit_columns

    if known := named_column(field):
        return known.unit
    made = {found.column.name: found.column.unit for found in unit_columns(tuple(_units()))}
    return made.get(field, "")


def is_known(field: str) -> bool:
    """Whether a name is a column that a scan can have."""
    from dicomlab.errors import DicomlabError
    from dicomlab.schema.private import named_column
    from dicomlab.schema.units import unit_columns

    if field in _units() or named_column(field):
        return True
    if any(found.column.name == field for found in unit_columns(tuple(_units()))):
        return True
    try:
        public_column(field)
    except DicomlabError:
        return False
    return True


def factor(field: str, unit: str) -> float:
    """What a number in that unit is multiplied by to be in the unit of the column.

    Raises WrongUnit where the two are not units of one quantity.

    >>> factor("RepetitionTime", "s"), factor("RepetitionTime", "ms"), factor("RepetitionTime", "")
    (1000.0, 1.0, 1.0)
    """
    usual = unit_of(field)
    if not unit or unit == usual:
        return 1.0
    for scale in _SCALES:
        if unit in scale and usual in scale:
            return round(scale[unit] / scale[usual], 12)
    raise WrongUnit(field, unit, usual)
