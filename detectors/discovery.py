"""Find the detectors: every module of this package and those below that has a `DETECTOR`."""

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

import detectors
from detectors.base import Detector


@cache
def find_detectors() -> tuple[Detector, ...]:
    """All detectors, by name; the position is the detector's code less one.

    Examples
    --------
    >>> "motion" in [d.name for d in find_detectors()]
    True
    """
    names = [module.name for module in walk_packages(detectors.__path__, "detectors.")]
    modules = [import_module(name) for name in names if name != __name__]
    found = [module.DETECTOR for module in modules if hasattr(module, "DETECTOR")]
    return tuple(sorted(found, key=lambda detector: detector.name))
