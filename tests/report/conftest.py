import matplotlib as mpl
import pytest

from tests.plots import made_drift

mpl.use("Agg")


@pytest.fixture(scope="session")
def made():
    """The module that makes a Drift by hand: Made, Fault, make_drift."""
    return made_drift


@pytest.fixture(scope="session")
def drift(made):
    """Two CTs; two linked changes on CT-01, one slow change on CT-02."""
    faults = (
        made.Fault("CT-01", "CTDIvol", 300, cause="coincides with an update", severity=3, finding="F1"),
        made.Fault("CT-01", "ConvolutionKernel", 302, severity=1, finding="F1"),
        made.Fault("CT-02", "XRayTubeCurrent", 240, 1.3, lasts=120),
    )
    return made.make_drift(made.Made(faults=faults, events=(("CT-01", 300, "software", "VA40 \u2192 VA50"),)))


@pytest.fixture(scope="session")
def page(drift, tmp_path_factory):
    """The text of the report of `drift`."""
    from dicomlab.report.engine import write_report

    return write_report(drift, to=tmp_path_factory.mktemp("report") / "drift.html").read_text("utf-8")
