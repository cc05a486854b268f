"""References made of series as they are, or of a table of rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dicomlab.errors import MissingColumn, NothingToJudge
from dicomlab.protocols.cells import NOTHING, Cell, as_number, as_parts, cell
from dicomlab.protocols.fields import Field, field_named, fields_of
from dicomlab.protocols.forms import from_dict
from dicomlab.protocols.reference import PROTOCOL, Acquisition, BadReference
from dicomlab.protocols.rows import DIFFERS, Rows, chosen_rows, read_rows
from dicomlab.protocols.rules import BadRule, Exact, Rule, Within

_KINDS = (
    *(("values", "one of"), ("parts", "contains any"), ("low", "range"), ("high", "range")),
    *(("absolute", "within"), ("relative", "within"), ("value", "exact")),
)
"""The kind of a rule by the columns that are filled, where it is not said."""

_NUMBERS = ("absolute", "relative", "low", "high")
_CONDITION = "applies_to."


def from_rows(
    catalog_or_row: Any, series: str | list[str] | None, fields: list[str] | None, *, by_name: bool
) -> tuple[Acquisition, ...]:
    """An acquisition for each of some series, with what it has as the rules."""
    given = pd.DataFrame([catalog_or_row]) if isinstance(catalog_or_row, Mapping) else catalog_or_row
    rows = read_rows(given)
    if fields is not None:
        rows.need(fields)
    chosen = chosen_rows(rows, series)
    if not len(chosen):
        why = "there is no original series in it"
        raise NothingToJudge("the reference", why, "Give a catalog or table with series as acquired.")
    found = []
    for place, row in zip(chosen.index, chosen.to_dict("records"), strict=True):
        modality = row["modality"] if isinstance(row["modality"], str) else ""
        where = {"Modality": (modality,)} if modality else {}
        if by_name:
            where[PROTOCOL] = (str(row[PROTOCOL]),)
        rules = tuple(_rules(rows, int(place), wanted(rows, modality, fields)))
        found.append(Acquisition(str(row[PROTOCOL]), rules, where))
    return _told_apart(found)


def wanted(rows: Rows, modality: str, fields: Iterable[str] | None) -> list[Field]:
    """The fields that rules are made of: those that were named, else those that a protocol sets."""
    if fields is not None:
        return [field_named(name) for name in fields]
    return [field for field in fields_of(modality) if rows.has(field.name)]


def _rules(rows: Rows, place: int, fields: Iterable[Field]) -> Iterable[Rule]:
    for field in fields:
        found = rows.coded(field.name)
        code = int(found.codes[place])
        if code != NOTHING and found.values[code] != DIFFERS:
            yield usual_rule(field, found.values[code])


def usual_rule(field: Field, value: Cell, **more: Any) -> Rule:
    """The rule for a field that shall be as it is: with its tolerance, in the unit of the column."""
    is_number = all(as_number(part) is not None for part in as_parts(value))
    if field.has_tolerance and is_number:
        return Within(field.name, value, field.absolute, field.relative, unit=field.unit, **more)
    return Exact(field.name, value, unit=field.unit if is_number else "", **more)


def _told_apart(found: list[Acquisition]) -> tuple[Acquisition, ...]:
    """The same without those that say the same, and with names of their own."""
    kept: list[Acquisition] = []
    for one in found:
        if all((one.name, one.rules, one.applies_to) != (k.name, k.rules, k.applies_to) for k in kept):
            kept.append(one)
    return numbered(kept)


def numbered(found: Iterable[Acquisition]) -> tuple[Acquisition, ...]:
    """Acquisitions with a number behind a name that there was before."""
    seen: dict[str, int] = {}
    out = []
    for one in found:
        seen[one.name] = seen.get(one.name, 0) + 1
        name = one.name if seen[one.name] == 1 else f"{one.name} ({seen[one.name]})"
        out.append(Acquisition(name, one.rules, one.applies_to, one.note))
    return tuple(out)


def from_rule_table(table: pd.DataFrame | str | Path) -> tuple[Acquisition, ...]:
    """See `Protocol.from_table`."""
    source = "The table" if isinstance(table, pd.DataFrame) else str(table)
    if not isinstance(table, pd.DataFrame):
        table = _read_csv(Path(table))
    for name in ("acquisition", "field"):
        if name not in table:
            raise MissingColumn(name, table.columns)
    if not len(table):
        raise BadReference(source, "it has no rows", "Write one row a rule.")
    found: dict[str, tuple[list[Rule], dict[str, tuple[str, ...]]]] = {}
    for row in table.to_dict("records"):
        said = {str(name): value for name, value in row.items() if not _is_blank(value)}
        name = str(said.pop("acquisition", "") or "acquisition")
        rules, where = found.setdefault(name, ([], {}))
        for column in [c for c in said if c.startswith(_CONDITION)]:
            where[column.removeprefix(_CONDITION)] = tuple(str(said.pop(column)).split("|"))
        rules.append(_rule_of_row(said))
    return tuple(Acquisition(name, tuple(rules), where) for name, (rules, where) in found.items())


def _read_csv(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise BadReference(str(path), "there is no such file", "Give the path of a CSV file.")
    try:
        return pd.read_csv(path, dtype="str", encoding="utf-8-sig")
    except (ValueError, UnicodeError):
        raise BadReference(str(path), "it is no CSV table") from None


def _rule_of_row(said: dict[str, Any]) -> Rule:
    field = str(said.get("field", ""))
    if "rule" not in said:
        said["rule"] = next((kind for column, kind in _KINDS if column in said), "present")
    for name in _NUMBERS:
        if name in said:
            said[name] = _number(field, name, said[name])
    for name in ("values", "parts"):
        if isinstance(said.get(name), str):
            said[name] = [_value(part) for part in said[name].split("|")]
    if said["rule"] != "contains" and "value" in said:
        said["value"] = _value(said["value"])
    return from_dict(said)


def _number(field: str, name: str, value: Any) -> float:
    found = as_number(value if isinstance(value, str) else float(value))
    if found is None:
        raise BadRule(field, f"'{name}' is no number", "Write it without a unit.")
    return found


def _value(value: Any) -> Any:
    r"""A value of a CSV cell: a number where it is one, several where \ stands between."""
    if not isinstance(value, str):
        return value
    if "\\" in value:
        return [_value(part) for part in value.split("\\")]
    number = as_number(value.strip())
    return value if number is None else number


def _is_blank(value: Any) -> bool:
    return not isinstance(value, list | tuple) and cell(value) is None
