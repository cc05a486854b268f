"""Words of the standard itself: what a strict recipe lets stand in a text, since nobody is called so.

Defined terms of attributes, the words in names of attributes, and the codes and their meanings that pydicom
carries for structured reports.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_TERMS = frozenset(
    b"ISO_IR ISO 2022 IR 6 100 101 109 110 144 127 126 138 148 166 13 87 159 149 58 192 203 GB18030 GBK "
    b"ORIGINAL DERIVED PRIMARY SECONDARY AXIAL LOCALIZER MIP MPR MINIP CSA OTHER M P R I ND NORM DIS2D "
    b"DIS3D FM FFE SE GR IR EP RM TSE FSE SK MTC SS TRSS SP MP OSP NONE PG CG FC RG FP CT_SOM5 SPI HELIX "
    b"AVERAGE VOLUME RESAMPLED EMISSION TRANSMISSION STATIC DYNAMIC GATED TOMO RECON WHOLE BODY "
    b"TOMOGRAPHIC PROJECTION MIXED CALIBRATION MONOCHROME1 MONOCHROME2 PALETTE COLOR RGB HSV ARGB CMYK "
    b"YBR_FULL YBR_FULL_422 YBR_PARTIAL_420 YBR_ICT YBR_RCT CR CT MR US PT NM DX MG IO PX XA RF RG OT SC "
    b"SEG SR KO PR ECG HD EPS RTIMAGE RTDOSE RTSTRUCT RTPLAN RTRECORD OP OPT OAM IVUS IVOCT BMD ES GM SM "
    b"XC AU DOC REG FID RWV VA BI TG LS ST CF DF DS EC FA FS LP MA MS VF DM CP PLAN HFS HFP HFDR HFDL FFS "
    b"FFP FFDR FFDL LFP LFS RFP RFS AFDR AFDL PFDR PFDL SITTING L R B U A H F AP PA LL RL LLD RLD YES NO "
    b"ON OFF Y N UNKNOWN REMOVED MODIFIED UNMODIFIED COMPLETE PARTIAL VERIFIED UNVERIFIED CONTAINS "
    b"SEPARATE HAS OBS CONTEXT ACQ MOD PROPERTIES INFERRED FROM SELECTED CONTAINER TEXT NUM CODE UIDREF "
    b"PNAME DATE TIME DATETIME COMPOSITE IMAGE WAVEFORM SCOORD SCOORD3D TCOORD TABLE DCM SRT SCT LN UCUM "
    b"NCIT UMLS FMA RADLEX DCMR SNM3 99SDM 2D 3D PRODUCT HU MM CM MGML CNTS BQML PROPCNTS GML GY RELATIVE "
    b"PHYSICAL EFFECTIVE ERROR BEAM FRACTION CONTROL_POINT BINARY FRACTIONAL LABELMAP PROBABILITY "
    b"OCCUPANCY AUTOMATIC SEMIAUTOMATIC MANUAL LINEAR SIGMOID LINEAR_EXACT IDENTITY INVERSE PRESENTATION "
    b"PROCESSING FOR CHEST ABDOMEN HEAD NECK PELVIS SPINE CSPINE TSPINE LSPINE EXTREMITY BREAST HEART "
    b"BRAIN KNEE SHOULDER HAND FOOT ANKLE ELBOW HIP LEG ARM SKULL JAW LIVER KIDNEY LUNG SIEMENS GE MEDICAL "
    b"SYSTEMS PHILIPS TOSHIBA CANON HITACHI FUJIFILM HEALTHCARE HEALTHINEERS AGFA CARESTREAM VARIAN ELEKTA "
    b"HOLOGIC ".split()
)
_WORD = re.compile(rb"[A-Z_]+|\d+")
_UNITS = frozenset(b"MM CM M KV MA MAS MS S HZ KHZ MHZ T G KG MGY GY CGY MSV DEG ML L".split())
_LONGEST_NUMBER = 3
_CODES = frozenset((0x00080100, 0x00080119))


def is_known_term(tag: int, value: bytes) -> bool:
    r"""Whether a value consists of words of the standard and short numbers.

    >>> is_known_term(0x00080008, b"ORIGINAL\\PRIMARY"), is_known_term(0x00080070, b"Doe Systems")
    (True, False)
    """
    text = value.upper().strip(b" \0")
    if tag in _CODES:
        return text in _codes() or (text.isdigit() and len(text) <= _LONGEST_NUMBER)
    return (
        all(
            len(word) <= _LONGEST_NUMBER
            if word.isdigit()
            else len(word) == 1 or word in _TERMS or word in _words()
            for word in _WORD.findall(text)
        )
        and text.isascii()
    )


def is_defined_term(value: bytes) -> bool:
    r"""Whether a coded string is one of the standard's own, such as a modality or the type of an item.

    >>> is_defined_term(b"DERIVED\\SECONDARY "), is_defined_term(b"DOE")
    (True, False)
    """
    return all(part.strip(b" \0") in _TERMS for part in value.split(b"\\"))


@cache
def _words() -> frozenset[bytes]:
    from pydicom._dicom_dict import DicomDictionary

    names = " ".join(row[1] for row in DicomDictionary.values())
    return _UNITS | frozenset(
        re.findall(rb"[A-Z_]+", (names + " " + " ".join(_concepts()[1])).upper().encode())
    )


@cache
def _codes() -> frozenset[bytes]:
    return frozenset(code.upper().encode() for code in _concepts()[0])


@cache
def _concepts() -> tuple[list[str], list[str]]:
    """The codes of pydicom's tables for structured reports, and their meanings."""
    from pydicom.sr._concepts_dict import concepts

    tables: Any = concepts
    rows = [item for by_name in tables.values() for codes in by_name.values() for item in codes.items()]
    return [code for code, _ in rows], [meaning[0] for _, meaning in rows]
