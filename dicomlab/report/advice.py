"""What to look at first when something changed: hints, not instructions of a maker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_KINDS = {
    "setting": "Compare the protocol on the console with your master copy, and ask who edited it.",
    "share": "See which protocol or operator chooses that value now, and whether that was decided.",
    "spread": "Image the same phantom a few times: a scatter that shows there as well is one for service; "
    "else look for a protocol or a habit that has split in two.",
    "unit": "Look at the values as they are written before and after. If only unit or writing changed, tell "
    "whoever uses the tables.",
    "missing-tag": "Ask whether an export filter, a gateway or a protocol drops the element.",
    "gap": "Ask whether the machine was out of use, or whether its images went elsewhere.",
    "tolerance": "Repeat the measurement that the tolerance was set for.",
    "identity": "Compare the values that should agree in a few files of either side.",
}
"""What to check by kind of change."""

_TUBE = "Compare the dose modulation of the protocol with your master copy, then measure a phantom."
_CONTROL = "Test automatic exposure control and detector with a uniform phantom."
_BEAM = "Measure half-value layer and output: tube, filter or generator."
_TRANSMIT = "Test coil and transmit calibration in a phantom, and compare the protocol's flip angles."
_ACTIVITY = "Compare with the dose calibrator and the dispensing record."
_HABIT = "Look at it by operator before you look at the machine."
_PARAMETERS = {
    **dict.fromkeys(("CTDIvol", "XRayTubeCurrent", "Exposure", "ExposureTime"), _TUBE),
    **dict.fromkeys(("ExposureIndex", "DeviationIndex", "RelativeXRayExposure", "Sensitivity"), _CONTROL),
    **dict.fromkeys(("EntranceDose", "EntranceDoseInmGy", "OrganDose"), _CONTROL),
    "ImageAndFluoroscopyAreaDoseProduct": _CONTROL,
    **dict.fromkeys(("HalfValueLayer", "XRayOutput"), _BEAM),
    **dict.fromkeys(("SAR", "B1rms", "dBdt", "reference_amplitude_volt"), _TRANSMIT),
    "ImagingFrequency": "Ask for the record of magnet and shim, and measure the frequency in a phantom.",
    "DetectorTemperature": "Look at the cooling of detector and room, then the detector's calibration.",
    "RadionuclideTotalDose": _ACTIVITY,
    "DoseCalibrationFactor": "Ask for the record of the last calibration, and repeat the cross-calibration.",
    **dict.fromkeys(("CompressionForce", "CompressionPressure", "TableHeight", "DepthOfScanField"), _HABIT),
}
"""What to check by parameter, where a level moved."""

_ANY = "Look at images from before and after the onset side by side, and compare the protocols."
_EVENTS = {
    "software": "Read the release notes of the new software for it.",
    "calibration": "Compare the calibration records of that day and the one before.",
    "detector": "Ask why the detector was exchanged or calibrated.",
    "service": "Read the service report of that day.",
    "station": "See whether the machine was moved or renamed.",
}
"""What to read where an event of that kind lies near."""


_SETTINGS = {
    **dict.fromkeys(
        ("ReceiveCoilName", "TransmitCoilName"),
        "See whether the usual coil is still in use, and test it in a phantom.",
    ),
    "DetectorConditionsNominalFlag": "Ask why the detector says that its conditions are not nominal.",
}
"""What to check by parameter, where a setting changed."""


def advise(kind: str, parameter: str, events: Iterable[str] = (), settings: Sequence[str] = ()) -> str:
    """What to check for a change: a sentence, and one more for the nearest event.

    `events` are the kinds of the events near its onset, the nearest first; `settings` those that
    changed with it, which come first where a level or a scatter moved.

    >>> advise("step", "HalfValueLayer", ["service"])
    'Measure half-value layer and output: tube, filter or generator. Read the service report of that day.'
    >>> advise("step", "SAR", settings=["FlipAngle"])
    'Begin with FlipAngle, which was set otherwise from then on: compare the protocol with your master copy.'
    """
    if settings and kind in ("step", "ramp", "spread"):
        names, was = " and ".join(settings[:3]), "was" if len(settings) == 1 else "were"
        then = "compare the protocol with your master copy."
        return f"Begin with {names}, which {was} set otherwise from then on: {then}"
    special = _SETTINGS.get(parameter, "") if kind == "setting" else ""
    first = special or _KINDS.get(kind) or _PARAMETERS.get(parameter, _ANY)
    nearest = next((_EVENTS[event] for event in events if event in _EVENTS), "")
    return f"{first} {nearest}".strip()
