"""Write a simulated fleet of scanners, and read its answer key."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.demo.base import Fault, Stage
from dicomlab.demo.faults import FAULTS
from dicomlab.demo.headers import Writer
from dicomlab.demo.machines import Machine, machines
from dicomlab.demo.oddities import ODDITIES
from dicomlab.demo.studies import days_of, list_acquisitions, plan_studies
from dicomlab.demo.values import derive, measure, round_as_written
from dicomlab.errors import DicomlabError, MissingColumn, WrongArgument
from dicomlab.new_files import new_file, write_text

_TRUTH_COLUMNS = [
    "device",
    "parameter",
    "stratum",
    "onset",
    "end",
    "kind",
    "must_alarm",
    "size",
    "unit",
    "path",
    "text",
]
_LOG_COLUMNS = ["device", "date", "kind", "text"]
_Rows = list[dict[str, Any]]

_EDITION = 1
"""Raised whenever the same call would write other files."""


class FolderInUse(DicomlabError):
    """A fleet would be written into a folder that holds something else."""

    def __init__(self, path: Path):
        super().__init__(f"{path} holds something else than this fleet. Give a folder that is new or empty.")


class NoFleet(DicomlabError):
    """A folder holds no simulated fleet."""

    def __init__(self, path: Path):
        super().__init__(f'{path} holds no simulated fleet. Make one with make_fleet("{path}").')


@checked_arguments
def make_fleet(
    path: Path | str,
    scanners: int = 6,
    months: int = 18,
    seed: int = 1,
    *,
    faults: Sequence[Fault] = FAULTS,
    progress: bool = True,
) -> Path:
    """Write a simulated fleet of scanners with known faults, and return its folder.

    The folder gets `dicom/` (a folder per study), `truth.csv` (the answer key, see `truth`) and
    `service-log.csv` (device, date, kind, text). The same arguments give the same bytes; a fleet
    that is already there is returned at once. Nothing in it is real: makers, hospitals, patients.

    Six scanners are CT-01, CT-02, MR-01, MR-02, DX-01 and MG-01; more of them begin again with
    the same models. `faults=()` gives a fleet without any change.
    Raises FolderInUse when the folder holds something else.

    >>> fleet = make_fleet(to / "fleet", scanners=1, months=1, progress=False)
    >>> sorted(path.name for path in fleet.iterdir())
    ['dicom', 'fleet.json', 'service-log.csv', 'truth.csv']
    """
    path = Path(path)
    _check(scanners=scanners, months=months)
    if seed < 0:
        raise WrongArgument("seed", seed, ["a whole number from 0"])
    settings = _settings(scanners, months, seed, faults)
    if _is_there(path, settings):
        return path
    with _bar(scanners * len(days_of(months)), progress) as bar:
        key, log = _write_devices(
            path / "dicom", scanners, days_of(months), seed=seed, faults=faults, bar=bar
        )
    key += [row for row in (plant(path / "dicom") for plant in ODDITIES) if row]
    _write_table(path / "truth.csv", _TRUTH_COLUMNS, key)
    _write_table(path / "service-log.csv", _LOG_COLUMNS, log)
    write_text(path / "fleet.json", settings)
    (path / "fleet.unfinished").unlink()
    return path


@checked_arguments
def truth(path: Path | str) -> pd.DataFrame:
    """The answer key of a simulated fleet, one row for each thing that was planted.

    Columns: device (StationName), parameter (DICOM keyword, or empty), stratum (ProtocolName, or
    empty for all), onset (first acquisition of the new level), end (empty for what stays), kind,
    must_alarm, size (signed, in `unit`; `relative` means after over before, minus one), unit,
    path (of an odd file, below the fleet's folder), text.
    Raises NoFleet where there is none.

    >>> key = truth(folder)
    >>> sorted(key.loc[key["must_alarm"], "parameter"])
    ['CTDIvol', 'ConvolutionKernel', 'Exposure', 'XRayTubeCurrent']
    """
    file = Path(path) / "truth.csv"
    if not file.is_file():
        raise NoFleet(Path(path))
    table = pd.read_csv(file, keep_default_na=False, dtype=str, encoding="utf-8")
    table["must_alarm"] = table["must_alarm"] == "True"
    table["size"] = pd.to_numeric(table["size"])
    for column in ("onset", "end"):
        table[column] = pd.to_datetime(table[column], format="%Y-%m-%d")
    return table


def simulate(
    machine: Machine, days: pd.DatetimeIndex, *, seed: int, faults: Sequence[Fault] = ()
) -> pd.DataFrame:
    """The acquisitions of one machine as it would write them, one row each, without any file.

    Names as in DICOM are what goes into the headers; the others belong to the simulation.
    `faults` are those of this machine, fitted to the days.
    """
    rng = np.random.default_rng([seed, crc32(machine.station.encode())])
    studies = plan_studies(machine, days, seed=seed, rng=rng)
    for fault in _at("studies", faults):
        studies = fault(studies)
    table = measure(list_acquisitions(studies, machine), machine, days, rng)
    late = [f for f in faults if f.stage == "written" or (f.needs_parameter and f.parameter not in table)]
    for fault in _at("values", faults):
        table = table if fault in late else fault(table)
    table = derive(table, machine)
    for fault in late:
        if fault.parameter not in table:
            raise MissingColumn(fault.parameter, table.columns)
        table = fault(table)
    return round_as_written(table, machine)


def _at(stage: Stage, faults: Sequence[Fault]) -> Iterator[Fault]:
    return (fault for fault in faults if fault.stage == stage)


def _write_devices(
    folder: Path, scanners: int, days: pd.DatetimeIndex, *, seed: int, faults: Sequence[Fault], bar: Any
) -> tuple[_Rows, _Rows]:
    """Write the files of all machines, one after the other; give answer key and service log."""
    key: _Rows = []
    log: _Rows = []
    for machine in machines(scanners):
        own = [f.fitted(machine.station, len(days)) for f in faults if f.meets(machine.station)]
        acquisitions = simulate(machine, days, seed=seed, faults=own)
        for _ in _write_images(folder, machine, acquisitions, days, seed):
            bar.update()
        key += [row for fault in own for row in fault.truth(acquisitions)]
        log += sorted((row for fault in own for row in fault.log(days[-1])), key=lambda row: row["date"])
    return key, log


def _write_images(
    folder: Path, machine: Machine, acquisitions: pd.DataFrame, days: pd.DatetimeIndex, seed: int
) -> Iterator[pd.Timestamp]:
    """Write the files of one machine as it goes, giving each day when it is done."""
    writer = Writer(machine, seed, np.random.default_rng([seed, crc32(machine.station.encode()), 1]))
    of_day = dict(tuple(acquisitions.groupby("date")))
    study = folder
    for day in days:
        for image in writer.images(of_day.get(day, acquisitions.head(0))):
            file = folder / image.path
            if file.parent != study:
                study = file.parent
                study.mkdir(parents=True)
            file.write_bytes(image.data)
        yield day


def _check(**counts: int) -> None:
    for name, count in counts.items():
        if count < 1:
            raise WrongArgument(name, count, ["a whole number from 1"])


def _settings(scanners: int, months: int, seed: int, faults: Sequence[Fault]) -> str:
    settings = {"edition": _EDITION, "scanners": scanners, "months": months, "seed": seed}
    return json.dumps(settings | {"faults": [repr(fault) for fault in faults]}, indent=1)


def _is_there(path: Path, settings: str) -> bool:
    """Whether this very fleet has been written to its end; else make room for it."""
    done, begun = path / "fleet.json", path / "fleet.unfinished"
    if done.is_file() and done.read_text(encoding="utf-8") == settings:
        return True
    if begun.is_file():  # an earlier call was interrupted; all that is here is its work
        shutil.rmtree(path / "dicom", ignore_errors=True)
    elif path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FolderInUse(path)
    (path / "dicom").mkdir(parents=True)
    begun.touch()
    return False


def _bar(total: int, show: bool) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=total, unit="day", desc="Simulating", disable=not show)


def _write_table(file: Path, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    with new_file(file) as part, part.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(row[name]) for name in columns] for row in rows)


def _cell(value: Any) -> Any:
    if pd.isna(value):
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value
