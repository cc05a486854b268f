"""Which machines made the images: one identity for each.

A serial number is the best evidence: it holds across changes of station, institution, software
and model string. Where it is missing or a placeholder, maker, model and station stand in for
it, and at last maker, model and institution. The grade A, B or C says which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.dates.stray_dates import are_stray
from dicomlab.dates.written_dates import known_dates, read_dates
from dicomlab.errors import MissingColumn, NotATable, WrongArgument
from dicomlab.placeholder_names import is_placeholder
from dicomlab.schema.masks import shown_table
from dicomlab.spreadsheets.text_files import ColumnTwice, column_names, read_text_table

DEVICE_COLUMNS = (
    *("device", "modality", "Manufacturer", "ManufacturerModelName", "DeviceSerialNumber"),
    *("StationName", "InstitutionName", "identity", "first", "last", "n_series"),
    *("software", "software_epochs", "gaps", "replaces"),
)

# Makers that write several names; the first word that fits wins. Toshiba's medical arm became
# Canon's in 2016-2018, Kodak's became Carestream in 2007: machines live on under both names.
_MAKERS = (
    *(("ge", "GE"), ("general electric", "GE"), ("siemens", "Siemens"), ("philips", "Philips")),
    *(("canon", "Canon"), ("toshiba", "Canon"), ("fuji", "Fujifilm"), ("hologic", "Hologic")),
    *(("lorad", "Hologic"), ("agfa", "Agfa"), ("carestream", "Carestream"), ("kodak", "Carestream")),
    *(("eastman kodak", "Carestream"), ("united imaging", "United Imaging"), ("uih", "United Imaging")),
    *(("hitachi", "Hitachi"), ("shimadzu", "Shimadzu"), ("samsung", "Samsung"), ("konica", "Konica Minolta")),
)
# Objects that are made at a desk, not by the machine.
_DESK = frozenset("SR KO PR SEG RTSTRUCT RTPLAN RTDOSE RTRECORD REG DOC OT FID RWV SC".split())
_SHARED_DAYS = 3
_SHORT_SERIAL = 3
_LEAST_SERIALS = 5
_SERIALS_PER_STUDY = 0.5
_LEAST_GAP = 7
_TIMES_USUAL = 3.0
_GAPS_BY_CHANCE = 0.05
_LEAST_WORKED = 20
_DAYS_A_YEAR = 365.25
_OVERRIDE_COLUMNS = (
    *("device", "Manufacturer", "ManufacturerModelName", "DeviceSerialNumber", "StationName"),
    *("InstitutionName", "from", "to"),
)


@checked_arguments
def list_devices(catalog_or_series: Any, overrides: pd.DataFrame | str | Path | None = None) -> pd.DataFrame:
    """The machines that made the series, and how sure it is that each is one.

    One row per machine: device (its name here), modality, maker, model, serial number, station
    and institution as last seen, identity (A by serial number, B by station, C by institution),
    first and last acquisition, n_series, software (latest), software_epochs (list of `version`
    and `from`), gaps (list of `from`, `to` and `days`: see `long_gaps`), replaces (the machine that
    had its station before).

    `overrides`, a table or a CSV file, wins over all evidence. Its column `device` names the
    machine of series that agree with the cells of the other columns (Manufacturer,
    ManufacturerModelName, DeviceSerialNumber, StationName, InstitutionName; from and to are days);
    empty cells fit anything, and the first row that fits counts. Raises MissingColumn for a
    table without `device`, WrongArgument for a column that is none of these.

    >>> list_devices(catalog)[["device", "identity"]].to_numpy().tolist()
    [['CT-01', 'A'], ['CT-02', 'A']]
    """
    series = getattr(getattr(catalog_or_series, "unmasked", catalog_or_series), "series", catalog_or_series)
    if not isinstance(series, pd.DataFrame):
        raise WrongArgument("catalog_or_series", type(series), ["a catalog", "a DataFrame of series"])
    return shown_table(_listed(_identified(series, overrides)))


@dataclass(frozen=True)
class Identified:
    """The machines of a table of series, and what is to be said of who they are.

    `names` is the machine of each series; `is_stray` whether it is dated far from the machine's others;
    `serials` how many serial numbers each machine had that were not taken for its own.
    """

    devices: pd.DataFrame
    names: pd.Series
    is_stray: pd.Series
    serials: dict[str, int]
    facts: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)

    def without_dates_of(self, devices: Collection[str]) -> Identified:
        """The same where the dates of some machines say nothing: of their gaps, nor when the archive ends.

        It holds no facts any more, which are as large as the table of series.
        """
        listed = _listed(self.facts, devices) if devices else self.devices
        return replace(self, devices=listed, facts=pd.DataFrame())


def identify(
    series: pd.DataFrame,
    overrides: pd.DataFrame | str | Path | None = None,
    *,
    dayfirst: bool | None = None,
) -> Identified:
    """What `list_devices` and `name_devices` give, worked out once, with what is odd about it."""
    facts = _identified(series, overrides, dayfirst=dayfirst)
    changing = facts[facts["is_changing"]].groupby("device")["DeviceSerialNumber"].nunique()
    serials = {str(device): int(n) for device, n in changing.items()}
    return Identified(_listed(facts), facts["device"], facts["is_stray"], serials, facts)


def _listed(facts: pd.DataFrame, undated: Collection[str] = ()) -> pd.DataFrame:
    """The table of machines. Dates far from all others count neither as first nor as last.

    The dates of machines that are `undated` give no gaps, and do not say when the archive ends.
    """
    facts = facts.assign(when=facts["when"].mask(facts["is_stray"]))
    dated = facts.loc[~facts["device"].isin(undated), "when"].dropna()
    end = dated[~are_stray(_day_numbers(dated))].max()
    by_device = facts.sort_values("when", kind="stable", na_position="first").groupby("device", sort=True)
    latest = by_device[["maker", *DEVICE_COLUMNS[3:7], "SoftwareVersions"]].last().to_dict("index")
    rows = [_device_row(str(label), part, latest[label], end) for label, part in by_device]
    devices = pd.DataFrame(rows, columns=list(DEVICE_COLUMNS))
    for name in ("first", "last"):
        devices[name] = pd.to_datetime(devices[name]).astype("datetime64[us]")
    devices["gaps"] = [
        [] if name in undated else gaps for name, gaps in zip(devices["device"], devices["gaps"], strict=True)
    ]
    return _with_replaced(devices.astype({"n_series": "int64"}), facts)


def name_devices(series: pd.DataFrame) -> pd.Series:
    """The name of the machine that made each series, as `list_devices` has it.

    Null where a series names no machine at all.
    """
    return _identified(series)["device"]


def maker_name(manufacturer: str) -> str:
    """One name for a maker that writes several.

    >>> maker_name("GE MEDICAL SYSTEMS"), maker_name("TOSHIBA_MEC")
    ('GE', 'Canon')
    """
    words = re.sub(r"[\s_,.]+", " ", manufacturer).strip()
    for start, name in _MAKERS:
        if re.match(rf"{start}(?![a-z])" if start == "ge" else start, words.casefold()):
            return name
    short = re.sub(
        r"(?i)\s+(?:inc|ltd|llc|gmbh|corp(?:oration)?|co|medical systems?|healthcare)\b.*", "", words
    )
    return short.title() if short.isupper() and len(short) > 4 else short


def _identified(
    series: pd.DataFrame,
    overrides: pd.DataFrame | str | Path | None = None,
    *,
    dayfirst: bool | None = None,
) -> pd.DataFrame:
    """Facts per series with the key, the grade and the name of its machine."""
    facts = _facts(series)
    facts["serial"], facts["is_changing"] = _trusted_serial(facts)
    facts["key"] = _keys(facts)
    facts["identity"] = np.select([facts["serial"].notna(), facts["station"].notna()], ["A", "B"], "C")
    facts["device"] = facts["key"].map(_labels(facts)).astype("str")
    if overrides is not None:
        named = _overridden(facts, _read_overrides(overrides, dayfirst))
        facts["device"] = named.fillna(facts["device"]).astype("str")
        facts["key"] = ("U|" + named).astype(object).fillna(facts["key"])
        facts["identity"] = facts["identity"].mask(named.notna(), "A")
    facts["is_stray"] = _stray(facts)
    return facts


def _stray(facts: pd.DataFrame) -> pd.Series:
    """Whether each series is dated far from the others of its machine."""
    is_stray = pd.Series(False, index=facts.index)
    dated = facts.dropna(subset=["when", "device"])
    for _, when in dated["when"].groupby(dated["device"]):
        found = are_stray(_day_numbers(when))
        if found.any():
            is_stray.loc[when.index[found]] = True
    return is_stray


def _day_numbers(when: pd.Series) -> np.ndarray:
    return when.to_numpy().astype("datetime64[D]").astype(np.int64)


def _read_overrides(overrides: pd.DataFrame | str | Path, dayfirst: bool | None = None) -> pd.DataFrame:
    try:
        table = overrides if isinstance(overrides, pd.DataFrame) else read_text_table(Path(overrides))
    except ColumnTwice:
        raise
    except ValueError:  # also what pandas and decoders raise
        raise NotATable(str(overrides), "machines") from None
    table = table.set_axis(column_names(table.columns), axis="columns")
    if "device" not in table:
        raise MissingColumn("device", table.columns)
    unknown = [str(name) for name in table.columns if name not in _OVERRIDE_COLUMNS]
    if unknown:
        raise WrongArgument("column of devices", unknown[0], _OVERRIDE_COLUMNS)
    bounds = [name for name in ("from", "to") if name in table]
    if not bounds:
        return table
    # Both columns were written by one hand: what one shows of the order of day and month holds for the other.
    cells = pd.concat([table[name].astype(object) for name in bounds], ignore_index=True)
    days = known_dates(cells, " and ".join(bounds), dayfirst=dayfirst).to_numpy()
    return table.assign(**dict(zip(bounds, np.split(days, len(bounds)), strict=True)))


def _overridden(facts: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """The machine that the user named for each series, null where no row fits."""
    named = pd.Series(None, index=facts.index, dtype="str")
    for row in table.to_dict("records"):
        fits = named.isna()
        for name in (n for n in _OVERRIDE_COLUMNS[1:] if not _is_blank(row.get(n))):
            if name in ("from", "to"):
                day = row[name]
                fits &= facts["when"] >= day if name == "from" else facts["when"] < day + pd.Timedelta(1, "D")
            else:
                fits &= facts[name].str.casefold() == str(row[name]).strip().casefold()
        named = named.mask(fits, str(row["device"]))
    return named


def _is_blank(cell: object) -> bool:
    if isinstance(cell, pd.Timestamp):
        return False
    return not isinstance(cell, str) or not cell.strip()


def _facts(series: pd.DataFrame) -> pd.DataFrame:
    facts = pd.DataFrame(index=series.index)
    for name in ("Manufacturer", "ManufacturerModelName", "DeviceSerialNumber", "StationName"):
        facts[name] = texts(column(series, name))
    for name in ("InstitutionName", "Modality", "SoftwareVersions"):
        facts[name] = texts(column(series, name))
    for name in ("Manufacturer", "ManufacturerModelName", "StationName", "InstitutionName"):
        facts[name] = by_value(facts[name], _without_placeholders)
    makers = {name: maker_name(name) for name in facts["Manufacturer"].dropna().unique()}
    facts["maker"] = facts["Manufacturer"].map(makers).astype("str")
    facts["model"] = by_value(facts["ManufacturerModelName"], _letters)
    facts["station"] = by_value(facts["StationName"], lambda name: name.str.casefold())
    facts["study"] = texts(column(series, "StudyInstanceUID"))
    facts["when"] = read_dates(column(series, "first_acquired_at")).when
    return facts


def _without_placeholders(names: pd.Series) -> pd.Series:
    return names.mask(names.map(lambda name: isinstance(name, str) and is_placeholder(name)).astype(bool))


def _trusted_serial(facts: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Serial numbers without placeholders and shared numbers, and which were not since they change."""
    written = facts["DeviceSerialNumber"]
    same_as_model = by_value(written, _letters) == facts["model"]
    serial = by_value(written, _true_serial).mask(same_as_model)
    serial = serial.mask(serial.isin(_shared(facts.assign(serial=serial))))
    is_changing = _changes_with_study(facts.assign(serial=serial))
    serial = serial.mask(is_changing)
    return serial.fillna(_serial_of_station(facts.assign(serial=serial))), is_changing


