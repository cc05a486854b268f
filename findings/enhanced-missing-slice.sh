#!/usr/bin/env bash
# What: four CT slices, of which one between is missing (0, 2, 6 and 8 mm), in one Legacy Converted Enhanced CT file by highdicom 0.28.2, read by
# SimpleITK 2.5.7 and dcm2niix 1.0.20260724.
# Behaviour: SimpleITK says the slices are 1 mm apart, which is neither their thickness, a step nor the spacing in the plane; dcm2niix
# says 2.667 mm, the mean. Neither says a word, though SimpleITK warns of the same hole in a series of single files. highdicom refuses.
# All positions stand in the file.
# Why it matters here: volumes, and doses and distances along the axis, are wrong by a factor of 2 or by a third, in a form whose single
# file looks complete. No guess was written down before the first run: the hole was a side case of another one. One would expect what
# SimpleITK does for single files, the mean with a warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet highdicom==0.28.2 pydicom==3.0.2 SimpleITK==2.5.7 dcm2niix==1.0.20260724 numpy==2.4.6
cat > "$folder/look.py" <<'PY'
import struct
import subprocess
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import highdicom
import numpy as np
import SimpleITK
from highdicom.legacy import LegacyConvertedEnhancedCTImage
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def series(heights):
    study, its_series, frame = (generate_uid() for _ in range(3))
    for number, height in enumerate(heights):
        made = Dataset()
        made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, generate_uid()
        made.StudyInstanceUID, made.SeriesInstanceUID, made.FrameOfReferenceUID = study, its_series, frame
        for keyword in (
            "PatientName PatientID PatientBirthDate PatientSex StudyTime AccessionNumber StudyID ReferringPhysicianName "
            "PositionReferenceIndicator Laterality"
        ).split():
            setattr(made, keyword, None)
        made.StudyDate = made.SeriesDate = made.AcquisitionDate = made.ContentDate = "20240105"
        made.StudyTime = made.SeriesTime = made.AcquisitionTime = made.ContentTime = "120000"
        made.Modality, made.Manufacturer, made.ImageType = "CT", "Example", ["ORIGINAL", "PRIMARY", "AXIAL"]
        made.SeriesNumber, made.InstanceNumber, made.AcquisitionNumber, made.PatientPosition = 1, number + 1, 1, "HFS"
        made.ImagePositionPatient, made.ImageOrientationPatient = [0, 0, height], [1, 0, 0, 0, 1, 0]
        made.PixelSpacing, made.SliceThickness = [0.5, 0.5], 2
        made.SamplesPerPixel, made.PhotometricInterpretation, made.PixelRepresentation = 1, "MONOCHROME2", 0
        made.Rows = made.Columns = 32
        made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
        made.RescaleSlope, made.RescaleIntercept, made.RescaleType, made.KVP = 1, 0, "HU", None
        made.BurnedInAnnotation, made.LossyImageCompression, made.VolumetricProperties = "NO", "00", "VOLUME"
        made.ConvolutionKernel, made.FilterType = "B", "BODY"
        made.PixelData = np.full((32, 32), 100, "<u2").tobytes()
        made.file_meta = FileMetaDataset()
        made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        yield made


def by_dcm2niix(folder):
    target = folder / "nifti"
    target.mkdir()
    tool = Path(sys.executable).parent / "dcm2niix"
    command = [tool, "-b", "n", "-f", "out", "-o", target, folder / "in"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    (path,) = target.glob("*.nii")
    spacing = struct.unpack_from("<f", path.read_bytes(), 88)[0]  # pixdim[3]
    return round(spacing, 3), [line for line in (said.stdout + said.stderr).splitlines() if "arning" in line or "spac" in line]


def by_highdicom(path):
    try:
        return highdicom.imread(path).get_volume().spacing[0]
    except RuntimeError:
        return "refused"


folder = Path(sys.argv[1])
if sys.argv[2:] == ["simpleitk"]:  # in a process of its own: warnings of ITK go past Python to stderr
    print(SimpleITK.ReadImage(folder / "in" / "ct.dcm").GetSpacing()[2])
    sys.exit()
warnings.simplefilter("ignore")
(folder / "in").mkdir()
path = folder / "in" / "ct.dcm"
image = LegacyConvertedEnhancedCTImage(list(series([0, 2, 6, 8])), generate_uid(), 1, generate_uid(), 1)
image.save_as(path)
heights = [float(frame.PlanePositionSequence[0].ImagePositionPatient[2]) for frame in image.PerFrameFunctionalGroupsSequence]
run = subprocess.run([sys.executable, __file__, folder, "simpleitk"], capture_output=True, text=True, check=True)
by_simpleitk = float(run.stdout), run.stderr.strip()
by_nifti = by_dcm2niix(folder)
refused = by_highdicom(path)
print(*(f"{name} {version(name)}" for name in ("highdicom", "SimpleITK", "dcm2niix", "pydicom")))
print("heights of the frames as they stand in the file:", heights)
print("expected: a warning, a refusal, or 2 mm and a gap; highdicom:", refused)
print(f"seen:     SimpleITK {by_simpleitk[0]} mm, remarks {by_simpleitk[1]!r}; dcm2niix {by_nifti[0]} mm, remarks {by_nifti[1]}")
sys.exit((by_simpleitk, by_nifti, refused) != ((1.0, ""), (2.667, []), "refused"))
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
