"""Every text of every file is the same in all rooms, and what a second decoder says."""

from __future__ import annotations

import json
import warnings
from collections import defaultdict
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pydicom
import pytest
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

import dicomlab as dl
from dicomlab.catalog.dicomjson import json_model
from dicomlab.errors import BadFile
from dicomlab.header.dataset_texts import decode_texts
from dicomlab.header.engine import HeaderReader
from dicomlab.header.fallback import whole_header
from dicomlab.masking import options, pseudonym
from dicomlab.schema.columns import Columns
from dicomlab.tags.compare import compare
from dicomlab.tags.rows import LONGEST, Tags, read_tags
from dicomlab.tags.search import hits, parsed
from dicomlab.tags.text import on_one_line
from tests.build import dataset, write
from tests.conftest import pydicom_files, shared_files
from tests.header.test_charsets import STANDARD
from tests.header.test_values import element, part10
from tests.reports import ct_report
from tests.second_decoder import Text, texts_of

ESC = b"\x1b"
# Name of the file: character set, PatientName, SeriesDescription; what they are.
WRITTEN: dict[str, tuple[bytes | None, bytes, bytes, str, str]] = {
    "utf_8_named_latin": (b"ISO_IR 100", "Größe^Jörg".encode(), "Rücken".encode(), "Größe^Jörg", "Rücken"),
    "utf_8_unnamed": (None, "Größe^Jörg".encode(), "Rücken".encode(), "Größe^Jörg", "Rücken"),
    "latin_unnamed": (None, b"Gr\xf6\xdfe^J", b"R\xfccken", "Größe^J", "Rücken"),
    "korean_and_latin": (
        b"ISO 2022 IR 100\\ISO 2022 IR 149",
        b"\xe9^" + ESC + b"$)C" + "홍길".encode("euc_kr") + b"^\xe9",
        b"\xe9 " + ESC + b"$)C" + "머리".encode("euc_kr"),
        "é^홍길^é",
        "é 머리",
    ),
    "greek_second": (
        b"ISO 2022 IR 100\\ISO 2022 IR 126",
        b"\xc9^" + ESC + b"-F" + "Νίκος".encode("iso8859_7") + b"^\xc9",
        ESC + b"-F" + "Νίκος".encode("iso8859_7") + b" " + ESC + b"-A\xc9",
        "É^Νίκος^É",
        "Νίκος É",
    ),
    "chinese": (
        b"\\ISO 2022 IR 58",
        b"Li^M=" + ESC + b"$)A" + "李".encode("gb2312") + b"^" + ESC + b"$)A" + "明".encode("gb2312"),
        ESC + b"$)A" + "头部".encode("gb2312"),
        "Li^M=李^明",
        "头部",
    ),
    "latin_9": (
        b"ISO_IR 203",
        "Šárka^Žák".encode("iso8859_15"),
        "cœur €".encode("iso8859_15"),
        "Šárka^Žák",
        "cœur €",
    ),
    "japanese_unnamed": (
        b"ISO_IR 6",
        b"Suzuki^H=" + "鈴木".encode("iso2022_jp") + b"^" + "花子".encode("iso2022_jp"),
        "頭部".encode("iso2022_jp"),
        "Suzuki^H=鈴木^花子",
        "頭部",
    ),
    "padded": (b"ISO_IR 100", b" Meier^Eva== ", b"  two blanks ", "Meier^Eva", "two blanks"),
    "of_python": (b"utf_16", b"Meier^Eva", b"head", "Meier^Eva", "head"),
    **{
        name.replace(".", "_"): (charset, raw, b"head", text.rstrip("="), "head")
        for name, (charset, raw, text) in STANDARD.items()
    },
}


def item(*elements: bytes) -> bytes:
    body = b"".join(elements)
    return b"\xfe\xff\x00\xe0" + len(body).to_bytes(4, "little") + body


def sequence(tag: int, *items: bytes) -> bytes:
    return element(tag, "SQ", b"".join(items))


def even(raw: bytes) -> bytes:
    return raw + b" " * (len(raw) % 2)


def charset_of(text: bytes | None) -> list[bytes]:
    return [] if text is None else [element(0x00080005, "CS", even(text))]


