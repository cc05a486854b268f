"""What is seen in place of what may identify a patient: of a table, a cell, an element, or as SQL.

A text becomes its pseudonym, a date the first day of its month (a birth date of its year); times
of day, numbers and bytes become nothing. What is nothing stays so. UIDs stay: tables are joined by
them. See docs/masking.md.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from dicomlab.masking import LENGTH, is_pseudonym, options, pseudonym
from dicomlab.schema.columns import Columns, may_identify
from dicomlab.schema.levels import literal, quoted

if TYPE_CHECKING:
    import pandas as pd
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

# Paths, which people like to name after patients, and copies of whole headers.
_ALSO = frozenset("file_key files names source container header".split())
# Words of the standard's own vocabularies, though their VR lets anything stand there.
_VOCABULARY = frozenset("CodingSchemeDesignator CodingSchemeVersion".split())
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_WORDS = {
    **dict.fromkeys(("PatientID", "OtherPatientIDs", "IssuerOfPatientID"), "patient"),
    **dict.fromkeys(("AccessionNumber", "StudyID", "RequestedProcedureID"), "number"),
    **dict.fromkeys(("InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName"), "site"),
    "PatientSex": "sex",
    "PatientAge": "age",
}


def is_masked(name: str, columns: Columns | None = None) -> bool:
    """Whether a column of that name is masked, in any of the tables.

    `columns` are those of the catalog that the table is from, which may have names of its own.

    >>> is_masked("PatientName"), is_masked("KVP"), is_masked("file_key"), is_masked("StudyInstanceUID")
    (True, False, True, False)
    """
    if name in _ALSO:
        return True
    if name in _VOCABULARY or not may_identify(name, columns):
        return False
    return not _is_uid(name, columns)


def _is_uid(name: str, columns: Columns | None) -> bool:
    if columns is not None and name in columns:
        return columns[name].vr == "UI"
    return name.endswith("UID")


def mask_table(table: pd.DataFrame, columns: Columns | None = None) -> pd.DataFrame:
    """The table as it is seen while masked; rows, columns and their order are the same.

    >>> mask_table(catalog.series)["Modality"].unique().tolist()
    ['CT']
    """
    import pandas as pd

    names = [name for name in table.columns if is_masked(str(name), columns)]
    out = table.assign(**{name: _mask_column(table[name], str(name)) for name in names})
    if not any(is_masked(str(name), columns) for name in table.index.names if name is not None):
        return out
    index = mask_table(table.index.to_frame(index=False), columns)
    is_one = table.index.nlevels == 1
    out.index = pd.Index(index.iloc[:, 0]) if is_one else pd.MultiIndex.from_frame(index)
    return out


def shown_table(table: pd.DataFrame, columns: Columns | None = None) -> pd.DataFrame:
    """The table as it is seen now: masked while the switch is on."""
    return mask_table(table, columns) if options.mask else table


def shown_condition(condition: str) -> str:
    """A condition as it is seen now: while the switch is on, without the texts that it compares with.

    >>> with dl.options.masked():
    ...     shown_condition("PatientID = 'P1' AND KVP > 100")
    "PatientID = '…' AND KVP > 100"
    """
    return _LITERAL.sub("'…'", condition) if options.mask else condition


def _mask_column(values: pd.Series, name: str) -> pd.Series:
    import pandas as pd

    kind = values.dtype
    is_text = isinstance(kind, pd.StringDtype)
    if is_text or pd.api.types.is_object_dtype(kind):
        return values.map(lambda value: mask_value(name, value)).astype("str" if is_text else object)
    if pd.api.types.is_datetime64_any_dtype(kind):
        month = 1 if "Birth" in name else values.dt.month
        parts = pd.DataFrame({"year": values.dt.year, "month": month, "day": 1})
        return pd.to_datetime(parts).astype(kind)
    return values.where(pd.Series(False, index=values.index))


def mask_value(name: str, value: Any) -> Any:
    """What is seen in place of one value of a column or attribute that is masked.

    >>> from datetime import date
    >>> mask_value("StudyDate", date(2024, 5, 17)), mask_value("PatientWeight", 71.5)
    (datetime.date(2024, 5, 1), None)
    """
    if isinstance(value, str):
        return _seen_text(name, value)
    if isinstance(value, datetime | date):
        if value != value:  # noqa: PLR0124 - NaT differs from itself
            return value
        month = 1 if "Birth" in name else value.month
        day = value.replace(month=month, day=1)
        return day.replace(hour=0, minute=0, second=0, microsecond=0) if isinstance(day, datetime) else day
    if isinstance(value, list | tuple) or getattr(value, "ndim", None):
        return [mask_value(name, part) for part in value]
    return None


def _seen_text(name: str, value: str) -> str:
    return value if is_pseudonym(value) else pseudonym(value, word_for(name))


@cache
def word_for(name: str) -> str:
    """The word that the pseudonyms of a column or attribute begin with.

    >>> word_for("PatientID"), word_for("OperatorsName"), word_for("StudyDescription")
    ('patient', 'name', 'text')
    """
    if name in _WORDS:
        return _WORDS[name]
    if name in _ALSO:
        return "file"
    return "name" if name.endswith("Name") else "text"


def mask_sql(name: str, kind: str) -> str:
    """The expression in DuckDB's SQL that gives the same as `mask_value`, for a column of that type."""
    if kind.endswith("[]"):
        inner = _one_sql("x", name, kind[:-2])
        return f"list_transform({quoted(name)}, lambda x: {inner})"
    return _one_sql(quoted(name), name, kind)


