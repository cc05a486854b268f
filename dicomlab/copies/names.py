"""Names for files, from what their headers say, that no system stumbles over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dicomlab.errors import WrongArgument

TEMPLATES = {
    "uids": "{PatientID}/{StudyInstanceUID}/{SeriesInstanceUID}/{SOPInstanceUID}.dcm",
    "readable": "{PatientID}/{StudyDate}-{StudyDescription}/{SeriesNumber:3}-{SeriesDescription}/"
    "{InstanceNumber:5}.dcm",
    "bids": "sourcedata/sub-{PatientID:label}/ses-{StudyDate:label}/{Modality:label}/"
    "{SeriesNumber:3}_{SeriesDescription:label}/sub-{PatientID:label}_ses-{StudyDate:label}_"
    "{InstanceNumber:5}.dcm",
}
"""Templates that are there by name; `bids` has the folders and labels of a BIDS source folder."""

MISSING = "unknown"
MOST_LETTERS = 120
"""Of one part of a path: systems take 255 bytes, and a letter can have four."""
_FIELD = re.compile(r"\{(\w+)(?::(\w+))?\}")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@dataclass(frozen=True)
class Template:
    """Names with fields in braces, such as `{PatientID}/{SeriesNumber:3}/{InstanceNumber:5}.dcm`.

    A number behind a colon is how many digits there are at least; `label` keeps letters and digits
    only, as BIDS wants its labels.
    """

    text: str

    def __post_init__(self) -> None:
        parts = self.text.split("/")
        bad = not self.text.strip() or any(part.strip() in ("", ".", "..") for part in parts)
        left = _FIELD.sub("", self.text)
        ways = [way for _, way in _FIELD.findall(self.text) if way]
        wrong = [way for way in ways if way != "label" and not way.isdigit()]
        if bad or "{" in left or "}" in left or "\\" in left or ":" in left or wrong or not self.fields:
            raise WrongArgument("template", self.text, (*TEMPLATES, TEMPLATES["readable"]))

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The columns that it needs."""
        return tuple(dict.fromkeys(name for name, _ in _FIELD.findall(self.text)))

    def name(self, row: Mapping[str, Any]) -> str:
        """The name for one file; with as many folders as the template has, whatever values hold."""
        return "/".join(_safe(_FIELD.sub(lambda m: _cell(row[m[1]], m[2]), p)) for p in self.text.split("/"))


def template_of(text: str) -> Template:
    """The template of that name, or the text as one."""
    return Template(TEMPLATES.get(text, text))


def distinct(names: Sequence[str]) -> list[str]:
    """The names, with a number behind those that were taken, also where case does not count.

    >>> distinct(["a/1.dcm", "A/1.dcm", "b/1.dcm"])
    ['a/1.dcm', 'A/1-2.dcm', 'b/1.dcm']
    """
    taken: set[str] = set()
    times: dict[str, int] = {}
    out = []
    for name in names:
        folder, slash, last = name.rpartition("/")
        stem, dot, ending = last.rpartition(".") if "." in last[1:] else (last, "", "")
        found, key = name, _folded(name)
        n = times.get(key, 1)
        while _folded(found) in taken:
            n += 1
            found = f"{folder}{slash}{stem}-{n}{dot}{ending}"
        times[key] = n
        taken.add(_folded(found))
        out.append(found)
    return out


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _cell(value: Any, way: str | None) -> str:
    """A value in a name: MISSING where there is none."""
    if isinstance(value, list | tuple) or hasattr(value, "ndim"):
        text = "-".join(map(str, value))
    elif value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:  # noqa: PLR0124
        text = ""
    elif hasattr(value, "strftime"):
        text = f"{value:%Y%m%d}"
    else:
        text = f"{value:g}" if isinstance(value, float) else str(value)
    if way == "label":
        text = re.sub(r"[^A-Za-z0-9]", "", unicodedata.normalize("NFKD", text))
    elif way and re.fullmatch(r"\d+", text):
        text = text.zfill(int(way))
    # A value may not make folders of its own.
    return _UNSAFE.sub("_", text.strip()) or MISSING


def _safe(part: str) -> str:
    """One part of a path as every system takes it."""
    text = _UNSAFE.sub("_", unicodedata.normalize("NFC", part)).rstrip(". ")
    stem, dot, ending = text.rpartition(".") if len(text.rpartition(".")[2]) < 8 else (text, "", "")
    keep = MOST_LETTERS - len(dot + ending)
    text = f"{stem[:keep]}{dot}{ending}" if stem else text[:MOST_LETTERS]
    if text.strip(".") == "" or _RESERVED.fullmatch(text):
        text = f"_{text}"
    return f"_{text[1:]}" if text.startswith(("-", "~", ".")) else text
