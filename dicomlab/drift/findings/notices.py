"""What is worth knowing of a machine and is no drift: tags that go missing, gaps, fewer patients.

Notices have a budget of false ones of their own, as large as that of alarms, and are told calmly:
they have no severity, and no exit code says that there are some.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dicomlab.devices import column, texts
from dicomlab.drift.base import NOTICE_COLUMNS
from dicomlab.drift.detectors.budget import DAYS_A_YEAR, points_between_alarms
from dicomlab.drift.detectors.missing import MissingTag
from dicomlab.drift.findings.changes import to_timestamp
from dicomlab.drift.sequential.absences import Absence, find_absences
from dicomlab.drift.signals.identities import DISAGREES, IDENTITIES, LARGE, identity_named
from dicomlab.drift.signals.parameters import Parameter
from dicomlab.drift.signals.signal import Rules
from dicomlab.drift.signals.values import Cells

NOT_JUDGED = "not-judged"
"""The kind of a notice that a machine could not be judged at all."""
_TOGETHER_DAYS = 3
_LEAST = 25
UNDATED = frozenset(("table", "serial-numbers", "shifted-dates"))
"""Kinds of notices that hold for the whole record, and so have no date."""


@dataclass(frozen=True)
class Notice:
    """One thing worth knowing; days are numbers, `last` is None where it goes on.

    What is true of a whole table has no device, and no `first` day.
    """

    device: str
    modality: str
    kind: str
    parameters: tuple[str, ...]
    first: int
    last: int | None
    before: float
    after: float
    n: int
    detector: str
    stratum: str = "all"
    words: str = ""

    def row(self, number: int) -> dict[str, object]:
        """The row of the table of notices."""
        return {
            "notice_id": f"N{number:03d}",
            "device": self.device,
            "modality": self.modality,
            "kind": self.kind,
            "parameter": ", ".join(self.parameters),
            "stratum": self.stratum,
            "date": pd.NaT if self.kind in UNDATED else to_timestamp(self.first),
            "until": pd.NaT if self.last is None else to_timestamp(self.last),
            "before": self.before,
            "after": self.after,
            "n": self.n,
            "text": f"{self.device}: {self.words}." if self.device else f"{self.words}.",
            "detector": self.detector,
        }


def notices_table(notices: Iterable[Notice]) -> pd.DataFrame:
    """The notices as a table, by machine and date."""
    order = sorted(notices, key=lambda n: (n.device, n.first, n.kind, n.parameters, n.stratum))
    table = pd.DataFrame([notice.row(k) for k, notice in enumerate(order, start=1)], columns=NOTICE_COLUMNS)
    dates = {name: pd.to_datetime(table[name]).astype("datetime64[us]") for name in ("date", "until")}
    words = "notice_id device modality kind parameter stratum text detector".split()
    types = dict.fromkeys(words, "str") | {"before": "float64", "after": "float64", "n": "int64"}
    return table.assign(**dates).astype(types)


def dates_of(notice: Notice) -> str:
    """From when to when, or that it goes on.

    >>> dates_of(Notice("CT", "CT", "gap", (), 19723, 19730, 0, 0, 0, ""))
    'from 2024-01-01 to 2024-01-08'
    """
    until = "on" if notice.last is None else f"to {to_timestamp(notice.last):%Y-%m-%d}"
    return f"from {to_timestamp(notice.first):%Y-%m-%d} {until}"


def missing_tags(
    cells: Cells,
    among: np.ndarray,
    parameters: Sequence[Parameter],
    *,
    rules: Rules,
    strata: Sequence[str] | None,
    budget: float,
    detector: MissingTag,
) -> list[Notice]:
    """The stretches in which tags of one machine went missing, or appeared; several at once are one.

    `among` are the positions of the series that count.
    """
    rows = cells.table
    modality = texts(column(rows, "Modality")).fillna("").iloc[among]
    found: list[Notice] = []
    for name, numbers in sorted(modality.groupby(modality).indices.items()):
        places = np.sort(among[numbers])
        window = rules.window(int(np.ptp(cells.day[places])))
        chosen = [p for p in parameters if p.applies_to(str(name)) and p.name in rows]
        chosen = [p for p in chosen if identity_named(p.name) is None]
        streams = [_absent(cells, p, places, cells.stratum(_finest(p), strata)[0]) for p in chosen]
        varying = [
            n for n, stream in enumerate(streams) if stream.is_absent.any() and not stream.is_absent.all()
        ]
        for n in varying:
            found += [
                Notice(
                    str(rows["device"].iloc[0]),
                    str(name),
                    "missing-tag",
                    (chosen[n].name,),
                    *(a.first, a.last, a.before, a.after, a.n, detector.name),
                )
                for a in _absences(streams[n], rules, window, len(varying), budget, detector)
            ]
    return [replace(notice, words=_words(notice)) for notice in _at_once(found)]


def _finest(parameter: Parameter) -> str:
    """What a tag is looked for in: whether a whole machine has it says little."""
    return "reconstruction" if parameter.per == "reconstruction" else "protocol"


@dataclass(frozen=True)
class _Stream:
    """Where one tag is absent: an entry an examination and stratum, in order of time."""

    day: np.ndarray
    stratum: np.ndarray
    is_absent: np.ndarray


def _absent(cells: Cells, parameter: Parameter, places: np.ndarray, stratum: np.ndarray) -> _Stream:
    exam = cells.exam[places]
    is_absent = np.asarray(cells.text(parameter.name)[places] == None)  # noqa: E711
    stream = _Stream(cells.day[places], stratum[places], is_absent)
    if is_absent.all() or not is_absent.any() or pd.Index(exam).is_unique:
        return stream
    table = pd.DataFrame(vars(stream) | {"exam": exam})
    by = table.groupby(["exam", "stratum"], sort=False)
    table = by.agg(day=("day", "min"), is_absent=("is_absent", "mean")).reset_index()
    table = table.assign(is_absent=table["is_absent"] > 0.5).sort_values("day", kind="stable")
    return _Stream(*(table[name].to_numpy() for name in ("day", "stratum", "is_absent")))


def _absences(
    stream: _Stream, rules: Rules, window: int, streams: int, budget: float, detector: MissingTag
) -> list[Absence]:
    day, stratum = stream.day, stream.stratum
    until = _learn_until(day, stratum, rules, window)
    years = max((day[-1] - day[0]) / DAYS_A_YEAR, 0.1)
    length = points_between_alarms(2 * streams, len(day) / years, budget)
    return find_absences(day, stream.is_absent, stratum, until, replace(detector, length=length))


def _learn_until(day: np.ndarray, stratum: np.ndarray, rules: Rules, window: int) -> np.ndarray:
    """The last day of each stratum's baseline; less than any day where it has none."""
    until = np.full(int(stratum.max(initial=-1)) + 1, np.iinfo(np.int64).min)
    for code in np.unique(stratum):
        mine = day[stratum == code]
        early = mine[mine <= mine[0] + window]
        enough = len(early) >= rules.least_rows and len(np.unique(early)) >= rules.least_dates
        if enough and np.ptp(early) >= rules.least_days // 2:
            until[code] = mine[0] + window
    return until


