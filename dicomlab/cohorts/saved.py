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
from typing import TYPE_CHECKING, Any, get_args

from dicomlab.catalog.database import to_pandas
from dicomlab.cohorts.cohort import COUNTED, Cohort, made
from dicomlab.cohorts.steps import TABLES, Step, What
from dicomlab.errors import NotACohort
from dicomlab.new_files import write_text
from dicomlab.plain_files import NotPlain, is_object, member, read_json

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
        found = read_json(path)
    except FileNotFoundError:
        raise NotACohort(shown, "does not exist") from None
    except NotPlain as error:
        raise NotACohort(shown, f"is not a cohort: it {error.why}") from None
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise NotACohort(shown)
    if not isinstance(found.get("schema"), int) or found["schema"] > SCHEMA:
        raise NotACohort(shown, "was saved by a newer dicomlab", "Update: pip install --upgrade dicomlab")
    try:
        steps = tuple(_step(step, f"steps[{n}]") for n, step in enumerate(member(found, "steps", list)))
        version = None if found.get("catalog_version") is None else member(found, "catalog_version", str)
        saved = Saved(steps, version, _saved_members(member(found, "series", dict)))
    except NotPlain as error:
        raise NotACohort(shown, error.why) from None
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


def _saved_members(found: Mapping[str, Any]) -> dict[str, tuple[int, str]]:
    """How many instances of each series were in, and the sum of their hashes."""
    members = {}
    for name, pair in found.items():
        if not isinstance(pair, list) or list(map(type, pair)) != [int, str]:
            raise NotPlain(f"is not as dicomlab wrote it: 'series.{name[:40]}' must be a number and a text")
        members[name] = (pair[0], pair[1])
    return members


def _step(found: Any, where: str) -> Step:
    """A step, if it is one; raises NotPlain with its place in the file."""
    known = {one.name for one in fields(Step)}
    words = {name: value for name, value in is_object(found, where).items() if name in known}
    member(words, "what", str, within=where)
    for name in set(words) & {"level", "where", "why"}:
        member(words, name, str, within=where)
    for name in set(words) & {"n", "seed"}:
        member(words, name, int, within=where)
    for name, allowed in (("what", get_args(What)), ("level", tuple(TABLES))):
        if words.get(name, allowed[0]) not in allowed:
            raise NotPlain(f"was changed: '{where}.{name}' must be one of {', '.join(allowed)}")
    if words["what"] in ("sample", "split"):
        member(words, "seed", int, within=where)
    if words["what"] == "sample" and member(words, "n", int, within=where) < 0:
        raise NotPlain(f"was changed: '{where}.n' must be 0 or more")
    if words["what"] == "split" or "share" in words:
        words["share"] = _share(member(words, "share", list, within=where), where)
    return Step(**words)


def _share(found: list[Any], where: str) -> tuple[float, float]:
    numbers = [one for one in found if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(found) != 2 or len(numbers) != 2 or not 0 <= numbers[0] <= numbers[1] <= 1:
        raise NotPlain(f"was changed: '{where}.share' must be two numbers from 0 to 1")
    return float(numbers[0]), float(numbers[1])


def _lines(value: object) -> str:
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "\n }"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {json.dumps(item, ensure_ascii=False)}" for item in value) + "\n ]"
    return json.dumps(value)
