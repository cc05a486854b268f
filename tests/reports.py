"""Radiation dose reports, built item by item as PS3.16 lays them out."""

from __future__ import annotations

from collections.abc import Sequence

from pydicom.dataset import Dataset

from tests.build import dataset

DOSE_SR = "1.2.840.10008.5.1.4.1.1.88.67"
RADIOPHARMACEUTICAL_SR = "1.2.840.10008.5.1.4.1.1.88.68"
COMPREHENSIVE_SR = "1.2.840.10008.5.1.4.1.1.88.33"
Code = str | tuple[str, str, str]


def coded(code: Code) -> list[Dataset]:
    """A code sequence: a code of DCM, or value, scheme and meaning."""
    value, scheme, meaning = (code, "DCM", f"meaning of {code}") if isinstance(code, str) else code
    ds = Dataset()
    ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = value, scheme, meaning
    return [ds]


def item(kind: str, name: Code, *children: Dataset, relation: str = "CONTAINS") -> Dataset:
    """A content item without a value."""
    ds = Dataset()
    ds.RelationshipType, ds.ValueType, ds.ConceptNameCodeSequence = relation, kind, coded(name)
    if children:
        ds.ContentSequence = list(children)
    return ds


def box(name: Code, *children: Dataset) -> Dataset:
    ds = item("CONTAINER", name, *children)
    ds.ContinuityOfContent = "SEPARATE"
    return ds


def num(name: Code, value: object, unit: str, *children: Dataset) -> Dataset:
    ds, measured = item("NUM", name, *children), Dataset()
    measured.MeasurementUnitsCodeSequence = coded((unit, "UCUM", unit))
    measured.NumericValue = str(value)
    ds.MeasuredValueSequence = [measured]
    return ds


def code(name: Code, value: Code, *children: Dataset, relation: str = "CONTAINS") -> Dataset:
    ds = item("CODE", name, *children, relation=relation)
    ds.ConceptCodeSequence = coded(value)
    return ds


def text(name: Code, value: str, *, relation: str = "CONTAINS") -> Dataset:
    ds = item("TEXT", name, relation=relation)
    ds.TextValue = value
    return ds


def uid(name: Code, value: str) -> Dataset:
    ds = item("UIDREF", name)
    ds.UID = value
    return ds


def moment(name: Code, value: str) -> Dataset:
    ds = item("DATETIME", name)
    ds.DateTime = value
    return ds


def report(*children: Dataset, name: Code = "113701", sop_class: str = DOSE_SR, **values: object) -> Dataset:
    """A report with these items below its root."""
    ds = dataset(SOPClassUID=sop_class, Modality="SR", ValueType="CONTAINER", **values)
    ds.ConceptNameCodeSequence = coded(name)
    ds.ContentSequence = list(children)
    return ds


def ct_event(number: int = 1, *, sources: Sequence[tuple[str, float]] = (("A", 120),)) -> Dataset:
    """TID 10013: a CT acquisition of 10 mGy and 100 mGy.cm, times its number."""
    tubes = [
        box("113831", text("113832", name), num("113733", kv, "kV"), num("113734", 200 + kv, "mA"))
        for name, kv in sources
    ]
    return box(
        "113819",
        text("125203", f"Protocol {number}"),
        code("123014", ("T-D3000", "SRT", "Chest")),
        code("113820", ("P5-08001", "SRT", "Spiral Acquisition")),
        uid("113769", f"1.2.9.{number}"),
        box(
            "113822",
            num("113824", 5.5, "s"),
            num("113825", 300, "mm"),
            num("113828", 0.9, "{ratio}"),
            num("113823", len(tubes), "{X-Ray sources}"),
            *tubes,
        ),
        box(
            "113829",
            num("113830", 10.0 * number, "mGy"),
            code("113835", ("113691", "DCM", "IEC Body Dosimetry Phantom")),
            num("113838", 100.0 * number, "mGy.cm"),
        ),
    )


