"""The actions of PS3.15 Annex E. Written by tools/make_deid_profile.py: change it there."""

EDITION = "2026d"

OPTIONS = {
    "P": "retain_safe_private",
    "U": "retain_uids",
    "D": "retain_device_identity",
    "I": "retain_institution_identity",
    "T": "retain_patient_characteristics",
    "F": "retain_longitudinal_full_dates",
    "M": "retain_longitudinal_modified_dates",
    "X": "clean_descriptors",
    "S": "clean_structured_content",
    "G": "clean_graphics",
}

RULES = """\
00080050 Z - Accession Number
00184000 X XC Acquisition Comments
00400556 X XC Acquisition Context Description
00400555 X/Z SC Acquisition Context Sequence
00080022 X/Z FK,MC Acquisition Date
0008002A X/Z/D FK,MC Acquisition DateTime
00181400 X/D XC Acquisition Device Processing Description
001811BB D XC Acquisition Field of View Label
00189424 X XC Acquisition Protocol Description
00080032 X/Z FK,MC Acquisition Time
00080017 U UK Acquisition UID
00404035 X - Actual Human Performers Sequence
001021B0 X XC Additional Patient History
0040A353 X - Address (Trial)
00380010 X - Admission ID
00380020 X FK,MC Admitting Date
00081084 X XC Admitting Diagnoses Code Sequence
00081080 X XC Admitting Diagnoses Description
00380021 X FK,MC Admitting Time
00001000 X UK Affected SOP Instance UID
00102110 X TC,XC Allergies
0040B034 X FK,MC Annotation DateTime
006A0006 X XC Annotation Group Description
006A0005 D XC Annotation Group Label
006A0003 D UK Annotation Group UID
00440004 X FK,MC Approval Status DateTime
40000010 X - Arbitrary
00440104 D FK,MC Assertion DateTime
00440105 X FK,MC Assertion Expiration DateTime
04000562 D FK,MC Attribute Modification DateTime
0040A078 X - Author Observer Sequence
22000005 X/Z - Barcode Value
300A00C3 X XC Beam Description
300C0127 D DK,FK,MC Beam Hold Transition DateTime
300A00DD X XC Bolus Description
00101081 X - Branch of Service
0014407E X DK,FK,MC Calibration Date
00181203 Z DK,FK,MC Calibration DateTime
0014407C X DK,FK,MC Calibration Time
0016004D X - Camera Owner Name
00181007 X DK Cassette ID
04000115 D - Certificate of Signer
04000310 X FK,MC Certified Timestamp
003A020C X XC Channel Derivation Description
003A0203 X XC Channel Label
00120060 Z IK Clinical Trial Coordinating Center Name
00120082 X - Clinical Trial Protocol Ethics Committee Approval Number
00120081 D IK Clinical Trial Protocol Ethics Committee Name
00120020 D - Clinical Trial Protocol ID
00120021 Z - Clinical Trial Protocol Name
00120072 X XC Clinical Trial Series Description
00120071 X - Clinical Trial Series ID
00120030 Z IK Clinical Trial Site ID
00120031 Z IK Clinical Trial Site Name
00120010 D - Clinical Trial Sponsor Name
00120040 D - Clinical Trial Subject ID
00120042 D - Clinical Trial Subject Reading ID
00120051 X XC Clinical Trial Time Point Description
00120050 Z - Clinical Trial Time Point ID
00400310 X XC Comments on Radiation Dose
00400280 X XC Comments on the Performed Procedure Step
300A02EB X XC Compensator Description
00209161 U UK Concatenation UID
3010000F Z XC Conceptual Volume Combination Description
30100017 Z XC Conceptual Volume Description
30100006 U UK Conceptual Volume UID
00403001 X - Confidentiality Constraint on Patient Data Description
30100013 U UK Constituent Conceptual Volume UID
0008009C Z - Consulting Physician's Name
0008009D X - Consulting Physician Identification Sequence
0050001B X - Container Component ID
0040051A X XC Container Description
00400512 D - Container Identifier
00700086 X - Content Creator's Identification Code Sequence
00700084 Z/D - Content Creator's Name
00080023 Z/D FK,MC Content Date
0040A730 D SC Content Sequence
00080033 Z/D FK,MC Content Time
00080107 D FK,MC Context Group Local Version
00080106 D FK,MC Context Group Version
00180010 Z/D XC Contrast/Bolus Agent
00181042 X FK,MC Contrast/Bolus Start Time
00181043 X FK,MC Contrast/Bolus Stop Time
0018A002 X FK,MC Contribution DateTime
0018A003 X XC Contribution Description
00102150 X - Country of Residence
21000040 X FK,MC Creation Date
21000050 X FK,MC Creation Time
0040A307 X - Current Observer (Trial)
00380300 X - Current Patient Location
50XXXXXX X GC Curve Data
00080025 X FK,MC Curve Date
00080035 X FK,MC Curve Time
0040A07C X - Custodial Organization Sequence
FFFCFFFC X - Data Set Trailing Padding
0040A121 D FK,MC Date
0040A110 X FK,MC Date of Document or Verbal Transaction (Trial)
00181205 X DK,FK,MC Date of Installation
00181200 X DK,FK,MC Date of Last Calibration
0018700C X/D DK,FK,MC Date of Last Detector Calibration
00181204 X DK,FK,MC Date of Manufacture
00181012 X FK,MC Date of Secondary Capture
0040A120 D FK,MC DateTime
00181202 X DK,FK,MC DateTime of Last Calibration
00189701 D FK,MC Decay Correction DateTime
0018937F X XC Decomposition Description
00082111 X XC Derivation Description
21000140 D DC Destination AE
0018700A X/D DK Detector ID
3010001B Z - Device Alternate Identifier
00500020 X DK Device Description
3010002D D DK Device Label
00181000 X/Z/D DK Device Serial Number
0016004B X XC Device Setting Description
00181002 U UK,DK Device UID
04000105 D FK,MC Digital Signature DateTime
FFFAFFFA X - Digital Signatures Sequence
04000100 U - Digital Signature UID
00209164 U UK Dimension Organization UID
00380030 X FK,MC Discharge Date
00380040 X XC Discharge Diagnosis Description
00380032 X FK,MC Discharge Time
300A079A X XC Displacement Reference Label
0040E012 X - Display URI
4008011A X - Distribution Address
40080119 X - Distribution Name
3004007F X XC Dose Calculation Model Name
300A0016 X XC Dose Reference Description
300A0013 U UK Dose Reference UID
3010006E U UK Dosimetric Objective UID
00686226 D FK,MC Effective DateTime
0040A034 X FK,MC Effective Start DateTime
0040A035 X FK,MC Effective Stop DateTime
00420011 D - Encapsulated Document
00189517 X/D FK,MC End Acquisition DateTime
30100037 X XC Entity Description
30100035 D XC Entity Label
30100038 D XC Entity Long Label
30100036 X XC Entity Name
300A0676 X XC Equipment Frame of Reference Description
00120087 X FK,MC Ethics Committee Approval Effectiveness End Date
00120086 X FK,MC Ethics Committee Approval Effectiveness Start Date
00102160 X TK Ethnic Group
00102161 X TK Ethnic Group Code Sequence
00102162 X TK Ethnic Groups
00189804 D FK,MC Exclusion Start DateTime
00404011 X FK,MC Expected Completion DateTime
00080058 U UK Failed SOP Instance UID List
0070031A U UK Fiducial UID
00402017 Z - Filler Order Number / Imaging Service Request
003A032B X XC Filter Lookup Table Description
0040A023 X FK,MC Findings Group Recording Date (Trial)
0040A024 X FK,MC Findings Group Recording Time (Trial)
30080054 X/D FK,MC First Treatment Date
300A0196 X XC Fixation Device Description
00340002 D - Flow Identifier
00340001 D - Flow Identifier Sequence
3010007F Z XC Fractionation Notes
300A0072 X XC Fraction Group Description
00189074 D FK,MC Frame Acquisition DateTime
00209158 X XC Frame Comments
00200052 U UK Frame of Reference UID
00340007 D FK,MC Frame Origin Timestamp
00189151 D FK,MC Frame Reference DateTime
00189623 D FK,MC Functional Sync Pulse
00181008 X DK Gantry ID
00100044 X - Gender Identity Code Sequence
00100045 X XC Gender Identity Comment
00100041 X - Gender Identity Sequence
00181005 X DK Generator ID
00160076 X - GPS Altitude
00160075 X - GPS Altitude Ref
0016008C X - GPS Area Information
0016008D X FK,MC GPS Date Stamp
00160088 X - GPS Dest Bearing
00160087 X - GPS Dest Bearing Ref
0016008A X - GPS Dest Distance
00160089 X - GPS Dest Distance Ref
00160084 X - GPS Dest Latitude
00160083 X - GPS Dest Latitude Ref
00160086 X - GPS Dest Longitude
00160085 X - GPS Dest Longitude Ref
0016008E X - GPS Differential
0016007B X - GPS DOP
00160081 X - GPS Img Direction
00160080 X - GPS Img Direction Ref
00160072 X - GPS Latitude
00160071 X - GPS Latitude Ref
00160074 X - GPS Longitude
00160073 X - GPS Longitude Ref
00160082 X - GPS Map Datum
0016007A X - GPS Measure Mode
0016008B X - GPS Processing Method
00160078 X - GPS Satellites
0016007D X - GPS Speed
0016007C X - GPS Speed Ref
00160079 X - GPS Status
00160077 X - GPS Time Stamp
0016007F X - GPS Track
0016007E X - GPS Track Ref
00160070 X - GPS Version ID
00700001 D GC Graphic Annotation Sequence
0072000A D FK,MC Hanging Protocol Creation DateTime
00181011 X DK Hardcopy Creation Device ID
00081304 X XC Histological Diagnoses Code Sequence
0040E004 X FK,MC HL7 Document Effective Time
00404037 X - Human Performer's Name
00404036 X - Human Performer's Organization
00880200 X - Icon Image Sequence (see Note 11)
00084000 X XC Identifying Comments
00204000 X XC Image Comments
00284000 X - Image Presentation Comments
00402400 X XC Imaging Service Request Comments
003A0314 D FK,MC Impedance Measurement DateTime
40080300 X XC Impressions
00686270 D FK,MC Information Issue DateTime
00080015 X FK,MC Instance Coercion DateTime
00080012 X/D FK,MC Instance Creation Date
00080013 X/Z/D FK,MC Instance Creation Time
00080014 U UK Instance Creator UID
04000600 X - Instance Origin Status
00080081 X IK Institution Address
00081040 X IK Institutional Department Name
00081041 X IK Institutional Department Type Code Sequence
00080082 X/Z/D IK Institution Code Sequence
00080080 X/Z/D IK Institution Name
00189919 Z/D FK,MC Instruction Performed DateTime
00101050 X - Insurance Plan Identification
30100085 X FK,MC Intended Fraction Start Time
3010004D X/D FK,MC Intended Phase End Date
3010004C X/D FK,MC Intended Phase Start Date
00401011 X - Intended Recipients of Results Identification Sequence
300A0741 D FK,MC Interlock DateTime
300A0742 D XC Interlock Description
300A0783 D XC Interlock Origin Description
40080112 X FK,MC Interpretation Approval Date
40080113 X FK,MC Interpretation Approval Time
40080111 X - Interpretation Approver Sequence
4008010C X - Interpretation Author
40080115 X XC Interpretation Diagnosis Description
40080200 X - Interpretation ID
40080202 X - Interpretation ID Issuer
40080100 X FK,MC Interpretation Recorded Date
40080101 X FK,MC Interpretation Recorded Time
40080102 X - Interpretation Recorder
4008010B X XC Interpretation Text
4008010A X - Interpretation Transcriber
40080108 X FK,MC Interpretation Transcription Date
40080109 X FK,MC Interpretation Transcription Time
00180035 X FK,MC Intervention Drug Start Time
00180027 X FK,MC Intervention Drug Stop Time
00083010 U UK Irradiation Event UID
00402004 X FK,MC Issue Date of Imaging Service Request
00380011 X - Issuer of Admission ID
00380014 X - Issuer of Admission ID Sequence
00120022 X - Issuer of Clinical Trial Protocol ID
00120073 X - Issuer of Clinical Trial Series ID
00120032 X - Issuer of Clinical Trial Site ID
00120041 X - Issuer of Clinical Trial Subject ID
00120043 X - Issuer of Clinical Trial Subject Reading ID
00120055 X - Issuer of Clinical Trial Time Point ID
00100021 X - Issuer of Patient ID
00380061 X - Issuer of Service Episode ID
00380064 X - Issuer of Service Episode ID Sequence
00400513 Z - Issuer of the Container Identifier Sequence
00400562 Z - Issuer of the Specimen Identifier Sequence
00402005 X FK,MC Issue Time of Imaging Service Request
22000002 X/Z XC Label Text
00281214 U UK Large Palette Color Lookup Table UID
001021D0 X FK,MC Last Menstrual Date
0016004F X DK Lens Make
00160050 X DK Lens Model
00160051 X DK Lens Serial Number
0016004E X DK Lens Specification
00500021 X XC Long Device Description
04000404 X - MAC
0016002B X XC Maker Note
0018100B U UK,DK Manufacturer's Device Class UID
30100043 Z DK Manufacturer's Device Identifier
00020003 U UK Media Storage SOP Instance UID
00102000 X XC Medical Alerts
00101090 X - Medical Record Locator
00101080 X - Military Rank
04000550 X - Modified Attributes Sequence
00203403 X FK,MC Modified Image Date
00203406 X - Modified Image Description
00203405 X FK,MC Modified Image Time
00203401 X DK Modifying Device ID
04000563 D DK Modifying System
0040B03F X XC Montage Channel Label
0040B03B X XC Montage Name
30080056 X/D FK,MC Most Recent Treatment Date
0018937B X XC Multi-energy Acquisition Description
003A0020 X XC Multiplex Group Label
003A0310 U UK Multiplex Group UID
00081060 X - Name of Physician(s) Reading Study
00401010 X - Names of Intended Recipients of Results
00100012 X - Name to Use
00100013 X - Name to Use Comment
00081000 X DC Network ID
04000552 X - Nonconforming Data Element Value
04000551 X - Nonconforming Modified Attributes Sequence
0040A192 X FK,MC Observation Date (Trial)
0040A032 X/D FK,MC Observation DateTime
0040A033 X FK,MC Observation Start DateTime
0040A402 U UK Observation Subject UID (Trial)
0040A193 X FK,MC Observation Time (Trial)
0040A171 U UK Observation UID
00102180 X XC Occupation
00081072 X/D - Operator Identification Sequence
00081070 X/Z/D - Operators' Name
00402010 X - Order Callback Phone Number
00402011 X - Order Callback Telecom Information
00402008 X - Order Entered By
00402009 X - Order Enterer's Location
04000561 X - Original Attributes Sequence
21000070 X DC Originator
00120023 X - Other Clinical Trial Protocol IDs Sequence
00101000 X - Other Patient IDs
00101002 X - Other Patient IDs Sequence
00101001 X - Other Patient Names
60XX4000 X GC Overlay Comments
60XX3000 X GC Overlay Data
00080024 X FK,MC Overlay Date
00080034 X FK,MC Overlay Time
300A0760 D FK,MC Override DateTime
00281199 U UK Palette Color Lookup Table UID
0040A07A X - Participant Sequence
0040A082 Z FK,MC Participation DateTime
00101040 X - Patient's Address
00101010 X TK Patient's Age
00100030 Z - Patient's Birth Date
00101005 X - Patient's Birth Name
00100032 X - Patient's Birth Time
00380400 X - Patient's Institution Residence
00100050 X - Patient's Insurance Plan Code Sequence
00101060 X - Patient's Mother's Birth Name
00100010 Z - Patient's Name
00100101 X - Patient's Primary Language Code Sequence
00100102 X - Patient's Primary Language Modifier Code Sequence
001021F0 X - Patient's Religious Preference
00100040 Z TK Patient's Sex
00102203 X/Z TK Patient's Sex Neutered
00101020 X TK Patient's Size
00102155 X - Patient's Telecom Information
00102154 X - Patient's Telephone Numbers
00101030 X TK Patient's Weight
00104000 X XC Patient Comments
00100020 Z/D - Patient ID
300A0794 X XC Patient Setup Photo Description
300A0650 U UK Patient Setup UID
00380500 X TC,XC Patient State
00401004 X - Patient Transport Arrangements
300A0792 X XC Patient Treatment Preparation Method Description
300A078E X XC Patient Treatment Preparation Procedure Parameter Description
00400243 X - Performed Location
00400254 X XC Performed Procedure Step Description
00400250 X FK,MC Performed Procedure Step End Date
00404051 X FK,MC Performed Procedure Step End DateTime
00400251 X FK,MC Performed Procedure Step End Time
00400253 X - Performed Procedure Step ID
00400244 X FK,MC Performed Procedure Step Start Date
00404050 X FK,MC Performed Procedure Step Start DateTime
00400245 X FK,MC Performed Procedure Step Start Time
00400241 X DC Performed Station AE Title
00404030 X DK Performed Station Geographic Location Code Sequence
00400242 X DK Performed Station Name
00404028 X DK Performed Station Name Code Sequence
00081050 X - Performing Physician's Name
00081052 X - Performing Physician Identification Sequence
00401102 X - Person's Address
00401104 X - Person's Telecom Information
00401103 X - Person's Telephone Numbers
00401101 D - Person Identification Code Sequence
0040A123 D - Person Name
00100011 X - Person Names to Use Sequence
00081048 X - Physician(s) of Record
00081049 X - Physician(s) of Record Identification Sequence
00081062 X - Physician(s) Reading Study Identification Sequence
40080114 X - Physician Approving Interpretation
00402016 Z - Placer Order Number / Imaging Service Request
00181004 X DK Plate ID
30020123 X XC Position Acquisition Template Description
30020121 X XC Position Acquisition Template Name
001021C0 X TK Pregnancy Status
00400012 X TC Pre-Medication
300A000E X XC Prescription Description
3010007B Z XC Prescription Notes
30100081 Z XC Prescription Notes Sequence
00700082 X FK,MC Presentation Creation Date
00700083 X FK,MC Presentation Creation Time
00701101 U UK Presentation Display Collection UID
00701102 U UK Presentation Sequence Collection UID
00081302 X XC Primary Diagnosis Code Sequence
00081301 X XC Principal Diagnosis Code Sequence
30100061 X XC Prior Treatment Dose Description
PRIVATE X PC Private Attributes
00404052 X FK,MC Procedure Step Cancellation DateTime
0044000B X FK,MC Product Expiration DateTime
00100015 X - Pronoun Code Sequence
00100016 X XC Pronoun Comment
00181030 X/D XC Protocol Name
00081088 X XC Pyramid Description
00200027 X XC Pyramid Label
00080019 U UK Pyramid UID
300A0619 D XC Radiation Dose Identification Label
300A0623 D XC Radiation Dose In-Vivo Measurement Label
300A067D Z XC Radiation Generation Mode Description
300A067C D XC Radiation Generation Mode Label
00181078 X FK,MC Radiopharmaceutical Start DateTime
00181072 X FK,MC Radiopharmaceutical Start Time
00181079 X FK,MC Radiopharmaceutical Stop DateTime
00181073 X FK,MC Radiopharmaceutical Stop Time
300C0113 X XC Reason for Omission Description
0040100A X XC Reason for Requested Procedure Code Sequence
00321030 X XC Reason for Study
3010005C Z XC Reason for Superseding
04000565 D XC Reason for the Attribute Modification
00402001 X XC Reason for the Imaging Service Request
00401002 X XC Reason for the Requested Procedure
00321066 X XC Reason for Visit
00321067 X XC Reason for Visit Code Sequence
00741234 X DC Receiving AE
300A073A D FK,MC Recorded RT Control Point DateTime
3010000B U UK Referenced Conceptual Volume UID
0040A13A D FK,MC Referenced DateTime
04000402 X - Referenced Digital Signature Sequence
300A0083 U UK Referenced Dose Reference UID
3010006F U UK Referenced Dosimetric Objective UID
30100031 U UK Referenced Fiducials UID
30060024 U UK Referenced Frame of Reference UID
00404023 U UK Referenced General Purpose Scheduled Procedure Step Transaction UID
00081140 X/Z/U* UK Referenced Image Sequence
0040A172 U UK Referenced Observation UID (Trial)
00380004 X - Referenced Patient Alias Sequence
00101100 X - Referenced Patient Photo Sequence
00081120 X UK Referenced Patient Sequence
00081111 X/Z/D UK Referenced Performed Procedure Step Sequence
04000403 X - Referenced SOP Instance MAC Sequence
00081155 U UK Referenced SOP Instance UID
00041511 U UK Referenced SOP Instance UID in File
00081110 X/Z UK Referenced Study Sequence
300A0785 U UK Referenced Treatment Position Group UID
00080092 X - Referring Physician's Address
00080090 Z - Referring Physician's Name
00080094 X - Referring Physician's Telephone Numbers
00080096 X - Referring Physician Identification Sequence
00102152 X - Region of Residence
300600C2 U UK Related Frame of Reference UID
00400275 X XC Request Attributes Sequence
00321070 X XC Requested Contrast Agent
00401400 X XC Requested Procedure Comments
00321060 X/Z XC Requested Procedure Description
00401001 X - Requested Procedure ID
00401005 X - Requested Procedure Location
00189937 X XC Requested Series Description
00001001 U UK Requested SOP Instance UID
00741236 X DC Requesting AE
00321032 X - Requesting Physician
00321033 X XC Requesting Service
00189185 X XC Respiratory Motion Compensation Technique Description
00102299 X - Responsible Organization
00102297 X - Responsible Person
40084000 X XC Results Comments
40080118 X - Results Distribution List Sequence
40080040 X - Results ID
40080042 X - Results ID Issuer
00080054 X DC Retrieve AE Title
300E0004 Z FK,MC Review Date
300E0008 X/Z - Reviewer Name
300E0005 Z FK,MC Review Time
3006004D X - ROI Creator Sequence
3006002D X FK,MC ROI DateTime
30060028 X XC ROI Description
30060038 X XC ROI Generation Description
300600A6 Z - ROI Interpreter
3006004E X - ROI Interpreter Sequence
30060026 Z XC ROI Name
3006002E X FK,MC ROI Observation DateTime
30060088 X XC ROI Observation Description
30060085 X XC ROI Observation Label
300A0615 Z - RT Accessory Device Slot ID
300A0611 Z - RT Accessory Holder Slot ID
3010005A Z XC RT Physician Intent Narrative
300A0006 X/D FK,MC RT Plan Date
300A0004 X XC RT Plan Description
300A0002 D XC RT Plan Label
300A0003 X XC RT Plan Name
300A0007 X/D FK,MC RT Plan Time
30100054 D XC RT Prescription Label
300A062A D XC RT Tolerance Set Label
30100056 X/D XC RT Treatment Approach Label
3010003B U UK RT Treatment Phase UID
30080162 D FK,MC Safe Position Exit Date
30080164 D FK,MC Safe Position Exit Time
30080166 D FK,MC Safe Position Return Date
30080168 D FK,MC Safe Position Return Time
0038001A X FK,MC Scheduled Admission Date
0038001B X FK,MC Scheduled Admission Time
0038001C X FK,MC Scheduled Discharge Date
0038001D X FK,MC Scheduled Discharge Time
00404034 X - Scheduled Human Performers Sequence
0038001E X - Scheduled Patient Institution Residence
00400006 X - Scheduled Performing Physician's Name
0040000B X - Scheduled Performing Physician Identification Sequence
00400007 X XC Scheduled Procedure Step Description
00400004 X FK,MC Scheduled Procedure Step End Date
00400005 X FK,MC Scheduled Procedure Step End Time
00404008 X FK,MC Scheduled Procedure Step Expiration DateTime
00400009 X - Scheduled Procedure Step ID
00400011 X DK Scheduled Procedure Step Location
00404010 X FK,MC Scheduled Procedure Step Modification DateTime
00400002 X FK,MC Scheduled Procedure Step Start Date
00404005 X FK,MC Scheduled Procedure Step Start DateTime
00400003 X FK,MC Scheduled Procedure Step Start Time
00400001 X DC Scheduled Station AE Title
00404027 X DK Scheduled Station Geographic Location Code Sequence
00400010 X DK Scheduled Station Name
00404025 X DK Scheduled Station Name Code Sequence
00321020 X DK Scheduled Study Location
00321021 X DC Scheduled Study Location AE Title
00321000 X FK,MC Scheduled Study Start Date
00321001 X FK,MC Scheduled Study Start Time
00321010 X FK,MC Scheduled Study Stop Date
00321011 X FK,MC Scheduled Study Stop Time
00181010 X DK Secondary Capture Device ID
00081303 X XC Secondary Diagnoses Code Sequence
0040B036 X FK,MC Segment Definition DateTime
0072005E D DC Selector AE Value
0072005F D TK Selector AS Value
00720061 D FK,MC Selector DA Value
00720063 D FK,MC Selector DT Value
00720066 D XC Selector LO Value
00720068 D XC Selector LT Value
00720065 D - Selector OB Value
0072006A D - Selector PN Value
0072006C D XC Selector SH Value
0072006E D XC Selector ST Value
0072006B D FK,MC Selector TM Value
0072006D D - Selector UN Value
00720071 D - Selector UR Value
00720070 D XC Selector UT Value
00080021 X/D FK,MC Series Date
0008103E X XC Series Description
0020000E U UK Series Instance UID
00080031 X/D FK,MC Series Time
00380062 X XC Service Episode Description
00380060 X - Service Episode ID
300A01B2 X XC Setup Technique Description
00100046 X TK Sex Parameters for Clinical Use Category Code Sequence
00100042 X TC,XC Sex Parameters for Clinical Use Category Comment
00100047 X TK Sex Parameters for Clinical Use Category Reference
00100043 X TK Sex Parameters for Clinical Use Category Sequence
300A01A6 X XC Shielding Device Description
004006FA X - Slide Identifier
001021A0 X TK Smoking Status
01000420 X FK,MC SOP Authorization DateTime
00080018 U UK SOP Instance UID
30100015 U UK Source Conceptual Volume UID
0018936A D FK,MC Source End DateTime
00640003 U UK Source Frame of Reference UID
00340005 D - Source Identifier
00082112 X/Z/U* UK Source Image Sequence
300A0216 X DK Source Manufacturer
04000564 Z IK Source of Previous Values
30080105 X/Z DK Source Serial Number
00189369 D FK,MC Source Start DateTime
300A022C D FK,MC Source Strength Reference Date
300A022E D FK,MC Source Strength Reference Time
00380050 X TC Special Needs
0040050A X - Specimen Accession Number
00400602 X XC Specimen Detailed Description
00400551 D - Specimen Identifier
00400610 Z SC Specimen Preparation Sequence
00400600 X XC Specimen Short Description
00400554 U UK Specimen UID
00189516 X/D FK,MC Start Acquisition DateTime
00080055 X DC Station AE Title
00081010 X/Z/D DK Station Name
00880140 U UK Storage Media File-set UID
30060008 Z FK,MC Structure Set Date
30060006 X XC Structure Set Description
30060002 D XC Structure Set Label
30060004 X XC Structure Set Name
30060009 Z FK,MC Structure Set Time
00321040 X FK,MC Study Arrival Date
00321041 X FK,MC Study Arrival Time
00324000 X XC Study Comments
00321050 X FK,MC Study Completion Date
00321051 X FK,MC Study Completion Time
00080020 Z FK,MC Study Date
00081030 X XC Study Description
00200010 Z - Study ID
00320012 X - Study ID Issuer
0020000D U UK Study Instance UID
00320034 X FK,MC Study Read Date
00320035 X FK,MC Study Read Time
00080030 Z FK,MC Study Time
00320032 X FK,MC Study Verified Date
00320033 X FK,MC Study Verified Time
00440010 X FK,MC Substance Administration DateTime
00200200 U UK Synchronization Frame of Reference UID
300A0054 U UK Table Top Position Alignment UID
00182042 U UK Target UID
0040A354 X - Telephone Number (Trial)
0040DB0D U UK Template Extension Creator UID
0040DB0C U UK Template Extension Organization UID
0040DB07 X FK,MC Template Local Version
0040DB06 X FK,MC Template Version
40004000 X - Text Comments
20300020 X - Text String
00100014 X - Third Person Pronouns Sequence
0040A122 D FK,MC Time
0040A112 X FK,MC Time of Document Creation or Verbal Transaction (Trial)
00181201 X DK,FK,MC Time of Last Calibration
0018700E X/D DK,FK,MC Time of Last Detector Calibration
00181014 X FK,MC Time of Secondary Capture
00080201 X FK,MC Timezone Offset From UTC
00880910 X - Topic Author
00880912 X - Topic Keywords
00880906 X - Topic Subject
00880904 X - Topic Title
00620021 U UK Tracking UID
00081195 U UK Transaction UID
00185011 X DK Transducer Identification Sequence
30080024 D FK,MC Treatment Control Point Date
30080025 D FK,MC Treatment Control Point Time
30080250 X/D FK,MC Treatment Date
300A00B2 X/Z DK Treatment Machine Name
300A0608 D XC Treatment Position Group Label
300A0609 U UK Treatment Position Group UID
300A0700 U UK Treatment Session UID
30100077 X/D XC Treatment Site
300A000B X XC Treatment Sites
3010007A Z XC Treatment Technique Notes
30080251 X/D FK,MC Treatment Time
300A0736 D FK,MC Treatment Tolerance Violation DateTime
300A0734 D XC Treatment Tolerance Violation Description
0018100A X DK UDI Sequence
0040A124 U - UID
00700006 D XC Unformatted Text Value
00181009 X DK Unique Device Identifier
30100033 D XC User Content Label
30100034 D XC User Content Long Label
0040A352 X - Verbal Source (Trial)
0040A358 X - Verbal Source Identifier Code Sequence (Trial)
0040A030 D FK,MC Verification DateTime
0040A088 Z - Verifying Observer Identification Code Sequence
0040A075 D - Verifying Observer Name
0040A073 D - Verifying Observer Sequence
0040A027 D - Verifying Organization
00384000 X XC Visit Comments
0040B020 X/D SC Waveform Annotation Sequence
003A0329 X XC Waveform Filter Description
00189371 D DK X-Ray Detector ID
00189373 X DK X-Ray Detector Label
00189367 D DK X-Ray Source ID
"""
"""Of Table E.1-1: tag, action of the basic profile, what each option makes of it, name."""

