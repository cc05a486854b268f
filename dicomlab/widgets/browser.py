"""A tree of patients, studies and series to find one's way in, and to choose from."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from dicomlab.arguments import checked_methods
from dicomlab.catalog.catalog import Catalog
from dicomlab.catalog.tree import KINDS, Node, Tree
from dicomlab.cohorts.cohort import Cohort
from dicomlab.errors import MissingColumn, WrongArgument
from dicomlab.masking import options
from dicomlab.pixels import NoPicture, Pixels
from dicomlab.schema.levels import literal
from dicomlab.widgets.base import View

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = ("note", "warning", "error")
FEW = 40
"""Matching series up to which a search opens the tree by itself."""
MOST_MESSAGES = 5
PICTURE = 192
"""Pixels that a picture is wide and high at most."""


_PLACE = ("kind", "state")
"""What says where a row of the tree stands, beside numbers."""


@checked_methods
class SeriesBrowser(View, page="browser"):
    """Choose series in a tree of patients and studies; `value` is their UIDs.

    Takes a catalog or a cohort. `query` are words that stand in what is known of a series, its study
    or its patient, or begin a UID. `findings`, from `dl.check`, mark what is wrong. Pictures are made when
    they are asked for. `value` can be set, and survives a search.

    Raises WrongArgument for what is neither catalog nor cohort.

    >>> browser = dl.widgets.SeriesBrowser(catalog, query="thorax")
    >>> 0 < browser.counts["series"][0] < browser.counts["series"][1] == len(catalog.series)
    True
    >>> browser.value = catalog.series["SeriesInstanceUID"].tolist()[:2]
    >>> len(browser.to_pandas())
    2
    """

    gestures: ClassVar[Mapping[str, str]] = {
        "rows": "_rows",
        "open": "_open",
        "all": "_all",
        "toggle": "_toggle",
        "choose": "_choose",
        "picture": "_picture",
    }

    query = traitlets.Unicode("").tag(sync=True)
    title = traitlets.Unicode("Series").tag(sync=True)
    pictures = traitlets.Bool(False).tag(sync=True)
    """Whether the picture of the series that one is at is shown."""
    value = traitlets.List(traitlets.Unicode())
    """The UIDs of the chosen series, in the order of the tree; it does not travel to the browser."""
    seen = traitlets.Int(0, read_only=True).tag(sync=True)
    chosen = traitlets.Int(0, read_only=True).tag(sync=True)
    counts = traitlets.Dict(read_only=True).tag(sync=True)
    """Of patients, studies and series: how many match, and how many there are."""

    def __init__(
        self,
        source: Catalog | Cohort,
        findings: pd.DataFrame | None = None,
        *,
        value: Sequence[str] = (),
        **settings: Any,
    ):
        if not isinstance(source, Catalog | Cohort):
            raise WrongArgument("source", type(source).__name__, ("a catalog", "a cohort"))
        for name in ("level", "uid", "severity", "message"):
            if findings is not None and name not in findings:
                raise MissingColumn(name, findings.columns, " Give what `check` gives.")
        self._source, self._findings = source, findings
        self._load()
        super().__init__(**settings)
        self.observe(self._find, "query")
        self.observe(self._given, "value")
        self._find()
        self.value = list(value)

    def to_pandas(self) -> pd.DataFrame:
        """The chosen series, as rows of `catalog.series`."""
        uids = ", ".join(map(literal, self.value))
        return self._source.read("series", where=f"SeriesInstanceUID IN ({uids})" if uids else "false")

    # --- how it comes about ---

    def _load(self) -> None:
        catalog = self._source if isinstance(self._source, Catalog) else self._source.catalog
        self._is_masked = catalog.is_masked
        self._tree = Tree(self._source)
        self._marks: dict[str, dict[str, Any]] = {}
        if self._findings is not None:
            mark = partial(marks_of, self._findings, self._source)
            self._marks = self.alone("the marks of findings", mark, {})

    def _still_masked(self) -> None:
        """Mask what was loaded before the switch was turned on; what is masked stays so."""
        if options.mask and not self._is_masked:
            self._load()
            self._tree.find(self.query)
            self._tree.choose_uids(self.value)

    def _find(self, _: Any = None) -> None:
        with self.lock, self.explained():
            self._still_masked()
            self._tree.find(self.query)
            if self.query.strip() and self._tree.hit.sum() <= FEW:
                self._tree.open_all()
            self._tell()

    def _tell(self) -> None:
        with self.hold_sync():
            self.set_trait("counts", {name: list(pair) for name, pair in self._tree.counts().items()})
            self.set_trait("seen", self._tree.seen)
            self.set_trait("chosen", int(self._tree.chosen.sum()))
            self.revision += 1

    def _given(self, change: Any) -> None:
        with self.lock, self.explained():
            if list(change["new"]) != self._tree.chosen_uids():
                self._tree.choose_uids(change["new"])
                self._tell()

    def _rows(self, start: int, count: int) -> dict[str, Any]:
        with self.lock:
            self._still_masked()
            page = self._tree.page(int(start), min(int(count), 400))
            rows = self.each(page, self._shown, _bare)
            return {"start": int(start), "rows": rows, "revision": self.revision}

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        node = Node(row["kind"], row["number"])
        span = self._tree.span(node)
        marks = (
            [self._marks[uid] for uid in self._tree.uids[span].to_pylist() if uid in self._marks]
            if self._marks
            else []
        )
        out = {name: self._text(value) for name, value in row.items()}
        if marks:
            worst = max(marks, key=lambda mark: mark["rank"])
            out["mark"] = {"severity": SEVERITIES[worst["rank"]], "n": sum(mark["n"] for mark in marks)}
            if node.kind == "series":
                out["messages"] = worst["messages"]
        return out

    def _text(self, value: Any) -> Any:
        if isinstance(value, date):
            return value.strftime("%Y-%m" if self._is_masked else "%Y-%m-%d")
        return value[:200] if isinstance(value, str) else value

    def _open(self, node: str, number: int, is_open: bool) -> dict[str, Any]:
        with self.lock:
            self._tree.open([self._node(node, number)], is_open=bool(is_open))
            self._tell()
            return {"place": self._tree.place(self._node(node, number))}

    def _all(self, is_open: bool) -> None:
        with self.lock:
            if is_open:
                self._tree.open_all()
            else:
                self._tree.close_all()
            self._tell()

    def _toggle(self, node: str, number: int) -> None:
        with self.lock:
            self._tree.toggle(self._node(node, number))
            self._chosen()

    def _choose(self, is_chosen: bool) -> None:
        """Choose all series that match, or none at all."""
        with self.lock:
            if is_chosen:
                self._tree.chosen |= self._tree.hit
            else:
                self._tree.chosen[:] = False
            self._chosen()

    def _chosen(self) -> None:
        self.value = self._tree.chosen_uids()
        self._tell()

    def _node(self, kind: str, number: int) -> Node:
        if kind not in KINDS:
            raise WrongArgument("node", kind, KINDS)
        known = next(one for one in KINDS if one == kind)
        return Node(known, int(number))

    def _picture(self, number: int) -> dict[str, Any]:
        uid = self._tree.uid(int(number))
        try:
            pixels = Pixels(middle_file(self._source, uid))
            if self._is_masked and pixels.may_name_somebody:
                raise NoPicture("a name may be burned into it", "Turn dl.options.mask off to see it.")
            data = pixels.png(pixels.n_frames // 2, size=PICTURE)
        except NoPicture as error:
            return {"number": int(number), "src": "", "reason": str(error)}
        return {"number": int(number), "src": as_source(data), "reason": ""}


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose texts cannot be shown: where it stands in the tree."""
    return {name: value for name, value in row.items() if isinstance(value, bool | int) or name in _PLACE}


