"""What else changed on a machine, and which of it a change coincides with.

A coincidence is never a cause. How much one is worth is said by the share of days on which the
machine worked that lie as near to any event of the kind: where calibrations come every month, a change that
falls on one says little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from dicomlab.dates.written_dates import AmbiguousDates, read_dates
from dicomlab.devices import bare_serial, column, text_codes, texts
from dicomlab.drift.base import NotReadable
from dicomlab.errors import MissingColumn
from dicomlab.spreadsheets.series_tables import Remark
from dicomlab.spreadsheets.text_files import ColumnTwice, column_names, read_text_table

EVENT_COLUMNS = ["device", "date", "kind", "text"]
CAUSE_COLUMNS = ["change_id", "date", "kind", "text", "days", "coincidence"]

NEAR_DAYS = 3
"""Days outside the interval of a change within which an event still counts as near."""

RARE = 0.05
"""Above this share a coincidence is called possible only."""

_CALIBRATIONS = ("DateOfLastCalibration", "DateOfLastDetectorCalibration")
_PARTS = {
    "DetectorID": ("detector", "a detector"),
    "StationName": ("station", "another StationName"),
    "ManufacturerModelName": ("model", "another ManufacturerModelName"),
    "InstitutionName": ("site", "another InstitutionName"),
}
_COUNTER = "ExposuresOnDetectorSinceManufactured"
_SETTLED_DAYS = 14
# Errors of a date that fall off evenly on both sides: a 95 % interval is six times the usual one.
_USUALLY_OFF = 6


def find_events(rows: pd.DataFrame, devices: pd.DataFrame, given: pd.DataFrame | None = None) -> pd.DataFrame:
    """What happened to each machine, by its headers and by the service log.

    Kinds: software, calibration, detector, station, model, site, counter, replacement, and those
    of `given`. One row an event: device, date, kind, text. What both tell of is one event.
    """
    found = [*_software(devices), *_replacements(devices)]
    told = [n for n in ("day", *_CALIBRATIONS, *_PARTS, _COUNTER) if n in rows]
    for device, part in rows[told].groupby(rows["device"], sort=True):
        found += [(device, *event) for event in (*_calibrations(part), *_new_parts(part), *_resets(part))]
    events = pd.DataFrame(found, columns=EVENT_COLUMNS)
    events["date"] = pd.to_datetime(events["date"]).astype("datetime64[us]")
    if given is not None and len(given):
        events = _told_once(events, given) if len(events) else given
    return events.sort_values(["device", "date", "kind"], kind="stable", ignore_index=True)


@dataclass(frozen=True)
class ServiceLog:
    """The events of a service log, and what of it was not understood."""

    events: pd.DataFrame
    remarks: tuple[Remark, ...] = ()


def read_events(events: pd.DataFrame | str | Path, devices: pd.DataFrame) -> pd.DataFrame:
    """A service log, as a table or a CSV file: device, date, kind, text (see `read_service_log`)."""
    return read_service_log(events, devices).events


def read_service_log(
    events: pd.DataFrame | str | Path, devices: pd.DataFrame, *, dayfirst: bool | None = None
) -> ServiceLog:
    """A service log, as a table or a CSV file: device, date, kind, text.

    `device` may be the name, the serial number or the station; an event without one is taken
    for every machine. Commas, semicolons or tabs, UTF-8, UTF-16 or Windows-1252, and dates in any
    common form are read. An event whose date was not understood, or whose machine is not in the
    fleet, is left out and counted in `remarks`.

    Raises:
        MissingColumn: The log has no device or date.
        NotReadable: The file is no table.
        AmbiguousDates: Nothing decides whether its dates have the day first.
    """
    log = events if isinstance(events, pd.DataFrame) else _read(Path(events))
    log = _lower_names(log)
    column_names(name for name in log if name in EVENT_COLUMNS)
    for name in ("device", "date"):
        if name not in log:
            raise MissingColumn(name, log.columns)
    names = _names_of(devices)
    wanted = texts(log["device"])
    read = read_dates(log["date"], dayfirst=dayfirst)
    if read.is_ambiguous:
        raise AmbiguousDates("date")
    tidy = pd.DataFrame(
        {
            "device": wanted.str.casefold()
            .map(lambda name: _machine(name, names), na_action="ignore")
            .astype(object),
            "date": read.when.dt.normalize().astype("datetime64[us]"),
            "kind": texts(column(log, "kind")).fillna("service"),
            "text": texts(column(log, "text")).fillna(""),
        }
    )
    remarks = _log_remarks(tidy, wanted, read.forms)
    tidy = tidy[tidy["date"].notna()]
    everywhere = tidy[wanted.isna().reindex(tidy.index)].drop(columns="device")
    everywhere = everywhere.merge(devices[["device"]], how="cross")
    known = tidy[tidy["device"].notna()]
    return ServiceLog(pd.concat([known, everywhere[EVENT_COLUMNS]], ignore_index=True), remarks)


def _names_of(devices: pd.DataFrame) -> dict[str, str]:
    """The machine by its station, its serial number with and without zeros and marks, and its name."""
    names: dict[str, str] = {}
    serials = devices["DeviceSerialNumber"].map(bare_serial, na_action="ignore")
    columns = (serials, devices["StationName"], devices["DeviceSerialNumber"], devices["device"])
    for keys in columns:
        known = keys.notna()
        names |= {str(k).casefold(): d for k, d in zip(keys[known], devices["device"][known], strict=True)}
    return names


def _machine(name: str, names: dict[str, str]) -> str | None:
    """The machine of a name in a log; spreadsheets write serial numbers without zeros, or as 71009.0."""
    return names.get(name, names.get(bare_serial(name.removesuffix(".0"))))


def _read(path: Path) -> pd.DataFrame:
    try:
        return read_text_table(path)
    except ColumnTwice:
        raise
    except ValueError:  # also what pandas and decoders raise
        raise NotReadable(path, "a service log") from None


def _lower_names(log: pd.DataFrame) -> pd.DataFrame:
    """The log with its own columns under their names, however these are spelled."""
    known = {str(name): str(name).strip().casefold() for name in log.columns}
    return log.rename(columns={name: low for name, low in known.items() if low in EVENT_COLUMNS})


def _log_remarks(tidy: pd.DataFrame, wanted: pd.Series, forms: str) -> tuple[Remark, ...]:
    undated, unknown = int(tidy["date"].isna().sum()), int((tidy["device"].isna() & wanted.notna()).sum())
    remarks = []
    if undated:
        how = f" (written as {forms})" if forms else ""
        what = f"{undated:,} of {len(tidy):,} events of the service log have no date that was understood"
        remarks.append(Remark("date", undated, what + how))
    if unknown:
        what = (
            f"{unknown:,} of {len(tidy):,} events of the service log name a machine that is not in the table"
        )
        remarks.append(Remark("device", unknown, what))
    return tuple(remarks)


def _told_once(found: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """Both, where what the headers and the log tell of within three days is one event.

    It has the date and the words of the log, and those of the headers in brackets.
    """
    log = given.reset_index(drop=True)
    words = [str(text) for text in log["text"]]
    dates = log["date"].to_numpy().astype("datetime64[D]")
    left = []
    for n, (device, date, kind, text) in enumerate(found[EVENT_COLUMNS].itertuples(index=False)):
        alike = np.flatnonzero(((log["device"] == device) & (log["kind"] == kind)).to_numpy())
        gap = np.abs((dates[alike] - np.datetime64(date, "D")).astype(int))
        if len(gap) and gap.min() <= NEAR_DAYS:
            place = int(alike[gap.argmin()])
            words[place] = f"{words[place].rstrip('. ')} ({text})" if words[place] else str(text)
        else:
            left.append(n)
    return pd.concat([found.iloc[left], log.assign(text=words)], ignore_index=True)


def _software(devices: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    for device, epochs in zip(devices["device"], devices["software_epochs"], strict=True):
        for old, new in pairwise(epochs):
            yield device, new["from"], "software", f"SoftwareVersions {old['version']} → {new['version']}"


def _replacements(devices: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    new = devices[devices["replaces"].notna()]
    for device, first, old in zip(new["device"], new["first"].dt.normalize(), new["replaces"], strict=True):
        yield device, first, "replacement", f"took the station of {old}"


def _calibrations(rows: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    """Days on which the date of last calibration lies, after the first series."""
    for name in (n for n in _CALIBRATIONS if n in rows):
        written = texts(rows[name].dropna()).dropna().unique()
        days = pd.to_datetime(
            pd.Series([max(t.split("\\"))[:10] for t in written]), errors="coerce", format="mixed"
        )
        for day in sorted(set(days.dropna())):
            if rows["day"].iloc[0] < day <= rows["day"].iloc[-1]:
                yield day, "calibration", name


def _new_parts(rows: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    """The first day of each value that was not there when the record began."""
    for name, (kind, what) in _PARTS.items():
        if name not in rows:
            continue
        codes, told = text_codes(rows[name])
        spelling = pd.factorize(np.array([t if t is None else t.casefold() for t in told], object))[0][codes]
        known = np.flatnonzero(spelling >= 0)
        first = rows["day"].iloc[known[np.unique(spelling[known], return_index=True)[1]]]
        for day in sorted(set(first[first > rows["day"].iloc[0] + pd.Timedelta(_SETTLED_DAYS, "D")])):
            yield day, kind, f"{what} is seen for the first time"


def _resets(rows: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    """Days on which a detector's count of all its exposures falls: another detector."""
    if _COUNTER not in rows:
        return
    count = pd.to_numeric(rows[_COUNTER], errors="coerce").groupby(rows["day"]).median().dropna()
    for day in count.index[count.diff() < -0.5 * count.shift()]:
        yield day, "counter", f"{_COUNTER} fell"


