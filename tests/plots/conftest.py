from collections.abc import Iterator

import matplotlib as mpl
import pytest

from tests.plots import made_drift

mpl.use("Agg")


@pytest.fixture(scope="session")
def made():
    """The module that makes a Drift by hand: Made, Fault, make_drift."""
    return made_drift


@pytest.fixture
def drift(made):
    """Two CTs; on CT-01 the dose steps up with a software update and the kernel changes."""
    faults = (
        made.Fault("CT-01", "CTDIvol", 300, cause="coincides with an update", severity=3, finding="F1"),
        made.Fault("CT-01", "ConvolutionKernel", 302, severity=1, finding="F1"),
        made.Fault("CT-02", "XRayTubeCurrent", 240, 1.3, lasts=120),
    )
    events = (
        ("CT-01", 300, "software", "VA40 \u2192 VA50"),
        ("CT-01", 303, "service", "tube replaced"),
        *(("CT-01", day, "calibration", "DateOfLastCalibration") for day in range(20, 540, 60)),
    )
    return made.make_drift(made.Made(faults=faults, events=events))


@pytest.fixture(autouse=True)
def figures_closed() -> Iterator[None]:
    """A test that opens figures closes them."""
    from matplotlib import pyplot

    yield
    pyplot.close("all")
