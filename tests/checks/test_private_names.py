"""Names in private elements of files that say they name nobody."""

from __future__ import annotations

import pytest

import dicomlab as dl
from tests.build import dataset, write

CREATOR = "SIEMENS RIS"


@pytest.mark.parametrize(
    ("removed", "name", "elements"),
    [
        ("YES", "Invented^Person", [{"elements": "SIEMENS RIS: Patient NameRIS"}]),
        ("YES", "", []),
        ("NO", "Invented^Person", []),
    ],
    ids=["left", "emptied", "nothing promised"],
)
def test_a_name_left_in_a_private_element_is_told_once(tmp_path, removed, name, elements):
    for k in (1, 2):
        ds = dataset(SOPInstanceUID=f"1.2.{k}", SeriesInstanceUID="1.2", PatientIdentityRemoved=removed)
        ds.private_block(0x0011, CREATOR, create=True).add_new(0x30, "PN", name)
        write(ds, tmp_path / "in" / str(k))
    catalog = dl.scan(tmp_path / "in", into=tmp_path / "catalog", progress=False)
    found = dl.check(catalog, ["private-names-left"])
    assert found.attrs["run"] == ["private-names-left"]
    assert found["evidence"].tolist() == elements
    assert "Invented" not in found[["message", "evidence"]].to_json()
