#!/usr/bin/env bash
# What: AcquisitionTime in the sidecar of dcm2niix 1.0.20260724, for times that are short, at midnight, or just before it.
# Behaviour: a TM may leave out seconds, and minutes too (PS3.5 6.2). The sidecar takes it for a number: 0930 becomes 00:09:30 and 09 becomes
# 00:00:09. Midnight itself is left out as if there were no time, and 235959.999999 becomes 23:59:60. No warning.
# Why it matters here: scanner hours, waiting times and decay are reckoned from this field, and a morning scan lands just
# after midnight, hours before its patient came. The guess before the run was 09:30:00 for 0930; the others were not guessed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet dcm2niix==1.0.20260724 pydicom==3.0.2
cat > "$folder/look.py" <<'PY'
import json
import subprocess
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

TIMES = {  # as in the file: (expected, seen)
    "093015": ("09:30:15", "09:30:15.000000"),
    "0930": ("09:30:00", "00:09:30.000000"),
    "09": ("09:00:00", "00:00:09.000000"),
    "000000": ("00:00:00", None),
    "235959.999999": ("23:59:59.999999", "23:59:60.000000"),
}


def slice_at(time):
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID, made.FrameOfReferenceUID = (generate_uid() for _ in range(3))
    made.Modality, made.ImageType, made.Manufacturer = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"], "Philips"
    for keyword in (
        "PatientName PatientID PatientBirthDate PatientSex AccessionNumber StudyID "
        "ReferringPhysicianName PositionReferenceIndicator KVP AcquisitionNumber"
    ).split():
        setattr(made, keyword, None)
    made.StudyDate = made.SeriesDate = made.AcquisitionDate = made.ContentDate = "20240105"
    made.StudyTime = made.SeriesTime = made.AcquisitionTime = made.ContentTime = time
    made.SeriesNumber, made.InstanceNumber, made.PatientPosition, made.SliceThickness = 1, 1, "HFS", 2
    made.ImagePositionPatient, made.ImageOrientationPatient, made.PixelSpacing = [0, 0, 0], [1, 0, 0, 0, 1, 0], [1, 1]
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PixelRepresentation = 1, "MONOCHROME2", 0
    made.Rows = made.Columns = 32
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
    made.RescaleSlope, made.RescaleIntercept, made.RescaleType = 1, 0, "HU"
    made.PixelData = bytes(32 * 32 * 2)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made


def sidecar_time(made, folder):
    (folder / "in").mkdir(parents=True)
    (folder / "out").mkdir()
    made.save_as(folder / "in" / "slice.dcm", enforce_file_format=True)
    tool = Path(sys.executable).parent / "dcm2niix"
    command = [tool, "-f", "out", "-o", folder / "out", folder / "in"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads((folder / "out" / "out.json").read_text()).get("AcquisitionTime"), "time" in said.lower()


warnings.simplefilter("ignore")
print("dcm2niix", version("dcm2niix"), "pydicom", version("pydicom"))
as_known = True
for number, (time, (expected, known)) in enumerate(TIMES.items()):
    seen, said = sidecar_time(slice_at(time), Path(sys.argv[1]) / str(number))
    print(f"{time}: expected {expected}, seen {seen}, said something {said}")
    as_known &= seen == known
sys.exit(not as_known)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
