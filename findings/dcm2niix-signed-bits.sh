#!/usr/bin/env bash
# What: signed slices of 10 to 15 stored bits, native and JPEG-LS, converted by dcm2niix 1.0.20260724.
# Behaviour: the sign of the stored bits is carried to the whole word for 12 bits only. For every other width -1 becomes 2 ** bits - 1 (8191
# of 13 bits), without a warning, when the bits above are zero, and always in JPEG-LS, whose stream has no sign. Native words that
# happen to carry the sign are right. A test with 12 bits finds nothing wrong.
# Why it matters here: whether air is -1000 or 7192 depends on BitsStored and on how an archive has compressed; a NIfTI made of one archive
# differs from one made of a copy. The first guess was that all is right; after one failure in JPEG-LS, that native words are.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet dcm2niix==1.0.20260724 pydicom==3.0.2 pyjpegls==1.5.1 numpy==2.4.6
cat > "$folder/look.py" <<'PY'
import struct
import subprocess
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGLSLossless, generate_uid


def slice_of(words, bits):
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID, made.FrameOfReferenceUID = (generate_uid() for _ in range(3))
    made.Modality, made.ImageType = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
    for keyword in (
        "PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime AccessionNumber StudyID "
        "ReferringPhysicianName Manufacturer PositionReferenceIndicator KVP AcquisitionNumber"
    ).split():
        setattr(made, keyword, None)
    made.SeriesNumber, made.InstanceNumber, made.PatientPosition, made.SliceThickness = 1, 1, "HFS", 2
    made.ImagePositionPatient, made.ImageOrientationPatient, made.PixelSpacing = [0, 0, 0], [1, 0, 0, 0, 1, 0], [1, 1]
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PixelRepresentation = 1, "MONOCHROME2", 1
    made.Rows, made.Columns = words.shape
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, bits, bits - 1
    made.RescaleSlope, made.RescaleIntercept, made.RescaleType = 1, 0, "HU"
    made.PixelData = words.astype("<u2").tobytes()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made


def converted(made, folder):
    source, target = folder / "in", folder / "out"
    source.mkdir(parents=True), target.mkdir()
    made.save_as(source / "slice.dcm", enforce_file_format=True)
    assert (pydicom.dcmread(source / "slice.dcm").pixel_array == -1).all()
    tool = Path(sys.executable).parent / "dcm2niix"
    said = subprocess.run([tool, "-b", "n", "-f", "out", "-o", target, source], capture_output=True, text=True, check=True)
    raw = (target / "out.nii").read_bytes()
    kind, offset = struct.unpack_from("<h", raw, 70)[0], int(struct.unpack_from("<f", raw, 108)[0])
    slope, intercept = struct.unpack_from("<ff", raw, 112)
    assert (kind, slope, intercept) == (4, 1.0, 0.0)  # int16 as it stands
    values = set(np.frombuffer(raw, "<i2", offset=offset).tolist())
    return values, [line for line in said.stdout.splitlines() if "sign" in line or "bits" in line]


folder = Path(sys.argv[1])
warnings.simplefilter("ignore")  # empty names are of type 2
print("dcm2niix", version("dcm2niix"), "pydicom", version("pydicom"), "pyjpegls", version("pyjpegls"))
print("expected: {-1} everywhere (pydicom reads -1 from each of these files)")
as_known = True
for bits in range(10, 16):
    words = np.full((32, 32), (1 << bits) - 1)  # -1 in the stored bits, zero above
    native = slice_of(words, bits)
    squeezed = slice_of(np.full((32, 32), 0xFFFF), bits)  # -1 with the sign above
    extended, _ = converted(squeezed, folder / f"{bits}-extended")
    squeezed.compress(JPEGLSLossless, generate_instance_uid=False)
    plain, said = converted(native, folder / f"{bits}-native")
    jpeg, also_said = converted(squeezed, folder / f"{bits}-jpegls")
    print(f"seen, {bits} bits: sign above {extended}, zero above {plain}, JPEG-LS {jpeg}, remarks {said + also_said}")
    wrong = {-1} if bits == 12 else {(1 << bits) - 1}
    as_known &= (extended, plain, jpeg, said + also_said) == ({-1}, wrong, wrong, [])
sys.exit(not as_known)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder"
