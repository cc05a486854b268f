"""Well-known private elements by name, and the fields of Siemens CSA headers and protocols."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from dicomlab.errors import NotAColumn, WrongArgument
from dicomlab.schema._private_rows import PRIVATE_ROWS
from dicomlab.schema.columns import Column, Csa, private_column, public_column

CSA_CREATOR = "SIEMENS CSA HEADER"
_CSA_TAGS: dict[Csa, int] = {"image": 0x00290010, "series": 0x00290020, "protocol": 0x00290020}
PROTOCOL_FIELDS = ("MrPhoenixProtocol", "MrProtocol")
"""Fields of the CSA series header that hold the protocol as text, the better one first."""

# What a name in the protocol begins with tells its type (seen: VA25 to XA30).
_VR_OF_PREFIX = (
    *(("afl", "DS"), ("ad", "DS"), ("al", "IS"), ("fl", "DS"), ("uc", "IS"), ("ul", "IS"), ("un", "IS")),
    *(("ui", "IS"), ("us", "IS"), ("d", "DS"), ("l", "IS"), ("i", "IS"), ("n", "IS"), ("b", "IS")),
    ("s", "IS"),
)
_VRS = {"SL": "IS", "SS": "IS", "UL": "IS", "US": "IS", "UV": "IS", "SV": "IS", "FD": "DS", "FL": "DS"}


def private_names() -> list[str]:
    """The names of all well-known private columns."""
    return [row[0] for row in PRIVATE_ROWS]


@cache
def named_column(name: str) -> Column | None:
    """Give the well-known private column of that name, or None.

    >>> named_column("siemens_b_value").unit
    's/mm2'
    """
    for found, places, unit, rollup, meaning, _ in PRIVATE_ROWS:
        if found == name:
            parts = tuple(_part(place, name) for place in places)
            said = {"name": name, "unit": unit, "rollup": rollup, "meaning": meaning, "phi": False}
            if len(parts) == 1:
                return replace(parts[0], **said)  # type: ignore[arg-type]
            flat = tuple(inner for part in parts for inner in (part.parts or (part,)))
            vr = "FD" if any(part.kind == "float" for part in flat) else flat[0].vr
            is_list = flat[0].is_list
            return Column(**said, level="instance", vr=vr, tag=flat[0].tag, is_list=is_list, parts=flat)  # type: ignore[arg-type]
    return None


def _part(place: str, name: str) -> Column:
    """The column of one place of a row."""
    if " " not in place:
        return named_column(place) or public_column(place)
    where, vr, what = place.split(" ", 2)
    vr, _, rule = vr.partition(":")
    is_list, vr = vr.endswith("*"), vr.rstrip("*")
    if where in _CSA_TAGS:
        column = csa_column(where, what, f"{name} of {where}", vr=vr, is_list=is_list)  # type: ignore[arg-type]
    else:
        group, element = int(where[:4], 16), int(where[-2:], 16)
        column = private_column(what, group, element, f"{name} of {what}", vr=vr, is_list=is_list)
    return replace(column, rule=rule, phi=False)  # type: ignore[arg-type]


def csa_column(
    header: Csa, field: str, name: str | None = None, *, vr: str = "", is_list: bool | None = None
) -> Column:
    """Make a column from a field of a Siemens CSA header, or a path in the protocol."""
    if header not in _CSA_TAGS:
        raise WrongArgument("header", header, _CSA_TAGS)
    if not field.isascii() or not 0 < len(field) <= 64 * (1 + 3 * (header == "protocol")):
        instead = 'Give its name, such as "MosaicRefAcqTimes" or "alTE[0]".'
        raise NotAColumn(field[:64], "no field has such a name", instead)
    said = vr or (_protocol_vr(field) if header == "protocol" else "LO")
    column = private_column(CSA_CREATOR, 0x0029, 0, name or field, vr=_VRS.get(said, said))
    if column.kind not in ("text", "float", "int"):
        raise WrongArgument("vr", vr, ("DS", "IS", "LO", "FD", "US"))
    if is_list is None:
        is_list = header == "protocol" and "[*]" in field
    meaning = f"Field of the Siemens {header} header." if header != "protocol" else "Value of the protocol."
    tag = _CSA_TAGS[header]
    return replace(column, tag=tag, path=field, csa=header, is_list=is_list, meaning=meaning)


def _protocol_vr(path: str) -> str:
    last = path.rpartition(".")[2]
    found = (
        vr for prefix, vr in _VR_OF_PREFIX if last.startswith(prefix) and last[len(prefix) :][:1].isupper()
    )
    return next(found, "LO")
