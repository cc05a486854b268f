"""Values that are valid and weird, or a little wrong, for every VR; some hold a token that may go nowhere."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass

TOKEN = "Zq7"
"""What every planted text begins with: no reason, error or log may have it."""

CHARACTER_SETS: tuple[bytes, ...] = (
    *(
        b"ISO_IR 100",
        b"ISO_IR 100 ",
        b"ISO_IR 192",
        b"GB18030",
        b"GBK ",
        b"ISO_IR 13",
        b"ISO_IR 166",
        b"ISO_IR 6",
    ),
    *(
        b"ISO 2022 IR 6\\ISO 2022 IR 87",
        b"\\ISO 2022 IR 87",
        b"\\ISO 2022 IR 149",
        b"ISO 2022 IR 100\\ISO 2022 IR 144",
    ),
    *(
        b"ISO 2022 IR 13\\ISO 2022 IR 87\\ISO 2022 IR 159",
        b"\\ISO 2022 IR 58",
        b"ISO_IR 192\\ISO 2022 IR 87",
        b"\\",
    ),
    *(
        b"",
        b" ",
        b"ISO-IR 100",
        b"ISO_2022_IR_13",
        b"UTF-8",
        b"latin1",
        b"ISO_IR 999",
        b"nonsense",
        b"ISO_IR 100\\xyz",
    ),
    *(
        b"ISO_IR 100\0",
        b"ISO_IR\0 100",
        b"\0\0",
        b"\xff\xfe",
        b"ISO_IR 100\0\0\0",
        b"iso_ir 192",
        b"ISO 2022 IR 203",
    ),
    *(b"ISO_IR 203", b"utf_16 ", b"base64", b"rot13 ", b"ISO_IR 192\\\\\\"),
)
_WORDS: tuple[bytes, ...] = (
    *(b"plain", "Müller^Jürgen".encode("latin-1"), "Müller".encode(), "Люкceмбypг".encode("iso8859_5")),
    *(
        "王^小东".encode("gb18030"),
        "ﾔﾏﾀﾞ".encode("shift_jis"),
        "김희중".encode("euc_kr"),
        "ไทย".encode("iso8859_11"),
    ),
    *(
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B",
        b"Hong^\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce",
    ),
    *(
        b"\x1b-Labc\xd0\xd1",
        b"\x1b$)A\xcd\xf5",
        b"\x1b",
        b"\x1b(",
        b"\x1bXY",
        b"\x80\x81\x9f",
        b"\xff\xfe",
        b"a\0b",
        b"\n\r\x0c",
    ),
)
_INTEGERS = (
    0,
    1,
    -1,
    2,
    255,
    2**15 - 1,
    2**15,
    2**16 - 1,
    2**31 - 1,
    2**31,
    -(2**31),
    2**32 - 1,
    2**53,
    2**53 + 1,
)
_LIMITS = (2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64 - 1, 10**18 - 1, 10**18, 10**30, -(2**53) - 1)
_FLOATS = (
    0.0,
    -0.0,
    1.5,
    -2.25,
    1e-300,
    1e300,
    3.4028234e38,
    5e-324,
    float("inf"),
    float("-inf"),
    float("nan"),
    1e16,
)
_DECIMALS: tuple[bytes, ...] = (
    *(
        b"1",
        b" 1.5 ",
        b"-0",
        b"+2.5",
        b".5",
        b"5.",
        b"1E5",
        b"1e-7",
        b"1e309",
        b"0.1234567890123456",
        b"9" * 17,
        b"1e22",
    ),
    *(
        b"1e23",
        b"9007199254740993",
        b"-9007199254740993.0",
        b"1,5",
        b"5 mm",
        b"NaN",
        b"inf",
        b"",
        b" ",
        b"1\\2\\x",
        b"\\",
    ),
    *(
        b"1\\\\3",
        b"1\\2\\3",
        b"0.5\\0.5",
        b"1" * 65,
        b"1\0",
        b"1\x002",
        b"- 5",
        b"1e",
        b"e5",
        b"--1",
        b"0x10",
        b"1_0",
    ),
)
_DATES: tuple[bytes, ...] = (
    *(
        b"20240229",
        b"20230229",
        b"1994.01.30",
        b"00010101",
        b"99991231",
        b"20240101-20240131",
        b"2024",
        b"        ",
    ),
    *(
        b"20240101 ",
        b"20240101\0",
        b"19000101\\20000101",
        b"00000000",
        b"2024-01-01",
        b"20241301",
        b"-2024010",
        b"",
    ),
)
_TIMES: tuple[bytes, ...] = (
    *(
        b"101500",
        b"101500.123456",
        b"235960",
        b"10",
        b"1015",
        b"10:15:00",
        b"101500.1234567",
        b"250000",
        b"101",
        b"",
    ),
    *(
        b"101500.",
        b" 101500",
        b"101500\0",
        b"101500\\111500",
        b"-1",
        b"1015-1016",
        b"noon",
        b"000000.000000 ",
    ),
)
_MOMENTS: tuple[bytes, ...] = (
    *(
        b"20240229101500.5",
        b"20240229101500+0100",
        b"20240229",
        b"2024",
        b"202402",
        b"20240229101500.123456-0500",
        b"",
    ),
    *(
        b"20240229101500+9900",
        b"20240229 ",
        b"99991231235959.999999",
        b"20240229-",
        b"2024022910:15",
        b"20240229101560",
    ),
)
_UIDS: tuple[bytes, ...] = (
    *(
        b"1.2.3\0",
        b"1.2.840.10008.5.1.4.1.1.2\0",
        b"1.2.840.10008.5.1.4.1.1.4",
        b"1.2.840.10008.5.1.4.1.1.2.1\0",
        b"1.2.3 ",
    ),
    *(
        b"1.2.840.10008.5.1.4.1.1.88.67",
        b"1.2.840.10008.5.1.4.1.1.77.1.6",
        b"1.2.840.10008.5.1.4.1.1.20\0",
        b"",
        b"\0\0",
    ),
    *(
        b"1.2\\1.3\0",
        b" 1.2.3",
        b"1.02.3",
        b"1." * 40,
        b"no uid",
        b"1.2.840.10008.5.1.4.1.1.128\0",
        b"1.2 .3",
    ),
)
_CODES: tuple[bytes, ...] = (
    *(
        b"CT",
        b"MR",
        b"PT",
        b"ct ",
        b"ORIGINAL\\PRIMARY\\AXIAL",
        b"ORIGINAL\\PRIMARY\\M\\ND\\MOSAIC",
        b"YES ",
        b"NO",
        b"",
    ),
    *(b"HFS ", b"A\\B\\", b"\\", b" LEFT", b"MIXED ", b"TRUE BUT TOO LONG FOR A CODE STRING"),
)
_FORMS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "UV": "Q", "SV": "q", "FL": "f", "FD": "d", "AT": "HH"}
WIDTHS = {vr: struct.calcsize("<" + form) for vr, form in _FORMS.items()} | {
    "OW": 2,
    "OF": 4,
    "OL": 4,
    "OD": 8,
    "OV": 8,
}
TEXT_VRS = tuple("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())
ALL_VRS = (*TEXT_VRS, *_FORMS, "OB", "OW", "OF", "OD", "OL", "OV")


@dataclass
class Values:
    """Gives the bytes of values, in a byte order, by chance; keeps count of the tokens it planted."""

    choice: random.Random
    n_tokens: int = 0

    def value(self, vr: str, *, is_big: bool) -> bytes:
        """Some bytes for a VR, numbers in the byte order that is asked for."""
        choice = self.choice
        if choice.random() < 0.05:
            return choice.choice([b"", b" ", b"\0", b"  ", b"\0\0\0\0"])
        if choice.random() < 0.02:
            return choice.randbytes(choice.randint(1, 20))
        if vr in _FORMS:
            return self._numbers(vr, ">" if is_big else "<")
        if vr in WIDTHS or vr in ("OB", "UN"):
            return choice.randbytes(WIDTHS.get(vr, 1) * choice.choice([0, 1, 2, 4, 9, 300]))
        return self._padded(self._text(vr))

    def token(self) -> bytes:
        """A text that may stand in no message."""
        self.n_tokens += 1
        return f"{TOKEN}x{self.choice.randrange(10**9)}".encode()

    def _text(self, vr: str) -> bytes:
        choice = self.choice
        lists = {"DS": _DECIMALS, "IS": _DECIMALS, "DA": _DATES, "TM": _TIMES, "DT": _MOMENTS, "UI": _UIDS}
        if choice.random() < 0.1:
            return self.token()
        if vr in ("DS", "IS") and choice.random() < 0.4:
            many = choice.choice([1, 1, 1, 2, 3, 4, 6, 40])
            return b"\\".join(str(choice.choice((*_INTEGERS, *_LIMITS))).encode() for _ in range(many))
        if vr in lists:
            return choice.choice(lists[vr])
        if vr in ("CS", "AE", "AS") and choice.random() < 0.7:
            return choice.choice(_CODES)
        words = [choice.choice((*_WORDS, self.token())) for _ in range(choice.choice([1, 1, 1, 2, 3]))]
        text = choice.choice([b"\\", b"^", b"=", b" "]).join(words)
        return text * choice.choice([1, 1, 1, 1, 1, 60])

    def _padded(self, text: bytes) -> bytes:
        """A text that is padded, well or badly."""
        choice = self.choice
        text = (
            choice.choice([b"", b"", b"", b" ", b"  "])
            + text
            + choice.choice([b"", b"", b" ", b"\0", b"   ", b"\0\0"])
        )
        return text + (b" " if len(text) % 2 and choice.random() < 0.9 else b"")

    def _numbers(self, vr: str, order: str) -> bytes:
        choice, form = self.choice, _FORMS[vr]
        many = choice.choice([1, 1, 1, 1, 2, 3, 4, 6])
        if vr in ("FL", "FD"):
            picked = [choice.choice(_FLOATS) for _ in range(many)]
            safe = [
                v if vr == "FD" or abs(v) < 3.5e38 or v in (float("inf"), -float("inf")) else 1.0
                for v in picked
            ]
            raw = struct.pack(f"{order}{many}{form}", *safe)
        else:
            width = 8 * struct.calcsize(order + form[0])
            picked = [choice.choice((*_INTEGERS, *_LIMITS)) % 2**width for _ in range(many * len(form))]
            raw = struct.pack(f"{order}{len(picked)}{form[0].upper()}", *picked)
        return raw + (choice.randbytes(1) if choice.random() < 0.02 else b"")
