"""A table of any length: Python keeps the rows, the browser a screenful."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from dicomlab.arguments import checked_methods
from dicomlab.catalog.catalog import Catalog
from dicomlab.catalog.window import Filter, Window
from dicomlab.cohorts.cohort import Cohort
from dicomlab.errors import MissingColumn, NoSuchTable
from dicomlab.schema.columns import Columns
from dicomlab.schema.looks import FIRST_LOOK
from dicomlab.schema.masks import shown_table
from dicomlab.widgets.base import View

if TYPE_CHECKING:
    import pandas as pd

_KEYS = {
    "patients": "PatientID",
    "studies": "StudyInstanceUID",
    "series": "SeriesInstanceUID",
    "instances": "file_key",
    "files": "file_key",
}


@checked_methods
class Table(View, page="table"):
    """Look through a table of any length; `value` is the keys of the chosen rows.

    Takes a catalog or a cohort and the name of one of its tables, or a DataFrame; rows of a cohort are held
    in memory. `query` are words that
    stand in the row, `filters` a list of {"column", "op", "value"} with the operators =, !=, <,
    <=, >, >=, contains, in, is missing and is present, `sort` a column and "asc" or "desc",
    `shown` the columns. Without a `key` column, keys are the numbers of rows, from 0 on.

    Raises NoSuchTable, MissingColumn, and UnknownSetting for a keyword that it does not take.

    >>> table = dl.widgets.Table(catalog, "series", query="ct")
    >>> table.matched == len(catalog.series)
    True
    >>> table.filters = [{"column": "n_instances", "op": ">", "value": 1}]
    >>> len(table.to_pandas()) == table.matched < table.total
    True
    """

    gestures: ClassVar[Mapping[str, str]] = {"rows": "_rows", "facet": "_facet", "range": "_range"}

    query = traitlets.Unicode("").tag(sync=True)
    filters = traitlets.List(traitlets.Dict()).tag(sync=True)
    sort = traitlets.List(traitlets.Unicode(), default_value=["", "asc"], minlen=2, maxlen=2).tag(sync=True)
    shown = traitlets.List(traitlets.Unicode()).tag(sync=True)
    value = traitlets.List(traitlets.Unicode()).tag(sync=True)
    title = traitlets.Unicode("Rows").tag(sync=True)
    columns = traitlets.List(traitlets.Dict(), read_only=True).tag(sync=True)
    """What there is to show: name, kind, unit and meaning of each column."""
    total = traitlets.Int(0, read_only=True).tag(sync=True)
    matched = traitlets.Int(0, read_only=True).tag(sync=True)

    _window: Window = None  # type: ignore[assignment]

    def __init__(
        self,
        source: Catalog | Cohort | pd.DataFrame,
        table: str = "instances",
        *,
        key: str | None = None,
        **settings: Any,
    ):
        if isinstance(source, Catalog) and table not in source.tables:
            raise NoSuchTable(table, source.tables)
        if isinstance(source, Cohort):
            settings.setdefault("title", table)
            key = _KEYS.get(table) if key is None else key
            source = source.read(table)
        is_catalog = isinstance(source, Catalog)
        if isinstance(source, Catalog):  # what was masked when it was made stays so
            source = source.masked if source.is_masked else source
        else:
            source = shown_table(source)
        self._source, self._table = source, table
        self._key = (_KEYS.get(table, "") if is_catalog else "") if key is None else key
        shown = list(settings.pop("shown", None) or _first_look(source, table))
        self._window = self._opened(shown)
        if self._key and self._key not in self._window.types:
            raise MissingColumn(self._key, self._window.types)
        if is_catalog:
            settings.setdefault("title", table)
        super().__init__(shown=shown, **settings)
        self.set_trait("columns", self._described())
        self.set_trait("total", self._window.total)
        self.set_trait("matched", self._window.total)
        self.observe(self._find, ["query", "filters", "sort"])
        self.observe(self._show, "shown")
        if self.query or self.filters or self.sort[0]:
            self._find()

    def to_pandas(self) -> pd.DataFrame:
        """The rows that match, in their order, with the columns that are shown."""
        return self._window.to_pandas()[list(self.shown)]

    def spec(self) -> dict[str, Any]:
        """What was asked for, as plain data: `Table(source, **spec)` shows the same."""
        return {
            "query": self.query,
            "filters": [dict(one) for one in self.filters],
            "sort": list(self.sort),
            "shown": list(self.shown),
        }

    def where(self) -> str:
        """The filters as an SQL condition, such as `catalog.read(table, where=...)` takes."""
        return " AND ".join(one.words for one in self._filters())

    def close(self) -> None:
        """End the view, and let its rows go."""
        super().close()
        if self._window is not None:
            self._window.close()

    # --- how it comes about ---

    def _opened(self, shown: Iterable[str]) -> Window:
        names = list(dict.fromkeys([*shown, *([self._key] if self._key else [])]))
        if isinstance(self._source, Catalog):
            return Window.of_catalog(self._source, self._table, names)
        return Window.of_frame(self._source, names)

    def _described(self) -> list[dict[str, str]]:
        known = self._source.columns if isinstance(self._source, Catalog) else Columns()
        found = []
        for name, kind in self._window.types.items():
            about = next((column for column in known if column.name == name), None)
            is_number = self._window.is_number(name)
            found.append(
                {
                    "name": name,
                    "kind": "number" if is_number else "text" if kind == "VARCHAR" else "other",
                    "unit": about.unit if about else "",
                    "meaning": about.meaning if about else "",
                }
            )
        return found

    def _filters(self) -> list[Filter]:
        return [Filter(str(f.get("column")), str(f.get("op")), f.get("value")) for f in self.filters]

    def _find(self, _: Any = None) -> None:
        with self.lock, self.explained():
            self._window.find(self.query, self._filters(), (self.sort[0], self.sort[1]))
            with self.hold_sync():
                self.set_trait("matched", self._window.matched)
                self.revision += 1

    def _show(self, _: Any = None) -> None:
        with self.lock, self.explained():
            before, self._window = self._window, self._opened(self.shown)
            before.close()
            self._find()

    def _rows(self, start: int, count: int) -> dict[str, Any]:
        window, revision = self._window, self.revision
        rows = window.page(int(start), int(count), self._key)
        return {"start": int(start), "rows": rows, "names": window.columns, "revision": revision}

    def _facet(self, column: str) -> dict[str, Any]:
        return {"column": column, **self._window.facet(column, self.query, self._filters())}

    def _range(self, start: int, end: int) -> None:
        chosen = self._window.keys(int(start), int(end), self._key)
        self.value = list(dict.fromkeys([*self.value, *chosen]))


def _first_look(source: Catalog | pd.DataFrame, table: str) -> list[str]:
    if not isinstance(source, Catalog):
        return [str(name) for name in source.columns]
    have = set(source.read(table, where="false").columns)
    return [name for name in FIRST_LOOK[table] if name in have]