def coincidences(
    change_id: str,
    onset: tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp],
    events: pd.DataFrame,
    days: np.ndarray,
) -> pd.DataFrame:
    """The events near a change, the rarest coincidence first.

    `onset` is first, low and high; `days` the days on which the machine worked (datetime64[D]), in
    which distance is counted: what happened while it stood still is as near as the day it began again.
    The reach of an event is its distance from the onset, or what the onset is usually off by, if that
    is more: a sixth of its 95 % interval.
    """
    first, low, high = (np.datetime64(t, "D") for t in onset)
    date = events["date"].to_numpy().astype("datetime64[D]")
    kind = events["kind"].to_numpy(object)
    near = (date >= low - NEAR_DAYS) & (date <= high + NEAR_DAYS)
    worked = np.unique(days)
    at, place = np.searchsorted(worked, date), np.searchsorted(worked, np.array([first, low, high]))
    reach = np.maximum(np.abs(at - place[0]), (place[2] - place[1]) // _USUALLY_OFF)
    rows = [
        {"change_id": change_id, "date": event.date, "kind": event.kind, "text": event.text}
        | {"days": int((date[n] - first).astype(int))}
        | {"coincidence": _share_near(len(worked), at[kind == event.kind], int(reach[n]))}
        for n, event in enumerate(events.itertuples())
        if near[n]
    ]
    table = pd.DataFrame(rows, columns=CAUSE_COLUMNS)
    return table.sort_values(["coincidence", "kind"], kind="stable", ignore_index=True)


def _share_near(worked: int, events: np.ndarray, reach: int) -> float:
    """Share of the days that lie within `reach` of any of the events; all as numbers of worked days."""
    gap = np.abs(np.arange(worked)[:, None] - events[None, :]).min(axis=1)
    return float((gap <= reach).mean())