def _changes_with_study(facts: pd.DataFrame) -> pd.Series:
    """Whether a serial number belongs to a station where most studies have one of their own.

    So they have where a de-identification made them anew for each study. At least 5 serial numbers on
    different days, of which the median was seen in one study, and half as many as there are studies.
    """
    known = facts.dropna(subset=["serial", "station"])
    place = [known[name].fillna("") for name in ("maker", "model", "station")]
    study = known["study"].fillna(known["when"].astype("str"))
    by = study.groupby([*place, known["serial"]]).nunique()
    counts = by.groupby(level=[0, 1, 2]).agg(["size", "median", "sum"])
    odd = (counts["size"] >= _LEAST_SERIALS) & (counts["median"] <= 1)
    odd &= counts["size"] >= _SERIALS_PER_STUDY * counts["sum"]
    names = pd.MultiIndex.from_arrays(place)
    is_odd = pd.Series(names.isin(counts.index[odd]), index=known.index, dtype=bool)
    return is_odd.reindex(facts.index, fill_value=False)


def _letters(names: pd.Series) -> pd.Series:
    """Letters and digits alone, the letters small."""
    return names.str.casefold().str.replace(r"[^a-z0-9]+", "", regex=True)


def _true_serial(written: pd.Series) -> pd.Series:
    """Serial numbers bare of zeros and marks, null for a placeholder."""
    serial = written.str.casefold()
    return _without_placeholders(serial).map(bare_serial, na_action="ignore").astype("str")


