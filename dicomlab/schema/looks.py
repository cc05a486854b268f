"""Which columns of a table a first look wants; the rest on request."""

from __future__ import annotations

FIRST_LOOK: dict[str, tuple[str, ...]] = {
    table: tuple(names.split())
    for table, names in (
        ("patients", "PatientID PatientSex n_studies n_series n_instances modalities first_acquired_at"),
        (
            "studies",
            "PatientID first_acquired_at StudyDescription modalities n_series n_instances StudyInstanceUID",
        ),
        (
            "series",
            "PatientID first_acquired_at Modality n_instances StationName ManufacturerModelName "
            "ProtocolName SeriesDescription SeriesNumber",
        ),
        (
            "instances",
            "PatientID acquired_at Modality StationName InstanceNumber Rows Columns SliceThickness file_key",
        ),
        (
            "frames",
            "acquired_at frame frame_time_ms slice_position_mm StackID InStackPositionNumber "
            "TemporalPositionIndex file_key",
        ),
        (
            "dose",
            "datetime_started level event acquisition_protocol target_region mean_ctdivol_mgy dlp_mgy_cm "
            "ct_dose_length_product_total_mgy_cm dose_area_product_gy_m2 dose_rp_gy "
            "dose_area_product_total_gy_m2 average_glandular_dose_mgy administered_activity_mbq",
        ),
        (
            "references",
            "sequence purpose ReferencedSOPClassUID ReferencedSOPInstanceUID referenced_series_uid n_items "
            "file_key",
        ),
        ("files", "status size header_bytes reason file_key"),
        ("errors", "status reason file_key"),
        ("problems", "column tag reason raw file_key"),
        ("directory", "record record_type names reason file_key"),
        (
            "volumes",
            "PatientID Modality apart_by n_slices n_places spacing_mm n_odd_gaps EchoTime DiffusionBValue "
            "AcquisitionNumber volume SeriesInstanceUID",
        ),
        ("slices", "volume slice content place position_mm gap_mm gap_kind file_key"),
        ("media", "verdict n_named n_missing n_other n_unreadable n_unnamed file_key"),
    )
}
