"""A simulated fleet of scanners as a table of series, with all that was planted in it.

It is written without the engine's model in mind: values are products of what patients, protocols,
operators and days do; some worlds have heavy tails, a size effect that differs by protocol, a mix
that drifts, seasons, and days that resemble each other. It knows nothing of DICOM files; for
those see dicomlab.demo.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

START = pd.Timestamp("2023-01-02")
MONITORED_FROM = 180
"""Days that every method may learn from."""


@dataclass(frozen=True)
class World:
    """How hard life is made for whoever looks for changes."""

    name: str
    days: int = 730
    volume: float = 1.35
    """Times the examinations a day of `KINDS`; 1.35 makes some 278,000 series of 24 machines."""
    steps: tuple[float, ...] = (0.5, 1.0, 2.0)
    """Sizes of planted steps, in standard deviations of one acquisition without size."""
    size_missing: float = 0.3
    size_noise: float = 0.35
    day_effect: float = 0.2
    """Standard deviation of what a day's acquisitions share, in those of one acquisition."""
    likeness: float = 0.4
    """Correlation of the day effects of neighbouring days."""
    renames: bool = False
    heavy_tails: bool = False
    crossed: bool = False
    """Whether the effect of size differs by protocol."""
    mix_drifts: bool = False
    season: float = 0.2
    is_quiet: bool = False
    machines: int | None = None
    """Only the first so many machines; all 24 if not given."""


STANDARD = World("standard")
HARD = World(
    "hard",
    volume=0.47,
    steps=(0.35, 0.5, 1.0),
    size_missing=0.6,
    size_noise=0.6,
    day_effect=0.4,
    renames=True,
)
ADVERSARIAL = World("adversarial", day_effect=0.6, likeness=0.7)
FOREIGN = World("foreign", heavy_tails=True, crossed=True, mix_drifts=True, season=0.5, renames=True)
SMALL = World("small", volume=0.7)
WORLDS = {world.name: world for world in (STANDARD, HARD, ADVERSARIAL, FOREIGN, SMALL)}


@dataclass(frozen=True)
class Level:
    """One parameter that varies: its usual value and what moves it."""

    name: str
    middle: float
    sd: float
    slope: float = 0.0
    operators: float = 0.0
    linear: bool = False
    protocols: float = 0.3
    """How far protocols lie apart, in log or in the unit."""
    digits: int = 4
    steps_of: float = 0.0
    """What values are rounded to; 0 for `digits` significant ones."""
    per_device: bool = False
    fault: float = 0.0
    """What planted changes are told in; 0 for `sd`. Where values scatter by much less than matters."""


@dataclass(frozen=True)
class Follows:
    """A parameter that is another one times a constant per protocol, with its own scatter."""

    name: str
    of: str
    factor: float
    sd: float


@dataclass(frozen=True)
class Choice:
    """A setting: one value a protocol out of some, changed by hand now and then."""

    name: str
    values: tuple[object, ...]
    by_hand: float = 0.03
    numeric: bool = False


@dataclass(frozen=True)
class Kind:
    """What the machines of one modality write."""

    modality: str
    devices: int
    a_day: float
    models: tuple[tuple[str, str], ...]
    levels: tuple[Level, ...]
    follows: tuple[Follows, ...]
    choices: tuple[Choice, ...]
    size: str
    """The column that tells the patient's size, empty for none."""


