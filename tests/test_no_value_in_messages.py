"""No value of a header in any message: tokens in all attributes must not come out beside the data."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import shutil
import struct
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydicom.datadict import DicomDictionary

import dicomlab as dl
from dicomlab.cli.main import app
from dicomlab.errors import DicomlabError

_TEXTS = frozenset("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())
_LONG = frozenset("OB OD OF OL OV OW SQ UC UN UR UT".split())
_KEPT_WHOLE = frozenset((0x00080016, 0x00080005))
_TOKEN = re.compile(r"ZQ[0-9A-F]{8}|7319\d{6}")
FORMS = ("plain", "as UN", "too long", "bad charset", "control characters", "as LO", "numbers", "fleet")


def element(tag: int, vr: str, value: bytes) -> bytes:
    value += b"\0" * (len(value) % 2)
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr in _LONG:
        return head + b"\0\0" + struct.pack("<I", len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def planted(tag: int, vr: str, form: str) -> tuple[str, bytes]:
    """The VR and the value of an attribute in one of the odd forms, with a token of its own."""
    token = f"ZQ{tag:08X}".encode()
    if form == "as UN":
        return "UN", token
    if form == "as LO":
        return "LO", token
    if form == "too long":
        return vr, token + b"/" + b"0123456789" * 12
    if form == "bad charset":
        return vr, b"\xff\xfe\x1b$B" + token + b"\x80"
    if form == "control characters":
        return vr, b"\x1b[31m" + token + b"\a\r"
    if form == "numbers" and vr in ("DS", "IS"):
        return vr, b"7319%06d" % (hash(tag) % 10**6)
    return vr, token


def header(form: str, number: int) -> bytes:
    """A header with a token in each attribute of text that the standard has."""
    own: dict[int, tuple[str, bytes]] = {
        tag: planted(tag, row[0], form)
        for tag, row in DicomDictionary.items()
        if row[0] in _TEXTS and tag not in _KEPT_WHOLE and tag >> 16 not in (0, 2, 4, 0xFFFE) and not row[3]
    }
    if form == "fleet":
        own = {column.tag: own[column.tag] for column in dl.Columns() if column.tag in own}
    own[0x00080016] = ("UI", b"1.2.840.10008.5.1.4.1.1.2")
    own[0x00080005] = ("CS", b"ISO_IR 999" if form == "bad charset" else b"ISO_IR 100")
    own[0x00080018] = ("UI", b"ZQ00080018.%d" % number)
    if form == "fleet":  # enough like a machine that drift looks at it
        own[0x00080020] = own[0x00080022] = (
            "DA",
            f"2024{number // 28 % 12 + 1:02d}{number % 28 + 1:02d}".encode(),
        )
        own[0x00080030] = own[0x00080032] = ("TM", b"101010")
        own[0x00080060] = ("CS", b"CT")
        own[0x00180060] = ("DS", b"120" if number < 90 else b"100")
        own[0x0020000E] = ("UI", b"ZQ0020000E.%d" % number)
    own[0x00400275] = ("SQ", item(element(0x00321060, "LO", b"ZQ00321060") + element(0x00400008, "SQ", b"")))
    own[0x00090010] = ("LO", b"ZQ00090010")
    own[0x00091001] = ("DS", b"ZQ00091001")
    return b"".join(element(tag, *own[tag]) for tag in sorted(own))


def item(content: bytes) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content


def write(path: Path, form: str, number: int) -> None:
    meta = element(0x00020010, "UI", b"1.2.840.10008.1.2.1")
    meta = element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta
    path.write_bytes(b"\0" * 128 + b"DICM" + meta + header(form, number))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of all forms, and a machine over some months."""
    home = tmp_path_factory.mktemp("tokens")
    folder = home / "archive"
    folder.mkdir()
    for number, form in enumerate(FORMS):
        write(folder / f"{number}.dcm", form, 1000 + number)
    for number in range(130):
        write(folder / f"fleet{number}.dcm", "fleet", number)
    (folder / "cut.dcm").write_bytes((folder / "0.dcm").read_bytes()[:5000])
    return home