def bare_serial(serial: str) -> str:
    """A serial number without the zeros and marks that some objects leave out.

    >>> bare_serial("00-7100_9")
    '71009'
    """
    return re.sub(r"[^\w]+|_", "", serial).lstrip("0") or serial


def _shared(facts: pd.DataFrame) -> set[str]:
    """Serial numbers that two models, or two stations of two institutions, used on the same days.

    One of up to three characters counts as shared where two stations of one institution use it, too:
    longer ones are of one machine with two consoles.
    """
    dated = facts[facts["serial"].notna() & facts["when"].notna()]
    day = dated["when"].dt.normalize()
    shared: set[str] = set()
    short = dated["serial"].str.len() <= _SHORT_SERIAL
    sites = dated["InstitutionName"].str.casefold().groupby([dated["serial"], day]).transform("nunique")
    apart = dated["station"].where(short | (sites > 1))
    for clue, also in ((dated["model"], []), (apart, [dated["Modality"]])):
        used = clue.groupby([dated["serial"], *also, day]).nunique()
        days = (used > 1).groupby(level="serial").sum()
        shared |= set(days.index[days >= _SHARED_DAYS])
    return shared


def _serial_of_station(facts: pd.DataFrame) -> pd.Series:
    """The serial number of series that lack one, where their station has one."""
    known = facts.dropna(subset=["serial", "station"])
    place = ["maker", "model", "station"]
    only = known.groupby(place, dropna=False)["serial"].agg(["nunique", "first"])
    single = only.loc[only["nunique"] == 1, "first"]
    wanted = pd.MultiIndex.from_frame(facts[place])
    found = single.reindex(wanted).to_numpy() if len(single) else np.full(len(facts), None)
    return pd.Series(found, index=facts.index, dtype="object").where(facts["station"].notna())


