"""Series as a tree of patients and studies that opens and closes, of which a screenful is asked for.

The tree holds positions, not texts: series are numbered in its order, so that a patient or a study
is a span of numbers. 300,000 series take a few megabytes, and each gesture some milliseconds.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import pyarrow as pa

from dicomlab.schema.levels import quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["patient", "study", "series"]
KINDS: tuple[Kind, ...] = ("patient", "study", "series")
_TEXTS = (
    *("PatientID", "PatientName", "StudyInstanceUID", "StudyDescription", "SeriesInstanceUID"),
    *("SeriesDescription", "ProtocolName", "Modality", "BodyPartExamined", "StationName"),
    "ManufacturerModelName",
)
_NUMBERS = ("SeriesNumber", "n_instances")
_SEARCHED = [name for name in _TEXTS if name not in ("StudyInstanceUID", "SeriesInstanceUID")]
_ORDER = "PatientID NULLS LAST, began NULLS LAST, StudyInstanceUID NULLS LAST"


class Askable(Protocol):
    """A catalog, or the part of one, that answers queries."""

    def arrow(self, query: str) -> pa.Table:
        """Run one query and give an Arrow table."""


@dataclass(frozen=True)
class Node:
    """A patient, a study or a series in the tree, by its number among those of its kind."""

    kind: Kind
    number: int


class Tree:
    """The patients, studies and series of a catalog or cohort.

    `find` says which series match, `open` and `close` what is seen of them, `choose` which are
    chosen; `page` gives rows of what is seen, from one row on.
    """

    def __init__(self, source: Askable):
        import duckdb

        self._lock = threading.Lock()
        self._database = duckdb.connect()
        table = self._filled(source)
        self.uids = table["SeriesInstanceUID"]
        self._patient = table["patient"].to_numpy()
        self._study = table["study"].to_numpy()
        self.total = table.num_rows
        self.hit = np.ones(self.total, bool)
        self.chosen = np.zeros(self.total, bool)
        self._is_open = {kind: np.zeros(self._many(kind), bool) for kind in ("patient", "study")}
        self._see()

    def find(self, query: str) -> None:
        """Let only series be seen in whose texts, date, study or patient all words stand."""
        words = query.casefold().split()
        condition = " AND ".join(
            "(contains(words, ?) OR starts_with(uid, ?) OR starts_with(study_uid, ?))" for _ in words
        )
        found = self._asked(
            f"SELECT series FROM tree WHERE {condition or 'true'}", [word for word in words for _ in range(3)]
        )
        self.hit = np.zeros(self.total, bool)
        self.hit[found["series"].to_numpy()] = True
        self._see()

    def open(self, nodes: Iterable[Node], *, is_open: bool = True) -> None:
        """Open patients and studies, or close them."""
        for node in nodes:
            if node.kind != "series":
                self._is_open[node.kind][node.number] = is_open
        self._see()

    def open_all(self) -> None:
        """Open whatever is matched."""
        for kind, of in (("patient", self._patient), ("study", self._study)):
            self._is_open[kind][np.unique(of[self.hit])] = True
        self._see()

    def close_all(self) -> None:
        """Close all patients and studies."""
        for flags in self._is_open.values():
            flags[:] = False
        self._see()

    def toggle(self, node: Node) -> None:
        """Choose the matching series of a node; if all of them are chosen already, none."""
        self.choose([node], is_chosen=self._state(node) != "all")

    def choose(self, nodes: Iterable[Node], *, is_chosen: bool = True) -> None:
        """Choose the matching series of nodes, or let go of them."""
        for node in nodes:
            span = self.span(node)
            self.chosen[span] = np.where(self.hit[span], is_chosen, self.chosen[span])

    def choose_uids(self, uids: Sequence[str]) -> None:
        """Choose exactly the series with these UIDs; those that are not there are left out."""
        import pyarrow.compute as pc

        self.chosen = np.asarray(pc.is_in(self.uids, pa.array(list(uids), pa.string())).to_numpy())

    def chosen_uids(self) -> list[str]:
        """The UIDs of the chosen series in the order of the tree; none twice."""
        uids = self.uids.take(pa.array(np.flatnonzero(self.chosen)))
        return list(dict.fromkeys(uid for uid in uids.to_pylist() if uid is not None))

    def span(self, node: Node) -> slice:
        """The numbers of the series of a node."""
        if node.kind == "series":
            return slice(node.number, node.number + 1)
        of = self._patient if node.kind == "patient" else self._study
        low, high = np.searchsorted(of, [node.number, node.number + 1])
        return slice(int(low), int(high))

    def place(self, node: Node) -> int | None:
        """In which row a node is seen now."""
        key = self.span(node).start * 3 + KINDS.index(node.kind)
        at = int(np.searchsorted(self._keys, key))
        return at if at < len(self._keys) and self._keys[at] == key else None

    def uid(self, number: int) -> str:
        """The SeriesInstanceUID of a series."""
        return str(self.uids[number].as_py())

    @property
    def seen(self) -> int:
        """How many rows are seen: patients, and what is open of them."""
        return len(self._keys)

    def counts(self) -> dict[str, tuple[int, int]]:
        """How many patients, studies and series match, and how many there are."""
        return {
            "patients": (len(self._patients_hit), self._many("patient")),
            "studies": (len(np.unique(self._study[self.hit])), self._many("study")),
            "series": (int(self.hit.sum()), self.total),
        }

    def page(self, start: int, count: int) -> list[dict[str, Any]]:
        """Rows of what is seen: kind, number, level, state, is_open, position, siblings, and what it says."""
        keys = self._keys[max(0, start) : max(0, start) + max(0, count)]
        if not len(keys):
            return []
        nodes = [self._node(int(key)) for key in keys]
        said = self._said(nodes)
        return [{**self._described(node), **said[node]} for node in nodes]

    # --- how it works ---

    def _filled(self, source: Askable) -> pa.Table:
        have = set(source.arrow("SELECT * FROM series LIMIT 0").column_names)
        wanted = [*_TEXTS, *_NUMBERS, "first_acquired_at"]
        names = ", ".join(quoted(name) if name in have else f"NULL AS {quoted(name)}" for name in wanted)
        table = source.arrow(f"SELECT {names} FROM series")
        words = ", ' ', ".join(f"coalesce({quoted(name)}::VARCHAR, '')" for name in _SEARCHED)
        cursor = self._database.cursor()
        cursor.register("given", table)
        cursor.execute(
            "CREATE TABLE tree AS "
            "WITH dated AS (SELECT *, min(first_acquired_at) OVER (PARTITION BY PatientID, StudyInstanceUID) "
            "AS began FROM given) "
            f"SELECT row_number() OVER (ORDER BY {_ORDER}, SeriesNumber NULLS LAST, SeriesInstanceUID) - 1 "
            "AS series, "
            f"dense_rank() OVER (ORDER BY {_ORDER}) - 1 AS study, "
            "dense_rank() OVER (ORDER BY PatientID NULLS LAST) - 1 AS patient, "
            f"lower(concat({words}, ' ', strftime(first_acquired_at::TIMESTAMP, '%Y-%m-%d'))) AS words, "
            "coalesce(SeriesInstanceUID, '') AS uid, coalesce(StudyInstanceUID, '') AS study_uid, * "
            "FROM dated"
        )
        return cursor.sql(
            "SELECT series, study, patient, SeriesInstanceUID FROM tree ORDER BY series"
        ).to_arrow_table()

    def _asked(self, query: str, given: list[Any]) -> pa.Table:
        with self._lock:
            return self._database.cursor().sql(query, params=given).to_arrow_table()

    def _many(self, kind: Kind) -> int:
        of = self._patient if kind == "patient" else self._study
        return int(of[-1]) + 1 if len(of) else 0

    def _see(self) -> None:
        """Work out which rows are seen, as three numbers a series: patient, study, series begin there."""
        series = np.flatnonzero(
            self.hit & self._is_open["study"][self._study] & self._is_open["patient"][self._patient]
        )
        studies = np.unique(self._study[self.hit & self._is_open["patient"][self._patient]])
        patients = self._patients_hit = np.unique(self._patient[self.hit])
        starts = (np.searchsorted(self._patient, patients), np.searchsorted(self._study, studies), series)
        self._keys: NDArray[np.int64] = np.sort(
            np.concatenate([np.asarray(at, np.int64) * 3 + n for n, at in enumerate(starts)])
        )

    def _node(self, key: int) -> Node:
        at, n = divmod(key, 3)
        return Node(KINDS[n], int((self._patient, self._study, np.arange(0))[n][at]) if n < 2 else at)

    def _state(self, node: Node) -> str:
        span = self.span(node)
        hits = self.chosen[span][self.hit[span]]
        return "all" if len(hits) and hits.all() else "some" if self.chosen[span].any() else "none"

    def _described(self, node: Node) -> dict[str, Any]:
        position, siblings = self._among(node)
        is_open = None if node.kind == "series" else bool(self._is_open[node.kind][node.number])
        return {
            "kind": node.kind,
            "number": node.number,
            "state": self._state(node),
            "open": is_open,
            "position": position,
            "siblings": siblings,
        }

    def _among(self, node: Node) -> tuple[int, int]:
        """Which of the matching nodes with the same parent it is, from 1 on, and of how many."""
        at = self.span(node).start
        if node.kind == "patient":
            there = self._patients_hit
            return int(np.searchsorted(there, node.number)) + 1, len(there)
        if node.kind == "study":
            within, of = self.span(Node("patient", int(self._patient[at]))), self._study
        else:
            within, of = self.span(Node("study", int(self._study[at]))), np.arange(self.total)
        there = np.unique(of[within][self.hit[within]])
        return int(np.searchsorted(there, node.number)) + 1, len(there)

    def _said(self, nodes: Sequence[Node]) -> dict[Node, dict[str, Any]]:
        said: dict[Node, dict[str, Any]] = {}
        for kind, query in _QUERIES.items():
            numbers = [node.number for node in nodes if node.kind == kind]
            if not numbers:
                continue
            spans = [self.span(Node(kind, number)) for number in numbers]
            series = np.concatenate([np.flatnonzero(self.hit[s]) + s.start for s in spans])
            table = self._asked(query, [series.tolist()])
            for row in table.to_pylist():
                number = row.pop("node")
                said[Node(kind, number)] = row
        return said


_OF_ALL = (
    "count(*)::BIGINT AS n_series, sum(n_instances)::BIGINT AS n_instances, "
    "list_sort(list(DISTINCT Modality) FILTER (Modality IS NOT NULL)) AS modalities, "
    "min(first_acquired_at)::DATE AS first, max(first_acquired_at)::DATE AS last"
)
_FROM = "FROM tree WHERE series IN (SELECT unnest(?))"
_QUERIES: dict[Kind, str] = {
    "patient": "SELECT patient AS node, any_value(PatientID) AS PatientID, "
    "any_value(PatientName) AS PatientName, "
    f"count(DISTINCT study)::BIGINT AS n_studies, {_OF_ALL} {_FROM} GROUP BY patient",
    "study": f"SELECT study AS node, any_value(StudyDescription) AS StudyDescription, "
    f"any_value(StudyInstanceUID) AS StudyInstanceUID, {_OF_ALL} {_FROM} GROUP BY study",
    "series": "SELECT series AS node, SeriesNumber, SeriesDescription, ProtocolName, Modality, "
    "BodyPartExamined, StationName, ManufacturerModelName, n_instances, SeriesInstanceUID, "
    f"first_acquired_at::DATE AS first {_FROM}",
}
