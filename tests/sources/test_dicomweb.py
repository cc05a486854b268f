"""DICOMweb servers are read patiently, and whatever they do is a row or one sentence."""

from __future__ import annotations

import json
import logging
import pickle
import socket
import threading

import httpx
import pytest

import dicomlab as dl
from dicomlab.errors import EmptyScan, MissingPackage, NoSuchSource, SourceFailed, WrongArgument
from dicomlab.sources import webserver
from dicomlab.sources.dicomweb import DicomwebSource
from dicomlab.sources.engine import open_source
from dicomlab.sources.webserver import AUTHORIZATION, array_items

from .served import studies_of

ALL = 12  # instances of the usual two studies


def listed(url: str, **options: object) -> list[dict]:
    source = DicomwebSource(url, options=options)
    return [row for table in source.listing() for row in table.to_pylist()]


@pytest.fixture
def scan(tmp_path):
    def run(url, into="catalog", **options):
        given = {"jobs": 1, **options}
        return dl.scan(url, into=tmp_path / into, progress=False, **given)

    return run


def test_a_scan_gives_the_tree(odd, scan):
    server = odd(said_of={"1.0.0.0": {"00180060": {"vr": "DS", "Value": [120]}}})
    found = scan(server.url)
    assert found.counts["instances"] == ALL
    assert found.counts["series"] == 4
    base = server.url.removeprefix("dicomweb+")
    row = found.instances.set_index("file_key").loc[f"{base}/studies/1.0/series/1.0.0/instances/1.0.0.0"]
    assert row["KVP"] == 120
    assert set(found.files["source"]) == {base}
    assert found.header(row.name).SOPInstanceUID == "1.0.0.0"
    assert len(server.metadata_asked) == 4  # one request a series


# --- paging ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ways",
    [
        {},
        {"counts": False},
        {"uses_limit": False, "uses_offset": False},
        {"uses_limit": False},
        {"cap": 2},
        {"cap": 1, "counts": False},
    ],
)
def test_every_instance_is_listed_whatever_a_server_makes_of_pages(odd, ways):
    server = odd(studies=studies_of(3, 3, 5), **ways)
    rows = listed(server.url, page=4 if ways.get("uses_limit", True) else 100)
    assert len({row["file_key"] for row in rows}) == len(rows) == 45
    assert not any(row["reason"] for row in rows)


def test_a_server_that_says_how_many_there_are_is_not_asked_twice(odd):
    server = odd(studies=studies_of(1, 1, 5))
    assert len(listed(server.url)) == 5
    assert sorted(path.rpartition("/")[2] for path, _ in server.asked) == [
        "instances",
        "series",
        "studies",
        "studies",
    ]


def test_a_server_that_gives_the_same_page_for_ever_is_told_of(odd):
    server = odd(studies=studies_of(1, 1, 9), uses_offset=False)
    *others, row = listed(server.url, page=3)
    assert len(others) == 3
    assert row["reason"] == "the folder cannot be opened (the server gives the same page again and again)"
    rows = listed(odd(studies=studies_of(5), uses_offset=False).url, page=3)
    cut = [row for row in rows if row["file_key"].endswith("/studies")]
    assert ["the same page" in row["reason"] for row in cut] == [True]
    assert sum("/instances/" in row["file_key"] for row in rows) == 3 * 2 * 3  # what was listed counts


def test_an_empty_server_is_an_empty_scan(odd, scan, tmp_path):
    with pytest.raises(EmptyScan, match="Check the address"):
        scan(odd(studies={}).url)
    with pytest.raises(EmptyScan):
        scan(odd(answer=lambda path, times: (204, {}, b"")).url)
    assert not (tmp_path / "catalog").exists()


# --- parts ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_part_of_a_server_is_scanned_by_its_address(odd, scan):
    server = odd()
    whole = {row["file_key"]: row["stamp"] for row in listed(server.url)}
    for part, many in (("/studies", 12), ("/studies/1.1", 6), ("/studies/1.1/series/1.1.0/", 3)):
        rows = listed(server.url + part)
        assert len(rows) == many
        assert all(whole[row["file_key"]] == row["stamp"] for row in rows)
    assert scan(f"{server.url}/studies/1.1").counts["instances"] == 6
    assert scan(server.url).counts["instances"] == ALL


def test_what_is_asked_for_reaches_the_server_and_not_the_catalog(odd, scan, tmp_path):
    server = odd()
    found = scan(f"{server.url}?PatientID=SECRET-7&ModalitiesInStudy=CT")
    assert {"PatientID": "SECRET-7", "ModalitiesInStudy": "CT"}.items() <= server.asked[0][1].items()
    (source,) = set(found.files["source"])
    assert "?ModalitiesInStudy&PatientID~" in source
    kept = b"".join(p.read_bytes() for p in (tmp_path / "catalog").rglob("*") if p.is_file())
    assert b"SECRET-7" not in kept


