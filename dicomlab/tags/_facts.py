"""What the standard says of attributes. Written by tools/make_tag_facts.py: change it there."""

EDITION = "2026d"
"""Of PS3.15, Table E.1-1."""

ACTIONS: dict[str, str] = {
    "D": (
        "001811BB 006A0005 006A0003 00440104 04000562 300C0127 04000115 00120081 00120020 00120010 "
        "00120040 00120042 00400512 0040A730 00080107 00080106 0040A121 0040A120 00189701 21000140 "
        "3010002D 04000105 00686226 00420011 30100035 30100038 00189804 00340002 00340001 00189074 "
        "00340007 00189151 00189623 00700001 0072000A 003A0314 00686270 300A0741 300A0742 300A0783 "
        "04000563 300A0760 00401101 0040A123 300A0619 300A0623 300A067C 04000565 300A073A 0040A13A "
        "300A0002 30100054 300A062A 30080162 30080164 30080166 30080168 0072005E 0072005F 00720061 "
        "00720063 00720066 00720068 00720065 0072006A 0072006C 0072006E 0072006B 0072006D 00720071 "
        "00720070 0018936A 00340005 00189369 300A022C 300A022E 00400551 30060002 0040A122 30080024 "
        "30080025 300A0608 300A0736 300A0734 00700006 30100033 30100034 0040A030 0040A075 0040A073 "
        "0040A027 00189371 00189367"
    ),
    "U": (
        "00080017 00209161 30100006 30100013 00181002 04000100 00209164 300A0013 3010006E 00080058 "
        "0070031A 00200052 00080014 00083010 00281214 0018100B 00020003 003A0310 0040A402 0040A171 "
        "00281199 300A0650 00701101 00701102 00080019 3010000B 300A0083 3010006F 30100031 30060024 "
        "00404023 0040A172 00081155 00041511 300A0785 300600C2 00001001 3010003B 0020000E 00080018 "
        "30100015 00640003 00400554 00880140 0020000D 00200200 300A0054 00182042 0040DB0D 0040DB0C "
        "00620021 00081195 300A0609 300A0700 0040A124"
    ),
    "X": (
        "00184000 00400556 00189424 00404035 001021B0 0040A353 00380010 00380020 00081084 00081080 "
        "00380021 00001000 00102110 0040B034 006A0006 00440004 40000010 00440105 0040A078 300A00C3 "
        "300A00DD 00101081 0014407E 0014407C 0016004D 00181007 04000310 003A020C 003A0203 00120082 "
        "00120072 00120071 00120051 00400310 00400280 300A02EB 00403001 0008009D 0050001B 0040051A "
        "00700086 00181042 00181043 0018A002 0018A003 00102150 21000040 21000050 0040A307 00380300 "
        "50XXXXXX 00080025 00080035 0040A07C FFFCFFFC 0040A110 00181205 00181200 00181204 00181012 "
        "00181202 0018937F 00082111 00500020 0016004B FFFAFFFA 00380030 00380040 00380032 300A079A "
        "0040E012 4008011A 40080119 3004007F 300A0016 0040A034 0040A035 30100037 30100036 300A0676 "
        "00120087 00120086 00102160 00102161 00102162 00404011 003A032B 0040A023 0040A024 300A0196 "
        "300A0072 00209158 00181008 00100044 00100045 00100041 00181005 00160076 00160075 0016008C "
        "0016008D 00160088 00160087 0016008A 00160089 00160084 00160083 00160086 00160085 0016008E "
        "0016007B 00160081 00160080 00160072 00160071 00160074 00160073 00160082 0016007A 0016008B "
        "00160078 0016007D 0016007C 00160079 00160077 0016007F 0016007E 00160070 00181011 00081304 "
        "0040E004 00404037 00404036 00880200 00084000 00204000 00284000 00402400 40080300 00080015 "
        "04000600 00080081 00081040 00081041 00101050 30100085 00401011 40080112 40080113 40080111 "
        "4008010C 40080115 40080200 40080202 40080100 40080101 40080102 4008010B 4008010A 40080108 "
        "40080109 00180035 00180027 00402004 00380011 00380014 00120022 00120073 00120032 00120041 "
        "00120043 00120055 00100021 00380061 00380064 00402005 001021D0 0016004F 00160050 00160051 "
        "0016004E 00500021 04000404 0016002B 00102000 00101090 00101080 04000550 00203403 00203406 "
        "00203405 00203401 0040B03F 0040B03B 0018937B 003A0020 00081060 00401010 00100012 00100013 "
        "00081000 04000552 04000551 0040A192 0040A033 0040A193 00102180 00402010 00402011 00402008 "
        "00402009 04000561 21000070 00120023 00101000 00101002 00101001 60XX4000 60XX3000 00080024 "
        "00080034 0040A07A 00101040 00101010 00101005 00100032 00380400 00100050 00101060 00100101 "
        "00100102 001021F0 00101020 00102155 00102154 00101030 00104000 300A0794 00380500 00401004 "
        "300A0792 300A078E 00400243 00400254 00400250 00404051 00400251 00400253 00400244 00404050 "
        "00400245 00400241 00404030 00400242 00404028 00081050 00081052 00401102 00401104 00401103 "
        "00100011 00081048 00081049 00081062 40080114 00181004 30020123 30020121 001021C0 00400012 "
        "300A000E 00700082 00700083 00081302 00081301 30100061 PRIVATE 00404052 0044000B 00100015 "
        "00100016 00081088 00200027 00181078 00181072 00181079 00181073 300C0113 0040100A 00321030 "
        "00402001 00401002 00321066 00321067 00741234 04000402 00380004 00101100 00081120 04000403 "
        "00080092 00080094 00080096 00102152 00400275 00321070 00401400 00401001 00401005 00189937 "
        "00741236 00321032 00321033 00189185 00102299 00102297 40084000 40080118 40080040 40080042 "
        "00080054 3006004D 3006002D 30060028 30060038 3006004E 3006002E 30060088 30060085 300A0004 "
        "300A0003 0038001A 0038001B 0038001C 0038001D 00404034 0038001E 00400006 0040000B 00400007 "
        "00400004 00400005 00404008 00400009 00400011 00404010 00400002 00404005 00400003 00400001 "
        "00404027 00400010 00404025 00321020 00321021 00321000 00321001 00321010 00321011 00181010 "
        "00081303 0040B036 0008103E 00380062 00380060 300A01B2 00100046 00100042 00100047 00100043 "
        "300A01A6 004006FA 001021A0 01000420 300A0216 00380050 0040050A 00400602 00400600 00080055 "
        "30060006 30060004 00321040 00321041 00324000 00321050 00321051 00081030 00320012 00320034 "
        "00320035 00320032 00320033 00440010 0040A354 0040DB07 0040DB06 40004000 20300020 00100014 "
        "0040A112 00181201 00181014 00080201 00880910 00880912 00880906 00880904 00185011 300A000B "
        "0018100A 00181009 0040A352 0040A358 00384000 003A0329 00189373"
    ),
    "X/D": (
        "00181400 0018700C 0018700A 00189517 30080054 00080012 3010004D 3010004C 30080056 0040A032 "
        "00081072 00181030 300A0006 300A0007 30100056 00080021 00080031 00189516 0018700E 30080250 "
        "30100077 30080251 0040B020"
    ),
    "X/Z": (
        "00400555 00080022 00080032 22000005 22000002 00102203 00081110 00321060 300E0008 30080105 300A00B2"
    ),
    "X/Z/D": "0008002A 00181000 00080013 00080082 00080080 00081070 00081111 00081010",
    "X/Z/U*": "00081140 00082112",
    "Z": (
        "00080050 00181203 00120060 00120021 00120030 00120031 00120050 3010000F 30100017 0008009C "
        "3010001B 00402017 3010007F 00400513 00400562 30100043 0040A082 00100030 00100010 00100040 "
        "00402016 3010007B 30100081 300A067D 3010005C 00080090 300E0004 300E0005 300600A6 30060026 "
        "300A0615 300A0611 3010005A 04000564 00400610 30060008 30060009 00080020 00200010 00080030 "
        "3010007A 0040A088"
    ),
    "Z/D": "00700084 00080023 00080033 00180010 00189919 00100020",
}
"""Tags by the action of the basic profile."""

