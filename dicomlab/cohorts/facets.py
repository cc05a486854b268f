"""How many series have which values, under what was chosen of the other columns: at once, at any size.

The columns are kept as numbers that stand for their values, and each condition as one bit a series,
so that a click costs a count over numbers and not a look into the catalog. Conditions are judged by
DuckDB, by the words that `select` would get: what is counted here is what the cohort will hold.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dicomlab.cohorts.choices import Choice, Kind, Move, Moves, word_in
from dicomlab.cohorts.cohort import COUNTED
from dicomlab.cohorts.steps import SERIES_KEYS
from dicomlab.errors import MissingColumn
from dicomlab.isolation import SetAside, set_aside
from dicomlab.schema.levels import quoted
from dicomlab.schema.masks import is_masked

if TYPE_CHECKING:
    import duckdb

    from dicomlab.catalog.catalog import Catalog

FIRST_FACETS = (
    "Modality PatientSex patient_age_years BodyPartExamined StudyDescription ProtocolName SeriesDescription "
    "ManufacturerModelName StationName first_acquired_at n_instances SliceThickness KVP "
    "MagneticFieldStrength"
).split()
"""Columns that are offered unless the call names others, where the catalog has values of them."""

MOST_BARS = 12
"""Values of a column that are told, the commonest first; the rest is counted."""
FEW = 12
"""Numbers of so many different values, or fewer, are told value by value."""
BINS = 24
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Facet:
    """One column, ready to be counted: the number of the bar of each series, and the bars."""

    column: str
    kind: Kind
    code: np.ndarray
    """Of each series, the number of its bar; the last one is of those without a value."""
    bars: tuple[Any, ...]
    """A value each; or the ends of a span each, where `is_binned`."""
    is_binned: bool = False

    def counted(self, rows: np.ndarray | None) -> np.ndarray:
        """How many of these series each bar has; the last number is of those without a value."""
        code = self.code if rows is None else self.code[rows]
        return np.bincount(code, minlength=len(self.bars) + 1)


class Facets:
    """The series of a catalog, as what they can be told apart by.

    Values are the true ones, as `select` sees them; a masked catalog is told apart by the columns only
    that hold nothing to mask.

    >>> facets = Facets(catalog, ["Modality", "KVP"])
    >>> seen = facets.look(Moves((), facets.kinds))
    >>> seen["facets"][0]["bars"] == [["CT", seen["counts"]["series"]]]
    True
    """

    def __init__(self, catalog: Catalog, columns: Iterable[str] | None = None):
        import duckdb

        whole = catalog.unmasked
        head = whole.arrow("SELECT * FROM series LIMIT 0").schema
        kinds: dict[str, Kind | None] = {f.name: _kind_of(f.type) for f in head}
        hidden = {n for n in kinds if catalog.is_masked and is_masked(n, catalog.columns)}
        self.offered = [
            n for n, kind in kinds.items() if kind is not None and n not in {*SERIES_KEYS[1:], *hidden}
        ]
        """Columns that can be looked at."""
        asked = list(columns) if columns is not None else [c for c in FIRST_FACETS if c in self.offered]
        for name in asked:
            if name not in self.offered:
                raise MissingColumn(name, self.offered)
        wanted = list(dict.fromkeys([*SERIES_KEYS, "n_instances", *asked]))
        table = whole.arrow(f"SELECT {', '.join(map(quoted, wanted))} FROM series")
        if columns is None:
            asked = [name for name in asked if table[name].null_count < len(table)]
        self.left_out: list[SetAside] = []
        """Columns that could not be counted, each with the reason."""
        self.kinds: dict[str, Kind] = {name: kinds[name] for name in asked}  # type: ignore[misc]
        self.texts = tuple(name for name in asked if self.kinds[name] == "text")
        self.total = len(table)
        self._facets = self._counted(table)
        asked = [*self._facets]
        self.texts = tuple(name for name in self.texts if name in self._facets)
        self._patients = _numbered(table["PatientID"])
        studies = _numbered(table["StudyInstanceUID"])
        pairs = self._patients.astype(np.int64) * (int(studies.max(initial=0)) + 1) + studies
        self._studies = np.unique(pairs, return_inverse=True)[1]
        self._instances = table["n_instances"].to_numpy()
        self._lock = threading.Lock()
        self._database = duckdb.connect()
        self._database.execute("SET enable_progress_bar = false")
        self._database.register("given", table.select(asked) if asked else table.select(["n_instances"]))
        self._database.execute("CREATE TABLE series AS SELECT * FROM given")
        self._database.unregister("given")
        self._database.register("given", self._words())
        self._database.execute("CREATE TABLE words AS SELECT * FROM given")
        self._database.unregister("given")
        # A click changes one condition: the others are known already.
        self._judge = lru_cache(maxsize=64)(self._judged)
        self._with_word = lru_cache(maxsize=32)(self._holding)

    def _counted(self, table: pa.Table) -> dict[str, Facet]:
        """Each column, ready to be counted; one that raises is left out."""
        found: dict[str, Facet] = {}
        for name in [*self.kinds]:
            try:
                found[name] = _facet(name, self.kinds[name], table[name])
            except Exception as error:  # noqa: BLE001 - whatever one column raises, the others count
                self.left_out.append(set_aside(f"the column {name}", error))
                del self.kinds[name]
        return found

    def moves(self, steps: Iterable[dict[str, Any]], query: str, choices: Iterable[dict[str, Any]]) -> Moves:
        """Steps and what is chosen now, from plain data; raises for what cannot be."""
        done = [
            Move(
                "drop" if step.get("what") == "drop" else "keep",
                self._choices(step.get("choices") or ()),
                str(step.get("query") or ""),
                str(step.get("why") or ""),
            )
            for step in steps
        ]
        return Moves((*done, Move("keep", self._choices(choices), query)), self.kinds, self.texts)

    def _choices(self, given: Iterable[dict[str, Any]]) -> tuple[Choice, ...]:
        return tuple(Choice.of(one, self.kinds) for one in given)

    def look(self, moves: Moves, most: int = MOST_BARS) -> dict[str, Any]:
        """What is in after these steps, and of each column what there is under all others.

        The choices of the last step are crossed: the bars of a column show the series that fulfil all
        but the choice of that column. Gives counts, flow (what, where, why and counts of each step)
        and facets (column, kind, bars, missing, others).
        """
        *done, now = moves.moves or (Move("keep"),)
        flow = [{"what": "catalog", "where": "", "why": "", **self._counts(None)}]
        mask: np.ndarray | None = None
        for move in done:
            fits = self._fits(move)
            mask = _and(mask, ~fits if move.what == "drop" else fits)
            told = {"what": move.what, "where": move.where(self.kinds, self.texts), "why": move.why}
            flow.append({**told, **self._counts(mask)})
        for word in now.query.split():
            mask = _and(mask, self._with_word(word.lower()))
        missed = np.zeros(self.total, dtype=np.uint8)
        bits = {c.column: self._judge(c.words(self.kinds[c.column])) for c in now.choices}
        for fits in bits.values():
            missed += ~fits
        chosen = _and(mask, missed == 0) if bits else mask
        if not now.is_empty:
            told = {
                "what": "keep" if done else "select",
                "where": now.where(self.kinds, self.texts),
                "why": "",
            }
            flow.append({**told, **self._counts(chosen)})
        rows, facets = _rows(chosen), []
        for name, facet in self._facets.items():
            under = rows
            if name in bits:  # all but its own choice
                under = _rows(_and(mask, missed == ~bits[name]) if len(bits) > 1 else mask)
            facets.append(_told(facet, facet.counted(under), most, _wanted(now.choices, name)))
        return {"counts": {name: flow[-1][name] for name in COUNTED}, "flow": flow, "facets": facets}

    def find_values(self, column: str, words: str, most: int = 50) -> list[str]:
        """Values of a column of text in which the words stand."""
        facet = self._facets[column]
        hits = [v for v in facet.bars if all(w in str(v).lower() for w in words.lower().split())]
        return [str(v) for v in hits[:most]]

    # --- how it is done ---

    def _counts(self, mask: np.ndarray | None) -> dict[str, int]:
        rows = _rows(mask)

        def distinct(code: np.ndarray) -> int:
            seen = np.zeros(len(code), dtype=bool)  # there are no more numbers than rows
            seen[code if rows is None else code[rows]] = True
            return int(np.count_nonzero(seen))

        instances = self._instances if rows is None else self._instances[rows]
        return {
            "patients": distinct(self._patients),
            "studies": distinct(self._studies),
            "series": self.total if rows is None else len(rows),
            "instances": int(instances.sum()),
        }

    def _fits(self, move: Move) -> np.ndarray:
        mask: np.ndarray | None = None
        for choice in move.choices:
            mask = _and(mask, self._judge(choice.words(self.kinds[choice.column])))
        for word in move.query.split():
            mask = _and(mask, self._with_word(word.lower()))
        return np.ones(self.total, dtype=bool) if mask is None else mask

    def _judged(self, where: str) -> np.ndarray:
        """Which series fulfil a condition."""
        found = self._cursor().execute(f"SELECT coalesce(({where}), false) AS fits FROM series").fetchnumpy()
        return np.asarray(found["fits"], dtype=bool)

    def _holding(self, word: str) -> np.ndarray:
        """Which series have a word in a column of text: each different value is looked at once."""
        found = (
            self._cursor().execute(f"SELECT facet, code FROM words WHERE {word_in(word, 'v')}").fetchnumpy()
        )
        mask = np.zeros(self.total, dtype=bool)
        for number in np.unique(found["facet"]):
            facet = self._facets[self.texts[number]]
            hits = np.zeros(len(facet.bars) + 1, dtype=bool)
            hits[found["code"][found["facet"] == number]] = True
            mask |= hits[facet.code]
        return mask

    def _words(self) -> pa.Table:
        """Each different value of each column of text, with the numbers of the two."""
        sizes = [len(self._facets[name].bars) for name in self.texts]
        values = [value for name in self.texts for value in self._facets[name].bars]
        code = np.concatenate([np.arange(0), *map(np.arange, sizes)])
        return pa.table(
            {
                "facet": np.repeat(np.arange(len(sizes)), sizes),
                "code": code,
                "v": pa.array(values, pa.string()),
            }
        )

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            return self._database.cursor()


def _rows(mask: np.ndarray | None) -> np.ndarray | None:
    """The numbers of the rows that a mask keeps; None stands for all."""
    return None if mask is None else np.flatnonzero(mask)


def _and(mask: np.ndarray | None, other: np.ndarray) -> np.ndarray:
    return other if mask is None else mask & other


def _kind_of(kind: pa.DataType) -> Kind | None:
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    return "date" if pa.types.is_timestamp(kind) or pa.types.is_date(kind) else None


def _numbered(column: pa.ChunkedArray) -> np.ndarray:
    """A number for each different value; a missing one has a number of its own."""
    coded = pa.concat_arrays(column.cast(pa.string()).chunks or [pa.array([], pa.string())])
    coded = coded.dictionary_encode()
    return coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)


def _facet(name: str, kind: Kind, column: pa.ChunkedArray) -> Facet:
    if kind == "text":
        coded = pa.concat_arrays(column.chunks or [pa.array([], pa.string())]).dictionary_encode()
        code = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
        return Facet(name, kind, code, tuple(coded.dictionary.to_pylist()))
    if kind == "date":
        return _dates(name, column)
    values = column.cast(pa.float64(), safe=False).to_numpy()
    known = values[np.isfinite(values)]
    distinct = np.unique(known[:: max(1, len(known) // 100_000)])
    if len(distinct) <= FEW:
        distinct = np.unique(known)
    if len(distinct) <= FEW:
        at = np.searchsorted(distinct, np.nan_to_num(values))
        code = np.where(np.isfinite(values), np.minimum(at, len(distinct)), len(distinct))
        return Facet(name, kind, code, tuple(_plain(v) for v in distinct))
    edges = _edges(known)
    code = np.searchsorted(edges, values, side="right") - 1
    code = np.where(np.isfinite(values), np.clip(code, 0, len(edges) - 2), len(edges) - 1)
    spans = [(_plain(a), _plain(b)) for a, b in pairwise(edges)]
    return Facet(name, kind, code, tuple(spans), is_binned=True)


def _edges(known: np.ndarray) -> np.ndarray:
    """Round numbers from the least to the greatest; few far ones go into the outermost bars."""
    low, high = known.min(), known.max()
    near = np.quantile(known, [0.005, 0.995])
    with np.errstate(over="ignore"):
        if high - low > 3 * (near[1] - near[0]) > 0:
            low, high = near
    raw = high / BINS - low / BINS  # the greatest less the least may be beyond all numbers
    size = 10.0 ** np.floor(np.log10(raw))
    step = next(size * s for s in _STEPS if size * s >= raw * 0.999)
    first, last = np.floor(low / step), np.floor(high / step) + 1
    most = np.finfo(float).max
    with np.errstate(over="ignore"):
        return np.clip(np.round(np.arange(first, last + 1) * step, 10), -most, most)


def _dates(name: str, column: pa.ChunkedArray) -> Facet:
    days = column.cast(pa.timestamp("us")).to_numpy().astype("datetime64[D]")
    is_known = ~np.isnat(days)
    if not is_known.any():
        return Facet(name, "date", np.zeros(len(days), dtype=np.int64), (), is_binned=True)
    first, last = days[is_known].min(), days[is_known].max()
    unit = next((u for u, n in (("D", 1), ("W", 7), ("M", 31)) if (last - first).astype(int) <= 40 * n), "Y")
    starts = np.arange(first.astype(f"M8[{unit}]"), last.astype(f"M8[{unit}]") + 2)
    edges = starts.astype("datetime64[D]")
    code = np.where(is_known, np.searchsorted(edges, days, side="right") - 1, len(edges) - 1)
    ends = edges[1:] - np.timedelta64(1, "D")
    spans = [(str(a), str(b)) for a, b in zip(edges[:-1], ends, strict=True)]
    return Facet(name, "date", code, tuple(spans), is_binned=True)


def _plain(value: Any) -> float:
    number = float(value)
    return int(number) if number.is_integer() else number


def _wanted(choices: Sequence[Choice], column: str) -> set[Any]:
    return {value for choice in choices if choice.column == column for value in choice.values}


def _told(facet: Facet, counts: np.ndarray, most: int, wanted: set[Any]) -> dict[str, Any]:
    """A facet as plain data; what was chosen is told even when little or nothing is left of it."""
    told: dict[str, Any] = {
        "column": facet.column,
        "kind": facet.kind,
        "is_binned": facet.is_binned,
        "missing": int(counts[-1]),
        "others": 0,
        "n_others": 0,
    }
    if facet.is_binned:
        return told | {"bars": [[*span, int(n)] for span, n in zip(facet.bars, counts, strict=False)]}
    own = counts[:-1]
    shown = list(range(len(own)))
    if facet.kind == "text":
        top = np.argsort(-own, kind="stable")[:most] if len(own) <= 5000 else _top(own, most)
        shown = [int(i) for i in top if own[i]]
        shown += [i for i, v in enumerate(facet.bars) if v in wanted and i not in shown] if wanted else []
        told["n_others"] = int(np.count_nonzero(own)) - sum(1 for i in shown if own[i])
        told["others"] = int(own.sum() - own[shown].sum())
    return told | {"bars": [[facet.bars[i], int(own[i])] for i in shown]}


def _top(counts: np.ndarray, most: int) -> np.ndarray:
    few = np.argpartition(-counts, most)[:most]
    return few[np.argsort(-counts[few], kind="stable")]
