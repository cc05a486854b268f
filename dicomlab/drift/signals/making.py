"""Make signals: comparable values of one parameter, with their baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dicomlab.devices import column, texts
from dicomlab.drift.signals.adjustment import Adjusted, adjust
from dicomlab.drift.signals.parameters import Parameter
from dicomlab.drift.signals.signal import Rules, Signal, Spans
from dicomlab.drift.signals.strata import ALL, PHANTOM
from dicomlab.drift.signals.usual import mixed_values, usual_values, written
from dicomlab.drift.signals.values import Cells, Values, read_values
from dicomlab.errors import DicomlabError
from dicomlab.isolation import set_aside

OTHERS = "others"
"""The stratum that stands for all those with too little for a baseline."""

_TOO_MANY = "it takes too many values to have usual ones"


def make_signals(
    cells: Cells,
    parameters: Sequence[Parameter],
    rules: Rules,
    strata: Sequence[str] | None = None,
    frozen: Spans | None = None,
) -> list[Signal]:
    """Every signal of the judged series, watched or not, in a fixed order.

    `frozen` gives spans of baselines that are to stay as they are.
    """
    rows = cells.table
    machine = (
        rows["device"].astype(str) + "\0" + texts(column(rows, "Modality")).fillna("").str.replace("\0", "")
    )
    signals: list[Signal] = []
    for name, places in sorted(machine.groupby(machine).indices.items()):
        device, modality = str(name).rsplit("\0", 1)
        for parameter in (p for p in parameters if p.applies_to(modality) and _may_be_there(p, rows)):
            at = np.sort(places)
            try:
                made = _signals_of(
                    *(device, modality, parameter, at, cells),
                    *(cells.stratum(parameter.per, strata), rules, frozen or {}),
                )
                signals += list(made)
            except DicomlabError:
                raise  # what the call asks for is wrong
            except Exception as error:  # noqa: BLE001 - whatever one parameter raises, the others count
                none = _absent(device, modality, parameter, len(at), in_table=True)
                signals.append(replace(none, reason=set_aside(parameter.name, error).reason))
    return signals


def _may_be_there(parameter: Parameter, rows: pd.DataFrame) -> bool:
    """Whether a column is in the table, or a DICOM keyword that a scan could add."""
    return parameter.name in rows or "_" not in parameter.name


def _signals_of(
    device: str,
    modality: str,
    parameter: Parameter,
    places: np.ndarray,
    cells: Cells,
    strata: tuple[np.ndarray, pd.Index],
    rules: Rules,
    frozen: Spans,
) -> Iterator[Signal]:
    if cells.is_empty(parameter.name):
        yield _absent(device, modality, parameter, len(places), in_table=parameter.name in cells.table)
        return
    values = read_values(parameter, places, cells, strata)
    if not len(values.rows):
        yield replace(
            _absent(device, modality, parameter, len(places), in_table=True),
            reason=_no_values(parameter, cells, places),
        )
        return
    window = rules.window(int(np.ptp(cells.day[places])))
    maker = _Maker(device, modality, parameter, values, rules, window, frozen)
    yield from maker.signals()


def _no_values(parameter: Parameter, cells: Cells, places: np.ndarray) -> str:
    """Why a column that is in the table gives no value: it is empty, or holds something else."""
    n = int(np.sum(cells.text(parameter.name)[places] != None))  # noqa: E711
    if not n:
        return f"{parameter.name} is empty in all {len(places):,} series"
    what = "no number above 0" if parameter.scale == "log" else "no number"
    return f"{parameter.name} is {what} in the {n:,} of {len(places):,} series that have it"


def _absent(device: str, modality: str, parameter: Parameter, n: int, *, in_table: bool) -> Signal:
    """The signal of a parameter that no series has."""
    name = parameter.name
    missing = f'the table has no column {name}; scan with Columns().add("{name}")'
    reason = f"{name} is empty in all {n:,} series" if in_table else missing
    kind = "setting" if parameter.kind == "setting" else "level"
    none, empty = np.empty(0, int), np.empty(0)
    return Signal(device, modality, parameter, ALL, kind, none, none, empty, np.empty(0, object), reason)


@dataclass(frozen=True)
class _Maker:
    """Makes the signals of one parameter on one machine."""

    device: str
    modality: str
    parameter: Parameter
    values: Values
    rules: Rules
    window: int
    frozen: Spans

    def signals(self) -> Iterator[Signal]:
        """One signal per stratum with a baseline, one for all, one for the rest."""
        windows = [self._learn_until(stratum) for stratum in range(len(self.values.names))]
        kinds = [self._kind(stratum, until) for stratum, until in enumerate(windows)]
        level = np.array([kind == "level" for kind in kinds])[self.values.stratum]
        thin = [s for s, until in enumerate(windows) if until is None]
        adjusted = self._adjusted(windows, level) if level.any() else None
        made = 0
        for stratum, until in enumerate(windows):
            signal = self._stratum(stratum, until, kinds[stratum], adjusted)
            if signal is not None:
                made += signal.is_monitored
                yield signal
        pooled = self._pooled(adjusted) if adjusted is not None else None
        if pooled is not None:
            yield pooled
        if thin:
            yield self._others(thin, pooled is not None)

    def _learn_until(self, stratum: int) -> int | None:
        """The last day of a stratum's baseline, None where there is too little for one."""
        day = self.values.day[self.values.stratum == stratum]
        rules = self.rules
        held = self._held(self.values.names[stratum])
        if held is not None and (day <= held).sum() >= rules.least_rows:
            return held
        if len(day) < rules.least_rows:
            return None
        until = day[0] + self.window
        if (day <= until).sum() < rules.least_rows:
            until = int(day[rules.least_rows - 1])
        until = self._past_a_rest(day, until)
        within = day[day <= until]
        short = np.ptp(within) < rules.least_days or _n_days(within) < rules.least_dates
        late = until > day[0] + max(self.window, np.ptp(day) // 2)
        return None if short or late else int(until)

    def _past_a_rest(self, day: np.ndarray, until: int) -> int:
        """The last day of a baseline; later where tests came first, and months of rest."""
        learned, later = day[day <= until], day[day > until]
        is_short = np.ptp(learned) < self.rules.least_days
        if is_short and len(later) and later[0] - learned[-1] >= self.rules.least_days:
            return int(later[0]) + self.rules.least_days
        return int(until)

    def _held(self, stratum: str) -> int | None:
        """The last day of a frozen baseline."""
        span = self.frozen.get((self.device, self.modality, self.parameter.name, stratum))
        return None if span is None else span[1]

    def _kind(self, stratum: int, until: int | None) -> str:
        if self.parameter.kind != "either":
            return self.parameter.kind
        mine = self.values.stratum == stratum
        if not np.isfinite(self.values.value[mine]).all():
            return "setting"
        learn = mine & (self.values.day <= (until if until is not None else np.inf))
        text = written(self.values.text[learn], self.values.value[learn], self.parameter.floor)
        return "setting" if usual_values(text) else "level"

    def _adjusted(self, windows: list[int | None], level: np.ndarray) -> tuple[np.ndarray, Adjusted]:
        v = self.values
        places = np.flatnonzero(level)
        first = np.full(len(v.names), np.iinfo(np.int64).max)
        np.minimum.at(first, v.stratum, v.day)
        until = np.array([first[s] + self.window if u is None else u for s, u in enumerate(windows)])
        y = np.log(v.value[places]) if self.parameter.scale == "log" else v.value[places].astype(float)
        learn = v.day[places] <= until[v.stratum[places]]
        cell = v.cell if level.all() else pd.factorize(v.cell[places])[0]
        operator = None if v.operator is None else v.operator[places]
        return places, adjust(y, cell, v.size[places], learn, day=v.day[places], operator=operator)

    def _stratum(
        self, stratum: int, until: int | None, kind: str, adjusted: tuple[np.ndarray, Adjusted] | None
    ) -> Signal | None:
        if until is None:
            return None
        name = self.values.names[stratum]
        if kind == "setting":
            return self._setting(name, np.flatnonzero(self.values.stratum == stratum), until)
        assert adjusted is not None
        places, fit = adjusted
        inside = (self.values.stratum[places] == stratum) & np.isfinite(fit.residual)
        return self._level(name, places[inside], inside, fit, until)

    def _setting(self, name: str, mine: np.ndarray, until: int) -> Signal:
        v = self.values
        text = written(v.text[mine], v.value[mine], self.parameter.floor)
        early = text[v.day[mine] <= until]
        reason = "" if usual_values(early) or mixed_values(early) else _TOO_MANY
        return self._signal(name, mine, reason, kind="setting", text=text, learn_until=until)

    def _level(self, name: str, mine: np.ndarray, inside: np.ndarray, fit: Adjusted, until: int) -> Signal:
        day = self.values.day[mine]
        learn = day <= until
        enough = learn.sum() >= self.rules.least_rows and _n_days(day[learn]) >= self.rules.least_dates
        if not enough:
            return self._signal(name, mine, "its baseline is spread over too many combinations", kind="level")
        cell, weight = fit.cell[inside], fit.weight[inside]
        mix = _mix_error(cell, fit.error)
        more = {"y": fit.residual[inside], "weight": weight / weight.mean(), "cell": cell}
        typical = float(fit.center[cell[learn]].mean())
        return self._signal(
            name,
            mine,
            kind="level",
            learn_until=until,
            removed=fit.removed,
            by_operator=fit.by_operator,
            is_frozen=self._held(name) is not None,
            mix_error=mix,
            typical=typical,
            **more,
        )

    def _pooled(self, adjusted: tuple[np.ndarray, Adjusted]) -> Signal | None:
        """All protocols together, where no single one makes up nearly all of it."""
        if self.parameter.per == "device":
            return None
        places, fit = adjusted
        phantom = np.array([name.startswith(PHANTOM) for name in self.values.names])
        inside = np.isfinite(fit.residual) & ~phantom[self.values.stratum[places]]
        mine = places[inside]
        counts = np.bincount(self.values.stratum[mine]) if len(mine) else np.zeros(1)
        if counts.max() >= 0.9 * counts.sum():
            return None
        held = self._held(ALL)
        until = int(self.values.day[mine][0]) + self.window if held is None else held
        late = np.ptp(self.values.day[mine]) < self.rules.least_days
        signal = self._level(ALL, mine, inside, fit, until)
        return None if late or not signal.is_monitored else signal

    def _others(self, thin: list[int], has_pooled: bool) -> Signal:
        mine = np.flatnonzero(np.isin(self.values.stratum, thin))
        largest = int(np.bincount(self.values.stratum[mine]).max())
        rules = self.rules
        what = "1 stratum has" if len(thin) == 1 else f"{len(thin)} strata have"
        reason = (
            f"{what} too little for a baseline: {rules.least_rows} acquisitions on {rules.least_dates} "
            f"dates over {rules.least_days} days, in the first {self.window} days or the first half "
            f"(the largest has {largest} in all)"
        )
        if has_pooled:
            reason += f"; what could be compared is watched in '{ALL}'"
        return self._signal(OTHERS, mine, reason)

    def _signal(
        self, stratum: str, mine: np.ndarray, reason: str = "", *, kind: str = "", **more: object
    ) -> Signal:
        v = self.values
        kind = kind or ("setting" if self.parameter.kind == "setting" else "level")
        arrays = {
            "text": v.text[mine],
            "rows": v.rows[mine],
            "day": v.day[mine],
            "value": v.value[mine],
            "exam": v.exam[mine],
        }
        return Signal(
            self.device,
            self.modality,
            self.parameter,
            stratum,
            kind,
            reason=reason,
            **(arrays | more),  # type: ignore[arg-type]
        )


def _n_days(day: np.ndarray) -> int:
    """How many days there are among these, which are in order."""
    return int(np.count_nonzero(np.diff(day))) + 1


def _mix_error(cell: np.ndarray, error: np.ndarray) -> float:
    """How far the level may be off because cells' centres are, at worst."""
    if (cell == cell[0]).all():
        return 0.0
    shares = [np.bincount(part, minlength=len(error)) / len(part) for part in np.array_split(cell, 6)]
    return max(float(np.sqrt(np.nansum((share * error) ** 2))) for share in shares)