def _one_sql(what: str, name: str, kind: str) -> str:
    if kind == "VARCHAR":
        bare = f"trim({what}, ' ' || chr(0))"
        digest = f"left(sha256({literal(options.key)} || {bare}), {LENGTH})"
        return f"CASE WHEN {bare} = '' THEN '' ELSE {literal(word_for(name) + '-')} || {digest} END"
    if kind in ("DATE", "TIMESTAMP"):
        part = "year" if "Birth" in name else "month"
        return f"date_trunc('{part}', {what})::{kind}"
    return f"NULL::{kind}"


def mask_dataset(ds: Dataset) -> Dataset:
    """The data set as it is seen while masked, with what is nested; the one given is not changed."""
    from pydicom.dataset import Dataset

    out = Dataset()
    for element in ds:
        out.add(mask_element(element))
    meta = getattr(ds, "file_meta", None)
    if meta is not None:
        out.file_meta = meta
    return out


def mask_element(element: DataElement) -> DataElement:
    """The element as it is seen while masked; of a sequence, what is in its items.

    Masked are attributes of the patient, all that people can have written freely, dates, times,
    private elements, and bytes.
    """
    from pydicom import config
    from pydicom.dataelem import DataElement
    from pydicom.sequence import Sequence

    tag, vr = element.tag, element.VR
    if vr == "SQ":
        items = Sequence([mask_dataset(item) for item in element.value or ()])
        return DataElement(tag, "SQ", items)
    if not is_masked_element(int(tag), vr, element.keyword, element.value):
        return element
    seen = seen_value(element.keyword, vr, element.value)
    return DataElement(tag, vr, seen, validation_mode=config.IGNORE)


def is_masked_element(tag: int, vr: str, keyword: str, value: Any = None) -> bool:
    """Whether an element is masked: by its attribute where the tables know it, else by what it may hold."""
    is_private = (tag >> 16) % 2 == 1
    if vr == "UI":
        return False
    if is_private:
        return not (0x10 <= tag & 0xFFFF <= 0xFF and _is_creator(str(value)))
    if not keyword or vr in ("OB", "OW", "OD", "OF", "OL", "OV", "UN"):
        return True
    return is_masked(keyword)


@cache
def _is_creator(text: str) -> bool:
    """Whether a text is the name of a private block that somebody has written about."""
    from pydicom._private_dict import private_dictionaries

    return text.strip() in private_dictionaries


def seen_value(keyword: str, vr: str, value: Any) -> Any:
    """What is seen in place of the value of an element that is masked."""
    if isinstance(value, list | tuple) or type(value).__name__ == "MultiValue":
        return [seen_value(keyword, vr, part) for part in value]
    if value is None or isinstance(value, bytes | int | float):
        return b"" if isinstance(value, bytes) else None
    text = str(value)
    if vr in ("DA", "DT"):
        digits = text.replace(".", "")[:6]
        month = "01" if "Birth" in keyword else digits[4:6]
        return f"{digits[:4]}{month}01" if digits.isdigit() and len(digits) == 6 else ""
    if vr in ("TM", "DS", "IS"):
        return ""
    return _seen_text("PatientName" if vr == "PN" else keyword, text)