def instance(name: str, number: int) -> bytes:
    charset, pn, lo, *_ = WRITTEN[name]
    return part10(
        *charset_of(charset),
        element(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.4\0"),
        element(0x00080018, "UI", even(b"1.2.%d" % number).replace(b" ", b"\0")),
        element(0x00080060, "CS", b"MR"),
        element(0x0008103E, "LO", even(lo)),
        sequence(0x00081032, item(element(0x00080104, "LO", even(lo)))),
        element(0x00100010, "PN", even(pn)),
        element(0x00100020, "LO", b"P1"),
        element(0x0020000D, "UI", b"1.2\0"),
        element(0x0020000E, "UI", b"1.3\0"),
    )


def nested() -> bytes:
    """Items with sets of their own, with an empty one, and with none, two sequences deep."""
    greek = even("Νίκος".encode("iso8859_7"))
    coded = [
        item(*charset_of(said), element(0x00080104, "LO", raw))
        for said, raw in (
            (b"ISO_IR 144", even("Люк".encode("iso8859_5"))),
            (b"", greek),
            (None, greek),
            (b"  ", greek),
            (b"ISO_IR 192", even("頭".encode())),
        )
    ]
    return part10(
        *charset_of(b"ISO_IR 100"),
        element(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.4\0"),
        element(0x00080018, "UI", b"1.2.99"),
        sequence(0x00081032, *coded),
        element(0x0020000D, "UI", b"1.2\0"),
        element(0x0020000E, "UI", b"1.3\0"),
        sequence(
            0x00400275,
            item(*charset_of(b"ISO_IR 126"), sequence(0x00321064, *coded), element(0x00400007, "LO", greek)),
            item(sequence(0x00321064, *coded[:1], item(element(0x00080104, "LO", b"\xe9t\xe9 ")))),
        ),
    )


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("texts")
    for number, name in enumerate(WRITTEN):
        (folder / "files").mkdir(exist_ok=True)
        (folder / "files" / name).write_bytes(instance(name, number))
    (folder / "files" / "nested").write_bytes(nested())
    return dl.scan(folder / "files", folder / "catalog", progress=False)


def key_of(catalog, name: str) -> str:
    return next(key for key in catalog.files["file_key"] if Path(key).name == name)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_text_is_the_same_in_the_table_the_header_json_tags_and_search(catalog, name, tmp_path):
    *_, pn, lo = WRITTEN[name]
    key = key_of(catalog, name)
    row = catalog.instances.set_index("file_key").loc[key]
    assert (row.PatientName, row.SeriesDescription) == (pn, lo)
    header = catalog.header(key)
    assert (str(header.PatientName), header.SeriesDescription) == (pn, lo)
    assert header.ProcedureCodeSequence[0].CodeMeaning == lo
    out = catalog.export(tmp_path / "out.json", where=f"file_key = '{key}'")
    (model,) = json.loads(out.read_text())
    assert model["0008103E"]["Value"] == [lo]
    assert "=".join(model["00100010"]["Value"][0].values()) == pn
    tags = read_tags(key)
    values = {r.path: r.value for r in tags.rows}
    assert (values["PatientName"], values["SeriesDescription"]) == (pn, lo)
    assert "SeriesDescription" in {tags.rows[n].path for n in hits(tags, parsed(f'value:"{lo}"'))}
    assert not [
        line for line in compare([tags, read_tags(header)]) if line.varies and line.row.vr in ("PN", "LO")
    ]


@pytest.mark.parametrize("name", WRITTEN)
def test_pseudonyms_of_table_header_and_tags_are_one(catalog, name):
    *_, pn, _ = WRITTEN[name]
    key, seen = key_of(catalog, name), pseudonym(pn, "name")
    table = catalog.masked.read("instances", ["SOPInstanceUID", "PatientName"])
    uid = catalog.instances.set_index("file_key").loc[key].SOPInstanceUID
    assert table.set_index("SOPInstanceUID").loc[uid].PatientName == seen
    with options.masked():
        assert str(catalog.header(key).PatientName) == seen
    assert {r.path: r.value for r in read_tags(key, mask=True).rows}["PatientName"] == seen


def test_an_item_with_an_empty_set_is_in_that_of_the_item_around_it(catalog):
    key = key_of(catalog, "nested")
    greek, of_file = "Νίκος", "Νίκος".encode("iso8859_7").decode("latin-1")
    columns = Columns.only().add_path("ProcedureCodeSequence[*].CodeMeaning", "outer")
    columns = columns.add_path(
        "RequestAttributesSequence[*].RequestedProcedureCodeSequence[*].CodeMeaning", "all"
    )
    columns = columns.add_path("RequestAttributesSequence[*].ScheduledProcedureStepDescription", "step")
    columns = columns.add_path(
        "RequestAttributesSequence[0].RequestedProcedureCodeSequence[3].CodeMeaning", "one"
    )
    for use_kernel in (True, False):
        row = next(HeaderReader(columns, use_kernel=use_kernel).read([key])).table.to_pylist()[0]
        assert row["outer"] == ["Люк", of_file, of_file, of_file, "頭"]
        assert row["all"] == ["Люк", greek, greek, greek, "頭", "Люк", "été"]
        assert (row["step"], row["one"]) == ([greek], greek)
    header = catalog.header(key)
    inner = [i.CodeMeaning for i in header.RequestAttributesSequence[0].RequestedProcedureCodeSequence]
    assert inner == ["Люк", greek, greek, greek, "頭"]


# --- every text of every file at hand ---------------------------------------------------------


def everything(path: Path) -> tuple[bytes, list[Text]] | None:
    """The bytes of a file up to its pixels and its texts; None for what pydicom cannot take apart."""
    data = path.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ds = pydicom.dcmread(BytesIO(data), force=True, stop_before_pixels=True)
            return data, list(texts_of(ds))
        except Exception:
            return None


def shown(header: Dataset, text: Text) -> list[str]:
    value = text.element(header).value
    return [str(v) for v in value] if isinstance(value, list | pydicom.multival.MultiValue) else [str(value)]


def in_model(model: dict, text: Text) -> list[str]:
    for tag, number in text.steps:
        model = model[f"{tag:08X}"]["Value"][number]
    return [
        "" if v is None else (_name(v) if isinstance(v, dict) else v)
        for v in model[f"{text.tag:08X}"].get("Value", [""])
    ]


def _name(value: dict) -> str:
    return "=".join(value.get(word, "") for word in ("Alphabetic", "Ideographic", "Phonetic")).rstrip("=")


def bare_name(text: str) -> str:
    return "=".join(part.rstrip("^") for part in text.split("=")).rstrip("=")


def differing(path: Path, data: bytes, expected: list[Text]) -> list[tuple]:
    """Where header, DICOM JSON or tags have another text than the second decoder."""
    header, _ = whole_header(data)
    model, _ = json_model(header)
    rows = {row.path: row.value for row in _tags(path).rows}
    found = []
    for text in expected:
        if shown(header, text) != text.values:
            found.append((path.name, "header", text.path or hex(text.tag), text.vr))
        names = [bare_name(v) for v in text.values] if text.vr == "PN" else text.values
        if text.tag >> 16 > 2 and in_model(model, text) != names:
            found.append((path.name, "json", text.path or hex(text.tag), text.vr))
        line = on_one_line("\\".join(text.values))
        if text.path in rows and len(line) < LONGEST and rows[text.path] != line:
            found.append((path.name, "tags", text.path, text.vr))
    return found


def _tags(path: Path) -> Tags:
    try:
        return read_tags(path)
    except BadFile:
        return Tags(())


def tables_differ(texts: dict[str, list[Text]]) -> list[tuple]:
    """Where the cell of a column has another text than the second decoder, files by name."""
    places = {
        t.any_path for found in texts.values() for t in found if t.path and dictionary_VR(t.tag) == t.vr
    }
    wrong: list[tuple] = []
    names = sorted(places)
    for first in range(0, len(names), 200):
        some = names[first : first + 200]
        columns = Columns.only()
        for name in some:
            columns = columns.add_path(name, f"c_{name}")
        files = list(texts)
        tables = [(batch.table, batch.status) for batch in HeaderReader(columns).read(files)]
        table = pa.concat_tables([t for t, _ in tables])
        status = [one for _, states in tables for one in states]
        cells = {name: table[f"c_{name}"].to_pylist() for name in some}
        for row, (path, found) in enumerate(texts.items()):
            if status[row] != "read":
                continue
            by_place = defaultdict(list)
            for text in found:
                by_place[text.any_path].append(text)
            for name in some:
                if any(t.vr != dictionary_VR(t.tag) for t in by_place[name]):
                    continue
                said = [v for t in by_place[name] for v in t.values if v]
                if not said and "[" not in name:  # a column may have its value from another place
                    continue
                cell = cells[name][row]
                if not columns[f"c_{name}"].is_list and any(len(t.values) > 1 for t in by_place[name]):
                    cell = [part.strip(" ") for part in (cell or "").split("\\")]  # all of them, as one text
                    said = [v.strip(" ") for t in by_place[name] for v in t.values]
                said = [v for v in said if v]
                got = [v for v in cell if v] if isinstance(cell, list) else [cell] if cell else []
                if got != said:
                    wrong.append((Path(path).name, "table", name))
    return wrong


@pytest.mark.slow
def test_every_text_of_every_file_is_the_same_everywhere(catalog):
    own = [Path(key) for key in catalog.files["file_key"]]
    found = {path: pair for path in (*own, *pydicom_files(), *shared_files()) if (pair := everything(path))}
    assert sum(len(texts) for _, texts in found.values()) > 2_000
    wrong = [w for path, (data, texts) in found.items() for w in differing(path, data, texts)]
    assert not wrong, (len(wrong), wrong[:20])
    wrong = tables_differ({str(path): texts for path, (_, texts) in found.items()})
    assert not wrong, (len(wrong), wrong[:20])


def test_a_data_set_that_was_read_before_keeps_what_it_says():
    ds = Dataset()
    ds.SpecificCharacterSet, ds.PatientName = "ISO_IR 100", "Größe^Jörg"
    decode_texts(ds)
    assert str(ds.PatientName) == "Größe^Jörg"
    assert {row.path: row.value for row in read_tags(ds).rows}["PatientName"] == "Größe^Jörg"


# --- functional groups and reports --------------------------------------------------------------


def with_charset(charset: str, **values: object) -> Dataset:
    made = Dataset()
    made.SpecificCharacterSet = charset
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


@pytest.mark.parametrize("use_kernel", [True, False])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_texts_in_functional_groups_are_in_the_set_of_their_item(tmp_path, use_kernel, syntax):
    coil = with_charset("ISO_IR 144", ReceiveCoilName="Люк")
    shared, first, second = Dataset(), Dataset(), with_charset("ISO_IR 126")
    shared.MRReceiveCoilSequence = [coil]
    for frame, label in ((first, "é"), (second, "Δ")):
        frame.FrameContentSequence = [Dataset()]
        frame.FrameContentSequence[0].FrameLabel = label
    ds = dataset(SpecificCharacterSet="ISO_IR 100", NumberOfFrames=2, PatientName="Größe")
    ds.SharedFunctionalGroupsSequence, ds.PerFrameFunctionalGroupsSequence = [shared], [first, second]
    path = str(write(ds, tmp_path / "f", syntax))
    batch = next(HeaderReader(use_kernel=use_kernel).read([path]))
    assert batch.frames is not None
    assert batch.frames[1]["FrameLabel"].to_pylist() == ["é", "Δ"]
    assert batch.frames[1]["ReceiveCoilName"].to_pylist() == ["Люк", "Люк"]
    row = batch.table.to_pylist()[0]
    assert (row["ReceiveCoilName"], row["PatientName"], batch.problems) == ("Люк", "Größe", [])


@pytest.mark.parametrize("use_kernel", [True, False])
def test_texts_of_dose_reports_are_in_the_set_of_their_item(tmp_path, use_kernel):
    report = ct_report(SpecificCharacterSet="ISO_IR 100")
    for container in report.ContentSequence:
        for item in container.get("ContentSequence", ()):
            if item.ConceptNameCodeSequence[0].CodeValue == "125203":
                item.SpecificCharacterSet, item.TextValue = "ISO_IR 144", "Люк"
    path = str(write(report, tmp_path / "f"))
    batch = next(HeaderReader(use_kernel=use_kernel).read([path]))
    assert batch.dose is not None
    assert "Люк" in batch.dose[1]["acquisition_protocol"].to_pylist()
