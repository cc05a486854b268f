"""Keys are secret files, and what is made with them is the same everywhere."""

from __future__ import annotations

import os
import pickle
import stat
from collections import Counter

import pytest
from pydicom.uid import UID

from dicomlab.deid.keys import Key
from dicomlab.deid.recipe import Recipe
from dicomlab.errors import UnusableKey

KEY, OTHER = Key(b"a" * 32), Key(b"b" * 32)


def test_a_key_file_is_for_its_owner_only(tmp_path):
    key = Key.make(tmp_path / "project.key")
    assert stat.S_IMODE(os.stat(tmp_path / "project.key").st_mode) == 0o600
    assert Key.open(tmp_path / "project.key").uid("1.2.3") == key.uid("1.2.3")


def test_a_key_is_never_replaced(tmp_path):
    Key.make(tmp_path / "project.key")
    with pytest.raises(UnusableKey, match="there already"):
        Key.make(tmp_path / "project.key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path, mode):
    Key.make(tmp_path / "project.key")
    (tmp_path / "project.key").chmod(mode)
    with pytest.raises(UnusableKey, match="others"):
        Key.open(tmp_path / "project.key")


@pytest.mark.parametrize(
    "text", ["", "dicomlab key 1 zz", "dicomlab key 1 abcd", "x" * 300, "dicomlab key 2 " + "ab" * 32]
)
def test_what_is_no_key_is_refused(tmp_path, text):
    path = tmp_path / "no.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(UnusableKey):
        Key.open(path)


def test_neither_words_nor_errors_show_the_secret(tmp_path):
    key = Key.make(tmp_path / "project.key")
    secret = (tmp_path / "project.key").read_text().split()[-1]
    assert secret[:12] not in repr(key) + str(key) + key.fingerprint
    assert key.fingerprint not in secret


def test_uids_are_valid_keyed_and_stable():
    made = {uid: KEY.uid(uid) for uid in (f"1.2.{n}" for n in range(2000))}
    assert len(set(made.values())) == len(made)
    assert all(UID(uid).is_valid and len(uid) <= 64 for uid in made.values())
    assert all(pickle.loads(pickle.dumps(KEY)).uid(old) == new for old, new in list(made.items())[:5])
    assert not set(made.values()) & {OTHER.uid(uid) for uid in made}
    assert KEY.uid("1.2.840.10008.5.1.4.1.1.2") == "1.2.840.10008.5.1.4.1.1.2"
    assert KEY.uid("") == ""
    assert "DOE" not in KEY.uid("1.2.840.10008.DOE")


def test_uids_are_uuids_of_version_eight():
    number = int(KEY.uid("1.2.3").removeprefix("2.25."))
    assert (number >> 76) & 0xF == 8
    assert (number >> 62) & 3 == 2


def test_few_of_a_thousand_patients_share_a_shift():
    span = Recipe().shift_days
    days = Counter(KEY.days(f"patient {n}".encode(), span) for n in range(1000))
    assert sum(n for n in days.values() if n > 1) <= 50
    assert all(-span[1] <= shift <= -span[0] for shift in days)


def test_a_step_keeps_the_days_of_the_week():
    assert {KEY.days(str(n).encode(), (366, 36_524), 7) % 7 for n in range(50)} == {0}


def test_purposes_are_apart():
    assert KEY.word("patient", b"1") != KEY.word("machine", b"1")
