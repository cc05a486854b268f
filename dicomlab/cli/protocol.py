"""`dicomlab protocol learn`, `check` and `lint`: were series acquired as agreed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicomlab.cli.base import FINDINGS, FINE, PARTIAL, Answer, Json, Verb
from dicomlab.cli.cells import records
from dicomlab.cli.drift import SourceOfSeries, open_series
from dicomlab.cli.pages import Page, write_page
from dicomlab.cli.terminal import as_typed, counted, plural, wrapped
from dicomlab.isolation import WORDS

if TYPE_CHECKING:
    import pandas as pd

    from dicomlab.protocols.learning import Variants
    from dicomlab.protocols.results import Compliance

MOST = 20
"""Lines of one kind that are printed; --json has them all."""

ReferenceFile = Annotated[
    Path,
    typer.Argument(help="A reference: JSON of ours or of dicompare, or a CSV of rules.", show_default=False),
]
_Report = Annotated[
    Path | None, typer.Option(metavar="FILE.html", help="Write the tables there, too.", show_default=False)
]


def learn(
    source: SourceOfSeries,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Write the reference there.", show_default=False)
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="A,B", help="Columns that tell protocols of one name apart.")
    ] = "Manufacturer,ManufacturerModelName",
    least: Annotated[int, typer.Option(min=1, help="Series that a protocol must have.")] = 5,
    report: _Report = None,
    as_json: Json = False,
) -> Answer:
    """Learn what is usual in each protocol, and what was changed.

    docs/protocols.md says how. Exit code 0 whatever was found: what is usual is no verdict. 3: a field
    raised an error and was set aside, or a part of the report could not be made.
    """
    from dicomlab.protocols.learning import learn_protocols

    names = tuple(name.strip() for name in by.split(",") if name.strip())
    learned = learn_protocols(open_series(source), by=names, least=least)
    notes = []
    if to is not None:
        notes.append(f"Reference written: {learned.reference.save(to)}")
    page = write_page(*learned.tables, to=report, title="Protocols")
    content = _learned(learned) if as_json else {}
    aside = _aside_notes(learned.left_out)
    code = page.code(PARTIAL if aside else FINE)
    return Answer(_learned_lines(learned, source, to), content, code, (*notes, *aside, *_said(page)))


def check(
    source: SourceOfSeries,
    reference: ReferenceFile,
    by: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Count verdicts by device, SoftwareVersions, month, study …"),
    ] = None,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Leave out rules about columns that are not there.")
    ] = False,
    studies: Annotated[
        bool, typer.Option("--studies", help="Look for series that do not go with their study, too.")
    ] = False,
    report: _Report = None,
    as_json: Json = False,
) -> Answer:
    """Tell which series were not acquired as the reference says.

    Exit code 1: series deviate. 3: none does, but nothing could be judged, or a part of the
    reference was not; or something raised an error and was set aside. Values of fields that may identify
    a patient are shown nowhere.
    """
    from dicomlab.protocols.engine import check_protocol
    from dicomlab.protocols.studies import check_studies

    series = open_series(source)
    found = check_protocol(series, _open(reference), lacking="skip" if skip_missing else "raise")
    odd = check_studies(series) if studies else None
    sliced = found.by(*(name.strip() for name in by.split(","))) if by else None
    tables = [*found.tables, *([] if odd is None else [odd])]
    lines = [*_check_lines(found, source, reference), *_by_lines(sliced), *_study_lines(odd)]
    content = _checked(found, sliced, odd) if as_json else {}
    page = write_page(*tables, to=report, title="Protocols")
    aside = (*_aside_notes(found.not_judged), *_aside_studies(odd))
    code = PARTIAL if aside else page.code(_code(found, odd))
    return Answer(lines, content, code, (*aside, *_said(page)))


def lint(
    reference: ReferenceFile,
    source: Annotated[
        str | None,
        typer.Argument(help="A catalog or table of series to hold it against.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> Answer:
    """Tell which rules of a reference will not last, and why.

    Exit code 1: there are errors. 3: something raised an error and was set aside. Warnings alone are
    told, and exit with 0.
    """
    from dicomlab.protocols.lint import SET_ASIDE

    problems = _open(reference).lint(None if source is None else open_series(source))
    errors = int((problems["severity"] == "error").sum())
    is_partial = bool((problems["problem"] == SET_ASIDE).any())
    warnings = plural(len(problems) - errors, "warning")
    lines = wrapped(f"{reference}: {plural(errors, 'error')}, {warnings}.")
    for problem in records(problems):
        where = " ".join(part for part in (problem["acquisition"], problem["field"]) if part)
        head = f"{problem['severity']}  {problem['problem']}"
        lines += ["", *wrapped(f"{head}: {where}" if where else head)]
        lines += wrapped(f"{problem['text']} {problem['advice']}", first="  ", rest="  ")
    code = PARTIAL if is_partial else FINDINGS if errors else FINE
    notes = ("A part of the lint raised an error and was set aside.",) if is_partial else ()
    return Answer(lines, {"problems": records(problems)} if as_json else {}, code, notes)


def _open(reference: Path) -> Any:
    from dicomlab.protocols.reference import Protocol

    return Protocol.from_table(reference) if reference.suffix == ".csv" else Protocol.load(reference)


def _aside_notes(left: pd.DataFrame) -> tuple[str, ...]:
    """A sentence for each row of what was left out since it raised an error."""
    rows = left[left["why"].astype("str").str.startswith(WORDS)]
    return tuple(f"{row['what']}: {row['why']}" for row in records(rows))


def _aside_studies(odd: pd.DataFrame | None) -> tuple[str, ...]:
    return () if odd is None else tuple(odd.attrs.get("set_aside", ()))


def _said(page: Page) -> tuple[str, ...]:
    return () if page.path is None else (f"Report written: {page.path}", *page.remarks)


def _learned_lines(learned: Variants, source: str, to: Path | None) -> list[str]:
    n = int(learned.groups["n_series"].sum())
    told = f"{plural(len(learned.changes), 'setting')} changed for good"
    if not len(learned.changes) and learned.groups["first"].isna().all():
        told = "no series is dated, so whether settings changed cannot be told"
    head = f"{source}: {plural(len(learned.groups), 'protocol')} in {n:,} series; {told}."
    lines = [
        *wrapped(head),
        *_section("Changed for good", [_change(change) for change in records(learned.changes)]),
    ]
    others = learned.variants[learned.variants["variant"] > 1]
    others = others.sort_values("n_series", ascending=False, kind="stable")
    said = [
        f"{v['group']}: {v['differs']} ({plural(v['n_series'], 'series', 'series')})" for v in records(others)
    ]
    lines += _section("Variants beside the usual settings", said)
    left = [(int(row["n"]), str(row["why"])) for row in records(learned.left_out)]
    lines += ["", "Not learned from", *counted(left)] if left else []
    if to is not None:
        lines += ["", "Next", f"  dicomlab protocol lint {as_typed(to)} {as_typed(source)}"]
        lines.append(f"  dicomlab protocol check {as_typed(source)} {as_typed(to)}")
    return lines


def _change(change: dict[str, Any]) -> str:
    return f"{change['since'][:10]}  {change['device']}, {change['protocol']}: {change['text']}"


def _section(title: str, sentences: list[str]) -> list[str]:
    """Sentences under a title, so many at most."""
    if not sentences:
        return []
    lines = ["", title]
    for sentence in sentences[:MOST]:
        lines += wrapped(sentence, first="  ", rest="    ")
    return lines + ([f"  and {len(sentences) - MOST:,} more, in --json"] if len(sentences) > MOST else [])


def _learned(learned: Variants) -> dict[str, Any]:
    tables = ("groups", "variants", "changes", "fields", "left_out")
    return {name: records(getattr(learned, name)) for name in tables}


def _check_lines(found: Compliance, source: str, reference: Path) -> list[str]:
    lines = wrapped(f"{source} against {reference}: {found.in_words}.")
    rules = found.fields[found.fields["n_deviating"] > 0]
    lines += _section("Deviating", [_rule(rule) for rule in records(rules)])
    left = [f"{row['what']}{_count(row['n'])}: {row['why']}" for row in records(found.not_judged)]
    return lines + _section("Not judged", left)


def _count(n: int | None) -> str:
    return "" if n is None else f" ({n:,})"


def _rule(rule: dict[str, Any]) -> str:
    warned = " (a warning)" if rule["severity"] == "warning" else ""
    days = f"{rule['first'][:10]} to {rule['last'][:10]}" if rule["first"] else ""
    when = "; ".join(part for part in (rule["devices"], days) if part)
    n = f"{rule['n_deviating']:,} of {plural(rule['n_series'], 'series', 'series')}"
    found = rule["found"].removesuffix(f" ({rule['n_deviating']:,})")
    said = f"{rule['acquisition']}: {rule['field']} should be {rule['expected']}{warned}; {n} have {found}"
    return f"{said} [{when}]" if when else said


def _by_lines(sliced: pd.DataFrame | None) -> list[str]:
    if sliced is None:
        return []
    from dicomlab.cli.cells import table_lines

    shown, _ = table_lines(sliced.head(MOST).assign(share=sliced["share"].round(3)))
    more = [f"and {len(sliced) - MOST:,} more, in --json"] if len(sliced) > MOST else []
    return ["", *shown, *more]


def _study_lines(odd: pd.DataFrame | None) -> list[str]:
    if odd is None:
        return []
    counts = odd.groupby(["severity", "protocol", "text"]).size().rename("n").reset_index()
    counts = counts.sort_values(["severity", "n"], ascending=[True, False], kind="stable")
    said = [f"{row['protocol']}: {row['text']} ({row['n']:,} series)" for row in records(counts)]
    title = f"{plural(odd['study'].nunique(), 'study', 'studies')} whose series do not go together"
    if not len(odd):
        looked = odd.attrs.get("n_judged", 0)
        fine = "In no study was a series found that does not go with it."
        said, title = [fine if looked else "Nothing could be looked at, so nothing can be said."], "Studies"
    left = [f"{name}: the table has no column for it" for name in odd.attrs["not_judged"]]
    return _section(title, said) + _section("Not looked at in studies", left)


def _checked(found: Compliance, sliced: pd.DataFrame | None, odd: pd.DataFrame | None) -> dict[str, Any]:
    tables = {name: records(getattr(found, name)) for name in ("fields", "deviations", "not_judged")}
    more = {"by": sliced, "studies": odd}
    verdicts = found.series["verdict"].value_counts().to_dict()
    return {
        "verdicts": {str(name): int(n) for name, n in verdicts.items()},
        **tables,
        **{name: records(table) for name, table in more.items() if table is not None},
    }


def _code(found: Compliance, odd: pd.DataFrame | None) -> int:
    verdicts = set(found.series["verdict"])
    if "deviates" in verdicts or (odd is not None and len(odd)):
        return FINDINGS
    left = found.not_judged["why"].ne("no series is for it") & ~found.not_judged["what"].eq("series")
    return FINE if "complies" in verdicts and not left.any() else PARTIAL


VERBS = (
    Verb(
        "protocol learn",
        learn,
        examples=(
            "dicomlab protocol learn catalog",
            "dicomlab protocol learn catalog --to agreed.json",
            "dicomlab protocol learn catalog --by SoftwareVersions --report page.html",
        ),
    ),
    Verb(
        "protocol check",
        check,
        examples=(
            "dicomlab protocol check catalog agreed.json",
            "dicomlab protocol check catalog agreed.json --by device,month",
            "dicomlab protocol check catalog UK_Biobank.json --skip-missing --json",
            "dicomlab protocol check catalog rules.csv --studies --report page.html",
        ),
    ),
    Verb(
        "protocol lint",
        lint,
        examples=("dicomlab protocol lint agreed.json", "dicomlab protocol lint agreed.json catalog"),
    ),
)
