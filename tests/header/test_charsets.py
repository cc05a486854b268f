"""Character sets: the examples of PS3.5, wrong and missing ones, and those of items."""

from __future__ import annotations

import warnings

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from dicomlab.header.charsets import decode
from dicomlab.header.engine import HeaderReader
from dicomlab.schema.columns import Columns
from tests.build import dataset, write
from tests.header.test_values import batch_of, element, part10

NAME, TEXT = (0x00100010, "PN", "PatientName"), (0x0008103E, "LO", "SeriesDescription")
ESC = b"\x1b"

# PS3.5 annexes H (Japanese), I (Korean), J (UTF-8, GB18030), K (GB 2312, GBK); the bytes as printed there.
STANDARD = {
    "H.3-1": (
        b"\\ISO 2022 IR 87",
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
    ),
    "H.3-2": (
        b"ISO 2022 IR 13\\ISO 2022 IR 87",
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    ),
    "I.2": (
        b"\\ISO 2022 IR 149",
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
        "Hong^Gildong=洪^吉洞=홍^길동",
    ),
    "J.1": (b"ISO_IR 192", "Wang^XiaoDong=王^小東".encode(), "Wang^XiaoDong=王^小東"),
    "J.3": (b"GB18030", b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", "Wang^XiaoDong=王^小东"),
    "K.2": (
        b"\\ISO 2022 IR 58",
        b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=",
        "Zhang^XiaoDong=张^小东",
    ),
    "GBK": (b"GBK ", b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", "Wang^XiaoDong=王^小东"),
}
# One word each in the single-byte sets of PS3.3 table C.12-2, with and without code extensions.
WORDS = {
    "100": ("latin_1", "Buc^Jérôme"),
    "101": ("iso8859_2", "Wałęsa^Łukasz"),
    "109": ("iso8859_3", "Ħamrun^Ġorġ"),
    "110": ("iso8859_4", "Ķelns^Ģirts"),
    "126": ("iso8859_7", "Διονυσιος"),
    "127": ("iso8859_6", "قباني^لنزار"),
    "138": ("iso8859_8", "שרון^דבורה"),
    "144": ("iso8859_5", "Люкceмбypг"),
    "148": ("iso8859_9", "Çavuşoğlu"),
    "166": ("tis_620", "สมชาย^ใจดี"),
    "203": ("iso8859_15", "Cœur^Zoé"),
}
FINAL = {"100": b"A", "101": b"B", "109": b"C", "110": b"D", "126": b"F", "127": b"G"} | {
    "138": b"H",
    "144": b"L",
    "148": b"M",
    "166": b"T",
    "203": b"b",
}


def read(charset: bytes | None, raw: bytes, where=NAME):
    tag, vr, column = where
    sets = [element(0x00080005, "CS", charset)] if charset is not None else []
    batch = batch_of(part10(*sets, element(tag, vr, raw)))
    return batch.table[column].to_pylist()[0], [(p.reason, p.raw) for p in batch.problems]


@pytest.mark.parametrize("example", STANDARD)
def test_names_of_the_standards_annexes(example):
    charset, raw, text = STANDARD[example]
    assert read(charset, raw) == (text.rstrip("="), [])


@pytest.mark.parametrize("term", WORDS)
def test_every_single_byte_set_of_the_standard(term):
    codec, text = WORDS[term]
    assert read(f"ISO_IR {term}".encode(), text.encode(codec)) == (text, [])
    raw = b"^".join(ESC + b"-" + FINAL[term] + part.encode(codec) for part in text.split("^"))
    assert read(f"\\ISO 2022 IR {term}".encode(), raw) == (text, [])


def test_greek_and_russian_in_one_text():
    raw = (
        b"Dionysios is \x1b\x2d\x46"
        + "Διονυσιος".encode("iso8859_7")
        + b"; \x1b-L"
        + "Люк".encode("iso8859_5")
    )
    charset = b"ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126"
    assert read(charset, raw, TEXT) == ("Dionysios is Διονυσιος; Люк", [])


@pytest.mark.parametrize("letter", "移厭衆")
def test_letters_whose_bytes_look_like_delimiters(letter):
    raw = letter.encode("iso2022_jp")
    assert any(code in raw.replace(b"\x1b$B", b"").replace(b"\x1b(B", b"") for code in b"\\^=")
    assert read(b"\\ISO 2022 IR 87", raw)[0] == letter
    assert read(b"\\ISO 2022 IR 87", raw, TEXT) == (letter, [])


def test_a_backslash_of_two_byte_sets_does_not_part_values():
    columns = Columns.only("OtherPatientNames")
    many = "移^太郎\\田中".replace("\\", "|").encode("iso2022_jp").replace(b"|", b"\\")
    raw = part10(element(0x00080005, "CS", b"\\ISO 2022 IR 87"), element(0x00101001, "PN", many))
    assert batch_of(raw, columns).table["OtherPatientNames"].to_pylist() == [["移^太郎", "田中"]]
    # 0x5C is the second byte of these in GB18030
    raw = part10(element(0x00080005, "CS", b"GB18030"), element(0x00101001, "PN", "王\\乗".encode("gb18030")))
    assert batch_of(raw, columns).table["OtherPatientNames"].to_pylist() == [["王", "乗"]]


def test_supplementary_japanese_letters():
    raw = b"\x1b$(D\x30\x21\x1b(B"
    assert read(b"\\ISO 2022 IR 87\\ISO 2022 IR 159", raw) == (raw.decode("iso2022_jp_2"), [])


# --- wrong and missing ones ----------------------------------------------------------------------

GUESSED = "bytes beyond ASCII without a known character set"
UTF_8 = "UTF-8, and not the character set that the file names"
NOT_THERE = "bytes that the character set does not have"
UNDECLARED = "an escape sequence of a character set that the file does not name"
UNESCAPED = "bytes beyond ASCII without the escape sequence of their character set"
UNKNOWN = "an escape sequence of no character set that DICOM knows"


@pytest.mark.parametrize(
    ("charset", "raw", "text", "reason"),
    [
        # none, or the default one, which has no letters beyond ASCII
        (None, "Jörg".encode(), "Jörg", GUESSED),
        (None, "Jörg".encode("latin-1"), "Jörg", GUESSED),
        (b"", "Jörg".encode("latin-1"), "Jörg", GUESSED),
        (b"ISO_IR 6", "Jörg".encode(), "Jörg", GUESSED),
        (b"ISO_IR 999", "Jörg".encode(), "Jörg", GUESSED),
        (None, "O’Neill".encode("cp1252"), "O’Neill", GUESSED),
        # UTF-8 in files that name another
        (b"ISO_IR 100", "Jörg".encode(), "Jörg", UTF_8),
        (b"ISO_IR 144", "Люк".encode(), "Люк", UTF_8),
        (b"ISO_IR 13", "山田^太郎".encode(), "山田^太郎", UTF_8),
        # another in files that name UTF-8: no letter is made up
        (b"ISO_IR 192", "Jörg".encode("latin-1"), "J�rg", NOT_THERE),
        (b"ISO_IR 126", b"\xd2\xff", "��", NOT_THERE),
        (b"ISO_IR 100", "O’Neill".encode("cp1252"), "O’Neill", NOT_THERE),
        # Korean without its escape sequence, after the delimiter or throughout
        (b"\\ISO 2022 IR 149", "홍^길동".encode("euc_kr"), "홍^길동", UNESCAPED),
        (b"\\ISO 2022 IR 149", b"\x1b$)C" + "홍^길동".encode("euc_kr"), "홍^길동", UNESCAPED),
        (b"\\ISO 2022 IR 100", "Jörg".encode("latin-1"), "Jörg", UNESCAPED),
        (b"\\ISO 2022 IR 100", "Jörg".encode(), "Jörg", GUESSED),
        # a set of code extensions that stands first and alone
        (b"ISO 2022 IR 87", "Jörg".encode(), "Jörg", UTF_8),
        # escape sequences of sets that nobody named
        (None, b"\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "山田^太郎", UNDECLARED),
        (b"ISO_IR 100", b"\x1b$)C\xfb\xf3", "洪", UNDECLARED),
        (b"ISO_IR 100", b"A\x1b$(ZB", "A\x1b$(ZB", UNKNOWN),
        (b"ISO_IR 100", b"A\x1b", "A\x1b", UNKNOWN),
        (b"\\ISO 2022 IR 87", b"\x1b$B;3E", "山��", NOT_THERE),
        (b"ISO_IR 192", b"A\x1b-AB", "A\x1b-AB", "an escape sequence where the character set allows none"),
    ],
)
def test_a_wrong_set_is_a_problem_and_the_text_what_can_be_made_of_it(charset, raw, text, reason):
    assert read(charset, raw) == (text, [(reason, raw)])


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        (b"ISO IR 100", "latin_1"),
        (b"ISO_IR_144", "iso8859_5"),
        (b"ISO-IR 144", "iso8859_5"),
        (b"iso_ir 192", "utf-8"),
        (b"ISO 192", "utf-8"),
        (b"UTF-8", "utf-8"),
        (b"ISO2022 IR 100", "latin_1"),
        (b"ISO_2022_IR_144", "iso8859_5"),
        (b"GB-18030", "gb18030"),
        (b"ISO 2022 GBK", "gbk"),
        (b"ISO_8859-1", "latin_1"),
    ],
)
def test_a_misspelt_term_is_known_all_the_same(charset, codec):
    text = {"latin_1": "Jörg", "iso8859_5": "Люк", "utf-8": "Jörg", "gb18030": "王", "gbk": "王"}[codec]
    assert read(charset, text.encode(codec)) == (text, [])


@pytest.mark.slow
@pytest.mark.parametrize("charset", ["", *(f"ISO_IR {t}" for t in WORDS if t != "203"), "\\ISO 2022 IR 87"])
@settings(deadline=None, max_examples=30, derandomize=True)
@given(data=st.data())
def test_what_fits_is_what_pydicom_gives(charset, data):
    codec = WORDS[charset[-3:]][0] if charset.startswith("ISO_IR") else "ascii"
    letters = st.characters(codec=codec, exclude_categories=["Cc", "Cs"], exclude_characters="\\\x1b")
    text = data.draw(st.text(letters, max_size=12))
    raw = text.encode("iso2022_jp" if "87" in charset else codec)
    ours, reason = decode(raw, charset)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = decode_bytes(raw, convert_encodings(charset.split("\\")), set())
    assert reason or ours == theirs == text
    assert not reason or reason == UTF_8


@settings(deadline=None, max_examples=150, derandomize=True)
@given(
    st.binary(max_size=24),
    st.sampled_from(["", "ISO_IR 100", "ISO_IR 13", "\\ISO 2022 IR 87", "ISO_IR 192", "GBK", "what", "\\\\"]),
    st.booleans(),
)
def test_no_bytes_make_it_fall(raw, charset, is_name):
    for some in (raw, b"\x1b$B" + raw, raw[:9] + b"\x1b" + raw[9:], b"\x1b$)C" + raw):
        text, reason = decode(some, charset, is_name=is_name)
        assert isinstance(text, str)
        assert reason or "�" not in text


def test_a_long_text_of_escape_sequences_is_not_worth_the_time():
    text, reason = decode(b"A" + b"\x1b$B;3\x1b(B" * 200_000, "\\ISO 2022 IR 87")
    assert text[0] == "A"
    assert reason == "escape sequences in a text of over a million bytes"


# --- sets of items -------------------------------------------------------------------------------


def coded(meaning: str, charset: str | None) -> Dataset:
    item = Dataset()
    item.CodeMeaning = meaning
    if charset:
        item.SpecificCharacterSet = charset
    return item


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("use_kernel", [True, False])
def test_a_text_in_an_item_is_in_the_items_character_set(tmp_path, syntax, use_kernel):
    ds = dataset(SpecificCharacterSet="ISO_IR 100", SeriesDescription="Müller")
    ds.CTDIPhantomTypeCodeSequence = [coded("Люк", "ISO_IR 144")]
    ds.ProcedureCodeSequence = [coded("Жук", "ISO_IR 144"), coded("Zoé", None), coded("王", "GB18030")]
    columns = Columns().add_path("ProcedureCodeSequence[*].CodeMeaning", "procedures")
    columns = columns.add_path("ProcedureCodeSequence[2].CodeMeaning", "third")
    reader = HeaderReader(columns, use_kernel=use_kernel)
    batch = next(reader.read([str(write(ds, tmp_path / "f", syntax))]))
    row = batch.table.to_pylist()[0]
    assert row["SeriesDescription"] == "Müller"
    assert row["ctdi_phantom_type"] == "Люк"
    assert row["procedures"] == ["Жук", "Zoé", "王"]
    assert row["third"] == "王"
    assert not batch.problems
    assert "character set" not in " ".join(batch.table.column_names)


def test_an_item_without_a_set_has_that_of_the_item_around_it(tmp_path):
    inner, outer = coded("Люк", None), Dataset()
    outer.SpecificCharacterSet = "ISO_IR 144"
    outer.RequestedProcedureCodeSequence = [inner]
    ds = dataset(SpecificCharacterSet="ISO_IR 100", RequestAttributesSequence=[outer])
    ds.RequestAttributesSequence.append(Dataset())
    ds.RequestAttributesSequence[1].RequestedProcedureCodeSequence = [coded("é", None)]
    path = "RequestAttributesSequence[{}].RequestedProcedureCodeSequence[0].CodeMeaning"
    columns = Columns().add_path(path.format(0), "one").add_path(path.format("*"), "all")
    row = next(HeaderReader(columns).read([str(write(ds, tmp_path / "f"))])).table.to_pylist()[0]
    assert (row["one"], row["all"]) == ("Люк", ["Люк", "é"])


def test_items_of_many_files_do_not_lend_each_other_their_sets(tmp_path):
    paths = []
    for number, charset in enumerate(("ISO_IR 144", None, "ISO_IR 126", None)):
        text = {"ISO_IR 144": "Люк", "ISO_IR 126": "Δ"}.get(charset, "é")
        ds = dataset(SpecificCharacterSet="ISO_IR 100")
        ds.ProcedureCodeSequence = [coded(text, charset)]
        paths.append(str(write(ds, tmp_path / str(number))))
    columns = Columns().add_path("ProcedureCodeSequence[0].CodeMeaning", "one")
    columns = columns.add_path("ProcedureCodeSequence[*].CodeMeaning", "all")
    table = next(HeaderReader(columns).read(paths)).table
    assert table["one"].to_pylist() == ["Люк", "é", "Δ", "é"]
    assert table["all"].to_pylist() == [["Люк"], ["é"], ["Δ"], ["é"]]


def test_a_text_that_does_not_fit_its_items_set_is_a_problem(tmp_path):
    item = element(0x00080005, "CS", b"ISO_IR 192") + element(0x00080104, "LO", b"J\xf6rg")
    body = b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item
    sequence = element(0x00081032, "SQ", body)
    columns = Columns().add_path("ProcedureCodeSequence[0].CodeMeaning", "one")
    raw = part10(element(0x00080005, "CS", b"ISO_IR 100"), sequence)
    batch = HeaderReader(columns).parse(pa.array([raw], pa.large_binary()))
    assert [(p.column.name, p.reason) for p in batch.problems] == [("one", NOT_THERE)]
