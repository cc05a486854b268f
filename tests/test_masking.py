"""While the switch is on nothing that may identify is seen, and what is worked out does not differ."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import threading
from datetime import date, time

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.errors import WrongArgument
from dicomlab.masking import Options, is_pseudonym, pseudonym
from dicomlab.schema.columns import Columns
from dicomlab.schema.masks import is_masked, mask_dataset, mask_table, shown_table
from tests.build import dataset, write

SECRETS = {
    "PatientID": "MRN-7755123",
    "PatientName": "Featherstonehaugh^Ophelia",
    "OtherPatientIDs": "OLD-99817",
    "PatientBirthDate": "19610714",
    "StudyDate": "20240517",
    "StudyTime": "134501",
    "AccessionNumber": "ACC-55512",
    "StudyDescription": "<img src=x onerror=alert(1)> knee of Ophelia",
    "SeriesDescription": "ask Dr Whitlock",
    "InstitutionName": "St Elsewhere",
    "OperatorsName": "Whitlock^A",
    "PatientComments": "lives in Quimper",
    "PatientWeight": "71.53",
    "ReferringPhysicianName": "Nightingale^F",
}
_TEXTS = [v for k, v in SECRETS.items()]


def _hostile():
    ds = dataset(
        Modality="CT",
        Manufacturer="ACME",
        StationName="CT-9",
        KVP="120",
        StudyInstanceUID="1.2.3.4",
        SeriesInstanceUID="1.2.3.4.5",
        SOPInstanceUID="1.2.3.4.5.6",
        **SECRETS,
    )
    item = dataset(RequestedProcedureDescription="knee of Ophelia", PatientID="MRN-7755123")
    ds.RequestAttributesSequence = [item]
    block = ds.private_block(0x0033, "Ophelia's private block", create=True)
    block.add_new(0x01, "LO", "lives in Quimper")
    block.add_new(0x02, "DS", "71.53")
    block.add_new(0x03, "UN", b"Featherstonehaugh")
    return ds


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory):
    return write(_hostile(), tmp_path_factory.mktemp("hostile") / "Featherstonehaugh" / "1.dcm")


@pytest.fixture(scope="module")
def hostile(hostile_file, tmp_path_factory):
    into = tmp_path_factory.mktemp("catalog") / "c"
    return dl.scan(hostile_file.parents[1], into=into, progress=False)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    folder = dl.demo.make_fleet(
        tmp_path_factory.mktemp("fleet") / "demo", scanners=1, months=5, progress=False
    )
    return dl.scan(folder / "dicom", into=folder / "catalog", progress=False)


@pytest.fixture(scope="module")
def drift(fleet):
    return dl.find_drift(fleet)


@pytest.fixture
def masked():
    with dl.options.masked() as options:
        yield options


def assert_hidden(shown: str, secrets: list[str] = _TEXTS) -> None:
    found = [s for s in [*secrets, "Featherstonehaugh", "Ophelia", "Quimper"] if s in shown]
    assert not found


def _printed(table: pd.DataFrame) -> str:
    return table.to_csv() + table.head(3).to_html()


# --- the switch ---


def test_the_switch_is_off_until_someone_turns_it():
    assert not Options().mask
    assert dl.options.mask is False


def test_the_switch_holds_in_every_thread():
    seen = []
    with dl.options.masked():
        thread = threading.Thread(target=lambda: seen.append(dl.options.mask))
        thread.start()
        thread.join()
    assert seen == [True]
    assert not dl.options.mask


def test_blocks_within_blocks_mask_until_the_outermost_ends():
    options = Options()
    with options.masked():
        with options.masked():
            pass
        assert options.mask
    assert not options.mask


@pytest.mark.parametrize(("word", "on"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_the_environment_turns_it_on_for_a_workshop(monkeypatch, word, on):
    monkeypatch.setenv("DICOMLAB_MASK", word)
    assert Options().mask is on


def test_a_word_that_is_neither_yes_nor_no_is_refused_rather_than_taken_for_no(monkeypatch):
    monkeypatch.setenv("DICOMLAB_MASK", "yep")
    with pytest.raises(WrongArgument, match="Use one of: '1', '0'"):
        _ = Options().mask


def test_the_switch_takes_yes_and_no_only():
    with pytest.raises(WrongArgument):
        Options().mask = "off"
    with pytest.raises(WrongArgument):
        Options().key = ""


def test_the_key_is_not_shown():
    options = Options()
    options.key = "hunter2"
    assert "hunter2" not in repr(options)


# --- pseudonyms ---


def test_pseudonyms_last_for_the_session_and_with_a_key_beyond():
    code = "import dicomlab.masking as m; print(m.pseudonym('DOE^JANE', 'name'))"
    keyed = {**os.environ, "DICOMLAB_MASK_KEY": "a workshop in May"}
    run = [
        subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        for env in (keyed, keyed, dict(os.environ))
    ]
    first, second, other = (r.stdout.strip() for r in run)
    assert first == second != other
    assert is_pseudonym(first)
    assert pseudonym("DOE^JANE") == pseudonym("DOE^JANE")


def test_a_pseudonym_is_not_masked_again():
    once = mask_table(pd.DataFrame({"PatientID": ["A", "B", "A"]}))
    assert mask_table(once)["PatientID"].tolist() == once["PatientID"].tolist()
    assert once["PatientID"].nunique() == 2


# --- tables ---


@pytest.mark.slow
@pytest.mark.parametrize(
    "table", ["patients", "studies", "series", "instances", "files", "problems", "errors", "frames", "dose"]
)
def test_tables_and_sql_give_what_masking_the_true_table_gives(fleet, table):
    true = fleet.unmasked.read(table)
    with dl.options.masked():
        seen, asked = fleet.read(table), fleet.sql(f"SELECT * FROM {table}")
        pd.testing.assert_frame_equal(seen, mask_table(true, fleet.columns))
    pd.testing.assert_frame_equal(seen, asked)
    pd.testing.assert_frame_equal(fleet.read(table), true)


@pytest.mark.slow
def test_no_value_of_the_fleet_that_may_identify_is_seen(fleet, masked):
    texts = {
        str(value)
        for name in ("PatientID", "PatientName", "AccessionNumber", "InstitutionName", "StudyDescription")
        for value in fleet.unmasked.read("series")[name].dropna().unique()
    }
    operators = fleet.unmasked.read("series")["OperatorsName"].dropna()
    texts |= {str(name) for names in operators for name in names}
    assert len(texts) > 20
    for table in ("patients", "studies", "series", "instances", "files"):
        shown = _printed(fleet.read(table))
        assert not [text for text in texts if text in shown]


@pytest.mark.slow
def test_nothing_of_a_hostile_file_is_seen_in_tables(hostile, masked):
    for table in ("patients", "studies", "series", "instances", "files"):
        assert_hidden(_printed(hostile.read(table)))


@pytest.mark.slow
def test_no_alias_gets_round_it(hostile, masked):
    rows = hostile.sql(
        "SELECT upper(PatientName) AS kernel, StudyDate + 1 AS n, PatientID || '!' AS k, file_key[:30] AS f "
        "FROM instances JOIN series USING (SeriesInstanceUID, PatientID, PatientName, StudyDate)"
    )
    assert len(rows) == 1
    assert_hidden(_printed(rows).replace("2024-05-02", ""), [*_TEXTS, "FEATHERSTONE", "2024-05-18"])


def test_headers_in_tables_are_not_given_out(hostile, masked):
    assert hostile.sql("SELECT header FROM headers")["header"].isna().all()


@pytest.mark.slow
def test_columns_of_ones_own_names_are_masked_by_what_they_are(hostile):
    columns = hostile.columns.add_path("RequestAttributesSequence[0].RequestedProcedureDescription", "why")
    columns = columns.add_private("Ophelia's private block", 0x0033, 0x01, "town")
    wider = hostile.add_columns(columns, progress=False)
    assert wider.instances["town"].tolist() == ["lives in Quimper"]
    assert_hidden(_printed(wider.masked.instances) + _printed(wider.masked.series))


def test_a_table_of_anyones_is_masked_by_its_names(masked):
    table = pd.DataFrame(
        {
            "PatientName": ["A^B", None],
            "StudyDate": [date(2024, 5, 17), None],
            "StudyTime": [time(13, 45), None],
            "first_acquired_at": pd.to_datetime(["2024-05-17 13:45", None]),
            "PatientBirthDate": pd.to_datetime(["1961-07-14", None]),
            "PatientWeight": [71.5, 80.0],
            "OperatorsName": [["X^Y", "Z"], []],
            "raw": [b"A^B", None],
            "KVP": [120.0, 100.0],
        }
    ).set_index("PatientName", drop=False)
    seen = shown_table(table)
    first = seen.iloc[0]
    assert is_pseudonym(first["PatientName"])
    assert seen.index[0] == first["PatientName"]
    assert first["StudyDate"] == date(2024, 5, 1)
    assert first["StudyTime"] is None
    assert first["first_acquired_at"] == pd.Timestamp("2024-05-01")
    assert first["PatientBirthDate"] == pd.Timestamp("1961-01-01")
    assert pd.isna(first["PatientWeight"])
    assert [is_pseudonym(name) for name in first["OperatorsName"]] == [True, True]
    assert first["raw"] is None
    assert first["KVP"] == 120
    assert table["PatientName"].iloc[0] == "A^B"
    assert seen.dtypes["PatientBirthDate"] == table.dtypes["PatientBirthDate"]


def test_an_empty_table_stays_an_empty_table():
    table = pd.DataFrame(
        {"PatientID": pd.Series([], dtype="str"), "PatientWeight": pd.Series([], dtype=float)}
    )
    pd.testing.assert_frame_equal(mask_table(table), table)


def test_every_column_that_may_identify_is_masked_but_uids():
    unmasked = [c.name for c in Columns() if c.phi and not is_masked(c.name)]
    assert unmasked == []
    assert not is_masked("SeriesInstanceUID")


def test_another_key_gives_other_pseudonyms_at_once(hostile, monkeypatch):
    before = hostile.masked.patients["PatientID"].iloc[0]
    monkeypatch.setattr(dl.options, "_key", "another")
    again = hostile.masked.patients["PatientID"].iloc[0]
    assert before != again == pseudonym("MRN-7755123", "patient")


# --- headers ---


def test_nothing_of_a_hostile_file_is_seen_in_its_header(hostile, masked):
    key = hostile.files["file_key"].iloc[0]
    header = hostile.header(key)
    assert_hidden(str(header) + header.to_json(suppress_invalid_tags=True))
    assert header.KVP == 120
    assert header.StudyDate == "20240501"
    assert header.PatientBirthDate == "19610101"
    assert header.RequestAttributesSequence[0].PatientID == header.PatientID
    assert header.PatientID == hostile.patients["PatientID"].iloc[0]


def test_a_masked_file_key_leads_to_its_file(hostile):
    key = hostile.masked.files["file_key"].iloc[0]
    assert is_pseudonym(key)
    assert hostile.true_key(key) == hostile.files["file_key"].iloc[0]
    assert hostile.header(key).PatientID == "MRN-7755123"


def test_the_header_of_one_file_is_masked(hostile_file, masked):
    row = dl.read_header(hostile_file)
    assert_hidden(repr(row))
    assert row["KVP"] == 120


def test_masking_does_not_change_the_dataset_that_was_given():
    ds = _hostile()
    seen = mask_dataset(ds)
    assert ds.PatientID == "MRN-7755123"
    assert_hidden(str(seen))
    assert [e.tag for e in seen] == [e.tag for e in ds]


# --- what is worked out stays the same ---


def test_drift_is_the_same_and_names_no_site(fleet, drift):
    true = drift
    with dl.options.masked():
        seen = dl.find_drift(fleet)
        devices = dl.list_devices(fleet)
    for name in ("signals", "points", "changes", "alarms"):
        pd.testing.assert_frame_equal(getattr(true, name), getattr(seen, name))
    sites = set(true.fleet["InstitutionName"].dropna())
    assert sites
    assert not sites & {*seen.fleet["InstitutionName"], *devices["InstitutionName"]}


@pytest.mark.slow
def test_a_report_of_what_was_found_before_names_no_site_and_no_series(fleet, drift, tmp_path):
    with dl.options.masked():
        page = dl.write_report(drift, fleet.unmasked.read("series"), to=tmp_path / "r.html").read_text()
    texts = {
        str(value)
        for name in ("PatientID", "PatientName", "AccessionNumber", "InstitutionName")
        for value in fleet.series[name].dropna().unique()
    }
    assert not [text for text in texts if text in page]
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


def test_charts_name_no_patient_and_no_site(fleet, drift, masked):
    from matplotlib.figure import Figure

    device = drift.fleet["device"].iloc[0]
    parameter = drift.signals["parameter"].iloc[0]
    figures = [Figure() for _ in range(4)]
    dl.plots.fleet_map(drift, ax=figures[0].subplots())
    dl.plots.timeline(drift, ax=figures[1].subplots())
    dl.plots.control_chart(drift, device=device, parameter=parameter, ax=figures[2].subplots())
    dl.plots.calendar(drift, device=device, ax=figures[3].subplots())
    texts = {
        str(value)
        for name in ("PatientID", "PatientName", "InstitutionName")
        for value in fleet.unmasked.series[name].dropna().unique()
    }
    for figure in figures:
        words = " ".join(t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text")))
        svg = io.StringIO()
        figure.savefig(svg, format="svg")
        assert not [text for text in texts if text in words + svg.getvalue()]


# --- the shell ---


@pytest.mark.slow
def test_the_shell_masks_with_a_switch(hostile, capsys):
    from dicomlab.cli.main import make_app

    where = str(hostile.path)
    for call in (
        ["show", where, "series", "--mask", "--csv"],
        ["show", where, "instances", "--phi", "--mask"],
        ["sql", where, "SELECT * FROM instances", "--mask", "--json"],
    ):
        make_app()(call, standalone_mode=False)
        out = capsys.readouterr().out
        assert_hidden(out)
        assert re.search(r"patient-[0-9a-f]{6}", out)
    assert not dl.options.mask


# --- cohorts and checks ---


@pytest.mark.slow
def test_a_cohort_is_the_same_and_shows_pseudonyms(fleet):
    chosen = dl.select(fleet, "n_instances > 1").drop(
        "InstanceNumber > 6", level="instance", why="first ones"
    )
    true = {table: chosen.read(table) for table in ("patients", "studies", "series", "instances", "files")}
    counts = chosen.counts
    with dl.options.masked():
        for table, rows in true.items():
            seen = chosen.read(table)
            assert len(seen) == len(rows) > 0
            by = "file_key" if table in ("instances", "files") else "n_instances"
            expected = mask_table(rows, fleet.columns)
            assert sorted(seen[by].astype(str)) == sorted(expected[by].astype(str))
        again = dl.select(fleet, f"PatientID = '{true['patients']['PatientID'].iloc[0]}'")
        texts = _printed(chosen.series) + _printed(chosen.left) + _printed(chosen.files()) + repr(chosen)
    assert chosen.counts == counts
    assert again.counts["patients"] == 1
    assert not [p for p in true["patients"]["PatientID"] if p in texts]


@pytest.mark.slow
def test_findings_are_the_same_and_name_no_file(hostile):
    true = dl.check(hostile)
    with dl.options.masked():
        seen = dl.check(hostile)
        keys = [key for files in seen["files"] for key in files]
    pd.testing.assert_frame_equal(true.drop(columns="files"), seen.drop(columns="files"))
    assert all(is_pseudonym(key) for key in keys)
    assert seen.attrs == true.attrs
