#!/usr/bin/env bash
# What: the sidecar of dcm2niix 1.0.20260724 for an MR slice that passed through another device, noted in Contributing Equipment Sequence.
# Behaviour: serial number, model, software versions, station and institution of the sidecar are those of the item, though the scanner's own stand at
# the top of the file; only Manufacturer stays the scanner's. The same befalls Device Sequence (a needle, a catheter). No warning.
# Why it matters here: gateways, workstations and de-identification tools add such items, as the standard asks. A drift chart by serial number or by
# software version that is made of sidecars then follows the gateway. The guess before the run was that items are not looked at.
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
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

SCANNER = {
    "Manufacturer": "Philips",
    "ManufacturerModelName": "Ingenia",
    "DeviceSerialNumber": "111",
    "SoftwareVersions": "5.7.1",
    "StationName": "MR1",
    "InstitutionName": "Hospital",
}
GATEWAY = {
    "Manufacturer": "Agfa",
    "ManufacturerModelName": "Gateway",
    "DeviceSerialNumber": "999",
    "SoftwareVersions": "GW 2",
    "StationName": "GW1",
    "InstitutionName": "Data centre",
}


def item(values, code=None):
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    if code:
        made.CodeValue, made.CodingSchemeDesignator, made.CodeMeaning = code
    return made


def mr_slice(**sequences):
    made = item(SCANNER)
    made.SOPClassUID, made.SOPInstanceUID = MRImageStorage, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID, made.FrameOfReferenceUID = (generate_uid() for _ in range(3))
    made.Modality, made.ImageType = "MR", ["ORIGINAL", "PRIMARY", "OTHER"]
    for keyword in (
        "PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime AccessionNumber StudyID "
        "ReferringPhysicianName PositionReferenceIndicator ScanOptions Laterality"
    ).split():
        setattr(made, keyword, None)
    made.ScanningSequence, made.SequenceVariant, made.MRAcquisitionType, made.EchoTrainLength = "GR", "NONE", "2D", 1
    made.RepetitionTime, made.EchoTime = 2000, 30
    made.SeriesNumber, made.InstanceNumber, made.PatientPosition, made.SliceThickness = 1, 1, "HFS", 2
    made.ImagePositionPatient, made.ImageOrientationPatient, made.PixelSpacing = [0, 0, 0], [1, 0, 0, 0, 1, 0], [1, 1]
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PixelRepresentation = 1, "MONOCHROME2", 0
    made.Rows = made.Columns = 32
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
    made.PixelData = bytes(32 * 32 * 2)
    for keyword, items in sequences.items():
        setattr(made, keyword, items)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made


def sidecar(made, folder):
    (folder / "in").mkdir(parents=True)
    (folder / "out").mkdir()
    made.save_as(folder / "in" / "slice.dcm", enforce_file_format=True)
    tool = Path(sys.executable).parent / "dcm2niix"
    # -ba n: with the default some of these are left out as identifying
    command = [tool, "-ba", "n", "-f", "out", "-o", folder / "out", folder / "in"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = json.loads((folder / "out" / "out.json").read_text())
    found["ManufacturerModelName"] = found.get("ManufacturersModelName")
    return {keyword: found.get(keyword) for keyword in SCANNER}, "quipment" in said


folder = Path(sys.argv[1])
warnings.simplefilter("ignore")
gateway = item(GATEWAY)
gateway.PurposeOfReferenceCodeSequence = [item({}, ("109103", "DCM", "Modifying Equipment"))]
needle = item({"DeviceSerialNumber": "N7", "ManufacturerModelName": "Needle"}, ("79068005", "SCT", "Needle"))
plain, _ = sidecar(mr_slice(), folder / "plain")
passed, warned = sidecar(mr_slice(ContributingEquipmentSequence=[gateway]), folder / "gateway")
pierced, _ = sidecar(mr_slice(DeviceSequence=[needle]), folder / "needle")
print("dcm2niix", version("dcm2niix"), "pydicom", version("pydicom"))
print("expected of all three:", plain)
print("seen, after a gateway:", passed, "warned", warned)
print("seen, with a needle:  ", pierced)
as_known = plain == SCANNER and passed == GATEWAY | {"Manufacturer": "Philips"}
sys.exit(not as_known or warned or (pierced["DeviceSerialNumber"], pierced["ManufacturerModelName"]) != ("N7", "Needle"))
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
