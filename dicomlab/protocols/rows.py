"""The series that are held against protocols, as coded columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dicomlab.devices import column, maker_name, name_devices, texts
from dicomlab.errors import MissingColumn, NothingToJudge
from dicomlab.protocols.cells import NOTHING, Coded, alike, coded, coded_values, key
from dicomlab.protocols.reference import PROTOCOL
from dicomlab.series import as_series, is_original, is_phantom, protocol_names, reconstruction_names

PHANTOM = "phantom: "
"""What the protocol names of test images begin with."""

DIFFERS = "differs within the series"
"""What stands for the value of a field in which the images of a series differ."""

ABOUT = ("device", "date", "modality", PROTOCOL, "Manufacturer", "ManufacturerModelName", "SoftwareVersions")
"""What is told of a series beside its identifiers."""

_DEVICE = (
    *("Manufacturer", "ManufacturerModelName", "DeviceSerialNumber", "StationName"),
    *("InstitutionName", "Modality", "SoftwareVersions"),
)
_NAMING = (
    *("ProtocolName", "SeriesDescription", "StudyDescription", "BodyPartExamined", "ViewPosition"),
    *("Modality", "QualityControlImage", "QualityControlSubject"),
)
_WHEN = frozenset(["first_acquired_at"])
_NOT_ORIGINAL = "localisers, or derived from other images"


@dataclass(frozen=True)
class Rows:
    """The series that are judged, one row each, with what they are called here."""

    table: pd.DataFrame
    left_out: tuple[tuple[str, int], ...] = ()
    """Why series are not judged, and how many."""

    _coded: dict[str, Coded] = field(default_factory=dict)
    _differing: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.table)

    def has(self, name: str) -> bool:
        """Whether the table has that column."""
        return name in self.table

    def need(self, names: Iterable[str]) -> None:
        """Raise MissingColumn for the first that the table lacks."""
        for name in names:
            if name not in self.table:
                raise MissingColumn(name, self.table.columns)

    def coded(self, name: str) -> Coded:
        """A column as codes, each made once; `DIFFERS` where its images differ."""
        if name not in self._coded:
            self._coded[name] = self._with_differing(name, coded(self.table, name))
        return self._coded[name]

    def condition(self, name: str) -> Coded:
        """A column as a condition reads it: one text, makers by their short name."""
        label = f"applies to {name}"
        if label not in self._coded:
            values = texts(column(self.table, name))
            known = {
                text: key(maker_name(text) if name == "Manufacturer" else text)
                for text in values.dropna().unique()
            }
            codes, found = pd.factorize(values.map(known), use_na_sentinel=True)
            self._coded[label] = Coded(codes, [str(one) for one in found])
        return self._coded[label]

    def _with_differing(self, name: str, found: Coded) -> Coded:
        if "varies" not in self.table:
            return found
        if not self._differing:
            self._differing.update(_differing(self.table["varies"]))
        rows = self._differing.get(name)
        if rows is None:
            return found
        rows = rows[found.codes[rows] == NOTHING]
        codes = found.codes.copy()
        codes[rows] = len(found.values)
        return Coded(codes, [*found.values, DIFFERS])


def condition_key(name: str, text: str) -> str:
    """A text of a condition as it is compared: makers by their short name."""
    return key(maker_name(text) if name == "Manufacturer" else text)


def _differing(varies: pd.Series) -> Mapping[str, np.ndarray]:
    """For each column in which images of a series differ, the rows where they do."""
    length = varies.map(lambda names: 0 if names is None or names is pd.NA else len(names)).to_numpy()
    some = np.flatnonzero(length)
    names = pd.Series([name for names in varies.iloc[some] for name in names], dtype="object")
    rows = np.repeat(some, length[some])
    return {"": rows[:0]} | {str(name): rows[part.index] for name, part in names.groupby(names)}


def read_rows(catalog_or_series: object) -> Rows:
    """The original series of a catalog or table; what was left out is counted.

    Adds to the table: device, date (midnight), modality, protocol (its name, with the description
    where that says something else; phantoms are protocols of their own), series and study (their
    UIDs, or row label, and device and day, where there are none).
    """
    series = as_series(catalog_or_series).reset_index(drop=True)
    if "Modality" not in series:
        raise MissingColumn("Modality", series.columns)
    original = _once(series, ("ImageType", "Modality"), is_original).to_numpy(bool)
    left_out = ((_NOT_ORIGINAL, int((~original).sum())),) if (~original).any() else ()
    kept = series[original].reset_index(drop=True)
    kept = kept.assign(date=kept["first_acquired_at"].dt.normalize())
    name = _once(kept, _NAMING, _names)
    device = _once(kept, (*_DEVICE, "date"), name_devices).astype(object)
    device = device.where(device.notna(), None)
    own = _identifier(kept, "SeriesInstanceUID", pd.Series(kept.index.astype(str), dtype="str"))
    day = device.astype("str") + " " + kept["date"].dt.strftime("%Y-%m-%d")
    about = {
        "device": device,
        "modality": texts(kept["Modality"]),
        PROTOCOL: _marked(name, _once(kept, ("PatientID", "PatientName"), is_phantom)),
        "series": own,
        "study": _identifier(kept, "StudyInstanceUID", day.fillna(own)),
    }
    return Rows(kept.assign(**about), left_out)


def _names(series: pd.DataFrame) -> pd.Series:
    name = reconstruction_names(series, protocol_names(series))
    return _marked(name, is_phantom(series))


def _marked(name: pd.Series, is_test: pd.Series) -> pd.Series:
    """Names with the word for phantoms before those that show one."""
    return name.where(~is_test.to_numpy(bool) | name.str.startswith(PHANTOM), PHANTOM + name)


def _once(table: pd.DataFrame, names: Iterable[str], work: Callable[[pd.DataFrame], pd.Series]) -> pd.Series:
    """What is worked out of some columns, once for all rows that are alike in these."""
    used = [name for name in names if name in table]
    first, kind = alike([coded_values(table[name]).codes for name in used], len(table))
    found = work(table[[*used, *_WHEN.intersection(table)]].iloc[first])
    return pd.Series(found.array.take(kind), index=table.index)


def _identifier(table: pd.DataFrame, name: str, otherwise: pd.Series) -> pd.Series:
    values = column(table, name)
    is_text = isinstance(values.dtype, pd.StringDtype)
    return (values if is_text else texts(values)).fillna(otherwise)


def chosen_rows(rows: Rows, series: str | list[str] | None) -> pd.DataFrame:
    """The rows of some series. Raises NothingToJudge where one is not there."""
    if series is None:
        return rows.table
    wanted = [series] if isinstance(series, str) else list(series)
    found = rows.table[rows.table["series"].isin(wanted)]
    if found["series"].nunique() < len(set(wanted)):
        why = "it is not among the original series of the table"
        raise NothingToJudge("a series that was named", why, "Take a SeriesInstanceUID from catalog.series.")
    return found
