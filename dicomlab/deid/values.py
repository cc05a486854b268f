"""What a value of a VR may look like, and the dummy that takes its place."""

from __future__ import annotations

import re

REMOVED = b"REMOVED"
"""The dummy of texts: it fits every VR of text."""
_DUMMIES: dict[str, bytes] = {
    "AE": REMOVED,
    "AS": b"000Y",
    "CS": REMOVED,
    "DA": b"19000101",
    "DS": b"0",
    "DT": b"19000101000000",
    "IS": b"0",
    "LO": REMOVED,
    "LT": REMOVED,
    "PN": REMOVED,
    "SH": REMOVED,
    "ST": REMOVED,
    "TM": b"000000",
    "UC": REMOVED,
    "UR": b"urn:removed",
    "UT": REMOVED,
}
_SIZES = {"AT": 4, "FD": 8, "FL": 4, "OB": 2, "OD": 8, "OF": 4, "OL": 4, "OV": 8, "OW": 2}
_SIZES |= {"SL": 4, "SS": 2, "SV": 8, "UL": 4, "UN": 2, "US": 2, "UV": 8}
_FORMS = {
    "AS": re.compile(rb"(\d{3}[DWMY])?[ \0]*"),
    "DS": re.compile(rb"[ 0-9+\-.eE\\]*\0?"),
    "IS": re.compile(rb"[ 0-9+\-\\]*\0?"),
    "UI": re.compile(rb"[0-9.\\]*[ \0]*"),
}
_KINDS = {
    vr: kind
    for kind, vrs in {
        "text": "AE CS LO LT SH ST UC UT",
        "number": "DS IS FL FD SL SS SV UL US UV AT",
        "bytes": "OB OD OF OL OV OW US SS",
        "name": "PN",
        "date": "DA DT TM",
        "uid": "UI",
        "sequence": "SQ",
        "age": "AS",
        "url": "UR",
    }.items()
    for vr in vrs.split()
}


def dummy(vr: str) -> bytes:
    r"""A value that says nothing, of the right form; empty for a VR that has none.

    >>> dummy("DA"), dummy("US"), dummy("LO")
    (b'19000101', b'\x00\x00', b'REMOVED')
    """
    return _DUMMIES.get(vr) or bytes(_SIZES.get(vr, 0))


def has_form(vr: str, value: bytes) -> bool:
    r"""Whether a value has only what its VR allows: nobody's name hides in a number or a UID.

    >>> has_form("DS", b"1.5\\-2e3 "), has_form("IS", b"DOE"), has_form("UI", b"1.2.3\0")
    (True, False, True)
    """
    form = _FORMS.get(vr)
    return form is None or form.fullmatch(value) is not None


def is_same_kind(written: str, wanted: str) -> bool:
    """Whether the VR that a file has for an element is of the kind that the dictionary says.

    A text where a number belongs is no slip of a writer's hand that one may trust.

    >>> is_same_kind("LO", "SH"), is_same_kind("OW", "US"), is_same_kind("LO", "US"), is_same_kind("OW", "IS")
    (True, True, False, False)
    """
    if written.startswith("O") and not (wanted.startswith("O") or wanted in ("US", "SS")):
        return False
    kinds = {_KINDS.get(written), _KINDS.get(wanted)}
    return len(kinds) == 1 or kinds == {"number", "bytes"}