def _keys(facts: pd.DataFrame) -> pd.Series:
    """What makes a machine one: serial number and maker, else the best that is there."""
    maker = facts["maker"].fillna("")
    maker = maker.where(~facts["serial"].isin(_renamed(facts)), "*")
    by_serial = "A|" + maker + "|" + facts["serial"]
    rest = maker + "|" + facts["model"].fillna("") + "|"
    by_station = "B|" + rest + facts["station"] + _site(facts)
    by_site = ("C|" + rest + facts["InstitutionName"].fillna("")).where(facts["model"].notna())
    return by_serial.fillna(by_station).fillna(by_site).astype(object)


def _site(facts: pd.DataFrame) -> pd.Series:
    """The institution of stations whose name machines of two of them use on the same days."""
    dated = facts[facts["serial"].isna()].dropna(subset=["station", "InstitutionName", "when"])
    site = dated["InstitutionName"].str.casefold()
    place = [dated["maker"].fillna(""), dated["model"].fillna(""), dated["station"]]
    used = site.groupby([*place, dated["when"].dt.normalize()]).nunique()
    days = (used > 1).groupby(level=[0, 1, 2]).sum()
    shared = set(days.index[days >= _SHARED_DAYS])
    if not shared:
        return pd.Series("", index=facts.index, dtype="str")
    names = zip(facts["maker"].fillna(""), facts["model"].fillna(""), facts["station"], strict=True)
    is_shared = pd.Series([name in shared for name in names], index=facts.index, dtype=bool)
    return ("|" + facts["InstitutionName"].str.casefold().fillna("")).where(is_shared, "")


