"""Find the detectors: every module of this package that has a `DETECTOR`."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import detectors
from detectors.base import Detector


@cache
def find_detectors() -> tuple[Detector, ...]:
    """All detectors, by module name; the position is the detector's code less one.

    Examples
    --------
    >>> "motion" in [d.name for d in find_detectors()]
    True
    """
    names = sorted(module.name for module in iter_modules(detectors.__path__))
    modules = [import_module(f"detectors.{name}") for name in names if name != "discovery"]
    return tuple(m.DETECTOR for m in modules if hasattr(m, "DETECTOR"))
