"""Views for notebooks: each is a widget, and what was chosen in it is its `value`."""

import lazy_loader

# The public names stand in __init__.pyi, and each is imported when it is first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
