#!/usr/bin/env bash
# What: the Manufacturer that dcm2niix 1.0.20260724 writes into its sidecar, for real makers' names.
# Behaviour: the first two letters decide. Carestream becomes Canon, Genoray GE, Brainlab Bruker, TomoTherapy Toshiba, Medtronic Mediso, without
# a warning. A maker whose letters are not known is left out of the sidecar (Agfa, Fujifilm, Hologic), unless Contributing Equipment
# names one: then an image by Agfa that passed through a workstation of Siemens is by Siemens, again without a warning.
# Why it matters here: tables, strata and drift by maker are often made of these sidecars, and private elements are read by the rules of that maker.
# The guess was the header's own name wherever the maker is not among those known, until a file by highdicom came out as Hitachi.
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

KNOWN = {
    "CARESTREAM HEALTH": "Canon",
    "Genoray": "GE",
    "Brainlab": "Bruker",
    "TomoTherapy Incorporated": "Toshiba",
    "Medtronic": "Mediso",
    "Agfa": None,
    "FUJIFILM Corporation": None,
    "HOLOGIC, Inc.": None,
}


def slice_by(maker, passed_through=None):
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID, made.FrameOfReferenceUID = (generate_uid() for _ in range(3))
    made.Modality, made.ImageType, made.Manufacturer = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"], maker
    for keyword in (
        "PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime AccessionNumber StudyID "
        "ReferringPhysicianName PositionReferenceIndicator KVP AcquisitionNumber"
    ).split():
        setattr(made, keyword, None)
    made.SeriesNumber, made.InstanceNumber, made.PatientPosition, made.SliceThickness = 1, 1, "HFS", 2
    made.ImagePositionPatient, made.ImageOrientationPatient, made.PixelSpacing = [0, 0, 0], [1, 0, 0, 0, 1, 0], [1, 1]
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PixelRepresentation = 1, "MONOCHROME2", 0
    made.Rows = made.Columns = 32
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
    made.RescaleSlope, made.RescaleIntercept, made.RescaleType = 1, 0, "HU"
    made.PixelData = bytes(32 * 32 * 2)
    if passed_through:
        purpose, station = Dataset(), Dataset()
        purpose.CodeValue, purpose.CodingSchemeDesignator, purpose.CodeMeaning = "109103", "DCM", "Modifying Equipment"
        station.Manufacturer, station.PurposeOfReferenceCodeSequence = passed_through, [purpose]
        made.ContributingEquipmentSequence = [station]
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made


def sidecar_maker(made, folder):
    (folder / "in").mkdir(parents=True)
    (folder / "out").mkdir()
    made.save_as(folder / "in" / "slice.dcm", enforce_file_format=True)
    tool = Path(sys.executable).parent / "dcm2niix"
    said = subprocess.run([tool, "-f", "out", "-o", folder / "out", folder / "in"], capture_output=True, text=True, check=True)
    warned = any("manufacturer" in line for line in said.stdout.splitlines())
    return json.loads((folder / "out" / "out.json").read_text()).get("Manufacturer"), warned


folder = Path(sys.argv[1])
warnings.simplefilter("ignore")
print("dcm2niix", version("dcm2niix"), "pydicom", version("pydicom"))
print("expected: the name of the header, or a known form of the same maker")
as_known = True
for number, (maker, known) in enumerate(KNOWN.items()):
    seen, warned = sidecar_maker(slice_by(maker), folder / str(number))
    print(f"seen: {maker} -> {seen}, warned {warned}")
    as_known &= (seen, warned) == (known, known is None)
seen = sidecar_maker(slice_by("Agfa", "SIEMENS"), folder / "station")
print("seen: Agfa, with Contributing Equipment by SIEMENS ->", seen[0], "warned", seen[1])
sys.exit(not as_known or seen != ("Siemens", False))
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
