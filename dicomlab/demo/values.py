"""What the machines would write: patient size, operators, days and physics, before any fault.

Two steps, so that a fault between them has its consequences: `measure` gives what varies by
itself, `derive` what follows from it (charge from current and time, dose from charge).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from dicomlab.demo.machines import Machine
from dicomlab.demo.sites import START
from dicomlab.demo.studies import day_effects

_OPERATOR = np.array([-0.05, 0.03, 0.05, -0.03, -0.04, 0.02])
"""How operators differ (relative); those who come later resemble those who leave in the mean."""

MeasureRow = Callable[[pd.DataFrame, Machine, pd.DatetimeIndex, np.random.Generator], None]


def measure(
    acquisitions: pd.DataFrame, machine: Machine, days: pd.DatetimeIndex, rng: np.random.Generator
) -> pd.DataFrame:
    """Add what varies from acquisition to acquisition by itself."""
    table = acquisitions.copy()
    table["SoftwareVersions"] = pd.Series([machine.software] * len(table), dtype=object)
    table["is_localiser"] = [image_type[2] == "LOCALIZER" for image_type in table["ImageType"]]
    _describe_patients(table, machine)
    _MEASURE[machine.modality](table, machine, days, rng)
    _leave_out(table, machine, rng)
    return table


def derive(acquisitions: pd.DataFrame, machine: Machine) -> pd.DataFrame:
    """Add what follows from the other values."""
    table = acquisitions.copy()
    _DERIVE[machine.modality](table, machine)
    blank = table.columns[table.columns.isin(machine.gaps)]
    for column in blank:
        table.loc[table[f"lacks_{column}"], column] = np.nan
    return table


def round_as_written(acquisitions: pd.DataFrame, machine: Machine) -> pd.DataFrame:
    """Round each parameter to the decimals that the maker writes."""
    digits = {name: n for name, n in machine.digits.items() if name in acquisitions}
    return acquisitions.round(digits)


def _describe_patients(table: pd.DataFrame, machine: Machine) -> None:
    table["PatientWeight"] = (74 + 13 * table["patient_size"] + table["weight_noise"]).clip(35, 190).round()
    table["PatientSize"] = table["height_m"].round(2)
    if "QualityControlSubject" not in table:
        return
    is_phantom = table["QualityControlSubject"].eq("YES")
    table.loc[is_phantom, ["patient_size", "PatientWeight", "PatientSize"]] = [0.0, np.nan, np.nan]
    table.loc[is_phantom, "PatientID"] = f"QC-{machine.station}"
    table.loc[is_phantom, "PatientName"] = "Phantom^Water"
    table.loc[is_phantom, "PatientSex"] = "O"
    table.loc[is_phantom, "birth"] = pd.NaT


def _leave_out(table: pd.DataFrame, machine: Machine, rng: np.random.Generator) -> None:
    """Mark the studies that will lack an optional element."""
    studies = int(table["study"].max()) + 1 if len(table) else 0
    for column, share in machine.gaps.items():
        table[f"lacks_{column}"] = (rng.random(studies) < share)[table["study"].to_numpy(dtype=int)]


def _level(rng: np.random.Generator) -> float:
    """How this machine differs from others of its model."""
    return float(np.exp(rng.normal(0, 0.03)))


def _measure_ct(
    table: pd.DataFrame, machine: Machine, days: pd.DatetimeIndex, rng: np.random.Generator
) -> None:
    n, size = len(table), table["patient_size"]
    shared = day_effects(days, table["date"], sd=0.015, rng=rng)
    scatter = rng.normal(0, 0.05, n) + np.log(2) * (rng.random(n) < 0.004)
    follows_size = table["slope"] > 0
    effect = np.where(follows_size, table["slope"] * size + shared + scatter + np.log(_level(rng)), 0)
    if "automatic_kv" in table:
        high, low = table["automatic_kv"].eq(1) & (size > 1.25), table["automatic_kv"].eq(1) & (size < -1.4)
        table["KVP"] = np.select([high, low], [140, 100], table["KVP"])
        effect += np.select([high, low], [np.log(0.72), np.log(1.5)], 0)
    table["XRayTubeCurrent"] = (table["XRayTubeCurrent"] * np.exp(effect)).clip(20, 800)
    operator = _OPERATOR[table["operator"].to_numpy()]
    table["TableHeight"] = 152 + 2 * size + 60 * operator + rng.normal(0, 8, n)
    table["private"] = (20 + 4 * shared + rng.gamma(4, 5, n)).round(1)
    if "WaterEquivalentDiameter" in machine.digits:
        is_head = table["BodyPartExamined"].eq("HEAD")
        mean = np.where(is_head, 172 + 4 * size, 288 + 28 * size)
        table["WaterEquivalentDiameter"] = mean + rng.normal(0, 6, n)


def _derive_ct(table: pd.DataFrame, machine: Machine) -> None:
    table["XRayTubeCurrent"] = table["XRayTubeCurrent"].round()
    # Aurora follows the standard since 2020 (revolution time over pitch), Borealis writes the revolution.
    pitch = table["SpiralPitchFactor"] if machine.maker == "Aurora Imaging" else 1.0
    table["ExposureTime"] = (1000 * table["RevolutionTime"] / pitch).round().fillna(3200)
    table["Exposure"] = (table["XRayTubeCurrent"] * table["ExposureTime"] / 1000).round()
    charge = table["XRayTubeCurrent"] * table["RevolutionTime"] / table["SpiralPitchFactor"]
    table["CTDIvol"] = table["dose_factor"] * (table["KVP"] / 120) ** 2.5 * charge
    table["TableFeedPerRotation"] = table["SpiralPitchFactor"] * table["TotalCollimationWidth"]
    table["TableSpeed"] = table["TableFeedPerRotation"] / table["RevolutionTime"]


def _measure_mr(
    table: pd.DataFrame, machine: Machine, days: pd.DatetimeIndex, rng: np.random.Generator
) -> None:
    n, size = len(table), table["patient_size"]
    is_3t = machine.fixed["MagneticFieldStrength"] == 3
    centre = (123.2564 if is_3t else 63.8721) * (1 + rng.normal(0, 20e-6))
    age = (table["date"] - START).dt.days
    decay_ppm = (0.008 if is_3t else 0.005) * age
    table["ImagingFrequency"] = centre * (1 + 1e-6 * (rng.normal(0, 0.2, n) - decay_ppm))
    has_more_slices = rng.random(n) < 0.06
    table["RepetitionTime"] = np.where(
        has_more_slices & table["MRAcquisitionType"].eq("2D"),
        1.12 * table["RepetitionTime"],
        table["RepetitionTime"],
    )
    is_override = (rng.random(n) < 0.015) & (table["FlipAngle"] > 60)
    table["FlipAngle"] = table["FlipAngle"] - 10 * is_override
    shared = day_effects(days, table["date"], sd=0.01, rng=rng)
    effect = 0.12 * size + shared + rng.normal(0, 0.04, n)
    table["sar_per_degree2"] *= np.exp(effect) * _level(rng)
    is_gradient = table["ScanningSequence"].eq("GR")
    table["dBdt"] = np.where(is_gradient, 62.0, 44.0) + rng.normal(0, 0.2, n)
    table["private"] = ((240 if is_3t else 0.83) * np.exp(0.05 * size + rng.normal(0, 0.02, n))).round(2)


def _derive_mr(table: pd.DataFrame, machine: Machine) -> None:
    table["SAR"] = table["sar_per_degree2"] * table["FlipAngle"] ** 2
    table["B1rms"] = 3.4 * np.sqrt(table["SAR"])


def _measure_dx(
    table: pd.DataFrame, machine: Machine, days: pd.DatetimeIndex, rng: np.random.Generator
) -> None:
    n, size = len(table), table["patient_size"]
    is_manual = table["ExposureControlMode"].eq("MANUAL")
    shared = day_effects(days, table["date"], sd=0.02, rng=rng)
    by_hand = rng.choice([0.8, 1.0, 1.25], n, p=[0.15, 0.7, 0.15])
    by_size = np.exp(table["slope"] * size + rng.normal(0, 0.08, n))
    dose = np.where(is_manual, by_hand, by_size)
    table["mas"] = table["mas"] * dose
    table["KVP"] = table["KVP"] + rng.choice([0, 5, -5], n, p=[0.96, 0.02, 0.02])
    reached = np.where(
        is_manual, dose * np.exp(-0.08 * size + rng.normal(0, 0.15, n)), np.exp(rng.normal(0, 0.12, n))
    )
    table["ExposureIndex"] = table["TargetExposureIndex"] * reached * np.exp(shared) * _level(rng)
    table["private"] = (100 * reached).round(1)
    _measure_detector(table, days, rng)


def _derive_dx(table: pd.DataFrame, machine: Machine) -> None:
    _derive_charge(table)
    table["DeviationIndex"] = 10 * np.log10(table["ExposureIndex"] / table["TargetExposureIndex"])
    beam = (table["KVP"] / 100) ** 2 * table["ExposureInuAs"] / 1000
    table["ImageAndFluoroscopyAreaDoseProduct"] = 4.5e-4 * beam * table["area_cm2"]
    table["EntranceDoseInmGy"] = 0.075 * beam / (table["DistanceSourceToPatient"] / 1000) ** 2
    _count_exposures(table)


def _measure_mg(
    table: pd.DataFrame, machine: Machine, days: pd.DatetimeIndex, rng: np.random.Generator
) -> None:
    n, size = len(table), table["patient_size"]
    thickness = (table["thickness"] + 11 * size + rng.normal(0, 3, n)).clip(18, 98).round()
    table["BodyPartThickness"] = thickness
    operator = _OPERATOR[table["operator"].to_numpy()]
    table["CompressionForce"] *= np.exp(2 * operator + 0.04 * size + rng.normal(0, 0.11, n)) * _level(rng)
    table["contact_cm2"] = 88 * np.exp(0.12 * size)
    table["KVP"] = np.select([thickness < k for k in (30, 45, 55, 65, 75)], [26, 27, 28, 29, 30], 31)
    is_silver = thickness > 70
    table["FilterMaterial"] = np.where(is_silver, "SILVER", "RHODIUM")
    shared = day_effects(days, table["date"], sd=0.002, rng=rng)
    quality = 0.52 + 0.013 * (table["KVP"] - 28) + 0.04 * is_silver
    table["HalfValueLayer"] = quality + shared + rng.normal(0, 0.003, n)
    output = 0.055 * (table["KVP"] / 28) ** 2.7 * np.where(is_silver, 1.12, 1.0) * _level(rng)
    table["XRayOutput"] = output * np.exp(rng.normal(0, 0.008, n))
    table["XRayTubeCurrent"] = 100
    charge = 60 * np.exp(0.021 * (thickness - 50) + rng.normal(0, 0.11, n))
    table["mas"] = charge / (table["KVP"] / 28) ** 3
    table["private"] = (rng.normal(50, 8, n)).round(1)
    _measure_detector(table, days, rng)


def _derive_mg(table: pd.DataFrame, machine: Machine) -> None:
    _derive_charge(table)
    table["CompressionPressure"] = 10 * table["CompressionForce"] / table["contact_cm2"]
    distance = 650 / (650 - table["BodyPartThickness"])
    table["EntranceDoseInmGy"] = table["ExposureInuAs"] / 1000 * table["XRayOutput"] * distance**2
    share = 0.3 * np.exp(-0.012 * (table["BodyPartThickness"] - 50))
    table["OrganDose"] = table["EntranceDoseInmGy"] * share / 100  # mGy to dGy
    _count_exposures(table)


def _measure_detector(table: pd.DataFrame, days: pd.DatetimeIndex, rng: np.random.Generator) -> None:
    """The detector's temperature: summer, slow days, warming up in the morning."""
    summer = -np.cos(2 * np.pi * (table["date"].dt.day_of_year - 20) / 365.25)
    slow = day_effects(days, table["date"], sd=0.5, rng=rng, memory=0.85)
    warm = 1.2 * (1 - np.exp(-(table["second"] - 7 * 3600) / 5400))
    table["DetectorTemperature"] = 27 + 1.1 * summer + slow + warm + rng.normal(0, 0.15, len(table))


