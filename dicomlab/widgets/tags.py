"""The tags of a header, a series, or several files: to search, fold, compare, pin and take along."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from dicomlab.arguments import checked_methods
from dicomlab.catalog.catalog import Catalog
from dicomlab.errors import WrongArgument
from dicomlab.masking import options
from dicomlab.schema.columns import Columns
from dicomlab.schema.formulas import harmless_table
from dicomlab.tags.compare import Line, compare, tags_to_frame, to_frame
from dicomlab.tags.headers import MOST, Headers, headers_of, headers_of_series, one_of, series_choices
from dicomlab.tags.outline import View as Asked
from dicomlab.tags.outline import look
from dicomlab.tags.rows import Row, Tags
from dicomlab.tags.search import hits, parsed
from dicomlab.widgets.base import View, series_uid
from dicomlab.widgets.tag_cells import (
    bare_cells_of,
    cells_of,
    code_by_keyword,
    counts_of,
    panel_of,
    recipe_line,
    values_of,
    with_column,
)

if TYPE_CHECKING:
    import pandas as pd
    from pydicom.dataset import Dataset

PAGE = 500
MODES = ("one", "varies", "side")
SIDE = 6


@checked_methods
class TagExplorer(View, page="tags"):
    """Look through the tags of files; `value` is the paths of the chosen ones.

    Takes a file, a folder, a data set, a list of those, or a catalog with a `series` (its
    SeriesInstanceUID). `query` is what one would type: words, or vr:, group:, private:, empty:, phi:
    and value: with `>5` or a text. `mode` is "one" header at a time (`instance` says which), "varies"
    for what differs among all of them, or "side" for up to six beside each other. `pinned` are
    paths that stay on top, `recipe` lines for a de-identification recipe, `columns` the
    columns to scan with, when some were added.

    Raises BadFile, NothingToShow, NoHeaders, and UnknownSetting for a keyword it does not take.

    >>> from pydicom.data import get_testdata_file
    >>> file = get_testdata_file("CT_small.dcm", download=False)
    >>> explorer = dl.widgets.TagExplorer(file, query="slice thick")
    >>> explorer.to_pandas()[["keyword", "value", "unit"]].values.tolist()
    [['SliceThickness', '5.000000', 'mm']]
    >>> print(explorer.code())
    ds["SliceThickness"].value
    """

    gestures: ClassVar[Mapping[str, str]] = {
        "rows": "_rows",
        "detail": "_detail",
        "fold": "_fold",
        "pin": "_pin",
        "column": "add_column",
        "line": "add_line",
        "write": "add_to_catalog",
        "save": "_save",
    }

    query = traitlets.Unicode("").tag(sync=True)
    filters = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """Of private, public, empty, with value, phi, retired, no meta, no nested."""
    group = traitlets.Unicode("").tag(sync=True)
    pinned = traitlets.List(traitlets.Unicode()).tag(sync=True)
    opened = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """Paths of sequences and items that are open; "*" for all; one after a minus is closed."""
    value = traitlets.List(traitlets.Unicode()).tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    """The path that the panel tells about."""
    mode = traitlets.Enum(MODES, "one").tag(sync=True)
    instance = traitlets.Int(0).tag(sync=True)
    side = traitlets.List(traitlets.Int()).tag(sync=True)
    """Numbers of the headers that stand side by side."""
    hide_equal = traitlets.Bool(True).tag(sync=True)
    ignore = traitlets.Bool(True).tag(sync=True)
    """Leave UIDs, dates and times out of what differs."""
    recipe = traitlets.List(traitlets.Unicode()).tag(sync=True)
    added = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """Paths that `columns` has beside those that it began with."""
    series = traitlets.Unicode("").tag(sync=True)

    choices: traitlets.List[list[str]] = traitlets.List(read_only=True).tag(sync=True)
    labels = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    count = traitlets.Int(0, read_only=True).tag(sync=True)
    found = traitlets.Int(0, read_only=True).tag(sync=True)
    total = traitlets.Int(0, read_only=True).tag(sync=True)
    shown = traitlets.Int(0, read_only=True).tag(sync=True)
    groups = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    masked = traitlets.Bool(False, read_only=True).tag(sync=True)
    can_write = traitlets.Bool(False, read_only=True).tag(sync=True)
    notice = traitlets.Unicode("", read_only=True).tag(sync=True)

    def __init__(
        self,
        source: str | Path | Dataset | Catalog | Iterable[str | Path | Dataset],
        *,
        series: Any = "",
        **settings: Any,
    ):
        self._catalog = source if isinstance(source, Catalog) else None
        self._changed: frozenset[str] = frozenset()
        self._before: Tags | None = None
        self._numbers: list[int] = []
        self._lines: list[Line] = []
        self._unreadable: set[int] = set()  # numbers of headers that could not be read
        self._headers = self._opened(source, series_uid("TagExplorer", series))
        self.columns = self._catalog.columns if self._catalog is not None else Columns()
        super().__init__(**settings)
        self.set_trait("masked", bool(self._headers.mask))
        self.set_trait("can_write", self._catalog is not None)
        if self._catalog is not None:
            self.set_trait("choices", [list(one) for one in self._choices])
            self.series = self._series
        self.observe(self._other_series, "series")
        self.observe(self._other_instance, "instance")
        shows = ["query", "filters", "group", "pinned", "opened", "mode", "side", "hide_equal", "ignore"]
        self.observe(self._look, shows)
        self._named()
        self._read_first()

    # --- what was chosen ---

    def to_pandas(self) -> pd.DataFrame:
        """The tags that are shown, as a table; those side by side have a column each."""
        with self.lock:
            if self.mode == "one":
                found = self._seen.hits or range(len(self._tags.rows))
                return tags_to_frame(self._tags, sorted(found))
            return to_frame([self._lines[i] for i in self._numbers], [self.labels[n] for n in self._beside])

    def code(self) -> str:
        """Python that gives the chosen tags, or those that are shown, from a data set `ds`."""
        with self.lock:
            rows = self._all_rows()
            wanted = set(self.value) or {rows[i].path for i in self._seen_hits()}
            lines = [row.code for row in rows if row.path in wanted and not row.is_item]
        return "\n".join(dict.fromkeys(code_by_keyword(line) for line in lines))

    def add_column(self, path: str) -> dict[str, Any]:
        """Add the tag at a path to `columns`; nothing is scanned or written by it."""
        row = self._row(path)
        with self.lock:
            self.columns = with_column(self.columns, row)
            if path not in self.added:
                self.added = [*self.added, path]
            self.set_trait("notice", f"{row.keyword} is added to explorer.columns.")
        return {}

    def add_line(self, path: str) -> dict[str, Any]:
        """Add a line about the tag at a path to `recipe`: what PS3.15 Annex E does, else remove."""
        row = self._row(path)
        line = recipe_line(row)
        with self.lock:
            self.recipe = list(dict.fromkeys([*self.recipe, line]))
            self.set_trait("notice", f"{' '.join(line.split()[:2])} is added to explorer.recipe.")
        return {}

    def add_to_catalog(self) -> dict[str, Any]:
        """Add the columns to the catalog, from its kept headers; `catalog` is then the new one."""
        if self._catalog is None:
            raise WrongArgument("source", "a file", ("a catalog, which columns can be added to",))
        self.catalog = self._catalog.add_columns(self.columns, progress=False)
        self.set_trait("notice", f"The catalog now has {len(self.columns)} columns: explorer.catalog.")
        return {}

    # --- how it comes about ---

    @property
    def _mask(self) -> bool:
        return options.mask if self._catalog is None else self._catalog.is_masked

    @cached_property
    def _choices(self) -> list[tuple[str, str]]:
        return [] if self._catalog is None else series_choices(self._catalog)

    def _opened(self, source: Any, series: str) -> Headers:
        if self._catalog is None:
            return headers_of(source, mask=options.mask)
        self._series = series or one_of(self._choices)
        return headers_of_series(self._catalog, self._series, mask=self._mask)

    def _named(self) -> None:
        from dicomlab.masking import pseudonym
        from dicomlab.tags.text import on_one_line

        names = [pseudonym(n, "file") if self._headers.mask else on_one_line(n) for n in self._headers.labels]
        self.set_trait("labels", names)
        self.set_trait("count", len(names))

    def _read_first(self) -> None:
        wanted = min(max(self.instance, 0), len(self._headers) - 1)
        others = [n for n in range(len(self._headers)) if n != wanted]
        number, self._tags = self._headers.first([wanted, *others])
        if number != wanted:
            self.instance = number
            self.set_trait("notice", f"Header {wanted + 1} cannot be read: this is header {number + 1}.")
        self._before, self._changed = None, frozenset()
        self._look()

    def _other_series(self, _: Any = None) -> None:
        with self.lock, self.explained():
            if self._catalog is None:
                return
            self._headers = headers_of_series(self._catalog, self.series, mask=self._headers.mask)
            self._unreadable = set()
            self._named()
            with self.hold_trait_notifications():
                self.side, self.instance = [], 0
            self._read_first()

    def _other_instance(self, _: Any = None) -> None:
        with self.lock, self.explained():
            number = min(max(self.instance, 0), len(self._headers) - 1)
            before, self._tags = self._tags, self._headers.read(number)
            marks = {row.path: row.mark for row in before.rows}
            self._changed = frozenset(row.path for row in self._tags.rows if marks.get(row.path) != row.mark)
            self._look()

    @property
    def _beside(self) -> list[int]:
        """The numbers of the headers that are compared."""
        if self.mode == "varies":
            return [n for n in self._headers.spread() if n not in self._unreadable]
        chosen = [n for n in self.side if 0 <= n < len(self._headers) and n not in self._unreadable][:SIDE]
        return chosen or [n for n in range(len(self._headers)) if n not in self._unreadable][:2]

    def _look(self, _: Any = None) -> None:
        with self.lock, self.explained():
            if self.mode == "one":
                self._look_at_one()
            else:
                self._look_at_many()
            with self.hold_sync():
                self.set_trait("shown", len(self._numbers))
                self.set_trait(
                    "groups", sorted({f"{row.tag >> 16:04X}" for row in self._tags.rows if not row.depth})
                )
                self.revision += 1

    def _look_at_one(self) -> None:
        seen = look(self._tags, self._asked)
        self._seen, self._numbers = seen, seen.numbers
        self.set_trait("found", seen.found)
        self.set_trait("total", seen.total)

    @property
    def _asked(self) -> Asked:
        return Asked(self.query, tuple(self.filters), self.group, tuple(self.pinned), frozenset(self.opened))

    def _look_at_many(self) -> None:
        if self._compared_as != (self.mode, tuple(self._beside), self.series):
            found, left_out = self._read_beside()
            self._all_lines = compare(found)
            self._compared_as = (self.mode, tuple(self._beside), self.series)
            if left_out:
                self.set_trait("notice", f"{len(left_out)} left out: {left_out[0]}")
            if len(self._headers) > MOST and self.mode == "varies":
                self.set_trait("notice", f"{MOST} of {len(self._headers):,} headers were compared.")
        lines = [line for line in self._all_lines if not line.row.is_item]
        self.set_trait("total", len(lines))
        if self.mode == "varies" or self.hide_equal:
            lines = [line for line in lines if line.varies and not (self.ignore and line.is_usual)]
        rows = Tags(tuple(line.row for line in lines))
        wanted = set(hits(rows, parsed(self._asked.question)))
        if "no nested" in self.filters:
            wanted = {i for i in wanted if not rows.rows[i].depth}
        pinned = set(self.pinned)
        on_top = [i for i, line in enumerate(lines) if line.row.path in pinned]
        self._lines = lines
        self._numbers = [*on_top, *(i for i in sorted(wanted) if i not in on_top)]
        self.set_trait("found", len(wanted))

    def _read_beside(self) -> tuple[list[Tags], list[str]]:
        """The headers to compare, others in place of those that cannot be read; and why these cannot."""
        left_out: list[str] = []
        while True:
            asked = self._beside
            good, found, why = self._headers.readable(asked)
            left_out += why
            self._unreadable |= set(asked) - set(good)
            if self._beside == good:
                return found, left_out

    _compared_as: tuple[Any, ...] = ()
    _all_lines: Sequence[Line] = ()

    def _all_rows(self) -> Sequence[Row]:
        return self._tags.rows if self.mode == "one" else [line.row for line in self._lines]

    def _seen_hits(self) -> Sequence[int]:
        if self.mode != "one":
            return self._numbers
        return sorted(self._seen.hits) or [i for i, row in enumerate(self._tags.rows) if not row.depth]

    def _row(self, path: str) -> Row:
        for row in self._all_rows():
            if row.path == path and not row.is_item:
                return row
        raise WrongArgument("path", "what was given", ("the path of a tag that is shown",))

    # --- what the browser asks ---

    def _rows(self, start: int, count: int) -> dict[str, Any]:
        start, count = max(0, int(start)), min(max(0, int(count)), PAGE)
        with self.lock:
            numbers = self._numbers[start : start + count]
            places = [(n, start + k) for k, n in enumerate(numbers)]
            some = self.each(places, lambda place: self._cells(*place), self._bare_cells)
            heads = [self.labels[n] for n in self._beside] if self.mode == "side" else []
            return {
                "start": start,
                "rows": some,
                "heads": heads,
                "revision": self.revision,
                "mode": self.mode,
            }

    def _cells(self, number: int, at: int) -> dict[str, Any]:
        row = self._all_rows()[number]
        cells = cells_of(row, is_pinned=row.path in self.pinned)
        if self.mode == "one":
            is_top = at < self._seen.n_pinned
            fold = 0 if not row.n_below or is_top else 2 if number in self._seen.open else 1
            depth = 0 if is_top else row.depth
            return cells | {"fold": fold, "depth": depth, "changed": row.path in self._changed}
        line = self._lines[number]
        return cells | (counts_of(line) if self.mode == "varies" else values_of(line))

    def _bare_cells(self, place: tuple[int, int]) -> dict[str, Any]:
        """The cells of a tag of which nothing but its place can be shown."""
        return bare_cells_of(self._all_rows()[place[0]], len(self._beside), self.mode)

    def _detail(self, path: str) -> dict[str, Any]:
        with self.lock:
            row = next((row for row in self._all_rows() if row.path == path), None)
        return {"path": ""} if row is None else panel_of(row)

    def _fold(self, path: str, is_open: bool) -> None:
        """Open or close a branch, or all of them for the path "*"."""
        with self.lock:
            if path == "*":
                self.opened = ["*"] if is_open else []
                return
            others = [one for one in self.opened if one.removeprefix("-") != path]
            self.opened = [*others, path if is_open else f"-{path}"]

    def _pin(self, path: str) -> None:
        with self.lock:
            now = self.pinned
            self.pinned = [p for p in now if p != path] if path in now else [*now, path]

    def _save(self, form: str) -> dict[str, Any]:
        """The tags that are shown, as CSV or JSON."""
        table = self.to_pandas()
        if form == "json":
            return {
                "name": "tags.json",
                "text": json.dumps(json.loads(table.to_json(orient="records")), indent=1),
            }
        return {"name": "tags.csv", "text": harmless_table(table).to_csv(index=False)}
