import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from dicomlab.plots import flow

LONG = "scouts and whatever else has too few slices to be a volume in any sense of the word, as we agreed"


class Made:
    """What a picture needs of a cohort."""

    def __init__(self, *steps, n=1000):
        rows = [("catalog", "", "", "", None, 0), *steps]
        table = pd.DataFrame(rows, columns=["what", "level", "where", "why", "n_unknown", "gone"])
        for name, share in (("patients", 100), ("studies", 50), ("series", 10), ("instances", 1)):
            table[f"left_{name}"] = table["gone"] // share
            table[f"n_{name}"] = n // share - table[f"left_{name}"].cumsum()
        self.flow = table.drop(columns="gone")


STEPS = (
    ("select", "series", "Modality = 'MR'", "", 3, 300),
    ("drop", "series", "n_instances < 20", LONG, 0, 100),
    ("keep", "patient", "patient_age_years >= 18 AND PatientSex IN ('M', 'F', 'O')", "adults", 1, 0),
    ("sample", "patient", "3 patients by chance, seed 1", "", None, 200),
    ("split", "patient", "0% to 80% of patients by chance, seed 1", "train", None, 100),
)


def words(ax):
    return [text.get_text().replace("\u00a0", " ") for text in ax.texts]


def boxes(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]


def overlaps(ax):
    ax.figure.draw_without_rendering()
    drawn = [box.get_window_extent() for box in boxes(ax)]
    return [(a, b) for n, a in enumerate(drawn) for b in drawn[:n] if a.overlaps(b)]


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_each_step_has_a_box_of_who_stayed_and_one_of_who_left(n):
    ax = flow(Made(*STEPS[:n]))
    assert len(boxes(ax)) == 2 * n + 1
    assert overlaps(ax) == []
    assert words(ax)[0] == "In the catalog"
    assert "In the cohort" in words(ax)


def test_numbers_are_those_of_the_flow():
    said = words(flow(Made(*STEPS[:1])))
    assert "10 patients · 20 studies · 100 series · 1,000 instances" in said
    assert "3 patients · 6 studies · 30 series · 300 instances" in said
    assert "7 patients · 14 studies · 70 series · 700 instances" in said


@pytest.mark.slow
def test_it_says_why():
    said = words(flow(Made(*STEPS)))
    assert {"Does not fit", "Not: adults", "Not drawn", "Not in train", "nobody"} <= set(said)
    assert "Modality = 'MR'" in said
    assert "3 series among them of which it cannot be told" in said
    assert LONG in " ".join(said)


@pytest.mark.slow
@pytest.mark.parametrize("width", [7.1, 5.0])
def test_long_texts_stay_in_their_boxes(width):
    steps = (("keep", "series", "regexp_matches(" + "x" * 200 + ")", LONG, 0, 100), STEPS[1])
    ax = Figure(figsize=(width, 6)).add_subplot()
    flow(Made(*steps), ax=ax)
    assert overlaps(ax) == []
    edges = [box.get_window_extent() for box in boxes(ax)]
    for text in ax.texts:
        if text.get_text():
            place = text.get_window_extent()
            assert any(box.x0 <= place.x0 and place.x1 <= box.x1 + 1 for box in edges), text.get_text()


def test_markup_in_a_reason_is_text():
    ax = flow(Made(("drop", "series", "true", "cost > $5 & $6\x1b[31m", 0, 1)))
    ax.figure.draw_without_rendering()
    assert not any("\x1b" in text for text in words(ax))


@pytest.mark.slow
def test_given_axes_are_used():
    ax = Figure(figsize=(7, 5)).add_subplot()
    assert flow(Made(*STEPS), ax=ax) is ax
