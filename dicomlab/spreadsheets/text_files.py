"""Read text tables whatever program saved them: comma or semicolon, UTF-8, UTF-16 or cp1252.

Excel saves CSV with the separator and the code page of the country: in most of Europe semicolons
and Windows-1252; as "Unicode text" UTF-16 with tabs.
"""

from __future__ import annotations

import codecs
import csv
import io
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from dicomlab.errors import DicomlabError

MOST_BYTES = 256 << 20
"""Larger files are no log that somebody wrote."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = (",", ";", "\t", "|")


class TooLarge(ValueError):
    """A file is larger than a table of texts may be."""


class ColumnTwice(DicomlabError, ValueError):
    """A table has two columns of one name."""

    def __init__(self, name: str):
        super().__init__(f"The table has the column '{name}' more than once. Rename or drop one of them.")


def column_names(names: Iterable[object]) -> list[str]:
    """Names of columns without blanks around them.

    Raises:
        ColumnTwice: Two are the same; empty ones may be.
    """
    bare = [str(name).strip() for name in names]
    for n, name in enumerate(bare):
        if name and name in bare[:n]:
            raise ColumnTwice(name)
    return bare


def read_text_table(
    path: Path, *, keep_empty: bool = False, types: type[str] | Mapping[str, type[str]] = str
) -> pd.DataFrame:
    """The cells of a CSV file as texts, its column names without blanks around them.

    Args:
        path: The file.
        types: Columns that are texts; others become numbers if all their cells are. Default: all.
        keep_empty: Keep texts such as "" and "NA" as they are. Default: they are null.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no table, or larger than MOST_BYTES.
        ColumnTwice: Two of its columns have one name.
    """
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise TooLarge(f"The file is larger than {MOST_BYTES >> 20} MiB")
    text = decoded(raw)
    separator, text = _separated(text.replace("\r\n", "\n").replace("\r", "\n"))
    header = next((line for line in text.split("\n") if line.strip()), "")
    column_names(next(csv.reader([header], delimiter=separator), []))
    with warnings.catch_warnings():
        # Rows with more cells than the header would be read one column further left.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            table = pd.read_csv(
                io.StringIO(text),
                sep=separator,
                dtype=types,
                keep_default_na=not keep_empty,
                low_memory=False,
                index_col=False,
            )
        except pd.errors.ParserWarning as many:
            raise ValueError("Its rows have more cells than its header") from many
    return table.rename(columns=lambda name: str(name).strip())


def decoded(raw: bytes) -> str:
    """Bytes as text, by their mark, else as UTF-8 if they are that, else as Windows-1252."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding)
    zeros = raw[:4096].count(0)
    if zeros > len(raw[:4096]) / 4:  # UTF-16 without a mark: every second byte of Latin text is 0
        return raw.decode("utf-16-le" if raw[1:2] == b"\0" else "utf-16-be")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _separated(text: str) -> tuple[str, str]:
    """What separates the cells, and the text without Excel's own line that says so."""
    first, _, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], rest
    header = next(csv.reader([first], delimiter="\0"), [""])
    counts = {mark: len(next(csv.reader([first.strip()], delimiter=mark), [])) for mark in _SEPARATORS}
    return (max(counts, key=lambda mark: counts[mark]) if header else ","), text
