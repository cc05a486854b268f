#!/usr/bin/env bash
# What: a colour image of 16 bits a sample, native and in RLE Lossless, read by SimpleITK 2.5.7 (beside pydicom 3.0.2).
# Behaviour: native it is right. In RLE, which allows 16 bits for RGB (PS3.5 8.2.2), bytes of one plane land in another: pure red, 65535 0 0,
# becomes 0 65280 255. Nothing is said. Eight bits in RLE, and 16 bits in grey, are right. A lossless step changes every number.
# Why it matters here: RLE is what pydicom writes without another package, to make a release smaller without loss; a check with grey or with 8 bits
# does not show it. The guess before the run was that native and RLE agree.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet SimpleITK==2.5.7 pydicom==3.0.2 numpy==2.4.6
cat > "$folder/look.py" <<'PY'
import sys
import warnings
from importlib.metadata import version

import numpy as np
import pydicom
import SimpleITK
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, SecondaryCaptureImageStorage, generate_uid


def captured(pixels):
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID = generate_uid(), generate_uid()
    for keyword in (
        "PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime AccessionNumber StudyID SeriesNumber "
        "ReferringPhysicianName PatientOrientation Laterality"
    ).split():
        setattr(made, keyword, None)
    made.Modality, made.ConversionType, made.InstanceNumber = "OT", "WSD", 1
    made.Rows, made.Columns = pixels.shape[:2]
    made.SamplesPerPixel, made.PixelRepresentation = (3, 0) if pixels.ndim == 3 else (1, 0)
    made.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    if pixels.ndim == 3:
        made.PlanarConfiguration = 0
    bits = 8 * pixels.dtype.itemsize
    made.BitsAllocated, made.BitsStored, made.HighBit = bits, bits, bits - 1
    made.PixelData = pixels.tobytes()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made


def read(made, path):
    made.save_as(path, enforce_file_format=True)
    shape = pydicom.dcmread(path).pixel_array.shape
    return SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path)).reshape(shape), pydicom.dcmread(path).pixel_array


warnings.simplefilter("ignore")
path = f"{sys.argv[1]}/image.dcm"
red = np.zeros((64, 64, 3), "<u2")
red[..., 0] = 65535
cases = {"RGB, 16 bits": red, "RGB, 8 bits": (red >> 8).astype("u1"), "grey, 16 bits": np.full((64, 64), 60001, "<u2")}
print(*(f"{name} {version(name)}" for name in ("SimpleITK", "pydicom", "numpy")))
right = {}
for name, pixels in cases.items():
    made = captured(pixels)
    native, _ = read(made, path)
    made.compress(RLELossless, generate_instance_uid=False)
    squeezed, by_pydicom = read(made, path)
    assert (native == pixels).all() and (by_pydicom == pixels).all()
    right[name] = bool((squeezed == pixels).all())
    print(f"{name}: expected {pixels[5, 5]}, native {native[5, 5]}, RLE {squeezed[5, 5]}, equal {right[name]}")
sys.exit(right != {"RGB, 16 bits": False, "RGB, 8 bits": True, "grey, 16 bits": True})
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