@pytest.mark.slow
def test_two_questions_do_not_push_each_other_out(odd, scan):
    server = odd()
    server.answer = lambda path, times: (
        (200, {}, json.dumps([server._study("1.1")]).encode()) if path == "/web/studies" and hide else None
    )
    hide = True
    assert scan(f"{server.url}?PatientID=A").counts["instances"] == 6
    server.answer = lambda path, times: (
        (200, {}, json.dumps([server._study("1.0")]).encode()) if path == "/web/studies" else None
    )
    assert scan(f"{server.url}?PatientID=B").counts["instances"] == 12


# --- scanning again -------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_is_known_is_not_read_again_until_its_patient_is_corrected(odd, scan):
    server = odd()
    scan(server.url)
    server.asked.clear()
    scan(server.url)
    assert not server.metadata_asked
    server.studies["1.0"]["1.0.0"].append("1.0.0.9")
    del server.studies["1.1"]
    assert scan(server.url).counts["instances"] == 7
    assert len(server.metadata_asked) == 1
    server.asked.clear()
    server.study_says = {"00100020": {"vr": "LO", "Value": ["right"]}}
    assert set(scan(server.url).instances["PatientID"]) == {"right"}
    assert len(server.metadata_asked) == 2


# --- servers that fail ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503, 504])
def test_a_busy_server_is_asked_again(odd, scan, status):
    def busy(path, times):
        return (status, {"Retry-After": "0"}, b"") if times <= 2 else None

    assert scan(odd(answer=busy).url).counts["instances"] == ALL


def test_the_wait_is_what_the_server_asks_for_or_grows(monkeypatch):
    assert webserver._wait(1, 7.0) == 7.0
    assert webserver._wait(1, 7_000.0) == webserver.MOST_WAIT
    assert webserver._wait(1, None) <= 0.625 <= 0.75 <= webserver._wait(2, None)
    assert webserver._retry_after("12") == 12
    assert webserver._retry_after("Wed, 21 Oct 2015 07:28:00 GMT") < 0
    assert webserver._retry_after("soon") is None
    assert webserver._wait(2, -5.0) == 0


@pytest.mark.slow
def test_a_series_that_fails_costs_only_its_own_instances_and_is_tried_again(odd, scan):
    server = odd(
        answer=lambda path, times: (500, {}, b"patient X") if path.endswith("1.0.1/metadata") else None
    )
    found = scan(server.url)
    assert found.counts["instances"] == 9
    assert found.errors["reason"].tolist() == ["the file cannot be opened (the server failed, 500)"] * 3
    server.answer = lambda path, times: None
    server.asked.clear()
    assert scan(server.url).counts["instances"] == ALL
    assert len(server.metadata_asked) == 1


@pytest.mark.slow
def test_a_study_that_cannot_be_listed_today_keeps_its_rows(odd, scan):
    server = odd()
    scan(server.url)
    server.answer = lambda path, times: (500, {}, b"") if path.endswith("/1.0/series") else None
    found = scan(server.url)
    assert found.counts["instances"] == ALL
    assert found.errors["reason"].tolist() == ["the folder cannot be opened (the server failed, 500)"]
    server.answer = lambda path, times: (403, {}, b"") if path.endswith("/1.0.0/instances") else None
    assert scan(server.url).counts["instances"] == ALL


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b"<html>log in</html>", 9),
        (b'{"message": "no"}', 9),
        (b"[" * 100_000, 9),
        (b"", 9),
        (b"[]", 9),
        (b"[1, null, {}, []]", 9),
        (b"\xff\xfe\x00", 9),
    ],
)
def test_an_answer_that_is_no_dicom_json_is_a_reason(odd, scan, body, left):
    server = odd(answer=lambda path, times: (200, {}, body) if path.endswith("1.0.1/metadata") else None)
    found = scan(server.url)
    assert found.counts["instances"] == left
    assert len(found.errors) == 3
    assert found.errors["reason"].str.contains("the server's").all()


def test_of_an_answer_that_breaks_off_the_beginning_counts(odd, scan):
    server = odd(studies=studies_of(1, 1, 3))
    whole = json.dumps(server._found(["studies", "1.0", "series", "1.0.0", "metadata"], {})).encode()
    cut = whole[: whole.index(b"1.0.0.2") + 3]
    server.answer = lambda path, times: (200, {}, cut) if path.endswith("metadata") else None
    found = scan(server.url)
    assert found.counts["instances"] == 2
    assert len(found.errors) == 1


