"""Attributes that must be there by kind of file: SOP classes, type 1, type 2 (PS3.3).

Written by tools/write_attribute_types.py from the tables of highdicom 0.28.2 (MIT). Attributes at
the top of a data set, of mandatory modules; without conditional ones, sequences of type 2, and the
content of reports.
"""

from __future__ import annotations

ATTRIBUTE_TYPES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        (
            "1.2.840.10008.5.1.4.1.1.1",  # Computed Radiography Image Storage
        ),
        (
            "SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID SamplesPerPixel "
            "PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex BodyPartExamined ViewPosition StudyID SeriesNumber "
            "InstanceNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.1.1",  # Digital X-Ray Image Storage - For Presentation
            "1.2.840.10008.5.1.4.1.1.1.1.1",  # Digital X-Ray Image Storage - For Processing
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID Modality PresentationIntentType ImagerPixelSpacing "
            "StudyInstanceUID SeriesInstanceUID ImageLaterality SamplesPerPixel PhotometricInterpretation "
            "Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation BurnedInAnnotation "
            "PixelIntensityRelationship PixelIntensityRelationshipSign RescaleIntercept RescaleSlope "
            "RescaleType LossyImageCompression PresentationLUTShape"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex DetectorType StudyID SeriesNumber InstanceNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.1.2",  # Digital Mammography X-Ray Image Storage - For Presentation
            "1.2.840.10008.5.1.4.1.1.1.2.1",  # Digital Mammography X-Ray Image Storage - For Processing
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID Modality PresentationIntentType AnatomicRegionSequence "
            "ImagerPixelSpacing PositionerType StudyInstanceUID SeriesInstanceUID ImageLaterality "
            "SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit "
            "PixelRepresentation BurnedInAnnotation PixelIntensityRelationship "
            "PixelIntensityRelationshipSign RescaleIntercept RescaleSlope RescaleType "
            "LossyImageCompression OrganExposed ViewCodeSequence PresentationLUTShape"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex DetectorType StudyID SeriesNumber InstanceNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.1.3",  # Digital Intra-Oral X-Ray Image Storage - For Presentation
            "1.2.840.10008.5.1.4.1.1.1.3.1",  # Digital Intra-Oral X-Ray Image Storage - For Processing
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID Modality PresentationIntentType AnatomicRegionSequence "
            "ImagerPixelSpacing PositionerType StudyInstanceUID SeriesInstanceUID ImageLaterality "
            "SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit "
            "PixelRepresentation BurnedInAnnotation PixelIntensityRelationship "
            "PixelIntensityRelationshipSign RescaleIntercept RescaleSlope RescaleType "
            "LossyImageCompression PresentationLUTShape"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex DetectorType StudyID SeriesNumber InstanceNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.2",  # CT Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID "
            "ImagePositionPatient ImageOrientationPatient FrameOfReferenceUID SamplesPerPixel "
            "PhotometricInterpretation Rows Columns PixelSpacing BitsAllocated BitsStored HighBit "
            "PixelRepresentation RescaleIntercept RescaleSlope"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex SliceThickness KVP StudyID SeriesNumber "
            "AcquisitionNumber InstanceNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.2.1",  # Enhanced CT Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality Manufacturer "
            "ManufacturerModelName PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique "
            "DeviceSerialNumber SoftwareVersions StudyInstanceUID SeriesInstanceUID InstanceNumber "
            "FrameOfReferenceUID DimensionOrganizationSequence SamplesPerPixel PhotometricInterpretation "
            "NumberOfFrames Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation "
            "PresentationLUTShape SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID SeriesNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.2.2",  # Legacy Converted Enhanced CT Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality PixelPresentation "
            "VolumetricProperties VolumeBasedCalculationTechnique StudyInstanceUID SeriesInstanceUID "
            "InstanceNumber FrameOfReferenceUID SamplesPerPixel PhotometricInterpretation NumberOfFrames "
            "Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation PresentationLUTShape "
            "SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex StudyID SeriesNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.3.1",  # Ultrasound Multi-frame Image Storage
        ),
        (
            "SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID SamplesPerPixel "
            "PhotometricInterpretation NumberOfFrames FrameIncrementPointer Rows Columns BitsAllocated "
            "BitsStored HighBit PixelRepresentation"
        ),
        (
            "ImageType StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName "
            "PatientName PatientID PatientBirthDate PatientSex StudyID SeriesNumber InstanceNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.4",  # MR Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID Modality ScanningSequence SequenceVariant "
            "StudyInstanceUID SeriesInstanceUID ImagePositionPatient ImageOrientationPatient "
            "FrameOfReferenceUID SamplesPerPixel PhotometricInterpretation Rows Columns PixelSpacing "
            "BitsAllocated BitsStored HighBit PixelRepresentation"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex ScanOptions MRAcquisitionType SliceThickness EchoTime "
            "EchoTrainLength StudyID SeriesNumber InstanceNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.4.1",  # Enhanced MR Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality Manufacturer "
            "ManufacturerModelName PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique "
            "DeviceSerialNumber SoftwareVersions StudyInstanceUID SeriesInstanceUID InstanceNumber "
            "FrameOfReferenceUID DimensionOrganizationSequence SamplesPerPixel PhotometricInterpretation "
            "NumberOfFrames Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation "
            "SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID SeriesNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.4.2",  # MR Spectroscopy Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality Manufacturer "
            "ManufacturerModelName VolumetricProperties VolumeBasedCalculationTechnique "
            "ComplexImageComponent AcquisitionContrast DeviceSerialNumber SoftwareVersions "
            "StudyInstanceUID SeriesInstanceUID InstanceNumber FrameOfReferenceUID "
            "DimensionOrganizationSequence NumberOfFrames Rows Columns DataPointRows DataPointColumns "
            "SignalDomainColumns DataRepresentation SharedFunctionalGroupsSequence SpectroscopyData"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID SeriesNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.4.3",  # Enhanced MR Color Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality Manufacturer "
            "ManufacturerModelName PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique "
            "DeviceSerialNumber SoftwareVersions StudyInstanceUID SeriesInstanceUID InstanceNumber "
            "FrameOfReferenceUID DimensionOrganizationSequence SamplesPerPixel PhotometricInterpretation "
            "NumberOfFrames Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation ICCProfile "
            "SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID SeriesNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.4.4",  # Legacy Converted Enhanced MR Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality PixelPresentation "
            "VolumetricProperties VolumeBasedCalculationTechnique StudyInstanceUID SeriesInstanceUID "
            "InstanceNumber FrameOfReferenceUID SamplesPerPixel PhotometricInterpretation NumberOfFrames "
            "Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation "
            "SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex StudyID SeriesNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.6.1",  # Ultrasound Image Storage
        ),
        (
            "SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID SamplesPerPixel "
            "PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation"
        ),
        (
            "ImageType StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName "
            "PatientName PatientID PatientBirthDate PatientSex StudyID SeriesNumber InstanceNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.6.2",  # Enhanced US Volume Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate AcquisitionDateTime ContentTime Modality "
            "Manufacturer ManufacturerModelName AnatomicRegionSequence DeviceSerialNumber "
            "SoftwareVersions SynchronizationTrigger AcquisitionTimeSynchronized MechanicalIndex "
            "BoneThermalIndex CranialThermalIndex SoftTissueThermalIndex DepthOfScanField "
            "AcquisitionDuration DepthsOfFocus TransducerScanPatternCodeSequence "
            "TransducerGeometryCodeSequence TransducerBeamSteeringCodeSequence "
            "TransducerApplicationCodeSequence StudyInstanceUID SeriesInstanceUID InstanceNumber "
            "FrameOfReferenceUID SynchronizationFrameOfReferenceUID DimensionOrganizationSequence "
            "UltrasoundAcquisitionGeometry VolumeToTransducerMappingMatrix DimensionOrganizationType "
            "VolumeFrameOfReferenceUID SamplesPerPixel PhotometricInterpretation NumberOfFrames Rows "
            "Columns BitsAllocated BitsStored HighBit PixelRepresentation BurnedInAnnotation "
            "RescaleIntercept RescaleSlope LossyImageCompression ViewCodeSequence PresentationLUTShape "
            "SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID SeriesNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.7",  # Secondary Capture Image Storage
        ),
        (
            "SOPClassUID SOPInstanceUID ConversionType StudyInstanceUID SeriesInstanceUID SamplesPerPixel "
            "PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID SeriesNumber InstanceNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.7.1",  # Multi-frame Single Bit Secondary Capture Image Storage
            "1.2.840.10008.5.1.4.1.1.7.2",  # Multi-frame Grayscale Byte Secondary Capture Image Storage
            "1.2.840.10008.5.1.4.1.1.7.3",  # Multi-frame Grayscale Word Secondary Capture Image Storage
            "1.2.840.10008.5.1.4.1.1.7.4",  # Multi-frame True Color Secondary Capture Image Storage
        ),
        (
            "SOPClassUID SOPInstanceUID ConversionType StudyInstanceUID SeriesInstanceUID SamplesPerPixel "
            "PhotometricInterpretation NumberOfFrames FrameIncrementPointer Rows Columns BitsAllocated "
            "BitsStored HighBit PixelRepresentation BurnedInAnnotation"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID SeriesNumber InstanceNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.11.1",  # Grayscale Softcopy Presentation State Storage
        ),
        (
            "SOPClassUID SOPInstanceUID Modality ReferencedSeriesSequence StudyInstanceUID "
            "SeriesInstanceUID InstanceNumber DisplayedAreaSelectionSequence ContentLabel "
            "PresentationCreationDate PresentationCreationTime"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex StudyID SeriesNumber ContentDescription"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.12.1",  # X-Ray Angiographic Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID Modality RadiationSetting StudyInstanceUID "
            "SeriesInstanceUID SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated "
            "BitsStored HighBit PixelRepresentation PixelIntensityRelationship"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex KVP PositionerPrimaryAngle PositionerSecondaryAngle "
            "StudyID SeriesNumber InstanceNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.12.1.1",  # Enhanced XA Image Storage
            "1.2.840.10008.5.1.4.1.1.12.2.1",  # Enhanced XRF Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate AcquisitionDateTime ContentTime Modality "
            "Manufacturer ManufacturerModelName DeviceSerialNumber SoftwareVersions ContentQualification "
            "PlanesInAcquisition StudyInstanceUID SeriesInstanceUID SeriesNumber InstanceNumber "
            "SamplesPerPixel PhotometricInterpretation NumberOfFrames Rows Columns BitsAllocated "
            "BitsStored HighBit PixelRepresentation BurnedInAnnotation LossyImageCompression "
            "PresentationLUTShape SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.12.2",  # X-Ray Radiofluoroscopic Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID Modality RadiationSetting StudyInstanceUID "
            "SeriesInstanceUID SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated "
            "BitsStored HighBit PixelRepresentation PixelIntensityRelationship"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex KVP StudyID SeriesNumber InstanceNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.13.1.1",  # X-Ray 3D Angiographic Image Storage
            "1.2.840.10008.5.1.4.1.1.13.1.2",  # X-Ray 3D Craniofacial Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality Manufacturer "
            "ManufacturerModelName PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique "
            "DeviceSerialNumber SoftwareVersions ContentQualification StudyInstanceUID SeriesInstanceUID "
            "SeriesNumber InstanceNumber FrameOfReferenceUID SamplesPerPixel PhotometricInterpretation "
            "NumberOfFrames Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation "
            "BurnedInAnnotation LossyImageCompression PresentationLUTShape SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.13.1.3",  # Breast Tomosynthesis Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality Manufacturer "
            "ManufacturerModelName PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique "
            "DeviceSerialNumber SoftwareVersions ContentQualification StudyInstanceUID SeriesInstanceUID "
            "InstanceNumber FrameOfReferenceUID SamplesPerPixel PhotometricInterpretation NumberOfFrames "
            "Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation BurnedInAnnotation "
            "LossyImageCompression ViewCodeSequence PresentationLUTShape SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID SeriesNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.20",  # Nuclear Medicine Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID "
            "SamplesPerPixel PhotometricInterpretation NumberOfFrames FrameIncrementPointer Rows Columns "
            "BitsAllocated BitsStored HighBit PixelRepresentation NumberOfEnergyWindows NumberOfDetectors"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex CountsAccumulated StudyID SeriesNumber InstanceNumber "
            "PixelSpacing"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.30",  # Parametric Map Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality Manufacturer "
            "ManufacturerModelName DeviceSerialNumber SoftwareVersions ContentQualification "
            "StudyInstanceUID SeriesInstanceUID SeriesNumber InstanceNumber FrameOfReferenceUID "
            "DimensionOrganizationSequence SamplesPerPixel PhotometricInterpretation NumberOfFrames "
            "BitsAllocated BurnedInAnnotation RecognizableVisualFeatures LossyImageCompression "
            "ContentLabel PresentationLUTShape SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID PositionReferenceIndicator ContentDescription"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.66",  # Raw Data Storage
        ),
        (
            "SOPClassUID SOPInstanceUID ContentDate ContentTime Modality CreatorVersionUID "
            "StudyInstanceUID SeriesInstanceUID"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex StudyID SeriesNumber InstanceNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.66.1",  # Spatial Registration Storage
        ),
        (
            "SOPClassUID SOPInstanceUID ContentDate ContentTime Modality StudyInstanceUID "
            "SeriesInstanceUID InstanceNumber FrameOfReferenceUID ContentLabel RegistrationSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex StudyID SeriesNumber PositionReferenceIndicator "
            "ContentDescription"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.66.4",  # Segmentation Storage
            "1.2.840.10008.5.1.4.1.1.66.7",  # 1.2.840.10008.5.1.4.1.1.66.7
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality Manufacturer "
            "ManufacturerModelName DeviceSerialNumber SoftwareVersions StudyInstanceUID SeriesInstanceUID "
            "SeriesNumber InstanceNumber DimensionOrganizationSequence SamplesPerPixel "
            "PhotometricInterpretation NumberOfFrames Rows Columns BitsAllocated BitsStored HighBit "
            "PixelRepresentation LossyImageCompression SegmentationType SegmentSequence ContentLabel "
            "SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID ContentDescription"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.67",  # Real World Value Mapping Storage
        ),
        (
            "SOPClassUID SOPInstanceUID ContentDate ContentTime Modality StudyInstanceUID "
            "SeriesInstanceUID InstanceNumber ReferencedImageRealWorldValueMappingSequence ContentLabel"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex StudyID SeriesNumber ContentDescription"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.77.1.1",  # VL Endoscopic Image Storage
            "1.2.840.10008.5.1.4.1.1.77.1.4",  # VL Photographic Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID "
            "SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit "
            "PixelRepresentation"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex StudyID SeriesNumber InstanceNumber "
            "LossyImageCompression"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.77.1.5.1",  # Ophthalmic Photography 8 Bit Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality AnatomicRegionSequence "
            "SynchronizationTrigger AcquisitionTimeSynchronized StudyInstanceUID SeriesInstanceUID "
            "InstanceNumber ImageLaterality SynchronizationFrameOfReferenceUID "
            "AcquisitionDeviceTypeCodeSequence SamplesPerPixel PhotometricInterpretation NumberOfFrames "
            "FrameIncrementPointer Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation "
            "BurnedInAnnotation LossyImageCompression"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex DetectorType StudyID SeriesNumber "
            "PatientEyeMovementCommanded EmmetropicMagnification IntraOcularPressure "
            "HorizontalFieldOfView PupilDilated"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.77.1.5.4",  # Ophthalmic Tomography Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate AcquisitionDateTime ContentTime Modality "
            "Manufacturer ManufacturerModelName AnatomicRegionSequence DeviceSerialNumber "
            "SoftwareVersions DetectorType StudyInstanceUID SeriesInstanceUID SeriesNumber "
            "AcquisitionNumber InstanceNumber ImageLaterality InConcatenationNumber "
            "InConcatenationTotalNumber DimensionOrganizationSequence ConcatenationFrameOffsetNumber "
            "AcquisitionDeviceTypeCodeSequence SamplesPerPixel PhotometricInterpretation NumberOfFrames "
            "Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation BurnedInAnnotation "
            "LossyImageCompression PresentationLUTShape SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID EmmetropicMagnification IntraOcularPressure "
            "HorizontalFieldOfView PupilDilated AxialLengthOfTheEye"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.77.1.6",  # VL Whole Slide Microscopy Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate AcquisitionDateTime ContentTime Modality "
            "Manufacturer ManufacturerModelName VolumetricProperties DeviceSerialNumber SoftwareVersions "
            "StudyInstanceUID SeriesInstanceUID InstanceNumber DimensionOrganizationSequence "
            "SamplesPerPixel PhotometricInterpretation NumberOfFrames Rows Columns BitsAllocated "
            "BitsStored HighBit PixelRepresentation BurnedInAnnotation LossyImageCompression "
            "ContainerIdentifier SpecimenDescriptionSequence TotalPixelMatrixColumns TotalPixelMatrixRows "
            "TotalPixelMatrixOriginSequence SpecimenLabelInImage FocusMethod ExtendedDepthOfField "
            "OpticalPathSequence SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID SeriesNumber"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.88.11",  # Basic Text SR Storage
            "1.2.840.10008.5.1.4.1.1.88.22",  # Enhanced SR Storage
            "1.2.840.10008.5.1.4.1.1.88.33",  # Comprehensive SR Storage
            "1.2.840.10008.5.1.4.1.1.88.34",  # Comprehensive 3D SR Storage
        ),
        (
            "SOPClassUID SOPInstanceUID ContentDate ContentTime Modality StudyInstanceUID "
            "SeriesInstanceUID SeriesNumber InstanceNumber CompletionFlag VerificationFlag"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex StudyID"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.88.59",  # Key Object Selection Document Storage
        ),
        "SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID SeriesNumber",
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex StudyID"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.88.67",  # X-Ray Radiation Dose SR Storage
            "1.2.840.10008.5.1.4.1.1.88.68",  # Radiopharmaceutical Radiation Dose SR Storage
        ),
        (
            "SOPClassUID SOPInstanceUID ContentDate ContentTime Modality Manufacturer "
            "ManufacturerModelName DeviceSerialNumber SoftwareVersions StudyInstanceUID SeriesInstanceUID "
            "SeriesNumber InstanceNumber CompletionFlag VerificationFlag"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.104.1",  # Encapsulated PDF Storage
        ),
        (
            "SOPClassUID SOPInstanceUID Modality ConversionType StudyInstanceUID SeriesInstanceUID "
            "SeriesNumber InstanceNumber BurnedInAnnotation MIMETypeOfEncapsulatedDocument"
        ),
        (
            "StudyDate ContentDate AcquisitionDateTime StudyTime ContentTime AccessionNumber Manufacturer "
            "ReferringPhysicianName PatientName PatientID PatientBirthDate PatientSex StudyID "
            "DocumentTitle"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.128",  # Positron Emission Tomography Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID SeriesDate SeriesTime Modality StudyInstanceUID "
            "SeriesInstanceUID ImagePositionPatient ImageOrientationPatient FrameOfReferenceUID "
            "SamplesPerPixel PhotometricInterpretation Rows Columns PixelSpacing BitsAllocated BitsStored "
            "HighBit PixelRepresentation RescaleIntercept RescaleSlope NumberOfSlices SeriesType Units "
            "CountsSource DecayCorrection FrameReferenceTime ImageIndex"
        ),
        (
            "StudyDate AcquisitionDate StudyTime AcquisitionTime AccessionNumber Manufacturer "
            "ReferringPhysicianName PatientName PatientID PatientBirthDate PatientSex SliceThickness "
            "CollimatorType ActualFrameDuration StudyID SeriesNumber InstanceNumber "
            "PositionReferenceIndicator CorrectedImage"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.128.1",  # Legacy Converted Enhanced PET Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality PixelPresentation "
            "VolumetricProperties VolumeBasedCalculationTechnique ContentQualification StudyInstanceUID "
            "SeriesInstanceUID InstanceNumber FrameOfReferenceUID SamplesPerPixel "
            "PhotometricInterpretation NumberOfFrames Rows Columns BitsAllocated BitsStored HighBit "
            "PixelRepresentation PresentationLUTShape SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName PatientName "
            "PatientID PatientBirthDate PatientSex StudyID SeriesNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.130",  # Enhanced PET Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID ContentDate ContentTime Modality Manufacturer "
            "ManufacturerModelName PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique "
            "DeviceSerialNumber SoftwareVersions TableMotion ContentQualification "
            "TimeOfFlightInformationUsed DecayCorrected AttenuationCorrected ScatterCorrected "
            "DeadTimeCorrected GantryMotionCorrected PatientMotionCorrected "
            "CountLossNormalizationCorrected RandomsCorrected NonUniformRadialSamplingCorrected "
            "SensitivityCalibrated DetectorNormalizationCorrection StudyInstanceUID SeriesInstanceUID "
            "InstanceNumber FrameOfReferenceUID DimensionOrganizationSequence SamplesPerPixel "
            "PhotometricInterpretation NumberOfFrames Rows Columns BitsAllocated BitsStored HighBit "
            "PixelRepresentation RadiopharmaceuticalInformationSequence ViewCodeSequence CountsSource "
            "PresentationLUTShape SharedFunctionalGroupsSequence"
        ),
        (
            "StudyDate StudyTime AccessionNumber ReferringPhysicianName PatientName PatientID "
            "PatientBirthDate PatientSex StudyID SeriesNumber PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.481.1",  # RT Image Storage
        ),
        (
            "ImageType SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID "
            "SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit "
            "PixelRepresentation RTImageLabel RTImagePlane"
        ),
        (
            "StudyDate StudyTime AccessionNumber ConversionType Manufacturer ReferringPhysicianName "
            "OperatorsName PatientName PatientID PatientBirthDate PatientSex StudyID SeriesNumber "
            "InstanceNumber XRayImageReceptorAngle ImagePlanePixelSpacing RTImagePosition "
            "RadiationMachineName RadiationMachineSAD RTImageSID PrimaryDosimeterUnit"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.481.2",  # RT Dose Storage
        ),
        (
            "SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID "
            "DoseUnits DoseType DoseSummationType"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName OperatorsName "
            "PatientName PatientID PatientBirthDate PatientSex StudyID SeriesNumber "
            "PositionReferenceIndicator"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.481.3",  # RT Structure Set Storage
        ),
        "SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID StructureSetLabel",
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName OperatorsName "
            "PatientName PatientID PatientBirthDate PatientSex StudyID SeriesNumber StructureSetDate "
            "StructureSetTime"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.481.5",  # RT Plan Storage
        ),
        ("SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID RTPlanLabel RTPlanGeometry"),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName OperatorsName "
            "PatientName PatientID PatientBirthDate PatientSex StudyID SeriesNumber RTPlanDate RTPlanTime"
        ),
    ),
    (
        (
            "1.2.840.10008.5.1.4.1.1.481.8",  # RT Ion Plan Storage
        ),
        (
            "SOPClassUID SOPInstanceUID Modality StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID "
            "RTPlanLabel RTPlanGeometry"
        ),
        (
            "StudyDate StudyTime AccessionNumber Manufacturer ReferringPhysicianName OperatorsName "
            "PatientName PatientID PatientBirthDate PatientSex StudyID SeriesNumber "
            "PositionReferenceIndicator RTPlanDate RTPlanTime"
        ),
    ),
)
