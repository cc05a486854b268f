#!/usr/bin/env bash
# What: pixels of 12 bits in words of 16, whose upper four bits are not the sign, read by highdicom 0.28.2 (beside pydicom 3.0.2).
# Behaviour: a reader may assume nothing of the unused bits, neither zero nor sign (PS3.5 8.1.1). pydicom takes twelve bits and their sign;
# highdicom, which is built on pydicom, takes the whole word: -1 becomes 4095, and 5 beside an old overlay bit becomes 4101. No warning.
# Why it matters here: a mean, a noise or a dose that is taken through highdicom and one through pydicom differ for the same file, and
# overlays inside the pixel words (older archives) become bright dots. The guess before the run was that both give -1 and 5.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet highdicom==0.28.2 pydicom==3.0.2 numpy==2.4.6
cat > "$folder/look.py" <<'PY'
import sys
import warnings
from importlib.metadata import version

import highdicom
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def write_slice(path, words, signed):
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID, made.FrameOfReferenceUID = (generate_uid() for _ in range(3))
    made.Modality, made.ImageType = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
    for keyword in (
        "PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime AccessionNumber StudyID SeriesNumber "
        "ReferringPhysicianName Manufacturer PositionReferenceIndicator KVP AcquisitionNumber SliceThickness"
    ).split():
        setattr(made, keyword, None)
    made.InstanceNumber, made.PatientPosition = 1, "HFS"
    made.ImagePositionPatient, made.ImageOrientationPatient, made.PixelSpacing = [0, 0, 0], [1, 0, 0, 0, 1, 0], [1, 1]
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PixelRepresentation = 1, "MONOCHROME2", int(signed)
    made.Rows, made.Columns = words.shape
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 12, 11
    made.RescaleSlope, made.RescaleIntercept, made.RescaleType = 1, 0, "HU"
    made.PixelData = words.astype("<u2").tobytes()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.save_as(path, enforce_file_format=True)


def both(path):
    by_pydicom = pydicom.dcmread(path).pixel_array[0, :2].tolist()
    image = highdicom.imread(path)
    by_frame, by_volume = image.get_frame(1)[0, :2], image.get_volume().array[0, 0, :2]
    return by_pydicom, [int(value) for value in by_frame], [int(value) for value in by_volume]


folder = sys.argv[1]
words = np.zeros((4, 4), np.uint16)
words[0, :2] = 0x0FFF, 5  # -1 and 5 as twelve bits, nothing above them
write_slice(f"{folder}/signed.dcm", words, signed=True)
words[0, :2] = 0x1005, 5  # 5 with an overlay bit above it, and 5 without
write_slice(f"{folder}/unsigned.dcm", words, signed=False)
with warnings.catch_warnings(record=True) as met:
    warnings.simplefilter("always")
    seen = both(f"{folder}/signed.dcm"), both(f"{folder}/unsigned.dcm")
print("highdicom", version("highdicom"), "pydicom", version("pydicom"), "numpy", version("numpy"))
print("expected of both libraries: [-1, 5] of the signed file, [5, 5] of the unsigned one")
for name, (by_pydicom, by_frame, by_volume) in zip(("signed", "unsigned"), seen):
    print(f"seen, {name}: pydicom {by_pydicom}, highdicom get_frame {by_frame}, get_volume {by_volume}")
print("warnings", len(met))
known = ([-1, 5], [4095, 5], [4095, 5]), ([5, 5], [4101, 5], [4101, 5])
sys.exit(seen != known or len(met) != 0)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