CONTENT_ITEMS = """\
121022|DCM|TEXT|X|-|Accession Number
113795|DCM|IMAGE|D|UK|Acquired Image
126201|DCM|DATE|X|FK,MC|Acquisition Date
130884|DCM|DATETIME|X|FK,MC|Acquisition DateTime
125203|DCM|TEXT|X|XC|Acquisition Protocol
126202|DCM|TIME|X|FK,MC|Acquisition Time
C67447|NCIt|TEXT|X|XC|Activity Session
440252007|SCT|TEXT|D|XC|Administration of radiopharmaceutical
15|NCDR [2.0b]|DATETIME|X|FK,MC|Admission DateTime
112050|DCM|TEXT|X|XC|Anatomic Identifier
398164008|SCT|DATETIME|X|FK,MC|Anesthesia Finish Time
398325003|SCT|DATETIME|X|FK,MC|Anesthesia Start Time
121080|DCM|IMAGE|X|UK|Best illustration of finding
121080|DCM|WAVEFORM|X|UK|Best illustration of finding
113723|DCM|DATETIME|D|FK,MC|Calibration DateTime
113720|DCM|TEXT|X|XC|Calibration Protocol
113724|DCM|TEXT|D|XC|Calibration Responsible Party
76|NCDR [2.0b]|PNAME|D|-|Catheterization Operator
121120|DCM|COMPOSITE|X|UK|Cath Lab Procedure Log
371524004|SCT|COMPOSITE|X|UK|Clinical Report
371524004|SCT|TEXT|X|XC|Clinical Report
121106|DCM|TEXT|X|XC|Comment
116224001|SCT|TEXT|X|XC|Complication of Procedure
112347|DCM|TEXT|D|-|Component ID
121077|DCM|TEXT|X|XC|Conclusion
111018|DCM|DATE|X/D|FK,MC|Content Date
111019|DCM|TIME|X/D|FK,MC|Content Time
122073|DCM|COMPOSITE|X|UK|Current procedure evidence
11955-2|LN|DATE|X|FK,MC|Date of last menstrual period
121431|DCM|DATETIME|X|FK,MC|DateTime Concern Noted
121432|DCM|DATETIME|X|FK,MC|DateTime Concern Resolved
111527|DCM|DATETIME|X|FK,MC|DateTime Ended
122165|DCM|DATETIME|X|FK,MC|DateTime of Death
122105|DCM|DATETIME|X|FK,MC|DateTime of Intervention
111536|DCM|DATETIME|X|FK,MC|DateTime of last evaluation
111702|DCM|DATETIME|X|FK,MC|DateTime of processing
121125|DCM|DATETIME|X|FK,MC|DateTime of Recording of Log Entry
111535|DCM|DATETIME|X|FK,MC|DateTime problem observed
121433|DCM|DATETIME|X|FK,MC|DateTime Problem Resolved
111526|DCM|DATETIME|X/D|FK,MC|DateTime Started
112363|DCM|TEXT|D|-|Degree of Freedom ID
112357|DCM|UIDREF|D|UK|Derived Fiducial
112373|DCM|COMPOSITE|X|UK|Derived Planning Data
112372|DCM|COMPOSITE|X|UK|Derived Planning Images
111021|DCM|TEXT|X|XC|Description of Change
121145|DCM|TEXT|X|XC|Description of Material
120999|DCM|TEXT|X|DK|Device Description
113877|DCM|TEXT|X|DK|Device Name
121013|DCM|TEXT|X|DK|Device Observer Name
121017|DCM|TEXT|X|IK|Device Observer Physical Location During Observation
121016|DCM|TEXT|X|DK|Device Observer Serial Number
121012|DCM|UIDREF|X/D|UK,DK|Device Observer UID
113880|DCM|TEXT|X/D|DK|Device Serial Number
121193|DCM|TEXT|D|DK|Device Subject Name
121197|DCM|TEXT|X|IK|Device Subject Physical Location during observation
121196|DCM|TEXT|X|DK|Device Subject Serial Number
121198|DCM|UIDREF|X|UK,DK|Device Subject UID
122163|DCM|DATETIME|X|FK,MC|Discharge DateTime
121342|DCM|IMAGE|X|UK|Dose Image
122083|DCM|TEXT|X/D|XC|Drug administered
122082|DCM|DATETIME|X|FK,MC|Drug end
122081|DCM|DATETIME|X|FK,MC|Drug start
271921002|SCT|TEXT|X/D|XC|ECG Finding
11778-8|LN|DATE|X|FK,MC|EDD
113810|DCM|DATETIME|D|FK,MC|End of X-Ray Irradiation
121122|DCM|TEXT|X|DK,XC|Equipment Identification
128429|DCM|UIDREF|D|UK|Event UID Used
C54627|NCIt|NUM|X|-|Experience
121088|DCM|PNAME|X|-|Fellow
11951-1|LN|TEXT|D|-|Fetus ID
121021|DCM|TEXT|X|-|Filler Number
121071|DCM|TEXT|X/D|XC|Finding
363698007|SCT|TEXT|D|XC|Finding Site
112227|DCM|UIDREF|X/D|UK|Frame of Reference UID
127857|DCM|DATE|D|FK,MC|Glucose Measurement Date
127858|DCM|TIME|D|FK,MC|Glucose Measurement Time
11329-0|LN|TEXT|X|XC|History
130527|DCM|TEXT|D|IK|Identification of the Attenuator
113832|DCM|TEXT|D|DK|Identification of the X-Ray Source
125010|DCM|TEXT|X|-|Identifier
128775|DCM|TEXT|X|-|Identifier within Person Observer's Role
112229|DCM|IMAGE|D|UK|Identifying Segment
125201|DCM|IMAGE|X|UK|Illustration of Finding
121200|DCM|IMAGE|X|UK|Illustration of ROI
121138|DCM|IMAGE|D|UK|Image Acquired
122712|DCM|DATETIME|D|FK,MC|Imaging Start DateTime
112366|DCM|COMPOSITE|X|UK|Implant Assembly Template
111033|DCM|TEXT|D|XC|Impression Description
18785-6|LN|TEXT|D|XC|Indications for Procedure
121154|DCM|TEXT|D|-|Intervention attempt identifier
113850|DCM|PNAME|D|-|Irradiation Authorizing
113605|DCM|TEXT|X|-|Irradiation Event Label
113769|DCM|UIDREF|D|UK|Irradiation Event UID
110190|DCM|TEXT|X|-|Issuer of Identifier
111706|DCM|TEXT|X|-|Issuer of Parent Specimen Identifier
111724|DCM|TEXT|X|-|Issuer of Specimen Identifier
113012|DCM|TEXT|X|XC|Key Object Description
18118-0|LN|TEXT|X|XC|LV Wall Motion Segmental Findings
112371|DCM|COMPOSITE|D|UK|Manufacturer Implant Template
112352|DCM|TEXT|D|-|Mating Feature ID
112351|DCM|TEXT|D|-|Mating Feature Set ID
111516|DCM|TEXT|X|XC|Medication Type
121036|DCM|PNAME|X|-|Mother of fetus
113873|DCM|TEXT|X|IK|Organization Name
111040|DCM|COMPOSITE|D|UK|Original Source
111705|DCM|TEXT|D|-|Parent Specimen Identifier
112361|DCM|COMPOSITE|X|UK|Patient Data Used During Planning
112354|DCM|IMAGE|X|UK|Patient Image
113815|DCM|TEXT|D|XC|Patient Model
121110|DCM|TEXT|X|XC|Patient Presentation
128425|DCM|COMPOSITE|X|UK|Patient Radiation Dose Model Data
128425|DCM|IMAGE|X|UK|Patient Radiation Dose Model Data
128425|DCM|UIDREF|X|UK|Patient Radiation Dose Model Data
128426|DCM|TEXT|X|XC|Patient Radiation Dose Model Reference
109054|DCM|TEXT|X|XC|Patient State
122128|DCM|TEXT|X|IK|Patient Transferred From
121126|DCM|UIDREF|D|UK|Performed Procedure Step SOP Instance UID
121114|DCM|PNAME|D|-|Performing Physician
121152|DCM|PNAME|X|-|Person administering drug/contrast
113871|DCM|TEXT|X|-|Person ID
113872|DCM|TEXT|X|-|Person ID Issuer
113870|DCM|PNAME|D|-|Person Name
128774|DCM|TEXT|X|-|Person Observer's Login Name
121009|DCM|TEXT|X|IK|Person Observer's Organization Name
121008|DCM|PNAME|D|-|Person Observer Name
121173|DCM|TEXT|X|XC|Physician Note
121020|DCM|TEXT|X|-|Placer Number
113516|DCM|TEXT|X|-|Prescription Identifier
122075|DCM|COMPOSITE|X|UK|Prior report for current patient
121124|DCM|TEXT|X/D|-|Procedure Action ID
122146|DCM|DATETIME|X/D|FK,MC|Procedure DateTime
52|NCDR [2.0b]|DATETIME|D|FK,MC|Procedure DateTime
121065|DCM|TEXT|X/D|XC|Procedure Description
53|NCDR [2.0b]|TEXT|X|-|Procedure Number in this admission
122177|DCM|TEXT|X|XC|Procedure Result
121019|DCM|UIDREF|X|UK|Procedure Study Component UID
121018|DCM|UIDREF|X|UK|Procedure Study Instance UID
122701|DCM|DATETIME|X|FK,MC|Procedure Time Base
111703|DCM|TEXT|X|XC|Processing step description
126071|DCM|TEXT|X|XC|Protocol Time Point Identifier
128230|DCM|TEXT|X|XC|Pulse Sequence Name
121002|DCM|COMPOSITE|D|UK|Quoted Source
128436|DCM|COMPOSITE|D|UK|Radiation Dose Composite Parameters
128403|DCM|TEXT|D|XC|Radiation Dose Estimate Name
128414|DCM|COMPOSITE|D|UK|Radiation Dose Representation Data
128414|DCM|IMAGE|D|UK|Radiation Dose Representation Data
113514|DCM|TEXT|X|-|Radionuclide Identifier
113503|DCM|UIDREF|D|UK|Radiopharmaceutical Administration Event UID
113511|DCM|TEXT|X|-|Radiopharmaceutical Dispense Unit Identifier
113512|DCM|TEXT|X|-|Radiopharmaceutical Lot Identifier
123003|DCM|DATETIME|X/D|FK,MC|Radiopharmaceutical Start DateTime
123004|DCM|DATETIME|X|FK,MC|Radiopharmaceutical Stop DateTime
130507|DCM|TEXT|X|XC|RDSR Frame of Reference Description
113513|DCM|TEXT|X|-|Reagent Vial Identifier
126100|DCM|COMPOSITE|X|UK|Real World Value Map used for measurement
113907|DCM|TEXT|X|XC|Reason for Proceeding
113552|DCM|TEXT|X|XC|Recent Physical Activity
121075|DCM|TEXT|X|XC|Recommendation
111054|DCM|DATE|X/D|FK,MC|Recommended Follow-up Date
121191|DCM|IMAGE|X/D|UK|Referenced Segment
121214|DCM|IMAGE|D|UK|Referenced Segmentation Frame
112364|DCM|COMPOSITE|X|UK|Related Patient Data Not Used During Planning
121121|DCM|TEXT|X|-|Room Identification
111469|DCM|DATETIME|D|FK,MC|Sampling DateTime
111058|DCM|TEXT|D|XC|Selected Region Description
131561|DCM|DATE|X|FK,MC|Series Date
131563|DCM|TEXT|X|XC|Series Description
131562|DCM|TIME|X|FK,MC|Series Time
112002|DCM|UIDREF|D|UK|Series Instance UID
113985|DCM|UIDREF|D|UK|Series or Instance used for Water Equivalent Diameter estimation
121434|DCM|TEXT|X|IK|Service Delivery Location
121435|DCM|PNAME|X|-|Service Performer
121435|DCM|TEXT|X|-|Service Performer
160476009|SCT|TEXT|X|XC|Social History
121233|DCM|IMAGE|D|UK|Source image for segmentation
121112|DCM|IMAGE|D|UK|Source of Measurement
121112|DCM|WAVEFORM|X|UK|Source of Measurement
121232|DCM|UIDREF|D|UK|Source series for segmentation
128447|DCM|COMPOSITE|X|UK|Spatial Fiducials
112353|DCM|COMPOSITE|X|UK|Spatial Registration
128444|DCM|COMPOSITE|D|UK|Spatial Registration Reference
111700|DCM|TEXT|X|-|Specimen Container Identifier
121041|DCM|TEXT|X|-|Specimen Identifier
121039|DCM|UIDREF|X|UK|Specimen UID
128416|DCM|COMPOSITE|D|UK|SR Instance Used
398201009|SCT|DATETIME|D|FK,MC|Start DateTime
113809|DCM|DATETIME|D|FK,MC|Start of X-Ray Irradiation
110119|DCM|TEXT|X|DK|Station AE Title
122173|DCM|DATETIME|X|FK,MC|ST Elevation Onset DateTime
397898000|SCT|DATETIME|D|FK,MC|Stop DateTime
109056|DCM|TEXT|X|XC|Stress Protocol
111060|DCM|DATE|X/D|FK,MC|Study Date
110180|DCM|UIDREF|D|UK|Study Instance UID
111061|DCM|TIME|X/D|FK,MC|Study Time
121033|DCM|NUM|X|TK|Subject Age
121031|DCM|DATE|X|-|Subject Birth Date
121030|DCM|TEXT|X/D|-|Subject ID
121029|DCM|PNAME|D|-|Subject Name
121032|DCM|CODE|X|TK|Subject Sex
126070|DCM|TEXT|X|XC|Subject Time Point Identifier
121028|DCM|UIDREF|X|UK|Subject UID
121111|DCM|TEXT|X|XC|Summary
112359|DCM|COMPOSITE|X|UK|Supporting Information
130885|DCM|UIDREF|X|UK|Synchronization Frame of Reference UID
C2348792|UMLS|TEXT|X/D|XC|Time Point
112040|DCM|UIDREF|D|UK|Tracking Unique Identifier
74711-3|LN|TEXT|X|DK|Unique Device Identifier
121000|DCM|CONTAINER|X|DK|Unique Device Identifiers
112356|DCM|UIDREF|D|UK|User Selected Fiducial
121143|DCM|WAVEFORM|D|UK|Waveform Acquired
128470|DCM|COMPOSITE|X|UK|X-Ray Attenuator Model Data
128470|DCM|IMAGE|X|UK|X-Ray Attenuator Model Data
128470|DCM|UIDREF|X|UK|X-Ray Attenuator Model Data
113701|DCM|COMPOSITE|X|UK|X-Ray Radiation Dose Report
"""
"""Of Table E.3.4-1: code, scheme, value type, action, options, meaning; split at each bar."""

