"""Recipes are understood whole, or refused with the line that is not."""

from __future__ import annotations

import pytest

from dicomlab.deid.recipe import BASES, Recipe
from dicomlab.errors import BadRecipe


def loaded(tmp_path, text: str, name: str = "recipe.yaml", **options) -> Recipe:
    path = tmp_path / name
    path.write_text(text)
    return Recipe.load(path, **options)


def test_what_yaml_says_is_what_the_recipe_does(tmp_path):
    recipe = loaded(
        tmp_path,
        "name: thorax\nbase: basic\noptions: [retain patient characteristics, retain-uids]\ndates: shift\n"
        "shift days: [400, 500]\nshift step: 7\ntexts: remove\nmachines: pseudonyms\nburned in: keep\n"
        'tags:\n  StudyDescription: hash\n  "(0018,1030)": "replace: thorax"\n',
    )

    assert recipe.options == ("M", "S", "T", "U")
    assert (recipe.shift_days, recipe.shift_step, recipe.burned_in) == ((400, 500), 7, "keep")
    assert dict(recipe.tags) == {0x00081030: "hash", 0x00181030: "replace: thorax"}
    assert recipe.is_conformant


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("name: x\nbasis: basic", 2, "Did you mean 'base'"),
        ("base: basics", 1, "Did you mean 'basic'"),
        ("dates: shifted", 1, "one of"),
        ("options: [retain uid]", 1, "Did you mean 'retain uids'"),
        ("options:\n  - clean descriptors", None, "not offered"),
        ("options:\n  - retain longitudinal full dates", 2, "chosen by dates"),
        ("tags:\n  PatientNam: remove", 2, "Did you mean 'PatientName'"),
        ("tags:\n  PatientID: KEEP", 2, "one of"),
        ("tags:\n  PatientID: keep", 2, "allow identifiers"),
        ("tags:\n  Manufacturer: shift", 2, "no date"),
        ("tags:\n  '(0029,1010)': keep", 2, "private"),
        ("tags:\n  StudyDescription: 'replace: Müller'", 2, "ASCII"),
        ("tags:\n  PatientID: hash\n  PatientID: remove", 3, "twice"),
        ("dates: shift\ndates: keep", 2, "twice"),
        ("- a\n- b", 1, "name: value"),
        ("a: [", None, "no YAML"),
        ("shift days: [500, 400]", None, "span"),
        ("shift days: soon", 1, "whole number"),
        ("allow identifiers: perhaps", 1, "true or false"),
        ("tags: !!python/object/apply:os.system [ls]", 1, "name: value"),
    ],
)
def test_what_is_not_understood_is_an_error_with_its_line(tmp_path, text, line, why):
    with pytest.raises(BadRecipe, match=why) as raised:
        loaded(tmp_path, text)
    if line is not None:
        assert f"line {line}:" in str(raised.value)


def test_keeping_an_identifier_takes_a_word_and_is_not_called_removed(tmp_path):
    recipe = loaded(tmp_path, "allow identifiers: true\ntags:\n  AccessionNumber: keep")
    assert not recipe.is_conformant


def test_names_that_do_not_exist_are_answered_by_those_that_do():
    with pytest.raises(BadRecipe, match="equipment QC"):
        Recipe.load("equipmentQC")


def test_fingerprints_change_with_what_is_done():
    prints = {recipe.fingerprint for recipe in BASES.values()}
    prints |= {Recipe(dates="shift").fingerprint, Recipe(shift_step=7).fingerprint}
    assert len(prints) == len(BASES) + 2
    assert Recipe().fingerprint == BASES["basic"].fingerprint


DEID = """FORMAT dicom
%header
# what Annex E does is done too
KEEP Manufacturer
REPLACE StudyDescription thorax study
HASH AccessionNumber
JITTER StudyDate 5
JITTER endswith:Time 5
REMOVE contains:Physician
BLANK StudyID
REMOVE StudyID
ADD PatientIdentityRemoved Yes
"""