KINDS = (
    Kind(
        "CT",
        6,
        16,
        (("SIEMENS", "SOMATOM Force"), ("GE MEDICAL SYSTEMS", "Revolution CT")),
        (
            Level("XRayTubeCurrent", 160, 0.16, slope=0.25, operators=0.05, steps_of=1),
            Level("TableHeight", 150, 9.0, slope=2, operators=0.3, linear=True, protocols=6, steps_of=0.5),
        ),
        (
            Follows("CTDIvol", "XRayTubeCurrent", 0.06, 0.03),
            Follows("Exposure", "XRayTubeCurrent", 0.7, 0.02),
        ),
        (
            Choice("KVP", (120.0, 100.0, 140.0, 80.0), numeric=True),
            Choice("SpiralPitchFactor", (0.6, 0.8, 1.0, 1.2), numeric=True),
            Choice("RevolutionTime", (0.5, 0.33, 1.0), 0.01, numeric=True),
            Choice("ConvolutionKernel", ("B30f", "B50f", "H31s", "Br40"), 0.02),
            Choice("ExposureModulationType", ("XYZ_EC", "Z_EC", "NONE"), 0.01),
        ),
        "PatientWeight",
    ),
    Kind(
        "MR",
        5,
        12,
        (("SIEMENS", "Skyra"), ("Philips", "Ingenia")),
        (
            Level("ImagingFrequency", 127.74, 0.4e-6, digits=9, protocols=0.0, per_device=True),
            Level("SAR", 0.9, 0.10, slope=0.12, protocols=0.5),
            Level("dBdt", 50, 0.04, protocols=0.4),
        ),
        (Follows("B1rms", "SAR", 2.0, 0.03),),
        (
            Choice("EchoTime", (12.0, 30.0, 90.0, 110.0), numeric=True),
            Choice("FlipAngle", (90.0, 150.0, 70.0, 15.0), numeric=True),
            Choice("PixelBandwidth", (130.0, 200.0, 320.0), numeric=True),
            Choice("ReceiveCoilName", ("Head_32", "Spine_24", "Body_18", "Knee_15"), 0.02),
            Choice("ScanOptions", ("FS", "PFP", "SAT1"), 0.02),
        ),
        "PatientWeight",
    ),
    Kind(
        "DX",
        5,
        22,
        (("AGFA", "DX-D 600"), ("Carestream", "DRX-Evolution")),
        (
            Level("ExposureIndex", 400, 0.25, protocols=0.15, operators=0.05, steps_of=1),
            Level("ImageAndFluoroscopyAreaDoseProduct", 3.0, 0.30, slope=0.2, protocols=0.6, digits=3),
            Level("ExposureTime", 20, 0.25, slope=0.15, protocols=0.6, steps_of=1),
            Level(
                "DetectorTemperature",
                29,
                0.4,
                linear=True,
                protocols=0,
                per_device=True,
                steps_of=0.1,
                fault=1.5,
            ),
        ),
        (),
        (
            Choice("KVP", (125.0, 81.0, 55.0, 70.0), numeric=True),
            Choice("DistanceSourceToDetector", (1150.0, 1800.0, 1050.0), numeric=True),
            Choice("ExposureControlMode", ("AUTOMATIC", "MANUAL"), 0.06),
            Choice("Grid", ("FIXED", "NONE"), 0.02),
        ),
        "PatientWeight",
    ),
    Kind(
        "MG",
        4,
        18,
        (("HOLOGIC, Inc.", "Selenia Dimensions"),),
        (
            Level("OrganDose", 0.015, 0.12, slope=0.18, protocols=0.1, digits=3),
            Level("EntranceDoseInmGy", 6.0, 0.14, slope=0.25, protocols=0.1),
            Level("CompressionForce", 95, 14.0, slope=3, operators=0.5, linear=True, protocols=8, steps_of=1),
            Level("HalfValueLayer", 0.55, 0.01, protocols=0.0, per_device=True, digits=4),
            Level("XRayOutput", 0.06, 0.012, protocols=0.0, per_device=True),
        ),
        (),
        (
            Choice("FilterMaterial", ("RHODIUM", "SILVER"), 0.05),
            Choice("Grid", ("RECIPROCATING", "NONE"), 0.02),
        ),
        "BodyPartThickness",
    ),
    Kind(
        "PT",
        4,
        9,
        (("SIEMENS", "Biograph mCT"), ("GE MEDICAL SYSTEMS", "Discovery 710")),
        (
            Level("RadionuclideTotalDose", 2.5e8, 0.12, slope=0.12, protocols=0.1),
            Level("DoseCalibrationFactor", 1.05, 0.002, protocols=0, per_device=True, digits=6, fault=0.04),
        ),
        (),
        (
            Choice("ActualFrameDuration", (120000.0, 180000.0, 90000.0), numeric=True),
            Choice("ReconstructionMethod", ("OSEM3D", "PSF+TOF", "FBP"), 0.02),
            Choice("ConvolutionKernel", ("XYZ_G5.00", "XYZ_G2.00"), 0.02),
        ),
        "PatientWeight",
    ),
)


