"""Pictures of tables: each function draws one and returns its axes."""

from dicomlab.plots.calendars import calendar
from dicomlab.plots.charts import control_chart
from dicomlab.plots.fleet import fleet_map
from dicomlab.plots.flows import flow
from dicomlab.plots.timelines import timeline

__all__ = ["calendar", "control_chart", "fleet_map", "flow", "timeline"]
