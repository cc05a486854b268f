"""`dicomlab tags` and `dicomlab diff`: what stands in headers, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicomlab.cli.base import FINDINGS, FINE, PARTIAL, Answer, Json, Verb
from dicomlab.cli.cells import csv_lines, records
from dicomlab.cli.terminal import columns, cut, plural, width_of
from dicomlab.errors import BadFile, DicomlabError

if TYPE_CHECKING:
    from dicomlab.tags.compare import Line
    from dicomlab.tags.headers import Headers
    from dicomlab.tags.rows import Row, Tags

Files = Annotated[
    list[str], typer.Argument(help="Files, folders, or file keys with --catalog.", show_default=False)
]
Search = Annotated[
    str, typer.Option("--search", "-s", metavar="WORDS", help="Words that fit, or vr:DS, value:>5, phi:yes …")
]
Group = Annotated[str, typer.Option(metavar="GGGG", help="Only this group, such as 0018.")]
Vr = Annotated[str, typer.Option("--vr", metavar="VR", help="Only this VR, or several with commas.")]
Private = Annotated[bool | None, typer.Option("--private/--public", help="Only private elements, or none.")]
Place = Annotated[
    str, typer.Option("--catalog", metavar="FOLDER", help="Take headers from this catalog, by file key.")
]
Mask = Annotated[bool, typer.Option("--mask", help="Show pseudonyms for what may identify a patient.")]
Long = Annotated[bool, typer.Option("--long", help="Values in full, on lines of their own.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
_GAP = "  "


class OneFile(DicomlabError):
    """Two or more are needed to see what differs."""

    def __init__(self) -> None:
        super().__init__("One header alone differs from nothing. Name two files or more, or a folder.")


def show_tags(
    files: Files,
    search: Search = "",
    group: Group = "",
    vr: Vr = "",
    private: Private = None,
    varying: Annotated[bool, typer.Option("--varying", help="Of several files, only what varies.")] = False,
    catalog: Place = "",
    mask: Mask = False,
    long: Long = False,
    as_csv: Csv = False,
    as_json: Json = False,
) -> Answer:
    """Show the tags of files, and search them.

    A line a tag: tag, VR, keyword, value and unit; sequences are indented.

    The search is that of the tag explorer: words that all fit, in tag, keyword, name, VR, value or
    meaning; and vr:, group:, private:, empty:, phi:, retired:, meta:, value: with a text or >5.

    Exit code 3: of several files, some cannot be read; they are named.
    """
    headers = _headers(files, catalog, mask)
    question = _question(search, group, vr, private)
    if varying:
        return _compared(headers, question, as_csv=as_csv, as_json=as_json, only_varying=True)
    from dicomlab.tags.compare import tags_to_frame
    from dicomlab.tags.outline import View, look

    _, readable, left_out = headers.readable(range(len(headers)))
    found = [(tags, look(tags, View(question, opened=frozenset("*")))) for tags in readable]
    code, notes = PARTIAL if left_out else FINE, tuple(left_out)
    if as_json or as_csv:
        tables = [(t, tags_to_frame(t, sorted(s.hits) if question else None)) for t, s in found]
        if as_csv:
            return Answer(_csv(tables), exit_code=code, notes=notes)
        data = [{"file": tags.label, "tags": records(table)} for tags, table in tables]
        return Answer((), {"files": data, "left_out": left_out, "masked": bool(headers.mask)}, code, notes)
    return Answer(_listing(found, long=long, is_many=len(headers) > 1), exit_code=code, notes=notes)


def _csv(tables: Sequence[tuple[Tags, Any]]) -> Iterator[str]:
    for number, (tags, table) in enumerate(tables):
        table.insert(0, "file", tags.label)
        lines = csv_lines(table)
        if number:
            next(lines)
        yield from lines


def _question(search: str, group: str, vr: str, private: bool | None) -> str:
    words = [search, f"group:{group}" if group else "", f"vr:{vr}" if vr else ""]
    words += [] if private is None else [f"private:{'yes' if private else 'no'}"]
    return " ".join(filter(None, words))


def _headers(files: Sequence[str], catalog: str, mask: bool) -> Headers:
    from dicomlab.masking import options
    from dicomlab.tags.headers import Headers, headers_of

    is_masked = mask or options.mask
    if not catalog:
        return headers_of(list(files), mask=is_masked)
    from dicomlab.catalog.catalog import open_catalog

    opened = open_catalog(catalog)
    keys = [opened.true_key(key) for key in files]
    return Headers(keys, [key.rpartition("/")[2] for key in keys], opened, is_masked)


def _listing(found: Sequence[tuple[Tags, Any]], *, long: bool, is_many: bool) -> Iterator[str]:
    for number, (tags, seen) in enumerate(found):
        if is_many:
            yield from ([""] if number else [])
            yield f"# {tags.label}"
        rows = [tags.rows[i] for i in seen.numbers]
        yield from _row_lines(rows, long=long)
        if seen.found < seen.total or not rows:
            yield f"{seen.found:,} of {plural(seen.total, 'tag')}."
        if tags.is_cut:
            yield f"There are more tags than the {len(tags.rows):,} that are read."


def _row_lines(rows: Sequence[Row], *, long: bool) -> Iterator[str]:
    names = [f"{'  ' * row.depth}{row.keyword}" for row in rows]
    wide = min(max(map(width_of, names), default=0), max(24, columns() // 3))
    for row, name in zip(rows, names, strict=True):
        tag = "" if row.is_item else row.tag_text
        head = f"{tag:<11}{_GAP}{row.vr:<2}{_GAP}{_padded(name, wide)}{_GAP}"
        unit = f" {row.fact.unit}" if row.fact.unit and row.value and not row.is_item else ""
        if long:
            yield f"{head}{row.value}{unit}".rstrip()
        else:
            room = columns() - width_of(head)
            unit = unit if len(unit) < room - 12 else ""
            yield f"{head}{cut(row.value, room - len(unit))}{unit}".rstrip()


def _padded(text: str, width: int) -> str:
    text = cut(text, width)
    return text + " " * (width - width_of(text))


# --- diff ---


def diff_tags(
    files: Files,
    search: Search = "",
    group: Group = "",
    vr: Vr = "",
    private: Private = None,
    all_tags: Annotated[bool, typer.Option("--all", help="What is the same, too.")] = False,
    uids_and_dates: Annotated[
        bool, typer.Option("--uids-and-dates", help="Also UIDs, dates and times, which nearly always differ.")
    ] = False,
    catalog: Place = "",
    mask: Mask = False,
    as_csv: Csv = False,
    as_json: Json = False,
) -> Answer:
    """Show where headers differ.

    The exit code is 1 if they do, and 3 if some files cannot be read. Up to four are set side by side; of
    more, the values are counted.
    UIDs, dates and times are left out unless --uids-and-dates is given. = is the same in all, ≠
    differs, ∅ is not in all.
    """
    headers = _headers(files, catalog, mask)
    question = _question(search, group, vr, private)
    return _compared(
        headers, question, as_csv=as_csv, as_json=as_json, only_varying=not all_tags, with_uids=uids_and_dates
    )


def _compared(
    headers: Headers,
    question: str,
    *,
    as_csv: bool,
    as_json: bool,
    only_varying: bool,
    with_uids: bool = False,
) -> Answer:
    from dicomlab.tags.compare import compare, to_frame
    from dicomlab.tags.headers import MOST
    from dicomlab.tags.rows import Tags
    from dicomlab.tags.search import hits, parsed

    if len(headers) < 2:
        raise OneFile
    numbers = headers.spread()
    _, read, left_out = headers.readable(numbers)
    if len(read) < 2:
        raise BadFile(f"{len(left_out)} of {len(numbers)} files", "at least two are needed to compare")
    lines = [line for line in compare(read) if not line.row.is_item]
    kept = hits(Tags(tuple(line.row for line in lines)), parsed(question))
    chosen = [lines[i] for i in kept if with_uids or not lines[i].is_usual]
    n_varying = sum(line.varies for line in chosen)
    code = PARTIAL if left_out else FINDINGS if n_varying else FINE
    notes = tuple(left_out)
    chosen = [line for line in chosen if line.varies] if only_varying else chosen
    labels = [tags.label for tags in read]
    if as_json:
        data = records(to_frame(chosen, labels))
        about = {"files": labels, "n_differ": n_varying, "compared": len(lines), "masked": bool(headers.mask)}
        return Answer((), {**about, "left_out": left_out, "tags": data}, code, notes)
    if as_csv:
        return Answer(csv_lines(to_frame(chosen, labels)), exit_code=code, notes=notes)
    body = _beside(chosen, labels) if len(labels) <= 4 else _counted(chosen)
    total = len(lines) if with_uids else sum(not line.is_usual for line in lines)
    end = [f"{n_varying:,} of {plural(total, 'tag')} differ{'s' if n_varying == 1 else ''}."]
    if not kept:
        end = ["No tag fits what was asked for, so nothing was compared."]
    if len(numbers) < len(headers):
        end.append(f"{MOST} of {len(headers):,} files were compared, evenly spread.")
    return Answer([*body, *([""] if chosen else []), *end], exit_code=code, notes=notes)


def _sign(line: Line) -> str:
    return {"same": "=", "differs": "≠"}.get(line.state, "∅")


def _head(line: Line, wide: int) -> str:
    path = cut(line.row.path, wide, keep_end=True)
    return f"{_sign(line)}{_GAP}{line.row.tag_text}{_GAP}{line.row.vr:<2}{_GAP}{_padded(path, wide)}{_GAP}"


def _wide(lines: Sequence[Line]) -> int:
    return min(max((width_of(line.row.path) for line in lines), default=0), max(20, columns() // 3))


def _beside(lines: Sequence[Line], labels: Sequence[str]) -> list[str]:
    """A line a tag, with a column for each header."""
    if not lines:
        return []
    wide = _wide(lines)
    indent = 1 + len(_GAP) + 11 + len(_GAP) + 2 + len(_GAP) + wide + len(_GAP)
    room = max((columns() - indent - len(_GAP) * (len(labels) - 1)) // len(labels), 12)
    out = [
        " " * indent + _GAP.join(_padded(cut(label, room, keep_end=True), room) for label in labels).rstrip()
    ]
    for line in lines:
        cells = ["–" if cell is None else cell.value or "(empty)" for cell in line.cells]
        out.append((_head(line, wide) + _GAP.join(_padded(cell, room) for cell in cells)).rstrip())
    return out


def _counted(lines: Sequence[Line]) -> list[str]:
    """A line a tag, with its most frequent values and how often they come."""
    wide = _wide(lines)
    out = []
    for line in lines:
        counts = [f"{value or '(empty)'} ×{n}" for value, n in line.counts(4)]
        more = f", … {line.n_distinct} different" if line.n_distinct > 4 else ""
        missing = f"; not in {line.n_missing}" if line.n_missing else ""
        head = _head(line, wide)
        room = max(columns() - width_of(head) - len(more) - len(missing), 12)
        out.append(f"{head}{cut(', '.join(counts), room)}{more}{missing}".rstrip())
    return out


TAGS = Verb(
    "tags",
    show_tags,
    examples=(
        "dicomlab tags image.dcm",
        "dicomlab tags image.dcm --search 'slice thick'",
        "dicomlab tags image.dcm --search 'phi:yes empty:no' --mask",
        "dicomlab tags series/ --varying",
        "dicomlab tags image.dcm --group 0018 --vr DS --json",
    ),
)
DIFF = Verb(
    "diff",
    diff_tags,
    examples=(
        "dicomlab diff before.dcm after.dcm",
        "dicomlab diff series/ --search private:no",
        "dicomlab diff a.dcm b.dcm c.dcm --uids-and-dates --csv",
    ),
)
