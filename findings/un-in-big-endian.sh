#!/usr/bin/env bash
# What: numbers of VR UN in a file of explicit VR big endian, read by pydicom 3.0.1.
# Behaviour: an application that knows the VR may take a value of UN for little endian, whatever the transfer syntax says (PS3.5 6.2.2,
# by CP-246); dcmdump with +uc does. pydicom takes the VR of its dictionary and the byte order of the file: 512 becomes 2, without a warning.
# Why it matters here: older workstations wrote big endian, and what a converter did not know is UN there. A table of Columns or
# SamplesPerPixel that is made with pydicom is then quietly wrong. The guess before the run was 512.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet pydicom==3.0.1
cat > "$folder/look.py" <<'PY'
import struct
import sys
import warnings
from importlib.metadata import version

import pydicom


def element(tag, vr, value, order):
    head = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr in ("UN", "OB"):
        return head + b"\0\0" + struct.pack(f"{order}I", len(value)) + value
    return head + struct.pack(f"{order}H", len(value)) + value


meta = element(0x00020010, "UI", b"1.2.840.10008.1.2.2\0", "<")
meta = element(0x00020000, "UL", struct.pack("<I", len(meta)), "<") + meta
body = element(0x00080060, "CS", b"CT", ">")
body += element(0x00280010, "US", struct.pack(">H", 512), ">")  # Rows, as big endian files have it
body += element(0x00280011, "UN", struct.pack("<H", 512), ">")  # Columns, of a VR that the writer did not know
path = sys.argv[1]
with open(path, "wb") as file:
    file.write(bytes(128) + b"DICM" + meta + body)
with warnings.catch_warnings(record=True) as met:
    warnings.simplefilter("always")
    found = pydicom.dcmread(path)
    rows, columns = int(found.Rows), found["Columns"].value
print("pydicom", version("pydicom"))
print("expected: Rows 512, Columns 512")
print(f"seen:     Rows {rows}, Columns {columns}, warnings {len(met)}")
sys.exit((rows, columns, len(met)) != (512, 2, 0))
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder/file.dcm"