class Heard:
    """All that was said beside the data."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def note(self, where: str, text: str) -> None:
        self.said.append((where, text))

    @property
    def tokens(self) -> list[str]:
        return [
            f"{where}: {text[max(0, found.start() - 80) : found.end() + 20]}"
            for where, text in self.said
            if (found := _TOKEN.search(text))
        ]

    @contextlib.contextmanager
    def listening(self, where: str, *, prints_data: bool = False) -> Iterator[None]:
        """Hear warnings, logs, both streams and what is raised."""
        out, err, log = io.StringIO(), io.StringIO(), io.StringIO()
        handler = logging.StreamHandler(log)
        root = logging.getLogger()
        level, root.level = root.level, logging.INFO
        root.addHandler(handler)
        try:
            with (
                warnings.catch_warnings(record=True) as warned,
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
            ):
                warnings.simplefilter("always")
                try:
                    yield
                except (DicomlabError, SystemExit) as error:
                    self.note(f"{where}, error", f"{error}")
        finally:
            root.removeHandler(handler)
            root.level = level
        self.note(f"{where}, warnings", "\n".join(str(one.message) for one in warned))
        self.note(f"{where}, stderr", err.getvalue())
        self.note(f"{where}, log", log.getvalue())
        if not prints_data:
            self.note(f"{where}, stdout", out.getvalue())


QUERIES = (
    "SELECT CAST({0} AS INTEGER) FROM {1}",
    "SELECT {0}::DATE FROM {1}",
    "SELECT {0}::DOUBLE[] FROM {1}",
    "SELECT timezone({0}, TIMESTAMP '2024-01-01') FROM {1}",
    "SELECT strptime({0}, '%Y') FROM {1}",
    "SELECT strftime(DATE '2024-01-01', {0}) FROM {1}",
    "SELECT date_part({0}, DATE '2024-01-01') FROM {1}",
    "SELECT date_trunc({0}, TIMESTAMP '2024-01-01') FROM {1}",
    "SELECT regexp_matches('a', {0} || '(') FROM {1}",
    "SELECT from_hex({0}) FROM {1}",
    "SELECT from_base64({0}) FROM {1}",
    "SELECT format({0} || '{{', 1) FROM {1}",
    "SELECT printf({0} || '%', 1) FROM {1}",
    "SELECT decode(encode({0}), {0}) FROM {1}",
    "SELECT {0}::JSON FROM {1}",
    "SELECT {0}::UUID FROM {1}",
    "SELECT {0}::INTERVAL FROM {1}",
    "SELECT {0} COLLATE nocase::BLOB FROM {1}",
    "SELECT (SELECT {0}::INTEGER FROM {1} LIMIT 1)",
    "SELECT max({0})::INTEGER FROM {1}",
    "SELECT * FROM {1} ORDER BY {0}::INTEGER",
    "SELECT * FROM {1} LIMIT (SELECT max({0}) FROM {1})",
    "EXPLAIN SELECT max({0})::INTEGER FROM {1} WHERE {0}::INTEGER > 1",
    "SELECT {0}::ENUM('a') FROM {1}",
    "SELECT union_value(a := {0}::INTEGER) FROM {1}",
)
CONDITIONS = (
    "CAST({0} AS INTEGER) = 1",
    "timezone({0}, TIMESTAMP '2024-01-01') IS NULL",
    "{0} = 1",
    "{0}::DATE IS NULL",
)
COLUMNS = ("PatientName", "StationName", "SeriesDescription", "SeriesInstanceUID")


def queries(heard: Heard, catalog: dl.Catalog) -> None:
    for text in QUERIES:
        for column in COLUMNS[:2]:
            with heard.listening(text):
                catalog.sql(text.format(column, "instances"))
    for text in CONDITIONS:
        for column in COLUMNS:
            condition = text.format(column)
            works: tuple[Callable[[], object], ...] = (
                lambda c=condition: dl.select(catalog, c),
                lambda c=condition: catalog.read("instances", where=c),
            )
            for work in works:
                with heard.listening(condition):
                    work()


@pytest.mark.slow
@pytest.mark.usefixtures("setting_aside")
@pytest.mark.parametrize("is_masked", [False, True], ids=["plain", "masked"])
def test_no_token_of_a_header_stands_in_any_message(archive, tmp_path, is_masked, monkeypatch):
    monkeypatch.setattr(dl.options, "_mask", is_masked)
    heard = Heard()
    with heard.listening("scan"):
        folder = shutil.copytree(archive / "archive", tmp_path / "archive")
        catalog = dl.scan(folder, into=tmp_path / "catalog", progress=True)
    assert catalog.counts["instances"] > 130
    heard.note("repr", repr(catalog))
    with heard.listening("columns added"):
        catalog = catalog.add_columns(["PatientComments", "FlipAngle"], progress=True)
    queries(heard, catalog)
    use(heard, catalog, tmp_path)
    assert not heard.tokens


def use(heard: Heard, catalog: dl.Catalog, to: Path) -> None:
    """Each public way with the tables, the headers and what is found in them."""
    with heard.listening("check"):
        findings = dl.check(catalog)
    heard.note("what findings say", " ".join([*findings["message"], *map(str, findings["evidence"])]))
    heard.note("checks that did not run", str(findings.attrs["not_run"]))
    with heard.listening("drift"):
        drift = dl.find_drift(catalog)
        heard.note("repr of drift", repr(drift))
    with heard.listening("report"):
        dl.write_report(drift, findings, to=to / "report.html")
    for ending in ("csv", "jsonl", "parquet", "sqlite", "json"):
        with heard.listening(f"export {ending}"):
            catalog.export(to / f"all.{ending}")
    with heard.listening("headers"):
        for _ in catalog.read_headers(dl.Columns.only("PatientName", "KVP", "AcquisitionDate")):
            pass
        for _ in catalog.kept_headers():
            pass
        catalog.presence(["KVP", "PatientName"])
    for key in catalog.unmasked.files["file_key"][:9]:
        with heard.listening("one header"):
            dl.read_header(key)
    with heard.listening("cohort"):
        cohort = dl.select(catalog, "KVP > 1").sample(20, seed=1, by="series")
        heard.note("repr of a cohort", repr(cohort))
        cohort.save(to / "cohort.json")
        dl.Cohort.load(to / "cohort.json", catalog)
        cohort.export(to / "cohort.json2", format="dicom-json")
    if not catalog.is_masked:
        with heard.listening("copies"):
            dl.copy_files(cohort, to / "copies", template="readable", progress=True)
    with heard.listening("protocols"):
        reference = dl.Protocol.from_majority(catalog)
        dl.check_protocol(catalog, reference)
        dl.learn_protocols(catalog)
        dl.check_studies(catalog)
        dl.list_devices(catalog)
    views(heard, catalog, drift, findings)
    verbs(heard, to)


def views(heard: Heard, catalog: dl.Catalog, drift: dl.Drift, findings: object) -> None:
    """The Python side of each widget."""
    uid = str(catalog.series["SeriesInstanceUID"].iloc[0])
    made: dict[str, Callable[[], object]] = {
        "Table": lambda: dl.widgets.Table(catalog, "instances", query="x"),
        "SeriesBrowser": lambda: dl.widgets.SeriesBrowser(catalog, findings),
        "CohortBuilder": lambda: dl.widgets.CohortBuilder(catalog),
        "CheckBrowser": lambda: dl.widgets.CheckBrowser(findings, catalog),
        "DriftDashboard": lambda: dl.widgets.DriftDashboard(drift, catalog),
        "TagExplorer": lambda: dl.widgets.TagExplorer(catalog, series=uid),
        "Viewer": lambda: dl.widgets.Viewer(catalog, uid),
    }
    for name, make in made.items():
        with heard.listening(name):
            view = make()
            heard.note(f"{name}, problem", view.problem)
            for gesture in view.gestures:
                view._answer(None, {"kind": gesture, "seq": 1})
                heard.note(f"{name}, {gesture}", view.problem)


def verbs(heard: Heard, to: Path) -> None:
    """The shell's verbs; what `show`, `doctor`, `sql`, `drift` and the like print is data."""
    catalog = str(to / "catalog")
    silent = (
        ["export", catalog, str(to / "again.json"), "--force"],
        ["report", catalog, "--to", str(to / "again.html")],
        ["compact", catalog],
        ["scan", str(to / "archive"), "--into", catalog],
    )
    telling = (
        ["show", catalog],
        ["doctor", str(to / "archive")],
        ["check", catalog],
        ["drift", catalog],
        ["sql", catalog, "SELECT PatientName::INTEGER FROM instances"],
        ["select", catalog, "PatientName::INTEGER = 1"],
    )
    for words in (*silent, *telling):
        with heard.listening(" ".join(words[:1]), prints_data=words in telling):
            app(words, prog_name="dicomlab")
