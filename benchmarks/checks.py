"""How long all checks take over an archive of any size, and with how much memory.

    python benchmarks/checks.py [--files 1000000] [--work DISK] [--jobs 2]

The archive is made for it: series of 100 images, of CT, of MR with two echoes, and of PET, in tar files
of 100 series. One series in a hundred lacks a slice, and one in a hundred changes its tube voltage or
echo time. It is scanned, and checked in a process of its own whose memory is sampled five
times a second. Everything lies in a temporary folder, which is removed at the end.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from machine import as_table, describe, figures, size
from watch import Watch, watched

SLICES = 100
_ROOT = "1.2.826.0.1.3680043.10.1561"
_KINDS = ("CT", "CT", "CT", "MR", "PT")
_CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
}
_COMMON = {
    "SpecificCharacterSet": "ISO_IR 100",
    "PatientName": "Invented^Patient",
    "StudyDate": "20240105",
    "StudyTime": "101500",
    "SeriesDate": "20240105",
    "SeriesTime": "101600",
    "AcquisitionDate": "20240105",
    "AcquisitionTime": "101700",
    "Manufacturer": "Aurora Imaging",
    "ManufacturerModelName": "Vega",
    "DeviceSerialNumber": "0077",
    "SoftwareVersions": "1.0",
    "StationName": "BENCH-01",
    "ProtocolName": "Invented",
    "SeriesDescription": "Invented",
    "PatientPosition": "HFS",
    "ImageOrientationPatient": (1, 0, 0, 0, 1, 0),
    "PixelSpacing": (0.7, 0.7),
    "SliceThickness": 3,
    "Rows": 8,
    "Columns": 8,
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "BitsAllocated": 16,
    "BitsStored": 12,
    "HighBit": 11,
    "PixelRepresentation": 0,
    "RescaleIntercept": 0,
    "PixelData": b"\0" * 128,
}
_OWN: dict[str, dict[str, Any]] = {
    "CT": {"KVP": 120, "ConvolutionKernel": "B30f", "ImageType": ("ORIGINAL", "PRIMARY", "AXIAL")},
    "MR": {"RepetitionTime": 4000, "FlipAngle": 90, "ImageType": ("ORIGINAL", "PRIMARY", "M")},
    "PT": {"Units": "BQML", "DecayCorrection": "START", "ImageType": ("ORIGINAL", "PRIMARY")},
}


def images(number: int) -> Iterator[tuple[str, bytes]]:
    """The files of one series, by name."""
    from dicomlab.demo.encode import Encoder

    encoder, kind = Encoder(), _KINDS[number % len(_KINDS)]
    series = f"{_ROOT}.{number}"
    common = encoder.layer(
        {
            **_COMMON,
            **_OWN[kind],
            "Modality": kind,
            "SOPClassUID": _CLASSES[kind],
            "PatientID": f"P{number // 4}",
            "StudyInstanceUID": f"{_ROOT}.9.{number // 4}",
            "SeriesInstanceUID": series,
            "FrameOfReferenceUID": f"{_ROOT}.8.{number}",
            "SeriesNumber": number % 4 + 1,
        }
    )
    for i in range(SLICES):
        if i == 40 and number % 100 == 7:
            continue
        own = _image(kind, i, is_odd=i == 60 and number % 100 == 13)
        instance = f"{series}.{i + 1}"
        layer = encoder.layer({**own, "InstanceNumber": i + 1, "SOPInstanceUID": instance})
        data = encoder.file(common, layer, sop_class=_CLASSES[kind], sop_instance=instance)
        yield f"{number:06d}/{i + 1:03d}.dcm", data


def _image(kind: str, i: int, *, is_odd: bool) -> dict[str, Any]:
    """What one image has of its own."""
    place = i % 50 if kind == "MR" else i
    own: dict[str, Any] = {"ImagePositionPatient": (-120, -120, 3 * place), "SliceLocation": 3 * place}
    if kind == "CT":
        return {**own, "XRayTubeCurrent": 200 + i, "KVP": 100 if is_odd else 120}
    if kind == "MR":
        return {**own, "EchoTime": 90.5 if is_odd else 90 if i >= 50 else 20, "EchoNumbers": i // 50 + 1}
    return {**own, "RescaleSlope": 1 + i / 100}


def make_archive(folder: Path, files: int) -> None:
    """Write series into tar files until there are so many files, or a few less."""
    folder.mkdir()
    for first in range(0, max(1, files // SLICES), 100):
        with tarfile.open(folder / f"{first // 100:05d}.tar", "w") as archive:
            for number in range(first, min(first + 100, max(1, files // SLICES))):
                for name, data in images(number):
                    member = tarfile.TarInfo(name)
                    member.size = len(data)
                    archive.addfile(member, io.BytesIO(data))


def check(into: str) -> dict[str, Any]:
    """Run all checks; gives seconds and what was found."""
    import resource

    import dicomlab

    catalog = dicomlab.open_catalog(into)
    first, cpu = time.time(), time.process_time()
    found = dicomlab.check(catalog)
    last, cpu = time.time(), time.process_time() - cpu
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "first": first,
        "last": last,
        "cpu": cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
        "files": len(catalog),
        "run": len(found.attrs["run"]),
        "found": {str(k): int(n) for k, n in found["check"].value_counts().items()},
    }


def _checked(into: Path) -> tuple[dict[str, Any], Watch]:
    said, watch = watched([sys.executable, __file__, "--check", str(into)])
    return json.loads(said.splitlines()[-1]), watch


def run(work: Path, files: int, jobs: int) -> None:
    """Make the archive, scan and check it, and print the tables."""
    import dicomlab

    make_archive(work / "archive", files)
    start = time.time()
    dicomlab.scan(work / "archive", into=work / "catalog", jobs=jobs, progress=False)
    print(f"scanned in {figures(time.time() - start)} s\n", flush=True)
    answer, watch = _checked(work / "catalog")
    seconds = answer["last"] - answer["first"]
    held = [size(most) if most else "" for most in watch.fifths(answer["first"], answer["last"])]
    row = ["all checks", figures(seconds), figures(answer["cpu"]), size(answer["peak"]), *held]
    head = ["", "s", "s of processor", "peak", *(f"fifth {i}" for i in range(1, 6))]
    print(as_table(head, [row]))
    print(f"\n{answer['run']} checks over {answer['files']:,} instances\n")
    print(as_table(["check", "findings"], [[name, f"{n:,}"] for name, n in answer["found"].items()]))


def main() -> None:
    """Make the archive, run the checks, print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--files", type=int, default=1_000_000, help="size of the archive")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work", type=Path, help="where it is made; the system's temporary folder")
    parser.add_argument("--check", help=argparse.SUPPRESS)
    settings = parser.parse_args()
    if settings.check:
        print(json.dumps(check(settings.check)))
        return
    folder = Path(tempfile.mkdtemp(prefix="dicomlab-checks-", dir=settings.work))
    try:
        print(describe())
        run(folder, settings.files, settings.jobs)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
