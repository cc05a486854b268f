"""Who left, when and why; draws and splits."""

from __future__ import annotations

import pytest

import dicomlab as dl
from dicomlab.errors import WrongArgument
from tests.cohorts.test_select import COUNTED, counts


@pytest.fixture
def thin(catalog):
    """Four steps: series, instances and patients leave."""
    return (
        dl.select(catalog, "Modality = 'MR'", why="the question is about MR")
        .keep("SliceThickness <= 4", why="thin enough")
        .drop("InstanceNumber > 4", level="instance", why="end of the stack")
        .drop("n_studies < 2", level="patient", why="no follow-up")
    )


def test_the_flow_adds_up(thin, catalog):
    flow = thin.flow
    for name in COUNTED:
        now, left = flow[f"n_{name}"], flow[f"left_{name}"]
        assert (now.shift(1, fill_value=catalog.counts[name]) - left).tolist() == now.tolist()
    assert flow["what"].tolist() == ["catalog", "select", "keep", "drop", "drop"]
    assert flow["step"].tolist() == [0, 1, 2, 3, 4]
    assert flow["n_series"].tolist() == [13, 9, 5, 5, 4]
    assert flow["n_instances"].tolist() == [40, 36, 23, 20, 16]
    assert flow["n_patients"].tolist() == [3, 2, 2, 2, 1]


def test_the_flow_counts_what_could_not_be_told(thin):
    assert thin.flow["n_unknown"].fillna(-1).tolist() == [-1, 0, 1, 0, 0]


def test_a_missing_value_leaves_with_keep_and_stays_with_drop(catalog):
    mr = dl.select(catalog, "Modality = 'MR'")
    assert mr.keep("SliceThickness > 0").counts["series"] == 8
    assert mr.drop("SliceThickness > 0", why="any").counts["series"] == 1


def test_left_says_who_left_when_and_why(thin, catalog):
    left = thin.left
    assert left.groupby("step")["n_instances"].sum().tolist() == thin.flow["left_instances"].tolist()[1:]
    last = left[left["step"] == 4]
    assert set(last["PatientID"]) == {"P2"}
    assert set(last["why"]) == {"no follow-up"}
    assert left["n_instances"].sum() + len(thin) == len(catalog)


def test_steps_give_new_cohorts_and_leave_the_old_ones(catalog):
    mr = dl.select(catalog, "Modality = 'MR'")
    before = counts(mr)
    fewer = mr.drop("SeriesDescription = 'localizer'", why="localiser")
    assert counts(mr) == before
    assert len(mr.steps) == 1
    assert len(fewer.steps) == 2
    with pytest.raises(AttributeError):
        mr.step = fewer.step


def test_the_repr_says_counts_steps_and_reasons(thin):
    assert repr(thin).splitlines() == [
        "<Cohort: 1 patients, 2 studies, 4 series, 16 instances>",
        "  select: Modality = 'MR' (the question is about MR)",
        "  keep: SliceThickness <= 4 (thin enough)",
        "  drop: InstanceNumber > 4 (end of the stack)",
        "  drop: n_studies < 2 (no follow-up)",
    ]


def test_a_sample_is_the_same_for_the_same_seed(catalog):
    everything = dl.select(catalog, "true")
    one, again = (everything.sample(5, seed=1, by="series") for _ in range(2))
    assert one.series["SeriesInstanceUID"].tolist() == again.series["SeriesInstanceUID"].tolist()
    assert one.counts["series"] == 5
    others = [
        everything.sample(5, seed=s, by="series").series["SeriesInstanceUID"].tolist() for s in range(6)
    ]
    assert len({tuple(uids) for uids in others}) > 1


@pytest.mark.parametrize(
    ("by", "what"), [("patient", "patients"), ("study", "studies"), ("instance", "instances")]
)
def test_a_sample_is_of_what_it_is_asked_for(catalog, by, what):
    assert dl.select(catalog, "true").sample(2, seed=3, by=by).counts[what] == 2
    assert dl.select(catalog, "true").sample(10**6, seed=3, by=by).counts == dl.select(catalog, "true").counts


def test_a_sample_of_patients_stays_when_others_are_not_there(catalog):
    whole = dl.select(catalog, "true").sample(1, seed=0)
    chosen = whole.patients["PatientID"].iloc[0]
    fewer = dl.select(catalog, f"PatientID = '{chosen}' OR PatientID = 'P2'").sample(1, seed=0)
    assert fewer.patients["PatientID"].tolist() == [chosen]


def test_splits_share_no_patient_and_lose_none(catalog):
    everything = dl.select(catalog, "true")
    parts = everything.split({"train": 0.4, "tune": 0.3, "test": 0.3}, seed=5)
    patients = [set(part.patients["PatientID"]) for part in parts.values()]
    assert sum(map(len, patients)) == len(set().union(*patients)) == 3
    assert sum(len(part) for part in parts.values()) == len(everything)
    assert parts["tune"].steps[-1].in_words == "40% to 70% of patients by chance, seed 5"


def test_shares_are_met_on_average(catalog):
    everything = dl.select(catalog, "true")
    n = sum(everything.split({"a": 0.25}, seed=s, by="instance")["a"].counts["instances"] for s in range(20))
    assert 140 < n < 260  # 200 expected, standard deviation 12


@pytest.mark.parametrize("shares", [{"a": 0.7, "b": 0.4}, {"a": 0.0}, {"a": -0.1}])
def test_shares_that_are_none_are_refused(catalog, shares):
    with pytest.raises(WrongArgument, match="shares="):
        dl.select(catalog, "true").split(shares, seed=1)