@dataclass(frozen=True)
class Fleet:
    """A fleet as it would come out of a catalog, and the answer key.

    events: device, parameter, stratum (empty for all), kind, onset (day), length (days of a
        ramp), size, cause (software, calibration or empty), group (what one fault moved).
    shifts: device and day on which the mix of protocols changed, which is no change of a value.
    streams: device, modality, parameter, kind (numeric, setting, categorical).
    """

    series: pd.DataFrame
    events: pd.DataFrame
    shifts: pd.DataFrame
    streams: pd.DataFrame
    days: int


@dataclass
class _Machine:
    """One machine while it is made."""

    name: str
    kind: Kind
    world: World
    rng: np.random.Generator
    day: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    protocol: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    names: list[str] = field(default_factory=list)
    events: list[dict[str, object]] = field(default_factory=list)
    software: list[int] = field(default_factory=list)
    calibrations: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    shift: int | None = None


def make_fleet(world: World, seed: int) -> Fleet:
    """The table of series of a fleet, and what was planted; the same for the same seed."""
    rng = np.random.default_rng([seed, 77])
    tables, events, shifts, streams = [], [], [], []
    number = 0
    for kind in KINDS:
        for n in range(kind.devices):
            number += 1
            if world.machines is not None and number > world.machines:
                break
            quiet = world.is_quiet or rng.random() < 1 / 3
            machine = _Machine(f"{kind.modality}-{n + 1:02d}", kind, world, rng)
            tables.append(_make(machine, is_quiet=quiet, number=number))
            events += machine.events
            shifts += [] if machine.shift is None else [(machine.name, machine.shift)]
            streams += _streams(machine)
    columns = "device parameter stratum kind onset length size cause group".split()
    return Fleet(
        pd.concat(tables, ignore_index=True),
        pd.DataFrame(events, columns=columns),
        pd.DataFrame(shifts, columns=["device", "day"]),
        pd.DataFrame(streams, columns=["device", "modality", "parameter", "kind"]),
        world.days,
    )


def _streams(m: _Machine) -> list[tuple[str, str, str, str]]:
    made = [(p.name, "numeric") for p in (*m.kind.levels, *m.kind.follows)]
    made += [(c.name, "setting" if c.numeric else "categorical") for c in m.kind.choices]
    return [(m.name, m.kind.modality, name, kind) for name, kind in made]


def _make(m: _Machine, *, is_quiet: bool, number: int) -> pd.DataFrame:
    rng, world = m.rng, m.world
    _work(m)
    _calendar(m)
    plan = [] if is_quiet else _plan(m)
    size, seen = _patients(m)
    operator = _operators(m)
    table: dict[str, object] = {}
    for level in m.kind.levels:
        table[level.name] = _level(
            m, level, size, operator, [e for e in plan if e["parameter"] == level.name]
        )
    for other in m.kind.follows:
        table[other.name] = _follower(m, other, np.asarray(table[other.of]))
    for choice in m.kind.choices:
        table[choice.name] = _choice(m, choice, [e for e in plan if e["parameter"] == choice.name])
    for name in list(table):
        table[name] = _with_gaps(m, np.asarray(table[name]))
    names = np.array(m.names, dtype=object)[m.protocol]
    if world.renames and rng.random() < 0.3:
        late = (m.protocol == 0) & (m.day >= rng.integers(260, 620))
        names = np.where(late, names + " v2", names)
    staff = np.array([f"operator {n}" for n in range(9)], dtype=object)[operator]
    if rng.random() < 0.5:
        staff = np.full(len(staff), None)
    described = pd.DataFrame({"ProtocolName": names, "OperatorsName": staff, **table})
    return _described(m, described, seen, number)


