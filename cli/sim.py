"""``geohazard sim``: the simulated province."""
