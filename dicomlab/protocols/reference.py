"""A reference: what series of each protocol are agreed to be, kept as a file one can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from dicomlab.arguments import checked_methods
from dicomlab.errors import DicomlabError
from dicomlab.new_files import write_text
from dicomlab.plain_files import NotPlain, read_json
from dicomlab.protocols.forms import from_dict, to_dict
from dicomlab.protocols.rules import Rule

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 1
"""Raised when an older reader could not read the file."""

_FORMAT = "dicomlab protocol"
PROTOCOL = "protocol"
"""The condition that is no column: the name of the protocol, as `learn_protocols` groups it."""


class BadReference(DicomlabError):
    """A file or table holds no reference that can be used."""

    def __init__(self, source: str, why: str, instead: str = ""):
        instead = instead or "docs/protocols.md shows what a reference looks like."
        super().__init__(f"{source} cannot be used as a reference: {why}. {instead}")


@dataclass(frozen=True)
class NotUnderstood:
    """A part of an imported reference that is not judged, and why."""

    acquisition: str
    what: str
    why: str


@dataclass(frozen=True)
class Acquisition:
    """The rules for one kind of series, and which series they are for."""

    name: str
    rules: tuple[Rule, ...]
    applies_to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns with the texts of which a series must have one; none means that the nearest is taken.

    `protocol` stands for the name of the protocol, with the description where that differs; makers
    are compared by their short name (GE MEDICAL SYSTEMS is GE).
    """

    note: str = ""