def as_source(png: bytes) -> str:
    """A PNG as an image of a page takes it."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def middle_file(source: Catalog | Cohort, uid: str) -> str:
    """The file key of the instance in the middle of a series. Raises NoPicture where there is none."""
    keys = file_keys(source, uid)
    if not keys:
        raise NoPicture("the series has no file")
    return keys[len(keys) // 2]


def file_keys(source: Catalog | Cohort, uid: str) -> list[str]:
    """The true file keys of a series, along the slices where it has positions, else by number."""
    have = source.unmasked.arrow("SELECT * FROM instances LIMIT 0").column_names
    by = [name for name in ("slice_position_mm", "InstanceNumber", "file_key") if name in have]
    query = (
        f"SELECT file_key FROM instances WHERE SeriesInstanceUID = {literal(uid)} ORDER BY {', '.join(by)}"
    )
    return [str(key) for key in source.unmasked.arrow(query)["file_key"].to_pylist()]


def marks_of(findings: pd.DataFrame, source: Catalog | Cohort) -> dict[str, dict[str, Any]]:
    """What is found of each series, by its UID: rank of the gravest, how many, and what they say."""
    import pyarrow as pa

    series = findings[findings["level"] == "series"][["uid", "severity", "message"]]
    parts = [series.itertuples(index=False, name=None)]
    for level, key in (("instance", "SOPInstanceUID"), ("study", "StudyInstanceUID")):
        some = findings[(findings["level"] == level) & findings["uid"].notna()]
        if len(some):
            found = pa.table(
                {name: some[name].astype(str).tolist() for name in ("uid", "severity", "message")}
            )
            query = (
                "SELECT DISTINCT i.SeriesInstanceUID, f.severity, f.message "
                f"FROM found f JOIN instances i ON i.{key} = f.uid"
            )
            table = source.unmasked.arrow(query, {"found": found})
            parts.append(zip(*(table[n].to_pylist() for n in range(3)), strict=True))
    marks: dict[str, dict[str, Any]] = {}
    for uid, severity, message in (row for part in parts for row in part):
        mark = marks.setdefault(str(uid), {"rank": 0, "n": 0, "messages": []})
        mark["n"] += 1
        mark["rank"] = max(mark["rank"], SEVERITIES.index(severity))
        if len(mark["messages"]) < MOST_MESSAGES and message not in mark["messages"]:
            mark["messages"].append(str(message))
    return marks
