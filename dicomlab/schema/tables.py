"""The tables of a catalog: the default columns, and what the other tables hold.

A row of DEFAULT_ROWS is path, level, unit, flags, meaning; the column is named after the last word
of the path, or by `name=path`. Flags: `phi` for values that may
identify a person, `decimal` for whole numbers that enhanced objects write with decimals, and how
the column rolls up to the series (`median`, `min`, `max`; else the value all instances share).
Attributes and units follow PS3.3 and PS3.6; the acquisition parameters are those a physicist
follows over time.
"""

from __future__ import annotations

from dicomlab.schema.columns import Level
from dicomlab.schema.dose import dose_rows
from dicomlab.schema.references import REFERENCE_ROWS

DEFAULT_ROWS: tuple[tuple[str, Level, str, str, str], ...] = (
    # file meta
    ("MediaStorageSOPClassUID", "instance", "", "none", "SOP class as the file meta group says it."),
    ("TransferSyntaxUID", "instance", "", "", "How the data set and the pixels are encoded."),
    # identity
    ("SpecificCharacterSet", "instance", "", "", "Character sets of the texts."),
    ("SOPClassUID", "instance", "", "", "What kind of object the file is."),
    ("SOPInstanceUID", "instance", "", "none", "Identifier of the instance; may repeat, which is a finding."),
    ("StudyInstanceUID", "study", "", "", "Identifier of the study."),
    ("SeriesInstanceUID", "series", "", "", "Identifier of the series."),
    ("FrameOfReferenceUID", "series", "", "", "Which coordinate system the positions are in."),
    ("IrradiationEventUID", "instance", "", "", "Identifier of one exposure."),
    ("ConcatenationUID", "instance", "", "", "Identifier of a multi-frame object split over files."),
    ("PatientID", "patient", "", "phi", "Identifier of the patient at the site."),
    ("PatientName", "patient", "", "phi", "Name of the patient."),
    ("PatientBirthDate", "patient", "", "phi", "Birth date."),
    ("PatientSex", "patient", "", "phi", "M, F or O."),
    ("PatientAge", "study", "", "phi", "Age as written, such as 045Y."),
    ("PatientSize", "study", "m", "phi", "Height."),
    ("PatientWeight", "study", "kg", "phi", "Weight."),
    ("AccessionNumber", "study", "", "phi", "Number of the order."),
    ("StudyDescription", "study", "", "phi", "What the study is, in the site's words."),
    ("SeriesNumber", "series", "", "", "Number of the series in the study."),
    ("SeriesDescription", "series", "", "phi", "What the series is, in the site's words."),
    ("AcquisitionNumber", "instance", "", "", "Number of the acquisition the instance came from."),
    ("InstanceNumber", "instance", "", "none", "Number of the instance in the series."),
    ("ImageType", "instance", "", "", "ORIGINAL or DERIVED, PRIMARY or SECONDARY, and more."),
    # dates and times
    ("StudyDate", "study", "", "phi", "When the study began."),
    ("StudyTime", "study", "", "phi", "When the study began."),
    ("SeriesDate", "series", "", "phi", "When the series began."),
    ("SeriesTime", "series", "", "phi", "When the series began."),
    ("AcquisitionDate", "instance", "", "phi min", "When data for the instance were first taken."),
    ("AcquisitionTime", "instance", "", "phi min", "When data for the instance were first taken."),
    ("AcquisitionDateTime", "instance", "", "phi min", "When data for the instance were first taken."),
    ("ContentDate", "instance", "", "phi none", "When the image was made; reprocessing changes it."),
    ("ContentTime", "instance", "", "phi none", "When the image was made; reprocessing changes it."),
    ("TimezoneOffsetFromUTC", "instance", "", "", "Offset of all times, such as +0100; seldom present."),
    # equipment
    ("Modality", "series", "", "", "Kind of equipment: CT, MR, DX, MG and so on."),
    ("Manufacturer", "series", "", "", "Maker, in the spelling of the machine."),
    ("ManufacturerModelName", "series", "", "", "Model."),
    ("DeviceSerialNumber", "series", "", "", "Serial number of what made the image."),
    ("SoftwareVersions", "series", "", "", "Versions of the software, in stored order."),
    ("StationName", "series", "", "", "Name of the console on the network."),
    ("InstitutionName", "series", "", "phi", "Where the machine stands."),
    ("DeviceUID", "series", "", "", "Globally unique identifier of the machine."),
    ("DateOfLastCalibration", "series", "", "", "Dates on which the calibration was last changed."),
    ("TimeOfLastCalibration", "series", "", "", "Times that go with the dates of calibration."),
    ("OperatorsName", "series", "", "phi", "Who operated the machine."),
    ("ProtocolName", "series", "", "", "Name of the protocol, as users of the machine named it."),
    ("BodyPartExamined", "series", "", "", "Part of the body."),
    ("Laterality", "series", "", "", "L or R of a paired body part."),
    ("PatientPosition", "series", "", "", "How the patient lies, such as HFS."),
    # every image: geometry and pixels
    (
        "ImagePositionPatient",
        "instance",
        "mm",
        "none",
        "x, y, z of the first pixel's centre (PS3.3 C.7.6.2).",
    ),
    ("ImageOrientationPatient", "instance", "", "", "Direction cosines of rows and columns (PS3.3 C.7.6.2)."),
    ("SliceLocation", "instance", "mm", "none", "Position as the maker counts it; do not sort by it."),
    ("SliceThickness", "series", "mm", "", "Nominal thickness; not the distance between slices."),
    ("SpacingBetweenSlices", "series", "mm", "", "Distance between slices, centre to centre."),
    ("PixelSpacing", "series", "mm", "", "Distance between rows, then between columns."),
    ("ImagerPixelSpacing", "series", "mm", "", "Spacing at the detector's front, not in the patient."),
    ("Rows", "series", "", "", "Number of rows."),
    ("Columns", "series", "", "", "Number of columns."),
    ("NumberOfFrames", "instance", "", "", "Number of frames of a multi-frame instance."),
    ("SamplesPerPixel", "instance", "", "", "1 for grey, 3 for colour."),
    ("PhotometricInterpretation", "instance", "", "", "How to read pixel values as brightness or colour."),
    ("BitsAllocated", "instance", "bit", "", "Bits each pixel takes in the file."),
    ("BitsStored", "instance", "bit", "", "Bits of each pixel that are used."),
    ("HighBit", "instance", "", "", "Highest bit that is used."),
    ("PixelRepresentation", "instance", "", "", "0 for unsigned, 1 for signed pixels."),
    ("RescaleIntercept", "instance", "", "", "Added after the slope gives the value (HU in CT)."),
    ("RescaleSlope", "instance", "", "", "Factor from stored pixel to value."),
    ("RescaleType", "instance", "", "", "Unit after rescaling, such as HU."),
    ("WindowCenter", "instance", "", "none", "Suggested window, centre."),
    ("WindowWidth", "instance", "", "none", "Suggested window, width."),
    # X-ray: CT, CR, DX, MG, XA, RF
    ("KVP", "instance", "kV", "median", "Peak voltage of the X-ray generator."),
    ("XRayTubeCurrent", "instance", "mA", "median decimal", "Tube current; modulated along a CT scan."),
    ("ExposureTime", "instance", "ms", "median decimal", "Duration of the exposure; makers differ in CT."),
    ("Exposure", "instance", "mAs", "median decimal", "Current times time; some makers write it per pitch."),
    ("ExposureInuAs", "instance", "uAs", "median", "Current times time, in microampere seconds."),
    ("ExposureTimeInuS", "instance", "us", "median", "Duration of the exposure, in microseconds."),
    ("XRayTubeCurrentInuA", "instance", "uA", "median", "Tube current, in microamperes."),
    ("FilterType", "series", "", "", "Kind of filter in the beam."),
    ("FilterMaterial", "series", "", "", "Materials of the filter."),
    ("FocalSpots", "series", "mm", "", "Nominal sizes of the focal spots used."),
    ("GeneratorPower", "instance", "kW", "median", "Power of the generator."),
    ("DistanceSourceToDetector", "series", "mm", "median", "From source to detector centre."),
    ("DistanceSourceToPatient", "series", "mm", "median", "From source to the isocentre or table."),
    ("ImageAndFluoroscopyAreaDoseProduct", "instance", "dGy.cm2", "median", "Dose area product."),
    ("AcquiredImageAreaDoseProduct", "instance", "dGy.cm2", "median", "Dose area product of enhanced XA."),
    ("EntranceDoseInmGy", "instance", "mGy", "median", "Dose at the entrance of the body."),
    ("EntranceDose", "instance", "dGy", "median", "Dose at the entrance of the body; an integer in dGy."),
    # CT
    ("CTDIvol", "instance", "mGy", "median", "Volume CT dose index of the image."),
    (
        "ctdi_phantom_type=CTDIPhantomTypeCodeSequence[0].CodeMeaning",
        "instance",
        "",
        "",
        "Phantom that CTDIvol refers to.",
    ),
    ("SpiralPitchFactor", "series", "", "median", "Table feed per rotation over collimation."),
    ("RevolutionTime", "series", "s", "median", "Time of one rotation."),
    ("SingleCollimationWidth", "series", "mm", "", "Width of one detector row."),
    ("TotalCollimationWidth", "series", "mm", "", "Width of the whole beam."),
    ("TableSpeed", "series", "mm/s", "median", "Speed of the table."),
    ("TableFeedPerRotation", "series", "mm", "median", "Movement of the table in one rotation."),
    ("TableHeight", "instance", "mm", "median", "Height of the table; how well the patient is centred."),
    ("GantryDetectorTilt", "series", "deg", "", "Tilt of the gantry."),
    ("ReconstructionDiameter", "series", "mm", "", "Diameter of the region that was reconstructed."),
    ("ConvolutionKernel", "series", "", "", "Reconstruction kernel."),
    ("ReconstructionAlgorithm", "series", "", "", "Kind of reconstruction."),
    ("ExposureModulationType", "series", "", "", "How the tube current is modulated."),
    ("ScanOptions", "series", "", "", "Options of the scan; for CT and MR."),
    ("WaterEquivalentDiameter", "instance", "mm", "median", "Size of the patient as attenuation sees it."),
    # CR, DX
    ("ViewPosition", "series", "", "", "View, such as AP, PA, CC, MLO."),
    ("image_view=ViewCodeSequence[0].CodeMeaning", "series", "", "", "View, as a code means it."),
    (
        "image_view_modifier=ViewCodeSequence[0].ViewModifierCodeSequence[*].CodeMeaning",
        "series",
        "",
        "",
        "What is special about the view, such as magnification.",
    ),
    ("anatomic_region=AnatomicRegionSequence[0].CodeMeaning", "series", "", "", "Region that is shown."),
    (
        "derivation=DerivationCodeSequence[*].CodeMeaning",
        "instance",
        "",
        "",
        "How the pixels were derived from others, such as maximum intensity projection.",
    ),
    ("ExposureIndex", "instance", "", "median", "Exposure at the detector, IEC 62494-1 scale."),
    ("TargetExposureIndex", "instance", "", "median", "What the exposure index ought to be."),
    ("DeviationIndex", "instance", "", "median", "10 log10 of exposure index over its target."),
    ("RelativeXRayExposure", "instance", "", "median", "Exposure in the maker's own scale."),
    ("Sensitivity", "instance", "", "median", "Sensitivity in the maker's own scale."),
    ("ExposureControlMode", "series", "", "", "MANUAL or AUTOMATIC."),
    ("ExposureStatus", "instance", "", "", "NORMAL or ABORTED."),
    ("Grid", "series", "", "", "Grids in the beam."),
    ("PlateID", "series", "", "", "Identifier of the plate (CR)."),
    ("DetectorID", "series", "", "", "Identifier of the detector."),
    ("DetectorTemperature", "instance", "degC", "median", "Temperature of the detector."),
    ("DetectorConditionsNominalFlag", "instance", "", "", "NO when the detector was outside its limits."),
    ("DateOfLastDetectorCalibration", "series", "", "", "When the detector was last calibrated."),
    ("ExposuresOnDetectorSinceLastCalibration", "instance", "", "max", "Counter since calibration."),
    ("ExposuresOnDetectorSinceManufactured", "instance", "", "max", "Counter since manufacture."),
    # MG
    ("CompressionForce", "instance", "N", "median", "Force of the compression paddle."),
    ("CompressionPressure", "instance", "kPa", "median", "Pressure of the compression paddle."),
    ("BodyPartThickness", "instance", "mm", "median", "Thickness of the compressed part."),
    ("OrganDose", "instance", "dGy", "median", "Mean glandular dose, in dGy: 0.015 is 1.5 mGy."),
    ("HalfValueLayer", "instance", "mm", "median", "Half value layer, in mm of aluminium."),
    ("XRayOutput", "instance", "mGy/mAs", "median", "Output of the tube."),
    ("AnodeTargetMaterial", "series", "", "", "Material of the anode."),
    ("ImageLaterality", "instance", "", "", "L, R or B."),
    # MR
    ("MagneticFieldStrength", "series", "T", "", "Nominal field; some makers write gauss."),
    ("ImagingFrequency", "series", "MHz", "median", "Centre frequency; some makers write Hz."),
    ("ImagedNucleus", "series", "", "", "Nucleus, such as 1H."),
    ("ScanningSequence", "series", "", "", "Kind of sequence: SE, GR, EP, IR, RM."),
    ("SequenceVariant", "series", "", "", "Variant of the sequence."),
    ("SequenceName", "series", "", "", "The maker's name of the sequence."),
    ("MRAcquisitionType", "series", "", "", "2D or 3D."),
    ("RepetitionTime", "series", "ms", "median", "Time between excitations."),
    ("EchoTime", "instance", "ms", "median", "Time from excitation to echo."),
    ("InversionTime", "series", "ms", "median", "Time from inversion to excitation."),
    ("EchoNumbers", "instance", "", "none", "Which echo."),
    ("EchoTrainLength", "series", "", "median", "Lines taken per excitation."),
    ("FlipAngle", "series", "deg", "median", "Angle of the excitation."),
    ("NumberOfAverages", "series", "", "median", "How often each line was taken."),
    ("PixelBandwidth", "series", "Hz/pixel", "median", "Bandwidth of a pixel."),
    ("PercentSampling", "series", "%", "", "Share of lines that were taken."),
    ("PercentPhaseFieldOfView", "series", "%", "", "Phase over frequency field of view."),
    ("NumberOfPhaseEncodingSteps", "series", "", "", "Number of lines taken."),
    ("AcquisitionMatrix", "series", "", "", "Frequency and phase rows and columns."),
    ("InPlanePhaseEncodingDirection", "series", "", "", "ROW or COL."),
    ("ParallelReductionFactorInPlane", "series", "", "", "Factor of parallel imaging."),
    ("DiffusionBValue", "instance", "s/mm2", "none", "Diffusion weighting."),
    ("ReceiveCoilName", "series", "", "", "Receive coil."),
    ("TransmitCoilName", "series", "", "", "Transmit coil."),
    ("SAR", "series", "W/kg", "median", "Whole body specific absorption rate, as calculated."),
    ("B1rms", "series", "uT", "median", "Root mean square of the transmit field."),
    ("dBdt", "series", "T/s", "median", "Switching rate of the gradients."),
    # PT, NM
    (
        "RadiopharmaceuticalInformationSequence[0].Radiopharmaceutical",
        "series",
        "",
        "",
        "Name of the radiopharmaceutical.",
    ),
    (
        "radiopharmaceutical_agent=RadiopharmaceuticalInformationSequence[0]"
        ".RadiopharmaceuticalCodeSequence[0].CodeMeaning",
        "series",
        "",
        "",
        "The radiopharmaceutical, as a code means it.",
    ),
    (
        "radionuclide=RadiopharmaceuticalInformationSequence[0].RadionuclideCodeSequence[0].CodeMeaning",
        "series",
        "",
        "",
        "The radionuclide, as a code means it.",
    ),
    (
        "RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose",
        "series",
        "Bq",
        "median",
        "Activity given; Bq in PT, MBq in NM and Enhanced PET.",
    ),
    (
        "RadiopharmaceuticalInformationSequence[0].RadionuclideHalfLife",
        "series",
        "s",
        "median",
        "Half-life that decay correction used.",
    ),
    (
        "RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartTime",
        "series",
        "",
        "phi",
        "When the activity was given; ambiguous across midnight.",
    ),
    (
        "RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartDateTime",
        "series",
        "",
        "phi",
        "When the activity was given.",
    ),
    (
        "RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStopDateTime",
        "series",
        "",
        "phi",
        "When giving it ended.",
    ),
    (
        "RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalVolume",
        "series",
        "cm3",
        "median",
        "Volume that was given.",
    ),
    (
        "RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalRoute",
        "series",
        "",
        "",
        "How it was given, such as IV.",
    ),
    (
        "RadiopharmaceuticalInformationSequence[0].RadionuclidePositronFraction",
        "series",
        "",
        "median",
        "Share of decays that give a positron.",
    ),
    (
        "RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalSpecificActivity",
        "series",
        "Bq/umol",
        "median",
        "Activity for an amount of the substance.",
    ),
    (
        "RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalAdministrationEventUID",
        "series",
        "",
        "",
        "Identifier of the administration, as `dose` has it.",
    ),
    ("Units", "series", "", "", "Unit of the pixels, such as BQML."),
    ("DecayCorrection", "series", "", "", "NONE, START or ADMIN; YES or NO in enhanced PET."),
    ("DecayFactor", "instance", "", "none", "Factor that decay correction applied."),
    ("DoseCalibrationFactor", "instance", "", "median", "Factor from counts per second to Bq/ml."),
    ("ActualFrameDuration", "instance", "ms", "median", "Duration of the frame."),
    ("ReconstructionMethod", "series", "", "", "Method of reconstruction."),
    ("AttenuationCorrectionMethod", "series", "", "", "Method of attenuation correction."),
    ("ScatterCorrectionMethod", "series", "", "", "Method of scatter correction."),
    ("CountRate", "instance", "1/s", "median", "Counts per second."),
    # US
    ("MechanicalIndex", "instance", "", "median", "Mechanical index."),
    ("SoftTissueThermalIndex", "instance", "", "median", "Thermal index of soft tissue."),
    ("TransducerData", "series", "", "", "The maker's name of the transducer."),
    ("DepthOfScanField", "instance", "mm", "median", "Depth of the image."),
    ("FocusDepth", "instance", "cm", "median", "Depth of the focus, in cm."),
    ("DepthsOfFocus", "instance", "mm", "", "Depths of the focus in enhanced ultrasound, in mm."),
    (
        "SequenceOfUltrasoundRegions[0].TransducerFrequency",
        "instance",
        "kHz",
        "median",
        "Frequency of the transducer.",
    ),
    (
        "SequenceOfUltrasoundRegions[*].RegionSpatialFormat",
        "instance",
        "",
        "",
        "What each region is: 1 for 2D, 2 M-mode, 3 spectrum, 4 waveform, 5 graphics.",
    ),
    (
        "SequenceOfUltrasoundRegions[*].RegionDataType",
        "instance",
        "",
        "",
        "What each region shows: 1 tissue, 2 colour flow, 3 PW Doppler and so on.",
    ),
    (
        "SequenceOfUltrasoundRegions[*].PhysicalUnitsXDirection",
        "instance",
        "",
        "",
        "Unit of each region along x: 3 for cm, 4 for s, 5 for Hz and so on.",
    ),
    (
        "SequenceOfUltrasoundRegions[*].PhysicalUnitsYDirection",
        "instance",
        "",
        "",
        "Unit of each region along y, such as 3 for cm, 7 for cm/s.",
    ),
    (
        "SequenceOfUltrasoundRegions[*].PhysicalDeltaX",
        "instance",
        "",
        "none",
        "Size of a pixel of each region along x, in the region's unit.",
    ),
    (
        "SequenceOfUltrasoundRegions[*].PhysicalDeltaY",
        "instance",
        "",
        "none",
        "Size of a pixel of each region along y, in the region's unit.",
    ),
    # XA, RF
    ("RadiationSetting", "series", "", "", "SC for fluoroscopy, GR for recorded images."),
    ("AveragePulseWidth", "instance", "ms", "median", "Width of the X-ray pulse."),
    ("CineRate", "series", "1/s", "median", "Frames per second."),
    # de-identification and quality flags
    ("PatientIdentityRemoved", "instance", "", "", "YES when the file says it is de-identified."),
    ("DeidentificationMethod", "instance", "", "", "How it was de-identified."),
    ("LongitudinalTemporalInformationModified", "instance", "", "", "Whether dates were shifted or removed."),
    ("BurnedInAnnotation", "instance", "", "", "YES when the pixels hold text that may name a patient."),
    ("LossyImageCompression", "instance", "", "", "01 when pixels were ever compressed with loss."),
    ("QualityControlImage", "instance", "", "", "YES for a phantom or test image."),
    ("QualityControlSubject", "patient", "", "", "YES when the subject is a phantom."),
)

