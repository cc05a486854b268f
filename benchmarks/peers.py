"""The readers that are run side by side, each turning paths into columns its own fastest way.

A contender is a small frozen dataclass: `package` is its name for pip, and `start(columns)`
gives a function from paths to columns. What it does once (imports, tables of tags) happens in
`start` and is not timed. A file that a reader refuses is a row of nothing, never an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contender import Contender, Read, Table, next_tags, pair
from dcmdump import Dcmdump

from dicomlab.schema.columns import Column


def _as_columns(rows: list[Sequence[Any]], columns: Sequence[Column]) -> Table:
    turned = list(zip(*rows, strict=True)) or [()] * len(columns)
    return {column.name: values for column, values in zip(columns, turned, strict=True)}


def _row_by_row(row: Callable[[str], Sequence[Any]], columns: Sequence[Column]) -> Read:
    nothing = (None,) * len(columns)

    def read(paths: list[str]) -> Table:
        rows: list[Sequence[Any]] = []
        for path in paths:
            try:
                rows.append(row(path))
            except Exception:
                rows.append(nothing)
        return _as_columns(rows, columns)

    return read


@dataclass(frozen=True)
class Dicomlab:
    """dicomlab's HeaderReader: typed Arrow columns, dates and numbers parsed."""

    name: str = "dicomlab"
    package: str = "dicomlab"
    keep: bool = False
    """Whether each file's whole header is handed over too, as a scan does."""

    def start(self, columns: Sequence[Column]) -> Read:
        """Make one reader, whose buffer is used again and again."""
        import numpy as np
        import pyarrow as pa

        from dicomlab.header.engine import HeaderReader
        from dicomlab.schema.columns import Columns

        reader = HeaderReader(Columns(columns), keep=self.keep)

        def read(paths: list[str]) -> Table:
            tables = []
            for batch in reader.read(paths):
                tables.append(batch.table)
                if self.keep:  # a scan writes them to disk and lets them go
                    batch.take_headers(np.arange(len(batch.status)))
            table = pa.concat_tables(tables)
            return {name: table[name] for name in table.column_names}

        return read


@dataclass(frozen=True)
class Pydicom:
    """pydicom's dcmread with stop_before_pixels."""

    name: str = "pydicom"
    package: str = "pydicom"
    only_wanted: bool = False
    """Whether pydicom is told the wanted tags (specific_tags), and keeps only those."""

    def start(self, columns: Sequence[Column]) -> Read:
        """Import pydicom; values are asked for by tag."""
        import warnings

        from pydicom import dcmread

        warnings.simplefilter("ignore")
        tags = [column.tag for column in columns]
        wanted: Any = tags if self.only_wanted else None

        def row(path: str) -> list[Any]:
            dataset = dcmread(path, stop_before_pixels=True, force=True, specific_tags=wanted)
            return [_pydicom_value(dataset.file_meta if tag >> 16 == 2 else dataset, tag) for tag in tags]

        return _row_by_row(row, columns)


def _pydicom_value(dataset: Any, tag: int) -> Any:
    try:
        element = dataset.get(tag)
    except Exception:  # a value that pydicom refuses: the others still count
        return None
    return None if element is None else element.value


@dataclass(frozen=True)
class Dicomsdl:
    """dicomsdl's open_file up to the last wanted tag, and getValues for all columns at once."""

    name: str = "dicomsdl"
    package: str = "dicomsdl"

    def start(self, columns: Sequence[Column]) -> Read:
        """Import dicomsdl."""
        import dicomsdl

        tags = [f"{column.tag:08x}" for column in columns]
        last = max(column.tag for column in columns)
        return _row_by_row(lambda path: dicomsdl.open_file(path, last).getValues(tags), columns)


