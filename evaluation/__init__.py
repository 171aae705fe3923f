"""How well the detectors do: a record with its truth in, figures that anyone can recompute out.

Of all code but the simulator's, only this package reads a truth. It imports the contracts
(`domain`) and what it judges (`detectors`), nothing else of ours.
"""