def _work(m: _Machine) -> None:
    """Days on which the machine worked and the protocol of each acquisition."""
    rng, world = m.rng, m.world
    count = int(rng.integers(4, 8))
    m.names = [f"{m.kind.modality} protocol {letter}" for letter in "ABCDEFGH"[:count]]
    share = rng.dirichlet(np.full(count, 3.0))
    other = rng.dirichlet(np.full(count, 3.0))
    if rng.random() < 0.6:
        m.shift = int(rng.integers(240, 640))
    weekday = rng.dirichlet(np.full(count, 12.0), 7) * count
    volume = m.kind.a_day * world.volume * np.where(np.arange(world.days) % 7 >= 5, 0.25, 1.0)
    for _ in range(2):
        first = int(rng.integers(200, world.days - 30))
        volume[first : first + int(rng.integers(5, 26))] = 0
    m.day = np.repeat(np.arange(world.days), rng.poisson(volume))
    mix = np.tile(share, (world.days, 1))
    if m.shift is not None:
        mix[m.shift :] = other
    if world.mix_drifts:
        drift = np.cumsum(rng.normal(0, 0.05, (world.days, count)), axis=0)
        mix = mix * np.exp(drift - drift[:1])
    mix = mix * weekday[np.arange(world.days) % 7]
    mix /= mix.sum(axis=1, keepdims=True)
    m.protocol = (rng.random(len(m.day))[:, None] > mix.cumsum(axis=1)[m.day]).sum(axis=1).clip(max=count - 1)


def _calendar(m: _Machine) -> None:
    rng = m.rng
    m.software = sorted(int(d) for d in rng.integers(230, 620, rng.integers(1, 3)))
    every = np.cumsum(rng.integers(60, 121, 16)) - 60
    m.calibrations = every[every < m.world.days]


def _plan(m: _Machine) -> list[dict[str, object]]:
    """Two or three faults, each on another parameter."""
    rng, kind = m.rng, m.kind
    levels = list(rng.permutation(len(kind.levels)))
    choices = list(rng.permutation(len(kind.choices)))
    plan: list[dict[str, object]] = []
    for _ in range(int(rng.integers(2, 4))):
        if rng.random() < 0.62 and levels:
            plan.append(_level_fault(m, kind.levels[levels.pop()]))
        elif choices:
            plan.append(_choice_fault(m, kind.choices[choices.pop()]))
    for number, fault in enumerate(plan):
        fault |= {"device": m.name, "group": f"{m.name}/{number}"}
        followers = [f.name for f in kind.follows if f.of == fault["parameter"]]
        m.events += [fault | {"parameter": name} for name in (fault["parameter"], *followers)]
    return plan


def _when(m: _Machine, low: int = 240, high: int = 600) -> tuple[int, str]:
    """The day of a fault and what it came with."""
    draw = m.rng.random()
    if draw < 0.4:
        return max(int(m.rng.choice(m.software)), MONITORED_FROM + 40), "software"
    late = m.calibrations[(m.calibrations >= low) & (m.calibrations < high)]
    if draw < 0.55 and len(late):
        return int(m.rng.choice(late)), "calibration"
    return int(m.rng.integers(low, high)), ""


def _level_fault(m: _Machine, level: Level) -> dict[str, object]:
    rng = m.rng
    draw = rng.random()
    onset, cause = _when(m)
    fault = {"parameter": level.name, "stratum": "", "onset": onset, "length": 0, "cause": cause}
    size = float(rng.choice(m.world.steps)) * float(rng.choice([-1, 1]))
    if draw < 0.5:
        return fault | {"kind": "step", "size": size}
    if draw < 0.7 and not level.per_device:
        return fault | {"kind": "step in one protocol", "size": size, "stratum": _busy_protocol(m)}
    if draw < 0.87:
        length = int(rng.integers(60, 181))
        return fault | {"kind": "ramp", "size": size, "length": length, "cause": ""}
    return fault | {"kind": "spread", "size": 1.8}


def _choice_fault(m: _Machine, choice: Choice) -> dict[str, object]:
    rng = m.rng
    onset, cause = _when(m)
    fault = {"parameter": choice.name, "onset": onset, "length": 0, "cause": cause}
    if choice.name in ("ExposureControlMode", "FilterMaterial"):
        return fault | {"kind": "share", "stratum": "", "size": 0.15}
    size = float(rng.choice([0.05, 0.10, 0.25])) if choice.numeric else 1.0
    kind = "setting" if choice.numeric else "choice"
    return fault | {"kind": kind, "stratum": _busy_protocol(m), "size": size}


