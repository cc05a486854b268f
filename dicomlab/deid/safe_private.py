"""Private elements that PS3.15 lists as thought to be safe (Table "Safe Private Attributes" in E.3.10).

Copied from the published text of an edition of 2020 or later, which a repository of PS3.15 carries; the
rows of 2026d were not to be had. Left out are its rows of OB, SQ, UI, LT and of no VR: what lies in
them cannot be looked at. The texts that are left in are searched for what was removed.
"""

from __future__ import annotations

from functools import cache

_ROWS = """\
7053 00 DS Philips PET Private Group
7053 09 DS Philips PET Private Group
00E1 21 DS ELSCINT1
00E1 50 DS ELSCINT1
01E1 26 CS ELSCINT1
01F1 01 CS ELSCINT1
01F1 07 DS ELSCINT1
01F1 26 DS ELSCINT1
01F1 27 DS ELSCINT1
0019 23 DS GEMS_ACQU_01
0019 24 DS GEMS_ACQU_01
0019 27 DS GEMS_ACQU_01
0019 9E LO GEMS_ACQU_01
0043 27 SH GEMS_PARM_01
0045 01 SS GEMS_HELIOS_01
0045 02 FL GEMS_HELIOS_01
0903 10 US GEIIS PACS
0903 11 US GEIIS PACS
0903 12 US GEIIS PACS
2001 03 FL Philips Imaging DD 001
2001 04 CS Philips Imaging DD 001
0019 0C IS SIEMENS MR HEADER
0019 0D CS SIEMENS MR HEADER
0019 0E FD SIEMENS MR HEADER
0019 27 FD SIEMENS MR HEADER
0043 39 IS GEMS_PARM_01
0043 6F DS GEMS_PARM_01
0025 07 SL GEMS_SERS_01
7E01 01 LO HOLOGIC, Inc.
7E01 02 SH HOLOGIC, Inc.
0099 04 SS NQHeader
0099 10 FL NQHeader
0099 20 SH NQHeader
0099 21 FL NQHeader
2005 0D FL Philips MR Imaging DD 001
2005 0E FL Philips MR Imaging DD 001
0119 05 UL SIEMENS Ultrasound SC2000
0119 06 UL SIEMENS Ultrasound SC2000
0119 07 UL SIEMENS Ultrasound SC2000
0119 08 UL SIEMENS Ultrasound SC2000
0119 09 SS SIEMENS Ultrasound SC2000
0119 10 SH SIEMENS Ultrasound SC2000
0119 13 IS SIEMENS Ultrasound SC2000
0119 21 SH SIEMENS Ultrasound SC2000
0129 30 CS SIEMENS Ultrasound SC2000
0139 01 SL SIEMENS Ultrasound SC2000
0149 01 FD SIEMENS Ultrasound SC2000
0149 02 FD SIEMENS Ultrasound SC2000
0149 03 FD SIEMENS Ultrasound SC2000
"""
# NeuroQuant's volumes of the two halves of the brain have 22 numbers each.
_HALVES = ((0x0199, "NQLeft"), (0x0299, "NQRight"))


@cache
def safe_private() -> dict[tuple[int, str, int], str]:
    """The VR of each private element thought safe, by group, creator, and the last byte of its number.

    >>> safe_private()[0x0019, "SIEMENS MR HEADER", 0x0C]
    'IS'
    """
    found = {}
    for line in _ROWS.splitlines():
        group, element, vr, creator = line.split(" ", 3)
        found[int(group, 16), creator, int(element, 16)] = vr
    for half, creator in _HALVES:
        found |= {(half, creator, element): "FL" for element in range(0x01, 0x17)}
    return found
