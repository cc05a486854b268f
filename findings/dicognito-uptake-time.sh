#!/usr/bin/env bash
# What: a PET slice de-identified with dicognito 0.19.0: the time between injection and scan, before and after.
# Behaviour: dates and times are moved by days and hours, pair by pair. A time that has no date beside it, as Radiopharmaceutical Start Time
# (0018,1072) or Contrast/Bolus Start Time, stays as it was, while the scan and Radiopharmaceutical Start DateTime move by hours.
# Why it matters here: the date-time is optional in PET, so a table often has the time alone. An uptake of 60 minutes becomes one of another day or
# of minus eight hours, and SUV is wrong by powers of two without any sign. The guess before the run was that intervals are kept; the tool's
# summary says in half a sentence that a time is replaced with its date only, not what that does to PET and contrast.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet dicognito==0.19.0 pydicom==3.0.2
cat > "$folder/look.py" <<'PY'
import sys
import warnings
from datetime import datetime
from importlib.metadata import version

from dicognito.anonymizer import Anonymizer
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, PositronEmissionTomographyImageStorage, generate_uid


def scan():
    drug = Dataset()
    drug.RadiopharmaceuticalStartTime, drug.RadiopharmaceuticalStartDateTime = "110000", "20240105110000"
    drug.RadionuclideTotalDose, drug.RadionuclideHalfLife = "370000000", "6586.2"
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = PositronEmissionTomographyImageStorage, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID, made.FrameOfReferenceUID = (generate_uid() for _ in range(3))
    made.Modality, made.PatientName, made.PatientID, made.PatientSex = "PT", "Doe^Jane", "1", "F"
    made.StudyDate = made.SeriesDate = made.AcquisitionDate = "20240105"
    made.StudyTime = made.SeriesTime = made.AcquisitionTime = "120000"
    made.ContrastBolusAgent, made.ContrastBolusStartTime = "saline", "115500"
    made.RadiopharmaceuticalInformationSequence = [drug]
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID, made.file_meta.MediaStorageSOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    return made


def minutes(made):
    def gap(start, end):
        return int((datetime.strptime(end[:6], "%H%M%S") - datetime.strptime(start[:6], "%H%M%S")).total_seconds()) // 60

    drug = made.RadiopharmaceuticalInformationSequence[0]
    by_moment = datetime.strptime(made.AcquisitionDate + made.AcquisitionTime[:6], "%Y%m%d%H%M%S") - datetime.strptime(
        drug.RadiopharmaceuticalStartDateTime[:14], "%Y%m%d%H%M%S"
    )
    return (
        gap(drug.RadiopharmaceuticalStartTime, made.AcquisitionTime),
        int(by_moment.total_seconds()) // 60,
        gap(made.ContrastBolusStartTime, made.AcquisitionTime),
    )


print("dicognito", version("dicognito"), "pydicom", version("pydicom"))
print("minutes from injection to scan by time alone, by date and time, and from contrast to scan")
print("before:  ", minutes(scan()), "- expected to be the same afterwards (by time alone, give or take a day)")
as_known = True
with warnings.catch_warnings(record=True) as met:
    warnings.simplefilter("always")
    for seed in ("one", "two", "three"):
        made = scan()
        Anonymizer(seed=seed).anonymize(made)
        seen = minutes(made)
        print(f"seen, {seed}:", seen, "start time", made.RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartTime)
        as_known &= seen[0] % 1440 != 60 and seen[1] == 60 and seen[2] % 1440 != 5
print("warnings", len(met))
sys.exit(not as_known or len(met) != 0)
PY
"$folder/venv/bin/python" "$folder/look.py"
