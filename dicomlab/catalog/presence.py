"""Which attributes each file has, and how they are written, from the headers that a catalog keeps."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dicomlab.catalog.place import Place
from dicomlab.catalog.store import Store
from dicomlab.catalog.versions import State

if TYPE_CHECKING:
    import pandas as pd

_ROWS = 4096


COLUMNS = ("absent", "empty", "other_vr", "too_long")


def find_presence(
    place: Place, state: State, keywords: Sequence[str], *, jobs: int | None = None
) -> pd.DataFrame:
    """One row a kept header: file_key, and which keywords are what, as text; see `Catalog.presence`.

    Few files differ in what they have, so that the texts are categories.
    """
    from joblib import Parallel, delayed

    store = Store(place)
    paths = store.paths("headers", state.tables["headers"])
    run = Parallel(n_jobs=jobs or os.cpu_count(), backend="threading")
    with place.reaching():
        parts = run(delayed(_of_file)(store, tuple(keywords), path) for path in paths)
    return _joined([part for found in parts for part in found])


_Texts = tuple[str | None, ...]
_Part = tuple[pa.Array, np.ndarray, list[_Texts]]
"""The file keys of some headers, which combination each has, and the combinations."""


def _of_file(store: Store, keywords: tuple[str, ...], path: str) -> list[_Part]:
    """Look through one file of headers, a row group at a time."""
    from dicomlab.header.presence import PresenceReader

    reader = PresenceReader(keywords)
    made = []
    with store.open(path) as file:
        for group in file.iter_batches(_ROWS, columns=["file_key", "header"]):
            answers = np.ascontiguousarray(reader.read(group.column(1)).T)
            rows = answers.view(np.dtype((np.void, answers.shape[1]))).ravel()
            _, first, of_row = np.unique(rows, return_index=True, return_inverse=True)
            texts = [_texts(answers[k], keywords) for k in first]
            # Copied, so that the keys do not hold on to the headers beside them.
            made.append((pa.concat_arrays([group.column(0)]), of_row, texts))
    pa.default_memory_pool().release_unused()
    return made


def _texts(answers: np.ndarray, keywords: Sequence[str]) -> _Texts:
    from dicomlab.header.presence import ABSENT, EMPTY, OTHER_VR, PRESENCE, TOO_LONG, UNKNOWN

    kinds = answers & PRESENCE
    if (kinds == UNKNOWN).any():
        return (None,) * len(COLUMNS)
    chosen = (kinds == ABSENT, kinds == EMPTY, (answers & OTHER_VR) > 0, (answers & TOO_LONG) > 0)
    return tuple(" ".join(keywords[k] for k in np.flatnonzero(which).tolist()) for which in chosen)


def _joined(parts: Sequence[_Part]) -> pd.DataFrame:
    import pandas as pd

    if not parts:
        return pd.DataFrame(
            {"file_key": pd.Series(dtype="str"), **{name: pd.Categorical([]) for name in COLUMNS}}
        )
    begin = np.cumsum([0, *(len(texts) for _, _, texts in parts)])
    row = np.concatenate([of_row + at for (_, of_row, _), at in zip(parts, begin, strict=False)])
    every = [texts for _, _, found in parts for texts in found]
    table = {"file_key": pa.chunked_array([keys for keys, _, _ in parts]).to_pandas()}
    for name, words in zip(COLUMNS, zip(*every, strict=True), strict=True):
        texts = pd.Categorical(words)
        table[name] = texts.take(row)
    return pd.DataFrame(table)
