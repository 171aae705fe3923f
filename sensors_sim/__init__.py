"""A simulated province of hazard points; never read by the detectors."""
