"""The promise of a view: what it shows, what was chosen in it, and how it takes what goes wrong.

Callbacks may run in another thread than the cells (JupyterLab from 4.4 on with ipykernel 7), at
the same time as one. So a view changes its state under `lock`, gives every query a cursor of its
own, and never uses pyplot. What a callback prints or raises is seen by nobody: it goes into
`problem`, which the view shows.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import anywidget
import traitlets

from dicomlab.arguments import came
from dicomlab.errors import DicomlabError, UnknownSetting, WrongKind
from dicomlab.isolation import SetAside, in_pieces, set_aside
from dicomlab.masking import options

_HERE = Path(__file__).parent
Given = TypeVar("Given")
Part = TypeVar("Part")


class View(anywidget.AnyWidget):
    """Something to look at and choose in, in a notebook.

    `value` is what was chosen. `problem` is a sentence when something did not work, and
    `revision` goes up by one with each change of what is shown. The browser tells of gestures
    (words typed, a column, a value), never SQL, code or paths.

    A subclass names its page, `class Table(View, page="table")`: table.js and table.css beside
    this file follow base.js and base.css. `gestures` says which method answers which message.
    """

    gestures: ClassVar[Mapping[str, str]] = {}

    problem = traitlets.Unicode("").tag(sync=True)
    revision = traitlets.Int(0).tag(sync=True)
    left_out: tuple[SetAside, ...] = ()
    """What is not shown since making it raised."""

    def __init_subclass__(cls, page: str = "", **more: Any) -> None:
        if page:
            cls._esm = _read("base.js") + _read(f"{page}.js")
            cls._css = _read("base.css") + _read(f"{page}.css")
        if "__init__" in vars(cls):
            cls.__init__ = _with_calm_traits(cls.__init__)  # type: ignore[method-assign]
        super().__init_subclass__(**more)

    def __init__(self, **settings: Any):
        self.lock = threading.RLock()
        self._was_masked = options.mask
        refuse_unknown(type(self), settings)
        super().__init__(**settings)
        self.on_msg(self._answer)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser changed, when no other thread is changing the view."""
        with self.lock:
            super().set_state(sync_data)

    @property
    def is_masked(self) -> bool:
        """Whether what may identify a patient is masked here: a view that was masked once stays so."""
        self._was_masked = self._was_masked or options.mask
        return self._was_masked

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn an error into the sentence that the view shows; clear it when all goes well."""
        try:
            yield
        except DicomlabError as error:
            self.problem = str(error)
        except Exception as error:  # noqa: BLE001 - nobody would see it, and its words may quote a header
            self.problem = f"This did not work ({type(error).__name__}). Run the cell again."
        else:
            self.problem = self.remark()

    def remark(self) -> str:
        """What is said while all goes well: nothing, or what was left out and why."""
        return f"Left out: {'; '.join(one.in_words for one in self.left_out)}." if self.left_out else ""

    def alone(self, item: str, work: Callable[[], Part], otherwise: Part) -> Part:
        """What `work` gives, or `otherwise` where it raises; `left_out` then says why."""
        self.left_out = tuple(one for one in self.left_out if one.item != item)
        try:
            return work()
        except DicomlabError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one part raises, the others are shown
            self.left_out = (*self.left_out, set_aside(item, error))
            return otherwise

    def each(
        self, rows: Sequence[Given], make: Callable[[Given], Part], otherwise: Callable[[Given], Part]
    ) -> list[Part]:
        """What `make` gives for each row, or `otherwise` for one that it raises for."""
        asides: list[SetAside] = []

        def alone(first: int, last: int, aside: SetAside) -> list[Part]:
            asides.append(aside)
            return [otherwise(row) for row in rows[first:last]]

        made = in_pieces(lambda first, last: [make(row) for row in rows[first:last]], len(rows), alone)
        self.left_out = (*(one for one in self.left_out if one.item != "a row"), *asides[:1])
        return [part for piece in made for part in piece]

    def _answer(self, _: Any, message: Mapping[str, Any], __: Any = None) -> None:
        """Answer a gesture of the browser, with the number it was asked under."""
        fields = dict(message)
        kind, seq = fields.pop("kind", ""), fields.pop("seq", 0)
        work = self.gestures.get(str(kind))
        if work is None:
            return
        content: Mapping[str, Any] = {}
        with self.explained():
            content = getattr(self, work)(**fields) or {}
        self.send({"kind": kind, "seq": seq, **content})


def refuse_unknown(view: type, settings: Mapping[str, Any]) -> None:
    """Raise UnknownSetting for a keyword that a widget would swallow without a word.

    >>> refuse_unknown(dl.widgets.Table, {"colums": ["KVP"]})
    Traceback (most recent call last):
    dicomlab.errors.UnknownSetting: Table has no setting 'colums'. Did you mean 'columns'?
    """
    taken = {name for name in inspect.signature(view).parameters if name not in ("settings", "self")}
    traits = {name for name in view.class_trait_names(sync=True) if not name.startswith("_")}  # type: ignore[attr-defined]
    for name in settings:
        if name not in traits:
            raise UnknownSetting(view.__name__, name, sorted(taken | traits))


def series_uid(view: str, series: Any) -> str:
    """The UID of a series that is given as one, or as a row of the series table; "" for none.

    >>> series_uid("Viewer", catalog.series.iloc[0]) == catalog.series["SeriesInstanceUID"].iloc[0]
    True
    """
    if series is None or isinstance(series, str):
        return series or ""
    try:
        found = series["SeriesInstanceUID"]
    except (TypeError, KeyError, IndexError, ValueError):
        found = None
    if not isinstance(found, str):
        raise WrongKind(view, "series", "a SeriesInstanceUID, or a row of catalog.series", came(series))
    return found


def _with_calm_traits(make: Callable[..., None]) -> Callable[..., None]:
    """The making of a view, in which a setting that a trait refuses is one of our own errors."""

    @wraps(make)
    def made(self: View, *args: Any, **settings: Any) -> None:
        try:
            make(self, *args, **settings)
        except traitlets.TraitError as error:
            # What the error says quotes the value.
            names = [name for name in settings if f"'{name}'" in str(error)] or ["settings"]
            trait = type(self).class_traits().get(names[0])
            meant = trait.info() if trait is not None else "what the view takes"
            raise WrongKind(type(self).__name__, names[0], meant, came(settings.get(names[0]))) from None

    return made


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
