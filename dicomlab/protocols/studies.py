"""What series of one study must have in common, whatever the protocol says.

Each part is a frozen dataclass: it takes the rows and gives one row a series that stands apart.
RELATIONS lists what `check_studies` looks at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.devices import column, texts
from dicomlab.errors import DicomlabError
from dicomlab.isolation import set_aside
from dicomlab.protocols.cells import NOTHING, alike, written
from dicomlab.protocols.fields import field_named, fields
from dicomlab.protocols.groups import group_rows
from dicomlab.protocols.reference import PROTOCOL
from dicomlab.protocols.rows import Rows, read_rows
from dicomlab.protocols.rules import Severity
from dicomlab.protocols.settings import LEAST_STUDIES, Settings, settle

STUDY_COLUMNS = (
    "study series device date modality protocol relation field found others severity text"
).split()
_NONE = pd.DataFrame(columns=["row", "relation", "field", "found", "others", "severity", "text"])

SHIM = (
    *("ShimSetting", "siemens_shim_currents", "siemens_shim_offset_x", "siemens_shim_offset_y"),
    *("siemens_shim_offset_z", "ge_shim_x", "ge_shim_y", "ge_shim_z"),
)
"""Columns that hold the currents of the shim coils, by maker or from a BIDS sidecar."""

READOUT = (
    *("PixelSpacing", "SliceThickness", "siemens_bandwidth_per_pixel_phase_encode"),
    *("BandwidthPerPixelPhaseEncode", "ge_effective_echo_spacing", "EffectiveEchoSpacing"),
)
"""What decides how an echo-planar image is distorted."""

_ACQUIRED = frozenset(modality for field in fields() for modality in field.modalities)
_FIELD_MAP = (
    r"(?i)field.?map|\bfmap|\bb0.?map|topup|\bblip|rev(?:erse)?.?(?:pe|phase|pol)"
    r"|(?:\b|_)(?:ap|pa|lr|rl|[alpr]-[alpr])_(?:ref|reference|fieldmap)"
)


@dataclass(frozen=True)
class Relation:
    """Something that series of a study must have in common."""

    @property
    def needs(self) -> Sequence[str]:
        """Columns of which the table must have one."""
        raise NotImplementedError

    def __call__(self, rows: Rows) -> pd.DataFrame:
        """Give row, relation, field, found, others, severity and text of the series that stand apart."""
        raise NotImplementedError


@dataclass(frozen=True)
class Repeats(Relation):
    """Series of one protocol in one study have the same settings."""

    severity: Severity = "warning"

    @property
    def needs(self) -> Sequence[str]:
        """The fields that a protocol sets."""
        return [field.name for field in fields()]

    def __call__(self, rows: Rows) -> pd.DataFrame:
        """Those that have another setting than most of them in the study."""
        groups = group_rows(rows, (), least=2)
        found = [_NONE]
        for field in fields():
            if rows.has(field.name) and len(groups.names):
                one = settle(groups.rows, field, groups.code, groups.study, groups.has(field))
                odd = _unlike(one, [groups.code, groups.study], one.is_mixed[groups.code])
                text = "{field} {found} where other series of the protocol in the study have {others}"
                found.append(_told(odd, one, "repeats", self.severity, text, groups.place))
        return pd.concat(found)


@dataclass(frozen=True)
class SameInStudy(Relation):
    """Series of one modality in one study have one value of a field."""

    names: tuple[str, ...] = ("device", "MagneticFieldStrength")
    per: tuple[str, ...] = ()
    """Columns besides, in which they must agree to be compared."""

    modalities: tuple[str, ...] = ()
    """All that a machine acquires if none is named."""

    severity: Severity = "error"
    name: str = "machine"

    @property
    def needs(self) -> Sequence[str]:
        """The columns."""
        return self.names

    def __call__(self, rows: Rows) -> pd.DataFrame:
        """Those that have another value than most series of the study."""
        study = pd.factorize(rows.table["study"])[0]
        keys = [pd.factorize(texts(column(rows.table, name)))[0] for name in ("modality", *self.per)]
        group = alike([study, *keys], len(rows))[1]
        is_for = rows.table["modality"].isin(self.modalities or _ACQUIRED).to_numpy(bool)
        found = [_NONE]
        for name in (name for name in self.names if rows.has(name)):
            one = settle(rows, field_named(name), group, study, is_for)
            odd = _unlike(one, [group], one.is_told)
            text = "{field} {found} where other series of the study have {others}"
            found.append(_told(odd, one, self.name, self.severity, text, np.arange(len(rows))))
        return pd.concat(found)


@dataclass(frozen=True)
class FieldMaps(Relation):
    """An echo-planar series has a field map in its study that was acquired alike.

    Protocols that have none in most of their studies are left alone: the maps are meant for others.
    """

    names: tuple[str, ...] = SHIM
    is_planar: bool = False
    """Whether only field maps that are echo-planar themselves count."""

    name: str = "field map shim"
    severity: Severity = "warning"

    @property
    def needs(self) -> Sequence[str]:
        """The columns that must agree."""
        return self.names

    def __call__(self, rows: Rows) -> pd.DataFrame:
        """Echo-planar series of studies with field maps, none of which is like them."""
        table = rows.table
        planar = texts(column(table, "ScanningSequence")).str.contains(r"\bEP\b").fillna(False).to_numpy(bool)
        is_map = table[PROTOCOL].str.contains(_FIELD_MAP).to_numpy(bool)
        if self.is_planar:
            is_map = is_map & planar
        study = pd.factorize(table["study"])[0]
        found = [_NONE]
        for name in (name for name in self.names if rows.has(name)):
            one = settle(rows, field_named(name), study, study, np.ones(len(rows), bool))
            pair = study.astype(np.int64) * (len(one.cells) + 1) + one.codes
            maps, images = is_map & one.is_told, planar & ~is_map & one.is_told
            asked = images & np.isin(study, study[maps])
            alone = asked & ~np.isin(pair, pair[maps])
            odd = np.flatnonzero(alone & ~_never(table[PROTOCOL], study, asked, alone))
            others = _others(one, study, maps)
            rows_of = pd.DataFrame({"row": odd, "found": [one.words(c) for c in one.codes[odd].tolist()]})
            rows_of["others"] = [others[s] for s in study[odd].tolist()]
            about = {"relation": self.name, "field": name, "severity": self.severity}
            pairs = zip(rows_of["found"], rows_of["others"], strict=True)
            said = [f"{name} {ours}, and field maps of the study have {theirs}" for ours, theirs in pairs]
            found.append(rows_of.assign(**about, text=said))
        return pd.concat(found)


RELATIONS: tuple[Relation, ...] = (
    Repeats(),
    SameInStudy(),
    SameInStudy(
        ("ReceiveCoilName", "TransmitCoilName"),
        ("BodyPartExamined",),
        ("MR",),
        severity="warning",
        name="coil",
    ),
    FieldMaps(),
    FieldMaps(READOUT, is_planar=True, name="field map readout"),
)
"""What `check_studies` looks at."""


@checked_arguments
def check_studies(catalog_or_series: Any, relations: Sequence[Relation] = RELATIONS) -> pd.DataFrame:
    """Series that do not go with the other series of their study.

    One row a series and field: study, series, device, date, modality, protocol, relation (repeats,
    machine, coil, field map shim, field map readout), field, found, others (what the other series
    have), severity, text. `attrs["not_judged"]` names the relations that the table has no column for.

    Repeats of one protocol must have the same settings, unless they differ in most studies (two
    echoes, two reconstructions); a study must be from one machine; an echo-planar series must have a
    field map with its shim and, if that is echo-planar itself, with its voxels and echo spacing.

    >>> check_studies(catalog)["relation"].tolist()
    []
    """
    rows = read_rows(catalog_or_series)
    judged = [one for one in relations if any(rows.has(name) for name in one.needs)]
    aside: list[str] = []
    found = pd.concat([_NONE, *(_of_relation(one, rows, aside) for one in judged)], ignore_index=True)
    about = [name for name in STUDY_COLUMNS if name not in found]
    own = rows.table[about].iloc[found["row"].to_numpy(int)].reset_index(drop=True)
    out = pd.concat([own, found.drop(columns="row")], axis=1)[STUDY_COLUMNS]
    out = out.sort_values(
        ["severity", "date", "study", "relation", "field"], kind="stable", ignore_index=True
    )
    out.attrs["title"] = "Series that do not go with their study"
    out.attrs["not_judged"] = tuple(_name(one) for one in relations if one not in judged)
    out.attrs["set_aside"] = tuple(aside)
    out.attrs["n_judged"] = len(judged) - len(aside) if len(rows) else 0
    return out


def _of_relation(one: Relation, rows: Rows, aside: list[str]) -> pd.DataFrame:
    """What one relation finds; where it raises nothing, and `aside` says why."""
    try:
        return one(rows)
    except DicomlabError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one relation raises, the others count
        aside.append(set_aside(_name(one), error).in_words)
        return _NONE


def _name(relation: Relation) -> str:
    return str(getattr(relation, "name", "repeats"))


def _unlike(one: Settings, keys: list[np.ndarray], rows: np.ndarray) -> pd.DataFrame:
    """The rows whose setting is not the commonest of those with the same keys; and that one."""
    told = np.flatnonzero(rows & one.is_told)
    group = alike([key[told] for key in keys], len(told))[1]
    codes = one.codes[told]
    pair = alike([group, codes], len(told))[1]
    size = np.bincount(pair, minlength=1)[pair] if len(told) else pair
    order = np.lexsort((-codes, size, group))
    most = np.zeros(int(group.max(initial=-1)) + 1, np.int64)
    most[group[order]] = codes[order]
    odd = codes != most[group]
    return pd.DataFrame({"row": told[odd], "code": codes[odd], "other": most[group][odd]})


def _told(
    odd: pd.DataFrame, one: Settings, relation: str, severity: str, text: str, place: np.ndarray
) -> pd.DataFrame:
    found = [one.words(code) for code in odd["code"].tolist()]
    others = [one.words(code) for code in odd["other"].tolist()]
    name = one.field.name
    said = [text.format(field=name, found=f, others=o) for f, o in zip(found, others, strict=True)]
    about = {"relation": relation, "field": name, "severity": severity}
    rows = place[odd["row"].to_numpy(int)]
    return pd.DataFrame({"row": rows, "found": found, "others": others, "text": said}).assign(**about)


def _never(protocol: pd.Series, study: np.ndarray, asked: np.ndarray, alone: np.ndarray) -> np.ndarray:
    """Rows of protocols that go without in most studies: the field maps are meant for others."""
    table = pd.DataFrame({"protocol": protocol[asked], "study": study[asked], "alone": alone[asked]})
    each = table.groupby(["protocol", "study"])["alone"].max().groupby("protocol").agg(["size", "mean"])
    never = each.index[(each["size"] >= LEAST_STUDIES) & (each["mean"] > 0.5)]
    return protocol.isin(never).to_numpy(bool)


def _others(one: Settings, study: np.ndarray, maps: np.ndarray) -> dict[int, str]:
    """The values of the field maps of each study, in words."""
    table = pd.DataFrame({"study": study[maps], "code": one.codes[maps]}).drop_duplicates()
    table = table[table["code"] != NOTHING]
    words = {code: written(one.cells[code], one.field.unit) for code in table["code"].unique().tolist()}
    table["words"] = table["code"].map(words)
    joined = table.groupby("study")["words"].agg(" or ".join)
    return dict(zip(joined.index.tolist(), joined.tolist(), strict=True))
