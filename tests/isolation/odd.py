"""Archives with odd values in them: each variant is a series of its own, beside plain machines."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

from pydicom.datadict import dictionary_VR, tag_for_keyword

Values = Mapping[str, bytes]
"""What an odd header has in place of plain values, as bytes, by keyword."""

_LONG = (b"OB", b"OW", b"UN", b"UT", b"UC", b"SQ")
_CT = b"1.2.840.10008.5.1.4.1.1.2"
PLAIN: dict[str, bytes] = {
    "SpecificCharacterSet": b"ISO_IR 192",
    "ImageType": b"ORIGINAL\\PRIMARY\\AXIAL",
    "SOPClassUID": _CT,
    "StudyTime": b"101500",
    "SeriesTime": b"101600",
    "AcquisitionTime": b"101700",
    "Modality": b"CT",
    "Manufacturer": b"ACME",
    "InstitutionName": b"Clinic",
    "ManufacturerModelName": b"Model A",
    "SoftwareVersions": b"1.0",
    "SeriesDescription": b"Head",
    "ProtocolName": b"Head",
    "BodyPartExamined": b"HEAD",
    "ConvolutionKernel": b"B30f",
    "PatientName": b"Invented^Name",
    "PatientBirthDate": b"19600101",
    "PatientAge": b"060Y",
    "SliceThickness": b"5",
    "KVP": b"120",
    "ExposureTime": b"500",
    "XRayTubeCurrent": b"200",
    "Exposure": b"100",
    "ImagePositionPatient": b"0\\0\\0",
    "ImageOrientationPatient": b"1\\0\\0\\0\\1\\0",
    "PixelSpacing": b"0.5\\0.5",
    "InstanceNumber": b"1",
    "Rows": struct.pack("<H", 512),
    "Columns": struct.pack("<H", 512),
}

DATES = ("StudyDate", "SeriesDate", "AcquisitionDate")
TIMES = ("StudyTime", "SeriesTime", "AcquisitionTime")
_TEXTS = (
    "Manufacturer ManufacturerModelName DeviceSerialNumber StationName InstitutionName SoftwareVersions "
    "SeriesDescription StudyDescription ProtocolName BodyPartExamined ConvolutionKernel PatientID "
    "PatientName Modality ImageType AccessionNumber ImageComments"
).split()
_NUMBERS = (
    "KVP ExposureTime XRayTubeCurrent Exposure SliceThickness PatientWeight PatientSize CTDIvol "
    "InstanceNumber SeriesNumber NumberOfFrames"
).split()
_MANY = ("PixelSpacing", "ImagePositionPatient", "ImageOrientationPatient", "ImageType", "SoftwareVersions")


def _all(keywords: tuple[str, ...] | list[str], value: bytes) -> dict[str, bytes]:
    return dict.fromkeys(keywords, value)


VARIANTS: dict[str, dict[str, bytes]] = {
    "surrogates": _all(_TEXTS, b"a\xed\xa0\x80b"),
    "NUL": _all(_TEXTS, b"a\0b"),
    "only NUL": _all(_TEXTS, b"\0\0"),
    "control characters": _all(_TEXTS, b"a\x1b[2J\r\n\t\x07b"),
    "direction marks": _all(_TEXTS, "a\u202eb\u2066".encode()),
    "not a character": _all(_TEXTS, "\ufffe\uffff\U0010ffff".encode()),
    "bytes of no character set": _all(_TEXTS, b"\xff\xfe\xfd"),
    "markup": _all(_TEXTS, b"<script>alert(1)</script>"),
    "a formula": _all(_TEXTS, b"=1+1"),
    "templates": _all(_TEXTS, b"{{ 7*7 }}{% raise %} %s {0}"),
    "64 kB texts": _all(_TEXTS, b"x" * 65_534),
    "blanks": _all(_TEXTS, b"  "),
    "a character set of no name": {"SpecificCharacterSet": b"ISO_IR 999"},
    "NaN": _all(_NUMBERS, b"NaN"),
    "inf": _all(_NUMBERS, b"inf"),
    "-inf": _all(_NUMBERS, b"-inf"),
    "1e400": _all(_NUMBERS, b"1e400"),
    "1e308": _all(_NUMBERS, b"1e308"),
    "1e-320": _all(_NUMBERS, b"1e-320"),
    "an integer beyond 64 bits": _all(_NUMBERS, b"9" * 30),
    "the least integer": _all(_NUMBERS, b"-9223372036854775808"),
    "4,000 digits": _all(_NUMBERS, b"1" * 4_000),
    "zero": _all(_NUMBERS, b"0"),
    "minus zero": _all(_NUMBERS, b"-0"),
    "negative": _all(_NUMBERS, b"-5"),
    "words for numbers": _all(_NUMBERS, b"five"),
    "several for one": _all(_NUMBERS, b"1\\2\\3"),
    "other digits": _all(_NUMBERS, "٣".encode()),
    "empty numbers": _all(_NUMBERS, b""),
    "year 0001": _all(DATES, b"00010101"),
    "year 9999": _all(DATES, b"99991231"),
    "year 0000": _all(DATES, b"00000000"),
    "year 1582": _all(DATES, b"15821010"),
    "day 32": _all(DATES, b"20240132"),
    "no 29 February": _all(DATES, b"20230229"),
    "words for dates": _all(DATES, b"yesterda"),
    "no dates": _all(DATES, b""),
    "several dates": _all(DATES, b"20240101\\20240102"),
    "born 9999": {"PatientBirthDate": b"99991231"},
    "born 0001": {"PatientBirthDate": b"00010101"},
    "25:99": _all(TIMES, b"259900"),
    "a second 60": _all(TIMES, b"235960"),
    "negative times": _all(TIMES, b"-10000"),
    "no times": _all(TIMES, b""),
    "words for times": _all(TIMES, b"noon"),
    "a moment in 9999": {"AcquisitionDateTime": b"99991231235959.999999+1400"},
    "a moment in 0001": {"AcquisitionDateTime": b"00010101000000-1200"},
    "an offset of 99 hours": {"TimezoneOffsetFromUTC": b"+9999"},
    "empty lists": _all(_MANY, b""),
    "empty items": _all(_MANY, b"\\" * 9),
    "10,000 values": _all(_MANY, b"\\".join([b"1"] * 10_000)),
    "one value": _all(_MANY, b"1"),
    "NaN in space": {
        "ImagePositionPatient": b"NaN\\inf\\-inf",
        "ImageOrientationPatient": b"0\\0\\0\\0\\0\\0",
    },
    "huge in space": {"ImagePositionPatient": b"1e300\\1e300\\1e300", "PixelSpacing": b"1e300\\1e300"},
    "pixels of no size": {"PixelSpacing": b"0\\0", "Rows": b"\0\0", "Columns": b"\0\0"},
    "ages": {"PatientAge": b"999Y"},
    "an age of nothing": {"PatientAge": b"Y"},
    "no machine": _all(["Manufacturer", "ManufacturerModelName", "DeviceSerialNumber", "StationName"], b""),
    "no modality": {"Modality": b""},
    "no patient": {"PatientID": b"", "PatientName": b""},
    "a UID of words": {"StudyInstanceUID": b"not a uid", "SOPClassUID": b"x"},
    "a UID of 1,000 digits": {"SOPInstanceUID": b"1." + b"2" * 1_000},
    "no study": {"StudyInstanceUID": b""},
    "no series": {"SeriesInstanceUID": b""},
    "no instance": {"SOPInstanceUID": b""},
    "a dose report of nothing": {"SOPClassUID": b"1.2.840.10008.5.1.4.1.1.88.67", "Modality": b"SR"},
    "an enhanced image of nothing": {"SOPClassUID": b"1.2.840.10008.5.1.4.1.1.2.1", "NumberOfFrames": b"3"},
}
"""What is odd, by a name: one series each, on a machine of its own."""


def element(keyword: str, value: bytes) -> bytes:
    """An element in explicit VR little endian, whatever its value is."""
    tag = tag_for_keyword(keyword)
    assert tag is not None, keyword
    vr = dictionary_VR(tag)[:2].encode()
    value += b" " * (len(value) % 2)
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    return (
        head
        + struct.pack("<HI" if vr in _LONG else "<H", *([0, len(value)] if vr in _LONG else [len(value)]))
        + value
    )


def header(values: Values) -> bytes:
    """A file in explicit VR little endian with these values, in the order of their tags."""
    ordered = sorted(values, key=lambda keyword: tag_for_keyword(keyword) or 0)
    syntax = element("TransferSyntaxUID", b"1.2.840.10008.1.2.1\0")
    group = element("FileMetaInformationGroupLength", struct.pack("<I", len(syntax)))
    return b"\0" * 128 + b"DICM" + group + syntax + b"".join(element(k, values[k]) for k in ordered)


def write_plain(folder: Path, *, machines: int = 2, days: int = 100) -> Path:
    """Machines with a series a day; the current of the first doubles half way."""
    for machine in range(machines):
        for day in range(days):
            uid = f"1.2.{machine + 1}.{day + 1}".encode()
            date = f"2024{day // 28 + 1:02d}{day % 28 + 1:02d}".encode()
            current = 200 + day % 5 + (200 if machine == 0 and day >= days // 2 else 0)
            values = PLAIN | _all(DATES, date) | _identity(uid, f"P{machine}-{day}", f"SN{machine}")
            path = folder / f"m{machine}" / f"{day}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(header(values | {"XRayTubeCurrent": str(current).encode()}))
    return folder


def _identity(uid: bytes, patient: str, serial: str) -> dict[str, bytes]:
    return {
        "PatientID": patient.encode(),
        "DeviceSerialNumber": serial.encode(),
        "StationName": serial.encode(),
        "StudyInstanceUID": uid,
        "SeriesInstanceUID": uid + b".1",
        "SOPInstanceUID": uid + b".1.1",
    }


def write_odd(folder: Path, names: list[str] | None = None, *, serial: str = "") -> Path:
    """A series for each variant; on a machine of its own, or on that of a serial number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, values) in enumerate(VARIANTS.items()):
        if names is None or name in names:
            uid = f"9.{number + 1}".encode()
            own = PLAIN | _all(DATES, b"20240115") | _identity(uid, f"odd{number}", serial or f"ODD{number}")
            if not serial:  # a model of its own: what is seen on others of a model is told of each
                own["ManufacturerModelName"] = f"Odd {number}".encode()
            (folder / f"odd{number}").write_bytes(header(own | values))
    return folder


def write_many_series(folder: Path, n: int) -> Path:
    """One study of so many series, on a machine of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    own = PLAIN | _all(DATES, b"20240120") | _identity(b"1.5", "many", "MANY")
    for number in range(n):
        uids = {"SeriesInstanceUID": f"1.5.{number}", "SOPInstanceUID": f"1.5.{number}.1"}
        (folder / f"{number}").write_bytes(header(own | {name: uid.encode() for name, uid in uids.items()}))
    return folder
