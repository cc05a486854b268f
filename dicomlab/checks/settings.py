"""Attributes that ought to be the same in a series, or in a volume of it, and are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from dicomlab.checks.base import (
    MOST_VALUES,
    Check,
    Level,
    Severity,
    as_findings,
    in_singular,
    in_words,
    joined,
)

_SHARED = (
    *("Modality", "Manufacturer", "ManufacturerModelName", "DeviceSerialNumber", "StationName"),
    *("SoftwareVersions", "SeriesNumber", "SeriesDescription", "ProtocolName", "BodyPartExamined"),
    *("Laterality", "PatientPosition"),
)
_ANY = (
    *("FrameOfReferenceUID", "PixelSpacing", "Rows", "Columns", "SliceThickness", "SamplesPerPixel"),
    *("PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
)
_CT = (
    *("KVP", "ConvolutionKernel", "ReconstructionDiameter", "ReconstructionAlgorithm", "GantryDetectorTilt"),
    *("RescaleSlope", "RescaleIntercept", "RescaleType", "FilterType", "SpiralPitchFactor"),
    *("SingleCollimationWidth", "TotalCollimationWidth", "RevolutionTime", "ExposureModulationType"),
)
_MR = (
    *("EchoTime", "RepetitionTime", "InversionTime", "FlipAngle", "EchoTrainLength", "PixelBandwidth"),
    *("MagneticFieldStrength", "ImagedNucleus", "ScanningSequence", "SequenceVariant", "MRAcquisitionType"),
    *("AcquisitionMatrix", "PercentSampling", "PercentPhaseFieldOfView", "ReceiveCoilName"),
    *("InPlanePhaseEncodingDirection", "ParallelReductionFactorInPlane"),
)
_PT = (
    *("Units", "DecayCorrection", "ReconstructionMethod", "AttenuationCorrectionMethod"),
    *("ScatterCorrectionMethod", "RadionuclideTotalDose", "RadionuclideHalfLife", "radionuclide"),
)
IN_VOLUME: dict[str, tuple[str, ...]] = {"CT": (*_ANY, *_CT), "MR": (*_ANY, *_MR), "PT": (*_ANY, *_PT)}
"""What the slices of a volume share, by modality.

Left out is what varies as it should: tube current and what follows from it, times, SliceLocation,
windows, RescaleSlope in PET and MR, and the views of radiographs.
"""


@dataclass(frozen=True)
class ChangedParameter(Check):
    """An acquisition parameter changes between the slices of one volume."""

    tolerance: float = 0.002
    """Share of a number by which it may differ: what is left of rounding."""

    most: float = 0.34
    """Share of neighbouring slices that differ, above which a parameter is taken to vary by design."""

    name: ClassVar[str] = "changed-parameter"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("Modality", "volume")
    wants: ClassVar[tuple[str, ...]] = tuple(dict.fromkeys([*_ANY, *_CT, *_MR, *_PT]))
    unless: ClassVar[tuple[str, ...]] = ("placeholder-size", "volumes-overwritten")
    fix: ClassVar[str] = (
        "Part the series where it changes, or leave the odd slices out, before measuring in it."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare each slice with what most slices of its volume say."""
        images = rows.loc[rows["content"] == "image", ["Modality", "volume", "series", "place", "slice"]]
        # Without positions the series is what there is.
        images["group"] = images["volume"].fillna(-1 - images["series"])
        images = images.sort_values(["group", "place", "slice"], kind="stable")
        found = []
        for modality, names in IN_VOLUME.items():
            group = images.loc[images["Modality"] == modality, "group"]
            found += [self._of(rows, group, name) for name in names if name in rows and len(group)]
        said = "{0} of slices {1} ({2:,} files) are others than in the rest of the volume."
        return _merged(joined(found), said)

    def _of(self, rows: pd.DataFrame, group: pd.Series, name: str) -> pd.DataFrame | None:
        value, group = _told_differently(rows[name], group, self.tolerance)
        if value.empty:
            return None
        stepped = _stepped(value, group, self.tolerance)
        usual = stepped.groupby(group).transform(_commonest).astype(stepped.dtype)
        n_values = stepped.groupby(group).transform("nunique")
        turns = stepped.ne(stepped.groupby(group).shift()).groupby(group).transform("sum") - 1
        often = turns > (self.most * stepped.groupby(group).transform("size")).clip(lower=2)
        # Where many values take turns they are meant to; where two do, slices of two series lie mixed.
        wrong = stepped.ne(usual) & ~(often & (n_values > 2))
        return self.find(
            rows.loc[value.index[wrong]],
            "{attribute} of slices {slices} ({n_files} files) is another one than in the rest of the volume.",
            attribute=name,
            value=_number(value),
            usual=_number(usual),
            n_values=n_values,
        )


