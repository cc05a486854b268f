"""What `check_protocol` hands on: verdicts, deviations, and what was not judged."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dicomlab.errors import MissingColumn

VERDICTS = ("complies", "deviates", "cannot tell", "no rules")
SERIES_COLUMNS = (
    "series study device date modality protocol Manufacturer ManufacturerModelName SoftwareVersions "
    "acquisition verdict n_fields n_deviations n_warnings n_unknown"
).split()
DEVIATION_COLUMNS = (
    "series study device date acquisition field rule expected found unit severity note citation"
).split()
FIELD_COLUMNS = (
    "acquisition field expected severity n_series n_deviating n_unknown found devices first last"
).split()
NOT_JUDGED_COLUMNS = "what n why".split()
_RULES_SHOWN = "acquisition field expected found n_deviating n_series devices last".split()
_DEVIATIONS_SHOWN = "device date acquisition field expected found severity".split()


@dataclass(frozen=True)
class Compliance:
    """What `check_protocol` found, as tables.

    series: one row a series that was looked at. Columns: series and study (their UIDs), device, date,
        modality, protocol (its name), Manufacturer, ManufacturerModelName, SoftwareVersions,
        acquisition (the part of the reference it was held against), verdict, n_fields (judged),
        n_deviations, n_warnings, n_unknown (fields that are empty). The verdict is `complies`,
        `deviates`, `cannot tell` (nothing of what was agreed could be judged) or `no rules` (no
        acquisition of the reference is for it).
    deviations: one row a series and field that is not as agreed. Columns: series, study, device, date,
        acquisition, field, rule (its kind), expected and found (with the unit), unit, severity
        (error, warning), note, citation.
    fields: one row a rule, over all patients. Columns: acquisition, field, expected, severity, n_series
        (held against it), n_deviating, n_unknown, found (the values that deviate and how often),
        devices, first and last (days of a deviation).
    not_judged: what, n (series; null where it is none), why.

    Values of fields that may identify a patient are judged and not shown.
    """

    series: pd.DataFrame
    deviations: pd.DataFrame
    fields: pd.DataFrame
    not_judged: pd.DataFrame

    def __repr__(self) -> str:
        return f"<Compliance: {self.in_words}>"

    @property
    def in_words(self) -> str:
        """The verdicts in one sentence."""
        counts = self.series["verdict"].value_counts()
        told = [
            f"{counts.get(verdict, 0):,} {word}" for verdict, word in _WORDS.items() if counts.get(verdict, 0)
        ]
        return f"{len(self.series):,} series: {', '.join(told) or 'nothing to judge'}"

    @property
    def tables(self) -> tuple[pd.DataFrame, ...]:
        """What a report shows, under titles: per protocol, per rule, per series, and what is left."""
        rules = self.fields.loc[self.fields["n_deviating"] > 0, _RULES_SHOWN]
        return (
            titled(self.by(), self.in_words),
            titled(rules.reset_index(drop=True), "Rules that series deviate from"),
            titled(self.deviations[_DEVIATIONS_SHOWN], "Series that deviate"),
            titled(self.not_judged, "Not judged"),
        )

    def by(self, *names: str) -> pd.DataFrame:
        """The verdicts per acquisition and these columns: who deviates, and how often.

        `names` are columns of `series`, such as device, Manufacturer, ManufacturerModelName,
        SoftwareVersions or study; `month` is made of the date. Columns besides: n_series (judged),
        n_deviating, share, fields (those that deviate, the commonest first).
        Raises MissingColumn for a name that is none.
        """
        table = self.series.assign(month=self.series["date"].dt.strftime("%Y-%m"))
        for name in names:
            if name not in table:
                raise MissingColumn(name, table.columns)
        judged = table[table["verdict"].isin(["complies", "deviates"])]
        keys = ["acquisition", *names]
        judged = judged.assign(is_deviating=judged["verdict"] == "deviates")
        counts = judged.groupby(keys, dropna=False, observed=True)["is_deviating"].agg(["size", "sum"])
        out = counts.reset_index().rename(columns={"size": "n_series", "sum": "n_deviating"})
        out["share"] = out["n_deviating"] / out["n_series"]
        out["fields"] = self._fields_by(judged, keys, out)
        order = ["n_deviating", "share", *keys]
        return out.sort_values(order, ascending=[False, False, *[True] * len(keys)], ignore_index=True)

    def _fields_by(self, judged: pd.DataFrame, keys: list[str], out: pd.DataFrame) -> pd.Series:
        errors = self.deviations[self.deviations["severity"] == "error"]
        found = errors[["series", "acquisition", "field"]].merge(
            judged[["series", *keys]].drop_duplicates(), on=["series", "acquisition"]
        )
        counts = found.groupby([*keys, "field"], dropna=False, observed=True).size().rename("n").reset_index()
        counts = counts.sort_values(["n", "field"], ascending=[False, True])
        named = counts.groupby(keys, dropna=False, observed=True)["field"].agg(", ".join)
        joined = out[keys].merge(named.reset_index(), on=keys, how="left")["field"]
        return joined.fillna("").astype("str")


_WORDS = {
    "complies": "comply",
    "deviates": "deviate",
    "cannot tell": "cannot be told",
    "no rules": "have no rules",
}


def titled(table: pd.DataFrame, title: str) -> pd.DataFrame:
    """A copy of a table under a title."""
    table = table.copy()
    table.attrs["title"] = title
    return table
