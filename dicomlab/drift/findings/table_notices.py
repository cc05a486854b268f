"""What is to be said of the table itself: cells not understood, odd dates, odd serial numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.devices import Identified
from dicomlab.drift.findings.notices import Notice
from dicomlab.drift.signals.parameters import Parameter
from dicomlab.masking import options
from dicomlab.spreadsheets.series_tables import Remark

_NOTHING = float("nan")
_DAYS_SHOWN = 3
_FILES_SHOWN = 3


def table_notices(
    remarks: Iterable[Remark], log: Iterable[Remark], parameters: Sequence[Parameter]
) -> list[Notice]:
    """One notice for each column that was not understood."""
    known = {parameter.name for parameter in parameters}
    found = []
    for remark in (*remarks, *log):
        names = (remark.column,) if remark.column in known else ()
        found.append(_notice("", "table", remark.text, remark.n, names))
    return found


def device_notices(found: Identified) -> list[Notice]:
    """One notice for each machine whose serial number is another one in each study."""
    return [
        _notice(
            device,
            "serial-numbers",
            f"{n:,} serial numbers, about one per study, were taken for one machine: its station, model "
            "and maker are the same. If they are several machines, name them in a table for devices=",
            n,
        )
        for device, n in sorted(found.serials.items())
    ]


def stray_notices(series: pd.DataFrame, found: Identified, source: Any) -> list[Notice]:
    """One notice for each machine that has series dated far from the others."""
    stray = found.is_stray.to_numpy(bool)
    if not stray.any():
        return []
    rows = pd.DataFrame(
        {
            "device": found.names.to_numpy()[stray],
            "day": series["first_acquired_at"].to_numpy()[stray].astype("datetime64[D]"),
            "place": np.flatnonzero(stray),
        }
    )
    firsts, lasts = (found.devices.set_index("device")[name] for name in ("first", "last"))
    notices = []
    for device, part in rows.groupby("device", sort=True):
        words = _stray_words(part["day"], f"{firsts[device]:%Y-%m-%d} to {lasts[device]:%Y-%m-%d}")
        words += _files_of(series.iloc[part["place"]], source)
        day = part["day"].to_numpy().astype("datetime64[D]").astype(int)
        n = len(part)
        notices.append(
            Notice(
                str(device),
                "",
                "odd-dates",
                (),
                int(day.min()),
                int(day.max()),
                _NOTHING,
                _NOTHING,
                n,
                "dates",
                words=words,
            )
        )
    return notices


def _stray_words(days: pd.Series, own: str) -> str:
    unique = sorted(set(days.astype("str").str[:10]))
    listed = ", ".join(unique[:_DAYS_SHOWN])
    listed += f" and {len(unique) - _DAYS_SHOWN} more days" if len(unique) > _DAYS_SHOWN else ""
    what = "1 series was" if len(days) == 1 else f"{len(days):,} series were"
    return f"{what} set aside, dated {listed}, far from its other series ({own})"


def _files_of(series: pd.DataFrame, source: Any) -> str:
    """The files of a catalog that hold these series; nothing of a table, or while names are masked."""
    sql = getattr(source, "sql", None)
    if options.mask or not callable(sql) or "SeriesInstanceUID" not in series:
        return ""
    named = series["SeriesInstanceUID"].dropna().astype("str")
    wanted = [uid for uid in named.head(_FILES_SHOWN) if re.fullmatch(r"[0-9.]{1,64}", uid)]
    if not wanted:
        return ""
    marks = ", ".join(f"'{uid}'" for uid in wanted)
    keys = sql(
        f"SELECT min(file_key) AS file_key FROM instances WHERE SeriesInstanceUID IN ({marks}) "
        "GROUP BY SeriesInstanceUID ORDER BY 1"
    )
    return f"; in {', '.join(str(key) for key in keys['file_key'])}" if len(keys) else ""


def _notice(device: str, kind: str, words: str, n: int, parameters: tuple[str, ...] = ()) -> Notice:
    return Notice(device, "", kind, parameters, 0, None, _NOTHING, _NOTHING, n, "table", words=words)
