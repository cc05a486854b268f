"""What is planted in the fleet: faults to be found, beside the changes that are none.

Each part is a frozen dataclass: its fields are the settings, calling it changes the table, its
first line says what it plants. FAULTS lists what the default fleet gets.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from dicomlab.demo.base import Fault, Follower, Lasting
from dicomlab.demo.harmless import (
    Calibrations,
    Exchange,
    MissingTag,
    Outage,
    ProtocolMix,
    Season,
    SilentUpgrade,
    StaffRotation,
    Upgrade,
)


@dataclass(frozen=True)
class Step(Fault):
    """A parameter jumps to another level and stays there."""

    _: KW_ONLY
    size: float
    """How far it jumps, signed, in `unit`."""

    unit: Literal["relative", "ppm"] = "relative"

    kind: ClassVar[str] = "step"
    must_alarm: ClassVar[bool] = True
    needs_parameter: ClassVar[bool] = True

    def __call__(self, table: pd.DataFrame) -> pd.DataFrame:
        """Plant it in a copy of the table."""
        share = self.size * {"relative": 1.0, "ppm": 1e-6}[self.unit]
        values = table[self.parameter].astype(float) * (1 + share * self._grown(table))
        return table.assign(**{self.parameter: values})

    def _details(self) -> dict[str, Any]:
        return {"size": self.size, "unit": self.unit}

    def _grown(self, table: pd.DataFrame) -> np.ndarray:
        """How much of the change each acquisition shows, 0 to 1."""
        return self.affected(table).to_numpy(dtype=float)


@dataclass(frozen=True)
class Ramp(Lasting, Step):
    """A parameter moves slowly to another level and stays there."""

    _: KW_ONLY
    days: int = 90

    kind: ClassVar[str] = "ramp"

    def _details(self) -> dict[str, Any]:
        return super()._details() | {"end": self.last}

    def _grown(self, table: pd.DataFrame) -> np.ndarray:
        since = (table["date"] - self.onset).dt.days.to_numpy() + 1
        return super()._grown(table) * np.clip(since / self.days, 0, 1)


@dataclass(frozen=True)
class Setting(Fault):
    """A setting is another one from a day on."""

    _: KW_ONLY
    value: str | int | float
    instead_of: str | int | float = ""
    """Only acquisitions with this value are affected; all where empty."""

    kind: ClassVar[str] = "setting"
    must_alarm: ClassVar[bool] = True
    needs_parameter: ClassVar[bool] = True

    def __call__(self, table: pd.DataFrame) -> pd.DataFrame:
        """Plant it in a copy of the table."""
        changed = self.affected(table)
        if self.instead_of != "":
            changed &= table[self.parameter] == self.instead_of
        return table.assign(**{self.parameter: table[self.parameter].mask(changed, self.value)})

    def _details(self) -> dict[str, Any]:
        if isinstance(self.value, str) or isinstance(self.instead_of, str):
            return {}
        return {"size": round(self.value / self.instead_of - 1, 6), "unit": "relative"}


FAULTS: tuple[Fault, ...] = (
    Season(
        "*", why="Patients are larger in winter; a change of patients, not of the device: must not alarm."
    ),
    Calibrations("CT-*", why="Calibrated every three months, which changes no value: must not alarm."),
    Calibrations("MR-*", every=180, why="Calibrated twice a year, which changes no value: must not alarm."),
    Calibrations(
        "[DM][XG]-*",
        every=60,
        parameter="DateOfLastDetectorCalibration",
        why="The detector is calibrated every two months, which changes no value: must not alarm.",
    ),
    # CT-01: an upgrade that brings more dose in one protocol
    Upgrade(
        "CT-01",
        292,
        versions=("VX30A", "SL4.0"),
        why="The upgrade that brings the higher tube current; an event, not an alarm of its own.",
        service="Software VX20A to VX30A.",
    ),
    Step(
        "CT-01",
        292,
        stratum="Abdomen venous",
        parameter="XRayTubeCurrent",
        size=0.18,
        follows=(Follower("Exposure", 0.18), Follower("CTDIvol", 0.18)),
        why="The upgrade reset the dose modulation of one protocol: +18 % tube current, must alarm.",
    ),
    # CT-02: more chests asked for, a breakdown, and a kernel that nobody announced
    ProtocolMix(
        "CT-02",
        250,
        exam="TK jamy brzusznej",
        instead="TK klatki piersiowej",
        why="A lung clinic opened: 60 % of abdomens become chests. Only the mix changes: must not alarm.",
    ),
    Outage(
        "CT-02",
        320,
        why="Broken for twelve days; nothing but the gap changes: must not alarm.",
        service="Gantry bearing replaced; no scanning for twelve days.",
    ),
    Setting(
        "CT-02",
        400,
        stratum="Chest",
        parameter="ConvolutionKernel",
        value="FC56",
        why="Somebody edited the protocol: kernel FC52 became FC56, must alarm.",
    ),
    # MR-01: a magnet that was worked on
    MissingTag(
        "MR-01",
        220,
        parameter="SAR",
        why="The element was not sent for a month; what was sent is as before: must not alarm.",
    ),
    Step(
        "MR-01",
        318,
        parameter="ImagingFrequency",
        size=-1.5,
        unit="ppm",
        why="The magnet was shimmed: frequency -1.5 ppm beyond its slow decay, must alarm.",
        service="Cold head replaced, magnet shimmed.",
    ),
    # MR-02: an upgrade that does nothing, then two settings
    SilentUpgrade(
        "MR-02",
        246,
        versions=("R5.8", "R5.8.0"),
        why="An upgrade that changes no acquisition: must not alarm.",
        service="Software R5.7.1 to R5.8.0.",
    ),
    Setting(
        "MR-02",
        341,
        stratum="T2W_TSE",
        parameter="ReceiveCoilName",
        value="Q-BODY",
        why="The head coil is broken and the body coil receives: must alarm.",
    ),
    Setting(
        "MR-02",
        425,
        stratum="T1W_FFE_3D",
        parameter="FlipAngle",
        value=24,
        instead_of=30,
        follows=(Follower("SAR", -0.36), Follower("B1rms", -0.2)),
        why="The protocol was edited: flip angle 30 became 24, must alarm.",
    ),
    # DX-01: a detector that ages
    Ramp(
        "DX-01",
        300,
        parameter="ExposureIndex",
        size=-0.2,
        follows=(Follower("DeviationIndex", -0.97, "dB"),),
        why="The detector ages: exposure index -20 % within three months, must alarm.",
    ),
    # MG-01: other staff, then another tube
    StaffRotation("MG-01", 240, why="Two of four operators change; their habits are alike: must not alarm."),
    Step(
        "MG-01",
        362,
        parameter="HalfValueLayer",
        size=0.05,
        why="The tube was exchanged for one with a harder beam: +5 %, must alarm.",
        service="X-ray tube replaced.",
    ),
    # the second six
    SilentUpgrade(
        "CT-03",
        270,
        versions=("VX30A", "SL4.0"),
        why="The upgrade that CT-01 got, without effect here: must not alarm.",
        service="Software VX20A to VX30A.",
    ),
    Setting(
        "CT-03",
        375,
        stratum="Head routine",
        parameter="KVP",
        value=100,
        instead_of=120,
        follows=(Follower("CTDIvol", -0.366),),
        why="The protocol was edited: 120 kV became 100 kV at the same current, must alarm.",
    ),
    Exchange(
        "DX-02",
        310,
        old="A1-30422",
        new="A1-31877",
        why="The wall detector was exchanged; an event, not an alarm of its own.",
        service="Wall detector exchanged.",
    ),
    *(
        Step(
            "DX-02",
            310,
            stratum=protocol,
            parameter="ExposureIndex",
            size=-0.15,
            follows=(Follower("DeviationIndex", -0.71, "dB"),),
            why="The new wall detector reads lower: exposure index -15 %, must alarm.",
        )
        for protocol in ("Chest PA", "Chest LAT")
    ),
    Step(
        "MG-02",
        330,
        parameter="CompressionForce",
        size=-0.15,
        follows=(Follower("CompressionPressure", -0.15),),
        why="The load cell reads too little: compression force -15 %, must alarm.",
    ),
)
"""The default fleet's faults and harmless changes; MR-03, MR-04 and CT-04 stay sound."""
