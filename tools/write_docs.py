"""Write the pages of docs/ that are made from the code.

python tools/write_docs.py [--check]     with --check: say which are stale, and write nothing
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

from dicomlab.checks.engine import CHECKS
from dicomlab.drift.detectors.missing import MissingTag
from dicomlab.drift.detectors.tolerance import ToleranceLimit
from dicomlab.drift.engine import DETECTORS
from dicomlab.drift.findings.volume import VolumeDrop
from dicomlab.drift.signals.identities import IDENTITIES, LARGE
from dicomlab.drift.signals.parameters import list_parameters
from dicomlab.schema.columns import LEVELS, Column, Columns
from dicomlab.schema.frames import ENHANCED_NAMES, GROUP_ROWS, frame_columns
from dicomlab.schema.kinds import KINDS, places_in
from dicomlab.schema.places import ACQUISITIONS, OTHER_NAMES
from dicomlab.schema.private import PRIVATE_ROWS, named_column
from dicomlab.schema.tables import OTHER_TABLES
from dicomlab.schema.units import unit_columns

DOCS = Path(__file__).parents[1] / "docs"
_MADE = "<!-- Written by tools/write_docs.py from dicomlab/schema. Change it there: make docs -->"


def columns_page() -> str:
    """docs/columns.md: every column of every table."""
    columns = list(Columns())
    parts = [
        "# Columns",
        _MADE,
        "CamelCase names are DICOM keywords with the values as they stand in the file, in DICOM's unit as a "
        "rule. snake_case names are ours, with the unit at the end. A value that does not parse is null, and "
        "a row of `problems` with its bytes; nothing is lost on the way.",
        "Texts are read in the character set that the file names, or the item that they stand in (PS3.5 "
        "7.5.3), with its escape sequences; an item whose SpecificCharacterSet is empty counts as one "
        "without. All rooms say the same text: tables, headers, DICOM JSON, tags, and pseudonyms. UTF-8 in a "
        "file that names an 8-bit set, or none, comes out as UTF-8. Dates are YYYYMMDD or YYYY.MM.DD; times "
        "HH, HHMM or HHMMSS, with 1 to 6 digits of a second, or with colons; date-times need a day at the "
        "least. What is none of this is null.",
        f"## instances: {len(columns)} default columns",
        "One row a DICOM file, keyed by `file_key`. The level says how far up the tree a value is meant to "
        "be the same; `PHI` marks what may identify a person.",
    ]
    for level in LEVELS:
        chosen = [c for c in columns if c.level == level]
        parts += [f"### {level}: {len(chosen)}", _table(chosen)]
    for name, (meaning, rows) in OTHER_TABLES.items():
        parts += [f"## {name}", meaning, _plain(rows)]
        if name == "instances: derived columns":
            parts += _units()
    return "\n\n".join(parts) + "\n"


def _units() -> list[str]:
    """The columns in one unit, each with its rule."""
    found = unit_columns(Columns().names)
    head = "| column | from | unit | level | up the tree | PHI | rule |\n|---|---|---|---|---|---|---|"
    rows = []
    for c, sources in ((f.column, f.sources) for f in found):
        up = {"same": "if all agree"}.get(c.rollup, c.rollup)
        cells = (f"`{c.name}`", ", ".join(sources), c.unit, c.level, up, "PHI" if c.phi else "", c.meaning)
        rows.append("| " + " | ".join(cells) + " |")
    return [
        "## instances: columns in one unit",
        "The verbatim columns have what the maker wrote, in whichever unit. Each of these stands beside "
        "them, float64, in the one unit that its name ends in; null where the unit cannot be told, and where "
        "the value is zero or negative, which is how many machines say that they do not know. `frames` has "
        "those of which frames have a verbatim column. A catalog has them as far as it has the columns they "
        "are made from. PixelBandwidth (Hz/pixel) has none: nothing in a header tells "
        "it from a bandwidth in another unit.",
        "\n".join([head, *rows]),
    ]


def _table(columns: list[Column]) -> str:
    head = "| column | from | type | unit | up the tree | PHI | meaning |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *map(_row, columns)])


def _row(c: Column) -> str:
    up = {"same": "if all agree", "none": "no"}.get(c.rollup, c.rollup)
    cells = (f"`{c.name}`", c.source, c.type, c.unit, up, "PHI" if c.phi else "", c.meaning)
    return "| " + " | ".join(cells) + " |"


def _plain(rows: Sequence[tuple[str, str, str]], head: tuple[str, str] = ("column", "type")) -> str:
    lines = [f"| {head[0]} | {head[1]} | meaning |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {kind} | {meaning} |" for name, kind, meaning in rows)])


def detectors_page() -> str:
    """docs/detectors.md: every detector with its settings, and the parameters they watch."""
    parts = [
        "# Detectors and parameters",
        _MADE.replace("schema", "drift"),
        "`find_drift` runs these over every signal: one parameter of one machine in one stratum, so that "
        "like is compared with like. All charts of a machine together share one budget of false alarms.",
    ]
    for detector in DETECTORS:
        parts += _part(detector, "##")
    parts += ["## Limits that are given", _LIMITS, *_part(ToleranceLimit())]
    parts += ["## Notices: worth knowing, and no change", _NOTICES]
    for notice in (MissingTag(), VolumeDrop()):
        parts += _part(notice)
    parts += ["### gap", _GAPS, "## Identities: what attributes must say of each other", _IDENTITIES]
    head = "| parameter | modalities | identity | within | source |\n|---|---|---|---|---|"
    facts = [(f"`{i.name}`", " ".join(i.modalities), i.formula, i.tolerance, i.source) for i in IDENTITIES]
    parts += ["\n".join([head, *("| " + " | ".join(fact) + " |" for fact in facts)])]
    parts += [
        "## Parameters",
        "`kind` says which detector watches: level, setting, or either, by how the values behave. `floor` is "
        "the smallest change worth an alarm (relative on a log scale, else in the unit). `per` is what is "
        "compared with itself, `split` what parts it further, `adjust` what is taken out first; `by_hand` "
        "marks what depends on the operator. [Drift](drift.md) says how it all goes together.",
    ]
    table = list_parameters()
    lines = ["| " + " | ".join(table.columns) + " |", "|" + "---|" * len(table.columns)]
    lines += ["| " + " | ".join(_words(v) for v in row) + " |" for row in table.itertuples(index=False)]
    return "\n\n".join([*parts, "\n".join(lines)]) + "\n"


_LIMITS = (
    "`find_drift(tolerances=...)` takes a table of limits, each with its citation ([Drift](drift.md)). No "
    "limit is built in. The medians of days are judged. With the budget that is given, a level that lies on "
    "a limit is told that often by chance; one that keeps to it, hardly ever."
)
_NOTICES = (
    "They are told in `drift.notices`, have no severity, and leave the exit code as it is. False ones have "
    "a budget of their own, as large as that of alarms."
)
_GAPS = (
    "A machine gives no data for a week or more, three times as long as 19 in 20 of the pauses between its "
    "days with data, and for so long as would come about less than once in twenty years if those fell as "
    "its weekdays have them (`devices.long_gaps`; `list_devices` has them too)."
)
_IDENTITIES = (
    "Each is a setting of its own that agrees or disagrees, watched as settings are: a share of examinations "
    "that disagree and moves is a change of kind `identity`. One that failed from the start, surely in more "
    f"than {100 * LARGE:.0f} % of series, is a notice. The series of a catalog have no DecayFactor and no "
    "FrameReferenceTime, since images of a series differ in them; a table of your own may."
)


def checks_page() -> str:
    """docs/checks.md: every check with what it needs, its settings and what to do."""
    parts = [
        "# Checks",
        _MADE.replace("schema", "checks"),
        "`check(catalog)` runs these and gives one row a finding; `dicomlab check catalog` prints them. An "
        "*error* says not to use something as it is, a *warning* to look before using it, a *note* what is "
        "worth knowing and may well be meant. A series is first split into what it holds (localisers, "
        "echoes, phases, b-values, acquisitions, orientations, slabs that lie apart: the table `volumes`), "
        "and each volume is judged by itself. A check "
        "that lacks a column is listed as not run. One fault is told once: where several checks of "
        "those that run see it, the one nearest to its cause tells it. No finding holds a text from a "
        "header: evidence is numbers, names of attributes and fixed words. The notebook, the shell and the "
        "report say beside it which series it is about, by pseudonyms while masked.",
        "`check(catalog, checks=[...])` takes names, or checks of your own, such as one of these with "
        "another setting.",
    ]
    for check in sorted(CHECKS, key=lambda c: c.name):
        needs = ", ".join(f"`{name}`" for name in check.needs)
        parts += _part(check, "##")[:2]
        parts += [f"{check.severity.capitalize()}, of a {check.level}. Looks at `{check.table}`: {needs}."]
        if check.unless:
            parts += [f"Left out where one of these tells of the same: {', '.join(check.unless)}."]
        parts += [table for table in _part(check, "##")[2:] if fields(check)]
        parts += [f"What to do: {check.fix}"]
    return "\n\n".join(parts) + "\n"


def _part(part: Any, mark: str = "###") -> list[str]:
    """The heading, first line and settings of a part."""
    first = (type(part).__doc__ or "").splitlines()[0]
    rows = [(name, repr(getattr(part, name)), words) for name, words in _settings(type(part))]
    return [
        f"{mark} {type(part).__name__}: {part.name}",
        first,
        _plain(rows, ("setting", "value")),
    ]


def _settings(part: type) -> list[tuple[str, str]]:
    """The fields of a part that are documented, each with its words."""
    body = ast.parse(textwrap.dedent(inspect.getsource(part))).body[0].body  # type: ignore[attr-defined]
    found = []
    for field, after in pairwise(body):
        words = getattr(after.value, "value", None) if isinstance(after, ast.Expr) else None
        if isinstance(field, ast.AnnAssign) and isinstance(words, str) and isinstance(field.target, ast.Name):
            found.append((field.target.id, " ".join(words.split())))
    return found


def _words(value: object) -> str:
    return "" if value is None or value is False else str(value)


def frames_page() -> str:
    """docs/columns-frames.md: where the values of frames lie, and under which names."""
    found = frame_columns(Columns())
    own = [f.column for f in found if f.is_of_frames]
    rows = [(name, _steps_in_words(name), "") for name in GROUP_ROWS]
    parts = [
        "# Columns of frames",
        _MADE,
        "An enhanced multi-frame object keeps in functional groups what a classic one keeps at the top "
        "(PS3.3 C.7.6.16.2). The `frames` table has a row a frame; a column takes the frame's own value, "
        "else the shared one, else the one at the top of the file. `instances` has what all frames share, "
        "and `varies` names the rest; docs/places.md has it by kind of object. A column that you add is "
        "looked for in every functional group; a private one by its creator there and in the private "
        "sequences of Siemens.",
        "## From which functional group",
        "\n".join(["| column | functional group |", "|---|---|", *(f"| `{a}` | {b} |" for a, b, _ in rows)]),
        "## Attributes with another name",
        "Where the standard has another name for the same thing in the same unit. They count where the "
        "attribute itself is missing.",
        "\n".join(
            ["| column | attribute | where it says so |", "|---|---|---|"]
            + [f"| `{name}` | {path.replace('[0].', ' > ')} | {why} |" for name, path, why in ENHANCED_NAMES]
        ),
        "What an object that was converted from classic ones keeps as unassigned attributes (PS3.3 "
        'C.7.6.16.2.25), or Philips as the classic attributes of a frame in its (2005,xx0F) "Philips MR '
        'Imaging DD 005", counts last.',
        f"## Columns that only frames have: {len(own)}",
        _table(own),
    ]
    return "\n\n".join(parts) + "\n"


def places_page() -> str:
    """docs/places.md: every column by kind of object, with where it is read."""
    found = [dict(places_in(kind)) for kind in KINDS]
    own = {
        name: next(place for place in places if place[:6] != "frame ") for name, places in found[0].items()
    }
    head = "| column | top | " + " | ".join(kind.name for kind in KINDS) + " |"
    rows = [
        f"| `{name}` | {place} | "
        + " | ".join(_places_in_words(place, of_kind[name]) for of_kind in found)
        + " |"
        for name, place in own.items()
    ]
    parts = [
        "# Where each column is read",
        _MADE,
        "A row a column, then a column for each kind of object. `top` is the place at the top of the file "
        "that the second column names; a path leads into a sequence, and `frame` before it into the "
        "functional groups: those of the frame, else the shared ones. In `frames` the first place that has a "
        "value counts. `instances` has from functional groups what all frames share. An empty value counts "
        "as none.",
        "Where a sequence has several items that say different things, a list column has the values of all, "
        "and any other is null with a row of `problems`; items that say the same are one value. "
        "Items of CTAdditionalXRaySourceSequence count beside those of the primary source. "
        "`real_world_units` and `real_world_labels` have the values of all mappings, in their order. A path "
        "that you add with an item number is that item and no other.",
        "Every place is looked at in every file; what a kind of object cannot have is left out. `converted` "
        "is UnassignedPerFrameConvertedAttributesSequence or UnassignedSharedConvertedAttributesSequence, "
        '`Philips` the sequence (2005,xx0F) of "Philips MR Imaging DD 005".',
        "## Kinds of objects",
        "\n".join(
            ["| kind | SOP classes, below 1.2.840.10008.5.1.4.1.1 |", "|---|---|"]
            + [f"| {kind.name} | {', '.join(kind.classes)} |" for kind in KINDS]
        ),
        "## Other names and acquisitions at the top of the file",
        "\n".join(
            ["| column | attribute | where it says so |", "|---|---|---|"]
            + [f"| `{name}` | {path.replace('[*].', ' > ')} | {why} |" for name, path, why in OTHER_NAMES]
            + [f"| those below | {sequence} | {why} |" for sequence, why in ACQUISITIONS]
        ),
        f"## {len(rows)} columns",
        "\n".join([head, "|---" * (len(KINDS) + 2) + "|", *rows]),
    ]
    return "\n\n".join(parts) + "\n"


def _places_in_words(own: str, places: Sequence[str]) -> str:
    words = ["top" if place == own else place for place in places]
    for long, short in _SHORT_PLACES.items():
        words = [word.replace(long, short) for word in words]
    return "; ".join(dict.fromkeys(words))


_SHORT_PLACES = {
    "UnassignedSharedConvertedAttributesSequence": "converted",
    "UnassignedPerFrameConvertedAttributesSequence": "converted",
    '(2005,xx0F,"Philips MR Imaging DD 005")': "Philips",
}


def _steps_in_words(name: str) -> str:
    return ", ".join(word.replace("[0].", " > ") for word in GROUP_ROWS[name].split(" "))


def private_page() -> str:
    """docs/columns-private.md: the well-known private elements, by name."""
    columns = [(named_column(row[0]), row[-1]) for row in PRIVATE_ROWS]
    groups: dict[str, list[str]] = {}
    for column, source in columns:
        if column is None:
            continue
        maker = column.name.partition("_")[0]
        where = "; ".join(_place_in_words(part) for part in column.parts or (column,))
        cells = (f"`{column.name}`", where, column.type, column.unit, column.meaning, source)
        groups.setdefault(_MAKERS.get(maker, _MAKERS["b"]), []).append("| " + " | ".join(cells) + " |")
    head = "| column | from | type | unit | meaning | source |\n|---|---|---|---|---|---|"
    parts = [
        "# Private columns",
        _MADE,
        "Makers keep in private elements what the standard has no place for, or had none for when they "
        "needed one. The ones below can be added to a scan by name, or to a catalog from its kept headers:",
        '```python\nimport dicomlab as dl\n\ncolumns = dl.Columns().add("b_value", '
        '"siemens_reference_amplitude", "ge_transmit_gain")\ncatalog = dl.scan("/data/mr", '
        'into="catalog", columns=columns)\n```',
        "An element is found by the creator of its block, wherever the block lies (PS3.5 7.8.1). Of several "
        "places the first that has a value counts. `CSA image`, `CSA series` and `protocol` are fields of "
        'the Siemens headers (0029,xx10) and (0029,xx20) "SIEMENS CSA HEADER"; XA software has the protocol '
        'in (0021,xx19) "SIEMENS MR SDS 01". Units stand where a source states them. The same word of two '
        "makers (a gain, a shim) need not mean the same thing, and then has two columns.",
        "Any other element, field or value of the protocol is a column too:",
        '```python\ncolumns = columns.add_private("GEMS_PARM_01", 0x0043, 0x2A, "user_data", vr="OB")\n'
        'columns = columns.add_csa("series", "SliceArrayConcatenations", vr="IS")\n'
        'columns = columns.add_csa("protocol", "sSliceArray.asSlice[*].sPosition.dTra", "slices_dtra")\n```',
    ]
    for title, rows in groups.items():
        parts += [f"## {title}: {len(rows)}", "\n".join([head, *rows])]
    return "\n\n".join(parts) + "\n"


_MAKERS = {
    "b": "Whoever made the file",
    "siemens": "Siemens",
    "ge": "GE",
    "philips": "Philips",
    "toshiba": "Canon, Toshiba",
    "uih": "United Imaging",
}


def _place_in_words(column: Column) -> str:
    return f"`{column.name}`" if column.has_place and not column.creator else column.source


PAGES = {
    "columns.md": columns_page,
    "columns-frames.md": frames_page,
    "columns-private.md": private_page,
    "places.md": places_page,
    "detectors.md": detectors_page,
    "checks.md": checks_page,
}


def main() -> int:
    """Write the pages, or check them."""
    stale = []
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    print("stale: " + ", ".join(stale) if stale else "all pages are fresh")
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