def _renamed(facts: pd.DataFrame) -> set[str]:
    """Serial numbers that moved from one maker's name to another's for good."""
    dated = facts[facts["serial"].str.len().fillna(0) >= 5].dropna(subset=["when", "maker"])
    spans = dated.groupby(["serial", "maker"])["when"].agg(["min", "max"]).reset_index()
    spans = spans.sort_values(["serial", "min"])
    after = spans["min"] > spans.groupby("serial")["max"].shift()
    several = spans.groupby("serial")["maker"].transform("size") > 1
    first = ~spans["serial"].duplicated()
    apart = (after | first).groupby(spans["serial"]).all()
    return set(spans.loc[several, "serial"]) & set(apart.index[apart])


def _labels(facts: pd.DataFrame) -> dict[str, str]:
    """A readable name for each key: its station where no other machine has it."""
    facts = facts.assign(trusted=facts["DeviceSerialNumber"].where(facts["serial"].notna()))
    latest = facts.dropna(subset=["key"]).sort_values("when", kind="stable", na_position="first")
    last = latest.groupby("key")[
        ["StationName", "ManufacturerModelName", "trusted", "InstitutionName", "Manufacturer"]
    ].last()
    stations = latest.dropna(subset=["station"]).groupby("station")["key"].nunique()
    labels: dict[str, str] = {}
    for key, row in last.iterrows():
        labels[str(key)] = _label(row, stations)
    return _told_apart(labels)


def _label(row: pd.Series, stations: pd.Series) -> str:
    station = row["StationName"]
    if isinstance(station, str) and stations.get(station.casefold(), 0) == 1:
        return station
    model = (
        row["ManufacturerModelName"] if isinstance(row["ManufacturerModelName"], str) else row["Manufacturer"]
    )
    names = (model, row["trusted"], station, row["InstitutionName"])
    words = [name for name in names if isinstance(name, str)]
    return " ".join(words[:2]) if words else "unnamed machine"


def _told_apart(labels: dict[str, str]) -> dict[str, str]:
    seen: dict[str, int] = {}
    for key in sorted(labels):
        name = labels[key]
        seen[name] = seen.get(name, 0) + 1
        labels[key] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return labels


