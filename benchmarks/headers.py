"""How fast headers become columns on one core: dicomlab, its peers, and the floor, in turn.

    python benchmarks/headers.py FOLDER [--columns 48|default] [--seconds 6] [--rounds 5] [--csv out.csv]

Every contender reads the same files into the same columns, pinned to one core and in a process
of its own. dicomlab is run just before each other contender, in every round, and the ratio is
the median over the rounds, so that another program's load falls on both. Speeds are files per
second of processor time, the children's included, which is what a quiet machine would show:
the cache is warm, so nobody waits for a disk. The ratio by the clock on the wall stands beside.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive import dicom_files, distinct_copies
from cells import share_equal
from contender import Contender, version_of
from floor import FLOORS
from machine import as_table, describe, figures, one_core
from peers import OURS, PEERS
from worker import Crashed, Worker

from dicomlab.schema.columns import Columns

# What CT and MR have in common, and what each adds: none nested, so that every reader can.
COLUMNS_48 = """
SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID PatientID PatientName
PatientBirthDate PatientSex PatientAge AccessionNumber StudyDescription SeriesDescription
SeriesNumber InstanceNumber ImageType StudyDate StudyTime SeriesDate SeriesTime AcquisitionDate
AcquisitionTime Modality Manufacturer ManufacturerModelName DeviceSerialNumber SoftwareVersions
StationName InstitutionName ProtocolName BodyPartExamined PatientPosition ImagePositionPatient
ImageOrientationPatient SliceThickness PixelSpacing Rows Columns BitsAllocated KVP
XRayTubeCurrent ExposureTime ConvolutionKernel MagneticFieldStrength RepetitionTime EchoTime
FlipAngle SAR ImagingFrequency
""".split()
SAMPLE = 200
"""Files whose cells are compared."""


@dataclass
class Lane:
    """One contender in its process, and what its rounds gave."""

    contender: Contender
    worker: Worker | None = None
    step: int = 1
    """Every how many-th file it reads in a round; more than 1 for slow ones."""
    passes: int = 1
    files: int = 0
    """Different files it reads in a round."""
    rates: list[float] = field(default_factory=list)
    """Files per second of processor time."""
    ratios: list[float] = field(default_factory=list)
    """Our rate just before, over this one."""
    wall_ratios: list[float] = field(default_factory=list)
    """The same by the clock on the wall."""
    equal: float | None = None
    failure: str = ""

    def start(self, columns: list[str], paths: list[str], seconds: float) -> None:
        """Start the process, and find how much it reads in so many seconds."""
        self.worker = Worker(self.contender.name, columns, paths, one_core())
        # The first files a library reads cost more: a short go first, then one that counts.
        self.worker.read(max(len(paths) // 30, 1), 1)
        first = self.worker.read(max(len(paths) // 60, 1), 1)
        fits = seconds * first["files"] / max(first["wall"], 1e-6)
        self.step, self.passes = max(1, round(len(paths) / fits)), max(1, round(fits / len(paths)))
        self.files = len(paths[:: self.step])

    def read(self) -> dict[str, Any]:
        """Read once: files, wall and processor seconds."""
        assert self.worker is not None
        return self.worker.read(self.step, self.passes)

    def sample(self, paths: Sequence[str]) -> dict[str, Any]:
        """Plain cells of some files, by column."""
        assert self.worker is not None
        return self.worker.sample(max(1, len(paths) // SAMPLE))


def column_names(which: str) -> list[str]:
    """The 48, or all default columns that are not nested."""
    return COLUMNS_48 if which == "48" else [c.name for c in Columns() if not c.steps]


def run(contenders: Sequence[Contender], columns: list[str], paths: list[str], settings: Any) -> list[Lane]:
    """Run all contenders in turn, ours first; one that crashes is left out from then on."""
    ours, *others = lanes = [Lane(OURS), *(Lane(contender) for contender in contenders)]
    share = settings.seconds / settings.rounds
    ours.start(columns, paths, min(share, 0.5))
    truth = ours.sample(paths)
    for lane in others:
        try:
            lane.start(columns, paths, share)
            if lane.contender not in FLOORS:
                lane.equal = share_equal(truth, lane.sample(paths))
        except Crashed as crash:
            lane.failure = str(crash)
    for _ in range(settings.rounds):
        for lane in others:
            if not lane.failure:
                _race(ours, lane)
    for lane in lanes:
        if lane.worker:
            lane.worker.close()
    return lanes


def _race(ours: Lane, lane: Lane) -> None:
    a = ours.read()
    try:
        b = lane.read()
    except Crashed as crash:
        lane.failure = str(crash)
        return
    ours.rates.append(a["files"] / a["cpu"])
    lane.rates.append(b["files"] / b["cpu"])
    lane.ratios.append(ours.rates[-1] / lane.rates[-1])
    lane.wall_ratios.append(a["files"] / a["wall"] / (b["files"] / b["wall"]))


def report(lanes: Sequence[Lane]) -> str:
    """The table, fastest first."""
    done = [r for r in lanes if r.rates and not r.failure]
    done.sort(key=lambda r: statistics.median(r.rates), reverse=True)
    head = ["reader", "version", "files", "files/s", "ours ÷ it", "low", "high", "by wall", "equal cells"]
    return as_table(head, [_row(lane) for lane in done])


def _row(lane: Lane) -> list[object]:
    contender = lane.contender
    cells = "" if lane.equal is None else f"{100 * lane.equal:.1f} %"
    ratios = ["1", "", "", "1"]
    if lane.ratios:
        middle, low, high = statistics.median(lane.ratios), min(lane.ratios), max(lane.ratios)
        ratios = [figures(number) for number in (middle, low, high, statistics.median(lane.wall_ratios))]
    rate = figures(statistics.median(lane.rates))
    version = "" if contender in FLOORS else version_of(contender)
    return [contender.name, version, f"{lane.files:,}", rate, *ratios, cells]


def notes(lanes: Sequence[Lane], absent: Sequence[Contender]) -> str:
    """Who did not run, and why."""
    lines = [f"failed: {r.contender.name}: {r.failure}" for r in lanes if r.failure]
    names = dict.fromkeys(contender.package for contender in absent)
    if names:
        lines.append(f"not installed, so not run: {', '.join(names)} (dcmtk is a system package)")
    return "\n".join(lines)


def write_csv(path: Path, lanes: Sequence[Lane]) -> None:
    """One row a contender and round."""
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["reader", "round", "files_per_second", "ratio", "wall_ratio", "equal_cells"])
        for lane in lanes:
            for i, speed in enumerate(lane.rates):
                ratio = [lane.ratios[i], lane.wall_ratios[i]] if lane.ratios else ["", ""]
                out.writerow([lane.contender.name, i, speed, *ratio, lane.equal])


def _settings() -> Any:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=Path, help="DICOM files; pydicom's own if not given")
    parser.add_argument("--columns", choices=("48", "default"), default="48")
    parser.add_argument("--seconds", type=float, default=6.0, help="for each contender, over all rounds")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", metavar="READER", help="parts of names of contenders")
    parser.add_argument("--copies", type=int, default=1, help="of each file, so that no cache holds them all")
    parser.add_argument("--csv", type=Path)
    return parser.parse_args()


def main() -> None:
    """Print the machine, the table, and who is missing from it."""
    settings = _settings()
    asked = [c for c in (*FLOORS, *PEERS) if not settings.only or any(o in c.name for o in settings.only)]
    absent = [contender for contender in asked if not version_of(contender)]
    columns = column_names(settings.columns)
    paths = dicom_files(settings.folder)
    with tempfile.TemporaryDirectory(prefix="dicomlab-headers-") as folder:
        if settings.copies > 1:
            distinct_copies(paths, Path(folder), settings.copies * len(paths))
            paths = dicom_files(Path(folder))
        print(describe())
        print(
            f"{len(paths):,} files, {len(columns)} columns, one core, warm cache, {settings.rounds} rounds\n"
        )
        lanes = run([c for c in asked if c not in absent], columns, paths, settings)
    print(report(lanes))
    print(notes(lanes, absent))
    if settings.csv:
        write_csv(settings.csv, lanes)


if __name__ == "__main__":
    main()
