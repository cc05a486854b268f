"""The files that are written, read with pydicom, against the answer key."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest

from dicomlab.demo import make_fleet, truth
from dicomlab.demo.faults import FAULTS
from dicomlab.demo.fleet import FolderInUse, NoFleet
from dicomlab.errors import WrongArgument


def checksum(folder: Path) -> str:
    total = sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(file.relative_to(folder).as_posix().encode() + file.read_bytes())
    return total.hexdigest()


def series_of(images: pd.DataFrame, row: object) -> pd.DataFrame:
    """What a row of the answer key is about, one row a series."""
    mine = images[(images["StationName"] == row.device) & ~images["is_localiser"]]
    mine = mine[mine["ProtocolName"] == row.stratum] if row.stratum else mine
    return mine.drop_duplicates("SeriesInstanceUID")


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, again = (make_fleet(tmp_path / name, 4, 1, 5, progress=False) for name in "ab")
    assert checksum(first) == checksum(again)


def test_another_seed_gives_another_fleet(tmp_path: Path) -> None:
    first, other = (make_fleet(tmp_path / str(seed), 1, 1, seed, progress=False) for seed in (5, 6))
    assert checksum(first / "dicom") != checksum(other / "dicom")


def test_a_machine_does_the_same_in_a_larger_fleet(tmp_path: Path) -> None:
    small, large = (make_fleet(tmp_path / str(n), n, 1, progress=False) for n in (1, 3))
    assert checksum(small / "dicom" / "CT-01") == checksum(large / "dicom" / "CT-01")


def test_a_fleet_that_is_there_is_not_written_again(fleet: Path) -> None:
    stamp = (fleet / "truth.csv").stat().st_mtime_ns
    assert make_fleet(fleet, 6, 2, progress=False) == fleet
    assert (fleet / "truth.csv").stat().st_mtime_ns == stamp


def test_nothing_of_others_is_written_over(fleet: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    for path, seed in ((tmp_path, 1), (fleet, 2)):
        with pytest.raises(FolderInUse, match="new or empty"):
            make_fleet(path, 6, 2, seed, progress=False)


def test_an_interrupted_fleet_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("dicomlab.demo.fleet.simulate", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            make_fleet(tmp_path / "fleet", 1, 1, progress=False)
    (tmp_path / "fleet" / "dicom" / "half").touch()
    make_fleet(tmp_path / "fleet", 1, 1, progress=False)
    whole = make_fleet(tmp_path / "whole", 1, 1, progress=False)
    assert checksum(tmp_path / "fleet") == checksum(whole)


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("wrong", [{"scanners": 0}, {"months": 0}])
def test_a_fleet_of_nothing_is_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(WrongArgument):
        make_fleet(tmp_path / "fleet", progress=False, **wrong)
    assert not (tmp_path / "fleet").exists()


def test_a_folder_without_answer_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoFleet, match="make_fleet"):
        truth(tmp_path)


def test_progress_is_shown_only_when_asked_for(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make_fleet(tmp_path / "quiet", 1, 1, progress=False)
    assert capfd.readouterr() == ("", "")
    make_fleet(tmp_path / "shown", 1, 1, progress=True)
    assert "31/31" in capfd.readouterr().err


def test_the_answer_key_has_a_row_for_all_that_was_planted(fleet: Path) -> None:
    key = truth(fleet)
    assert " ".join(key.columns) == "device parameter stratum onset end kind must_alarm size unit path text"
    assert key["must_alarm"].dtype == bool
    assert key["onset"].dtype.kind == key["end"].dtype.kind == "M"
    for fault in FAULTS:
        for device in ("CT-01", "CT-02", "MR-01", "MR-02", "DX-01", "MG-01"):
            rows = key[(key["device"] == device) & (key["text"] == fault.why) & (key["kind"] == fault.kind)]
            assert len(rows) == fault.meets(device)
    assert (key["text"] != "").all()
    assert key.loc[~key["path"].ne(""), "onset"].notna().all()


def test_the_service_log_tells_of_visits_and_upgrades(fleet: Path) -> None:
    log = pd.read_csv(fleet / "service-log.csv", parse_dates=["date"])
    assert log.columns.tolist() == ["device", "date", "kind", "text"]
    assert {"CT-01", "MR-02"} <= set(log.loc[log["kind"] == "software", "device"])
    key = truth(fleet)
    visit = log[(log["device"] == "MR-01") & (log["kind"] == "service")]["date"].iloc[0]
    step = key[(key["device"] == "MR-01") & (key["kind"] == "step")]["onset"].iloc[0]
    assert abs((step - visit).days) <= 1


def test_each_numeric_fault_is_in_the_files(fleet: Path, images: pd.DataFrame) -> None:
    key = truth(fleet)
    rows = key[key["must_alarm"] & (key["unit"] != "")]
    assert {"XRayTubeCurrent", "ImagingFrequency", "FlipAngle", "ExposureIndex"} <= set(rows["parameter"])
    for row in rows.itertuples():
        mine = series_of(images, row)
        value = mine[row.parameter].astype(float)
        value = value if row.unit == "dB" else np.log(value)
        old = value[mine["date"] < row.onset]
        new = value[mine["date"] > (row.onset if pd.isna(row.end) else row.end)]
        planted = row.size if row.unit == "dB" else np.log1p(row.size * (1e-6 if row.unit == "ppm" else 1))
        moved, error = new.mean() - old.mean(), np.hypot(old.sem(), new.sem())
        # The magnet decays by some 0.2 ppm on top.
        assert abs(moved - planted) < 3 * error + (0.4e-6 if row.unit == "ppm" else 0.001), row.parameter
        assert moved * np.sign(planted) > 2.5 * error, row.parameter


def test_each_setting_fault_is_in_the_files(fleet: Path, images: pd.DataFrame) -> None:
    key = truth(fleet)
    rows = key[key["must_alarm"] & (key["kind"] == "setting")]
    assert set(rows["device"]) == {"CT-02", "MR-02"}
    for row in rows.itertuples():
        mine = series_of(images, row)
        old = set(mine.loc[mine["date"] < row.onset, row.parameter])
        new = set(mine.loc[mine["date"] >= row.onset, row.parameter])
        assert len(old) == len(new) == 1
        assert old != new


def test_a_silent_upgrade_is_silent_in_the_files(fleet: Path, images: pd.DataFrame) -> None:
    key = truth(fleet)
    row = next(key[key["kind"] == "silent-upgrade"].itertuples())
    until = key.loc[(key["device"] == row.device) & (key["kind"] == "setting"), "onset"].min()
    mine = images[(images["StationName"] == row.device) & (images["date"] < until)]
    is_new = mine["date"] >= row.onset
    assert set(map(str, mine.loc[is_new, "SoftwareVersions"])) == {"['R5.8', 'R5.8.0']"}
    settings = ["ProtocolName", "FlipAngle", "EchoTime", "PixelBandwidth", "ReceiveCoilName"]
    usual = mine[~is_new & (mine["FlipAngle"] != 80)]
    later = mine[is_new & (mine["FlipAngle"] != 80)]
    assert set(usual[settings].itertuples(index=False)) == set(later[settings].itertuples(index=False))


def test_a_missing_tag_is_missing_in_the_files(fleet: Path, images: pd.DataFrame) -> None:
    row = next(truth(fleet).query("kind == 'missing'").itertuples())
    mine = series_of(images, row)
    gone = mine["date"].between(row.onset, row.end)
    assert gone.any()
    assert mine.loc[gone, row.parameter].isna().all()
    assert mine.loc[mine["date"] > row.end, row.parameter].notna().any()


def test_charge_is_current_times_time(images: pd.DataFrame) -> None:
    beam = images.dropna(subset=["XRayTubeCurrent", "ExposureTime"])
    charge = beam["XRayTubeCurrent"] * beam["ExposureTime"].astype(float) / 1000
    assert (beam["Exposure"] - charge).abs().max() <= 0.5
    fine = beam.dropna(subset=["ExposureInuAs"])
    assert set(fine["StationName"]) == {"DX-01", "MG-01"}
    assert (fine["ExposureInuAs"].astype(float) == (1000 * charge[fine.index]).round()).all()


def test_dose_and_table_follow_from_the_scan(images: pd.DataFrame) -> None:
    scans = images[images["CTDIvol"].notna()]
    assert (scans["TableFeedPerRotation"] / scans["TotalCollimationWidth"]).sub(
        scans["SpiralPitchFactor"]
    ).abs().max() < 1e-3
    scans = scans.groupby("SeriesInstanceUID").first()
    charge = scans["XRayTubeCurrent"] * scans["RevolutionTime"] / scans["SpiralPitchFactor"]
    per_charge = (scans["CTDIvol"] / charge).groupby([scans["ProtocolName"], scans["KVP"]])
    # The first image of a series has up to 6 % less current than the mean of the series.
    assert (per_charge.max() / per_charge.min()).max() < 1.09


def test_the_deviation_index_follows_from_the_exposure_index(images: pd.DataFrame) -> None:
    shots = images[images["ExposureIndex"].notna()]
    target = shots["TargetExposureIndex"].astype(float)
    assert len(shots) > 100
    expected = 10 * np.log10(shots["ExposureIndex"] / target)
    assert (shots["DeviationIndex"].astype(float) - expected).abs().max() < 0.06


def test_organ_dose_is_written_in_decigray(images: pd.DataFrame) -> None:
    shots = images[images["OrganDose"].notna()]
    milligray = 100 * shots["OrganDose"].astype(float)
    assert milligray.between(0.3, 6).all()
    assert (milligray < shots["EntranceDoseInmGy"].astype(float)).all()


def test_names_beyond_ascii_are_decoded(images: pd.DataFrame) -> None:
    names = images.groupby("StationName")["PatientName"].agg(lambda names: {str(name) for name in names})
    assert any("ä" in name or "é" in name for name in names["CT-01"])
    assert any("Ł" in name or "Ё" in name or "λ" in name for name in names["CT-02"])
    assert any("見本" in name for name in set.union(*names[["CT-02", "MR-02", "MG-01"]]))
    assert not any("\ufffd" in name or "Ã" in name for of_one in names for name in of_one)


def test_a_patient_is_the_same_person_on_every_machine(images: pd.DataFrame) -> None:
    of_patient = images.groupby("PatientID")
    assert (of_patient["PatientName"].agg(lambda names: len(set(map(str, names)))) == 1).all()
    assert (of_patient["StationName"].nunique() > 1).any()
    assert (of_patient["StudyInstanceUID"].nunique() > 1).any()


def test_some_devices_write_names_without_extension(images: pd.DataFrame) -> None:
    has_extension = images["path"].str.endswith(".dcm").groupby(images["StationName"]).mean()
    assert has_extension.to_dict() == {
        s: float(s in ("CT-01", "MR-01", "DX-01")) for s in has_extension.index
    }


def test_weekends_are_nearly_empty(images: pd.DataFrame) -> None:
    assert 0 < (images["date"].dt.day_of_week >= 5).mean() < 0.06


def test_the_odd_files_are_there_and_no_others(fleet: Path, images: pd.DataFrame, unread: set[str]) -> None:
    key = truth(fleet)
    odd = key[key["path"] != ""].set_index("kind")["path"]
    assert set(odd.index) == {"not-dicom", "empty-file", "truncated", "duplicate-series"}
    assert all((fleet / path).exists() for path in odd)
    # pydicom stops silently where a file ends early, so the cut one shows by what it lacks.
    incomplete = set(images.loc[images["SeriesInstanceUID"].isna(), "path"])
    assert unread | incomplete == {odd["not-dicom"], odd["empty-file"], odd["truncated"]}


def test_only_the_duplicate_series_repeats_instances(fleet: Path, images: pd.DataFrame) -> None:
    copy = truth(fleet).set_index("kind").loc["duplicate-series", "path"]
    repeated = images[images["SOPInstanceUID"].duplicated(keep=False)]
    in_copy = repeated["path"].str.startswith(f"{copy}/")
    assert in_copy.sum() == len(repeated) / 2 == len(list((fleet / copy).iterdir()))


def test_a_file_has_a_request_and_a_private_block(fleet: Path) -> None:
    for device, block in (
        ("CT-01", (0x0019, "AURORA CT TUBE 01")),
        ("MR-01", (0x0021, "AURORA MR PRESCAN 01")),
    ):
        file = next((fleet / "dicom" / device).glob("*/*/*"))
        header = pydicom.dcmread(file)
        request = header.RequestAttributesSequence[0].ScheduledProtocolCodeSequence[0]
        assert request.CodeMeaning == header.ProtocolName
        assert header.private_creators(block[0]) == [block[1]]
        assert header.pixel_array.shape == (header.Rows, header.Columns)


def test_a_fleet_without_faults_has_an_answer_key_of_odd_files(tmp_path: Path) -> None:
    key = truth(make_fleet(tmp_path / "sound", 2, 1, faults=(), progress=False))
    assert not key["must_alarm"].any()
    assert (key["path"] != "").sum() == len(key) == 4
