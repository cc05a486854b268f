import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest
from matplotlib import pyplot

import dicomlab
from dicomlab.drift.signals.signal import signal_id
from dicomlab.errors import WrongArgument
from dicomlab.report import engine
from dicomlab.report.engine import to_html, write_report

VOID = {"meta", "link", "img", "br", "hr", "input"}
EMPTY = {"devices": (), "faults": ()}


class Page(HTMLParser):
    """What a page is made of: its tags with their attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in {"td", "th", "li", "dd"}:
            self.text.append(" ")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if not {"style"} & set(self.open):
            self.text.append(data)

    def all(self, *names):
        return [attrs for tag, attrs in self.tags if tag in names]

    @property
    def words(self):
        return " ".join("".join(self.text).split())


def report(*results, tmp_path, **more):
    return Page(write_report(*results, to=tmp_path / "r.html", **more).read_text("utf-8"))


def test_the_first_words_say_how_many_and_where_to_look(page):
    assert "2 devices, 2 findings (3 changes) since 1 Jan 2024: look at CT-01 first." in Page(page).words


def test_findings_stand_worst_first(page):
    words = Page(page).words
    assert words.index("CTDIvol in Abdomen: +18 %") < words.index("XRayTubeCurrent in Abdomen: +30 %")


def test_every_device_has_a_section_that_the_fleet_links_to(page):
    parsed = Page(page)
    ids = {attrs["id"] for _, attrs in parsed.tags if "id" in attrs}
    links = {attrs["href"] for attrs in parsed.all("a")}
    assert {link.removeprefix("#") for link in links} <= ids
    assert {"#r1-device-1", "#r1-device-2"} <= links


def test_the_report_says_what_was_not_monitored_and_why(page):
    words = Page(page).words
    assert "Not monitored in the whole fleet, and why" in words
    assert "fewer than 25 acquisitions in the baseline 4 CTDIvol, XRayTubeCurrent" in words


def test_the_report_states_settings_version_date_and_command(page):
    words = Page(page).words

    assert "baseline_days 180 Length of the baseline." in words
    assert f"dicomlab {dicomlab.__version__}" in words
    assert date.today().isoformat() in words
    assert "dicomlab report CATALOG --to drift.html" in words


def test_the_report_says_how_many_alarms_to_expect_from_chance(page):
    # Two devices from day 180 to day 539.
    words = Page(page).words
    assert "0.5 false alarms per device and year" in words
    assert re.search(r"watched for 1\.9\d device-years .* about 0\.9\d of the alarms", words)


def test_a_coincidence_is_never_called_a_cause(page):
    words = Page(page).words
    assert "coincides with an event does not make the event the cause" in words
    assert "by chance, 1.6 % of all days lie as near" in words
    assert "caused by" not in words


def test_nothing_is_loaded_from_anywhere(page):
    parsed = Page(page)
    assert not parsed.all("script", "link", "iframe", "object", "embed", "base", "form")
    assert {attrs["src"].partition(",")[0] for attrs in parsed.all("img")} == {"data:image/png;base64"}
    assert all(attrs["href"].startswith("#") for attrs in parsed.all("a"))
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    policy = next(a["content"] for a in parsed.all("meta") if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'")


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}\u202e\x00"


@pytest.mark.slow
@pytest.mark.parametrize("where", ["station", "device", "stratum", "event", "cause", "fleet"])
def test_hostile_values_show_up_as_text(made, tmp_path, where):
    device = HOSTILE if where == "device" else "CT-01"
    stratum = HOSTILE if where == "stratum" else "Abdomen"
    cause = HOSTILE if where == "cause" else ""
    events = ((device, 100, "service" if where != "event" else HOSTILE, HOSTILE),)
    fault = made.Fault(device, "CTDIvol", 300, stratum=stratum, cause=cause)
    recipe = made.Made(
        devices=(device,),
        strata=(stratum,),
        faults=(fault,),
        events=events,
        station=HOSTILE,
        fleet={"Manufacturer": HOSTILE, "ManufacturerModelName": HOSTILE, "software": HOSTILE},
        parameters=("CTDIvol",),
    )
    parsed = report(made.make_drift(recipe), tmp_path=tmp_path, title=HOSTILE)
    assert not parsed.all("script")
    assert all("onerror" not in attrs for attrs in parsed.all("img"))
    assert "<script>alert(1)</script>" in parsed.words
    assert "{{ 7*7 }}" in parsed.words
    assert not {"\u202e", "\x00"} & set("".join(parsed.text))


def test_every_picture_has_words_and_a_size(page):
    for picture in Page(page).all("img"):
        assert len(picture["alt"]) > 20
        assert int(picture["width"]) > 600
        assert int(picture["height"]) > 100


def test_headings_go_down_one_step_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in Page(page).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(low <= high + 1 for high, low in pairwise(levels))


def test_tables_are_readable_by_machines_that_read_aloud(page):
    parsed = Page(page)
    assert parsed.all("html") == [{"lang": "en"}]
    assert len(parsed.all("caption")) == len(parsed.all("table")) > 5
    assert all("scope" in attrs for attrs in parsed.all("th"))


def _contrast(first, second):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([light(first), light(second)])
    return (high + 0.05) / (low + 0.05)


def test_every_ink_can_be_read_on_its_paper_by_day_by_night_and_in_print(page):
    themes = [
        dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", page, re.S)
    ]
    assert len(themes) == 3
    for theme in themes:
        for ink in ("ink", "soft", "link", "now", "soon", "note", "fine"):
            assert _contrast(theme[ink], theme["paper"]) >= 4.5, ink
        assert _contrast(theme["ink"], theme["wash"]) >= 4.5


def test_identifiers_of_series_stand_beside_the_report_and_not_in_it(drift, tmp_path):
    marked = replace(drift, points=drift.points.assign(series="1.2.840.99999"))
    html = write_report(marked, to=tmp_path / "r.html").read_text("utf-8")
    assert "1.2.840" not in html
    rows = pd.read_csv(tmp_path / "r-rows.csv")
    assert set(rows["finding"]) == {"F1", "F3"}
    assert set(rows["series"]) == {"1.2.840.99999"}
    assert "F1 in r-rows.csv" in Page(html).words
    assert "SeriesInstanceUID is no name, but leads to the patient" in Page(html).words


@pytest.mark.slow
def test_a_report_without_rows_writes_none_and_names_none(drift, tmp_path):
    html = write_report(drift, to=tmp_path / "r.html", rows=False).read_text("utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]
    assert "rows.csv" not in html


def test_every_finding_says_what_to_check(page):
    assert len([a for a in Page(page).all("p") if a.get("class") == "check"]) == 2
    assert "Begin with ConvolutionKernel, which was set otherwise from then on" in Page(page).words
    assert "Compare the dose modulation of the protocol" in Page(page).words


def test_what_was_decided_stands_apart_with_its_note(made, tmp_path):
    faults = (
        made.Fault(
            "CT-01", "CTDIvol", 300, decision="accepted", note="New <b>low-dose</b> protocol", severity=3
        ),
        made.Fault("CT-02", "XRayTubeCurrent", 240),
    )
    words = report(made.make_drift(made.Made(faults=faults)), tmp_path=tmp_path).words
    assert "1 change since 1 Jan 2024, 1 finding decided before: look at CT-02 first." in words
    open_ones, decided = words.split("Decided before")
    assert "CTDIvol in Abdomen" not in open_ones
    assert "accepted CT-01 : CTDIvol in Abdomen: +18 %" in decided.replace("CT-01:", "CT-01 :")
    assert "1 accepted: New <b>low-dose</b> protocol." in decided


def test_a_fleet_of_decided_findings_is_quiet(made, tmp_path):
    faults = (made.Fault("CT-01", "CTDIvol", 300, decision="rejected"),)
    words = report(made.make_drift(made.Made(faults=faults)), tmp_path=tmp_path).words
    assert "2 devices, no change found since 1 Jan 2024, 1 finding decided before" in words
    assert "1 rejected, without a note." in words


def test_a_change_that_sisters_share_is_one_line(made, tmp_path):
    faults = tuple(made.Fault(f"CT-0{n}", "CTDIvol", 300 + n, fleet_event="E01") for n in (1, 2))
    words = report(made.make_drift(made.Made(faults=faults)), tmp_path=tmp_path).words
    assert "E01: CTDIvol +18 %, 28 Oct 2024 to 29 Oct 2024, on CT-01, CT-02 (SOMATOM Force)." in words
    assert words.count("Shared with sister machines: E01.") == 2


def test_a_kind_of_tomorrow_is_shown_without_a_chart(made, tmp_path):
    drift = made.make_drift(made.Made(faults=(made.Fault("CT-01", "CTDIvol", 300, kind="gap"),)))
    gap = drift.changes.assign(
        signal_id="", parameter="", stratum="all", before=float("nan"), after=float("nan")
    )
    parsed = report(replace(drift, changes=gap.assign(effect=float("nan"))), tmp_path=tmp_path)
    assert "CT-01: gap from 27 Oct 2024." in parsed.words
    assert not [a for a in parsed.all("img") if a["alt"].startswith("Control chart")]


@pytest.mark.slow
def test_findings_beyond_ten_stand_in_a_table(made, tmp_path):
    faults = tuple(made.Fault("CT-01", "CTDIvol", 200 + 20 * i) for i in range(13))
    words = report(made.make_drift(made.Made(faults=faults)), tmp_path=tmp_path).words
    assert "3 more findings of CT-01, of lower rank" in words


@pytest.mark.slow
def test_a_quiet_fleet_is_said_to_be_quiet(made, tmp_path):
    words = report(made.make_drift(made.Made(faults=())), tmp_path=tmp_path).words
    assert "2 devices, no change found since 1 Jan 2024." in words
    assert words.count("No change was found in what was monitored.") == 2
    assert "Findings, the most severe first" not in words


def test_an_empty_drift_still_makes_a_report(made, tmp_path):
    words = report(made.make_drift(made.Made(**EMPTY)), tmp_path=tmp_path).words
    assert "No device could be judged." in words
    assert "Settings of the analysis" in words


@pytest.mark.slow
def test_no_figure_is_left_open(drift, tmp_path):
    write_report(drift, to=tmp_path / "r.html")
    assert pyplot.get_fignums() == []


@pytest.mark.slow
def test_the_same_results_give_the_same_bytes(made, tmp_path):
    recipe = made.Made(parameters=("CTDIvol", "KVP"))
    pages = [write_report(made.make_drift(recipe), to=tmp_path / n / "r.html").read_bytes() for n in "ab"]
    assert pages[0] == pages[1]


@pytest.mark.slow
def test_other_findings_have_another_fingerprint(made, drift, tmp_path):
    other = made.make_drift(made.Made(faults=(made.Fault("CT-01", "CTDIvol", 301),)))
    prints = [
        re.search(r"and the settings: (\w{12})", report(d, tmp_path=tmp_path).words).group(1)
        for d in (drift, other)
    ]
    assert prints[0] != prints[1]


@pytest.mark.slow
def test_writing_changes_no_table(made, tmp_path):
    drift, same = made.make_drift(), made.make_drift()
    write_report(drift, to=tmp_path / "r.html")
    for name in ("signals", "points", "changes", "causes", "events", "fleet", "settings"):
        pd.testing.assert_frame_equal(getattr(drift, name), getattr(same, name))


def test_a_report_that_fails_leaves_the_old_one_as_it_was(drift, tmp_path, monkeypatch):
    target = tmp_path / "r.html"
    target.write_text("old", encoding="utf-8")

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="no space"):
        engine._replace(target, "new")
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]
    assert target.read_text("utf-8") == "old"


def test_the_command_can_be_pasted_whatever_the_file_is_called(made, tmp_path):
    path = write_report(made.make_drift(made.Made(**EMPTY)), to=tmp_path / "it's a report; rm.html")
    assert """--to 'it'"'"'s a report; rm.html'""" in Page(path.read_text("utf-8")).words


def test_what_cannot_be_reported_is_told(tmp_path):
    with pytest.raises(WrongArgument, match="DataFrame"):
        write_report({"a": 1}, to=tmp_path / "r.html")
    with pytest.raises(WrongArgument, match="write_report"):
        write_report(to=tmp_path / "r.html")
    assert list(tmp_path.iterdir()) == []


def test_a_table_is_shown_under_its_title_and_escaped(tmp_path):
    table = pd.DataFrame({"<b>what</b>": ["<i>x</i>"], "n": [1234]}, index=pd.Index(["k"], name="key"))
    table.attrs["title"] = "Usage & more"
    parsed = report(table, tmp_path=tmp_path)
    assert not parsed.all("b", "i")
    assert all(
        w in parsed.words for w in ("Usage & more", "<b>what</b>", "<i>x</i>", "1,234", "key", "1 row")
    )


def test_columns_that_may_identify_a_patient_are_left_out_of_tables(tmp_path):
    table = pd.DataFrame(
        {
            "PatientName": ["Doe^Jane"],
            "PatientComments": ["a note"],
            "StudyDate": ["20240101"],
            "KVP": [120.0],
        }
    )
    words = report(table.set_index("PatientName"), tmp_path=tmp_path).words
    assert "Left out because they may identify a patient: PatientName, PatientComments, StudyDate." in words
    assert not [w for w in ("Doe", "a note", "20240101") if w in words]
    assert "120" in words


def test_a_long_table_is_cut_and_says_so(tmp_path):
    words = report(pd.DataFrame({"n": range(1200)}), tmp_path=tmp_path).words
    assert "1,200 rows, the first 500 shown" in words


@pytest.mark.slow
def test_several_results_stand_in_one_file_without_clashing(made, tmp_path):
    quiet = made.make_drift(made.Made(faults=(), parameters=("KVP",)))
    parsed = report(quiet, pd.DataFrame({"n": [1]}), quiet, tmp_path=tmp_path)
    ids = [attrs["id"] for _, attrs in parsed.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_a_page_needs_no_drift_to_be_made_again_from_its_summary():
    origin = {"dicomlab": "1", "python": "3", "packages": [], "is_drift": False}
    html = to_html({"title": "T", "sections": [], "origin": origin}, made=date(2024, 1, 2))
    assert '<time datetime="2024-01-02">' in html


def with_limits_and_notices(drift):
    limit = {
        "signal_id": signal_id("CT-01", "CT", "CTDIvol", "Head"),
        "device": "CT-01",
        "modality": "CT",
        "stratum": "Head",
        "parameter": "CTDIvol",
        "unit": "mGy",
        "reference": 8.0,
        "warn": 10.0,
        "action": 20.0,
        "limit_unit": "%",
        "side": "above",
        "n_days": 20,
        "level": 9.9,
        "level_low": 9.7,
        "level_high": 10.1,
        "verdict": "outside action",
        "citation": "<b>Dose committee</b>",
    }
    kept = {
        **limit,
        "signal_id": signal_id("CT-02", "CT", "CTDIvol", "Head"),
        "device": "CT-02",
        "verdict": "inside",
        "level": 8.1,
    }
    notice = {
        "notice_id": "N001",
        "device": "CT-02",
        "kind": "gap",
        "parameter": "",
        "date": pd.Timestamp("2024-05-01"),
        "text": "CT-02: no data from 2024-05-01 to 2024-05-19.",
    }
    columns = {name: pd.DataFrame([notice]).get(name) for name in drift.notices.columns}
    notices = pd.DataFrame(columns).reindex(columns=drift.notices.columns)
    return replace(drift, limits=pd.DataFrame([kept, limit]), notices=notices)


@pytest.mark.slow
def test_limits_that_were_given_are_told_with_verdict_and_source(drift, tmp_path):
    words = report(with_limits_and_notices(drift), tmp_path=tmp_path).words
    assert "Of 2 limits that you gave, 1 kept to, 1 beyond the action limit." in words
    assert "outside action 9.9 (9.7 to 10.1) mGy warn 10 %, action 20 % above 8 mGy" in words
    assert "<b>Dose committee</b>" in words


@pytest.mark.slow
def test_notices_are_told_calmly_and_lead_to_their_device(drift, tmp_path):
    page = report(with_limits_and_notices(drift), tmp_path=tmp_path)
    assert page.words.count("no data from 2024-05-01 to 2024-05-19.") == 2
    assert "Worth knowing" in page.words


def test_without_limits_and_notices_nothing_is_said_of_them(page):
    words = Page(page).words
    assert "Worth knowing" not in words
    assert "Limits" not in words
