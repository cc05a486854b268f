"""A small fleet, written once and read once with pydicom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pydicom
import pytest
from pydicom.errors import InvalidDicomError

from dicomlab.demo import make_fleet
from dicomlab.demo.fleet import simulate
from dicomlab.demo.machines import Machine, machines
from dicomlab.demo.studies import days_of

_READ = str.split(
    """
    SOPInstanceUID SeriesInstanceUID StudyInstanceUID StationName ProtocolName ImageType AcquisitionDate
    PatientID PatientName SoftwareVersions KVP XRayTubeCurrent ExposureTime Exposure ExposureInuAs CTDIvol
    RevolutionTime SpiralPitchFactor TotalCollimationWidth TableFeedPerRotation ConvolutionKernel
    ImagingFrequency SAR B1rms FlipAngle ReceiveCoilName EchoTime PixelBandwidth ExposureIndex
    TargetExposureIndex DeviationIndex HalfValueLayer OrganDose EntranceDoseInmGy DetectorID
"""
)


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six scanners, two months."""
    return make_fleet(tmp_path_factory.mktemp("demo") / "fleet", scanners=6, months=2, progress=False)


@pytest.fixture(scope="session")
def unread(fleet: Path) -> set[str]:
    """Filled by `images`: the files that pydicom does not take, below the fleet's folder."""
    return set()


@pytest.fixture(scope="session")
def images(fleet: Path, unread: set[str]) -> pd.DataFrame:
    """One row for each file that pydicom opens without force and finds complete."""
    rows = []
    for file in sorted(path for path in (fleet / "dicom").rglob("*") if path.is_file()):
        try:
            header = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=_READ)
        except (InvalidDicomError, EOFError, OSError):
            unread.add(file.relative_to(fleet).as_posix())
            continue
        row: dict[str, Any] = {name: header.get(name) for name in _READ}
        rows.append(row | {"path": file.relative_to(fleet).as_posix()})
    table = pd.DataFrame(rows)
    table["date"] = pd.to_datetime(table["AcquisitionDate"], format="%Y%m%d")
    table["is_localiser"] = [kind is not None and "LOCALIZER" in kind for kind in table["ImageType"]]
    for name in table.columns.intersection(["KVP", "XRayTubeCurrent", "SAR", "ExposureIndex", "Exposure"]):
        table[name] = table[name].astype(float)
    return table


@pytest.fixture(scope="session")
def days() -> pd.DatetimeIndex:
    return days_of(18)


@pytest.fixture(scope="session")
def sound(days: pd.DatetimeIndex) -> dict[str, tuple[Machine, pd.DataFrame]]:
    """Twelve machines and what they do in 18 months when nothing happens to them."""
    return {m.station: (m, simulate(m, days, seed=3)) for m in machines(12)}
