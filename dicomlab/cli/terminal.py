"""Text for a terminal: escaped, wrapped, and laid out in columns that fit."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import textwrap
from collections.abc import Sequence
from pathlib import Path
from unicodedata import combining, east_asian_width

from dicomlab.tags.text import printable

GAP = "  "
LEAST_WIDTH = 6
MOST_WIDTH = 44
"""How narrow and how wide a column of text may become."""


def as_typed(path: str | Path) -> str:
    r"""A path as one would type it into a shell, on one line and without control characters.

    >>> print(as_typed("my archive"), as_typed("a\x1b[31m"))
    'my archive' $'a\x1b[31m'
    """
    text = os.fspath(path)
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(_for_shell(character) for character in text) + "'"


def _for_shell(character: str) -> str:
    if character in "'\\":
        return "\\" + character
    if character.isprintable():
        return character
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # a byte of a name that is no text
        return f"\\x{number - 0xDC00:02x}"
    return (
        f"\\x{number:02x}"
        if number < 0x80
        else f"\\u{number:04x}"
        if number < 0x10000
        else f"\\U{number:08x}"
    )


def columns() -> int:
    """How many characters a line of this terminal has, within reason."""
    return min(max(shutil.get_terminal_size().columns, 40), 200)


def wrapped(text: str, *, first: str = "", rest: str | None = None) -> list[str]:
    """A sentence as lines that fit, each after its indent; at most 100 wide."""
    width = min(columns(), 100)
    indent = first if rest is None else rest
    lines = textwrap.wrap(
        printable(text),
        width,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines or [first.rstrip()]


def width_of(text: str) -> int:
    """How many columns a text takes: two for a CJK character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)


def cut(text: str, width: int, *, keep_end: bool = False) -> str:
    """The text in at most `width` columns; the end is kept for paths, else the beginning.

    >>> cut("Thorax routine 1.0", 8), cut("archive/1/MR.dcm", 8, keep_end=True)
    ('Thorax …', '…/MR.dcm')
    """
    if width_of(text) <= width:
        return text
    kept = text[::-1] if keep_end else text
    while width_of(kept) > width - 1:
        kept = kept[: -max(1, (width_of(kept) - width + 1) // 2)]
    return "…" + kept[::-1] if keep_end else kept + "…"


def aligned(
    names: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[bool], indent: str = "  "
) -> list[str]:
    """A table as lines, numbers to the right; its widest texts are cut until it fits."""
    cells = [[_one_line(cell) for cell in row] for row in [names, *rows]]
    widths = fitted([max(width_of(row[j]) for row in cells) for j in range(len(names))], right, len(indent))
    lines = [indent + GAP.join(map(_set, row, widths, right)).rstrip() for row in cells]
    rule = indent + GAP.join("-" * width for width in widths)
    return [lines[0], rule, *lines[1:]]


def fitted(widths: Sequence[int], right: Sequence[bool], indent: int = 2) -> list[int]:
    """Widths of columns, the widest texts narrowed until the table fits or none can be."""
    out = [w if number else min(w, MOST_WIDTH) for w, number in zip(widths, right, strict=True)]
    while indent + sum(out) + len(GAP) * (len(out) - 1) > columns():
        texts = [j for j in range(len(out)) if not right[j] and out[j] > LEAST_WIDTH]
        if not texts:
            break
        out[max(texts, key=lambda j: out[j])] -= 1
    return out


def how_many_fit(
    names: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], indent: int = 2
) -> int:
    """How many columns, from the first on, a line of the terminal has room for."""
    for n in range(len(names), 1, -1):
        widths = [max(width_of(_one_line(row[j])) for row in [names, *rows]) for j in range(n)]
        readable = [min(w, max(len(names[j]), 2 * LEAST_WIDTH)) for j, w in enumerate(widths)]
        least = [w if right[j] else readable[j] for j, w in enumerate(widths)]
        if indent + sum(least) + len(GAP) * (n - 1) <= columns():
            return n
    return 1


def _set(cell: str, width: int, right: bool) -> str:
    is_path = "/" in cell or re.fullmatch(r"[\d.]{20,}", cell) is not None
    text = cut(cell, width, keep_end=is_path)
    blank = " " * (width - width_of(text))
    return blank + text if right else text + blank


def _one_line(cell: str) -> str:
    return printable(" ".join(cell.split()) if "\n" in cell else cell)


def counted(pairs: Sequence[tuple[int, str]], *, indent: str = "  ", most: int = 8) -> list[str]:
    """Counts with what was counted, the numbers under each other."""
    if not pairs:
        return []
    wide = max(len(f"{count:,}") for count, _ in pairs[:most])
    lines: list[str] = []
    for count, what in pairs[:most]:
        head = f"{indent}{count:>{wide},}  "
        lines += wrapped(what, first=head, rest=" " * len(head))
    if len(pairs) > most:
        lines.append(f"{indent}{'':>{wide}}  and {len(pairs) - most} more kinds")
    return lines


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count and its noun.

    >>> plural(1, "study", "studies"), plural(2000, "file")
    ('1 study', '2,000 files')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def in_bytes(size: float) -> str:
    """A size in the unit that suits it.

    >>> in_bytes(999), in_bytes(1_500_000)
    ('999 B', '1.5 MB')
    """
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 999.5 or unit == "TB":
            return f"{size:.0f} {unit}" if unit == "B" or size >= 99.5 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError


def in_time(seconds: float) -> str:
    """A duration in the unit that suits it.

    >>> in_time(3.21), in_time(200), in_time(9000)
    ('3.2 s', '3 min', '2.5 h')
    """
    if seconds < 0.095:
        return "under 0.1 s"
    if seconds < 99.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    if seconds < 99.5 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