def _device_row(
    label: str, facts: pd.DataFrame, latest: dict[Any, Any], end: pd.Timestamp
) -> dict[str, object]:
    """The row of a machine, of its series in order of time and what each cell last was."""
    modality = _main_modality(facts["Modality"])
    is_main = facts["Modality"] == modality
    main = facts if modality is None or is_main.all() else facts[is_main]
    epochs = software_epochs(main["when"], main["SoftwareVersions"])
    last = {str(name): str(text) if isinstance(text, str) else None for name, text in latest.items()}
    return {
        "device": label,
        "modality": modality,
        "Manufacturer": last["maker"],
        **{name: last[name] for name in DEVICE_COLUMNS[3:7]},
        "identity": facts["identity"].min(),
        "first": facts["when"].min(),
        "last": facts["when"].max(),
        "n_series": len(facts),
        "software": epochs[-1]["version"] if epochs else last["SoftwareVersions"],
        "software_epochs": epochs,
        "gaps": long_gaps(main["when"], end),
    }


def _main_modality(modality: pd.Series) -> str | None:
    """The most common modality of a machine, that of a desk only where there is no other."""
    counts = modality.value_counts()
    own = counts[~counts.index.isin(_DESK)]
    counts = own if len(own) or modality.isna().any() else counts
    return str(min(counts.index[counts == counts.max()])) if len(counts) else None


def long_gaps(when: pd.Series, end: pd.Timestamp) -> list[dict[str, object]]:
    """The stretches in which a machine gave no data for much longer than it usually does.

    `when` are the times of its series, `end` the last of the archive. Each has `from` and `to`, the
    first and last day without data (`to` is null where it goes on until `end`), and `days`. A gap is
    long if it lasts a week or more, three times as long as 19 in 20 of the pauses between its days
    with data, and would come about less than once in twenty years if those fell as its weekdays have
    them.

    >>> days = pd.Series(pd.date_range("2024-01-01", "2024-03-31"))
    >>> [gap["days"] for gap in long_gaps(days[(days < "2024-02-01") | (days > "2024-02-14")], days.max())]
    [14]
    """
    worked = np.unique(when.dropna().to_numpy().astype("datetime64[D]"))
    if len(worked) < _LEAST_WORKED or pd.isna(end):
        return []
    last = np.datetime64(end, "D")
    edges = worked.astype(int)
    edges = np.append(edges, max(int(last.astype(int)), edges[-1]) + 1)
    length = np.diff(edges) - 1
    usual = float(np.quantile(length[:-1], 0.95))
    idle = np.concatenate([[0.0], np.cumsum(_surprise_of_idle_days(edges, length > 2 * _LEAST_GAP))])
    surprise = idle[edges[1:] - edges[0]] - idle[edges[:-1] + 1 - edges[0]]
    is_long = length >= max(_LEAST_GAP, _TIMES_USUAL * usual)
    is_long &= surprise >= np.log(_DAYS_A_YEAR / _GAPS_BY_CHANCE)
    return [_gap(int(edges[n]) + 1, int(length[n]), n == len(length) - 1) for n in np.flatnonzero(is_long)]


def _surprise_of_idle_days(edges: np.ndarray, is_away: np.ndarray) -> np.ndarray:
    """For each day from the first to the end, minus the log of the chance that it has no data.

    By weekday; stretches in which the machine was away do not count.
    """
    span = int(edges[-1] - edges[0])
    here, has_data = np.ones(span, bool), np.zeros(span, bool)
    has_data[edges[:-1] - edges[0]] = True
    for n in np.flatnonzero(is_away):
        here[edges[n] + 1 - edges[0] : edges[n + 1] - edges[0]] = False
    weekday = (np.arange(span) + edges[0]) % 7
    days, worked = (np.bincount(weekday[x], minlength=7) for x in (here, here & has_data))
    share = ((worked + 0.5) / (days + 1.0)).clip(max=0.98)
    return np.asarray(-np.log(1 - share)[weekday])


def _gap(first: int, days: int, is_open: bool) -> dict[str, object]:
    begin = pd.Timestamp(first, unit="D").as_unit("us")
    end = pd.NaT if is_open else begin + pd.Timedelta(days - 1, "D")
    return {"from": begin, "to": end, "days": days}


