"""The dose table: what a radiation dose report says, as columns.

A dose report is a tree of content items, each named by a code (PS3.16 TID 10001, 10011, 10021, 10030
and 10040). A row of DOSE_ROWS is a column: its name, what kind of content item it comes from, the unit
that values are brought to, the codes of its name, where in the report it stands, and what it means.
A code alone is one of DCM; `SCT/SRT` gives both of a concept that the standard has renamed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from dicomlab.schema.columns import Column

ValueType = Literal["NUM", "COUNT", "CODE", "TEXT", "UIDREF", "DATETIME", "IMAGE"]
Place = Literal["report", "event", "source", "filter", "device", "agent", "total", "estimate", "organ"]

LATERALITY = "272741003/G-C171"

_Rows = tuple[tuple[str, ValueType, str, str, Place, str, str], ...]
DOSE_ROWS: _Rows = (
    # what the report says of itself and of who made it (TID 1002, 1004)
    ("procedure_reported", "CODE", "", "121058", "report", "", "Kind of procedure."),
    ("device_observer_uid", "UIDREF", "", "121012", "report", "", "What wrote the report."),
    ("device_observer_name", "TEXT", "", "121013", "report", "", "What wrote the report."),
    ("device_observer_manufacturer", "TEXT", "", "121014", "report", "", "Its maker."),
    ("device_observer_model_name", "TEXT", "", "121015", "report", "", "Its model."),
    ("device_observer_serial_number", "TEXT", "", "121016", "report", "", "Its serial number."),
    ("device_observer_physical_location", "TEXT", "", "121017", "report", "phi", "Where it stood."),
    ("start_of_x_ray_irradiation", "DATETIME", "", "113809", "report", "phi", "When the first event began."),
    ("end_of_x_ray_irradiation", "DATETIME", "", "113810", "report", "phi", "When the last event ended."),
    ("scope_of_accumulation", "CODE", "", "113705", "report", "", "What the totals are totals of."),
    ("source_of_dose_information", "CODE", "", "113854", "report", "list", "Where the values come from."),
    # any irradiation event (TID 10003, 10013)
    (
        "irradiation_event_uid",
        "UIDREF",
        "",
        "113769 113853 113503",
        "event",
        "",
        "Identifier of the event, as IrradiationEventUID of the images has it.",
    ),
    ("datetime_started", "DATETIME", "", "111526", "event", "phi", "When the event began."),
    (
        "acquisition_protocol",
        "TEXT",
        "",
        "125203",
        "event",
        "",
        "Protocol, as users of the machine named it.",
    ),
    ("target_region", "CODE", "", "123014", "event", "", "Region that was irradiated."),
    ("anatomical_structure", "CODE", "", "91723000/T-D0005", "event", "", "Structure that was imaged."),
    ("laterality", "CODE", "", LATERALITY, "event", "inner", "Side of the structure, or of a total."),
    ("image_view", "CODE", "", "111031", "event", "", "View, such as cranio-caudal."),
    ("procedure_context", "CODE", "", "408730004/G-C32C", "event", "", "Such as with or without contrast."),
    ("exposure_time_s", "NUM", "s", "113824 113735", "event", "", "Time of irradiation."),
    ("effective_dose_msv", "NUM", "mSv", "113839", "event", "", "Effective dose."),
    ("comment", "TEXT", "", "121106", "event", "phi", "What the machine or somebody wrote of it."),
    # CT (TID 10013)
    ("ct_acquisition_type", "CODE", "", "113820", "event", "", "Spiral, sequenced, stationary and so on."),
    ("scanning_length_mm", "NUM", "mm", "113825", "event", "", "Length that was scanned."),
    ("nominal_single_collimation_width_mm", "NUM", "mm", "113826", "event", "", "Width of one detector row."),
    ("nominal_total_collimation_width_mm", "NUM", "mm", "113827", "event", "", "Width of the whole beam."),
    ("pitch_factor", "NUM", "1", "113828", "event", "", "Table feed per rotation over collimation."),
    ("x_ray_modulation_type", "TEXT", "", "113842", "event", "", "How the tube current was modulated."),
    ("mean_ctdivol_mgy", "NUM", "mGy", "113830", "event", "", "Volume CT dose index, mean of the event."),
    ("ctdiw_phantom_type", "CODE", "", "113835", "event", "", "Phantom that the CT dose index refers to."),
    ("dlp_mgy_cm", "NUM", "mGy.cm", "113838", "event", "", "Dose length product."),
    ("size_specific_dose_estimate_mgy", "NUM", "mGy", "113930", "event", "", "AAPM 204 or 220, for a size."),
    ("number_of_x_ray_sources", "COUNT", "1", "113823", "event", "", "Tubes that were used."),
    # by X-ray source in CT, by pulse or exposure in projection X-ray
    (
        "identification_of_the_x_ray_source",
        "TEXT",
        "",
        "113832",
        "source",
        "list",
        "Tubes, in the order of the next four columns; null in projection X-ray.",
    ),
    ("kvp_kv", "NUM", "kV", "113733", "source", "list", "Peak voltages, by tube, or by pulse."),
    ("x_ray_tube_current_ma", "NUM", "mA", "113734", "source", "list", "Tube currents; in CT the means."),
    ("maximum_x_ray_tube_current_ma", "NUM", "mA", "113833", "source", "list", "Highest tube currents."),
    ("exposure_time_per_rotation_s", "NUM", "s", "113834", "source", "list", "Times of one rotation."),
    # projection X-ray (TID 10003, 10003A, 10003B, 10003C)
    ("acquisition_plane", "CODE", "", "113764", "event", "", "Single plane, plane A or B; of totals, too."),
    (
        "irradiation_event_type",
        "CODE",
        "",
        "113721",
        "event",
        "",
        "Fluoroscopy, stationary acquisition and so on.",
    ),
    ("dose_area_product_gy_m2", "NUM", "Gy.m2", "122130", "event", "", "1 Gy·m² is 10,000 Gy·cm²."),
    ("dose_rp_gy", "NUM", "Gy", "113738", "event", "", "Air kerma at the reference point."),
    ("entrance_exposure_at_rp_mgy", "NUM", "mGy", "111636", "event", "", "Entrance exposure, breast."),
    ("average_glandular_dose_mgy", "NUM", "mGy", "111631", "event", "", "Average glandular dose."),
    ("reference_point_definition", "CODE", "", "113780", "event", "", "Reference point; of totals, too."),
    ("fluoro_mode", "CODE", "", "113732", "event", "", "Continuous, pulsed and so on."),
    ("pulse_rate_per_s", "NUM", "/s", "113791", "event", "", "Pulses per second."),
    ("number_of_pulses", "COUNT", "1", "113768", "event", "", "Number of pulses."),
    ("pulse_width_ms", "NUM", "ms", "113793", "event", "list", "Widths of the pulses."),
    ("average_x_ray_tube_current_ma", "NUM", "mA", "113767", "event", "", "Mean tube current of the pulses."),
    ("exposure_uas", "NUM", "uA.s", "113736", "event", "list", "Current times time; 1,000 uAs are 1 mAs."),
    ("irradiation_duration_s", "NUM", "s", "113742", "event", "", "From the first to the last irradiation."),
    ("focal_spot_size_mm", "NUM", "mm", "113766", "event", "", "Nominal size of the focal spot."),
    ("anode_target_material", "CODE", "", "111632", "event", "", "Material of the anode."),
    ("half_value_layer_mm", "NUM", "mm", "111634", "event", "", "Half value layer, in mm of aluminium."),
    ("x_ray_filter_type", "CODE", "", "113772", "filter", "list", "Filters, in the order of the next three."),
    ("x_ray_filter_material", "CODE", "", "113757", "filter", "list", "Materials of the filters."),
    ("x_ray_filter_thickness_minimum_mm", "NUM", "mm", "113758", "filter", "list", "Least thicknesses."),
    ("x_ray_filter_thickness_maximum_mm", "NUM", "mm", "113773", "filter", "list", "Greatest thicknesses."),
    ("x_ray_grid", "CODE", "", "111635", "event", "list", "Grids in the beam."),
    ("collimated_field_area_m2", "NUM", "m2", "113790", "event", "", "Area of the field at the detector."),
    ("collimated_field_height_mm", "NUM", "mm", "113788", "event", "", "Height of the field."),
    ("collimated_field_width_mm", "NUM", "mm", "113789", "event", "", "Width of the field."),
    ("positioner_primary_angle_deg", "NUM", "deg", "112011", "event", "", "Angle of the arm, RAO to LAO."),
    ("positioner_secondary_angle_deg", "NUM", "deg", "112012", "event", "", "Angle, caudal to cranial."),
    (
        "positioner_primary_end_angle_deg",
        "NUM",
        "deg",
        "113739",
        "event",
        "",
        "Angle at the end of the event.",
    ),
    ("positioner_secondary_end_angle_deg", "NUM", "deg", "113740", "event", "", "Angle at the end."),
    ("distance_source_to_detector_mm", "NUM", "mm", "113750", "event", "", "Source to detector."),
    ("distance_source_to_isocenter_mm", "NUM", "mm", "113748", "event", "", "Source to isocentre."),
    (
        "distance_source_to_reference_point_mm",
        "NUM",
        "mm",
        "113737",
        "event",
        "",
        "Source to reference point.",
    ),
    ("table_longitudinal_position_mm", "NUM", "mm", "113751", "event", "", "Position of the table."),
    ("table_lateral_position_mm", "NUM", "mm", "113752", "event", "", "Position of the table."),
    ("table_height_position_mm", "NUM", "mm", "113753", "event", "", "Position of the table."),
    ("compression_thickness_mm", "NUM", "mm", "111633", "event", "", "Thickness of the compressed breast."),
    ("exposure_index", "NUM", "1", "113845", "event", "", "Exposure at the detector, IEC 62494-1."),
    ("target_exposure_index", "NUM", "1", "113846", "event", "", "What it ought to be."),
    ("deviation_index", "NUM", "1", "113847", "event", "", "10 log10 of exposure index over its target."),
    ("acquired_image", "IMAGE", "", "113795", "event", "list", "SOPInstanceUIDs of images of the event."),
    # the machine that irradiated (TID 1021)
    ("irradiating_device_name", "TEXT", "", "113877", "device", "", "What irradiated, where that is said."),
    ("irradiating_device_manufacturer", "TEXT", "", "113878", "device", "", "Its maker."),
    ("irradiating_device_model_name", "TEXT", "", "113879", "device", "", "Its model."),
    ("irradiating_device_serial_number", "TEXT", "", "113880", "device", "", "Its serial number."),
    ("irradiating_device_uid", "UIDREF", "", "121012", "device", "", "Its identifier."),
    # radiopharmaceuticals (TID 10022)
    ("radiopharmaceutical_agent", "CODE", "", "349358000/F-61FDB", "event", "", "The radiopharmaceutical."),
    ("radionuclide", "CODE", "", "89457008/C-10072", "agent", "", "Its radionuclide."),
    ("radionuclide_half_life_s", "NUM", "s", "304283002/R-42806", "agent", "", "Half-life that was used."),
    ("radiopharmaceutical_start_datetime", "DATETIME", "", "123003", "event", "phi", "When it was given."),
    ("radiopharmaceutical_stop_datetime", "DATETIME", "", "123004", "event", "phi", "When that ended."),
    ("administered_activity_mbq", "NUM", "MBq", "113507", "event", "", "Activity that was given."),
    ("pre_administration_measured_activity_mbq", "NUM", "MBq", "113508", "event", "", "Syringe before."),
    ("post_administration_measured_activity_mbq", "NUM", "MBq", "113509", "event", "", "Syringe after."),
    ("radiopharmaceutical_volume_cm3", "NUM", "cm3", "123005", "event", "", "Volume that was given."),
    ("route_of_administration", "CODE", "", "410675002/G-C340", "event", "", "Such as intravenous."),
    # what the report adds up (TID 10002, 10004 to 10007, 10012)
    ("total_number_of_irradiation_events", "COUNT", "1", "113812", "total", "", "Number of events."),
    ("ct_dose_length_product_total_mgy_cm", "NUM", "mGy.cm", "113813", "total", "", "Of all CT events."),
    ("ct_effective_dose_total_msv", "NUM", "mSv", "113814", "total", "", "Of all CT events."),
    ("dose_area_product_total_gy_m2", "NUM", "Gy.m2", "113722", "total", "", "Of all events in the plane."),
    ("dose_rp_total_gy", "NUM", "Gy", "113725", "total", "", "Air kerma of all events in the plane."),
    ("fluoro_dose_area_product_total_gy_m2", "NUM", "Gy.m2", "113726", "total", "", "Of fluoroscopy."),
    ("fluoro_dose_rp_total_gy", "NUM", "Gy", "113728", "total", "", "Of fluoroscopy."),
    ("total_fluoro_time_s", "NUM", "s", "113730", "total", "", "Time of fluoroscopy."),
    ("acquisition_dose_area_product_total_gy_m2", "NUM", "Gy.m2", "113727", "total", "", "Of acquisitions."),
    ("acquisition_dose_rp_total_gy", "NUM", "Gy", "113729", "total", "", "Of acquisitions."),
    ("total_acquisition_time_s", "NUM", "s", "113855", "total", "", "Time of acquisitions."),
    ("total_number_of_radiographic_frames", "COUNT", "1", "113731", "total", "", "Frames of acquisitions."),
    (
        "accumulated_average_glandular_dose_mgy",
        "NUM",
        "mGy",
        "111637",
        "total",
        "side",
        "Of one breast: a row for each, with its laterality.",
    ),
    # what a patient radiation dose report estimates (TID 10030 to 10034): a row for each organ
    ("radiation_dose_estimate_name", "TEXT", "", "128403", "estimate", "", "Name of the estimate."),
    ("radiation_dose_estimate_method", "CODE", "", "128477", "estimate", "", "Kind of method."),
    ("event_uid_used", "UIDREF", "", "128429", "estimate", "list", "Events that the estimate is of."),
    ("organ", "CODE", "", "363698007/G-C0E3", "organ", "", "What got the dose; null for the whole body."),
    ("absorbed_dose_mgy", "NUM", "mGy", "128513 128533 113518", "organ", "", "Absorbed dose, or its mean."),
    ("maximum_absorbed_dose_mgy", "NUM", "mGy", "128531", "organ", "", "Highest absorbed dose."),
    ("minimum_absorbed_dose_mgy", "NUM", "mGy", "128532", "organ", "", "Least absorbed dose."),
    ("median_absorbed_dose_mgy", "NUM", "mGy", "128539", "organ", "", "Median of the absorbed dose."),
    ("equivalent_dose_msv", "NUM", "mSv", "128512 128537", "organ", "", "Equivalent dose, or its mean."),
    ("maximum_equivalent_dose_msv", "NUM", "mSv", "128535", "organ", "", "Highest equivalent dose."),
    ("effective_dose_estimate_msv", "NUM", "mSv", "113839", "organ", "", "Effective dose of the patient."),
)

_VRS: dict[ValueType, str] = {
    "NUM": "DS",
    "COUNT": "IS",
    "CODE": "LO",
    "TEXT": "LO",
    "UIDREF": "UI",
    "DATETIME": "DT",
    "IMAGE": "UI",
}


@dataclass(frozen=True)
class DoseColumn(Column):
    """A column of the dose table: which content items it is made of, and where they stand."""

    concepts: tuple[str, ...] = ()
    """Names of the content item as scheme and code, such as `DCM 113838`."""
    value_type: ValueType = "TEXT"
    place: Place = "event"
    flag: str = ""
    is_code: bool = False
    """Whether it has the code of what the column before it has the meaning of."""

    @property
    def source(self) -> str:
        """The names of the content item, as the standard writes codes."""
        pairs = (concept.split(" ") for concept in self.concepts)
        return " or ".join(f"({code}, {scheme})" for scheme, code in pairs) or "(0040,A730)"


@cache
def dose_columns() -> tuple[DoseColumn, ...]:
    """The columns of the dose table but for its keys; beside each coded one, its code."""
    found: list[DoseColumn] = []
    for name, value_type, unit, codes, place, flags, meaning in DOSE_ROWS:
        column = DoseColumn(
            name=name,
            meaning=meaning,
            level="instance",
            vr=_VRS[value_type],
            tag=0x0040A730,
            unit="" if unit == "1" else unit,
            phi="phi" in flags.split(),
            is_list="list" in flags.split(),
            concepts=tuple(_concepts(codes)),
            value_type=value_type,
            place=place,
            flag=next((f for f in flags.split() if f in ("inner", "side")), ""),
        )
        found.append(column)
        if value_type == "CODE":
            found.append(_code_of(column))
    return tuple(found)


def _code_of(column: DoseColumn) -> DoseColumn:
    from dataclasses import replace

    name = f"{column.name}_code"
    return replace(column, name=name, meaning=f"Code and scheme of `{column.name}`.", is_code=True)


def _concepts(codes: str) -> list[str]:
    named = []
    for word in codes.split(" "):
        now, _, before = word.partition("/")
        named += [f"SCT {now}", f"SRT {before}"] if before else [f"DCM {now}"]
    return named


CONTENT = DoseColumn("dose", "What a dose report says.", "instance", "LO", 0x0040A730)
"""Stands for the content of a report in rows of `problems` that are of no one column."""


def dose_may_identify(name: str) -> bool:
    """Whether a column of the dose table may tell who the patient is."""
    return name in _identifying()


@cache
def _identifying() -> frozenset[str]:
    return frozenset(column.name for column in dose_columns() if column.phi)


def dose_rows() -> tuple[tuple[str, str, str], ...]:
    """Column, type and meaning, with unit and concept, for the page of all tables."""
    rows = [
        ("file_key", "string", "The file."),
        (
            "level",
            "string",
            "`event` for an irradiation event, `total` for what it adds up, `estimate` for a patient's dose.",
        ),
        ("event", "int64", "Number of the event in its report, from 1; null for others."),
    ]
    for c in dose_columns():
        if not c.is_code:
            unit = f" In {c.unit}." if c.unit else ""
            rows.append((c.name, c.type, f"{c.meaning}{unit} {c.source}{' PHI.' if c.phi else ''}"))
    rows.append(("*_code", "string", "Beside each coded column its code and scheme, such as `113691 DCM`."))
    rows.append(("*_utc_offset_minutes", "int64", "Beside each date-time, as in `instances`."))
    return tuple(rows)