@pytest.mark.slow
def test_a_connection_that_is_lost_within_an_answer_is_made_again(odd, scan):
    server = odd(studies=studies_of(1, 1, 3))
    whole = json.dumps(server._found(["studies", "1.0", "series", "1.0.0", "metadata"], {})).encode()
    lost = (200, {"Content-Length": str(len(whole)), "Connection": "close"}, whole[:-100])
    server.answer = lambda path, times: lost if path.endswith("metadata") and times == 1 else None
    assert scan(server.url).counts["instances"] == 3
    server.answer = lambda path, times: lost if path.endswith("metadata") else None
    found = scan(server.url, "other")
    assert found.counts["instances"] == 2
    assert found.errors["reason"].tolist() == [
        "the file cannot be opened (the connection to the server was lost)"
    ]


def test_a_server_that_names_nothing_is_told_of(odd):
    nameless = json.dumps(
        [{"00080060": {"vr": "CS", "Value": ["CT"]}}, {"00080018": {"Value": [".."]}}]
    ).encode()
    server = odd(answer=lambda path, times: (200, {}, nameless) if path.endswith("1.0.0/instances") else None)
    rows = listed(server.url)
    reasons = [row["reason"] for row in rows if row["reason"]]
    assert len(rows) == 10
    assert reasons == ["the folder cannot be opened (the server names 1 instances without UID)"]


def test_a_hostile_uid_stays_within_its_address(odd):
    server = odd(studies={"1/../../secret": {"a b?c#d": ["<x>"]}})
    listed(server.url)
    paths = [path for path, _ in server.asked]
    assert "/web/studies/1%2F..%2F..%2Fsecret/series" in paths
    assert all(path.startswith("/web/studies") for path in paths)


def test_a_server_that_is_silent_is_given_up(odd):
    server, server_waits = odd(studies=studies_of(1, 1, 2)), threading.Event()
    server.answer = lambda path, times: (server_waits.wait(5), None)[1] if path.endswith("metadata") else None
    try:
        found = listed(server.url)
        source = DicomwebSource(server.url, options={"timeout": 0.2, "attempts": 2})
        heads = list(source.heads([row["file_key"] for row in found], [None] * 2))
        for head in heads:
            with pytest.raises(OSError, match="did not answer in time"):
                head.read(10)
        assert len(server.metadata_asked) == 2
    finally:
        server_waits.set()


def test_a_server_that_is_not_there_is_one_sentence(scan, monkeypatch):
    monkeypatch.setattr(webserver, "FIRST_WAIT", 0.001)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"dicomweb+http://127.0.0.1:{held.getsockname()[1]}/web"
        with pytest.raises(SourceFailed, match="cannot be listed: the server cannot be reached"):
            scan(url)


def test_a_server_that_sends_elsewhere_gets_no_password_there(odd):
    other = odd()
    server = odd(answer=lambda path, times: (302, {"Location": other.url[9:] + "/studies"}, b""))
    with pytest.raises(SourceFailed, match="sends us to another address, 302"):
        listed(server.url, headers={"X-Key": "secret"})
    assert not other.asked


# --- who may read ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_password_comes_from_the_options_or_the_environment(odd, scan, monkeypatch, tmp_path):
    server = odd(authorization="Bearer invented-secret")
    with pytest.raises(SourceFailed, match=r"access is denied, 401\. docs/sources.md says") as caught:
        scan(server.url)
    assert "127.0.0.1" in str(caught.value)
    headers = {"Authorization": "Bearer invented-secret"}
    assert scan(server.url, storage_options={"headers": headers}).counts["instances"] == ALL
    monkeypatch.setenv(AUTHORIZATION, "Bearer invented-secret")
    assert scan(server.url, "other").counts["instances"] == ALL
    kept = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert b"invented-secret" not in kept


def test_nothing_that_is_asked_is_logged(odd, caplog):
    server = odd()
    with caplog.at_level(logging.INFO):
        rows = listed(f"{server.url}?PatientName=Doe", headers={"Authorization": "Bearer invented-secret"})
        httpx.get(f"{odd().url[9:]}/studies?limit=1&offset=0", trust_env=False)
    assert len(rows) == ALL
    assert "Doe" not in caplog.text
    assert "invented-secret" not in caplog.text
    assert len(caplog.records) == 1  # what others ask for is logged as ever
    assert not logging.getLogger("httpx").filters