def software_epochs(when: pd.Series, version: pd.Series) -> list[dict[str, object]]:
    """The versions a machine ran, each with the day it was first seen, in order.

    A version counts from the first day on which most series have it, and most of the three days
    from that one on: single series that were made again with another version are not an epoch.
    """
    known = when.notna() & version.notna()
    if not known.any():
        return []
    tidy = by_value(version[known], lambda names: names.str.replace(r"\s+", " ", regex=True))
    usual = _most_common(tidy, when[known].dt.normalize())
    names = usual.tolist()
    epochs: list[dict[str, object]] = []
    for n, (day, name) in enumerate(zip(usual.index, names, strict=True)):
        is_new = not epochs or name != epochs[-1]["version"]
        soon = names[n : n + 3]
        if is_new and (not epochs or 2 * soon.count(name) > len(soon)):
            epochs.append({"version": name, "from": day})
    return epochs


def _most_common(value: pd.Series, by: pd.Series) -> pd.Series:
    """The most common value of each group, the first in the alphabet of several."""
    counts = value.groupby([by, value]).size().rename_axis(["group", "value"]).rename("n").reset_index()
    counts = counts.sort_values(["group", "n", "value"], ascending=[True, False, True])
    return counts.drop_duplicates("group").set_index("group")["value"]


def _with_replaced(devices: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Name the machine that had the same station until this one came."""
    own = ["device", "modality", "Manufacturer"]
    kinds = devices[own].fillna("").rename(columns={"Manufacturer": "made_by"})
    used = facts.dropna(subset=["station", "device", "when"]).merge(kinds, on="device")
    place = ["station", "made_by", "modality"]
    spans = used.groupby([*place, "device"])["when"].agg(["min", "max"]).reset_index()
    spans = spans.sort_values([*place, "min"])
    before = spans.groupby(place)[["device", "max"]].shift()
    replaced = before["device"].where(before["max"] < spans["min"])
    replaces = pd.Series(replaced.to_numpy(), index=spans["device"]).dropna()
    return devices.assign(replaces=devices["device"].map(replaces.groupby(level=0).first()).astype("str"))


def column(table: pd.DataFrame, name: str) -> pd.Series:
    """A column of a table, or nulls where the table lacks it."""
    if name in table:
        return table[name]
    return pd.Series(pd.NA, index=table.index, dtype="object")


def by_value(texts: pd.Series, rewrite: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """What `rewrite` makes of each text, worked out once for each that differs."""
    codes, unique = pd.factorize(texts, use_na_sentinel=True)
    made = rewrite(pd.Series([*unique, None], dtype="str"))
    return pd.Series(made.array.take(codes % len(made)), index=texts.index)


def texts(values: pd.Series) -> pd.Series:
    r"""Values as a person writes them: numbers short, lists joined by \, blanks null."""
    if values.dtype == "str":
        bare = values.str.strip()
        blank = (bare == "").to_numpy(bool)
        return bare.mask(blank) if blank.any() else bare
    return pd.Series(text_objects(values), index=values.index, dtype="str")


def text_objects(values: pd.Series) -> np.ndarray:
    """The same as an array of str and None, which is quicker to make."""
    codes, told = text_codes(values)
    return told[codes]


def text_codes(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The same as numbers, and the texts by number; None is the last, and its number is -1 too.

    Values that are written alike may have several numbers.
    """
    if values.dtype == object:
        kind = pd.api.types.infer_dtype(values, skipna=True)
        if kind == "empty":
            return np.full(len(values), -1), np.array([None])
        if kind.startswith("mixed"):
            values = values.map(_hashable, na_action="ignore").astype(object)
    codes, unique = pd.factorize(values, use_na_sentinel=True)
    if values.dtype == float:
        told: list[str | None] = [f"{value:.6g}" for value in unique.tolist()]
    else:
        told = [_text(value) for value in unique]
    return codes, np.array([*told, None], dtype=object)


def _hashable(value: object) -> object:
    if isinstance(value, (list, tuple, np.ndarray)):
        return tuple(value) if len(value) else None
    return value


def _text(value: object) -> str | None:
    if isinstance(value, tuple):
        parts = [_text(part) or "" for part in value]
        return "\\".join(parts) if any(parts) else None
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    return str(value).strip() or None
