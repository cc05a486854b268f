"""A cohort as a file: its steps, the version of the catalog it was made of, and who was in.

Series are written as fingerprints, from which no UID or PatientID can be read; conditions stand
there as they were typed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dicomlab.catalog.database import to_pandas
from dicomlab.cohorts.cohort import COUNTED, Cohort, made
from dicomlab.cohorts.steps import Step
from dicomlab.errors import NotACohort
from dicomlab.new_files import write_text

if TYPE_CHECKING:
    import pandas as pd

    from dicomlab.catalog.catalog import Catalog

KIND, SCHEMA = "dicomlab cohort", 1
# The sum of hashes is the same whatever the order and wherever the files lie.
_FINGERPRINTS = """
SELECT left(sha256(concat(coalesce(PatientID, ''), '/', coalesce(StudyInstanceUID, ''), '/',
                          coalesce(SeriesInstanceUID, ''))), 16) AS fingerprint,
       PatientID, StudyInstanceUID, SeriesInstanceUID, count(*)::BIGINT AS n,
       sum(md5_number_lower(coalesce(SOPInstanceUID, ''))::HUGEINT)::VARCHAR AS content
FROM instances GROUP BY ALL ORDER BY fingerprint
"""


@dataclass(frozen=True)
class Saved:
    """What a cohort was when it was saved."""

    steps: tuple[Step, ...]
    version: str | None
    """The version of the catalog; None for one that a scan was still writing."""
    members: dict[str, tuple[int, str]]
    """By the fingerprint of a series, how many instances were in and the sum of their hashes."""

    @cached_property
    def digest(self) -> str:
        """One number for who was in."""
        return digest(self.members)


def save(cohort: Cohort, path: str | Path) -> Path:
    """Write a cohort down, readable for its owner only."""
    from dicomlab import __version__

    members = _members(cohort)
    words: dict[str, Any] = {
        "kind": KIND,
        "schema": SCHEMA,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "made_by": f"dicomlab {__version__}",
        "catalog_version": cohort.catalog.version,
        "counts": cohort.counts,
        "digest": digest(members),
        "steps": [_as_plain(step) for step in cohort.steps],
        "flow": cohort.flow[[f"n_{name}" for name in COUNTED]].to_dict("records"),
        "series": members,
    }
    lines = ",\n".join(f' "{name}": {_lines(value)}' for name, value in words.items())
    return write_text(path, "{\n" + lines + "\n}\n")


def load(path: str | Path, catalog: Catalog) -> Cohort:
    """Do the steps of a saved cohort again, on a catalog."""
    saved = read_saved(path)
    *first, last = saved.steps
    return made(catalog, last, replay(catalog, first), saved=saved)


def replay(catalog: Catalog, steps: Iterable[Step]) -> Cohort | None:
    """Do steps on a catalog; None for no step."""
    cohort: Cohort | None = None
    for step in steps:
        cohort = made(catalog, step, cohort)
    return cohort


def read_saved(path: str | Path) -> Saved:
    """Read a saved cohort. Raises NotACohort for a file that is none, or was changed."""
    shown = os.fspath(path)
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotACohort(shown, "does not exist") from None
    except (OSError, ValueError):
        raise NotACohort(shown) from None
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise NotACohort(shown)
    if not isinstance(found.get("schema"), int) or found["schema"] > SCHEMA:
        raise NotACohort(shown, "was saved by a newer dicomlab", "Update: pip install --upgrade dicomlab")
    try:
        members = {str(name): (int(n), str(content)) for name, (n, content) in found["series"].items()}
        saved = Saved(tuple(map(_step, found["steps"])), found["catalog_version"], members)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotACohort(shown) from None
    if not saved.steps or saved.digest != found.get("digest"):
        raise NotACohort(shown, "was changed after it was saved")
    return saved


def digest(members: Mapping[str, tuple[int, str]]) -> str:
    """One number for who is in, whatever the order."""
    lines = "\n".join(f"{name} {n} {content}" for name, (n, content) in sorted(members.items()))
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def _members(cohort: Cohort) -> dict[str, tuple[int, str]]:
    table = fingerprints(cohort)
    values = zip(table["n"].tolist(), table["content"], strict=True)
    return dict(zip(table.index, values, strict=True))


def fingerprints(of: Cohort | Catalog) -> pd.DataFrame:
    """The series of a cohort or a catalog by fingerprint: keys, n, and the sum of their hashes."""
    table = of.arrow(_FINGERPRINTS)
    return to_pandas(table).set_index("fingerprint")


def _as_plain(step: Step) -> dict[str, Any]:
    return {name: value for name, value in asdict(step).items() if value not in (None, "")}


def _step(found: Mapping[str, Any]) -> Step:
    known = {one.name for one in fields(Step)}
    words = {name: value for name, value in found.items() if name in known}
    if "share" in words:
        words["share"] = tuple(words["share"])
    return Step(**words)


def _lines(value: object) -> str:
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "\n }"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {json.dumps(item, ensure_ascii=False)}" for item in value) + "\n ]"
    return json.dumps(value)