def ct_report(events: int = 2, **values: object) -> Dataset:
    """TID 10011: some CT acquisitions, and what they add up to."""
    total = 100.0 * sum(range(1, events + 1))
    return report(
        code("121058", ("P5-08000", "SRT", "Computed Tomography X-Ray")),
        text("121013", "CONSOLE"),
        text("121016", "4711"),
        moment("113809", "20240301101500.25+0100"),
        box("113811", num("113812", events, "{events}"), num("113813", total, "mGy.cm")),
        *(ct_event(number + 1) for number in range(events)),
        **values,
    )


def mammography_report(**values: object) -> Dataset:
    """TID 10001 of a mammography: the dose of each breast by itself."""
    side = ("G-C171", "SRT", "Laterality")
    left, right = ("T-04030", "SRT", "Left breast"), ("T-04020", "SRT", "Right breast")
    totals = (
        num("111637", 1.3, "mGy", code(side, left, relation="HAS CONCEPT MOD")),
        num("111637", 1.28, "mGy", code(side, right, relation="HAS CONCEPT MOD")),
    )
    structure = ("T-D0005", "SRT", "Anatomical structure")
    inner = code(side, ("G-A101", "SRT", "Left"), relation="HAS CONCEPT MOD")
    return report(
        box("113702", code("113764", "113622"), *totals),
        box(
            "113706",
            uid("113769", "1.2.9.1"),
            code(structure, ("T-04000", "SRT", "Breast"), inner),
            num("111631", 1.3, "mGy"),
            num("113824", 854, "ms"),
            num("113736", 90.2, "mA.s"),
        ),
        **values,
    )


def biplane_report(**values: object) -> Dataset:
    """TID 10001 of a machine with two planes: an event and totals of each."""

    def plane(name: str, meaning: str, area: int) -> tuple[Dataset, Dataset]:
        of = code("113764", (name, "DCM", meaning), relation="HAS CONCEPT MOD")
        filters = [
            box("113771", code("113757", ("C-127F9", "SRT", "Copper")), num("113758", 0.2, "mm")),
            box("113771", code("113757", ("C-120F9", "SRT", "Aluminum"))),
        ]
        event = box(
            "113706",
            of,
            moment("111526", "20240301101500"),
            code("113721", ("P5-06000", "SRT", "Fluoroscopy")),
            num("122130", area, "Gy.cm2"),
            num("113738", area / 10, "mGy"),
            *(num("113733", kv, "kV") for kv in (70, 72, 71)),
            num("113791", 7.5, "{pulse}/s"),
            num("113735", 100.8, "ms"),
            *filters,
            code(
                "113876",
                ("113859", "DCM", "Irradiating Device"),
                text("113880", "SN-7", relation="HAS PROPERTIES"),
            ),
        )
        return event, box("113702", of, num("113722", f"{area}e-4", "Gym2"), num("113730", 28, "s"))

    a, total_a = plane("113620", "Plane A", 2)
    b, total_b = plane("113621", "Plane B", 3)
    return report(total_a, total_b, a, b, **values)


def radiopharmaceutical_report(**values: object) -> Dataset:
    """TID 10021: one administration."""
    agent = code(
        ("349358000", "SCT", "Radiopharmaceutical agent"),
        ("35321007", "SCT", "Fluorodeoxyglucose F^18^"),
        code(
            ("89457008", "SCT", "Radionuclide"),
            ("77004003", "SCT", "^18^Fluorine"),
            relation="HAS PROPERTIES",
        ),
        num(("304283002", "SCT", "Radionuclide Half Life"), 6586.2, "s"),
    )
    return report(
        box(
            "113502",
            agent,
            uid("113503", "1.2.9.5"),
            moment("123003", "20240301093000"),
            num("113507", 0.25, "GBq"),
            num("123005", 2, "ml"),
            code(("410675002", "SCT", "Route of administration"), ("47625008", "SCT", "Intravenous route")),
        ),
        name="113500",
        sop_class=RADIOPHARMACEUTICAL_SR,
        **values,
    )
