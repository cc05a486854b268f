#!/usr/bin/env bash
# What: a search for the studies of one month with DICOMfileClient of dicomweb-client 0.61.2, which serves a folder as DICOMweb would.
# Behaviour: a range of dates (StudyDate=20240101-20240131), as DICOMweb has it, is not a valid date to it, so that filter is left out: all
# studies of the folder come back. A line is logged, nothing is raised. So it is with ModalitiesInStudy. Single dates and names work.
# Why it matters here: code that made a cohort from a server gets, on a folder, everyone: more patients than asked for, in a release at worst.
# The guess before the run was that a range works.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet dicomweb-client==0.61.2 pydicom==3.0.2 numpy==2.4.6
cat > "$folder/look.py" <<'PY'
import logging
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

from dicomweb_client import DICOMfileClient
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid


def write_study(path, date, modality):
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID = generate_uid(), generate_uid()
    made.StudyDate, made.StudyTime, made.Modality, made.ConversionType = date, "120000", modality, "WSD"
    made.PatientName, made.PatientID, made.StudyID, made.SeriesNumber, made.InstanceNumber = "Doe^Jane", path.stem, "1", 1, 1
    for keyword in "PatientBirthDate PatientSex AccessionNumber ReferringPhysicianName PatientOrientation Laterality".split():
        setattr(made, keyword, None)
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PixelRepresentation = 1, "MONOCHROME2", 0
    made.Rows = made.Columns = 4
    made.BitsAllocated, made.BitsStored, made.HighBit = 8, 8, 7
    made.PixelData = bytes(16)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.save_as(path, enforce_file_format=True)


class Lines(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.count = 0

    def emit(self, record):
        self.count += 1


warnings.simplefilter("ignore")
folder = Path(sys.argv[1]) / "files"
folder.mkdir()
for name, date, modality in (("a", "20240105", "CT"), ("b", "20240201", "CT"), ("c", "20230101", "MR")):
    write_study(folder / f"{name}.dcm", date, modality)
lines = Lines()
logging.getLogger().addHandler(lines)
client = DICOMfileClient(folder.as_uri(), in_memory=True)


def dates(**filters):
    lines.count = 0
    found = client.search_for_studies(search_filters=filters)
    return sorted(study["00080020"]["Value"][0] for study in found), lines.count


one_day = dates(StudyDate="20240105")
month = dates(StudyDate="20240101-20240131")
modality = dates(ModalitiesInStudy="MR")
print("dicomweb-client", version("dicomweb-client"), "pydicom", version("pydicom"))
print("one day:  expected ['20240105'], seen", one_day[0], "lines logged", one_day[1])
print("January:  expected ['20240105'], seen", month[0], "lines logged", month[1])
print("modality: expected ['20230101'], seen", modality[0], "lines logged", modality[1])
everyone = ["20230101", "20240105", "20240201"]
sys.exit((one_day, month, modality) != ((["20240105"], 0), (everyone, 1), (everyone, 1)))
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
