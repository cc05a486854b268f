"""What attributes of one image must say of each other, and whether they do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.devices import column, text_codes, text_objects
from dicomlab.series import numbers

AGREES, DISAGREES, PER_PITCH = "agrees", "disagrees", "agrees per pitch"

LARGE = 0.2
"""A share of examinations that disagree is told, if surely above this, though nothing changed."""

# Half-lives in seconds (Decay Data Evaluation Project, LNHB; nucleide.org).
HALF_LIVES = {
    "11C": 1221.8,
    "13N": 597.9,
    "15O": 122.2,
    "18F": 6586.2,
    "64Cu": 45_724.0,
    "67Ga": 281_780.0,
    "68Ga": 4_070.0,
    "81mKr": 13.1,
    "82Rb": 76.4,
    "89Zr": 282_280.0,
    "90Y": 230_550.0,
    "99mTc": 21_625.0,
    "111In": 242_330.0,
    "123I": 47_600.0,
    "124I": 360_800.0,
    "131I": 693_300.0,
    "133Xe": 453_400.0,
    "153Sm": 166_600.0,
    "177Lu": 574_100.0,
    "201Tl": 262_840.0,
    "223Ra": 988_200.0,
}
_ELEMENTS = {
    "carbon": "C",
    "nitrogen": "N",
    "oxygen": "O",
    "fluorine": "F",
    "fluor": "F",
    "copper": "Cu",
    "gallium": "Ga",
    "krypton": "Kr",
    "rubidium": "Rb",
    "zirconium": "Zr",
    "yttrium": "Y",
    "iodine": "I",
    "technetium": "Tc",
    "indium": "In",
    "xenon": "Xe",
    "samarium": "Sm",
    "lutetium": "Lu",
    "thallium": "Tl",
    "radium": "Ra",
}


@dataclass(frozen=True)
class Identity:
    """Two ways to the same number, and how far they may lie apart.

    `check` gives for each series whether they agree, null where one of them is not told.
    """

    name: str
    formula: str
    source: str
    modalities: tuple[str, ...]
    needs: tuple[str, ...]
    tolerance: str
    check: Callable[[dict[str, np.ndarray]], np.ndarray]


def _verdicts(off: np.ndarray, reach: np.ndarray | float) -> np.ndarray:
    """Whether each difference is within reach, null where it is not known."""
    words = np.where(np.abs(off) <= reach, AGREES, DISAGREES).astype(object)
    words[~np.isfinite(off)] = None
    return np.asarray(words)


def _deviation_index(cell: dict[str, np.ndarray]) -> np.ndarray:
    expected = 10 * np.log10(_positive(cell["ExposureIndex"]) / _positive(cell["TargetExposureIndex"]))
    return _verdicts(cell["DeviationIndex"] - expected, 0.2)


def _pitch(cell: dict[str, np.ndarray]) -> np.ndarray:
    expected = _positive(cell["TableFeedPerRotation"]) / _positive(cell["TotalCollimationWidth"])
    return _verdicts(_positive(cell["SpiralPitchFactor"]) / expected - 1, 0.03)


def _exposure(cell: dict[str, np.ndarray]) -> np.ndarray:
    product = _positive(cell["XRayTubeCurrent"]) * _positive(cell["ExposureTime"]) / 1000
    told = _positive(cell["Exposure"])
    reach = 1.0 + 0.1 * product  # whole mAs, and currents that are modulated along the scan
    plain = _verdicts(told - product, reach)
    pitch = _positive(cell["SpiralPitchFactor"])
    effective = _verdicts(told - product / pitch, reach)
    plain[(plain == DISAGREES) & (effective == AGREES)] = PER_PITCH
    return plain


def _half_life(cell: dict[str, np.ndarray]) -> np.ndarray:
    known = {name: HALF_LIVES.get(nuclide_of(name), np.nan) for name in set(cell["radionuclide"]) if name}
    constant = np.array([known.get(name, np.nan) for name in cell["radionuclide"]], float)
    return _verdicts(_positive(cell["RadionuclideHalfLife"]) / constant - 1, 0.025)


def _decay(cell: dict[str, np.ndarray]) -> np.ndarray:
    rate = np.log(2) / _positive(cell["RadionuclideHalfLife"])
    expected = np.exp(rate * cell["FrameReferenceTime"] / 1000)
    off = np.where(cell["DecayCorrection"] == "START", cell["DecayFactor"] / expected - 1, np.nan)
    return _verdicts(off, 0.01)


def _positive(value: np.ndarray) -> np.ndarray:
    return np.where(value > 0, value, np.nan)


_TEXTS = ("radionuclide", "DecayCorrection")

IDENTITIES: tuple[Identity, ...] = (
    Identity(
        "deviation_index_identity",
        "DeviationIndex = 10 log10(ExposureIndex / TargetExposureIndex)",
        "IEC 62494-1",
        ("DX", "CR"),
        ("DeviationIndex", "ExposureIndex", "TargetExposureIndex"),
        "0.2",
        _deviation_index,
    ),
    Identity(
        "pitch_identity",
        "SpiralPitchFactor = TableFeedPerRotation / TotalCollimationWidth",
        "PS3.3 C.8.15.3.4.1",
        ("CT",),
        ("SpiralPitchFactor", "TableFeedPerRotation", "TotalCollimationWidth"),
        "3 %",
        _pitch,
    ),
    Identity(
        "exposure_identity",
        "Exposure = XRayTubeCurrent x ExposureTime / 1000, or that per SpiralPitchFactor",
        "PS3.3 C.8.2.1",
        ("CT", "DX", "CR", "MG", "XA", "RF"),
        ("Exposure", "XRayTubeCurrent", "ExposureTime"),
        "10 % and 1 mAs",
        _exposure,
    ),
    Identity(
        "half_life_identity",
        "RadionuclideHalfLife is that of the radionuclide",
        "PS3.3 C.8.9.2; Decay Data Evaluation Project",
        ("PT", "NM"),
        ("RadionuclideHalfLife", "radionuclide"),
        "2.5 %",
        _half_life,
    ),
    Identity(
        "decay_identity",
        "DecayFactor = exp(ln 2 x FrameReferenceTime / RadionuclideHalfLife) where DecayCorrection is START",
        "PS3.3 C.8.9.4",
        ("PT",),
        ("DecayFactor", "FrameReferenceTime", "RadionuclideHalfLife", "DecayCorrection"),
        "1 %",
        _decay,
    ),
)
"""The identities that are checked; each becomes a setting of its name that agrees or disagrees."""


def identity_named(name: str) -> Identity | None:
    """The identity of that name, None where there is none."""
    return next((identity for identity in IDENTITIES if identity.name == name), None)


def with_identities(rows: pd.DataFrame) -> pd.DataFrame:
    """The series with a column for each identity that can be checked in some of them.

    >>> rows = pd.DataFrame({"Modality": "CT", "SpiralPitchFactor": [1.0, 2.0],
    ...     "TableFeedPerRotation": 40.0, "TotalCollimationWidth": 40.0})
    >>> with_identities(rows)["pitch_identity"].tolist()
    ['agrees', 'disagrees']
    """
    codes, told = text_codes(column(rows, "Modality"))
    found: dict[str, np.ndarray] = {}
    for identity in IDENTITIES:
        here = np.isin(told, identity.modalities)[codes]
        if not here.any() or not all(name in rows for name in identity.needs):
            continue
        names = (*identity.needs, "SpiralPitchFactor") if "Exposure" in identity.needs else identity.needs
        cells = {name: _read(rows, name) for name in names}
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            verdict = identity.check(cells)
            verdict[~here] = None
        if any(word is not None for word in verdict):
            found[identity.name] = verdict
    return rows.assign(**{name: pd.array(verdict, dtype="str") for name, verdict in found.items()})


def _read(rows: pd.DataFrame, name: str) -> np.ndarray:
    values = column(rows, name)
    return text_objects(values) if name in _TEXTS else numbers(values)


def nuclide_of(text: str) -> str:
    """A nuclide as 18F or 99mTc, from the ways in which it is written; empty for what is none.

    >>> nuclide_of("^18^Fluorine"), nuclide_of("F-18"), nuclide_of("Technetium Tc99m"), nuclide_of("Tc-99m")
    ('18F', '18F', '99mTc', '99mTc')
    """
    mass = re.search(r"(\d{1,3})\s*\^?\s*(m(?![a-z]))?", text, re.IGNORECASE)
    if mass is None:
        return ""
    number = mass[1] + ("m" if mass[2] or re.search(rf"{mass[1]}m", text, re.IGNORECASE) else "")
    words = re.findall(r"[A-Za-z]+", text)
    for word in words:
        if word.casefold() in _ELEMENTS:
            return number + _ELEMENTS[word.casefold()]
    symbols = {symbol.casefold(): symbol for symbol in _ELEMENTS.values()}
    for word in words:
        bare = word if word.casefold() in symbols else word.removeprefix("m")
        if bare.casefold() in symbols:
            return number + symbols[bare.casefold()]
    return ""
