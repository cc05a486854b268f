"""Each rule, field, relation and part of the lint that raises costs only itself, by enumeration."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.protocols import engine, judging, learning, lint, studies
from dicomlab.protocols.fields import fields
from dicomlab.protocols.learning import learn_protocols
from dicomlab.protocols.reference import Protocol
from dicomlab.protocols.rows import Rows
from dicomlab.protocols.rules import Between, Exact, OneOf, Rule, Within
from tests.protocols.tables import reference, series

pytestmark = pytest.mark.usefixtures("setting_aside")
RULES: tuple[Rule, ...] = (
    Exact("SequenceName", value="tfl"),
    Within("EchoTime", value=3.0, absolute=0.1),
    OneOf("FlipAngle", values=(8.0, 9.0)),
    Between("RepetitionTime", low=2000.0, high=2400.0),
)


def raising(*_: Any, **__: Any) -> Any:
    raise ValueError("Doe^John")


@pytest.fixture
def table() -> pd.DataFrame:
    """Ten series that keep to the rules, but for the last two."""
    return series(
        10,
        SequenceName=["tfl"] * 8 + ["epi", "gre"],
        EchoTime=[3.0] * 8 + [5.0, 6.0],
        FlipAngle=[8.0] * 8 + [20.0, 30.0],
        RepetitionTime=[2300.0] * 8 + [100.0, 200.0],
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.field)
def test_each_rule_costs_only_the_value_that_it_raises_for(
    rule: Rule, table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed, meets = reference(*RULES), type(rule).meets
    whole = dl.check_protocol(table, agreed)
    bad_value = table[rule.field].iloc[8]
    monkeypatch.setattr(
        type(rule), "meets", lambda self, value: raising() if value == bad_value else meets(self, value)
    )
    found = dl.check_protocol(table, agreed)
    bad_series = table["SeriesInstanceUID"][8]
    kept = ~(whole.deviations["field"].eq(rule.field) & whole.deviations["series"].eq(bad_series))
    pd.testing.assert_frame_equal(found.deviations, whole.deviations[kept].reset_index(drop=True))
    others = whole.series["series"] != bad_series
    pd.testing.assert_frame_equal(found.series[others], whole.series[others])
    assert found.series.loc[~others, "n_unknown"].tolist() == [1]
    (left,) = found.not_judged.to_dict("records")
    assert (left["what"], left["n"]) == (f"values of {rule.field}", 1)
    assert left["why"].startswith("set aside: ValueError")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.field)
def test_each_column_that_cannot_be_read_costs_only_its_rules(
    rule: Rule, table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded = Rows.coded
    expected = dl.check_protocol(table, reference(*(one for one in RULES if one != rule)))
    monkeypatch.setattr(
        Rows, "coded", lambda self, name: raising() if name == rule.field else coded(self, name)
    )
    found = dl.check_protocol(table, reference(*RULES))
    pd.testing.assert_frame_equal(found.deviations, expected.deviations)
    pd.testing.assert_frame_equal(found.series, expected.series)
    assert found.not_judged["what"].tolist() == [f"rules about {rule.field}"]
    assert found.not_judged["why"].str.startswith("set aside: ValueError").all()


@pytest.fixture
def learnt() -> pd.DataFrame:
    """Series of one protocol with a value for each field that a protocol sets; the echo changes half way."""
    names = [one.name for one in fields() if not one.modalities or "MR" in one.modalities]
    values = {name: 4.0 for name in names if name not in ("EchoTime", "Modality")}
    return series(24, EchoTime=[3.0] * 12 + [9.0] * 12, **values)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["settle", "change_table", "rule_table", "variant_table"])
def test_each_field_that_raises_is_not_learnt_and_all_others_are(
    step: str, learnt: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = getattr(learning, step)
    names = [one.name for one in fields() if one.name in learnt]
    assert len(names) > 10
    for name in names if step == "settle" else names[:3]:  # the later steps take all fields at once
        chosen = list(dict.fromkeys([name, "EchoTime", "FlipAngle", "RepetitionTime"]))
        monkeypatch.setattr(learning, step, work)
        whole = learn_protocols(learnt, chosen)

        def bad(*given: Any, name: str = name) -> Any:
            some = [given[1]] if step == "settle" else [one.field for one in given[1]]
            return raising() if name in [one.name for one in some] else work(*given)

        monkeypatch.setattr(learning, step, bad)
        found = learn_protocols(learnt, chosen)
        aside = found.left_out[found.left_out["why"].str.startswith("set aside")]
        assert aside["what"].tolist() == [f"the field {name}"]
        if step != "variant_table":  # what is usual was known before
            kept = whole.fields[whole.fields["field"] != name].reset_index(drop=True)
            pd.testing.assert_frame_equal(found.fields, kept)
        if name != "EchoTime":
            pd.testing.assert_frame_equal(found.changes, whole.changes)


@pytest.mark.parametrize("relation", studies.RELATIONS, ids=studies._name)
def test_each_relation_that_raises_costs_only_itself(relation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    both = series(4, EchoTime=[3.0, 3.0, 3.0, 9.0], MagneticFieldStrength=[3.0, 3.0, 3.0, 1.5])
    both["StudyInstanceUID"] = "2.1"
    kind, work = type(relation), type(relation).__call__
    others = [one for one in studies.RELATIONS if one != relation]
    expected = dl.check_studies(both, others)
    monkeypatch.setattr(
        kind, "__call__", lambda self, rows: raising() if self == relation else work(self, rows)
    )
    found = dl.check_studies(both)
    pd.testing.assert_frame_equal(found, expected)
    is_judged = studies._name(relation) not in found.attrs["not_judged"]
    assert [one.partition(" was set aside: ValueError")[0] for one in found.attrs["set_aside"]] == (
        [studies._name(relation)] if is_judged else []
    )


def test_each_part_of_the_lint_that_raises_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    agreed = reference(*RULES, Exact("PatientID", value="P1"), Within("MagneticFieldStrength", value=3000.0))
    for number, part in enumerate(lint.LINTS):
        others = [one for one in lint.LINTS if one is not part]
        monkeypatch.setattr(lint, "LINTS", others)
        expected = agreed.lint()
        monkeypatch.setattr(lint, "LINTS", [*others[:number], raising, *others[number:]])
        found = agreed.lint()
        aside = found["problem"] == lint.SET_ASIDE
        assert aside.sum() == 1
        pd.testing.assert_frame_equal(found[~aside].reset_index(drop=True), expected)
        monkeypatch.undo()
        monkeypatch.delenv("DICOMLAB_RAISE_ALL", raising=False)


def test_what_is_set_aside_is_an_exit_code(table, monkeypatch, tmp_path) -> None:
    from typer.testing import CliRunner

    from dicomlab.cli.main import app

    table.to_parquet(tmp_path / "series.parquet")
    reference(*RULES).save(tmp_path / "agreed.json")
    places = [str(tmp_path / name) for name in ("series.parquet", "agreed.json")]
    monkeypatch.setattr(judging, "_outcome", raising)
    ran = CliRunner().invoke(app, ["protocol", "check", *places])
    assert ran.exit_code == 3
    assert "values of EchoTime: set aside: ValueError" in " ".join(ran.stderr.split())
    monkeypatch.setattr(learning, "settle", raising)
    ran = CliRunner().invoke(app, ["protocol", "learn", places[0]])
    assert ran.exit_code == 3
    assert "the field EchoTime: set aside: ValueError" in " ".join(ran.stderr.split())
    monkeypatch.setattr(lint, "LINTS", [raising])
    ran = CliRunner().invoke(app, ["protocol", "lint", places[1]])
    assert ran.exit_code == 3
    assert "A part of the lint raised an error" in ran.stderr


def test_nothing_to_judge_is_never_said_to_comply(table: pd.DataFrame) -> None:
    found = dl.check_protocol(table, Protocol("empty", ()))
    assert set(found.series["verdict"]) == {"no rules"}
    nothing = dl.check_protocol(table.head(0), reference(*RULES))
    assert nothing.in_words == "0 series: nothing to judge"
    assert engine.check_protocol(table, reference(*RULES)).in_words == "10 series: 8 comply, 2 deviate"


def test_no_change_is_not_said_of_series_without_dates(table: pd.DataFrame, tmp_path: Any) -> None:
    from typer.testing import CliRunner

    from dicomlab.cli.main import app

    for name, dated in (("dated", table), ("bare", table.assign(first_acquired_at=pd.NaT))):
        dated.astype({"first_acquired_at": "datetime64[us]"}).to_parquet(tmp_path / f"{name}.parquet")
        ran = CliRunner().invoke(app, ["protocol", "learn", str(tmp_path / f"{name}.parquet")])
        words = " ".join(ran.stdout.split())
        assert ("0 settings changed for good" in words) == (name == "dated")
        assert ("whether settings changed cannot be told" in words) == (name == "bare")
