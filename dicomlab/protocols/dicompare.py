"""Read references that dicompare publishes, as the same rules that ours are made of.

The format (its metaschema, version 1): `acquisitions` by name, each with `fields` and perhaps
`series`, which are fields that one of several series of the acquisition has besides. A field has `field`
(the keyword) and one of `contains_any`, `contains_all`, `contains`, `min` / `max`, `value` with
`tolerance`, `value`; the first of these that is there counts. `severity`, `notes`, and the edges
`errorMin`, `errorMax`, `errorTolerance` beyond which a warning becomes an error.

`rules` are Python code. It is not run; each is listed as not understood. So is a field that dicompare
works out by itself and that no column here stands for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dicomlab.protocols.reference import Acquisition, BadReference, NotUnderstood
from dicomlab.protocols.rules import (
    BadRule,
    Between,
    Contains,
    ContainsAll,
    ContainsAny,
    Exact,
    Present,
    Rule,
    Within,
)
from dicomlab.protocols.units import is_known, unit_of

_NAMES = {"MultibandFactor": "siemens_multiband", "AccelerationFactor": "ParallelReductionFactorInPlane"}
"""What dicompare works out and a column of ours has."""

_CODE = "it is Python code, which is not run"
_NO_COLUMN = "no column of dicomlab stands for it"
_EDGES = ("errorMin", "errorMax", "errorTolerance")


def read_dicompare(
    said: Mapping[str, Any], *, source: str
) -> tuple[str, tuple[Acquisition, ...], tuple[NotUnderstood, ...]]:
    """The name, the acquisitions and what was not understood of a file of dicompare.

    An acquisition with `series` becomes one for each of them. Raises BadReference for a file that
    is not of the format.
    """
    found: list[Acquisition] = []
    left: list[NotUnderstood] = [_code("", rule) for rule in _dicts(said.get("rules"))]
    for name, one in said["acquisitions"].items():
        if not isinstance(one, dict):
            raise BadReference(source, "an acquisition of it is no JSON object")
        left += [_code(name, rule) for rule in _dicts(one.get("rules"))]
        common = tuple(_rules(name, one.get("fields"), left))
        series = _dicts(one.get("series"))
        note = str(one.get("description") or "")
        for part in series:
            own = tuple(_rules(name, part.get("fields"), left))
            found.append(Acquisition(f"{name} / {part.get('name') or 'series'}", (*common, *own), {}, note))
        if not series:
            found.append(Acquisition(str(name), common, {}, note))
    return str(said.get("name") or "dicompare"), tuple(found), tuple(dict.fromkeys(left))


def _dicts(listed: Any) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _code(acquisition: str, rule: Mapping[str, Any]) -> NotUnderstood:
    what = str(rule.get("name") or rule.get("id") or "a rule")
    return NotUnderstood(acquisition, f"rule {what}", _CODE)


def _rules(acquisition: str, listed: Any, left: list[NotUnderstood]) -> Iterator[Rule]:
    for said in _dicts(listed):
        name = _NAMES.get(str(said.get("field")), str(said.get("field")))
        if not is_known(name):
            left.append(NotUnderstood(acquisition, f"field {name}", _NO_COLUMN))
            continue
        try:
            yield from _rules_of(name, said)
        except (BadRule, TypeError, ValueError):
            left.append(NotUnderstood(acquisition, f"field {name}", "its values are not of the format"))


def _rules_of(name: str, said: Mapping[str, Any]) -> Iterator[Rule]:
    """The rule of a field, or two where it has an edge of warning and one of error."""
    # Values of dicompare are those of the headers, and so in the unit of the column.
    about: dict[str, Any] = {"note": str(said.get("notes") or ""), "unit": unit_of(name)}
    severity = "warning" if said.get("severity") == "warning" else "error"
    if not any(edge in said for edge in _EDGES):
        yield _rule(name, said, about | {"severity": severity})
        return
    yield _rule(name, said, about | {"severity": "warning"})
    if "errorTolerance" in said:
        yield Within(name, said["value"], absolute=said["errorTolerance"], **about)
    else:
        yield Between(name, low=said.get("errorMin"), high=said.get("errorMax"), **about)


def _rule(name: str, said: Mapping[str, Any], about: dict[str, Any]) -> Rule:
    if said.get("contains_any") is not None:
        return ContainsAny(name, tuple(said["contains_any"]), **about)
    if said.get("contains_all") is not None:
        return ContainsAll(name, tuple(said["contains_all"]), **about)
    if said.get("contains") is not None:
        return Contains(name, str(said["contains"]), **about)
    if said.get("min") is not None or said.get("max") is not None:
        return Between(name, low=said.get("min"), high=said.get("max"), **about)
    if said.get("tolerance") is not None:
        return Within(name, said["value"], absolute=float(said["tolerance"]), **about)
    if said.get("value") is not None:
        return Exact(name, said["value"], **about)
    return Present(name, **about)
