"""How fast enhanced multi-frame headers become rows, on one core, beside pydicom.

    python benchmarks/frames.py [FOLDER] [--copies 60] [--rounds 5]

Files with per-frame functional groups are taken, each copied so often. dicomlab gives the instances
and a row a frame with all default columns. "pydicom" only reads the header (dcmread with
stop_before_pixels) and touches nothing. "pydicom, frames" also takes eight values a frame from
the functional groups, which is what a script for one question does. Rounds are run in turn; the
ratio is the median over them, of processor time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from archive import dicom_files, distinct_copies
from machine import as_table, describe, figures, one_core

PER_FRAME = (
    ("PlanePositionSequence", "ImagePositionPatient"),
    ("PlaneOrientationSequence", "ImageOrientationPatient"),
    ("PixelMeasuresSequence", "PixelSpacing"),
    ("MREchoSequence", "EffectiveEchoTime"),
    ("MRTimingAndRelatedParametersSequence", "RepetitionTime"),
    ("CTExposureSequence", "XRayTubeCurrentInmA"),
    ("FrameContentSequence", "FrameAcquisitionDateTime"),
    ("FrameVOILUTSequence", "WindowCenter"),
)


def enhanced_files(folder: Path | None) -> list[str]:
    """The DICOM files with per-frame functional groups."""
    from pydicom import dcmread

    def has_groups(path: str) -> bool:
        try:
            return "PerFrameFunctionalGroupsSequence" in dcmread(path, stop_before_pixels=True)
        except Exception:  # a broken file of the folder is no file for this
            return False

    return [path for path in dicom_files(folder) if has_groups(path)]


def ours() -> Callable[[Sequence[str]], int]:
    """Read with dicomlab; gives how many frames there were."""
    from dicomlab.header.engine import HeaderReader

    reader = HeaderReader(keep=False)

    def read(paths: Sequence[str]) -> int:
        return sum(batch.frames[1].num_rows for batch in reader.read(paths) if batch.frames)

    return read


def pydicom_header(paths: Sequence[str]) -> int:
    """Read with pydicom, and look at nothing but the number of frames."""
    from pydicom import dcmread

    return sum(int(dcmread(p, stop_before_pixels=True).get("NumberOfFrames", 1)) for p in paths)


def pydicom_frames(paths: Sequence[str]) -> int:
    """Read with pydicom, and take eight values of each frame."""
    from pydicom import dcmread

    frames = 0
    for path in paths:
        ds = dcmread(path, stop_before_pixels=True)
        shared: Any = (ds.get("SharedFunctionalGroupsSequence") or [{}])[0]
        for item in ds.PerFrameFunctionalGroupsSequence:
            row = []
            for macro, keyword in PER_FRAME:
                group = item.get(macro) or shared.get(macro)
                row.append(group[0].get(keyword) if group else None)
            frames += 1
    return frames


def timed(read: Callable[[Sequence[str]], int], paths: Sequence[str]) -> tuple[float, int]:
    """Files per second of processor time, and frames."""
    start = time.process_time()
    frames = read(paths)
    return len(paths) / (time.process_time() - start), frames


def main() -> None:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=Path, help="DICOM files; pydicom's own if not given")
    parser.add_argument("--copies", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    settings = parser.parse_args()
    warnings.simplefilter("ignore")
    cpu = one_core()
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})
    files = enhanced_files(settings.folder)
    if not files:
        raise SystemExit("No file there has per-frame functional groups. Name another folder.")
    with tempfile.TemporaryDirectory(prefix="dicomlab-frames-") as folder:
        distinct_copies(files, Path(folder), settings.copies * len(files))
        paths = dicom_files(Path(folder))
        readers = {"dicomlab": ours(), "pydicom": pydicom_header, "pydicom, frames": pydicom_frames}
        few = paths[: len(files)]
        frames = {name: read(few) for name, read in readers.items()}  # the first files cost more
        rates: dict[str, list[float]] = {name: [] for name in readers}
        for _ in range(settings.rounds):
            for name, read in readers.items():
                rates[name].append(timed(read, paths if name == "dicomlab" else few)[0])
    print(describe())
    print(f"{len(files)} enhanced files with {frames['dicomlab']:,} frames, each {settings.copies} times\n")
    head = ["reader", "frames", "files/s", "ours ÷ it", "low", "high"]
    print(as_table(head, [_row(name, frames[name], rates) for name in readers]))


def _row(name: str, frames: int, rates: dict[str, list[float]]) -> list[object]:
    ratios = [a / b for a, b in zip(rates["dicomlab"], rates[name], strict=True)]
    shown = [figures(n) for n in (statistics.median(ratios), min(ratios), max(ratios))]
    return [
        name,
        f"{frames:,}",
        figures(statistics.median(rates[name])),
        *(shown if name != "dicomlab" else ["1", "", ""]),
    ]


if __name__ == "__main__":
    main()