def _busy_protocol(m: _Machine) -> str:
    counts = np.bincount(m.protocol, minlength=len(m.names))
    busy = np.flatnonzero(counts >= 0.1 * counts.sum())
    return m.names[int(m.rng.choice(busy))]


def _patients(m: _Machine) -> tuple[np.ndarray, np.ndarray]:
    """The size of each patient in standard deviations, and as the header tells it."""
    rng, world, n = m.rng, m.world, len(m.day)
    middle = rng.normal(0, 0.5, len(m.names))
    season = world.season * np.cos(2 * np.pi * m.day / 365.25 + 0.3)
    size = middle[m.protocol] + season + rng.normal(0, 1, n)
    told = size + rng.normal(0, world.size_noise, n)
    weight = (52 + 12 * told) if m.kind.size == "BodyPartThickness" else (76 + 14 * told)
    return size, np.where(rng.random(n) < world.size_missing, np.nan, np.maximum(weight, 15).round())


def _operators(m: _Machine) -> np.ndarray:
    """Whose hand each acquisition was made by; staff changes over the months."""
    rng = m.rng
    staff = np.array([rng.choice(9, 4, replace=False) for _ in range(m.world.days // 90 + 1)])
    return staff[m.day // 90, rng.integers(0, 4, len(m.day))]


def day_effects(world: World, rng: np.random.Generator) -> np.ndarray:
    """What all acquisitions of a day share; it resembles that of the day before."""
    effect, shocks = np.zeros(world.days), rng.normal(0, 1, world.days)
    for day in range(1, world.days):
        effect[day] = world.likeness * effect[day - 1] + np.sqrt(1 - world.likeness**2) * shocks[day]
    return world.day_effect * effect


def _level(
    m: _Machine, level: Level, size: np.ndarray, operator: np.ndarray, faults: list[dict[str, object]]
) -> np.ndarray:
    rng, world, n = m.rng, m.world, len(m.day)
    noise = rng.standard_t(3, n) / 1.4 if world.heavy_tails else rng.normal(0, 1, n)
    spread = np.ones(n)
    moved = day_effects(world, rng)[m.day]
    if level.name == "DetectorTemperature":
        moved = moved + 1.5 * np.cos(2 * np.pi * (m.day - 200) / 365.25)
    moved = moved + rng.normal(0, level.operators, 9)[operator]
    for fault in faults:
        if fault["kind"] == "spread":
            spread = np.where(m.day >= fault["onset"], fault["size"], spread)
        else:
            amount = float(fault["size"]) * (level.fault or level.sd) / level.sd  # type: ignore[arg-type]
            moved = moved + amount * _course(m, fault)
    slope = level.slope * (np.exp(rng.normal(0, 0.5, len(m.names)))[m.protocol] if world.crossed else 1.0)
    middle = rng.normal(0, level.protocols, len(m.names))[m.protocol]
    value = middle + slope * size + level.sd * (noise * spread + moved)
    if level.name == "ImagingFrequency":
        value = value - rng.uniform(0.005, 0.05) * 1e-6 * m.day
    if level.name == "DoseCalibrationFactor":
        value = value + rng.normal(0, 0.004, 40)[np.searchsorted(m.calibrations, m.day, side="right")]
    mistakes = rng.random(n) < 0.01
    if level.linear:
        value = level.middle * (1 + 0.02 * rng.normal()) + value
        value = np.where(mistakes, value + rng.choice([-4, 4], n) * level.sd * 2, value)
    else:
        value = level.middle * np.exp(0.05 * rng.normal() + value)
        far = rng.choice([0.25, 4.0], n) if level.name != "ImagingFrequency" else 1 + 4e-6
        value = np.where(mistakes, value * far, value)
    return _rounded(value, level)


def _rounded(value: np.ndarray, level: Level) -> np.ndarray:
    if level.steps_of:
        return np.round(np.round(value / level.steps_of) * level.steps_of, 6)
    return np.array([float(f"{v:.{level.digits}g}") for v in value])


def _course(m: _Machine, fault: dict[str, object]) -> np.ndarray:
    """How much of a fault each acquisition shows, from 0 to 1."""
    length = max(int(fault["length"]), 1)  # type: ignore[call-overload]
    share = np.clip((m.day - int(fault["onset"]) + (length == 1)) / length, 0, 1)  # type: ignore[call-overload]
    if fault["stratum"]:
        share = share * (m.protocol == m.names.index(str(fault["stratum"])))
    return share


def _follower(m: _Machine, other: Follows, value: np.ndarray) -> np.ndarray:
    factor = other.factor * np.exp(m.rng.normal(0, 0.3, len(m.names)))[m.protocol]
    made = value * factor * np.exp(m.rng.normal(0, other.sd, len(value)))
    return np.array([float(f"{v:.4g}") for v in made])


def _choice(m: _Machine, choice: Choice, faults: list[dict[str, object]]) -> np.ndarray:
    rng, n = m.rng, len(m.day)
    usual = rng.integers(0, len(choice.values), len(m.names))
    if choice.name in ("ExposureControlMode", "FilterMaterial"):
        usual[:] = 0
    values = np.array(choice.values, dtype=float if choice.numeric else object)
    value = values[usual[m.protocol]]
    others = values[(usual[m.protocol] + rng.integers(1, len(values), n)) % len(values)]
    value = np.where(rng.random(n) < choice.by_hand, others, value)
    for fault in faults:
        late = _course(m, fault) > 0
        if fault["kind"] == "share":
            late &= rng.random(n) < float(fault["size"])  # type: ignore[arg-type]
            value = np.where(late, values[1], value)
        elif fault["kind"] == "setting":
            factor = 1 + float(fault["size"]) * float(rng.choice([-1, 1]))  # type: ignore[arg-type]
            value = np.where(late, np.round(value * factor, 6), value)
        else:
            new = values[(usual[m.names.index(str(fault["stratum"]))] + 1) % len(values)]
            value = np.where(late & (rng.random(n) > choice.by_hand), new, value)
    return value


def _with_gaps(m: _Machine, value: np.ndarray) -> np.ndarray:
    """Values with 5 % missing, and with a month without the tag now and then."""
    rng = m.rng
    lost = rng.random(len(value)) < 0.05
    if rng.random() < 0.25:
        first = int(rng.integers(200, m.world.days - 40))
        lost |= (m.day >= first) & (m.day < first + 30)
    return np.where(lost, np.nan if value.dtype == float else None, value)  # type: ignore[arg-type]


def _described(m: _Machine, table: pd.DataFrame, seen: np.ndarray, number: int) -> pd.DataFrame:
    rng, n = m.rng, len(table)
    maker, model = m.kind.models[number % len(m.kind.models)]
    minutes = np.sort(rng.integers(0, 600, n))
    when = START + pd.to_timedelta(m.day, unit="D") + pd.to_timedelta(450 + minutes, unit="min")
    version = np.array([f"V{k + 1}.0" for k in range(len(m.software) + 1)], dtype=object)
    last = np.searchsorted(m.calibrations, m.day, side="right") - 1
    calibrated = START + pd.to_timedelta(np.where(last >= 0, m.calibrations[last], -30), unit="D")
    identity = {
        "Modality": m.kind.modality,
        "Manufacturer": maker,
        "ManufacturerModelName": model,
        "DeviceSerialNumber": f"{51000 + number}",
        "StationName": m.name,
        "SoftwareVersions": version[np.searchsorted(m.software, m.day, side="right")],
        "DateOfLastCalibration": calibrated.strftime("%Y-%m-%d").to_numpy(object),
        "first_acquired_at": when.astype("datetime64[us]"),
    }
    if m.kind.modality == "PT":
        identity["Radiopharmaceutical"] = "FDG"
    return table.assign(**identity, **{m.kind.size: seen})


def quiet(world: World) -> World:
    """The same world in which nothing is planted."""
    return replace(world, name=f"{world.name}, nothing planted", is_quiet=True)