@dataclass(frozen=True)
class ChangedIdentity(Check):
    """An attribute that is the same in a whole series (PS3.3 A.1.4) differs inside."""

    name: ClassVar[str] = "changed-identity"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("Modality", "content")
    wants: ClassVar[tuple[str, ...]] = _SHARED
    fix: ClassVar[str] = "Images of two series may share one SeriesInstanceUID: part them, or send them anew."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare the images of each series, localisers and secondary captures left out."""
        series = rows.loc[rows["content"] == "image", "series"]
        found = joined([self._of(rows, series, name) for name in _SHARED if name in rows])
        return _merged(found, "{0} of {2:,} files are others than in the rest of the series.")

    def _of(self, rows: pd.DataFrame, series: pd.Series, name: str) -> pd.DataFrame | None:
        value, series = _told_differently(rows[name], series, 0.0)
        if value.empty:
            return None
        odd = value.ne(value.groupby(series).transform(_commonest))
        return self.find(
            rows.loc[value.index[odd]],
            "{attribute} of {n_files} files is another one than in the rest of the series.",
            attribute=name,
            n_values=value.groupby(series).transform("nunique"),
        )


def _merged(found: pd.DataFrame, said: str) -> pd.DataFrame:
    """Attributes that differ in the same slices as one finding, with a message of all of them."""
    if found.empty:
        return found
    same = [found["uid"], found["n_files"], found["files"].map(tuple), found["slices"].map(tuple)]
    number = pd.DataFrame(dict(enumerate(same))).groupby(list(range(4)), sort=False).ngroup()
    again = number.duplicated()
    if not again.any():
        return found
    kept: list[dict[str, Any]] = found[~again].to_dict("records")  # type: ignore[assignment]
    for row, (_, own) in zip(kept, found.groupby(number, sort=False), strict=True):
        names = [evidence["attribute"] for evidence in own["evidence"]]
        if len(names) > 1:
            slices = in_words(row["slices"][:MOST_VALUES]) + (" …" if row["n_files"] > MOST_VALUES else "")
            row["message"] = in_singular(said.format(", ".join(names), slices, row["n_files"]))
            row["evidence"] = {
                "attribute": names,
                "n_values": max(evidence["n_values"] for evidence in own["evidence"]),
            }
    return as_findings(kept)


def _told_differently(value: pd.Series, group: pd.Series, tolerance: float) -> tuple[pd.Series, pd.Series]:
    """The values that are told, and their groups, of groups in which they differ.

    Numbers differ by more than a share of themselves.
    """
    value = value.loc[group.index].dropna()
    group = group.loc[value.index]
    if pd.api.types.is_numeric_dtype(value):
        by = value.astype(float).groupby(group)
        low, high = by.transform("min"), by.transform("max")
        differs = (high - low) > tolerance * np.maximum(high.abs(), low.abs())
    else:
        by = pd.Series(pd.factorize(value)[0], index=value.index).groupby(group)
        differs = by.transform("min") < by.transform("max")
    return value[differs], group[differs]


def _stepped(value: pd.Series, group: pd.Series, tolerance: float) -> pd.Series:
    """Numbers that differ by no more than the tolerance made one, the least of them."""
    if not pd.api.types.is_numeric_dtype(value):
        return value
    order = pd.DataFrame({"g": group, "v": value.astype(float)}).sort_values(["g", "v"], kind="stable")
    is_new = order["g"].ne(order["g"].shift()) | (order["v"].diff() > tolerance * order["v"].abs())
    least = order["v"].where(is_new).ffill()
    return least.reindex(value.index)


def _commonest(value: pd.Series) -> object:
    """The value that most rows have; the first of those that are as common."""
    counts = value.value_counts(sort=False)
    return counts.index[int(counts.to_numpy().argmax())]


def _number(value: pd.Series) -> pd.Series | None:
    """Numbers as evidence; what is text stays out of it."""
    return value if pd.api.types.is_numeric_dtype(value) else None