OTHER_TABLES: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "instances: derived columns": (
        "Worked out from a row's own values, null where they do not allow it.",
        (
            (
                "acquired_at",
                "timestamp[us]",
                "AcquisitionDateTime, else date and time of acquisition, of series, of study; else the first "
                "of their dates, at midnight. A time without its date counts from the date of the series, "
                "else of the study, and as the next day where it is over twelve hours before their time. "
                "Local time of the machine: an AcquisitionDateTime with another offset than "
                "TimezoneOffsetFromUTC is put into that zone. One without a time, or two days or more from "
                "every other date of its file, counts after the others, or not at all.",
            ),
            (
                "acquired_at_utc",
                "timestamp[us]",
                "acquired_at, where it has a time, less the offset of AcquisitionDateTime, else "
                "TimezoneOffsetFromUTC (PS3.3 C.12.1.1.8); null where neither is there.",
            ),
            (
                "slice_position_mm",
                "float64",
                "ImagePositionPatient along the normal of ImageOrientationPatient (PS3.3 C.7.6.2.1.1).",
            ),
            (
                "patient_age_years",
                "float64",
                "PatientAge up to 130 years, else from PatientBirthDate to StudyDate; so too for 000Y. PHI.",
            ),
            (
                "varies",
                "list<string>",
                "Columns in which the frames of a multi-frame instance differ; null where none do.",
            ),
            (
                "*_utc_offset_minutes",
                "int64",
                "Beside each date-time column: the offset from UTC it was written with.",
            ),
        ),
    ),
    "frames": (
        "One row a frame of a multi-frame instance, with every column that functional groups may hold "
        "(PS3.3 C.7.6.16): the frame's own value, else the shared one, else the instance's. Objects without "
        "functional groups get 65,536 rows at most. A Siemens mosaic, one image that shows the slices of a "
        "volume as tiles, has a row a slice: slice k is tile (k-1) % t of row (k-1) // t, with t = "
        "ceil(sqrt(slices)) tiles a side. A grid of United Imaging (VFRAME) has one too. "
        "docs/columns-frames.md lists what is called what.",
        (
            ("file_key", "string", "The file."),
            ("frame", "int64", "Number of the frame in its file, from 1."),
            ("frame_of_concatenation", "int64", "Number of the frame in the whole concatenation, from 1."),
            (
                "frame_time_ms",
                "float64",
                "Time since the first frame, from FrameTimeVector or FrameTime, whichever "
                "FrameIncrementPointer names (PS3.3 C.7.6.5); of a dynamic study from the durations of its "
                "phases (C.8.4.14); of a mosaic MosaicRefAcqTimes, since the volume began.",
            ),
            (
                "slice_position_mm",
                "float64",
                "As in `instances`, from the frame's position and orientation, or by GridFrameOffsetVector. "
                "A slice of a mosaic has the ImagePositionPatient of its own first pixel.",
            ),
            (
                "nm_energy_window, nm_detector, nm_phase, nm_rotation, nm_rr_interval, nm_time_slot, "
                "nm_slice, nm_angular_view, nm_time_slice",
                "int64",
                "Nuclear medicine: which of these the frame is of, from 1, as EnergyWindowVector and the "
                "other vectors say (PS3.3 C.8.4.9). A slice has its position from the detector and "
                "SpacingBetweenSlices.",
            ),
            (
                "slide_focal_plane, slide_optical_path",
                "int64",
                "Slides whose tiles are TILED_FULL: which focal plane and optical path, from 1; the place of "
                "the tile and the segment follow from the order of frames too (PS3.3 C.7.6.17.3).",
            ),
            (
                "acquired_at",
                "timestamp[us]",
                "FrameAcquisitionDateTime, else acquired_at of the instance, frame_time_ms later.",
            ),
        ),
    ),
    "dose": (
        "One row an irradiation event of a radiation dose report, and one for what it adds up, told apart by "
        "`level`. Events have columns of their own, totals the ones at the end, so that a sum counts nothing "
        "twice. Names follow PS3.16 (TID 10001, 10011, 10021, 10040), and values are in the unit given. "
        "docs/dose.md shows how to ask.",
        dose_rows(),
    ),
    "series, studies, patients": (
        "One row a series of a study of a patient, a study of a patient, a patient. Columns of `instances` "
        "roll up as the table above says: a column is null where rows differ, and `varies` names it.",
        (
            ("n_instances", "int64", "Files in it, repeated instances counted as often as they come."),
            ("n_distinct_instances", "int64", "Different SOPInstanceUIDs in a series."),
            ("n_frames", "int64", "Frames of a series; a classic instance is one, a slice of a mosaic too."),
            ("n_slice_positions", "int64", "Different slice positions of instances and frames, to 0.001 mm."),
            ("n_series, n_studies", "int64", "Series of a study or patient, studies of a patient."),
            ("modalities", "list<string>", "Modalities of a study or patient."),
            ("first_acquired_at, last_acquired_at", "timestamp[us]", "Least and greatest acquired_at."),
            ("varies", "list<string>", "Columns in which the rows below, or the frames in them, differ."),
        ),
    ),
    "files": (
        "One row for every file that was met.",
        (
            (
                "file_key",
                "string",
                "Its path; file:// URI for a name that is no text; archive!/name for a member. Keys all.",
            ),
            ("source", "string", "The folder that was scanned."),
            ("size", "int64", "Bytes."),
            ("stamp", "int64", "Time of the last change, in nanoseconds since 1970."),
            ("status", "string", "read, partial, archive, not DICOM, DICOMDIR or unreadable."),
            ("reason", "string", "Why it was not read, or not wholly, or what it holds; null for read."),
            ("header_bytes", "int64", "Length of the header, up to PixelData."),
            ("container", "string", "The archive that a member lies in; null for a file of its own."),
        ),
    ),
    "errors": (
        "The rows of `files` that were not read, or not wholly; DICOMDIRs only where they are broken.",
        (("file_key, status, reason, size, source", "", "As in `files`."),),
    ),
    "problems": (
        "One row a value that did not parse; its cell is null. Of a text whose bytes do not fit its "
        "character set the cell has what could be made of it. A UID of study, series or instance that "
        "a file lacks has a row too.",
        (
            ("file_key", "string", "The file."),
            ("column", "string", "The column."),
            ("tag", "string", "Where the value stands in the file."),
            ("reason", "string", "Why it did not parse, or that it is missing; without the value."),
            ("raw", "binary", "Its bytes, the first 4096. May be PHI."),
        ),
    ),
    "references": (
        "One row per instance, or series, that a file names anywhere: RT to CT, SEG and SR to images, images "
        "to their localiser, in functional groups and SR content too. Made from the kept headers: a catalog "
        "that keeps none has no such table. docs/references.md shows how to ask.",
        REFERENCE_ROWS,
    ),
    "directory": (
        "One row a record of a DICOMDIR (PS3.3 F.3), without anything of the patient.",
        (
            ("file_key", "string", "The DICOMDIR."),
            ("record", "int64", "Number of the record in its sequence, from 1."),
            ("record_type", "string", "PATIENT, STUDY, SERIES, IMAGE and so on."),
            (
                "names",
                "string",
                "The file it names, as its file_key would be; null for a record without one.",
            ),
            ("sop_class_uid, sop_instance_uid, transfer_syntax_uid", "string", "What it says of that file."),
            ("is_in_use", "bool", "False for a record that was switched off."),
            ("reason", "string", "Why the file is not looked for: its name leads out of the folder."),
        ),
    ),
    "volumes": (
        "One row per volume of a series, made when a scan comes to its end: echoes, b-values, phases, "
        "passes, orientations, and slabs that lie apart. Columns that are not listed hold what all slices of "
        "the volume share, null where they differ.",
        (
            ("PatientID", "string", "of the series"),
            ("StudyInstanceUID", "string", "of the series"),
            ("SeriesInstanceUID", "string", "of the series"),
            ("Modality", "string", "of the series"),
            ("volume", "int64", "number of the volume, of which no other volume of the catalog is"),
            ("series", "int64", "number of the series"),
            ("stack", "int64", "number of the orientation in the series"),
            (
                "slab",
                "int64",
                "number of the slices of an orientation that lie together: volumes of one slab "
                "cover the same places",
            ),
            (
                "apart_by",
                "string",
                "what tells it from the other volumes of its orientation: attributes, "
                "turn (the order of slices in one place) or place (slabs that lie apart)",
            ),
            ("n_slices", "int64", "images and frames"),
            ("n_instances", "int64", "files"),
            ("n_places", "int64", "different positions"),
            ("n_odd_gaps", "int64", "gaps between neighbours that are not as those beside them"),
            ("first_position_mm", "float64", "lowest position along the normal of the slices"),
            ("last_position_mm", "float64", "highest position"),
            ("spacing_mm", "float64", "median distance between neighbours"),
            ("first_acquired_at", "timestamp[us]", "earliest acquired_at"),
        ),
    ),
    "slices": (
        "One row per image or frame, made together with volumes; a file that came twice is there once. "
        "`SELECT volume, avg(KVP) FROM instances JOIN slices USING (file_key) GROUP BY volume` works per "
        "volume.",
        (
            ("file_key", "string", "of the file"),
            ("frame", "int64", "number of the frame as in frames; null of a classic image"),
            ("slice", "int64", "number of the frame, else InstanceNumber"),
            ("volume", "int64", "which volume it is of; null where it is of none, as a localiser"),
            ("series", "int64", "as in volumes"),
            ("stack", "int64", "as in volumes"),
            ("slab", "int64", "as in volumes"),
            ("apart_by", "string", "as in volumes"),
            ("content", "string", "image, localiser or secondary (a secondary capture)"),
            ("position_mm", "float64", "along the normal of the first slice of its volume"),
            ("place", "int64", "number of the position in its orientation, from 0"),
            ("gap_mm", "float64", "distance to the next position of the volume"),
            ("usual_gap_mm", "float64", "what that distance is nearby"),
            ("gap_kind", "string", "lost, close, uneven, or empty: what is unusual about the gap"),
            ("n_lost", "int64", "how many slices would fit into a gap that lost some"),
        ),
    ),
    "media": (
        "One row a DICOMDIR: what it names beside what the scan met. Upper and lower case count as the same.",
        (
            ("file_key", "string", "The DICOMDIR."),
            ("n_named", "int64", "Files that it names."),
            ("n_missing", "int64", "Of these, how many the scan did not meet."),
            ("n_unreadable", "int64", "How many are there and could not be read."),
            ("n_other", "int64", "How many hold another SOPInstanceUID than it says."),
            (
                "n_leading_out",
                "int64",
                "How many have a name that leads out of its folder; they count as missing.",
            ),
            ("n_unnamed", "int64", "Instances below its folder that it does not name."),
            ("verdict", "string", "complete, partial, stale (nothing it names is there), names nothing."),
        ),
    ),
}
"""What the other tables hold: meaning, and rows of column, type, meaning."""
