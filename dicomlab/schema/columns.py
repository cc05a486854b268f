"""A column, and the set of columns a scan writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, get_args

from dicomlab.arguments import checked_methods
from dicomlab.errors import DicomlabError, NotAColumn, UnknownColumn, WrongArgument, WrongKind
from dicomlab.printable_text import on_one_line

Level = Literal["patient", "study", "series", "instance"]
Kind = Literal["text", "float", "int", "date", "time", "datetime", "binary"]
RollUp = Literal["same", "median", "min", "max", "none"]
Csa = Literal["", "image", "series", "protocol"]
Rule = Literal["", "first_modulo_1e9"]

LEVELS: tuple[Level, ...] = ("patient", "study", "series", "instance")

# PS3.5 table 6.2-1, by what a cell becomes.
_KIND_OF_VR: dict[str, Kind] = {
    **dict.fromkeys("AE AS CS LO LT PN SH ST UC UI UR UT AT".split(), "text"),
    **dict.fromkeys("DS FL FD".split(), "float"),
    **dict.fromkeys(["IS", "US", "UL", "SS", "SL", "SV", "UV", "US or SS"], "int"),
    "DA": "date",
    "TM": "time",
    "DT": "datetime",
    **dict.fromkeys(["OB", "OW", "OD", "OF", "OL", "OV", "UN", "OB or OW"], "binary"),
    "US or OW": "binary",
    "US or SS or OW": "binary",
}
# One value that may hold backslashes, whatever the dictionary says of multiplicity.
_ONE_TEXT = frozenset("LT ST UT UR".split())

_PRIVATE = r'\((?P<group>[0-9A-Fa-f]{4}),[xX]{2}(?P<element>[0-9A-Fa-f]{2}),"(?P<creator>[^"\\]{1,64})"\)'
_WORD = rf"(?:(?P<keyword>[A-Za-z0-9]+)|{_PRIVATE})"
_PATH_STEP = re.compile(rf"{_WORD}\[(?P<item>\d{{1,6}}|\*)\]\.")
_PATH_END = re.compile(_WORD)
ANY_ITEM = -1
"""Stands for every item of a sequence, written `[*]`."""


@dataclass(frozen=True)
class Step:
    """One sequence on the way to a nested attribute: its tag and which item, or ANY_ITEM.

    A private sequence has a creator, and its tag is group and offset in the block: gggg00ee.
    """

    tag: int
    item: int
    creator: str = ""


@dataclass(frozen=True)
class Column:
    """One column of the instances table.

    `name` is the DICOM keyword where the values are verbatim, in DICOM's unit; `path` names a
    nested attribute with item numbers (`RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose`);
    `creator`, `group` and `element` name a private one by the block's creator and the offset
    in the block, never by a fixed block number (PS3.5 7.8.1).

    `csa` names the Siemens header or protocol in which `path` is a field. `parts` are columns of
    which the first that has a value counts. `rule` says how one value is made of several.
    """

    name: str
    meaning: str
    level: Level
    vr: str
    tag: int
    steps: tuple[Step, ...] = ()
    creator: str = ""
    unit: str = ""
    phi: bool = False
    is_list: bool = False
    rollup: RollUp = "same"
    path: str = ""
    csa: Csa = ""
    parts: tuple[Column, ...] = ()
    rule: Rule = ""

    @property
    def has_place(self) -> bool:
        """Whether the values stand in an element of their own."""
        return not (self.csa or self.parts)

    @property
    def kind(self) -> Kind:
        """What a cell holds, before lists."""
        return _KIND_OF_VR[self.vr]

    @property
    def is_many(self) -> bool:
        """Whether a cell gathers the values of all items of a sequence."""
        return any(step.item == ANY_ITEM for step in self.steps)

    @property
    def type(self) -> str:
        """The type in the tables, in words."""
        one = {"text": "string", "float": "float64", "int": "int64", "date": "date32"} | {
            "time": "time64[us]",
            "datetime": "timestamp[us]",
            "binary": "binary",
        }
        return f"list<{one[self.kind]}>" if self.is_list else one[self.kind]

    @property
    def source(self) -> str:
        """Where the values come from, as a person writes it."""
        where = f"({self.tag >> 16:04X},{self.tag & 0xFFFF:04X})"
        if self.parts:
            return "; ".join(part.source for part in self.parts)
        if self.csa:
            return f"CSA {self.csa} {self.path}" if self.csa != "protocol" else f"protocol {self.path}"
        if self.creator and self.path:
            return self.path
        if self.creator:
            return f"({self.tag >> 16:04X},xx{self.tag & 0xFF:02X}) {self.creator}"
        return f"{where} {self.path}" if self.path else where


def public_column(
    path: str,
    *,
    name: str | None = None,
    meaning: str = "",
    level: Level = "instance",
    unit: str = "",
    phi: bool | None = None,
    rollup: RollUp = "same",
    vr: str = "",
) -> Column:
    """Make a column from a keyword or a path of keywords with item numbers, or `[*]` for all items.

    Raises UnknownColumn for a word that is not in the DICOM dictionary, and NotAColumn for a
    sequence.
    """
    from pydicom.datadict import dictionary_description, dictionary_VM, dictionary_VR

    steps, end = _parsed(path)
    is_any = any(step.item == ANY_ITEM for step in steps)
    if end["creator"]:
        group, element = int(end["group"], 16), int(end["element"], 16)
        column = private_column(end["creator"], group, element, name or path, vr=vr or "LO", is_list=is_any)
        return replace(column, steps=steps, path=path, level=level, unit=unit, rollup=rollup)
    tag = tag_of(end["keyword"])
    vr = dictionary_VR(tag)
    if vr not in _KIND_OF_VR:
        example = f'"{path}[0].…"'
        raise NotAColumn(path, "it is a sequence of items", f"Name a value in it: add_path({example}).")
    return Column(
        name=name or path,
        meaning=meaning or f"{dictionary_description(tag)}.",
        level=level,
        vr=vr,
        tag=tag,
        steps=steps,
        unit=unit,
        phi=_is_free(tag, vr) if phi is None else phi,
        is_list=is_any or _may_repeat(dictionary_VM(tag), vr),
        rollup=rollup,
        path=path if steps else "",
    )


def _may_repeat(multiplicity: str, vr: str) -> bool:
    return multiplicity != "1" and vr not in _ONE_TEXT and _KIND_OF_VR[vr] != "binary"


def private_column(
    creator: str, group: int, element: int, name: str, *, vr: str = "LO", is_list: bool = False
) -> Column:
    """Make a column from a private element, found by its creator wherever its block lies."""
    if group % 2 == 0 or not 0 <= element <= 0xFF:
        instead = "Give an odd group and the last two digits of the element, 0x00 to 0xFF."
        raise NotAColumn(name, f"({group:04X},xx{element:02X}) is no private element", instead)
    if vr not in _KIND_OF_VR:
        raise WrongArgument("vr", vr, sorted(_KIND_OF_VR))
    return Column(
        name=name,
        meaning=f"Private element of {creator}.",
        level="instance",
        vr=vr,
        tag=group << 16 | element,
        creator=creator.strip(" \0"),
        # What a maker hides in a private element nobody outside can promise.
        phi=True,
        is_list=is_list,
    )


@checked_methods
class Columns:
    """The columns a scan writes: the default ones, with some added or dropped.

    A `Columns` does not change; each call gives a new one.

    >>> len(Columns()) > 140
    True
    >>> more = Columns().add("TemporalPositionIndex").drop("PatientName")
    >>> "TemporalPositionIndex" in more, "PatientName" in more
    (True, False)
    """

    def __init__(self, columns: Iterable[Column] | None = None):
        chosen = default_columns() if columns is None else tuple(columns)
        self._by_name = {column.name: column for column in chosen}

    @classmethod
    def default(cls) -> Columns:
        """The default columns, as docs/columns.md lists them."""
        return cls()

    @classmethod
    def only(cls, *names: str) -> Columns:
        """These columns and no others: default columns, keywords or paths.

        A scan adds the UIDs and the PatientID that its tables are built on.
        """
        return cls(())._with(*(_named(name) for name in names))

    def add(self, *keywords: str) -> Columns:
        """Add attributes by keyword, or well-known private ones by name.

        docs/columns-private.md lists the names. Raises UnknownColumn with the nearest one.

        >>> Columns().add("TemporalPositionIndex", "siemens_b_value")["siemens_b_value"].unit
        's/mm2'
        """
        return self._with(*(_named(keyword) for keyword in keywords))

    def add_path(self, path: str, name: str | None = None, *, vr: str = "LO") -> Columns:
        """Add a nested attribute: keywords with item numbers, joined by dots.

        `[*]` stands for every item: the column is then a list of the values that were met, in
        their order. A private sequence or element is written `(gggg,xxee,"creator")`; `vr` is
        what such an element is where the file does not say it.

        >>> columns = Columns().add_path(
        ...     "RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose", "dose")
        >>> columns["dose"].type
        'float64'
        >>> columns = columns.add_path("ReferencedStudySequence[*].ReferencedSOPInstanceUID", "references")
        >>> columns["references"].type
        'list<string>'
        """
        return self._with(public_column(path, name=name, vr=vr))

    def add_private(
        self,
        creator: str,
        group: int,
        element: int,
        name: str,
        *,
        vr: str = "LO",
        is_list: bool = False,
    ) -> Columns:
        """Add a private element by creator, group and offset in the block.

        `vr` is used where the file does not say it (implicit VR, UN).

        >>> columns = Columns().add_private("GEMS_ACQU_01", 0x0019, 0x94, "transmit_gain", vr="SS")
        >>> columns["transmit_gain"].type
        'int64'
        """
        return self._with(private_column(creator, group, element, name, vr=vr, is_list=is_list))

    def add_csa(
        self,
        header: Csa,
        field: str,
        name: str | None = None,
        *,
        vr: str = "",
        is_list: bool | None = None,
    ) -> Columns:
        """Add a field of a Siemens CSA header, or a value of the protocol in it.

        `header` is `"image"` (0029,xx10), `"series"` (0029,xx20) or `"protocol"`. A field of the
        protocol is a path, with `[*]` for all members of an array. `vr` is DS, IS or LO;
        without it a field is text, and a value of the protocol what its name says.

        >>> columns = Columns().add_csa("image", "MosaicRefAcqTimes", "times", vr="DS", is_list=True)
        >>> columns["times"].type
        'list<float64>'
        >>> columns.add_csa("protocol", "alTE[*]", "echo_times_us")["echo_times_us"].type
        'list<int64>'
        """
        from dicomlab.schema.private import csa_column

        return self._with(csa_column(header, field, name, vr=vr, is_list=is_list))

    def drop(self, *names: str) -> Columns:
        """Leave columns out. The keys of the tree (UIDs, PatientID) cannot be dropped."""
        for name in names:
            if name not in self._by_name:
                raise UnknownColumn(name, self._by_name)
            if name in TREE_KEYS:
                raise NotAColumn(name, "the tables are built on it", "Leave it in when dropping others.")
        return Columns(c for c in self if c.name not in names)

    def with_tree_keys(self) -> Columns:
        """The same, with the columns that every catalog has."""
        return Columns([*(_named(name) for name in TREE_KEYS if name not in self), *self])

    def _with(self, *new: Column) -> Columns:
        return Columns([*(c for c in self if c.name not in {n.name for n in new}), *new])

    def __iter__(self) -> Iterator[Column]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Column:
        if name not in self._by_name:
            raise UnknownColumn(name, self._by_name)
        return self._by_name[name]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Columns) and self._by_name == other._by_name

    def __hash__(self) -> int:
        return hash(tuple(self))

    @property
    def names(self) -> list[str]:
        """The names, in the order of the tables."""
        return list(self._by_name)

    def to_list(self) -> list[dict[str, object]]:
        """Plain values from which `from_list` builds the same columns again."""
        from dataclasses import asdict

        return [asdict(column) for column in self]

    @classmethod
    def from_list(cls, rows: Iterable[dict[str, object]]) -> Columns:
        """The columns that `to_list` wrote down."""
        try:
            found = [_from_dict(row) for row in rows]
            _ = {hash(column) for column in found}  # a list where a text belongs has none
            for column in found:
                _check_words(column)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise WrongKind(
                "Columns.from_list", "rows", "what Columns.to_list gives", "something else"
            ) from None
        return cls(found)

    def __repr__(self) -> str:
        extra = [n for n in self._by_name if n not in Columns()._by_name]
        gone = [n for n in Columns()._by_name if n not in self._by_name]
        words = [f"{len(self)} columns"]
        words += [f"added {', '.join(extra)}"] if extra else []
        words += [f"dropped {', '.join(gone)}"] if gone else []
        return f"<Columns: {on_one_line('; '.join(words))}>"


TREE_KEYS = (
    *("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"),
    *("SOPClassUID", "MediaStorageSOPClassUID"),
    *("Modality", "Manufacturer", "ManufacturerModelName"),
)
"""Columns that every catalog has: its tree and its card are made of them."""


# Worked out from columns that may identify, or a copy of their bytes.
_IDENTIFYING_TOO = frozenset(
    "acquired_at acquired_at_utc first_acquired_at last_acquired_at".split()
    + "patient_age_years patient_size_m raw".split()
)


def may_identify(name: str, columns: Columns | None = None) -> bool:
    """Whether a column of that name may tell who the patient is, in any of the tables.

    >>> may_identify("PatientName"), may_identify("KVP"), may_identify("first_acquired_at")
    (True, False, True)
    """
    from dicomlab.schema.dose import dose_may_identify

    if name in _IDENTIFYING_TOO:
        return True
    known = columns or Columns()
    if name in known:
        return known[name].phi
    if dose_may_identify(name):
        return True
    if not name[:1].isupper():  # a column of our own: no keyword begins like that
        return False
    try:
        return public_column(name).phi
    except DicomlabError:
        return False


@cache
def default_columns() -> tuple[Column, ...]:
    """The columns of a scan that names none."""
    from dicomlab.schema.tables import DEFAULT_ROWS

    return tuple(_default(*row) for row in DEFAULT_ROWS)


def _default(path: str, level: Level, unit: str, flags: str, meaning: str) -> Column:
    name, _, path = path.rpartition("=")
    name = name or path.rsplit(".", 1)[-1]
    rollup: RollUp = next((r for r in ("median", "min", "max", "none") if r in flags.split()), "same")
    column = public_column(path, name=name, meaning=meaning, level=level, unit=unit, phi=False)
    if "decimal" in flags.split():  # PS3.3 C.8.15.3.8 has as FD what C.8.2.1 has as IS
        column = replace(column, vr="DS")
    return replace(column, phi="phi" in flags.split(), rollup=rollup)


def _named(name: str) -> Column:
    for column in default_columns():
        if column.name == name:
            return column
    from dicomlab.schema.private import named_column, private_names

    if known := named_column(name):
        return known
    try:
        return public_column(name)
    except UnknownColumn:
        if "_" not in name:
            raise
        raise UnknownColumn(name, private_names()) from None


def _parsed(path: str) -> tuple[tuple[Step, ...], dict[str, str]]:
    """The sequences on a path, and the words for what stands at its end."""
    at, steps = 0, []
    while match := _PATH_STEP.match(path, at):
        item = ANY_ITEM if match["item"] == "*" else int(match["item"])
        if match["creator"]:
            tag = int(match["group"], 16) << 16 | int(match["element"], 16)
            steps.append(Step(tag, item, match["creator"].strip()))
        else:
            steps.append(Step(tag_of(match["keyword"]), item))
        at = match.end()
    end = _PATH_END.fullmatch(path, at)
    if not end:
        tag_of(path[at:].partition(".")[0])  # a word that nobody knows is the likelier mistake
        instead = "Write each sequence with an item number, such as SomeSequence[0] or SomeSequence[*]."
        raise NotAColumn(path, "the path does not say which item of the sequence", instead)
    return tuple(steps), end.groupdict()


def tag_of(keyword: str) -> int:
    """The tag of a keyword; raises UnknownColumn for a word that is not in the DICOM dictionary."""
    from pydicom.datadict import keyword_dict, tag_for_keyword

    tag = tag_for_keyword(keyword)
    if tag is None:
        raise UnknownColumn(keyword, keyword_dict)
    return int(tag)


# VRs whose values are written by people, or are dates of a person's life (PS3.15 E.1 leaves
# out the rest by attribute; this only marks what a user has added).
_FREE_VR = frozenset("PN LO LT SH ST UC UT DA DT TM AS UI".split())


def _is_free(tag: int, vr: str) -> bool:
    return vr in _FREE_VR or tag >> 16 == 0x0010


def _check_words(column: Column) -> None:
    """Raise ValueError for a word that a column cannot have, such as a VR that DICOM does not."""
    allowed = {"level": Level, "rollup": RollUp, "csa": Csa, "rule": Rule}
    is_known = column.vr in _KIND_OF_VR and all(
        getattr(column, name) in get_args(words) for name, words in allowed.items()
    )
    texts = (column.name, column.meaning, column.creator, column.unit, column.path)
    is_text = all(isinstance(text, str) for text in texts)
    if not (is_known and is_text and isinstance(column.tag, int)):
        raise ValueError("a column that dicomlab does not write")
    for part in column.parts:
        _check_words(part)


def _from_dict(row: dict[str, object]) -> Column:
    steps = tuple(Step(**step) for step in row["steps"])  # type: ignore[attr-defined]
    parts = tuple(_from_dict(part) for part in row.get("parts", ()))  # type: ignore[attr-defined]
    return Column(**{**row, "steps": steps, "parts": parts})  # type: ignore[arg-type]
