"""Whatever a public function is called with, what is wrong is said in one sentence of our own."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.arguments import as_list, came, checked_arguments
from dicomlab.errors import DicomlabError, MissingColumn, WrongArgument, WrongCall, WrongKind
from dicomlab.refusals import Refused
from tests.build import write_archive

ROOMS = tuple("dicomlab dicomlab.plots dicomlab.demo dicomlab.widgets dicomlab.drift dicomlab.report".split())
NOT_CHECKED = {"dicomlab.list_checks", "dicomlab.drift.ShiftedDates", "dicomlab.drift.NoLimits"}
"""What takes nothing, and errors."""


class Made:
    """Something of each kind that a public function takes, of one small archive."""

    def __init__(self, home: Path):
        self.home = home
        self.catalog = dl.scan(write_archive(home / "archive"), into=home / "catalog", progress=False)
        self.cohort = dl.select(self.catalog, "Modality = 'CT'")
        self.drift = dl.find_drift(self.catalog)
        self.findings = dl.check(self.catalog)
        self.uid = str(self.catalog.series["SeriesInstanceUID"].iloc[0])
        self.file = str(self.catalog.files["file_key"].iloc[0])
        self.protocol = dl.Protocol.from_series(self.catalog, self.uid)
        self.valid: dict[str, Any] = {
            "catalog": self.catalog,
            "catalog_or_series": self.catalog,
            "cohort": self.cohort,
            "drift": self.drift,
            "where": "KVP > 1",
            "query": "SELECT 1 AS a",
            "text": "SELECT 1 AS a",
            "reference": self.protocol,
            "path": home / "out",
            "to": home / "out.csv",
            "file": self.file,
            "source": home / "archive",
            "table": "series",
            "columns": ["KVP"],
            "key": self.file,
            "version": self.catalog.version,
            "keywords": ["KVP"],
            "paths": [],
            "why": "so",
            "n": 1,
            "seed": 1,
            "shares": {"a": 0.5},
            "said": self.protocol.to_dict(),
            "row": dl.read_header(self.file),
            "device": "CT",
            "parameter": "KVP",
            "findings": self.findings,
            "change_id": "C001",
            "seen": home / "seen.csv",
            "baselines": home / "b.json",
            "tolerances": {"KVP": 0.1},
            "header": "image",
            "field": "x",
            "name": "x",
            "creator": "X",
            "group": 0x19,
            "element": 1,
            "frozen": self.drift.signals,
            "signals": self.drift.signals,
            "rows": [],
            "acquisitions": (),
            "recipe": "basic",
        }

    @property
    def own(self) -> dict[str, dict[str, Any]]:
        """Where a word means something else than elsewhere, by function."""
        catalog, step = self.catalog, self.cohort.step
        frames = dict.fromkeys(vars(self.drift), self.drift.signals)
        return {
            "deidentify": {"to": self.home / "shared"},
            "Key.open": {"path": self.home / "no.key"},
            "Catalog": {"where": catalog.path, "state": catalog._state},
            "Catalog.read_headers": {"columns": dl.Columns.only("KVP")},
            "Cohort": {"step": step},
            "Columns.add_path": {"path": "PatientName"},
            "Drift": frames,
            **{one: {"source": catalog} for one in ("SeriesBrowser", "Table")},
            **{one: {"source": self.file} for one in ("TagExplorer", "Viewer")},
        }

    def object_of(self, kind: type) -> Any:
        """An object whose methods can be called."""
        arguments = {
            "Table": (self.catalog,),
            "SeriesBrowser": (self.catalog,),
            "CohortBuilder": (self.catalog,),
            "CheckBrowser": (self.findings, self.catalog),
            "DriftDashboard": (self.drift, self.catalog),
            "TagExplorer": (self.file,),
            "Viewer": (self.file,),
            "Columns": (),
            "Key": (),
            "Recipe": (),
        }
        ready = {
            "Catalog": self.catalog,
            "Cohort": self.cohort,
            "Drift": self.drift,
            "Protocol": self.protocol,
        }
        return ready.get(kind.__name__) or kind(*arguments[kind.__name__])

    def arguments(self, call: Callable[..., Any]) -> dict[str, Any]:
        """Arguments that fit, for those that must be given."""
        given = {}
        for one in inspect.signature(call).parameters.values():
            if one.name == "progress":
                given["progress"] = False
            elif one.default is one.empty and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL):
                own = self.own.get(call.__qualname__.removesuffix(".__init__"), {})
                given[one.name] = {**self.valid, **own}[one.name]  # a new one needs a line in `valid`
        return given


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Made:
    return Made(tmp_path_factory.mktemp("made"))


def public() -> Iterator[tuple[str, Any, str]]:
    """Every public function, class, and method: its name, what it is a part of, and its own name."""
    for room in ROOMS:
        module = importlib.import_module(room)
        for name in sorted(set(module.__all__)):
            thing = getattr(module, name)
            if f"{room}.{name}" in NOT_CHECKED or not getattr(thing, "__module__", "").startswith("dicomlab"):
                continue
            if inspect.isfunction(thing) or inspect.isclass(thing):
                yield f"{room}.{name}", module, name
            if inspect.isclass(thing):
                for method, own in vars(thing).items():
                    if (
                        not method.startswith("_")
                        and callable(getattr(thing, method))
                        and not inspect.isclass(own)
                    ):
                        yield f"{room}.{name}.{method}", thing, method


PUBLIC = list(public())
CASES = pytest.mark.parametrize(("name", "owner", "own"), PUBLIC, ids=[name for name, *_ in PUBLIC])


def called(made: Made, owner: Any, own: str) -> Callable[..., Any]:
    found = getattr(owner, own)
    if inspect.isclass(owner):
        return getattr(made.object_of(owner), own)
    return found


def wrong_ways(made: Made, call: Callable[..., Any], wrong: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Calls in which one argument is wrong, by its name."""
    base = made.arguments(call)
    for one in inspect.signature(call).parameters.values():
        if one.kind is one.VAR_KEYWORD:
            continue
        if one.kind is one.VAR_POSITIONAL:
            yield one.name, lambda: call(wrong, **base)
        else:
            yield one.name, lambda name=one.name: call(**{**base, name: wrong})


