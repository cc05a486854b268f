"""What the kept headers say of attributes that the tables have no columns for: the table `headers`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
import pyarrow as pa

from dicomlab.checks._attribute_types import ATTRIBUTE_TYPES
from dicomlab.checks.base import MOST_NAMED, Readable
from dicomlab.checks.conditions import ATTRIBUTES as CONDITIONAL
from dicomlab.checks.conditions import conditions_sql
from dicomlab.checks.queries import Instances, device_sql, instance_columns
from dicomlab.schema.levels import quoted

FACTS = ("absent", "empty", "other_vr", "too_long")
ACQUISITION = tuple(
    "KVP XRayTubeCurrent ExposureTime Exposure CTDIvol ConvolutionKernel SpiralPitchFactor RevolutionTime "
    "ReconstructionDiameter TableHeight GantryDetectorTilt DistanceSourceToDetector FocalSpots PixelSpacing "
    "ImagerPixelSpacing SliceThickness SpacingBetweenSlices SliceLocation RescaleSlope RescaleIntercept "
    "WindowCenter WindowWidth RepetitionTime EchoTime InversionTime FlipAngle EchoTrainLength "
    "NumberOfAverages PixelBandwidth MagneticFieldStrength ImagingFrequency PercentSampling SAR "
    "AcquisitionTime AcquisitionDate "
    "ContentTime ContentDate SeriesDate SeriesTime ProtocolName SeriesDescription DeviceSerialNumber "
    "StationName SoftwareVersions PatientPosition PatientWeight PatientSize PatientAge BodyPartThickness "
    "CompressionForce OrganDose EntranceDoseInmGy ExposureIndex DeviationIndex ActualFrameDuration "
    "DecayFactor DoseCalibrationFactor InstanceNumber SeriesNumber AcquisitionNumber".split()
)
"""Attributes that no class demands, and that files of one kind have together or not at all."""

_FACTS_SQL = {name: f"f.{name}" for name in FACTS}
_OWN = ("kept_headers", "image_type", "device", "n_files", "files", "conditions", *FACTS)


class HeaderFacts:
    """Which attributes files with a kept header lack or have written wrongly, in two blocks.

    absent, empty, other_vr and too_long are as `Catalog.presence` gives them, for the attributes that
    the standard wants in some kind of file, and ACQUISITION. The first block has one row a combination of
    them, device and SOPClassUID, with conditions (which of `conditions.RULES` ask
    something of them), n_files and files (the keys of the first 100). The second has one row
    a file, of those kinds (SOPClassUID and ImageType, as text image_type) in a series whose files differ in
    what is absent or empty. So neither grows with the files of an archive that is in order.
    """

    def columns(self, catalog: Readable) -> list[str]:
        """The columns of either block; without kept headers those of the instances only."""
        own = _OWN if catalog.keeps_headers else ("image_type", "device")
        return [*instance_columns(catalog), *own]

    def blocks(
        self, catalog: Readable, names: Sequence[str], *, together: Sequence[str], rows: int
    ) -> Iterator[pd.DataFrame]:
        """The two blocks, each with the columns it has."""
        facts = catalog.presence(all_attributes())
        facts = facts[facts["absent"].notna()]
        codes = {name: facts[name].cat.codes.to_numpy("int32") for name in FACTS}
        beside = {"_facts": pa.table({"file_key": pa.array(facts["file_key"], pa.string()), **codes})}
        words = {name: facts[name].cat.categories for name in FACTS}
        for query in (_kinds_sql(instance_columns(catalog)), _odd_series_sql(catalog, names)):
            found = catalog.arrow(query, beside).to_pandas(date_as_object=False)
            texts = {name: pd.Categorical.from_codes(found[name], words[name]) for name in FACTS}
            yield found.assign(**texts, kept_headers=True)


def _kinds_sql(have: Sequence[str]) -> str:
    """How many files there are of each combination, and the first of them."""
    kind = ['i."SOPClassUID"'] if "SOPClassUID" in have else []
    conditions = f"{conditions_sql(have)} AS conditions"
    return f"""SELECT {", ".join([f"{device_sql(have)} AS device", *kind, *_FACTS_SQL.values(), conditions])},
      count(*) AS n_files, min(i.file_key, {MOST_NAMED}) AS files
    FROM instances i JOIN _facts f USING (file_key) GROUP BY ALL ORDER BY ALL"""


def _odd_series_sql(catalog: Readable, names: Sequence[str]) -> str:
    """The files of each kind in a series that do not all have the same attributes."""
    have = instance_columns(catalog)
    image_type = 'i."ImageType"::VARCHAR' if "ImageType" in have else "NULL"
    kind = [f"i.{quoted(name)}" for name in ("SeriesInstanceUID", "SOPClassUID") if name in have]
    kind.append(image_type)
    keys = [f"{text} AS key_{n}" for n, text in enumerate(kind)]
    same = [f"{text} IS NOT DISTINCT FROM key_{n}" for n, text in enumerate(kind)]
    odd = f"""JOIN _facts f USING (file_key) JOIN (
      SELECT {", ".join(keys)} FROM instances i JOIN _facts f USING (file_key) GROUP BY ALL
      HAVING min((f.absent, f.empty)) < max((f.absent, f.empty))
    ) ON {" AND ".join(same)}
    WHERE i.SeriesInstanceUID IS NOT NULL ORDER BY i.file_key"""
    own = [name for name in dict.fromkeys(("file_key", *names)) if name not in _OWN]
    return Instances({"image_type": image_type} | _FACTS_SQL, odd).query(
        catalog, [*own, "image_type", "device", *FACTS]
    )


def all_attributes() -> list[str]:
    """The keywords that are looked for."""
    demanded = (word for _, *texts in ATTRIBUTE_TYPES for text in texts for word in text.split())
    return sorted({*demanded, *ACQUISITION, *CONDITIONAL})
