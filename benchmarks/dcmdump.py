"""DCMTK's dcmdump as a contender: a program whose text is parsed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from contender import Read, Table, next_tags

from dicomlab.schema.columns import Column


@dataclass(frozen=True)
class Dcmdump:
    """dcmdump over many files in one call, its text parsed."""

    name: str = "dcmdump"
    package: str = "dcmtk"
    files: int = 200
    """How many files a call is given."""

    def start(self, columns: Sequence[Column]) -> Read:
        """Write down the call: the wanted tags at any depth, of which the outermost are taken."""
        options = ["-q", "-M", "+F", "-Un", "+L", "+p", "+s"]
        options += ["+sb", _written(next_tags(columns, 1)[0])]
        for column in columns:
            options += ["+P", _written(column.tag)]

        def read(paths: list[str]) -> Table:
            rows: list[dict[int, str]] = []
            for first in range(0, len(paths), self.files):
                rows += _dumped(["dcmdump", *options, *paths[first : first + self.files]], self.files)
            return {c.name: [row.get(c.tag) for row in rows[: len(paths)]] for c in columns}

        return read


def _written(tag: int) -> str:
    return f"{tag >> 16:04x},{tag & 0xFFFF:04x}"


_FILE = re.compile(r"# dcmdump \((\d+)/\d+\): ")
_VALUE = re.compile(r"\((\w{4}),(\w{4})\) \w\w (?:\[(.*)\]|(\S+)) +# +\d+, ?\d+ \w+$")


def _dumped(command: list[str], n: int) -> list[dict[int, str]]:
    said = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    rows: list[dict[int, str]] = [{} for _ in range(n)]
    row = rows[0]
    for line in said.stdout.splitlines():
        if found := _VALUE.match(line):
            text = found[3] if found[3] is not None else found[4]
            row.setdefault(int(found[1] + found[2], 16), text)
        elif found := _FILE.match(line):
            row = rows[int(found[1]) - 1]
    return rows