def test_recipes_of_deid_are_read(tmp_path):
    recipe = loaded(tmp_path, DEID, "deid.dicom")
    tags = dict(recipe.tags)
    assert tags[0x00080070] == "keep"
    assert tags[0x00081030] == "replace: thorax study"
    assert tags[0x00080050] == "hash"
    assert tags[0x00080020] == "shift"
    assert tags[0x00080090] == "remove"
    assert tags[0x00200010] == "remove", "REMOVE goes before BLANK"
    assert recipe.dates == "shift"
    assert any("JITTER" in notice for notice in recipe.notices)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("HASHED PatientID", "no action"),
        ("REMOVE PatienID", "no attribute"),
        ("REPLACE PatientID var:id", "variables"),
        ("REPLACE PatientID func:make", "variables"),
        ("REPLACE PatientID deid_func:pydicom_uuid", "variables"),
        ("REPLACE PatientID", "needs a text"),
        ("REMOVE PatientID now", "no more"),
        ("JITTER StudyDate five", "no more"),
        ("KEEP PatientID", "allow"),
        ("REMOVE select:VR:DA", "not offered"),
        ("REMOVE contains:(a+)+$", "letters"),
        ("%filter graylist", "pixels"),
        ("%fields names", "not offered"),
        ("ADD PatientName x", "only for"),
        ("JITTER Manufacturer 1", "no date"),
    ],
)
def test_lines_that_deid_would_skip_or_run_are_errors(tmp_path, line, why):
    with pytest.raises(BadRecipe, match=why) as raised:
        loaded(tmp_path, f"FORMAT dicom\n%header\n{line}\n", "deid.dicom")
    assert "line 3:" in str(raised.value)


CTP = """<script>
<p t="DATEINC">-3210</p>
<p t="SITE">site one</p>
<e en="T" t="00100010" n="PatientName">@hashname(this)</e>
<e en="T" t="00080020" n="StudyDate">@incrementdate(this,@DATEINC)</e>
<e en="T" t="00081030" n="StudyDescription">@param(@SITE)</e>
<e en="T" t="00080018" n="SOPInstanceUID">@hashuid(@UIDROOT,this)</e>
<e en="T" t="00080090" n="ReferringPhysician">@empty()</e>
<e en="F" t="00100020" n="PatientID">@keep()</e>
<k en="T" t="18">Keep group 18</k>
<r en="T" t="privategroups">Remove private groups</r>
</script>"""


def test_scripts_of_ctp_are_read(tmp_path):
    recipe = loaded(tmp_path, CTP, "script.xml")
    assert dict(recipe.tags) == {
        0x00100010: "hash",
        0x00080020: "shift",
        0x00081030: "replace: site one",
        0x00080090: "empty",
    }
    assert recipe.dates == "shift"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('<e en="T" t="00100020" n="PatientID">@keep()</e>', "allow"),
        ('<e en="T" t="00100020" n="PatientID">@lookup(this,ptid)</e>', "not offered"),
        ('<e en="T" t="00100020" n="PatientID">@if(this,isblank){a}{b}</e>', "not offered"),
        ('<e en="T" t="00100020" n="PatientID">@param(@NONE)</e>', "no parameter"),
        ('<e en="T" t="00290010" n="x">@remove()</e>', "public"),
        ('<e en="maybe" t="00100020">@remove()</e>', "en is"),
        ('<e en="T" t="00080020" n="StudyDate">20000101</e>', "place of a date"),
        ('<x en="T" t="1"/>', "not known"),
        ('<r en="T" t="faces">x</r>', "not known"),
        ("<e", "no XML"),
    ],
)
def test_what_a_script_cannot_have_is_an_error_with_its_line(tmp_path, line, why):
    with pytest.raises(BadRecipe, match=why) as raised:
        loaded(tmp_path, f"<script>\n{line}\n</script>", "script.xml")
    assert "line 2:" in str(raised.value) or why == "no XML"


def test_scripts_have_no_entities(tmp_path):
    text = '<!DOCTYPE s [<!ENTITY a "aaaa">]>\n<script><p t="x">&a;</p></script>'
    with pytest.raises(BadRecipe, match="entities"):
        loaded(tmp_path, text, "script.xml")


def test_describe_says_what_happens_to_each_tag_and_why():
    rows = Recipe.load("equipment QC").describe("1.2.840.10008.5.1.4.1.1.2")
    assert rows.loc["(0018,1000)", "action"] == "replaced by the machine's pseudonym"
    assert rows.loc["(0018,1030)", "action"] == "replaced by a keyed hash"
    assert rows.loc["(0008,0020)", "action"] == "moved by days"
    assert rows.loc["(0010,0020)", "action"] == "replaced by the patient's pseudonym"
    assert (rows["reason"] != "").all()
