#!/usr/bin/env bash
# What: four PET slices with a Rescale Slope each (1, 2, 4, 8), put into one Legacy Converted Enhanced PET file by highdicom 0.28.2, then read
# by SimpleITK 2.5.7, dcm2niix 1.0.20260724 and highdicom again.
# Behaviour: the slopes stand in the file, one for each frame. highdicom applies each; SimpleITK applies that of the first frame to all of them;
# dcm2niix applies none and writes no slope, though it honours the slopes of frames in Enhanced MR. Neither of the two says a word.
# Why it matters here: PET is often scaled slice by slice, and this form is made for old series. Activity, and each SUV, is then off by a factor
# that differs by slice and by tool. The guess before the run: SimpleITK one slope for all, dcm2niix right.
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
from highdicom.legacy import LegacyConvertedEnhancedPETImage
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, PositronEmissionTomographyImageStorage, generate_uid


def series(slopes):
    study, its_series, frame = (generate_uid() for _ in range(3))
    for number, slope in enumerate(slopes):
        made = Dataset()
        made.SOPClassUID, made.SOPInstanceUID = PositronEmissionTomographyImageStorage, generate_uid()
        made.StudyInstanceUID, made.SeriesInstanceUID, made.FrameOfReferenceUID = study, its_series, frame
        for keyword in (
            "PatientName PatientID PatientBirthDate PatientSex StudyTime AccessionNumber StudyID ReferringPhysicianName "
            "PositionReferenceIndicator Laterality"
        ).split():
            setattr(made, keyword, None)
        made.StudyDate = made.SeriesDate = made.AcquisitionDate = made.ContentDate = "20240105"
        made.StudyTime = made.SeriesTime = made.AcquisitionTime = made.ContentTime = "120000"
        made.Modality, made.Manufacturer, made.ImageType = "PT", "Example", ["ORIGINAL", "PRIMARY"]
        made.SeriesNumber, made.InstanceNumber, made.AcquisitionNumber, made.PatientPosition = 1, number + 1, 1, "HFS"
        made.ImagePositionPatient, made.ImageOrientationPatient = [0, 0, 2 * number], [1, 0, 0, 0, 1, 0]
        made.PixelSpacing, made.SliceThickness = [1, 1], 2
        made.SamplesPerPixel, made.PhotometricInterpretation, made.PixelRepresentation = 1, "MONOCHROME2", 0
        made.Rows = made.Columns = 32
        made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
        made.RescaleSlope, made.RescaleIntercept, made.Units = slope, 0, "BQML"
        made.BurnedInAnnotation, made.LossyImageCompression = "NO", "00"
        made.PixelData = np.full((32, 32), 100, "<u2").tobytes()
        made.file_meta = FileMetaDataset()
        made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        yield made


def by_dcm2niix(folder):
    target = folder / "nifti"
    target.mkdir()
    tool = Path(sys.executable).parent / "dcm2niix"
    said = subprocess.run([tool, "-b", "n", "-f", "out", "-o", target, folder / "in"], capture_output=True, text=True, check=True)
    (path,) = target.glob("*.nii")
    raw = path.read_bytes()
    kind, offset = struct.unpack_from("<h", raw, 70)[0], int(struct.unpack_from("<f", raw, 108)[0])
    slope, intercept = struct.unpack_from("<ff", raw, 112)
    words = np.frombuffer(raw, {4: "<i2", 16: "<f4", 512: "<u2"}[kind], offset=offset).reshape(4, -1)
    values = words[:, 0] * (slope or 1) + intercept
    return sorted(values.tolist()), [line for line in said.stdout.splitlines() if "slope" in line.lower() or "scal" in line.lower()]


folder = Path(sys.argv[1])
warnings.simplefilter("ignore")
(folder / "in").mkdir()
path = folder / "in" / "pet.dcm"
image = LegacyConvertedEnhancedPETImage(list(series([1, 2, 4, 8])), generate_uid(), 1, generate_uid(), 1)
image.save_as(path)
frames = image.PerFrameFunctionalGroupsSequence
slopes = [float(frame.PixelValueTransformationSequence[0].RescaleSlope) for frame in frames]
by_highdicom = sorted(highdicom.imread(path).get_volume().array[:, 0, 0].tolist())
by_simpleitk = sorted(SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))[:, 0, 0].tolist())
by_nifti, said = by_dcm2niix(folder)
print(*(f"{name} {version(name)}" for name in ("highdicom", "SimpleITK", "dcm2niix", "pydicom")))
print("every pixel 100, slopes of the frames as they stand in the file:", slopes)
print("expected: [100, 200, 400, 800], as highdicom reads:", by_highdicom)
print("seen:     SimpleITK", by_simpleitk, "dcm2niix", by_nifti, "remarks", said)
as_known = (by_highdicom, by_simpleitk, by_nifti, said) == ([100, 200, 400, 800], [100 * slopes[0]] * 4, [100] * 4, [])
sys.exit(not as_known)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
