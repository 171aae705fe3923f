"""Limits that are drawn as lines: those of the rules in force (`detectors.rules`), held by a test.

A point may have limits of its own in the registry; its warnings say which were used.
"""

VELOCITY_MM_PER_DAY = (10.0, 32.0, 60.0, 432.0)
"""Of levels 1 to 4."""
TANGENTIAL_ANGLE_DEG = (45.0, 60.0, 80.0, 85.0)
"""Of levels 1 to 4."""
RAIN_RATIO = (1.0, 1.5)
"""Rain over its intensity-duration threshold, of levels 1 and 2."""