TYPES = """\
00080012 1 1.1.200.1,1.1.200.2,1.1.200.7,1.1.200.8,1.1.481.10,1.1.481.11,1.1.481.12,1.1.481.13,1.1.481.14,1.1.481.15,1.1.481.16,1.1.481.17,1.1.481.18,1.1.481.19,1.1.481.20,1.1.481.21,1.1.481.22,1.1.481.23,1.1.481.24,1.1.481.25
00080013 1 1.1.200.1,1.1.200.2,1.1.200.7,1.1.200.8,1.1.481.10,1.1.481.11,1.1.481.12,1.1.481.13,1.1.481.14,1.1.481.15,1.1.481.16,1.1.481.17,1.1.481.18,1.1.481.19,1.1.481.20,1.1.481.21,1.1.481.22,1.1.481.23,1.1.481.24,1.1.481.25
00080018 1 *
00080019 1 1.1.30,1.1.66.4,1.1.66.7,1.1.77.1.6,1.1.77.1.9
00080020 2 *
00080021 1 1.1.128,1.1.481.10,1.1.481.11,1.1.481.12,1.1.481.13,1.1.481.14,1.1.481.15,1.1.481.16,1.1.481.17,1.1.481.18,1.1.481.19,1.1.481.20,1.1.481.21,1.1.481.22,1.1.481.23,1.1.481.24,1.1.481.25
00080022 2 1.1.128
00080023 1 *
00080023 2 1.1.1,1.1.1.1,1.1.1.1.1,1.1.1.2,1.1.1.2.1,1.1.1.3,1.1.1.3.1,1.1.104.1,1.1.104.2,1.1.104.3,1.1.104.4,1.1.104.5,1.1.12.1,1.1.12.2,1.1.128,1.1.2,1.1.20,1.1.3.1,1.1.30,1.1.4,1.1.481.1,1.1.481.2,1.1.6.1,1.1.6.2,1.1.6.3,1.1.66.4,1.1.66.7,1.1.66.8,1.1.7,1.1.7.1,1.1.7.2,1.1.7.3,1.1.7.4,1.1.77.1.1,1.1.77.1.1.1,1.1.77.1.2,1.1.77.1.2.1,1.1.77.1.3,1.1.77.1.4,1.1.77.1.4.1,1.1.77.1.5.1,1.1.77.1.5.2,1.1.77.1.5.5,1.1.77.1.5.6,1.1.77.1.5.7,1.1.77.1.6,1.1.77.1.7,1.1.77.1.8,1.1.77.1.9,1.1.81.1,1.1.82.1
0008002A 1 1.1.12.1.1,1.1.12.2.1,1.1.128.1,1.1.13.1.4,1.1.13.1.5,1.1.130,1.1.14.1,1.1.14.2,1.1.2.1,1.1.2.2,1.1.3.1,1.1.4.1,1.1.4.2,1.1.4.3,1.1.4.4,1.1.6.1,1.1.6.2,1.1.6.3,1.1.68.1,1.1.68.2,1.1.77.1.5.1,1.1.77.1.5.2,1.1.77.1.5.4,1.1.77.1.5.5,1.1.77.1.5.6,1.1.77.1.6,1.1.81.1,1.1.82.1,1.1.9.1.1,1.1.9.1.2,1.1.9.1.3,1.1.9.1.4,1.1.9.2.1,1.1.9.3.1,1.1.9.4.1,1.1.9.4.2,1.1.9.5.1,1.1.9.6.1,1.1.9.6.2,1.1.9.7.1,1.1.9.7.2,1.1.9.7.3,1.1.9.7.4,1.1.9.8.1
0008002A 2 1.1.104.1,1.1.104.2,1.1.104.3,1.1.104.4,1.1.104.5
00080030 2 *
00080031 1 1.1.128,1.1.481.10,1.1.481.11,1.1.481.12,1.1.481.13,1.1.481.14,1.1.481.15,1.1.481.16,1.1.481.17,1.1.481.18,1.1.481.19,1.1.481.20,1.1.481.21,1.1.481.22,1.1.481.23,1.1.481.24,1.1.481.25
00080032 2 1.1.128
00080033 1 *
00080033 2 1.1.1,1.1.1.1,1.1.1.1.1,1.1.1.2,1.1.1.2.1,1.1.1.3,1.1.1.3.1,1.1.104.1,1.1.104.2,1.1.104.3,1.1.104.4,1.1.104.5,1.1.12.1,1.1.12.2,1.1.128,1.1.2,1.1.20,1.1.3.1,1.1.30,1.1.4,1.1.481.1,1.1.481.2,1.1.6.1,1.1.6.2,1.1.6.3,1.1.66.4,1.1.66.7,1.1.66.8,1.1.7,1.1.7.1,1.1.7.2,1.1.7.3,1.1.7.4,1.1.77.1.1,1.1.77.1.1.1,1.1.77.1.2,1.1.77.1.2.1,1.1.77.1.3,1.1.77.1.4,1.1.77.1.4.1,1.1.77.1.5.1,1.1.77.1.5.2,1.1.77.1.5.5,1.1.77.1.5.6,1.1.77.1.5.7,1.1.77.1.6,1.1.77.1.7,1.1.77.1.8,1.1.77.1.9,1.1.81.1,1.1.82.1
00080050 2 *
00080090 2 *
00080201 1 1.1.88.72
00081070 2 1.1.481.1,1.1.481.2,1.1.481.3,1.1.481.4,1.1.481.5,1.1.481.6,1.1.481.7,1.1.481.8,1.1.481.9
00081111 1 1.1.1.1,1.1.1.1.1,1.1.1.2,1.1.1.2.1,1.1.1.3,1.1.1.3.1,1.1.12.1.1,1.1.12.2.1,1.1.128.1,1.1.13.1.1,1.1.13.1.2,1.1.13.1.3,1.1.13.1.4,1.1.13.1.5,1.1.130,1.1.14.1,1.1.14.2,1.1.2.1,1.1.2.2,1.1.200.2,1.1.200.8,1.1.30,1.1.4.1,1.1.4.2,1.1.4.3,1.1.4.4,1.1.481.10,1.1.481.11,1.1.481.12,1.1.481.13,1.1.481.14,1.1.481.15,1.1.481.16,1.1.481.17,1.1.481.18,1.1.481.19,1.1.481.20,1.1.481.21,1.1.481.22,1.1.481.23,1.1.481.24,1.1.481.25,1.1.6.2,1.1.6.3,1.1.66.4,1.1.66.5,1.1.66.6,1.1.66.7,1.1.66.8,1.1.68.1,1.1.68.2,1.1.77.1.5.4,1.1.77.1.5.7,1.1.77.1.5.8,1.1.77.1.6,1.1.78.1,1.1.78.2,1.1.78.3,1.1.78.4,1.1.78.5,1.1.78.7,1.1.78.8,1.1.80.1,1.1.81.1,1.1.82.1,1.1.91.1
00081111 2 1.1.78.6,1.1.79.1,1.1.88.11,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.50,1.1.88.59,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.69,1.1.88.70,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.74,1.1.88.75,1.1.88.76,1.1.88.77
00081140 1 1.1.12.1,1.1.12.2,1.1.77.1.1,1.1.77.1.1.1,1.1.77.1.2,1.1.77.1.2.1,1.1.77.1.3,1.1.77.1.4,1.1.77.1.4.1,1.1.77.1.7,1.1.91.1
00081195 1 1.1.201.1
00082112 1 1.1.6.2,1.1.77.1.5.7,1.1.81.1,1.1.82.1
00082112 2 1.1.77.1.5.1,1.1.77.1.5.2,1.1.77.1.5.5,1.1.77.1.5.6
00100010 2 *
00100020 2 *
00100030 2 *
00100040 2 *
00102203 2 *
00102297 2 *
00102299 2 *
00120010 1 *
00120020 1 *
00120021 2 *
00120030 2 *
00120031 2 *
00120040 1 *
00120042 1 *
00120050 2 *
00120060 2 *
00120081 1 *
00180010 2 1.1.1,1.1.1.1,1.1.1.1.1,1.1.1.2,1.1.1.2.1,1.1.1.3,1.1.1.3.1,1.1.12.1,1.1.12.2,1.1.2,1.1.2.2,1.1.3.1,1.1.4,1.1.4.4,1.1.481.1,1.1.6.1
00181000 1 *
00181030 1 1.1.200.1,1.1.200.2,1.1.200.7,1.1.200.8
00189701 1 1.1.130
0020000D 1 *
0020000E 1 *
00200010 2 *
00200052 1 1.1.1.1,1.1.1.1.1,1.1.1.2,1.1.1.2.1,1.1.1.3,1.1.1.3.1,1.1.104.3,1.1.104.4,1.1.11.10,1.1.11.11,1.1.11.6,1.1.11.7,1.1.11.8,1.1.11.9,1.1.12.1.1,1.1.12.2.1,1.1.128,1.1.128.1,1.1.13.1.1,1.1.13.1.2,1.1.13.1.3,1.1.13.1.4,1.1.13.1.5,1.1.130,1.1.14.1,1.1.14.2,1.1.2,1.1.2.1,1.1.2.2,1.1.20,1.1.200.2,1.1.200.8,1.1.3.1,1.1.30,1.1.4,1.1.4.1,1.1.4.2,1.1.4.3,1.1.4.4,1.1.481.1,1.1.481.12,1.1.481.13,1.1.481.14,1.1.481.15,1.1.481.17,1.1.481.18,1.1.481.19,1.1.481.2,1.1.481.20,1.1.481.23,1.1.481.24,1.1.481.3,1.1.481.5,1.1.481.8,1.1.6.1,1.1.6.2,1.1.6.3,1.1.66,1.1.66.1,1.1.66.3,1.1.66.4,1.1.66.5,1.1.66.6,1.1.66.7,1.1.66.8,1.1.68.1,1.1.68.2,1.1.7,1.1.7.2,1.1.7.3,1.1.7.4,1.1.77.1.3,1.1.77.1.5.4,1.1.77.1.5.5,1.1.77.1.5.6,1.1.77.1.5.7,1.1.77.1.5.8,1.1.77.1.6,1.1.77.1.8,1.1.77.1.9,1.1.82.1,1.1.91.1,43.1
00200200 1 1.1.12.1,1.1.12.1.1,1.1.12.2,1.1.12.2.1,1.1.128,1.1.128.1,1.1.13.1.1,1.1.13.1.3,1.1.13.1.4,1.1.13.1.5,1.1.130,1.1.14.1,1.1.14.2,1.1.2,1.1.2.1,1.1.2.2,1.1.20,1.1.3.1,1.1.30,1.1.4.1,1.1.4.2,1.1.4.3,1.1.4.4,1.1.481.18,1.1.481.19,1.1.481.20,1.1.481.23,1.1.481.24,1.1.6.1,1.1.6.2,1.1.6.3,1.1.66,1.1.7,1.1.7.2,1.1.7.3,1.1.7.4,1.1.77.1.4.1,1.1.77.1.5.1,1.1.77.1.5.2,1.1.77.1.5.4,1.1.77.1.5.5,1.1.77.1.5.6,1.1.77.1.8,1.1.77.1.9,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.75,1.1.88.76,1.1.88.77,1.1.9.1.1,1.1.9.1.2,1.1.9.1.3,1.1.9.1.4,1.1.9.100.1,1.1.9.100.2,1.1.9.2.1,1.1.9.3.1,1.1.9.4.1,1.1.9.4.2,1.1.9.5.1,1.1.9.6.1,1.1.9.6.2,1.1.9.7.1,1.1.9.7.2,1.1.9.7.3,1.1.9.7.4,1.1.9.8.1
00209161 1 1.1.12.1.1,1.1.12.2.1,1.1.128.1,1.1.13.1.1,1.1.13.1.2,1.1.13.1.3,1.1.13.1.4,1.1.13.1.5,1.1.130,1.1.14.1,1.1.14.2,1.1.2.1,1.1.2.2,1.1.30,1.1.4.1,1.1.4.2,1.1.4.3,1.1.4.4,1.1.481.23,1.1.481.24,1.1.6.2,1.1.6.3,1.1.66.4,1.1.66.7,1.1.66.8,1.1.7.2,1.1.7.3,1.1.7.4,1.1.77.1.5.4,1.1.77.1.5.8,1.1.77.1.6,1.1.77.1.8,1.1.77.1.9
00281199 1 1.1.30
00400512 1 1.1.1,1.1.1.1,1.1.1.1.1,1.1.1.2,1.1.1.2.1,1.1.1.3,1.1.1.3.1,1.1.11.1,1.1.11.12,1.1.11.2,1.1.11.3,1.1.11.4,1.1.11.5,1.1.11.8,1.1.12.1,1.1.12.1.1,1.1.12.2,1.1.12.2.1,1.1.128,1.1.128.1,1.1.13.1.1,1.1.13.1.2,1.1.13.1.3,1.1.13.1.4,1.1.13.1.5,1.1.130,1.1.131,1.1.2,1.1.2.1,1.1.2.2,1.1.20,1.1.3.1,1.1.30,1.1.4,1.1.4.1,1.1.4.2,1.1.4.3,1.1.4.4,1.1.6.1,1.1.6.2,1.1.6.3,1.1.66,1.1.66.4,1.1.66.6,1.1.66.7,1.1.68.1,1.1.68.2,1.1.7,1.1.7.1,1.1.7.2,1.1.7.3,1.1.7.4,1.1.77.1.1,1.1.77.1.1.1,1.1.77.1.2,1.1.77.1.2.1,1.1.77.1.3,1.1.77.1.4,1.1.77.1.4.1,1.1.77.1.6,1.1.77.1.8,1.1.77.1.9,1.1.91.1
00400513 2 1.1.1,1.1.1.1,1.1.1.1.1,1.1.1.2,1.1.1.2.1,1.1.1.3,1.1.1.3.1,1.1.11.1,1.1.11.12,1.1.11.2,1.1.11.3,1.1.11.4,1.1.11.5,1.1.11.8,1.1.12.1,1.1.12.1.1,1.1.12.2,1.1.12.2.1,1.1.128,1.1.128.1,1.1.13.1.1,1.1.13.1.2,1.1.13.1.3,1.1.13.1.4,1.1.13.1.5,1.1.130,1.1.131,1.1.2,1.1.2.1,1.1.2.2,1.1.20,1.1.3.1,1.1.30,1.1.4,1.1.4.1,1.1.4.2,1.1.4.3,1.1.4.4,1.1.6.1,1.1.6.2,1.1.6.3,1.1.66,1.1.66.4,1.1.66.6,1.1.66.7,1.1.68.1,1.1.68.2,1.1.7,1.1.7.1,1.1.7.2,1.1.7.3,1.1.7.4,1.1.77.1.1,1.1.77.1.1.1,1.1.77.1.2,1.1.77.1.2.1,1.1.77.1.3,1.1.77.1.4,1.1.77.1.4.1,1.1.77.1.6,1.1.77.1.8,1.1.77.1.9,1.1.91.1
00400555 2 1.1.1.1,1.1.1.1.1,1.1.1.2,1.1.1.2.1,1.1.1.3,1.1.1.3.1,1.1.12.1.1,1.1.12.2.1,1.1.128,1.1.128.1,1.1.13.1.1,1.1.13.1.2,1.1.13.1.3,1.1.13.1.4,1.1.13.1.5,1.1.130,1.1.14.1,1.1.14.2,1.1.2.1,1.1.2.2,1.1.20,1.1.30,1.1.4.1,1.1.4.2,1.1.4.3,1.1.4.4,1.1.6.2,1.1.6.3,1.1.66,1.1.77.1.1,1.1.77.1.1.1,1.1.77.1.2,1.1.77.1.2.1,1.1.77.1.3,1.1.77.1.4,1.1.77.1.4.1,1.1.77.1.5.1,1.1.77.1.5.2,1.1.77.1.5.4,1.1.77.1.5.5,1.1.77.1.5.6,1.1.77.1.6,1.1.77.1.7,1.1.77.1.8,1.1.77.1.9,1.1.81.1,1.1.82.1,1.1.9.1.1,1.1.9.1.2,1.1.9.1.3,1.1.9.1.4,1.1.9.2.1,1.1.9.3.1,1.1.9.4.1,1.1.9.4.2,1.1.9.5.1,1.1.9.6.1,1.1.9.6.2,1.1.9.7.1,1.1.9.7.2,1.1.9.7.3,1.1.9.7.4,1.1.9.8.1
0040A032 1 1.1.78.6,1.1.79.1,1.1.88.11,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.50,1.1.88.59,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.69,1.1.88.70,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.74,1.1.88.75,1.1.88.76,1.1.88.77
0040A073 1 1.1.78.6,1.1.79.1,1.1.88.11,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.50,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.69,1.1.88.70,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.74,1.1.88.75,1.1.88.76,1.1.88.77
0040A120 1 1.1.78.6,1.1.79.1,1.1.88.11,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.50,1.1.88.59,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.69,1.1.88.70,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.74,1.1.88.75,1.1.88.76,1.1.88.77
0040A121 1 1.1.78.6,1.1.79.1,1.1.88.11,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.50,1.1.88.59,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.69,1.1.88.70,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.74,1.1.88.75,1.1.88.76,1.1.88.77
0040A122 1 1.1.78.6,1.1.79.1,1.1.88.11,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.50,1.1.88.59,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.69,1.1.88.70,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.74,1.1.88.75,1.1.88.76,1.1.88.77
0040A123 1 1.1.78.6,1.1.79.1,1.1.88.11,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.50,1.1.88.59,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.69,1.1.88.70,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.74,1.1.88.75,1.1.88.76,1.1.88.77
0040A124 1 1.1.78.6,1.1.79.1,1.1.88.11,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.50,1.1.88.59,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.69,1.1.88.70,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.74,1.1.88.75,1.1.88.76,1.1.88.77
0040A13A 1 1.1.78.6,1.1.79.1,1.1.88.11,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.50,1.1.88.59,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.69,1.1.88.70,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.74,1.1.88.75,1.1.88.76,1.1.88.77
0040A730 1 1.1.78.6,1.1.79.1,1.1.88.11,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.50,1.1.88.59,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.69,1.1.88.70,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.74,1.1.88.75,1.1.88.76,1.1.88.77
0040B020 1 1.1.9.1.1,1.1.9.1.2,1.1.9.1.3,1.1.9.1.4,1.1.9.2.1,1.1.9.3.1,1.1.9.4.1,1.1.9.4.2,1.1.9.5.1,1.1.9.6.1,1.1.9.6.2,1.1.9.7.1,1.1.9.7.2,1.1.9.7.3,1.1.9.7.4,1.1.9.8.1
00420011 1 1.1.104.1,1.1.104.2,1.1.104.3,1.1.104.4,1.1.104.5
00420011 2 44.1
00620021 1 1.1.77.1.7,1.1.77.1.8,1.1.77.1.9
00686226 1 43.1,44.1,45.1
00700001 1 1.1.11.1,1.1.11.10,1.1.11.11,1.1.11.12,1.1.11.2,1.1.11.3,1.1.11.4,1.1.11.5,1.1.11.6,1.1.11.7,1.1.11.8,1.1.11.9
00700082 1 1.1.11.1,1.1.11.10,1.1.11.11,1.1.11.12,1.1.11.2,1.1.11.3,1.1.11.4,1.1.11.5,1.1.11.6,1.1.11.7,1.1.11.8,1.1.11.9,1.1.131,1.1.9.100.1,1.1.9.100.2
00700083 1 1.1.11.1,1.1.11.10,1.1.11.11,1.1.11.12,1.1.11.2,1.1.11.3,1.1.11.4,1.1.11.5,1.1.11.6,1.1.11.7,1.1.11.8,1.1.11.9,1.1.131,1.1.9.100.1,1.1.9.100.2
00700084 1 1.1.200.1,1.1.200.2,1.1.200.7,1.1.200.8
00701102 1 1.1.11.10,1.1.11.11,1.1.11.6,1.1.11.7,1.1.11.9
0072000A 1 38.1
22000002 2 1.1.77.1.6
22000005 2 1.1.77.1.6
30060002 1 1.1.481.3
30060008 2 1.1.481.3
30060009 2 1.1.481.3
30060024 1 1.1.78.6,1.1.79.1,1.1.88.11,1.1.88.22,1.1.88.33,1.1.88.34,1.1.88.35,1.1.88.40,1.1.88.50,1.1.88.59,1.1.88.65,1.1.88.67,1.1.88.68,1.1.88.69,1.1.88.70,1.1.88.71,1.1.88.72,1.1.88.73,1.1.88.74,1.1.88.75,1.1.88.76,1.1.88.77
30080054 2 1.1.481.4,1.1.481.6,1.1.481.7,1.1.481.9
30080056 2 1.1.481.4,1.1.481.6,1.1.481.7,1.1.481.9
30080250 2 1.1.481.4,1.1.481.6,1.1.481.7,1.1.481.9
30080251 2 1.1.481.4,1.1.481.6,1.1.481.7,1.1.481.9
300A0002 1 1.1.481.5,1.1.481.8
300A0006 2 1.1.481.5,1.1.481.8
300A0007 2 1.1.481.5,1.1.481.8
300A0700 1 1.1.481.16,1.1.481.17,1.1.481.18,1.1.481.19,1.1.481.20
300E0004 2 1.1.481.1,1.1.481.3,1.1.481.5,1.1.481.8
300E0005 2 1.1.481.1,1.1.481.3,1.1.481.5,1.1.481.8
300E0008 2 1.1.481.1,1.1.481.3,1.1.481.5,1.1.481.8
30100033 1 1.1.481.12,1.1.481.13,1.1.481.14,1.1.481.15
30100034 1 1.1.481.10,1.1.481.11,1.1.481.16,1.1.481.17,1.1.481.18,1.1.481.19,1.1.481.20
30100038 1 1.1.481.22,1.1.481.23,1.1.481.24,1.1.481.25
"""
"""Attributes that IODs must have (PS3.3): tag, type, classes without their stem, or * for most."""

