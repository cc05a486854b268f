"""What is wrong with an archive: findings by check, and the files behind each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets
import pandas as pd
import traitlets

from dicomlab.arguments import checked_methods
from dicomlab.checks.base import FINDING_COLUMNS
from dicomlab.checks.summary import summarise_findings
from dicomlab.errors import MissingColumn, WrongArgument
from dicomlab.schema.formulas import harmless_table
from dicomlab.schema.levels import literal
from dicomlab.schema.masks import mask_table, mask_value
from dicomlab.widgets.base import View
from dicomlab.widgets.table import Table

if TYPE_CHECKING:
    from dicomlab.catalog.catalog import Catalog

_SHOWN = "severity message n_files check level confidence uid".split()
_TOLD = (
    "PatientID StudyDescription SeriesDescription ProtocolName Modality StationName n_instances "
    "first_acquired_at"
).split()
_LEVELS = {"series": "SeriesInstanceUID", "study": "StudyInstanceUID"}
_MOST_WRITTEN = 50_000
"""Findings that are handed to the browser as CSV; `to_pandas` gives all."""


@checked_methods
class CheckBrowser(View, page="checks"):
    """Look through the findings of `check`; `value` is the chosen one's row.

    `value` is a dict of all its columns. `group` is the check that is looked at (empty for all),
    `severities` those that are shown. `selected` is the number of the chosen finding in `findings`, -1
    for none; set it to go there. With a `catalog`, a finding tells of which series it is.

    Raises MissingColumn for a table that lacks what `check` gives.

    >>> findings = dl.check(catalog)
    >>> browser = dl.widgets.CheckBrowser(findings, catalog)
    >>> len(browser.to_pandas()) == len(findings)
    True
    """

    gestures: ClassVar = {"groups": "_groups", "detail": "_detail", "write": "_write"}

    group = traitlets.Unicode("").tag(sync=True)
    severities = traitlets.List(traitlets.Unicode(), default_value=["error", "warning", "note"]).tag(
        sync=True
    )
    selected = traitlets.Int(-1).tag(sync=True)
    table = traitlets.Instance(Table, allow_none=True, read_only=True).tag(
        sync=True, **ipywidgets.widget_serialization
    )
    """The findings of the group, as rows; words and filters go there."""
    value = traitlets.Any(None, read_only=True)

    def __init__(self, findings: pd.DataFrame, catalog: Catalog | None = None, **settings: Any):
        if not isinstance(findings, pd.DataFrame):
            raise WrongArgument("findings", type(findings).__name__, ["what check gives"])
        for name in FINDING_COLUMNS:
            if name not in findings:
                raise MissingColumn(name, findings.columns)
        self.findings = findings.reset_index(drop=True)
        self._catalog = catalog
        asked = {name: settings.pop(name) for name in ("group", "severities", "selected") if name in settings}
        super().__init__(**settings)
        self._rows = Table(self.findings[_SHOWN], title="findings")
        self.set_trait("table", self._rows)
        self._rows.observe(self._picked, "value")
        self.observe(self._filter, ["group", "severities"])
        self.observe(self._select, "selected")
        for name, wanted in asked.items():
            setattr(self, name, wanted)

    def to_pandas(self) -> pd.DataFrame:
        """The findings that are shown, with all their columns."""
        found = self.findings[self.findings["severity"].isin(self.severities)]
        return found[found["check"] == self.group] if self.group else found

    # --- gestures ---

    def _groups(self) -> dict[str, Any]:
        told = summarise_findings(self.findings, least="note", most=0)
        names = ("headline", "counts", "groups", "not_run")
        return {**{name: told[name] for name in names}, "total": len(self.findings)}

    def _detail(self) -> dict[str, Any]:
        if self.value is None:
            return {"finding": None}
        row, files = self.value, _listed(self.value["files"])
        if self.is_masked:
            files = [mask_value("file_key", file) for file in files]
        slices, evidence = row.get("slices"), row.get("evidence")
        nothing: list[tuple[str, str]] = []
        facts = [(k, str(row.get(k, ""))) for k in ("severity", "confidence", "level", "uid") if row.get(k)]
        told = evidence.items() if isinstance(evidence, dict) else []
        return {
            "finding": {
                "check": str(row["check"]),
                "severity": str(row["severity"]),
                "message": str(row["message"]),
                "fix": str(row["fix"]),
                "facts": facts,
                "evidence": [(str(k), _in_words(v)) for k, v in told if v is not None],
                "slices": _runs(list(slices)) if isinstance(slices, list) else "",
                "files": list(map(str, files)),
                "n_files": int(row["n_files"]),
                "series": self.alone("the series of the finding", lambda: self._series(row), nothing),
            }
        }

    def _write(self) -> dict[str, Any]:
        table = self.to_pandas().head(_MOST_WRITTEN).drop(columns=["evidence"], errors="ignore")
        table = mask_table(table) if self.is_masked else table
        for name in table.columns:
            if table[name].map(lambda v: isinstance(v, list)).any():
                table[name] = table[name].map(lambda v: "; ".join(map(str, v)) if isinstance(v, list) else v)
        return {"csv": harmless_table(table).to_csv(index=False), "n": len(table)}

    # --- how it works ---

    def _filter(self, _: Any = None) -> None:
        with self.lock, self.explained():
            known = set(self.findings["check"]) | {""}
            if self.group not in known:
                raise WrongArgument("group", self.group, sorted(known - {""}))
            filters: list[dict[str, Any]] = []
            if self.group:
                filters.append({"column": "check", "op": "in", "value": [self.group]})
            if set(self.findings["severity"]) - set(self.severities):
                filters.append({"column": "severity", "op": "in", "value": list(self.severities)})
            self._rows.filters = filters

    def _picked(self, _: Any = None) -> None:
        chosen = self._rows.value
        self.selected = int(chosen[-1]) if chosen else -1

    def _select(self, _: Any = None) -> None:
        with self.lock, self.explained():
            at = self.selected
            if not -1 <= at < len(self.findings):
                raise WrongArgument("selected", at, [f"-1 to {len(self.findings) - 1}"])
            row = None
            if at >= 0:
                row = {str(name): value for name, value in self.findings.iloc[at].items()}
                if str(at) not in self._rows.value:
                    self._rows.value = [str(at)]
            self.set_trait("value", row)
            self.revision += 1

    def _series(self, row: dict[str, Any]) -> list[tuple[str, str]]:
        """What the catalog knows of the series or study of a finding."""
        key, uid = _LEVELS.get(str(row.get("level"))), row.get("uid")
        if self._catalog is None or key is None or not isinstance(uid, str):
            return []
        catalog = self._catalog.masked if self.is_masked else self._catalog
        found = catalog.read("series", where=f"{key} = {literal(uid)}").head(1)
        told = [name for name in _TOLD if name in found and not found[name].isna().all()]
        return [
            (
                name,
                str(found[name].iloc[0])[:200].split(".")[0]
                if "acquired" in name
                else str(found[name].iloc[0]),
            )
            for name in told
        ]


def _runs(numbers: list[Any]) -> str:
    """Numbers in words, neighbours as spans: 1-3, 7."""
    spans: list[list[int]] = []
    for number in sorted({int(n) for n in numbers}):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}\u2013{b}" for a, b in spans)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_in_words, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
