"""Turn any pile of DICOM into tables one can trust, and see when equipment has drifted.

>>> import dicomlab as dl
>>> dl.Columns()["KVP"].unit
'kV'
"""

import lazy_loader

__version__ = "0.1.0"

# The public names stand in __init__.pyi, and each is imported when it is first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
