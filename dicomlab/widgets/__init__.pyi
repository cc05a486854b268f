# The one list of views.
from .browser import SeriesBrowser as SeriesBrowser
from .builder import CohortBuilder as CohortBuilder
from .checks import CheckBrowser as CheckBrowser
from .dashboard import DriftDashboard as DriftDashboard
from .table import Table as Table
from .tags import TagExplorer as TagExplorer
from .viewer import Viewer as Viewer