@dataclass(frozen=True)
class Gdcm:
    """gdcm's Scanner, which is made for this work."""

    name: str = "gdcm.Scanner"
    package: str = "python-gdcm"

    def start(self, columns: Sequence[Column]) -> Read:
        """Import gdcm and make its tags."""
        import gdcm

        gdcm.Trace.WarningOff()
        gdcm.Trace.ErrorOff()
        tags = [gdcm.Tag(*pair(column.tag)) for column in columns]
        dictionary = gdcm.Global.GetInstance().GetDicts()
        # A tag that its dictionary lacks ends the process when its value is asked for.
        tags = [tag if str(dictionary.GetDictEntry(tag).GetVR()) != "??" else None for tag in tags]

        def read(paths: list[str]) -> Table:
            scanner = gdcm.Scanner()
            for tag in filter(None, tags):
                scanner.AddTag(tag)
            scanner.Scan(paths)
            rows: list[Sequence[Any]] = [[_gdcm_value(scanner, path, tag) for tag in tags] for path in paths]
            return _as_columns(rows, columns)

        return read


def _gdcm_value(scanner: Any, path: str, tag: Any) -> str | None:
    try:
        value: str | None = scanner.GetValue(path, tag) if tag else None
    except UnicodeDecodeError:
        return None
    return value


@dataclass(frozen=True)
class SimpleItk:
    """SimpleITK's ImageFileReader, header only."""

    name: str = "SimpleITK"
    package: str = "SimpleITK"

    def start(self, columns: Sequence[Column]) -> Read:
        """Make one reader."""
        import SimpleITK as sitk  # noqa: N813 - the name everybody writes

        sitk.ProcessObject.SetGlobalWarningDisplay(False)
        reader = sitk.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        keys = [f"{group:04x}|{element:04x}" for group, element in (pair(c.tag) for c in columns)]

        def row(path: str) -> list[Any]:
            reader.SetFileName(path)
            reader.ReadImageInformation()
            have, get = set(reader.GetMetaDataKeys()), reader.GetMetaData
            return [get(key) if key in have else None for key in keys]

        return _row_by_row(row, columns)


@dataclass(frozen=True)
class FwFile:
    """fw-file-rs: read up to the tag after the last wanted one, then parse the wanted ones."""

    name: str = "fw-file-rs"
    package: str = "fw-file-rs"

    def start(self, columns: Sequence[Column]) -> Read:
        """Import it, and list where it may stop."""
        from fw_file_rs.dcm import parse_header, read_until_pixels

        names = [column.name for column in columns]
        stops = [pair(tag) for tag in next_tags(columns, 20)]

        def row(path: str) -> list[Any]:
            get = parse_header(read_until_pixels(path, stops), names).get
            return [get(name) for name in names]

        return _row_by_row(row, columns)


@dataclass(frozen=True)
class Fastdicom:
    """fastdicom's dcmread with stop_before_pixels."""

    name: str = "fastdicom"
    package: str = "fastdicom"

    def start(self, columns: Sequence[Column]) -> Read:
        """Import fastdicom."""
        import fastdicom

        tags = [pair(column.tag) for column in columns]

        def row(path: str) -> list[Any]:
            dataset = fastdicom.dcmread(path, stop_before_pixels=True)
            get, meta = dataset.get, dataset.file_meta.get
            return [meta(tag, None) if tag[0] == 2 else get(tag, None) for tag in tags]

        return _row_by_row(row, columns)


@dataclass(frozen=True)
class DicomCsv:
    """dicom-csv's get_file_meta; it reads pixels too, and spreads positions over columns."""

    name: str = "dicom-csv"
    package: str = "dicom-csv"

    def start(self, columns: Sequence[Column]) -> Read:
        """Import dicom-csv."""
        import warnings

        from dicom_csv import get_file_meta

        warnings.simplefilter("ignore")
        names = [column.name for column in columns]

        def row(path: str) -> list[Any]:
            found = next(iter(get_file_meta(path)))
            return [found[name] if name in found else _spread(found, name) for name in names]

        return _row_by_row(row, columns)


def _spread(found: dict[str, Any], name: str) -> list[Any] | None:
    values: list[Any] = []
    while f"{name}{len(values)}" in found:
        values.append(found[f"{name}{len(values)}"])
    return values or None


OURS = Dicomlab()

PEERS: tuple[Contender, ...] = (
    Dicomlab(name="dicomlab, headers kept", keep=True),
    Dicomsdl(),
    FwFile(),
    Fastdicom(),
    Dcmdump(),
    Gdcm(),
    SimpleItk(),
    Pydicom(name="pydicom, specific_tags", only_wanted=True),
    Pydicom(),
    DicomCsv(),
)
