"""Columns made of several others: of their parts the first that has a value counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.header.frames import Frames, is_same
from dicomlab.header.values import Problem
from dicomlab.schema.arrow import arrow_type
from dicomlab.schema.columns import Column


@dataclass(frozen=True)
class Parts:
    """The columns that are made of others, and those others that the tables do not show.

    `names[column]` are the names of its parts, in their order.
    """

    made: tuple[Column, ...]
    hidden: tuple[Column, ...]
    names: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, columns: Sequence[Column]) -> Parts:
        """Find the parts of columns, among these columns or besides them."""
        have = {column.name: column for column in columns}
        hidden: list[Column] = []
        names: dict[str, tuple[str, ...]] = {}
        made = tuple(column for column in columns if column.parts)
        for column in made:
            found = []
            for part in column.parts:
                name = part.name
                if name in have and not _is_one_place(have[name], part):
                    name = f"{name} in {column.name}"
                if name not in have:
                    have[name] = replace(part, name=name)
                    hidden.append(have[name])
                found.append(name)
            names[column.name] = tuple(found)
        return cls(made, tuple(hidden), names)

    def array(self, column: Column, arrays: Mapping[str, pa.Array] | pa.Table) -> pa.Array:
        """The values of a column, from those of its parts."""
        kind = arrow_type(column)
        found = [arrays[name] for name in self.names[column.name]]
        found = [a.combine_chunks() if isinstance(a, pa.ChunkedArray) else a for a in found]
        found = [a.cast(kind) for a in found if a.null_count < len(a)]
        if not found:
            return pa.nulls(len(arrays[self.names[column.name][0]]), kind)
        return _first_of(found)

    def fill(self, table: pa.Table, top: pa.Table | None = None, row: np.ndarray | None = None) -> pa.Table:
        """The table with the columns that are made of others.

        `top` are the instances that the rows of a table of frames belong to: where a frame has
        no value of its own, theirs counts.
        """
        have = set(table.column_names)
        for column in self.made:
            if column.name not in have:
                continue
            names = [name for name in self.names[column.name] if name in have]
            values = replace(self, names={column.name: tuple(names)}).array(column, table) if names else None
            if top is not None:
                above = top[column.name].combine_chunks().take(pa.array(row))
                values = above if values is None else _first_of([values, above])
            if values is not None:
                table = table.set_column(table.schema.get_field_index(column.name), column.name, values)
        return table

    def fill_frames(self, frames: Frames, instances: pa.Table) -> Frames:
        """The frames with the columns that are made of others, and which of these vary."""
        table = self.fill(frames.table, instances, frames.row)
        varies = {row: list(names) for row, names in frames.varies.items()}
        for column in self.made:
            parts = set(self.names[column.name])
            for row, names in varies.items():
                if column.name in table.column_names and parts.intersection(names):
                    of_file = np.flatnonzero(frames.row == row)
                    values = table[column.name].combine_chunks().slice(of_file[0], len(of_file))
                    if not is_same(values):
                        names.append(column.name)
        unseen = {column.name for column in self.hidden}
        varies = {row: [n for n in names if n not in unseen] for row, names in varies.items()}
        return replace(frames, table=table, varies={row: names for row, names in varies.items() if names})

    def owned(self, problems: Iterable[Problem]) -> list[Problem]:
        """The problems of hidden parts as those of the columns that are made of them."""
        owner = {name: column for column in reversed(self.made) for name in self.names[column.name]}
        unseen = {column.name for column in self.hidden}
        return [
            replace(p, column=replace(p.column, name=owner[p.column.name].name))
            if p.column.name in unseen
            else p
            for p in problems
        ]


def _is_one_place(one: Column, other: Column) -> bool:
    """Whether two columns take the same values from the same place."""
    return _place(one) == _place(other)


def _place(column: Column) -> tuple[object, ...]:
    where = column.tag, column.steps, column.creator, column.csa, column.path if column.csa else ""
    return (*where, column.vr, column.is_list, column.rule, column.parts)


def _first_of(arrays: Sequence[pa.Array]) -> pa.Array:
    """The first value that is there of several arrays, place by place."""
    if len(arrays) == 1:
        return arrays[0]
    if not pa.types.is_list(arrays[0].type):
        return pc.coalesce(*arrays)
    n = len(arrays[0])
    order = np.arange(n)
    is_missing = arrays[0].is_null().to_numpy(zero_copy_only=False)
    for k, other in enumerate(arrays[1:], start=1):
        here = is_missing & other.is_valid().to_numpy(zero_copy_only=False)
        order[here] = k * n + np.flatnonzero(here)
        is_missing &= ~here
    return pa.concat_arrays(list(arrays)).take(pa.array(order))
