"""Which series are one protocol: rows in groups, with what their groups are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.devices import maker_name, texts
from dicomlab.protocols.cells import alike
from dicomlab.protocols.fields import Field
from dicomlab.protocols.reference import PROTOCOL
from dicomlab.protocols.rows import Rows

_NO_NAME = "(no protocol)"


@dataclass(frozen=True)
class Groups:
    """The rows that something is learned from, by group, and in order of time."""

    rows: Rows
    code: np.ndarray
    study: np.ndarray
    names: pd.DataFrame
    """One row a group: modality, protocol, and the columns that it was made by."""

    left_out: list[tuple[str, int, str]]
    place: np.ndarray
    """Where each row stands among those that were given."""

    @property
    def by(self) -> tuple[str, ...]:
        """The columns that groups were made by beside modality and protocol."""
        return tuple(self.names.columns[2:])

    def has(self, field: Field) -> np.ndarray:
        """The rows of modalities whose protocols set a field."""
        modality = self.names["modality"].to_numpy()[self.code]
        return np.isin(modality, field.modalities) if field.modalities else np.ones(len(modality), bool)

    @property
    def labels(self) -> pd.Series:
        """A name for each group: its protocol, with what tells it from others of that name."""
        names = self.names
        label = names["modality"] + " " + names[PROTOCOL]
        more = pd.Series("", index=names.index)
        for one in self.by:
            more = (more + " " + names[one]).str.strip()
        return label.where(~label.duplicated(keep=False) | (more == ""), label + " (" + more + ")")

    def named(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table whose column `code` is the group, with what the group is called instead."""
        code = table["code"].to_numpy(int)
        own = self.names[["modality", PROTOCOL]].iloc[code].reset_index(drop=True)
        about = own.assign(group=self.labels.to_numpy()[code])
        return pd.concat([about, table.drop(columns="code").reset_index(drop=True)], axis=1)

    def per(self, kind: np.ndarray) -> pd.DataFrame:
        """What is told of each kind of rows: counts, devices, software, and the days of it."""
        table = self.rows.table
        of = pd.DataFrame(
            {"kind": kind, "study": self.study, "device": table["device"], "date": table["date"]}
        )
        of["software"] = texts(table["SoftwareVersions"]) if "SoftwareVersions" in table else None
        spans = of.groupby("kind")["date"].agg(["min", "max"])
        facts = pd.DataFrame({"n_series": np.bincount(kind)})
        facts["n_studies"] = of.drop_duplicates(["kind", "study"])["kind"].value_counts()
        for name in ("device", "software"):
            found = of[["kind", name]].dropna().drop_duplicates().sort_values(["kind", name])
            facts[name] = found.groupby("kind")[name].agg(", ".join) if len(found) else ""
        facts = facts.fillna({"device": "", "software": ""}).rename(columns={"device": "devices"})
        return facts.assign(first=spans["min"], last=spans["max"])


def group_rows(rows: Rows, by: Sequence[str], least: int) -> Groups:
    """The groups of at least so many series that have a name, and what was left out."""
    table = rows.table
    keys = {name: texts(table[name]).fillna("") for name in ("modality", PROTOCOL, *by)}
    if "Manufacturer" in keys:
        maker = keys["Manufacturer"]
        keys["Manufacturer"] = maker.map({text: maker_name(text) for text in maker.unique()})
    label = pd.DataFrame(keys)
    code = alike([pd.factorize(label[name])[0] for name in label], len(label))[1]
    has_name = (label[PROTOCOL] != _NO_NAME).to_numpy()
    enough = np.bincount(code, minlength=1)[code] >= least
    reasons = (
        (~has_name, "they name no protocol"),
        (has_name & ~enough, f"fewer than {least} are of one protocol"),
    )
    left = [("series", n, why) for why, n in rows.left_out]
    left += [("series", int(off.sum()), why) for off, why in reasons if off.any()]
    kept = np.flatnonzero(has_name & enough)
    kept = kept[np.argsort(table["first_acquired_at"].to_numpy()[kept], kind="stable")]
    part = Rows(table.iloc[kept].reset_index(drop=True))
    first, code = alike([code[kept]], len(kept))
    study = pd.factorize(part.table["study"])[0]
    return Groups(part, code, study, label.iloc[kept].iloc[first].reset_index(drop=True), left, kept)
