# The one list of views.
from .table import Table as Table
