"""A simulated CT, MR and X-ray room with nothing wrong, to which a test adds one fault."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

START = pd.Timestamp("2024-01-01")
CT_PROTOCOLS = {"Abdomen": (4.9, 80, "B30f"), "Chest": (4.6, 74, "B50f"), "Head": (5.3, 70, "H31s")}


@dataclass(frozen=True)
class Room:
    """What a simulated machine is like, before any fault."""

    days: int = 540
    a_day: float = 10.0
    scatter: float = 0.15
    day_effect: float = 0.2
    likeness: float = 0.4
    season: float = 0.2
    weight_missing: float = 0.3
    heavy_tails: bool = False
    mix_shift_day: int | None = None


QUIET_ROOM, FIVE_A_DAY, FOURTEEN_A_DAY = Room(), Room(a_day=5.0), Room(a_day=14.0)


def make_ct(room: Room = QUIET_ROOM, *, name: str = "CT-01", seed: int = 1) -> pd.DataFrame:
    """Series of one CT: size drives the current, days resemble the day before, weekends are slow."""
    rng = np.random.default_rng(seed)
    day = _days(room, rng)
    n = len(day)
    names = list(CT_PROTOCOLS)
    mix = rng.dirichlet([6, 6, 6])
    share = np.where((day >= (room.mix_shift_day or 10**6))[:, None], np.roll(mix, 1), mix)
    protocol = (rng.random(n)[:, None] > share.cumsum(axis=1)).sum(axis=1).clip(max=2)
    size = rng.normal(0, 1, n) + room.season * np.cos(2 * np.pi * day / 365.25)
    noise = rng.standard_t(3, n) / 1.7 if room.heavy_tails else rng.normal(0, 1, n)
    noise = noise + day_effects(room, rng)[day]
    base = np.array([CT_PROTOCOLS[p][0] for p in names])[protocol]
    current = np.exp(base + 0.25 * size + room.scatter * noise)
    current = np.where(rng.random(n) < 0.01, current * rng.choice([0.25, 4], n), current)
    weight = np.array([CT_PROTOCOLS[p][1] for p in names])[protocol] + 14 * size + rng.normal(0, 3, n)
    return pd.DataFrame(
        {
            **_identity(n, name, "CT", "SIEMENS", "SOMATOM Force", seed, day),
            "ProtocolName": np.array(names)[protocol],
            "PatientWeight": np.where(rng.random(n) < room.weight_missing, np.nan, weight.round()),
            "KVP": np.where(rng.random(n) < 0.03, 100.0, 120.0),
            "XRayTubeCurrent": current.round(),
            "CTDIvol": (current * 0.06 * np.exp(rng.normal(0, 0.02, n))).round(2),
            "ConvolutionKernel": [[CT_PROTOCOLS[names[p]][2]] for p in protocol],
            "SliceThickness": np.where(protocol == 2, 5.0, 3.0),
        }
    )


def make_mr(room: Room = FIVE_A_DAY, *, name: str = "MR-01", seed: int = 2) -> pd.DataFrame:
    """Series of one MR whose magnet decays by 0.02 ppm a day."""
    rng = np.random.default_rng(seed)
    day = _days(room, rng)
    n = len(day)
    protocol = rng.integers(0, 3, n)
    ppm = -0.02 * day + 0.4 * rng.normal(0, 1, n) + 0.2 * day_effects(room, rng)[day]
    return pd.DataFrame(
        {
            **_identity(n, name, "MR", "Philips", "Ingenia", seed, day),
            "ProtocolName": np.array(["T1 Brain", "T2 Brain", "FLAIR"])[protocol],
            "PatientWeight": rng.normal(75, 14, n).round(),
            "ImagingFrequency": (127.74 * (1 + ppm * 1e-6)).round(6),
            "SAR": np.exp(-1 + 0.3 * protocol + 0.1 * rng.normal(0, 1, n)).round(4),
            "RepetitionTime": np.array([600.0, 4000.0, 9000.0])[protocol],
            "EchoTime": np.array([12.0, 100.0, 125.0])[protocol],
            "ReceiveCoilName": "SENSE-Head-8",
        }
    )


def make_dx(room: Room = FOURTEEN_A_DAY, *, name: str = "DX-01", seed: int = 3) -> pd.DataFrame:
    """Series of one radiography room."""
    rng = np.random.default_rng(seed)
    day = _days(room, rng)
    n = len(day)
    part = rng.choice(3, n, p=[0.6, 0.25, 0.15])
    noise = rng.normal(0, 1, n) + day_effects(room, rng)[day]
    return pd.DataFrame(
        {
            **_identity(n, name, "DX", "AGFA", "DX-D 600", seed, day),
            "BodyPartExamined": np.array(["CHEST", "HAND", "PELVIS"])[part],
            "ViewPosition": np.array(["PA", "PA", "AP"])[part],
            "ExposureIndex": np.exp(6 + 0.2 * part + 0.25 * noise).round(),
            "KVP": np.where(rng.random(n) < 0.05, 110.0, np.array([125.0, 55.0, 81.0])[part]),
            "ExposureControlMode": np.where(part == 1, "MANUAL", "AUTOMATIC"),
        }
    )


def day_effects(room: Room, rng: np.random.Generator) -> np.ndarray:
    """What all acquisitions of a day have in common, like that of the day before."""
    effect, shocks = np.zeros(room.days), rng.normal(0, 1, room.days)
    for day in range(1, room.days):
        effect[day] = room.likeness * effect[day - 1] + np.sqrt(1 - room.likeness**2) * shocks[day]
    return room.day_effect * effect


def _days(room: Room, rng: np.random.Generator) -> np.ndarray:
    volume = np.where(np.arange(room.days) % 7 >= 5, 0.25, 1.0) * room.a_day
    away = int(rng.integers(200, 400))
    volume[away : away + 12] = 0
    return np.repeat(np.arange(room.days), rng.poisson(volume))


def _identity(
    n: int, name: str, modality: str, maker: str, model: str, seed: int, day: np.ndarray
) -> dict[str, object]:
    minutes = np.random.default_rng(seed + 7).integers(0, 600, n)
    when = START + pd.to_timedelta(day, unit="D") + pd.to_timedelta(480 + minutes, unit="min")
    order = [f"1.2.{seed}.{number}" for number in range(n)]
    return {
        "StudyInstanceUID": order,
        "SeriesInstanceUID": [f"{uid}.1" for uid in order],
        "Modality": modality,
        "Manufacturer": maker,
        "ManufacturerModelName": model,
        "DeviceSerialNumber": f"{40000 + seed}",
        "StationName": name,
        "SoftwareVersions": "VA40",
        "ImageType": [["ORIGINAL", "PRIMARY"]] * n,
        "first_acquired_at": when.astype("datetime64[us]"),
    }


def day_number(series: pd.DataFrame) -> np.ndarray:
    """Days since the simulation began."""
    return (series["first_acquired_at"] - START).dt.days.to_numpy()
