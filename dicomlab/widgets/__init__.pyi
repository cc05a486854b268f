# The one list of views.
from .builder import CohortBuilder as CohortBuilder
from .checks import CheckBrowser as CheckBrowser
from .dashboard import DriftDashboard as DriftDashboard
from .table import Table as Table