MODULES: dict[str, str] = {
    "sop-common": (
        "SpecificCharacterSet InstanceCreationDate InstanceCreationTime InstanceCreatorUID "
        "InstanceCoercionDateTime SOPClassUID SOPInstanceUID RelatedGeneralSOPClassUID "
        "OriginalSpecializedSOPClassUID SyntheticData QueryRetrieveView "
        "CodingSchemeIdentificationSequence ContextGroupIdentificationSequence "
        "MappingResourceIdentificationSequence TimezoneOffsetFromUTC "
        "PrivateDataElementCharacteristicsSequence ContentQualification "
        "ReferencedDefinedProtocolSequence ReferencedPerformedProtocolSequence "
        "ContributingEquipmentSequence InstanceNumber ConversionSourceAttributesSequence "
        "LongitudinalTemporalInformationModified HL7StructuredDocumentReferenceSequence "
        "SOPInstanceStatus SOPAuthorizationDateTime SOPAuthorizationComment "
        "AuthorizationEquipmentCertificationNumber EncryptedAttributesSequence "
        "OriginalAttributesSequence InstanceOriginStatus BarcodeValue MACParametersSequence "
        "DigitalSignaturesSequence"
    ),
    "general-equipment": (
        "Manufacturer InstitutionName InstitutionAddress StationName InstitutionalDepartmentName "
        "InstitutionalDepartmentTypeCodeSequence ManufacturerModelName DeviceSerialNumber DeviceUID "
        "GantryID UDISequence ManufacturerDeviceClassUID SoftwareVersions SpatialResolution "
        "DateOfLastCalibration TimeOfLastCalibration DateOfManufacture DateOfInstallation "
        "PixelPaddingValue"
    ),
    "clinical-trial-series": (
        "ClinicalTrialCoordinatingCenterName ClinicalTrialSeriesID ClinicalTrialSeriesDescription "
        "IssuerOfClinicalTrialSeriesID"
    ),
    "clinical-trial-study": (
        "ClinicalTrialTimePointID ClinicalTrialTimePointDescription "
        "LongitudinalTemporalOffsetFromEvent LongitudinalTemporalEventType "
        "ClinicalTrialTimePointTypeCodeSequence IssuerOfClinicalTrialTimePointID "
        "ConsentForClinicalTrialUseSequence"
    ),
    "clinical-trial-subject": (
        "ClinicalTrialSponsorName ClinicalTrialProtocolID ClinicalTrialProtocolName "
        "IssuerOfClinicalTrialProtocolID OtherClinicalTrialProtocolIDsSequence ClinicalTrialSiteID "
        "ClinicalTrialSiteName IssuerOfClinicalTrialSiteID ClinicalTrialSubjectID "
        "IssuerOfClinicalTrialSubjectID ClinicalTrialSubjectReadingID "
        "IssuerOfClinicalTrialSubjectReadingID ClinicalTrialProtocolEthicsCommitteeName "
        "ClinicalTrialProtocolEthicsCommitteeApprovalNumber"
    ),
    "general-study": (
        "StudyDate StudyTime AccessionNumber IssuerOfAccessionNumberSequence ReferringPhysicianName "
        "ReferringPhysicianIdentificationSequence ConsultingPhysicianName "
        "ConsultingPhysicianIdentificationSequence StudyDescription ProcedureCodeSequence "
        "PhysiciansOfRecord PhysiciansOfRecordIdentificationSequence NameOfPhysiciansReadingStudy "
        "PhysiciansReadingStudyIdentificationSequence ReferencedStudySequence StudyInstanceUID "
        "StudyID RequestingService RequestingServiceCodeSequence "
        "ReasonForPerformedProcedureCodeSequence"
    ),
    "patient": (
        "ReferencedPatientSequence PatientName PatientID IssuerOfPatientID TypeOfPatientID "
        "IssuerOfPatientIDQualifiersSequence SourcePatientGroupIdentificationSequence "
        "GroupOfPatientsIdentificationSequence PatientBirthDate PatientBirthTime "
        "PatientBirthDateInAlternativeCalendar PatientDeathDateInAlternativeCalendar "
        "PatientAlternativeCalendar PatientSex QualityControlSubject StrainDescription "
        "StrainNomenclature StrainStockSequence StrainAdditionalInformation StrainCodeSequence "
        "GeneticModificationsSequence OtherPatientNames OtherPatientIDsSequence "
        "ReferencedPatientPhotoSequence EthnicGroupCodeSequence PatientSpeciesDescription "
        "PatientSpeciesCodeSequence PatientBreedDescription PatientBreedCodeSequence "
        "BreedRegistrationSequence ResponsiblePerson ResponsiblePersonRole ResponsibleOrganization "
        "PatientComments PatientIdentityRemoved DeidentificationMethod "
        "DeidentificationMethodCodeSequence"
    ),
    "patient-study": (
        "AdmittingDiagnosesDescription AdmittingDiagnosesCodeSequence PatientAge PatientSize "
        "PatientSizeCodeSequence PatientBodyMassIndex MeasuredAPDimension MeasuredLateralDimension "
        "PatientWeight MedicalAlerts Allergies Occupation SmokingStatus AdditionalPatientHistory "
        "PregnancyStatus LastMenstrualDate PatientSexNeutered ReasonForVisit "
        "ReasonForVisitCodeSequence AdmissionID IssuerOfAdmissionIDSequence ServiceEpisodeID "
        "ServiceEpisodeDescription IssuerOfServiceEpisodeIDSequence PatientState"
    ),
    "general-series": (
        "SeriesDate SeriesTime Modality SeriesDescription SeriesDescriptionCodeSequence "
        "PerformingPhysicianName PerformingPhysicianIdentificationSequence OperatorsName "
        "OperatorIdentificationSequence ReferencedPerformedProcedureStepSequence "
        "RelatedSeriesSequence AnatomicalOrientationType BodyPartExamined ProtocolName "
        "PatientPosition SeriesInstanceUID SeriesNumber Laterality SmallestPixelValueInSeries "
        "LargestPixelValueInSeries PerformedProcedureStepStartDate PerformedProcedureStepStartTime "
        "PerformedProcedureStepEndDate PerformedProcedureStepEndTime PerformedProcedureStepID "
        "PerformedProcedureStepDescription PerformedProtocolCodeSequence RequestAttributesSequence "
        "CommentsOnThePerformedProcedureStep TreatmentSessionUID"
    ),
    "enhanced-general-equipment": ("Manufacturer ManufacturerModelName DeviceSerialNumber SoftwareVersions"),
    "common-instance-reference": (
        "ReferencedSeriesSequence StudiesContainingOtherReferencedInstancesSequence"
    ),
    "synchronization": (
        "TriggerSourceOrType SynchronizationTrigger SynchronizationChannel "
        "AcquisitionTimeSynchronized TimeSource TimeDistributionProtocol NTPSourceAddress "
        "SynchronizationFrameOfReferenceUID"
    ),
    "frame-of-reference": "FrameOfReferenceUID PositionReferenceIndicator",
    "general-reference": (
        "ReferencedImageSequence ReferencedInstanceSequence DerivationDescription "
        "SourceImageSequence DerivationCodeSequence SourceInstanceSequence"
    ),
    "acquisition-context": "AcquisitionContextSequence AcquisitionContextDescription",
    "specimen": (
        "ContainerIdentifier IssuerOfTheContainerIdentifierSequence "
        "AlternateContainerIdentifierSequence ContainerTypeCodeSequence ContainerDescription "
        "ContainerComponentSequence SpecimenDescriptionSequence"
    ),
    "image-pixel": (
        "SamplesPerPixel PhotometricInterpretation PlanarConfiguration Rows Columns "
        "PixelAspectRatio BitsAllocated BitsStored HighBit PixelRepresentation "
        "SmallestImagePixelValue LargestImagePixelValue PixelPaddingRangeLimit "
        "RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor "
        "BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData "
        "GreenPaletteColorLookupTableData BluePaletteColorLookupTableData ICCProfile ColorSpace "
        "PixelDataProviderURL ExtendedOffsetTable ExtendedOffsetTableLengths PixelData"
    ),
    "device": "DeviceSequence",
    "general-image": (
        "InstanceNumber ImageType ContentDate ContentTime AnatomicRegionSequence "
        "PrimaryAnatomicStructureSequence PatientOrientation ImageLaterality ImageComments "
        "QualityControlImage BurnedInAnnotation RecognizableVisualFeatures LossyImageCompression "
        "LossyImageCompressionRatio LossyImageCompressionMethod RealWorldValueMappingSequence "
        "IconImageSequence PresentationLUTShape"
    ),
    "frame-extraction": "FrameExtractionSequence",
    "general-acquisition": (
        "AcquisitionUID AcquisitionDate AcquisitionDateTime AcquisitionTime IrradiationEventUID "
        "AcquisitionDuration AcquisitionNumber ImagesInAcquisition"
    ),
    "icc-profile": "ICCProfile ColorSpace",
    "multi-frame-dimension": (
        "DimensionOrganizationSequence DimensionIndexSequence DimensionOrganizationType"
    ),
    "sr-document-content": (
        "ReferencedSOPSequence ObservationDateTime ValueType ConceptNameCodeSequence "
        "ContinuityOfContent DateTime Date Time PersonName UID TemporalRangeType "
        "ReferencedSamplePositions ReferencedTimeOffsets ReferencedDateTime TextValue "
        "ConceptCodeSequence ObservationUID MeasuredValueSequence NumericValueQualifierCodeSequence "
        "ContentTemplateSequence ContentSequence TabulatedValuesSequence PixelOriginInterpretation "
        "GraphicData GraphicType FiducialUID ReferencedFrameOfReferenceUID"
    ),
    "enhanced-contrast-bolus": "ContrastBolusAgentSequence",
    "overlay-plane": (
        "OverlayRows OverlayColumns OverlayDescription OverlayType OverlaySubtype OverlayOrigin "
        "OverlayBitsAllocated OverlayBitPosition ROIArea ROIMean ROIStandardDeviation OverlayLabel "
        "OverlayData"
    ),
    "sr-document-general": (
        "InstanceNumber ReferencedInstanceSequence ContentDate ContentTime "
        "VerifyingObserverSequence AuthorObserverSequence ParticipantSequence "
        "CustodialOrganizationSequence PredecessorDocumentsSequence ReferencedRequestSequence "
        "PerformedProcedureCodeSequence CurrentRequestedProcedureEvidenceSequence "
        "PertinentOtherEvidenceSequence CompletionFlag CompletionFlagDescription VerificationFlag "
        "PreliminaryFlag IdenticalDocumentsSequence"
    ),
    "sr-document-series": (
        "SeriesDate SeriesTime Modality SeriesDescription SeriesDescriptionCodeSequence "
        "ReferencedPerformedProcedureStepSequence ProtocolName SeriesInstanceUID SeriesNumber "
        "TreatmentSessionUID"
    ),
    "cardiac-synchronization": (
        "CardiacFramingType LowRRValue HighRRValue IntervalsAcquired IntervalsRejected SkipBeats "
        "CardiacSynchronizationTechnique CardiacRRIntervalSpecified CardiacSignalSource "
        "CardiacBeatRejectionTechnique"
    ),
    "multi-frame": (
        "StereoPairsPresent NumberOfFrames FrameIncrementPointer EncapsulatedPixelDataValueTotalLength"
    ),
    "waveform-identification": (
        "InstanceNumber ReferencedInstanceSequence ContentDate ContentTime AcquisitionDateTime"
    ),
    "enhanced-rt-series": (
        "SeriesDate SeriesTime Modality ReferencedPerformedProcedureStepSequence SeriesNumber "
        "TreatmentSessionUID"
    ),
    "radiotherapy-common-instance": (
        "InstanceCreationDate InstanceCreationTime ContentDate ContentTime "
        "AuthorIdentificationSequence InstanceLevelReferencedPerformedProcedureStepSequence"
    ),
    "voi-lut": "WindowCenter WindowWidth WindowCenterWidthExplanation VOILUTFunction VOILUTSequence",
    "waveform": (
        "WaveformDataDisplayScale WaveformDisplayBackgroundCIELabValue "
        "WaveformPresentationGroupSequence WaveformSequence"
    ),
    "waveform-annotation": "WaveformAnnotationSequence",
    "cine": (
        "StartTrim StopTrim RecommendedDisplayFrameRate CineRate EffectiveDuration FrameTime "
        "FrameTimeVector FrameDelay ImageTriggerDelay ActualFrameDuration "
        "PreferredPlaybackSequencing MultiplexedAudioChannelsDescriptionCodeSequence"
    ),
    "enhanced-patient-orientation": (
        "PatientOrientationCodeSequence PatientEquipmentRelationshipCodeSequence"
    ),
    "respiratory-synchronization": (
        "RespiratoryMotionCompensationTechnique RespiratorySignalSource RespiratoryTriggerType "
        "RespiratoryTriggerDelayThreshold"
    ),
    "contrast-bolus": (
        "ContrastBolusAgentSequence ContrastBolusAgent ContrastBolusAdministrationRouteSequence "
        "ContrastBolusRoute ContrastBolusVolume ContrastBolusStartTime ContrastBolusStopTime "
        "ContrastBolusTotalDose ContrastFlowRate ContrastFlowDuration ContrastBolusIngredient "
        "ContrastBolusIngredientConcentration"
    ),
    "intervention": "InterventionSequence",
    "presentation-series": "Modality",
    "display-shutter": (
        "ShutterShape ShutterLeftVerticalEdge ShutterRightVerticalEdge ShutterUpperHorizontalEdge "
        "ShutterLowerHorizontalEdge CenterOfCircularShutter RadiusOfCircularShutter "
        "VerticesOfThePolygonalShutter ShutterPresentationValue ShutterPresentationColorCIELabValue"
    ),
    "vl-image": (
        "ReferencedImageSequence SamplesPerPixel PhotometricInterpretation PlanarConfiguration "
        "BitsAllocated BitsStored HighBit PixelRepresentation ImageType ContentTime "
        "AnatomicRegionSequence PrimaryAnatomicStructureSequence ImageLaterality "
        "LossyImageCompression WindowCenter WindowWidth ImagerPixelSpacing "
        "ChannelDescriptionCodeSequence PixelSpacing ViewCodeSequence"
    ),
    "graphic-annotation": "GraphicAnnotationSequence",
    "graphic-layer": "GraphicLayerSequence",
    "palette-color-lookup-table": (
        "RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor "
        "BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData "
        "GreenPaletteColorLookupTableData BluePaletteColorLookupTableData "
        "PaletteColorLookupTableUID SegmentedRedPaletteColorLookupTableData "
        "SegmentedGreenPaletteColorLookupTableData SegmentedBluePaletteColorLookupTableData"
    ),
    "presentation-state-identification": (
        "InstanceNumber ConceptNameCodeSequence ContentLabel ContentDescription "
        "PresentationCreationDate PresentationCreationTime ContentCreatorName "
        "ContentCreatorIdentificationCodeSequence AlternateContentDescriptionSequence"
    ),
    "rt-series": (
        "SeriesDate SeriesTime Modality SeriesDescription SeriesDescriptionCodeSequence "
        "OperatorsName OperatorIdentificationSequence ReferencedPerformedProcedureStepSequence "
        "SeriesInstanceUID SeriesNumber PerformedProcedureStepStartDate "
        "PerformedProcedureStepStartTime PerformedProcedureStepEndDate "
        "PerformedProcedureStepEndTime PerformedProcedureStepID PerformedProcedureStepDescription "
        "PerformedProtocolCodeSequence RequestAttributesSequence "
        "CommentsOnThePerformedProcedureStep TreatmentSessionUID"
    ),
    "graphic-group": "GraphicGroupSequence",
    "displayed-area": "DisplayedAreaSelectionSequence",
    "frame-pointers": (
        "RepresentativeFrameNumber FrameNumbersOfInterest FrameOfInterestDescription FrameOfInterestType"
    ),
    "general-ophthalmic-refractive-measurements": (
        "ContentDate ImageComments MeasurementLaterality ReferencedRefractiveMeasurementsSequence"
    ),
    "mask": "RecommendedViewingMode MaskSubtractionSequence",
    "modality-lut": "RescaleIntercept RescaleSlope RescaleType ModalityLUTSequence",
    "rt-delivery-device-common": (
        "TreatmentDeviceIdentificationSequence RadiationDosimeterUnitSequence "
        "RTDeviceDistanceReferenceLocationCodeSequence EquipmentFrameOfReferenceUID "
        "EquipmentFrameOfReferenceDescription EquipmentReferencePointCoordinatesSequence "
        "PatientSupportDevicesSequence NumberOfPatientSupportDevices "
        "RTBeamModifierDefinitionDistance"
    ),
    "sc-equipment": (
        "ConversionType SecondaryCaptureDeviceID SecondaryCaptureDeviceManufacturer "
        "SecondaryCaptureDeviceManufacturerModelName SecondaryCaptureDeviceSoftwareVersions "
        "VideoImageFormatAcquired DigitalImageFormatAcquired"
    ),
    "spatial-transformation": "ImageHorizontalFlip ImageRotation",
    "bitmap-display-shutter": (
        "ShutterShape ShutterPresentationValue ShutterPresentationColorCIELabValue ShutterOverlayGroup"
    ),
    "ocular-region-imaged": (
        "AnatomicRegionSequence PrimaryAnatomicStructureSequence ImageLaterality "
        "RelativeImagePositionCodeSequence OphthalmicAnatomicReferencePointXCoordinate "
        "OphthalmicAnatomicReferencePointYCoordinate"
    ),
    "ophthalmic-photography-acquisition-parameters": (
        "PatientEyeMovementCommanded PatientEyeMovementCommandCodeSequence EmmetropicMagnification "
        "IntraOcularPressure HorizontalFieldOfView PupilDilated DegreeOfDilation "
        "RefractiveStateSequence MydriaticAgentSequence"
    ),
    "bulk-motion-synchronization": "BulkMotionCompensationTechnique BulkMotionSignalSource",
    "dx-detector": (
        "ImagerPixelSpacing PixelSpacing PlateID CassetteID FieldOfViewShape FieldOfViewDimensions "
        "ExposureIndex TargetExposureIndex DeviationIndex Sensitivity DetectorConditionsNominalFlag "
        "DetectorTemperature DetectorType DetectorConfiguration DetectorDescription DetectorMode "
        "DetectorID DateOfLastDetectorCalibration TimeOfLastDetectorCalibration "
        "ExposuresOnDetectorSinceLastCalibration ExposuresOnDetectorSinceManufactured "
        "DetectorTimeSinceLastExposure DetectorActiveTime DetectorActivationOffsetFromExposure "
        "DetectorBinning DetectorElementPhysicalSize DetectorElementSpacing DetectorActiveShape "
        "DetectorActiveDimensions DetectorActiveOrigin DetectorManufacturerName "
        "DetectorManufacturerModelName FieldOfViewOrigin FieldOfViewRotation "
        "FieldOfViewHorizontalFlip XRayDetectorID PixelSpacingCalibrationType "
        "PixelSpacingCalibrationDescription"
    ),
    "encapsulated-document": (
        "ReferencedImageSequence ReferencedInstanceSequence SourceInstanceSequence ImageLaterality "
        "BurnedInAnnotation RecognizableVisualFeatures AcquisitionDateTime ValueType "
        "ConceptNameCodeSequence ContinuityOfContent ContentTemplateSequence ContentSequence "
        "PredecessorDocumentsSequence VerificationFlag IdenticalDocumentsSequence "
        "HL7InstanceIdentifier DocumentClassCodeSequence DocumentTitle EncapsulatedDocument "
        "MIMETypeOfEncapsulatedDocument ListOfMIMETypes EncapsulatedDocumentLength"
    ),
    "encapsulated-document-series": (
        "SeriesDate SeriesTime SeriesDescription SeriesDescriptionCodeSequence "
        "ReferencedPerformedProcedureStepSequence ProtocolName SeriesInstanceUID SeriesNumber "
        "PerformedProcedureStepStartDate PerformedProcedureStepStartTime "
        "PerformedProcedureStepEndDate PerformedProcedureStepEndTime PerformedProcedureStepID "
        "PerformedProcedureStepDescription PerformedProtocolCodeSequence RequestAttributesSequence "
        "CommentsOnThePerformedProcedureStep TreatmentSessionUID"
    ),
    "image-plane": (
        "PixelSpacing SliceThickness SpacingBetweenSlices ImagePositionPatient "
        "ImageOrientationPatient SliceLocation"
    ),
    "optical-path": "OpticalPathSequence NumberOfOpticalPaths",
    "overlay-activation": "OverlayActivationLayer",
    "presentation-state-relationship": "ReferencedSeriesSequence",
    "presentation-state-shutter": "ShutterPresentationValue ShutterPresentationColorCIELabValue",
    "rt-patient-setup": "PatientSetupSequence",
    "sc-image": (
        "PixelSpacing ViewCodeSequence PixelSpacingCalibrationType "
        "PixelSpacingCalibrationDescription DocumentClassCodeSequence DateOfSecondaryCapture "
        "TimeOfSecondaryCapture NominalScannedPixelSpacing SliceProgressionDirection"
    ),
    "supplemental-palette-color-lookup-table": (
        "RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor "
        "BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData "
        "GreenPaletteColorLookupTableData BluePaletteColorLookupTableData"
    ),
    "x-ray-collimator": (
        "CollimatorShape CollimatorLeftVerticalEdge CollimatorRightVerticalEdge "
        "CollimatorUpperHorizontalEdge CollimatorLowerHorizontalEdge CenterOfCircularCollimator "
        "RadiusOfCircularCollimator VerticesOfThePolygonalCollimator"
    ),
    "x-ray-filtration": (
        "FilterType FilterMaterial FilterThicknessMinimum FilterThicknessMaximum "
        "FilterBeamPathLengthMinimum FilterBeamPathLengthMaximum"
    ),
    "x-ray-grid": (
        "GridID Grid GridAbsorbingMaterial GridSpacingMaterial GridThickness GridPitch "
        "GridAspectRatio GridPeriod GridFocalDistance"
    ),
    "x-ray-tomography-acquisition": (
        "TomoLayerHeight TomoAngle TomoTime TomoType TomoClass NumberOfTomosynthesisSourceImages"
    ),
    "approval": "ApprovalStatus ReviewDate ReviewTime ReviewerName",
    "dx-series": "PresentationIntentType",
    "instructions": "InstructionSequence",
    "microscope-slide-layer-tile-organization": (
        "TotalPixelMatrixColumns TotalPixelMatrixRows TotalPixelMatrixOriginSequence "
        "ImageOrientationSlide TotalPixelMatrixFocalPlanes"
    ),
    "multi-frame-overlay": "NumberOfFramesInOverlay ImageFrameOrigin",
    "multi-resolution-pyramid": "PyramidUID PyramidDescription PyramidLabel",
    "ophthalmic-photographic-parameters": (
        "ChannelDescriptionCodeSequence DetectorType LightPathFilterPassThroughWavelength "
        "LightPathFilterPassBand ImagePathFilterPassThroughWavelength ImagePathFilterPassBand "
        "AcquisitionDeviceTypeCodeSequence IlluminationTypeCodeSequence "
        "LightPathFilterTypeStackCodeSequence ImagePathFilterTypeStackCodeSequence "
        "LensesCodeSequence CameraAngleOfView"
    ),
    "ophthalmic-photography-image": (
        "SourceImageSequence SamplesPerPixel PhotometricInterpretation PlanarConfiguration "
        "PixelRepresentation ImageType BurnedInAnnotation RecognizableVisualFeatures "
        "LossyImageCompression LossyImageCompressionRatio LossyImageCompressionMethod "
        "PresentationLUTShape AcquisitionDateTime PixelSpacing SamplesPerPixelUsed CalibrationImage"
    ),
    "patient-positioning": (
        "AnatomicRegionSequence PrimaryAnatomicStructureSequence "
        "PatientPositioningInstructionSequence PositioningMethodCodeSequence "
        "PositioningLandmarkSequence TargetFrameOfReferenceUID ProtocolDefinedPatientPosition "
        "TargetPositionReferenceIndicator"
    ),
    "protocol-context": (
        "InstanceCreationDate InstanceCreationTime ProtocolName CustodialOrganizationSequence "
        "ContentCreatorName ContentCreatorIdentificationCodeSequence ResponsibleGroupCodeSequence "
        "PotentialScheduledProtocolCodeSequence PotentialRequestedProcedureCodeSequence "
        "PotentialReasonsForProcedure PotentialReasonsForProcedureCodeSequence "
        "PotentialDiagnosticTasks ContraindicationsCodeSequence PredecessorProtocolSequence "
        "ProtocolPlanningInformation ProtocolDesignRationale"
    ),
    "rt-general-treatment-record": (
        "ReferencedTreatmentRecordSequence TreatmentDate TreatmentTime TreatmentRecordContentOrigin "
        "ReferencedRTPlanSequence"
    ),
    "rt-radiation-record-common": (
        "PatientOrientationCodeSequence PatientEquipmentRelationshipCodeSequence ContentDescription "
        "ContentCreatorName ContentCreatorIdentificationCodeSequence TreatmentRecordContentOrigin "
        "DefinitionSourceSequence RTToleranceSetSequence ReferencedRTInstanceSequence "
        "TreatmentMachineSpecialModeCodeSequence RTRadiationPhysicalAndGeometricContentDetailFlag "
        "RTRecordFlag TreatmentPositionSequence RTRadiationUsage TreatmentDeliveryContinuationFlag "
        "RTTreatmentTerminationStatus RTTreatmentTerminationReasonCodeSequence "
        "MachineSpecificTreatmentTerminationCodeSequence TreatmentTerminationDescription "
        "TreatmentToleranceViolationSequence ConfirmationSequence InterlockSequence "
        "AdditionalParameterRecordingInstanceSequence UserContentLongLabel "
        "RTTreatmentTechniqueCodeSequence"
    ),
    "rt-treatment-summary-record": (
        "TreatmentSummaryCalculatedDoseReferenceSequence FirstTreatmentDate MostRecentTreatmentDate "
        "TreatmentSummaryMeasuredDoseReferenceSequence CurrentTreatmentStatus "
        "TreatmentStatusComment FractionGroupSummarySequence"
    ),
    "sc-multi-frame-image": (
        "BurnedInAnnotation RecognizableVisualFeatures PresentationLUTShape FrameIncrementPointer "
        "RescaleIntercept RescaleSlope RescaleType PixelSpacingCalibrationType "
        "PixelSpacingCalibrationDescription NominalScannedPixelSpacing "
        "DigitizingDeviceTransportDirection RotationOfScannedFilm Illumination "
        "ReflectedAmbientLight"
    ),
    "sc-multi-frame-vector": (
        "FrameTimeVector PageNumberVector FrameLabelVector FramePrimaryAngleVector "
        "FrameSecondaryAngleVector SliceLocationVector DisplayWindowLabelVector"
    ),
    "softcopy-voi-lut": "SoftcopyVOILUTSequence",
    "calculated-dose-reference-record": "CalculatedDoseReferenceSequence",
    "dx-anatomy-imaged": "AnatomicRegionSequence PrimaryAnatomicStructureSequence ImageLaterality",
    "dx-image": (
        "DerivationDescription SamplesPerPixel PhotometricInterpretation BitsAllocated BitsStored "
        "HighBit PixelRepresentation ImageType PatientOrientation BurnedInAnnotation "
        "LossyImageCompression LossyImageCompressionRatio PresentationLUTShape WindowCenter "
        "WindowWidth WindowCenterWidthExplanation VOILUTSequence RescaleIntercept RescaleSlope "
        "RescaleType CalibrationImage AcquisitionDeviceProcessingDescription "
        "AcquisitionDeviceProcessingCode PixelIntensityRelationship PixelIntensityRelationshipSign"
    ),
    "dx-positioning": (
        "PatientPosition PatientOrientationCodeSequence ViewCodeSequence DistanceSourceToDetector "
        "DistanceSourceToPatient EstimatedRadiographicMagnificationFactor TableAngle TableType "
        "BodyPartThickness CompressionForce CompressionPressure PaddleDescription "
        "CompressionContactArea ColumnAngulation PositionerType PositionerPrimaryAngle "
        "PositionerSecondaryAngle DetectorPrimaryAngle DetectorSecondaryAngle ViewPosition "
        "ProjectionEponymousNameCodeSequence PatientGantryRelationshipCodeSequence"
    ),
    "enhanced-mr-image": (
        "ContentQualification SamplesPerPixel PhotometricInterpretation PlanarConfiguration "
        "BitsAllocated BitsStored HighBit PixelRepresentation ImageType ImageComments "
        "RecognizableVisualFeatures LossyImageCompression LossyImageCompressionRatio "
        "LossyImageCompressionMethod IconImageSequence PresentationLUTShape AcquisitionDateTime "
        "AcquisitionDuration AcquisitionNumber ViewCodeSequence EquipmentFrameOfReferenceUID "
        "SliceProgressionDirection ReferencedRTPlanSequence ReferencedWaveformSequence "
        "ReferencedImageEvidenceSequence ReferencedRawDataSequence SourceImageEvidenceSequence "
        "PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique "
        "ComplexImageComponent AcquisitionContrast ReferencedPresentationStateSequence "
        "MagneticFieldStrength B1rms KSpaceFiltering ResonantNucleus ApplicableSafetyStandardAgency "
        "ApplicableSafetyStandardDescription FunctionalSettlingPhaseFramesPresent IsocenterPosition "
        "PatientTreatmentPreparationSequence PatientToEquipmentRelationshipSequence "
        "ImagingEquipmentToTreatmentDeliveryDeviceRelationshipSequence"
    ),
    "image---equipment-coordinate-relationship": (
        "ImageToEquipmentMappingMatrix EquipmentCoordinateSystemIdentification"
    ),
    "image-histogram": "HistogramSequence",
    "manufacturing-3d-model": (
        "IconImageSequence ContentDescription DerivationAlgorithmSequence "
        "MeasurementUnitsCodeSequence RecommendedDisplayCIELabValue RecommendedPresentationOpacity "
        "ModelModification ModelMirroring ModelUsageCodeSequence ModelGroupUID"
    ),
    "measured-dose-reference-record": "MeasuredDoseReferenceSequence",
    "patient-orientation": "PatientOrientationCodeSequence PatientGantryRelationshipCodeSequence",
    "presentation-state-mask": "RecommendedViewingMode MaskSubtractionSequence",
    "real-time-bulk-data-flow": "RealTimeBulkDataFlowSequence",
    "rt-radiation-common": (
        "PatientOrientationCodeSequence PatientEquipmentRelationshipCodeSequence ContentDescription "
        "ContentCreatorName ContentCreatorIdentificationCodeSequence DefinitionSourceSequence "
        "RTToleranceSetSequence TreatmentMachineSpecialModeCodeSequence "
        "RTRadiationPhysicalAndGeometricContentDetailFlag RTRecordFlag TreatmentPositionSequence "
        "RTTreatmentTechniqueCodeSequence TreatmentTimeLimit UserContentLabel"
    ),
    "rt-treatment-machine-record": "TreatmentMachineSequence",
    "softcopy-presentation-lut": "PresentationLUTSequence",
    "surface-mesh": "NumberOfSurfaces SurfaceSequence",
    "x-ray-3d-image": (
        "ContentQualification BitsAllocated BitsStored HighBit ImageComments QualityControlImage "
        "LossyImageCompressionRatio LossyImageCompressionMethod IconImageSequence "
        "ReferencedImageEvidenceSequence PixelPresentation VolumetricProperties "
        "VolumeBasedCalculationTechnique SourceIrradiationEventSequence"
    ),
    "x-ray-3d-reconstruction": "XRay3DReconstructionSequence",
    "x-ray-acquisition-dose": (
        "ExposureIndex TargetExposureIndex DeviationIndex FilterType FilterMaterial "
        "FilterThicknessMinimum FilterThicknessMaximum FilterBeamPathLengthMinimum "
        "FilterBeamPathLengthMaximum DistanceSourceToDetector DistanceSourceToPatient "
        "BodyPartThickness KVP ExposureTime XRayTubeCurrent Exposure ExposureInuAs "
        "RectificationType ImageAndFluoroscopyAreaDoseProduct AnodeTargetMaterial "
        "RelativeXRayExposure ExposureTimeInuS XRayTubeCurrentInuA EntranceDose ExposedArea "
        "DistanceSourceToEntrance CommentsOnRadiationDose XRayOutput HalfValueLayer OrganDose "
        "OrganExposed EntranceDoseInmGy EntranceDoseDerivation"
    ),
    "x-ray-generation": (
        "KVP ExposureTime XRayTubeCurrent Exposure ExposureInuAs RectificationType "
        "AnodeTargetMaterial ExposureTimeInuS XRayTubeCurrentInuA GeneratorID FocalSpots "
        "ExposureControlMode ExposureControlModeDescription ExposureStatus PhototimerSetting"
    ),
    "breast-view": "ViewCodeSequence BreastImplantPresent PartialView PartialViewCodeSequence",
    "c-arm-photon-electron-beam": "NumberOfRTControlPoints CArmPhotonElectronControlPointSequence",
    "c-arm-photon-electron-delivery-device": (
        "NumberOfWedges NumberOfCompensators NumberOfBlocks RTAccessoryHolderDefinitionSequence "
        "RadiationSourceAxisDistance NumberOfRTBeamLimitingDevices "
        "RTBeamLimitingDeviceDefinitionSequence WedgeDefinitionSequence "
        "CompensatorDefinitionSequence BlockDefinitionSequence NumberOfRTAccessoryHolders "
        "GeneralAccessoryDefinitionSequence NumberOfGeneralAccessories BolusDefinitionSequence "
        "NumberOfBoluses RadiationGenerationModeSequence NumberOfRadiationGenerationModes"
    ),
    "clinical-trial-context": (
        "ClinicalTrialCoordinatingCenterName ClinicalTrialSponsorName ClinicalTrialProtocolID "
        "ClinicalTrialProtocolName ClinicalTrialSiteID ClinicalTrialSiteName "
        "ClinicalTrialProtocolEthicsCommitteeName "
        "ClinicalTrialProtocolEthicsCommitteeApprovalNumber "
        "EthicsCommitteeApprovalEffectivenessStartDate EthicsCommitteeApprovalEffectivenessEndDate"
    ),
    "confocal-microscopy-image": "PlanarConfiguration ConfocalMode TissueLocation",
    "cutaneous-confocal-microscopy-image-acquisition-parameters": (
        "FieldOfViewShape FieldOfViewDimensions OpticalMagnificationFactor ImageAcquisitionDepth "
        "TrackingID TrackingUID"
    ),
    "defined-storage": "StorageProtocolElementSpecificationSequence",
    "enhanced-ct-image": (
        "ContentQualification ImageComments LossyImageCompressionMethod IconImageSequence "
        "AcquisitionDuration AcquisitionNumber EquipmentFrameOfReferenceUID "
        "SliceProgressionDirection ReferencedRTPlanSequence ReferencedWaveformSequence "
        "ReferencedImageEvidenceSequence ReferencedRawDataSequence SourceImageEvidenceSequence "
        "PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique "
        "ReferencedPresentationStateSequence IsocenterPosition PatientTreatmentPreparationSequence "
        "PatientToEquipmentRelationshipSequence "
        "ImagingEquipmentToTreatmentDeliveryDeviceRelationshipSequence MultienergyCTAcquisition"
    ),
    "enhanced-mammography-series": "RequestAttributesSequence",
    "enhanced-pet-image": (
        "ContentQualification AcquisitionDuration AcquisitionNumber EquipmentFrameOfReferenceUID "
        "ReferencedRTPlanSequence ReferencedWaveformSequence ReferencedImageEvidenceSequence "
        "ReferencedRawDataSequence SourceImageEvidenceSequence PixelPresentation "
        "VolumetricProperties VolumeBasedCalculationTechnique ReferencedPresentationStateSequence "
        "IsocenterPosition PatientTreatmentPreparationSequence "
        "PatientToEquipmentRelationshipSequence "
        "ImagingEquipmentToTreatmentDeliveryDeviceRelationshipSequence"
    ),
    "enhanced-pet-series": "RelatedSeriesSequence",
    "enhanced-rt-image": (
        "PatientEquipmentRelationshipCodeSequence RadiationDosimeterUnitSequence "
        "TreatmentPositionSequence ExposureTimeInuS StartCumulativeMeterset StopCumulativeMeterset "
        "EntityDescription EntityLongLabel"
    ),
    "enhanced-rt-image-device": (
        "RTDeviceDistanceReferenceLocationCodeSequence EquipmentFrameOfReferenceUID "
        "PatientSupportDevicesSequence NumberOfPatientSupportDevices "
        "RTBeamModifierDefinitionDistance NumberOfRTBeamLimitingDevices "
        "RTBeamLimitingDeviceDefinitionSequence GeneralAccessoryDefinitionSequence "
        "NumberOfGeneralAccessories BeamModifierCoordinatesPresenceFlag NumberOfAcquisitionDevices "
        "AcquisitionDeviceSequence"
    ),
    "enhanced-xa-xrf-image": (
        "ReferencedInstanceSequence QualityControlImage AcquisitionNumber "
        "PatientGantryRelationshipCodeSequence ReferencedImageEvidenceSequence "
        "SourceImageEvidenceSequence ReferencedOtherPlaneSequence ExaminedBodyThickness ScanOptions "
        "PlanesInAcquisition AcquisitionProtocolName AcquisitionProtocolDescription "
        "PlaneIdentification"
    ),
    "equipment-specification": "EquipmentModality ModelSpecificationSequence",
    "floating-point-image-pixel": (
        "Rows Columns PixelAspectRatio FloatPixelPaddingValue FloatPixelPaddingRangeLimit FloatPixelData"
    ),
    "general-defined-acquisition": "AcquisitionProtocolElementSpecificationSequence",
    "general-defined-reconstruction": "ReconstructionProtocolElementSpecificationSequence",
    "key-object-document": (
        "ReferencedRequestSequence CurrentRequestedProcedureEvidenceSequence IdenticalDocumentsSequence"
    ),
    "key-object-document-series": (
        "SeriesDescription SeriesDescriptionCodeSequence ProtocolName SeriesInstanceUID"
    ),
    "mr-pulse-sequence": (
        "MRAcquisitionType PulseSequenceName EchoPulseSequence MultipleSpinEcho "
        "MultiPlanarExcitation PhaseContrast TimeOfFlightContrast SteadyStatePulseSequence "
        "EchoPlanarPulseSequence SaturationRecovery SpectrallySelectedSuppression OversamplingPhase "
        "GeometryOfKSpaceTraversal SegmentedKSpaceTraversal RectilinearPhaseEncodeReordering "
        "VelocityEncodingAcquisitionSequence NumberOfKSpaceTrajectories CoverageOfKSpace "
        "ArterialSpinLabelingContrast"
    ),
    "nm-pet-patient-orientation": "PatientGantryRelationshipCodeSequence",
    "optical-surface-scanner-series": "ReferencedSurfaceDataSequence",
    "patient-protocol-context": "ReferencedPerformedProtocolSequence",
    "patient-specification": "PatientSpecificationSequence",
    "performed-storage": "StorageProtocolElementSequence",
    "presentation-animation": (
        "PresentationAnimationStyle RecommendedAnimationRate AnimationCurveSequence "
        "AnimationStepSize SwivelRange"
    ),
    "real-time-acquisition": "StereoPairsPresent SharedFunctionalGroupsSequence",
    "robotic-arm-delivery-device": (
        "RTAccessoryHolderDefinitionSequence NumberOfRTBeamLimitingDevices "
        "RTBeamLimitingDeviceDefinitionSequence NumberOfRTAccessoryHolders "
        "RadiationGenerationModeSequence NumberOfRadiationGenerationModes"
    ),
    "robotic-arm-path": (
        "NumberOfRTControlPoints RoboticPathNodeSetCodeSequence RoboticPathControlPointSequence"
    ),
    "rt-fraction-scheme": "FractionGroupSequence",
    "rt-general-plan": (
        "ReferencedRTPlanSequence FrameOfReferenceToDisplayedCoordinateSystemTransformationMatrix "
        "RTPlanLabel RTPlanName RTPlanDescription RTPlanDate RTPlanTime TreatmentProtocols "
        "PlanIntent RTPlanGeometry ReferencedStructureSetSequence ReferencedDoseSequence "
        "TreatmentSite TreatmentSiteCodeSequence"
    ),
    "rt-prescription": "PrescriptionDescription DoseReferenceSequence",
    "scan-procedure": (
        "SurfaceScanAcquisitionTypeCodeSequence SurfaceScanModeCodeSequence "
        "RegistrationMethodCodeSequence ShotDurationTime ShotOffsetTime"
    ),
    "tomotherapeutic-beam": (
        "NumberOfRTControlPoints RevolutionTime TableSpeed TomotherapeuticControlPointSequence"
    ),
    "tomotherapeutic-delivery-device": (
        "RadiationSourceAxisDistance NumberOfRTBeamLimitingDevices "
        "RTBeamLimitingDeviceDefinitionSequence RadiationGenerationModeSequence "
        "NumberOfRadiationGenerationModes"
    ),
    "ultrasound-frame-of-reference": (
        "UltrasoundAcquisitionGeometry ApexPosition VolumeToTransducerMappingMatrix "
        "VolumeToTableMappingMatrix VolumeToTransducerRelationship PatientFrameOfReferenceSource "
        "VolumeFrameOfReferenceUID TableFrameOfReferenceUID"
    ),
    "us-image": (
        "OverlaySubtype LowRRValue HighRRValue FrameIncrementPointer SliceProgressionDirection "
        "StageName StageNumber NumberOfStages ViewName ViewNumber NumberOfEventTimers "
        "NumberOfViewsInStage EventElapsedTimes EventTimerNames TriggerTime NominalInterval "
        "BeatRejectionFlag HeartRate IVUSAcquisition IVUSPullbackRate IVUSGatedRate "
        "IVUSPullbackStartFrameNumber IVUSPullbackStopFrameNumber LesionNumber OutputPower "
        "TransducerData TransducerIdentificationSequence FocusDepth ProcessingFunction "
        "MechanicalIndex BoneThermalIndex CranialThermalIndex SoftTissueThermalIndex "
        "SoftTissueFocusThermalIndex SoftTissueSurfaceThermalIndex DepthOfScanField TransducerType "
        "RWaveTimeVector UltrasoundColorDataPresent StageCodeSequence"
    ),
    "us-region-calibration": "SequenceOfUltrasoundRegions",
    "uv-mapping": "UVMappingSequence",
    "vl-photographic-acquisition": (
        "WhitePoint PrimaryChromaticities BatteryLevel ExposureTimeInSeconds FNumber OECFRows "
        "OECFColumns OECFColumnNames OECFValues SpatialFrequencyResponseRows "
        "SpatialFrequencyResponseColumns SpatialFrequencyResponseColumnNames "
        "SpatialFrequencyResponseValues ColorFilterArrayPatternRows ColorFilterArrayPatternColumns "
        "ColorFilterArrayPatternValues FlashFiringStatus FlashReturnStatus FlashMode "
        "FlashFunctionPresent FlashRedEyeMode ExposureProgram SpectralSensitivity "
        "PhotographicSensitivity SelfTimerMode SensitivityType StandardOutputSensitivity "
        "RecommendedExposureIndex ISOSpeed ISOSpeedLatitudeyyy ISOSpeedLatitudezzz EXIFVersion "
        "ShutterSpeedValue ApertureValue BrightnessValue ExposureBiasValue MaxApertureValue "
        "SubjectDistance MeteringMode LightSource FocalLength SubjectArea MakerNote Temperature "
        "Humidity Pressure WaterDepth Acceleration CameraElevationAngle FlashEnergy SubjectLocation "
        "PhotographicExposureIndex SensingMethod FileSource SceneType CustomRendered ExposureMode "
        "WhiteBalance DigitalZoomRatio FocalLengthIn35mmFilm SceneCaptureType GainControl Contrast "
        "Saturation Sharpness DeviceSettingDescription SubjectDistanceRange InteroperabilityIndex "
        "InteroperabilityVersion"
    ),
    "vl-photographic-equipment": "CameraOwnerName LensSpecification LensMake LensModel LensSerialNumber",
    "volume-cropping": "VolumeCroppingSequence",
    "volumetric-graphic-annotation": (
        "VolumetricAnnotationSequence VolumetricPresentationInputAnnotationSequence"
    ),
    "volumetric-presentation-state-identification": (
        "ConceptNameCodeSequence ContentLabel ContentDescription PresentationCreationDate "
        "PresentationCreationTime ContentCreatorName ContentCreatorIdentificationCodeSequence "
        "AlternateContentDescriptionSequence PresentationDisplayCollectionUID "
        "PresentationSequenceCollectionUID PresentationSequencePositionIndex "
        "RenderedImageReferenceSequence"
    ),
    "volumetric-presentation-state-relationship": (
        "VolumetricPresentationStateInputSequence VolumetricPresentationInputSetSequence GlobalCrop "
        "GlobalCroppingSpecificationIndex"
    ),
    "wide-field-ophthalmic-photography-quality-rating": (
        "WideFieldOphthalmicPhotographyQualityRatingSequence"
    ),
    "x-ray-acquisition": (
        "ImagerPixelSpacing FieldOfViewShape FieldOfViewDimensions PixelSpacingCalibrationType "
        "PixelSpacingCalibrationDescription Grid KVP ExposureTime XRayTubeCurrent Exposure "
        "ExposureInuAs ImageAndFluoroscopyAreaDoseProduct ExposureTimeInuS XRayTubeCurrentInuA "
        "FocalSpots AveragePulseWidth RadiationSetting RadiationMode TypeOfFilters IntensifierSize"
    ),
    "x-ray-detector": (
        "ExposureIndex TargetExposureIndex DeviationIndex Sensitivity DetectorConditionsNominalFlag "
        "DetectorTemperature DetectorType DetectorConfiguration DetectorDescription DetectorMode "
        "DetectorID DateOfLastDetectorCalibration TimeOfLastDetectorCalibration "
        "ExposuresOnDetectorSinceLastCalibration ExposuresOnDetectorSinceManufactured "
        "DetectorTimeSinceLastExposure DetectorBinning DetectorElementPhysicalSize "
        "DetectorElementSpacing DetectorActiveShape DetectorActiveDimensions DetectorActiveOrigin "
        "DetectorManufacturerName DetectorManufacturerModelName XRayDetectorID PhysicalDetectorSize "
        "PositionOfIsocenterProjection"
    ),
    "x-ray-image": (
        "ReferencedImageSequence DerivationDescription FrameIncrementPointer CalibrationImage "
        "FrameLabelVector AcquisitionDeviceProcessingDescription PixelIntensityRelationship "
        "ScanOptions FrameDimensionPointer RWavePointer"
    ),
    "x-ray-image-intensifier": "IntensifierSize IntensifierActiveShape IntensifierActiveDimensions",
    "x-ray-table": (
        "TableAngle TableMotion TableVerticalIncrement TableLateralIncrement TableLongitudinalIncrement"
    ),
    "xa-xrf-acquisition": (
        "AcquisitionDuration PositionerType KVP RectificationType AnodeTargetMaterial FocalSpots "
        "AveragePulseWidth RadiationSetting RadiationMode ExposureTimeInms XRayTubeCurrentInmA "
        "ExposureInmAs XRayReceptorType DistanceReceptorPlaneToDetectorHousing "
        "AcquiredImageAreaDoseProduct CArmPositionerTabletopRelationship"
    ),
    "xa-xrf-multi-frame-presentation": "PreferredPlaybackSequencing FrameDisplaySequence",
    "advanced-blending-presentation-state": "AdvancedBlendingSequence",
    "advanced-blending-presentation-state-display": "PixelPresentation BlendingDisplaySequence",
    "autorefraction-measurements": (
        "AutorefractionRightEyeSequence AutorefractionLeftEyeSequence DistancePupillaryDistance "
        "NearPupillaryDistance"
    ),
    "breast-projection-x-ray-image-multi-frame-functional-groups": (
        "StereoPairsPresent NumberOfFrames EncapsulatedPixelDataValueTotalLength "
        "RepresentativeFrameNumber SharedFunctionalGroupsSequence "
        "SOPInstanceUIDOfConcatenationSource ConcatenationUID InConcatenationNumber "
        "InConcatenationTotalNumber ConcatenationFrameOffsetNumber PerFrameFunctionalGroupsSequence"
    ),
    "breast-tomosynthesis-acquisition": "XRay3DAcquisitionSequence",
    "breast-tomosynthesis-contributing-sources": "ContributingSourcesSequence",
    "breast-tomosynthesis-image-multi-frame-functional-groups": (
        "StereoPairsPresent NumberOfFrames EncapsulatedPixelDataValueTotalLength "
        "RepresentativeFrameNumber SharedFunctionalGroupsSequence "
        "SOPInstanceUIDOfConcatenationSource ConcatenationUID InConcatenationNumber "
        "InConcatenationTotalNumber ConcatenationFrameOffsetNumber PerFrameFunctionalGroupsSequence"
    ),
    "color-palette-definition": ("ConceptNameCodeSequence ContentLabel AlternateContentDescriptionSequence"),
    "confocal-microscopy-image-multi-frame-functional-groups": (
        "StereoPairsPresent NumberOfFrames EncapsulatedPixelDataValueTotalLength "
        "RepresentativeFrameNumber SharedFunctionalGroupsSequence "
        "SOPInstanceUIDOfConcatenationSource ConcatenationUID InConcatenationNumber "
        "InConcatenationTotalNumber ConcatenationFrameOffsetNumber PerFrameFunctionalGroupsSequence"
    ),
    "confocal-microscopy-tiled-pyramidal-image": (
        "VolumetricProperties ImagedVolumeWidth ImagedVolumeHeight ImagedVolumeDepth"
    ),
    "confocal-microscopy-tiled-pyramidal-image-multi-frame-functional-groups": (
        "NumberOfFrames EncapsulatedPixelDataValueTotalLength RepresentativeFrameNumber "
        "SharedFunctionalGroupsSequence SOPInstanceUIDOfConcatenationSource ConcatenationUID "
        "InConcatenationNumber InConcatenationTotalNumber ConcatenationFrameOffsetNumber "
        "PerFrameFunctionalGroupsSequence"
    ),
    "content-assessment-results": (
        "PertinentResourcesSequence AssessmentSummary AssessmentSummaryDescription "
        "AssessedSOPInstanceSequence NumberOfAssessmentObservations AssessmentObservationsSequence "
        "AssessmentSetID AssessmentRequesterSequence AssessmentTypeCodeSequence AssessmentLabel"
    ),
    "corneal-topography-map-analysis": (
        "SourceImageSequence OphthalmicMappingDeviceType SteepKeratometricAxisSequence "
        "FlatKeratometricAxisSequence CornealTopographySurface CornealVertexLocation "
        "PupilCentroidXCoordinate PupilCentroidYCoordinate EquivalentPupilRadius "
        "CornealTopographyMapTypeCodeSequence VerticesOfTheOutlineOfPupil "
        "CornealTopographyMappingNormalsSequence MaximumCornealCurvatureSequence "
        "MinimumKeratometricSequence SimulatedKeratometricCylinderSequence AverageCornealPower "
        "CornealISValue AnalyzedArea SurfaceRegularityIndex SurfaceAsymmetryIndex "
        "CornealEccentricityIndex KeratoconusPredictionIndex DecimalPotentialVisualAcuity "
        "CornealTopographyMapQualityEvaluation SourceImageCornealProcessedDataSequence"
    ),
    "corneal-topography-map-image": (
        "PixelAspectRatio RealWorldValueMappingSequence PixelSpacingCalibrationType "
        "PixelSpacingCalibrationDescription"
    ),
    "corneal-topography-map-series": "BodyPartExamined",
    "cr-image": (
        "ImagerPixelSpacing PlateID ExposureIndex TargetExposureIndex DeviationIndex Sensitivity "
        "AcquisitionDeviceProcessingDescription AcquisitionDeviceProcessingCode "
        "DistanceSourceToDetector DistanceSourceToPatient KVP ExposureTime XRayTubeCurrent Exposure "
        "ExposureInuAs RelativeXRayExposure GeneratorPower CassetteOrientation CassetteSize "
        "ExposuresOnPlate"
    ),
    "cr-series": (
        "BodyPartExamined FilterType ViewPosition FocalSpots CollimatorGridName PlateType PhosphorType"
    ),
    "ct-image": (
        "RescaleIntercept RescaleSlope RescaleType SliceProgressionDirection FilterType "
        "FilterMaterial DistanceSourceToDetector DistanceSourceToPatient IsocenterPosition "
        "PatientTreatmentPreparationSequence PatientToEquipmentRelationshipSequence "
        "ImagingEquipmentToTreatmentDeliveryDeviceRelationshipSequence ExposureTime XRayTubeCurrent "
        "Exposure ExposureInuAs ImageAndFluoroscopyAreaDoseProduct FocalSpots "
        "MultienergyCTAcquisition ScanOptions RevolutionTime TableSpeed GeneratorPower "
        "DataCollectionDiameter ReconstructionDiameter GantryDetectorTilt TableHeight "
        "RotationDirection ConvolutionKernel WaterEquivalentDiameter "
        "WaterEquivalentDiameterCalculationMethodCodeSequence SingleCollimationWidth "
        "TotalCollimationWidth TableFeedPerRotation SpiralPitchFactor DataCollectionCenterPatient "
        "ReconstructionTargetCenterPatient ExposureModulationType CTDIvol "
        "CTDIPhantomTypeCodeSequence CalciumScoringMassFactorPatient CalciumScoringMassFactorDevice "
        "EnergyWeightingFactor CTAdditionalXRaySourceSequence ScanStartPositionSequence "
        "ScanStopPositionSequence ScanArcType DetectorPositioningType"
    ),
    "deformable-spatial-registration": (
        "ContentLabel AlternateContentDescriptionSequence DeformableRegistrationSequence"
    ),
    "dermoscopic-image": (
        "PartialView OpticalMagnificationFactor TrackingID TrackingUID LightSourcePolarization "
        "EmitterColorTemperature ContactMethod ImmersionMedia PartialViewDescription"
    ),
    "directory-information": (
        "OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity "
        "OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity FileSetConsistencyFlag "
        "DirectoryRecordSequence"
    ),
    "double-floating-point-image-pixel": (
        "Rows Columns PixelAspectRatio DoubleFloatPixelPaddingValue "
        "DoubleFloatPixelPaddingRangeLimit DoubleFloatPixelData"
    ),
    "enhanced-ct-image-multi-frame-functional-groups": (
        "SOPInstanceUIDOfConcatenationSource ConcatenationUID InConcatenationNumber "
        "InConcatenationTotalNumber ConcatenationFrameOffsetNumber PerFrameFunctionalGroupsSequence"
    ),
    "enhanced-mammography-image": (
        "PatientOrientation QualityControlImage ExposureIndex TargetExposureIndex DeviationIndex "
        "Sensitivity DetectorConditionsNominalFlag DetectorTemperature DetectorType "
        "DetectorConfiguration DetectorDescription DetectorMode DetectorID "
        "DateOfLastDetectorCalibration TimeOfLastDetectorCalibration "
        "ExposuresOnDetectorSinceLastCalibration ExposuresOnDetectorSinceManufactured "
        "DetectorTimeSinceLastExposure DetectorBinning DetectorElementPhysicalSize "
        "DetectorElementSpacing DetectorActiveShape DetectorActiveDimensions DetectorActiveOrigin "
        "DetectorManufacturerName DetectorManufacturerModelName XRayDetectorID BodyPartThickness "
        "CompressionForce CompressionPressure PaddleDescription CompressionContactArea "
        "PositionerType AnodeTargetMaterial OrganDose EntranceDoseInmGy EntranceDoseDerivation "
        "ExposureControlMode ExposureControlModeDescription ExposureTimeInms XRayTubeCurrentInmA "
        "ExposureInmAs PositionerMotion TypeOfDetectorMotion"
    ),
    "enhanced-multi-energy-ct-acquisition": (
        "MultienergyCTXRaySourceSequence MultienergyCTXRayDetectorSequence MultienergyCTPathSequence"
    ),
    "enhanced-palette-color-lookup-table": (
        "ICCProfile ColorSpace DataFrameAssignmentSequence BlendingLUT1Sequence "
        "EnhancedPaletteColorLookupTableSequence BlendingLUT2Sequence"
    ),
    "enhanced-pet-acquisition": (
        "IsocenterPosition TableMotion TypeOfDetectorMotion AcquisitionTerminationCondition "
        "AcquisitionStartCondition CollimatorType StartDensityThreshold "
        "StartRelativeDensityDifferenceThreshold StartCardiacTriggerCountThreshold "
        "StartRespiratoryTriggerCountThreshold TerminationCountsThreshold "
        "TerminationDensityThreshold TerminationRelativeDensityThreshold TerminationTimeThreshold "
        "TerminationCardiacTriggerCountThreshold TerminationRespiratoryTriggerCountThreshold "
        "DetectorGeometry TransverseDetectorSeparation AxialDetectorDimension "
        "TimeOfFlightInformationUsed EnergyWindowRangeSequence ScanProgressionDirection "
        "CoincidenceWindowWidth"
    ),
    "enhanced-pet-corrections": (
        "DecayCorrectionDateTime AttenuationCorrectionSource DecayCorrected AttenuationCorrected "
        "ScatterCorrected DeadTimeCorrected GantryMotionCorrected PatientMotionCorrected "
        "CountLossNormalizationCorrected RandomsCorrected NonUniformRadialSamplingCorrected "
        "SensitivityCalibrated DetectorNormalizationCorrection "
        "AttenuationCorrectionTemporalRelationship CountsSource RandomsCorrectionMethod "
        "ScatterCorrectionMethod"
    ),
    "enhanced-pet-isotope": "RadiopharmaceuticalInformationSequence",
    "enhanced-us-image": (
        "ReferencedImageSequence SourceImageSequence DimensionOrganizationType RescaleIntercept "
        "RescaleSlope ReferencedRawDataSequence StageNumber NumberOfStages TransducerData "
        "TransducerIdentificationSequence ProcessingFunction MechanicalIndex BoneThermalIndex "
        "CranialThermalIndex SoftTissueThermalIndex DepthOfScanField StageCodeSequence "
        "EventTimerSequence DepthsOfFocus TransducerScanPatternCodeSequence "
        "PositionMeasuringDeviceUsed TransducerGeometryCodeSequence "
        "TransducerBeamSteeringCodeSequence TransducerApplicationCodeSequence"
    ),
    "enhanced-us-series": "PerformedProtocolCodeSequence PerformedProtocolType",
    "excluded-intervals": "ExcludedIntervalsSequence",
    "file-set-identification": (
        "FileSetID FileSetDescriptorFileID SpecificCharacterSetOfFileSetDescriptorFile"
    ),
    "generic-implant-template-2d-drawings": "HPGLDocumentSequence",
    "generic-implant-template-3d-models": (
        "ImplantTemplate3DModelSurfaceNumber SurfaceModelDescriptionSequence SurfaceModelScalingFactor"
    ),
    "generic-implant-template-description": (
        "Manufacturer FrameOfReferenceUID ImplantName ImplantPartNumber ImplantSize "
        "ImplantTemplateVersion ReplacedImplantTemplateSequence ImplantType "
        "DerivationImplantTemplateSequence OriginalImplantTemplateSequence EffectiveDateTime "
        "ImplantTargetAnatomySequence InformationFromManufacturerSequence "
        "NotificationFromManufacturerSequence ImplantRegulatoryDisapprovalCodeSequence "
        "OverallTemplateSpatialTolerance MaterialsCodeSequence CoatingMaterialsCodeSequence "
        "ImplantTypeCodeSequence FixationMethodCodeSequence"
    ),
    "generic-implant-template-mating-features": "MatingFeatureSetsSequence",
    "generic-implant-template-planning-landmarks": (
        "PlanningLandmarkPointSequence PlanningLandmarkLineSequence PlanningLandmarkPlaneSequence"
    ),
    "hanging-protocol-definition": (
        "HangingProtocolName HangingProtocolDescription HangingProtocolLevel HangingProtocolCreator "
        "HangingProtocolCreationDateTime HangingProtocolDefinitionSequence "
        "HangingProtocolUserIdentificationCodeSequence HangingProtocolUserGroupName "
        "SourceHangingProtocolSequence NumberOfPriorsReferenced ImageSetsSequence"
    ),
    "hanging-protocol-display": (
        "DisplaySetsSequence PartialDataDisplayHandling SynchronizedScrollingSequence "
        "NavigationIndicatorSequence"
    ),
    "hanging-protocol-environment": "NumberOfScreens NominalScreenDefinitionSequence",
    "height-map-segmentation-image": (
        "Rows Columns ContentLabel AlternateContentDescriptionSequence SegmentationType SegmentSequence"
    ),
    "implant-assembly-template": (
        "EncapsulatedDocument MIMETypeOfEncapsulatedDocument EffectiveDateTime "
        "ImplantAssemblyTemplateName ImplantAssemblyTemplateIssuer ImplantAssemblyTemplateVersion "
        "ReplacedImplantAssemblyTemplateSequence ImplantAssemblyTemplateType "
        "OriginalImplantAssemblyTemplateSequence DerivationImplantAssemblyTemplateSequence "
        "ImplantAssemblyTemplateTargetAnatomySequence ProcedureTypeCodeSequence SurgicalTechnique "
        "ComponentTypesSequence ComponentAssemblySequence"
    ),
    "implant-template-group": (
        "EffectiveDateTime ImplantTemplateGroupName ImplantTemplateGroupDescription "
        "ImplantTemplateGroupIssuer ImplantTemplateGroupVersion "
        "ReplacedImplantTemplateGroupSequence ImplantTemplateGroupTargetAnatomySequence "
        "ImplantTemplateGroupMembersSequence ImplantTemplateGroupVariationDimensionSequence"
    ),
    "intra-oral-image": "PositionerType",
    "intraocular-lens-calculations": (
        "IntraocularLensCalculationsRightEyeSequence IntraocularLensCalculationsLeftEyeSequence"
    ),
    "intravascular-image-acquisition-parameters": (
        "IVUSAcquisition IVUSPullbackRate IVUSPullbackStartFrameNumber IVUSPullbackStopFrameNumber "
        "CatheterRotationalRate ModeOfPercutaneousAccessSequence CatheterDirectionOfRotation"
    ),
    "intravascular-oct-acquisition-parameters": (
        "OCTFocalDistance BeamSpotSize EffectiveRefractiveIndex OCTAcquisitionDomain "
        "OCTOpticalCenterWavelength AxialResolution RangingDepth ALineRate ALinesPerFrame"
    ),
    "intravascular-oct-image": (
        "RecommendedDisplayFrameRate ReferencedColorPaletteInstanceUID InterpolationType"
    ),
    "intravascular-oct-processing-parameters": (
        "PixelIntensityRelationship ALinePixelSpacing OCTZOffsetApplied FirstALineLocation "
        "RefractiveIndexApplied"
    ),
    "intravascular-oct-series": "PresentationIntentType",
    "inventory": (
        "ScopeOfInventorySequence InventoryPurpose InventoryInstanceDescription InventoryLevel "
        "InventoryAccessEndPointsSequence StudyAccessEndPointsSequence "
        "IncorporatedInventoryInstanceSequence InventoriedStudiesSequence InventoryCompletionStatus "
        "NumberOfStudyRecordsInInstance TotalNumberOfStudyRecords TransactionUID"
    ),
    "ivus-image": (
        "IVUSAcquisition IVUSPullbackRate IVUSGatedRate IVUSPullbackStartFrameNumber "
        "IVUSPullbackStopFrameNumber"
    ),
    "keratometry-measurements": "KeratometryRightEyeSequence KeratometryLeftEyeSequence",
    "lensometry-measurements": (
        "LensDescription RightLensSequence LeftLensSequence UnspecifiedLateralityLensSequence"
    ),
    "mammography-image": (
        "DistanceSourceToDetector DistanceSourceToPatient PositionerType PositionerPrimaryAngle "
        "PositionerSecondaryAngle OrganExposed BreastImplantPresent PartialView "
        "PartialViewCodeSequence PartialViewDescription BiopsyTargetSequence "
        "PositionerPrimaryAngleDirection"
    ),
    "mammography-series": "RequestAttributesSequence",
    "microscopy-bulk-simple-annotations": (
        "PixelOriginInterpretation AnnotationCoordinateType AnnotationGroupSequence"
    ),
    "mpr-volumetric-presentation-state-display": (
        "ICCProfile ColorSpace PresentationStateClassificationComponentSequence "
        "PresentationStateCompositorComponentSequence"
    ),
    "mr-image": (
        "LowRRValue HighRRValue IntervalsAcquired IntervalsRejected SkipBeats MagneticFieldStrength "
        "B1rms PatientTreatmentPreparationSequence PatientToEquipmentRelationshipSequence "
        "ImagingEquipmentToTreatmentDeliveryDeviceRelationshipSequence ScanOptions "
        "MRAcquisitionType TriggerTime NominalInterval BeatRejectionFlag HeartRate "
        "ReconstructionDiameter ScanningSequence SequenceVariant SequenceName AngioFlag "
        "RepetitionTime EchoTime InversionTime NumberOfAverages ImagingFrequency ImagedNucleus "
        "EchoNumbers NumberOfPhaseEncodingSteps EchoTrainLength PercentSampling "
        "PercentPhaseFieldOfView PixelBandwidth PVCRejection CardiacNumberOfImages TriggerWindow "
        "ReceiveCoilName TransmitCoilName AcquisitionMatrix InPlanePhaseEncodingDirection FlipAngle "
        "VariableFlipAngleFlag SAR dBdt TemporalPositionIdentifier NumberOfTemporalPositions "
        "TemporalResolution"
    ),
    "mr-spectroscopy": (
        "ReferencedWaveformSequence ReferencedRawDataSequence SourceImageEvidenceSequence "
        "VolumeBasedCalculationTechnique ComplexImageComponent AcquisitionContrast "
        "ReferencedPresentationStateSequence MagneticFieldStrength B1rms KSpaceFiltering "
        "ResonantNucleus ApplicableSafetyStandardAgency ApplicableSafetyStandardDescription "
        "SpectralWidth ChemicalShiftReference VolumeLocalizationTechnique Decoupling "
        "DecoupledNucleus DecouplingFrequency DecouplingMethod DecouplingChemicalShiftReference "
        "TimeDomainFiltering NumberOfZeroFills BaselineCorrection TransmitterFrequency "
        "FrequencyCorrection VolumeLocalizationSequence FirstOrderPhaseCorrection "
        "WaterReferencedPhaseCorrection WaterReferenceAcquisition"
    ),
    "mr-spectroscopy-data": (
        "Rows Columns DataPointRows DataPointColumns SignalDomainColumns DataRepresentation "
        "SignalDomainRows FirstOrderPhaseCorrectionAngle SpectroscopyData"
    ),
    "mr-spectroscopy-pulse-sequence": (
        "PulseSequenceName EchoPulseSequence MultipleSpinEcho MultiPlanarExcitation "
        "SteadyStatePulseSequence EchoPlanarPulseSequence SpectrallySelectedSuppression "
        "GeometryOfKSpaceTraversal SegmentedKSpaceTraversal RectilinearPhaseEncodeReordering "
        "NumberOfKSpaceTrajectories CoverageOfKSpace MRSpectroscopyAcquisitionType EchoPeakPosition"
    ),
    "multi-energy-ct-image": (
        "MultienergyCTAcquisitionSequence MultienergyCTProcessingSequence "
        "MultienergyCTCharacteristicsSequence"
    ),
    "multi-planar-reconstruction-geometry": (
        "MultiPlanarReconstructionStyle MPRThicknessType MPRSlabThickness MPRTopLeftHandCorner "
        "MPRViewWidthDirection MPRViewWidth MPRViewHeightDirection MPRViewHeight"
    ),
    "nm-detector": "DetectorInformationSequence",
    "nm-image": (
        "TriggerSourceOrType RealWorldValueMappingSequence ActualFrameDuration ProcessingFunction "
        "TableHeight AcquisitionTerminationCondition ScanProgressionDirection CountsAccumulated "
        "TableTraverse CountRate ScanVelocity WholeBodyTechnique ScanLength CorrectedImage ImageID"
    ),
    "nm-isotope": (
        "RadiopharmaceuticalInformationSequence InterventionDrugInformationSequence "
        "EnergyWindowInformationSequence"
    ),
    "nm-multi-frame": (
        "FrameIncrementPointer EnergyWindowVector NumberOfEnergyWindows DetectorVector "
        "NumberOfDetectors PhaseVector NumberOfPhases RotationVector NumberOfRotations "
        "RRIntervalVector NumberOfRRIntervals TimeSlotVector NumberOfTimeSlots SliceVector "
        "NumberOfSlices AngularViewVector TimeSliceVector"
    ),
    "nm-multi-gated-acquisition": (
        "SkipBeats BeatRejectionFlag HeartRate PVCRejection GatedInformationSequence"
    ),
    "nm-phase": "PhaseInformationSequence",
    "nm-reconstruction": (
        "SliceThickness SpacingBetweenSlices SliceLocation ReconstructionDiameter ConvolutionKernel"
    ),
    "nm-tomo-acquisition": "TypeOfDetectorMotion RotationInformationSequence",
    "ophthalmic-axial-measurements": (
        "OphthalmicAxialMeasurementsRightEyeSequence OphthalmicAxialMeasurementsLeftEyeSequence "
        "OphthalmicAxialMeasurementsDeviceType OphthalmicUltrasoundMethodCodeSequence "
        "AnteriorChamberDepthDefinitionCodeSequence"
    ),
    "ophthalmic-optical-coherence-tomography-b-scan-volume-analysis-image": (
        "AcquisitionMethodAlgorithmSequence OCTBscanAnalysisAcquisitionParametersSequence"
    ),
    "ophthalmic-optical-coherence-tomography-en-face-image": (
        "SourceImageSequence WindowCenter WindowWidth ImageOrientationPatient CalibrationImage "
        "DerivationAlgorithmSequence OphthalmicFrameLocationSequence OphthalmicAxialLength "
        "OphthalmicAxialLengthMethod OphthalmicFOV OphthalmicImageTypeCodeSequence "
        "OphthalmicImageTypeDescription"
    ),
    "ophthalmic-optical-coherence-tomography-en-face-image-quality-rating": (
        "OphthalmicEnFaceImageQualityRatingSequence"
    ),
    "ophthalmic-patient-clinical-information-and-test-lens-parameters": (
        "OphthalmicPatientClinicalInformationLeftEyeSequence "
        "OphthalmicPatientClinicalInformationRightEyeSequence"
    ),
    "ophthalmic-thickness-map": (
        "PixelAspectRatio RealWorldValueMappingSequence RelativeImagePositionCodeSequence "
        "OphthalmicMappingDeviceType ReferencedColorPaletteInstanceUID "
        "AcquisitionMethodAlgorithmSequence AcquisitionMethodCodeSequence "
        "OphthalmicThicknessMapTypeCodeSequence OphthalmicThicknessMappingNormalsSequence "
        "RetinalThicknessDefinitionCodeSequence PixelValueMappingToCodedConceptSequence "
        "AnatomicStructureReferencePoint RegistrationToLocalizerSequence "
        "RelevantOPTAttributesSequence"
    ),
    "ophthalmic-thickness-map-quality-rating": "OphthalmicThicknessMapQualityRatingSequence",
    "ophthalmic-tomography-acquisition-parameters": (
        "EmmetropicMagnification IntraOcularPressure HorizontalFieldOfView PupilDilated "
        "DegreeOfDilation RefractiveStateSequence MydriaticAgentSequence AxialLengthOfTheEye"
    ),
    "ophthalmic-tomography-image": "OphthalmicVolumetricPropertiesFlag",
    "ophthalmic-tomography-parameters": (
        "DetectorType AcquisitionDeviceTypeCodeSequence LightPathFilterTypeStackCodeSequence "
        "DepthSpatialResolution MaximumDepthDistortion AlongScanSpatialResolution "
        "MaximumAlongScanDistortion AcrossScanSpatialResolution MaximumAcrossScanDistortion "
        "IlluminationWaveLength IlluminationPower IlluminationBandwidth ScanPatternTypeCodeSequence"
    ),
    "parametric-map-image": "ICCProfile ColorSpace PaletteColorLookupTableUID",
    "performed-ct-acquisition": "AcquisitionProtocolElementSequence",
    "performed-ct-reconstruction": "ReconstructionProtocolElementSequence",
    "performed-xa-acquisition": "AcquisitionProtocolElementSequence",
    "performed-xa-reconstruction": "ReconstructionProtocolElementSequence",
    "pet-image": (
        "AcquisitionDate AcquisitionTime LowRRValue HighRRValue IntervalsAcquired IntervalsRejected "
        "FrameTime ActualFrameDuration TriggerTime NominalInterval FrameReferenceTime "
        "PrimaryPromptsCountsAccumulated SecondaryCountsAccumulated SliceSensitivityFactor "
        "DecayFactor DoseCalibrationFactor ScatterFractionFactor DeadTimeFactor ImageIndex"
    ),
    "pet-isotope": "RadiopharmaceuticalInformationSequence InterventionDrugInformationSequence",
    "pet-multi-gated-acquisition": (
        "TriggerSourceOrType CardiacFramingType SkipBeats BeatRejectionFlag HeartRate PVCRejection"
    ),
    "pet-series": (
        "FieldOfViewShape FieldOfViewDimensions CollimatorGridName ReconstructionDiameter "
        "GantryDetectorTilt ConvolutionKernel TypeOfDetectorMotion AcquisitionTerminationCondition "
        "AcquisitionStartCondition CollimatorType EnergyWindowRangeSequence "
        "ScanProgressionDirection CoincidenceWindowWidth CountsSource RandomsCorrectionMethod "
        "ScatterCorrectionMethod CorrectedImage NumberOfRRIntervals NumberOfTimeSlots "
        "NumberOfSlices AcquisitionStartConditionData AcquisitionTerminationConditionData "
        "GantryDetectorSlew NumberOfTimeSlices SeriesType Units ReprojectionMethod SUVType "
        "AttenuationCorrectionMethod DecayCorrection ReconstructionMethod "
        "DetectorLinesOfResponseUsed AxialAcceptance AxialMash TransverseMash DetectorElementSize "
        "SecondaryCountsType"
    ),
    "photoacoustic-acquisition-parameters": (
        "IlluminationTypeCodeSequence ExcitationWavelengthSequence IlluminationTranslationFlag "
        "AcousticCouplingMediumFlag AcousticCouplingMediumCodeSequence "
        "AcousticCouplingMediumTemperature"
    ),
    "photoacoustic-image": "DimensionOrganizationType PositionMeasuringDeviceUsed",
    "photoacoustic-reconstruction": "SoundSpeedCorrectionMechanismCodeSequence",
    "photoacoustic-transducer": (
        "TransducerGeometryCodeSequence TransducerResponseSequence TransducerTechnologySequence"
    ),
    "point-cloud": (
        "SurfacePointsSequence SurfacePointPresentationValueData SurfacePointColorCIELabValueData"
    ),
    "presentation-state-blending": ("BlendingSequence RelativeOpacity ReferencedSpatialRegistrationSequence"),
    "protocol-approval": "ApprovalSequence ApprovalSubjectSequence",
    "raw-data": "CreatorVersionUID",
    "real-world-value-mapping": "ReferencedImageRealWorldValueMappingSequence",
    "render-display": "PresentationStateCompositorComponentSequence VolumeStreamSequence",
    "render-shading": (
        "ShadingStyle AmbientReflectionIntensity LightDirection DiffuseReflectionIntensity "
        "SpecularReflectionIntensity Shininess"
    ),
    "roi-contour": "ROIContourSequence",
    "rt-beams": "BeamSequence",
    "rt-beams-delivery-instruction": (
        "ReferencedTreatmentRecordSequence BeamTaskSequence OmittedBeamTaskSequence"
    ),
    "rt-beams-salvage-record": (
        "TreatmentSessionBeamSequence PrimaryDosimeterUnit ReferencedFractionGroupNumber"
    ),
    "rt-beams-session-record": (
        "TreatmentSessionBeamSequence PrimaryDosimeterUnit ReferencedFractionGroupNumber "
        "NumberOfFractionsPlanned"
    ),
    "rt-brachy-application-setup-delivery-instruction": (
        "ReferencedFractionGroupNumber BrachyTaskSequence ContinuationPulseNumber "
        "OmittedApplicationSetupSequence CurrentFractionNumber"
    ),
    "rt-brachy-application-setups": (
        "TreatmentMachineSequence BrachyTreatmentTechnique BrachyTreatmentType SourceSequence "
        "ApplicationSetupSequence"
    ),
    "rt-brachy-session-record": (
        "ReferencedFractionGroupNumber NumberOfFractionsPlanned BrachyTreatmentTechnique "
        "BrachyTreatmentType RecordedSourceSequence TreatmentSessionApplicationSetupSequence"
    ),
    "rt-dose": (
        "DerivationCodeSequence ReferencedTreatmentRecordSequence EntityLongLabel "
        "ReferencedSpatialRegistrationSequence DoseUnits DoseType SpatialTransformOfDose "
        "DoseComment NormalizationPoint DoseSummationType GridFrameOffsetVector DoseGridScaling "
        "TissueHeterogeneityCorrection PlanOverviewSequence"
    ),
    "rt-dose-contribution": "RadiationDoseSequence RadiationDoseIdentificationSequence",
    "rt-dose-contribution-record": "RadiationDoseSequence RadiationDoseIdentificationSequence",
    "rt-dvh": ("ReferencedStructureSetSequence DVHNormalizationPoint DVHNormalizationDoseValue DVHSequence"),
    "rt-enhanced-prescription": "RTPrescriptionSequence DosimetricObjectiveSequence",
    "rt-image": (
        "PatientPosition ConversionType PixelIntensityRelationship PixelIntensityRelationshipSign "
        "ExposureTimeInms PrimaryDosimeterUnit ReferencedFractionGroupNumber RTImageLabel "
        "RTImageName RTImageDescription ReportedValuesOrigin RTImagePlane "
        "XRayImageReceptorTranslation XRayImageReceptorAngle RTImageOrientation "
        "ImagePlanePixelSpacing RTImagePosition RadiationMachineName RadiationMachineSAD "
        "RadiationMachineSSD RTImageSID SourceToReferenceObjectDistance FractionNumber "
        "ExposureSequence MetersetExposure FluenceMapSequence EnhancedRTBeamLimitingDeviceSequence "
        "EnhancedRTBeamLimitingDeviceDefinitionFlag GantryAngle BeamLimitingDeviceAngle "
        "PatientSupportAngle TableTopEccentricAxisDistance TableTopEccentricAngle "
        "TableTopVerticalPosition TableTopLongitudinalPosition TableTopLateralPosition "
        "TableTopPitchAngle TableTopRollAngle GantryPitchAngle ClinicalFractionNumber "
        "ReferencedBeamNumber StartCumulativeMetersetWeight EndCumulativeMetersetWeight"
    ),
    "rt-ion-beams": "IonBeamSequence",
    "rt-ion-beams-salvage-record": "PrimaryDosimeterUnit TreatmentSessionIonBeamSequence",
    "rt-ion-beams-session-record": (
        "PrimaryDosimeterUnit NumberOfFractionsPlanned TreatmentSessionIonBeamSequence"
    ),
    "rt-ion-tolerance-tables": "IonToleranceTableSequence",
    "rt-patient-position-acquisition-device": (
        "PatientSupportDevicesSequence NumberOfPatientSupportDevices "
        "RTAccessoryHolderDefinitionSequence NumberOfRTBeamLimitingDevices "
        "RTBeamLimitingDeviceDefinitionSequence NumberOfRTAccessoryHolders "
        "GeneralAccessoryDefinitionSequence NumberOfGeneralAccessories NumberOfAcquisitionDevices "
        "AcquisitionDeviceSequence"
    ),
    "rt-patient-position-acquisition-instruction": (
        "EntityDescription EntityLongLabel AcquisitionTaskSequence"
    ),
    "rt-physician-intent": (
        "UserContentLongLabel RTTreatmentPhaseIntentPresenceFlag RTPhysicianIntentSequence"
    ),
    "rt-radiation-record-set": (
        "UserContentLongLabel ClinicalFractionNumber ReferencedRTRadiationSetSequence "
        "ReferencedRTRadiationRecordSequence RTRadiationSetDeliveryNumber "
        "RTTreatmentFractionCompletionStatus RTRadiationSetUsage"
    ),
    "rt-radiation-salvage-record": (
        "NumberOfRTControlPoints RadiationGenerationModeSequence NumberOfRadiationGenerationModes "
        "RTRadiationSalvageRecordControlPointSequence StartingMetersetValueKnownFlag"
    ),
    "rt-radiation-set": (
        "DefinitionSourceSequence UserContentLabel TreatmentPositionGroupSequence "
        "RTRadiationSequence IntendedNumberOfFractions RTRadiationSetIntent "
        "ReferencedRTPhysicianIntentSequence FractionPatternSequence"
    ),
    "rt-radiation-set-delivery-instruction": (
        "TreatmentDeviceIdentificationSequence ClinicalFractionNumber "
        "ReferencedRTRadiationSetSequence RTRadiationSetDeliveryNumber OmittedRadiationSequence "
        "RTRadiationTaskSequence RTRadiationSetDeliveryUsage"
    ),
    "rt-roi-observations": "RTROIObservationsSequence",
    "rt-segment-annotation": "UserContentLongLabel RTSegmentAnnotationSequence",
    "rt-tolerance-tables": "ToleranceTableSequence",
    "rt-treatment-phase-intent": "IntendedRTTreatmentPhaseSequence RTTreatmentPhaseIntervalSequence",
    "rt-treatment-preparation": (
        "EntityDescription EntityLongLabel RTPatientPositionScopeSequence "
        "RTTreatmentPreparationPatientPositionSequence ReferencedPatientSetupPhotoSequence "
        "PatientTreatmentPreparationMethodCodeSequence PatientTreatmentPreparationProcedureSequence "
        "PatientTreatmentPreparationMethodDescription"
    ),
    "segment-reference": "ReferencedSpatialRegistrationSequence SegmentReferenceSequence",
    "segmentation-image": (
        "SegmentationType SegmentSequence MaximumFractionalValue SegmentationFractionalType SegmentsOverlap"
    ),
    "slide-coordinates": "ImageCenterPointCoordinatesSequence",
    "slide-label": "BarcodeValue LabelText",
    "sparse-multi-frame-functional-groups": "SelectedFrameFunctionalGroupsSequence",
    "spatial-fiducials": "FiducialSetSequence",
    "spatial-registration": "RegistrationSequence",
    "stereometric-relationship": "StereoPairsSequence",
    "structure-set": (
        "StructureSetLabel StructureSetName StructureSetDescription StructureSetDate "
        "StructureSetTime ReferencedFrameOfReferenceSequence PredecessorStructureSetSequence "
        "StructureSetROISequence SourceSeriesInformationSequence"
    ),
    "structured-display": (
        "PresentationCreationDate PresentationCreationTime HangingProtocolName "
        "HangingProtocolCreator NumberOfScreens NominalScreenDefinitionSequence "
        "StructuredDisplayBackgroundCIELabValue EmptyImageBoxCIELabValue"
    ),
    "structured-display-annotation": "StructuredDisplayTextBoxSequence",
    "structured-display-image-box": "StructuredDisplayImageBoxSequence ImageBoxSynchronizationSequence",
    "subjective-refraction-measurements": (
        "DistancePupillaryDistance NearPupillaryDistance IntermediatePupillaryDistance "
        "OtherPupillaryDistance SubjectiveRefractionRightEyeSequence "
        "SubjectiveRefractionLeftEyeSequence"
    ),
    "surface-segmentation": "SegmentSequence",
    "timezone": "TimezoneOffsetFromUTC",
    "tractography-results": "TrackSetSequence",
    "variable-modality-lut": "VariableModalityLUTSequence",
    "visual-acuity-measurements": (
        "BackgroundColor Optotype OptotypePresentation VisualAcuityTypeCodeSequence "
        "VisualAcuityRightEyeSequence VisualAcuityLeftEyeSequence VisualAcuityBothEyesOpenSequence "
        "ViewingDistanceType OptotypeDetailedDefinition"
    ),
    "visual-field-static-perimetry-measurements-series": (
        "PerformedProcedureStepStartDate PerformedProcedureStepStartTime "
        "PerformedProcedureStepEndDate PerformedProcedureStepEndTime PerformedProcedureStepID "
        "PerformedProcedureStepDescription PerformedProtocolCodeSequence "
        "CommentsOnThePerformedProcedureStep"
    ),
    "visual-field-static-perimetry-test-measurements": (
        "MeasurementLaterality PresentedVisualStimuliDataFlag NumberOfVisualStimuli "
        "TestPointNormalsDataFlag TestPointNormalsSequence "
        "AgeCorrectedSensitivityDeviationAlgorithmSequence "
        "GeneralizedDefectSensitivityDeviationAlgorithmSequence FovealSensitivityMeasured "
        "FovealSensitivity VisualFieldTestDuration VisualFieldTestPointSequence "
        "MinimumSensitivityValue BlindSpotLocalized BlindSpotXCoordinate BlindSpotYCoordinate "
        "FovealPointNormativeDataFlag FovealPointProbabilityValue ScreeningBaselineMeasured "
        "ScreeningBaselineMeasuredSequence"
    ),
    "visual-field-static-perimetry-test-parameters": (
        "VisualFieldHorizontalExtent VisualFieldVerticalExtent VisualFieldShape "
        "ScreeningTestModeCodeSequence MaximumStimulusLuminance BackgroundLuminance "
        "StimulusColorCodeSequence BackgroundIlluminationColorCodeSequence StimulusArea "
        "StimulusPresentationTime"
    ),
    "visual-field-static-perimetry-test-reliability": (
        "FixationSequence VisualFieldCatchTrialSequence StimuliRetestingQuantity "
        "CommentsOnPatientPerformanceOfVisualField PatientReliabilityIndicator "
        "VisualFieldTestReliabilityGlobalIndexSequence"
    ),
    "visual-field-static-perimetry-test-results": (
        "VisualFieldTestNormalsFlag ResultsNormalsSequence VisualFieldMeanSensitivity "
        "ShortTermFluctuationCalculated ShortTermFluctuation "
        "ShortTermFluctuationProbabilityCalculated ShortTermFluctuationProbability "
        "CorrectedLocalizedDeviationFromNormalCalculated CorrectedLocalizedDeviationFromNormal "
        "CorrectedLocalizedDeviationFromNormalProbabilityCalculated "
        "CorrectedLocalizedDeviationFromNormalProbability VisualFieldGlobalResultsIndexSequence"
    ),
    "vl-photographic-geolocation": (
        "GPSVersionID GPSLatitudeRef GPSLatitude GPSLongitudeRef GPSLongitude GPSAltitudeRef "
        "GPSAltitude GPSTimeStamp GPSSatellites GPSStatus GPSMeasureMode GPSDOP GPSSpeedRef "
        "GPSSpeed GPSTrackRef GPSTrack GPSImgDirectionRef GPSImgDirection GPSMapDatum "
        "GPSDestLatitudeRef GPSDestLatitude GPSDestLongitudeRef GPSDestLongitude GPSDestBearingRef "
        "GPSDestBearing GPSDestDistanceRef GPSDestDistance GPSProcessingMethod GPSAreaInformation "
        "GPSDateStamp GPSDifferential"
    ),
    "volume-render-geometry": (
        "RenderingMethod RenderProjection ViewpointPosition ViewpointLookAtPoint "
        "ViewpointUpDirection RenderFieldOfView SamplingStepSize"
    ),
    "whole-slide-microscopy-image": (
        "AcquisitionDeviceProcessingDescription ImagedVolumeWidth ImagedVolumeHeight "
        "ImagedVolumeDepth ConvolutionKernel SpecimenLabelInImage FocusMethod ExtendedDepthOfField "
        "NumberOfFocalPlanes DistanceBetweenFocalPlanes RecommendedAbsentPixelCIELabValue"
    ),
    "wide-field-ophthalmic-photography-3d-coordinates": (
        "OphthalmicAxialLength OphthalmicAxialLengthMethod OphthalmicFOV "
        "TransformationMethodCodeSequence TransformationAlgorithmSequence "
        "TwoDimensionalToThreeDimensionalMapSequence"
    ),
    "wide-field-ophthalmic-photography-stereographic-projection": (
        "OphthalmicAxialLength OphthalmicAxialLengthMethod OphthalmicFOV "
        "TransformationAlgorithmSequence XCoordinatesCenterPixelViewAngle "
        "YCoordinatesCenterPixelViewAngle"
    ),
    "x-ray-3d-angiographic-acquisition": "XRay3DAcquisitionSequence",
    "x-ray-3d-angiographic-image-contributing-sources": "ContributingSourcesSequence",
    "x-ray-3d-craniofacial-acquisition": "XRay3DAcquisitionSequence",
    "x-ray-3d-craniofacial-image-contributing-sources": "ContributingSourcesSequence",
    "xa-positioner": (
        "EstimatedRadiographicMagnificationFactor PositionerPrimaryAngle PositionerSecondaryAngle "
        "DetectorPrimaryAngle DetectorSecondaryAngle PositionerMotion "
        "PositionerPrimaryAngleIncrement PositionerSecondaryAngleIncrement"
    ),
    "xa-xrf-presentation-state-mask": "MaskSubtractionSequence",
    "xa-xrf-presentation-state-presentation": "MultiFramePresentationSequence",
    "xa-xrf-presentation-state-shutter": "FrameDisplayShutterSequence",
    "xrf-positioner": "EstimatedRadiographicMagnificationFactor ColumnAngulation",
}
"""Attributes by the module of PS3.3 that has them, at most 5 modules each."""
