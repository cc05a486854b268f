"""A cohort: tables of what was chosen, ways to narrow it, and who left on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from dicomlab.arguments import checked_methods
from dicomlab.catalog.database import to_pandas
from dicomlab.cohorts.members import (
    SHOWN_TABLES,
    Members,
    check_step,
    n_unknown,
    narrowed,
    over,
    query,
    with_level,
)
from dicomlab.cohorts.steps import SERIES_KEYS, Level, Step, checked_level, same
from dicomlab.errors import MissingColumn, NoSuchTable, WrongArgument
from dicomlab.printable_text import on_one_line
from dicomlab.schema.levels import quoted
from dicomlab.schema.masks import mask_table, shown_condition

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from pydicom.dataset import Dataset

    from dicomlab.catalog.catalog import Catalog
    from dicomlab.catalog.cells import Nested
    from dicomlab.catalog.export import Format
    from dicomlab.cohorts.saved import Saved

COUNTED = ("patients", "studies", "series", "instances")
_ORDER = {
    "patients": "first_acquired_at, PatientID",
    "studies": "first_acquired_at, PatientID, StudyInstanceUID",
    "series": "first_acquired_at, PatientID, StudyInstanceUID, SeriesInstanceUID",
    "instances": "file_key",
    "frames": "file_key, frame",
    "dose": "file_key, event",
    "files": "file_key",
    "problems": "file_key",
}
_LEFT = """
SELECT b.PatientID, b.StudyInstanceUID, b.SeriesInstanceUID,
       (b.n_instances - coalesce(a.n_instances, 0))::BIGINT AS n_instances
