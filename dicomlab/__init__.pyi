# The one list of public names.
from . import demo as demo
from . import plots as plots
from . import widgets as widgets
from .catalog.catalog import Catalog as Catalog
from .catalog.catalog import open_catalog as open_catalog
from .checks.engine import check as check
from .checks.engine import list_checks as list_checks
from .cohorts.cohort import Cohort as Cohort
from .cohorts.engine import select as select
from .copies.engine import copy_files as copy_files
from .deid.engine import deidentify as deidentify
from .deid.keys import Key as Key
from .deid.recipe import Recipe as Recipe
from .devices import list_devices as list_devices
from .drift.base import Drift as Drift
from .drift.engine import find_drift as find_drift
from .drift.signals.parameters import list_parameters as list_parameters
from .header.engine import read_header as read_header
from .masking import options as options
from .protocols.engine import check_protocol as check_protocol
from .protocols.learning import learn_protocols as learn_protocols
from .protocols.reference import Protocol as Protocol
from .protocols.studies import check_studies as check_studies
from .report.engine import write_report as write_report
from .scanner.engine import scan as scan
from .schema.columns import Columns as Columns

__version__: str