TYPES_IN_ITEMS = """\
00041220 00041511 1
00080006 00080106 1
00080006 00080107 1
00080063 00080106 1
00080063 00080107 1
00080082 00080106 1
00080082 00080107 1
00080096 00080080 1
00080096 00080082 1
00080096 00401101 1
0008009D 00080080 1
0008009D 00080082 1
0008009D 00401101 1
00080121 00080106 1
00080121 00080107 1
00080123 00080106 1
00080220 00080106 1
00080220 00080107 1
00080400 00080201 1
00080406 00080106 1
00080406 00080107 1
00080422 00081155 1
00080423 00080020 2
00080423 00080030 2
00080423 00080050 2
00080423 00080054 1
00080423 00081030 2
00080423 00100010 2
00080423 00100020 2
00080423 00100030 2
00080423 00100040 2
00080423 0020000D 1
00080423 00200010 2
00080424 0020000E 1
00080425 00080018 1
00081032 00080106 1
00081032 00080107 1
0008103F 00080106 1
0008103F 00080107 1
00081041 00080106 1
00081041 00080107 1
00081049 00080080 1
00081049 00080082 1
00081049 00401101 1
00081052 00080080 1
00081052 00080082 1
00081052 00401101 1
00081062 00080080 1
00081062 00080082 1
00081062 00401101 1
00081072 00080080 1
00081072 00080082 1
00081072 00081010 2
00081072 00181002 1
00081072 00401101 1
00081072 0040A123 1
00081084 00080106 1
00081084 00080107 1
00081110 00081155 1
00081110 0020000D 1
00081111 00081155 1
00081115 00081140 1
00081115 0020000E 1
00081120 00081155 1
00081125 00081155 1
00081134 00081155 1
0008113A 0020000D 1
00081140 00081155 1
0008114A 00081155 1
0008114B 00081155 1
00081156 00081155 1
00081198 00081155 1
00081199 00081155 1
00081200 0020000D 1
00081250 0020000D 1
00081250 0020000E 1
00082112 00081155 1
00082135 00080106 1
00082135 00080107 1
00082218 00080106 1
00082218 00080107 1
00082220 00080106 1
00082220 00080107 1
00082228 00080106 1
00082228 00080107 1
00082230 00080106 1
00082230 00080107 1
00083001 00080018 1
00083001 0020000E 1
00083011 00083010 1
00089092 0020000D 1
00089121 0020000D 1
00089124 00082112 2
00089154 0020000D 1
00089215 00080106 1
00089215 00080107 1
00089237 00081155 1
00089237 0020000D 1
00089410 00081155 1
00100026 00100020 1
00100027 00100020 1
00100050 00080106 1
00100050 00080107 1
00100101 00080106 1
00100101 00080107 1
00100102 00080106 1
00100102 00080107 1
00100215 00080106 1
00100215 00080107 1
00100219 00080106 1
00100219 00080107 1
00100229 00080106 1
00100229 00080107 1
00101002 00100020 1
00101021 00080106 1
00101021 00080107 1
00101100 0020000D 1
00101100 0020000E 1
00102161 00080106 1
00102161 00080107 1
00102202 00080106 1
00102202 00080107 1
00102293 00080106 1
00102293 00080107 1
00102296 00080106 1
00102296 00080107 1
00120023 00120020 1
00120023 00120022 1
00120054 00080106 1
00120054 00080107 1
00120064 00080106 1
00120064 00080107 1
00120083 00120020 1
00180012 00080106 1
00180012 00080107 1
00180014 00080106 1
00180014 00080107 1
00180029 00080106 1
00180029 00080107 1
0018002A 00080106 1
0018002A 00080107 1
00180036 00080106 1
00180036 00080107 1
0018100A 00181009 1
001811C1 00080106 1
001811C1 00080107 1
00181272 00080106 1
00181272 00080107 1
00182041 00182042 1
00185011 00181000 2
00185011 3010001B 2
00185011 3010002D 1
00185011 30100043 2
00185104 00080106 1
00185104 00080107 1
00189083 00080106 1
00189083 00080107 1
00189338 00080106 1
00189338 00080107 1
00189346 00080106 1
00189346 00080107 1
00189365 00189367 1
00189365 00189369 1
00189365 0018936A 1
0018936F 00189371 1
0018937D 00080106 1
0018937D 00080107 1
00189472 00081140 1
00189477 00083010 1
00189506 0008002A 1
00189506 00081010 1
00189506 00081070 1
00189506 00081072 1
00189506 00181000 1
00189506 00181030 1
00189506 00181400 1
00189506 0018700A 1
00189506 0018700C 1
00189506 0018700E 1
00189507 00082112 1
00189507 00180010 1
00189507 00189516 1
00189507 00189517 1
00189556 00181000 2
00189556 3010001B 2
00189556 3010002D 1
00189556 30100043 2
00189621 00189623 1
00189772 00080106 1
00189772 00080107 1
00189803 00189804 1
00189809 00080106 1
00189809 00080107 1
0018980D 00080106 1
0018980D 00080107 1
0018980E 00080106 1
0018980E 00080107 1
0018980F 00080106 1
0018980F 00080107 1
0018982A 00080106 1
0018982A 00080107 1
00189831 00080106 1
00189831 00080107 1
00189832 00080106 1
00189832 00080107 1
00189832 00081140 1
00189836 00080106 1
00189836 00080107 1
00189902 00080106 1
00189902 00080107 1
00189903 00080106 1
00189903 00080107 1
00189906 00080106 1
00189906 00080107 1
00189907 00080106 1
00189907 00080107 1
00189909 00080106 1
00189909 00080107 1
0018990B 00080106 1
0018990B 00080107 1
0018990C 00081155 1
0018990D 00081155 1
0018990E 00081155 1
00189914 00189919 2
0018991B 00189919 1
0018991C 00080106 1
0018991C 00080107 1
00189934 00081155 1
00189936 00081155 1
00209111 00189074 1
00209111 00189151 1
00209172 00081155 1
00209221 00209164 1
00209222 00209164 1
00209529 0020000D 1
00220006 00080106 1
00220006 00080107 1
00220015 00080106 1
00220015 00080107 1
00220016 00080106 1
00220016 00080107 1
00220017 00080106 1
00220017 00080107 1
00220018 00080106 1
00220018 00080107 1
00220019 00080106 1
00220019 00080107 1
0022001A 00080106 1
0022001A 00080107 1
0022001C 00080106 1
0022001C 00080107 1
0022001D 00080106 1
0022001D 00080107 1
00220021 00081155 1
00220022 00081155 1
00220031 00081155 1
00220042 00080106 1
00220042 00080107 1
00221024 00080106 1
00221024 00080107 1
00221025 00080106 1
00221025 00080107 1
00221028 00080106 1
00221028 00080107 1
00221035 00080106 1
00221035 00080107 1
00221036 00080106 1
00221036 00080107 1
00221040 00080106 1
00221040 00080107 1
00221044 00080106 1
00221044 00080107 1
00221096 00080106 1
00221096 00080107 1
00221101 00080106 1
00221101 00080107 1
00221103 00080106 1
00221103 00080107 1
00221125 00080106 1
00221125 00080107 1
00221132 00080106 1
00221132 00080107 1
00221133 00080106 1
00221133 00080107 1
00221135 00080106 1
00221135 00080107 1
00221150 00080106 1
00221150 00080107 1
00221250 00080106 1
00221250 00080107 1
00221330 00081155 1
00221420 00080106 1
00221420 00080107 1
00221436 00080106 1
00221436 00080107 1
00221445 00080106 1
00221445 00080107 1
00221512 00080106 1
00221512 00080107 1
00221615 00080106 1
00221615 00080107 1
00221618 00080106 1
00221618 00080107 1
00240016 00080106 1
00240016 00080107 1
00240021 00080106 1
00240021 00080107 1
00240024 00080106 1
00240024 00080107 1
00240033 00080106 1
00240033 00080107 1
00240325 0040A120 1
00240325 0040A121 1
00240325 0040A122 1
00240325 0040A123 1
00240325 0040A124 1
00281352 00080106 1
00281352 00080107 1
00283001 00081140 1
00283110 00081140 1
00286100 00081140 1
00287000 00080080 1
00287000 00080082 1
00287000 00401101 1
00287022 00080106 1
00287022 00080107 1
0028702C 00080106 1
0028702C 00080107 1
0028702D 00080106 1
0028702D 00080107 1
0028702E 00080106 1
0028702E 00080107 1
00289505 00081140 1
00321031 00080080 1
00321031 00080082 1
00321031 00401101 1
00321034 00080106 1
00321034 00080107 1
00321064 00080106 1
00321064 00080107 1
00321065 00080106 1
00321065 00080107 1
00321067 00080106 1
00321067 00080107 1
00340001 00340002 1
0034000A 00340001 1
0034000A 00340005 1
00380100 00081155 1
003A0208 00080106 1
003A0208 00080107 1
003A0209 00080106 1
003A0209 00080107 1
003A020A 00081155 1
003A0211 00080106 1
003A0211 00080107 1
003A0312 003A0314 1
003A0325 00080106 1
003A0325 00080107 1
003A0328 00080106 1
003A0328 00080107 1
003A032C 00080106 1
003A032C 00080107 1
003A032D 00080106 1
003A032D 00080107 1
00400008 00080106 1
00400008 00080107 1
0040000A 00080106 1
0040000A 00080107 1
0040000B 00080080 1
0040000B 00080082 1
0040000B 00401101 1
00400039 00080106 1
00400039 00080107 1
0040003A 00080106 1
0040003A 00080107 1
00400220 00081155 1
00400260 00080106 1
00400260 00080107 1
00400275 00400009 1
00400275 00401001 1
00400281 00080106 1
00400281 00080107 1
00400295 00080106 1
00400295 00080107 1
00400296 00080106 1
00400296 00080107 1
00400320 00080106 1
00400320 00080107 1
00400440 0040A120 1
00400440 0040A121 1
00400440 0040A122 1
00400440 0040A123 1
00400440 0040A124 1
00400441 0040A120 1
00400441 0040A121 1
00400441 0040A122 1
00400441 0040A123 1
00400441 0040A124 1
00400500 00400512 1
00400500 00400513 2
00400515 00400512 1
00400515 00400513 2
00400518 00080106 1
00400518 00080107 1
00400555 0040A120 1
00400555 0040A121 1
00400555 0040A122 1
00400555 0040A123 1
00400555 0040A124 1
00400560 00400551 1
00400560 00400554 1
00400560 00400562 2
00400560 00400610 2
0040059A 00080106 1
0040059A 00080107 1
00400612 0040A120 1
00400612 0040A121 1
00400612 0040A122 1
00400612 0040A123 1
00400612 0040A124 1
00400620 0040A120 1
00400620 0040A121 1
00400620 0040A122 1
00400620 0040A123 1
00400620 0040A124 1
004008EA 00080106 1
004008EA 00080107 1
0040100A 00080106 1
0040100A 00080107 1
00401011 00080080 1
00401011 00080082 1
00401011 00401101 1
00401012 00080106 1
00401012 00080107 1
00401101 00080106 1
00401101 00080107 1
00404009 00080106 1
00404009 00080107 1
00404018 00080106 1
00404018 00080107 1
00404019 00080106 1
00404019 00080107 1
00404021 0020000D 1
00404021 0020000E 1
00404025 00080106 1
00404025 00080107 1
00404026 00080106 1
00404026 00080107 1
00404027 00080106 1
00404027 00080107 1
00404028 00080106 1
00404028 00080107 1
00404029 00080106 1
00404029 00080107 1
00404030 00080106 1
00404030 00080107 1
00404033 0020000D 1
00404033 0020000E 1
00404071 21000140 1
00409094 00081140 1
00409098 00080106 1
00409098 00080107 1
00409220 0040A120 1
00409220 0040A121 1
00409220 0040A122 1
00409220 0040A123 1
00409220 0040A124 1
0040A043 00080106 1
0040A043 00080107 1
0040A073 0040A027 1
0040A073 0040A030 1
0040A073 0040A075 1
0040A073 0040A088 2
0040A078 00080080 2
0040A078 00080082 2
0040A078 00081010 2
0040A078 00181002 1
0040A078 00401101 2
0040A078 0040A123 1
0040A07A 00080080 2
0040A07A 00080082 2
0040A07A 00081010 2
0040A07A 00181002 1
0040A07A 00401101 2
0040A07A 0040A082 2
0040A07A 0040A123 1
0040A07C 00080080 2
0040A07C 00080082 2
0040A088 00080106 1
0040A088 00080107 1
0040A168 00080106 1
0040A168 00080107 1
0040A170 00080106 1
0040A170 00080107 1
0040A195 00080106 1
0040A195 00080107 1
0040A301 00080106 1
0040A301 00080107 1
0040A360 0020000D 1
0040A370 00080050 2
0040A370 00081110 2
0040A370 0020000D 1
0040A370 00321060 2
0040A370 00401001 2
0040A370 00402016 2
0040A370 00402017 2
0040A372 00080106 1
0040A372 00080107 1
0040A375 0020000D 1
0040A385 0020000D 1
0040A390 00081155 1
0040A525 0020000D 1
0040A730 0040A032 1
0040A730 0040A120 1
0040A730 0040A121 1
0040A730 0040A122 1
0040A730 0040A123 1
0040A730 0040A124 1
0040A730 0040A13A 1
0040A730 0040A730 1
0040A730 30060024 1
0040A808 00720063 1
0040B020 0040A13A 1
0040B020 00700006 1
0040E008 00080106 1
0040E008 00080107 1
0040E021 00080054 1
0040E022 00880140 1
00420013 00081155 1
00440007 00080106 1
00440007 00080107 1
00440013 0040A120 1
00440013 0040A121 1
00440013 0040A122 1
00440013 0040A123 1
00440013 0040A124 1
00440019 0040A120 1
00440019 0040A121 1
00440019 0040A122 1
00440019 0040A123 1
00440019 0040A124 1
00440100 00080082 1
00440100 00120020 1
00440100 00440104 1
00440101 00080106 1
00440101 00080107 1
00440103 00080080 2
00440103 00080082 2
00440103 00081010 2
00440103 00181002 1
00440103 00401101 2
00440103 0040A123 1
00440109 00081155 1
0044010A 00080106 1
0044010A 00080107 1
00460111 00080106 1
00460111 00080107 1
00460116 00080106 1
00460116 00080107 1
00460121 00080106 1
00460121 00080107 1
00460145 00081155 1
00460207 00080106 1
00460207 00080107 1
00480100 00080106 1
00480100 00080107 1
00480108 00080106 1
00480108 00080107 1
00480110 00400554 1
00500010 00080106 1
00500010 00080107 1
00500012 00080106 1
00500012 00080107 1
00520016 00080106 1
00520016 00080107 1
00540016 00181078 1
00540220 00080106 1
00540220 00080107 1
00540222 00080106 1
00540222 00080107 1
00540300 00080106 1
00540300 00080107 1
00540302 00080106 1
00540302 00080107 1
00540304 00080106 1
00540304 00080107 1
00540410 00080106 1
00540410 00080107 1
00540412 00080106 1
00540412 00080107 1
00540414 00080106 1
00540414 00080107 1
00620002 00620021 1
00620003 00080106 1
00620003 00080107 1
0062000F 00080106 1
0062000F 00080107 1
00620011 00080106 1
00620011 00080107 1
00620012 00081155 1
00640002 00081140 1
00640002 00640003 1
0066002E 00081155 1
0066002F 00080106 1
0066002F 00080107 1
00660030 00080106 1
00660030 00080107 1
00660108 00080106 1
00660108 00080107 1
00660133 00080106 1
00660133 00080107 1
00660134 00080106 1
00660134 00080107 1
00686222 00081155 1
00686224 00081155 1
00686225 00081155 1
00686260 00686270 1
00686265 00686270 1
006862A0 00080106 1
006862A0 00080107 1
006862E0 00080106 1
006862E0 00080107 1
006862F0 00080106 1
006862F0 00080107 1
006863A0 00080106 1
006863A0 00080107 1
006863A4 00080106 1
006863A4 00080107 1
006863A8 00080106 1
006863A8 00080107 1
006863AC 00080106 1
006863AC 00080107 1
00686545 00080106 1
00686545 00080107 1
00687003 00080106 1
00687003 00080107 1
006A0002 006A0003 1
006A0002 006A0005 1
006A0009 00080106 1
006A0009 00080107 1
006A000A 00080106 1
006A000A 00080107 1
006A000B 00080106 1
006A000B 00080107 1
00700001 00081140 1
00700008 00620021 1
00700008 00700006 1
00700009 00620021 1
0070005A 00081140 1
00700086 00080080 1
00700086 00080082 1
00700086 00401101 1
00700308 00081140 1
00700308 00200052 1
0070030D 00080106 1
0070030D 00080107 1
00700311 00080106 1
00700311 00080107 1
00700314 00081155 1
00700314 0070031A 1
00700315 00081155 1
00700318 00081140 1
0070031C 00081140 1
0070031C 00200052 1
0070031F 00080106 1
0070031F 00080107 1
00700402 0020000D 1
00700404 00081155 1
00700404 0020000D 1
00701104 00081155 1
0070120A 00081140 1
00701301 00081140 1
00701903 00081155 1
00701B01 00081140 1
00701B01 0020000D 1
00701B01 0020000E 1
0072000C 0040100A 2
0072000E 00080106 1
0072000E 00080107 1
00720012 00081155 1
00720022 00720066 1
00720022 00720068 1
00720022 0072006A 1
00720022 0072006C 1
00720022 0072006E 1
00720022 00720070 1
0072003E 00080106 1
0072003E 00080107 1
00720080 00080106 1
00720080 00080107 1
00720400 00720066 1
00720400 00720068 1
00720400 0072006A 1
00720400 0072006C 1
00720400 0072006E 1
00720400 00720070 1
00720422 00081140 2
00720424 00700006 1
00720427 00081155 1
00720705 00081155 1
00741007 0040A120 1
00741007 0040A121 1
00741007 0040A122 1
00741007 0040A123 1
00741007 0040A124 1
0074100E 00080106 1
0074100E 00080107 1
00741040 00081155 1
00741210 0040A120 1
00741210 0040A121 1
00741210 0040A122 1
00741210 0040A123 1
00741210 0040A124 1
00741212 0040A120 1
00741212 0040A121 1
00741212 0040A122 1
00741212 0040A123 1
00741212 0040A124 1
00741224 00081155 1
00760008 00081155 1
0076000C 00081155 1
0076000E 00081155 1
00760020 00080106 1
00760020 00080107 1
00760034 00080106 1
00760034 00080107 1
00760040 00081155 1
00780026 00081155 1
0078002A 00081155 1
00800001 00080106 1
00800001 00080107 1
00800002 00080106 1
00800002 00080107 1
00800003 00080106 1
00800003 00080107 1
00800012 00081155 1
00800013 00081155 1
00820004 00081155 1
00820005 00081155 1
00820010 0072005E 1
00820010 0072005F 1
00820010 00720061 1
00820010 00720063 1
00820010 00720065 1
00820010 00720066 1
00820010 00720068 1
00820010 0072006A 1
00820010 0072006B 1
00820010 0072006C 1
00820010 0072006D 1
00820010 0072006E 1
00820010 00720070 1
00820010 00720071 1
00820017 00080080 2
00820017 00080082 2
00820017 00081010 2
00820017 00181002 1
00820017 00401101 2
00820017 0040A123 1
00820021 00080106 1
00820021 00080107 1
00820022 00080106 1
00820022 00080107 1
00820034 0072005E 1
00820034 0072005F 1
00820034 00720061 1
00820034 00720063 1
00820034 00720065 1
00820034 00720066 1
00820034 00720068 1
00820034 0072006A 1
00820034 0072006B 1
00820034 0072006C 1
00820034 0072006D 1
00820034 0072006E 1
00820034 00720070 1
00820034 00720071 1
00820035 0072005E 1
00820035 0072005F 1
00820035 00720061 1
00820035 00720063 1
00820035 00720065 1
00820035 00720066 1
00820035 00720068 1
00820035 0072006A 1
00820035 0072006B 1
00820035 0072006C 1
00820035 0072006D 1
00820035 0072006E 1
00820035 00720070 1
00820035 00720071 1
04000401 00080106 1
04000401 00080107 1
04000402 04000100 1
04000403 04000404 1
04000551 04000552 1
04000561 04000550 1
04000561 04000562 1
04000561 04000563 1
04000561 04000564 2
04000561 04000565 1
20000500 00081155 1
20100500 00081155 1
20100510 00081155 1
20100520 00081155 1
20500500 00081155 1
30020110 0040A120 1
30020110 0040A121 1
30020110 0040A122 1
30020110 0040A123 1
30020110 0040A124 1
30020117 00181000 2
30020117 300A0611 2
30020117 300A0615 2
30020117 3010001B 2
30020117 3010002D 1
30020117 30100043 2
30020119 00080106 1
30020119 00080107 1
3002011B 00080106 1
3002011B 00080107 1
3002011E 00081155 1
3002011F 30020121 1
3002011F 30020123 2
30020122 00080106 1
30020122 00080107 1
30020131 0040A120 1
30020131 0040A121 1
30020131 0040A122 1
30020131 0040A123 1
30020131 0040A124 1
30020132 00081110 1
30020133 00080106 1
30020133 00080107 1
30020135 0040A120 1
30020135 0040A121 1
30020135 0040A122 1
30020135 0040A123 1
30020135 0040A124 1
30060010 00200052 1
30060012 00081155 1
30060014 0020000E 1
30060016 00081155 1
30060018 00081155 1
30060020 30060024 1
30060020 30060026 2
3006004B 0020000E 1
3006004C 00080021 1
3006004C 00080031 1
3006004C 0008103E 1
3006004C 0020000E 1
3006004D 00080080 2
3006004D 00080082 2
3006004D 00081010 2
3006004D 00181002 1
3006004D 00401101 2
3006004D 0040A123 1
3006004E 00080080 2
3006004E 00080082 2
3006004E 00081010 2
3006004E 00181002 1
3006004E 00401101 2
3006004E 0040A123 1
3006004F 00080106 1
3006004F 00080107 1
30060080 3006004E 1
30060080 300600A6 2
30060086 00080106 1
30060086 00080107 1
300600CA 00080106 1
300600CA 00080107 1
30080030 00081155 1
30080040 30080024 1
30080040 30080025 1
30080041 30080024 1
30080041 30080025 1
30080060 00081070 2
30080060 00081072 1
30080060 300A0760 1
300800A1 00181000 2
300800A1 300A0611 2
300800A1 300A0615 2
300800A1 3010001B 2
300800A1 3010002D 1
300800A1 30100043 2
30080100 30080105 2
30080100 300A0216 2
30080100 300A022C 1
30080100 300A022E 1
30080130 30080162 1
30080130 30080164 1
30080130 30080166 1
30080130 30080168 1
30080160 30080024 1
30080160 30080025 1
30080171 30080162 1
30080171 30080164 1
30080171 30080166 1
30080171 30080168 1
30080173 30080024 1
30080173 30080025 1
30080240 30080250 2
30080240 30080251 2
300A00B0 300A00B2 2
300A0206 00080080 2
300A0206 00181000 2
300A0206 300A00B2 2
300A0210 300A022C 1
300A0210 300A022E 1
300A03A2 300A00B2 2
300A0401 00081155 1
300A0441 3010001B 2
300A0453 00080106 1
300A0453 00080107 1
300A060A 300A0608 1
300A060A 300A0609 1
300A060A 300A0785 1
300A0610 300A0611 1
300A0614 00181000 2
300A0614 300A0611 2
300A0614 300A0615 2
300A0614 3010001B 2
300A0614 3010002D 1
300A0614 30100043 2
300A0616 00081155 1
300A0618 300A0619 1
300A0621 300A0623 1
300A0629 300A062A 1
300A062D 0040A120 1
300A062D 0040A121 1
300A062D 0040A122 1
300A062D 0040A123 1
300A062D 0040A124 1
300A062F 300A073A 1
300A0630 00081155 1
300A0631 00081155 1
300A0635 00080106 1
300A0635 00080107 1
300A063A 00181000 2
300A063A 0018100B 2
300A063A 3010001B 2
300A063A 3010002D 1
300A063A 30100043 2
300A063B 00081155 1
300A063E 00080106 1
300A063E 00080107 1
300A0644 00080106 1
300A0644 00080107 1
300A064D 00181000 2
300A064D 300A0611 2
300A064D 300A0615 2
300A064D 3010001B 2
300A064D 3010002D 1
300A064D 30100043 2
300A0651 00181000 2
300A0651 300A0611 2
300A0651 300A0615 2
300A0651 3010001B 2
300A0651 3010002D 1
300A0651 30100043 2
300A0658 00080106 1
300A0658 00080107 1
300A0659 00080106 1
300A0659 00080107 1
300A065A 0040A120 1
300A065A 0040A121 1
300A065A 0040A122 1
300A065A 0040A123 1
300A065A 0040A124 1
300A065B 0040A120 1
300A065B 0040A121 1
300A065B 0040A122 1
300A065B 0040A123 1
300A065B 0040A124 1
300A0662 00181000 2
300A0662 300A0611 2
300A0662 300A0615 2
300A0662 3010001B 2
300A0662 3010002D 1
300A0662 30100043 2
300A0667 00080106 1
300A0667 00080107 1
300A066A 00181000 2
300A066A 300A0611 2
300A066A 300A0615 2
300A066A 3010001B 2
300A066A 3010002D 1
300A066A 30100043 2
300A0671 00181000 2
300A0671 300A0611 2
300A0671 300A0615 2
300A0671 3010001B 2
300A0671 3010002D 1
300A0671 30100043 2
300A0673 00181000 2
300A0673 300A0611 2
300A0673 300A0615 2
300A0673 3010001B 2
300A0673 3010002D 1
300A0673 30100043 2
300A0678 00080106 1
300A0678 00080107 1
300A067B 300A067C 1
300A067B 300A067D 2
300A067E 00080106 1
300A067E 00080107 1
300A067F 00080106 1
300A067F 00080107 1
300A0683 00080106 1
300A0683 00080107 1
300A0684 00080106 1
300A0684 00080107 1
300A0686 00181000 2
300A0686 3010001B 2
300A0686 3010002D 1
300A0686 30100043 2
300A0702 00081155 1
300A0703 00081155 1
300A0715 00080106 1
300A0715 00080107 1
300A0716 00080106 1
300A0716 00080107 1
300A0722 300A073A 1
300A0731 300A0734 1
300A0731 300A0736 1
300A073E 0040A120 1
300A073E 0040A121 1
300A073E 0040A122 1
300A073E 0040A123 1
300A073E 0040A124 1
300A073F 00440104 1
300A0740 300A0741 1
300A0740 300A0742 1
300A0740 300A0783 1
300A0743 00181000 2
300A0743 3010001B 2
300A0743 3010002D 1
300A0743 30100043 2
300A0744 00080106 1
300A0744 00080107 1
300A0745 00080106 1
300A0745 00080107 1
300A0746 00080080 1
300A0746 00080082 1
300A0746 00401101 1
300A0761 00080106 1
300A0761 00080107 1
300A0762 00080106 1
300A0762 00080107 1
300A0774 00080106 1
300A0774 00080107 1
300A0780 00081155 1
300A0788 00080106 1
300A0788 00080107 1
300A078B 00081155 1
300A078C 00081155 1
300A078C 300A0794 2
300A078D 00080106 1
300A078D 00080107 1
300A078F 00181000 2
300A078F 300A0611 2
300A078F 300A0615 2
300A078F 3010001B 2
300A078F 3010002D 1
300A078F 30100043 2
300A0790 300A078E 2
300A0791 00080106 1
300A0791 00080107 1
300A0793 0040A120 1
300A0793 0040A121 1
300A0793 0040A122 1
300A0793 0040A123 1
300A0793 0040A124 1
300A079D 00080106 1
300A079D 00080107 1
300C0002 00081155 1
300C0002 0020000D 1
300C0040 00081155 1
300C0042 00081155 1
300C0060 00081155 1
300C0080 00081155 1
300C0114 30100038 1
300C0116 00081140 1
300C0116 300A0002 2
300C0116 30100077 2
300C0120 00181203 2
300C0125 300C0127 1
300C0128 00181000 2
300C0128 3010001B 2
300C0128 3010002D 1
300C0128 30100043 2
30100003 00080106 1
30100003 00080107 1
30100004 00080106 1
30100004 00080107 1
30100007 00081155 1
30100008 30100013 1
30100009 00081155 1
3010000A 3010000B 1
30100018 30100015 1
30100019 00080080 2
30100019 00080082 2
30100019 00081010 2
30100019 00181002 1
30100019 00401101 2
30100019 0040A123 1
30100023 30100006 1
30100023 30100031 1
30100024 30100006 1
30100024 3010000F 2
30100025 30100006 1
30100025 3010000F 2
30100026 00181000 2
30100026 3010001B 2
30100026 3010002D 1
30100026 30100043 2
30100027 0040A120 1
30100027 0040A121 1
30100027 0040A122 1
30100027 0040A123 1
30100027 0040A124 1
3010002A 30100038 1
3010002B 00080106 1
3010002B 00080107 1
3010002C 00080106 1
3010002C 00080107 1
3010002E 00080106 1
3010002E 00080107 1
3010002F 00080106 1
3010002F 00080107 1
30100030 00080106 1
30100030 00080107 1
30100044 00081155 1
3010004A 00081155 1
3010004B 30100035 1
3010004B 3010003B 2
3010004B 3010004C 2
3010004B 3010004D 2
30100055 00081155 1
30100055 3010005C 2
30100057 30100056 2
30100057 3010005A 2
30100057 30100077 1
3010005B 00080106 1
3010005B 00080107 1
3010005D 00080106 1
3010005D 00080107 1
3010005F 00081110 1
30100060 30100017 2
30100060 30100035 1
30100062 00081155 1
30100064 00080106 1
30100064 00080107 1
30100065 00080106 1
30100065 00080107 1
30100067 00080106 1
30100067 00080107 1
30100069 00080106 1
30100069 00080107 1
3010006A 00080106 1
3010006A 00080107 1
3010006B 30100054 1
3010006B 30100061 2
3010006C 3010000B 1
3010006C 3010006E 1
3010006D 00080106 1
3010006D 00080107 1
30100070 0040A120 1
30100070 0040A121 1
30100070 0040A122 1
30100070 0040A123 1
30100070 0040A124 1
30100071 3010006F 1
30100076 00081110 1
30100078 00080106 1
30100078 00080107 1
30100080 00080106 1
30100080 00080107 1
30100081 0040A120 1
30100081 0040A121 1
30100081 0040A122 1
30100081 0040A123 1
30100081 0040A124 1
30100088 00080106 1
30100088 00080107 1
30100089 00080106 1
30100089 00080107 1
30100091 00080106 1
30100091 00080107 1
30100097 300A073A 1
30100098 300A073A 1
301000A0 30100006 1
52009229 00081140 2
52009230 00081140 2
54000100 003A0310 1
FFFAFFFA 04000100 1
FFFAFFFA 04000105 1
FFFAFFFA 04000115 1
"""
"""Attributes that items must have: tag of the sequence, tag, type."""