@checked_methods
@dataclass(frozen=True)
class Protocol:
    """A reference that series are held against: acquisitions, each with rules.

    Made by `load` (a file of ours or of dicompare), `from_series`, `from_header`, `from_table`,
    `from_majority`, or written by hand as JSON. `lint` says which of its rules will not last,
    `nearest` which acquisition a series fits best, `check_protocol` what deviates.

    >>> agreed = Protocol.from_majority(catalog)
    >>> agreed.save(to / "agreed.json").name
    'agreed.json'
    >>> Protocol.load(to / "agreed.json") == agreed
    True
    """

    name: str
    acquisitions: tuple[Acquisition, ...]
    version: str = ""
    description: str = ""
    not_understood: tuple[NotUnderstood, ...] = ()
    """What an imported file says and is not judged: rules in Python, fields nobody can read."""

    def __repr__(self) -> str:
        n = sum(len(one.rules) for one in self.acquisitions)
        left = f"; {len(self.not_understood)} parts not understood" if self.not_understood else ""
        return f"<Protocol: {len(self.acquisitions)} acquisitions, {n} rules{left}>"

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a reference from JSON, of ours or of dicompare.

        Python code in a file of dicompare is not run: such rules are listed in `not_understood`.
        Raises BadReference where the file is none.
        """
        said = _read_json(Path(path))
        if said.get("format") == _FORMAT:
            return cls.from_dict(said, source=str(path))
        if isinstance(said.get("acquisitions"), dict):
            from dicomlab.protocols.dicompare import read_dicompare

            name, acquisitions, left = read_dicompare(said, source=str(path))
            texts = {key: str(said.get(key) or "") for key in ("version", "description")}
            return cls(name, acquisitions, not_understood=left, **texts)
        raise BadReference(str(path), "it is neither of dicomlab nor of dicompare")

    def save(self, path: str | Path) -> Path:
        """Write it as JSON, indented and with a schema version; gives the path."""
        text = json.dumps(self.to_dict(), indent=1, allow_nan=False, ensure_ascii=False)
        return write_text(path, text + "\n")

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, as it is written to a file."""
        said: dict[str, Any] = {"format": _FORMAT, "schema": SCHEMA, "name": self.name}
        said |= {key: getattr(self, key) for key in ("version", "description") if getattr(self, key)}
        said["acquisitions"] = [_acquisition_dict(one) for one in self.acquisitions]
        if self.not_understood:
            said["not_understood"] = [vars(one) for one in self.not_understood]
        return said

    @classmethod
    def from_dict(cls, said: Mapping[str, Any], *, source: str = "The reference") -> Self:
        """Make one of plain data. Raises BadReference, and BadRule for a rule that is none."""
        if not isinstance(said.get("schema"), int) or said["schema"] > SCHEMA:
            why = "it was written by a newer dicomlab, or names no schema"
            raise BadReference(source, why, f"Update dicomlab, or write schema {SCHEMA}.")
        listed = said.get("acquisitions")
        if not isinstance(listed, list):
            raise BadReference(source, "it has no list of acquisitions")
        left = [one for one in said.get("not_understood", ()) if isinstance(one, dict)]
        names = [one.name for one in fields(NotUnderstood)]
        return cls(
            str(said.get("name") or "reference"),
            tuple(_acquisition(one, source) for one in listed),
            version=str(said.get("version") or ""),
            description=str(said.get("description") or ""),
            not_understood=tuple(
                NotUnderstood(**{name: str(one.get(name, "")) for name in names}) for one in left
            ),
        )

    @classmethod
    def from_series(
        cls,
        catalog_or_series: Any,
        series: str | list[str] | None = None,
        *,
        fields: list[str] | None = None,
        name: str = "",
        by_name: bool = True,
    ) -> Self:
        """Take series as they are for the reference: one acquisition each.

        `series` are SeriesInstanceUIDs; without them, all rows that are given. `fields` takes the
        place of those that the modality sets. `by_name` means that it holds for series of the same
        protocol name only; without it, for whatever series are nearest.
        Raises NothingToJudge where no such series is there, MissingColumn for a field that is not.
        """
        from dicomlab.protocols.making import from_rows

        return cls(name or "series", from_rows(catalog_or_series, series, fields, by_name=by_name))

    @classmethod
    def from_header(
        cls, row: Mapping[str, Any], *, fields: list[str] | None = None, name: str = "", by_name: bool = True
    ) -> Self:
        """Take one file for the reference, as `read_header` gives it.

        >>> import dicomlab as dl
        >>> file = catalog.files.query("status == 'read'")["file_key"].iloc[0]
        >>> len(Protocol.from_header(dl.read_header(file)).acquisitions)
        1
        """
        from dicomlab.protocols.making import from_rows

        return cls(name or "file", from_rows(row, None, fields, by_name=by_name))

    @classmethod
    def from_table(cls, table: pd.DataFrame | str | Path, *, name: str = "") -> Self:
        r"""Make one from a table with a row a rule, or a CSV file of it.

        Columns: acquisition, field, and of these what the rule needs: rule (exact, within, range,
        one of, contains, contains any, contains all, present, absent; else by the columns that are
        filled), value, absolute, relative, low, high, values, parts, unit, severity, note, citation.
        Several values stand with | between, the values of one cell with \. A column
        `applies_to.X` is a condition on X. Raises MissingColumn without acquisition and field.
        """
        from dicomlab.protocols.making import from_rule_table

        return cls(name or "table", from_rule_table(table))

    @classmethod
    def from_majority(cls, catalog_or_series: Any, **settings: Any) -> Self:
        """Take what most series of each protocol have; the settings are those of `learn_protocols`."""
        from dicomlab.protocols.learning import learn_protocols

        return cls(**vars(learn_protocols(catalog_or_series, **settings).reference))

    def nearest(self, catalog_or_series: Any) -> pd.DataFrame:
        """Which acquisition each series fits best, whatever its name, and how far off it is.

        Of the conditions only the Modality counts.

        One row a series: SeriesInstanceUID, device, protocol (its name), nearest (the acquisition),
        distance (share of the fields that could be judged and deviate), n_fields, differs (in
        words), second and second_distance. Null where nothing could be judged.
        """
        from dicomlab.protocols.engine import find_nearest

        return find_nearest(catalog_or_series, self)

    def lint(self, catalog_or_series: Any = None) -> pd.DataFrame:
        """What will go wrong with the reference, the worst first; with series, held against them too.

        One row a problem: acquisition, field, problem, severity (error, warning), text, advice.

        >>> Protocol.from_majority(catalog).lint(catalog)["problem"].tolist()
        []
        """
        from dicomlab.protocols.lint import lint_protocol

        return lint_protocol(self, catalog_or_series)

    def without(self, *names: str) -> Self:
        """The same without the rules about these fields."""
        kept = [
            replace(one, rules=tuple(rule for rule in one.rules if rule.field not in names))
            for one in self.acquisitions
        ]
        return replace(self, acquisitions=tuple(kept))


def _acquisition_dict(one: Acquisition) -> dict[str, Any]:
    said: dict[str, Any] = {"name": one.name}
    if one.note:
        said["note"] = one.note
    said["applies_to"] = {column: list(texts) for column, texts in one.applies_to.items()}
    said["rules"] = [to_dict(rule) for rule in one.rules]
    return said


def _acquisition(said: Any, source: str) -> Acquisition:
    if not isinstance(said, dict) or not isinstance(said.get("rules"), list):
        raise BadReference(source, "an acquisition has no list of rules")
    where = said.get("applies_to") or {}
    if not isinstance(where, dict):
        raise BadReference(source, "`applies_to` is no object", 'Write {"Modality": ["CT"]}.')
    texts = {str(column): _texts(value) for column, value in where.items()}
    rules = tuple(from_dict(rule) for rule in said["rules"])
    return Acquisition(str(said.get("name") or "acquisition"), rules, texts, str(said.get("note") or ""))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise BadReference(str(path), "there is no such file", "Give the path of a JSON file.")
    try:
        said = read_json(path)
    except NotPlain as error:
        raise BadReference(str(path), f"it {error.why}") from None
    if not isinstance(said, dict):
        raise BadReference(str(path), "it is no JSON object")
    return said