def said(work: Callable[[], Any]) -> str:
    """The sentence of our own that is raised; empty where it works. Anything else is raised on."""
    try:
        result = work()
        if inspect.isgenerator(result):
            next(result, None)
    except DicomlabError as error:
        return str(error)
    return ""


@CASES
def test_what_fits_nothing_is_refused_by_name_and_without_its_value(made, name, owner, own):
    class Secret:
        def __repr__(self) -> str:
            raise AssertionError("nobody needs its value")

    call = called(made, owner, own)
    for argument, work in wrong_ways(made, call, Secret()):
        sentence = said(work)
        assert argument in sentence or "drift" in sentence, (name, argument, sentence)
        assert "Secret" in sentence
        assert "\n" not in sentence


WRONG = {
    "None": None,
    "a number": -1,
    "nan": float("nan"),
    "a text": "no such thing",
    "a NUL": "a\0b",
    "bytes": b"\xff",
    "a dict": {},
    "an item that is wrong": ["KVP", None],
    "a class": dict,
    "a frame": pd.DataFrame({"x": [1]}),
    "a series": pd.Series([1, 2]),
    "a log with a bad date": pd.DataFrame({"device": ["a"], "date": ["soon"]}),
    "a path": Path("nowhere"),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", WRONG)
def test_no_wrong_argument_ends_in_an_error_of_another_package(made, what, monkeypatch, tmp_path, recwarn):
    monkeypatch.chdir(tmp_path)
    for name, owner, own in PUBLIC:
        if name.endswith("make_fleet"):  # takes minutes where it works
            continue
        for _, work in wrong_ways(made, called(made, owner, own), WRONG[what]):
            assert "\n" not in said(work)


@pytest.mark.parametrize(
    ("work", "sentence"),
    [
        (
            lambda m: dl.check(m.cohort),
            "check: 'catalog' must be a catalog, not a cohort. Give cohort.catalog.",
        ),
        (lambda m: dl.check(m.catalog.series), "check: 'catalog' must be a catalog, not a DataFrame."),
        (
            lambda m: dl.widgets.TagExplorer(m.cohort),
            "or a catalog or .*, not a cohort. Give cohort.catalog.",
        ),
        (lambda m: dl.select(m.catalog, None), "select: 'where' must be a text, not None."),
        (
            lambda m: dl.write_report(m.drift, to=5),
            "write_report: 'to' must be a text or a path, not a number.",
        ),
        (lambda m: dl.plots.timeline(m.catalog), "must be what find_drift gives, not a catalog."),
        (lambda m: m.catalog.read("series", [3]), "not a list in which item 1 is a number"),
        (
            lambda m: dl.widgets.Table(m.catalog, query=5),
            "Table: 'query' must be a unicode string, not a number",
        ),
        (lambda m: dl.widgets.Viewer(m.catalog, series=3), "must be a SeriesInstanceUID, or a row of"),
        (
            lambda m: dl.scan(m.home / "archive", colums=[]),
            "scan has no argument 'colums'. Did you mean 'columns'?",
        ),
        (
            lambda m: dl.select(m.catalog),
            "select: missing a required argument: 'where'. It takes: catalog, where",
        ),
    ],
)
def test_the_sentence_says_what_is_meant_and_what_came(made, work, sentence):
    with pytest.raises((WrongKind, WrongCall), match=sentence):
        work(made)


@pytest.mark.slow
def test_the_path_of_a_catalog_stands_for_the_catalog(made):
    path = made.home / "catalog"
    assert len(dl.check(path)) == len(dl.check(str(path))) == len(made.findings)
    assert dl.select(path, "Modality = 'CT'").counts == made.cohort.counts
    assert dl.widgets.Table(str(path), "series").total == len(made.catalog.series)


def test_a_cohort_and_a_row_can_be_looked_at(made):
    assert dl.widgets.Table(made.cohort, "series").total == len(made.cohort.series)
    row = made.catalog.series.iloc[0]
    assert (
        dl.widgets.Viewer(made.catalog, series=row).n_files
        == dl.widgets.Viewer(made.catalog, made.uid).n_files
    )


def test_one_text_is_one_of_a_list_everywhere(made):
    assert made.catalog.read("series", "KVP").columns.tolist() == ["KVP"]
    assert made.catalog.presence("KVP").shape == made.catalog.presence(["KVP"]).shape
    assert dl.check(made.catalog, "bad-uid").attrs["run"] == ["bad-uid"]
    assert dl.Columns.only(["KVP", "EchoTime"]).names == dl.Columns.only("KVP", "EchoTime").names
    assert as_list("KVP") == ["KVP"]


def test_what_the_system_refuses_is_still_pythons_own_error(made, tmp_path):
    with pytest.raises(Refused, match=r"write_report: \S+ cannot be used: Is a directory") as caught:
        dl.write_report(made.drift, to=tmp_path)
    assert isinstance(caught.value, IsADirectoryError)
    with pytest.raises(FileNotFoundError, match="cannot be used: No such file or directory"):
        dl.list_devices(made.catalog, tmp_path / "nowhere.csv")


def test_what_came_is_told_by_its_kind():
    given = ["Doe^John", 5, None, True, [1], (1,), {"Doe": 1}, b"Doe", Path("Doe"), int, pd.DataFrame()]
    words = "a text,a number,None,True or False,a list,a tuple,a dict,bytes,a path,a class,a DataFrame"
    assert ",".join(map(came, given)) == words


def test_a_checked_function_is_the_function_of_its_module(made):
    assert dl.open_catalog.__globals__ is importlib.import_module("dicomlab.catalog.catalog").__dict__
    assert list(inspect.signature(dl.select).parameters) == ["catalog", "where", "level", "why"]

    @checked_arguments(items="Iterable[int]")
    def total(items: Any) -> int:
        return sum(items)

    assert total(n for n in (1, 2)) == total([1, 2]) == 3
    with pytest.raises(WrongKind, match="'items' must be a list of whole numbers"):
        total(pd.DataFrame({1: [2]}))


@pytest.mark.parametrize(
    ("work", "meant"),
    [
        (lambda c: c.read("series", ["KPV"]), "Did you mean 'KVP'"),
        (lambda c: c.read("serie"), "Did you mean 'series'"),
        (lambda c: c.sql("SELECT kvpp FROM series"), "Did you mean 'KVP'"),
        (lambda c: c.sql("SELECT s.KPV FROM series s"), "Did you mean 'KVP'"),
        (lambda c: c.sql("SELECT KVP FROM serie"), "Did you mean 'series'"),
        (lambda c: c.sql("SELECT cout(*) FROM series"), "Did you mean 'count'"),
        (lambda c: c.read("series", where="Slice_Thicknes > 1"), "Did you mean 'SliceThickness'"),
        (lambda c: list(c.read_headers(dl.Columns.only("KVP"), "SliceThicknes > 1")), "'SliceThickness'"),
        (lambda c: list(c.blocks("SELECT KPV FROM instances")), "Did you mean 'KVP'"),
        (lambda c: dl.select(c, "SliceThicknes > 1"), "Did you mean 'SliceThickness'"),
        (lambda c: dl.select(c, "KVP > 1").keep("SliceThicknes > 1"), "Did you mean 'SliceThickness'"),
        (lambda c: dl.select(c, "KVP > 1").sql("SELECT KPV FROM series"), "Did you mean 'KVP'"),
        (lambda c: dl.find_drift(c, parameters=["KPV"]), "Did you mean 'KVP'"),
        (lambda c: dl.find_drift(c, strata=["BodyPartExamind"]), "Did you mean 'BodyPartExamined'"),
        (lambda c: dl.learn_protocols(c, by=["Manufacturr"]), "Did you mean 'Manufacturer'"),
        (lambda c: dl.Columns.only("KPV"), "Did you mean 'KVP'"),
        (lambda c: c.export("x.csv", columns=["KPV"]), "Did you mean 'KVP'"),
        (lambda c: dl.check(c, "missing-slice"), "Did you mean 'missing-slices'"),
        (lambda c: c.sql("SELECT 1 FROM series WHERE Modality = MR"), "single quotes: Modality = 'MR'"),
        (lambda c: c.read("series", where="Modality = MR"), "single quotes: Modality = 'MR'"),
        (lambda c: c.read("series", where='Modality = "MR"'), "single quotes: Modality = 'MR'"),
        (lambda c: c.read("series", where="Modality in (MR, CT)"), r"single quotes: Modality IN \('"),
        (lambda c: dl.select(c, "modality != MR"), "single quotes: Modality != 'MR'"),
    ],
)
def test_a_name_that_is_mistyped_is_answered_with_the_right_one(made, work, meant):
    with pytest.raises(DicomlabError, match=meant):
        work(made.catalog)


@pytest.mark.slow
def test_masked_tables_answer_the_same(made):
    with pytest.raises(DicomlabError, match="Did you mean 'KVP'"):
        made.catalog.masked.sql("SELECT KPV FROM series")


def test_errors_show_no_control_character():
    for error in (MissingColumn("a\x1b[31m", ["b"]), WrongArgument("x", "\x9b\u202e", ["y"])):
        assert str(error).isprintable()
