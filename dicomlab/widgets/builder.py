"""A cohort chosen by looking: bars that one clicks, counts that follow, and the code that does it again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from dicomlab.arguments import checked_methods
from dicomlab.cohorts.choices import Moves
from dicomlab.cohorts.facets import Facets
from dicomlab.errors import DicomlabError, NotACohort, UnknownSetting, WrongArgument
from dicomlab.new_files import write_text
from dicomlab.plain_files import NotPlain, read_json
from dicomlab.widgets.base import View

if TYPE_CHECKING:
    from dicomlab.catalog.catalog import Catalog
    from dicomlab.cohorts.cohort import Cohort

_WRITE_ONE = "Write one with CohortBuilder.save(path)."
_SPEC = ("query", "choices", "steps", "columns")


class _Made(traitlets.TraitType[Any, Any]):
    """A trait that is worked out when it is read: each click would be too often."""

    def get(self, obj: Any, cls: Any = None) -> Any:
        """The cohort of what is chosen now."""
        return obj.cohort()


@checked_methods
class CohortBuilder(View, page="builder"):
    """Choose series by what their columns hold; `value` is the Cohort.

    Each column is a list of values or a histogram, counted under what was chosen of all others. `query`
    are words that stand in a column of text; `choices` a list of {"column", "values", "low", "high"},
    None among the values for a missing one; `steps` what was kept or left out before, with the reason.
    `columns` are those that are shown, `counts` what is in now, `code` the Python that makes the same
    cohort. Observe `code` to hear of changes; the cohort itself is made when `value` is read.

    Raises MissingColumn for a column that the series do not have, or that holds lists.

    >>> builder = dl.widgets.CohortBuilder(catalog)
    >>> builder.choices = [{"column": "Modality", "values": ["CT"]}]
    >>> builder.leave_out(choices=[{"column": "n_instances", "high": 1}], why="localiser")
    >>> builder.value.flow["what"].tolist()
    ['catalog', 'select', 'drop']
    """

    gestures: ClassVar = {
        "look": "_look",
        "leave": "_leave",
        "keep": "_keep",
        "undo": "_undo",
        "clear": "_clear",
        "values": "_values",
        "restore": "_restore",
    }

    value = _Made(read_only=True)
    query = traitlets.Unicode("").tag(sync=True)
    choices = traitlets.List(traitlets.Dict()).tag(sync=True)
    steps = traitlets.List(traitlets.Dict()).tag(sync=True)
    columns = traitlets.List(traitlets.Unicode()).tag(sync=True)
    counts = traitlets.Dict(read_only=True).tag(sync=True)
    total = traitlets.Dict(read_only=True).tag(sync=True)
    code = traitlets.Unicode("", read_only=True).tag(sync=True)
    offered = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    """Columns that can be shown."""

    def __init__(self, catalog: Catalog, columns: Iterable[str] | None = None, **settings: Any):
        self._catalog = catalog
        self._facets = Facets(catalog, columns)
        self._hides = catalog.is_masked
        self._seen: dict[str, Any] = {}
        self._made: tuple[Moves, Cohort] | None = None
        super().__init__(columns=list(self._facets.kinds), **settings)
        self.set_trait("offered", self._facets.offered)
        self._find()
        if not self._seen:
            raise DicomlabError(f"CohortBuilder cannot show what was chosen. {self.problem}")
        self.set_trait("total", {k: v for k, v in self._seen["flow"][0].items() if isinstance(v, int)})
        self.observe(self._find, ["query", "choices", "steps"])
        self.observe(self._reload, "columns")

    def cohort(self) -> Cohort:
        """The cohort of what is chosen now: what `value` is."""
        with self.lock:
            moves = self._moves()
            if self._made is None or self._made[0] != moves:
                self._made = (moves, moves.cohort(self._catalog))
            return self._made[1]

    def leave_out(self, *, why: str, choices: Iterable[dict[str, Any]] = (), query: str = "") -> None:
        """Leave out what fits, and say why; what was chosen until now is kept as a step before."""
        with self.lock, self.hold_trait_notifications():
            self._fix()
            self.steps = [*self.steps, _step("drop", list(choices), query, why)]

    def spec(self) -> dict[str, Any]:
        """What was done, as plain data: `CohortBuilder(catalog, **spec)` shows the same."""
        return {name: json.loads(json.dumps(getattr(self, name))) for name in _SPEC}

    def save(self, path: str | Path) -> Path:
        """Write what was done as JSON, for `load`; the cohort itself has a `save` of its own."""
        return write_text(path, json.dumps(self.spec(), indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: str | Path, catalog: Catalog) -> CohortBuilder:
        """Show what was saved, over a catalog as it is now."""
        try:
            spec = read_json(path)
        except FileNotFoundError:
            raise NotACohort(os.fspath(path), "does not exist", _WRITE_ONE) from None
        except NotPlain as error:
            raise NotACohort(os.fspath(path), error.why, _WRITE_ONE) from None
        return cls(catalog, **_checked(spec))

    def remark(self) -> str:
        """The columns that cannot be counted, and why."""
        with self.lock:
            self.left_out = tuple(self._facets.left_out)
            return super().remark()

    # --- gestures ---

    def _look(self) -> dict[str, Any]:
        self._hide()
        return {**self._seen, "about": self._about()}

    def _leave(self, why: str = "") -> None:
        with self.lock, self.hold_trait_notifications():
            step = _step("drop", list(self.choices), self.query, str(why).strip())
            self.choices, self.query, self.steps = [], "", [*self.steps, step]

    def _keep(self) -> None:
        with self.lock, self.hold_trait_notifications():
            self._fix()

    def _undo(self) -> None:
        """Take the last step back: what it asked for is chosen again."""
        with self.lock, self.hold_trait_notifications():
            if self.steps:
                *before, last = self.steps
                self.steps, self.query = before, last.get("query", "")
                self.choices = list(last.get("choices", []))

    def _clear(self) -> None:
        with self.lock, self.hold_trait_notifications():
            self.choices, self.query = [], ""

    def _values(self, column: str, words: str) -> dict[str, Any]:
        found = self._facets.find_values(column, words) if column in self._facets.texts else []
        return {"column": column, "found": found}

    def _restore(self, spec: Any) -> None:
        given = _checked(spec)
        with self.lock:
            if given.get("columns"):
                self.columns = given["columns"]
            with self.hold_trait_notifications():
                self.query = str(given.get("query", ""))
                self.choices, self.steps = list(given.get("choices", [])), list(given.get("steps", []))

    # --- how it works ---

    def _hide(self) -> None:
        """Once the switch is on, take away the columns that it masks, and what was chosen of them."""
        if self._hides or not self.is_masked:
            return
        with self.lock:
            self._hides, self._catalog = True, self._catalog.masked
            offered = set(Facets(self._catalog, []).offered)

            def is_shown(choice: dict[str, Any]) -> bool:
                return choice.get("column") in offered

            with self.hold_trait_notifications():
                self.steps = [s for s in self.steps if all(map(is_shown, s.get("choices", [])))]
                self.choices = list(filter(is_shown, self.choices))
                self.columns = [name for name in self.columns if name in offered]
            self.set_trait("offered", sorted(offered))

    def _fix(self) -> None:
        """Make a step of what is chosen now."""
        if self.choices or self.query.split():
            step = _step("keep", list(self.choices), self.query, "")
            self.choices, self.query, self.steps = [], "", [*self.steps, step]

    def _moves(self) -> Moves:
        return self._facets.moves(self.steps, self.query, self.choices)

    def _find(self, _: Any = None) -> None:
        with self.lock, self.explained():
            moves = self._moves()
            self._seen = self._facets.look(moves)
            with self.hold_sync():
                self.set_trait("counts", self._seen["counts"])
                self.set_trait("code", moves.code())
                self.revision += 1

    def _reload(self, _: Any = None) -> None:
        with self.lock, self.explained():
            used = [
                c["column"] for s in [*self.steps, {"choices": self.choices}] for c in s.get("choices", [])
            ]
            wanted = list(dict.fromkeys([*self.columns, *used]))
            try:
                self._facets = Facets(self._catalog, wanted)
            finally:
                self.columns = list(self._facets.kinds)
            self.set_trait("offered", self._facets.offered)
            self._find()

    def _about(self) -> dict[str, dict[str, str]]:
        known = {column.name: column for column in self._catalog.columns}
        return {
            name: {"unit": known[name].unit, "meaning": known[name].meaning}
            for name in self._facets.kinds
            if name in known
        }


def _step(what: str, choices: list[dict[str, Any]], query: str, why: str) -> dict[str, Any]:
    return {"what": what, "choices": choices, "query": query, "why": why}


def _checked(spec: Any) -> dict[str, Any]:
    """What was saved, if that is what it is."""
    if not isinstance(spec, dict):
        raise WrongArgument("spec", type(spec).__name__, ["what CohortBuilder.save wrote"])
    for name in spec:
        if name not in _SPEC:
            raise UnknownSetting("CohortBuilder", str(name), _SPEC)
    return spec