def _derive_charge(table: pd.DataFrame) -> None:
    table["ExposureTime"] = (1000 * table["mas"] / table["XRayTubeCurrent"]).round().clip(lower=1)
    table["ExposureInuAs"] = (table["XRayTubeCurrent"] * table["ExposureTime"]).round()
    table["Exposure"] = (table["ExposureInuAs"] / 1000).round()


def _count_exposures(table: pd.DataFrame) -> None:
    """Counters of each detector, which begin anew with a new one."""
    count = table.groupby("DetectorID").cumcount() + 1
    first_day = table.groupby("DetectorID")["date"].transform("min")
    # A detector that comes later comes from the factory, where it was tested.
    was_used = first_day < START + pd.Timedelta(days=30)
    table["ExposuresOnDetectorSinceManufactured"] = count + np.where(was_used, 21_480, 12)
    if "DateOfLastDetectorCalibration" in table:
        since = table.groupby(["DetectorID", "DateOfLastDetectorCalibration"]).cumcount() + 1
        table["ExposuresOnDetectorSinceLastCalibration"] = since


_MEASURE: dict[str, MeasureRow] = {"CT": _measure_ct, "MR": _measure_mr, "DX": _measure_dx, "MG": _measure_mg}
_DERIVE: dict[str, Callable[[pd.DataFrame, Machine], None]] = {
    "CT": _derive_ct,
    "MR": _derive_mr,
    "DX": _derive_dx,
    "MG": _derive_mg,
}