FROM {before} b LEFT JOIN left_after a ON {same}
WHERE b.n_instances > coalesce(a.n_instances, 0)
ORDER BY 1, 2, 3
"""


@checked_methods
@dataclass(frozen=True, eq=False, repr=False)
class Cohort:
    """The part of a catalog that was chosen, and how it came to be that.

    Made by `select`, narrowed by `keep`, `drop` and `sample`, each of which gives a new cohort.
    `patients`, `studies`, `series` and `instances` are those of the catalog, rolled up over what is
    in the cohort, and conditions see them so: n_series of a patient counts the series that are in.
    It holds its steps and the keys of its members; tables are read from the catalog when asked for.

    >>> thin = dl.select(catalog, "Modality = 'CT'").drop("n_instances < 3", why="localiser")
    >>> thin.flow[["what", "why"]].values.tolist()
    [['catalog', ''], ['select', ''], ['drop', 'localiser']]
    """

    catalog: Catalog
    """The catalog that it is part of, as it was when opened."""
    step: Step
    """What was done last."""
    before: Cohort | None = None
    """The cohort that it was done to; None for the whole catalog."""
    saved: Saved | None = None
    """What it was when it was saved, for one that was loaded."""

    # --- tables ---

    @property
    def patients(self) -> pd.DataFrame:
        """One row a patient, with what of them is in."""
        return self.read("patients")

    @property
    def studies(self) -> pd.DataFrame:
        """One row a study, with what of it is in."""
        return self.read("studies")

    @property
    def series(self) -> pd.DataFrame:
        """One row a series, with what of it is in."""
        return self.read("series")

    @property
    def instances(self) -> pd.DataFrame:
        """One row a DICOM file that is in."""
        return self.read("instances")

    def read(
        self, table: str, columns: Iterable[str] | None = None, where: str | None = None
    ) -> pd.DataFrame:
        """Read a table, or some columns of it, or the rows that fit, as `Catalog.read` does.

        Tables are patients, studies, series, instances, frames, dose, files and problems.

        >>> dl.select(catalog, "KVP >= 100").read("series", ["Modality"]).columns.tolist()
        ['Modality']
        """
        if table not in SHOWN_TABLES:
            raise NoSuchTable(table, SHOWN_TABLES)
        condition = f" WHERE (\n{self.catalog.condition(where)}\n)" if where else ""
        have = self.arrow(f"SELECT * FROM {table} LIMIT 0").column_names
        wanted = list(columns) if columns is not None else have
        for name in wanted:
            if name not in have:
                raise MissingColumn(name, have)
        names = ", ".join(map(quoted, wanted))
        return to_pandas(self.arrow(f"SELECT {names} FROM {table}{condition} ORDER BY {_ORDER[table]}"))

    def sql(self, text: str) -> pd.DataFrame:
        """Run one query in DuckDB's SQL over the tables of the cohort.

        >>> dl.select(catalog, "Modality = 'CT'").sql("SELECT DISTINCT Modality FROM series")
          Modality
        0       CT
        """
        return to_pandas(self.arrow(text))

    def arrow(self, text: str, beside: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """Run one query as `sql` does, and give an Arrow table; `beside` as in `Catalog.arrow`.

        >>> dl.select(catalog, "Modality = 'CT'").arrow("SELECT count(*) AS n FROM series").column_names
        ['n']
        """
        found = self.catalog.admitted(text, beside or {})
        return query(self.catalog, self._seen_members, found, beside)

    def arrow_blocks(self, text: str, *, rows: int = 100_000) -> Iterator[pa.Table]:
        """Run one query as `sql` does, and give Arrow tables of so many rows.

        >>> ct = dl.select(catalog, "Modality = 'CT'")
        >>> sum(block.num_rows for block in ct.arrow_blocks("FROM series", rows=100)) == len(ct.series)
        True
        """
        whole, seen = over(self.catalog, self._seen_members, self.catalog.admitted(text))
        return self.catalog._blocks_apart(whole, (), rows, seen)

    def kept_headers(
        self, where: str | None = None, *, missing: Callable[[str, str], None] | None = None
    ) -> Iterator[tuple[str, Dataset]]:
        """The file key and the header of each instance, or of those that fit an SQL condition.

        `missing` is as in `Catalog.kept_headers`.

        >>> key, header = next(dl.select(catalog, "Modality = 'CT'").kept_headers())
        >>> header.Modality
        'CT'
        """
        chosen = self.arrow(
            f"SELECT file_key FROM instances WHERE (\n{self.catalog.condition(where or None)}\n)"
        )
        return self.catalog.kept_headers(
            "file_key IN (SELECT file_key FROM chosen)", beside={"chosen": chosen}, missing=missing
        )

    def export(
        self,
        path: str | Path,
        *,
        table: str | None = None,
        columns: Iterable[str] | None = None,
        where: str | None = None,
        format: Format | None = None,  # noqa: A002 - the word people type
        nested: Nested = "keep",
    ) -> Path:
        """Write tables or headers of the cohort to a file, as `Catalog.export` does; gives the path.

        >>> dl.select(catalog, "Modality = 'CT'").export(to / "ct.parquet", table="instances").name
        'ct.parquet'
        """
        from dicomlab.catalog.export import export

        self.catalog.condition(where or None)
        wishes = {"table": table, "columns": columns, "where": where, "format": format, "nested": nested}
        return export(self, path, SHOWN_TABLES, **wishes)

    def files(self) -> pd.DataFrame:
        """One row a file: file_key, size, container and source, with the UIDs of its instance.

        `file_key` is the path or the address; `container` is the archive that a file lies in.

        >>> dl.select(catalog, "Modality = 'CT'").files().columns.tolist()[:3]
        ['file_key', 'size', 'container']
        """
        return to_pandas(
            query(
                self.catalog,
                self._seen_members,
                "SELECT i.file_key, f.size, f.container, f.source, i.PatientID, i.StudyInstanceUID, "
                "i.SeriesInstanceUID, i.SOPInstanceUID FROM instances i "
                "LEFT JOIN main.files f ON i.file_key = f.file_key "
                "ORDER BY i.PatientID, i.StudyInstanceUID, i.SeriesInstanceUID, i.file_key",
            )
        )

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many patients, studies, series and instances are in."""
        keys, members = SERIES_KEYS, self._members.series
        counted = [
            f"(SELECT count(*) FROM (SELECT DISTINCT {', '.join(map(quoted, keys[: n + 1]))} FROM counted)) "
            f"AS {name}"
            for n, name in enumerate(COUNTED[:2])
        ]
        text = (
            f"SELECT {', '.join(counted)}, (SELECT count(*) FROM counted) AS series, "
            "(SELECT coalesce(sum(n_instances), 0)::BIGINT FROM counted) AS instances"
        )
        return {k: int(v) for k, v in self.catalog._query(text, {"counted": members}).to_pylist()[0].items()}

    def __len__(self) -> int:
        return self.counts["instances"]

    def __repr__(self) -> str:
        now = ", ".join(f"{self.counts[name]:,} {name}" for name in COUNTED)
        steps = [
            f"  {step.what}: {on_one_line(shown_condition(step.in_words))}"
            + (f" ({on_one_line(step.why)})" if step.why else "")
            for step in self.steps
        ]
        return "\n".join([f"<Cohort: {now}>", *steps])

    def _repr_html_(self) -> str:
        from dicomlab.cohorts.card import cohort_html

        return cohort_html(self)

    # --- narrowing ---

    def keep(self, where: str, *, level: Level = "series", why: str = "") -> Cohort:
        """Keep what fits a condition; what it cannot be told of leaves too.

        `where` and `level` are as for `select`. Gives a new cohort.

        >>> head = dl.select(catalog, "Modality = 'CT'").keep("ProtocolName ILIKE '%head%'")
        >>> head.flow["what"].tolist()
        ['catalog', 'select', 'keep']
        """
        return self._with(Step("keep", checked_level(level), where, why))

    def drop(self, where: str, *, why: str, level: Level = "series") -> Cohort:
        """Leave out what fits a condition, and say why; what it cannot be told of stays.

        >>> patients = dl.select(catalog, "Modality = 'CT'")
        >>> seen_twice = patients.drop("n_studies < 2", level="patient", why="seen once only")
        >>> seen_twice.counts["patients"] <= patients.counts["patients"]
        True
        """
        return self._with(Step("drop", checked_level(level), where, why))

    def sample(self, n: int, *, seed: int, by: Level = "patient", why: str = "") -> Cohort:
        """Keep `n` patients (or studies, series, instances) that chance chooses.

        The same seed chooses the same ones. When the archive grows, those chosen before stay but
        for the ones that new ones displace.

        >>> few = dl.select(catalog, "Modality = 'CT'").sample(5, seed=1)
        >>> few.counts["patients"]
        5
        """
        if by not in ("patient", "study", "series", "instance"):
            raise WrongArgument("by", by, ("patient", "study", "series", "instance"))
        if n < 0:
            raise WrongArgument("n", n, (1, 2, "more"))
        return self._with(Step("sample", by, why=why, n=int(n), seed=int(seed)))

    def split(self, shares: Mapping[str, float], *, seed: int, by: Level = "patient") -> dict[str, Cohort]:
        """Divide by chance, such as into training and test; gives a cohort a name.

        No patient is in two of them (with `by`: no study, no series). Whoever was in one stays there
        when the archive grows, since each is placed by chance alone; the shares are therefore met on
        average. They come to 1 at most.

        >>> parts = dl.select(catalog, "Modality = 'CT'").split({"train": 0.8, "test": 0.2}, seed=1)
        >>> list(parts)
        ['train', 'test']
        """
        if by not in ("patient", "study", "series", "instance"):
            raise WrongArgument("by", by, ("patient", "study", "series", "instance"))
        if any(share <= 0 for share in shares.values()) or sum(shares.values()) > 1 + 1e-9:
            raise WrongArgument(
                "shares", dict(shares), ({"train": 0.8, "test": 0.2}, "others that come to 1")
            )
        parts, low = {}, 0.0
        for name, share in shares.items():
            high = 1.0 if abs(low + share - 1) < 1e-9 else low + share
            parts[name] = self._with(Step("split", by, why=name, seed=int(seed), share=(low, high)))
            low = high
        return parts

    # --- how it came to be ---

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was done, in order."""
        return tuple(cohort.step for cohort in self._way)

    @property
    def flow(self) -> pd.DataFrame:
        """One row a step: what was done and why, how many are in then, and how many left.

        The first row is the catalog. Of each row, n_patients is that of the row before less
        left_patients, and so for studies, series and instances. n_unknown counts the rows that a
        condition could not be told of, since a value is missing: they leave with `select` and
        `keep`, and stay with `drop`.
        """
        import pandas as pd

        whole = {name: self.catalog.counts[name] for name in COUNTED}
        rows = [
            {"what": "catalog", "level": "", "where": "", "why": "", "n_unknown": None, **_now(whole, whole)}
        ]
        before = whole
        for cohort in self._way:
            step, counts = cohort.step, cohort.counts
            words = {
                "what": step.what,
                "level": step.level,
                "where": shown_condition(step.in_words),
                "why": step.why,
            }
            rows.append({**words, "n_unknown": cohort._n_unknown, **_now(before, counts)})
            before = counts
        flow = pd.DataFrame(rows).astype({"n_unknown": "Int64"})
        flow.insert(0, "step", range(len(flow)))
        return flow

    @property
    def left(self) -> pd.DataFrame:
        """One row a series and step in which instances of it left: the step, what, and why."""
        import pandas as pd

        tables = []
        for number, cohort in enumerate(self._way, start=1):
            step = cohort.step
            table = to_pandas(cohort._gone())
            words = {
                "step": number,
                "what": step.what,
                "where": shown_condition(step.in_words),
                "why": step.why,
            }
            tables.append(table.assign(**words))
        return self._seen(pd.concat(tables, ignore_index=True))

    # --- again, later ---

    def save(self, path: str | Path) -> Path:
        """Write the cohort down as JSON, for its owner only: how to choose it again; gives the path.

        The file has the steps as they were typed, the version of the catalog, the counts, and
        fingerprints of the series that are in: no UIDs, and no values but those in the conditions.

        >>> dl.select(catalog, "Modality = 'CT'").save(to / "ct.json").name
        'ct.json'
        """
        from dicomlab.cohorts.saved import save

        return save(self.unmasked, path)

    @staticmethod
    def load(path: str | Path, catalog: Catalog) -> Cohort:
        """Choose a saved cohort again, on the catalog as it is now; `changes` says what differs.

        Raises NotACohort for a file that is none, MissingColumn for a catalog without a column that
        a condition names.

        >>> path = dl.select(catalog, "Modality = 'CT'").save(to / "ct.json")
        >>> len(dl.Cohort.load(path, catalog).changes)
        0
        """
        from dicomlab.cohorts.saved import load

        return load(path, catalog)

    @property
    def changes(self) -> pd.DataFrame:
        """One row a series that is not as it was saved; empty for a cohort that was not loaded.

        `change` is entered, left, grew, shrank, or replaced (as many instances, and other ones);
        n_before and n_now count instances; `why` says which step lets it pass or not, or that it
        is new in the catalog or gone from it. To say why, the version that it was saved from must
        still be kept.
        """
        return self._seen(self._changes)

    def completeness(
        self,
        expected: Mapping[str, str | tuple[str, int]] | None = None,
        *,
        visits: Mapping[str, tuple[float, float]] | None = None,
        by: Literal["patient", "study"] = "patient",
    ) -> pd.DataFrame:
        """Who has what a protocol or a schedule expects: one row a patient, visit or study.

        `expected` names series by conditions, such as `{"T1": "SeriesDescription ILIKE '%t1%'"}`;
        with a number, `("...", 2)`, so many are expected. `visits` names spans of days since the first
        study of the patient, such as `{"baseline": (0, 0), "half a year": (150, 210)}`, both ends
        in them; then each patient has a row a visit. One column for each expectation has
        present, missing or extra (more than expected). n_missing, n_extra and n_other count series: what
        lacks, what is too many, and what nobody expected or no visit takes. Without `expected`,
        studies are what is expected and counted.

        Raises WrongArgument for names that the table itself needs, and for spans that overlap.

        >>> scans = dl.select(catalog, "Modality = 'CT'").completeness({"CT": "Modality = 'CT'"})
        >>> scans["CT"].isin(["present", "extra"]).all()
        np.True_
        """
        from dicomlab.cohorts.completeness import completeness

        return self._seen(completeness(self.unmasked, expected, visits=visits, by=by))

    # --- how it works ---

    @cached_property
    def _changes(self) -> pd.DataFrame:
        from dicomlab.cohorts.changes import changes

        return changes(self.unmasked)

    @property
    def unmasked(self) -> Cohort:
        """The same cohort with its true values, whatever `dl.options` says."""
        return replace(self, catalog=self.catalog.unmasked)

    def _seen(self, table: pd.DataFrame) -> pd.DataFrame:
        return mask_table(table) if self.catalog.is_masked else table

    @property
    def _seen_members(self) -> Members:
        """The members as the tables of the catalog name them now."""
        return self._members.masked if self.catalog.is_masked else self._members

    @cached_property
    def _members(self) -> Members:
        return narrowed(self.catalog.unmasked, self._members_before, self.step)

    @property
    def _members_before(self) -> Members | None:
        return None if self.before is None else self.before._members

    @cached_property
    def _n_unknown(self) -> int | None:
        return n_unknown(self.catalog.unmasked, self._members_before, self.step)

    @property
    def _way(self) -> list[Cohort]:
        """The cohorts from the first step to this one."""
        way: list[Cohort] = []
        cohort: Cohort | None = self
        while cohort is not None:
            way.append(cohort)
            cohort = cohort.before
        return way[::-1]

    def _with(self, step: Step) -> Cohort:
        return made(self.catalog, step, self)

    def _gone(self) -> pa.Table:
        """The series that left in the last step, wholly or in part."""
        before = self._members_before
        seen = {"left_after": self._members.series}
        if before is not None:
            seen["left_before"] = before.series
        text = _LEFT.format(
            before="main.series" if before is None else "left_before", same=same("b", "a", SERIES_KEYS)
        )
        return self.catalog.unmasked._query(text, seen)


def made(catalog: Catalog, step: Step, before: Cohort | None = None, *, saved: Saved | None = None) -> Cohort:
    """The cohort after a step; raises at once for a condition that is none."""
    members = None if before is None else before._members
    check_step(catalog, step)
    cohort = Cohort(catalog, with_level(catalog.unmasked, members, step), before, saved)
    _ = cohort._members
    return cohort


def _now(before: Mapping[str, int], counts: Mapping[str, int]) -> dict[str, int]:
    now = {f"n_{name}": counts[name] for name in COUNTED}
    return now | {f"left_{name}": before[name] - counts[name] for name in COUNTED}
