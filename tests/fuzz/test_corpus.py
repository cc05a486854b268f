"""The promise holds for every kept file, and for some hundred small changes of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz.promise import check

CORPUS = sorted(Path(__file__).with_name("corpus").iterdir())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_the_promise_holds_for_each_file_of_the_corpus(path):
    assert check(path.read_bytes())


def test_the_corpus_is_small():
    assert len(CORPUS) > 80
    assert max(path.stat().st_size for path in CORPUS) <= 2049


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_the_promise_holds_for_changed_files(seed):
    choice = random.Random(seed)
    for _ in range(25):
        raw = bytearray(choice.choice(CORPUS).read_bytes())
        for _ in range(choice.randint(1, 4)):
            change(raw, choice)
        try:
            check(bytes(raw))
        except Exception as error:
            error.add_note(f"the file was {bytes(raw)!r}")
            raise


def change(raw: bytearray, choice: random.Random) -> None:
    """One small change: a byte, a cut, a length, or a piece of another file."""
    at = choice.randrange(len(raw)) if raw else 0
    kind = choice.randrange(5)
    if kind == 0 and raw:
        raw[at] ^= 1 << choice.randrange(8)
    elif kind == 1:
        del raw[at : at + choice.randint(1, 40)]
    elif kind == 2:
        raw[at : at + 4] = choice.choice([0, 7, 0xFFFFFFFF, 0xFFFFFFFE, 1 << 31]).to_bytes(4, "little")
    elif kind == 3:
        other = choice.choice(CORPUS).read_bytes()
        begin = choice.randrange(len(other))
        raw[at:at] = other[begin : begin + choice.randint(1, 60)]
    else:
        del raw[at:]
