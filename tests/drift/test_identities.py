"""What attributes must say of each other: each identity, its source, and what is told when it fails."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift.engine import find_drift
from dicomlab.drift.signals.identities import (
    AGREES,
    DISAGREES,
    HALF_LIVES,
    IDENTITIES,
    PER_PITCH,
    nuclide_of,
    with_identities,
)

from .machines import START, Room, day_number, make_ct, make_dx

ROOM = Room(days=420, a_day=8.0)


def verdict(name: str, **cells: object) -> list[object]:
    """What one identity says of some series."""
    n = max(len(value) if isinstance(value, list) else 1 for value in cells.values())
    rows = pd.DataFrame(cells, index=range(n))
    checked = with_identities(rows)
    return checked[name].astype(object).where(checked[name].notna(), None).tolist() if name in checked else []


@pytest.mark.parametrize(
    ("index", "target", "deviation", "said"),
    [(400, 400, 0.0, AGREES), (800, 400, 3.0, AGREES), (200, 400, -3.0, AGREES), (800, 400, 2.0, DISAGREES)],
)
def test_a_deviation_index_is_ten_times_the_logarithm(index, target, deviation, said):
    cells = {"ExposureIndex": index, "TargetExposureIndex": target, "DeviationIndex": deviation}
    assert verdict("deviation_index_identity", Modality="DX", **cells) == [said]


def test_a_pitch_is_the_feed_over_the_whole_beam():
    cells = {"TableFeedPerRotation": [10.0, 10.0, 46.0], "TotalCollimationWidth": [2.5, 20.0, 38.4]}
    pitch = {"SpiralPitchFactor": [4.0, 0.5, 1.0]}  # PS3.3 C.8.15.3.4.1 works the first two out
    assert verdict("pitch_identity", Modality="CT", **cells, **pitch) == [AGREES, AGREES, DISAGREES]


def test_an_exposure_is_current_times_time_or_that_per_pitch():
    cells = {"XRayTubeCurrent": 200.0, "ExposureTime": 500.0, "SpiralPitchFactor": 0.5}
    said = [verdict("exposure_identity", Modality="CT", Exposure=e, **cells)[0] for e in (100, 200, 150)]
    assert said == [AGREES, PER_PITCH, DISAGREES]


def test_small_exposures_that_were_rounded_agree():
    cells = {"XRayTubeCurrent": 320.0, "ExposureTime": 4.0, "Exposure": 1.0}
    assert verdict("exposure_identity", Modality="DX", **cells) == [AGREES]


@pytest.mark.parametrize(
    ("nuclide", "seconds", "said"),
    [
        ("^18^Fluorine", 6588.0, AGREES),
        ("F-18", 6586.2, AGREES),
        ("^68^Gallium", 4057.74, AGREES),
        ("^99m^Technetium", 21624.12, AGREES),
        ("^18^Fluorine", 1220.0, DISAGREES),
        ("a new nuclide", 6588.0, None),
    ],
)
def test_a_half_life_is_that_of_the_nuclide(nuclide, seconds, said):
    found = verdict(
        "half_life_identity",
        Modality=["PT", "PT"],
        radionuclide=[nuclide, "F-18"],
        RadionuclideHalfLife=[seconds, 6586],
    )
    assert found[0] == said


def test_every_nuclide_is_read_as_it_is_written():
    for name in HALF_LIVES:
        number = name.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        symbol = name.removeprefix(number)
        mass, symbol = (f"{number}m", symbol[1:]) if symbol[0] == "m" else (number, symbol)
        assert [
            nuclide_of(text) for text in (f"{symbol}-{mass}", f"^{mass}^{symbol}", f"{mass}{symbol}")
        ] == [name] * 3


def test_a_decay_factor_is_that_of_the_frame_where_it_begins_with_the_scan():
    cells = {"FrameReferenceTime": 1_800_000.0, "RadionuclideHalfLife": 6586.2, "Modality": "PT"}
    right = float(np.exp(np.log(2) * 1800 / 6586.2))
    assert verdict("decay_identity", DecayFactor=right, DecayCorrection="START", **cells) == [AGREES]
    assert verdict("decay_identity", DecayFactor=1.0, DecayCorrection="START", **cells) == [DISAGREES]
    assert verdict("decay_identity", DecayFactor=1.0, DecayCorrection="NONE", **cells) == []


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda i: i.name)
def test_every_identity_says_where_it_comes_from_and_takes_odd_values(identity):
    assert identity.source
    assert identity.tolerance
    odd = [None, 0.0, -1.0, float("inf"), float("nan"), "text"]
    rows = pd.DataFrame(dict.fromkeys((*identity.needs, "SpiralPitchFactor"), odd)).astype(object)
    checked = with_identities(rows.assign(Modality=identity.modalities[0]))
    if identity.name in checked:
        assert set(checked[identity.name].dropna()) <= {AGREES, DISAGREES, PER_PITCH}


def radiography(seed: int, off_from: int) -> pd.DataFrame:
    """A room whose deviation index is worked out otherwise from a day on."""
    series = make_dx(ROOM, seed=seed)
    wrong = np.where(day_number(series) >= off_from, 20.0, 10.0)
    target = 400.0
    index = wrong * np.log10(series["ExposureIndex"] / target)
    return series.assign(TargetExposureIndex=target, DeviationIndex=index.round(1))


def test_an_identity_that_fails_from_a_day_on_is_a_change_of_its_kind():
    drift = find_drift(radiography(141, 250), ["deviation_index_identity"])
    assert set(drift.changes["kind"]) == {"identity"}
    first = drift.changes.iloc[0]
    assert abs((first["onset"] - START).days - 250) <= 3
    assert "IEC 62494-1" in first["text"]
    assert "of examinations, 0 % before" in first["text"]
    assert first["before_text"] == "disagrees 0 %"


def test_an_identity_that_never_held_is_a_notice_and_no_change():
    drift = find_drift(radiography(142, 0), ["deviation_index_identity"])
    assert drift.changes.empty
    told = drift.notices[drift.notices["kind"] == "identity"]
    assert told["parameter"].tolist() == ["deviation_index_identity"]
    assert told["after"].iloc[0] > 0.5
    assert "disagree with DeviationIndex = 10 log10" in told["text"].iloc[0]


def test_an_identity_that_holds_is_not_told():
    drift = find_drift(radiography(143, 10**6), ["deviation_index_identity"])
    assert drift.signals["is_monitored"].any()
    assert drift.changes.empty
    assert (drift.notices["kind"] == "gap").all()


def test_an_exposure_that_is_told_per_pitch_from_an_upgrade_on_is_told_as_that():
    series = make_ct(ROOM, seed=144).assign(SpiralPitchFactor=0.6, ExposureTime=500.0)
    plain = series["XRayTubeCurrent"] * 0.5
    late = day_number(series) >= 260
    drift = find_drift(series.assign(Exposure=plain.mask(late, plain / 0.6).round()), ["exposure_identity"])
    assert set(drift.changes["kind"]) == {"identity"}
    assert drift.changes["after_text"].unique().tolist() == ["agrees per pitch"]
    assert drift.changes["text"].str.contains("is told another way, agrees to agrees per pitch").all()


def test_a_table_without_the_attributes_has_no_identity():
    drift = find_drift(make_ct(Room(days=100), seed=145))
    assert not drift.signals["parameter"].str.endswith("_identity").any()
