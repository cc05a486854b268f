# The one list of views.
from .dashboard import DriftDashboard as DriftDashboard
from .table import Table as Table
