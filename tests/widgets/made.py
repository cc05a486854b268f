"""A small archive, findings and a Drift, with values that would do harm as markup."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import dicomlab as dl
from dicomlab.drift.base import Drift
from tests.build import dataset, write
from tests.plots.made_drift import Fault, Made, make_drift

HOSTILE = "<img src=x onerror=alert(1)>\u202eb"


def make_catalog(folder: Path) -> dl.Catalog:
    """24 patients, a study each: CT and MR by turns, of one and three series."""
    for p in range(24):
        is_ct = p % 2 == 0
        for s in range(1 if is_ct else 3):
            uid = f"1.2.{p + 1}"
            ds = dataset(
                SpecificCharacterSet="ISO_IR 192",
                PatientID=f"P{p:02d}",
                PatientSex="FM"[p % 3 == 0] if p else None,
                PatientAge=f"{20 + 2 * p:03d}Y",
                Modality="CT" if is_ct else "MR",
                StudyDescription="Head" if p < 12 else "50% O'Neil",
                SeriesDescription=HOSTILE if p == 3 else ("localizer", "T1 head", "T2")[s],
                SliceThickness=str(1 + 0.5 * s),
                StudyInstanceUID=uid,
                SeriesInstanceUID=f"{uid}.{s}",
                SOPInstanceUID=f"{uid}.{s}.1",
                StudyDate=f"2024{p % 12 + 1:02d}15",
                StudyTime="101500",
            )
            write(ds, folder / "archive" / f"p{p}s{s}")
    return dl.scan(folder / "archive", into=folder / "catalog", progress=False)


def make_findings() -> pd.DataFrame:
    """Six findings of three checks, as `check` gives them."""
    rows = [
        ("missing-slices", "error", "series", "1.2.1.0", [1, 2, 3, 7], {"gap_mm": 10.0, "usual_mm": 5.0}),
        ("missing-slices", "error", "series", "1.2.2.0", [4], {"gap_mm": 7.5, "usual_mm": 5.0}),
        ("mixed-spacing", "warning", "study", "1.2.2", [], {"tags": ["PixelSpacing", HOSTILE]}),
        *(("no-laterality", "note", "instance", f"1.2.{i}.0.1", [], {}) for i in (3, 4, 5)),
    ]
    findings = pd.DataFrame(
        [
            {
                "check": check,
                "severity": severity,
                "confidence": "high",
                "level": level,
                "uid": uid,
                "n_files": 2,
                "files": [f"/a/{i}/{HOSTILE}", "=cmd()"],
                "slices": slices,
                "message": f"Something is wrong here, number {i}.",
                "evidence": evidence,
                "fix": f"Send {check} again.",
            }
            for i, (check, severity, level, uid, slices, evidence) in enumerate(rows)
        ]
    )
    findings.attrs["not_run"] = [{"check": "tilt", "reason": "The catalog lacks GantryDetectorTilt."}]
    return findings


def make_faults() -> Drift:
    """Two CTs: on CT-01 the dose steps up with an update and the kernel changes, on CT-02 the current."""
    faults = (
        Fault("CT-01", "CTDIvol", 300, cause="coincides with an update", severity=3, finding="F1"),
        Fault("CT-01", "ConvolutionKernel", 302, severity=1, finding="F1"),
        Fault("CT-02", "XRayTubeCurrent", 240, 1.3, lasts=120, finding="F2"),
    )
    events = (("CT-01", 300, "software", "VA40 \u2192 VA50"), ("CT-01", 303, "service", HOSTILE))
    drift = make_drift(Made(faults=faults, events=events, n_points=120))
    drift.changes["change_id"] = [f"C00{i}" for i in drift.changes["change_id"]]
    drift.points["series"] = [f"1.9.{i}" for i in range(len(drift.points))]
    return drift