def identity_notices(rows: pd.DataFrame, window: int) -> list[Notice]:
    """The identities that did not hold when the record of one machine began: what changes is a change."""
    day = rows["day"].to_numpy().astype("datetime64[D]").astype(int)
    found = []
    for identity in (i for i in IDENTITIES if i.name in rows):
        is_told = (day <= day[0] + window) & rows[identity.name].notna().to_numpy()
        verdict = rows[identity.name].to_numpy()[is_told]
        n, share = len(verdict), float((verdict == DISAGREES).mean()) if len(verdict) else 0.0
        if n < _LEAST or share - 1.645 * np.sqrt(share * (1 - share) / n) <= LARGE:
            continue
        rule = f"{identity.formula} ({identity.source})"
        found.append(
            Notice(
                str(rows["device"].iloc[0]),
                str(rows["Modality"].iloc[int(is_told.argmax())]),
                "identity",
                (identity.name,),
                int(day[is_told][0]),
                last=None,
                before=float("nan"),
                after=share,
                n=n,
                detector="identity",
                words=f"{100 * share:.0f} % of {n:,} series disagree with {rule}",
            )
        )
    return found


def _at_once(notices: Sequence[Notice]) -> list[Notice]:
    """Tags that went missing, or appeared, within three days of each other are one notice."""
    kept: list[Notice] = []
    for notice in sorted(notices, key=lambda n: (n.modality, n.first, n.parameters)):
        same = next((k for k, other in enumerate(kept) if _is_same(notice, other)), None)
        if same is None:
            kept.append(notice)
        else:
            other = kept[same]
            names = tuple(dict.fromkeys([*other.parameters, *notice.parameters]))
            kept[same] = replace(other, parameters=names, n=max(other.n, notice.n))
    return kept


def _is_same(notice: Notice, other: Notice) -> bool:
    ends = (notice.last is None) == (other.last is None)
    near = abs((notice.last or 0) - (other.last or 0)) <= _TOGETHER_DAYS
    alike = (notice.after > notice.before) == (other.after > other.before)
    begins = notice.first - other.first <= _TOGETHER_DAYS
    return alike and begins and ends and near and notice.modality == other.modality


def _words(notice: Notice) -> str:
    names = notice.parameters
    which = names[0] if len(names) == 1 else f"{', '.join(names[:3])}"
    which += f" and {len(names) - 3} more" if len(names) > 3 else ""
    verb = ("is" if len(names) == 1 else "are") + (" absent" if notice.after > notice.before else " there")
    lacks = f"{100 * notice.after:.0f} % of {notice.n:,} examinations lack"
    what = "it" if len(names) == 1 else names[0]
    return f"{which} {verb} {dates_of(notice)}: {lacks} {what}, {100 * notice.before:.0f} % before"
