"""The headers that one looks through: files, data sets, or the instances of a series."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dicomlab.catalog.catalog import Catalog
from dicomlab.errors import BadFile, DicomlabError, NoHeaders
from dicomlab.isolation import set_aside
from dicomlab.schema.levels import literal
from dicomlab.tags.rows import Tags, read_tags

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MOST = 500
"""Headers that are compared at once, at most; of more, so many evenly spread ones."""
_KEPT = 64


class NothingToShow(DicomlabError):
    """There is no header in what was given to look at."""

    def __init__(self, what: str):
        super().__init__(
            f"There is no DICOM header in {what}. Give a file, a data set, or a series of a catalog."
        )


@dataclass
class Headers:
    """Some headers by number, read when they are asked for.

    >>> from pydicom.data import get_testdata_file
    >>> headers = headers_of([get_testdata_file("CT_small.dcm", download=False)])
    >>> len(headers), headers.read(0).label
    (1, 'CT_small.dcm')
    """

    sources: Sequence[Any]
    """Paths or data sets; file keys where there is a catalog."""
    labels: Sequence[str]
    catalog: Catalog | None = None
    mask: bool | None = None
    _read: dict[int, Tags] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.sources)

    def read(self, number: int) -> Tags:
        """The rows of one header."""
        if number not in self._read:
            for old in list(self._read)[: max(0, len(self._read) - _KEPT)]:
                self._read.pop(old, None)
            self._read[number] = self._rows(self._source(number), self.labels[number])
        return self._read[number]

    def read_many(self, numbers: Sequence[int]) -> list[Tags]:
        """The rows of several headers; of a catalog, by one query."""
        if self.catalog is None:
            return [self.read(number) for number in numbers]
        keys = ", ".join(literal(self.sources[number]) for number in numbers)
        query = f"SELECT file_key, header FROM headers WHERE file_key IN ({keys})"
        found = dict(self.catalog.unmasked.sql(query).itertuples(index=False, name=None))
        return [self._rows(_parsed(found[self.sources[n]]), self.labels[n]) for n in numbers]

    def readable(self, numbers: Sequence[int]) -> tuple[list[int], list[Tags], list[str]]:
        """Those of some headers that can be read: their numbers and rows, and why others are left out.

        Raises BadFile, or what reading raised, where none can be read.
        """
        try:
            return list(numbers), self.read_many(numbers), []
        except NoHeaders:
            raise
        except Exception:
            why = {number: reason for number in numbers if (reason := self._why_not(number))}
            good = [number for number in numbers if number not in why]
            if not good:
                raise
            return good, [self.read(number) for number in good], list(why.values())

    def first(self, numbers: Sequence[int]) -> tuple[int, Tags]:
        """The first of some headers that can be read, and its number.

        Raises what the first one raised, where none can.
        """
        failed: Exception | None = None
        for number in numbers:
            try:
                return number, self.read(number)
            except NoHeaders:
                raise
            except Exception as error:  # noqa: BLE001 - whatever one header raises, another may be shown
                failed = failed or error
        raise failed or NothingToShow("an empty list")

    def _why_not(self, number: int) -> str:
        """Why a header cannot be read; nothing where it can."""
        name = f"header {number + 1} of {len(self)}"
        try:
            self.read(number)
        except BadFile as error:  # its sentence has the path, which may name a patient
            return f"{name} cannot be read." if self.mask else str(error)
        except Exception as error:  # noqa: BLE001 - whatever one header raises, the others are shown
            return f"{set_aside(name, error).in_words}."
        return ""

    def spread(self, most: int = MOST) -> list[int]:
        """The numbers of all headers, or of so many evenly spread ones."""
        count = len(self)
        return (
            list(range(count))
            if count <= most
            else [round(i * (count - 1) / (most - 1)) for i in range(most)]
        )

    def _source(self, number: int) -> Any:
        if self.catalog is None:
            return self.sources[number]
        return self.catalog.unmasked.header(self.sources[number])

    def _rows(self, source: Any, label: str) -> Tags:
        return read_tags(source, label=label, mask=self.mask)


def headers_of(source: Any, *, mask: bool | None = None) -> Headers:
    """Headers of a file, a folder of files, a data set, or a list of those.

    Raises NothingToShow.
    """
    many = list(source) if isinstance(source, list | tuple) else [source]
    found: list[Any] = []
    for one in many:
        if isinstance(one, str | Path) and Path(one).is_dir():
            found += _files(Path(one))
        else:
            found.append(one)
    if not found:
        raise NothingToShow(f"{source}" if isinstance(source, str | Path) else "an empty list")
    labels = [os.path.basename(one) if isinstance(one, str | Path) else "data set" for one in found]
    return Headers(found, labels, mask=mask)


def headers_of_series(catalog: Catalog, series: str, *, mask: bool | None = None) -> Headers:
    """Headers of the instances of a series, in the order of their InstanceNumber.

    Raises NoHeaders when the catalog keeps none, NothingToShow for a series that it has not.
    """
    if not catalog.keeps_headers:
        raise NoHeaders
    query = (
        "SELECT file_key, InstanceNumber FROM instances "
        f"WHERE SeriesInstanceUID = {literal(series)} ORDER BY InstanceNumber NULLS LAST, file_key"
    )
    rows = catalog.unmasked.sql(query)
    if not len(rows):
        raise NothingToShow("a series that the catalog does not have")
    keys = rows["file_key"].tolist()
    return Headers(keys, [key.rpartition("/")[2] for key in keys], catalog, mask)


def _files(folder: Path, most: int = 1_000) -> list[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and _may_be_dicom(path))
    return [path for path, _ in zip(found, range(most), strict=False)]


def _may_be_dicom(path: Path) -> bool:
    from dicomlab.header.fallback import looks_like_dicom

    try:
        with path.open("rb") as opened:
            return looks_like_dicom(opened.read(4096))
    except OSError:
        return False


def _parsed(header: bytes) -> Dataset:
    from dicomlab.header.fallback import whole_header

    return whole_header(header)[0]


def series_choices(catalog: Catalog, most: int = 500) -> list[tuple[str, str]]:
    """UID and words of the first series of a catalog, to choose one."""
    query = (
        "SELECT SeriesInstanceUID AS uid, "
        "concat_ws(' · ', Modality, coalesce(SeriesDescription, ProtocolName), StationName, "
        "strftime(first_acquired_at, '%Y-%m-%d'), n_instances || ' files') AS words "
        f"FROM series WHERE SeriesInstanceUID IS NOT NULL LIMIT {most}"
    )
    return [(str(uid), str(words)) for uid, words in catalog.sql(query).itertuples(index=False, name=None)]


def one_of(choices: Iterable[tuple[str, str]]) -> str:
    """The first UID of some choices. Raises NothingToShow where there is none."""
    first = next(iter(choices), None)
    if first is None:
        raise NothingToShow("a catalog without series")
    return first[0]
