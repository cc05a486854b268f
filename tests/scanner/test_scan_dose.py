"""What becomes of dose reports in a catalog."""

from __future__ import annotations

import json
import re
import shutil

import pytest

import dicomlab as dl
from dicomlab.catalog.versions import FILE, FORMAT, read_state
from dicomlab.schema.arrow import dose_schema
from tests.build import dataset, write
from tests.conftest import REPOSITORY
from tests.reports import biplane_report, box, ct_report, num, radiopharmaceutical_report, report


@pytest.fixture
def folder(tmp_path):
    """Two CT reports, one of them with a broken unit, an angiography, PET, and an image of an event."""
    of = {"PatientID": "P", "StudyInstanceUID": "1.2", "StudyDate": "20240301", "SOPInstanceUID": "1.2.3.1"}
    made = {"Manufacturer": "ACME", "ManufacturerModelName": "One"}
    write(ct_report(2, SeriesInstanceUID="1.2.3", **of, **made), tmp_path / "in" / "ct")
    odd = report(box("113819", num("113838", 1, "furlong")), SeriesInstanceUID="1.2.4", **of)
    write(odd, tmp_path / "in" / "odd")
    write(biplane_report(SeriesInstanceUID="1.2.5", **of), tmp_path / "in" / "xa")
    write(radiopharmaceutical_report(SeriesInstanceUID="1.2.7", **of), tmp_path / "in" / "pet")
    image = dataset(Modality="CT", SeriesInstanceUID="1.2.6", IrradiationEventUID="1.2.9.2", **of)
    image.SeriesDescription = "Thorax"
    write(image, tmp_path / "in" / "image")
    return tmp_path / "in"


@pytest.fixture
def catalog(folder, tmp_path):
    return dl.scan(folder, into=tmp_path / "catalog", progress=False)


def test_each_event_and_total_is_a_row_of_its_file(catalog):
    found = catalog.dose
    assert len(found) == catalog.counts["dose"] == 9
    assert found.columns.tolist() == dose_schema().names
    per_file = found.groupby("file_key")["level"].value_counts().to_dict()
    counts = {(key.rpartition("/")[2], level): n for (key, level), n in per_file.items()}
    assert (counts[("ct", "event")], counts[("ct", "total")]) == (2, 1)
    assert (counts[("xa", "event")], counts[("xa", "total")]) == (2, 2)
    assert counts[("pet", "event")] == 1


def test_a_unit_that_nobody_knows_is_a_row_of_problems(catalog):
    problems = catalog.problems
    assert problems["column"].tolist() == ["dlp_mgy_cm"]
    assert problems["tag"].tolist() == ["(113838, DCM)"]
    assert b"furlong" in problems["raw"].iloc[0]


def test_reports_that_are_gone_take_their_rows_along(catalog, folder, tmp_path):
    (folder / "ct").unlink()
    again = dl.scan(folder, into=tmp_path / "catalog", progress=False)
    assert again.counts["dose"] == 6


def test_adding_columns_keeps_the_rows(catalog):
    before = catalog.dose.sort_values(["file_key", "level", "event"], ignore_index=True)
    wider = catalog.add_columns(["PatientOrientation"], progress=False)
    after = wider.dose.sort_values(["file_key", "level", "event"], ignore_index=True)
    assert before.astype(str).equals(after.astype(str))


@pytest.mark.slow
@pytest.mark.parametrize("was", [1, FORMAT])
def test_a_catalog_without_the_table_gets_it(catalog, tmp_path, was):
    """As one that was made before there was such a table."""
    folder = tmp_path / "catalog"
    shutil.rmtree(folder / "dose")
    state = json.loads((folder / FILE).read_text())
    state["format"] = was
    del state["tables"]["dose"], state["counts"]["dose"]
    (folder / FILE).write_text(json.dumps(state))
    assert dl.open_catalog(folder).dose.columns.tolist() == dose_schema().names
    assert len(dl.open_catalog(folder).dose) == 0
    upgraded = dl.open_catalog(folder).add_columns(["PatientOrientation"], progress=False)
    assert len(upgraded.dose) == upgraded.counts["dose"] == 9
    assert read_state(folder).format == FORMAT


def test_a_catalog_without_headers_has_the_rows_too(folder, tmp_path):
    assert dl.scan(folder, into=tmp_path / "c", progress=False, keep_headers=False).counts["dose"] == 9


def test_few_columns_are_enough_for_the_rows(folder, tmp_path):
    columns = dl.Columns.only("KVP")
    assert dl.scan(folder, into=tmp_path / "c", columns=columns, progress=False).counts["dose"] == 9


def test_the_shell_shows_events_without_what_may_identify(catalog):
    from typer.testing import CliRunner

    from dicomlab.cli.main import app

    ran = CliRunner().invoke(app, ["show", str(catalog.path), "dose", "--where", "level = 'event'", "--json"])
    answer = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert answer["rows_in_all"] == 6
    assert {"comment", "datetime_started", "start_of_x_ray_irradiation"} <= set(answer["hidden"])
    assert "start_of_x_ray_irradiation_utc_offset_minutes" not in answer["hidden"]
    assert 200.0 in [row["dlp_mgy_cm"] for row in answer["data"]]


PAGE = (REPOSITORY / "docs" / "dose.md").read_text(encoding="utf-8")


def test_the_page_says_what_is_true(catalog):
    queries = re.findall(r"```sql\n(.*?)```", PAGE, re.S)
    assert len(queries) >= 3
    answers = [catalog.sql(query) for query in queries]
    assert all(len(answer) for answer in answers)
    of_events, of_images, of_planes, *_ = answers
    assert of_events["events"].tolist() == [2]
    assert of_events["dlp_mgy_cm"].tolist() == [300.0]
    assert of_images["SeriesDescription"].tolist() == ["Thorax"]
    assert of_images["dlp_mgy_cm"].tolist() == [200.0]
    assert of_planes["dose_area_product_gy_cm2"].tolist() == pytest.approx([2.0, 3.0])


def test_columns_that_the_page_names_are_there():
    for name in re.findall(r"`([a-z_]+_[a-z0-9_]+)`", PAGE):
        assert name in {*dose_schema().names, "acquired_at", "file_key"}, name