def test_a_source_is_sent_to_workers_and_shows_no_secret(odd, monkeypatch):
    server = odd()
    options = {"headers": {"Authorization": "Bearer invented-secret"}}
    source = pickle.loads(pickle.dumps(DicomwebSource(server.url, options=options)))
    assert sum(table.num_rows for table in source.listing()) == ALL
    assert "invented-secret" not in repr(source) + repr(vars(source))
    with pytest.raises(OSError, match="not opened as a file"):
        source.open("any")


def test_several_series_are_on_their_way_at_a_time(odd, scan):
    server = odd(studies=studies_of(4, 2, 2), seconds=0.05)
    found = scan(server.url, jobs=2, storage_options={"connections": 3})
    assert found.counts["instances"] == 16
    assert 2 <= server.most <= 3


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("dicomweb+https://", "is no address of DICOMweb"),
        ("dicomweb+https://host/web/studies/1.2/other", None),
        ("dicomweb+https://u:p@host/web", "holds a user name or a password"),
        ("dicomweb+http://host/web?limit=3", "Leave out limit and offset"),
        ("dicomweb://host/web", "is of no kind that can be scanned"),
    ],
)
def test_addresses_that_are_none_are_refused(url, said):
    if said is None:
        assert open_source(url).root == "https://host/web/studies/1.2/other"
        return
    with pytest.raises(NoSuchSource, match=said):
        open_source(url)


def test_settings_that_are_none_are_refused(odd):
    with pytest.raises(WrongArgument, match="'headers', 'timeout'"):
        DicomwebSource("dicomweb+http://host/web", options={"header": {"a": "secret"}})
    with pytest.raises(WrongArgument, match="a whole number from 1"):
        DicomwebSource("dicomweb+http://host/web", options={"page": 0})
    with pytest.raises(SourceFailed, match="cannot be spoken to with these settings"):
        listed("dicomweb+http://127.0.0.1:9/web", verify="/nowhere.pem")
    with pytest.raises(SourceFailed, match="cannot be spoken to with these settings"):
        listed("dicomweb+http://127.0.0.1:9/web", headers={"a": 1})


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(webserver, "find_spec", lambda name: None)
    with pytest.raises(MissingPackage, match=r'needs httpx: pip install "dicomlab\[web\]"'):
        open_source("dicomweb+https://host/web")


# --- JSON as it arrives ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_items_come_one_by_one_however_the_bytes_arrive(size):
    items = [{"a": "ä" * n, "b": [{"c": n}, "]},{["]} for n in range(40)]
    data = "\ufeff \n".encode() + json.dumps(items, ensure_ascii=False, indent=1).encode()
    assert list(array_items(data[i : i + size] for i in range(0, len(data), size))) == items


def test_an_item_is_given_before_the_rest_arrives():
    def arriving():
        yield b'[{"a": 1}' + b" " * 1000
        raise AssertionError("more was asked for")

    assert next(array_items(arriving())) == {"a": 1}


@pytest.mark.parametrize("data", [b"", b"{}", b"[", b"[1", b'[{"a": ', b"[1,2", b"nothing", b"[}]"])
def test_what_is_no_array_is_refused(data):
    with pytest.raises(ValueError, match=r"no array|does not end"):
        list(array_items([data]))


def test_an_item_without_end_is_not_held(monkeypatch):
    monkeypatch.setattr(webserver, "MOST_TEXT", 200_000)
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield b'["' + b"x" * 65_536

    with pytest.raises(ValueError, match="too long"):
        list(array_items(endless()))
    assert len(taken) < 10


# --- the shell ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_shell_scans_servers_and_looks_into_them(odd, tmp_path):
    from typer.testing import CliRunner

    from dicomlab.cli.main import app

    server = odd()
    ran = CliRunner().invoke(
        app, ["scan", f"{server.url}?PatientID=SECRET-7", "--into", str(tmp_path / "c"), "--json"]
    )
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["counts"]["instances"] == ALL
    again = CliRunner().invoke(
        app, ["scan", server.url, "--into", str(tmp_path / "c")], env={"COLUMNS": "200"}
    )
    assert "12 files, nothing new" in again.stdout
    looked = CliRunner().invoke(app, ["doctor", server.url, "--json"])
    assert json.loads(looked.stdout)["status"] == {"read": ALL}
    assert "SECRET-7" not in ran.output + again.output + looked.output
    server.answer = lambda path, times: (403, {}, b"")
    refused = CliRunner().invoke(app, ["scan", server.url, "--into", str(tmp_path / "c")])
    assert refused.exit_code == 4
    assert "access is denied, 403" in " ".join(refused.stderr.split())
