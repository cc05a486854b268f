"""CohortBuilder without a browser."""

from __future__ import annotations

import json
import threading

import pytest

import dicomlab as dl
from dicomlab.cohorts.facets import Facets
from dicomlab.errors import MissingColumn, UnknownSetting, WrongArgument
from dicomlab.schema.columns import Columns
from tests.widgets.test_views import gesture

CT = {"column": "Modality", "values": ["CT"]}


@pytest.fixture
def builder(small_catalog):
    return dl.widgets.CohortBuilder(small_catalog)


def test_the_value_is_the_cohort_of_what_is_chosen(builder):
    assert builder.value.counts == builder.counts == builder.total
    builder.choices = [CT]
    assert (
        builder.value.counts
        == builder.counts
        == {"patients": 12, "studies": 12, "series": 12, "instances": 12}
    )
    assert builder.value is builder.value
    builder.query = "o'neil"
    assert builder.counts["series"] == len(builder.value.series) == 6
    names = {"dl": dl, "catalog": builder._catalog}
    exec(builder.code, names)
    assert names["cohort"].counts == builder.counts


def test_leaving_out_needs_a_gesture_and_keeps_the_reason(builder):
    builder.choices = [CT]
    gesture(builder, kind="keep")
    assert (builder.choices, len(builder.steps)) == ([], 1)
    builder.query = "o'neil"
    gesture(builder, kind="leave", why=" too late ")
    assert builder.query == ""
    assert builder.value.flow[["what", "why", "n_series"]].to_numpy().tolist() == [
        ["catalog", "", 48],
        ["select", "", 12],
        ["drop", "too late", 6],
    ]
    seen = gesture(builder, kind="look")
    assert [step["series"] for step in seen["flow"]] == [48, 12, 6]
    json.dumps(seen)
    gesture(builder, kind="undo")
    assert (builder.query, len(builder.steps), builder.counts["series"]) == ("o'neil", 1, 6)
    gesture(builder, kind="clear")
    assert builder.counts["series"] == 12
    builder.leave_out(query="o'neil", why="late")
    assert builder.counts["series"] == 6


def test_what_was_done_is_saved_and_done_again(builder, tmp_path, small_catalog):
    builder.choices = [CT, {"column": "patient_age_years", "low": 30, "high": 40, "is_below": True}]
    gesture(builder, kind="leave", why="young")
    builder.query = "head"
    path = builder.save(tmp_path / "choice.json")
    again = dl.widgets.CohortBuilder.load(path, small_catalog)
    assert (again.code, again.counts) == (builder.code, builder.counts)
    other = dl.widgets.CohortBuilder(small_catalog, columns=["StudyDescription"])
    gesture(other, kind="restore", spec=builder.spec())
    assert (other.code, other.problem) == (builder.code, "")
    path.write_text("[]")
    with pytest.raises(WrongArgument):
        dl.widgets.CohortBuilder.load(path, small_catalog)
    gesture(other, kind="restore", spec={"sql": "DROP TABLE series"})
    assert "no setting 'sql'" in other.problem


def test_columns_are_shown_and_hidden(builder):
    builder.columns = ["Modality"]
    assert [f["column"] for f in gesture(builder, kind="look")["facets"]] == ["Modality"]
    builder.choices = [CT]
    builder.columns = ["SeriesDescription"]
    assert builder.columns == ["SeriesDescription", "Modality"]
    builder.columns = ["Nothing"]
    assert "Nothing" in builder.problem
    assert builder.columns == ["SeriesDescription", "Modality"]
    with pytest.raises(MissingColumn):
        dl.widgets.CohortBuilder(builder._catalog, columns=["Modalty"])
    with pytest.raises(UnknownSetting):
        dl.widgets.CohortBuilder(builder._catalog, colums=["Modality"])


def test_what_cannot_be_chosen_is_said(builder):
    builder.choices = [CT]
    builder.choices = [{"column": "patient_age_years", "low": "x OR true"}]
    assert "a number" in builder.problem
    assert builder.counts["series"] == 12
    builder.choices = [{"column": "1=1 OR Modality", "values": ["CT"]}]
    assert builder.problem


class Nothing:
    """A catalog without series."""

    columns, is_masked = Columns(), False

    def __init__(self, catalog):
        self.catalog = catalog
        self.unmasked = self

    def arrow(self, query):
        return self.catalog.arrow(query).slice(0, 0)


def test_an_empty_catalog_can_be_looked_at(small_catalog):
    builder = dl.widgets.CohortBuilder(
        Nothing(small_catalog), columns=["Modality", "KVP", "first_acquired_at"]
    )
    assert (builder.problem, builder.counts["series"]) == ("", 0)
    builder.choices = [CT]
    assert gesture(builder, kind="look")["counts"]["patients"] == 0


def test_clicks_may_come_from_another_thread(builder):
    errors = []

    def click():
        try:
            for i in range(20):
                builder.set_state({"choices": [CT] if i % 2 else [], "query": "head" if i % 3 else ""})
                builder._look()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=click) for _ in range(3)]
    for one in threads:
        one.start()
    assert builder.value.counts["series"] > 0
    for one in threads:
        one.join()
    assert (errors, builder.problem) == ([], "")


def test_histograms_hold_every_series_once(small_catalog):
    facets = Facets(small_catalog, ["patient_age_years", "first_acquired_at"])
    for facet in facets.look(facets.moves([], "", []))["facets"]:
        assert facet["is_binned"]
        assert sum(bar[2] for bar in facet["bars"]) + facet["missing"] == facets.total
        for low, high, count in facet["bars"]:
            below = facet["kind"] == "number"
            choice = {"column": facet["column"], "low": low, "high": high, "is_below": below}
            assert facets.look(facets.moves([], "", [choice]))["counts"]["series"] == count


@pytest.mark.slow
def test_a_masked_builder_offers_nothing_that_may_identify(builder, small_catalog):
    builder.choices = [CT, {"column": "PatientSex", "values": ["F"]}]
    builder.leave_out(choices=[{"column": "StudyDescription", "values": ["50% O'Neil"]}], why="late")
    with dl.options.masked():
        said = json.dumps([gesture(builder, kind="look"), builder.get_state(["choices", "steps", "code"])])
        fresh = dl.widgets.CohortBuilder(small_catalog)
        assert set(fresh.columns) <= set(builder.columns) <= set(builder.offered)
    for value in ("O'Neil", "PatientSex", "P03", "localizer"):
        assert value not in said
    assert "PatientSex" not in builder.offered  # it stays masked
    assert fresh.value.counts["series"] == 48
